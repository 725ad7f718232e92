"""What the chapter on NaN defines, beside torch."""

import numpy as np
import pytest
import torch
from defined import defined
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits

from evidence import exercises

CELLS = ("chain", "naive", "digits", "network", "step", "clip", "say-computed")


@pytest.fixture(scope="module")
def chapter():
    """Return the functions that these cells of the chapter define."""
    part = "gradients/exploding-gradients-nan"
    names = {"np": np, "torch": torch}
    names["binary_cross_entropy_with_logits"] = binary_cross_entropy_with_logits
    return defined(part, functions_of=CELLS, **names)


def layers(seed, networks=3):
    rng = np.random.default_rng(seed)
    shapes = [(5, 4), (1, 4), (4, 3), (1, 3)]
    return [torch.tensor(rng.normal(size=(networks, *s))).float() for s in shapes]


@pytest.mark.parametrize("b", [0.0, -1.5])
def test_the_gradient_of_a_chain_is_autograds(chapter, b):
    a = torch.linspace(0, 1, 11, dtype=torch.float64, requires_grad=True)
    x = a
    for _ in range(4):
        x = torch.sigmoid(3 * x + b)
    x.sum().backward()
    gradient, output = chapter["chain"](a.detach().numpy(), 3, b, 4)
    np.testing.assert_allclose(gradient, a.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(output, x.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("w", [7, 100])
def test_a_chain_with_biases_of_half_its_weight_is_symmetric(chapter, w):
    a = np.array([0, 0.1, 0.4, 0.499])
    left, _ = chapter["chain"](a, w, -w / 2, 5)
    right, _ = chapter["chain"](1 - a, w, -w / 2, 5)
    np.testing.assert_allclose(left, right, rtol=1e-9)
    assert (left > 0).all()


def chains(chapter, w, b):
    """Return inputs, and the gradients of chains of 1, 2 and 5 units at them."""
    a = np.linspace(0, 1, 200_001)
    return a, [chapter["chain"](a, w, b, n)[0] for n in (1, 2, 5)]


@pytest.mark.parametrize("w", [4.5, 5, 7, 10, 20])
def test_more_units_make_a_higher_peak_and_a_smaller_share(chapter, w):
    a, gradients = chains(chapter, w, -w / 2)
    peaks = [g.max() for g in gradients]
    assert peaks == pytest.approx([(w / 4) ** n for n in (1, 2, 5)])
    for least in (lambda g: 1, lambda g: g.max() / 2):  # 1 or more, half the peak
        shares = [(g >= least(g)).mean() for g in gradients]
        assert shares[0] > shares[1] > shares[2]
    assert all(np.trapezoid(g, a) < 1 for g in gradients)


@pytest.mark.parametrize("w", [2, 4.5, 7, 20, 100])
def test_without_biases_more_units_lower_the_peak(chapter, w):
    _, gradients = chains(chapter, w, 0)
    peaks = [g.max() for g in gradients]
    assert peaks[0] > peaks[1] > peaks[2]


def test_what_comes_first_is_asked_of_those_that_are_lost(chapter):
    inf, nan = np.inf, np.nan
    losses = np.array([[1, 1, 1, nan], [inf, nan, 2, nan], [nan, nan, 3, inf]])
    assert chapter["nan_comes_first"](losses).tolist() == [False, True, True]


@pytest.mark.parametrize("z, t, isnan", [(1, 0, 0), (1, 1, 1), (-1, 0, 1), (-1, 1, 1)])
def test_the_loss_of_a_logit_of_inf(z, t, isnan):
    z, t = torch.tensor([z * np.inf]), torch.tensor([float(t)])
    loss = binary_cross_entropy_with_logits(z, t)
    assert loss.isnan() if isnan else loss == np.inf


@pytest.mark.parametrize("c", [0.01, 1.0, 1e6])
def test_clipping_is_torchs_for_each_network(chapter, c):
    weights = layers(1)
    slopes = [w.double() for w in layers(2)]
    ours = chapter["clip"](slopes, c=c)
    for k in range(3):
        mine = [torch.zeros_like(w[k]).double().requires_grad_() for w in weights]
        for weight, slope in zip(mine, slopes, strict=True):
            weight.grad = slope[k].clone()
        torch.nn.utils.clip_grad_norm_(mine, c)
        for one, weight in zip(ours, mine, strict=True):
            torch.testing.assert_close(one[k], weight.grad, rtol=1e-5, atol=1e-9)


def test_a_step_is_that_of_torchs_sgd(chapter):
    rng = np.random.default_rng(3)
    x = torch.tensor(rng.normal(size=(3, 6, 5)))
    t = torch.tensor(rng.integers(0, 2, size=(3, 6, 3))).double()
    after, (loss, _) = chapter["step"](layers(4), x, t, 0.5)
    for k in range(3):
        mine = [w[k].double().requires_grad_() for w in layers(4)]
        h = torch.nn.functional.leaky_relu(x[k] @ mine[0] + mine[1], 0.1)
        z = h @ mine[2] + mine[3]
        theirs = binary_cross_entropy_with_logits(z, t[k], reduction="sum") / 6
        theirs.backward()
        torch.optim.SGD(mine, lr=0.5).step()
        torch.testing.assert_close(loss[k], theirs.detach().float())
        for one, weight in zip(after, mine, strict=True):
            error = (one[k] - weight.detach()).abs().max()
            assert error < 1e-5  # 16 binary places


def test_the_naive_loss_is_torchs_where_it_is_finite(chapter):
    z = torch.linspace(-15, 15, 61, dtype=torch.float64)
    for t in (torch.zeros(61), torch.ones(61)):
        theirs = binary_cross_entropy(torch.sigmoid(z), t.double(), reduction="none")
        ours = chapter["naive"](z, t).double()
        torch.testing.assert_close(ours, theirs, rtol=1e-1, atol=1e-6)


def test_the_naive_loss_is_nan_where_it_is_right_and_sure(chapter):
    z = torch.tensor([24 * np.log(2) - 1e-6, 24 * np.log(2) + 1e-6])
    right, wrong = (chapter["naive"](z, torch.full((2,), t)) for t in (1.0, 0.0))
    assert right.isnan().tolist() == [False, True]
    assert wrong.isinf().tolist() == [False, True]


@pytest.mark.parametrize("k", range(4))
def test_the_loss_of_a_class_is_torchs(k):
    (ours,) = exercises.find("exploding-gradients-nan/from-logits").right
    z = np.array([900.0, -3.0, 0.5, -1000.0])
    theirs = torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(k))
    assert ours(z, k) == pytest.approx(float(theirs), rel=1e-12, abs=1e-12)
