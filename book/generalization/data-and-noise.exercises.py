"""Exercises of *Data and noise*.

Chapter: book/generalization/data-and-noise.ipynb.
"""

from scipy.stats import norm

from evidence.exercises import asked, bug, number

EXERCISES = {
    "best-accuracy": asked(
        "Two equally frequent classes have independent normal features with standard "
        "deviations 3 and 1. Their means are 3 apart in the first feature, 2 in the "
        "second. What is the highest accuracy that a classifier can have on new "
        "samples?",
        number(
            norm.cdf(5**0.5 / 2),
            mistakes={
                norm.cdf(
                    13**0.5 / 2
                ): "measure each distance in units of its standard deviation",
                norm.cdf(5**0.5): "the cut lies halfway: Δ/2",
                norm.cdf(2.5): "that is Δ²/2; take the root",
                norm.cdf(
                    1.5
                ): "distances along two directions add by their squares",
                norm.cdf(1): "that is the second feature alone",
                norm.cdf(0.5): "that is the first feature alone",
                5**0.5 / 2: "that is Δ/2; the accuracy is Φ of it",
                norm.cdf(
                    (1 / 9 + 4) ** 0.5 / 2
                ): "divide by the standard deviation, not by its square",
                norm.cdf(
                    7**0.5 / 2
                ): "square the standard deviations, too: (3/3)² + (2/1)²",
            },
            confirm="Δ² = 1 + 4.",
        ),
    ),
    "how-many": asked(
        "With equal updates, a method has an accuracy of 0.80 with 100 samples, 0.84 "
        "with 200, 0.86 with 400. Let each doubling go on to gain half as much as the "
        "last one. With how many samples is the accuracy within 0.005 of where the "
        "curve ends?",
        number(
            1600,
            mistakes={
                800: "there half of what is lacking at 400 is left: 0.01",
                6400: "that is for an error that falls like 1/√n; here each doubling "
                "halves it",
                3200: "three doublings leave an eighth; a quarter is asked",
                0.88: "that is where the curve ends, not how many samples take it near",
                0.875: "that is the accuracy asked for, not how many samples give it",
                11200: "0.14 lack to 1, but gains that halve end at 0.88",
            },
            confirm="0.02 lack at 400, as much as the last doubling gained: 0.01 at "
            "800, 0.005 at 1,600.",
        ),
    ),
    "moved-boundary": asked(
        "A fifth of the training labels of class 1 are wrong, whatever the input, none "
        "of class 0. Above which true probability of class 1 does the best rule for "
        "these labels say 1?",
        number(
            0.625,
            mistakes={
                0.5: "that is so if both classes have the same share of wrong labels",
                0.4: "that is the share of labels 1 where the true one is a half; ask "
                "where the share is a half",
                0.6: "0.8 of η has to be a half",
                0.8: "that is what is left of η where it is 1",
                5
                / 12: "labels 1 become fewer, so more is needed: η times 0.8",
                0.375: "that is for wrong labels in class 0 alone",
            },
            confirm="0.8 η is above a half.",
        ),
    ),
    "noisy-copies": number(
        4 / 5.5,
        mistakes={
            0.8: "that is least squares without noise",
            4 / 5.25: "each of the two samples adds σ²",
            4 / 6: "the price has the square of the standard deviation",
            4 / 7: "two samples, each with the square of ½",
            4 / 5.125: "the square of ½ is ¼, and there are two samples",
        },
        confirm="A price of 2 · ¼ on w².",
    ),
    "leak": bug(
        """
        def score(x, y, folds=10):
            fold, right = np.arange(len(y)) % folds, []
            x = np.where(np.isnan(x), means(x, y)[y], x)
            for k in range(folds):
                seen, held = fold != k, fold == k
                guess = nearest(x[seen], y[seen], x[held])
                right.append(guess == y[held])
            return np.concatenate(right).mean()
        """,
        at=3,
        why_not={
            2: "folds by position know no label",
            4: "each fold is held out once",
            5: "the held-out fold is what is not seen",
            6: "the nearest of those seen; but what stands in x?",
            7: "compared with the fold's own labels",
            8: "each person counts once",
        },
        confirm="Each gap is filled by the mean of those with the same label, so every "
        "number filled in tells it. Fill with the means of all who are seen, within "
        "the fold.",
    ),
}
