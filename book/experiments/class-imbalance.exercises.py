"""Exercises of *Class imbalance*.

Chapter: book/experiments/class-imbalance.ipynb.
"""

import math

import numpy as np

from evidence.exercises import choice, function, number


def _nearest(x, i):
    distance = np.linalg.norm(x - x[i], axis=1)
    distance[i] = np.inf
    return distance.argmin()


def _synthetic(x, i, u):
    return x[i] + u * (x[_nearest(x, i)] - x[i])


def _from_the_neighbor(x, i, u):
    neighbor = _nearest(x, i)
    return x[neighbor] + u * (x[i] - x[neighbor])


def _neighbor_added(x, i, u):
    return x[i] + u * x[_nearest(x, i)]


def _own_neighbor(x, i, u):
    return x[i]


def _one_u_a_feature(x, i, u):
    shares = np.full(x.shape[1], u)
    shares[1:] = 1 - u
    return x[i] + shares * (x[_nearest(x, i)] - x[i])


def _wrong_way(x, i, u):
    return x[i] - u * (x[_nearest(x, i)] - x[i])


def _manhattan(x, i, u):
    distance = np.abs(x - x[i]).sum(axis=1)
    distance[i] = np.inf
    return x[i] + u * (x[distance.argmin()] - x[i])


_POINTS = np.array(
    [[0.0, 0.0], [1.0, 2.0], [4.0, 1.0], [1.5, -1.0], [3.0, 3.0]]
)
_SLANTED = np.array([[0.0, 0.0], [1.0, 2.0], [0.0, 2.5]])

EXERCISES = {
    "shift": number(
        math.log(20),
        mistakes={
            math.log10(
                20
            ): "that is the decimal logarithm; logits are natural ones",
            -math.log(
                20
            ): "turn the sign: the logit of the common class is too high",
            20.0: "that is the ratio of the odds; a logit is its logarithm",
            math.log(21): "odds compare the two classes: 20 to 1, not 21",
        },
    ),
    "who-is-missing": number(
        10 * 0.9**20,
        mistakes={
            10 * (1 - 0.9**20): "that is how many are drawn at least once",
            0.9
            ** 20: "that is the probability for one of them; there are ten",
            0.0: "each is drawn twice on average, but drawing is not dealing out",
            10
            * math.exp(
                -2
            ): "that is the limit for many samples; here are ten",
            2.0: "that is how often each one is drawn on average",
        },
    ),
    "balanced-accuracy": number(
        (6 / 20 + 970 / 980) / 2,
        mistakes={
            0.976: "that is the accuracy: the common class outvotes the rare one",
            0.3: "that is the recall of class 0 alone; average both classes",
            970
            / 980: "that is the recall of class 1 alone; average both classes",
            (6 / 16 + 970 / 984)
            / 2: "those are precisions: divide by the true counts",
        },
    ),
    "same-boundary": choice(
        "b",
        options={
            "a": "the two gradients are equal, so any optimizer takes the same step",
            "b": "The expectation is the same, the batches are not.",
            "c": "the two losses are equal whatever the network computes",
            "d": "both take the same larger step, for their gradients are equal",
        },
    ),
    "one-synthetic-point": function(
        _synthetic,
        cases=[
            (_POINTS, 0, 0.25),
            (_POINTS, 2, 0.8),
            (_POINTS, 3, 0.4),
            (_SLANTED, 0, 0.5),
        ],
        tolerance=1e-9,
        mistakes=[
            (_own_neighbor, "a sample is nearest to itself: leave it out"),
            (
                _from_the_neighbor,
                "u counts from the sample; you began at the neighbor",
            ),
            (_neighbor_added, "you added the neighbor, not the way to it"),
            (
                _manhattan,
                "measure along the line: a root of a sum of squares",
            ),
            (
                _wrong_way,
                "that points away from the neighbor, off the segment",
            ),
            (
                _one_u_a_feature,
                "one u for all features, or it leaves the segment",
            ),
        ],
    ),
}
