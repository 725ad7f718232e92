"""Exercises of *Bagging, boosting and random forests*.

Chapter: book/classical/ensembles.ipynb.
"""

import numpy as np

from evidence.exercises import asked, bug, choice, number, vector

_ALPHA = float(np.log(4) / 2)

EXERCISES = {
    "ten-models": asked(
        "Ten models each have variance 4 at a point, and any two of them the "
        "correlation 0.3. What is the variance of their mean?",
        number(
            1.48,
            mistakes={
                0.4: "that is for uncorrelated models: each pair adds its covariance",
                1.2: "that is what remains of ever more models; ten leave more",
                0.28: "that is the part that shrinks; ρσ² stays",
                4: "that is one model's variance",
                0.37: "times σ², which is 4",
                0.94: "each pair counts twice, in both orders",
                1.6: "only (1 - ρ)σ² is divided by ten",
                2.92: "ρ and 1 - ρ are exchanged",
                5.92: "4 is the variance, not the standard deviation",
                0.74: "that has σ in the place of σ²",
            },
            confirm="0.3 · 4 stays, however many there are, and 0.7 · 4 is divided by "
            "ten.",
        ),
    ),
    "no-bag": bug(
        """
        def forest(X, y, new, count, rng):
            total = np.zeros(len(new))
            for _ in range(count):
                rows = rng.permutation(len(X))
                tree = DecisionTreeRegressor()
                tree.fit(X[rows], y[rows])
                total += tree.predict(new)
            return total / count
        """,
        at=4,
        why_not={
            2: "the sum begins at nothing",
            3: "that many trees were asked for",
            5: "a fully grown tree that tries all features: as bagging has it",
            6: "inputs and targets of the same rows belong together",
            7: "each tree adds its prediction, all alike",
            8: "the sum over the number of trees is their mean",
        },
        confirm="A permutation is every sample once: each tree is grown from the same "
        "sample. rng.integers(len(X), size=len(X)) draws with replacement.",
    ),
    "new-weights": asked(
        "AdaBoost begins with ten samples of equal weight, and its first classifier "
        "is wrong on two of them. Give its weight α = ½ ln((1 - ε)/ε) in the vote and "
        "then, once the new weights sum to 1, the weight of a sample it had wrong and "
        "that of a sample it had right. Three numbers.",
        vector(
            [_ALPHA, 1 / 4, 1 / 16],
            tolerance=0.01,
            mistakes=[
                (
                    [2 * _ALPHA, 1 / 4, 1 / 16],
                    "the weights are right; α has a factor ½",
                ),
                (
                    [2 * _ALPHA, 2 / 5, 1 / 40],
                    "α has a factor ½",
                ),
                (
                    [_ALPHA, 1 / 5, 1 / 20],
                    "these are not yet divided by their sum",
                ),
                (
                    [_ALPHA, 1 / 16, 1 / 4],
                    "the samples that were wrong get the larger weight",
                ),
                (
                    [_ALPHA, 1 / 2, 1 / 2],
                    "that is what each group has together; divide by its number",
                ),
                (
                    [_ALPHA, 1 / 6, 1 / 12],
                    "wrong ones grow by e^α, right ones shrink by e^-α: a factor of 4 "
                    "between them",
                ),
            ],
            confirm="The two that were wrong have one half together, and so have the "
            "eight.",
        ),
    ),
    "which-control": choice(
        "b",
        options={
            "a": "that shows that the error goes on rising, not why",
            "b": "The same inputs, trees and rate, and only the noise is gone.",
            "c": "that changes how fast it fits, of signal and noise alike",
            "d": "that changes the method, and with it more than the noise",
        },
    ),
}
