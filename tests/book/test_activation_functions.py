"""What the chapter on activation functions defines itself, against other libraries."""

import numpy as np
import pytest
import torch
from defined import defined
from sklearn.datasets import make_moons
from torch.nn import functional

CELLS = "moons", "passed", "dead-code", "dead-units", "gelu-given", "solution-gelu"


@pytest.fixture(scope="module")
def chapter() -> dict:
    """Return what these cells of the chapter define."""
    names = {"np": np, "torch": torch, "functional": functional}
    return defined("gradients/activation-functions", CELLS, ["sayings-tanh"], **names)


def test_the_moons_are_those_of_scikit_learn(chapter):
    class Still:
        def normal(self, loc, scale, size):
            return np.zeros(size)

    x, y = chapter["moons"](Still(), 50)
    theirs, labels = make_moons(100, shuffle=False, noise=None)
    np.testing.assert_allclose(x, theirs, atol=1e-12)
    np.testing.assert_array_equal(y, labels)


def by_autograd(seed, units, f, spread, layers=20):
    """Return the gradient's length in the first layer over the last, by torch."""
    rng = np.random.default_rng([seed, units, 1])
    h, signal = torch.tensor(rng.normal(size=units)), []
    for _ in range(layers):
        w = spread / units**0.5 * torch.tensor(rng.normal(size=(units, units)))
        z = (w @ h).requires_grad_() if not signal else w @ h
        if signal:
            z.retain_grad()
        signal.append(z)
        h = f(z)
    h.backward(torch.tensor(rng.normal(size=units)))
    lengths = [float(z.grad.norm()) for z in signal]
    return lengths[0] / lengths[-1] if lengths[-1] else 0.0


@pytest.mark.parametrize(
    ("units", "spread"), [(64, 2**0.5), (64, 3**-0.5), (4, 2**0.5)]
)
def test_what_comes_down_through_relu_is_what_autograd_says(chapter, units, spread):
    for seed in range(5):
        theirs = by_autograd(seed, units, torch.relu, spread)
        assert chapter["passed"](seed, units, spread) == pytest.approx(theirs)


def test_what_comes_down_through_tanh_is_what_autograd_says(chapter):
    for units in (16, 64):
        theirs = np.log10(by_autograd(3, units, torch.tanh, 1.0))
        assert chapter["passed_tanh"](3, units) == pytest.approx(theirs)


def test_a_layer_blocks_as_often_as_the_formula_says(chapter):
    zero = [chapter["passed"](s, 3, layers=10) == 0 for s in range(3000, 4000)]
    assert np.mean(zero) == pytest.approx(1 - (7 / 8) ** 10, abs=0.05)


def test_the_slope_of_gelu_is_torch_s(chapter):
    z = torch.linspace(-4, 4, 41, dtype=torch.float64, requires_grad=True)
    functional.gelu(z).sum().backward()
    found = chapter["gelu_slope"](z.detach().numpy())
    np.testing.assert_allclose(found, z.grad.numpy(), atol=1e-12)


def test_a_dead_unit_gets_no_gradient_and_a_leak_gives_it_one(chapter):
    rng = np.random.default_rng(5)
    layers = [
        torch.tensor(rng.normal(size=size)).requires_grad_()
        for size in ((3, 2, 6), (3, 1, 6), (3, 6, 2), (3, 1, 2))
    ]
    with torch.no_grad():
        layers[1][:, :, :3] = -50
    x = torch.tensor(rng.normal(size=(3, 40, 2)))
    dead = chapter["dead"]([p.detach() for p in layers], x)
    assert dead[:, :3].all()
    for f, silent in ((torch.relu, True), (functional.leaky_relu, False)):
        z = chapter["logits"](layers, x, f)
        w, b = torch.autograd.grad((z**2).sum(), layers[:2])
        assert bool((w[:, :, :3] == 0).all()) is silent
        assert bool((b[:, :, :3] == 0).all()) is silent
