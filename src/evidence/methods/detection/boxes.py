"""Boxes: how much they overlap, which of them to keep, how good a list of them is.

A box is ``(x1, y1, x2, y2)``: left, top, right, bottom, in any unit. Ends are
exclusive: the width is ``x2 - x1``, with no ``+ 1``, and the pixels of an image inside
the box are ``image[y1:y2, x1:x2]``. Many boxes are an array of shape (N, 4). Every
function checks them with :func:`check_boxes` before it computes, and computes in double
precision: an overlap that equals a threshold in the mathematics equals it in the
machine, as long as the coordinates are whole numbers.

References
----------
Everingham et al. (2010), "The PASCAL visual object classes (VOC) challenge",
International Journal of Computer Vision 88 (overlap, matching, average precision).
Felzenszwalb et al. (2010), "Object detection with discriminatively trained part-based
models", IEEE Transactions on Pattern Analysis and Machine Intelligence 32 (greedy
suppression of boxes).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evidence import checks
from evidence.checks import door

LARGEST = 1e150  # coordinates beyond this have areas that are not finite
SMALLEST = 1e-150  # sides below this, but not 0, have areas that vanish
TINIEST = np.nextafter(0.0, 1.0)  # the smallest positive number
BLOCK = 64  # boxes whose order matters at a time; its overlaps stay in the cache


# --- At the door ----------------------------------------------------------------------


def check_boxes(boxes, name: str = "boxes", *, with_area: bool = False) -> np.ndarray:
    """Return boxes as an array of doubles, or say which row is not a box.

    Parameters
    ----------
    boxes : array_like of int or float, shape (N, 4)
        As ``x1, y1, x2, y2`` with ``x1 <= x2`` and ``y1 <= y2``. A box without area is
        a box. An empty list is no boxes.
    name : str
        What the message calls them.
    with_area : bool
        Whether boxes without area are refused.

    Returns
    -------
    numpy.ndarray of float64, shape (N, 4)

    Raises
    ------
    TypeError
        If they are not an array of real numbers, or parts of it are masked.
    ValueError
        If the shape is another, or a row holds NaN or infinity, has swapped corners, is
        so large or so small that its area cannot be told in double precision, or has no
        area where it must have one.
    """
    boxes = checks.array(boxes, name, finite=False)
    if boxes.shape == (0,):
        boxes = boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        hint = f"; one box is {name}[None]" if boxes.shape == (4,) else ""
        raise ValueError(f"{name} must have the shape (N, 4), not {boxes.shape}{hint}")
    with np.errstate(invalid="ignore"):  # infinity - infinity
        sides = boxes[:, 2:] - boxes[:, :2]
    large_enough = (sides >= SMALLEST) | ((sides == 0) & (not with_area))
    small_enough = np.abs(boxes) <= LARGEST
    if not (large_enough.all() and small_enough.all()):
        row = int(np.argmin(large_enough.all(axis=1) & small_enough.all(axis=1)))
        raise ValueError(f"{name}[{row}] = {boxes[row].tolist()}: {_fault(boxes[row])}")
    return boxes


def _fault(box) -> str:
    """Say what is wrong with one box."""
    x1, y1, x2, y2 = box
    if not np.isfinite(box).all():
        return "coordinates must be finite"
    if x1 > x2 or y1 > y2:
        axis = "x" if x1 > x2 else "y"
        return (
            f"{axis}1 is greater than {axis}2; are the corners swapped, or is it "
            "(x, y, width, height)?"
        )
    if np.abs(box).max() > LARGEST:
        return f"coordinates beyond {LARGEST:g} have no finite area"
    if 0 < x2 - x1 < SMALLEST or 0 < y2 - y1 < SMALLEST:
        return f"sides below {SMALLEST:g}, other than 0, have areas that vanish"
    return "it has no area"


def _check_pair(a, b):
    return check_boxes(a, "a"), check_boxes(b, "b")


def _check_scored(boxes, scores):
    boxes = check_boxes(boxes)
    return boxes, checks.array(scores, "scores", shape=(len(boxes),))


def _check_nms(boxes, scores, threshold):
    threshold = checks.number(threshold, "threshold", least=0, most=1)
    return *_check_scored(boxes, scores), threshold


def _check_batched(boxes, scores, classes, threshold):
    boxes, scores, threshold = _check_nms(boxes, scores, threshold)
    checks.array(classes, "classes", shape=(len(boxes),))
    classes = np.asarray(classes)
    if classes.dtype.kind not in "iu" and classes.size:
        raise TypeError(f"classes must be whole numbers, not {classes.dtype}")
    return boxes, scores, classes, threshold


def _check_soft(boxes, scores, decay, min_score):
    boxes, scores = _check_scored(boxes, scores)
    if (scores < 0).any():
        row = int(np.argmax(scores < 0))
        raise ValueError(
            f"scores[{row}] = {scores[row]} is negative; it would not fall"
        )
    if not callable(decay):
        raise TypeError(f"decay must be a function of IoUs, not {decay!r}")

    def checked_decay(overlaps):
        factors = np.asarray(decay(overlaps))
        real = factors.shape == overlaps.shape and factors.dtype.kind in "biuf"
        if not (real and ((factors >= 0) & (factors <= 1)).all()):
            raise ValueError("decay must return one factor from 0 to 1 for each IoU")
        return factors

    return boxes, scores, checked_decay, checks.number(min_score, "min_score", least=0)


def _check_overlaps(overlaps):
    overlaps = _booleans(overlaps, "overlaps")
    if overlaps.ndim != 2 or len(overlaps) != overlaps.shape[1]:
        raise ValueError(f"overlaps must have the shape (n, n), not {overlaps.shape}")
    if np.tril(overlaps).any():
        raise ValueError(
            "overlaps must be false on its diagonal and below, for no box suppresses "
            "itself or an earlier one: np.triu(overlaps, k=1) is what is above"
        )
    return (overlaps,)


def _check_match(boxes, scores, truths, threshold):
    threshold = checks.number(threshold, "threshold", above=0, most=1)
    return *_check_scored(boxes, scores), check_boxes(truths, "truths"), threshold


def _check_hits(hits, scores, num_truths):
    hits = _booleans(hits, "hits")
    if hits.ndim != 1:
        raise ValueError(
            f"hits must have the shape (N,), one a score, not {hits.shape}"
        )
    scores = checks.array(scores, "scores", shape=hits.shape)
    num_truths = checks.whole(num_truths, "num_truths", least=1)
    if num_truths < hits.sum():
        raise ValueError(f"{hits.sum()} hits, but num_truths is {num_truths}")
    return hits, scores, num_truths


def _check_average(hits, scores, num_truths, interpolate):
    interpolate = checks.flag(interpolate, "interpolate")
    return *_check_hits(hits, scores, num_truths), interpolate


def _booleans(values, name: str) -> np.ndarray:
    """Return an array of booleans; anything else is a ``TypeError``."""
    try:
        found = np.asarray(values)
    except (ValueError, TypeError, RuntimeError):  # rows of different lengths
        found = np.array(None)
    if np.ma.isMaskedArray(values) or (found.dtype != bool and found.size):
        kind = getattr(values, "dtype", type(values).__name__)
        masked = " with a mask" if np.ma.isMaskedArray(values) else ""
        raise TypeError(f"{name} must be an array of booleans, not {kind}{masked}")
    return found.astype(bool)


# --- Overlap --------------------------------------------------------------------------


@door(_check_pair)
def iou(a, b) -> np.ndarray:
    """Return the intersection over union of every box of ``a`` with every box of ``b``.

    Parameters
    ----------
    a : array_like, shape (N, 4)
    b : array_like, shape (M, 4)

    Returns
    -------
    numpy.ndarray, shape (N, M)
        From 0 to 1. Boxes that only touch have 0, and so has a box without area with
        any box, itself included.

    Raises
    ------
    ValueError, TypeError
        As :func:`check_boxes`.

    Examples
    --------
    >>> iou([[0, 0, 10, 10]], [[5, 5, 15, 15], [0, 0, 10, 5]]).round(4)
    array([[0.1429, 0.5   ]])

    References
    ----------
    Jaccard (1912), "The distribution of the flora in the alpine zone", New Phytologist
    11; Everingham et al. (2010), section 4.2.
    """
    return _iou(*_planes(a, b))


@door(_check_pair)
def generalized_iou(a, b) -> np.ndarray:
    """Return the IoU minus the share of the hull that neither box covers.

    The hull is the smallest box that holds both. Parameters and errors as :func:`iou`.

    Returns
    -------
    numpy.ndarray, shape (N, M)
        From -1 to 1; below 0 for boxes far apart, and -1 only where neither box has
        area. The penalty is 0 where the hull has no area.

    References
    ----------
    Rezatofighi et al. (2019), "Generalized intersection over union", CVPR, algorithm 1.
    """
    a, b = _planes(a, b)
    width, height = _hull(a, b)
    hull = width * height
    overlap, union = _intersection_and_union(a, b)
    return _quotient(overlap, union) - _quotient(hull - union, hull)


@door(_check_pair)
def distance_iou(a, b) -> np.ndarray:
    """Return the IoU minus the squared distance of the centers over that of the hull.

    The hull is the smallest box that holds both; its distance is its diagonal.
    Parameters and errors as :func:`iou`.

    Returns
    -------
    numpy.ndarray, shape (N, M)
        From -1 to 1; -1 only for two different points.

    References
    ----------
    Zheng et al. (2020), "Distance-IoU loss", AAAI, equations 6 and 7.
    """
    a, b = _planes(a, b)
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a, b
    twice_x, twice_y = ax1 + ax2 - bx1 - bx2, ay1 + ay2 - by1 - by2
    width, height = _hull(a, b)
    between_centers = (twice_x**2 + twice_y**2) / 4
    return _iou(a, b) - _quotient(between_centers, width**2 + height**2)


def _planes(a, b) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes as (4, N, 1) and (4, 1, M), so that all pairs broadcast."""
    a, b = np.ascontiguousarray(a.T), np.ascontiguousarray(b.T)
    return a[:, :, None], b[:, None, :]


def _areas(planes) -> np.ndarray:
    x1, y1, x2, y2 = planes
    return (x2 - x1) * (y2 - y1)


def _intersection_and_union(a, b) -> tuple[np.ndarray, np.ndarray]:
    """Return the areas that boxes share and cover; planes (4, ...) that broadcast."""
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a, b
    width = np.minimum(ax2, bx2) - np.maximum(ax1, bx1)
    height = np.minimum(ay2, by2) - np.maximum(ay1, by1)
    overlap = np.maximum(width, 0, out=width)
    overlap *= np.maximum(height, 0, out=height)
    return overlap, _areas(a) + _areas(b) - overlap


def _iou(a, b) -> np.ndarray:
    """Return the IoU of boxes, as planes (4, ...) that broadcast."""
    return _quotient(*_intersection_and_union(a, b))


def _quotient(part, whole) -> np.ndarray:
    """Return part / whole, and 0 where both are 0."""
    return part / np.maximum(whole, TINIEST)


def _hull(a, b) -> tuple[np.ndarray, np.ndarray]:
    """Return width and height of the smallest box around each pair."""
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a, b
    width = np.maximum(ax2, bx2) - np.minimum(ax1, bx1)
    height = np.maximum(ay2, by2) - np.minimum(ay1, by1)
    return width, height


# --- Suppression ----------------------------------------------------------------------


@door(_check_nms)
def nms(boxes, scores, threshold: float = 0.5) -> np.ndarray:
    """Return which boxes greedy non-maximum suppression keeps, best first.

    A box is kept unless it overlaps a kept box of higher score by *more* than the
    threshold; of equal scores the earlier box counts as higher. This is
    :func:`greedy_nms`, computed in blocks: inside a block :func:`settle`, and then one
    matrix of overlaps between what the block kept and all that is left.

    Parameters
    ----------
    boxes : array_like, shape (N, 4)
    scores : array_like, shape (N,)
    threshold : float
        Largest IoU that two kept boxes may have, from 0 to 1.

    Returns
    -------
    numpy.ndarray of int, shape (K,)
        Indices into ``boxes`` by falling score.

    Raises
    ------
    ValueError, TypeError
        As :func:`check_boxes`; if there is not one finite score a box, or the threshold
        is not from 0 to 1.

    Examples
    --------
    >>> boxes = [[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]]
    >>> nms(boxes, [0.8, 0.9, 0.3])
    array([1, 2])

    References
    ----------
    Felzenszwalb et al. (2010), section 7.2, where the overlap is the covered share of
    the lower box and not the IoU; the blocks are this book's.
    """
    order = _best_first(scores)
    planes = np.ascontiguousarray(boxes[order].T)  # (4, N)
    kept = [order[:0]]
    while len(order):
        head, rest = planes[:, :BLOCK], planes[:, BLOCK:]
        stays = _settle(np.triu(_suppresses(head, head, threshold), k=1))
        kept.append(order[:BLOCK][stays])
        alive = ~_suppresses(head[:, stays], rest, threshold).any(axis=0)
        order, planes = order[BLOCK:][alive], rest[:, alive]
    return np.concatenate(kept)


def _suppresses(a, b, threshold: float) -> np.ndarray:
    """Return whether the IoU exceeds the threshold, (N, M), for planes (4, N), (4, M).

    Most boxes of an image do not meet. To see that takes four comparisons; the IoU is
    computed for the others only.
    """
    ax1, ay1, ax2, ay2 = a[:, :, None]
    bx1, by1, bx2, by2 = b[:, None, :]
    meet = ax1 < bx2
    meet &= bx1 < ax2
    meet &= ay1 < by2
    meet &= by1 < ay2
    pairs = np.flatnonzero(meet)  # np.nonzero of a matrix takes ten times as long
    i, j = np.divmod(pairs, b.shape[1])
    meet.flat[pairs] = _iou(a[:, i], b[:, j]) > threshold
    return meet


@door(_check_overlaps)
def settle(overlaps) -> np.ndarray:
    """Return who stays if all go that overlap an earlier one that stays.

    Start from the boxes that nobody earlier overlaps, and apply the rule to all at once
    until nothing changes. After n rounds the first n answers are final, so the end is
    reached, and it is the only vector that obeys the rule.

    Parameters
    ----------
    overlaps : numpy.ndarray of bool, shape (n, n)
        ``overlaps[i, j]`` with i < j: box i, if it stays, suppresses box j. The rest
        is false.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)

    Raises
    ------
    TypeError
        If the overlaps are not booleans.
    ValueError
        If the shape is another, or an overlap on the diagonal or below it is true, as
        in ``iou(boxes, boxes) > threshold``: the rule would have no answer.
    """
    stays = ~overlaps.any(axis=0)
    while True:
        again = ~overlaps[stays].any(axis=0)
        if np.array_equal(again, stays):
            return stays
        stays = again


# For loops, in which everything is checked already.
_nms, _settle = nms.__wrapped__, settle.__wrapped__


@door(_check_nms)
def greedy_nms(boxes, scores, threshold: float = 0.5) -> np.ndarray:
    """Return which boxes greedy suppression keeps, one box at a time.

    The definition as a loop, for reading; :func:`nms` gives the same list faster.
    Parameters, result and errors as there.
    """
    waiting = _best_first(scores)
    kept = []
    while len(waiting):
        best, others = waiting[0], waiting[1:]
        kept.append(best)
        overlap = _iou(boxes[best], boxes[others].T)
        waiting = others[overlap <= threshold]
    return np.array(kept, dtype=int)


@door(_check_batched)
def batched_nms(boxes, scores, classes, threshold: float = 0.5) -> np.ndarray:
    """Return which boxes are kept if only boxes of one class suppress each other.

    Parameters
    ----------
    boxes : array_like, shape (N, 4)
    scores : array_like, shape (N,)
    classes : array_like of int, shape (N,)
        Class, or image, or both in one number.
    threshold : float
        As for :func:`nms`.

    Returns
    -------
    numpy.ndarray of int, shape (K,)
        Indices into ``boxes`` by falling score, of all classes together.

    Raises
    ------
    ValueError, TypeError
        As :func:`nms`, and if there is not one whole number a box.
    """
    kept = np.zeros(len(boxes), dtype=bool)
    for each in np.unique(classes):
        members = np.flatnonzero(classes == each)
        kept[members[_nms(boxes[members], scores[members], threshold)]] = True
    order = _best_first(scores)
    return order[kept[order]]


def gaussian(overlap, sigma: float = 0.5):
    """Return the factor ``exp(-overlap**2 / sigma)`` of Bodla et al. (2017), eq. 3."""
    return np.exp(-(overlap**2) / sigma)


@door(_check_soft)
def soft_nms(
    boxes, scores, decay: Callable = gaussian, min_score: float = 1e-3
) -> tuple[np.ndarray, np.ndarray]:
    """Lower the scores of boxes that overlap better ones, instead of dropping them.

    Take the box of the highest score, multiply the scores of the others by a factor
    that falls with their overlap, repeat. If the factor is ``overlap <= threshold``,
    this is :func:`nms` of the boxes that score above ``min_score``.

    Parameters
    ----------
    boxes : array_like, shape (N, 4)
    scores : array_like, shape (N,)
        At least 0.
    decay : callable
        Maps IoUs, shape (M,), to factors from 0 to 1.
    min_score : float
        Boxes whose score is not above this are dropped; at least 0.

    Returns
    -------
    indices : numpy.ndarray of int, shape (K,)
        In the order taken.
    scores : numpy.ndarray, shape (K,)
        The lowered scores, falling.

    Raises
    ------
    ValueError, TypeError
        As :func:`nms`; if a score or ``min_score`` is negative, or a factor is not from
        0 to 1.

    References
    ----------
    Bodla et al. (2017), "Soft-NMS: improving object detection with one line of code",
    ICCV, figure 2.
    """
    waiting, planes = np.arange(len(boxes)), np.ascontiguousarray(boxes.T)
    taken, final = [], []
    while (above := scores > min_score).any():
        waiting, scores, planes = waiting[above], scores[above], planes[:, above]
        best = int(np.argmax(scores))
        taken.append(waiting[best])
        final.append(scores[best])
        scores = scores * decay(_iou(planes[:, [best]], planes))
        scores[best] = 0
    return np.array(taken, dtype=int), np.array(final, dtype=float)


def _best_first(scores) -> np.ndarray:
    """Return the order of falling scores; equal scores stay as they come."""
    return np.argsort(-scores, kind="stable")


# --- How good is a list of detections? ------------------------------------------------


@door(_check_match)
def match(boxes, scores, truths, threshold: float = 0.5) -> np.ndarray:
    """Return which object each detection of one image finds, or -1.

    Detections come by falling score. Each goes to the object it overlaps most; it is
    right if the IoU is at least the threshold and nobody found the object before. (In
    PASCAL VOC the IoU must be above the threshold.)

    Parameters
    ----------
    boxes : array_like, shape (N, 4)
        Detections.
    scores : array_like, shape (N,)
    truths : array_like, shape (M, 4)
        The boxes drawn by hand.
    threshold : float
        Smallest IoU of a right detection, above 0, at most 1.

    Returns
    -------
    numpy.ndarray of int, shape (N,)
        Index into ``truths``, or -1 for a false detection.

    Raises
    ------
    ValueError, TypeError
        As :func:`nms`, and if the threshold is 0.

    References
    ----------
    Everingham et al. (2010), section 4.2.2.
    """
    found = np.full(len(boxes), -1)
    if not len(truths):
        return found
    overlap = iou(boxes, truths)
    free = np.ones(len(truths), dtype=bool)
    for i in _best_first(scores):
        j = int(overlap[i].argmax())
        if overlap[i, j] >= threshold and free[j]:
            found[i], free[j] = j, False
    return found


@door(_check_hits)
def precision_recall(hits, scores, num_truths: int) -> tuple[np.ndarray, np.ndarray]:
    """Return precision and recall at every score that occurs, from the highest down.

    Parameters
    ----------
    hits : array_like of bool, shape (N,)
        Which detections are right, of all images together: ``match(...) >= 0``.
    scores : array_like, shape (N,)
    num_truths : int
        How many objects there are, found or not; at least 1.

    Returns
    -------
    precision, recall : numpy.ndarray, shape (number of distinct scores,)
        Of the detections with that score or a higher one. So the order of equal scores
        does not matter.

    Raises
    ------
    ValueError, TypeError
        If hits are not booleans, one a score, or more than there are objects; if a
        score is not finite, or ``num_truths`` not a whole number.
    """
    order = _best_first(scores)
    right, ranked = np.cumsum(hits[order], dtype=float), scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)])
    return right[last] / (last + 1), right[last] / num_truths


@door(_check_average)
def average_precision(
    hits, scores, num_truths: int, *, interpolate: bool = True
) -> float:
    """Return the area under precision over recall.

    Parameters
    ----------
    hits, scores, num_truths
        As for :func:`precision_recall`.
    interpolate : bool
        Replace each precision by the highest at this or a larger recall, as PASCAL VOC
        does since 2010. If false, the sum of precision times gain in recall, as
        scikit-learn has it.

    Returns
    -------
    float
        From 0 to 1; 0 without detections.

    References
    ----------
    Everingham et al. (2010), section 4.2.1.
    """
    precision, recall = precision_recall(hits, scores, num_truths)
    if interpolate:
        precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float(precision @ np.diff(recall, prepend=0))
