"""Anchors: the same few boxes around every place of a feature map.

They are what bounding-box regression starts from where nobody proposes boxes.
:func:`match_anchors` says which object each of them stands for,
:func:`receptive_field` what a place of the map sees.

Boxes are ``x1, y1, x2, y2`` with exclusive ends, as in
:mod:`evidence.methods.detection.boxes`.

References
----------
Ren et al. (2015), "Faster R-CNN", NeurIPS.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

import numpy as np

from evidence.methods.detection.box_coding import to_corners
from evidence.methods.detection.boxes import iou

BACKGROUND, IGNORED = -1, -2  # what match_anchors says of anchors without an object


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
