"""What the chapter on dropout defines, beside torch and scikit-learn's ridge."""

from itertools import product

import numpy as np
import pytest
import torch
from defined import defined
from sklearn.linear_model import Ridge
from torch import nn

PART = "generalization/dropout"
CELLS = ("masks", "logits", "step", "geometric")
FUNCTIONS = ("copies", "own-start", "sayings-shift")
SEEDS, UNITS = 3, 8


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "torch": torch, "product": product, "SEEDS": SEEDS}
    names |= {"SIZE": 1, "UNITS": UNITS, "cross_entropy": nn.functional.cross_entropy}
    return defined(PART, CELLS, FUNCTIONS, **names)


@pytest.fixture
def layers():
    """Return the layers of three networks of 8 hidden units, weights and biases."""
    draw = torch.Generator().manual_seed(51)
    sizes = [(64, UNITS), (UNITS, UNITS), (UNITS, 10)]
    shapes = [shape for a, b in sizes for shape in ((SEEDS, a, b), (SEEDS, 1, b))]
    return [torch.randn(s, generator=draw, dtype=torch.float64) for s in shapes]


def inverted(layers, seed, p):
    """Return torch's network with inverted dropout that has these layers' function.

    Layers trained with masks of 0 and 1 expect kept values as they are; here these come
    divided by 1 - p, so that the weights behind them are multiplied by it.
    """
    net = nn.Sequential(
        nn.Linear(64, UNITS), nn.ReLU(), nn.Dropout(p),
        nn.Linear(UNITS, UNITS), nn.ReLU(), nn.Dropout(p), nn.Linear(UNITS, 10),
    ).double()  # fmt: skip
    scales = [1, 1, 1 - p, 1, 1 - p, 1]
    with torch.no_grad():
        own = [s * x[seed] for s, x in zip(scales, layers, strict=True)]
        for parameter, value in zip(net.parameters(), own, strict=True):
            parameter.copy_(value.T if value.shape[0] > 1 else value[0])
    return net


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_the_papers_rule_is_what_nn_dropout_does_in_evaluation(chapter, layers, p):
    x = torch.randn(5, 64, dtype=torch.float64)
    found = chapter["logits"](layers, x, 1 - p, 1 - p)
    for seed in range(SEEDS):
        theirs = inverted(layers, seed, p).eval()(x)
        torch.testing.assert_close(found[seed], theirs)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_original_masks_are_those_of_nn_dropout_times_what_is_kept(chapter, layers, p):
    x = torch.randn(5, 64, dtype=torch.float64)
    net = inverted(layers, 1, p).train()
    masks = []
    for drop in (net[2], net[5]):
        drop.register_forward_hook(lambda _, put, out: masks.append((put[0], out)))
    theirs = net(x)
    kept = [(out != 0) | (value == 0) for value, out in masks]
    for (value, out), k in zip(masks, kept, strict=True):
        torch.testing.assert_close(out, value * k / (1 - p))
    found = chapter["logits"](layers, x, *(k.double() for k in kept))
    torch.testing.assert_close(found[1], theirs)


def test_the_loss_of_a_step_is_torchs_under_masks_of_its_own(chapter, layers):
    x = torch.randn(SEEDS, 5, 64, dtype=torch.float64)
    y = torch.arange(5).expand(SEEDS, -1)
    drawn = []

    def noted(p, shape, generator):
        drawn.append(chapter["mask"](p, shape, generator))
        return drawn[-1]

    args = (layers, x, y, 0.5, torch.Generator().manual_seed(57), noted)
    found = [chapter["masked_loss"](*args) for _ in range(2)]
    assert len(drawn) == 4 and not torch.equal(drawn[0], drawn[2])
    assert drawn[0].shape == (SEEDS, 5, UNITS)
    each = chapter["logits"](layers, x, *drawn[:2])
    theirs = sum(map(nn.functional.cross_entropy, each, y))
    torch.testing.assert_close(found[0], theirs)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_masks_drop_the_share_p_of_units_as_torch_does(chapter, p):
    draw = torch.Generator().manual_seed(52)
    found = chapter["mask"](p, (400, 500), draw)
    assert set(found.unique().tolist()) == {0, 1}
    theirs = nn.Dropout(p)(torch.ones(400, 500)) != 0
    assert found.mean() == pytest.approx(1 - p, abs=0.005)
    assert theirs.double().mean() == pytest.approx(1 - p, abs=0.005)


def test_the_function_drops_unless_told_and_the_module_hears_of_eval():
    ones = torch.ones(1000)
    assert (nn.functional.dropout(ones, 0.5) == 0).any()
    assert torch.equal(nn.functional.dropout(ones, 0.5, training=False), ones)
    assert torch.equal(nn.Dropout(0.5).eval()(ones), ones)


def test_all_parameters_times_a_half_halve_each_logit(chapter, layers):
    x = torch.randn(5, 64, dtype=torch.float64)
    halved = chapter["logits"]([each / 2 for each in layers], x)
    right = chapter["logits"](layers, x, 0.5, 0.5)
    assert torch.equal(2 * halved, right)


@pytest.mark.parametrize("p", [0.2, 0.57, 0.8])
def test_without_biases_the_wrong_rule_is_off_by_one_factor(chapter, layers, p):
    x = torch.randn(5, 64, dtype=torch.float64)
    bare = [each if k % 2 == 0 else 0 * each for k, each in enumerate(layers)]
    wrong = chapter["logits"]([p * each for each in bare], x)
    right = chapter["logits"](bare, x, 1 - p, 1 - p)
    factor = p**3 / (1 - p) ** 2
    torch.testing.assert_close(wrong, factor * right)
    assert (abs(factor - 1) < 0.01) == (p == 0.57)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_one_scaled_softmax_layer_is_the_geometric_mean(chapter, p):
    each, arithmetic, geometric, scaled = chapter["three_ways"](p, seed=53)
    assert each.shape == (64, 3)
    np.testing.assert_allclose(geometric, scaled, atol=1e-14)
    assert abs(arithmetic - scaled).max() > 1e-3
    chances = [p ** (6 - sum(m)) * (1 - p) ** sum(m) for m in product([0, 1], repeat=6)]
    logs = np.log(each).T @ chances
    normalized = torch.tensor(logs).softmax(0)
    np.testing.assert_allclose(normalized, geometric, atol=1e-14)


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_dropout_on_inputs_is_scikit_learns_ridge(chapter, p):
    rng = np.random.default_rng(54)
    X, y = rng.normal(size=(2, 2)) * [1, 3], rng.normal(size=2)
    masks = np.array(list(product([0, 1], repeat=4)))
    chances = chapter["chance"](masks, p)
    dropped = X * masks.reshape(16, 2, 2) / (1 - p)
    square = np.einsum("m,mni,mnj->ij", chances, dropped, dropped)
    weights = np.linalg.solve(square, np.einsum("m,mni,n->i", chances, dropped, y))
    prices = p / (1 - p) * (X**2).sum(0)
    scale = np.sqrt(prices)
    theirs = Ridge(alpha=1, fit_intercept=False, solver="svd").fit(X / scale, y)
    np.testing.assert_allclose(weights, theirs.coef_ / scale, atol=1e-10)
    w = rng.normal(size=2)
    mean = chances @ ((y - dropped @ w) ** 2).sum(1)
    assert mean == pytest.approx(((y - X @ w) ** 2).sum() + prices @ w**2)


def test_copies_compute_what_their_originals_do(chapter, layers):
    x = torch.randn(5, 64, dtype=torch.float64)
    copies = chapter["copied"](layers, times=4)
    assert copies[2].shape == (SEEDS, 4 * UNITS, 4 * UNITS)
    found = chapter["logits"](copies, x)
    torch.testing.assert_close(found, chapter["logits"](layers, x))


def test_the_noise_has_the_mean_and_variance_of_masks(chapter):
    draw = torch.Generator().manual_seed(55)
    found = chapter["noise"](0.2, (1000, 1000), draw)
    assert found.mean() == pytest.approx(0.8, abs=0.002)
    assert found.var() == pytest.approx(0.16, rel=0.01)


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_batch_normalization_of_torch_remembers_the_variance_of_training(chapter, p):
    torch.manual_seed(56)
    h = torch.randn(40_000, 64).relu()
    linear = nn.Linear(64, 1, bias=False)
    drop, norm = nn.Dropout(p), nn.BatchNorm1d(1, momentum=None)
    with torch.no_grad():
        norm(linear(drop(h)))
        kept = linear(drop.eval()(h)).var() / norm.running_var
    var = 0.5 - 1 / (2 * np.pi)
    formula = var / (var + p / (1 - p) / 2)
    assert float(kept) == pytest.approx(formula, rel=0.05)
    ours = np.mean([chapter["variance_kept"](s, p) for s in range(20)])
    assert ours == pytest.approx(formula, rel=0.05)


def test_correlated_units_of_one_sign_keep_most_of_their_variance(chapter):
    kept = [chapter["variance_kept"](s, 0.5, shared=0.5) for s in range(20)]
    # E h² = 1/2; E h h' of correlation ρ is (√(1 − ρ²) + ρ (π − arccos ρ)) / 2π
    both = (0.75**0.5 + 0.5 * (np.pi - np.arccos(0.5))) / (2 * np.pi)
    w = np.abs(np.random.default_rng(58).normal(size=(2000, 64)))
    own, pairs = (w**2).sum(1), w.sum(1) ** 2 - (w**2).sum(1)
    var = own * (0.5 - 1 / (2 * np.pi)) + pairs * (both - 1 / (2 * np.pi))
    assert np.mean(kept) == pytest.approx((var / (var + own / 2)).mean(), abs=0.01)
