"""Exercises of the chapter *Activation functions: can any nonlinearity do?*.

Chapter: book/gradients/activation-functions.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, bug, choice, function, number, vector


def _bell(z):
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def _share(z):
    return (
        np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2)) / 2 + 1 / 2
    )


def _gelu_slope(z):
    return _share(z) + z * _bell(z)


def _step_alone(z):
    return _share(z)


def _product_of_slopes(z):
    return _bell(z)


def _value(z):
    return z * _share(z)


def _without_z(z):
    return _share(z) + _bell(z)


_Z = np.array([-3.0, -1.0, -0.2, 0.0, 0.5, 2.0])

EXERCISES = {
    "multiply-out": asked(
        "A network without an activation has two layers. The first makes h = 2x + 1 "
        "and k = -x + 3 of one input x, the second makes y = 3h + 4k - 5 of these. It "
        "is one line y = wx + b. What are w and b?",
        vector(
            [2, 10],
            mistakes=[
                ([10, 2], "right, in the other order: w first"),
                (
                    [2, -1],
                    "the biases 1 and 3 pass the second layer too: times 3 and 4",
                ),
                ([2, 15], "the second layer's own bias, -5, is missing"),
                ([2, -5], "the first layer's biases are not lost"),
                ([10, 10], "the weight of k is -1: 3 · 2 - 4 · 1"),
                (
                    [1, 10],
                    "the weights pass the second layer too: times 3 and 4",
                ),
                (
                    [-24, 10],
                    "there are two paths from x to y, and they add",
                ),
            ],
            confirm="3(2x + 1) + 4(-x + 3) - 5. Seven numbers became two.",
        ),
    ),
    "wide-enough": asked(
        "Layers of N ReLU units have random weights, positive as often as negative, "
        "and no biases. A layer blocks an input if all its N units are negative, with "
        "probability 1/2 to the power N. At most one network in a hundred shall block "
        "it in one of its 50 layers. How large must N be at least?",
        number(
            13,
            tolerance=0,
            mistakes={
                12: "50/4096 is 0.012, a little too much",
                7: "that is one layer; there are 50",
                6: "50 times 1/2 to the power 6 is 0.78",
                14: "13 is enough: 50/8192 is 0.006",
                25: "each further unit halves the chance: powers, not products",
                5000: "each further unit halves the chance: powers, not products",
            },
            confirm="50/8192 is 0.006. Each further unit halves it.",
        ),
    ),
    "gelu-slope": function(
        _gelu_slope,
        cases=[(_Z,)],
        tolerance=1e-7,
        mistakes=[
            (_step_alone, "the product rule has a second term: z times Φ′"),
            (_product_of_slopes, "that is the slope of Φ alone"),
            (_value, "that is GELU itself; its slope is wanted"),
            (
                _without_z,
                "in the second term z stays: z times the slope of Φ",
            ),
        ],
        confirm="Left of -0.75 it is below 0: GELU has its dip there.",
    ),
    "which-run": choice(
        "c",
        options={
            "a": "the sign's hidden layers stay frozen, however many steps",
            "b": "more units make the values finer, and their weights still get no "
            "gradient: it cannot tell the two apart",
            "c": "Same values, another slope: whatever changes now was lost by the "
            "slope.",
            "d": "that changes the values and the slope at once",
        },
    ),
    "straight-through": bug(
        """
        z = x @ w + b
        soft = z.clamp(-1, 1)
        hard = torch.sign(z)
        h = soft + (soft - hard).detach()
        loss = cross_entropy(h @ v + c, y)
        loss.backward()
        """,
        at=4,
        why_not={
            2: "its slope is the one wanted: 1 between -1 and 1, and 0 beyond",
            3: "these are the values wanted; no gradient has to come through here",
            5: "the last layer is linear, and cross_entropy takes logits",
        },
        confirm="The values must come out as hard: soft + (hard - soft).detach(). What "
        "is detached has no slope, so the slope is that of soft alone.",
    ),
    "one-percent": asked(
        "Ten layers each square their input, and nothing else. An input is 1 % larger "
        "than another. By which factor do the two outputs differ?",
        number(
            1.01**1024,
            mistakes={
                1.01
                ** 20: "each layer doubles the power, so that it is 2 to the power "
                "10, not 2 times 10",
                1.01**10: "that is ten layers that pass their input on",
                1.01**100: "2 to the power 10 is 1,024, not 100",
                1.01**512: "that is nine layers",
                1.01**2048: "that is eleven layers",
                11.24: "1 % of 1,024 is not it: factors multiply",
                1024: "that is the degree; 1.01 to that power is asked",
                1.02: "that is one layer",
                1.2: "per cents do not add up here: each layer doubles the power",
            },
            confirm="The power is 1,024.",
        ),
    ),
}
