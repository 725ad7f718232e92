"""Lopsided training sets: two clouds, treatments of the rare class, and how to score.

Class 0 is the rare one. Whatever is random comes from a seed and a purpose, and
samples nest: a set of 1:10 has some of the rare samples that 1:5 has, and more of the
common ones, so that ratios are compared on one task.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from scipy.stats import rankdata

from evidence import checks
from evidence.data import TwoGaussians
from evidence.methods.networks import Networks, train

TOTAL = 1200  # training samples
TEST = 600  # test samples of each class
CHECKPOINTS = [125, 250, 500, 1000, 2000, 4000]  # steps
TREATMENTS = ("untreated", "copies", "weights", "torch's weights", "SMOTE")
TASK, TRAINING, TESTING, SYNTHETIC = 0, 3, 4, 5  # streams of a seed


def counts(ratio: float, total: int = TOTAL) -> tuple[int, int]:
    """Return how many samples are rare and how many common, as in 2018."""
    rare = int(total / (ratio + 1))
    return rare, total - rare


def task(seed: int) -> TwoGaussians:
    """Return the two clouds of a seed."""
    rng = np.random.default_rng([seed, TASK])
    return TwoGaussians.draw(rng, mean=[1, 1 / 2])


def samples(seed: int, ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """Return training and test samples of a seed, those of class 0 first."""
    streams = [np.random.default_rng([seed, k]) for k in (TRAINING, TESTING)]
    sizes = counts(ratio), (TEST, TEST)
    pairs = zip(streams, sizes, strict=True)
    x, x_test = (task(seed).sample(rng, size)[0] for rng, size in pairs)
    return x, x_test


def scaled(x: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Map the range of ``like`` to [0, 1], feature by feature; a constant one to 0."""
    x, like = np.asarray(x, dtype=float), np.asarray(like, dtype=float)
    low, width = like.min(-2, keepdims=True), np.ptp(like, axis=-2, keepdims=True)
    return (x - low) / np.where(width > 0, width, 1.0)


def _check_smote(x, count, rng, k):
    x = checks.array(x, "x", shape=("n", "features"))
    if len(x) < 2:
        raise ValueError(
            f"x has {len(x)} samples: a synthetic one lies between two, so it needs "
            "at least 2"
        )
    return (
        x,
        checks.whole(count, "count", least=0),
        rng,
        checks.whole(k, "k", least=1, most=len(x) - 1),
    )


@checks.door(_check_smote)
def smote(
    x: np.ndarray, count: int, rng: np.random.Generator, k: int = 5
) -> np.ndarray:
    """Draw points between samples and one of their k nearest neighbors.

    Parameters
    ----------
    x : array_like, shape (n, features)
        Samples of one class.
    count : int
        How many points.
    rng : numpy.random.Generator
        Where the numbers come from.
    k : int
        Neighbors to choose from, 1 to n - 1.

    Returns
    -------
    numpy.ndarray, shape (count, features)

    Raises
    ------
    TypeError, ValueError
        If there are no two samples, or a number is not whole or out of range.

    References
    ----------
    Chawla, Bowyer, Hall & Kegelmeyer (2002), "SMOTE: Synthetic minority over-sampling
    technique", Journal of Artificial Intelligence Research 16.
    """
    distance = np.linalg.norm(x[:, None] - x, axis=-1)
    np.fill_diagonal(distance, np.inf)
    neighbors = distance.argsort(1)[:, :k]  # (n, k)
    start = rng.integers(len(x), size=count)
    end = neighbors[start, rng.integers(k, size=count)]
    return x[start] + rng.random((count, 1)) * (x[end] - x[start])


def treated(
    x: np.ndarray, ratio: float, treatment: str, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return samples, labels and weights after a treatment of the rare class."""
    n0, n1 = counts(ratio)
    rare, common = x[:n0], x[n0:]
    if treatment == "copies":
        rare = np.tile(rare, (round(ratio), 1))
    elif treatment == "SMOTE":
        rng = np.random.default_rng([seed, SYNTHETIC])
        new = smote(rare, n1 - n0, rng)
        rare = np.concatenate([rare, new])
    y = np.repeat([0, 1], [len(rare), n1])
    weight = np.where((y == 0) & (treatment == "weights"), ratio, 1.0)
    return np.concatenate([rare, common]), y, weight / weight.mean()


def logits(net: Networks, x) -> np.ndarray:
    """Return the logit of class 1, shape (N, n)."""
    z = net.outputs(x).astype(float)
    return z[..., 1] - z[..., 0]


class _OwnSum(Networks):
    """Networks whose weighted loss is divided by the batch's own sum of weights.

    As ``torch.nn.CrossEntropyLoss(weight=[ratio, 1])`` does it, and :func:`train`,
    which divides by the size of the batch, does not.
    """

    def __init__(self, ratio: float, *shape, **more):
        super().__init__(*shape, **more)
        self.ratio = ratio

    def backward(self, d: torch.Tensor) -> None:
        """Fill ``gradient``; ``d`` (N, 2, batch) is of the loss without weights."""
        is_rare, is_common = (d < 0).unbind(1)  # p - 1 < 0 in its class; padding has 0
        weight = self.ratio * is_rare + is_common.to(d)  # (N, batch)
        size = (is_rare | is_common).sum(1, keepdim=True)
        weight *= size / weight.sum(1, keepdim=True)
        super().backward(d * weight[:, None])


def _check_fit(condition, seeds, probe, units, rate):
    ratio, treatment, activation, batch, steps = condition
    ratio = checks.number(ratio, "ratio", least=1)
    treatment = checks.one_of(treatment, "treatment", TREATMENTS)
    return (
        (ratio, treatment, activation, batch, steps),
        [checks.whole(seed, "each of the seeds", least=0) for seed in seeds],
        None if probe is None else checks.array(probe, "probe", shape=("n", 2)),
        checks.whole(units, "units", least=1),
        checks.number(rate, "rate", above=0),
    )


@checks.door(_check_fit)
def fit(
    condition: tuple,
    seeds: list[int],
    probe: np.ndarray | None = None,
    units: int = 16,
    rate: float = 0.003,
) -> dict:
    """Train one network a seed; return logits of class 1.

    Parameters
    ----------
    condition : tuple
        Ratio, treatment, activation, batch (None: all samples) and steps.
    seeds : list of int
        One a task and network.
    probe : numpy.ndarray, optional, shape (n, 2)
        Unscaled points to ask about at the end.
    units : int
        Units of each of the two hidden layers.
    rate : float
        Adam's learning rate.

    Returns
    -------
    dict
        ``"test"`` (N, checkpoints, test samples), scaled by the training samples'
        range; ``"2018"``, scaled by the range of every fourth test sample; ``"seen"``,
        of the training samples, untreated; ``"probe"`` (N, n).

    Raises
    ------
    TypeError, ValueError
        If the treatment is none of :data:`TREATMENTS`, the ratio below 1, or a number
        out of range.
    """
    ratio, treatment, activation, batch, steps = condition
    pairs = [samples(seed, ratio) for seed in seeds]
    x, x_test = (np.stack(part) for part in zip(*pairs, strict=True))
    fair, own = scaled(x_test, like=x), scaled(x_test, like=x_test[:, ::4])
    asked = scaled(probe, like=x) if probe is not None else None
    x = seen = scaled(x, like=x)
    sets = [treated(x[j], ratio, treatment, seed) for j, seed in enumerate(seeds)]
    x, y, weight = (np.stack(part) for part in zip(*sets, strict=True))
    kind = partial(_OwnSum, ratio) if treatment == "torch's weights" else Networks
    # Many small steps magnify what processors round, and in single precision show it.
    net = kind([2, units, units, 2], seeds, activation, dtype=torch.float64)
    asked_at = {"test": fair, "2018": own, "seen": seen}
    found = train(
        net,
        x,
        y,
        steps,
        learning_rate=rate,
        batch=batch,
        sample_weight=weight,
        record=lambda net: {k: logits(net, v) for k, v in asked_at.items()},
        at=[t for t in CHECKPOINTS if t <= steps],
    )
    return found | ({} if asked is None else {"probe": logits(net, asked)})


def recalls(z: np.ndarray, shift=0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return each network's recall of class 0 and of class 1; z > shift says 1.

    The first half of the test samples (..., n) is of class 0.
    """
    half = z.shape[-1] // 2
    said_1 = z > shift
    return 1 - said_1[..., :half].mean(-1), said_1[..., half:].mean(-1)


def balanced(z: np.ndarray, shift=0.0) -> np.ndarray:
    """Return each network's balanced accuracy, the mean of its recalls."""
    return np.mean(recalls(z, shift), axis=0)


def auc(z: np.ndarray) -> np.ndarray:
    """Return each network's area under the ROC curve, from ranks; ties count half."""
    half = z.shape[-1] // 2
    ranks = rankdata(z, axis=-1)[..., half:]
    return (ranks.mean(-1) - (half + 1) / 2) / half
