"""Exercises of *What batch normalization does, and its downsides*.

Chapter: book/normalization/batchnorm-effects.ipynb.
"""

import numpy as np

from evidence.exercises import asked, bug, choice, function, number

RNG = np.random.default_rng(0)
CASES = [
    (RNG.normal(size=(m, units)), groups)
    for m, units, groups in ((3, 6, 2), (1, 8, 4), (4, 6, 1), (5, 12, 3))
]


def _normal(parts, axis, ddof=0):
    mu = parts.mean(axis, keepdims=True)
    return (parts - mu) / np.sqrt(
        parts.var(axis, keepdims=True, ddof=ddof) + 1e-5
    )


def _group(x, groups, ddof=0):
    return _normal(x.reshape(len(x), groups, -1), 2, ddof).reshape(x.shape)


def _every_other(x, groups):
    return _normal(x.reshape(len(x), -1, groups), 1).reshape(x.shape)


def _size_for_number(x, groups):
    return _normal(x.reshape(len(x), -1, groups), 2).reshape(x.shape)


def _over_the_batch(x, groups):
    return _normal(x.reshape(len(x), groups, -1), (0, 2)).reshape(x.shape)


EXERCISES = {
    "fair": choice(
        "b",
        options={
            "a": "more seeds make the same comparison more certain: of one network at "
            "a rate that suits it with another at one that does not",
            "b": "Then each is at its best, and what is left is batch normalization's.",
            "c": "what is at chance because its steps are too long stays there",
            "d": "that one is at its best rate already; the other side has not been "
            "given a rate of its own",
        },
    ),
    "one-step": asked(
        "A unit before batch normalization has weights of length 3. A step of SGD has "
        "length 4. By what is the unit's effective learning rate multiplied?",
        number(
            9 / 25,
            mistakes={
                9
                / 49: "the step stands at right angles to the weights: lengths do not "
                "add up, squares do",
                3
                / 5: "the effective rate goes with the square of the length",
                25 / 9: "turn it round: longer weights turn less",
                9 / 16: "that is old length by step; the new length is 5",
                3
                / 7: "the step stands at right angles; and the length is squared",
                1: "η stays, the length does not",
            },
            confirm="The weights have length 5 now: η/25 instead of η/9.",
        ),
    ),
    "blame": bug(
        """
        def layer(x, w, gamma, beta, size, rng):
            z = x @ w
            z = z + size * rng.normal(size=z.shape[1])
            z = (z - z.mean(0)) / z.std(0)
            y = gamma * z + beta
            return np.maximum(y, 0)
        """,
        at=3,
        why_not={
            1: "size and rng are what the noise needs",
            2: "those are the sums",
            4: "that is batch normalization, over the samples of each unit",
            5: "γ and β come behind, as they should",
            6: "that is the activation",
        },
        confirm="A constant for each unit, before the mean is subtracted, is gone with "
        "it. It belongs behind line 5.",
    ),
    "squares": asked(
        "In wide layers with batch normalization and the activation φ, the mean square "
        "of the gradient grows on the way back, in each layer, by the mean of φ'(x)² "
        "over the variance of φ(x), x standard normal. Take φ(x) = x² (the means of x² "
        "and x⁴ are 1 and 3). By which factor does the length of the gradient grow "
        "through ten layers?",
        number(
            32,
            mistakes={
                1024: "take the root, or divide by the variance, 2",
                (4 / 3)
                ** 5: "by the variance, 3 − 1², not by the mean of x⁴",
                (4 / 3)
                ** 10: "by the variance, 3 − 1²; and the length is the root",
                4
                ** 10: "divide by the variance of x², which is 2; then the root",
                2: "that is the mean square's growth in one layer",
                20: "factors multiply, layer by layer",
                2**0.5: "that is one layer; ten multiply",
                1: "φ' is 2x, whose mean square is 4, not 2",
            },
            confirm="The mean of (2x)² is 4, the variance of x² is 2: R = 2, and the "
            "length grows by 2⁵.",
        ),
    ),
    "group-norm": function(
        _group,
        cases=CASES,
        mistakes=[
            (
                lambda x, groups: _normal(x, 1),
                "that is layer normalization: all units of a sample in one group",
            ),
            (
                lambda x, groups: _normal(x, 0),
                "that is batch normalization: each sample is to stand alone",
            ),
            (
                _over_the_batch,
                "each sample by itself: no mean over the batch",
            ),
            (
                _every_other,
                "groups are of neighbors, not of every so many units",
            ),
            (
                _size_for_number,
                "`groups` is how many there are, not how large",
            ),
            (
                lambda x, groups: _group(x, groups, 1),
                "the variance is divided by the number of values, not by one less",
            ),
        ],
        confirm="One group is layer normalization. A batch of one will do.",
    ),
}
