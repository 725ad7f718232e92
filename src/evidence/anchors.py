"""Anchors, and the numbers that move one box onto another.

Bounding-box regression does not predict a box. It predicts how to move one that is
given, a proposal or an anchor: two shifts in units of its width and height, and two
logarithms of factors. :func:`encode` computes these four numbers, :func:`decode`
applies them. Anchors are the given boxes where nobody proposes any: the same few boxes
around every place of a feature map. :func:`receptive_field` says what a place sees.

Boxes are ``x1, y1, x2, y2`` with exclusive ends, as in :mod:`evidence.boxes`.

References
----------
Girshick et al. (2014), "Rich feature hierarchies for accurate object detection and
semantic segmentation", CVPR, appendix C (the four numbers).
Ren et al. (2015), "Faster R-CNN", NeurIPS (anchors).

Chapter: book/detection-geometry/bbox-regression.ipynb.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

import numpy as np

from evidence.boxes import check_boxes, iou

LARGEST_LOG = np.log(1000 / 16)  # of a factor: from the smallest thing to the largest
BACKGROUND, IGNORED = -1, -2  # what match_anchors says of anchors without an object


def to_centers(boxes) -> np.ndarray:
    """Turn corners into centers and sizes.

    Parameters
    ----------
    boxes : array_like, shape (N, 4)
        As ``x1, y1, x2, y2``.

    Returns
    -------
    numpy.ndarray, shape (N, 4)
        As ``x, y, w, h``: center, width and height.

    Raises
    ------
    ValueError
        If a row is not a box.

    Chapter: book/detection-geometry/bbox-regression.ipynb.
    """
    boxes = check_boxes(boxes)
    start, end = boxes[:, :2], boxes[:, 2:]
    return np.hstack([(start + end) / 2, end - start])


def to_corners(windows) -> np.ndarray:
    """Turn centers and sizes into corners; undo :func:`to_centers`.

    Parameters
    ----------
    windows : array_like, shape (N, 4)
        As ``x, y, w, h``: center, width and height.

    Returns
    -------
    numpy.ndarray, shape (N, 4)
        As ``x1, y1, x2, y2``.

    Raises
    ------
    ValueError
        If the shape is another, a size is negative or a number is not finite.

    Chapter: book/detection-geometry/bbox-regression.ipynb.
    """
    windows = _finite_rows(windows, "windows")
    if (windows[:, 2:] < 0).any():
        row = int(np.argmax((windows[:, 2:] < 0).any(axis=1)))
        raise ValueError(f"windows[{row}] = {windows[row].tolist()}: a size below 0")
    center, half = windows[:, :2], windows[:, 2:] / 2
    return np.hstack([center - half, center + half])


def encode(proposals, truths) -> np.ndarray:
    """Return the four numbers that move each proposal onto its truth.

    Parameters
    ----------
    proposals, truths : array_like, shape (N, 4)
        Boxes with area; row i of the one belongs to row i of the other.

    Returns
    -------
    numpy.ndarray, shape (N, 4)
        ``tx, ty``: from center to center, in widths and heights of the proposal.
        ``tw, th``: logarithms of the ratios of widths and of heights.

    Raises
    ------
    ValueError
        If the numbers of boxes differ, a row is not a box, or has no area.

    Examples
    --------
    >>> encode([[0, 0, 10, 10]], [[5, 0, 15, 10]])
    array([[0.5, 0. , 0. , 0. ]])

    References
    ----------
    Girshick et al. (2014), equations 6 to 9.

    Chapter: book/detection-geometry/bbox-regression.ipynb.
    """
    proposals = _with_area(proposals, "proposals")
    truths = _with_area(truths, "truths")
    if len(proposals) != len(truths):
        raise ValueError(
            f"{len(proposals)} proposals and {len(truths)} truths: each needs its own"
        )
    P, G = to_centers(proposals), to_centers(truths)
    shift = (G[:, :2] - P[:, :2]) / P[:, 2:]
    return np.hstack([shift, np.log(G[:, 2:] / P[:, 2:])])


def decode(proposals, t, *, largest_log: float = LARGEST_LOG) -> np.ndarray:
    """Move each proposal by its four numbers; undo :func:`encode`.

    Parameters
    ----------
    proposals : array_like, shape (N, 4)
        Boxes with area.
    t : array_like, shape (N, 4)
        As :func:`encode` returns them.
    largest_log : float
        A larger logarithm is replaced by this one, so that a wild prediction does not
        overflow. The default, log(1000 / 16), is that of Detectron.

    Returns
    -------
    numpy.ndarray, shape (N, 4)
        Whatever ``t`` is, no side is negative.

    Raises
    ------
    ValueError
        If shapes do not fit, a row is not a box, has no area, or is not finite.

    Examples
    --------
    >>> decode([[0, 0, 10, 10]], [[0.5, 0, 0, 0]])
    array([[ 5.,  0., 15., 10.]])

    References
    ----------
    Girshick et al. (2014), equations 1 to 4.

    Chapter: book/detection-geometry/bbox-regression.ipynb.
    """
    proposals, t = _with_area(proposals, "proposals"), _finite_rows(t, "t")
    if len(proposals) != len(t):
        raise ValueError(
            f"{len(proposals)} proposals and {len(t)} rows of t: each needs its own"
        )
    P = to_centers(proposals)
    center = P[:, :2] + P[:, 2:] * t[:, :2]
    size = P[:, 2:] * np.exp(np.minimum(t[:, 2:], largest_log))
    return to_corners(np.hstack([center, size]))


# --- Anchors --------------------------------------------------------------------------


def anchors(
    height: int,
    width: int,
    stride: float = 16,
    scales: Iterable[float] = (128, 256, 512),
    ratios: Iterable[float] = (0.5, 1, 2),
) -> np.ndarray:
    """Return the anchors of every place of a feature map.

    Parameters
    ----------
    height, width : int
        Size of the feature map in cells.
    stride : float
        Pixels to a cell.
    scales : iterable of float
        Square roots of the areas, in pixels.
    ratios : iterable of float
        Heights divided by widths. A ratio leaves the area as it is.

    Returns
    -------
    numpy.ndarray, shape (height * width * A, 4)
        Place after place, row by row, as pixels are read; in each place all ratios of
        the first scale, then of the next: ``A = len(scales) * len(ratios)``. Cell
        (i, j) has its center at ``((j + 1/2) * stride, (i + 1/2) * stride)``.

    Raises
    ------
    ValueError
        If a number is not positive.

    References
    ----------
    Ren et al. (2015), section 3.1.1. Their code rounds the sides to whole pixels.

    Chapter: book/detection-geometry/bbox-regression.ipynb.
    """
    scales, ratios = (np.array([*numbers], dtype=float) for numbers in (scales, ratios))
    numbers = {"height": height, "width": width, "stride": stride}
    for name, value in {**numbers, "scales": scales, "ratios": ratios}.items():
        if not np.all((np.asarray(value) > 0) & np.isfinite(value)):
            raise ValueError(f"{name} must be more than 0 and finite, not {value}")
    w = (scales[:, None] / np.sqrt(ratios)).ravel()
    h = (scales[:, None] * np.sqrt(ratios)).ravel()
    y, x = ((np.arange(n) + 0.5) * stride for n in (height, width))
    windows = np.empty((height, width, len(w), 4))
    windows[..., 0], windows[..., 1] = x[None, :, None], y[:, None, None]
    windows[..., 2], windows[..., 3] = w, h
    return to_corners(windows.reshape(-1, 4))


def match_anchors(
    boxes, truths, positive: float = 0.7, negative: float = 0.3
) -> np.ndarray:
    """Say of each anchor which object it must find, if any.

    An anchor belongs to the object it overlaps most, if by ``positive`` or more. It is
    background if it overlaps every object by less than ``negative``. Between the two
    it is ignored. Last, each object takes its best anchors, however poor, as long as
    they overlap. Anchors whose overlaps differ by rounding only are equally good. An
    anchor that is best for two objects goes to the one it overlaps more, so an object
    can go without.

    Parameters
    ----------
    boxes : array_like, shape (N, 4)
        The anchors.
    truths : array_like, shape (M, 4)
        The objects.
    positive, negative : float
        Overlaps, ``0 <= negative <= positive <= 1``.

    Returns
    -------
    numpy.ndarray of int, shape (N,)
        Row of the object, or ``BACKGROUND`` (-1), or ``IGNORED`` (-2).

    Raises
    ------
    ValueError
        If a row is not a box, or the overlaps are not in order.

    References
    ----------
    Ren et al. (2015), section 3.1.2, rules (i) and (ii).

    Chapter: book/detection-geometry/bbox-regression.ipynb.
    """
    if not 0 <= negative <= positive <= 1:
        raise ValueError(
            "0 <= negative <= positive <= 1 must hold, not "
            f"negative = {negative}, positive = {positive}"
        )
    overlap = iou(boxes, truths)  # (N, M)
    if not overlap.size:
        return np.full(len(overlap), BACKGROUND)
    best, nearest = overlap.max(axis=1), overlap.argmax(axis=1)
    labels = np.where(best >= positive, nearest, IGNORED)
    labels[best < negative] = BACKGROUND
    ties = np.isclose(overlap, overlap.max(axis=0), rtol=1e-12, atol=0)
    row, column = np.nonzero(ties & (overlap > 0))
    order = np.argsort(overlap[row, column], kind="stable")  # the best comes last
    labels[row[order]] = column[order]
    return labels


# --- What a place sees ----------------------------------------------------------------


def receptive_field(layers: Iterable[tuple[int, int, int]]) -> tuple[int, int, float]:
    """Return size, stride and first center of the receptive fields of a stack.

    Parameters
    ----------
    layers : iterable of (int, int, int)
        Kernel, stride and padding of each convolution or pooling, first layer first.

    Returns
    -------
    size : int
        Pixels, along one axis, that a cell of the last layer may depend on.
    stride : int
        Pixels between the centers of neighboring cells.
    center : float
        Where the center of the first cell's field lies; pixel 0 reaches from 0 to 1.

    Raises
    ------
    ValueError
        If a layer is not three whole numbers, a kernel or stride is less than 1, or a
        padding negative.

    Examples
    --------
    >>> receptive_field([(3, 1, 1), (3, 1, 1), (2, 2, 0)])
    (6, 2, 1.0)

    Chapter: book/detection-geometry/bbox-regression.ipynb.
    """
    size, step, center = 1, 1, 0.5
    for layer in layers:
        if len(layer) != 3 or not all(isinstance(n, Integral) for n in layer):
            raise ValueError(f"a layer is three whole numbers, not {layer}")
        kernel, stride, padding = layer
        if kernel < 1 or stride < 1 or padding < 0:
            raise ValueError(
                f"a layer is (kernel >= 1, stride >= 1, padding >= 0), not {layer}"
            )
        size += (kernel - 1) * step
        center += ((kernel - 1) / 2 - padding) * step
        step *= stride
    return size, step, center


# --- At the door ----------------------------------------------------------------------


def _with_area(boxes, name: str) -> np.ndarray:
    """Return boxes as doubles, or say which has no area."""
    boxes = check_boxes(boxes, name)
    flat = ~((boxes[:, 2:] - boxes[:, :2]) > 0).all(axis=1)
    if flat.any():
        row = int(np.argmax(flat))
        raise ValueError(f"{name}[{row}] = {boxes[row].tolist()}: it has no area")
    return boxes


def _finite_rows(values, name: str) -> np.ndarray:
    """Return rows of four finite numbers."""
    values = np.asarray(values)
    if values.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, not {values.dtype}")
    values = np.asarray(values, dtype=float)
    if values.shape == (0,):
        values = values.reshape(0, 4)
    if values.ndim != 2 or values.shape[1] != 4:
        raise ValueError(f"{name} must have the shape (N, 4), not {values.shape}")
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values).all(axis=1)))
        raise ValueError(f"{name}[{row}] = {values[row].tolist()} must be finite")
    return values
