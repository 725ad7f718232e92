"""Exercises of *Bilinear interpolation, RoI Pool and RoI Align*.

Chapter: book/detection-geometry/roi-align.ipynb.
"""

import numpy as np

from evidence.exercises import choice, function, number, vector


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


EXERCISES = {
    "between-four-cells": number(
        25,
        mistakes={
            27.5: "you went half of the way right and a quarter down; x goes right",
            45: "the weights are reversed: the nearer cell weighs more",
            35: "that is the value in the lower row, or the average of all four cells",
            15: "that is the value in the upper row; go down as well",
        },
        confirm="15 above, 35 below, and halfway between them.",
    ),
    "another-box": vector(
        [15.625, 17, 15.625 / 7, 500 / 7],
        mistakes=[
            (
                [15.625, 16, 15.625 / 7, 500 / 7],
                "RoI Pool includes the last cell: + 1",
            ),
            (
                [15.625, 15, 15.625 / 7, 500 / 7],
                "RoI Pool rounds to nearest, and + 1",
            ),
            (
                [15.625, 17, 17 / 7, 17 / 7 * 32],
                "RoI Align divides the width as it is",
            ),
            (
                [15.625, 16, 16 / 7, 16 / 7 * 32],
                "that rounds for RoI Align as well",
            ),
            (
                [15.625, 15, 15 / 7, 15 / 7 * 32],
                "that rounds for RoI Align as well",
            ),
        ],
    ),
    "what-flooring-would-lose": number(
        116,
        tolerance=0,
        mistakes={
            784: "those are the cells that are read; count the others",
            2: "that is along one axis; the box has two",
            4: "two strips of two cells are lost along whole sides, not a corner",
            120: "the two strips share a corner, which you counted twice",
        },
        confirm="A strip of two cells along two sides: 2 · 60 - 4.",
    ),
    "rounded-corner": number(
        4,
        mistakes={
            8: "that is the largest shift; it is uniform between 0 and that",
            0: "that is the mean with its sign; take absolute values first",
            16: "rounding never moves a corner by a whole cell",
            16
            / np.sqrt(
                12
            ): "that is the root mean square; the mean was asked for",
        },
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
    "four-samples": choice(
        "b",
        options={
            "a": "on a ramp the maximum reads a quarter of a bin too far",
            "b": "Sections 8 and 9 measure by how much the maximum misses.",
            "c": "that would round again, and jump when the box moves",
            "d": "it makes none on constant features only",
        },
    ),
}
