"""Exercises of *Class imbalance*.

Chapter: book/experiments/class-imbalance.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, bug, choice, function, number


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
_RARE, _COMMON = 6 / 20, 970 / 980

EXERCISES = {
    "another-mixture": asked(
        "Of 20 samples of class 0 a classifier recognizes 6, of 980 of class 1 it "
        "recognizes 970. What accuracy is to be expected on data of the same two "
        "classes, three samples of class 0 for each one of class 1?",
        number(
            0.75 * _RARE + 0.25 * _COMMON,
            mistakes={
                0.976: "that is the accuracy on the 1,000 samples; the mixture changes",
                (_RARE + _COMMON)
                / 2: "that is for as many of one class as of the other",
                0.25 * _RARE
                + 0.75
                * _COMMON: "the weights are swapped: class 0 has three of four",
                0.3: "that is the recall of class 0; a fourth is of class 1",
                47.2: "as a share from 0 to 1, not in percent",
                _RARE * 2 / 3
                + _COMMON / 3: "three for one: the shares are 3/4 and 1/4",
            },
            confirm="The recalls stay; only their weights change.",
        ),
    ),
    "scaling-bug": bug(
        """
        def prepare(x, x_test):
            low, high = x.min(0), x.max(0)
            x = (x - low) / (high - low)
            low, high = x_test.min(0), x_test.max(0)
            x_test = (x_test - low) / (high - low)
            return x, x_test
        """,
        at=4,
        why_not={
            2: "the range of the training data is what there is to go by",
            3: "so the training data lie between 0 and 1",
            5: "that is right, with the training data's constants",
        },
        confirm="The test data get constants of their own, so that one point is two "
        "inputs. Nothing warns, and the more lopsided the training set, the further "
        "the two ranges part.",
    ),
    "shift": asked(
        "A network was trained with 20 samples of class 1 for each one of class 0, "
        "long enough. It is to be used where there are 3 of class 1 for each one of "
        "class 0, and to be right as often as possible. What has to be subtracted from "
        "its logit of class 1?",
        number(
            math.log(20 / 3),
            mistakes={
                math.log(20): "that serves a test set with equal classes",
                -math.log(20 / 3): "turn the sign: class 1 is rarer there",
                math.log(
                    60
                ): "class 1 is the common one in both: the shifts differ",
                20
                / 3: "that is the ratio of the odds; a logit is its logarithm",
                math.log10(20 / 3): "logits are natural logarithms",
                math.log(
                    3
                ): "that is the new prior's part; the old one is to go",
            },
            confirm="log 20 goes, log 3 comes.",
        ),
    ),
    "missed-shift": asked(
        "At 1:50 a network has an AUC of 0.82, but all logits of its test samples lie "
        "between 3.86 and 3.96. You subtract log 50 + 0.1, which is 4.01. What is its "
        "balanced accuracy now?",
        number(
            0.5,
            mistakes={
                0.82: "that is the AUC, which no threshold changes",
                1: "all rare samples are found, but what of the common ones?",
                50: "as a share, not in percent",
                0: "all common samples are missed, but what of the rare ones?",
                1
                / 51: "that is the accuracy at the ratio of the training set",
                50
                / 51: "that it is before the shift, at the training ratio",
            },
            confirm="All logits turn negative: every sample is called rare. The ranks "
            "are as good as before, but the threshold has left the gap.",
        ),
    ),
    "where-they-part": choice(
        "c",
        options={
            "a": "in a full batch both have one gradient, at any ratio",
            "b": "all but two or three batches in a million hold rare samples",
            "c": "(200/201)^128: half of the batches hold no rare sample, and in "
            "the others a rare one weighs as much as 200 common ones.",
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
    "which-control": choice(
        "c",
        options={
            "a": "more seeds narrow the interval around a comparison that mixes two "
            "effects",
            "b": "both let the rare class weigh more, and both move the boundary",
            "c": "If the threshold was tuned, what is left of the gain is more than a "
            "boundary; log r alone misses the boundary of a network trained little.",
            "d": "accuracy at the training ratio prefers whatever says the common "
            "class",
        },
    ),
}
