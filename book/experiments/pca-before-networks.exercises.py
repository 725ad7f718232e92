"""Exercises of the chapter *PCA before a network*.

Chapter: book/experiments/pca-before-networks.ipynb.
"""

import numpy as np

from evidence.exercises import choice, function, number, vector


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
    "how-many-directions": number(
        79,
        tolerance=0,
        mistakes={
            80: "centered rows sum to zero, so one of them depends on the others",
            2000: "80 points span at most 80 directions, in however many dimensions",
            1999: "centering takes one from the points, not from the features",
        },
        confirm="More directions than that PCA cannot find, nor name.",
    ),
    "which-is-a-rotation": choice(
        "c",
        options={
            "a": "divided by one number, its columns are no more orthogonal",
            "b": "columns of length 1, but not orthogonal to one another",
            "c": "Its rows are orthogonal and of length 1, whatever the matrix was.",
            "d": "it undoes the uniform matrix, and is no more a rotation than that",
        },
    ),
    "how-inputs-grow": number(
        1,
        tolerance=0.1,
        mistakes={
            0.5: "that is how the spread between rows grows; the mean grows faster",
            2: "the matrix has about D**2 entries, but an input sums D of them",
            0: "that would be a rotation",
        },
        confirm="The spread grows like sqrt(D): the rows look more and more alike.",
    ),
    "order-them": vector(
        [3, 2, 1],
        tolerance=0,
        mistakes=[
            ([1, 2, 3], "that is best first; worst first was asked"),
            (
                [2, 3, 1],
                "one direction is poor, but raw inputs end at chance",
            ),
            (
                [3, 1, 2],
                "PCA 1 keeps the common sum alone, full of dummies",
            ),
        ],
        confirm="Centered inputs keep all dimensions, and beat the single best one.",
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
}
