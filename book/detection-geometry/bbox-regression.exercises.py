"""Exercises of *Bounding-box regression*.

Chapter: book/detection-geometry/bbox-regression.ipynb.
"""

import numpy as np

from evidence.exercises import asked, choice, function, number, vector


def _cases(seed):
    """Return boxes as x, y, w, h and the four numbers of each."""
    rng = np.random.default_rng(seed)
    boxes = np.hstack(
        [rng.uniform(0, 50, (2, 2)), rng.uniform(5, 40, (2, 2))]
    )
    return boxes.round(1), rng.uniform(-1, 1, (2, 4)).round(2)


def _decode(P, t):
    center = P[:, :2] + P[:, 2:] * t[:, :2]
    size = P[:, 2:] * np.exp(t[:, 2:])
    start, end = center - size / 2, center + size / 2
    return np.hstack([start, end])


def _linear(P, t):
    moved = np.log1p(np.clip(t[:, 2:], -0.99, None))
    return _decode(P, np.hstack([t[:, :2], moved]))


def _in_pixels(P, t):
    return _decode(P, np.hstack([t[:, :2] / P[:, 2:], t[:, 2:]]))


def _in_new_widths(P, t):
    return _decode(P, np.hstack([t[:, :2] * np.exp(t[:, 2:]), t[:, 2:]]))


def _not_halved(P, t):
    center = P[:, :2] + P[:, 2:] * t[:, :2]
    size = P[:, 2:] * np.exp(t[:, 2:])
    return np.hstack([center - size, center + size])


def _as_center(P, t):
    center = P[:, :2] + P[:, 2:] * t[:, :2]
    return np.hstack([center, P[:, 2:] * np.exp(t[:, 2:])])


def _from_corner(P, t):
    start = P[:, :2] + P[:, 2:] * t[:, :2]
    return np.hstack([start, start + P[:, 2:] * np.exp(t[:, 2:])])


def _old_half(P, t):
    start = P[:, :2] + P[:, 2:] * t[:, :2] - P[:, 2:] / 2
    return np.hstack([start, start + P[:, 2:] * np.exp(t[:, 2:])])


def _by_axis(P, t):
    return _decode(P, t)[:, [0, 2, 1, 3]]


def _only_scaled(P, t):
    return _decode(P, t * [0, 0, 1, 1])


def _only_shifted(P, t):
    return _decode(P, t * [1, 1, 0, 0])


EXERCISES = {
    "encode": asked(
        "A proposal has its corners at (0, 0) and (40, 20), the object at (10, 10) "
        "and (90, 20). Which four numbers (two shifts in shares of the proposal, two "
        "logarithms, as decimals) move the one onto the other?",
        vector(
            [0.75, 0.25, np.log(2), np.log(0.5)],
            mistakes=[
                (
                    [0.25, 0.5, np.log(2), np.log(0.5)],
                    "the shift is from center to center, not from corner to corner",
                ),
                (
                    [0.25, 0.5, 2, 0.5],
                    "the shift is from center to center, and the last two are "
                    "logarithms of the ratios",
                ),
                (
                    [30, 5, np.log(2), np.log(0.5)],
                    "those shifts are in pixels: divide by width and height",
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
                    "those are ratios less one; take the logarithm of the ratio",
                ),
                (
                    [0.75, 0.25, np.log10(2), np.log10(0.5)],
                    "the logarithm is the natural one",
                ),
                (
                    [0.75, 0.25, 1, -1],
                    "the logarithm is the natural one, not to base 2",
                ),
                (
                    [-0.375, -0.5, np.log(0.5), np.log(2)],
                    "that leads from the object to the proposal",
                ),
                (
                    [-0.75, -0.25, np.log(0.5), np.log(2)],
                    "all signs are reversed: it is object minus proposal",
                ),
            ],
        ),
    ),
    "write-decode": function(
        _decode,
        cases=[_cases(0), _cases(1), _cases(2)],
        mistakes=[
            (
                _not_halved,
                "from the center to a corner it is half a side, not a whole one",
            ),
            (_linear, "sides are multiplied by exp(t), not by 1 + t"),
            (
                _in_pixels,
                "shifts are shares of width and height, not pixels",
            ),
            (
                _in_new_widths,
                "shifts are shares of the old width and height, not of the new",
            ),
            (_as_center, "that is center and size; return corners"),
            (_from_corner, "a box grows about its center, not its corner"),
            (
                _old_half,
                "left and top lie half of the new sides from the center, not of the "
                "old ones",
            ),
            (
                _by_axis,
                "the order is left, top, right, bottom: you return both x first",
            ),
            (_only_scaled, "you scaled, but did not shift"),
            (_only_shifted, "you shifted, but did not scale"),
        ],
    ),
    "three-to-one": asked(
        "Proposals that hold the same picture come in two sizes. Three of four are 32 "
        "pixels wide and should move 8 to the right, one is 128 wide and should move "
        "32. Least squares gives all of them one move in pixels. Which IoU has a "
        "small box, once moved?",
        number(
            (1 - 6 / 32) / (1 + 6 / 32),
            mistakes={
                14: "that is the move; the small box is then 6 pixels off",
                6: "that is how far off it is, in pixels; its IoU is asked for",
                6
                / 32: "that is how far off it is, in widths; its IoU is asked for",
                (1 - 12 / 32)
                / (1 + 12 / 32): "that is for as many large as small ones",
                (1 - 18 / 128)
                / (1 + 18 / 128): "that is the IoU of the large box",
                1
                - 6
                / 32: "what is shared is divided by what the two cover together",
                0.6: "that is its IoU before the move",
            },
            confirm="The move is 14 pixels, the mean, and overshoots by 6.",
        ),
    ),
    "wrong-logarithms": asked(
        "A regressor gets the center right and both logarithms too small by 0.2. "
        "Which IoU has its box?",
        number(
            np.exp(-0.4),
            mistakes={
                np.exp(-0.2): "that is for one side; both are too short",
                0.64: "the sides are exp(-0.2) times as long, not 0.8 times",
                0.6: "the sides are exp(-0.2) times as long; multiply, do not subtract",
                np.exp(
                    0.4
                ): "an IoU is at most 1: the box lies inside the object",
                0.8: "that is one side, and taken as 1 - 0.2",
            },
            confirm="Too large by 0.2 costs the same.",
        ),
    ),
    "which-pairs": choice(
        "b",
        options={
            "a": "near the object such a regressor is worse, likely because far pairs "
            "have the largest targets and the squares are about them",
            "b": "Pairs from below 0.6 cost here, and those from above 0.9 alone tell "
            "too little. The solution has the figures of all four.",
            "c": "those are nearer than your proposals: they tell little of the moves "
            "that yours need",
            "d": "those are moves that your proposals do not need",
        },
    ),
    "lengthen-or-look": choice(
        "c",
        options={
            "a": "far off it does; in this row the target is about as long as the "
            "move, so another length adds next to nothing",
            "b": "far off it even gains more; in this row the target is about as long "
            "as the move, so another length adds next to nothing",
            "c": "Another length adds next to nothing, a second look gains. The "
            "solution has the figures.",
            "d": "two moves end clearly above one there: see the figure",
        },
    ),
}
