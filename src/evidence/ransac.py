"""Random sample consensus, with all the samples of a chunk computed at once.

Fit a model to a few points drawn at random, count who agrees, repeat, keep the best.
:func:`ransac` does so for any object with the four members of :class:`Line`:
``sample_size``, ``minimal``, ``squared_residuals`` and ``fit`` (and ``shifted``, which
moves a model along with the origin).

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

Chapter: book/detection-geometry/ransac.ipynb.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

COSTS = ("msac", "count")
FIRST_CHUNK, LARGEST_CHUNK = (
    32,
    2048,
)  # samples drawn at once: doubled from chunk to chunk
CACHED_RESIDUALS = 2**15  # of single precision: 128 kB, which a core keeps close by
NUM_POLISHED = 3  # best samples of each chunk that local optimization starts from
POLISH_FACTORS = (3.0, 2.0, 1.5, 1.0, 1.0)  # its thresholds, in units of the threshold


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
    ValueError
        If the share is not in [0, 1] or a size is not a positive whole number.

    Notes
    -----
    Chapter: book/detection-geometry/ransac.ipynb.
    """
    if not 0 <= inlier_share <= 1:
        raise ValueError(f"inlier_share must lie in [0, 1], not {inlier_share}")
    _check_whole("sample_size", sample_size, least=1)
    if num_points is None:
        return float(inlier_share) ** sample_size
    _check_whole("num_points", num_points, least=sample_size)
    num_inliers = round(inlier_share * num_points)
    return math.comb(num_inliers, sample_size) / math.comb(num_points, sample_size)


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
        the probability of one all-inlier sample; ``math.inf`` if ``q`` is 0.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Fischler & Bolles (1981), section II.B.

    Chapter: book/detection-geometry/ransac.ipynb.
    """
    _check_confidence(confidence)
    q = all_inlier_probability(inlier_share, sample_size, num_points)
    if q == 1:
        return 1
    if q == 0:
        return math.inf
    trials = math.log1p(-confidence) / math.log1p(-q)
    # 0.75 = 1 - 0.5**2 needs 2 trials, not the 3 that a rounding error would make of it
    return max(1, math.ceil(trials * (1 - 1e-12)))


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
    ValueError
        If there are fewer points than a sample takes, or a size is not a whole number.

    References
    ----------
    Bentley & Floyd (1987), "A sample of brilliance", Communications of the ACM 30:
    no draw is ever repeated.

    Chapter: book/detection-geometry/ransac.ipynb.
    """
    _check_whole("sample_size", sample_size, least=1)
    _check_whole("num_samples", num_samples, least=0)
    _check_whole("num_points", num_points, least=sample_size)
    samples = np.empty((num_samples, sample_size), dtype=np.intp)
    for column, last in enumerate(range(num_points - sample_size, num_points)):
        drawn = rng.integers(0, last + 1, num_samples)
        taken = (samples[:, :column] == drawn[:, None]).any(axis=1)
        samples[:, column] = np.where(taken, last, drawn)
    return samples


class _Hyperplane:
    """A line in the plane or a plane in space: ``normal @ x + offset = 0``.

    A model is an array ``(*normal, offset)`` with a normal of length 1, so the residual
    is the perpendicular distance, in the unit of the points.
    """

    sample_size: int
    num_columns: int

    def squared_residuals(self, models, points) -> np.ndarray:
        """Return the squared distance of every point to every model.

        Parameters
        ----------
        models : numpy.ndarray, shape (m, d + 1)
            Normals and offsets.
        points : numpy.ndarray, shape (n, d)
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

    def fit(self, points, weights=None) -> np.ndarray:
        """Return the model with the least (weighted) sum of squared distances.

        Parameters
        ----------
        points : array_like, shape (n, d)
            At least ``sample_size`` points that do not lie in a smaller space.
        weights : array_like, shape (n,), optional
            At least 0.

        Returns
        -------
        numpy.ndarray, shape (d + 1,)

        Raises
        ------
        ValueError
            If the points are too few, not finite or do not determine a model.

        References
        ----------
        Pearson (1901), "On lines and planes of closest fit to systems of points in
        space", Philosophical Magazine 2.
        """
        points, weights = _check_fit(self, points, weights)
        center = weights @ points / weights.sum()
        offsets = points - center
        scatter = (offsets * weights[:, None]).T @ offsets
        spread, axes = np.linalg.eigh(scatter)  # ascending
        if spread[1] <= 1e-14 * spread[-1] or spread[-1] <= 0:
            raise ValueError(
                f"these points do not determine a {self.name}: they lie in a point"
                + (" or on a line" if self.sample_size == 3 else "")
            )
        normal = axes[:, 0]
        return np.append(normal, -normal @ center)

    def shifted(self, model, shift) -> np.ndarray:
        """Return the model of the points moved by ``shift``, shape (d,)."""
        return np.append(model[:-1], model[-1] - model[:-1] @ shift)

    @staticmethod
    def _through(normals, points, usable) -> np.ndarray:
        """Return models with these normals through these points, where usable."""
        normals, points = normals[usable], points[usable]
        normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
        return np.column_stack([normals, -(normals * points).sum(axis=1)])


class Line(_Hyperplane):
    """A line ``a x + b y + c = 0`` in the plane; a model is ``(a, b, c)``, a²+b² = 1.

    Examples
    --------
    >>> points = np.array([[0.0, 1.0], [2.0, 1.0]])
    >>> abs(Line().minimal(points, np.array([[0, 1]])))
    array([[0., 1., 1.]])

    Chapter: book/detection-geometry/ransac.ipynb.
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
        normals = np.column_stack([-along[:, 1], along[:, 0]])
        return self._through(normals, first, along.any(axis=1))


class Plane(_Hyperplane):
    """A plane ``a x + b y + c z + d = 0``; a model is ``(a, b, c, d)``, a²+b²+c² = 1.

    Chapter: book/detection-geometry/ransac.ipynb.
    """

    name, sample_size, num_columns = "plane", 3, 3

    def minimal(self, points, indices) -> np.ndarray:
        """Return the planes through triples of points.

        Parameters
        ----------
        points : numpy.ndarray, shape (n, 3)
        indices : numpy.ndarray of int, shape (m, 3)

        Returns
        -------
        numpy.ndarray, shape (at most m, 4)
            Triples on a line determine no plane and are left out.
        """
        first, second, third = (points[indices[:, i]] for i in range(3))
        normals = _cross(second - first, third - first)
        sides = ((second - first) ** 2).sum(1) * ((third - first) ** 2).sum(1)
        sine_squared_times_sides = (normals**2).sum(axis=1)
        return self._through(normals, first, sine_squared_times_sides > 1e-20 * sides)


class Homography:
    """A projective map of one image into another.

    Points have four columns ``x, y, x', y'`` in pixels: where a match is in the first
    image and where in the second. A model is a matrix of shape (3, 3), of Frobenius
    norm 1, with ``(x', y', 1)`` proportional to ``H @ (x, y, 1)``. The residual is the
    transfer error: the distance in the second image.

    Chapter: book/detection-geometry/ransac.ipynb.
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
        sample = points[indices]  # (m, 4, 4)
        before, after = sample[..., :2], sample[..., 2:]
        areas, new_areas = _triangle_areas(before), _triangle_areas(after)
        usable = _in_general_position(areas, before)
        usable &= _in_general_position(new_areas, after)
        same = (areas > 0) == (new_areas > 0)
        usable &= same.all(axis=1) | ~same.any(axis=1)

        ratios = new_areas[usable, :3] / areas[usable, :3]
        P, Q = _homogeneous(before[usable, :3]), _homogeneous(after[usable, :3])
        rows = np.roll(P, -1, axis=1), np.roll(P, -2, axis=1)
        adjugate = _cross(*rows)  # row i: the line through the other two points
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

    def fit(self, points, weights=None) -> np.ndarray:
        """Return the homography of least (weighted) algebraic error.

        Parameters
        ----------
        points : array_like, shape (n, 4)
            At least four matches, not all but one on a line.
        weights : array_like, shape (n,), optional
            At least 0.

        Returns
        -------
        numpy.ndarray, shape (3, 3)

        Raises
        ------
        ValueError
            If the matches are too few, not finite or do not determine a homography.

        References
        ----------
        Hartley (1997), "In defense of the eight-point algorithm", IEEE Transactions on
        Pattern Analysis and Machine Intelligence 19 (normalization); Hartley &
        Zisserman (2004), algorithm 4.2 (normalized direct linear transform).
        """
        points, weights = _check_fit(self, points, weights)
        T, U = _normalization(points[:, :2]), _normalization(points[:, 2:])
        p = _homogeneous(points[:, :2]) @ T.T
        q = _homogeneous(points[:, 2:]) @ U.T
        zeros = np.zeros_like(p)
        A = np.vstack(
            [
                np.hstack([p, zeros, -q[:, :1] * p]),
                np.hstack([zeros, p, -q[:, 1:2] * p]),
            ]
        )
        scatter = (A * np.tile(weights, 2)[:, None]).T @ A
        spread, axes = np.linalg.eigh(scatter)
        if spread[1] <= 1e-14 * spread[-1]:
            raise ValueError(
                "these matches do not determine a homography: "
                "at least four with no three on a line are needed"
            )
        H = np.linalg.inv(U) @ axes[:, 0].reshape(3, 3) @ T
        return H / np.linalg.norm(H)

    def shifted(self, model, shift) -> np.ndarray:
        """Return the model of the matches moved by ``shift``, shape (4,)."""
        H = _translation(shift[2:]) @ model @ _translation(-shift[:2])
        return H / np.linalg.norm(H)


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
    refit: bool = True,
    seed: int | np.random.Generator = 0,
) -> Consensus:
    """Fit a model to points of which many may be outliers.

    Parameters
    ----------
    points : array_like, shape (n, c)
        Finite numbers; ``c`` is the model's number of columns.
    model : Line, Plane or Homography
        An object of the class, or of any class with the same members.
    threshold : float
        Points nearer to a model than this are its inliers; in the points' unit. With
        Gaussian noise of standard deviation sigma, 3 sigma is a fair choice.
    confidence : float
        With ``adaptive``, stop when the samples drawn hold an all-inlier one with this
        probability, going by the inliers of the best model so far.
    max_trials : int
        Largest number of samples. The first check comes after 32 of them.
    cost : {"msac", "count"}
        What to minimize: the sum of squared residuals in units of the threshold, none
        counted above 1 (MSAC), or the number of outliers (the original RANSAC).
    local_optimization : bool
        Refit the three best models of each chunk to their inliers, several times, with
        a threshold that shrinks to the given one; keep what lowers the cost.
    adaptive : bool
        If false, all ``max_trials`` samples are drawn.
    refit : bool
        End with one least-squares fit to all inliers. With ``local_optimization``,
        which has done so already and kept the better, this changes nothing.
    seed : int or numpy.random.Generator
        Same seed, same result.

    Returns
    -------
    Consensus
        With ``model=None`` and no inliers if the data are degenerate: no sample
        determines a model (all points equal; matches on one line, for a homography).

    Raises
    ------
    ValueError
        If the points do not have the model's shape, are too few or not finite; if
        threshold, confidence, max_trials or cost are out of range.

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

    Chapter: book/detection-geometry/ransac.ipynb.
    """
    points = _check_points(model, points)
    _check_search(threshold, confidence, max_trials, cost)
    rng = np.random.default_rng(seed)
    origin = np.median(points, axis=0)  # near it, single precision loses least
    centered = points - origin
    scored = centered.astype(_scoring_precision(centered, threshold))

    best, best_cost = None, float(len(points))
    trials, needed, chunk, trace = 0, max_trials, FIRST_CHUNK, []
    while trials < needed:
        size = min(chunk, needed - trials)
        samples = sample_minimal(rng, len(points), model.sample_size, size)
        candidates = model.minimal(centered, samples)
        trials, chunk = trials + size, min(2 * chunk, LARGEST_CHUNK)
        costs = model_costs(model, candidates, scored, threshold, cost)
        order = np.argsort(costs, kind="stable")
        for candidate in candidates[order[: NUM_POLISHED if local_optimization else 1]]:
            if local_optimization:
                found, found_cost = _polish(model, candidate, centered, threshold, cost)
            else:
                found, found_cost = (
                    candidate,
                    _cost(model, candidate, centered, threshold, cost),
                )
            if found_cost < best_cost:
                best, best_cost = found, found_cost
                if adaptive:
                    inliers = _inliers(model, best, centered, threshold)
                    share = inliers.mean()
                    needed = trials_needed(share, model.sample_size, confidence)
                    needed = min(needed, max_trials)
        trace.append((trials, best_cost))

    if best is not None and refit and not local_optimization:
        inliers = _inliers(model, best, centered, threshold)
        best = _fit_or_none(model, centered[inliers]) if inliers.any() else best
    return _consensus(model, best, origin, points, threshold, cost, trials, trace)


def model_costs(model, models, points, threshold: float, cost: str = "msac"):
    """Return what each model costs: how badly the points support it.

    Parameters
    ----------
    model : Line, Plane or Homography
        What kind of model they are.
    models : numpy.ndarray, shape (m, ...)
        Models.
    points : numpy.ndarray, shape (n, c)
        Points; the costs are computed in their precision.
    threshold : float
        Inlier threshold.
    cost : {"msac", "count"}
        As in :func:`ransac`.

    Returns
    -------
    numpy.ndarray, shape (m,)
        From 0 to n.

    Chapter: book/detection-geometry/ransac.ipynb.
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
