"""What the chapter on memorization defines, beside torch, scikit-learn and algebra."""

import numpy as np
import pytest
import torch
from defined import defined
from sklearn.neighbors import KNeighborsClassifier
from torch.func import functional_call, grad, vmap
from torch.nn.functional import cross_entropy

from evidence import data
from evidence.methods.networks import Networks

PART = "experiments/memorization"
CELLS = ("problem", "rules", "products", "cosines", "nearest", "label-runs")
FUNCTIONS = ("memorizer", "steps-until", "coherence-runs")


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "data": data, "torch": torch, "EVERY": 20, "UNITS": 32}
    return defined(PART, CELLS, FUNCTIONS, **names)


def test_the_memorizer_gives_back_any_targets(chapter):
    rng = np.random.default_rng([71, 0])
    for n in (1, 2, 7, 40):
        t = np.sort(rng.normal(size=n))
        targets = rng.normal(size=n)
        knots, w = chapter["memorizer"](t, targets)
        assert len(knots) == len(w) == n
        found = np.maximum(t[:, None] - knots, 0) @ w
        np.testing.assert_allclose(found, targets, atol=1e-6)


def test_the_memorizers_example_is_that_of_the_text(chapter):
    knots, w = chapter["memorizer"](np.array([1.0, 2, 3]), np.array([1.0, -1, 1]))
    np.testing.assert_allclose(knots, [0, 1, 2])
    np.testing.assert_allclose(w, [1, -3, 4])


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_inner_products_are_those_of_torchs_gradients_of_each_sample(
    chapter, activation
):
    net = Networks([6, 8, 8, 2], [5], activation, dtype=torch.float64)
    layers = chapter["of_network"](net, 0)
    rng = np.random.default_rng([71, 1])
    x, y = rng.normal(size=(12, 6)), rng.integers(2, size=12)
    found = chapter["products"](layers, x, y, activation == "relu")
    unit = torch.nn.ReLU if activation == "relu" else torch.nn.Sigmoid
    parts = []
    for W, _ in layers:
        parts += [torch.nn.Linear(*W.shape[::-1], dtype=torch.float64), unit()]
    model = torch.nn.Sequential(*parts[:-1])
    with torch.no_grad():
        for layer, (W, b) in zip(parts[::2], layers, strict=True):
            layer.weight.copy_(torch.tensor(W))
            layer.bias.copy_(torch.tensor(b))

    def loss(parameters, x, y):
        return cross_entropy(functional_call(model, parameters, (x[None],)), y[None])

    parameters = {name: p.detach() for name, p in model.named_parameters()}
    each = vmap(grad(loss), in_dims=(None, 0, 0))(
        parameters, torch.tensor(x), torch.tensor(y)
    )
    flat = torch.cat([g.flatten(1) for g in each.values()], 1).numpy()
    np.testing.assert_allclose(found, flat @ flat.T, rtol=1e-10, atol=1e-14)
    length = np.linalg.norm(flat, axis=1)
    cosines = (flat @ flat.T / length / length[:, None])[~np.eye(12, dtype=bool)]
    ours = chapter["cosines"](layers, x, y, activation == "relu")
    np.testing.assert_allclose(ours, cosines, atol=1e-10)


def test_a_small_step_on_one_sample_changes_anothers_loss_by_the_inner_product(
    chapter,
):
    rng = np.random.default_rng([71, 2])
    W, b = rng.normal(size=(2, 3)), rng.normal(size=2)
    x, y = rng.normal(size=(2, 3)), np.array([0, 1])

    def losses(W, b):
        z = x @ W.T + b
        return np.log(np.exp(z).sum(1)) - z[[0, 1], y]

    inner = chapter["products"]([(W, b)], x, y)
    z = x[0] @ W.T + b
    delta = np.exp(z) / np.exp(z).sum() - np.eye(2)[y[0]]
    eta = 1e-6
    after = losses(W - eta * np.outer(delta, x[0]), b - eta * delta)
    np.testing.assert_allclose(
        (after - losses(W, b)) / -eta, inner[0], rtol=1e-4, atol=1e-6
    )


def test_nearest_is_the_nearest_neighbor_of_scikit_learn(chapter):
    rng = np.random.default_rng([71, 3])
    x, new = rng.normal(size=(30, 2)), rng.normal(size=(99, 2))
    y = rng.integers(2, size=30)
    rule = KNeighborsClassifier(1).fit(x, y)
    assert (y[chapter["nearest"](x, new)] == rule.predict(new)).all()
    flipped = rng.random(30) < 0.3
    beside = flipped[chapter["nearest"](x, new)]
    assert chapter["follows"](rule.predict(new), x, y, flipped, new) == 1
    assert chapter["follows"](1 - rule.predict(new), x, y, flipped, new) == 0
    assert beside.any()


def test_problems_nest_and_permuted_labels_keep_their_counts(chapter):
    _, x, y, permuted = chapter["problem"](3, 300)
    _, first, some, _ = chapter["problem"](3, 150)
    np.testing.assert_array_equal(x[:150], first)
    np.testing.assert_array_equal(y[:150], some)
    assert y.sum() == permuted.sum() == 150
    assert (y != permuted).any()


def test_the_best_rule_is_right_as_often_as_the_bayes_rule(chapter):
    for seed in range(4):
        task = chapter["problem"](seed, 2)[0]
        x, y = task.sample(np.random.default_rng([71, seed]), (20_000, 20_000))
        right = (chapter["best_rule"](task, x) == y).mean()
        assert abs(right - task.bayes_accuracy) < 0.01


def test_parity_counts_the_negative_ones_of_six_uncorrelated_numbers(chapter):
    task = chapter["problem"](1, 2)[0]
    x, y = task.sample(np.random.default_rng([71, 5]), (50_000, 50_000))
    covariance = np.cov(x.T)
    np.testing.assert_allclose(
        covariance, task.mixing.T @ task.mixing + 1 / 4, atol=0.05 * covariance.max()
    )
    root = np.linalg.cholesky(task.mixing.T @ task.mixing + 1 / 4)
    six = (x - 1 / 2) @ np.linalg.inv(root).T
    np.testing.assert_allclose(np.cov(six.T), np.eye(6), atol=0.03)
    even = (six < 0).sum(1) % 2 == 0
    np.testing.assert_array_equal(chapter["parity"](task, x), even)
    # Of one number alone, and of the class, it says next to nothing
    assert abs(np.corrcoef(even, y)[0, 1]) < 0.1


def test_the_first_step_of_a_share_is_found_and_else_the_last(chapter):
    curve = np.array([[0.5, 0.9, 0.8], [0.5, 0.6, 0.7], [0.95, 1, 1]])
    np.testing.assert_array_equal(chapter["steps_until"](curve), [40, 60, 20])
