"""The optimizers: each walks as its namesake in torch.optim does, step for step."""

import numpy as np
import pytest
import torch

from evidence.methods import optimizers

STEPS = 60
MINE_AND_TORCH = {
    "sgd": (optimizers.sgd, {}, torch.optim.SGD, {}),
    "momentum": (
        *(optimizers.momentum, {"beta": 0.8}),
        *(torch.optim.SGD, {"momentum": 0.8}),
    ),
    "rmsprop": (optimizers.rmsprop, {}, torch.optim.RMSprop, {}),
    "rmsprop, alpha": (
        *(optimizers.rmsprop, {"alpha": 0.9, "eps": 1e-3}),
        *(torch.optim.RMSprop, {"alpha": 0.9, "eps": 1e-3}),
    ),
    "adam": (optimizers.adam, {}, torch.optim.Adam, {}),
    "adam, betas": (
        *(optimizers.adam, {"beta1": 0.5, "beta2": 0.9, "eps": 1e-3}),
        *(torch.optim.Adam, {"betas": (0.5, 0.9), "eps": 1e-3}),
    ),
    "adamw": (optimizers.adamw, {}, torch.optim.AdamW, {}),
    "adamw, decay": (
        *(optimizers.adamw, {"decay": 0.3, "beta1": 0.5}),
        *(torch.optim.AdamW, {"weight_decay": 0.3, "betas": (0.5, 0.999)}),
    ),
}


def loss(w):
    """Return a loss with a curved valley, steep and flat directions."""
    return (1 - w[0]) ** 2 + 2 * (w[1] - w[0] ** 2) ** 2 + 0.1 * w[2] ** 2


def gradient(w):
    w = torch.tensor(w, requires_grad=True)
    (found,) = torch.autograd.grad(loss(w), w)
    return found.numpy()


def walk_of_torch(optimizer, w, rate, **options):
    w = torch.tensor(w, requires_grad=True)
    optimizer = optimizer([w], lr=rate, **options)
    visited = [w.detach().numpy().copy()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(w).backward()
        optimizer.step()
        visited.append(w.detach().numpy().copy())
    return np.stack(visited)


@pytest.mark.parametrize("name", MINE_AND_TORCH)
@pytest.mark.parametrize("seed", range(3))
def test_each_walks_as_its_namesake_in_torch_step_for_step(name, seed):
    mine, my_options, theirs, options = MINE_AND_TORCH[name]
    start = np.random.default_rng([seed, 1]).uniform(-1, 1, size=3)
    rate = 0.003 if name in ("sgd", "momentum") else 0.01
    walked = optimizers.path(mine, gradient, start, rate, STEPS, **my_options)
    expected = walk_of_torch(theirs, start, rate, **options)
    assert walked.shape == (STEPS + 1, 3)
    assert np.abs(np.diff(expected, axis=0)).max() > 1e-3  # it did walk
    np.testing.assert_allclose(walked, expected, rtol=1e-9, atol=1e-9)


def test_tensors_of_torch_will_do():
    w, g = torch.tensor([1.0, -2.0]), torch.tensor([3.0, 0.5])
    for step in (
        optimizers.sgd,
        optimizers.momentum,
        optimizers.rmsprop,
        optimizers.adam,
        optimizers.adamw,
    ):
        moved, memory = step(w, g, optimizers.START, 1, 0.1)
        assert isinstance(moved, torch.Tensor) and len(memory) == 2
        assert not torch.equal(moved, w)


def test_several_rates_run_at_once():
    rates = np.array([[0.1], [0.2]])
    start = np.ones((2, 3))
    both = optimizers.path(optimizers.adam, lambda w: w, start, rates, 5)
    for row, rate in enumerate(rates[:, 0]):
        alone = optimizers.path(optimizers.adam, lambda w: w, np.ones(3), rate, 5)
        np.testing.assert_array_equal(both[:, row], alone)


def test_the_first_step_of_adam_is_as_long_as_the_rate_for_any_gradient():
    gradients = np.array([1e-3, -4.0, 1e6])
    moved, _ = optimizers.adam(np.zeros(3), gradients, optimizers.START, 1, 0.01)
    np.testing.assert_allclose(moved, -0.01 * np.sign(gradients), rtol=1e-4)


def test_adamw_shrinks_all_weights_alike_and_a_penalty_in_adam_does_not():
    w, rate, decay = np.array([1.0, 1.0]), 0.1, 0.1
    g = np.array([0.01, 100.0])
    plain, _ = optimizers.adam(w, g, optimizers.START, 1, rate)
    decayed, _ = optimizers.adamw(w, g, optimizers.START, 1, rate, decay=decay)
    np.testing.assert_allclose(plain - decayed, rate * decay * w)
    penalized, _ = optimizers.adam(w, g + decay * w, optimizers.START, 1, rate)
    np.testing.assert_allclose(plain, penalized, atol=1e-6)
