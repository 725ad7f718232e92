"""Activations, losses and initializers beside those of torch."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from evidence.methods.networks import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    Networks,
    constant,
    normal,
)
from evidence.methods.networks.functions import targets_of

LOSS_OF_SAMPLES = {  # of outputs z and targets y, both (batch, outputs)
    "cross-entropy": lambda z, y: functional.cross_entropy(z, y, reduction="none"),
    "logistic": lambda z, y: functional.binary_cross_entropy_with_logits(
        z, y, reduction="none"
    ).mean(1),
    "squared": lambda z, y: functional.mse_loss(z, y, reduction="none").mean(1),
    "absolute": lambda z, y: functional.l1_loss(z, y, reduction="none").mean(1),
    "fourth power": lambda z, y: ((z - y) ** 4).mean(1),
    "hinge": lambda z, y: torch.relu(1 - torch.where(y > 0, z, -z)).mean(1),
    "constant": lambda z, y: 0 * z.sum(1),
}
Z = torch.tensor(np.random.default_rng(0).normal(0, 1.5, size=(2, 3, 40)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_derivative_are_those_of_autograd(name, function):
    z, d = Z.clone().requires_grad_(), torch.cos(Z)
    expected = function(name)(z)
    (slope,) = torch.autograd.grad((0 * z + expected).sum(), z)
    own = ACTIVATIONS[name]
    kept = Z.clone()
    h = own.forward(kept)
    torch.testing.assert_close(h, expected.detach())
    back = own.backward(d.clone(), kept if own.keeps_z else None, h)
    torch.testing.assert_close(back, d * slope)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_and_its_derivative_are_those_of_autograd(name):
    labels = torch.arange(80).reshape(2, 40) % 3
    targets = targets_of(labels, 3).double()
    own = LOSSES[name].value(Z, targets), LOSSES[name].gradient(Z, targets)
    for j in range(2):
        z = Z[j].T.clone().requires_grad_()
        value = LOSS_OF_SAMPLES[name](z, targets[j].T)
        (slope,) = torch.autograd.grad(value.sum(), z)
        torch.testing.assert_close(own[0][j], value.detach())
        torch.testing.assert_close(own[1][j], slope.T)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("xavier", torch.nn.init.xavier_uniform_),
        ("he", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
    ],
)
@pytest.mark.parametrize(("inputs", "outputs"), [(200, 300), (300, 200)])
def test_initial_weights_have_the_moments_of_torch(name, theirs, inputs, outputs):
    rng, shape = np.random.default_rng(0), (outputs, inputs)
    own = INITIALIZERS[name](rng, shape, inputs, outputs)
    torch.manual_seed(0)
    other = theirs(torch.empty(shape, dtype=torch.float64)).numpy()
    for power in (1, 2, 4):
        scale = other.std() ** power
        moments = [np.mean(w**power) / scale for w in (own, other)]
        assert moments[0] == pytest.approx(moments[1], abs=0.05)


def test_targets_are_a_row_for_each_class_or_the_numbers_themselves():
    labels = torch.tensor([[0, 2], [1, 1]])
    rows = targets_of(labels, 3)
    assert rows.tolist() == [[[1, 0], [0, 0], [0, 1]], [[0, 0], [1, 1], [0, 0]]]
    assert targets_of(labels % 2, 1).tolist() == [[[0, 0]], [[1, 1]]]
    numbers = torch.rand(2, 5, 3)
    torch.testing.assert_close(targets_of(numbers, 3), numbers.mT)


def test_initializers_have_the_spread_of_their_papers():
    rng, shape = np.random.default_rng(1), (300, 200)
    xavier = INITIALIZERS["xavier"](rng, shape, 200, 300)
    assert 0.99 * np.sqrt(6 / 500) < np.abs(xavier).max() <= np.sqrt(6 / 500)
    assert abs(INITIALIZERS["he"](rng, shape, 200, 300).std() - 0.1) < 1e-3
    assert abs(normal(0.3)(rng, shape, 200, 300).std() - 0.3) < 3e-3
    he = Networks([200, 300, 2], [0], initializer="he", bias_initializer=constant(0.5))
    assert abs(he.weights[0].std().item() - 0.1) < 1e-3
    assert (he.biases[0] == 0.5).all()


@pytest.mark.parametrize(
    ("make", "value", "error"),
    [
        (normal, -1, ValueError),
        (normal, np.inf, ValueError),
        (normal, "0.1", TypeError),
        (constant, np.nan, ValueError),
        (constant, "1", TypeError),
    ],
)
def test_an_initializer_refuses_what_is_no_number_when_it_is_made(make, value, error):
    with pytest.raises(error, match="must be a finite number"):
        make(value)
