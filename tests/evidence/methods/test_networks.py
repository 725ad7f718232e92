"""The engine that trains many networks at once, beside autograd and torch.optim."""

import itertools
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from torch.nn import functional

from evidence import stats
from evidence.methods.networks import (
    ACTIVATIONS,
    LOSSES,
    Networks,
    constant,
    normal,
    run,
    train,
)

FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "identity": lambda z: z,
    "square": torch.square,
    "sin": torch.sin,
    "sign": torch.sign,
    "sign, straight-through": lambda z: (
        torch.sign(z).detach() + z.clamp(-1, 1) - z.clamp(-1, 1).detach()
    ),
}
LOSS_OF_SAMPLES = {  # of outputs z and targets y, both (batch, outputs)
    "cross-entropy": lambda z, y: functional.cross_entropy(z, y, reduction="none"),
    "logistic": lambda z, y: functional.binary_cross_entropy_with_logits(
        z, y, reduction="none"
    ).mean(1),
    "squared": lambda z, y: functional.mse_loss(z, y, reduction="none").mean(1),
    "absolute": lambda z, y: functional.l1_loss(z, y, reduction="none").mean(1),
    "fourth power": lambda z, y: ((z - y) ** 4).mean(1),
    "hinge": lambda z, y: torch.relu(1 - torch.where(y > 0, z, -z)).mean(1),
    "constant": lambda z, y: 0 * z.sum(1),
}


class Twin:
    """One network of an networks, its gradients by autograd."""

    def __init__(self, networks, j):
        self.blocks = networks.blocks
        self.weights = [w[j].clone().requires_grad_() for w in networks.weights]
        self.biases = [b[j].clone().requires_grad_() for b in networks.biases]
        self.function = FUNCTIONS[
            next(name for name, f in ACTIVATIONS.items() if f is networks.activation)
        ]

    def __call__(self, x):
        for layer, block in enumerate(self.blocks):
            x = x if layer == 0 else self.function(x)
            x = x @ self.weights[block].T + self.biases[block].T
        return x

    def parameters(self):
        return [*self.weights, *self.biases]


def samples(num_networks, n=40, inputs=3, seed=0):
    rng = np.random.default_rng([seed, 9])
    x = rng.normal(size=(num_networks, n, inputs))
    y = (x[..., 0] + rng.normal(size=(num_networks, n)) > 0).astype(int)
    return x, y


def one_hot(y):
    return functional.one_hot(torch.tensor(y), 2).double()


def double(sizes, seeds, *args, **kwargs):
    return Networks(sizes, seeds, *args, **kwargs, dtype=torch.float64)


def of_network(tensors, j):
    return [tensor[j] for tensor in tensors]


# --- Gradients ------------------------------------------------------------------------


@pytest.mark.parametrize("blocks", [[0, 1, 2, 3], [0, 1, 1, 2]], ids=["free", "shared"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_those_of_autograd(activation, loss, blocks):
    networks = double([3, 5, 5, 5, 2], [3, 4], activation, normal(0.6), blocks=blocks)
    x, y = samples(2)
    z = networks.forward(networks.inputs(x))
    targets = networks.targets(y, x.shape[1], loss)
    networks.backward(LOSSES[loss].gradient(z, targets) / x.shape[1])
    values = networks.loss(x, y, loss)
    for j in range(2):
        twin = Twin(networks, j)
        target = torch.tensor(y[j]) if loss == "cross-entropy" else one_hot(y[j])
        value = LOSS_OF_SAMPLES[loss](twin(torch.tensor(x[j])), target).mean()
        value.backward()
        assert values[j] == pytest.approx(value.item(), rel=1e-10, abs=1e-12)
        gradients = networks.weight_gradients, networks.bias_gradients
        hand = of_network(gradients[0], j) + of_network(gradients[1], j)
        for own, parameter in zip(hand, twin.parameters(), strict=True):
            other = parameter.grad
            other = torch.zeros_like(own) if other is None else other
            torch.testing.assert_close(own, other, rtol=1e-10, atol=1e-10)
    if activation not in ("sign",) and loss != "constant":
        assert networks.weight_gradients[0].abs().max() > 1e-3


def test_the_logistic_loss_of_one_output_is_the_cross_entropy_of_labels():
    networks = double([3, 6, 1], [0])
    x, y = samples(1)
    twin = Twin(networks, 0)
    z = twin(torch.tensor(x[0]))[:, 0]
    own = networks.loss(x, y, "logistic")[0]
    other = functional.binary_cross_entropy_with_logits(z, torch.tensor(y[0]).double())
    assert abs(own - other.item()) < 1e-12
    np.testing.assert_array_equal(networks.predict(x)[0], (z > 0).int())


# --- Training -------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("batch", [None, 16])
def test_training_is_that_of_torch_one_network_at_a_time(optimizer, batch):
    x, y = samples(3, n=40)
    networks = double([3, 8, 8, 2], [5, 6, 7])
    twins = [Twin(networks, j) for j in range(3)]
    train(
        networks, x, y, 30, batch=batch, optimizer=optimizer, learning_rate=0.02
    )  # 30 steps: 15 passes of two batches
    make = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer]
    for j, twin in enumerate(twins):
        steps = make(twin.parameters(), lr=0.02)
        rng = np.random.default_rng([5 + j, 2])
        for step in range(30):
            if step % 2 == 0:
                order = rng.permutation(40)
            now = slice(None)
            if batch:
                now = order[step % 2 * 16 :][:16]
            steps.zero_grad()
            z = twin(torch.tensor(x[j][now]))
            functional.cross_entropy(z, torch.tensor(y[j][now])).backward()
            steps.step()
        own = of_network(networks.weights, j) + of_network(networks.biases, j)
        for a, b in zip(own, twin.parameters(), strict=True):
            torch.testing.assert_close(a, b.detach(), rtol=0, atol=1e-9)


def test_an_optimizer_of_one_s_own():
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


def test_penalties_act_on_weights_and_leave_biases_free():
    x, y = samples(2)
    networks = double([3, 5, 2], [0, 1], "tanh")
    twins = [Twin(networks, j) for j in range(2)]
    l1, l2 = [0.02, 0.0], [0.0, 0.03]
    train(networks, x, y, 25, optimizer="sgd", learning_rate=0.1, l1=l1, l2=l2)
    for j, twin in enumerate(twins):
        steps = torch.optim.SGD(twin.parameters(), lr=0.1)
        for _ in range(25):
            steps.zero_grad()
            z = twin(torch.tensor(x[j]))
            penalty = l1[0] * twin.weights[0].abs().sum()
            penalty = penalty + l2[1] * (twin.weights[1] ** 2).sum()
            (functional.cross_entropy(z, torch.tensor(y[j])) + penalty).backward()
            steps.step()
        own = of_network(networks.weights, j) + of_network(networks.biases, j)
        for a, b in zip(own, twin.parameters(), strict=True):
            torch.testing.assert_close(a, b.detach(), rtol=0, atol=1e-12)


def test_only_the_proximal_step_sets_weights_to_zero():
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


def test_one_proximal_step_is_a_gradient_step_and_a_soft_threshold():
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


def test_weighted_samples_are_repeated_samples():
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
    from evidence.methods.networks.training import _batches

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


def test_recording_sees_the_network_after_so_many_updates():
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

WIDE = {"sizes": [7, 90, 90, 2], "n": 100}


def trained(seeds, threads, batch, dtype):
    x, y = samples(20, n=WIDE["n"], inputs=7)
    networks = Networks(WIDE["sizes"], seeds, dtype=dtype)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        train(networks, x[seeds], y[seeds], 40, batch=batch, l2=1e-3)
    finally:
        torch.set_num_threads(before)
    return np.concatenate([w.flatten(1).numpy() for w in networks.weights], axis=1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("batch", [None, 33])
def test_a_network_does_not_depend_on_its_neighbors_or_on_threads(batch, dtype):
    everyone = trained(list(range(20)), 1, batch, dtype)
    for size, threads in itertools.product((1, 3, 10), (1, 2, 4)):
        some = list(range(4, 4 + size))
        found = trained(some, threads, batch, dtype)
        np.testing.assert_array_equal(found, everyone[some])
    np.testing.assert_array_equal(trained(list(range(20)), 4, batch, dtype), everyone)


def wave(condition, seeds):
    x, y = samples(20, inputs=7)
    networks = Networks([7, condition, 2], seeds)
    train(networks, x[seeds], y[seeds], 20, batch=16)
    return {"weights": networks.weights[0], "loss": networks.loss(x[seeds], y[seeds])}


def test_run_gives_the_same_numbers_however_the_work_is_cut():
    reference = run(wave, [5, 9], range(7), bank=7, workers=1)
    assert reference[9]["weights"].shape == (7, 9, 7)
    for bank, workers in ((1, 2), (3, 1), (4, 3)):
        found = run(wave, [5, 9], range(7), bank=bank, workers=workers)
        assert list(found) == [5, 9]
        for condition, name in itertools.product((5, 9), ("weights", "loss")):
            np.testing.assert_array_equal(
                found[condition][name], reference[condition][name]
            )


def test_every_seed_and_shape_starts_from_its_own_weights():
    a, b = Networks([4, 50, 2], [1, 2]), Networks([4, 50, 2], [2], "relu")
    np.testing.assert_array_equal(a.weights[0][1], b.weights[0][0])
    assert not torch.equal(a.weights[0][0], a.weights[0][1])
    assert a.weights[0].abs().max() <= np.sqrt(6 / 54)
    assert a.biases[0].abs().max() <= np.sqrt(3 / 50)
    assert a.weights[0].abs().max() > 0.95 * np.sqrt(6 / 54)
    he = Networks([200, 300, 2], [0], initializer="he", bias_initializer=constant(0))
    assert abs(he.weights[0].std().item() - np.sqrt(2 / 200)) < 1e-3
    assert not he.biases[0].any()


# --- What cannot be trained -----------------------------------------------------------


def test_a_network_that_diverges_is_counted_and_disturbs_nobody():
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


def test_outputs_that_overflow_are_no_class():
    x, y = samples(2)
    networks = Networks([3, 8, 2], [0, 1], "square")
    networks.weights[-1][1] *= 3e38  # finite still
    assert not networks.diverged.any()
    assert np.isnan(networks.accuracy(x, y)).tolist() == [False, True]


def test_whole_numbers_may_be_floats():
    x, y = samples(2)
    whole, floats = Networks([3, 4, 2], [0, 1]), Networks([3, 4, 2], [0, 1])
    train(whole, x, y, 3, batch=4)
    train(floats, x, y, 3.0, batch=4.0)
    np.testing.assert_array_equal(whole.parameters, floats.parameters)


X, Y = samples(2, n=6)
NAN = X.copy()
NAN[1, 2, 0] = np.nan


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (dict(sizes=[3]), "sizes are whole numbers"),
        (dict(sizes=[3, 0, 2]), "sizes are whole numbers"),
        (dict(seeds=[]), "needs seeds"),
        (dict(seeds=[-1, 2]), "needs seeds"),
        (dict(activation="sigmoidal"), "did you mean 'sigmoid'"),
        (dict(initializer="glorot"), "no initializer 'glorot'"),
        (dict(initializer=normal(np.inf)), "finite"),
        (dict(initializer=lambda rng, shape, i, o: np.zeros(3)), "shape"),
        (dict(blocks=[0, 1, 2]), "make 2 layers"),
        (dict(blocks=[1, 0]), "order of first use"),
        (dict(blocks=[0, 0]), "share block 0"),
        (dict(X=NAN), r"NaN or infinity, the first at \[1, 2, 0\]"),
        (dict(X=X[..., :2]), r"need the shape \(n, 3\)"),
        (dict(X=X[:1]), r"\(2, n, 3\), not \(1, 6, 3\)"),
        (dict(y=Y[:, :5]), r"targets need the shape \(6,\)"),
        (dict(y=Y + 1), "labels must lie between 0 and 1"),
        (dict(y=Y * 1.0), r"targets need the shape \(6, 2\)"),
        (dict(y=np.full((2, 6, 2), np.nan)), "targets hold NaN"),
        (dict(sizes=[3, 4, 1]), "one output is always 0"),
        (dict(loss="cross entropy"), "did you mean 'cross-entropy'"),
        (dict(optimizer="adamw"), "did you mean 'adam'"),
        (dict(learning_rate=0.0), "learning_rate must be above 0"),
        (dict(learning_rate=np.nan), "learning_rate must be above 0"),
        (dict(steps=-1), "steps is a whole number"),
        (dict(steps=2.5), "steps is a whole number"),
        (dict(batch=0), "batch is a whole number"),
        (dict(sample_weight=np.ones(5)), "sample weights need"),
        (dict(sample_weight=-np.ones(6)), "sample weights must be finite"),
        (dict(l1=-1), "l1 must be finite and 0 or more"),
        (dict(l2=[0, 1, 2]), "l2 is one number or 2"),
        (dict(at=[0, 11], record=len), r"nothing to record after \[11\] of 10"),
        (dict(at=[], record=len), r"nothing to record after \[\] of 10"),
        (dict(at=[5, 1], record=len), r"at must increase.*\[5, 1\]"),
        (dict(at=[5, 5], record=len), r"at must increase.*\[5, 5\]"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_wrong_input_is_refused(given, message):
    building = ("sizes", "seeds", "activation", "initializer", "blocks")
    networks = dict(sizes=[3, 4, 2], seeds=[0, 1])
    training = dict(X=X, y=Y, steps=10)
    for key, value in given.items():
        (networks if key in building else training)[key] = value
    with pytest.raises(ValueError, match=message):
        train(Networks(**networks), **training)


def test_a_label_of_the_wrong_shape_is_refused_when_measuring():
    networks = Networks([3, 4, 2], [0, 1])
    with pytest.raises(ValueError, match="labels need the shape"):
        networks.accuracy(X, Y[:, :3])
    with pytest.raises(ValueError, match="no loss"):
        networks.loss(X, Y, "l2")


def test_layers_are_the_units_that_the_function_gives():
    networks = double([3, 4, 5, 2], [0, 1], "sin")
    first, second, outputs = networks.layers(X)
    W, b = networks.weights, networks.biases
    for j in range(2):
        h = np.sin(X[j] @ W[0][j].numpy().T + b[0][j].numpy().T)
        np.testing.assert_allclose(first[j], h, atol=1e-12)
        h = np.sin(h @ W[1][j].numpy().T + b[1][j].numpy().T)
        np.testing.assert_allclose(second[j], h, atol=1e-12)
        h = h @ W[2][j].numpy().T + b[2][j].numpy().T
        np.testing.assert_allclose(outputs[j], h, atol=1e-12)
    same = networks.accuracy(X[0], networks.predict(X[0]))  # X for all networks
    np.testing.assert_array_equal(same, [1, 1])


# --- Running conditions ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (dict(conditions=[]), "no condition"),
        (dict(conditions=["a", "b", "a"]), "condition 'a' stands there twice"),
        (dict(seeds=[]), "no seed"),
        (dict(seeds=[1, 1]), "seed 1 stands there twice"),
        (dict(bank=0), "at least 1 seed"),
        (dict(workers=0), "at least 1"),
        (dict(experiment=lambda c, s: np.zeros(1)), "one result a seed"),
        (dict(experiment=lambda c, s: 0.5), "one result a seed"),
        (dict(experiment=lambda c, s: {"loss": np.zeros(9)}), "loss has the shape"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_runs_that_make_no_sense_are_refused(given, message):
    usual = dict(experiment=wave, conditions=[3], seeds=[1, 2], workers=1)
    with pytest.raises(ValueError, match=message):
        run(**(usual | given))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_an_experiment_comes_out_as_it_is(workers):
    def experiment(condition, seeds):
        if condition == "bad":
            raise ZeroDivisionError("this condition divides by zero")
        return np.zeros(len(seeds))

    with pytest.raises(ZeroDivisionError, match="this condition"):
        run(experiment, ["good", "bad"], range(4), bank=2, workers=workers)


def test_a_function_of_a_notebook_runs_in_other_processes():
    scale = 3.0  # travels with the closure, as a notebook's global does

    def experiment(condition, seeds):
        return np.array([scale * condition + seed for seed in seeds]), os.getpid()

    def numbers(condition, seeds):
        values, process = experiment(condition, seeds)
        return {"value": values, "process": np.full(len(seeds), process)}

    found = run(numbers, [10, 20], range(4), bank=1, workers=2)
    np.testing.assert_array_equal(found[20]["value"], [60, 61, 62, 63])
    assert os.getpid() not in found[10]["process"]


def in_new_process(code, **environment):
    usual = {k: v for k, v in os.environ.items() if k != "EVIDENCE_QUIET"}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=usual | environment,
        capture_output=True,
        check=True,
    )


NOTEBOOK = """
    import types
    import IPython.display
    import numpy as np
    from evidence.methods.networks import run
    shown = []
    class Handle:
        def update(self, html): shown.append(html.data)
    IPython.display.display = lambda *args, **kwargs: shown.append("") or Handle()
    IPython.get_ipython = lambda: types.SimpleNamespace(kernel=True)
    run(lambda c, s: np.zeros(len(s)), [1, 2], [0], workers=1)
    print(len(shown), [text.split("> ")[-1] for text in shown])
"""


def test_a_notebook_shows_the_progress_and_then_nothing():
    printed = in_new_process(NOTEBOOK).stdout.split(maxsplit=1)
    assert printed[0] == b"5"
    assert printed[1].strip() == b"['', '0 of 2', '1 of 2', '2 of 2', '']"
    assert in_new_process(NOTEBOOK, EVIDENCE_QUIET="1").stdout.strip() == b"0 []"


def test_a_terminal_shows_the_progress_and_a_log_does_not():
    code = """
    import sys, numpy as np
    from evidence.methods.networks import run
    sys.stderr.isatty = lambda: {tty}
    run(lambda c, s: np.zeros(len(s)), [1, 2], [0], workers=1)
    """
    shown = in_new_process(code.format(tty=True)).stderr
    assert b"\r1 of 2" in shown and shown.endswith(b" \r")
    assert in_new_process(code.format(tty=False)).stderr == b""
    assert in_new_process(code.format(tty=True), EVIDENCE_QUIET="1").stderr == b""


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
def test_the_twelve_experiments_can_be_expressed(name):
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
