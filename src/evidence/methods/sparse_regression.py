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
Parikh & Boyd (2014), "Proximal algorithms", Foundations and Trends in Optimization 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

MOST_FEATURES = 20  # of an exhaustive search: 2**20 subsets take about a minute
CHUNK = 20_000  # subsets solved at once

# --- Proximal maps and projections ----------------------------------------------------


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
    ValueError
        If the threshold is negative or a number is not finite.

    Examples
    --------
    >>> soft_threshold([3.0, -0.5, -2.0], 1.0)
    array([ 2.,  0., -1.])

    References
    ----------
    Donoho & Johnstone (1994), "Ideal spatial adaptation by wavelet shrinkage",
    Biometrika 81.
    """
    z = _finite("z", z)
    _check_size("threshold", threshold)
    return np.where(
        z > threshold, z - threshold, np.where(z < -threshold, z + threshold, 0.0)
    )


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
    ValueError
        As in :func:`soft_threshold`.
    """
    z = _finite("z", z)
    _check_size("threshold", threshold)
    return np.where(np.abs(z) > threshold, z, 0.0)


def group_threshold(z, threshold: float) -> np.ndarray:
    """Return the minimizer of ``1/2 ||w - z||^2 + threshold * ||w||``.

    The penalty is the norm itself, not its square.

    Parameters
    ----------
    z : array_like, shape (..., p)
        The last axis is the group.
    threshold : float
        At least 0.

    Returns
    -------
    numpy.ndarray, shape (..., p)
        ``z`` shortened by the threshold; exactly 0 if it is not longer than that.

    Raises
    ------
    ValueError
        As in :func:`soft_threshold`.

    References
    ----------
    Yuan & Lin (2006), "Model selection and estimation in regression with grouped
    variables", Journal of the Royal Statistical Society B 68.
    """
    z = _finite("z", z)
    _check_size("threshold", threshold)
    length = np.linalg.norm(z, axis=-1, keepdims=True)
    kept = np.maximum(length - threshold, 0.0)
    share = np.divide(kept, length, out=np.zeros_like(length), where=length > 0)
    return z * share + 0.0  # no negative zeros


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
    ValueError
        As in :func:`soft_threshold`.
    """
    z = _finite("z", z)
    _check_size("radius", radius)
    length = np.linalg.norm(z, axis=-1, keepdims=True)
    outside = length > radius
    return np.where(outside, z * (radius / np.where(outside, length, 1.0)), z)


def project_l1_ball(z, radius: float) -> np.ndarray:
    """Return the nearest point whose L1 norm is at most the radius.

    Outside the ball it is a soft threshold, at the one height that leaves a sum of
    absolute values equal to the radius. Sorting finds it: if the k largest entries
    survive, the height is ``(their sum - radius) / k``.

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
    ValueError
        As in :func:`soft_threshold`.

    References
    ----------
    Duchi, Shalev-Shwartz, Singer & Chandra (2008), "Efficient projections onto the
    l1-ball for learning in high dimensions", ICML, figure 1.
    """
    z = _finite("z", z)
    _check_size("radius", radius)
    size = np.abs(z)
    largest = -np.sort(-size, axis=-1)
    k = np.arange(1, z.shape[-1] + 1)
    heights = (np.cumsum(largest, axis=-1) - radius) / k  # if the k largest survive
    survivors = np.maximum((largest > heights).sum(axis=-1, keepdims=True), 1)
    height = np.take_along_axis(heights, survivors - 1, axis=-1)
    shrunk = np.sign(z) * np.maximum(size - height, 0.0)
    return np.where(size.sum(axis=-1, keepdims=True) > radius, shrunk, z) + 0.0


# --- Convex fits ----------------------------------------------------------------------


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
    ValueError
        If shapes do not fit, a penalty is negative or a number is not finite.

    References
    ----------
    Hoerl & Kennard (1970), "Ridge regression: biased estimation for nonorthogonal
    problems", Technometrics 12.
    """
    X, y = _check_data(X, y)
    penalties = _finite("penalties", penalties)
    if (penalties < 0).any():
        raise ValueError(f"penalties must be 0 or more, not {penalties.min()}")
    U, d, Vt = np.linalg.svd(X, full_matrices=False)
    present = d > d[0] * max(X.shape) * np.finfo(float).eps
    U, d, Vt = U[:, present], d[present], Vt[present]
    return (d * (U.T @ y) / (d**2 + penalties[..., None])) @ Vt


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
    solved and tried.

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
        Largest violation left, in units of ``max |X'y|``.
    max_sweeps : int
        Give up after so many.

    Returns
    -------
    numpy.ndarray, shape (p,)
        The weights. Those that are zero are exactly zero.

    Raises
    ------
    ValueError
        As in :func:`ridge`, or if the sweeps do not suffice.

    References
    ----------
    Zou & Hastie (2005), "Regularization and variable selection via the elastic net",
    Journal of the Royal Statistical Society B 67. Friedman, Hastie & Tibshirani (2010),
    "Regularization paths for generalized linear models via coordinate descent",
    Journal of Statistical Software 33, section 2.2 (covariance updates).
    """
    X, y = _check_data(X, y)
    l1, l2 = _split(penalty, l1_ratio)
    w = _check_start(start, X.shape[1])
    gram, correlation = X.T @ X, X.T @ y
    largest = np.abs(correlation).max()
    curvature = np.diag(gram) + l2
    w[curvature == 0] = 0.0  # features that are 0 throughout
    pull = correlation - gram @ w  # X'(y - X w): what the data ask of each weight
    for _ in range(max_sweeps):
        signs = np.sign(w)
        for j in np.flatnonzero(curvature > 0):
            z = pull[j] + gram[j, j] * w[j]
            new = math.copysign(max(abs(z) - l1, 0.0), z) / curvature[j]
            if new != w[j]:
                pull -= gram[:, j] * (new - w[j])
                w[j] = new
        candidates = [w]
        if np.array_equal(np.sign(w), signs):
            candidates.append(_with_signs(gram, correlation, signs, l1, l2))
        for found in candidates:
            missed = _violation(correlation - gram @ found - l2 * found, found, l1)
            if missed <= tolerance * largest:
                return found + 0.0  # no negative zeros
    raise ValueError(
        f"not converged after {max_sweeps} sweeps: allow more, or a larger tolerance"
    )


def _with_signs(gram, correlation, signs, l1: float, l2: float) -> np.ndarray:
    """Return the only weights of these signs that can be the minimum."""
    active = np.flatnonzero(signs)
    block = gram[np.ix_(active, active)] + l2 * np.eye(len(active))
    w = np.zeros(len(signs))
    target = correlation[active] - l1 * signs[active]
    w[active] = np.linalg.lstsq(block, target, rcond=None)[0]
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
    ValueError
        As in :func:`elastic_net`.

    References
    ----------
    Tibshirani (1996), "Regression shrinkage and selection via the lasso", Journal of
    the Royal Statistical Society B 58.
    """
    return elastic_net(X, y, penalty, l1_ratio=1.0, **options)


def lasso_path(X, y, penalties, **options) -> np.ndarray:
    """Return the lasso's weights for many penalties, each begun at the one before.

    Parameters
    ----------
    X, y, **options
        As for :func:`elastic_net`.
    penalties : array_like, shape (k,)
        From large to small is fastest: few weights are in play at first.

    Returns
    -------
    numpy.ndarray, shape (k, p)
        The weights.

    Raises
    ------
    ValueError
        As in :func:`elastic_net`.
    """
    path, w = [], None
    for penalty in _finite("penalties", penalties):
        w = lasso(X, y, float(penalty), start=w, **options)
        path.append(w)
    return np.array(path)


def proximal_steps(
    X, y, penalty: float, *, l1_ratio: float = 1.0, accelerated: bool = False
) -> Iterator[np.ndarray]:
    """Yield the weights after each step of ISTA or FISTA, begun at 0, without end.

    A step of gradient descent on the squared error (and the L2 part), of length 1/L
    with L its largest curvature, then the soft threshold. FISTA takes the step from a
    point further along the last move, and forgets its momentum whenever that move
    points against the new one.

    Parameters
    ----------
    X, y, penalty, l1_ratio
        As for :func:`elastic_net`.
    accelerated : bool
        Whether to take FISTA's steps instead of ISTA's.

    Yields
    ------
    numpy.ndarray, shape (p,)
        The weights. Those that are zero are exactly zero.

    Raises
    ------
    ValueError
        As in :func:`elastic_net`, when the first weights are asked for.

    References
    ----------
    Beck & Teboulle (2009), "A fast iterative shrinkage-thresholding algorithm for
    linear inverse problems", SIAM Journal on Imaging Sciences 2, section 4. O'Donoghue
    & Candes (2015), "Adaptive restart for accelerated gradient schemes", Foundations of
    Computational Mathematics 15, equation 13.
    """
    X, y = _check_data(X, y)
    l1, l2 = _split(penalty, l1_ratio)
    gram, correlation = X.T @ X, X.T @ y
    step = 1 / max(np.linalg.eigvalsh(gram)[-1] + l2, np.finfo(float).tiny)
    w = ahead = np.zeros(X.shape[1])
    momentum = 1.0
    while True:
        gradient = gram @ ahead - correlation + l2 * ahead
        new = soft_threshold(ahead - step * gradient, step * l1)
        if accelerated:
            if (ahead - new) @ (new - w) > 0:
                momentum = 1.0
            following = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
            ahead = new + (momentum - 1) / following * (new - w)
            momentum = following
        else:
            ahead = new
        w = new
        yield w.copy()


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
    ValueError
        As in :func:`ridge`.
    """
    X, y = _check_data(X, y)
    l1, l2 = _split(penalty, l1_ratio)
    w = _check_start(w, X.shape[1])
    return _violation(X.T @ (y - X @ w) - l2 * w, w, l1)


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


def best_subsets(X, y, max_size: int | None = None) -> list[Subset]:
    """Return the best-fitting features of each number 0, 1, 2, ..., by trying them all.

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
    ValueError
        As in :func:`ridge`, or if p is above 20 or ``max_size`` not between 0 and p.
    """
    X, y = _check_data(X, y)
    p = X.shape[1]
    if p > MOST_FEATURES:
        raise ValueError(
            f"{p} features have 2^{p} subsets: at most {MOST_FEATURES} can be tried"
        )
    max_size = p if max_size is None else max_size
    if not 0 <= max_size <= p:
        raise ValueError(f"max_size must lie between 0 and {p}, not {max_size}")
    gram, correlation = X.T @ X, X.T @ y
    spread = np.linalg.eigvalsh(gram)
    # If the whole is regular so is every part (Cauchy's interlacing theorem).
    regular = spread[0] > 1e-10 * spread[-1]
    found = [Subset((), float(y @ y))]
    for size in range(1, max_size + 1):
        subsets = np.array(list(combinations(range(p), size)))  # (subsets, size)
        explained = np.concatenate(
            [
                _explained(gram, correlation, subsets[i : i + CHUNK], regular)
                for i in range(0, len(subsets), CHUNK)
            ]
        )
        scale = max(explained.max(), float(y @ y))
        first = int(np.argmax(explained >= explained.max() - 1e-12 * scale))
        best = subsets[first]
        error = y - X[:, best] @ np.linalg.lstsq(X[:, best], y, rcond=None)[0]
        found.append(Subset(tuple(int(j) for j in best), float(error @ error)))
    return found


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
    ValueError
        As in :func:`best_subsets`, or if the subsets are of other data.
    """
    _check_size("penalty", penalty)
    X, y = _check_data(X, y)
    subsets = best_subsets(X, y) if subsets is None else subsets
    _check_subsets(subsets, X, y)
    costs = [s.squared_error / 2 + penalty * len(s.features) for s in subsets]
    cheapest = subsets[int(np.argmin(costs))]
    best = list(cheapest.features)
    w = np.zeros(X.shape[1])
    w[best] = np.linalg.lstsq(X[:, best], y, rcond=None)[0]
    _check_error(cheapest, ((y - X @ w) ** 2).sum(), y)
    return w


def _explained(gram, correlation, subsets, regular: bool) -> np.ndarray:
    """Return how much of ``||y||^2`` least squares on each subset explains."""
    blocks = gram[subsets[:, :, None], subsets[:, None, :]]  # (subsets, size, size)
    target = correlation[subsets][..., None]
    if regular:
        weights = np.linalg.solve(blocks, target)
    else:
        weights = np.linalg.pinv(blocks, rcond=1e-10, hermitian=True) @ target
    return (weights * target).sum(axis=(1, 2))


# --- Checks ---------------------------------------------------------------------------


def _violation(g: np.ndarray, w: np.ndarray, l1: float) -> float:
    active = w != 0
    missed = np.where(active, np.abs(g - l1 * np.sign(w)), np.abs(g) - l1)
    return float(max(missed.max(), 0.0))


def _split(penalty: float, l1_ratio: float) -> tuple[float, float]:
    """Return the penalties of the absolute values and of half the squares."""
    _check_size("penalty", penalty)
    if not 0 <= l1_ratio <= 1:
        raise ValueError(f"l1_ratio must lie in [0, 1], not {l1_ratio}")
    return penalty * l1_ratio, penalty * (1 - l1_ratio)


def _finite(name: str, values) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite: it contains NaN or infinity")
    return values


def _check_size(name: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be a finite number of 0 or more, not {value}")


def _check_data(X, y) -> tuple[np.ndarray, np.ndarray]:
    X, y = _finite("X", X), _finite("y", y)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X needs shape (n, p), at least 1 by 1, not {X.shape}")
    if y.shape != (len(X),):
        raise ValueError(f"y needs shape ({len(X)},) beside X, not {y.shape}")
    return X, y


def _check_subsets(subsets: list[Subset], X: np.ndarray, y: np.ndarray) -> None:
    """Refuse subsets that cannot be of these data."""
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


def _check_start(w, p: int) -> np.ndarray:
    w = np.zeros(p) if w is None else _finite("weights", w).copy()
    if w.shape != (p,):
        raise ValueError(f"weights need shape ({p},), one a feature, not {w.shape}")
    return w
