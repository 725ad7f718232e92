"""Training beside torch.optim: steps, penalties, batches, records, what is refused."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional

from evidence import stats
from evidence.methods.networks import Networks, constant, train
from evidence.methods.networks.training import _batches


def of_network(tensors, j):
    return [tensor[j] for tensor in tensors]


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("batch", [None, 16])
def test_training_is_that_of_torch_one_network_at_a_time(
    optimizer, batch, samples, double, twin
):
    x, y = samples(3, n=40)
    networks = double([3, 8, 8, 2], [5, 6, 7])
    twins = [twin(networks, j) for j in range(3)]
    train(
        networks, x, y, 30, batch=batch, optimizer=optimizer, learning_rate=0.02
    )  # 30 steps: 15 passes of two batches
    make = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer]
    for j, other in enumerate(twins):
        steps = make(other.parameters(), lr=0.02)
        rng = np.random.default_rng([5 + j, 2])
        for step in range(30):
            if step % 2 == 0:
                order = rng.permutation(40)
            now = slice(None)
            if batch:
                now = order[step % 2 * 16 :][:16]
            steps.zero_grad()
            z = other(torch.tensor(x[j][now]))
            functional.cross_entropy(z, torch.tensor(y[j][now])).backward()
            steps.step()
        own = of_network(networks.weights, j) + of_network(networks.biases, j)
        for a, b in zip(own, other.parameters(), strict=True):
            torch.testing.assert_close(a, b.detach(), rtol=0, atol=1e-9)


def test_an_optimizer_of_one_s_own(samples, double):
    def sign_descent(parameters, gradient, learning_rate):
        while True:
            parameters.sub_(gradient.sign(), alpha=learning_rate)
            yield

    x, y = samples(1)
    networks = double([3, 4, 2], [0])
    before = networks.weights[0].clone()
    train(networks, x, y, 3, optimizer=sign_descent, learning_rate=0.25)
    moved = (networks.weights[0] - before) / 0.25
    assert set(moved.round(decimals=6).unique().tolist()) <= {-3, -1, 1, 3}


def test_penalties_act_on_weights_and_leave_biases_free(samples, double, twin):
    x, y = samples(2)
    networks = double([3, 5, 2], [0, 1], "tanh")
    twins = [twin(networks, j) for j in range(2)]
    l1, l2 = [0.02, 0.0], [0.0, 0.03]
    train(networks, x, y, 25, optimizer="sgd", learning_rate=0.1, l1=l1, l2=l2)
    for j, other in enumerate(twins):
        steps = torch.optim.SGD(other.parameters(), lr=0.1)
        for _ in range(25):
            steps.zero_grad()
            z = other(torch.tensor(x[j]))
            penalty = l1[0] * other.weights[0].abs().sum()
            penalty = penalty + l2[1] * (other.weights[1] ** 2).sum()
            (functional.cross_entropy(z, torch.tensor(y[j])) + penalty).backward()
            steps.step()
        own = of_network(networks.weights, j) + of_network(networks.biases, j)
        for a, b in zip(own, other.parameters(), strict=True):
            torch.testing.assert_close(a, b.detach(), rtol=0, atol=1e-12)


def test_only_the_proximal_step_sets_weights_to_zero(samples):
    x, y = samples(4, inputs=6)
    found = {}
    for proximal in (True, False):
        networks = Networks([6, 4, 2], range(4))
        train(
            networks,
            x,
            y,
            300,
            optimizer="sgd",
            learning_rate=0.1,
            l1=0.02,
            proximal=proximal,
        )
        found[proximal] = float((networks.weights[0] == 0).float().mean())
    assert found[True] > 0.2
    assert found[False] == 0


def test_one_proximal_step_is_a_gradient_step_and_a_soft_threshold(samples, double):
    x, y = samples(1)
    plain, proximal = (double([3, 4, 2], [0]) for _ in range(2))
    for networks, l1 in ((plain, 0), (proximal, 0.5)):
        train(
            networks,
            x,
            y,
            1,
            optimizer="sgd",
            learning_rate=0.1,
            l1=l1,
            proximal=bool(l1),
        )
    for before, after in zip(plain.weights, proximal.weights, strict=True):
        expected = before.sign() * (before.abs() - 0.1 * 0.5).clamp(min=0)
        torch.testing.assert_close(after, expected, rtol=0, atol=1e-15)
    torch.testing.assert_close(plain.biases[0], proximal.biases[0])


def test_on_a_grid_last_digits_do_not_grow_into_other_networks(double):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 40, 510)) + 127  # a common mean: training at the edge
    y = np.arange(40) % 2
    another_processor = x * (1 + 1e-15 * rng.normal(size=x.shape))
    apart = {}
    for places in (None, 16):
        ended = []
        for inputs in (x, another_processor):
            networks = double([510, 2], range(4))
            train(networks, inputs, y, 1000, binary_places=places)
            ended.append(networks.parameters.clone())
        apart[places] = (ended[0] - ended[1]).abs().max()
        steps_of_the_grid = ended[0] * 2**16
        assert (steps_of_the_grid % 1 == 0).all() == (places == 16)
    assert apart[None] > 1e-5
    assert apart[16] == 0


def test_weighted_samples_are_repeated_samples(samples, double):
    x, y = samples(2, n=12)
    times = np.where(y == 0, 3, 1)
    copies = [np.repeat(np.arange(12), times[j]) for j in range(2)]
    copies = [np.resize(c, len(copies[0])) for c in copies]
    y[1] = y[0]  # the same number of copies for both networks
    times, copies = np.where(y == 0, 3, 1), [copies[0], copies[0]]
    weighted, tiled = double([3, 5, 2], [0, 1]), double([3, 5, 2], [0, 1])
    weight = times * 12 / times.sum(1, keepdims=True)
    train(weighted, x, y, 40, sample_weight=weight)
    X = np.stack([x[j][copies[j]] for j in range(2)])
    train(tiled, X, np.stack([y[j][copies[j]] for j in range(2)]), 40)
    torch.testing.assert_close(
        weighted.parameters, tiled.parameters, rtol=0, atol=1e-10
    )


@pytest.mark.parametrize("independent", [False, True])
def test_batches(independent):
    numbers = torch.arange(1.0, 11).expand(2, 1, 10)
    stream = _batches([3, 4], (numbers, numbers, numbers), 4, independent)
    batches = [next(stream) for _ in range(6)]
    for i, (x, target, weight) in enumerate(batches):
        assert x.shape == target.shape == weight.shape == (2, 1, 32)
        torch.testing.assert_close(x, target)
        assert not weight[..., 4:].any()  # padding
        batches[i] = x, target, weight = x[..., :4], target, weight[..., :4]
        torch.testing.assert_close(x / 4, weight)
        assert all(len(set(row.tolist())) == 4 for row in x[:, 0])
    passes = [
        torch.cat([a[0], b[0]], dim=2)[:, 0]
        for a, b in zip(batches[::2], batches[1::2], strict=True)
    ]
    twice = sum(len(set(row.tolist())) < 8 for each in passes for row in each)
    assert (twice > 0) == independent
    assert not torch.equal(passes[0], passes[1])  # a fresh order in each pass
    assert not torch.equal(passes[0][0], passes[0][1])  # and for each network


def test_recording_sees_the_network_after_so_many_updates(samples):
    x, y = samples(3)
    whole, half = Networks([3, 4, 2], range(3)), Networks([3, 4, 2], range(3))
    start = half.weights[0].numpy().copy()
    train(half, x, y, 5)
    found = train(
        whole,
        x,
        y,
        10,
        at=[0, 5, 10],
        record=lambda net: {
            "w": net.weights[0],
            "accuracy": net.accuracy(x, y),
        },
    )
    assert found["w"].shape == (3, 3, 4, 3)
    assert found["accuracy"].shape == (3, 3)
    np.testing.assert_array_equal(found["w"][:, 0], start)
    np.testing.assert_array_equal(found["w"][:, 1], half.weights[0])
    np.testing.assert_array_equal(found["w"][:, 2], whole.weights[0])
    np.testing.assert_array_equal(found["accuracy"][:, 2], whole.accuracy(x, y))
    assert train(whole, x, y, 1) is None


# --- The same network everywhere ------------------------------------------------------


def everything(networks):
    return np.concatenate([w.flatten(1).numpy() for w in networks.weights], axis=1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("batch", [None, 33])
def test_a_network_does_not_depend_on_its_neighbors_or_on_threads(
    batch, dtype, samples
):
    x, y = samples(20, n=100, inputs=7)

    def trained(seeds, threads):
        networks = Networks([7, 90, 90, 2], seeds, dtype=dtype)
        torch.set_num_threads(threads)
        train(networks, x[seeds], y[seeds], 40, batch=batch, l2=1e-3)
        return everything(networks)

    before = torch.get_num_threads()
    try:
        everyone = trained(list(range(20)), 1)
        for size, threads in itertools.product((1, 3, 10), (1, 2, 4)):
            some = list(range(4, 4 + size))
            np.testing.assert_array_equal(trained(some, threads), everyone[some])
        np.testing.assert_array_equal(trained(list(range(20)), 4), everyone)
    finally:
        torch.set_num_threads(before)


def test_a_network_that_diverges_is_counted_and_disturbs_nobody(samples):
    x, y = samples(3)
    x[1] *= 1e6  # the squares of the second network blow up
    quiet, together = Networks([3, 8, 2], [0, 2], "square"), None
    together = Networks([3, 8, 2], [0, 1, 2], "square")
    train(quiet, x[[0, 2]], y[[0, 2]], 50, optimizer="sgd", learning_rate=0.01)
    train(together, x, y, 50, optimizer="sgd", learning_rate=0.01)
    assert together.diverged.tolist() == [False, True, False]
    np.testing.assert_array_equal(together.weights[0][[0, 2]], quiet.weights[0])
    for found in (together.accuracy(x, y), together.loss(x, y)):
        assert np.isnan(found).tolist() == [False, True, False]
        with pytest.raises(ValueError, match="diverged"):
            stats.mean_interval(found)


# --- What is refused ------------------------------------------------------------------

X, Y = np.ones((2, 6, 3)), np.zeros((2, 6), dtype=int)
NAN = np.full(6, np.nan)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (dict(networks="adam"), "networks must be Networks, not a str"),
        (dict(loss="cross entropy"), "loss must be one of 'cross-entropy', 'logistic'"),
        (dict(optimizer="adamw"), "optimizer must be one of 'adam', 'sgd'"),
        (
            dict(learning_rate=0.0),
            "learning_rate must be a finite number above 0, not 0.0",
        ),
        (
            dict(learning_rate=np.nan),
            "learning_rate must be a finite number above 0, not nan",
        ),
        (
            dict(learning_rate="0.1"),
            "learning_rate must be a finite number above 0, not '0.1'",
        ),
        (dict(steps=-1), "steps must be a whole number of at least 0, not -1"),
        (dict(steps=2.0), "steps must be a whole number of at least 0, not 2.0"),
        (dict(batch=0), "batch must be a whole number of at least 1, not 0"),
        (dict(batch=4.0), "batch must be a whole number of at least 1, not 4.0"),
        (dict(independent=2), "independent must be True or False, not 2"),
        (dict(proximal="yes"), "proximal must be True or False, not 'yes'"),
        (dict(binary_places=41), "binary_places must be a whole number .*, not 41"),
        (dict(sample_weight=np.ones(5)), r"sample_weight must have the shape \(6,\)"),
        (dict(sample_weight=-np.ones(6)), "sample_weight must be 0 or more, not -1"),
        (dict(sample_weight=NAN), r"sample_weight must be finite.*\[0\] is nan"),
        (dict(l1=-1), "l1 must be 0 or more, not -1"),
        (dict(l2=[0, 1, 2]), "l2 is one number or 2"),
        (dict(l2=[0, np.inf]), r"l2 must be finite, but l2\[1\] is inf"),
        (dict(at=[0, 11], record=len), "each entry of at .* from 0 to 10, not 11"),
        (dict(at=[], record=len), "at must hold at least one whole number"),
        (dict(at=[5, 1], record=len), r"at must increase.*\[5, 1\]"),
        (dict(at=[5, 5], record=len), r"at must increase.*\[5, 5\]"),
        (dict(at=5, record=len), "at must be several whole numbers, not 5"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_wrong_input_is_refused(given, message):
    usual = dict(networks=Networks([3, 4, 2], [0, 1]), X=X, y=Y, steps=10)
    with pytest.raises((ValueError, TypeError), match=message):
        train(**(usual | given))


# --- The specifications ---------------------------------------------------------------

GAUSSIAN = dict(n=64, batch=64)
SPECIFICATIONS = {  # sizes, and what differs from the sigmoid network under Adam
    "E1": dict(sizes=[1, 16, 1], loss="squared"),
    "E2": dict(sizes=[1, 10, 10, 10, 2], activation="relu", blocks=[0, 1, 1, 2], n=16),
    "E3": dict(sizes=[12, 100, 100, 1], activation="relu", loss="logistic", l2=1e-4),
    "E4": dict(sizes=[2, 100, 100, 2], weighted=True),
    "E5": dict(sizes=[6, 200, 200, 200, 2], **GAUSSIAN),
    "E6": dict(sizes=[2010, 100, 100, 2]),
    "E7": dict(sizes=[2, 30, 30, 2], activation="sign, straight-through", **GAUSSIAN),
    "E8": dict(sizes=[12, 100, 100, 2], n=400, batch=1),
    "E9": dict(sizes=[12, 100, 100, 2], loss="fourth power", **GAUSSIAN),
    "E10": dict(
        sizes=[12, 100, 100, 2], loss="squared", initializer=constant(1), **GAUSSIAN
    ),
    "E11": dict(sizes=[12, 50, 50, 50, 2], loss="squared", recorded=True, **GAUSSIAN),
    "E12": dict(
        sizes=[12, 50, 50, 2], loss="squared", l1=[0.1 / 600, 0.1 / 2500, 0.1 / 100]
    ),
}


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_the_twelve_experiments_can_be_expressed(name, samples):
    given = dict(SPECIFICATIONS[name])
    n, weighted = given.pop("n", 80), given.pop("weighted", False)
    shape = ("sizes", "activation", "blocks", "initializer")
    networks = Networks(seeds=[0, 1], **{k: given.pop(k) for k in shape if k in given})
    if name == "E2":  # 10 + 10, 110 and 22 parameters at every depth
        parts = [*networks.weights, *networks.biases]
        assert sum(part[0].numel() for part in parts) == 152
    x, y = samples(2, n=n, inputs=networks.sizes[0])
    if name == "E1":
        y = np.sin(12 * x)
    if weighted:
        given["sample_weight"] = np.where(y == 0, 10, 1)
    if given.pop("recorded", False):
        given |= dict(at=range(0, 5, 2), record=lambda net: net.weights[0][:, -1])
    found = train(networks, x, y, 4, **given)
    assert not networks.diverged.any()
    fresh = Networks(networks.sizes, [0, 1], blocks=networks.blocks)
    assert not torch.equal(fresh.parameters, networks.parameters)
    assert found is None or found.shape == (2, 3, 12)
