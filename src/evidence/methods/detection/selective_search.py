"""Regions of an image, and the boxes of Selective Search that they give.

An image is first cut into small regions (Felzenszwalb and Huttenlocher), then the two
most similar neighbors are merged again and again until one region is left. Every region
that ever existed gives a box. Boxes are ``x1, y1, x2, y2`` in pixels, ends exclusive,
as in :mod:`evidence.methods.detection.boxes`.

Pixels are numbered along the rows: the pixel in row y and column x of an image W pixels
wide is y * W + x. Between the steps an image is kept as planes, shape (C, H, W), with
values from 0 to 255.

References
----------
Felzenszwalb and Huttenlocher (2004), "Efficient graph-based image segmentation",
International Journal of Computer Vision 59. Uijlings et al. (2013), "Selective search
for object recognition", International Journal of Computer Vision 104.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.color import rgb2hsv

from evidence import checks
from evidence.checks import door
from evidence.methods.detection.boxes import check_boxes

COLOR_BINS, TEXTURE_BINS, DIRECTIONS = 25, 10, 8
RULES = "CTSF"  # color, texture, size, fill
XYZ_FROM_RGB = np.array(  # sRGB under daylight (D65), divided by the white point
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169]]
    + [[0.019334, 0.119193, 0.950227]]
) / [[0.95047], [1.0], [1.08883]]
DRAWN = Path(__file__).with_name("drawn_boxes.json")
LARGEST = 1e18  # differences of larger values have squares beyond single precision


def _drawn() -> dict:
    return json.loads(DRAWN.read_text(encoding="utf8"))


def _check_name(photograph):
    return (checks.one_of(photograph, "photograph", _drawn()),)


@door(_check_name)
def drawn_boxes(photograph: str) -> dict[str, list[int]]:
    """Return the boxes that the authors drew on a photograph of scikit-image.

    Parameters
    ----------
    photograph : {"astronaut", "coffee", "chelsea", "rocket", "coins"}
        The coins come row by row, each row from left to right.

    Returns
    -------
    dict
        Name of the object -> ``[x1, y1, x2, y2]``.

    Raises
    ------
    ValueError
        If nobody drew boxes on that photograph.
    """
    return _drawn()[photograph]


SURFACES = ("one color", "two halves", "quarters", "stripes")
SCENE = 90, 120  # height and width in pixels


def _check_scene(seed, surface, share):
    seed = checks.whole(seed, "seed", least=0)
    surface = checks.one_of(surface, "surface", SURFACES)
    return seed, surface, checks.number(share, "share", least=0.05, most=0.8)


@door(_check_scene)
def scene(seed: int, surface: str = "one color", share: float = 0.45):
    """Paint an object in front of eight others, all ellipses in colors by chance.

    Parameters
    ----------
    seed : int
        Of the place, the sides, the colors and the noise (standard deviation 10).
    surface : {"one color", "two halves", "quarters", "stripes"}
        How the object is painted; all but the first in two colors.
    share : float
        The object's sides as a share of the image's, on the average, to within a
        quarter: from 0.05 to 0.8.

    Returns
    -------
    photograph : numpy.ndarray of uint8, shape (90, 120, 3)
    truth : numpy.ndarray of int, shape (1, 4)
        The box of the object, which nothing covers.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    rng = np.random.default_rng([seed, 7])
    y, x = np.mgrid[: SCENE[0], : SCENE[1]]

    def ellipse(share):
        size = share / 2 * rng.uniform(0.8, 1.25, 2) * SCENE[::-1]
        middle = rng.uniform(size, SCENE[::-1] - size)
        u, v = (x - middle[0]) / size[0], (y - middle[1]) / size[1]
        return u, v, u**2 + v**2 < 1

    ground, first, second, *others = rng.uniform(40, 215, (11, 3))
    picture = np.broadcast_to(ground, (*SCENE, 3)).copy()
    for color in others:
        picture[ellipse(rng.uniform(0.2, 0.6))[2]] = color
    u, v, inside = ellipse(share)
    halves = {
        "one color": inside & False,
        "two halves": inside & (u > 0),
        "quarters": inside & ((u > 0) ^ (v > 0)),
        "stripes": inside & (x % 8 < 4),
    }
    picture[inside], picture[halves[surface]] = first, second
    picture += rng.normal(0, 10, (*SCENE, 1))
    rows, columns = np.nonzero(inside)
    truth = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    return picture.clip(0, 255).astype(np.uint8), np.array([truth])


# --- Segmentation ---------------------------------------------------------------------


class Edges(NamedTuple):
    """Neighboring pixels u, v (int32, shape (E,)) and their difference (float32)."""

    u: np.ndarray
    v: np.ndarray
    weight: np.ndarray


def _check_image(image, sigma):
    image = checks.array(image, "image")
    if image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(
            f"image must have the shape (H, W) or (H, W, C), not {image.shape}"
        )
    if np.abs(image).max() > LARGEST:
        raise ValueError(f"image must hold numbers from -{LARGEST:g} to {LARGEST:g}")
    return image, checks.number(sigma, "sigma", least=0)


def _check_planes(planes):
    found = checks.array(planes, "planes", shape=("C", "H", "W"))
    if 0 in found.shape:
        raise ValueError(f"planes must have pixels; their shape is {found.shape}")
    return (found.astype(np.float32),)


def _check_segment(edges, shape, k, min_size):
    if not isinstance(edges, Edges):
        raise TypeError(f"edges must be Edges, not {type(edges).__name__}")
    if not isinstance(shape, Iterable) or len(shape) != 2:
        raise ValueError(f"shape must be (height, width), not {shape!r}")
    height, width = (checks.whole(side, "a side of shape", least=0) for side in shape)
    ends = np.concatenate([edges.u, edges.v])
    if len(ends) and not 0 <= ends.min() <= ends.max() < height * width:
        raise ValueError(
            f"the edges name pixels outside an image of height {height} and width "
            f"{width}: give the shape of the image they were made from"
        )
    k = checks.number(k, "k", least=0, most=LARGEST)
    return edges, (height, width), k, _check_least(min_size)


def _check_least(min_size) -> int:
    return checks.whole(min_size, "min_size", least=0, most=2**31 - 1)


@door(_check_image)
def smooth(image, sigma: float = 0.8) -> np.ndarray:
    """Return an image as smoothed planes.

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, C)
        Finite numbers; ``k`` of :func:`segment` counts in their unit.
    sigma : float
        Standard deviation of the Gaussian in pixels, 0 for none.

    Returns
    -------
    numpy.ndarray of float32, shape (C, H, W)

    Raises
    ------
    TypeError
        If the image does not consist of real numbers, or sigma is not a number.
    ValueError
        If it has another shape, no pixels or values that are not finite in single
        precision; if sigma is negative.
    """
    image = image[..., None] if image.ndim == 2 else image
    planes = np.moveaxis(image, -1, 0).astype(np.float32)
    if sigma:
        for plane in planes:
            ndimage.gaussian_filter(plane, sigma, output=plane)
    return planes


@door(_check_planes)
def grid_edges(planes) -> Edges:
    """Return the edges between each pixel and its eight neighbors, lightest first.

    The weight is the distance of the two colors. Edges of equal weight keep their
    order: horizontal, vertical, then the two diagonals, each along the rows.

    Parameters
    ----------
    planes : numpy.ndarray of float32, shape (C, H, W)
        As :func:`smooth` returns them.

    Returns
    -------
    Edges
        Each pair of neighbors once.
    """
    _, height, width = planes.shape
    pixel = np.arange(height * width, dtype=np.int32).reshape(height, width)
    every, but_last, but_first = slice(None), slice(0, -1), slice(1, None)
    pairs = [
        ((every, but_last), (every, but_first)),
        ((but_last, every), (but_first, every)),
        ((but_last, but_last), (but_first, but_first)),
        ((but_last, but_first), (but_first, but_last)),
    ]
    u = np.concatenate([pixel[a].ravel() for a, _ in pairs])
    v = np.concatenate([pixel[b].ravel() for _, b in pairs])
    squares = [sum((p[a] - p[b]) ** 2 for p in planes).ravel() for a, b in pairs]
    weight = np.sqrt(np.concatenate(squares))
    order = _argsort_float32(weight)
    return Edges(u[order], v[order], weight[order])


def _argsort_float32(values) -> np.ndarray:
    """Return a stable order of float32 numbers that are not negative.

    The bits of such numbers, read as an integer, are in the same order; and NumPy sorts
    integers of 16 bits by counting. So sort by the lower half, then by the upper one.

    Parameters
    ----------
    values : numpy.ndarray of float32, shape (n,)
        At least 0, without -0.0.

    Returns
    -------
    numpy.ndarray of int32, shape (n,)
    """
    bits = values.view(np.uint32)
    lower, upper = bits.astype(np.uint16), (bits >> 16).astype(np.uint16)
    order = np.argsort(lower, kind="stable").astype(np.int32)
    return order[np.argsort(upper[order], kind="stable")]


def _compiled(function: Callable) -> Callable:
    """Compile with numba; keep the result on disk where there is a place to write."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # a read-only installation, and no home
        return njit(nogil=True)(function)


@_compiled
def _root(parent, pixel):
    """Follow the parents to the pixel that stands for the region; shorten the way."""
    while parent[pixel] != pixel:
        parent[pixel] = parent[parent[pixel]]
        pixel = parent[pixel]
    return pixel


@_compiled
def _join(parent, size, a, b):
    """Put the smaller tree under the root of the larger one."""
    if size[a] < size[b]:
        a, b = b, a
    parent[b] = a
    size[a] += size[b]
    return a


@_compiled
def grow_regions(u, v, weight, num_pixels, k, min_size):
    """Return the region of each pixel; the edges come lightest first.

    The loop of Felzenszwalb and Huttenlocher (2004), algorithm 1, compiled by numba.
    ``limit`` is, for the root of a region, its heaviest inner edge plus k / its size.

    Parameters
    ----------
    u, v, weight : numpy.ndarray of int32, int32, float32, shape (E,)
    num_pixels : int
    k : numpy.float32
    min_size : int

    Returns
    -------
    numpy.ndarray of int32, shape (num_pixels,)
        Regions are numbered in the order of their first pixels.
    """
    parent = np.arange(num_pixels).astype(np.int32)
    size = np.ones(num_pixels, np.int32)
    limit = np.full(num_pixels, k)
    boundary, num_boundary = np.empty(len(u), np.int32), 0
    for edge in range(len(u)):
        a, b = _root(parent, u[edge]), _root(parent, v[edge])
        if a == b:
            continue
        if weight[edge] <= min(limit[a], limit[b]):
            a = _join(parent, size, a, b)
            limit[a] = weight[edge] + k / np.float32(size[a])
        else:
            boundary[num_boundary] = edge
            num_boundary += 1
    for edge in boundary[:num_boundary]:  # regions too small join their nearest
        a, b = _root(parent, u[edge]), _root(parent, v[edge])
        if a != b and min(size[a], size[b]) < min_size:
            _join(parent, size, a, b)
    number, labels = np.full(num_pixels, -1, np.int32), np.empty(num_pixels, np.int32)
    num_regions = 0
    for pixel in range(num_pixels):
        a = _root(parent, pixel)
        if number[a] < 0:
            number[a] = num_regions
            num_regions += 1
        labels[pixel] = number[a]
    return labels


@door(_check_segment)
def segment(
    edges: Edges, shape: tuple[int, int], k: float = 200, min_size: int = 100
) -> np.ndarray:
    """Cut an image into regions along its heavy edges.

    Parameters
    ----------
    edges : Edges
        As :func:`grid_edges` returns them.
    shape : (int, int)
        Height and width of the image. A shape that is too large cannot be told from
        edges of which some were left out, and gives regions of one pixel.
    k : float
        How much a region may vary inside: larger values give larger regions. A region
        of s pixels may grow along edges up to its heaviest inner edge plus k / s.
    min_size : int
        Smaller regions join a neighbor in the end.

    Returns
    -------
    numpy.ndarray of int32, shape (H, W)
        The number of each pixel's region, from 0, in the order of their first pixels.

    Raises
    ------
    TypeError
        If k is not a number, or ``min_size`` not a whole one.
    ValueError
        If k is negative or not finite, ``min_size`` is negative, or an edge ends at a
        pixel outside an image of that shape.

    References
    ----------
    Felzenszwalb and Huttenlocher (2004), section 4.
    """
    height, width = shape
    labels = grow_regions(*edges, height * width, np.float32(k), min_size)
    return labels.reshape(shape)


# --- What a region looks like ---------------------------------------------------------


class Regions(NamedTuple):
    """What the four rules ask about each of R regions.

    size : (R,) in pixels. box : (R, 4). color, texture : (R, C * 25) and (R, C * 80),
    how many pixels are in each bin; a pixel counts once a plane in color, and once a
    plane and direction in texture.
    """

    size: np.ndarray
    box: np.ndarray
    color: np.ndarray
    texture: np.ndarray


def _check_described(labels, color, texture):
    (labels,) = _check_labels(labels)
    numbers = np.unique(labels)
    missing = np.setdiff1d(np.arange(len(numbers)), numbers)
    if missing.size:
        raise ValueError(
            f"labels must hold every number from 0 to {numbers[-1]}; {missing[0]} is "
            "missing"
        )
    shape = ("rows", labels.size)
    color = checks.labels(color, "color", COLOR_BINS, shape=shape)
    return labels, color, checks.labels(texture, "texture", TEXTURE_BINS, shape=shape)


def _check_labels(labels):
    labels = checks.labels(labels, "labels", 2**31, shape=("H", "W"))
    if not labels.size:
        raise ValueError(f"labels must have pixels; their shape is {labels.shape}")
    return (labels,)


@door(_check_planes)
def color_bins(planes) -> np.ndarray:
    """Return each pixel's bin of 25 in each plane.

    Parameters
    ----------
    planes : numpy.ndarray, shape (C, H, W)
        From 0 to 255.

    Returns
    -------
    numpy.ndarray of int, shape (C, H * W)
    """
    bins = (planes * np.float32(COLOR_BINS / 256)).astype(np.int64)
    return np.clip(bins, 0, COLOR_BINS - 1).reshape(len(planes), -1)


@door(_check_planes)
def texture_bins(planes) -> np.ndarray:
    """Return each pixel's bin of 10 in each plane and direction.

    The slope in a direction follows from the slopes in x and y; where it falls, it
    counts as 0. Bins divide the range up to the steepest slope of the plane in that
    direction: they are the same for all regions, so that histograms can be added.

    Parameters
    ----------
    planes : numpy.ndarray of float32, shape (C, H, W)
        Smoothed, so that slopes are derivatives of a Gaussian.

    Returns
    -------
    numpy.ndarray of int, shape (C * 8, H * W)

    References
    ----------
    Uijlings et al. (2013), section 3.2; Freeman and Adelson (1991), "The design and use
    of steerable filters", IEEE Transactions on Pattern Analysis and Machine
    Intelligence 13.
    """
    rows = []
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    for plane in planes:
        down, right = (_slope(plane, axis) for axis in (0, 1))
        for cosine, sine in zip(
            np.cos(angles).astype(np.float32),
            np.sin(angles).astype(np.float32),
            strict=True,
        ):
            slope = np.maximum(cosine * right + sine * down, 0)
            steepest = max(float(slope.max()), 1e-6)
            slope *= np.float32(0.9999 * TEXTURE_BINS / steepest)
            rows.append(slope.astype(np.int64).ravel())
    return np.array(rows)


def _slope(plane, axis: int) -> np.ndarray:
    """Return the derivative along an axis, 0 if there is a single pixel."""
    if plane.shape[axis] < 2:
        return np.zeros_like(plane)
    return np.gradient(plane, axis=axis)


@door(_check_described)
def describe(labels, color, texture) -> Regions:
    """Count what each region looks like.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (H, W)
        As :func:`segment` returns them: every number from 0 to the largest occurs.
    color, texture : numpy.ndarray of int, shape (rows, H * W)
        As :func:`color_bins` and :func:`texture_bins` return them.

    Returns
    -------
    Regions

    Raises
    ------
    TypeError, ValueError
        If the labels are not whole numbers from 0 of which each occurs, or the bins are
        others than those of 25 and of 10 for each pixel.
    """
    flat = labels.ravel().astype(np.int64)
    size = np.bincount(flat)

    def count(bins, num_bins):
        start, shape = flat * num_bins, (len(size), num_bins)
        rows = [np.bincount(start + row, minlength=shape[0] * num_bins) for row in bins]
        return np.hstack([row.reshape(shape) for row in rows])

    places = ndimage.find_objects(labels + 1)
    box = np.array([(x.start, y.start, x.stop, y.stop) for y, x in places])
    return Regions(size, box, count(color, COLOR_BINS), count(texture, TEXTURE_BINS))


@door(_check_labels)
def adjacent_pairs(labels) -> np.ndarray:
    """Return which regions share a side of a pixel.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (H, W)

    Returns
    -------
    numpy.ndarray of int, shape (P, 2)
        Pairs i < j, each once, in order.

    Raises
    ------
    TypeError, ValueError
        If the labels are not whole numbers from 0.
    """
    a = np.concatenate([labels[:, :-1].ravel(), labels[:-1].ravel()])
    b = np.concatenate([labels[:, 1:].ravel(), labels[1:].ravel()])
    differ = a != b
    a, b = a[differ].astype(np.int64), b[differ].astype(np.int64)
    base = int(labels.max()) + 1
    codes = np.unique(np.minimum(a, b) * base + np.maximum(a, b))
    return np.stack(np.divmod(codes, base), axis=1)


# --- Grouping -------------------------------------------------------------------------


class Grouping(NamedTuple):
    """The regions that ever existed, in order: R at first, then one a merge.

    box : (2R - 1, 4). children : (R - 1, 2), the two regions of each merge.
    similarity : (R - 1,), theirs.
    """

    box: np.ndarray
    children: np.ndarray
    similarity: np.ndarray


def _check_two(regions, i, j, area):
    last = _number_of(regions) - 1
    i = checks.whole(i, "i", least=0, most=last)
    j = checks.whole(j, "j", least=0, most=last)
    return regions, i, j, checks.whole(area, "area", least=1)


def _check_group(regions, pairs, rules):
    num = _number_of(regions)
    pairs = checks.labels(pairs, "pairs", num, shape=("P", 2))
    if (pairs[:, 0] == pairs[:, 1]).any():
        raise ValueError("pairs must be of two regions; none is its own neighbor")
    if not isinstance(rules, str) or not rules or not set(rules) <= set(RULES):
        raise ValueError(f"rules must be letters of {RULES!r}, not {rules!r}")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(num, num))
    parts = connected_components(graph, directed=False, return_labels=False)
    if parts > 1:
        raise ValueError(f"the pairs leave {parts} parts unconnected")
    return regions, pairs, rules


def _number_of(regions) -> int:
    if not isinstance(regions, Regions):
        raise TypeError(f"regions must be Regions, not {type(regions).__name__}")
    return len(regions.size)


@door(_check_two)
def similarities(regions: Regions, i: int, j: int, area: int) -> dict[str, float]:
    """Return the four similarities of two regions, each from 0 to 1.

    Parameters
    ----------
    regions : Regions
    i, j : int
        Which two; only ``fill`` can leave the range if they do not touch.
    area : int
        Pixels of the image.

    Returns
    -------
    dict
        ``{"C": color, "T": texture, "S": size, "F": fill}``.

    Raises
    ------
    TypeError, ValueError
        If there is no such region, or the area is no positive whole number.

    References
    ----------
    Uijlings et al. (2013), equations 1, 3, 4 and 5.
    """

    def intersection(counts):
        p, q = (counts[r] / counts[r].sum() for r in (i, j))
        return float(np.minimum(p, q).sum())

    size = int(regions.size[i] + regions.size[j])
    x1, y1 = np.minimum(regions.box[i, :2], regions.box[j, :2])
    x2, y2 = np.maximum(regions.box[i, 2:], regions.box[j, 2:])
    return {
        "C": intersection(regions.color),
        "T": intersection(regions.texture),
        "S": 1 - size / area,
        "F": 1 - (int((x2 - x1) * (y2 - y1)) - size) / area,
    }


@door(_check_group)
def group(regions: Regions, pairs, rules: str = RULES) -> Grouping:
    """Merge the two most similar neighbors until one region is left.

    What a merged region looks like follows from its two parts: counts add.

    Parameters
    ----------
    regions : Regions
        R regions that cover the image.
    pairs : numpy.ndarray of int, shape (P, 2)
        Neighbors, as :func:`adjacent_pairs` returns them.
    rules : str
        Which similarities are added: letters of ``"CTSF"``.

    Returns
    -------
    Grouping
        Of pairs with equal similarity the one with the older regions comes first.

    Raises
    ------
    TypeError
        If the regions are no :class:`Regions`, or the pairs are not whole numbers.
    ValueError
        If the rules are not letters of ``"CTSF"``, or the pairs do not connect all
        regions.

    References
    ----------
    Uijlings et al. (2013), algorithm 1.
    """
    counts, times = _histograms(regions, rules)
    box = np.zeros((len(counts), 4), dtype=np.int64)
    box[: len(regions.box)] = regions.box
    size = np.zeros(len(counts), dtype=np.int64)
    size[: len(regions.size)] = regions.size
    pairs = np.sort(pairs.astype(np.int64), axis=1)
    children, similarity = merge(
        size, box, counts, times, pairs, "S" in rules, "F" in rules
    )
    return Grouping(box, children, similarity)


def _histograms(regions: Regions, rules: str) -> tuple[np.ndarray, np.ndarray]:
    """Return counts with room for all merges, and how often a pixel is counted."""
    num, planes = len(regions.size), regions.color.shape[1] // COLOR_BINS
    used = [np.zeros((num, 0))], [np.zeros(0)]
    for rule, rows, times in (
        ("C", regions.color, planes),
        ("T", regions.texture, planes * DIRECTIONS),
    ):
        if rule in rules:
            used[0].append(rows)
            used[1].append(np.full(rows.shape[1], times))
    first = np.hstack(used[0])
    return np.vstack([first, np.zeros((num - 1, first.shape[1]))]), np.hstack(used[1])


@_compiled
def merge(size, box, counts, times, pairs, with_size, with_fill):
    """Merge the two most similar neighbors until one region is left.

    The loop of Uijlings et al. (2013), algorithm 1, compiled by numba. Rows of R first
    regions are filled; those of the R - 1 merges are filled here, in their order.

    Parameters
    ----------
    size, box, counts : numpy.ndarray, shapes (2R - 1,), (2R - 1, 4), (2R - 1, B)
        Pixels, boxes and counts of the regions; changed in place.
    times : numpy.ndarray of float, shape (B,)
        How often a pixel is counted in the histogram of each bin.
    pairs : numpy.ndarray of int, shape (P, 2)
        Neighbors i < j; changed in place.
    with_size, with_fill : bool
        Which similarities are added to that of the counts.

    Returns
    -------
    children : numpy.ndarray of int, shape (R - 1, 2)
    similarity : numpy.ndarray of float, shape (R - 1,)
    """
    num, left = (len(size) + 1) // 2, len(pairs)
    area = size[:num].sum()
    shares = np.zeros(counts.shape)
    for i in range(num):
        shares[i] = counts[i] / (size[i] * times)
    values = np.empty(left)
    for p in range(left):
        i, j = pairs[p]
        values[p] = _similar(size, box, shares, area, i, j, with_size, with_fill)
    children = np.empty((num - 1, 2), dtype=np.int64)
    similarity = np.empty(num - 1)
    paired = np.zeros(len(size), dtype=np.int64)  # the last region that it is paired to
    for new in range(num, len(size)):
        best = 0
        for p in range(1, left):
            older = pairs[p, 0] < pairs[best, 0] or (
                pairs[p, 0] == pairs[best, 0] and pairs[p, 1] < pairs[best, 1]
            )
            if values[p] > values[best] or (values[p] == values[best] and older):
                best = p
        i, j = pairs[best]
        children[new - num] = pairs[best]
        similarity[new - num] = values[best]
        size[new], counts[new] = size[i] + size[j], counts[i] + counts[j]
        shares[new] = counts[new] / (size[new] * times)
        box[new, :2] = np.minimum(box[i, :2], box[j, :2])
        box[new, 2:] = np.maximum(box[i, 2:], box[j, 2:])
        kept = 0
        for p in range(left):
            a, b = pairs[p]
            value = values[p]
            if a in (i, j) or b in (i, j):
                other = b if a in (i, j) else a
                if other in (i, j) or paired[other] == new:
                    continue  # the two that merged, or a neighbor of both
                paired[other] = new
                a, b = other, new
                value = _similar(size, box, shares, area, a, b, with_size, with_fill)
            pairs[kept, 0], pairs[kept, 1], values[kept] = a, b, value
            kept += 1
        left = kept
    return children, similarity


@_compiled
def _similar(size, box, shares, area, i, j, with_size, with_fill):
    total, found = size[i] + size[j], np.minimum(shares[i], shares[j]).sum()
    if with_size:
        found += 1 - total / area
    if with_fill:
        width = max(box[i, 2], box[j, 2]) - min(box[i, 0], box[j, 0])
        height = max(box[i, 3], box[j, 3]) - min(box[i, 1], box[j, 1])
        found += 1 - (width * height - total) / area
    return round(found, 12)  # a tie is a tie on every processor


# --- Selective Search -----------------------------------------------------------------

# color spaces, k, rules: one grouping for each combination; min_size, or None for k
MODES = {
    "single": (("hsv",), (100,), ("CTSF",), None),
    "fast": (("hsv", "lab"), (50, 100), ("CTSF", "TSF"), None),
    "opencv": (("hsv", "lab"), (150, 300, 450), ("CTSF", "TSF"), 100),
}


def _check_convert(photograph, space):
    return _photograph(photograph), checks.one_of(space, "space", ("hsv", "lab"))


def _check_first(photograph, space, k, min_size):
    least = _check_least(min_size)
    k = checks.number(k, "k", least=0, most=LARGEST)
    return *_check_convert(photograph, space), k, least


def _check_groupings(photograph, mode, sigma, min_size):
    return (
        _photograph(photograph),
        checks.one_of(mode, "mode", MODES),
        checks.number(sigma, "sigma", least=0),
        None if min_size is None else _check_least(min_size),
    )


def _check_search(photograph, mode, sigma, min_size, seed):
    seed = checks.whole(seed, "seed", least=0)
    return *_check_groupings(photograph, mode, sigma, min_size), seed


def _photograph(photograph) -> np.ndarray:
    checks.array(photograph, "photograph", shape=("H", "W", 3), finite=False)
    photograph = np.asarray(photograph)
    if photograph.dtype != np.uint8:
        raise TypeError(f"photograph must hold uint8, not {photograph.dtype}")
    if not photograph.size:
        raise ValueError(f"photograph has no pixels; its shape is {photograph.shape}")
    return photograph


def _check_rank(boxes_of_groupings, seed):
    name = "boxes_of_groupings"
    if not isinstance(boxes_of_groupings, Iterable):
        raise TypeError(f"{name} must be a list of arrays, not {boxes_of_groupings!r}")
    lists = list(boxes_of_groupings)
    if not lists:
        raise ValueError(f"{name} must hold the boxes of at least one grouping")
    for i, boxes in enumerate(lists):
        check_boxes(boxes, f"{name}[{i}]")
    return [np.asarray(boxes) for boxes in lists], checks.whole(seed, "seed", least=0)


@door(_check_convert)
def convert(photograph, space: str) -> np.ndarray:
    """Return a photograph in another color space, each plane from 0 to 255.

    Parameters
    ----------
    photograph : numpy.ndarray of uint8, shape (H, W, 3)
        Red, green, blue.
    space : {"hsv", "lab"}
        The hue takes 0 to 180, as in OpenCV.

    Returns
    -------
    numpy.ndarray of float32, shape (H, W, C)

    Raises
    ------
    TypeError
        If the photograph is not of type uint8.
    ValueError
        If it has another shape, or the space is unknown.
    """
    unit = photograph.astype(np.float32) / np.float32(255)
    if space == "lab":
        return _lab(photograph)
    return rgb2hsv(unit) * np.array([180, 255, 255], np.float32)


def _lab(photograph) -> np.ndarray:
    """Return CIE Lab; L is scaled to 255, 128 is added to a and b, as in OpenCV.

    Written out in doubles, with no matrix product, for the sake of equal bits: the last
    bit of a color can decide how two regions merge, and libraries for matrices and
    single-precision powers round differently on different processors.
    """
    level = np.arange(256) / 255
    linear = np.where(level > 0.04045, ((level + 0.055) / 1.055) ** 2.4, level / 12.92)
    red, green, blue = linear[np.moveaxis(photograph, 2, 0)]
    x, y, z = (
        np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
        for t in (r * red + g * green + b * blue for r, g, b in XYZ_FROM_RGB)
    )
    lab = [2.55 * (116 * y - 16), 500 * (x - y) + 128, 200 * (y - z) + 128]
    return np.stack(lab, axis=2).astype(np.float32)


@door(_check_first)
def first_regions(photograph, space: str = "lab", k: float = 100, min_size: int = 50):
    """Cut a photograph into regions, and say what they look like.

    Parameters
    ----------
    photograph : numpy.ndarray of uint8, shape (H, W, 3)
    space : {"hsv", "lab"}
        As for :func:`convert`.
    k : float
    min_size : int
        As for :func:`segment`.

    Returns
    -------
    labels : numpy.ndarray of int32, shape (H, W)
    found : Regions
    pairs : numpy.ndarray of int, shape (P, 2)
        What :func:`group` takes.

    Raises
    ------
    ValueError, TypeError
        As :func:`convert` and :func:`segment`.
    """
    image = convert(photograph, space)
    planes = smooth(image)
    labels = segment(grid_edges(planes), image.shape[:2], k, min_size)
    color, texture = color_bins(np.moveaxis(image, 2, 0)), texture_bins(planes)
    return labels, describe(labels, color, texture), adjacent_pairs(labels)


@door(_check_groupings)
def groupings(
    photograph, mode: str = "opencv", sigma: float = 0.8, min_size: int | None = None
):
    """Yield one grouping for each color space, k and set of rules of a mode.

    Edges are sorted once a color space, and regions described once a segmentation.

    Parameters
    ----------
    photograph : numpy.ndarray of uint8, shape (H, W, 3)
    mode : {"single", "fast", "opencv"}
        1 or 8 groupings with the paper's settings, or the 12 of OpenCV's fast mode,
        whose first regions are larger.
    sigma : float
        As for :func:`smooth`.
    min_size : int, optional
        As for :func:`segment`; k, or 100 in OpenCV's mode, if not given.

    Yields
    ------
    Grouping

    Raises
    ------
    ValueError, TypeError
        As :func:`convert` and :func:`segment`, or if the mode is unknown.

    References
    ----------
    Uijlings et al. (2013): single strategy and "Fast"; that ``min_size`` is k is the
    default of the authors' code. The settings of OpenCV are those of
    ``switchToSelectiveSearchFast``.
    """
    spaces, ks, sets_of_rules, least = MODES[mode]
    for space in spaces:
        image = convert(photograph, space)
        planes = smooth(image, sigma)
        edges = grid_edges(planes)
        color, texture = color_bins(np.moveaxis(image, 2, 0)), texture_bins(planes)
        for k in ks:
            smallest = next(m for m in (min_size, least, k) if m is not None)
            labels = _segment(edges, image.shape[:2], k, smallest)
            regions, pairs = _describe(labels, color, texture), _adjacent_pairs(labels)
            for rules in sets_of_rules:
                yield _group(regions, pairs, rules)


# For these loops, in which one function passes on what the next one takes.
_segment, _describe = segment.__wrapped__, describe.__wrapped__
_adjacent_pairs, _group = adjacent_pairs.__wrapped__, group.__wrapped__
_groupings = groupings.__wrapped__


@door(_check_rank)
def rank(boxes_of_groupings, seed: int = 0) -> np.ndarray:
    """Return all boxes once, those that are probably objects first.

    In each grouping the whole image has position 1, the last merge but one 2, and so
    on. A box is ranked by its position times a number drawn from 0 to 1: large regions
    come early, but not always the same ones.

    Parameters
    ----------
    boxes_of_groupings : iterable of numpy.ndarray, shape (2R - 1, 4)
        In the order in which they came to be.
    seed : int

    Returns
    -------
    numpy.ndarray of int, shape (N, 4)
        Of equal boxes the first one stays.

    Raises
    ------
    TypeError, ValueError
        If there is no grouping, a row is not a box, or the seed is not a whole number
        from 0 on.

    References
    ----------
    Uijlings et al. (2013), section 3.3.
    """
    rng = np.random.default_rng(seed)
    boxes = [each[::-1] for each in boxes_of_groupings]
    ranks = [rng.random(len(each)) * np.arange(1, len(each) + 1) for each in boxes]
    boxes = np.concatenate(boxes)[np.argsort(np.concatenate(ranks), kind="stable")]
    _, first = np.unique(boxes, axis=0, return_index=True)
    return boxes[np.sort(first)]


@door(_check_search)
def selective_search(
    photograph,
    mode: str = "opencv",
    sigma: float = 0.8,
    min_size: int | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Propose boxes in which objects may be.

    Parameters
    ----------
    photograph, mode, sigma, min_size
        As for :func:`groupings`.
    seed : int
        Seed of the order, see :func:`rank`. The boxes do not depend on it.

    Returns
    -------
    numpy.ndarray of int, shape (N, 4)
        Each box once.

    Raises
    ------
    ValueError, TypeError
        As :func:`groupings`.

    References
    ----------
    Uijlings et al. (2013).
    """
    found = _groupings(photograph, mode, sigma, min_size)
    return rank((grouping.box for grouping in found), seed)
