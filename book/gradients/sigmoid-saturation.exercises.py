"""Exercises of the chapter *Sigmoid saturation*.

Chapter: book/gradients/sigmoid-saturation.ipynb.
"""

import math

import numpy as np

from evidence.exercises import Exercise, asked, bug, function, number
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


CHI = 40 / (6 * math.sqrt(math.pi))  # of one layer, with weights 40/√N

EXERCISES = {
    "slope-by-hand": asked(
        "What is the slope of the sigmoid 1/(1 + e^-z) at z = 3?",
        number(
            0.0452,
            mistakes={
                0.9526: "that is the value S(3); the slope is S(1 - S)",
                0.0498: "that is e^-3, the limit for large z; here the factor "
                "1/(1 + e^-3)^2 still matters",
                0.0099: "that is the slope of tanh",
                -0.0452: "the slope is positive: the sigmoid rises everywhere",
            },
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
        "loss never falls below ln(1 + 1/e), about 0.31, for targets of 1.",
    ),
    "badly-scaled-input": asked(
        "The inputs of a sigmoid layer's units are normal with mean 0 and standard "
        "deviation 20. What is the mean slope of the sigmoid?",
        number(
            0.01987,
            mistakes={
                0.25: "that is the slope at the mean, not the mean of the slopes",
                0.3989: "that is the density of the standard normal at 0; divide by "
                "the standard deviation",
                0.0125: "that is a quarter over 20; the area under the slope is 1, and "
                "the density there is 0.4/20",
                0.0: "that is the slope at one standard deviation; some units lie near "
                "0",
            },
        ),
    ),
    "after-centering": asked(
        "The inputs of a sigmoid layer's units are normal with mean 6 and standard "
        "deviation 2. Their mean is subtracted, nothing else. Which share has a slope "
        "of the sigmoid below 0.05?",
        number(
            0.1488,
            mistakes={
                0.9402: "that is the share before centering",
                0.0744: "that is one side; both ends are flat",
                0.0039: "that is the share after batch normalization; here the spread "
                "is still 2",
                0.8512: "that is the share that is not saturated",
            },
        ),
    ),
    "six-layers": asked(
        "In wide layers of N sigmoid units without biases, with weights of standard "
        "deviation v/√N for a large v, a layer multiplies the mean square of the "
        "gradient by about v/(6√π). Let v be 40. By which factor does the root mean "
        "square of the gradient grow over six layers?",
        number(
            CHI**3,
            mistakes={
                CHI
                ** 6: "that is the factor of the mean square; take the root",
                CHI: "that is the mean square's factor for one layer",
                CHI**0.5: "that is one layer; six follow one another",
                6 * CHI**0.5: "layers multiply, they do not add",
                0.25**6: "that bounds the slopes and forgets the weights",
                10.0
                ** 6: "that takes every unit at its steepest, 40/4 a layer; few "
                "are near 0",
            },
            confirm="Nine in ten units are saturated, and the gradient grows.",
        ),
    ),
}
