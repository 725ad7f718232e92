"""Exercises of the chapter *IoU and non-maximum suppression*.

The chapter is book/detection-geometry/iou-nms.ipynb.
"""

import numpy as np

from evidence.exercises import function, number, vector
from evidence.methods.detection.boxes import iou


def _pairs(seed, low=0):
    """Return two lists of boxes with area, some of which meet."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(low, low + 20, size=(9, 2))
    boxes = np.hstack([corner, corner + rng.uniform(2, 12, size=(9, 2))])
    return boxes[:5], boxes[5:]


def _overlap_and_areas(a, b, one=0.0, clip=True):
    start = np.maximum(a[:, None, :2], b[None, :, :2])
    sides = np.minimum(a[:, None, 2:], b[None, :, 2:]) - start + one
    sides = np.maximum(sides, 0) if clip else sides
    area_a, area_b = (
        (box[:, 2:] - box[:, :2] + one).prod(axis=-1) for box in (a, b)
    )
    return sides.prod(axis=-1), area_a[:, None], area_b


def _with_one(a, b):
    overlap, area_a, area_b = _overlap_and_areas(a, b, one=1)
    return overlap / (area_a + area_b - overlap)


def _without_clip(a, b):
    overlap, area_a, area_b = _overlap_and_areas(a, b, clip=False)
    return overlap / (area_a + area_b - overlap)


def _over_sum(a, b):
    overlap, area_a, area_b = _overlap_and_areas(a, b)
    return overlap / (area_a + area_b)


def _over_smaller(a, b):
    overlap, area_a, area_b = _overlap_and_areas(a, b)
    return overlap / np.minimum(area_a, area_b)


def _transposed(a, b):
    return iou(b, a)


EXERCISES = {
    "overlap-by-hand": number(
        8 / 52,
        mistakes={
            8
            / 60: "the union counts the shared area once: subtract it from the sum",
            15
            / 69: "that is with +1 in every width and height; ends are exclusive",
            8
            / 24: "that is the share of the smaller box; divide by the union",
            8
            / 36: "that is the share of the larger box; divide by the union",
            8: "that is the shared area; divide by the union",
        },
    ),
    "suppression-by-hand": vector(
        [0, 1, 0, 1, 1],
        tolerance=0,
        mistakes=[
            (
                [0, 1, 0, 0, 1],
                "a discarded box discards nobody: 2 is gone when 3's turn comes",
            ),
            (
                [0, 1, 1, 1, 1],
                "1 and 2 share 7 columns of 13, more than 0.3",
            ),
            (
                [1, 0, 1, 0, 1],
                "the best box has the highest score, not the first place",
            ),
            (
                [1, 0, 0, 1, 1],
                "you began with the lowest score; begin with the highest",
            ),
            ([1, 0, 1, 0, 0], "these are the discarded ones"),
            (
                [0, 1, 0, 1, 0],
                "box 4 meets nobody: a low score alone discards nothing",
            ),
        ],
        confirm="Box 3 meets 1 in four columns of 16, and 2 was gone before.",
    ),
    "one-too-many": number(
        0.49 / 2.51,
        mistakes={
            0: "that is the right IoU; the question is what +1 makes of it",
            0.49 / 3: "the union counts the shared area once, here too",
            1.69
            / 1.31: "the gap counts negative: the width is 0.3 - 0.6 + 1",
        },
        confirm="An overlap of a fifth between boxes that do not meet.",
    ),
    "smallest-threshold": number(
        2 / 3,
        mistakes={
            0.8: "that is the share of one box; suppression compares the IoU",
            1 / 3: "that is 1 - IoU, the distance",
            99 / 143: "that is with +1 in every width and height",
            0.5: "0.5 is the usual threshold; here the IoU is larger",
        },
        confirm="At equality both stay, since only larger overlaps are discarded.",
    ),
    "all-pairs-at-once": function(
        iou,
        cases=[_pairs(0), _pairs(1), _pairs(2, low=-10)],
        mistakes=[
            (_with_one, "you add 1 to the widths; ends are exclusive here"),
            (
                _without_clip,
                "boxes that do not meet have negative widths, and the product of two "
                "negative numbers is positive: clip at 0",
            ),
            (
                _over_sum,
                "the union counts the shared area once: subtract it",
            ),
            (
                _over_smaller,
                "you divide by the smaller box instead of the union",
            ),
            (
                _transposed,
                "rows belong to a, columns to b; yours is transposed",
            ),
        ],
    ),
    "average-precision": number(
        0.625,
        mistakes={
            (1 + 2 / 3 + 3 / 4)
            / 4: "you did not replace 2/3 by the later 3/4",
            2.5
            / 3: "one object was not found: divide by all four, not by the three",
            (1 + 2 / 3 + 3 / 4)
            / 3: "divide by all four objects, and replace 2/3 by 3/4",
            3 / 5: "that is the precision of the whole list",
            3 / 4: "that is the recall of the whole list",
        },
    ),
}
