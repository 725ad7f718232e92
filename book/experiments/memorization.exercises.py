"""Exercises of the chapter *Memorizing or generalizing?*.

Chapter: book/experiments/memorization.ipynb.
"""

from evidence.exercises import asked, choice, number, vector

EXERCISES = {
    "three-knots": asked(
        "The function w1·max(t − 0, 0) + w2·max(t − 1, 0) + w3·max(t − 2, 0) is to be "
        "1, 0 and 1 at t = 1, 2 and 4. Which are its three weights? And, as fourth "
        "number: how many weights do two layers take, by 2n + d, to give any labels to "
        "100 points in eight dimensions?",
        vector(
            [1, -2, 1.5, 208],
            mistakes=[
                (
                    [1, 0, 1, 208],
                    "those are the targets; each unit adds to the earlier",
                ),
                ([1, -2, 3, 208], "at t = 4 the third unit is 2, not 1"),
                ([1, -1, 1, 208], "at t = 2 the first unit is 2, not 1"),
                ([1, -1, 0, 208], "at t = 2 the first unit is 2, not 1"),
                ([1, -2, 1, 208], "at t = 4 the units are 4, 3 and 2"),
                (
                    [1, -2, 0.5, 208],
                    "at t = 4 the first two give 4 − 6, and 1 is wanted",
                ),
                (
                    [1, -2, -0.5, 208],
                    "at t = 4 the first two give 4 − 6, and 1 is wanted",
                ),
                (
                    [1, -2, -1, 208],
                    "at t = 4 the first two give 4 − 6, and 1 is wanted",
                ),
                (
                    [1, -2, 1.5, 200],
                    "the direction has a weight for each dimension, too",
                ),
                (
                    [1, -2, 1.5, 108],
                    "each point has a knot of its own, too",
                ),
                (
                    [1, -2, 1.5, 1000],
                    "one direction serves all points",
                ),
            ],
            confirm="1; 2 − 2 = 0; 4 − 6 + 3 = 1; and 2·100 + 8 = 208.",
        ),
    ),
    "which-run": choice(
        "b",
        options={
            "a": "A and B would still differ in two ways",
            "b": "A and B differ in width and steps; beside this run B differs only in "
            "width.",
            "c": "that makes the same difference more certain, and does not say where "
            "it comes from",
            "d": "true labels do not have to be stored one by one",
        },
    ),
    "cosine": asked(
        "Logistic regression without intercept, all weights 0, so that every "
        "probability is 1/2. One sample is x = (3, 4) with y = 1, another x = (4, 3) "
        "with y = 0. What is the cosine between their gradients of cross-entropy?",
        number(
            -0.96,
            mistakes={
                0.96: "the labels differ, so the errors p − y have opposite signs",
                24: "that is the inputs' inner product; divide by both lengths, and "
                "mind the labels",
                -24: "divide by both lengths",
                -6: "that is the gradients' inner product; divide by both lengths",
                6: "the errors p − y have opposite signs; and divide by both lengths",
                -0.24: "the gradients' lengths are 5/2, not 5",
                0.24: "the gradients' lengths are 5/2, not 5, and the labels differ",
                -1: "the inputs are not on one line through 0",
            },
            confirm="The gradients are −(3, 4)/2 and (4, 3)/2. A small step on either "
            "raises the loss of the other.",
        ),
    ),
    "agreement": asked(
        "Of 200 training labels of two classes 10 are flipped, and each training "
        "point is the nearest one of as many new points. A network gives every new "
        "point the label that its nearest training point had before flipping. On "
        "which share of new points does it agree with the nearest neighbor's rule?",
        number(
            0.95,
            mistakes={
                0.05: "that is where the two differ",
                1: "the nearest neighbor's rule takes the labels as they are, flipped "
                "ones included",
                0.9: "a flip costs one point's share, not two: there are 10 in 200",
                0.5: "only where the nearest label is flipped do the two differ",
                95: "right, in percent: between 0 and 1 is asked",
                0.9025: "the network makes no mistake of its own here",
            },
            tolerance=0.004,
            confirm="It has memorized nothing, and agrees on 95 %.",
        ),
    ),
}
