"""What the tests of networks share: samples, and a network under autograd."""

import numpy as np
import pytest
import torch

from evidence.methods.networks import ACTIVATIONS, Networks

FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "identity": lambda z: z,
    "square": torch.square,
    "sin": torch.sin,
    "sign": torch.sign,
    "sign, straight-through": lambda z: (
        torch.sign(z).detach() + z.clamp(-1, 1) - z.clamp(-1, 1).detach()
    ),
}


class Twin:
    """One of several networks, its gradients by autograd."""

    def __init__(self, networks, j):
        self.blocks = networks.blocks
        self.weights = [w[j].clone().requires_grad_() for w in networks.weights]
        self.biases = [b[j].clone().requires_grad_() for b in networks.biases]
        self.function = FUNCTIONS[
            next(name for name, f in ACTIVATIONS.items() if f is networks.activation)
        ]

    def __call__(self, x):
        for layer, block in enumerate(self.blocks):
            x = x if layer == 0 else self.function(x)
            x = x @ self.weights[block].T + self.biases[block].T
        return x

    def parameters(self):
        return [*self.weights, *self.biases]


@pytest.fixture
def twin():
    """Return ``(networks, j) -> Twin``."""
    return Twin


@pytest.fixture
def function():
    """Return ``name -> activation`` of torch's own functions."""
    return FUNCTIONS.get


@pytest.fixture
def double():
    """Return what makes networks of doubles."""

    def make(sizes, seeds, *args, **kwargs):
        return Networks(sizes, seeds, *args, **kwargs, dtype=torch.float64)

    return make


@pytest.fixture
def samples():
    """Return ``(number of networks, ...) -> x, y``, shapes (N, n, inputs), (N, n)."""

    def draw(num_networks, n=40, inputs=3, seed=0):
        rng = np.random.default_rng([seed, 9])
        x = rng.normal(size=(num_networks, n, inputs))
        y = (x[..., 0] + rng.normal(size=(num_networks, n)) > 0).astype(int)
        return x, y

    return draw
