"""What the chapter on optimizers defines beside those of the package, against torch."""

import numpy as np
import pytest
import torch
from defined import defined

from evidence.methods import optimizers

PART = "optimization/learning-rate-momentum"


@pytest.fixture(scope="module")
def chapter():
    """Return the small networks and the rival that never forgets."""
    return defined(PART, ["peaks-network"], np=np)


def shrinking(w, t):
    """Return gradients that shrink faster than averages of their squares."""
    return np.exp(-t / 20) * (w + np.arange(5))


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_the_rival_is_torchs_amsgrad(chapter, scale):
    start = np.random.default_rng([43, 0]).normal(size=5)
    w, memory = start, (0, 0)
    weights = torch.tensor(start, requires_grad=True)
    torchs = torch.optim.Adam([weights], lr=0.1, betas=(0.9, 0.9), amsgrad=True)
    for t in range(1, 200):
        gradient = scale * shrinking(w, t)
        weights.grad = torch.tensor(gradient)
        torchs.step()
        w, memory = chapter["amsgrad"](w, gradient, memory, t, 0.1, beta2=0.9)
        np.testing.assert_allclose(w, weights.detach().numpy(), atol=1e-12)
    plain, memory = start, (0, 0)
    for t in range(1, 200):
        gradient = scale * shrinking(plain, t)
        plain, memory = optimizers.adam(plain, gradient, memory, t, 0.1, beta2=0.9)
    assert np.abs(plain - w).max() > 0.01  # it is not Adam


def test_the_small_networks_have_torchs_gradients(chapter):
    rng = np.random.default_rng([43, 1])
    w, y = rng.normal(size=(4, 31)), rng.normal(size=(4, 20))
    weights = torch.tensor(w, requires_grad=True)
    a, b, c, d = weights.split([10, 10, 10, 1], 1)
    x = torch.tensor(chapter["INPUTS"])[:, None]
    hidden = torch.tanh(x * a[:, None] + b[:, None])
    answers = (hidden @ c[..., None])[..., 0] + d
    losses = ((answers - torch.tensor(y)) ** 2).mean(1)
    losses.sum().backward()
    loss, gradient = chapter["waves"](w, y)
    np.testing.assert_allclose(loss, losses.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(gradient, weights.grad.numpy(), atol=1e-12)
