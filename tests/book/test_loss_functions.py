"""What the chapter on loss functions defines itself, against SciPy and torch."""

import numpy as np
import pytest
import torch
from defined import defined
from scipy.optimize import minimize
from torch.nn import functional

CELLS = (
    *("constants", "shares", "turns", "fit-line", "solution-smooth"),
    *("class-losses", "xor", "xor-learn"),
)


@pytest.fixture(scope="module")
def chapter() -> dict:
    """Return what the cells define whose ids are in CELLS."""
    return defined("gradients-losses/loss-functions", CELLS, np=np, torch=torch)


@pytest.mark.parametrize("tau", [0.1, 0.5, 0.9])
def test_the_pinball_loss_asks_for_a_quantile(chapter, tau):
    y = np.random.default_rng(3).exponential(size=1001)
    found = chapter["best_constant"](y, chapter["pinball"](tau))
    assert found == pytest.approx(np.quantile(y, tau), abs=0.02)


def test_smooth_l1_and_its_slope_are_torch_s(chapter):
    for beta in (0.1, 1.0, 3.0):
        e = torch.linspace(-5, 5, 101, dtype=torch.float64, requires_grad=True)
        theirs = functional.smooth_l1_loss(e, 0 * e, reduction="none", beta=beta)
        theirs.sum().backward()
        value, slope = chapter["smooth_l1"](e.detach().numpy(), beta)
        np.testing.assert_allclose(value, theirs.detach().numpy(), atol=1e-12)
        np.testing.assert_allclose(slope, e.grad.numpy(), atol=1e-12)


def test_values_and_slopes_of_the_ten_readings_belong_together(chapter):
    e, h = np.array([-999, -0.1, 0.1, 3.0]), 1e-6
    for name, value in chapter["VALUES"].items():
        rise = (value(e + h) - value(e - h)) / (2 * h)
        np.testing.assert_allclose(chapter["SLOPES"][name](e), rise, atol=1e-4)


def test_a_typo_owns_the_loss_from_where_the_formulas_say(chapter):
    # 99 times the loss of nine errors of 0.1 each
    expected = {"squared": (99 * 0.09) ** 0.5, "absolute": 89.1, "smooth L1": 4.955}
    assert chapter["turns"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("beta", [0.3, 1.0, 5.0])
def test_weighing_anew_finds_the_line_of_least_smooth_l1_loss(chapter, beta):
    rng = np.random.default_rng(4)
    X = np.stack([np.ones(40), rng.uniform(-1, 1, size=40)], 1)
    y = X @ [1, 2] + rng.normal(size=40) + 10 * (rng.random(40) < 0.1)

    def total(w):
        e = torch.tensor(X @ w - y)
        return float(functional.smooth_l1_loss(e, 0 * e, reduction="sum", beta=beta))

    theirs = minimize(total, [0, 0], method="Nelder-Mead", tol=1e-10).x
    found = chapter["fit_line"](X, y, beta, rounds=500)
    np.testing.assert_allclose(found, theirs, atol=1e-5)


def test_losses_of_classes_are_torch_s(chapter):
    c = torch.tensor(chapter["OUTPUTS"])
    for t in (0.0, 1.0):
        target = torch.full_like(c, t)
        theirs = functional.binary_cross_entropy_with_logits(
            c, target, reduction="none"
        )
        ours = chapter["CLASS_LOSSES"]["cross-entropy"](c.numpy(), t)
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-12)
        side = (2 * t - 1) * c
        theirs = functional.hinge_embedding_loss(
            side, torch.full_like(c, -1), reduction="none"
        )
        ours = chapter["CLASS_LOSSES"]["hinge"](c.numpy(), t)
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-12)


def test_rates_tried_at_once_are_those_tried_alone(chapter):
    rates = np.repeat([0.3, 3.0], 2)[:, None, None]
    at_once = chapter["learn_xor"]([5, 6, 5, 6], "squared error", rates, steps=5)
    alone = [
        chapter["learn_xor"]([5, 6], "squared error", r, steps=5) for r in (0.3, 3)
    ]
    for both, parts in zip(at_once, zip(*alone, strict=True), strict=True):
        np.testing.assert_allclose(both, np.concatenate(parts), atol=1e-12)


@pytest.mark.parametrize("loss", ["squared error", "cross-entropy"])
def test_a_step_on_xor_is_autograd_s(chapter, loss):
    start = chapter["learn_xor"]([5, 6], loss, 1.0, steps=3)
    after = chapter["learn_xor"]([5, 6], loss, 1.0, steps=4)
    layers = [torch.tensor(part, requires_grad=True) for part in start]
    w, b, v, c = layers
    x, t = torch.tensor(chapter["INPUTS"]), torch.tensor(chapter["XOR"])
    z = torch.sigmoid(x @ w + b) @ v + c
    if loss == "squared error":
        each = (torch.sigmoid(z) - t) ** 2
    else:
        each = functional.binary_cross_entropy_with_logits(
            z, t.expand_as(z), reduction="none"
        )
    each.mean((1, 2)).sum().backward()
    for p, new in zip(layers, after, strict=True):
        np.testing.assert_allclose((p - p.grad).detach().numpy(), new, atol=1e-12)
