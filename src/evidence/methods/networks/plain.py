"""Plain training, with autograd and an optimizer of torch, of tensors one holds.

For chapters that write their own network: a list of tensors and a function of them. To
train many seeds at once, give each tensor the seed as its first axis, and sum the loss
over the seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from evidence import checks


def _check_random_batches(num_samples, size, steps, seeds):
    if not isinstance(seeds, Iterable) or not (seeds := list(seeds)):
        raise ValueError(f"seeds must be several, for example range(20), not {seeds!r}")
    return (
        checks.whole(num_samples, "num_samples", least=1),
        checks.whole(size, "size", least=1),
        checks.whole(steps, "steps", least=0),
        seeds,
    )


@checks.door(_check_random_batches)
def random_batches(num_samples: int, size: int, steps: int, seeds: Iterable) -> Tensor:
    """Draw the samples of each step, with replacement, for every seed by itself.

    Parameters
    ----------
    num_samples : int
        How many there are to draw from.
    size : int
        Samples a batch.
    steps : int
        Number of batches.
    seeds : iterable
        What ``numpy.random.default_rng`` takes: numbers, or lists such as ``[seed, 2]``
        for the second stream of a seed.

    Returns
    -------
    torch.Tensor of int64, shape (steps, number of seeds, size)
        Which samples: rows of the data.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole, or is too small.
    """
    draws = [
        np.random.default_rng(seed).integers(num_samples, size=(steps, size))
        for seed in seeds
    ]
    return torch.from_numpy(np.stack(draws, axis=1))


def _check_descend(parameters, loss, batches, learning_rate, optimizer, after):
    parameters = list(parameters)
    for p in parameters:
        if not (isinstance(p, Tensor) and p.is_floating_point()):
            kind = p.dtype if isinstance(p, Tensor) else type(p).__name__
            raise TypeError(f"parameters must be tensors of real numbers, not {kind}")
    if not callable(optimizer):
        raise TypeError(
            "optimizer must be a class of torch.optim, for example torch.optim.SGD, "
            f"not {optimizer!r}"
        )
    learning_rate = checks.number(learning_rate, "learning_rate", above=0)
    return parameters, loss, batches, learning_rate, optimizer, after


@checks.door(_check_descend)
def descend(
    parameters: Sequence[Tensor],
    loss: Callable,
    batches: Iterable,
    learning_rate: float,
    optimizer: Callable = torch.optim.SGD,
    after: Callable | None = None,
) -> list[Tensor]:
    """Return the parameters after a step of the optimizer for each batch.

    Parameters
    ----------
    parameters : sequence of torch.Tensor
        Where to start; they stay as they are.
    loss : callable
        ``(parameters, batch) -> tensor`` of no axes.
    batches : iterable
        What the loss takes, for example :func:`random_batches`.
    learning_rate : float
        Above 0.
    optimizer : callable
        ``(parameters, lr=learning_rate) -> torch.optim.Optimizer``.
    after : callable, optional
        ``(step, parameters)``, called after each step, from 1: to watch the parameters,
        or to change them in place.

    Returns
    -------
    list of torch.Tensor
        Shaped like ``parameters``, without a gradient.

    Raises
    ------
    TypeError, ValueError
        If a parameter, the learning rate or the optimizer is not what it should be.
    """
    parameters = [p.detach().clone().requires_grad_() for p in parameters]
    optimizer = optimizer(parameters, lr=learning_rate)
    values = [p.detach() for p in parameters]  # the same memory, without a gradient
    for step, batch in enumerate(batches, 1):
        optimizer.zero_grad()
        loss(parameters, batch).backward()
        optimizer.step()
        if after:
            after(step, values)
    return values
