"""Exercises of *Bilinear interpolation, RoI Pool and RoI Align*.

Chapter: book/detection-geometry/roi-align.ipynb.
"""

import numpy as np

from evidence.exercises import asked, bug, choice, function, number, vector


def _axis(start, stop, size, bins, samples, half=0.5, first=0.5, mend=True):
    num = bins * samples
    x = start + (np.arange(num) + first) * (stop - start) / num - half
    if mend:
        x = np.clip(x, 0, size - 1)
    weights = np.maximum(0, 1 - np.abs(x[:, None] - np.arange(size)))
    return weights.reshape(bins, samples, size).mean(1)


def _no_half_cell(*arguments):
    return _axis(*arguments, half=0)


def _begins_of_parts(*arguments):
    return _axis(*arguments, first=0)


def _no_border(*arguments):
    return _axis(*arguments, mend=False)


def _transposed(*arguments):
    return _axis(*arguments).T


def _summed(start, stop, size, bins, samples):
    return samples * _axis(start, stop, size, bins, samples)


def _one_matrix_of_samples(start, stop, size, bins, samples):
    return _axis(start, stop, size, bins * samples, 1)


def _nearest(start, stop, size, bins, samples):
    num = bins * samples
    x = start + (np.arange(num) + 0.5) * (stop - start) / num - 0.5
    cells = np.clip(np.round(x), 0, size - 1)
    weights = (cells[:, None] == np.arange(size)).astype(float)
    return weights.reshape(bins, samples, size).mean(1)


def _interleaved(start, stop, size, bins, samples):
    parts = _axis(start, stop, size, bins * samples, 1)
    return parts.reshape(samples, bins, size).mean(0)


FOR_ALIGN = (
    "that rounds for RoI Align as well, which divides the width as it is"
)
WHOLE_BINS = "that rounds the bin, as lecture notes do; RoI Align does not"

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
                ([15.625, 17, 2, 64], WHOLE_BINS),
                ([15.625, 16, 2, 64], WHOLE_BINS),
                ([15.625, 15, 2, 64], WHOLE_BINS),
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
            5: "from positions to indices it is half a cell, 16 pixels; the ramp is "
            "off by more",
            6: "a hat weighs 1 at its own place and 0 a cell away",
            7: "the samples of a bin lie side by side, so this averages them",
        },
        confirm="Samples are centers of the parts: np.arange(num) + 0.5. Without that "
        "half each box is read half a step, here 22.5 pixels, too far to the left.",
    ),
    "axis-matrix": function(
        _axis,
        cases=[
            (1.3, 6.2, 9, 3, 2),
            (0.1, 4.7, 6, 2, 3),
            (2.4, 7.9, 8, 4, 2),
            (0.0, 5.0, 5, 3, 4),
        ],
        mistakes=[
            (
                _no_half_cell,
                "start and stop are positions; as an index each sample is half a "
                "cell less",
            ),
            (
                _begins_of_parts,
                "samples are the centers of the parts: np.arange(num) + 0.5",
            ),
            (
                _no_border,
                "right inside the map; a sample beyond the first or the last center "
                "reads that cell alone, so each row sums to 1",
            ),
            (_transposed, "one row for each bin, one column for each cell"),
            (_summed, "that sums the samples of a bin; average them"),
            (
                _one_matrix_of_samples,
                "that has a row for each sample; average those of a bin",
            ),
            (
                _nearest,
                "that takes the nearest cell; a hat weighs the two around the sample",
            ),
            (
                _interleaved,
                "the samples of a bin lie side by side: reshape to (bins, samples, "
                "size)",
            ),
        ],
        confirm="Each row sums to 1, at the border too.",
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
            7: "that is enough, and one fewer is, too",
            5.9375: "a whole number is asked for: rounded up",
            5.938: "a whole number is asked for: rounded up",
            5.94: "a whole number is asked for: rounded up",
            5.9: "a whole number is asked for: rounded up",
            11: "a sample reads up to two columns, the one before it and the one after",
            3: "two samples per column is the wrong way round: a sample reads two "
            "columns",
            42: "that is for the whole box; a seventh of it for a bin",
            2: "two samples reach four columns only",
        },
        confirm="665/8/7 is nearly 12 cells, so six samples stand less than two "
        "columns apart, and each column lies less than one from a sample.",
    ),
}
