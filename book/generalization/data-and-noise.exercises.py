"""Exercises of *Data and noise*.

Chapter: book/generalization/data-and-noise.ipynb.
"""

from scipy.stats import norm

from evidence.exercises import asked, bug, number


def samples(best):
    """Return how many lead to 0.005 below an accuracy, from 400 at 0.828."""
    return 400 * (best - 0.828) / 0.005


EXERCISES = {
    "how-many": asked(
        "Two equally frequent classes have independent normal features with standard "
        "deviations 3 and 1. Their means are 3 apart in the first feature, 2 in the "
        "second. A method has an accuracy of 0.828 with 400 samples; each doubling "
        "halves what it lacks to the best accuracy there can be. With how many samples "
        "is it within 0.005 of the best?",
        number(
            samples(norm.cdf(5**0.5 / 2)),
            mistakes={
                samples(
                    norm.cdf(13**0.5 / 2)
                ): "measure each distance in units of its standard deviation",
                samples(norm.cdf(5**0.5)): "the cut lies halfway: Φ of Δ/2",
                samples(
                    norm.cdf(2.5)
                ): "Δ² is 5; take the root, and half of it",
                samples(
                    norm.cdf(1.5)
                ): "distances along two directions add by their squares",
                samples(
                    norm.cdf(1)
                ): "that is for the second feature alone",
                samples(
                    norm.cdf((1 / 9 + 4) ** 0.5 / 2)
                ): "divide by the standard deviation, not by its square",
                samples(
                    norm.cdf(7**0.5 / 2)
                ): "square the standard deviations, too: (3/3)² + (2/1)²",
                samples(1): "the best accuracy is not 1: compute it",
                400
                * 8
                ** 2: "that is for what falls like 1/√n; each doubling halves it",
                1600: "two doublings leave a quarter of 0.04: one more is needed",
                6400: "four doublings leave a sixteenth; an eighth is enough",
                norm.cdf(
                    5**0.5 / 2
                ): "that is the best accuracy; how many samples lead near it",
                0.863: "that is the accuracy asked for, not how many samples give it",
            },
            confirm="Δ² = 1 + 4, the best accuracy 0.868: 0.04 lack at 400 samples, "
            "0.02 at 800, 0.01 at 1,600.",
        ),
    ),
    "moved-boundary": asked(
        "A quarter of the training labels of class 0 are wrong, whatever the input, "
        "none of class 1. Above which true probability of class 1 does the best rule "
        "for these labels say 1?",
        number(
            1 / 3,
            mistakes={
                0.5: "that is so if both classes have the same share of wrong labels",
                2 / 3: "that is for wrong labels in class 1 alone",
                0.625: "that is the share of labels 1 where the true one is a half; "
                "ask where the share is a half",
                0.25: "a quarter is added of 1 - η, not of 1",
                0.4: "labels 1 become more by a quarter of 1 - η, not of η",
            },
            confirm="η + 0.25 (1 - η) is above a half.",
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
