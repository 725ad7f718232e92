"""Exercises of *Learning rate, momentum and adaptive optimizers*.

Chapter: book/optimization/learning-rate-momentum.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, choice, function, number

ROOT = math.sqrt(0.9)


def _adam(w, gradient, m, v, t, rate, power=True):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    first, second = (1 - 0.9**t, 1 - 0.999**t) if power else (1, 1)
    return w - rate * (m / first) / (np.sqrt(v / second) + 1e-8), m, v


def _adamw(w, gradient, m, v, t, rate, decay):
    return _adam(w - rate * decay * w, gradient, m, v, t, rate)


def _with_penalty(w, gradient, m, v, t, rate, decay):
    return _adam(w, gradient + decay * w, m, v, t, rate)


def _uncorrected(w, gradient, m, v, t, rate, decay):
    return _adam(w - rate * decay * w, gradient, m, v, t, rate, power=False)


def _without_rate(w, gradient, m, v, t, rate, decay):
    return _adam(w - decay * w, gradient, m, v, t, rate)


def _plain(w, gradient, m, v, t, rate, decay):
    return _adam(w, gradient, m, v, t, rate)


def _shrunk_after(w, gradient, m, v, t, rate, decay):
    moved, m, v = _adam(w, gradient, m, v, t, rate)
    return (1 - rate * decay) * moved, m, v


def _returned_corrected(w, gradient, m, v, t, rate, decay):
    w, m, v = _adamw(w, gradient, m, v, t, rate, decay)
    return w, m / (1 - 0.9**t), v / (1 - 0.999**t)


STATE = np.array([0.2, -0.3]), np.array([0.05, 0.4])

EXERCISES = {
    "limit": asked(
        "A loss is w'Hw/2 with H = [[5, 4], [4, 5]]. From which rate on does gradient "
        "descent diverge?",
        number(
            2 / 9,
            mistakes={
                0.4: "that takes the 5 of the diagonal for the largest curvature; "
                "along (1, 1) it is 9",
                0.2: "that is the best rate, 2/(9 + 1); the limit is a little above",
                1
                / 9: "there the steepest direction arrives at once; it diverges from "
                "twice that on",
                2: "that is the limit of the flattest direction; the steepest decides",
            },
            confirm="The eigenvalues are 9, along (1, 1), and 1, along (1, -1).",
        ),
    ),
    "break-even": asked(
        "Momentum 0.9, at a rate whose window holds all curvatures, shrinks the error "
        "by the root of 0.9 a step. From which condition number on does gradient "
        "descent at its best rate shrink it by less?",
        number(
            (1 + ROOT) / (1 - ROOT),
            mistakes={
                19: "the factor is the root of 0.9, not 0.9",
                ((1 + ROOT) / (1 - ROOT))
                ** 2: "for that condition number 0.9 is the "
                "best momentum; gradient descent is behind long before",
                math.sqrt(
                    (1 + ROOT) / (1 - ROOT)
                ): "that is the root of it: gradient "
                "descent's factor has the condition number itself",
            },
            confirm="Below it, momentum 0.9 costs time.",
        ),
    ),
    "the-control": choice(
        "b",
        options={
            "a": "more starts make a difference certain; they do not say where it "
            "comes from",
            "b": "Under a constant slope both move equally far: without noise, "
            "inertia is left.",
            "c": "a ball at rest without noise stays at rest, ten times as long too",
            "d": "then momentum still moves ten times as far as gradient descent; the "
            "gap is still there",
        },
    ),
    "restarts": asked(
        "A random start finds the lowest minimum with probability 0.2. How many "
        "independent starts find it at least once with probability 0.99 or more?",
        number(
            21,
            tolerance=0,
            mistakes={
                20: "twenty miss it in 0.8^20, a little more than 0.01",
                5: "that is 1/p: five starts find it once on the average, and miss it "
                "in a third of the cases",
                3: "those are ln 0.01/ln 0.2: take the probability of a miss, 0.8",
            },
            confirm="0.8^k is at most 0.01 from k = ln 0.01/ln 0.8 on.",
        ),
    ),
    "first-of-rmsprop": asked(
        "RMSProp divides the gradient by the root of v, and begins with v = 0. Its "
        "alpha is 0.99, and nothing is corrected. How many times the rate is its first "
        "step?",
        number(
            10,
            mistakes={
                1: "that is Adam's, with its corrections",
                100: "take the root of v",
                0.1: "v is too small, and it is divided by",
            },
            confirm="The root of v is |g|/10.",
        ),
    ),
    "adamw": function(
        _adamw,
        cases=[
            (
                np.array([1.0, -2.0]),
                np.array([0.3, 4.0]),
                *STATE,
                1,
                0.1,
                0.5,
            ),
            (
                np.array([1.0, -2.0]),
                np.array([0.3, 4.0]),
                *STATE,
                7,
                0.01,
                0.1,
            ),
            (
                np.array([3.0, 0.0]),
                np.array([0.0, -1.0]),
                *STATE,
                1000,
                0.1,
                0.2,
            ),
        ],
        mistakes=[
            (
                _with_penalty,
                "that is an L2 penalty inside Adam: the shrinking is divided by the "
                "gradient's size. Let w shrink by itself",
            ),
            (
                _uncorrected,
                "the averages lack their corrections 1 - beta^t",
            ),
            (_without_rate, "the shrinking is multiplied by the rate, too"),
            (_plain, "that is Adam: the weights do not shrink"),
            (
                _shrunk_after,
                "that lets the step shrink, too: subtract rate * decay * w of the old "
                "w",
            ),
            (
                _returned_corrected,
                "return m and v as they are: corrected ones would be corrected again "
                "in the next step",
            ),
        ],
        confirm="As torch.optim.AdamW does it.",
    ),
    "when-adaptive": choice(
        "c",
        options={
            "a": "nothing is left to divide away: all curvatures are alike",
            "b": "turning mixes the curvatures: each coordinate's gradients hold the "
            "steepest",
            "c": "Each coordinate has a curvature of its own; dividing by the size of "
            "its gradients mends it. (Standardizing would mend the distances, too.)",
            "d": "a common factor changes the rate that is right for gradient descent, "
            "and nothing else",
        },
    ),
}
