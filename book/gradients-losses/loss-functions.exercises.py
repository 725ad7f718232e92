"""Exercises of *Loss functions: L1, L2, smooth L1, cross-entropy*.

Chapter: book/gradients-losses/loss-functions.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, choice, function, number, vector


def _smooth_l1(e, beta):
    small = np.abs(e) < beta
    value = np.where(small, e**2 / (2 * beta), np.abs(e) - beta / 2)
    return value, np.clip(e / beta, -1, 1)


def _huber(e, beta):
    value, slope = _smooth_l1(e, beta)
    return beta * value, beta * slope


def _with_a_jump(e, beta):
    small = np.abs(e) < beta
    value = np.where(small, e**2 / (2 * beta), np.abs(e))
    return value, np.clip(e / beta, -1, 1)


def _of_beta_1(e, beta):
    small = np.abs(e) < beta
    value = np.where(small, e**2 / 2, np.abs(e) - 1 / 2)
    return value, np.where(small, e, np.sign(e))


def _half_huber(e, beta):
    return _smooth_l1(e, beta)[0], np.clip(e, -beta, beta)


def _no_sign(e, beta):
    value, slope = _smooth_l1(e, beta)
    return value, np.where(np.abs(e) < beta, slope, 1.0)


def _value_alone(e, beta):
    return _smooth_l1(e, beta)[0]


_ERRORS = np.array([-3.0, -0.6, -0.1, 0.0, 0.2, 0.5, 4.0])
_BEST = 1 / (1 + (0.2 / 0.8) ** (1 / 3))

EXERCISES = {
    "loaves": asked(
        "A loaf left over costs 1, a customer sent away 4. Demand is exponential with "
        "mean 100: a share 1 - e^(-d/100) of the days asks for less than d. How many "
        "loaves cost least on average?",
        number(
            100 * math.log(5),
            mistakes={
                100: "that is the mean, which squared errors ask for",
                100
                * math.log(
                    2
                ): "that is the median, as if both cost the same",
                -100
                * math.log(
                    0.8
                ): "that is the 0.2 quantile: too few is dear",
                100
                * math.log(
                    4
                ): "that is the 0.75 quantile; 4 against 1 are 4 of 5",
                100
                * math.log(
                    10
                ): "that is the 0.9 quantile; 4 against 1 are 4 of 5",
                0.8: "that is the share τ; the number of loaves is its quantile",
                100
                * math.log10(
                    5
                ): "natural logarithm: e^(-d/100) = 1/5 is to be solved",
            },
            confirm="4 against 1 asks for the 0.8 quantile: sold out one day in five.",
        ),
    ),
    "owns": asked(
        "Under smooth L1 with β = 1 four readings miss by 0.5, a fifth by 6. Which "
        "share of the loss is the fifth's, and which of the pulls (the sizes of the "
        "slopes)? Two numbers.",
        vector(
            [11 / 12, 1 / 3],
            mistakes=[
                ([1 / 3, 11 / 12], "right, in the other order"),
                (
                    [36 / 37, 3 / 4],
                    "that is squared error; beyond β smooth L1 is straight",
                ),
                (
                    [3 / 4, 1 / 5],
                    "that is absolute error; within β smooth L1 is a parabola",
                ),
                (
                    [12 / 13, 1 / 3],
                    "the straight piece lacks -β/2: its loss is 5.5",
                ),
                (
                    [11 / 12, 3 / 4],
                    "the loss is right; beyond β the slope stays 1",
                ),
                (
                    [11 / 12, 1 / 5],
                    "the loss is right; within β the slope is e/β, here 0.5",
                ),
                (
                    [11 / 12, 11 / 12],
                    "pulls are slopes of the loss, not its values",
                ),
            ],
            confirm="Nearly all of the loss, a third of the pulls.",
        ),
    ),
    "smooth-l1": function(
        _smooth_l1,
        cases=[(_ERRORS, 1.0), (_ERRORS, 0.5), (_ERRORS, 2.0)],
        tolerance=1e-9,
        mistakes=[
            (_huber, "that is the Huber loss, β times smooth L1"),
            (
                _with_a_jump,
                "the two pieces do not meet at β: the straight one lacks -β/2",
            ),
            (
                _of_beta_1,
                "right for β = 1 alone; for another β the pieces do not meet",
            ),
            (
                _half_huber,
                "the value is right; the slope is the Huber loss's, β times too large",
            ),
            (_no_sign, "far to the left the slope is -1"),
            (_value_alone, "return two things: the value and the slope"),
        ],
        confirm="The slope never exceeds 1, whatever β.",
    ),
    "conventions": asked(
        "The Huber loss has the parabola e²/2 up to an error of δ and is straight "
        "beyond; smooth L1 has e²/(2β) up to β. A training runs with plain gradient "
        "descent on the Huber loss with δ = 0.2, at rate 0.1. With which rate does "
        "smooth L1 with β = 0.2 make the same steps?",
        number(
            0.02,
            mistakes={
                0.5: "upside down: smooth L1 is the steeper one, 1/δ times",
                0.1: "their slopes differ by a factor, so steps would too",
                0.2: "that is δ; the rate has to shrink by it",
                0.004: "that shrinks the rate by δ twice",
            },
            confirm="Smooth L1 is 1/β times the Huber loss, 5 times here.",
        ),
    ),
    "hop": asked(
        "|w| is descended from w = 0.37 with fixed steps of 0.1. Between which two "
        "values does w hop in the end? The larger first.",
        vector(
            [0.07, -0.03],
            mistakes=[
                ([-0.03, 0.07], "right, in the other order"),
                (
                    [0.05, -0.05],
                    "it does not hop evenly: start at 0.37 and count",
                ),
                ([0.07, 0.03], "after 0.07 the step leads over 0"),
                (
                    [0.1, -0.1],
                    "each step is 0.1 long, so is the distance of the two",
                ),
                (
                    [0.1, 0.0],
                    "0.37 is no multiple of 0.1, so 0 is never met",
                ),
                (
                    [0.37, -0.37],
                    "that is how far it starts; it comes nearer first",
                ),
                ([0.07, -0.07], "0.07 - 0.1 is -0.03"),
            ],
            confirm="0.37, 0.27, 0.17, 0.07, -0.03, 0.07, ...",
        ),
    ),
    "fourth-power": asked(
        "Where a share 0.8 of the samples has target 1 and the others 0, the expected "
        "fourth power of the error of an output c is 0.8 (c - 1)⁴ + 0.2 c⁴. Which c "
        "makes it least?",
        number(
            _BEST,
            mistakes={
                0.8: "that is the mean, which the squared error asks for",
                1: "that is the majority, which the absolute error asks for",
                0.5: "that is where largest errors are least; the power is still 4",
                1
                - _BEST: "that is for a share of 0.2: the sides are swapped",
                2
                / 3: "the slope has a third power, so take the third root",
                1
                / (
                    1 + 0.25**0.25
                ): "set the slope to 0: it has a third power",
            },
            confirm="Nearer to 1/2 than 0.8 is, but on the same side.",
        ),
    ),
    "which-run": choice(
        "b",
        options={
            "a": "more networks narrow the interval around a comparison that favors "
            "whichever loss likes the rate 0.003",
            "b": "A rate may suit one loss and hold another back. Choose rates on "
            "other seeds: the best of several on the judged ones "
            "flatters whoever varies most.",
            "c": "the best of several on the judged seeds is partly luck, the more so "
            "for the loss that varies most",
            "d": "the training loss is in other units under each loss",
        },
    ),
}
