"""Exercises of the chapter *Dropout*.

Chapter: book/generalization/dropout.ipynb.
"""

import numpy as np

from evidence.exercises import asked, choice, function, number, vector

RNG = np.random.default_rng(0)
CASES = [
    (RNG.normal(size=(3, 5)), RNG.uniform(size=(3, 5)), p, training)
    for p, training in (
        (0.2, True),
        (0.5, True),
        (0.8, False),
        (0.2, False),
    )
]


def _inverted(h, u, p, training):
    return h * (u >= p) / (1 - p) if training else h


EXERCISES = {
    "kept": number(
        5,
        mistakes={
            3.2: "it is divided by 1 − p, to make up for those dropped",
            20: "divide by the chance to be kept, 0.8, not by that to be dropped",
            4: "that is original dropout; evaluation would have to scale",
            0.8: "that is the ratio's share; the unit is kept",
        },
        confirm="4 / 0.8: with probability 0.8, so that the mean is 4.",
    ),
    "inverted": function(
        _inverted,
        cases=CASES,
        mistakes=[
            (
                lambda h, u, p, training: h * (u >= p) if training else h,
                "in training kept values are divided by 1 − p",
            ),
            (
                lambda h, u, p, training: (
                    h * (u >= p) if training else (1 - p) * h
                ),
                "that is original dropout",
            ),
            (
                lambda h, u, p, training: h * (u >= p) / (1 - p),
                "in evaluation nothing is dropped",
            ),
            (
                lambda h, u, p, training: (
                    h * (u >= p) / p if training else h
                ),
                "divide by the chance to be kept, 1 − p",
            ),
            (
                lambda h, u, p, training: (
                    h * (u < p) / (1 - p) if training else h
                ),
                "drop where u < p; those were kept",
            ),
        ],
        confirm="Evaluation has nothing to undo.",
    ),
    "factor": asked(
        "A ReLU network with two hidden layers and no biases was trained with original "
        "dropout, p = 0.2, on both. In evaluation somebody multiplies the weights "
        "behind dropped units by p, not by 1 − p. By what are the logits multiplied, "
        "compared with the right rule?",
        number(
            1 / 16,
            mistakes={
                0.25: "that is for one layer; there are two",
                0.04: "the right rule multiplies, too, by 0.8 each time",
                16: "turn it round: they become smaller",
                0.64: "that is the right rule compared with nothing",
                1
                / 64: "there are two layers of weights behind dropped units",
            },
            confirm="p/(1 − p) = 1/4 for each of the two layers.",
        ),
    ),
    "geometric": asked(
        "Two networks, equally likely, give the first of two classes the probabilities "
        "0.9 and 0.5. Which probability does the normalized geometric mean of the two "
        "networks give it?",
        number(
            0.75,
            mistakes={
                0.7: "that is the arithmetic mean",
                0.45: "that is the product; take roots, and normalize",
                0.67082: "divide by the sum of both classes' geometric means",
                0.9: "those are the products, normalized; take roots first",
                0.25: "that is the second class",
            },
            confirm="The odds are 9 and 1; their geometric mean is 3.",
        ),
    ),
    "which-control": choice(
        "c",
        options={
            "a": "the same comparison at another share has the same open end",
            "b": "that makes the same fall more certain, not what it means",
            "c": "The copies fall less and classify every image as before: falling "
            "less does not say that a network overfits less.",
            "d": "that changes the network; what its fall would mean stays open",
        },
    ),
    "prices": vector(
        [2, 5],
        mistakes=[
            ([1.6, 4], "p is divided by 1 − p"),
            ([32, 80], "that is (1 − p)/p"),
            ([10, 25], "that is 1/(1 − p); multiply by p"),
            ([5, 2], "the larger column has the higher price"),
            ([0.5, 1.25], "p/(1 − p) is 1/4, not squared"),
            ([6.4, 16], "that is 1 − p; the price grows with p"),
        ],
        confirm="p/(1 − p) is 1/4.",
    ),
}
