"""What the chapter on vanishing gradients defines, beside torch."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from defined import defined

from evidence import data
from evidence.methods import networks

CELLS = ("through", "forward-mode", "start", "send", "lengths", "train", "relative")
CELLS += ("follow", "follow-run", "follow-course")


@pytest.fixture(scope="module")
def chapter():
    """Return the functions that these cells of the chapter define."""
    names = {"np": np, "torch": torch, "networks": networks, "pairwise": pairwise}
    names |= {"HIDDEN": 5, "UNITS": 32, "STEPS": 400, "SEEDS": range(20)}
    rng = np.random.default_rng(0)
    names["x_train"] = torch.tensor(rng.normal(size=(90, 64)))
    names["y_train"] = torch.tensor(rng.integers(0, 10, 90))
    names["data"] = data
    return defined("gradients/vanishing-gradients", functions_of=CELLS, **names)


def as_torch(layers, k, activation, norm=False):
    """Return network k as modules of torch."""
    parts = []
    pairs = list(zip(layers[::2], layers[1::2], strict=True))
    for number, (w, b) in enumerate(pairs):
        linear = torch.nn.Linear(*w.shape[1:], dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(w[k].T)
            linear.bias.copy_(b[k, 0])
        parts.append(linear)
        if number < len(pairs) - 1:
            if norm:
                parts.append(torch.nn.BatchNorm1d(w.shape[2], dtype=torch.float64))
            parts.append(activation())
    return torch.nn.Sequential(*parts)


def test_forward_mode_is_autograd(chapter):
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=s) / 2 for s in ((5, 4), (5, 5), (3, 5))]
    x, first = rng.normal(size=4), torch.tensor(weights[0])
    rest = [torch.tensor(w) for w in weights[1:]]

    def outputs(w):
        h = w @ torch.tensor(x)
        for matrix in rest:
            h = matrix @ torch.sigmoid(h)
        return h

    exact = torch.autograd.functional.jacobian(outputs, first)[:, 2, 1]
    z, dz = chapter["forward_mode"](weights, x, 2, 1)
    np.testing.assert_allclose(z, outputs(first).numpy(), rtol=1e-12)
    np.testing.assert_allclose(dz, exact.numpy(), rtol=1e-12)


def test_a_product_of_matrices_has_the_length_of_the_product(chapter):
    J = np.random.default_rng(2).normal(size=(4, 4))
    product = np.linalg.matrix_power(J.T, 6)[:, 0]
    log10 = np.log10(np.linalg.norm(product))
    np.testing.assert_allclose(chapter["through"](J, 6), log10, rtol=1e-12)


@pytest.mark.parametrize("norm", [False, True])
def test_outputs_and_gradients_are_those_of_torch_modules(chapter, norm):
    layers, every = chapter["start"](range(3)), chapter["x_train"]
    logits = chapter["send"](layers, every, norm=norm)[-1]
    lengths = chapter["lengths"](layers, norm=norm)
    for k in range(3):
        net = as_torch(layers, k, torch.nn.Sigmoid, norm)
        torch.testing.assert_close(logits[k], net(every), rtol=1e-9, atol=1e-9)
        torch.nn.functional.cross_entropy(net(every), chapter["y_train"]).backward()
        linear = [p for p in net if isinstance(p, torch.nn.Linear)]
        exact = [p.weight.grad.norm().item() for p in linear]
        np.testing.assert_allclose(lengths[k], exact, rtol=1e-6)


def test_shortcuts_add_what_came_in(chapter):
    layers, x = chapter["start"](range(2), hidden=2), chapter["x_train"]
    first, second, _ = chapter["send"](layers, x, shortcuts=True)
    inner = torch.sigmoid(first @ layers[2] + layers[3])
    torch.testing.assert_close(second, first + inner)
    torch.testing.assert_close(first, torch.sigmoid(x @ layers[0] + layers[1]))


def test_training_is_that_of_torchs_sgd(chapter):
    start, x, y = chapter["start"](range(2)), chapter["x_train"], chapter["y_train"]
    ends = chapter["train"](start, 0.5, steps=3, seeds=range(2))
    batches = networks.random_batches(len(x), 32, 3, [[s, 2] for s in range(2)])
    for k in range(2):
        net = as_torch(start, k, torch.nn.Sigmoid)
        sgd = torch.optim.SGD(net.parameters(), lr=0.5)
        for rows in batches:
            sgd.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(x[rows[k]]), y[rows[k]])
            loss.backward()
            sgd.step()
        rounding = {"rtol": 0, "atol": 3 * 2.0**-22}  # of three steps
        torch.testing.assert_close(ends[0][k], net[0].weight.T, **rounding)
        torch.testing.assert_close(ends[-2][k], net[-1].weight.T, **rounding)


def test_many_rates_at_once_are_each_alone(chapter):
    rates, seeds = [0.3, 2.0], range(2)
    together = chapter["train"](chapter["start"](seeds), rates, steps=3, seeds=seeds)
    for k in seeds:
        alone = chapter["train"](chapter["start"]([k]), rates[k], steps=3, seeds=[k])
        for one, all_of_them in zip(alone, together, strict=True):
            torch.testing.assert_close(one[0], all_of_them[k])


def test_scaled_gradients_have_the_lengths_asked_for(chapter):
    relative = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 1.0])
    (ends,) = chapter["train_scaled"](0.5, range(2), relative, [1])
    steps = [b - a for a, b in zip(chapter["start"](range(2)), ends, strict=True)]
    lengths = torch.stack([step.norm(dim=(1, 2)) for step in steps[::2]], 1)
    found = (lengths / lengths[:, -1:]).numpy()
    np.testing.assert_allclose(found, np.tile(relative, (2, 1)), rtol=1e-5)


def test_what_is_seen_on_the_way_is_where_a_shorter_training_ends(chapter):
    relative = np.ones(6)
    first, _ = chapter["train_scaled"](0.5, range(2), relative, [2, 4])
    (alone,) = chapter["train_scaled"](0.5, range(2), relative, [2])
    for one, other in zip(first, alone, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_nothing_is_left_at_the_end_of_a_course(chapter):
    path = np.array([0, 3, 5, 6, 6.5]).reshape(1, 5, 1)
    exact = [1, 3.5 / 6.5, 1.5 / 6.5, 0.5 / 6.5, 0]
    np.testing.assert_allclose(chapter["left"](path)[0], exact)


def test_a_course_pairs_each_moment_with_one_a_little_later(chapter):
    path = np.array([1, 2, 5, 4, 7.0]).reshape(1, 5, 1)
    found = chapter["course"](path)
    np.testing.assert_allclose(found["left"][0], [1, 2 / 6])
    np.testing.assert_array_equal(found["nearer"][0], [True, False])
    np.testing.assert_allclose(found["change"][0], [1, 0.2])
    np.testing.assert_allclose(found["fifty"][0], [1, 1])
    moments = chapter["moments"](750)
    assert moments[:4] == [0, 2, 15, 17]
    assert len(moments) == 101
    assert moments[-1] == 750
