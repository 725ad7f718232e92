"""Exercises of the chapter *Anchors and bounding-box regression*.

The chapter is book/detection-geometry/bbox-regression.ipynb.
"""

import numpy as np

from evidence.exercises import choice, function, number, vector
from evidence.methods.detection.box_coding import decode_boxes


def _pairs(seed):
    """Return proposals and the four numbers of each."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 50, (6, 2))
    boxes = np.hstack([corner, corner + rng.uniform(5, 40, (6, 2))])
    return boxes, rng.uniform(-1, 1, (6, 4))


def _moved(P, t, size=np.exp, unit=None, anchor=0.5):
    start, sides = P[:, :2], P[:, 2:] - P[:, :2]
    place = (
        start
        + anchor * sides
        + (sides if unit is None else unit) * t[:, :2]
    )
    sides = sides * size(t[:, 2:])
    corner = place - anchor * sides
    return np.hstack([corner, corner + sides])


def _linear(P, t):
    return _moved(P, t, size=lambda d: 1 + d)


def _in_pixels(P, t):
    return _moved(P, t, unit=1.0)


def _from_the_corner(P, t):
    return _moved(P, t, anchor=0.0)


def _as_centers(P, t):
    start, sides = P[:, :2], P[:, 2:] - P[:, :2]
    center = start + sides / 2 + sides * t[:, :2]
    return np.hstack([center, sides * np.exp(t[:, 2:])])


def _old_center(P, t):
    moved = _as_centers(P, t)
    start, sides = P[:, :2], P[:, 2:] - P[:, :2]
    half = moved[:, 2:] / 2
    center = start + sides / 2
    return np.hstack([center - half, center + half])


def _scaled_first(P, t):
    sides = P[:, 2:] - P[:, :2]
    return _moved(P, t, unit=sides * np.exp(t[:, 2:]))


SCALED_FIRST = (
    "the shift is in widths and heights of the proposal, not of the new box"
)

EXERCISES = {
    "encode": vector(
        [0.75, 0.25, np.log(2), np.log(0.5)],
        mistakes=[
            (
                [0.25, 0.5, np.log(2), np.log(0.5)],
                "the shift is from center to center",
            ),
            (
                [30, 5, np.log(2), np.log(0.5)],
                "divide the shifts by width and height",
            ),
            (
                [0.375, 0.5, np.log(2), np.log(0.5)],
                "divide by the size of the proposal, not of the object",
            ),
            (
                [0.75, 0.25, 2, 0.5],
                "the last two are logarithms of the ratios",
            ),
            (
                [0.75, 0.25, 1, -0.5],
                "that is u = ratio - 1 instead of log(1 + u)",
            ),
            (
                [-0.75, -0.25, np.log(0.5), np.log(2)],
                "the way leads from the proposal to the object",
            ),
            (
                [-0.375, -0.5, np.log(0.5), np.log(2)],
                "that leads from the object to the proposal",
            ),
            ([0.75, 0.25, 1, -1], "the logarithm is the natural one"),
        ],
    ),
    "decode": vector(
        [5, 0, 45, 40],
        mistakes=[
            (
                [25, 20, 40, 40],
                "that is center and size; the answer is corners",
            ),
            (
                [15, 0, 55, 40],
                "the proposal grows about its center, not its corner",
            ),
            ([10, 0, 50, 40], SCALED_FIRST),
            (
                [0.25, 9.75, 40.25, 49.75],
                "the shift is in widths and heights",
            ),
            ([0, 10, 40, 50], "you scaled, but did not translate"),
            ([15, 0, 35, 40], "you translated, but did not scale"),
        ],
    ),
    "price-of-u": number(
        0.5 / np.log(1.5) - 1,
        mistakes={
            0.5
            - np.log(
                1.5
            ): "that is the difference; divide it by the logarithm",
            1
            - np.log(1.5)
            / 0.5: "that is the share of u; divide by the logarithm",
            0.5 / np.log(1.5): "that is the ratio; subtract 1",
            0.5 / np.log10(1.5) - 1: "the logarithm is the natural one",
        },
    ),
    "how-many": number(
        17_100,
        tolerance=0,
        mistakes={
            1_900: "that is the number of places; each has nine anchors",
            5_700: "three scales times three ratios are nine at each place",
            11_400: "three scales times three ratios are nine, not six",
        },
        confirm="Nine at each of 1,900 places.",
    ),
    "write-decode": function(
        decode_boxes,
        cases=[_pairs(0), _pairs(1), _pairs(2)],
        tolerance=1e-9,
        mistakes=[
            (_linear, "sizes are multiplied by exp(t), not by 1 + t"),
            (_in_pixels, "shifts are in widths and heights, not in pixels"),
            (_scaled_first, SCALED_FIRST),
            (
                _from_the_corner,
                "the box grows about its center, not its corner",
            ),
            (_as_centers, "that is center and size; the answer is corners"),
            (_old_center, "you scaled, but did not translate"),
        ],
    ),
    "what-does-it-see": choice(
        "c",
        options={
            "a": "an anchor is a box to start from; this one is larger than the field",
            "b": "where the object ends is what the network must find out",
            "c": "The nine anchors of a place share them.",
            "d": "the field of the 3 × 3 window is 228 pixels wide, whatever the image",
        },
    ),
}
