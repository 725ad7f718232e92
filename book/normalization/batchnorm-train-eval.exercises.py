"""Exercises of *BN statistics in training and evaluation*.

Chapter: book/normalization/batchnorm-train-eval.ipynb.
"""

import warnings

import numpy as np

from evidence.exercises import choice, function, number


def _update(running_mean, running_var, x, momentum):
    return _mix(
        running_mean, running_var, x.mean(0), x.var(0, ddof=1), momentum
    )


def _mix(running_mean, running_var, mu, var, momentum):
    return (
        (1 - momentum) * running_mean + momentum * mu,
        (1 - momentum) * running_var + momentum * var,
    )


def _biased(running_mean, running_var, x, momentum):
    return _mix(running_mean, running_var, x.mean(0), x.var(0), momentum)


def _reversed(running_mean, running_var, x, momentum):
    return _update(running_mean, running_var, x, 1 - momentum)


def _reversed_and_biased(running_mean, running_var, x, momentum):
    return _biased(running_mean, running_var, x, 1 - momentum)


def _deviation(running_mean, running_var, x, momentum):
    return _mix(
        running_mean, running_var, x.mean(0), x.std(0, ddof=1), momentum
    )


def _over_units(running_mean, running_var, x, momentum):
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # one unit has no variance of its own
        var = x.var(1, ddof=1)
    return _mix(running_mean, running_var, x.mean(1), var, momentum)


def _by_units(running_mean, running_var, x, momentum):
    with np.errstate(divide="ignore", invalid="ignore"):
        var = x.var(0) * np.divide(x.shape[1], x.shape[1] - 1)
    return _mix(running_mean, running_var, x.mean(0), var, momentum)


def _last_batch(running_mean, running_var, x, momentum):
    return x.mean(0), x.var(0, ddof=1)


def _cases():
    rng = np.random.default_rng(0)
    return [
        (np.zeros(3), np.ones(3), rng.normal(2, 3, size=(3, 3)), 0.1),
        (
            rng.normal(size=2),
            rng.uniform(1, 2, size=2),
            rng.normal(size=(2, 2)),
            0.3,
        ),
        # more samples than units, so that one cannot be taken for the other
        (
            np.zeros(1),
            np.ones(1),
            np.random.default_rng(1).normal(size=(6, 1)),
            0.1,
        ),
    ]


EXERCISES = {
    "three-batches": number(
        4.0,
        mistakes={
            3.0: "that is the mean of the biased variances; multiply by m/(m - 1)",
            2.25: "the factor is upside down: m/(m - 1), not (m - 1)/m",
            2.0: "that is the standard deviation; the variance was asked for",
            3.27273: "that corrects for 12 samples; the batches had 4",
            3.9236: "that averages standard deviations; average the variances",
        },
        confirm="The variances are averaged, then corrected with m = 4.",
    ),
    "two-updates": number(
        1.36333,
        tolerance=0.005,  # to two figures one mistake is nearer
        mistakes={
            1.225: "those are biased variances; torch keeps the unbiased ones",
            1.63: "the weights are reversed: momentum is the weight of the new batch",
            0.55333: "the running variance starts at 1, not at 0",
            3.0: "that is the plain average, which momentum=None would give",
            1.36667: "that is the value after the first batch only",
        },
    ),
    "averaged-standard-deviations": number(
        0.79788,
        mistakes={
            0.92132: "that is the bias of s_B, divided by m - 1; σ_B is smaller still",
            0.75: "that is the bias of the variance; the root loses more",
            0.86603: "the root of the bias is not the bias of the root: c4 is missing",
        },
        confirm="Averaged like that, every unit would come out a quarter too large.",
    ),
    "how-far-a-batch-mean-strays": number(
        0.25,
        mistakes={
            0.0625: "that is the variance σ²/m; take its root",
            0.03125: "variances are divided by m, standard deviations by √m",
            0.125: "that is 1/√m; the unit's standard deviation is 2",
        },
    ),
    "update": function(
        _update,
        cases=_cases(),
        mistakes=[
            (
                _biased,
                "this is the biased variance: you divided by m, not by m - 1",
            ),
            (
                _reversed,
                "the weights are reversed: momentum belongs to the new batch",
            ),
            (
                _reversed_and_biased,
                "the weights are reversed, and the variance is biased",
            ),
            (_deviation, "that mixes standard deviations into a variance"),
            (
                _over_units,
                "the statistics run over the samples, axis 0, not the units",
            ),
            (
                _by_units,
                "m is the number of samples, not of units: x.shape[0]",
            ),
            (
                _last_batch,
                "that keeps only the last batch; the past counts too",
            ),
        ],
    ),
    "one-sample-in-training-mode": choice(
        "b",
        options={
            "a": "its variance is 0, but ε keeps the division finite: 0/√ε is 0",
            "b": "The result would carry no information about the sample at all.",
            "c": "training mode does not use the running statistics",
            "d": "the result would be exact, and the same for every sample",
        },
    ),
}
