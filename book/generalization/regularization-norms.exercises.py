"""Exercises of *Regularization norms: L0, L1, L2*.

Chapter: book/generalization/regularization-norms.ipynb.
"""

import numpy as np

from evidence.exercises import asked, function, number, vector


def _group_prox(z, groups, penalty):
    w = np.array(z, dtype=float)
    for group in groups:
        length = np.linalg.norm(w[group])
        w[group] *= max(length - penalty, 0) / length if length else 0
    return w


def _squared(z, groups, penalty):
    return np.asarray(z) / (1 + penalty)


def _entry_by_entry(z, groups, penalty):
    return np.sign(z) * np.maximum(np.abs(z) - penalty, 0)


def _whole(z, groups, penalty):
    return _group_prox(z, [[i for group in groups for i in group]], penalty)


def _not_stopped(z, groups, penalty):
    w = np.array(z, dtype=float)
    for group in groups:
        length = np.linalg.norm(w[group])
        w[group] *= 1 - penalty / length if length else 0
    return w


def _not_stopped_nan(z, groups, penalty):
    w = np.array(z, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        for group in groups:
            w[group] *= 1 - penalty / np.linalg.norm(w[group])
    return w


CASES = [
    (np.array([3.0, 4.0, 0.3, -0.4]), [[0, 1], [2, 3]], 1.0),
    (np.array([1.0, -2.0, 2.0, 0.5, 0.0]), [[0, 1, 2], [3], [4]], 0.6),
    (np.array([0.2, -1.0, 0.1, 2.0]), [[0, 3], [1, 2]], 0.25),
]

EXERCISES = {
    "three-norms": asked(
        "Give L0, L1 and L2 of the vector (0, −3, 4, 0, 0), as a list of three "
        "numbers.",
        vector(
            [2, 7, 5],
            mistakes=[
                (
                    [1, 7, 5],
                    "L0 counts the elements that are not zero, it adds nothing",
                ),
                (
                    [3, 7, 5],
                    "L0 counts the elements that are not zero, not the zeros",
                ),
                ([2, 1, 5], "L1 adds absolute values: the -3 counts as 3"),
                ([2, 7, 25], "25 is the squared L2 norm; take its root"),
            ],
        ),
    ),
    "soft-thresholding": asked(
        "Which vector has the least sum of its L1 norm and half its squared "
        "distance from (2.5, −0.4, −1.5, 1.0)? The answer is a list of four "
        "numbers.",
        vector(
            [1.5, 0, -0.5, 0],
            mistakes=[
                (
                    [2.5, 0, -1.5, 0],
                    "that is the hard threshold: the survivors move too",
                ),
                (
                    [1.25, -0.2, -0.75, 0.5],
                    "that is ridge: it divides by 1 + λ",
                ),
                (
                    [1.5, 0, -2.5, 0],
                    "negative entries move toward 0 as well",
                ),
                (
                    [1.5, 0.6, -0.5, 0],
                    "an entry within the threshold stops at 0",
                ),
            ],
            confirm="The entry that lies on the threshold becomes 0.",
        ),
    ),
    "first-to-enter": number(
        6,
        mistakes={
            3: "that is where the first feature would enter; the second is ahead",
            2: "that is scikit-learn's alpha, which is λ/n",
            12: "with half the squared error the gradient at 0 is X'y, not 2X'y",
            -6: "a penalty is not negative: take the absolute value",
        },
    ),
    "degrees-of-freedom": asked(
        "A design has the singular values 3, 2 and 1. How many degrees of "
        "freedom has ridge regression with λ = 1? The answer is a number.",
        number(
            2.2,
            mistakes={
                23 / 12: "the singular values enter squared: d²/(d² + λ)",
                1.7: "each factor counts once, not squared",
                0.8: "that is what ridge takes away: 3 minus the degrees of freedom",
                3: "that is without a penalty",
            },
        ),
    ),
    "who-only-shrinks": number(
        2,
        tolerance=0,
        mistakes={
            8: "that is how many are not monotone",
            5: "that is how many change their sign (as many keep it)",
            10: "look at the absolute values of each coefficient, one by one",
        },
    ),
    "groups": function(
        _group_prox,
        CASES,
        tolerance=1e-9,
        mistakes=[
            (
                _squared,
                "that is the map of the squared norm, which only rescales",
            ),
            (
                _entry_by_entry,
                "that is the soft threshold of single weights",
            ),
            (_whole, "that treats all weights as one group"),
            (
                _not_stopped,
                "a group shorter than λ has turned round: stop at 0",
            ),
            (
                _not_stopped_nan,
                "a group shorter than λ has turned round: stop at 0",
            ),
        ],
    ),
}
