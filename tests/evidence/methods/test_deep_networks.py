"""Networks of many layers, many at once, against torch's modules, one by one."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from evidence.methods import deep_networks as deep
from evidence.methods.networks import random_batches

SEEDS = [3, 8]
X = torch.tensor(np.random.default_rng(0).normal(size=(64, 90)))
Y = torch.tensor(np.random.default_rng(1).integers(10, size=90))
ACTIVATIONS = {"ReLU": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}
LAYERS = {"normalized": nn.BatchNorm1d, "plain": None, "by_sample": nn.LayerNorm}


def modules(layers, j, activation, kind):
    """Return network j, made of torch's modules."""
    *hidden, w_out, b_out = [p[j] for p in layers]
    parts = []
    for k in range(len(hidden) // 3):
        w, scale, shift = hidden[3 * k : 3 * k + 3]
        linear = nn.Linear(w.shape[1], w.shape[0], bias=kind is None)
        linear.weight.data = w.clone()
        norm = kind and kind(len(w))
        parts += [linear, norm] if kind else [linear]
        (norm or linear).bias.data = shift.flatten().clone()
        if norm:
            norm.weight.data = scale.flatten().clone()
        parts.append(ACTIVATIONS[activation]())
    out = nn.Linear(w_out.shape[1], deep.CLASSES)
    out.weight.data, out.bias.data = w_out.clone(), b_out.flatten().clone()
    return nn.Sequential(*parts, out).double()


@pytest.mark.parametrize("activation", deep.ACTIVATIONS)
@pytest.mark.parametrize("how", LAYERS)
def test_logits_are_those_of_torch_s_modules(how, activation):
    layers = deep.start(SEEDS, 3, activation)
    found = deep.logits(X, layers, activation, getattr(deep, how))
    for j in range(len(SEEDS)):
        net = modules(layers, j, activation, LAYERS[how])
        torch.testing.assert_close(found[j].T, net(X.T), rtol=0, atol=1e-10)


@pytest.mark.parametrize("how", ["normalized", "plain"])
@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_training_is_that_of_torch_but_for_the_grid(how, optimizer):
    layers = deep.start(SEEDS, 2)
    options = {"seeds": SEEDS, "rate": 0.01, "steps": 5, "m": 16}
    trained, losses = deep.fit(
        layers, X, Y, getattr(deep, how), optimizer=optimizer, **options
    )
    batches = random_batches(90, 16, 5, [[s, deep.ORDER] for s in SEEDS])
    for j in range(len(SEEDS)):
        net = modules(layers, j, "ReLU", LAYERS[how])
        theirs = optimizer(net.parameters(), lr=0.01)
        for step, rows in enumerate(batches[:, j]):
            theirs.zero_grad()
            loss = cross_entropy(net(X.T[rows]), Y[rows])
            loss.backward()
            theirs.step()
            assert abs(loss.item() - losses[step, j].item()) < 1e-3
        ours = modules(trained, j, "ReLU", LAYERS[how])
        for a, b in zip(ours.parameters(), net.parameters(), strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-3)
    assert all(((p / deep.GRID) % 1 == 0).all() for p in trained)


def test_evaluation_mode_is_torch_s_with_statistics_of_all_samples():
    layers = deep.start(SEEDS, 2)
    found = deep.logits(X[:, :7], layers, "ReLU", deep.frozen(X, layers, "ReLU"))
    for j in range(len(SEEDS)):
        net = modules(layers, j, "ReLU", nn.BatchNorm1d)
        for norm in net:
            if isinstance(norm, nn.BatchNorm1d):
                norm.momentum = 1.0
        net(X.T)
        for norm in net:  # torch keeps the unbiased variance
            if isinstance(norm, nn.BatchNorm1d):
                norm.running_var *= 89 / 90
        theirs = copy.deepcopy(net).eval()(X.T[:7])
        torch.testing.assert_close(found[j].T, theirs, rtol=0, atol=1e-9)


def test_behind_then_and_shortcuts_do_what_they_say():
    layers = deep.start([5], 2)
    w1, s1, b1, w2, s2, b2, w, b = layers
    h = deep.normalized(torch.relu(w1 @ X), s1, b1)
    h = deep.normalized(torch.relu(w2 @ h), s2, b2)
    behind = deep.logits(X, layers, "ReLU", deep.normalized, behind=True)
    torch.testing.assert_close(behind, w @ h + b)
    h = torch.relu(w1 @ X + b1)
    both = deep.logits(
        X, layers, "ReLU", deep.plain, shortcuts=True, then=lambda h, k: (k + 1) * h
    )
    torch.testing.assert_close(both, w @ (h + 2 * torch.relu(w2 @ h)) + b)


def test_a_network_does_not_depend_on_its_companions():
    alone, both = deep.start([8], 2), deep.start(SEEDS, 2)
    options = {"rate": 0.1, "steps": 4}
    one, _ = deep.fit(alone, X, Y, deep.normalized, seeds=[8], **options)
    two, _ = deep.fit(both, X, Y, deep.normalized, seeds=SEEDS, **options)
    for a, b in zip(one, two, strict=True):
        torch.testing.assert_close(a[0], b[1], rtol=0, atol=1e-9)


def test_batches_and_what_happens_after_a_step_can_be_given():
    rows = torch.arange(32).expand(3, 2, 32)
    seen = []
    _, losses = deep.fit(
        deep.start(SEEDS, 1),
        X,
        Y,
        deep.plain,
        seeds=SEEDS,
        rate=0.1,
        batches=rows,
        after=lambda step, layers: seen.append(step),
    )
    assert seen == [1, 2, 3] and losses.shape == (3, 2)


def test_a_diverged_network_is_never_right():
    found = torch.full((1, 10, 4), float("nan"))
    assert not deep.right(found, torch.zeros(4, dtype=torch.long)).any()


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="depth"):
        deep.start([1], 0)
    with pytest.raises(ValueError, match="activation"):
        deep.start([1], 2, "step")
