"""Exercises of the chapter *Exploding gradients and NaN*.

Chapter: book/gradients/exploding-gradients-nan.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, bug, function, number, vector


def _window(w):
    r = math.sqrt(1 - 4 / w)
    return 2 / w * math.log((1 + r) / (1 - r))


def _class_loss(z, k):
    m = z.max()
    return m + np.log(np.exp(z - m).sum()) - z[k]


def _naive(z, k):
    with np.errstate(all="ignore"):
        return -np.log(np.exp(z[k]) / np.exp(z).sum())


def _shifted(z, k):
    with np.errstate(all="ignore"):
        e = np.exp(z - z.max())
        return -np.log(e[k] / e.sum())


def _guarded(z, k):
    e = np.exp(z - z.max())
    return -np.log(e[k] / e.sum() + 1e-12)


LEAVES = "; leaf 4 is a NaN without growth, 5 a jump, 6 growth from the first steps on"

EXERCISES = {
    "window-50": asked(
        "One sigmoid unit has the weight 50 and the bias -25. Its factor is the weight "
        "times its slope. On which share of the inputs from 0 to 1 is the factor 1 or "
        "more, to three decimals?",
        number(
            _window(50),
            mistakes={
                _window(50)
                / 2: "that is one side of the window; z may lie on either "
                "side of 0",
                _window(50)
                * 50: "that is the width in z; the input is multiplied by "
                "50",
                _window(100): "that is the window at weight 100",
                1.0: "the slope is a quarter at z = 0 only; here it has to be 1/50",
                0.25: "that is the largest slope; ask where it is 1/50 or more",
            },
            confirm="Half the weight, a wider window: it needs twice the slope, and is "
            "left half as fast.",
        ),
    ),
    "half": vector(
        [8, 64],
        tolerance=0,
        mistakes=[
            (
                [16, 128],
                "that is where w itself is inf; the loss is its square",
            ),
            (
                [16, 64],
                "in half precision, too, it is the square that overflows first",
            ),
            ([15, 127], "that is where the slope 2w is inf; ask for w²"),
            (
                [8, 8],
                "bfloat16 has 8 bits of exponent, as single precision has",
            ),
            ([64, 64], "half precision ends at 65,504, just below 2^16"),
            ([64, 8], "the other way round: bfloat16 has the wide range"),
            (
                [7, 63],
                "there the square is 4^7 or 4^63, which is still a number",
            ),
        ],
        confirm="4^8 is 65,536, just too much.",
    ),
    "from-logits": function(
        _class_loss,
        cases=[
            (np.array([1.0, 2.0, 0.5]), 1),
            (np.array([0.0, -3.0]), 0),
            (np.array([800.0, 0.0, -5.0]), 0),
            (np.array([0.0, 900.0]), 0),
            (np.array([-2000.0, -2001.0, -1999.0]), 2),
        ],
        mistakes=[
            (
                _naive,
                "the exponential of a large logit is inf: take the largest out",
            ),
            (
                _shifted,
                "the probability of a class far behind is 0, and its logarithm inf: "
                "subtract logits, and take the logarithm of the sum only",
            ),
            (
                _guarded,
                "a small number inside the logarithm keeps it finite and makes it "
                "wrong: the loss of a class 900 behind is 900",
            ),
            (
                lambda z, k: -_class_loss(z, k),
                "that is ln p; the loss is -ln p",
            ),
            (
                lambda z, k: np.log(np.exp(z - z.max()).sum()) - z[k],
                "the largest logit was taken out of the sum, and has to be added again",
            ),
        ],
        confirm="No probability is ever made.",
    ),
    "mask": bug(
        """
        squares = (x - y).pow(2).sum(1)
        equal = squares == 0
        d = squares.sqrt()
        d = torch.where(equal, 0.0, d)
        loss = d.mean()
        loss.backward()
        """,
        at=3,
        why_not={
            1: "a square has the slope 0 at 0, which is harmless",
            2: "a comparison passes no gradient on",
            4: "this line hides a value, and sends a gradient of 0 back to it; ask "
            "what that 0 meets in the line before",
            5: "a mean sends one over the number of rows back to each of them",
            6: "it only multiplies the slopes of the lines above",
        },
        confirm="The root has the slope 1/(2 · 0), inf, at 0. The mask sends 0 back, "
        "and 0 · inf is NaN. Take the root of torch.where(equal, 1.0, squares), and "
        "mask its result as well.",
    ),
    "clip": asked(
        "A gradient is (2, -3, 6). Clip it by norm to 3.5. Which gradient results?",
        vector(
            [1, -1.5, 3],
            mistakes=[
                ([2, -3, 3.5], "that is by value: each entry by itself"),
                (
                    [2 / 7, -3 / 7, 6 / 7],
                    "that has the length 1; 3.5 was asked",
                ),
                ([2, -3, 6], "its length is 7, more than 3.5"),
                (
                    [0.7, -1.05, 2.1],
                    "that divides by 10; the length is the root of 49",
                ),
                (
                    [1, 1.5, 3],
                    "the direction stays, and with it every sign",
                ),
                (
                    [7 / 11, -10.5 / 11, 21 / 11],
                    "that divides by the sum, the L1 norm",
                ),
            ],
            confirm="Half as long, in the same direction.",
        ),
    ),
    "four-logs": vector(
        [6, 4, 5, 3],
        tolerance=0,
        mistakes=[
            (
                [6, 6, 5, 3],
                "the gradients of the second run shrank" + LEAVES,
            ),
            (
                [6, 5, 5, 3],
                "the gradients of the second run shrank" + LEAVES,
            ),
            ([6, 4, 6, 3], "the third run was calm for 800 steps" + LEAVES),
            (
                [5, 4, 5, 3],
                "the first run grew from its first step on" + LEAVES,
            ),
            (
                [6, 4, 5, 1],
                "the data of the fourth run were said to be in order",
            ),
            ([6, 4, 5, 2], "the loss of its first batch is 0.41, a number"),
            (
                [6, 4, 5, 4],
                "its loss was finite: the gradient was not, leaf 3",
            ),
            ([2, 4, 5, 3], "the loss of its first batch is 2.3, a number"),
        ],
        confirm="What came before the NaN tells.",
    ),
}
