"""Train networks: batches, penalties, the optimizer's step, what is recorded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from evidence import checks
from evidence.methods.networks.functions import LOSSES
from evidence.methods.networks.guards import check_shape, chosen, whole_numbers
from evidence.methods.networks.network import (
    Networks,
    in_whole_vectors,
    one_thread,
    padded,
)

ORDER = 2  # the stream of a seed that orders its samples: default_rng([seed, ORDER])


def adam(
    parameters: Tensor,
    gradient: Tensor,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> Iterator[None]:
    """Update the parameters by Adam, once each time it is resumed.

    Written out rather than taken from :mod:`torch.optim`, whose first step loads a
    compiler: two seconds and 100 MB in each process.

    References
    ----------
    Kingma & Ba (2015), "Adam: a method for stochastic optimization", ICLR, algorithm 1.
    """
    m, v, spread = (torch.zeros_like(parameters) for _ in range(3))
    for t in itertools.count(1):
        m.lerp_(gradient, 1 - beta1)
        v.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        torch.div(v, 1 - beta2**t, out=spread).sqrt_().add_(eps)
        parameters.addcdiv_(m, spread, value=-learning_rate / (1 - beta1**t))
        yield


def sgd(parameters: Tensor, gradient: Tensor, learning_rate: float) -> Iterator[None]:
    """Update the parameters by gradient descent, once each time it is resumed."""
    while True:
        parameters.sub_(gradient, alpha=learning_rate)
        yield


OPTIMIZERS: dict[str, Callable] = {"adam": adam, "sgd": sgd}
"""Name -> optimizer ``(parameters, gradient, learning_rate)``, a generator."""


def _check_train(
    networks, X, y, steps, learning_rate, optimizer, loss, batch, independent,
    sample_weight, l1, l2, proximal, binary_places, record, at,
):  # fmt: skip
    if not isinstance(networks, Networks):
        raise TypeError(f"networks must be Networks, not a {type(networks).__name__}")
    steps = checks.whole(steps, "steps", least=0)
    X = networks.inputs(X)
    loss = checks.one_of(loss, "loss", LOSSES)
    return (
        networks,
        X,
        networks.targets(y, X.shape[2], loss),
        steps,
        checks.number(learning_rate, "learning_rate", above=0),
        chosen(optimizer, "optimizer", OPTIMIZERS),
        loss,
        X.shape[2] if batch is None else checks.whole(batch, "batch", least=1),
        checks.flag(independent, "independent"),
        _weights(sample_weight, networks, X.shape[2]),
        _strengths(l1, networks, "l1"),
        _strengths(l2, networks, "l2"),
        checks.flag(proximal, "proximal"),
        _places(binary_places),
        record,
        _moments(at, steps) if record else set(),
    )


@checks.door(_check_train)
def train(
    networks: Networks,
    X,
    y,
    steps: int,
    *,
    learning_rate: float = 0.003,
    optimizer: str | Callable = "adam",
    loss: str = "cross-entropy",
    batch: int | None = None,
    independent: bool = False,
    sample_weight=None,
    l1: float | Sequence[float] = 0.0,
    l2: float | Sequence[float] = 0.0,
    proximal: bool = False,
    binary_places: int | None = None,
    record: Callable[[Networks], object] | None = None,
    at: Iterable[int] | None = None,
):
    """Train every network on its own data.

    What is minimized, network by network, is the mean over the batch of
    ``sample_weight * loss`` plus the sum over the weight matrices W of
    ``l1 * sum |W| + l2 * sum W**2``; biases are free.

    Parameters
    ----------
    networks : Networks
        Is changed in place.
    X : array_like, shape (n, inputs) or (N, n, inputs)
        Samples for all networks, or each network's own.
    y : array_like
        Class labels of int, shape (n,) or (N, n), or numbers to be met of float, shape
        (n, outputs) or (N, n, outputs).
    steps : int
        Number of updates.
    learning_rate : float
        Above 0.
    optimizer : str or callable
        A key of :data:`OPTIMIZERS`, or a generator like those there, one that treats
        every parameter by itself.
    loss : str
        A key of :data:`~evidence.methods.networks.LOSSES`.
    batch : int, optional
        Samples a step; all of them by default, or if there are fewer.
    independent : bool
        Draw every batch anew from all samples, rather than in passes in which each
        sample occurs at most once. A pass leaves out what does not fill a batch.
    sample_weight : array_like, optional, shape (n,) or (N, n)
        Weight of each sample's loss, 0 or more.
    l1, l2 : float or sequence of float
        Strength of the penalties, 0 or more: one number, or one for each block.
    proximal : bool
        Let the L1 penalty act after each update as a soft threshold of
        ``learning_rate * l1``, which sets weights to 0 exactly, rather than through its
        subgradient, which never does. Adam's scaling does not reach the threshold.
    binary_places : int, optional
        Round every parameter to so many binary places after each update, from 0 to 40;
        16 make a grid of 0.000015. Processors differ in the last digit of a sum. Where
        training is at the edge of stability such differences grow until other networks
        come out; on a grid they are gone before they grow, if the networks' dtype is
        float64. By default parameters are not rounded.
    record : callable, optional
        ``networks -> array`` of first axis N, or a dict of such.
    at : iterable of int, optional
        After how many updates to record, in increasing order: 0 is before the first. By
        default after the last.

    Returns
    -------
    numpy.ndarray, shape (N, number of records, ...), or dict of such, or None
        What ``record`` returned, in the order of ``at``.

    Raises
    ------
    TypeError
        If something is of the wrong kind: text or masked arrays for numbers, fractions
        for whole numbers.
    ValueError
        If shapes, numbers or names are wrong.

    Notes
    -----
    A network that diverges goes on without disturbing its neighbors and is found in
    :attr:`Networks.diverged`.
    """
    gradient_of = LOSSES[loss].gradient
    updates = optimizer(networks.parameters, networks.gradient, learning_rate)
    records = [_copied(record(networks))] if 0 in at else []
    batches = _batches(networks.seeds, (X, y, sample_weight), batch, independent)
    parameters, gradient = networks.parameters, networks.gradient
    with one_thread():
        for update in range(1, steps + 1):
            x, target, weight = next(batches)
            outputs = networks.forward(x)
            networks.backward(gradient_of(outputs, target).mul_(weight))
            if l2 is not None:
                gradient.addcmul_(parameters, l2, value=2)
            if l1 is not None and not proximal:
                gradient.addcmul_(parameters.sign(), l1)
            next(updates)
            if l1 is not None and proximal:
                size = (parameters.abs() - learning_rate * l1).clamp_(min=0)
                parameters.copy_(parameters.sign() * size)
            if binary_places is not None:
                parameters.mul_(2**binary_places).round_().div_(2**binary_places)
            if update in at:
                records.append(_copied(record(networks)))
    return _stacked(records) if record else None


def _batches(seeds, data: tuple[Tensor, ...], batch: int, independent: bool):
    """Yield inputs, targets and weights / batch of one step, (N, ..., batch) each.

    The batch is padded to whole vectors by a sample of zeros and of weight 0.
    """
    num_samples = data[0].shape[2]
    if batch >= num_samples:
        inputs, targets, weights = map(in_whole_vectors, data)
        weights = weights / num_samples
        while True:
            yield inputs, targets, weights
    network = torch.arange(len(seeds))[:, None]
    by_sample = [pad(part, (0, 1)).mT.contiguous() for part in data]
    length = padded(batch, data[0].dtype)
    for order in _orders(seeds, num_samples, batch, length, independent):
        inputs, targets, weights = (part[network, order] for part in by_sample)
        targets, weights = targets.mT.contiguous(), weights.mT / batch
        for start in range(0, order.shape[1], length):
            now = slice(start, start + length)
            yield inputs[:, now].mT, targets[..., now], weights[..., now]


def _orders(
    seeds, num_samples: int, batch: int, length: int, independent: bool
) -> Iterator[Tensor]:
    """Yield which samples come next, batch after padded batch: (N, k * length).

    A whole pass or one batch; ``num_samples`` stands for the padding.
    """
    rngs = [np.random.default_rng([seed, ORDER]) for seed in seeds]
    used = batch if independent else num_samples // batch * batch
    while True:
        orders = [rng.permutation(num_samples)[:used] for rng in rngs]
        orders = torch.from_numpy(np.stack(orders)).view(len(rngs), -1, batch)
        yield pad(orders, (0, length - batch), value=num_samples).flatten(1)


def _weights(sample_weight, networks: Networks, num_samples: int) -> Tensor:
    """Return the samples' weights, (N, 1, n)."""
    shape = (len(networks), num_samples)
    if sample_weight is None:
        sample_weight = np.ones(num_samples)
    weights = checks.array(sample_weight, "sample_weight")
    check_shape(weights, shape, "sample_weight")
    if (weights < 0).any():
        raise ValueError(f"sample_weight must be 0 or more, not {weights.min()}")
    weights = torch.tensor(np.broadcast_to(weights, shape), dtype=networks.dtype)
    return weights[:, None]


def _strengths(given, networks: Networks, name: str) -> Tensor | None:
    """Return a penalty's strength for every parameter, 0 for biases; None if all 0."""
    num_blocks = len(networks.weights)
    strengths = checks.array(given, name)
    if strengths.shape not in ((), (1,), (num_blocks,)):
        raise ValueError(f"{name} is one number or {num_blocks}, one for each block")
    if (strengths < 0).any():
        raise ValueError(f"{name} must be 0 or more, not {strengths.min()}")
    if not strengths.any():
        return None
    flat = torch.zeros_like(networks.parameters)
    of_weights, _ = networks.views(flat)
    strengths = np.broadcast_to(strengths, num_blocks)
    for part, strength in zip(of_weights, strengths, strict=True):
        part.fill_(float(strength))
    return flat


def _places(given) -> int | None:
    if given is None:
        return None
    return checks.whole(given, "binary_places", least=0, most=40)


def _moments(at, steps: int) -> set[int]:
    moments = whole_numbers([steps] if at is None else at, "at", most=steps)
    if moments != sorted(set(moments)):
        raise ValueError(f"at must increase, for records come in that order: {moments}")
    return set(moments)


def _copied(found):
    """Copy a record, which may be a view of what the next update changes."""
    if isinstance(found, dict):
        return {key: _copied(part) for key, part in found.items()}
    return np.asarray(found).copy()


def _stacked(records: list):
    """Join records on a second axis: (N, number of records, ...)."""
    if isinstance(records[0], dict):
        return {key: _stacked([r[key] for r in records]) for key in records[0]}
    return np.stack(records, axis=1)
