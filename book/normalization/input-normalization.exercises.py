"""Exercises of the chapter *Input normalization and whitening*.

Chapter: book/normalization/input-normalization.ipynb.
"""

import numpy as np

from evidence.exercises import asked, bug, choice, function, number

RNG = np.random.default_rng(0)
CASES = [
    (RNG.normal(size=(n, p)) @ RNG.normal(size=(p, p)) + 3,)
    for n, p in ((5, 2), (7, 3), (9, 4))
]


def _zca(x, power=-0.5, back=True, shift=True, unbiased=False):
    values, v = np.linalg.eigh(np.cov(x.T, bias=not unbiased))
    matrix = v * values**power
    if back:
        matrix = matrix @ v.T
    return (x - shift * x.mean(0)) @ matrix


def _cholesky(x):
    factor = np.linalg.cholesky(np.cov(x.T, bias=True))
    return np.linalg.solve(factor, (x - x.mean(0)).T).T


EXERCISES = {
    "share-of-lines": asked(
        "The data fill a disc of radius 1 whose center lies 2 from the origin. Which "
        "share of the lines through the origin, all directions equally likely, cuts "
        "the disc?",
        number(
            1 / 3,
            mistakes={
                1 / 6: "a line may pass the center on either side",
                2
                / 3: "a line has no direction: a turn by 180° gives it back",
                1 / 2: "that is the ratio; its arc sine is the angle",
                0.5236: "that is the angle, 30°, in radians",
                30: "that is the angle on one side, in degrees",
                60: "that is the angle, out of 180 degrees",
            },
            confirm="The line may lie up to 30° off, on two sides, out of 180°.",
        ),
    ),
    "from-the-mean": asked(
        "Least squares with an intercept, and one feature of mean 3 and variance 1. In "
        "about how many steps does gradient descent, at its best rate, reach a "
        "millionth of its first excess loss? (Take κ/4 times ln 10⁶, κ being the "
        "condition number.)",
        number(
            411,
            tolerance=9,
            mistakes={
                119: "that is κ; the steps are about 3.5 times as many",
                38: "that is 3.5 times an eigenvalue; κ is the ratio of both",
                35: "10 is an entry of H, 1 + m²; κ is the ratio of its eigenvalues",
                31: "9 is m²; κ is the ratio of the eigenvalues of H",
                822: "the loss is a square of the error: it needs half of that",
                1644: "a step multiplies the loss by about e to the power -4/κ: "
                "divide by 4",
            },
            confirm="The eigenvalues add up to 11 and have the product 1: κ is 119.",
        ),
    ),
    "zca": function(
        _zca,
        cases=CASES,
        mistakes=[
            (
                lambda x: _zca(x, back=False),
                "that is PCA whitening; turn it back with the transpose of V",
            ),
            (
                lambda x: _zca(x, power=-1.0),
                "divide by the root of the eigenvalues: they are variances",
            ),
            (lambda x: _zca(x, shift=False), "subtract the mean first"),
            (
                lambda x: _zca(x, unbiased=True),
                "that divides by n − 1; use bias=True",
            ),
            (
                lambda x: (x - x.mean(0)) / x.std(0),
                "that standardizes; correlations are still there",
            ),
            (
                lambda x: _zca(x, power=0.5),
                "that stretches what is long already; divide by the root",
            ),
            (
                lambda x: _zca(x, back=False)[:, ::-1],
                "that is PCA whitening; turn it back with the transpose of V",
            ),
            (
                _cholesky,
                "that whitens, from a Cholesky factor; turn it back to the old axes",
            ),
        ],
        confirm="Of all whitenings it changes the data least.",
    ),
    "which-run": asked(
        "A network learns 100 whitened images and tests worse than on standardized "
        "pixels. Which run, beside the whitened one, shows whether enlarging the "
        "directions of small variance does it?\n"
        "a: whitened, twice the steps\n"
        "b: whitened, twice the images\n"
        "c: the same directions, each at its own spread, rows as long on average\n"
        "d: standardized pixels, twice the images",
        choice(
            "c",
            {
                "a": "more steps change how far training goes, not what is enlarged",
                "b": "another number of images changes the noise and the fit together",
                "c": "The same directions, not enlarged: nothing else has changed.",
                "d": "images and treatment change together, so two things change",
            },
        ),
    ),
    "leak": bug(
        """
        order = rng.permutation(len(x))
        x, y = x[order], y[order]
        best = np.argsort(np.abs(np.corrcoef(x.T, y)[-1, :-1]))[-10:]
        for rows in np.array_split(np.arange(len(x)), 5):
            rest = np.setdiff1d(np.arange(len(x)), rows)
            mean, std = x[rest].mean(0), x[rest].std(0)
            model.fit((x[rest] - mean)[:, best] / std[best], y[rest])
            right = model.predict((x[rows] - mean)[:, best] / std[best]) == y[rows]
            scores.append(right.mean())
        """,
        at=3,
        why_not={
            1: "an order drawn without looking at anything leaks nothing",
            2: "rows and labels stay together",
            4: "each row is a test row once",
            5: "the rest is what is not tested",
            6: "mean and spread come from the training rows",
            7: "the model sees training rows; which columns was decided earlier",
            8: "test rows meet the training rows' mean and spread, as they should",
            9: "the mean of the folds is what is asked",
        },
        confirm="It has seen the labels of the rows that are tested later. Move it "
        "into the loop.",
    ),
}
