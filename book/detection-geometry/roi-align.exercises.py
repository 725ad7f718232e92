"""Exercises of *Bilinear interpolation, RoI Pool and RoI Align*.

Chapter: book/detection-geometry/roi-align.ipynb.
"""

import numpy as np

from evidence.exercises import asked, bug, choice, function, number, vector


def _bilinear(z, x, y):
    left = np.clip(np.floor(x).astype(int), 0, z.shape[1] - 2)
    top = np.clip(np.floor(y).astype(int), 0, z.shape[0] - 2)
    return _mix(z, left, top, x - left, y - top)


def _mix(z, left, top, t, u):
    above = (1 - t) * z[top, left] + t * z[top, left + 1]
    below = (1 - t) * z[top + 1, left] + t * z[top + 1, left + 1]
    return (1 - u) * above + u * below


def _axes_swapped(z, x, y):
    return _bilinear(z.T, x, y)


def _nearest(z, x, y):
    return z[np.round(y).astype(int), np.round(x).astype(int)]


def _floored(z, x, y):
    return z[np.floor(y).astype(int), np.floor(x).astype(int)]


def _weights_reversed(z, x, y):
    left = np.clip(np.floor(x).astype(int), 0, z.shape[1] - 2)
    top = np.clip(np.floor(y).astype(int), 0, z.shape[0] - 2)
    return _mix(z, left, top, 1 - (x - left), 1 - (y - top))


def _half_cell(z, x, y):
    return _bilinear(
        z, np.clip(x - 0.5, 0, None), np.clip(y - 0.5, 0, None)
    )


def _cases():
    rng = np.random.default_rng(0)
    return [
        (
            rng.normal(size=(4, 4)),
            rng.uniform(0, 3, 5),
            rng.uniform(0, 3, 5),
        ),
        (
            rng.normal(size=(5, 5)),
            np.array([0.0, 4.0, 1.25]),
            np.array([4.0, 0.5, 4.0]),
        ),
        (
            rng.normal(size=(3, 6)),
            np.array([4.5, 5.0, 0.25]),
            np.array([1.5, 0.5, 2.0]),
        ),
    ]


FOR_ALIGN = (
    "that rounds for RoI Align as well, which divides the width as it is"
)

EXERCISES = {
    "between-four-cells": asked(
        "Four cells hold 10 and 30, and below them 20 and 80. What is the value of "
        "bilinear interpolation a quarter of the way right and half of the way down?",
        number(
            25,
            mistakes={
                27.5: "you went half of the way right and a quarter down; x goes right",
                45: "the weights are reversed: the nearer cell weighs more",
                35: "that is the value in the lower row, or the average of all cells",
                15: "that is the value in the upper row; go down as well",
                10: "that is the nearest cell in x; interpolate between both",
            },
            confirm="15 above, 35 below, and halfway between them.",
        ),
    ),
    "write-it": function(
        _bilinear,
        cases=_cases(),
        mistakes=[
            (_axes_swapped, "x counts columns, the second axis of z"),
            (
                _nearest,
                "that takes the nearest cell; weigh the four around the point",
            ),
            (
                _floored,
                "that takes one cell; weigh the four around the point",
            ),
            (
                _weights_reversed,
                "the weights are reversed: the nearer cell weighs more",
            ),
            (
                _half_cell,
                "x and y are indices here: no half cell to subtract",
            ),
        ],
    ),
    "another-box": asked(
        "A box reaches from x = 0 to x = 500 pixels, its end not included; the stride "
        "is 32. Give four numbers: its width in cells; how many columns RoI Pool "
        "takes, which rounds the places of the first and the last pixel to cells and "
        "keeps both; the width of a seventh of the box in cells; the same in pixels.",
        vector(
            [15.625, 17, 15.625 / 7, 500 / 7],
            mistakes=[
                (
                    [15.625, 16, 15.625 / 7, 500 / 7],
                    "RoI Pool includes the last cell: cells 0 to 16 are one more",
                ),
                (
                    [15.625, 15, 15.625 / 7, 500 / 7],
                    "RoI Pool rounds to the nearest cell, and includes the last",
                ),
                ([15.625, 17, 17 / 7, 17 / 7 * 32], FOR_ALIGN),
                ([15.625, 16, 16 / 7, 16 / 7 * 32], FOR_ALIGN),
                ([15.625, 15, 15 / 7, 15 / 7 * 32], FOR_ALIGN),
            ],
        ),
    ),
    "bug": bug(
        """
        x1, y1, x2, y2 = np.array(box) / stride
        num = bins * samples
        step = (x2 - x1) / num
        x = x1 + np.arange(num) * step
        x = x - 0.5
        weights = np.maximum(0, 1 - np.abs(x[:, None] - np.arange(size)))
        weights = weights.reshape(bins, samples, size).mean(1)
        """,
        at=4,
        why_not={
            1: "corners in pixels over the stride are corners in cells",
            3: "so many steps fill the box",
            5: "from positions to indices it is half a cell: this one is right",
            6: "a hat weighs 1 at its own place and 0 a cell away",
            7: "the samples of a bin lie side by side, so this averages them",
        },
        confirm="Samples are centers of the parts: np.arange(num) + 0.5. Without that "
        "half each box is read half a step too far to the left.",
    ),
    "control": choice(
        "c",
        options={
            "a": "that was run: the rounding costs as many pixels or more, but why "
            "it does, this run cannot tell",
            "b": "more of the same: no number of boxes tells where this one was "
            "rounded to",
            "c": "The reading stays as it is, and only what is known about it changes. "
            "Run it below.",
            "d": "that rounds less, so it changes the error itself and not what is "
            "known of it",
        },
    ),
    "how-many-samples": number(
        6,
        tolerance=0,
        mistakes={
            12: "that is one sample a cell; a sample reads two columns",
            5: "five samples reach ten columns; the bin has nearly twelve",
            11: "a sample reads two columns, the one before it and the one after",
            3: "two samples per column is the wrong way round: a sample reads two "
            "columns",
            42: "that is for the whole box; a seventh of it for a bin",
            2: "two samples reach four columns only",
        },
        confirm="665/8/7 is nearly 12 cells, and each sample reads two columns.",
    ),
}
