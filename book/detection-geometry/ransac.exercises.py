"""Exercises of *RANSAC*.

Chapter: book/detection-geometry/ransac.ipynb.
"""

import math

from evidence.exercises import choice, function, number


def _trials(num_inliers, num_points, sample_size, confidence):
    return _formula(
        num_inliers / num_points, sample_size, confidence, math.ceil
    )


def _formula(share, sample_size, confidence, rounding):
    return _trials_at(share**sample_size, confidence, rounding)


def _trials_at(clean, confidence, rounding):
    if clean == 0:
        return math.inf
    if clean == 1:
        return 1
    return max(1, rounding(math.log(1 - confidence) / math.log(1 - clean)))


def _without_replacement(num_inliers, num_points, sample_size, confidence):
    subsets = math.comb(num_points, sample_size)
    clean = math.comb(num_inliers, sample_size) / subsets
    return _trials_at(clean, confidence, math.ceil)


def _rounded_down(num_inliers, num_points, sample_size, confidence):
    return _formula(
        num_inliers / num_points, sample_size, confidence, math.floor
    )


def _not_rounded(num_inliers, num_points, sample_size, confidence):
    return _formula(
        num_inliers / num_points, sample_size, confidence, float
    )


def _outlier_share(num_inliers, num_points, sample_size, confidence):
    share = 1 - num_inliers / num_points
    return _formula(share, sample_size, confidence, math.ceil)


def _upside_down(num_inliers, num_points, sample_size, confidence):
    share = num_inliers / num_points
    return _formula(share, sample_size, 1 - confidence, math.ceil)


def _pairs_only(num_inliers, num_points, sample_size, confidence):
    return _formula(num_inliers / num_points, 2, confidence, math.ceil)


NEARLY_CERTAIN = (
    "that is nearly certain, which ten trials are not: a clean sample is two inliers "
    "at once, and 0.3 is the share of inliers"
)

EXERCISES = {
    "four-at-once": number(
        178,
        tolerance=0,
        mistakes={
            177: "round up: 177 trials fall just short of 0.99",
            27: "that is the number for pairs: a homography needs four matches",
            34: "0.6 is the share of outliers; w is the share of inliers",
            89: "that is the number for a confidence of 0.9",
        },
        confirm="Four inliers at once are rare, although the inliers are not.",
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
    "who-agrees": number(
        5,
        tolerance=0,
        mistakes={
            3: "those are vertical distances; divide them by sqrt(1 + 2**2)",
            1: "only one point lies on the line exactly; the threshold is 0.5",
            6: "the last point is 1.8 away",
        },
    ),
    "adaptive-stopping": function(
        _trials,
        cases=[
            (50, 100, 2, 0.99),
            (30, 100, 4, 0.99),
            (400, 500, 3, 0.9),
            (100, 100, 4, 0.99),
            (0, 100, 2, 0.99),
            (99, 100, 2, 0.5),
        ],
        tolerance=1e-9,
        mistakes=[
            (_rounded_down, "round up: the confidence is a lower bound"),
            (_not_rounded, "a number of trials is whole: round up"),
            (_outlier_share, "w is the share of inliers, not of outliers"),
            (_upside_down, "that is the number for the confidence 1 - p"),
            (_pairs_only, "the exponent is the sample size, not always 2"),
            (
                _without_replacement,
                "that is exact, without replacement; here q = w**s",
            ),
        ],
        confirm="Called after every new best model, it is adaptive stopping.",
    ),
    "second-line": choice(
        "c",
        options={
            "a": "more trials only find the largest consensus more surely",
            "b": "at 60 % outliers in general position RANSAC succeeds, see section 9",
            "c": "The wrong line has the larger consensus, and that is maximized.",
            "d": "a smaller threshold leaves both lines their points",
        },
    ),
}
