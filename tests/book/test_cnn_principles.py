"""What the chapter on the assumptions of convolutions defines, beside PyTorch."""

from functools import partial, reduce

import numpy as np
import pytest
import torch
from defined import defined
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge
from torch import nn
from torch.nn.functional import conv1d, conv2d, cross_entropy, max_pool2d

from evidence.methods.networks import descend, random_batches

PART = "architectures/cnn-principles"
CELLS = ("matrices", "layer", "kinds", "logits", "backward", "backward-maps", "pool")
MORE = ("probe", "problem", "problem-of", "start", "start-nets", "fit", "off")
SEEDS = [41, 42]


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "torch": torch, "partial": partial, "reduce": reduce}
    names |= {"sliding_window_view": sliding_window_view, "load_digits": load_digits}
    names |= {"cross_entropy": cross_entropy, "conv2d": conv2d}
    names |= {"descend": descend, "random_batches": random_batches}
    names |= {"SIDE": 12, "LEARN": 300, "NEW": 500, "STEPS": 150}
    return defined(PART, (*CELLS, *MORE), **names)


def pictures(n=6, side=12):
    rng = np.random.default_rng(5)
    return torch.tensor(rng.random((len(SEEDS), n, side, side)))


def as_torch(kind, net, k):
    """Return the network of one seed, made of torch's layers; shared kernels."""
    shapes, modules, c = [(4, 2, 8), (3, 1, 16)], [], 1
    for i, (size, stride, out) in enumerate(shapes):
        made = nn.Conv2d(c, out, size, stride, dtype=torch.float64)
        w, b = net[2 * i][k, 0], net[2 * i + 1][k, 0, 0]
        made.weight.data = w.T.reshape(out, c, size, size).clone()
        made.bias.data = b.clone()
        modules += [made, nn.ReLU()]
        c = out
    if kind == "shared, maximum":
        modules.append(nn.AdaptiveMaxPool2d(1))
    # Flattened, torch has channels first, the chapter places first
    last = nn.Linear(net[4].shape[1], 10, dtype=torch.float64)
    w = net[4][k]
    if kind == "shared":
        w = w.reshape(9, 16, 10).swapaxes(0, 1).reshape(144, 10)
    last.weight.data, last.bias.data = w.T.clone(), net[5][k, 0].clone()
    return nn.Sequential(*modules, nn.Flatten(), last)


@pytest.mark.parametrize("kind", ["shared", "shared, maximum"])
def test_shared_kernels_are_torchs_convolutions(chapter, kind):
    net, x = chapter["start"](kind, SEEDS), pictures()
    net = [p + 0.1 for p in net]
    found = chapter["logits"](kind, net, x)
    for k in range(len(SEEDS)):
        theirs = as_torch(kind, net, k)(x[k][:, None])
        torch.testing.assert_close(found[k], theirs, rtol=1e-12, atol=1e-12)


def test_a_dense_network_is_torchs(chapter):
    net, x = chapter["start"]("dense", SEEDS), pictures()
    found = chapter["logits"]("dense", net, x)
    for k in range(len(SEEDS)):
        h = (x[k].flatten(1) @ net[0][k, 0] + net[1][k, 0]).relu()
        h = (h @ net[2][k, 0] + net[3][k, 0]).relu()
        torch.testing.assert_close(found[k], h @ net[4][k] + net[5][k])
    assert [p.shape[-1] for p in net[::2]] == [200, 144, 10]


@pytest.mark.parametrize("how", ["", ", maximum"])
def test_own_kernels_that_are_equal_are_shared_ones(chapter, how):
    shared, x = chapter["start"]("shared" + how, SEEDS), pictures()
    own = chapter["start"]("own" + how, SEEDS)
    assert [p.shape[1] for p in own[:4:2]] == [25, 9]
    own = [s.expand_as(o) for s, o in zip(shared, own, strict=True)]
    torch.testing.assert_close(
        chapter["logits"]("own" + how, own, x),
        chapter["logits"]("shared" + how, shared, x),
    )


def test_a_place_of_own_kernels_sees_its_window_alone(chapter):
    own, x = chapter["start"]("own", SEEDS), pictures()
    before = chapter["maps"]("own", own, x)[1]
    own[0][:, 7] += 1  # row 1, column 2
    after = chapter["maps"]("own", own, x)[1]
    changed = (before != after).any(-1).any(0).any(0)
    assert changed.nonzero().tolist() == [[1, 2]]
    x[:, :, 2:6, 4:8] = 0
    shifted = chapter["maps"]("own", own, x)[1]
    assert (shifted[:, :, 1, 2] == 0).all()


@pytest.mark.parametrize("kind", ["shared", "shared, maximum"])
def test_training_many_seeds_trains_each_as_torch_does(chapter, kind):
    rng = np.random.default_rng(6)
    x, y = pictures(40), torch.tensor(rng.integers(0, 10, (len(SEEDS), 40)))
    found = chapter["fit"](kind, SEEDS, x, y, steps=12)
    rows = random_batches(40, 32, 12, [[s, 11] for s in SEEDS])
    start = chapter["start"](kind, SEEDS)
    rate = chapter["KINDS"][kind][3]
    for k in range(len(SEEDS)):
        model = as_torch(kind, start, k)
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        for batch in rows[:, k]:
            optimizer.zero_grad()
            cross_entropy(model(x[k, batch][:, None]), y[k, batch]).backward()
            optimizer.step()
            with torch.no_grad():
                for p in model.parameters():
                    p.mul_(2**16).round_().div_(2**16)
        ours = as_torch(kind, found, k)
        for a, b in zip(ours.parameters(), model.parameters(), strict=True):
            torch.testing.assert_close(a, b.detach(), rtol=0, atol=1e-9)
        assert any(
            (a - b).abs().max() > 0.01
            for a, b in zip(
                ours.parameters(), as_torch(kind, start, k).parameters(), strict=True
            )
        )


def test_pooling_is_torchs(chapter):
    x = torch.tensor(np.random.default_rng(7).normal(size=(2, 3, 9, 8, 4)))
    found = chapter["largest"](x, 2)
    for k in range(2):
        theirs = max_pool2d(x[k].permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
        torch.testing.assert_close(found[k], theirs)


def test_the_three_matrices_are_what_the_text_says(chapter):
    dense, local, shared = chapter["matrices"](9, 4, np.random.default_rng(8))
    assert dense.shape == (6, 9)
    rows, cells = np.indices(dense.shape)
    inside = (cells >= rows) & (cells < rows + 4)
    np.testing.assert_array_equal(local, dense * inside)
    assert (shared[~inside] == 0).all()
    x = np.random.default_rng(9).normal(size=9)
    np.testing.assert_allclose(shared @ x, np.correlate(x, shared[0, :4], "valid"))


@pytest.mark.parametrize(
    ("n", "c", "o", "k", "side"), [(4, 3, 5, 3, 7), (1, 1, 2, 2, 6)]
)
def test_derivatives_of_a_convolution_are_torchs(chapter, n, c, o, k, side):
    rng = np.random.default_rng(k)
    x, w = rng.normal(size=(n, c, side, side)), rng.normal(size=(o, c, k, k))
    tx, tw = (torch.tensor(each, requires_grad=True) for each in (x, w))
    y = conv2d(tx, tw)
    np.testing.assert_allclose(chapter["correlate"](x, w), y.detach(), atol=1e-12)
    g = rng.normal(size=y.shape)
    y.backward(torch.tensor(g))
    by_w, by_x = chapter["backward_maps"](x, w, g)
    np.testing.assert_allclose(by_w, tw.grad, atol=1e-11)
    np.testing.assert_allclose(by_x, tx.grad, atol=1e-11)


@pytest.mark.parametrize(("cells", "k"), [(3, 2), (9, 4), (5, 1), (6, 6)])
def test_derivatives_of_a_row_are_torchs(chapter, cells, k):
    rng = np.random.default_rng(k)
    x, w = rng.normal(size=cells), rng.normal(size=k)
    tx, tw = (torch.tensor(each, requires_grad=True) for each in (x, w))
    y = conv1d(tx[None, None], tw[None, None])[0, 0]
    np.testing.assert_allclose(chapter["forward"](x, w), y.detach(), atol=1e-12)
    g = rng.normal(size=len(y))
    y.backward(torch.tensor(g))
    by_w, by_x = chapter["backward"](x, w, g)
    np.testing.assert_allclose(by_w, tw.grad, atol=1e-12)
    np.testing.assert_allclose(by_x, tx.grad, atol=1e-12)


def test_derivatives_of_pooling_are_torchs(chapter):
    rng = np.random.default_rng(11)
    x, g = rng.normal(size=(3, 2, 6, 8)), rng.normal(size=(3, 2, 3, 4))
    tx = torch.tensor(x, requires_grad=True)
    y = max_pool2d(tx, 2)
    y.backward(torch.tensor(g))
    top, won = chapter["pool"](x)
    np.testing.assert_array_equal(top, y.detach())
    np.testing.assert_array_equal(chapter["pool_backward"](won, g), tx.grad)


def test_problems_place_and_scramble_digits(chapter):
    x, y, new, told = chapter["problem"](3, 50, 2, False)
    mixed, same, *_ = chapter["problem"](3, 50, 2, True)
    assert x.shape == (50, 12, 12)
    assert len(new) == len(told) == 500
    assert torch.equal(y, same)
    # one permutation for all: sorted columns agree
    flat, other = x.flatten(1).numpy(), mixed.flatten(1).numpy()
    order, turned = np.lexsort(flat), np.lexsort(other)
    np.testing.assert_array_equal(flat[:, order], other[:, turned])
    assert not torch.equal(x, mixed)
    middle, classes, *_ = chapter["problem"](3, 50, 0, False)
    digits, of = load_digits(return_X_y=True)
    digits = digits.reshape(-1, 8, 8) / 16
    for one, digit, label in zip(middle.numpy(), x.numpy(), classes, strict=True):
        assert one.sum() == pytest.approx(digit.sum())
        at = np.flatnonzero((digits == one[2:10, 2:10]).all((1, 2)))
        assert label in of[at]
    places = {tuple(np.argwhere(each)[0]) for each in x.numpy()}
    assert len(places) > 10
    assert not any((a == b).all() for a in middle for b in new)


def test_a_probe_is_ridge_regression_on_standardized_values(chapter):
    for seed in range(30):
        rng = np.random.default_rng([12, seed])
        classes = rng.integers(0, 3, 200)
        values = rng.normal(size=(200, 20))
        values[:, :4] += classes[:, None] * [0.5, 0, 0, 0.3]
        values[:, 5] = values[:, 4] + 0.1 * rng.normal(size=200)
        f = values - values[:40].mean(0)
        f /= f[:40].std(0) + 1e-6
        f = np.column_stack([f, np.ones(200)])
        ridge = Ridge(alpha=0.1 * 40, fit_intercept=False)
        ridge.fit(f[:40], np.eye(3)[classes[:40]])
        right = (ridge.predict(f[40:]).argmax(1) == classes[40:]).mean()
        assert chapter["probe"](values, classes, 0.1, 40) == pytest.approx(right)


def test_maps_follow_moves_by_multiples_of_the_stride_on_a_ring(chapter):
    x, w = np.random.default_rng(13).normal(size=(12, 12)), np.eye(3)
    for d in range(5):
        for stride in (1, 2):
            gap = chapter["off"](x, w, d, stride, "wrap")[2]
            assert (gap < 1e-12) == (d % stride == 0)
    assert chapter["off"](x, w, 1, 1, "constant")[2] > 0.1
