"""Anchors: the same few boxes around every place of a feature map.

They are what bounding-box regression starts from where nobody proposes boxes.
:func:`match_anchors` says which object each of them stands for,
:func:`receptive_field` what a place of the map sees.

Boxes are ``x1, y1, x2, y2`` with exclusive ends, as in
:mod:`evidence.methods.detection.boxes`.

References
----------
Ren et al. (2015), "Faster R-CNN", NeurIPS.

Ren et al. (2017), "Faster R-CNN", IEEE Transactions on Pattern Analysis and Machine
Intelligence 39: the same at greater length.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from evidence import checks
from evidence.checks import door
from evidence.methods.detection.box_coding import to_corners
from evidence.methods.detection.boxes import check_boxes, iou

BACKGROUND, IGNORED = -1, -2  # what match_anchors says of anchors without an object


# --- At the door ----------------------------------------------------------------------


def _check_map(height, width, stride, scales, ratios):
    return (
        checks.whole(height, "height", least=1),
        checks.whole(width, "width", least=1),
        checks.number(stride, "stride", above=0),
        _positive(scales, "scales"),
        _positive(ratios, "ratios"),
    )


def _positive(values, name: str) -> np.ndarray:
    """Return positive numbers as an array; anything may yield them."""
    if isinstance(values, Iterable) and not hasattr(values, "__array__"):
        values = list(values)
    values = checks.array(values, name, shape=("n",))
    if not (values > 0).all():
        raise ValueError(f"{name} must be above 0, not {values.tolist()}")
    return values


def _check_matching(boxes, truths, positive, negative):
    positive = checks.number(positive, "positive", least=0, most=1)
    negative = checks.number(negative, "negative", least=0, most=1)
    if negative > positive:
        raise ValueError(
            "negative <= positive must hold, not "
            f"negative = {negative}, positive = {positive}"
        )
    return check_boxes(boxes), check_boxes(truths, "truths"), positive, negative


def _check_layers(layers):
    layers = layers if isinstance(layers, Iterable) else [layers]
    return ([_check_layer(layer, i) for i, layer in enumerate(layers)],)


def _check_layer(layer, i: int) -> list[int]:
    numbers = list(layer) if isinstance(layer, Iterable) else [layer]
    if len(numbers) != 3:
        raise ValueError(
            f"layers[{i}] must be (kernel, stride, padding), not {layer!r}"
        )
    names, least = ("kernel", "stride", "padding"), (1, 1, 0)
    return [
        checks.whole(number, f"the {name} of layers[{i}]", least=smallest)
        for number, name, smallest in zip(numbers, names, least, strict=True)
    ]


# --- Anchors --------------------------------------------------------------------------


@door(_check_map)
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
        the first scale, then of the next: ``A = len(scales) * len(ratios)``. Place
        (i, j) has its center at ``((j + 1/2) * stride, (i + 1/2) * stride)``.

    Raises
    ------
    TypeError
        If a number is none, or a size of the map is not a whole number.
    ValueError
        If a number is not positive and finite.

    References
    ----------
    Ren et al. (2017), section 3.1.1. Their code rounds the sides to whole pixels.
    """
    w = (scales[:, None] / np.sqrt(ratios)).ravel()
    h = (scales[:, None] * np.sqrt(ratios)).ravel()
    y, x = ((np.arange(n) + 0.5) * stride for n in (height, width))
    windows = np.empty((height, width, len(w), 4))
    windows[..., 0], windows[..., 1] = x[None, :, None], y[:, None, None]
    windows[..., 2], windows[..., 3] = w, h
    return to_corners(windows.reshape(-1, 4))


@door(_check_matching)
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

    Which object a best anchor must find the paper leaves open. Its code and
    torchvision's say: the one that the anchor overlaps most, so that an object can lose
    even anchors that no other object has as its best.

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
    ValueError, TypeError
        If a row is not a box, or the overlaps are not in order.

    References
    ----------
    Ren et al. (2017), section 3.1.2, rules (i) and (ii);
    ``proposal_prepare_image_roidb.m`` of https://github.com/ShaoqingRen/faster_rcnn.
    """
    overlap = iou(boxes, truths)  # (N, M)
    if not overlap.size:
        return np.full(len(overlap), BACKGROUND)
    best, nearest = overlap.max(axis=1), overlap.argmax(axis=1)
    labels = np.where(best >= positive, nearest, IGNORED)
    labels[best < negative] = BACKGROUND
    ties = np.isclose(overlap, overlap.max(axis=0), rtol=1e-12, atol=0)
    row, column = np.nonzero(ties & (overlap > 0))
    order = np.argsort(overlap[row, column], kind="stable")  # best last
    labels[row[order]] = column[order]
    return labels


# --- What a place sees ----------------------------------------------------------------


@door(_check_layers)
def receptive_field(
    layers: Iterable[tuple[int, int, int]],
) -> tuple[int, int, float]:
    """Return size, stride and first center of the receptive fields.

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
    TypeError
        If one of a layer's three numbers is not a whole one.
    ValueError
        If a layer is not three numbers, a kernel or stride is less than 1, or a padding
        negative.

    Examples
    --------
    >>> receptive_field([(3, 1, 1), (3, 1, 1), (2, 2, 0)])
    (6, 2, 1.0)
    """
    size, step, center = 1, 1, 0.5
    for kernel, stride, padding in layers:
        size += (kernel - 1) * step
        center += ((kernel - 1) / 2 - padding) * step
        step *= stride
    return size, step, center
