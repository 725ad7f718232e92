"""Descent on batches, against torch; networks of one task at every batch size."""

import numpy as np
import pytest
import torch

from evidence.methods import batches
from evidence.methods.networks import Networks

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 3)), RNG.normal(size=24)


def gradient(w, rows):
    return X[rows].T @ (X[rows] @ w - Y[rows]) / len(rows)


@pytest.mark.parametrize("b", [1, 5, 8, 24])
def test_the_iterates_are_those_of_torch_s_sgd(b):
    ours = batches.sgd(gradient, np.zeros(3), 24, b, 0.1, 4, np.random.default_rng(7))
    x, y = torch.tensor(X), torch.tensor(Y)
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer, rng = torch.optim.SGD([w], lr=0.1), np.random.default_rng(7)
    theirs = [w.detach().numpy().copy()]
    for _ in range(4):
        order = torch.tensor(rng.permutation(24))
        for rows in order.split(b):
            if len(rows) < b:
                continue
            optimizer.zero_grad()
            (0.5 * (x[rows] @ w - y[rows]) ** 2).mean().backward()
            optimizer.step()
            theirs.append(w.detach().numpy().copy())
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("b, steps", [(1, 24), (5, 4), (24, 1)])
def test_a_pass_takes_each_sample_once_at_most(b, steps):
    seen = []

    def watched(w, rows):
        seen.extend(rows)
        return 0 * w

    path = batches.sgd(watched, np.zeros(1), 24, b, 1.0, 1, np.random.default_rng(0))
    assert len(path) == 1 + steps
    assert len(seen) == len(set(seen)) == steps * b


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(ValueError, match="b must"):
        batches.sgd(gradient, np.zeros(3), 24, 25, 0.1, 1, RNG)


def test_samples_are_balanced_and_depend_on_the_seed_alone():
    x, y, x_test, y_test = batches.samples(3)
    assert x.shape == (400, 12) and x_test.shape == (2000, 12)
    assert y.mean() == y_test.mean() == 0.5
    np.testing.assert_array_equal(batches.samples(3)[0], x)
    assert not np.array_equal(batches.samples(4)[0], x)


def test_the_best_rule_reaches_what_is_said():
    seed = 2
    x_test, y_test = batches.samples(seed)[2:]
    rng = np.random.default_rng([seed, batches.TASK])
    task = batches.TwoGaussians.draw(rng, mean=np.ones(batches.FEATURES))
    reached = np.mean((task.log_odds(x_test) > 0) == y_test)
    assert reached == pytest.approx(batches.bayes_accuracy(seed), abs=0.025)


def test_networks_do_not_depend_on_their_neighbors():
    condition = 64, "adam", 0.003, (2, 20)
    together = batches.fit(condition, [1, 2])
    for name, found in together.items():
        assert found.shape == (2, 2)
        np.testing.assert_array_equal(found[1:], batches.fit(condition, [2])[name])


def test_every_batch_size_begins_with_the_same_networks():
    found = [batches.fit((b, "sgd", 0.1, (0,)), [5]) for b in (4, 400)]
    assert found[0] == found[1]
    x, y = batches.samples(5)[:2]
    start = Networks([12, 32, 32, 2], [5], dtype=torch.float64)
    assert found[0]["training"][0, 0] == start.accuracy(x, y)[0]


def test_last_digits_do_not_grow_into_other_accuracies(monkeypatch):
    def on_another_processor(seed, samples=batches.samples):
        x, *others = samples(seed)
        rng = np.random.default_rng(0)
        return x * (1 + 1e-15 * rng.normal(size=x.shape)), *others

    condition, equal = (64, "sgd", 1.92, (1000,)), {}
    for places in (None, batches.PLACES):
        monkeypatch.setattr(batches, "PLACES", places)
        here = batches.fit(condition, [200, 201])
        with monkeypatch.context() as patch:
            patch.setattr(batches, "samples", on_another_processor)
            there = batches.fit(condition, [200, 201])
        equal[places] = np.array_equal(here["test"], there["test"])
    assert equal == {None: False, batches.PLACES: True}


def test_a_network_that_has_diverged_counts_as_a_coin():
    found = batches.fit((400, "sgd", 1e300, (5,)), [0])
    assert found["test"][0, 0] == 0.5


def test_another_optimizer_is_refused():
    with pytest.raises(ValueError, match="sgd"):
        batches.fit((4, "newton", 0.1, (1,)), [0])
