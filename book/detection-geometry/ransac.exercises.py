"""Exercises of *RANSAC*.

Chapter: book/detection-geometry/ransac.ipynb.
"""

import math

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


BEFORE = (
    "the first: a refit at the end helps in part, as it mends one winner; each new "
    "best should see its inliers before the next vote"
)
TURNED_DOWN = "a better line with a smaller count"
NO_REFIT = (
    "the third: counting turns down a better line of no larger count, and a refit "
    "at the end asks nobody"
)
MEAN_SHARE = (
    "that is for the mean share of right matches, to the fourth power: a product of "
    "unequal shares is not a power of their mean"
)
CAP = math.log(0.01) / math.log(1 - (27 / 400) ** 4)

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
            math.log(0.01)
            / math.log(1 - 0.6**4): "that is for four matches with the "
            "mean of the two shares, each half counted alike",
            math.log(0.01)
            / math.log(1 - 0.8**3 * 0.4): "that is for three near "
            "matches and one far",
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
        mistakes=[
            ([3, 2, 3], NO_REFIT),
            (
                [3, 3, 1],
                "the second: local optimization cannot keep " + TURNED_DOWN,
            ),
            (
                [3, 3, 3],
                "the second: local optimization cannot keep " + TURNED_DOWN,
            ),
            (
                [3, 1, 1],
                "the second: a refit averages the outliers of a wide band too",
            ),
            (
                [3, 2, 2],
                "the third: MSAC chooses among lines through two points",
            ),
            ([1, 2, 1], BEFORE),
            ([1, 2, 3], BEFORE),
            ([1, 2, 2], BEFORE),
            (
                [2, 2, 1],
                "the first: the threshold fits the noise; it is the samples "
                "that are noisy",
            ),
        ],
        confirm="A noisy sample needs its refit before the vote, a wide threshold "
        "another vote, and a winner with the right points no more than their average.",
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
    "the-cap": number(
        CAP,
        mistakes={
            math.log(0.01)
            / math.log(1 - math.comb(27, 4) / math.comb(400, 4)): "that "
            "is right if the 400 matches are counted without replacement; the formula "
            "that is asked for has w^s",
            math.log(0.01)
            / math.log(1 - (27 / 400) ** 2): "that is for pairs: a "
            "homography takes four matches",
            math.log(0.01)
            / math.log(1 - 27 / 400): "that is for one match at a time: "
            "a homography takes four",
            math.log(0.1)
            / math.log(1 - (27 / 400) ** 4): "that is for a confidence "
            "of 0.9",
            math.log(0.01)
            / math.log(1 - (38 / 400) ** 4): "that is for the share of "
            "right matches, which the run does not know",
        },
        confirm="The cap was a small part of it, and the run could have told.",
    ),
}
