"""Exercises of the chapter *Sigmoid saturation*.

Chapter: book/gradients/sigmoid-saturation.ipynb.
"""

import math

import numpy as np

from evidence.exercises import (
    Exercise,
    asked,
    bug,
    function,
    number,
    vector,
)
from evidence.tasks import Mistake

KEEP_SMALL = (
    "far to the left 1 + e^z is rounded to 1, and its logarithm to 0: np.log1p(x) is "
    "ln(1 + x) without the sum"
)


def _softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _cut_softplus(z):
    return np.where(z > 10, z, np.log1p(np.exp(np.minimum(z, 10))))


def _naive_softplus(z):
    with np.errstate(over="ignore"):
        return np.log(1 + np.exp(z))


def _overflowing_softplus(z):
    with np.errstate(over="ignore"):
        return np.log1p(np.exp(z))


def _summed_softplus(z):
    return np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z)))


OVERFLOWS = "exp overflows for large z: take the larger of z and 0 out of the logarithm"
TO_NINE_DECIMALS = function(
    _softplus,
    cases=[
        (np.array([-2.0, 0.0, 3.0]),),
        (np.array([-20.0, -5.0, 5.0, 12.0, 20.0]),),
        (np.array([-1000.0, -50.0, 50.0, 1000.0]),),
    ],
    mistakes=[
        (_naive_softplus, OVERFLOWS),
        (_overflowing_softplus, OVERFLOWS),
        (
            _cut_softplus,
            "beyond your cut ln(1 + e^-z) is missing, which is still 6e-6 at "
            "z = 12: no cut is needed",
        ),
        (
            lambda z: np.maximum(z, 0),
            "that is ReLU, the limit; near 0 the logarithm is missing",
        ),
        (
            lambda z: -_softplus(-z),
            "that is the logarithm of the sigmoid: ln(1 + e^z) is positive",
        ),
        (
            lambda z: np.log1p(np.exp(-np.abs(z))),
            "that is right for negative z; for positive z it lacks z itself",
        ),
    ],
    confirm="Nothing overflows, and nothing small is lost.",
)


def _to_nine_figures(answer) -> str:
    """Also ask what absolute differences cannot: small values right as a share."""
    confirm = TO_NINE_DECIMALS.grade(answer)
    z = np.array([-300.0, -40.0])
    if (np.abs(answer(z) / _softplus(z) - 1) > 1e-9).any():
        raise Mistake(KEEP_SMALL)
    return confirm


SHARE = 1 / (6 * math.sqrt(2 * math.pi))  # v² SHARE / s is a layer's factor
# The least v with v⁴ SHARE² = v²/2 + 20²
LEAST = math.sqrt(
    (0.5 + math.sqrt(0.25 + 4 * SHARE**2 * 20**2)) / (2 * SHARE**2)
)

EXERCISES = {
    "slope-by-hand": asked(
        "What is the slope of the sigmoid 1/(1 + e^-z) at z = 3, to three decimals?",
        number(
            0.0452,
            mistakes={
                0.9526: "that is the value S(3); the slope is S(1 - S)",
                0.0498: "that is e^-3, the limit for large z, where the factor "
                "1/(1 + e^-3)^2 still matters; or decimals are missing",
                0.0099: "that is the slope of tanh",
                0.01: "that is the slope of tanh",
                -0.0452: "the slope is positive: the sigmoid rises everywhere",
            },
        ),
    ),
    "tanh-slope": asked(
        "The hyperbolic tangent is 2 S(2z) - 1, with the sigmoid S. What is its "
        "largest slope, and by which factor does each step of 1 divide its slope "
        "far out?",
        vector(
            [1, math.e**2],
            mistakes=[
                ([0.25, math.e], "those are the sigmoid's own"),
                ([0.5, math.e], "2z has a slope too, of 2"),
                (
                    [0.5, math.e**2],
                    "the largest slope is multiplied by the 2 in front and by that "
                    "of 2z",
                ),
                (
                    [0.25, math.e**2],
                    "the largest slope is multiplied by the 2 in front and by that "
                    "of 2z",
                ),
                ([1, math.e], "a step of 1 in z is a step of 2 in 2z"),
                ([1, 2 * math.e], "a step of 2 divides by e twice"),
                (
                    [1, 4 * math.e**2],
                    "the factor 4 is the same before and after the step",
                ),
                (
                    [1, math.e**-2],
                    "by how much it divides: the slope becomes smaller",
                ),
            ],
            confirm="Four times as steep at 0, and flat twice as soon.",
        ),
    ),
    "dead-in-double": asked(
        "A format keeps d binary digits, and 1/(1 + e^-z) is computed in it. Double "
        "precision has 53 of them: from which z on is the result exactly 1, and the "
        "slope p(1 - p) exactly 0?",
        number(
            53 * math.log(2),
            mistakes={
                52
                * math.log(
                    2
                ): "e^-z is then the distance from 1 to the next number; "
                "half of it, 2^-53, is rounded away too, and no more",
                24 * math.log(2): "that is the end in single precision",
                -53
                * math.log(
                    2
                ): "to the right: on the left the values go on, ever smaller",
                53.0: "e^-z must fall to 2^-53, not to e^-53",
                709.8: "that is where e^-z overflows, the left end",
            },
            confirm="Each binary digit moves the end out by ln 2, about 0.69.",
        ),
    ),
    "stable-softplus": Exercise(
        _to_nine_figures,
        TO_NINE_DECIMALS.right,
        (*TO_NINE_DECIMALS.wrong, (_summed_softplus, KEEP_SMALL)),
    ),
    "sigmoid-twice": bug(
        """
        z = hidden @ w + b
        p = torch.sigmoid(z)
        accuracy = ((p > 0.5) == (t > 0.5)).float().mean()
        loss = binary_cross_entropy_with_logits(p, t)
        loss.backward()
        """,
        at=4,
        why_not={
            1: "the last layer is linear, as it should be: what comes out is z",
            2: "the accuracy of the next line needs a probability, and this is it",
            3: "p is above 1/2 exactly where z is above 0",
            5: "the gradient of the loss is wanted; ask which loss",
        },
        confirm="with_logits means that it takes z and applies the sigmoid itself. "
        "Given p, it applies it twice: one slope cancels, the other one stays, and the "
        "loss never falls below ln(1 + 1/e), about 0.31, for targets of 1, and below "
        "ln 2, about 0.69, for targets of 0.",
    ),
    "share-by-layer": asked(
        "A deep random network of wide sigmoid layers has weights of spread 20/√N, no "
        "biases, and inputs of spread 1/2. A unit counts as saturated from 2.9 on, "
        "to both sides. Which share is in layer 1, and which in layer 10?",
        vector(
            [0.772, 0.836],
            tolerance=0.02,
            mistakes=[
                (
                    [0.772, 0.772],
                    "layer 10 does not get the inputs, but outputs of "
                    "sigmoids, of mean square about 1/2",
                ),
                ([77, 84], "right, in percent: between 0 and 1 is asked"),
                (
                    [77.2, 83.6],
                    "right, in percent: between 0 and 1 is asked",
                ),
                ([0.885, 0.885], "that is s = 20 in both: weights times 1"),
                (
                    [0.885, 0.836],
                    "layer 1 gets inputs of spread 1/2: s = 20 · 1/2",
                ),
                (
                    [0.772, 0.885],
                    "outputs of sigmoids have a mean square of about "
                    "1/2, not 1: s = 20/√2 in layer 10",
                ),
                (
                    [0.772, 0.683],
                    "after a few layers the inputs no longer matter: "
                    "s = 20/√2 in layer 10",
                ),
                (
                    [0.228, 0.164],
                    "those are the shares that are not saturated",
                ),
                (
                    [0.885, 0.92],
                    "that counts one side only; the flat part has two "
                    "ends, and 5.8 · 0.4/s lies between them",
                ),
            ],
            confirm="Here depth looks guilty, and it is the small inputs.",
        ),
    ),
    "despite-biases": asked(
        "In wide layers of N sigmoid units, with weights of standard deviation v/√N, "
        "a layer multiplies the mean square of the gradient by about 0.4 v²/(6 s), "
        "where s is the spread of its pre-activations. What comes in has a mean square "
        "of about 1/2, and the biases have spread 20. From which v on does the "
        "gradient no longer shrink?",
        number(
            LEAST,
            mistakes={
                6 * math.sqrt(math.pi): "that is enough without biases",
                math.sqrt(
                    20 / SHARE
                ): "the weights spread the pre-activations too: "
                "s² is a sum of two variances",
                23.46: "variances add, spreads do not: s² = v²/2 + 20²",
                **dict.fromkeys(
                    (21.0, 21.2, 21.4, 21.6, 21.8, 22.0),
                    "that is where 128 units pass 1; the formula, for very wide "
                    "layers, says less (mind the 1/2 in s² = v²/2 + 20²)",
                ),
                20.84: "outputs of sigmoids have a mean square of about 1/2, not 1",
                LEAST**2: "that is v²",
                4.0: "that asks 4 of a weight, as for a unit at z = 0; few are there",
            },
            confirm="Far larger weights than without biases: saturation costs, and the "
            "weights can pay for it.",
        ),
    ),
}
