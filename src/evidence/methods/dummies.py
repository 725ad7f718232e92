"""Two classes among dummies: the experiment of *PCA before a network*.

Every seed is a task of its own: covariance, points, dummies, matrix, initial weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from evidence import checks
from evidence.data import TwoGaussians
from evidence.methods.networks import Networks, train
from evidence.methods.networks.network import one_thread

MATRICES = ("uniform", "rotation")
TEST_ROWS = 500
PLACES = 16  # of the parameters: a common mean lets last digits grow


def task(seed: int) -> TwoGaussians:
    """Return the two classes in the ten features that tell them apart."""
    return TwoGaussians.draw(np.random.default_rng([seed, 0]), np.ones(10), scale=0.2)


def mixing(seed: int, size: int, matrix: str) -> np.ndarray:
    """Return the matrix that mixes the features, shape (size, size)."""
    rng = np.random.default_rng([seed, 12])
    if matrix == "uniform":  # as in 2018
        return rng.random((size, size))
    return np.linalg.qr(rng.standard_normal((size, size)))[0]


def _check_problem(seed, n, dummies, matrix):
    n = checks.whole(n, "n", least=2)
    if n % 2:
        raise ValueError(f"n must be even, for both classes have as many, not {n}")
    return (
        checks.whole(seed, "seed", least=0),
        n,
        checks.whole(dummies, "dummies", least=0),
        checks.one_of(matrix, "matrix", MATRICES),
    )


@checks.door(_check_problem)
def problem(seed: int, n: int = 80, dummies: int = 500, matrix: str = "uniform"):
    """Return n training rows, their labels, 500 test rows, their labels.

    Parameters
    ----------
    seed : int
        Of everything that is drawn.
    n : int
        Training rows, an even number; classes alternate.
    dummies : int
        Features that know nothing of the class, uniform from 0 to 1, beside ten.
    matrix : {"uniform", "rotation"}
        What mixes the features: entries uniform from 0 to 1, or a true rotation.
    """
    classes = task(seed)
    mix, parts = mixing(seed, 10 + dummies, matrix), []
    for stream, rows in ((10, n), (11, TEST_ROWS)):
        rng = np.random.default_rng([seed, stream])
        x, y = classes.sample(rng, (rows // 2, rows // 2))  # class 0, then class 1
        noise = rng.random((rows, dummies))
        alternating = np.arange(rows).reshape(2, -1).T.ravel()
        parts += [np.hstack([x[alternating], noise]) @ mix, y[alternating]]
    return parts


def signed(directions) -> np.ndarray:
    """Return directions, one a row, of which the largest entry is positive.

    A direction of PCA is one up to its sign, and processors choose other signs, from
    which other networks come out. The rule is that of scikit-learn.
    """
    directions = np.asarray(directions)
    largest = np.abs(directions).argmax(axis=1)[:, None]
    return directions * np.sign(np.take_along_axis(directions, largest, axis=1))


def first_layer(net: Networks, X) -> dict[str, np.ndarray]:
    """Return the shares of saturated outputs and of stuck units, one a network.

    An output is saturated where the slope h (1 - h) of the sigmoid is below 0.05; a
    unit is stuck if it is saturated on the same side for every row.
    """
    h = net.layers(X)[0]  # (N, n, units)
    high, low = h > 0.9472, h < 0.0528
    stuck = high.all(axis=1) | low.all(axis=1)
    return {
        "saturated": (high | low).mean(axis=(1, 2)),
        "stuck": stuck.mean(axis=1),
    }


def _check_trained(
    problems, seeds, prepare, hidden, steps, activation, optimizer, learning_rate
):  # fmt: skip
    problems, seeds = list(problems), list(seeds)
    if not problems or len(problems) != len(seeds):
        raise ValueError(
            f"there must be one seed for each problem, not {len(seeds)} for "
            f"{len(problems)}"
        )
    steps = checks.whole(steps, "steps", least=0)
    training = steps, activation, optimizer, learning_rate
    return problems, seeds, prepare, tuple(hidden), *training


@checks.door(_check_trained)
def trained(
    problems: Sequence,
    seeds: Sequence[int],
    prepare: Callable,
    hidden: Sequence[int] = (16, 16),
    steps: int = 500,
    activation: str = "sigmoid",
    optimizer: str = "adam",
    learning_rate: float = 0.003,
) -> dict[str, np.ndarray]:
    """Train a network on each problem, all at once, its inputs prepared.

    Parameters
    ----------
    problems : sequence of (X, y, X_test, y_test)
        Of one shape.
    seeds : sequence of int
        Of the networks, one for each problem.
    prepare : callable
        ``(X, rows) -> array``: the rows, prepared by what is fitted on the training
        rows X.
    hidden : sequence of int
        Sizes of the hidden layers; none for one linear layer.
    steps : int
        Updates, each from all rows.
    activation : str
        Of the hidden layers, as in :class:`~evidence.methods.networks.Networks`.
    optimizer, learning_rate : str, float
        Of the updates, as in :func:`~evidence.methods.networks.train`.

    Returns
    -------
    dict of str to array, one value a problem
        ``accuracy`` on the test rows and ``fit`` on the training rows; with hidden
        layers of sigmoids also ``saturated`` and ``stuck`` of :func:`first_layer`,
        before and after training.
    """
    ready = []
    for X, y, X_test, y_test in problems:
        ready.append((prepare(X, X), y, prepare(X, X_test), y_test))
    X, y, X_test, y_test = (np.stack(part) for part in zip(*ready, strict=True))
    sizes = [X.shape[2], *hidden, 2]
    net = Networks(sizes, seeds, activation, dtype=torch.float64)
    look, found = hidden and activation == "sigmoid", {}
    if look:
        found |= {f"{k} before": v for k, v in first_layer(net, X).items()}
    with one_thread():  # in which a thousand inputs are fastest
        how = {"optimizer": optimizer, "learning_rate": learning_rate}
        train(net, X, y, steps=steps, binary_places=PLACES, **how)
    if look:
        found |= {f"{k} after": v for k, v in first_layer(net, X).items()}
    found["fit"] = net.accuracy(X, y)
    return found | {"accuracy": net.accuracy(X_test, y_test)}
