"""Exercises of *Regularization norms: L0, L1, L2*.

Chapter: book/generalization/regularization-norms.ipynb.
"""

from evidence.exercises import asked, bug, choice, number, vector

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
                    [1.2, -0.2, -0.8, 0.5],
                    "that is ridge: it divides by 1 + λ",
                ),
                (
                    [1.3, -0.2, -0.8, 0.5],
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
                (
                    [1.5, 0.6, -2.5, 0],
                    "toward 0 from both sides, and no farther than 0",
                ),
                (
                    [1.5, -1.4, -2.5, 0],
                    "toward 0 from both sides, and no farther than 0",
                ),
                (
                    [2.5, 0, -1.5, 1],
                    "that is the hard threshold: the survivors move too",
                ),
            ],
            confirm="The entry that lies on the threshold becomes 0.",
        ),
    ),
    "who-holds": choice(
        "c",
        options={
            "a": "its slope fades toward 0, so that the least pull moves the weight",
            "b": "its corners are where the two weights are equal in size: for a large "
            "z₂ it leaves w₁ alone or ties it to w₂; both are 0 where |z₁| + |z₂| ≤ λ",
            "c": "That is an elastic net: the absolute value brings the corner on the "
            "axis, the square takes nothing of it away.",
            "d": "a smooth valley holds nothing: w = z/(1 + 2λ) for the price λ",
        },
    ),
    "too-many-zeros": bug(
        """
        for x, y in batches:
            loss = cross_entropy(net(x, w), y)
            loss = loss + lam * abs(w).sum()
            slope = gradient(loss, w)
            w = w - rate * slope
            w = sign(w) * maximum(abs(w) - rate * lam, 0)
        """,
        at=3,
        why_not={
            2: "the fit to the data is all that the gradient step is for",
            4: "the gradient is to be taken at the weights of this step",
            5: "a step against the slope, then the threshold: that order is right",
            6: "a step of length rate along a slope of lam is rate * lam long, and so "
            "is the threshold",
        },
        confirm="The penalty is paid twice: once by the gradient, once by the "
        "threshold. With proximal steps the gradient is that of the data alone.",
    ),
    "which-pays": vector(
        [0, 2, 2],
        tolerance=0,
        mistakes=[
            (
                [1, 2, 2],
                "one weight as large as the noise stands out of sixty samples: L0 "
                "leaves it its size, L1 shrinks it",
            ),
            (
                [0, 1, 2],
                "where all ten matter there is no zero to be found",
            ),
            (
                [0, 0, 2],
                "where all ten matter there is no zero to be found",
            ),
            (
                [0, 2, 0],
                "in such noise L0 drops a true feature or keeps a false one at full "
                "size",
            ),
            (
                [0, 2, 1],
                "in such noise nothing shows which two matter: L1 still bets on a few",
            ),
            (
                [1, 1, 1],
                "L1 is between the others in each, and the best in none",
            ),
            (
                [0, 1, 1],
                "a compromise is not the best where all ten matter, nor in such noise",
            ),
            (
                [2, 2, 2],
                "one weight as large as the noise stands out of sixty samples",
            ),
        ],
        confirm="L0 and L1 bet on few features, and win where the data show which. At "
        "noise 4 even L2 is hardly better than no feature at all.",
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
    "three-true": number(
        1 / 3,
        mistakes={
            1
            / 2: "that is for two true features: the decoy feels r for each of them",
            1
            / 3
            ** 0.5: "that is the limit for the correlation with the sum of the "
            "three, which is √3 times r",
            1
            / 2
            ** 0.5: "that is the limit for the correlation with the sum of two",
            0.7: "that is the limit for the correlation with the sum of two",
            1: "each true feature pulls with λ, and the decoy feels all three",
        },
        confirm="It feels r (λ + λ + λ), and stays out while that is at most λ.",
    ),
}
