"""What the chapter on transfer learning defines, beside PyTorch and scikit-learn."""

import copy

import numpy as np
import pytest
import torch
from defined import defined
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional

from evidence.exercises import find
from evidence.methods.networks import (
    Networks,
    adam,
    constant,
    random_batches,
    train,
)

PART = "architectures/transfer-learning"
CELLS = (
    *("network", "start", "stepper", "tune", "as-convolution"),
    *("deal", "problem", "stacked", "sources", "linear", "probes"),
    *("pair", "pair-networks", "top", "pair-rates", "pair-fit", "pair-head"),
    *("one-network", "solution-write"),
)


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "torch": torch, "nn": nn, "STEPS": 60, "RATE": 0.01}
    names |= {"HEAD": 0.03, "copy": copy}
    names |= {k: getattr(functional, k) for k in ("conv2d", "cross_entropy", "pad")}
    names |= {"Networks": Networks, "train": train, "constant": constant}
    names |= {"adam": adam, "random_batches": random_batches}
    names["load_digits"] = load_digits
    return defined(PART, CELLS, **names)


def as_torch(weights, j=0):
    """Return network j as layers of torch."""
    model = nn.Sequential(
        *(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, len(weights[3][0][j]))),
    ).double()
    with torch.no_grad():
        for layer, (W, b) in zip(parts(model), weights, strict=True):
            layer.weight.copy_(W[j].reshape(layer.weight.shape))
            layer.bias.copy_(b[j].flatten())
    return model


def parts(model):
    """Return the layers that have weights."""
    return [layer for layer in model if hasattr(layer, "weight")]


def pictures(seeds, n=70):
    rng = np.random.default_rng(seeds)
    x = torch.tensor(rng.random((len(seeds), 1, n, 8, 8)))
    return x, torch.tensor(rng.integers(5, size=(len(seeds), n)))


def test_many_networks_say_what_torchs_layers_say(chapter):
    weights = chapter["start"]([3, 4], 5)
    x, _ = pictures([3, 4])
    scores = chapter["forward"](x, weights)
    for j in range(2):
        theirs = as_torch(weights, j)(x[j, 0][:, None])
        torch.testing.assert_close(scores[j].T, theirs, atol=1e-12, rtol=0)


def test_layers_one_after_another_are_the_whole(chapter):
    weights = chapter["start"]([3], 5)
    x, _ = pictures([3])
    whole = chapter["forward"](x, weights)
    for k in (1, 2, 3):
        h = chapter["forward"](x, weights, 0, k)
        torch.testing.assert_close(chapter["forward"](h, weights, k), whole)


@pytest.mark.parametrize("frozen", [0, 1, 2, 3])
@pytest.mark.parametrize("n", [12, 70])
def test_tuning_walks_as_torch_does(chapter, frozen, n):
    seeds = [5, 6]
    weights = chapter["start"](seeds, 5)
    x, y = pictures(seeds, n)
    rates = [0.0] * frozen + [0.01, 0.003, 0.01, 0.02][frozen:]
    found, _ = chapter["tune"](weights, x, y, rates, seeds, 25)
    model = as_torch(weights, 1)
    layers = parts(model)
    groups = [
        {"params": layer.parameters(), "lr": rate}
        for layer, rate in zip(layers, rates, strict=True)
        if rate
    ]
    for layer, rate in zip(layers, rates, strict=True):
        layer.requires_grad_(bool(rate))
    optimizer = torch.optim.Adam(groups)
    for rows in random_batches(n, min(n, 32), 25, [[6, 2]]):
        optimizer.zero_grad()
        scores = model(x[1, 0, rows[0]][:, None])
        functional.cross_entropy(scores, y[1, rows[0]]).backward()
        optimizer.step()
        with torch.no_grad():  # the chapter's grid
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.copy_((parameter * 2**16).round() / 2**16)
    for k, (layer, (W, b)) in enumerate(zip(layers, found, strict=True)):
        theirs = layer.weight.detach().reshape(W[1].shape)
        torch.testing.assert_close(W[1].detach(), theirs, atol=2e-5, rtol=0)
        torch.testing.assert_close(
            b[1, :, 0].detach(), layer.bias.detach(), atol=2e-5, rtol=0
        )
        moved = (W[1] != weights[k][0][1]).any()
        assert bool(moved) == bool(rates[k])


@pytest.mark.parametrize("body_rate", [0, 0.003])
def test_one_network_has_a_new_head_and_a_rate_for_each_part(chapter, body_rate):
    old = as_torch(chapter["start"]([3], 5))
    model, optimizer = chapter["transfer"](old.float(), 3, body_rate, 0.01)
    x, y = torch.rand(40, 1, 8, 8), torch.randint(3, (40,))
    before = copy.deepcopy(model)
    for _ in range(3):
        optimizer.zero_grad()
        functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    moved = [
        bool((a.weight != b.weight).any())
        for a, b in zip(parts(model), parts(before), strict=True)
    ]
    assert moved == [bool(body_rate)] * 3 + [True]
    assert model(x).shape == (40, 3) and old(x).shape == (40, 5)
    for a, b in zip(parts(before)[:3], parts(old), strict=False):
        torch.testing.assert_close(a.weight, b.weight, rtol=0, atol=0)
    assert [group["lr"] for group in optimizer.param_groups] == [body_rate, 0.01]


def test_a_faster_head_walks_as_torch_does(chapter):
    net = chapter["network"](2, [4])
    both = zip(net.weights, net.biases, strict=True)
    shapes = [(W[0].T.shape, W, b) for W, b in both]
    model = nn.Sequential(*(nn.Linear(*shape) for shape, _, _ in shapes)).double()
    with torch.no_grad():
        for layer, (_, W, b) in zip(model, shapes, strict=True):
            layer.weight.copy_(W[0])
            layer.bias.copy_(b[0].flatten())
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 40)), rng.integers(2, size=20)
    train(
        *(net, x[None], y[None], 15),
        learning_rate=0.001,
        optimizer=chapter["faster"](net, 0.03),
    )
    groups = [{"params": model[:2].parameters(), "lr": 0.001}]
    groups += [{"params": model[2].parameters(), "lr": 0.03}]
    optimizer = torch.optim.Adam(groups)
    for _ in range(15):
        optimizer.zero_grad()
        h = torch.tensor(x)
        h = model[2](model[1](model[0](h).relu()).relu())
        functional.cross_entropy(h, torch.tensor(y)).backward()
        optimizer.step()
    for k, layer in enumerate(model):
        torch.testing.assert_close(net.weights[k][0], layer.weight.detach())
        torch.testing.assert_close(net.biases[k][0].flatten(), layer.bias.detach())


def test_strategies_begin_as_named(chapter):
    source = chapter["network"](8, [8, 9])
    x = np.random.default_rng(0).normal(size=(2, 1800, 40))
    y = (x[..., 0] > 0).astype(int)
    head, _ = chapter["last_layer"](source, (x, y), 50, [1, 2])
    begin = {
        way: chapter["begin"](way, source, head, [1, 2])
        for way in ("scratch", *chapter["BELOW"])
    }
    for way, net in begin.items():
        same = bool((net.weights[0] == source.weights[0]).all())
        assert same == (way != "scratch")
    for fresh in ("fine-tuned", "faster head"):
        same = begin[fresh].weights[2] == begin["scratch"].weights[2]
        assert bool(same.all())
    assert not begin["zero head"].weights[2].any()
    theirs = head.outputs(chapter["top"](source, x))
    np.testing.assert_allclose(begin["head first"].outputs(x), theirs, atol=1e-12)


def test_a_network_does_not_depend_on_its_neighbors(chapter):
    x, y = pictures([7, 8])
    both, _ = chapter["tune"](chapter["start"]([7, 8], 5), x, y, [0.01] * 4, [7, 8], 9)
    weights = chapter["start"]([8], 5)
    alone, _ = chapter["tune"](weights, x[1:], y[1:], [0.01] * 4, [8], 9)
    for (W, _), (V, _) in zip(both, alone, strict=True):
        torch.testing.assert_close(W[1], V[0], atol=2e-5, rtol=0)


def test_a_dense_layer_is_a_convolution(chapter):
    weights = chapter["start"]([9], 5)
    x, _ = pictures([9], 4)
    everywhere = chapter["everywhere"](x[0, 0][:, None], weights)
    assert everywhere.shape == (4, 5, 1, 1)
    theirs = as_torch(weights)(x[0, 0][:, None])
    torch.testing.assert_close(everywhere[..., 0, 0], theirs)
    large = torch.rand(2, 1, 16, 16, dtype=torch.double)
    maps = chapter["everywhere"](large, weights)
    assert maps.shape == (2, 5, 5, 5)
    first = nn.Sequential(*as_torch(weights)[:4])(large)
    window = as_torch(weights)[5:](first[:, :, 2:4, 3:5].flatten(1))
    torch.testing.assert_close(maps[:, :, 2, 3], window)


def test_channels_last_become_a_convolution(chapter):
    x = torch.rand(3, 6, 2, 4, dtype=torch.double)
    dense = nn.Linear(48, 5, bias=False).double()
    said = dense(x.permute(0, 2, 3, 1).flatten(1))
    W = chapter["fc_to_conv"](dense.weight.detach().numpy(), 6, 2, 4)
    conv = functional.conv2d(x, torch.tensor(np.ascontiguousarray(W)))
    torch.testing.assert_close(conv[..., 0, 0], said)


def test_a_linear_probe_is_about_scikit_learns(chapter):
    x, y = load_digits(return_X_y=True)
    x, y = x[y < 5] / 16, y[y < 5]
    ours = chapter["linear"](
        *(torch.tensor(x[:200].T[None]), torch.tensor(y[None, :200])),
        *(torch.tensor(x[200:].T[None]), torch.tensor(y[None, 200:]), [1]),
    )
    theirs = LogisticRegression(max_iter=2000).fit(x[:200], y[:200])
    assert abs(ours[0] - theirs.score(x[200:], y[200:])) < 0.02


def test_no_picture_is_both_learned_from_and_tested(chapter):
    made = chapter["problem"](11)
    for name in ("old", "new"):
        some, test = (
            {p.tobytes() for p in made[name + part][0]} for part in ("", " test")
        )
        assert not some & test
    assert np.bincount(made["old"][1]).tolist() == [140] * 5
    assert np.bincount(made["new"][1][:50]).tolist() == [10] * 5
    assert len(made["new test"][1]) == 496
    scrambled = chapter["problem"](11, scrambled=True)
    np.testing.assert_array_equal(scrambled["old"][0], made["old"][0])
    np.testing.assert_array_equal(scrambled["new"][1], made["new"][1])
    a, b = (np.sort(p["new"][0].reshape(400, 64)) for p in (made, scrambled))
    np.testing.assert_array_equal(a, b)


def test_turned_pictures_are_eight_of_each(chapter):
    x, y = pictures([2], 3)
    many, labels = chapter["turned"](x, y)
    assert many.shape[2] == 24
    assert len(np.unique(many[0, 0].numpy(), axis=0)) == 24
    np.testing.assert_array_equal(labels[0] % 5, np.tile(y[0], 8))


def test_the_targets_depend_on_their_plane_alone(chapter):
    for shared in (True, False):
        x, waves, new, labels = chapter["pair"](4, shared)
        rng = np.random.default_rng([4, 5])
        axes = np.linalg.qr(rng.normal(size=(40, 4)))[0]
        w, phase = rng.normal(size=(2, 9)), rng.uniform(0, 2 * np.pi, 9)
        w *= 2 / np.sqrt((w**2).sum(0))
        kept = axes[:, :2] if shared else axes[:, 2:]
        z = np.einsum("nd,dk->nk", new, kept)
        assert ((np.cos(z @ w + phase)[:, 8] > 0) == labels).mean() == 1
        np.testing.assert_allclose(
            waves, np.cos(x @ axes[:, :2] @ w + phase)[:, :8], atol=1e-12
        )


def test_layers_are_taken_over_whole_or_shuffled(chapter):
    source = chapter["network"](8, [1, 2])
    taken = chapter["network"](2, [1, 2], source)
    mixed = chapter["network"](2, [1, 2], source, shuffled=True)
    for k in (0, 1):
        np.testing.assert_array_equal(taken.weights[k], source.weights[k])
        assert (mixed.weights[k] != source.weights[k]).any()
        np.testing.assert_array_equal(
            mixed.weights[k].flatten(1).sort()[0],
            source.weights[k].flatten(1).sort()[0],
        )
    x = np.random.default_rng(0).normal(size=(2, 6, 40))
    h = chapter["top"](source, x)
    scores = h @ source.weights[2].mT.numpy() + source.biases[2].mT.numpy()
    np.testing.assert_allclose(scores, source.outputs(x), atol=1e-12)


def test_the_new_head_learns_once_the_line_is_moved():
    lines = list(find("transfer-learning/new-head").task["lines"])
    x, y = torch.rand(30, 32), torch.randint(3, (30,))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(32, 5)

        def forward(self, x):
            return self.head(x)

    def learns(lines):
        torch.manual_seed(0)
        names = {"load_pretrained": Model, "Adam": torch.optim.Adam}
        names |= {"Linear": nn.Linear, "cross_entropy": functional.cross_entropy}
        names["batches"] = [(x, y)] * 3
        fresh = []
        names["Linear"] = lambda a, b: fresh.append(nn.Linear(a, b)) or fresh[0]
        exec("\n".join(lines[:5]), names)
        before = names["model"].head.weight.detach().clone()
        exec("\n".join(lines[5:]), names)
        return bool((names["model"].head.weight != before).any())

    assert not learns(lines)
    lines[3], lines[4] = lines[4], lines[3]
    assert learns(lines)
