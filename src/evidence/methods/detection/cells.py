"""Cells of an image: means over squares of pixels.

A small image and a coarse feature map are made in the same way: every square of pixels
becomes one cell.
"""

from __future__ import annotations

import numpy as np

from evidence import checks
from evidence.checks import door


def _check_planes(planes, side):
    planes = checks.array(planes, "planes")
    if planes.ndim < 2 or 0 in planes.shape:
        raise ValueError(f"planes must have the shape (..., H, W), not {planes.shape}")
    return planes, checks.whole(side, "side", least=1)


@door(_check_planes)
def block_means(planes, side: int) -> np.ndarray:
    """Average planes over squares of pixels.

    Parameters
    ----------
    planes : array_like, shape (..., H, W)
        An image, or several.
    side : int
        Pixels along each axis of a square. Where the squares at the right and at the
        bottom reach beyond the image, its last column and row are repeated.

    Returns
    -------
    numpy.ndarray, shape (..., ceil(H / side), ceil(W / side))

    Raises
    ------
    TypeError
        If the planes are not real numbers, or the side is not a whole one.
    ValueError
        If there is no pixel, a value is not finite, or the side is below 1.

    Examples
    --------
    >>> block_means([[0, 2, 5], [2, 4, 7]], side=2)
    array([[2., 6.]])
    """
    *rest, H, W = planes.shape
    widths = [(0, 0)] * len(rest) + [(0, -H % side), (0, -W % side)]
    planes = np.pad(planes, widths, mode="edge")
    rows, columns = planes.shape[-2] // side, planes.shape[-1] // side
    return planes.reshape(*rest, rows, side, columns, side).mean((-3, -1))
