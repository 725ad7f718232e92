"""Exercises of *IoU and non-maximum suppression*.

Chapter: book/detection-geometry/iou-nms.ipynb.
"""

import numpy as np

from evidence.exercises import asked, bug, function, number, vector
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
    area_a = (a[:, 2:] - a[:, :2] + one).prod(axis=-1)
    area_b = (b[:, 2:] - b[:, :2] + one).prod(axis=-1)
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
    "overlap-by-hand": asked(
        "What is the IoU of the boxes [2, 1, 8, 5] and [4, 3, 10, 9], given as x1, y1, "
        "x2, y2 with exclusive ends?",
        number(
            8 / 52,
            mistakes={
                8
                / 60: "the union counts the shared area once: subtract it from the "
                "sum",
                15
                / 69: "that is with +1 in every width and height; ends are "
                "exclusive",
                8
                / 24: "that is the share of the smaller box; divide by the union",
                8
                / 36: "that is the share of the larger box; divide by the union",
                16
                / 60: "that divides by the mean of the two areas; divide by the "
                "union",
                8: "that is the shared area; divide by the union",
            },
        ),
    ),
    "all-pairs-at-once": function(
        iou,
        cases=[_pairs(0), _pairs(1), _pairs(2, low=-10)],
        mistakes=[
            (_with_one, "you add 1 to the widths; ends are exclusive here"),
            (
                _without_clip,
                "boxes that do not meet have negative widths, and the product of "
                "two negative numbers is positive: clip at 0",
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
    "two-kept": asked(
        "Suppression at a threshold of 0.3 keeps two boxes. If one of them has an IoU "
        "of 0.8 with an object, what is the largest IoU that the other can have with "
        "the same object? Use the triangle inequality for 1 - IoU.",
        number(
            0.5,
            mistakes={
                0.65: "that is where both have the same; here one has 0.8",
                0.9: "that is the distance that is left, 0.7 + 0.2, the wrong way "
                "round: take the smallest distance, 0.7 - 0.2",
                0.3: "that bounds the IoU of the two kept boxes with each other",
                0.24: "overlaps do not multiply; distances add",
                0.1: "that is the smallest IoU that 0.7 + 0.2 would allow, not the "
                "largest",
                0.2: "the IoUs with one object need not add up to 1",
            },
            confirm="The two are at least 0.7 apart, and one is 0.2 from the object: "
            "the other is 0.5 or more away. It is reached: on a line, 0 to 8 and 5 to "
            "10 share 0.3, and with the object, 0 to 10, 0.8 and 0.5.",
        ),
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
    "bug": bug(
        """
        x1, y1, x2, y2 = boxes.T
        area = ((x2 - x1) * (y2 - y1)).astype(float)
        waiting, kept = np.argsort(-scores), []
        while len(waiting):
            best, rest = waiting[0], waiting[1:]
            kept.append(best)
            w = np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest])
            h = np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest])
            shared = np.maximum(w, 0).astype(float) * np.maximum(h, 0)
            union = area[best] + area[rest] - shared
            waiting = rest[shared / union <= threshold]
        """,
        at=2,
        why_not={
            1: "coordinates of an image fit into signed 16 bits",
            3: "the minus sign puts the highest score first",
            5: "the best leaves the list, so that it does not discard itself",
            7: "a width, even a negative one, fits into signed 16 bits",
            8: "a height, even a negative one, fits into signed 16 bits",
            9: "one factor is a double before the product, so nothing wraps around",
            10: "what both cover is counted twice in the sum, so it goes off once",
            11: "what overlaps by no more than the threshold waits on",
        },
        confirm="The product wraps around before it becomes a double: 300 times 300 "
        "is 24,464 in signed 16 bits. Convert the coordinates first.",
    ),
    "average-precision": asked(
        "There are four objects. The detections, by falling score, are right, wrong, "
        "right, right, wrong. What is the average precision of PASCAL VOC, with each "
        "precision replaced by the highest one at this or a larger recall?",
        number(
            0.625,
            mistakes={
                (1 + 2 / 3 + 3 / 4)
                / 4: "you did not replace 2/3 by the later 3/4",
                2.5
                / 3: "one object was not found: divide by all four, not by the "
                "three",
                (1 + 2 / 3 + 3 / 4)
                / 3: "divide by all four objects, and replace 2/3 by 3/4",
                3
                / 5: "that is the precision of the whole list, or, rounded, that "
                "without replacing 2/3 by the later 3/4",
                3 / 4: "that is the recall of the whole list",
                6.75
                / 11: "that is the mean over eleven recalls, 0 to 1 in tenths, of "
                "PASCAL VOC before 2010; take the area",
            },
        ),
    ),
}
