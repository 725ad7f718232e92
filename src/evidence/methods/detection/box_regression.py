"""Scenes whose boxes are known, to learn from them how a box is moved.

:func:`scenes` draws objects, :func:`pairs` surrounds each with proposals, and
:func:`look` is what a regressor sees of one: the content of the box, warped to a fixed
size as in R-CNN, so that it hardly tells how large the box is.

Boxes are ``x, y, w, h`` here, center and size in pixels: that is how they are moved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from evidence import checks
from evidence.checks import door
from evidence.methods.detection.box_coding import decode_boxes, to_centers, to_corners
from evidence.methods.detection.roi import roi_align

WARPED, BINS = 14, 7  # sides of a warped box, and of the grid of its averages
STEEP = 5  # a gradient of a warped box is about as large as its gray values
EDGES = np.arange(1, 11) / 10  # of the qualities 0 (IoU 0.1 to 0.2) to 8 (0.9 to 1)
SPREADS = (0.03, 0.1, 0.25, 0.45, 0.8)  # of moves that lead from fine to poor boxes


class Scene(NamedTuple):
    """A gray image, (H, W), and the box (4,) of the object in it."""

    image: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True)
class Pairs:
    """Proposals with their truths: ``P``, ``G`` (N, 4), features ``X`` (N, 147)."""

    scenes: list[Scene]
    owner: np.ndarray
    P: np.ndarray
    G: np.ndarray
    X: np.ndarray

    def look(self, boxes) -> np.ndarray:
        """Return the features of other boxes, row i in the image of row i."""
        X = np.empty_like(self.X)
        for k, scene in enumerate(self.scenes):
            X[self.owner == k] = look(scene.image, boxes[self.owner == k])
        return X


# --- At the door ----------------------------------------------------------------------


def _check_rows(a, b):
    a = checks.array(a, "a", shape=("N", 4))
    return a, checks.array(b, "b", shape=(len(a), 4))


def _check_scenes(rng, count, width, spread):
    _check_rng(rng)
    count = checks.whole(count, "count", least=1)
    width = checks.number(width, "width", least=4)
    return rng, count, width, checks.number(spread, "spread", least=1)


def _check_pairs(rng, scenes, each, lowest):
    _check_rng(rng)
    each = checks.whole(each, "each", least=1)
    lowest = checks.number(lowest, "lowest", least=0.1, most=0.9)
    return rng, scenes, each, lowest


def _check_resized(rng, scenes, factor, each):
    _check_rng(rng)
    factor = checks.number(factor, "factor", least=1)
    return rng, scenes, factor, checks.whole(each, "each", least=1)


def _check_look(image, boxes):
    image = checks.array(image, "image", shape=("H", "W"))
    return image, checks.array(boxes, "boxes", shape=("N", 4))


def _check_rng(rng) -> None:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, not {rng!r}")


# --- Scenes ---------------------------------------------------------------------------


@door(_check_scenes)
def scenes(rng, count: int, width: float = 24, spread: float = 1) -> list[Scene]:
    """Draw scenes with one object each: an ellipse, brighter than a textured ground.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int
    width : float
        What an object's width is about, in pixels, at least 4.
    spread : float
        Of several sizes, the largest by the smallest, at least 1; their logarithms are
        uniform around that of ``width``. Everything in a scene grows with its object,
        as when one comes nearer, except for the noise of the pixels.

    Returns
    -------
    list of Scene
    """
    reach = math.log(spread) / 2
    return [
        _scene(rng, width * np.exp(rng.uniform(-reach, reach))) for _ in range(count)
    ]


def _scene(rng, width: float) -> Scene:
    side = math.ceil(3 * width)
    y, x = np.mgrid[:side, :side] + 0.5
    light = 0.1 * (rng.uniform(-1, 1) * x + rng.uniform(-1, 1) * y) / side
    image = 0.35 + light + 0.08 * _texture(rng, side, width / 6)
    for _ in range(3):  # neighbors
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.9, 1.4) * width
        center = side / 2 + far * np.array([np.cos(angle), np.sin(angle)])
        radii = width * rng.uniform(0.1, 0.3, 2)
        image += rng.uniform(-0.25, 0.25) * _ellipse(x, y, center, radii, angle)
    center = side / 2 + width * rng.uniform(-0.15, 0.15, 2)
    radii, tilt = width / 2 * np.exp(rng.uniform(-0.25, 0.25, 2)), rng.uniform(0, np.pi)
    inside = _ellipse(x, y, center, radii, tilt)
    shade = 0.35 + rng.uniform(0.15, 0.45) + 0.08 * _texture(rng, side, width / 10)
    image = image * (1 - inside) + shade * inside
    image += rng.normal(0, 0.03, image.shape)
    ways = np.array([[np.cos(tilt), np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return Scene(image, np.append(center, 2 * np.hypot(*(radii[:, None] * ways))))


def _ellipse(x, y, center, radii, tilt):
    """Return how much of each pixel is inside, 0 to 1, with an edge one pixel wide."""
    cos, sin = np.cos(tilt), np.sin(tilt)
    dx, dy = x - center[0], y - center[1]
    along, across = (cos * dx + sin * dy) / radii[0], (cos * dy - sin * dx) / radii[1]
    return np.clip((1 - np.hypot(along, across)) * min(radii) + 0.5, 0, 1)


def _texture(rng, side: int, scale: float):
    rough = ndimage.gaussian_filter(rng.normal(size=(side, side)), scale, mode="wrap")
    return rough / rough.std()


# --- Proposals ------------------------------------------------------------------------


@door(_check_pairs)
def pairs(rng, scenes, each: int = 3, lowest: float = 0.1) -> Pairs:
    """Surround the object of each scene with proposals of every quality.

    Parameters
    ----------
    rng : numpy.random.Generator
    scenes : list of Scene
    each : int
        How many proposals of each tenth of IoU; of the finest, fewer may be found.
    lowest : float
        Where the tenths begin, 0.1 to 0.9.

    Returns
    -------
    Pairs
    """
    spread = np.repeat(SPREADS, 60)[:, None]
    boxes = []
    for scene in scenes:
        t = spread * rng.uniform(-1, 1, (len(spread), 4))
        tries = _moved(scene.truth, t)
        tenth = (
            np.digitize(overlap(tries, np.tile(scene.truth, (len(t), 1))), EDGES) - 1
        )
        tenths = range(round(10 * lowest) - 1, 9)
        boxes.append(np.concatenate([tries[tenth == q][:each] for q in tenths]))
    return _paired(scenes, boxes)


@door(_check_resized)
def resized(rng, scenes, factor: float, each: int = 8) -> Pairs:
    """Surround each object with boxes that are too large or too small.

    Parameters
    ----------
    rng : numpy.random.Generator
    scenes : list of Scene
    factor : float
        Each side is wrong by at most this factor, at least 1, up or down alike; the
        center by a tenth of the side.
    each : int
        How many boxes an object gets.

    Returns
    -------
    Pairs
    """
    reach = [0.1, 0.1, math.log(factor), math.log(factor)]
    moves = [rng.uniform(-1, 1, (each, 4)) * reach for _ in scenes]
    boxes = [_moved(s.truth, t) for s, t in zip(scenes, moves, strict=True)]
    return _paired(scenes, boxes)


def _moved(truth, t):
    corners = to_corners(np.tile(truth, (len(t), 1)))
    return to_centers(decode_boxes(corners, t))


def _paired(scenes, boxes: list) -> Pairs:
    counts = [len(some) for some in boxes]
    owner = np.repeat(np.arange(len(scenes)), counts)
    G = np.array([scene.truth for scene in scenes])[owner]
    X = [look(scene.image, some) for scene, some in zip(scenes, boxes, strict=True)]
    return Pairs(scenes, owner, np.concatenate(boxes), G, np.concatenate(X))


@door(_check_look)
def look(image, boxes) -> np.ndarray:
    """Return what boxes contain, warped to one size: gray values and gradients.

    Parameters
    ----------
    image : array_like, shape (H, W)
        Gray values.
    boxes : array_like, shape (N, 4)

    Returns
    -------
    numpy.ndarray, shape (N, 147)
        On a grid of 7 by 7: mean gray value and gradient, to the right and down.

    References
    ----------
    Girshick et al. (2014), "Rich feature hierarchies for accurate object detection and
    semantic segmentation", CVPR: boxes are warped before features are computed.
    """
    corners = to_corners(boxes)
    gray = roi_align(image[None], corners, stride=1, bins=WARPED, samples=1)[
        :, 0
    ].numpy()
    down, right = (STEEP * slope for slope in np.gradient(gray, axis=(1, 2)))
    maps = np.stack([gray, right, down], axis=1)
    pooled = maps.reshape(len(boxes), 3, BINS, WARPED // BINS, BINS, WARPED // BINS)
    return pooled.mean((3, 5)).reshape(len(boxes), -1)


@door(_check_rows)
def overlap(a, b) -> np.ndarray:
    """Return the IoU of each box of ``a`` with the box of ``b`` in the same row.

    Parameters
    ----------
    a, b : array_like, shape (N, 4)

    Returns
    -------
    numpy.ndarray, shape (N,)
        The diagonal of :func:`evidence.methods.detection.boxes.iou`.
    """
    (start, end), (first, last) = (
        (boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2)
        for boxes in (a, b)
    )
    sides = np.minimum(end, last) - np.maximum(start, first)
    common = np.maximum(sides, 0).prod(1)
    return common / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - common)
