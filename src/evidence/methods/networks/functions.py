"""Activations, losses and initializers: the names that networks know.

Each activation and each loss comes with its derivative, written out, since networks
compute their gradients by hand. A tensor has the shape (N, features, batch): one row of
numbers for each unit of each of the N networks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from evidence import checks


class Activation(NamedTuple):
    """A function ``h = f(z)`` of the pre-activation and the way back through it.

    Attributes
    ----------
    forward : callable
        ``z -> h``; may write over ``z`` unless ``keeps_z``.
    backward : callable
        ``(d, z, h) -> d * f'(z)``, where ``d`` is the loss's derivative with respect to
        ``h``; may write over ``d``.
    keeps_z : bool
        Whether ``backward`` needs ``z``; most derivatives can be told from ``h``.
    """

    forward: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor | None, Tensor], Tensor]
    keeps_z: bool = False


ACTIVATIONS: dict[str, Activation] = {
    # sigma' = h (1 - h): from d h, subtract d h h
    "sigmoid": Activation(
        torch.sigmoid_, lambda d, z, h: d.mul_(h).addcmul_(d, h, value=-1)
    ),
    "tanh": Activation(torch.tanh_, lambda d, z, h: d.addcmul_(d, h * h, value=-1)),
    "relu": Activation(torch.relu_, lambda d, z, h: d.mul_(h.sign())),
    "identity": Activation(lambda z: z, lambda d, z, h: d),
    "square": Activation(torch.square, lambda d, z, h: d.mul_(z).mul_(2), keeps_z=True),
    "sin": Activation(torch.sin, lambda d, z, h: d.mul_(z.cos()), keeps_z=True),
    "sign": Activation(torch.sign, lambda d, z, h: d.zero_()),
    # As if it were the identity where |z| <= 1 (Hubara et al. 2016, eq. 4)
    "sign, straight-through": Activation(
        torch.sign, lambda d, z, h: d.mul_(z.abs() <= 1), keeps_z=True
    ),
}
"""Name -> :class:`Activation` of the hidden layers."""


class Loss(NamedTuple):
    """A loss of the outputs ``z`` and targets ``y``, both (N, outputs, batch).

    Attributes
    ----------
    value : callable
        ``(z, y) -> (N, batch)``, the loss of each sample.
    gradient : callable
        ``(z, y) -> (N, outputs, batch)``, its derivative with respect to ``z``.
    """

    value: Callable[[Tensor, Tensor], Tensor]
    gradient: Callable[[Tensor, Tensor], Tensor]


LOSSES: dict[str, Loss] = {
    "cross-entropy": Loss(
        lambda z, y: z.logsumexp(1) - (y * z).sum(1),
        lambda z, y: torch.softmax(z, 1).sub_(y),
    ),
    "logistic": Loss(  # one output: the logit of class 1
        lambda z, y: (torch.nn.functional.softplus(z) - y * z).mean(1),
        lambda z, y: torch.sigmoid(z).sub_(y).div_(z.shape[1]),
    ),
    "squared": Loss(
        lambda z, y: ((z - y) ** 2).mean(1),
        lambda z, y: (z - y).mul_(2 / z.shape[1]),
    ),
    "absolute": Loss(
        lambda z, y: (z - y).abs().mean(1),
        lambda z, y: (z - y).sign_().div_(z.shape[1]),
    ),
    "fourth power": Loss(
        lambda z, y: ((z - y) ** 4).mean(1),
        lambda z, y: (z - y).pow_(3).mul_(4 / z.shape[1]),
    ),
    "hinge": Loss(  # targets -1 and 1 in place of 0 and 1
        lambda z, y: (1 - (2 * y - 1) * z).clamp(min=0).mean(1),
        lambda z, y: (1 - 2 * y).mul_((2 * y - 1) * z < 1).div_(z.shape[1]),
    ),
    "constant": Loss(lambda z, y: 0 * z.sum(1), lambda z, y: torch.zeros_like(z)),
}
"""Name -> :class:`Loss`; averages run over the outputs, then over the batch."""


def xavier(rng, shape, inputs, outputs) -> np.ndarray:
    """Draw from the uniform distribution on ± sqrt(6 / (inputs + outputs)).

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    shape : tuple of int
        Shape of the array.
    inputs, outputs : int
        Of the layer; for the bias of n units both are n.

    Returns
    -------
    numpy.ndarray, shape ``shape``

    References
    ----------
    Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward
    neural networks", AISTATS, eq. 16.
    """
    reach = math.sqrt(6 / (inputs + outputs))
    return rng.uniform(-reach, reach, shape)


def he(rng, shape, inputs, outputs) -> np.ndarray:
    """Draw from the normal distribution of variance 2 / inputs; as :func:`xavier`.

    References
    ----------
    He et al. (2015), "Delving deep into rectifiers", ICCV, eq. 10.
    """
    return rng.normal(0, math.sqrt(2 / inputs), shape)


def constant(value: float) -> Callable:
    """Return an initializer that sets every weight to ``value``."""
    value = checks.number(value, "value")
    return lambda rng, shape, inputs, outputs: np.full(shape, value)


def normal(deviation: float) -> Callable:
    """Return an initializer that draws from N(0, ``deviation`` squared)."""
    deviation = checks.number(deviation, "deviation", least=0)
    return lambda rng, shape, inputs, outputs: rng.normal(0, deviation, shape)


INITIALIZERS: dict[str, Callable] = {"xavier": xavier, "he": he}
"""Name -> initializer ``(rng, shape, inputs, outputs) -> array``."""


def targets_of(y: Tensor, num_outputs: int) -> Tensor:
    """Turn labels or numbers into the targets of a loss.

    Parameters
    ----------
    y : torch.Tensor, shape (N, n) of integers or (N, n, outputs) of floats
        Class labels, or the numbers to be met.
    num_outputs : int
        Outputs of the network.

    Returns
    -------
    torch.Tensor, shape (N, outputs, n)
        Of labels: one row for each class, 1 where it is the right one; with one output,
        the label itself.
    """
    if y.is_floating_point():
        return y.mT
    return y[:, None] if num_outputs == 1 else one_hot(y, num_outputs).mT
