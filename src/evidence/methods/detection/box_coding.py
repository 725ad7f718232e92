"""Box coding: the four numbers that move one box onto another.

Bounding-box regression does not predict a box. It predicts how to move one that is
given, a proposal or an anchor: two shifts in units of its width and height, and two
logarithms of factors. :func:`encode_boxes` computes these four numbers,
:func:`decode_boxes` applies them.

Boxes are ``x1, y1, x2, y2`` with exclusive ends, as in
:mod:`evidence.methods.detection.boxes`.

References
----------
Girshick et al. (2014), "Rich feature hierarchies for accurate object detection and
semantic segmentation", CVPR, appendix C.
"""

from __future__ import annotations

import math

import numpy as np

from evidence import checks
from evidence.checks import door
from evidence.methods.detection.boxes import check_boxes

LARGEST_LOG = np.log(1000 / 16)  # of a factor: from the smallest thing to the largest


# --- At the door ----------------------------------------------------------------------


def _check_boxes(boxes):
    return (check_boxes(boxes),)


def _check_windows(windows):
    windows = _rows(windows, "windows")
    if (windows[:, 2:] < 0).any():
        row = int(np.argmax((windows[:, 2:] < 0).any(axis=1)))
        raise ValueError(f"windows[{row}] = {windows[row].tolist()}: a size below 0")
    return (windows,)


def _check_pairs(proposals, truths):
    proposals = check_boxes(proposals, "proposals", with_area=True)
    truths = check_boxes(truths, "truths", with_area=True)
    if len(proposals) != len(truths):
        raise ValueError(
            f"{len(proposals)} proposals and {len(truths)} truths: each needs its own"
        )
    return proposals, truths


def _check_moves(proposals, t, largest_log):
    proposals = check_boxes(proposals, "proposals", with_area=True)
    t = _rows(t, "t")
    if len(proposals) != len(t):
        raise ValueError(
            f"{len(proposals)} proposals and {len(t)} rows of t: each needs its own"
        )
    if not (isinstance(largest_log, float) and largest_log == math.inf):
        largest_log = checks.number(largest_log, "largest_log")
    return proposals, t, largest_log


def _rows(values, name: str) -> np.ndarray:
    """Return rows of four finite numbers; an empty list has no rows."""
    values = checks.array(values, name)
    if values.shape == (0,):
        values = values.reshape(0, 4)
    return checks.array(values, name, shape=("N", 4))


# --- Corners, centers, moves ----------------------------------------------------------


@door(_check_boxes)
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
    ValueError, TypeError
        If a row is not a box.
    """
    start, end = boxes[:, :2], boxes[:, 2:]
    return np.hstack([(start + end) / 2, end - start])


@door(_check_windows)
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
    ValueError, TypeError
        If the shape is another, a size is negative or a number is not finite.
    """
    center, half = windows[:, :2], windows[:, 2:] / 2
    return np.hstack([center - half, center + half])


@door(_check_pairs)
def encode_boxes(proposals, truths) -> np.ndarray:
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
    ValueError, TypeError
        If the numbers of boxes differ, a row is not a box, or has no area.

    Examples
    --------
    >>> encode_boxes([[0, 0, 10, 10]], [[5, 0, 15, 10]])
    array([[0.5, 0. , 0. , 0. ]])

    References
    ----------
    Girshick et al. (2014), equations 6 to 9.
    """
    P, G = to_centers(proposals), to_centers(truths)
    shift = (G[:, :2] - P[:, :2]) / P[:, 2:]
    return np.hstack([shift, np.log(G[:, 2:] / P[:, 2:])])


@door(_check_moves)
def decode_boxes(proposals, t, *, largest_log: float = LARGEST_LOG) -> np.ndarray:
    """Move each proposal by its four numbers; undo :func:`encode_boxes`.

    Parameters
    ----------
    proposals : array_like, shape (N, 4)
        Boxes with area.
    t : array_like, shape (N, 4)
        As :func:`encode_boxes` returns them.
    largest_log : float
        A larger logarithm is replaced by this one, so that a wild prediction does not
        overflow; infinity for none. The default, log(1000 / 16), is that of Detectron.

    Returns
    -------
    numpy.ndarray, shape (N, 4)
        Whatever ``t`` is, no side is negative.

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit, a row is not a box, has no area, or is not finite, or
        ``largest_log`` is not a number.

    Examples
    --------
    >>> decode_boxes([[0, 0, 10, 10]], [[0.5, 0, 0, 0]])
    array([[ 5.,  0., 15., 10.]])

    References
    ----------
    Girshick et al. (2014), equations 1 to 4.
    """
    P = to_centers(proposals)
    center = P[:, :2] + P[:, 2:] * t[:, :2]
    size = P[:, 2:] * np.exp(np.minimum(t[:, 2:], largest_log))
    return to_corners(np.hstack([center, size]))
