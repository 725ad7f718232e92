"""Random sample consensus, with all the samples of a chunk computed at once.

Fit a model to a few points drawn at random, count who agrees, repeat, keep the best.
:func:`ransac` does so for any object with the four members of :class:`Line`:
``sample_size``, ``minimal``, ``squared_residuals`` and ``fit``.

Three choices make it fast without making it obscure. Samples are fitted by closed
formulas over a leading axis rather than one by one. Squared residuals are computed in
single precision, in pieces that stay in the cache. And a homography's sample whose four
points change their orientation is thrown away before it is scored: no camera sees that.

References
----------
Fischler & Bolles (1981), "Random sample consensus: a paradigm for model fitting with
applications to image analysis and automated cartography", Communications of the ACM 24.
Torr & Zisserman (2000), "MLESAC: a new robust estimator with application to estimating
image geometry", Computer Vision and Image Understanding 78 (the cost ``"msac"``).
Chum, Matas & Kittler (2003), "Locally optimized RANSAC", DAGM.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evidence import checks
from evidence.checks import door

COSTS = ("msac", "count")
FIRST_CHUNK, LARGEST_CHUNK = 32, 2048  # samples drawn at once, doubled every time
CACHED_RESIDUALS = 2**15  # of single precision: 128 kB, which a core keeps close by
FACTORS = (3.0, 2.0, 1.0, 1.0)  # of polish: its thresholds, in units of the given
MEMBERS = ("sample_size", "minimal", "squared_residuals", "fit")  # of a kind of model
SINGLE_RANGE, DOUBLE_RANGE = 1e15, 1e50  # of sizes, and of 1 / sizes: see _check_size

# --- what is let in -------------------------------------------------------------------


def _check_sample(inlier_share, sample_size, num_points):
    inlier_share = checks.number(inlier_share, "inlier_share", least=0, most=1)
    sample_size = checks.whole(sample_size, "sample_size", least=1)
    if num_points is not None:
        num_points = checks.whole(num_points, "num_points", least=sample_size)
    return inlier_share, sample_size, num_points


def _check_trials(inlier_share, sample_size, confidence, num_points):
    share, sample_size, num_points = _check_sample(
        inlier_share, sample_size, num_points
    )
    confidence = checks.number(confidence, "confidence", above=0, below=1)
    return share, sample_size, confidence, num_points


def _check_draw(rng, num_points, sample_size, num_samples):
    sample_size = checks.whole(sample_size, "sample_size", least=1)
    num_points = checks.whole(num_points, "num_points", least=sample_size)
    num_samples = checks.whole(num_samples, "num_samples", least=0)
    return _check_rng(rng), num_points, sample_size, num_samples


def _check_scene(rng, num_points, outlier_share, sigma):
    num_points = checks.whole(num_points, "num_points", least=1)
    outlier_share = checks.number(outlier_share, "outlier_share", least=0, most=1)
    sigma = checks.number(sigma, "sigma", least=0)
    return _check_rng(rng), num_points, outlier_share, sigma


def _check_rng(rng):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a generator such as numpy.random.default_rng(0), not of the "
            f"type {type(rng).__name__}"
        )
    return rng


def _check_fit(self, points, weights):
    points = _check_points(self, points, self.sample_size)
    if weights is not None:
        weights = checks.array(weights, "weights", shape=(len(points),))
        if (weights < 0).any() or not weights.any():
            raise ValueError("weights must be at least 0 and not all 0")
    return self, points, weights


def _check_search(
    points,
    model,
    threshold,
    confidence,
    max_trials,
    cost,
    local_optimization,
    adaptive,
    refits,
    largest_chunk,
    seed,
):
    points = _check_points(_check_model(model), points, model.sample_size)
    return (
        points,
        model,
        _check_threshold(threshold, points),
        checks.number(confidence, "confidence", above=0, below=1),
        checks.whole(max_trials, "max_trials", least=1),
        checks.one_of(cost, "cost", COSTS),
        checks.flag(local_optimization, "local_optimization"),
        checks.flag(adaptive, "adaptive"),
        checks.whole(refits, "refits", least=0),
        checks.whole(largest_chunk, "largest_chunk", least=1),
        seed,
    )


def _check_polish(model, candidate, points, threshold, cost, factors):
    points = _check_points(_check_model(model), points, 1)
    threshold = _check_threshold(threshold, points)
    candidate = checks.array(candidate, "candidate")
    cost = checks.one_of(cost, "cost", COSTS)
    factors = checks.array(factors, "factors", shape=("k",))
    return model, candidate, points, threshold, cost, factors


def _check_costs(model, models, points, threshold, cost):
    points = checks.array(points, "points", dtype=None)
    dtype = np.float32 if points.dtype == np.float32 else np.float64
    points = _check_points(_check_model(model), points, 1, dtype)
    threshold = _check_threshold(threshold, points)
    models = checks.array(models, "models")
    return model, models, points, threshold, checks.one_of(cost, "cost", COSTS)


def _check_model(model):
    if isinstance(model, type):
        raise TypeError(
            f"model must be an object such as {model.__name__}(), not the class "
            f"{model.__name__}"
        )
    missing = [name for name in MEMBERS if not hasattr(model, name)]
    if missing:
        raise TypeError(
            f"model must have the members of Line(): {type(model).__name__} lacks "
            f"{', '.join(missing)}"
        )
    return model


def _check_points(model, points, fewest: int, dtype=float) -> np.ndarray:
    columns = getattr(model, "num_columns", "c")  # any number, if a model says none
    points = checks.array(points, "points", shape=("n", columns), dtype=dtype)
    if len(points) < fewest:
        kind = getattr(model, "name", type(model).__name__)
        raise ValueError(
            f"points must be at least {fewest} for a {kind}, not {len(points)}"
        )
    _check_size("points", np.abs(points).max(), points.dtype)
    return points


def _check_threshold(threshold, points) -> float:
    threshold = checks.number(threshold, "threshold", above=0)
    _check_size("threshold", threshold, points.dtype)
    return threshold


def _check_size(name, size, dtype) -> None:
    """Refuse sizes whose powers, up to the sixth, overflow or vanish."""
    limit = SINGLE_RANGE if dtype == np.float32 else DOUBLE_RANGE
    if size > 0 and not 1 / limit <= size <= limit:
        raise ValueError(
            f"{name} must lie between {1 / limit:.0e} and {limit:.0e} in size ({dtype}"
            f"), not at {size:.3g}: choose another unit"
        )


# --- samples --------------------------------------------------------------------------


@door(_check_sample)
def all_inlier_probability(
    inlier_share: float, sample_size: int, num_points: int | None = None
) -> float:
    """Return the probability that a random minimal sample holds inliers only.

    Parameters
    ----------
    inlier_share : float
        Share of inliers among the points, from 0 to 1.
    sample_size : int
        Points in a sample.
    num_points : int, optional
        Number of points. A sample draws *without* replacement, so the share falls with
        each inlier drawn; left out, the points are taken to be infinitely many.

    Returns
    -------
    float
        ``w**s``, or the hypergeometric ``prod((w*n - i) / (n - i) for i < s)``.

    Raises
    ------
    TypeError, ValueError
        If the share is not in [0, 1] or a size is not a positive int.
    """
    if num_points is None:
        return inlier_share**sample_size
    num_inliers = round(inlier_share * num_points)
    return math.comb(num_inliers, sample_size) / math.comb(num_points, sample_size)


@door(_check_trials)
def trials_needed(
    inlier_share: float,
    sample_size: int,
    confidence: float = 0.99,
    num_points: int | None = None,
) -> int | float:
    """Return how many samples hold an all-inlier one with the given confidence.

    Parameters
    ----------
    inlier_share : float
        Share of inliers among the points, from 0 to 1.
    sample_size : int
        Points in a sample.
    confidence : float
        Wanted probability that at least one sample is free of outliers, in (0, 1).
    num_points : int, optional
        As in :func:`all_inlier_probability`.

    Returns
    -------
    int or float
        The smallest ``k >= 1`` with ``1 - (1 - q)**k >= confidence``, where ``q`` is
        the probability of one all-inlier sample; ``math.inf`` if ``q`` is 0, or so
        near to it that no float is as large as ``k``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number or out of its range.

    References
    ----------
    Fischler & Bolles (1981), section II.B.
    """
    q = _all_inlier_probability(inlier_share, sample_size, num_points)
    if q == 1:
        return 1
    trials = math.log1p(-confidence) / math.log1p(-q) if q > 0 else math.inf
    if math.isinf(trials):
        return trials
    # 0.75 = 1 - 0.5**2 needs 2 trials, not the 3 that a rounding error would make of it
    return max(1, math.ceil(trials * (1 - 1e-12)))


@door(_check_draw)
def sample_minimal(
    rng: np.random.Generator, num_points: int, sample_size: int, num_samples: int
) -> np.ndarray:
    """Draw minimal samples: rows of distinct indices, every subset equally likely.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    num_points, sample_size : int
        Size of the data and of a sample, ``sample_size <= num_points``.
    num_samples : int
        How many samples.

    Returns
    -------
    numpy.ndarray, shape (num_samples, sample_size)
        Indices below ``num_points``. The order within a row means nothing.

    Raises
    ------
    TypeError, ValueError
        If there are fewer points than a sample takes, a size is not an int, or ``rng``
        no generator.

    References
    ----------
    Bentley & Floyd (1987), "A sample of brilliance", Communications of the ACM 30:
    no draw is ever repeated.
    """
    samples = np.empty((num_samples, sample_size), dtype=np.intp)
    for column, last in enumerate(range(num_points - sample_size, num_points)):
        drawn = rng.integers(0, last + 1, num_samples)
        taken = (samples[:, :column] == drawn[:, None]).any(axis=1)
        samples[:, column] = np.where(taken, last, drawn)
    return samples


# --- models ---------------------------------------------------------------------------


class Line:
    """A line ``a x + b y + c = 0`` in the plane; a model is ``(a, b, c)``, a²+b² = 1.

    The residual is the perpendicular distance, in the unit of the points.

    Examples
    --------
    >>> points = np.array([[0.0, 1.0], [2.0, 1.0]])
    >>> abs(Line().minimal(points, np.array([[0, 1]])))
    array([[0., 1., 1.]])
    """

    name, sample_size, num_columns = "line", 2, 2

    def minimal(self, points, indices) -> np.ndarray:
        """Return the lines through pairs of points.

        Parameters
        ----------
        points : numpy.ndarray, shape (n, 2)
        indices : numpy.ndarray of int, shape (m, 2)
            Pairs, as :func:`sample_minimal` draws them.

        Returns
        -------
        numpy.ndarray, shape (at most m, 3)
            Pairs of equal points determine no line and are left out.
        """
        first, second = points[indices[:, 0]], points[indices[:, 1]]
        along = second - first
        usable = along.any(axis=1)
        first, along = first[usable], along[usable]
        normals = np.column_stack([-along[:, 1], along[:, 0]])
        normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
        return np.column_stack([normals, -(normals * first).sum(axis=1)])

    def squared_residuals(self, models, points) -> np.ndarray:
        """Return the squared distance of every point to every line.

        Parameters
        ----------
        models : numpy.ndarray, shape (m, 3)
            Lines.
        points : numpy.ndarray, shape (n, 2)
            Points.

        Returns
        -------
        numpy.ndarray, shape (m, n)
            In the square of the points' unit.
        """
        distance = models[:, :-1] @ points.T
        distance += models[:, -1:]
        distance *= distance
        return distance

    @door(_check_fit)
    def fit(self, points, weights=None) -> np.ndarray:
        """Return the line with the least (weighted) sum of squared distances.

        Parameters
        ----------
        points : array_like, shape (n, 2)
            At least two different points.
        weights : array_like, shape (n,), optional
            At least 0.

        Returns
        -------
        numpy.ndarray, shape (3,)

        Raises
        ------
        TypeError, ValueError
            If the points are no numbers, too few, not finite or do not determine a
            line.

        References
        ----------
        Pearson (1901), "On lines and planes of closest fit to systems of points in
        space", Philosophical Magazine 2.
        """
        weights = np.ones(len(points)) if weights is None else weights
        center = weights @ points / weights.sum()
        offsets = points - center
        scatter = (offsets * weights[:, None]).T @ offsets
        spread, axes = np.linalg.eigh(scatter)  # ascending
        rounding = 1e-28 * (weights @ points**2).sum()
        if spread[1] <= max(1e-14 * spread[-1], rounding):
            raise ValueError(
                "these points do not determine a line: they lie in a point"
            )
        normal = axes[:, 0]
        return np.array([*normal, -normal @ center])


class Homography:
    """A projective map of one image into another.

    Points have four columns ``x, y, x', y'`` in pixels: where a match is in the first
    image and where in the second. A model is a matrix of shape (3, 3), of Frobenius
    norm 1, with ``(x', y', 1)`` proportional to ``H @ (x, y, 1)``. The residual is the
    transfer error: the distance in the second image.
    """

    name, sample_size, num_columns = "homography", 4, 4

    def minimal(self, points, indices) -> np.ndarray:
        """Return the homographies through quadruples of matches.

        With ``P`` and ``Q`` the first three points of either image as columns, and
        ``r[i]`` the ratio of the areas, in the second and in the first image, of the
        triangle that leaves point ``i`` out, ``H = Q @ diag(r[:3]) @ adjugate(P)``.

        Parameters
        ----------
        points : numpy.ndarray, shape (n, 4)
        indices : numpy.ndarray of int, shape (m, 4)

        Returns
        -------
        numpy.ndarray, shape (at most m, 3, 3)
            Left out are samples with three points on a line in either image, and those
            whose triangles do not all keep (or all change) their orientation.

        References
        ----------
        Hartley & Zisserman (2004), "Multiple View Geometry", section 4.1 (minimal
        configuration) and chapter 21 (orientation).
        """
        x, y, x_new, y_new = points.T[:, indices.T]  # each (4, m)
        areas, new_areas = _triangle_areas(x, y), _triangle_areas(x_new, y_new)
        usable = _in_general_position(areas, x, y)
        usable &= _in_general_position(new_areas, x_new, y_new)
        same = (areas > 0) == (new_areas > 0)
        usable &= same.all(axis=0) | ~same.any(axis=0)

        corners = points[indices[usable, :3]]  # (m, 3, 4)
        ratios = (new_areas[:3, usable] / areas[:3, usable]).T
        P, Q = _homogeneous(corners[..., :2]), _homogeneous(corners[..., 2:])
        adjugate = _cross(P[:, [1, 2, 0]], P[:, [2, 0, 1]])
        H = Q.transpose(0, 2, 1) @ (ratios[..., None] * adjugate)
        return H / np.linalg.norm(H, axis=(1, 2), keepdims=True)

    def squared_residuals(self, models, points) -> np.ndarray:
        """Return the squared transfer error of every match under every model.

        Parameters
        ----------
        models : numpy.ndarray, shape (m, 3, 3)
        points : numpy.ndarray, shape (n, 4)

        Returns
        -------
        numpy.ndarray, shape (m, n)
            In square pixels of the second image; infinite where a point is sent to
            infinity.
        """
        mapped = models.reshape(-1, 3) @ _homogeneous(points[:, :2]).T
        x, y, scale = mapped.reshape(len(models), 3, -1).transpose(1, 0, 2)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for coordinate, seen in ((x, points[:, 2]), (y, points[:, 3])):
                coordinate /= scale
                coordinate -= seen
                coordinate *= coordinate
            x += y
        return np.fmin(x, np.inf, out=x)  # 0 / 0 is no match either

    @door(_check_fit)
    def fit(self, points, weights=None) -> np.ndarray:
        """Return the homography of least (weighted) algebraic error.

        Parameters
        ----------
        points : array_like, shape (n, 4)
            At least four matches; not all but one on a line, in either image.
        weights : array_like, shape (n,), optional
            At least 0.

        Returns
        -------
        numpy.ndarray, shape (3, 3)

        Raises
        ------
        TypeError, ValueError
            If the matches are no numbers, too few, not finite or do not determine a
            homography.

        References
        ----------
        Hartley (1997), "In defense of the eight-point algorithm", IEEE Transactions on
        Pattern Analysis and Machine Intelligence 19 (normalization); Hartley &
        Zisserman (2004), algorithm 4.2 (normalized direct linear transform).
        """
        weights = np.ones(len(points)) if weights is None else weights
        T = _normalization(points[:, :2], weights)
        U = _normalization(points[:, 2:], weights)
        p = _homogeneous(points[:, :2]) @ T.T
        x, y = U[:2, :2] @ points[:, 2:].T + U[:2, 2:]
        # A match gives the two equations (p, 0, -x p) h = 0 and (0, p, -y p) h = 0.
        products = (p[:, :, None] * p[:, None, :]).reshape(-1, 9)
        moments = weights * np.stack([np.ones_like(x), x, y, x * x + y * y])
        S, Sx, Sy, Sxy = (moments @ products).reshape(4, 3, 3)
        zeros = np.zeros((3, 3))
        scatter = np.block([[S, zeros, -Sx], [zeros, S, -Sy], [-Sx, -Sy, Sxy]])
        spread, axes = np.linalg.eigh(scatter)
        H = axes[:, 0].reshape(3, 3)
        # No second model may fit as well, nor this one map the plane onto a line.
        if spread[1] <= 1e-14 * spread[-1] or abs(np.linalg.det(H)) < 1e-9:
            raise ValueError(
                "these matches do not determine a homography: "
                "at least four with no three on a line are needed, in either image"
            )
        H = np.linalg.inv(U) @ H @ T
        return H / np.linalg.norm(H)


# --- the search -----------------------------------------------------------------------


@dataclass(frozen=True)
class Consensus:
    """What :func:`ransac` found.

    Attributes
    ----------
    model : numpy.ndarray or None
        The model, or ``None`` if no sample determined one that any point supports.
    inliers : numpy.ndarray of bool, shape (n,)
        The points nearer to *this* model than the threshold.
    cost : float
        Cost of this model, from 0 (every point on it) to n (no point near it).
    trials : int
        How many samples were drawn.
    trace : numpy.ndarray, shape (number of chunks, 2)
        After each chunk: samples drawn so far, lowest cost so far.
    """

    model: np.ndarray | None
    inliers: np.ndarray
    cost: float
    trials: int
    trace: np.ndarray


@door(_check_search)
def ransac(
    points,
    model,
    threshold: float,
    *,
    confidence: float = 0.99,
    max_trials: int = 10_000,
    cost: str = "msac",
    local_optimization: bool = True,
    adaptive: bool = True,
    refits: int = 1,
    largest_chunk: int = LARGEST_CHUNK,
    seed: int | np.random.Generator = 0,
) -> Consensus:
    """Fit a model to points of which many may be outliers.

    Parameters
    ----------
    points : array_like, shape (n, c)
        Finite numbers; ``c`` is the model's number of columns.
    model : Line or Homography
        An object of the class, or of any class with the same members.
    threshold : float
        Points nearer to a model than this are its inliers; in the points' unit, in
        which both lie between 1e-50 and 1e50. With Gaussian noise of standard deviation
        sigma, 3 sigma is a fair choice.
    confidence : float
        With ``adaptive``, stop when the samples drawn hold an all-inlier one with this
        probability, going by the inliers of the best model so far. Samples take no
        point twice, which matters where points are few.
    max_trials : int
        Largest number of samples. The first check comes after the first chunk of them.
    cost : {"msac", "count"}
        What to minimize: the sum of squared residuals in units of the threshold, none
        counted above 1 (MSAC), or the number of outliers (the original RANSAC).
    local_optimization : bool
        Refit the best model of each chunk of samples to its inliers, several times,
        with a threshold that shrinks to the given one; keep what lowers the cost.
    adaptive : bool
        If false, all ``max_trials`` samples are drawn.
    refits : int
        End with so many least-squares fits, each to all inliers of the model before,
        whatever they cost. With ``local_optimization``, which has done so already and
        kept the better, this changes nothing.
    largest_chunk : int
        Samples are drawn in chunks of 32, 64, ... up to this many: the smaller, the
        more models are locally optimized.
    seed : int or numpy.random.Generator
        Same seed, same result.

    Returns
    -------
    Consensus
        With ``model=None`` and no inliers if the data are degenerate: no sample
        determines a model (all points equal; matches on one line, for a homography).

    Raises
    ------
    TypeError, ValueError
        If the points do not have the model's shape, are too few or no finite numbers;
        if the model is a class or lacks a member; if another argument is of the wrong
        type or out of range.

    Examples
    --------
    >>> points = np.array([[0, 1], [1, 3], [2, 5], [3, 7], [1, 9], [3, 0]])
    >>> found = ransac(points, Line(), threshold=0.1)
    >>> found.inliers
    array([ True,  True,  True,  True, False, False])

    References
    ----------
    Fischler & Bolles (1981); Torr & Zisserman (2000), section 4; Chum et al. (2003).
    Their full titles stand at the head of this module.
    """
    rng = np.random.default_rng(seed)
    scored = points.astype(_scoring_precision(points, threshold))
    factors = FACTORS if local_optimization else ()

    best, best_cost = None, float(len(points))
    trials, needed, trace = 0, max_trials, []
    chunk = min(FIRST_CHUNK, largest_chunk)
    while trials < needed:
        size = min(chunk, needed - trials)
        samples = _sample_minimal(rng, len(points), model.sample_size, size)
        candidates = model.minimal(points, samples)
        trials, chunk = trials + size, min(2 * chunk, largest_chunk)
        if len(candidates):
            costs = _model_costs(model, candidates, scored, threshold, cost)
            found, found_cost = _polish(
                model, candidates[costs.argmin()], points, threshold, cost, factors
            )
            if found_cost < best_cost:
                best, best_cost = found, found_cost
                if adaptive:
                    share = _inliers(model, best, points, threshold).mean()
                    needed = min(
                        max_trials,
                        _trials_needed(
                            share, model.sample_size, confidence, len(points)
                        ),
                    )
        trace.append((trials, best_cost))

    for _ in range(0 if best is None or local_optimization else refits):
        inliers = _inliers(model, best, points, threshold)
        refitted = _fit_or_none(model, points[inliers])
        best = best if refitted is None else refitted
    return _consensus(model, best, points, threshold, cost, trials, trace)


@door(_check_polish)
def polish(model, candidate, points, threshold, cost, factors=FACTORS):
    """Refit a model to its inliers, again and again, and keep the best.

    The first rounds look further than the threshold: a model through noisy points is
    off by more than their noise, and sees few of the inliers within the threshold.

    Parameters
    ----------
    model : Line or Homography
        What kind of model it is.
    candidate : numpy.ndarray
        One model.
    points : numpy.ndarray, shape (n, c)
        Points.
    threshold, cost
        As in :func:`ransac`.
    factors : sequence of float
        The threshold of each round, in units of ``threshold``.

    Returns
    -------
    best : numpy.ndarray
        The cheapest of the candidate and its refits.
    best_cost : float
        What it costs.

    Raises
    ------
    TypeError, ValueError
        As in :func:`ransac`.

    References
    ----------
    Chum, Matas & Kittler (2003), section 3 (the iterative variant).
    """
    squared = model.squared_residuals(candidate[None], points)[0]
    best, best_cost = candidate, _total_cost(squared, threshold, cost)
    for factor in factors:
        near = squared < (factor * threshold) ** 2
        refitted = _fit_or_none(model, points[near])
        if refitted is None:
            break
        squared = model.squared_residuals(refitted[None], points)[0]
        new_cost = _total_cost(squared, threshold, cost)
        if new_cost < best_cost:
            best, best_cost = refitted, new_cost
    return best, best_cost


@door(_check_costs)
def model_costs(model, models, points, threshold: float, cost: str = "msac"):
    """Return what each model costs: how badly the points support it.

    Parameters
    ----------
    model : Line or Homography
        What kind of model they are.
    models : numpy.ndarray, shape (m, ...)
        Models.
    points : numpy.ndarray, shape (n, c)
        Points. The costs are computed in their precision; whole numbers count as
        double precision. In single precision they and the threshold lie between 1e-15
        and 1e15.
    threshold : float
        Inlier threshold.
    cost : {"msac", "count"}
        As in :func:`ransac`.

    Returns
    -------
    numpy.ndarray, shape (m,)
        From 0 to n.

    Raises
    ------
    TypeError, ValueError
        As in :func:`ransac`.
    """
    models = models.astype(points.dtype)
    costs = np.empty(len(models))
    step = max(1, CACHED_RESIDUALS // len(points))
    for start in range(0, len(models), step):
        part = slice(start, start + step)
        squared = model.squared_residuals(models[part], points)
        if cost == "msac":
            squared *= points.dtype.type(threshold**-2)
            costs[part] = np.minimum(squared, 1, out=squared).sum(axis=1)
        else:
            costs[part] = len(points) - (squared < threshold**2).sum(axis=1)
    return costs


# What a door has let in is not checked again behind it, in the loop of the search.
_all_inlier_probability = all_inlier_probability.__wrapped__
_trials_needed = trials_needed.__wrapped__
_sample_minimal = sample_minimal.__wrapped__
_model_costs, _polish = model_costs.__wrapped__, polish.__wrapped__

# --- data -----------------------------------------------------------------------------


@door(_check_scene)
def line_scene(
    rng: np.random.Generator,
    num_points: int = 500,
    outlier_share: float = 0.5,
    sigma: float = 0.5,
):
    """Draw points on a random line across the square [0, 100]², and outliers anywhere.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    num_points : int
        How many points.
    outlier_share : float
        Share of points spread evenly over the square, in [0, 1].
    sigma : float
        Standard deviation of the inliers' Gaussian noise in x and in y.

    Returns
    -------
    points : numpy.ndarray, shape (num_points, 2)
        Inliers and outliers in random order.
    is_inlier : numpy.ndarray of bool, shape (num_points,)
        Which were drawn on the line.
    line : numpy.ndarray, shape (3,)
        The line, as :class:`Line` writes it.

    Raises
    ------
    TypeError, ValueError
        If the share is not in [0, 1], the noise is negative or not finite, the number
        of points is not a positive int, or ``rng`` no generator.
    """
    angle = rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    middle = rng.uniform(30, 70, 2)
    is_inlier = _random_mask(rng, num_points, outlier_share)
    on_line = middle + rng.uniform(-40, 40, (num_points, 1)) * along
    points = on_line + rng.normal(0, sigma, (num_points, 2))
    points[~is_inlier] = rng.uniform(0, 100, ((~is_inlier).sum(), 2))
    normal = np.array([-along[1], along[0]])
    return points, is_inlier, np.append(normal, -normal @ middle)


@door(_check_scene)
def homography_scene(
    rng: np.random.Generator,
    num_points: int = 500,
    outlier_share: float = 0.5,
    sigma: float = 1.0,
):
    """Draw matches between two images of 640 by 480 pixels, many of them wrong.

    Parameters
    ----------
    rng, num_points, outlier_share
        As in :func:`line_scene`. An outlier's second position is anywhere in the image.
    sigma : float
        Standard deviation in pixels of the Gaussian noise in the second image.

    Returns
    -------
    points : numpy.ndarray, shape (num_points, 4)
        Columns ``x, y, x', y'``.
    is_inlier : numpy.ndarray of bool, shape (num_points,)
        Which matches are right.
    H : numpy.ndarray, shape (3, 3)
        The homography, of Frobenius norm 1.

    Raises
    ------
    TypeError, ValueError
        As in :func:`line_scene`.
    """
    size = np.array([640.0, 480.0])
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size
    moved = corners + rng.uniform(-80, 80, (4, 2))
    H = Homography().minimal(np.hstack([corners, moved]), np.arange(4)[None])[0]
    is_inlier = _random_mask(rng, num_points, outlier_share)
    before = rng.uniform(0, size, (num_points, 2))
    after = _homogeneous(before) @ H.T
    after = after[:, :2] / after[:, 2:] + rng.normal(0, sigma, (num_points, 2))
    after[~is_inlier] = rng.uniform(0, size, ((~is_inlier).sum(), 2))
    return np.hstack([before, after]), is_inlier, H


# --- parts of the search --------------------------------------------------------------


def _inliers(model, found, points, threshold):
    """Return which points are nearer to the model than the threshold, shape (n,)."""
    return model.squared_residuals(found[None], points)[0] < threshold**2


def _consensus(model, found, points, threshold, cost, trials, trace) -> Consensus:
    """Judge the model that is returned, on the points that were given."""
    trace = np.array(trace, dtype=float)
    if found is None:
        nobody = np.zeros(len(points), dtype=bool)
        return Consensus(None, nobody, float(len(points)), trials, trace)
    squared = model.squared_residuals(found[None], points)[0]
    final_cost = _total_cost(squared, threshold, cost)
    return Consensus(found, squared < threshold**2, final_cost, trials, trace)


def _total_cost(squared, threshold, cost) -> float:
    """Return the cost of one model from its squared residuals, shape (n,)."""
    if cost == "msac":
        return float(np.minimum(squared / threshold**2, 1).sum())
    return float(len(squared) - np.count_nonzero(squared < threshold**2))


def _fit_or_none(model, points):
    """Return the least-squares model, or None if the points do not determine one."""
    if len(points) < model.sample_size:
        return None
    bare = getattr(model.fit, "__wrapped__", None)  # the points have passed a door
    try:
        return model.fit(points) if bare is None else bare(model, points)
    except ValueError:
        return None


def _scoring_precision(points, threshold):
    """Return single precision where its rounding errors are far below the threshold."""
    largest = np.abs(points).max()
    safe = largest < SINGLE_RANGE and min(largest, threshold) > 1 / SINGLE_RANGE
    return np.float32 if safe and threshold > 1e-4 * largest else np.float64


# --- geometry -------------------------------------------------------------------------


def _cross(a, b):
    """Return the cross product over the last axis: three times as fast as NumPy's."""
    (a0, a1, a2), (b0, b1, b2) = np.moveaxis(a, -1, 0), np.moveaxis(b, -1, 0)
    return np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=-1)


def _homogeneous(points):
    """Append a 1 to each point, in the points' precision."""
    ones = np.ones((*points.shape[:-1], 1), dtype=points.dtype)
    return np.concatenate([points, ones], axis=-1)


def _triangle_areas(x, y):
    """Return twice the signed areas of the triangles among four points, shape (4, m).

    Row ``i`` belongs to the triangle that leaves point ``i`` out.
    """
    corners = [(1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2)]
    return np.stack(
        [
            (x[j] - x[i]) * (y[k] - y[i]) - (x[k] - x[i]) * (y[j] - y[i])
            for i, j, k in corners
        ]
    )


def _in_general_position(areas, x, y):
    """Return whether no three of four points lie on a line, up to rounding errors."""
    width = np.maximum(np.ptp(x, axis=0), np.ptp(y, axis=0))
    return np.abs(areas).min(axis=0) > 1e-8 * width**2


def _normalization(points, weights):
    """Return the similarity that moves points to mean 0 and mean square distance 2."""
    x, y = weights @ points / weights.sum()
    squared_distance = ((points - (x, y)) ** 2).sum(axis=1)
    variance = weights @ squared_distance / weights.sum()
    scale = math.sqrt(2 / variance) if variance > 0 else 1.0
    return np.array([[scale, 0, -scale * x], [0, scale, -scale * y], [0, 0, 1]])


def _random_mask(rng, num_points, outlier_share):
    """Return a mask with exactly the share of inliers, in random order."""
    is_inlier = np.arange(num_points) >= round(outlier_share * num_points)
    return rng.permutation(is_inlier)
