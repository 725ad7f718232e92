"""Exercises of the chapter *Sigmoid saturation*.

Chapter: book/gradients/sigmoid-saturation.ipynb.
"""

import numpy as np

from evidence.exercises import choice, function, number


def _softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _cut_softplus(z):
    return np.where(z > 10, z, np.log1p(np.exp(np.minimum(z, 10))))


def _naive_softplus(z):
    with np.errstate(over="ignore"):
        return np.log(1 + np.exp(z))


EXERCISES = {
    "slope-by-hand": number(
        0.0452,
        mistakes={
            0.9526: "that is the value S(3); the slope is S(1 - S)",
            0.0498: "that is e^-3, the limit for large z; here the factor "
            "1/(1 + e^-3)^2 still matters",
            0.0099: "that is the slope of tanh",
            -0.0452: "the slope is positive: the sigmoid rises everywhere",
        },
    ),
    "exactly-one": number(
        24 * np.log(2),
        tolerance=0.1,
        mistakes={
            23
            * np.log(
                2
            ): "there e^-z is one spacing 2^-23; rounding gives 1 only "
            "from half a spacing on",
            25
            * np.log(
                2
            ): "the sum 1 + e^-z lies above 1, where the spacing is "
            "2^-23; half of it is 2^-24",
            53 * np.log(2): "that is float64",
            24: "e^-z is compared with a power of 2: take the natural logarithm",
            88.72: "there e^z overflows; the output is 1 long before",
        },
    ),
    "badly-scaled-input": number(
        0.01987,
        mistakes={
            0.25: "that is the slope at the mean, not the mean of the slopes",
            0.3989: "that is the density of the standard normal at 0; divide by the "
            "standard deviation",
            0.0125: "that is a quarter over 20; the area under the slope is 1, and the "
            "density there is 0.4/20",
            0.0: "that is the slope at one standard deviation; some units lie near 0",
        },
    ),
    "after-centering": number(
        0.1488,
        mistakes={
            0.9402: "that is the share before centering",
            0.0744: "that is one side; both ends are flat",
            0.0039: "that is the share after batch normalization; here the spread "
            "is still 2",
            0.8512: "that is the share that is not saturated",
        },
    ),
    "stable-softplus": function(
        _softplus,
        cases=[
            (np.array([-2.0, 0.0, 3.0]),),
            (np.array([-20.0, -5.0, 5.0, 12.0, 20.0]),),
            (np.array([-1000.0, -50.0, 50.0, 1000.0]),),
        ],
        tolerance=1e-9,
        mistakes=[
            (
                _naive_softplus,
                "exp overflows for large z: take the larger of z and 0 out of the "
                "logarithm",
            ),
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
    ),
    "who-is-to-blame": choice(
        "b",
        options={
            "a": "this is a derivation: the logarithm cancels the slope",
            "b": "A loss compares an output with a target; sigmoid and ReLU do not.",
            "c": "this names the activation of hidden layers, and the loss as what it "
            "is; section 6 shows it",
            "d": "this is about a pair, a sigmoid output and the squared error, and it "
            "is true",
        },
    ),
}
