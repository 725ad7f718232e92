"""Exercises of *Underfitting, overfitting, bias and variance*.

Chapter: book/generalization/underfitting-overfitting.ipynb.
"""

from evidence.exercises import asked, choice, vector

EXERCISES = {
    "which-failure": choice(
        "c",
        options={
            "a": "A's two errors are near each other, and far above the noise: it "
            "misses structure that C finds",
            "b": "a training error far below the noise's variance follows the noise, "
            "and B pays for it on new data",
            "c": "A misses what can be found, B follows the noise, C's errors lie "
            "near the noise's variance on both sides.",
            "d": "it has the smallest gap and the largest error on new data: it "
            "underfits",
        },
    ),
    "five-fits": asked(
        "The truth at an input is 4. Five fits, to five data sets, predict 1, 2, 2, 3 "
        "and 2 there. Give their bias squared, their variance (divided by 5), and "
        "their mean squared distance from the truth: three numbers.",
        vector(
            [4, 0.4, 4.4],
            mistakes=[
                ([-2, 0.4, 4.4], "that is the bias; square it"),
                (
                    [2, 0.4, 4.4],
                    "that is the bias, turned round; square it",
                ),
                ([2, 0.4, 2.4], "2 is the bias, turned round; square it"),
                ([4, 0.5, 4.5], "that variance is divided by 4; here by 5"),
                ([4, 0.5, 4.4], "that variance is divided by 4; here by 5"),
                ([4, 2, 6], "that is the sum of squares; divide by 5"),
                ([4, 2, 4.4], "that is the sum of squares; divide by 5"),
                (
                    [4, 0.632, 4.4],
                    "that is the standard deviation; square it",
                ),
                (
                    [4.4, 0.4, 4],
                    "bias squared is that of the mean fit: (2 - 4)²; the mean "
                    "squared distance is the sum of both",
                ),
                ([0.4, 4, 4.4], "the first two are swapped"),
            ],
            confirm="9 + 4 + 4 + 1 + 4 = 22, over 5: the sum of the two parts.",
        ),
    ),
    "which-cure": choice(
        "b",
        options={
            "a": "the line's bias stays, whatever the number of points, and the bias "
            "is nearly all of it",
            "b": "Both errors lie far above the noise and near each other: bias. Of "
            "the four, richer fits lower that.",
            "c": "an average of such fits has nearly their bias",
            "d": "a price makes a fit stiffer, and this one is too stiff already",
        },
    ),
    "shortest": asked(
        "A model with three weights has to satisfy w1 + 2·w2 + 2·w3 = 18. Which of all "
        "solutions has the least sum of squared weights? Three numbers.",
        vector(
            [2, 4, 4],
            mistakes=[
                (
                    [18, 0, 0],
                    "a solution, with squares of 324; the shortest is a multiple of "
                    "(1, 2, 2)",
                ),
                (
                    [3.6, 3.6, 3.6],
                    "a solution with equal weights, squares of 38.9; the shortest is "
                    "a multiple of (1, 2, 2)",
                ),
                (
                    [6, 3, 3],
                    "a solution, with squares of 54; the shortest is a multiple of "
                    "(1, 2, 2)",
                ),
                (
                    [0, 4.5, 4.5],
                    "a solution, with squares of 40.5; the shortest uses all three",
                ),
                (
                    [6, 12, 12],
                    "the direction is right; divide by the squared length, 9, not "
                    "by the length, 3",
                ),
                (
                    [18, 36, 36],
                    "the direction is right; divide by the squared length, 9",
                ),
                (
                    [1, 2, 2],
                    "the direction is right; a·9 = 18 says how long it is",
                ),
                (
                    [1 / 3, 2 / 3, 2 / 3],
                    "the direction is right; its length is not: put it in",
                ),
            ],
            confirm="a·(1, 2, 2) with a·9 = 18; the sum of squares is 36.",
        ),
    ),
}
