"""Linear models with small weights: in number, in sum, or in sum of squares.

Every fit minimizes half a squared error plus a penalty,

    1/2 ||y - X w||^2  +  penalty * size(w),

without an intercept: center ``X`` and ``y`` first. The size is the number of weights
that are not zero (L0), the sum of their absolute values (L1, the lasso), or half the
sum of their squares (ridge). scikit-learn's ``Lasso`` and ``ElasticNet`` divide the
squared error by n, so that their ``alpha`` is ``penalty / n``; its ``Ridge`` does not.

References
----------
Hastie, Tibshirani & Wainwright (2015), "Statistical learning with sparsity".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evidence import checks
from evidence.checks import door

MOST_FEATURES = 20  # of an exhaustive search: 2**20 subsets take about a minute
CHUNK = 20_000  # subsets solved at once
RANK_TOLERANCE = 1e-12  # of directions, relative to the longest
LARGEST = 1e100  # size of a column, and of 1 / size: its square stays finite

# --- What is let in -------------------------------------------------------------------


def _check_threshold(z, threshold):
    return checks.array(z, "z"), checks.number(threshold, "threshold", least=0)


def _check_ball(z, radius):
    z = checks.array(z, "z", shape=(..., "p"))
    if z.shape[-1] == 0:
        raise ValueError(f"z must have entries on its last axis, not shape {z.shape}")
    return z, checks.number(radius, "radius", least=0)


def _check_ridge(X, y, penalties):
    X, y = _check_data(X, y)
    penalties = checks.array(penalties, "penalties")
    if (penalties < 0).any():
        raise ValueError(f"penalties must be at least 0, not {penalties.min()}")
    return X, y, penalties


def _check_elastic_net(X, y, penalty, l1_ratio, start, tolerance, max_sweeps):
    X, y = _check_data(X, y)
    p = X.shape[1]
    penalty, l1_ratio = _check_penalty(penalty, l1_ratio)
    start = checks.array(np.zeros(p) if start is None else start, "start", shape=(p,))
    tolerance = checks.number(tolerance, "tolerance", least=0)
    max_sweeps = checks.whole(max_sweeps, "max_sweeps", least=1)
    return X, y, penalty, l1_ratio, start, tolerance, max_sweeps


def _check_path(X, y, penalties, tolerance, max_sweeps):
    penalties = checks.array(penalties, "penalties", shape=("k",))
    X, y, penalties = _check_ridge(X, y, penalties)
    tolerance = checks.number(tolerance, "tolerance", least=0)
    max_sweeps = checks.whole(max_sweeps, "max_sweeps", least=1)
    return X, y, penalties, tolerance, max_sweeps


def _check_violation(X, y, w, penalty, l1_ratio):
    X, y = _check_data(X, y)
    w = checks.array(w, "w", shape=(X.shape[1],))
    return X, y, w, *_check_penalty(penalty, l1_ratio)


def _check_search(X, y, max_size):
    X, y = _check_data(X, y)
    p = X.shape[1]
    if p > MOST_FEATURES:
        raise ValueError(
            f"X must have at most {MOST_FEATURES} features: {p} have 2^{p} subsets"
        )
    max_size = p if max_size is None else max_size
    return X, y, checks.whole(max_size, "max_size", least=0, most=p)


def _check_l0_fit(X, y, penalty, subsets):
    X, y = _check_data(X, y)
    if subsets is not None:
        _check_subsets(subsets, X, y)
    return X, y, checks.number(penalty, "penalty", least=0), subsets


def _check_data(X, y) -> tuple[np.ndarray, np.ndarray]:
    X = checks.array(X, "X", shape=("n", "p"), kinds="biuf")  # indicators too
    y = checks.array(y, "y", shape=(len(X),))
    if X.size == 0:
        raise ValueError(f"X must be at least 1 by 1, not of the shape {X.shape}")
    peaks = np.append(np.abs(X).max(axis=0), np.abs(y).max())
    outside = peaks[(peaks > LARGEST) | ((peaks < 1 / LARGEST) & (peaks > 0))]
    if outside.size:
        raise ValueError(
            f"y and the columns of X must lie between {1 / LARGEST:.0e} and "
            f"{LARGEST:.0e} in size, not at {outside[0]:.3g}: choose other units"
        )
    return X, y


def _check_penalty(penalty, l1_ratio) -> tuple[float, float]:
    penalty = checks.number(penalty, "penalty", least=0)
    return penalty, checks.number(l1_ratio, "l1_ratio", least=0, most=1)


def _check_subsets(subsets, X: np.ndarray, y: np.ndarray) -> None:
    """Refuse subsets that cannot be of these data."""
    if not (isinstance(subsets, list) and all(isinstance(s, Subset) for s in subsets)):
        raise TypeError("subsets must be a list of Subset, as best_subsets returns it")
    if not subsets or subsets[0].features:
        raise ValueError(
            "subsets must begin with the empty one: give all that best_subsets returns"
        )
    last = max(max(subset.features, default=-1) for subset in subsets)
    if last >= X.shape[1]:
        raise ValueError(
            f"subsets must be of this X, but they name the feature {last} and X has "
            f"only {X.shape[1]}: search again with best_subsets"
        )
    _check_error(subsets[0], y @ y, y)


def _check_error(subset: Subset, error: float, y: np.ndarray) -> None:
    """Refuse a subset whose squared error on these data is another."""
    if not math.isclose(
        subset.squared_error, error, rel_tol=1e-6, abs_tol=1e-9 * (y @ y)
    ):
        raise ValueError(
            f"subsets must be of this X and y, but the squared error of the features "
            f"{subset.features} is {error:.6g} here and {subset.squared_error:.6g} "
            "there: search again with best_subsets"
        )


# --- Proximal maps and projections ----------------------------------------------------


@door(_check_threshold)
def soft_threshold(z, threshold: float) -> np.ndarray:
    """Return the minimizer of ``1/2 (w - z)^2 + threshold * |w|``, entry by entry.

    Parameters
    ----------
    z : array_like
        Any shape.
    threshold : float
        At least 0.

    Returns
    -------
    numpy.ndarray
        ``z`` moved toward 0 by the threshold; exactly 0 within it.

    Raises
    ------
    TypeError, ValueError
        If the threshold is negative or something is no finite number.

    Examples
    --------
    >>> soft_threshold([3.0, -0.5, -2.0], 1.0)
    array([ 2.,  0., -1.])

    References
    ----------
    Donoho & Johnstone (1994), "Ideal spatial adaptation by wavelet shrinkage",
    Biometrika 81.
    """
    return np.where(
        z > threshold, z - threshold, np.where(z < -threshold, z + threshold, 0.0)
    )


@door(_check_threshold)
def hard_threshold(z, threshold: float) -> np.ndarray:
    """Return ``z`` where it is larger than the threshold in absolute value, else 0.

    With ``threshold = sqrt(2 * penalty)`` this minimizes
    ``1/2 (w - z)^2 + penalty * [w is not 0]``, entry by entry.

    Parameters
    ----------
    z : array_like
        Any shape.
    threshold : float
        At least 0.

    Returns
    -------
    numpy.ndarray
        As ``z``, with zeros.

    Raises
    ------
    TypeError, ValueError
        As in :func:`soft_threshold`.
    """
    return np.where(np.abs(z) > threshold, z, 0.0)


@door(_check_ball)
def project_l2_ball(z, radius: float) -> np.ndarray:
    """Return the nearest point whose L2 norm is at most the radius.

    Parameters
    ----------
    z : array_like, shape (..., p)
        Points.
    radius : float
        At least 0.

    Returns
    -------
    numpy.ndarray, shape (..., p)
        ``z`` itself inside the ball, shortened to the radius outside.

    Raises
    ------
    TypeError, ValueError
        As in :func:`soft_threshold`.
    """
    _, power = np.frexp(np.abs(z).max(axis=-1, keepdims=True))
    unit, r = np.ldexp(z, -power), np.ldexp(radius, -power)  # squares stay in range
    length = np.linalg.norm(unit, axis=-1, keepdims=True)
    outside = length > r
    shortened = unit * (r / np.where(outside, length, 1.0))
    return np.where(outside, np.ldexp(shortened, power), z)


@door(_check_ball)
def project_l1_ball(z, radius: float) -> np.ndarray:
    """Return the nearest point whose L1 norm is at most the radius.

    Outside the ball it is a soft threshold, at the one height that leaves a sum of
    absolute values equal to the radius. Sorting finds it: if the k largest entries
    survive, the height is ``(their sum - radius) / k``. All is measured from the
    largest entry, lest a small radius be lost beside it.

    Parameters
    ----------
    z : array_like, shape (..., p)
        Points.
    radius : float
        At least 0.

    Returns
    -------
    numpy.ndarray, shape (..., p)
        ``z`` itself inside the ball; outside, a point of the surface.

    Raises
    ------
    TypeError, ValueError
        As in :func:`soft_threshold`.

    References
    ----------
    Duchi, Shalev-Shwartz, Singer & Chandra (2008), "Efficient projections onto the
    l1-ball for learning in high dimensions", ICML, figure 1.
    """
    size = np.abs(z)
    behind = size - size.max(axis=-1, keepdims=True)  # at most 0
    sorted_behind = -np.sort(-behind, axis=-1)
    k = np.arange(1, z.shape[-1] + 1)
    heights = (np.cumsum(sorted_behind, axis=-1) - radius) / k  # if k survive
    survivors = np.maximum((sorted_behind > heights).sum(axis=-1, keepdims=True), 1)
    height = np.take_along_axis(heights, survivors - 1, axis=-1)
    shrunk = np.sign(z) * np.maximum(behind - height, 0.0)
    return np.where(size.sum(axis=-1, keepdims=True) > radius, shrunk, z) + 0.0


# --- Convex fits ----------------------------------------------------------------------


@door(_check_ridge)
def ridge(X, y, penalties) -> np.ndarray:
    """Return the ridge weights, shrunk along the singular directions of ``X``.

    With ``X = U diag(d) V'``, least squares has the coordinate ``u'y / d`` along each
    ``v``; ridge multiplies it by ``d^2 / (d^2 + penalty)``. One decomposition serves
    every penalty.

    Parameters
    ----------
    X : array_like, shape (n, p)
        Centered features.
    y : array_like, shape (n,)
        Centered targets.
    penalties : float or array_like, shape (k,)
        At least 0, of half the sum of squares. 0 gives the least-squares solution of
        least norm.

    Returns
    -------
    numpy.ndarray, shape (p,) or (k, p)
        The weights.

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit, a penalty is negative, something is no finite number, or
        ``y`` or a column of ``X`` is beyond 1e100 or, but for zeros, below 1e-100.

    References
    ----------
    Hoerl & Kennard (1970), "Ridge regression: biased estimation for nonorthogonal
    problems", Technometrics 12.
    """
    U, d, Vt = np.linalg.svd(X, full_matrices=False)
    present = d > d[0] * max(X.shape) * np.finfo(float).eps
    U, d, Vt = U[:, present], d[present], Vt[present]
    return (d * (U.T @ y) / (d**2 + penalties[..., None])) @ Vt


@door(_check_elastic_net)
def elastic_net(
    X,
    y,
    penalty: float,
    l1_ratio: float = 0.5,
    *,
    start=None,
    tolerance: float = 1e-10,
    max_sweeps: int = 100_000,
) -> np.ndarray:
    """Return the elastic net's weights by coordinate descent.

    The size is ``l1_ratio * ||w||_1 + (1 - l1_ratio) / 2 * ||w||^2``. With all other
    weights fixed, the best value of one is a soft threshold; the sweeps go on until the
    conditions of a minimum hold (:func:`kkt_violation`). Once the signs of the weights
    are right the rest is a linear system, so when a sweep changes no sign, that is
    solved and tried. Whether a condition holds is judged in units of its column's
    length, so that a short column is not lost beside a long one.

    Parameters
    ----------
    X : array_like, shape (n, p)
        Centered features.
    y : array_like, shape (n,)
        Centered targets.
    penalty : float
        At least 0.
    l1_ratio : float
        Share of L1, from 0 (ridge) to 1 (lasso).
    start : array_like, shape (p,), optional
        Where to begin; by default at 0.
    tolerance : float
        Largest violation left, in units of ``max |X'y|``; of both, in units of the
        length of the column.
    max_sweeps : int
        Give up after so many.

    Returns
    -------
    numpy.ndarray, shape (p,)
        The weights. Those that are zero are exactly zero.

    Raises
    ------
    TypeError, ValueError
        As in :func:`ridge`, or if the sweeps do not suffice.

    References
    ----------
    Zou & Hastie (2005), "Regularization and variable selection via the elastic net",
    Journal of the Royal Statistical Society B 67. Friedman, Hastie & Tibshirani (2010),
    "Regularization paths for generalized linear models via coordinate descent",
    Journal of Statistical Software 33, section 2.2 (covariance updates).
    """
    l1, l2 = penalty * l1_ratio, penalty * (1 - l1_ratio)
    w = start.copy()
    gram, correlation = X.T @ X, X.T @ y
    lengths = np.sqrt(np.diag(gram))
    lengths[lengths == 0] = 1.0
    largest = np.abs(correlation / lengths).max()
    curvature = np.diag(gram) + l2
    w[curvature == 0] = 0.0  # features that are 0 throughout
    features = np.flatnonzero(curvature).tolist()
    pull = correlation - gram @ w  # X'(y - X w): what the data ask of each weight
    for _ in range(max_sweeps):
        signs = np.sign(w)
        for j in features:
            z = pull[j] + gram[j, j] * w[j]
            new = math.copysign(max(abs(z) - l1, 0.0), z) / curvature[j]
            if new != w[j]:
                pull -= gram[:, j] * (new - w[j])
                w[j] = new
        candidates = [w]
        if np.array_equal(np.sign(w), signs):
            candidates.append(_with_signs(gram, correlation, signs, l1, l2))
        for found in candidates:
            missed = _violations(correlation - gram @ found - l2 * found, found, l1)
            if (missed <= tolerance * largest * lengths).all():
                return found + 0.0  # no negative zeros
    raise ValueError(
        f"not converged after {max_sweeps} sweeps: allow more, or a larger tolerance"
    )


def _with_signs(gram, correlation, signs, l1: float, l2: float) -> np.ndarray:
    """Return the only weights of these signs that can be the minimum."""
    active = np.flatnonzero(signs)
    block = gram[np.ix_(active, active)] + l2 * np.eye(len(active))
    unit = 1 / np.sqrt(np.diag(block))  # makes the diagonal 1, whatever the columns'
    w = np.zeros(len(signs))
    target = correlation[active] - l1 * signs[active]
    block = unit[:, None] * block * unit
    w[active] = unit * np.linalg.lstsq(block, unit * target, rcond=None)[0]
    return w


def lasso(X, y, penalty: float, **options) -> np.ndarray:
    """Return the lasso's weights: the :func:`elastic_net` of ``l1_ratio=1``.

    Parameters
    ----------
    X, y, penalty, **options
        As for :func:`elastic_net`.

    Returns
    -------
    numpy.ndarray, shape (p,)
        The weights. All are 0 from ``penalty = max |X'y|`` on.

    Raises
    ------
    TypeError, ValueError
        As in :func:`elastic_net`.

    References
    ----------
    Tibshirani (1996), "Regression shrinkage and selection via the lasso", Journal of
    the Royal Statistical Society B 58.
    """
    return elastic_net(X, y, penalty, l1_ratio=1.0, **options)


@door(_check_path)
def lasso_path(
    X, y, penalties, *, tolerance: float = 1e-10, max_sweeps: int = 100_000
) -> np.ndarray:
    """Return the lasso's weights for many penalties, each begun at the one before.

    Parameters
    ----------
    X, y
        As for :func:`elastic_net`.
    penalties : array_like, shape (k,)
        From large to small is fastest: few weights are in play at first.
    tolerance, max_sweeps
        As for :func:`elastic_net`, for each penalty.

    Returns
    -------
    numpy.ndarray, shape (k, p)
        The weights.

    Raises
    ------
    TypeError, ValueError
        As in :func:`elastic_net`.
    """
    path, w = [], np.zeros(X.shape[1])
    for penalty in penalties.tolist():
        w = _elastic_net(
            X, y, penalty, 1.0, start=w, tolerance=tolerance, max_sweeps=max_sweeps
        )
        path.append(w)
    return np.array(path)


@door(_check_violation)
def kkt_violation(X, y, w, penalty: float, l1_ratio: float = 1.0) -> float:
    """Return by how much weights miss the conditions of the elastic net's minimum.

    With ``g = X'(y - X w) - (1 - l1_ratio) * penalty * w`` and
    ``l1 = l1_ratio * penalty``, they are a minimum exactly if ``g = l1 * sign(w)``
    where w is not zero and ``|g| <= l1`` where it is.

    Parameters
    ----------
    X, y, penalty, l1_ratio
        As for :func:`elastic_net`.
    w : array_like, shape (p,)
        Weights.

    Returns
    -------
    float
        The largest violation of any condition; 0 at the minimum.

    Raises
    ------
    TypeError, ValueError
        As in :func:`ridge`.
    """
    l1, l2 = penalty * l1_ratio, penalty * (1 - l1_ratio)
    missed = _violations(X.T @ (y - X @ w) - l2 * w, w, l1)
    return float(max(missed.max(), 0.0))


# --- L0 -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subset:
    """A set of features and how well it fits.

    Attributes
    ----------
    features : tuple of int
        Columns of ``X``, in order.
    squared_error : float
        ``||y - X w||^2`` of least squares on these columns.
    """

    features: tuple[int, ...]
    squared_error: float


@door(_check_search)
def best_subsets(X, y, max_size: int | None = None) -> list[Subset]:
    """Return the best-fitting features of each number 0, 1, 2, ..., by trying them all.

    Which they are does not depend on the units of the columns.

    Parameters
    ----------
    X : array_like, shape (n, p)
        Centered features, p at most 20: there are 2^p subsets.
    y : array_like, shape (n,)
        Centered targets.
    max_size : int, optional
        Largest number of features to try; by default all p.

    Returns
    -------
    list of Subset
        Item k is the best subset of k features, the first in lexicographic order among
        equals.

    Raises
    ------
    TypeError, ValueError
        As in :func:`ridge`, or if p is above 20 or ``max_size`` not between 0 and p.
    """
    X, _ = _unit_columns(X)
    Q, R = np.linalg.qr(X)
    target = Q.T @ y  # least squares on X and y is least squares on R and this
    spread = np.linalg.eigvalsh(R.T @ R)
    # If the whole is regular so is every part (Cauchy's interlacing theorem).
    regular = spread[0] > 1e-8 * spread[-1]
    found = [Subset((), float(y @ y))]
    for size in range(1, max_size + 1):
        subsets = np.array(list(combinations(range(X.shape[1]), size)))  # (m, size)
        explained = np.concatenate(
            [
                _explained(R, target, subsets[i : i + CHUNK], regular)
                for i in range(0, len(subsets), CHUNK)
            ]
        )
        scale = max(explained.max(), float(y @ y))
        first = int(np.argmax(explained >= explained.max() - 1e-12 * scale))
        best = subsets[first]
        error = y - X[:, best] @ np.linalg.lstsq(X[:, best], y, rcond=None)[0]
        found.append(Subset(tuple(int(j) for j in best), float(error @ error)))
    return found


@door(_check_l0_fit)
def l0_fit(X, y, penalty: float, *, subsets: list[Subset] | None = None) -> np.ndarray:
    """Return the weights of least half squared error plus penalty times their number.

    Parameters
    ----------
    X, y
        As for :func:`best_subsets`.
    penalty : float
        At least 0; the price of one weight that is not zero.
    subsets : list of Subset, optional
        What :func:`best_subsets` found for these data, to search only once.

    Returns
    -------
    numpy.ndarray, shape (p,)
        The weights, of the smaller subset among equals.

    Raises
    ------
    TypeError, ValueError
        As in :func:`best_subsets`, or if the subsets are of other data.
    """
    subsets = best_subsets(X, y) if subsets is None else subsets
    costs = [s.squared_error / 2 + penalty * len(s.features) for s in subsets]
    cheapest = subsets[int(np.argmin(costs))]
    best = list(cheapest.features)
    X, lengths = _unit_columns(X)
    w = np.zeros(X.shape[1])
    w[best] = np.linalg.lstsq(X[:, best], y, rcond=None)[0]
    _check_error(cheapest, ((y - X @ w) ** 2).sum(), y)
    return w / lengths


def _explained(R, target, subsets, regular: bool) -> np.ndarray:
    """Return how much of ``||target||^2`` least squares on each subset explains."""
    if regular:
        gram, correlation = R.T @ R, R.T @ target
        blocks = gram[subsets[:, :, None], subsets[:, None, :]]  # (m, size, size)
        asked = correlation[subsets][..., None]
        return (np.linalg.solve(blocks, asked) * asked).sum(axis=(1, 2))
    columns = R.T[subsets].transpose(0, 2, 1)  # (m, p, size)
    U, d, _ = np.linalg.svd(columns, full_matrices=False)
    present = d > RANK_TOLERANCE * d[:, :1]
    return ((target @ U) ** 2 * present).sum(axis=1)


# --- Parts ----------------------------------------------------------------------------


# In loops, with numbers that have been let in already.
_soft_threshold, _elastic_net = soft_threshold.__wrapped__, elastic_net.__wrapped__


def _violations(g: np.ndarray, w: np.ndarray, l1: float) -> np.ndarray:
    """Return by how much each condition of a minimum is missed; below 0, by nothing."""
    return np.where(w != 0, np.abs(g - l1 * np.sign(w)), np.abs(g) - l1)


def _unit_columns(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return X with columns of length 1, and their lengths; zeros stay as they are."""
    lengths = np.linalg.norm(X, axis=0)
    lengths[lengths == 0] = 1.0
    return X / lengths, lengths
