"""Normalized networks of many seeds beside torch's layers, one network at a time."""

import numpy as np
import pytest
import torch
from torch import nn

from evidence.methods.networks import normalized, random_batches

SEEDS, M, STEPS = [0, 3], 6, 8
RNG = np.random.default_rng(0)
X, Y = torch.tensor(RNG.uniform(size=(40, 64))), torch.tensor(RNG.integers(10, size=40))


class Positions(nn.Module):
    """Put positions before channels, as `normalized` flattens pictures."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def of_torch(kind: str, layers, k: int, normal) -> nn.Sequential:
    """Return network k as torch has it."""
    if kind == "dense":
        net = nn.Sequential(
            *(nn.Linear(64, 32, bias=False), normal(32), nn.ReLU()),
            *(nn.Linear(32, 32, bias=False), normal(32), nn.ReLU()),
            nn.Linear(32, 10),
        )
    else:
        net = nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            *(nn.Conv2d(1, 8, 3, padding=1, bias=False), normal(8), nn.ReLU()),
            nn.AvgPool2d(2),
            *(nn.Conv2d(8, 16, 3, padding=1, bias=False), normal(16), nn.ReLU()),
            *(nn.AvgPool2d(2), Positions(), nn.Linear(64, 10)),
        )
    net.double()
    with torch.no_grad():
        for theirs, ours in zip(net.parameters(), layers, strict=True):
            theirs.copy_(as_torch(ours[k], theirs.shape))
    return net


def as_torch(ours, shape):
    """Return a layer's numbers in torch's order of axes."""
    if len(shape) == 4:
        return ours.T.reshape(shape)
    return ours.T if len(shape) == 2 else ours[0]


KINDS = {
    "dense": (normalized.dense, normalized.dense_logits, nn.BatchNorm1d),
    "convolutional": (
        normalized.convolutional,
        normalized.convolutional_logits,
        nn.BatchNorm2d,
    ),
}


def train_torch(net, rows):
    steps = torch.optim.SGD(net.parameters(), lr=0.1)
    for batch in rows:
        steps.zero_grad()
        nn.functional.cross_entropy(net(X[batch]), Y[batch]).backward()
        steps.step()
        with torch.no_grad():
            for p in net.parameters():
                p.copy_(p.round(decimals=normalized.DECIMALS))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["batch", "sample", "frozen"])
def test_many_networks_are_torch_s_networks_one_by_one(kind, by):
    start, logits, batch_norm = KINDS[kind]
    layers, memory = start(SEEDS), normalized.Remembered([0.3, 0.1])
    logits(X, layers, memory)  # something to freeze
    ours = {
        "batch": memory,
        "sample": normalized.by_sample,
        "frozen": memory.at(0.1),
    }[by]
    options = {"m": M, "steps": STEPS, "seeds": SEEDS}
    found = normalized.fit(logits, layers, ours, X, Y, **options)
    evaluated = logits(X, found, memory.at(0.1) if by == "batch" else ours)
    rows = random_batches(len(X), M, STEPS, [[s, 9, M] for s in SEEDS])
    for k in range(len(SEEDS)):
        normal = batch_norm if by != "sample" else lambda c: nn.GroupNorm(1, c)
        net = of_torch(kind, layers, k, normal)
        if by != "sample":
            net(X)
        if by == "frozen":
            net.eval()
        train_torch(net, rows[:, k])
        for theirs, mine in zip(net.parameters(), found, strict=True):
            torch.testing.assert_close(
                theirs.detach(), as_torch(mine[k], theirs.shape), rtol=0, atol=1e-9
            )
        with torch.no_grad():
            expected = net.eval()(X)
        torch.testing.assert_close(evaluated[k], expected, rtol=0, atol=1e-9)


def test_batches_in_a_row_are_normalized_by_themselves():
    z = torch.tensor(RNG.normal(size=(2, 6, 5, 3)))
    found = normalized.in_batches_of(2)(z)
    for start in (0, 2, 4):
        part = normalized.by_batch(z[:, start : start + 2])
        torch.testing.assert_close(found[:, start : start + 2], part)


def test_the_variance_that_is_kept_is_the_unbiased_one_and_can_be_changed():
    z = torch.tensor(RNG.normal(size=(2, 4, 3)))
    memory = normalized.Remembered([0.5, 1.0])
    memory(z, 0)
    for times, correction in ((1.0, 1), (3 / 4, 0)):
        var, mu = torch.var_mean(z, 1, correction=correction, keepdim=True)
        expected = (z - mu) / torch.sqrt(var + normalized.EPS)
        torch.testing.assert_close(memory.at(1.0, times)(z, 0), expected)


def test_without_its_start_an_average_is_that_of_the_batches():
    z = torch.tensor(RNG.normal(3, 2, size=(2, 4, 3)))
    memory = normalized.Remembered([0.1, 1.0])
    for _ in range(3):
        memory(z, 0)
    found = memory.at(0.1, start=False)(z, 0)
    torch.testing.assert_close(found, memory.at(1.0)(z, 0))
    assert not torch.allclose(memory.at(0.1)(z, 0), found)


def test_exact_statistics_are_those_of_all_samples():
    layers = normalized.dense(SEEDS)
    found = normalized.exact(normalized.dense_logits, X, layers)
    z = X @ layers[0]
    var, mu = torch.var_mean(z, 1, keepdim=True)
    torch.testing.assert_close(found(z, 0), (z - mu) / torch.sqrt(var + normalized.EPS))


def test_groups_of_all_positions_are_the_batch():
    z = torch.tensor(RNG.normal(size=(2, 3, 8, 4)))
    grouped, whole = normalized.InGroups([0.1], 8), normalized.Remembered([0.1])
    torch.testing.assert_close(grouped(z, 0), whole(z, 0))
    torch.testing.assert_close(grouped.at(0.1)(z, 0), whole.at(0.1)(z, 0))


def test_groups_are_normalized_by_themselves_and_keep_an_unbiased_average():
    z = torch.tensor(RNG.normal(size=(2, 2, 16, 4)))
    grouped = normalized.InGroups([1.0], 1)
    found = grouped(z, 0)
    torch.testing.assert_close(found.abs().median().item(), 1.0, rtol=0, atol=1e-3)
    assert (found.sum((1, 2)).abs() < 1e-9).all()
    for _ in range(400):
        grouped(z, 0)
        grouped.momenta = torch.tensor([1 / 100])
    for kept, exact in (
        (grouped.mean[0][0], z.mean((1, 2), keepdim=True)),
        (grouped.var[0][0], z.var((1, 2), keepdim=True)),
    ):
        torch.testing.assert_close(kept, exact, rtol=0.2, atol=0.1)


def test_what_is_right_is_counted_sample_by_sample():
    logits = torch.tensor([[[0.0, 2.0], [3.0, 1.0]]])
    assert normalized.right(logits, torch.tensor([1, 1])).tolist() == [[1, 0]]


def test_a_seed_is_owed_for_each_network():
    layers = normalized.dense([0, 1])
    with pytest.raises(ValueError, match="^seeds must be 2, one a network, not 3"):
        normalized.fit(
            normalized.dense_logits,
            layers,
            normalized.by_batch,
            *(X, Y),
            **{"m": 2, "steps": 1, "seeds": [0, 1, 2]},
        )
    with pytest.raises(ValueError, match="^m must be a whole number of at least 2"):
        normalized.in_batches_of(1)
    with pytest.raises(ValueError, match="^momenta must be a finite number from 0"):
        normalized.Remembered([1.5])
    with pytest.raises(ValueError, match="^positions must be a whole number of at le"):
        normalized.InGroups([0.1], 0)


# --- Dense networks of other kinds --------------------------------------------------

ACTIVATIONS = {torch.relu: nn.ReLU, torch.sigmoid: nn.Sigmoid, torch.tanh: nn.Tanh}
BY = {normalized.by_batch: nn.BatchNorm1d, normalized.by_sample: nn.LayerNorm}


def many_layers(layers, k: int, normal, activation) -> nn.Sequential:
    """Return network k of dense layers as torch has it; without `normal`, biases."""
    *hidden, w, b = [p[k] for p in layers]
    parts = []
    for i in range(0, len(hidden), 3):
        weights, gamma, beta = hidden[i : i + 3]
        linear = nn.Linear(*weights.shape, bias=normal is None)
        shifted = normal(weights.shape[1]) if normal else linear
        parts += [linear, shifted, activation()] if normal else [linear, activation()]
        linear.weight.data, shifted.bias.data = weights.T.clone(), beta[0].clone()
        if normal:
            shifted.weight.data = gamma[0].clone()
    out = nn.Linear(*w.shape)
    out.weight.data, out.bias.data = w.T.clone(), b[0].clone()
    return nn.Sequential(*parts, out).double()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("normalize", [*BY, None])
def test_deep_networks_are_torch_s_with_any_activation(normalize, activation):
    layers = normalized.dense(SEEDS, (64, 16, 16, 16, 10), gain=1.0)
    found = normalized.dense_logits(X, layers, normalize, activation)
    for k in range(len(SEEDS)):
        net = many_layers(layers, k, BY.get(normalize), ACTIVATIONS[activation])
        torch.testing.assert_close(found[k], net(X), rtol=0, atol=1e-9)


@pytest.mark.parametrize("normalize", [normalized.by_batch, None])
@pytest.mark.parametrize(
    ("optimizer", "rate", "rounding"),
    [(torch.optim.SGD, 0.1, 1e-4), (torch.optim.Adam, 0.01, 1e-3)],
)
def test_training_is_torch_s_but_for_the_rounding(normalize, optimizer, rate, rounding):
    layers, losses = normalized.dense(SEEDS), []
    rows = torch.tensor(RNG.integers(len(X), size=(5, len(SEEDS), M)))
    found = normalized.fit(
        normalized.dense_logits,
        layers,
        normalize,
        *(X, Y),
        **{"seeds": SEEDS, "batches": rows, "learning_rate": rate},
        optimizer=optimizer,
        losses=losses,
    )
    for k in range(len(SEEDS)):
        net = many_layers(layers, k, BY.get(normalize), nn.ReLU)
        steps = optimizer(net.parameters(), lr=rate)
        for batch, ours in zip(rows[:, k], losses, strict=True):
            steps.zero_grad()
            loss = nn.functional.cross_entropy(net(X[batch]), Y[batch])
            loss.backward()
            steps.step()
            torch.testing.assert_close(ours[k], loss.detach(), rtol=0, atol=rounding)
        ours = many_layers(found, k, BY.get(normalize), nn.ReLU)
        for mine, theirs in zip(ours.parameters(), net.parameters(), strict=True):
            torch.testing.assert_close(mine, theirs, rtol=0, atol=rounding)
    for scale in found[1:-2:3] if normalize is None else ():
        assert (scale == 1).all()  # without normalization it stays unused


def test_a_network_does_not_depend_on_its_companions():
    alone, both = (
        normalized.fit(
            normalized.dense_logits,
            normalized.dense(seeds),
            normalized.by_batch,
            *(X, Y),
            **{"seeds": seeds, "m": M, "steps": 4},
        )
        for seeds in ([3], SEEDS)
    )
    for one, two in zip(alone, both, strict=True):
        torch.testing.assert_close(one[0], two[1], rtol=0, atol=1e-9)


def test_behind_the_activation():
    layers = normalized.dense(SEEDS)
    w1, w2, w, b = layers[0], layers[3], *layers[-2:]
    h = normalized.by_batch(torch.relu(X @ w1))
    h = normalized.by_batch(torch.relu(h @ w2))
    behind = normalized.dense_logits(X, layers, normalized.by_batch, behind=True)
    torch.testing.assert_close(behind, h @ w + b)
