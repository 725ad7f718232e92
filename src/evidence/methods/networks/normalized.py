"""Small networks with normalization layers, one a seed, all trained at once.

A network is a list of tensors, each with the seed as its first axis: weights, scale and
shift of every hidden layer, then weights and shift of the output. How its layers are
normalized is an argument, so that the same weights can be run in either mode, or with
another normalization: a function of a layer's values, (seeds, samples, ..., channels),
and the layer's number; or None, for dense networks without normalization.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import batch_norm, cross_entropy

from evidence import checks
from evidence.methods.networks.plain import descend, random_batches

EPS = 1e-5
DECIMALS = 5  # to which weights are rounded after each step; see `fit`


class Remembered:
    """Batch normalization by the batch, which keeps running statistics as it goes.

    Training does not depend on what is kept, so one run serves several momenta.

    Parameters
    ----------
    momenta : sequence of float
        Weights of the new batch, 0 to 1.
    """

    def __init__(self, momenta: Sequence[float]):
        momenta = [checks.number(a, "momenta", least=0, most=1) for a in momenta]
        self.momenta = torch.tensor(momenta, dtype=torch.float64)
        self.mean, self.var, self.batches = {}, {}, {}

    def __call__(self, z: Tensor, layer: int) -> Tensor:
        """Normalize a layer's values as training mode does, and keep their moments."""
        axes = tuple(range(1, z.ndim - 1))
        self._keep(layer, *torch.var_mean(z.detach(), axes, correction=1, keepdim=True))
        return by_batch(z, layer)

    def _keep(self, layer: int, var: Tensor, mu: Tensor) -> None:
        alpha = self.momenta.reshape(-1, *[1] * mu.ndim)
        self.mean[layer] = (1 - alpha) * self.mean.get(layer, 0.0) + alpha * mu
        self.var[layer] = (1 - alpha) * self.var.get(layer, 1.0) + alpha * var
        self.batches[layer] = self.batches.get(layer, 0) + 1

    def at(self, momentum: float, times: float = 1.0, start: bool = True) -> Callable:
        """Return the normalization of evaluation mode, by what is kept at present.

        Parameters
        ----------
        momentum : float
            Which of the momenta.
        times : float
            What the variance is multiplied by: (m - 1) / m takes the factor
            m / (m - 1) away again.
        start : bool
            Whether to leave the weight of the start, a mean of 0 and a variance of 1,
            in the averages. Without, they are divided by the weight of the batches.

        Raises
        ------
        ValueError
            If it is none of the momenta.
        """
        k = self.momenta.tolist().index(momentum)
        mean, var = {}, {}
        for layer, batches in self.batches.items():
            old = 0.0 if start else (1 - momentum) ** batches
            mean[layer] = self.mean[layer][k] / (1 - old)
            var[layer] = times * (self.var[layer][k] - old) / (1 - old)
        return lambda z, layer: (z - mean[layer]) / torch.sqrt(var[layer] + EPS)


class InGroups(Remembered):
    """Batch normalization of pictures in groups of a few positions an image.

    In each image the positions are shuffled, anew in each layer of each batch, and cut
    into groups. The values of a channel in a group, of all images, are normalized by
    themselves, as in a smaller batch. What is kept is averaged over the groups.

    Parameters
    ----------
    momenta : sequence of float
        As for :class:`Remembered`.
    positions : int
        How many positions of an image a group has; all, where there are fewer.
    """

    def __init__(self, momenta: Sequence[float], positions: int):
        super().__init__(momenta)
        self.positions = checks.whole(positions, "positions", least=1)
        self.rng = np.random.default_rng([positions, 12])

    def __call__(self, z: Tensor, layer: int) -> Tensor:
        """Normalize each group by its own statistics, and keep their averages."""
        order = self.rng.permuted(np.indices(z.shape[:3])[2], axis=2)
        order = torch.tensor(order).unsqueeze(3).expand(z.shape)
        size = min(self.positions, z.shape[2])
        groups = z.gather(2, order).unflatten(2, (-1, size)).transpose(1, 2)
        moments = torch.var_mean(groups.detach(), (2, 3), correction=1)
        self._keep(layer, *(found.mean(1)[:, None, None] for found in moments))
        normal = _standardize(groups, (2, 3)).transpose(1, 2).flatten(2, 3)
        return normal.gather(2, order.argsort(2))


def by_batch(z: Tensor, layer: int = 0) -> Tensor:
    """Normalize each channel over the samples and positions of the batch."""
    columns = z.flatten(1, -2).transpose(0, 1).flatten(1)  # the channels of all seeds
    columns = batch_norm(columns, None, None, training=True, eps=EPS)
    return columns.unflatten(1, (len(z), -1)).transpose(0, 1).reshape(z.shape)


def by_sample(z: Tensor, layer: int = 0) -> Tensor:
    """Normalize each sample over its channels and positions: layer normalization."""
    return _standardize(z, tuple(range(2, z.ndim)))


def in_batches_of(m: int) -> Callable:
    """Return the normalization of each m samples in a row by themselves."""
    size = checks.whole(m, "m", least=2)

    def normalize(z, layer=0):
        batches = z.unflatten(1, (-1, size))
        return _standardize(batches, (2, *range(3, z.ndim))).flatten(1, 2)

    return normalize


def _standardize(z: Tensor, axes: tuple[int, ...]) -> Tensor:
    var, mu = torch.var_mean(z, axes, correction=0, keepdim=True)
    return (z - mu) / torch.sqrt(var + EPS)


def exact(outputs: Callable, x: Tensor, layers: Sequence[Tensor]) -> Callable:
    """Return evaluation mode by the statistics of all samples x at once.

    Parameters
    ----------
    outputs, x, layers
        As for :func:`fit`.
    """
    memory = Remembered([1.0])
    outputs(x, layers, memory)
    return memory.at(1.0)


# --- Two kinds of networks ----------------------------------------------------------


def dense(
    seeds: Iterable[int], sizes: Sequence[int] = (64, 32, 32, 10), gain: float = 2.0
) -> list:
    """Return linear layers: initial weights, scales of 1, shifts of 0.

    Parameters
    ----------
    seeds : iterable of int
        One a network.
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs.
    gain : float
        Variance of a weight times the inputs of its layer: 2 is He's, for ReLU; 1 is
        Xavier's between layers of one size.
    """
    shapes = list(zip(sizes[:-1], sizes[1:], strict=True))
    return _layers(list(seeds), shapes, gain)


def convolutional(seeds: Iterable[int]) -> list:
    """Return two layers of 3 x 3 filters, to 8 and 16 channels, and the linear output.

    A filter is a linear layer of the nine pixels around each position.
    """
    return _layers(list(seeds), [(9, 8), (9 * 8, 16), (4 * 16, 10)])


def _layers(seeds: list, shapes: list[tuple[int, int]], gain: float = 2.0) -> list:
    layers = []
    for k, (a, b) in enumerate(shapes):
        draws = [np.random.default_rng([s, 8, k]).normal(size=(a, b)) for s in seeds]
        one = torch.ones(len(seeds), 1, b, dtype=torch.float64)
        layers += [torch.tensor(np.stack(draws)) * (gain / a) ** 0.5, one, 0 * one]
    del layers[-2]  # the output is not normalized and has no scale
    return layers


def dense_logits(
    x: Tensor,
    layers: Sequence[Tensor],
    normalize: Callable | None,
    activation: Callable = torch.relu,
    *,
    behind: bool = False,
) -> Tensor:
    """Return logits (seeds, n, 10) of samples x, (n, 64) or (seeds, n, 64).

    Parameters
    ----------
    x : torch.Tensor
    layers : sequence of torch.Tensor
        From :func:`dense`.
    normalize : callable or None
        Without one, scales stay unused, and shifts are biases.
    activation : callable
        Of the values of a hidden layer.
    behind : bool
        Whether to normalize behind the activation instead of before it.
    """
    *hidden, w_out, b_out = layers
    for k in range(len(hidden) // 3):
        w, gamma, beta = hidden[3 * k : 3 * k + 3]
        z = activation(x @ w) if behind else x @ w
        z = gamma * normalize(z, k) + beta if normalize else z + beta
        x = z if behind else activation(z)
    return x @ w_out + b_out


def convolutional_logits(
    x: Tensor, layers: Sequence[Tensor], normalize: Callable
) -> Tensor:
    """Return logits (seeds, n, 10) of 8 x 8 pictures x, (n, 64) or (seeds, n, 64)."""
    *hidden, w_out, b_out = layers
    x = x.expand(len(w_out), *x.shape[-2:]).unflatten(-1, (8, 8, 1))
    for k in range(len(hidden) // 3):
        w, gamma, beta = (p.unsqueeze(1) for p in hidden[3 * k : 3 * k + 3])
        z = _patches(x).flatten(2, 3) @ w  # (seeds, n, positions, channels)
        z = torch.relu(gamma * normalize(z, k) + beta)
        x = _halved(z.unflatten(2, x.shape[2:4]))
    return x.flatten(2) @ w_out + b_out


def _patches(x: Tensor) -> Tensor:
    """Return the nine pixels around each: (seeds, n, h, w, c) -> (..., h, w, 9 c)."""
    h, w = x.shape[2:4]
    padded = torch.nn.functional.pad(x, (0, 0, 1, 1, 1, 1))
    rows = [padded[:, :, i : i + h] for i in range(3)]
    nine = [row[:, :, :, j : j + w] for row in rows for j in range(3)]
    return torch.stack(nine, -1).flatten(4)  # its gradient is faster than unfold's


def _halved(x: Tensor) -> Tensor:
    """Return the means of 2 x 2 positions: (seeds, n, h, w, c) -> (.., h/2, w/2, c)."""
    rows = x[:, :, ::2] + x[:, :, 1::2]
    return (rows[:, :, :, ::2] + rows[:, :, :, 1::2]) / 4


# --- Training and measuring ---------------------------------------------------------


def fit(
    outputs: Callable,
    layers: Sequence[Tensor],
    normalize: Callable | None,
    x: Tensor,
    y: Tensor,
    *,
    seeds: Iterable[int],
    m: int = 32,
    steps: int = 100,
    learning_rate: float = 0.1,
    optimizer: Callable = torch.optim.SGD,
    batches: Tensor | None = None,
    watch: Callable | None = None,
    losses: list | None = None,
) -> list[Tensor]:
    """Return the layers after steps on cross-entropy, with batches of m.

    Parameters
    ----------
    outputs : callable
        :func:`dense_logits` or :func:`convolutional_logits`.
    layers : sequence of torch.Tensor
        Where to start; they stay as they are.
    normalize : callable or None
        How layers are normalized in training.
    x, y : torch.Tensor, shape (n, 64) and (n,)
        Training samples and their classes.
    seeds : iterable of int
        One a network.
    m, steps : int
        Samples a batch, and batches. Networks of one seed see the same ones.
    learning_rate : float
        Above 0.
    optimizer : callable
        ``(parameters, lr=learning_rate) -> torch.optim.Optimizer``.
    batches : torch.Tensor of int64, shape (steps, seeds, m), optional
        Which samples to see, instead of random ones.
    watch : callable, optional
        ``(step, layers)``, called after each step, to watch or change the layers.
    losses : list, optional
        Gets the losses of each batch, one a network, before the step.

    Returns
    -------
    list of torch.Tensor

    Raises
    ------
    ValueError
        If there is not one seed a network.

    Notes
    -----
    After each step weights are rounded to five decimals. With two values a channel,
    training is chaotic: a batch is divided by the difference of two values, and where
    that is small, rounding errors of another processor would grow to another network.
    """
    m, steps = checks.whole(m, "m", least=1), checks.whole(steps, "steps", least=0)
    seeds = list(seeds)
    if len(seeds) != len(layers[0]):
        raise ValueError(
            f"seeds must be {len(layers[0])}, one a network, not {len(seeds)}"
        )

    def loss(layers, rows):
        found = outputs(x[rows], layers, normalize).flatten(0, 1)
        each = cross_entropy(found, y[rows].flatten(), reduction="none")
        each = each.unflatten(0, (len(seeds), -1)).mean(1)
        if losses is not None:
            losses.append(each.detach())
        return each.sum()

    def after(step, layers):
        for p in layers:
            p.copy_(p.round(decimals=DECIMALS))
        if watch:
            watch(step, layers)

    if batches is None:
        batches = random_batches(len(x), m, steps, [[s, 9, m] for s in seeds])
    return descend(layers, loss, batches, learning_rate, optimizer, after)


def right(found: Tensor, y: Tensor) -> np.ndarray:
    """Return 1 where the largest logit is that of the class, and 0 elsewhere."""
    return (found.argmax(-1) == y).double().numpy()
