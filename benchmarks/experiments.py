"""Seconds of the twelve experiments of 2018: as printed then, on one core here, on two.

    python -m benchmarks.experiments [--rounds 2] [--quick]

Prints a Markdown table. Each experiment is run as its code of 2018 has it, with 20
seeds where that took one to five, and smaller where the table says so; the chapters'
controls are left out. The seconds of 2018 are those that its notebook prints, on its
author's machine, a peer in a wide sense only; the ratio is for one trained network on
one core, median and quartiles over rounds, and the seconds are the shortest.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from joblib.externals.loky import get_reusable_executor
from sklearn.datasets import make_moons
from sklearn.decomposition import PCA
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from benchmarks.paired import Ratio, options, seconds
from evidence.data import TwoGaussians
from evidence.methods import dummies, imbalance
from evidence.methods.networks import Networks, constant, normal, run, train
from evidence.replications import EXPERIMENTS

ONES, FALLING = np.ones(12), 1 / np.arange(1, 13)
CURVES = (
    lambda x: np.sin(12 * x),
    lambda x: -2 * x**4 + x**3 + x**2 - 2 * x,
    np.abs,
)


class Specified(NamedTuple):
    """What is run: ``experiment(condition, seeds)``, and how many networks a seed."""

    run: object
    conditions: list
    networks: int
    smaller: str = ""


def classes(seeds, mean, sizes, scale: float = 1.0):
    """Return samples and labels, shuffled, of each seed's own two Gaussians."""
    xs, ys = [], []
    for seed in seeds:
        rng = np.random.default_rng([seed, 0])
        x, y = TwoGaussians.draw(rng, mean, scale).sample(rng, sizes)
        order = rng.permutation(len(y))
        xs.append(x[order]), ys.append(y[order])
    return np.stack(xs), np.stack(ys)


def e1(width, seeds):
    """Fit three curves by one hidden layer, each with its own networks."""
    x = np.linspace(-1, 1, 100)[:, None]
    net = Networks([1, width, 1], [3 * seed + i for seed in seeds for i in range(3)])
    y = np.stack([curve(x) for curve in CURVES] * len(seeds))
    train(net, x, y, 10_000, loss="squared")
    return net.loss(x, y, "squared").reshape(-1, 3)


def e2(repeats, seeds):
    """Tell sixteen alternating points apart with one layer used again and again."""
    x = (np.arange(16) / 16)[:, None]
    y = 1 - np.arange(16) % 2
    sizes = [1, 10, *[10] * repeats, 2]
    net = Networks(sizes, seeds, "relu", blocks=[0, *[1] * repeats, 2])
    train(net, x, y, 15_000)
    return net.accuracy(x, y)


def e3(condition, seeds):
    """Train on more and more data; with one hidden layer a tree and an SVM, too."""
    hidden, n = condition
    x, y = classes(seeds, FALLING, (2000, 2000))
    net = Networks([12, *hidden, 2], seeds, "relu")
    batch = min(200, n)
    steps = min(1000, 200 * n // batch)
    train(net, x[:, :n], y[:, :n], steps, batch=batch, learning_rate=0.001)
    found = [net.accuracy(x[:, 3000:], y[:, 3000:])]
    if len(hidden) == 1:
        for of in (DecisionTreeClassifier(random_state=0), SVC(gamma=1 / 12)):
            found.append(
                [
                    of.fit(a[:n], b[:n]).score(a[3000:], b[3000:])
                    for a, b in zip(x, y, strict=True)
                ]
            )
    return np.transpose(found)


def e4(condition, seeds):
    """Train on rare classes, as they are or weighted as oversampling would."""
    ratio, oversampled = condition
    rare, common = imbalance.counts(ratio, 600)
    x, y = classes(seeds, [1, 0.5], (rare, common))
    x = (x - x.min(1, keepdims=True)) / np.ptp(x, axis=1, keepdims=True)
    weight = np.where(y == 0, ratio if oversampled else 1, 1)
    net = Networks([2, 16, 16, 2], seeds)
    train(net, x, y, 500, sample_weight=weight)
    return net.accuracy(x, y)


def e5(condition, seeds):
    """Learn true labels, or permuted ones."""
    n, random = condition
    x, y = classes(seeds, np.ones(6), (n // 2, n // 2))
    if random:
        rngs = [np.random.default_rng([seed, 1]) for seed in seeds]
        y = np.stack([rng.permutation(of) for rng, of in zip(rngs, y, strict=True)])
    net = Networks([6, 64, 64, 64, 2], seeds)
    right = partial(net.accuracy, x, y)
    return train(
        net, x, y, 1500, batch=64, record=lambda _: right(), at=range(150, 1501, 150)
    )


def e6(many, seeds):
    """Train on features drowned in dummies, and on their principal components."""
    torch.set_flush_denormal(True)  # of saturated units' gradients, slow to square
    drawn = [dummies.problem(seed, dummies=many) for seed in seeds]
    found = []
    for kept in (0, 10, 5, 1):
        parts = [(*reduced(x, new, kept), y, truth) for x, y, new, truth in drawn]
        x, new, y, truth = (np.stack(part) for part in zip(*parts, strict=True))
        net = Networks([x.shape[2], 32, 32, 2], seeds)
        train(net, x, y, 500)
        found.append(net.accuracy(new, truth))
    return np.transpose(found)


def reduced(x, new, kept):
    """Return training and test rows, or so many of their principal components."""
    if not kept:
        return x, new
    pca = PCA(kept, svd_solver="full").fit(x)
    return pca.transform(x), pca.transform(new)


def e7(activation, seeds):
    """Tell two moons apart with one activation or another."""
    drawn = [make_moons(500, noise=0.1, random_state=seed) for seed in seeds]
    x, y = (np.stack(part) for part in zip(*drawn, strict=True))
    net = Networks([2, 30, 30, 2], seeds, activation)
    train(net, x[:, :400], y[:, :400], 800, batch=64)
    return net.accuracy(x[:, 400:], y[:, 400:])


def e8(condition, seeds):
    """Train in batches of one size for as many passes."""
    batch, passes = condition
    x, y = classes(seeds, ONES, (250, 250))
    net = Networks([12, 32, 32, 2], seeds)
    train(net, x[:, :400], y[:, :400], int(passes * 400 / batch), batch=batch)
    return net.accuracy(x[:, 400:], y[:, 400:])


def twelve(seeds, hidden, steps, loss="squared", initializer="xavier", **more):
    """Return the accuracies of networks on two Gaussians in twelve dimensions."""
    x, y = classes(seeds, FALLING, (250, 250))
    net = Networks([12, *hidden, 2], seeds, initializer=initializer)
    train(net, x[:, :400], y[:, :400], steps, batch=64, loss=loss, **more)
    return net.accuracy(x[:, 400:], y[:, 400:])


def e9(loss, seeds):
    """Train by one loss or another."""
    return twelve(seeds, [100, 100], 500, loss)


INITIAL = {
    "Xavier": "xavier",
    "0": constant(0),
    "1": constant(1),
    "N(0, 0.01²)": normal(0.01),
    "N(0, 1)": normal(1),
}


def e10(name, seeds):
    """Begin with one kind of weights or another."""
    return twelve(seeds, [100, 100], 500, initializer=INITIAL[name])


def e11(_, seeds):
    """Keep the weights of every second step."""
    kept = []

    def keep(net):
        kept.append([w[:, :, -4:].numpy().copy() for w in net.weights])
        return np.zeros(len(net))

    return twelve(seeds, [50, 50, 50], 750, record=keep, at=range(2, 751, 2))


def e12(condition, seeds):
    """Train with a penalty: its mean over each layer, 0.1 or 1 times."""
    kind, strength = condition
    sizes = [12, 50, 50, 2]
    counts = np.multiply(sizes[:-1], sizes[1:])
    return twelve(seeds, [50, 50], 750, **{kind: list(strength / counts)})


LOSSES = ["cross-entropy", "absolute", "squared", "fourth power", "hinge", "constant"]
DUMMIES = [1000, 500, 200, 100, 50, 20, 10, 5, 2, 1]
PASSES = [(1, 30), *((batch, 187.5) for batch in (4, 16, 64, 256, 400))]
SPECIFIED = {
    "E1": Specified(e1, [16, 4, 2], 9),
    "E2": Specified(e2, [3, 2, 1], 3),
    "E3": Specified(
        e3,
        list(product([(100, 100), (100,)], [2560, 640, 160, 40])),
        8,
        smaller="four sizes to 2,560, at most 1,000 steps",
    ),
    "E4": Specified(
        e4,
        list(product([1, 2, 5, 10, 20, 50, 100], [False, True])),
        14,
        smaller="600 rows, 16-16 units",
    ),
    "E5": Specified(
        e5,
        [(300, True), (150, True), (100, True), (50, True), (150, False)],
        5,
        smaller="64 units a layer, 1,500 steps",
    ),
    "E6": Specified(
        e6, DUMMIES, 40, smaller="to 1,000 dummies, 32-32 units; 500 test rows"
    ),
    "E7": Specified(e7, ["relu", "tanh", "square", "sin", "sign", "identity"], 6),
    "E8": Specified(e8, PASSES, 6, smaller="32-32 units, 30 passes one by one"),
    "E9": Specified(e9, LOSSES, 6),
    "E10": Specified(e10, list(INITIAL), 5),
    "E11": Specified(e11, [None], 1),
    "E12": Specified(e12, list(product(["l1", "l2"], [0, 0.1, 1])), 6),
}


def one(job, seeds):
    """Run one condition of one experiment."""
    name, condition = job
    return SPECIFIED[name].run(condition, seeds)


def once(names: list[str], seeds: int, workers: int) -> float:
    """Return the seconds of experiments, those that take longest first."""
    jobs = [(name, of) for name in names for of in SPECIFIED[name].conditions]
    more = {"bank": seeds, "workers": workers}
    return seconds(lambda _: run(one, jobs, range(seeds), **more), 0)


def main():
    """Print the table, and the seconds of all twelve together."""
    arguments = options(__doc__, rounds=2)
    names, seeds = list(SPECIFIED), 20
    if arguments.quick:
        names, seeds = ["E7"], 2
    rounds = range(arguments.rounds)
    heads = ["experiment", "networks of 2018", "its seconds", "networks here"]
    heads += ["seconds of one core", "a network, 2018 / ours", "smaller than in 2018"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    spent = {}
    for name in names:
        those, of_2018 = SPECIFIED[name], EXPERIMENTS[name]
        trained = those.networks * seeds
        times = np.array([once([name], seeds, workers=1) for _ in rounds])
        spent[name] = times.min()
        each = of_2018.seconds / of_2018.networks * trained / times
        low, median, high = np.percentile(each, [25, 50, 75])
        cells = [name, of_2018.networks, of_2018.seconds, trained]
        cells += [f"{spent[name]:.1f}", Ratio(median, low, high, len(each))]
        print(f"| {' | '.join(map(str, cells))} | {those.smaller} |", flush=True)
    names.sort(key=spent.get, reverse=True)
    run(one, [("E7", "relu"), ("E7", "tanh")], range(2), bank=2, workers=2)  # imports
    together = min(once(names, seeds, workers=2) for _ in rounds)
    then = sum(EXPERIMENTS[name].seconds for name in names)
    print(
        f"\nTogether: {then:.0f} s in 2018, here {sum(spent.values()):.0f} s on one "
        f"core, on two {together:.0f} s"
    )
    get_reusable_executor().shutdown()


if __name__ == "__main__":
    main()
