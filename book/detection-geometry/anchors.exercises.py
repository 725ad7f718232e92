"""Exercises of *Anchors*.

Chapter: book/detection-geometry/anchors.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, function, number, vector


def _labels(overlap, positive, negative):
    found = _by_threshold(overlap, positive, negative)
    row, column = np.nonzero(overlap == overlap.max(axis=0))
    found[row] = column
    return found


def _by_threshold(overlap, positive, negative):
    best = overlap.max(axis=1)
    found = np.where(best >= positive, overlap.argmax(axis=1), -2)
    found[best < negative] = -1
    return found


def _first_of_ties(overlap, positive, negative):
    found = _by_threshold(overlap, positive, negative)
    found[overlap.argmax(axis=0)] = np.arange(overlap.shape[1])
    return found


def _by_overlap(overlap, positive, negative):
    found = _by_threshold(overlap, positive, negative)
    row, _ = np.nonzero(overlap == overlap.max(axis=0))
    found[row] = overlap[row].argmax(axis=1)
    return found


def _background_last(overlap, positive, negative):
    found = _labels(overlap, positive, negative)
    found[overlap.max(axis=1) < negative] = -1
    return found


def _nothing_ignored(overlap, positive, negative):
    found = _labels(overlap, positive, negative)
    found[found == -2] = -1
    return found


def _above_only(overlap, positive, negative):
    found = _labels(overlap, positive, negative)
    best = overlap.max(axis=1)
    at = (best == positive) & (overlap != overlap.max(axis=0)).all(axis=1)
    found[at] = -2
    return found


TOY = np.array(
    [
        [0.75, 0.05],
        [0.40, 0.35],
        [0.10, 0.55],
        [0.62, 0.10],
        [0.00, 0.25],
        [0.20, 0.55],
    ]
)
LOW = np.array(
    [[0.1, 0.0], [0.2, 0.1], [0.0, 0.25], [0.2, 0.0], [0.0, 0.1]]
)
EDGE = np.array(
    [[0.9, 0.2], [0.7, 0.1], [0.3, 0.2], [0.1, 0.8], [0.2, 0.7]]
)
BESIDE = np.array([[0.9, 0.1], [0.6, 0.5], [0.1, 0.2]])

STEPS = "those are the steps between them; one scale more"
SHARED = math.sqrt(2 * 0.7 / 1.7)  # 1 - d
WIDEST = 2 * 64 * (1 - SHARED)


def _either(bound, why):  # of the whole strides about a bound
    return [(math.floor(bound), why), (math.ceil(bound), why)]


EXERCISES = {
    "by-hand": vector(
        [56, -88, 120, 168],
        tolerance=0.5,
        mistakes=[
            (
                [8, -40, 72, 216],
                "x goes with the column j, y with the row i",
            ),
            (
                [48, -96, 112, 160],
                "that is the corner of the place: its center is half a stride further",
            ),
            (
                [-40, 8, 216, 72],
                "the ratio is height over width: this box is flat",
            ),
            (
                [24, -216, 152, 296],
                "the area must stay 128²: both sides change",
            ),
            (
                [72, -216, 104, 296],
                "the area must stay 128², and so it does; but this ratio is 16: "
                "take the root of 4",
            ),
            (
                [88, 40, 64, 256],
                "these are center and sides: give the corners",
            ),
        ],
        confirm="64 wide and 256 high, around (88, 40): it leaves the picture.",
    ),
    "how-many-scales": asked(
        "Anchors are squares whose sides go from 128 to 512 pixels in equal factors. "
        "How many sides are the least, so that every square between has, with the same "
        "center, an anchor with an IoU of 0.7 or more? The answer is a whole number.",
        number(
            5,
            tolerance=0,
            mistakes={
                4: STEPS,
                3: "then the factor is 2, and midway the IoU is one half",
                9: "an object need not lie a whole step from an anchor: at worst it "
                "lies midway",
                8: "an object need not lie a whole step from an anchor: at worst it "
                "lies midway",
            },
            confirm="Four steps of a factor of 1.41, just below 1/0.7.",
        ),
    ),
    "widest-stride": asked(
        "A square object of 64 pixels may lie anywhere, and a square anchor of its "
        "size has its center at every place of a grid. What is the widest stride of "
        "whole pixels at which the object always finds an IoU of 0.7? The answer is a "
        "whole number.",
        number(
            math.floor(WIDEST),
            tolerance=0,
            mistakes=[
                *_either(
                    2 * 64 * (1 - 0.7 / 0.85),
                    "that is off along one axis only; at worst it is off along both",
                ),
                *_either(
                    WIDEST / 2,
                    "that is how far it may be off; the stride is twice that",
                ),
                *_either(
                    2 * 64 * (1 - math.sqrt(0.7)),
                    "that is where they share 0.7 of the area; the union is more than "
                    "one square",
                ),
                *_either(
                    2 * 64 * 0.3,
                    "the IoU is no length: areas are shared and covered",
                ),
                (12, "at 12 the IoU is 0.697, below 0.7: round down"),
                (11.8, "that is the bound: give the whole stride below it"),
                (
                    11.84,
                    "that is the bound: give the whole stride below it",
                ),
            ],
            confirm="The bound is 11.84; at 12 the IoU is 0.697.",
        ),
    ),
    "labels-by-hand": vector(
        [0, -2, 1, -2, -1, 1],
        tolerance=0,
        mistakes=[
            (
                [0, -2, -2, -2, -1, -2],
                "object 1 has no anchor yet: each object gets its best",
            ),
            (
                [0, -2, 1, -2, -1, -2],
                "two anchors are equally good for object 1, and both are its best",
            ),
            (
                [0, -2, -2, -2, -1, 1],
                "two anchors are equally good for object 1, and both are its best",
            ),
            (
                [0, 0, 1, 0, 1, 1],
                "an anchor below 0.7 is positive only as some object's best",
            ),
            (
                [0, -2, 1, 0, -1, 1],
                "0.62 is below 0.7, and not the highest of object 0",
            ),
            (
                [0, -1, 1, -1, -1, 1],
                "between 0.3 and 0.7 an anchor is ignored, not background",
            ),
        ],
    ),
    "write-it": function(
        _labels,
        cases=[(table, 0.7, 0.3) for table in (TOY, LOW, EDGE, BESIDE)],
        mistakes=[
            (_by_threshold, "each object also gets its best anchors"),
            (
                _first_of_ties,
                "anchors that tie for an object's best all get it",
            ),
            (
                _by_overlap,
                "by the rule above, an object's best anchor is that object's (the "
                "authors' code gives it to the object it overlaps most)",
            ),
            (
                _background_last,
                "the best anchor is positive however low its IoU is: that rule "
                "comes last",
            ),
            (
                _nothing_ignored,
                "between the thresholds an anchor is ignored: -2",
            ),
            (_above_only, "an IoU that equals the threshold is enough"),
        ],
        confirm="The order of the rules matters: the best anchor comes last.",
    ),
    "small-stack": asked(
        "Two 3 × 3 convolutions, pooling by 2, one 3 × 3 convolution, pooling by 2, "
        "one 3 × 3 convolution; every convolution has stride 1 and padding 1, the "
        "pooling none. How many pixels wide is the receptive field, and where is the "
        "center of the first place's? The answer is a list of two numbers.",
        vector(
            [20, 2],
            tolerance=0.01,
            mistakes=[
                (
                    [11, 2],
                    "after a pooling each step counts double: multiply by J",
                ),
                (
                    [17, 2],
                    "a pooling sees two places: it adds (2 - 1)J itself",
                ),
                (
                    [23, 2],
                    "the stride of a pooling counts from the next layer on",
                ),
                ([12, 2], "that is before the last convolution"),
                (
                    [20, 0.5],
                    "a pooling has no padding: it moves the center by J/2",
                ),
                (
                    [20, 1.5],
                    "it begins at 1/2, the middle of the first pixel",
                ),
                (
                    [20, 10],
                    "that is the middle of a field that begins at pixel 0; "
                    "padding lets it begin before the picture",
                ),
            ],
            confirm="The field of the first place reaches from -8 to 12.",
        ),
    ),
}
