"""Exercises of *Generative and discriminative models*.

Chapter: book/classical/generative-discriminative.ipynb.
"""

import numpy as np

from evidence.exercises import asked, choice, vector

_PRIOR = np.log(4)  # one in five is ill


def _at_four(border):
    """Return the probability of illness at 4, with w = 1."""
    return 1 / (1 + np.exp(border - 4))


EXERCISES = {
    "two-bells": asked(
        "A measurement is Gaussian with variance 4 in both classes, with mean 0 in "
        "healthy and 4 in ill people; one person in five is ill. From which "
        "measurement on is a person more likely ill than healthy, and what is the "
        "probability that a person with 4 is ill? Two numbers.",
        vector(
            [2 + _PRIOR, _at_four(2 + _PRIOR)],
            mistakes=[
                (
                    [2, _at_four(2)],
                    "that leaves out that one in five is ill",
                ),
                (
                    [2 - _PRIOR, _at_four(2 - _PRIOR)],
                    "the ill are the rarer: that moves the border toward them",
                ),
                (
                    [2 + np.log(5), _at_four(2 + np.log(5))],
                    "the odds of one in five are 1 to 4, not 1 to 5",
                ),
                (
                    [2 + _PRIOR / 2, 1 / (1 + np.exp(_PRIOR - 4))],
                    "divide by the variance, 4, not by the spread, 2",
                ),
                (
                    [2 + 4 * _PRIOR, 1 / (1 + np.exp(_PRIOR - 0.5))],
                    "4 is the variance, not the spread: w = (4 - 0)/4",
                ),
                (
                    [2 + _PRIOR / 4, 1 / (1 + np.exp(_PRIOR - 8))],
                    "w is the difference of the means over the variance: 4/4",
                ),
                (
                    [2 + _PRIOR, 4 - 2 - _PRIOR],
                    "those are the log-odds at 4; σ makes a probability of them",
                ),
                (
                    [2 + _PRIOR, 1 - _at_four(2 + _PRIOR)],
                    "that is the probability that she is healthy",
                ),
            ],
            confirm="w = 1 and b = -2 - ln 4: the border lies at 2 + ln 4, and the "
            "log-odds at 4 are 2 - ln 4.",
        ),
    ),
    "which-control": choice(
        "a",
        options={
            "a": "Little is left to estimate, and it still errs about 0.07 more than "
            "the best border, about as much as it was behind: the assumption.",
            "b": "that says how far logistic regression was from the best border, and "
            "nothing about naive Bayes",
            "c": "that makes the difference surer, and leaves both causes possible",
            "d": "that makes the assumption falser at as few people; if the error "
            "grows, few people may still cause the part that was there",
        },
    ),
    "midway": vector(
        [10, 2],
        mistakes=[
            (
                [5, 1],
                "that is midway between the medians, 2 and 8; LDA takes means",
            ),
            (
                [5, 0],
                "that is midway between the medians, 2 and 8; LDA takes means",
            ),
            (
                [4.5, 0],
                "that is midway between the nearest two: the widest margin",
            ),
            ([10, 0], "6 and 8 are ill and lie below 10"),
            ([10, 1], "6 and 8 are ill and lie below 10"),
            ([10, 3], "40 lies above 10, and is ill: right"),
            ([10, 4], "those are the people who are right"),
            ([21.5, 2], "a border midway between 3 and 40? Take the means"),
            ([20.5, 2], "that is midway between the least and the largest"),
        ],
        confirm="The means are 2 and 18. Two of the three ill people are lost to the "
        "third.",
    ),
    "band": asked(
        "A linear support vector machine has w = (3, 4) and b = -10. Three people: an "
        "ill one with x = (3, 1), a healthy one with x = (2, 1), an ill one with "
        "x = (2.2, 1). How wide is the band between the scores -1 and 1, and what is "
        "the sum of the three hinge losses? Two numbers.",
        vector(
            [0.4, 1.4],
            mistakes=[
                (
                    [0.2, 1.4],
                    "that is the distance from the border to one side",
                ),
                ([0.08, 1.4], "2/|w|, not 2/|w|²"),
                ([2 / 7, 1.4], "|w| is the root of 3² + 4², not 3 + 4"),
                ([2, 1.4], "that is its width in the score; divide by |w|"),
                ([10, 1.4], "that is 2|w|; divide by |w|"),
                (
                    [0.4, 0.4],
                    "the healthy one has the score 0, and pays 1: she is in the band",
                ),
                (
                    [0.4, 1.0],
                    "the last one is right, but in the band: 1 - 0.6",
                ),
                ([0.4, 0], "whoever is in the band pays, though right"),
                (
                    [0.4, -0.6],
                    "the first has m = 3 and pays nothing, not 1 - 3",
                ),
                (
                    [0.4, 3.6],
                    "those are the scores; a loss is max(0, 1 - m)",
                ),
            ],
            confirm="The scores are 3, 0 and 0.6; the losses 0, 1 and 0.4.",
        ),
    ),
}
