"""Networks side by side: backward beside autograd, and what is measured."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from evidence.methods.networks import ACTIVATIONS, LOSSES, Networks, normal


@pytest.mark.parametrize("blocks", [[0, 1, 2, 3], [0, 1, 1, 2]], ids=["free", "shared"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_those_of_autograd(activation, blocks, samples, double, twin):
    networks = double([3, 5, 5, 5, 2], [3, 4], activation, normal(0.6), blocks=blocks)
    x, y = samples(2)
    z = networks.forward(networks.inputs(x))
    targets = networks.targets(y, x.shape[1], "cross-entropy")
    networks.backward(LOSSES["cross-entropy"].gradient(z, targets) / x.shape[1])
    values = networks.loss(x, y)
    for j in range(2):
        other = twin(networks, j)
        value = functional.cross_entropy(other(torch.tensor(x[j])), torch.tensor(y[j]))
        value.backward()
        assert values[j] == pytest.approx(value.item(), rel=1e-10, abs=1e-12)
        hand = [*networks.weight_gradients, *networks.bias_gradients]
        for own, parameter in zip(hand, other.parameters(), strict=True):
            expected = parameter.grad
            expected = torch.zeros_like(own[j]) if expected is None else expected
            torch.testing.assert_close(own[j], expected, rtol=1e-10, atol=1e-10)
    if activation != "sign":
        assert networks.weight_gradients[0].abs().max() > 1e-3


def test_the_logistic_loss_of_one_output_is_the_cross_entropy_of_labels(
    samples, double, twin
):
    networks = double([3, 6, 1], [0])
    x, y = samples(1)
    z = twin(networks, 0)(torch.tensor(x[0]))[:, 0]
    own = networks.loss(x, y, "logistic")[0]
    other = functional.binary_cross_entropy_with_logits(z, torch.tensor(y[0]).double())
    assert abs(own - other.item()) < 1e-12
    np.testing.assert_array_equal(networks.predict(x)[0], (z > 0).int())


def test_every_seed_and_shape_starts_from_its_own_weights():
    a, b = Networks([4, 50, 2], [1, 2]), Networks([4, 50, 2], [2], "relu")
    np.testing.assert_array_equal(a.weights[0][1], b.weights[0][0])
    assert not torch.equal(a.weights[0][0], a.weights[0][1])
    assert a.weights[0].abs().max() <= np.sqrt(6 / 54)
    assert a.biases[0].abs().max() <= np.sqrt(3 / 50)
    assert a.weights[0].abs().max() > 0.95 * np.sqrt(6 / 54)


def test_outputs_that_overflow_are_no_class(samples):
    x, y = samples(2)
    networks = Networks([3, 8, 2], [0, 1], "square")
    networks.weights[-1][1] *= 3e38  # finite still
    assert not networks.diverged.any()
    assert np.isnan(networks.accuracy(x, y)).tolist() == [False, True]


def test_layers_are_the_units_that_the_function_gives(samples, double):
    networks = double([3, 4, 5, 2], [0, 1], "sin")
    X, _ = samples(2, n=6)
    first, second, outputs = networks.layers(X)
    W, b = networks.weights, networks.biases
    for j in range(2):
        h = np.sin(X[j] @ W[0][j].numpy().T + b[0][j].numpy().T)
        np.testing.assert_allclose(first[j], h, atol=1e-12)
        h = np.sin(h @ W[1][j].numpy().T + b[1][j].numpy().T)
        np.testing.assert_allclose(second[j], h, atol=1e-12)
        h = h @ W[2][j].numpy().T + b[2][j].numpy().T
        np.testing.assert_allclose(outputs[j], h, atol=1e-12)
    same = networks.accuracy(X[0], networks.predict(X[0]))  # X for all networks
    np.testing.assert_array_equal(same, [1, 1])


# --- What is refused ------------------------------------------------------------------

X, Y = np.ones((2, 6, 3)), np.zeros((2, 6), dtype=int)
NAN = X.copy()
NAN[1, 2, 0] = np.nan


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (dict(sizes=[3]), "sizes must run from the inputs to the outputs"),
        (dict(sizes=[3, 0, 2]), "each entry of sizes .* at least 1, not 0"),
        (dict(sizes=[3, 4.0, 2]), "each entry of sizes must be a whole number"),
        (dict(sizes=3), "sizes must be several whole numbers, not 3"),
        (dict(seeds=[]), "seeds must hold at least one whole number"),
        (dict(seeds=[-1, 2]), "each entry of seeds .* at least 0, not -1"),
        (dict(seeds=20), "seeds must be several whole numbers, not 20"),
        (dict(activation="sigmoidal"), "activation must be one of 'sigmoid', 'tanh'"),
        (dict(activation=torch.relu), "activation must be one of 'sigmoid', 'tanh'"),
        (dict(initializer="glorot"), "initializer must be one of 'xavier', 'he'"),
        (dict(initializer=lambda rng, shape, i, o: np.full(shape, np.inf)), "finite"),
        (dict(initializer=lambda rng, shape, i, o: np.zeros(3)), "shape"),
        (dict(blocks=[0, 1, 2]), "make 2 layers"),
        (dict(blocks=[1, 0]), "order of first use"),
        (dict(blocks=[0, 0]), "share block 0"),
        (dict(blocks=[0, 0.5]), "each entry of blocks must be a whole number"),
        (dict(dtype=torch.int32), "torch.float32 or torch.float64, not torch.int32"),
        (dict(dtype="float64"), "torch.float32 or torch.float64, not 'float64'"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_networks_that_cannot_be_are_refused(given, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Networks(**(dict(sizes=[3, 4, 2], seeds=[0, 1]) | given))


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (NAN, r"X must be finite, but X\[1, 2, 0\] is nan"),
        (X * 1e39, "X must fit torch.float32, not reach 1e\\+39"),
        (X[..., :2], r"X must have the shape \(..., n, 3\), not \(2, 6, 2\)"),
        (X[:1], r"X must have the shape \(6, 3\), or \(2, 6, 3\) .*, not \(1, 6, 3\)"),
        (X[:, :0], "X must hold at least one sample"),
        (X + 0j, "X must be real numbers, not complex numbers"),
        (X.astype(str), "X must be real numbers, not text"),
        (np.ma.masked_array(X, X > 0), "X is a masked array"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_samples_that_are_none_are_refused(samples, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Networks([3, 4, 2], [0, 1]).outputs(samples)
