"""Exercises of the chapter *Batch normalization: the mechanics*.

Chapter: book/normalization/batchnorm-mechanics.ipynb.
"""

import numpy as np

from evidence.exercises import asked, function, number, vector

X_HAT = np.array([-1.5, -0.5, 0.0, 0.5, 1.5])  # of 4, 6, 7, 8, 10
UNBIASED = np.array([-3, -1, 0, 1, 3]) / np.sqrt(5)
RNG = np.random.default_rng(0)
CASES = [
    (
        RNG.normal(size=shape),
        RNG.normal(size=shape),
        RNG.uniform(1, 2, shape[1]),
        RNG.normal(size=shape[1]),
    )
    for shape in ((4, 1), (5, 3), (7, 2))
]


def _rms(dy, x_hat, r, gamma):
    dx_hat = gamma * dy
    return (dx_hat - (dx_hat * x_hat).mean(0) * x_hat) / r


EXERCISES = {
    "by-hand": asked(
        "For a batch of five a unit gives 4, 6, 7, 8, 10. Batch normalization has "
        "γ = 3, β = -1 and ε = 0. What are the five outputs?",
        vector(
            3 * X_HAT - 1,
            mistakes=[
                (X_HAT, "that is x̂; γ and β are missing"),
                (3 * X_HAT, "β is missing"),
                (3 * (X_HAT - 1), "β is added after γ has multiplied"),
                (
                    3 * UNBIASED - 1,
                    "the batch is divided by m, not by m − 1",
                ),
                (
                    3 * X_HAT / 2 - 1,
                    "divide by σ, the root of the variance 4",
                ),
                (
                    3 * X_HAT + 6,
                    "β takes the place of the mean, which is gone",
                ),
            ],
            confirm="The mean is 7, the mean squared deviation (9+1+0+1+9)/5 = 4.",
        ),
    ),
    "recover": vector(
        [0.0707107, 3],
        mistakes=[
            ([0.0632456, 3], "σ is the root of the variance plus ε"),
            ([0.005, 3], "that is σ²; γ multiplies, so it is its root"),
            (
                [0.004, 3],
                "that is the variance; γ is the root of it plus ε",
            ),
            ([0.0642456, 3], "ε stands inside the root"),
            ([0.07, 3], "nearly: give γ to three digits"),
            ([-0.0707107, 3], "with γ = −σ the batch comes back mirrored"),
            ([3, 0.0707107], "γ first: it multiplies, β is added"),
            ([14.1421, 3], "that is 1/σ, by which x̂ was made; γ undoes it"),
            ([1, 0], "so the layer starts, and gives x̂"),
        ],
        confirm="For this batch only: another one has another σ and μ.",
    ),
    "condition": asked(
        "Two units have the standard deviations 1 and 10, and the correlation 0.8. "
        "What is the condition number of their covariance matrix after batch "
        "normalization?",
        number(
            9,
            mistakes={
                1: "that is after whitening; the correlation of 0.8 is still there",
                100: "the spreads are alike now; the correlation is not 0",
                1.8: "that is the largest eigenvalue; divide it by the smallest",
                3: "that is the root, which singular values of the data would have",
                1 / 9: "the larger one by the smaller",
                10: "the spreads are alike now; ask the correlation",
                5: "that is 1/(1 − 0.8); the largest eigenvalue is 1.8",
            },
            confirm="Spread is gone, correlation is not: whitening would make it 1.",
        ),
    ),
    "who-pulls": asked(
        "A batch 4, 6, 7, 8, 10 is normalized to −1.5, −0.5, 0, 0.5, 1.5 (σ = 2, "
        "γ = 1, ε = 0). What are the derivatives of the first output by the 4 and by "
        "the 10? (Two numbers.)",
        vector(
            [0.175, 0.125],
            mistakes=[
                ([0.5, 0], "μ and σ move with the inputs, too"),
                ([0.4, -0.1], "that has the mean's road; σ moves as well"),
                (
                    [0.275, 0.225],
                    "that has the road of σ; the mean moves as well",
                ),
                ([0.35, 0.25], "divide by σ"),
                (
                    [0.175, -0.325],
                    "−1.5 times 1.5 is negative, and is subtracted: the road of σ "
                    "lifts the first output",
                ),
                (
                    [0.625, 0.125],
                    "x̂ enters as a square, with a minus: −x̂²/m",
                ),
                ([0.625, -0.325], "both x̂ terms have the wrong sign"),
            ],
            confirm="Each of the two raises it: the 10 by stretching the batch.",
        ),
    ),
    "rms-backward": function(
        _rms,
        cases=CASES,
        mistakes=[
            (
                lambda dy, x_hat, r, gamma: gamma * dy / r,
                "that takes r as a constant; it depends on the inputs",
            ),
            (
                lambda dy, x_hat, r, gamma: (
                    _rms(dy, x_hat, r, gamma) - (gamma * dy).mean(0) / r
                ),
                "no mean was subtracted, so that term is not there",
            ),
            (
                lambda dy, x_hat, r, gamma: (
                    (gamma * dy - (gamma * dy * x_hat).sum(0) * x_hat) / r
                ),
                "the products are averaged, not added up",
            ),
            (
                lambda dy, x_hat, r, gamma: _rms(dy, x_hat, r, 1.0),
                "γ is missing: the gradient of x̂ is γ dy",
            ),
            (
                lambda dy, x_hat, r, gamma: r * _rms(dy, x_hat, r, gamma),
                "divide by r",
            ),
        ],
        confirm="One thing is forgotten, the scale, so one term is left.",
    ),
    "count": vector(
        [73984, 73856],
        tolerance=0,
        mistakes=[
            ([73728, 73728], "γ and β are learned; folded, a bias is left"),
            (
                [73984, 73728],
                "folded, the layer has a bias, a number a channel",
            ),
            (
                [74240, 73856],
                "mean and variance are remembered, not learned",
            ),
            (
                [73984, 73984],
                "γ goes into the weights; only a bias is left",
            ),
            ([73856, 73856], "a channel has two learned numbers, γ and β"),
            (
                [73856, 73792],
                "it is the 128 output channels that are normalized",
            ),
            ([74112, 73856], "there is no bias before batch normalization"),
            (
                [8448, 8320],
                "a 3 × 3 filter has 9 weights for each input channel",
            ),
        ],
        confirm="γ and β are one in three hundred of what is learned.",
    ),
    "fold": vector(
        [9, -4],
        mistakes=[
            ([9, 8], "the mean is missing: a (b − μ) + β"),
            ([9, -9], "β comes on top"),
            ([9, -7], "the bias of the layer, 1, is missing"),
            ([9, -6], "the bias of the layer, 1, is multiplied by a, too"),
            ([18, -13], "divide by σ: a is 6/2"),
            ([3, -4], "the weight is multiplied by a as well"),
            ([4.5, 0.5], "divide by σ, not by its square"),
            ([12.7279, -7.72792], "σ is 2 already; it is no variance"),
            ([9, 14], "it is b − μ, not μ − b"),
        ],
        confirm="3u + 1 becomes 3 (3u + 1 − 4) + 5.",
    ),
}
