"""The two passes that the chapter on batch normalization writes, against torch."""

import numpy as np
import pytest
import torch
from defined import defined
from torch.nn.utils import fusion

from evidence.methods import batchnorm

CELLS = (
    *("forward", "one-pass", "backward", "network", "solution-rms", "images", "fold"),
    "to-first-length",
)


@pytest.fixture(scope="module")
def chapter() -> dict:
    """Return what these cells of the chapter define."""
    part, names = "normalization/batchnorm-mechanics", {"np": np, "torch": torch}
    return defined(part, CELLS, ["training"], SEEDS=3, **names)


def close(ours, theirs, tolerance=1e-10):
    theirs = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else theirs
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("m", [2, 3, 32, 500])
@pytest.mark.parametrize(("mean", "spread"), [(0, 1), (100, 3), (-5, 1e-3)])
def test_both_passes_are_torch_s_and_the_package_s(chapter, m, mean, spread):
    rng = np.random.default_rng([m, abs(mean)])
    x, dy = rng.normal(mean, spread, (m, 4)), rng.normal(size=(m, 4))
    gamma, beta = rng.normal(size=(2, 4))
    layer, inputs = torch.nn.BatchNorm1d(4).double(), torch.tensor(x)
    layer.weight.data, layer.bias.data = torch.tensor(gamma), torch.tensor(beta)
    theirs = layer(inputs.requires_grad_())
    theirs.backward(torch.tensor(dy))
    y, x_hat, sigma = chapter["forward"](x, gamma, beta)
    close(y, theirs)
    gradients = inputs.grad, layer.weight.grad, layer.bias.grad
    package = batchnorm.backward(dy, x, gamma)
    for one, other, third in zip(
        chapter["backward"](dy, x_hat, sigma, gamma), gradients, package, strict=True
    ):
        size = 1 + np.abs(one).max()
        close(one / size, other / size)
        close(one / size, third / size)


def test_without_eps_no_shift_and_no_stretch_comes_back_and_of_two_nothing(chapter):
    rng = np.random.default_rng(1)
    for m in (2, 7):
        x, dy = rng.normal(size=(2, m, 3))
        _, x_hat, sigma = chapter["forward"](x, 1, 0, eps=0)
        dx, _, _ = chapter["backward"](dy, x_hat, sigma, 2.0)
        close(dx.sum(0), 0)
        close((dx * x_hat).sum(0), 0)
        assert (m == 2) == bool(np.abs(dx).max() < 1e-12)


def test_what_is_taken_as_a_constant_leaves_its_term_out(chapter):
    rng = np.random.default_rng(2)
    x, dx_hat = rng.normal(size=(2, 9, 4))
    _, x_hat, sigma = chapter["forward"](x, 1, 0)
    terms = {"mean": dx_hat.mean(0), "deviation": (dx_hat * x_hat).mean(0) * x_hat}
    for constant in ("nothing", "mean", "deviation", "mean and deviation"):
        z = torch.tensor(x[None], requires_grad=True)
        found = chapter["normalized"](z, constant)
        found.backward(torch.tensor(dx_hat[None]))
        close(x_hat, found[0])
        kept = [term for name, term in terms.items() if name not in constant]
        close((dx_hat - sum(kept)) / sigma, z.grad[0])


def test_the_way_back_of_rms_normalization_is_autograd_s(chapter):
    rng = np.random.default_rng(3)
    x, dy = rng.normal(1, 2, (2, 6, 3))
    gamma, z = rng.normal(size=3), torch.tensor(x, requires_grad=True)
    r = torch.sqrt((z**2).mean(0) + 1e-5)
    (torch.tensor(gamma) * z / r).backward(torch.tensor(dy))
    r = r.detach().numpy()
    close(chapter["rms_backward"](dy, x / r, r, gamma), z.grad)


def test_images_are_normalized_as_torch_does(chapter):
    rng = np.random.default_rng(4)
    x, (gamma, beta) = rng.normal(2, 3, (3, 5, 4, 6)), rng.normal(size=(2, 5))
    layer = torch.nn.BatchNorm2d(5).double()
    layer.weight.data, layer.bias.data = torch.tensor(gamma), torch.tensor(beta)
    close(chapter["forward_images"](x, gamma, beta), layer(torch.tensor(x)))


def test_folding_is_torch_s(chapter):
    rng = np.random.default_rng(5)
    linear, norm = torch.nn.Linear(6, 4).double(), torch.nn.BatchNorm1d(4).double()
    norm.weight.data = torch.tensor(rng.normal(size=4))
    norm(torch.tensor(rng.normal(2, 3, (50, 4))))
    fused = fusion.fuse_linear_bn_eval(linear.eval(), norm.eval())
    given = linear.weight, linear.bias, norm.running_mean, norm.running_var
    given = [t.detach().numpy() for t in (*given, norm.weight, norm.bias)]
    weight, bias = chapter["fold"](*given)
    close(weight, fused.weight)
    close(bias, fused.bias)


def test_two_passes_keep_digits_that_one_loses(chapter):
    x = np.random.default_rng(6).normal(1e4, 1, (64, 8)).astype(np.float32)
    exact = x.astype(float).var(0)
    assert np.abs(chapter["two_passes"](x) / exact - 1).max() < 1e-4
    assert np.abs(chapter["one_pass"](x) / exact - 1).max() > 1


def test_rescaled_weights_have_their_first_length_and_give_the_same(chapter):
    first, p = chapter["first_weights"](), chapter["first_weights"]()
    rng = np.random.default_rng(7)
    for part in p:
        part += torch.tensor(0.3 * rng.normal(size=part.shape))
    x = torch.tensor(rng.uniform(size=(20, 64)))
    before = chapter["logits"](p, x)
    chapter["to_first_length"](p, first)
    for k in (0, 4):
        close(p[k].norm(dim=1).numpy(), first[k].norm(dim=1))
    close(before.numpy(), chapter["logits"](p, x), 1e-4)  # ε is not rescaled
