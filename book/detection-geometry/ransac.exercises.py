"""Exercises of *RANSAC*.

Chapter: book/detection-geometry/ransac.ipynb.
"""

import math
from itertools import product

import numpy as np

from evidence.exercises import bug, function, number, vector


def _supporters(x, threshold):
    """Return for each reading as a sample which readings are near to it."""
    x = np.asarray(x, dtype=float)
    return x, np.abs(x[:, None] - x) < threshold


def _consensus_mean(x, threshold):
    x, near = _supporters(x, threshold)
    return x[near[near.sum(axis=1).argmax()]].mean()


def _without_refit(x, threshold):
    x, near = _supporters(x, threshold)
    return x[near.sum(axis=1).argmax()]


def _the_count(x, threshold):
    return _supporters(x, threshold)[1].sum(axis=1).max()


def _the_last(x, threshold):
    x, near = _supporters(x, threshold)
    return x[near[-1]].mean()


SEEN = (
    "the first: its samples are noisy, and the threshold fits the noise; "
)
AVERAGE = "the third: its consensus set is right, and all it lacks is the average; "
CURES = [  # of each patient in turn: why another cure helps less
    {
        1: "the first: one refit to the part of the inliers that the winner sees is "
        "too few; local optimization refits several times",
        2: SEEN + "another vote changes little",
    },
    {
        1: "the second: one refit averages the outliers of a wide band too",
        3: "the second: local optimization turns down better lines with smaller counts",
    },
    {
        2: AVERAGE + "MSAC chooses among lines through two points",
        3: AVERAGE
        + "local optimization turns down a better line of no larger count",
    },
]
LOST = [  # of each run in turn: why it is the other failure
    {
        2: "the first: the true map costs less, so that a vote on both would keep it"
    },
    {
        1: "the second: the answer costs less, and a longer search could only cost less"
    },
    {
        1: "the third: the answer costs less than the true map, which has lost the vote"
    },
    {
        2: "the fourth: the true map costs less, so that the search never met it, "
        "although it stopped by itself"
    },
]
MEAN_OF_HALVES = (
    "that is for four matches with the mean of the two shares, each half counted "
    "alike"
)
THREE_NEAR = "that is for three near matches and one far"
MEAN_SHARE = (
    "that is for the mean share of right matches, to the fourth power: a product of "
    "unequal shares is not a power of their mean"
)


def _first_wrong(whys):
    """Return every wrong list of codes, with why its first wrong entry is wrong."""
    codes = sorted({code for why in whys for code in why})
    answers = product(codes, repeat=len(whys))
    found = (
        (a, [w[c] for c, w in zip(a, whys, strict=True) if c in w])
        for a in answers
    )
    return [(answer, wrong[0]) for answer, wrong in found if wrong]


EXERCISES = {
    "write-it": function(
        _consensus_mean,
        cases=[
            ([20.1, 19.8, 20.2, 35.0, 4.0, 50.0, 61.0], 0.5),
            ([7.0, 1.0, 1.4, 0.7, 9.0, 9.1, -30.0, 1.3], 0.45),
            ([5.0, 100.0, 101.0, 102.0, 6.0, 300.0], 1.5),
        ],
        mistakes=[
            (
                _without_refit,
                "that is the best sample itself: end with the mean of its "
                "consensus set",
            ),
            (
                _the_count,
                "that is how many agree; return the mean of those who do",
            ),
            (
                _the_last,
                "that is the last reading's consensus set, not the largest",
            ),
            (
                lambda x, threshold: np.mean(x),
                "that is the mean of all readings",
            ),
            (
                lambda x, threshold: np.median(x),
                "that is the median of all readings",
            ),
        ],
        confirm="That is RANSAC with every sample tried: propose, vote, keep, refit.",
    ),
    "bug": bug(
        """
        best = np.zeros(len(points), bool)
        for i, j in samples:
            along = points[j] - points[i]
            normal = np.array([-along[1], along[0]])
            distance = np.abs((points - points[i]) @ normal)
            inliers = distance < threshold
            if inliers.sum() > best.sum():
                best = inliers
        """,
        at=4,
        why_not={
            1: "at first nobody agrees, so that any consensus is larger",
            3: "either point of the two may be the first",
            5: "the distance from a line through a point is a product with a normal",
            7: "of two equally large sets either may be kept",
        },
        confirm="A normal has length 1; this one makes distances grow with the gap "
        "between the two points, so that neighbors find too many supporters.",
    ),
    "derive": number(
        math.log(0.01) / math.log(1 - 0.8 * 0.4**3),
        mistakes={
            math.log(0.01) / math.log(1 - 0.5**4): MEAN_SHARE,
            72: MEAN_SHARE,
            math.log(0.01) / math.log(1 - 0.6**4): MEAN_OF_HALVES,
            34: MEAN_OF_HALVES,
            math.log(0.01) / math.log(1 - 0.8**3 * 0.4): THREE_NEAR,
            21: THREE_NEAR,
            math.log(0.01)
            / math.log(1 - 0.8 * 0.4): "that is for one far match; a "
            "sample has three",
            math.log(0.1)
            / math.log(1 - 0.8 * 0.4**3): "that is for a confidence of 0.9",
            1
            / (
                0.8 * 0.4**3
            ): "that is the mean number until the first clean sample, "
            "and often it takes more",
        },
        confirm="All that the derivation uses is the probability of a clean sample.",
    ),
    "which-cure": vector(
        [3, 2, 1],
        tolerance=0,
        mistakes=_first_wrong(CURES),
        confirm="A noisy sample needs several refits, a wide threshold another vote "
        "(or several refits at the end), and a winner with the right points no more "
        "than their average.",
    ),
    "threshold-in-pixels": number(
        2 * math.sqrt(-2 * math.log(0.05)),
        mistakes={
            2
            * 1.959964: "1.96 sigma is for one coordinate; a match errs in x and y",
            2
            * math.sqrt(
                -4 * math.log(0.05)
            ): "that is for noise in both images; the "
            "features of the first are exact",
            -4
            * math.log(
                0.05
            ): "take the root: 5.99 bounds the squared distance",
            -2
            * math.log(
                0.05
            ): "5.99 is chi-square itself: take its root, times "
            "sigma (and if you meant 3 sigma: that keeps more than 95 %)",
            -8
            * math.log(
                0.05
            ): "that bounds the squared distance: take the root",
            math.sqrt(
                -2 * math.log(0.05)
            ): "that is in units of sigma, not in pixels",
            2 * math.sqrt(-2 * math.log(0.95)): "that keeps 5 %, not 95 %",
        },
    ),
    "missed-or-outvoted": vector(
        [1, 2, 2, 1],
        tolerance=0,
        mistakes=_first_wrong(LOST),
        confirm="The costs decide. The cap says only whether a longer search was left "
        "untried.",
    ),
}
