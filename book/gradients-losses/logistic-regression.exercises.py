"""Exercises of the chapter *Logistic regression*.

Chapter: book/gradients-losses/logistic-regression.ipynb.
"""

import math

import numpy as np

from evidence.exercises import (
    Exercise,
    asked,
    bug,
    choice,
    function,
    number,
    vector,
)
from evidence.tasks import Mistake


def _against(z, y):
    """Return the scores against the labels: positive where they are wrong."""
    return np.where(np.asarray(y) == 1, -1.0, 1.0) * np.asarray(z, float)


def _loss(z, y):
    m = _against(z, y)
    return np.mean(np.maximum(m, 0) + np.log1p(np.exp(-np.abs(m))))


def _naive(z, y):
    z, y = np.asarray(z, float), np.asarray(y)
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-z))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def _clipped(z, y):
    z, y = np.asarray(z, float), np.asarray(y)
    with np.errstate(all="ignore"):
        p = np.clip(1 / (1 + np.exp(-z)), 1e-15, 1 - 1e-15)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def _overflowing(z, y):
    with np.errstate(all="ignore"):
        return np.mean(np.log1p(np.exp(_against(z, y))))


def _cancelling(z, y):
    z, y = np.asarray(z, float), np.asarray(y)
    softplus = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return np.mean(softplus - y * z)


def _summed(z, y):
    m = _against(z, y)
    return np.mean(np.maximum(m, 0) + np.log(1 + np.exp(-np.abs(m))))


KEEP_SMALL = (
    "the loss of people who are rightly classified is lost to rounding: turn the score "
    "by the label first, so that nothing cancels, and use np.log1p"
)
TO_NINE_DECIMALS = function(
    _loss,
    cases=[
        (np.array([0.0, 2.0, -1.0]), np.array([1, 0, 0])),
        (np.array([-30.0, 5.0, 12.0]), np.array([1, 1, 0])),
        (np.array([1000.0, -1000.0, 1000.0]), np.array([0, 1, 1])),
    ],
    mistakes=[
        (_naive, "p is rounded to 0 or 1 far out: keep to z, which is not"),
        (
            _clipped,
            "clipping p makes every loss beyond 34.5 the same: a score of 1000 against "
            "the label costs 1000",
        ),
        (
            _overflowing,
            "exp overflows for large scores: take the larger of z and 0 out of the "
            "logarithm",
        ),
        (
            lambda z, y: len(np.atleast_1d(z)) * _loss(z, y),
            "that is the sum over people; the mean is asked",
        ),
        (
            lambda z, y: -_loss(z, y),
            "that is the mean logarithm of the likelihood; the loss is its negative",
        ),
        (
            lambda z, y: _loss(z, 1 - np.asarray(y)),
            "the labels are the wrong way round: a high score of an ill person costs "
            "little",
        ),
    ],
    confirm="Nothing overflows, and nothing small is lost.",
)


def _to_nine_figures(answer) -> str:
    """Also ask what absolute differences cannot: small losses right as a share."""
    confirm = TO_NINE_DECIMALS.grade(answer)
    z, y = np.array([40.0, -60.0]), np.array([1, 0])
    if abs(answer(z, y) / _loss(z, y) - 1) > 1e-9:
        raise Mistake(KEEP_SMALL)
    return confirm


def _three_people(residual):
    rows = np.array([[1, 0], [1, 1], [1, 2]])
    z = rows @ [0, math.log(3)]
    return (rows.T @ residual(z, np.array([0, 1, 1])) / 3).tolist()


def _p(z):
    return 1 / (1 + np.exp(-z))


EXERCISES = {
    "three-people": asked(
        "Three people have the features (1, 0), (1, 1) and (1, 2), the first of which "
        "is the intercept's. The first person is healthy (y = 0), the others are ill "
        "(y = 1). What is the gradient of the mean cross-entropy of logistic "
        "regression at the weights (0, ln 3)? The answer is a list of two numbers.",
        vector(
            _three_people(lambda z, y: _p(z) - y),
            mistakes=[
                (
                    [0.15, -0.45],
                    "that is the sum over the three people; the loss is their mean",
                ),
                (
                    [-0.05, 0.15],
                    "that is downhill: the gradient has p - y, not y - p",
                ),
                (
                    _three_people(
                        lambda z, y: 2 * (_p(z) - y) * _p(z) * (1 - _p(z))
                    ),
                    "that is the gradient of the squared error; in that of "
                    "cross-entropy p(1 - p) cancels",
                ),
                (
                    _three_people(
                        lambda z, y: (_p(z) - y) * _p(z) * (1 - _p(z))
                    ),
                    "p(1 - p) cancels against the slope of the logarithm",
                ),
                (
                    _three_people(lambda z, y: z - y),
                    "the score has to go through the sigmoid first: p, not z",
                ),
                (
                    [-1 / 6, -0.5],
                    "that is the gradient at the weights (0, 0), where all p are 1/2",
                ),
            ],
            confirm="The intercept should fall, the other weight rise.",
        ),
    ),
    "stable-loss": Exercise(
        _to_nine_figures,
        TO_NINE_DECIMALS.right,
        (
            *TO_NINE_DECIMALS.wrong,
            (_summed, KEEP_SMALL),
            (_cancelling, KEEP_SMALL),
        ),
    ),
    "safe-step": asked(
        "Four people have the features (1, 2), (1, -2), (1, 1) and (1, -1), the first "
        "of which is the intercept's. Below which step size does gradient descent on "
        "the mean cross-entropy of logistic regression lower the loss with every step, "
        "whatever the labels? (The curvature of a person's loss in the score is at "
        "most 1/4.)",
        number(
            3.2,
            mistakes={
                8.0: "that takes ¼ alone, or the smallest eigenvalue, 4; the largest, "
                "10, decides",
                1.6: "that is 1 over the largest curvature; the loss falls up to twice "
                "as far",
                0.8: "both count: a person's curvature is at most 1/4, and the mean "
                "divides by four: X'X/16",
                0.2: "the curvature is X'X/(4n), not X'X",
                0.4: "each person's curvature is p(1 - p), at most 1/4, and the loss "
                "is a mean over four",
                0.625: "that is the largest curvature itself; the step is 2 over it",
                0.3125: "that is half the largest curvature; the step is 2 over it",
            },
            confirm="X'X has the entries 4 and 10, so that the largest curvature is "
            "10/16.",
        ),
    ),
    "longer-step": asked(
        "Logistic regression with one measurement, which is 1 for half of the people "
        "and -1 for the others, and no intercept. At the minimum of the mean "
        "cross-entropy every p is 0.2 or 0.8. Below which step size does gradient "
        "descent, once it is near the minimum, settle there?",
        number(
            12.5,
            mistakes={
                8.0: "that is safe anywhere: it counts every p(1 - p) as 1/4. At the "
                "minimum it is 0.16",
                6.25: "that is 1 over the curvature; up to twice as far a step still "
                "comes nearer",
                10.0: "the curvature of a person's loss in the score is p(1 - p), not "
                "p",
                2.5: "the curvature of a person's loss in the score is p(1 - p), not p",
                1.5625: "that is how many times the safe step; the step is asked",
                3.125: "that is in units of 1/λ, with λ = 1/4; the step is asked",
                4.0: "that is 1/λ: it counts every p(1 - p) as 1/4, and steps may be "
                "longer than 1 over the curvature",
                0.16: "that is the curvature at the minimum; the step is 2 over it",
                0.08: "that is half the curvature; the step is 2 over the curvature",
            },
            confirm="The curvature there is 0.16, and 2/0.16 = 12.5. The safe step is "
            "8: a longer one works where the minimum is flatter than the bound.",
        ),
    ),
    "newton-bug": bug(
        """
        step = np.linalg.solve(hessian(w, X), gradient(w, X, y))
        before = loss(w, X, y)
        w = w - step
        while loss(w, X, y) > before:
            step = step / 2
            w = w - step
        """,
        at=6,
        why_not={
            1: "that is Newton's jump, H times step = gradient",
            2: "what the jump is compared with: the loss before it, taken once",
            3: "the whole jump is tried first",
            4: "as long as the loss is higher than before, the jump was too long",
            5: "a half, then a quarter, and so on",
        },
        confirm="The whole jump was made already: half of it must be taken back, "
        "w + step. As it stands, each turn of the loop goes farther out.",
    ),
    "which-has-one": asked(
        "Logistic regression is fitted to an intercept and one measurement, without a "
        "penalty. The measurements of the healthy people are given to the left of the "
        "bar, those of the ill ones to its right. Which of these data sets has a "
        "finite solution?\n"
        "a: 1, 2, 3 | 4, 5, 6\n"
        "b: 1, 2, 5 | 4, 6, 7\n"
        "c: 1, 2, 3 | 3, 4, 5\n"
        "d: 2, 2, 2 | 5",
        choice(
            "b",
            {
                "a": "every healthy person is below 3.5 and every ill one above: "
                "weights can be stretched without end",
                "b": "A healthy person lies at 5 and ill ones at 4 and 6: unless all "
                "weights are 0, somebody is on the wrong side, and stretching costs.",
                "c": "both at 3 can be put on the plane, where they cost ln 2 each, "
                "and all others on their right side: stretching about that plane still "
                "pays",
                "d": "how few are ill does not matter: a plane between 2 and 5 is "
                "enough",
            },
        ),
    ),
    "which-check": asked(
        "A logistic regression with many features was fitted. The truth is unknown. "
        "Which check would show that its probabilities are too extreme?\n"
        "a: the accuracy on new people\n"
        "b: on the people fitted, the mean probability beside the share who are ill\n"
        "c: the gradient, which must be 0\n"
        "d: a logistic regression of new people's labels on their scores: its slope, "
        "beside 1",
        choice(
            "d",
            {
                "a": "stretching all weights leaves every decision, and so the "
                "accuracy, as it is",
                "b": "with an intercept these two are equal at the minimum, however "
                "extreme the probabilities: its entry of the gradient is 0",
                "c": "it is 0 at the minimum, and the minimum is what is too extreme",
                "d": "A slope below 1 says by how much the scores of new people have "
                "to be shrunk.",
            },
        ),
    ),
}
