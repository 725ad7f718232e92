"""Exercises of the chapter *Recurrent networks and LSTM gates*.

Chapter: book/gradients/recurrent-gradients.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, choice, function, number, vector

RNG = np.random.default_rng(0)
CASES = [
    tuple(
        RNG.normal(size=s)
        for s in ((3, 2), (3, n), (3, n), (n, m), (2, m), (1, m))
    )
    for n, m in ((1, 4), (5, 20))
]


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _blocks(x, h, w, u, b):
    return np.split(h @ w + x @ u + b, 4, axis=-1)


def _step(x, h, c, w, u, b):
    i, f, g, o = _blocks(x, h, w, u, b)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


def _without_sigmoids(x, h, c, w, u, b):
    i, f, g, o = _blocks(x, h, w, u, b)
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


def _tanh_gates(x, h, c, w, u, b):
    i, f, g, o = np.tanh(_blocks(x, h, w, u, b))
    c = f * c + i * g
    return o * np.tanh(c), c


def _all_sigmoids(x, h, c, w, u, b):
    i, f, g, o = (_sigmoid(z) for z in _blocks(x, h, w, u, b))
    c = f * c + i * g
    return o * np.tanh(c), c


def _raw_proposal(x, h, c, w, u, b):
    i, f, g, o = _blocks(x, h, w, u, b)
    c = _sigmoid(f) * c + _sigmoid(i) * g
    return _sigmoid(o) * np.tanh(c), c


def _raw_state(x, h, c, w, u, b):
    c = _step(x, h, c, w, u, b)[1]
    return _sigmoid(_blocks(x, h, w, u, b)[3]) * c, c


def _old_state(x, h, c, w, u, b):
    o = _sigmoid(_blocks(x, h, w, u, b)[3])
    return o * np.tanh(c), _step(x, h, c, w, u, b)[1]


def _coupled(x, h, c, w, u, b):
    i, f, g, o = _blocks(x, h, w, u, b)
    c = _sigmoid(f) * c + (1 - _sigmoid(f)) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


def _closed(x, h, c, w, u, b):
    i, f, g, o = _blocks(x, h, w, u, b)
    c = (1 - _sigmoid(f)) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


def _swapped(x, h, c, w, u, b):
    i, f, g, o = _blocks(x, h, w, u, b)
    c = _sigmoid(i) * c + _sigmoid(f) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


MISTAKES = [
    (
        _without_sigmoids,
        "the gates i, f and o are sigmoids of their blocks",
    ),
    (
        _tanh_gates,
        "the gates are sigmoids; tanh is for the proposal g and for c",
    ),
    (_all_sigmoids, "the proposal g is a tanh: it may be negative"),
    (_raw_proposal, "the proposal is the tanh of its block"),
    (_raw_state, "h lets the tanh of c through, not c itself"),
    (_old_state, "h takes the new c"),
    (_coupled, "the proposal has a gate of its own, i, beside f"),
    (_closed, "f is the share that is kept; 1 is an open gate"),
    (_swapped, "f multiplies the old state, i the proposal"),
    (lambda *given: _step(*given)[::-1], "return h first, then c"),
]

EXERCISES = {
    "shear": asked(
        "A 2 × 2 matrix W has 0.9 twice on its diagonal, 4 in the upper right corner "
        "and 0 below. What stands in the upper right corner of W to the power 20?",
        number(
            20 * 4 * 0.9**19,
            mistakes={
                0.9**20: "that is the diagonal",
                4
                * 0.9
                ** 19: "there are 20 places at which the step to the corner can "
                "be made",
                4
                * 0.9
                ** 20: "there are 20 places at which the step to the corner can "
                "be made, and 19 factors of 0.9 beside it",
                20
                * 4
                * 0.9**20: "beside the 4 there are 19 factors of 0.9",
                20 * 0.9**19: "the corner holds 4",
                4.0**20: "powers of a matrix are not those of its entries",
            },
            confirm="Almost eleven times a gradient's entry, at a radius of 0.9.",
        ),
    ),
    "lstm-step": function(
        _step,
        cases=CASES,
        mistakes=MISTAKES,
        confirm="Along c the old state meets a gate and no matrix.",
    ),
    "half-life": asked(
        "An LSTM's forget gate stands at the sigmoid of its bias. Which bias halves "
        "what the cell state keeps, along the direct path, in 200 steps? (Three "
        "figures.)",
        number(
            -math.log(2 ** (1 / 200) - 1),
            mistakes={
                5: "that gives 103 steps",
                10: "twice the bias of 103 steps gives some 15,000",
                math.log(
                    199
                ): "that gives a gate of 0.995, so 37 % are left after "
                "200 steps; ask for a half",
                math.log(
                    200
                ): "that is about 1/e after 200 steps; ask for a half",
                2 ** (-1 / 200): "that is the gate; which bias gives it?",
                math.log(
                    2 ** (1 / 200) - 1
                ): "the sign: the gate is nearly open",
                math.log(2): "that is ln 2; solve σ(β)^200 = 1/2",
            },
            confirm="At 5 it is 103: from there on each ln 2 more nearly doubles it.",
        ),
    ),
    "which-control": choice(
        "b",
        options={
            "a": "they repeat the success, and leave its source open",
            "b": "The forget bias stays as in the runs that failed; the gradient's "
            "mean length is that of those that learned. You run it below.",
            "c": "a harder task with the same gate; bias and gradient still come "
            "together",
            "d": "that asks whether a short gradient can be enough; the sentence says "
            "that a long one is",
        },
    ),
    "pieces": vector(
        [10 ** (12 / 100), 25],
        mistakes=[
            (
                [10 ** (12 / 100), 24],
                "keep the factor unrounded: 1.318^25 is 1,000",
            ),
            (
                [10 ** (12 / 100), 26],
                "keep the factor unrounded: 1.318^25 is 1,000",
            ),
            ([1e10, 25], "the factor is the hundredth root of 10^12"),
            ([0.12, 25], "that is the factor's logarithm"),
            ([math.exp(0.12), 25], "the powers are of ten, not of e"),
            (
                [10 ** (12 / 100), 3],
                "three powers of ten are a quarter of the way",
            ),
        ],
        confirm="A quarter of the powers of ten in a quarter of the steps.",
    ),
}
