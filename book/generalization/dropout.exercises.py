"""Exercises of the chapter *Dropout*.

Chapter: book/generalization/dropout.ipynb.
"""

from evidence.exercises import asked, bug, choice, number, vector

EXERCISES = {
    "two-forms": bug(
        """
    def dropout(h, p, training, rng):
        kept = rng.random(h.shape) >= p
        if training:
            return h * kept / (1 - p)
        return (1 - p) * h
    """,
        at=5,
        why_not={
            1: "a layer needs to know whether it is training",
            2: "a number between 0 and 1 is at least p with probability 1 - p",
            3: "units are dropped in training, and only there",
            4: "that is inverted dropout: kept values are divided by the chance to be "
            "kept, and evaluation must not scale then",
        },
        confirm="That is what original dropout needs. Here training has divided "
        "already: return h.",
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
                / 80: "that is for all parameters; here the first layer's weights stay",
                0.2: "the right rule multiplies, too, and there are two layers",
                1: "the rules are equal at p = 0.5 only",
                0.5: "that is all parameters at p = 0.5, compared with the right rule",
                1
                / 64: "there are two layers of weights behind dropped units",
            },
            tolerance=0.0026,  # 0.06 is 1/16, too
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
        "b",
        options={
            "a": "that makes the same difference more certain, and does not say where "
            "it comes from",
            "b": "The two differ in width, too, and copies have shown that more units "
            "alone can lower the fall.",
            "c": "at another share the two differ in the same two ways",
            "d": "that makes the same difference more certain, and does not say where "
            "it comes from",
        },
    ),
    "prices": vector(
        [2, 5],
        mistakes=[
            ([1.6, 4], "p is divided by 1 − p"),
            ([8, 20], "that is what p/(1 − p) multiplies"),
            (
                [0.70711, 1.11803],
                "the sums of squares count, not their roots",
            ),
            (
                [2.82843, 4.47214],
                "p/(1 − p) multiplies the sums, not their roots",
            ),
            ([32, 80], "that is (1 − p)/p"),
            ([10, 25], "that is 1/(1 − p); multiply by p"),
            ([5, 2], "the larger column has the higher price"),
            ([0.5, 1.25], "p/(1 − p) is 1/4, not squared"),
            ([6.4, 16], "that is 1 − p; the price grows with p"),
            (
                [1.28, 3.2],
                "that is the variance of masks of 0 and 1; inverted: p/(1 − p)",
            ),
        ],
        confirm="p/(1 − p) is 1/4.",
    ),
}
