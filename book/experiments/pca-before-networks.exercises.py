"""Exercises of the chapter *PCA before a network*.

Chapter: book/experiments/pca-before-networks.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, choice, function, number


def _directions(X, k):
    return np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][:k]


def _kept(X, k):
    V = _directions(X, k)
    mean = X.mean(axis=0)
    return mean + (X - mean) @ V.T @ V


def _not_centered(X, k):
    V = np.linalg.svd(X, full_matrices=False)[2][:k]
    return X @ V.T @ V


def _mean_forgotten(X, k):
    V = _directions(X, k)
    return (X - X.mean(axis=0)) @ V.T @ V


def _last_directions(X, k):
    V = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][-k:]
    mean = X.mean(axis=0)
    return mean + (X - mean) @ V.T @ V


def _columns_of_vt(X, k):
    V = np.linalg.svd(X - X.mean(axis=0))[2][:, :k].T
    mean = X.mean(axis=0)
    return mean + (X - mean) @ V.T @ V


def _not_mapped_back(X, k):
    return (X - X.mean(axis=0)) @ _directions(X, k).T


_POINTS = np.random.default_rng(0).normal(3, [[1, 5, 2, 0.5]], (12, 4))
_FEW = np.array([[1.0, 2.0, 4.0], [3.0, 1.0, 0.0]])

EXERCISES = {
    "second-direction": asked(
        "Four points, (-2, -1), (-1, -1), (1, 1) and (2, 1), have variance 3.43 along "
        "their first principal direction. Which variance have they along the second?",
        number(
            3.5 / 2 - math.sqrt(3.5**2 / 4 - 0.25),
            tolerance=0.004,  # 3.5 - 3.43 will do
            mistakes={
                1.0: "that is the variance of the second feature",
                0.27: "that is the deviation; its square is the variance",
                1.5: "that is the covariance of the two features",
                0.29: "divide by the four points",
                0.097: "divide by n, as S does, not by n - 1",
                0: "the points do not lie on one line",
                3.43: "that is the variance along the first",
                6.93: "the two add up to the trace, 3.5",
            },
            confirm="The trace is 3.5; what the first does not take, the second has.",
        ),
    ),
    "copied-points": asked(
        "Twelve points are drawn at random in 2,000 dimensions, but for three that "
        "are exact copies of three others. How many directions of variance does PCA "
        "find?",
        number(
            8,
            tolerance=0,
            mistakes={
                11: "that is for twelve different points; a copy adds no direction",
                12: "copies add no direction, and centering takes one away",
                9: "nine points are different; the mean takes one more away",
                10: "nine points are different, not eleven",
                2000: "nine points span at most nine directions, in however many "
                "dimensions",
                1999: "centering takes one from the points, not from the features",
            },
            confirm="Nine different points, and their weighted sum is 0.",
        ),
    ),
    "there-and-back": function(
        _kept,
        cases=[(_POINTS, 1), (_POINTS, 2), (_POINTS, 4), (_FEW, 1)],
        tolerance=1e-8,
        mistakes=[
            (
                _not_centered,
                "center the rows before you look for directions",
            ),
            (_mean_forgotten, "add the mean again"),
            (
                _last_directions,
                "those are the directions of least variance",
            ),
            (
                _columns_of_vt,
                "the directions are the rows of Vt, not its columns",
            ),
            (
                _not_mapped_back,
                "those are the scores; map them back to all features",
            ),
        ],
        confirm="The signs cancel, for each direction is used twice.",
    ),
    "another-mixture": asked(
        "A matrix with entries uniform from 0.2 to 0.6 mixes 15 features that sum to 6 "
        "on average and 200 dummies uniform from 0 to 2. What is the mean of a mixed "
        "feature?",
        number(
            0.4 * (6 + 200),
            mistakes={
                0.5 * (6 + 200): "the entries of this matrix have mean 0.4",
                0.4 * (6 + 100): "dummies from 0 to 2 have mean 1",
                0.4 * 200: "the other features have a mean too",
                6
                + 200: "that is the mean of the sum; the matrix has mean 0.4",
                52.5: "that is D/4 + 5/2, for other dummies and another matrix",
                0.4: "an input sums over all old features",
            },
            confirm="The mean of an entry, times the mean of the sum.",
        ),
    ),
    "which-control": choice(
        "b",
        options={
            "a": "that says how sure the gain is, not which part of PCA makes it",
            "b": "It does all that the other does, but divides nothing.",
            "c": "both divide; what that does is in both",
            "d": "that divides, but reduces nothing and turns nothing: several things "
            "differ",
        },
    ),
    "how-steep": asked(
        "Two hundred independent inputs have mean 3 and standard deviation 0.5 each. "
        "What is the condition number of the matrix of their mean products, X'X/n, for "
        "many rows: its largest eigenvalue over its smallest?",
        number(
            1 + 200 * 9 / 0.25,
            mistakes={
                200
                * 9
                / 0.5: "divide by the variance, the square of the deviation",
                1
                + 9
                / 0.25: "along the common direction 200 means add up: p times m "
                "squared",
                1
                + 200
                * 3
                / 0.25: "the mean enters by its square: these are products",
                200 * 9
                + 0.25: "that is the largest eigenvalue; divide by the "
                "smallest",
                601: "means and deviations enter by their squares: these are products",
                1
                + 200
                * 3
                / 0.5: "means and deviations enter by their squares",
                1: "that is what centering leaves",
            },
            confirm="Centered, it is 1: all directions are equally steep.",
        ),
    ),
    "choose-the-unit": asked(
        "Nineteen features of variance 9 know nothing. In the twentieth, measured in "
        "meters, the classes are equally frequent, the variance within a class is 0.36 "
        "and the class means lie 2 apart. By which factor must its numbers be "
        "multiplied, by choosing a smaller unit, to have as much variance as each of "
        "the others?",
        number(
            3 / math.sqrt(1.36),
            mistakes={
                3
                / 2: "means 2 apart lie 1 from the middle, and the variance within "
                "counts too",
                2.5: "nearly: the root of 9/1.36 is not cut off but rounded",
                5.0: "the class means add to the variance: (2/2) squared",
                3
                / math.sqrt(
                    0.36 + 4
                ): "means 2 apart lie 1 from the middle: they add 1",
                9
                / 1.36: "the variance grows by the square of the factor: take the root",
                25.0: "take the root, and count the variance between the classes too",
                3.0: "the variance within the classes counts too",
            },
            confirm="A little more, and PCA to one dimension keeps the classes, given "
            "very many rows; with 100 it takes half as much again, and more. In meters "
            "it drops them. Nothing about the classes has changed.",
        ),
    ),
}
