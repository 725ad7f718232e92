"""Descent on some samples at a time: plain, and in many networks at many batch sizes.

Whatever is random in an experiment comes from a seed and a purpose, so that all batch
sizes see one task, start from the same weights, and can be compared seed by seed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from evidence import checks
from evidence.data import TwoGaussians
from evidence.methods.networks import OPTIMIZERS, Networks, train

FEATURES = 12
TRAINING, TEST = 400, 2000  # samples of both classes together
UNITS = 32  # of each of the two hidden layers
PLACES = 16  # of the parameters: many small steps let last digits grow
TASK, SEEN, NEW = 0, 3, 4  # streams of a seed


def _check_sgd(gradient, w, n, b, rate, passes, rng):
    n = checks.whole(n, "n", least=1)
    return (
        gradient,
        checks.array(w, "w"),
        n,
        checks.whole(b, "b", least=1, most=n),
        checks.number(rate, "rate", above=0),
        checks.whole(passes, "passes", least=0),
        rng,
    )


@checks.door(_check_sgd)
def sgd(
    gradient: Callable,
    w: np.ndarray,
    n: int,
    b: int,
    rate: float,
    passes: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Descend on batches of b of n samples; return each step's weights.

    Each pass takes the samples in a new order; those that do not fill a batch are left
    out.

    Parameters
    ----------
    gradient : callable
        ``(w, rows) -> array`` like ``w``: of the mean loss of some samples.
    w : array_like
        Where to start.
    n, b : int
        Samples, and those of a batch, 1 to n.
    rate : float
        Learning rate, above 0.
    passes : int
        How often to go through the samples.
    rng : numpy.random.Generator
        Where the orders come from.

    Returns
    -------
    numpy.ndarray, shape (1 + steps, ...)

    Raises
    ------
    TypeError, ValueError
        If a number is of the wrong kind or out of range.
    """
    path = [w]
    for _ in range(passes):
        order = rng.permutation(n)[: n // b * b]
        for rows in order.reshape(-1, b):
            w = w - rate * gradient(w, rows)
            path.append(w)
    return np.array(path)


def samples(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return training samples and labels, then test samples and labels, of a seed.

    Two Gaussian clouds in 12 dimensions, their means apart by 1 in each, as in
    experiment 8 of Abid (2018); as many samples of one class as of the other.
    """
    rng = np.random.default_rng([seed, TASK])
    task = TwoGaussians.draw(rng, mean=np.ones(FEATURES))
    sets = [
        task.sample(np.random.default_rng([seed, stream]), (size // 2, size // 2))
        for stream, size in ((SEEN, TRAINING), (NEW, TEST))
    ]
    return *sets[0], *sets[1]


def bayes_accuracy(seed: int) -> float:
    """Return what the best rule reaches on the task of a seed."""
    rng = np.random.default_rng([seed, TASK])
    return TwoGaussians.draw(rng, mean=np.ones(FEATURES)).bayes_accuracy


def _check_fit(condition, seeds):
    b, optimizer, rate, at = condition
    return (
        (
            checks.whole(b, "batch", least=1),
            checks.one_of(optimizer, "optimizer", OPTIMIZERS),
            checks.number(rate, "rate", above=0),
            tuple(at),
        ),
        [checks.whole(seed, "each of the seeds", least=0) for seed in seeds],
    )


@checks.door(_check_fit)
def fit(condition: tuple, seeds: list[int]) -> dict:
    """Train one network a seed, with sigmoid units, on cross-entropy.

    Parameters
    ----------
    condition : tuple
        Samples a batch, "sgd" or "adam", the learning rate, and after how many updates
        to measure, in increasing order.
    seeds : list of int
        One a task and network.

    Returns
    -------
    dict
        ``"training"`` and ``"test"``: accuracy, shape (N, number of measurements). A
        network that has diverged counts as right half of the time.

    Raises
    ------
    TypeError, ValueError
        If a number is of the wrong kind or out of range, or the optimizer unknown.
    """
    b, optimizer, rate, at = condition
    drawn = zip(*map(samples, seeds), strict=True)
    x, y, x_test, y_test = (np.stack(part) for part in drawn)
    net = Networks([FEATURES, UNITS, UNITS, 2], seeds, dtype=torch.float64)

    def accuracies(net):
        found = {"training": net.accuracy(x, y), "test": net.accuracy(x_test, y_test)}
        return {name: np.nan_to_num(each, nan=0.5) for name, each in found.items()}

    return train(
        net,
        x,
        y,
        at[-1],
        learning_rate=rate,
        optimizer=optimizer,
        batch=b,
        binary_places=PLACES,
        record=accuracies,
        at=at,
    )
