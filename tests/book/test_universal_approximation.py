"""What the chapter on one hidden layer defines, beside scikit-learn and torch."""

import numpy as np
import pytest
import torch
from defined import defined
from scipy.special import expit
from sklearn.linear_model import LinearRegression
from torch import nn

from evidence.methods.networks import Networks, train

PART = "experiments/universal-approximation"
CELLS = ("staircase", "broken", "targets", "least", "start", "fit")


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "torch": torch, "sigmoid": expit, "Networks": Networks}
    names |= {"train": train, "STEPS": 50, "RATE": 0.003}
    return defined(PART, CELLS, **names)


@pytest.mark.parametrize("n", [2, 5, 40])
def test_steep_sigmoids_make_a_staircase(chapter, n):
    edges = np.linspace(-1, 1, n + 1)
    centers = (edges[1:] + edges[:-1]) / 2
    found = chapter["staircase"](np.cos, n, 1e6)(centers)
    np.testing.assert_allclose(found, np.cos(centers), atol=1e-12)


def test_a_staircase_comes_as_near_as_its_strips_vary(chapter):
    x = np.linspace(-1, 1, 4001)
    for n in (10, 100, 1000):
        found = chapter["staircase"](np.sin, n, 100 * n)(x)
        assert abs(found - np.sin(x)).max() < 4 / n  # twice a strip's variation


@pytest.mark.parametrize("n", [1, 4, 33])
def test_relus_make_the_line_that_interpolates(chapter, n):
    x, knots = np.linspace(-1, 1, 777), np.linspace(-1, 1, n + 1)
    found = chapter["broken_line"](np.exp, n)(x)
    np.testing.assert_allclose(found, np.interp(x, knots, np.exp(knots)), atol=1e-12)


@pytest.mark.parametrize("n", [2, 9, 16])
def test_least_squares_are_scikit_learns(chapter, n):
    x = chapter["POINTS"]
    H, y = chapter["placed"](x, n), chapter["TARGETS"]["sin 12x"](x)
    theirs = LinearRegression().fit(H, y).predict(H)
    ours = chapter["least_squares"](H, y)
    np.testing.assert_allclose(ours, ((theirs - y) ** 2).mean(), rtol=1e-4)


@pytest.mark.parametrize(("k", "stretches"), [(12, 9), (10, 7)])
def test_as_many_sigmoids_are_not_as_many_stretches(chapter, k, stretches):
    x = chapter["POINTS"]
    turns = np.diff(np.sign(np.diff(np.sin(k * np.linspace(-1, 1, 10_001)))))
    assert np.count_nonzero(turns) + 1 == stretches
    found = [
        chapter["least_squares"](chapter["placed"](x, n), np.sin(k * x)) < 0.01
        for n in range(1, 33)
    ]
    assert found.index(True) + 1 == 9


@pytest.mark.parametrize(("slopes", "low", "high"), [(1, 0.3, 0.5), (10, 0, 0.01)])
def test_both_starts_need_huge_output_weights(chapter, slopes, low, high):
    x = chapter["POINTS"]
    y = chapter["TARGETS"]["sin 12x"](x)
    sizes, errors = [], []
    for H in chapter["start"](16, range(5000, 5020), slopes).layers(x)[0]:
        H = np.column_stack([H, np.ones(len(H))])
        weights = np.linalg.lstsq(H, y, rcond=1e-8)[0]
        sizes.append(abs(weights).max())
        errors.append(((H @ weights - y) ** 2).mean())
    assert 3e4 < np.median(sizes) < 1e6
    assert low < np.median(errors) < high


def test_a_steeper_start_leaves_the_middles_where_they_were(chapter):
    flat, steep = (chapter["start"](16, range(3), slopes) for slopes in (1, 10))
    even = chapter["start"](16, range(3), 10, even=True)
    middles = [-n.biases[0] / n.weights[0] for n in (flat, steep, even)]
    torch.testing.assert_close(middles[0], middles[1])
    wanted = torch.linspace(-1, 1, 16, dtype=torch.float64)[:, None].expand(3, 16, 1)
    torch.testing.assert_close(middles[2], wanted)
    torch.testing.assert_close(steep.weights[0], 10 * flat.weights[0])


def test_training_is_that_of_torch(chapter):
    networks = chapter["start"](4, [7])
    net = nn.Sequential(nn.Linear(1, 4), nn.Sigmoid(), nn.Linear(4, 1)).double()
    with torch.no_grad():
        for layer, w, b in zip(
            net[::2], networks.weights, networks.biases, strict=True
        ):
            layer.weight.copy_(w[0])
            layer.bias.copy_(b[0, :, 0])
    x = torch.tensor(chapter["POINTS"])
    y = torch.sin(12 * x)
    adam = torch.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(50):
        adam.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        adam.step()
    chapter["fit"](networks, y.numpy())
    found = networks.outputs(chapter["POINTS"])[0]
    np.testing.assert_allclose(found, net(x).detach().numpy(), atol=1e-4)
