"""Exercises of *RANSAC*.

Chapter: book/detection-geometry/ransac.ipynb.
"""

import math

import numpy as np

from evidence.exercises import bug, choice, function, number


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


NEARLY_CERTAIN = (
    "that is nearly certain, which ten trials are not: a clean sample is two inliers "
    "at once, and 0.3 is the share of inliers"
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
    "ten-trials": number(
        1 - (1 - 0.3**2) ** 10,
        mistakes={
            (1 - 0.3**2) ** 10: "that is the probability that all ten fail",
            10
            * 0.3
            ** 2: "probabilities of events that may occur together do not add",
            1
            - (1 - 0.3)
            ** 10: "that is one inlier in a sample; a line needs two",
            # with the share of outliers, and one inlier anywhere: 4e-4 apart
            1 - (1 - 0.7**2) ** 10: NEARLY_CERTAIN,
            1 - 0.7**20: NEARLY_CERTAIN,
            1
            - (1 - 3 * 2 / (10 * 9))
            ** 10: "that is for ten points only, three of "
            "them inliers; here they are very many",
        },
    ),
    "which-cure": choice(
        "c",
        options={
            "a": "clean samples were drawn: what came of them is the trouble",
            "b": "the threshold fits the noise, so counting sees what it should",
            "c": "Each model saw four matches. Local optimization lets each new best "
            "one see its inliers, before the winner is chosen.",
            "d": "that keeps fewer of the right matches and leaves the models as noisy",
        },
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
