"""Boxes with an object in each, off the center, to be found from what is read.

The smallest task that needs a region's features to say *where*. Each scene is a map of
features with one blob and one box of known side; the blob lies off the box's center.
All maps stand side by side in one, so that one call reads all boxes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from evidence import checks
from evidence.checks import door

ROOM = 1.5  # sides of the largest box that a map has along each axis


class Scenes(NamedTuple):
    """Maps in one row, and for each its box and where in it the object lies."""

    maps: torch.Tensor  # (1, cells, num * cells)
    boxes: np.ndarray  # (num, 4) as x1, y1, x2, y2 in pixels
    offset: np.ndarray  # (num, 2): x and y from the box's center, in pixels
    side: np.ndarray  # (num, 1) of the boxes, in pixels


def _check_scenes(seed, num, stride, smallest, largest, noise, width):
    return (
        checks.whole(seed, "seed", least=0),
        checks.whole(num, "num", least=1),
        checks.number(stride, "stride", above=0),
        checks.number(smallest, "smallest", above=0),
        checks.number(largest, "largest", least=smallest),
        checks.number(noise, "noise", least=0),
        None if width is None else checks.number(width, "width", above=0),
    )


@door(_check_scenes)
def blob_scenes(
    seed: int,
    num: int,
    stride: float,
    smallest: float = 96,
    largest: float = 192,
    noise: float = 0.03,
    width: float | None = None,
) -> Scenes:
    """Draw boxes, each with a blob up to a quarter of its side off the center.

    Parameters
    ----------
    seed : int
        Seed of the draw.
    num : int
        Number of scenes.
    stride : float
        Pixels to a cell of the maps.
    smallest, largest : float
        Range of the sides of the square boxes, in pixels, each as likely.
    noise : float
        Standard deviation of the noise of each cell. The blob is 1 at its center.
    width : float, optional
        Standard deviation of the blob in pixels; if not given, a fifth of its box's
        side.

    Returns
    -------
    Scenes
        A box's center lies anywhere within half a cell of its map's, in x and in y.

    Raises
    ------
    TypeError, ValueError
        If a number is none of its kind, or out of range.
    """
    rng = np.random.default_rng([seed, int(stride)])
    side = rng.uniform(smallest, largest, (num, 1))
    offset = rng.uniform(-0.25, 0.25, (num, 2)) * side
    cells = int(np.ceil(ROOM * largest / stride))
    center = (cells / 2 + rng.uniform(-0.5, 0.5, (num, 2))) * stride
    places = (np.arange(cells) + 0.5) * stride  # of the cells' centers
    spread = side / 5 if width is None else np.full_like(side, width)
    away = (places - (center + offset)[..., None]) / spread[..., None]
    x, y = np.moveaxis(np.exp(-(away**2) / 2), 1, 0)  # (num, cells) each
    maps = np.einsum("nr,nc->rnc", y, x).reshape(cells, -1)
    maps += rng.normal(0, noise, maps.shape)
    corner = center - side / 2 + np.arange(num)[:, None] * [cells * stride, 0]
    boxes = np.hstack([corner, corner + side])
    return Scenes(torch.tensor(maps[None]), boxes, offset, side)
