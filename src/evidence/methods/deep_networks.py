"""Networks of many equal layers, one a seed, trained together: with and without BN.

A network is a list of tensors with the seed as first axis: weights, scale and shift of
each hidden layer, then weights and shift of the output. Values of a layer have the
shape (networks, units, samples), so that torch normalizes the units of all networks in
one call. What stands between a layer's weighted sums and its activation is an argument:
a function of the sums, scale, shift and the layer's number, such as :func:`plain` or
:func:`normalized`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import batch_norm, cross_entropy

from evidence import checks
from evidence.methods.networks.plain import descend, random_batches

ACTIVATIONS = {"ReLU": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
GAINS = {"ReLU": 2.0, "sigmoid": 1.0, "tanh": 1.0}  # variance of weights times inputs
INPUTS, CLASSES = 64, 10
EPS = 1e-5
GRID = 2.0**-16  # weights are multiples of it; see `fit`
START, ORDER = 20, 21  # streams of a seed


# --- A network ----------------------------------------------------------------------


def _check_start(seeds, depth, activation, width):
    return (
        list(seeds),
        checks.whole(depth, "depth", least=1),
        checks.one_of(activation, "activation", ACTIVATIONS),
        checks.whole(width, "width", least=1),
    )


@checks.door(_check_start)
def start(
    seeds: Iterable[int], depth: int, activation: str = "ReLU", width: int = 32
) -> list[Tensor]:
    """Return layers: He's weights for ReLU, Xavier's else; scales 1, shifts 0.

    Parameters
    ----------
    seeds : iterable of int
        One a network.
    depth, width : int
        Hidden layers, and units of each. (Between layers of one width Xavier's variance
        is one over the inputs, which the first layer gets, too.)
    activation : {"ReLU", "sigmoid", "tanh"}
        For which the weights are drawn.

    Returns
    -------
    list of torch.Tensor
        In double precision.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or below 1, or the activation is unknown.
    """
    sizes, layers = [INPUTS, *[width] * depth, CLASSES], []
    for k, (a, b) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        rngs = [np.random.default_rng([s, START, k]) for s in seeds]
        draws = torch.tensor(np.stack([rng.normal(size=(b, a)) for rng in rngs]))
        one = torch.ones(len(draws), b, 1, dtype=torch.float64)
        layers += [draws * (GAINS[activation] / a) ** 0.5, one, 0 * one]
    del layers[-2]  # the output is not normalized and has no scale
    return layers


def plain(z: Tensor, scale: Tensor, shift: Tensor, layer: int = 0) -> Tensor:
    """Add the shift, a bias: a layer without normalization. The scale stays unused."""
    return z + shift


def normalized(z: Tensor, scale: Tensor, shift: Tensor, layer: int = 0) -> Tensor:
    """Normalize each unit over its batch, as in training; then scale and shift."""
    rows = z.reshape(1, -1, z.shape[-1])  # a channel for each unit of each network
    affine = scale.flatten(), shift.flatten()
    return batch_norm(rows, None, None, *affine, True, eps=EPS).view(z.shape)


def by_sample(z: Tensor, scale: Tensor, shift: Tensor, layer: int = 0) -> Tensor:
    """Normalize each sample over the units: layer normalization."""
    var, mu = torch.var_mean(z, 1, correction=0, keepdim=True)
    return scale * (z - mu) / torch.sqrt(var + EPS) + shift


def logits(
    x: Tensor,
    layers: Sequence[Tensor],
    activation: str,
    how: Callable,
    *,
    behind: bool = False,
    then: Callable | None = None,
    shortcuts: bool = False,
) -> Tensor:
    """Return logits, (networks, 10, n).

    Parameters
    ----------
    x : torch.Tensor, shape (64, n) or (networks, 64, n)
        A column a sample.
    layers : sequence of torch.Tensor
        From :func:`start`.
    activation : {"ReLU", "sigmoid", "tanh"}
        Of all hidden layers.
    how : callable
        ``(values, scale, shift, layer) -> values``, such as :func:`normalized`.
    behind : bool
        Whether that happens behind the activation instead of before it.
    then : callable, optional
        ``(values, layer) -> values``, done to what a layer hands on, such as dropout.
    shortcuts : bool
        Whether each hidden layer but the first adds its values to its inputs.

    Returns
    -------
    torch.Tensor
    """
    *hidden, w_out, b_out = layers
    f = ACTIVATIONS[activation]
    x = x.expand(len(w_out), *x.shape[-2:])
    for k in range(len(hidden) // 3):
        w, *affine = hidden[3 * k : 3 * k + 3]
        z = w @ x
        h = how(f(z), *affine, k) if behind else f(how(z, *affine, k))
        h = then(h, k) if then else h
        x = x + h if shortcuts and k else h
    return torch.baddbmm(b_out, w_out, x)


def frozen(x: Tensor, layers: Sequence[Tensor], activation: str, **options) -> Callable:
    """Return batch normalization in evaluation, by the statistics of all x at once.

    Parameters
    ----------
    x, layers, activation, **options
        As for :func:`logits`.

    Returns
    -------
    callable
        To be given to :func:`logits` as ``how``.
    """
    memory = {}

    def remember(z, scale, shift, layer):
        var, mu = torch.var_mean(z, -1, correction=0, keepdim=True)
        memory[layer] = mu, torch.sqrt(var + EPS)
        return normalized(z, scale, shift, layer)

    def evaluate(z, scale, shift, layer):
        mu, sigma = memory[layer]
        return scale * (z - mu) / sigma + shift

    logits(x, layers, activation, remember, **options)
    return evaluate


# --- Training and measuring ---------------------------------------------------------


def fit(
    layers: Sequence[Tensor],
    x: Tensor,
    y: Tensor,
    how: Callable,
    *,
    seeds: Iterable[int],
    rate: float,
    steps: int = 100,
    m: int = 32,
    activation: str = "ReLU",
    optimizer: Callable = torch.optim.SGD,
    batches: Tensor | None = None,
    after: Callable | None = None,
    **options,
) -> tuple[list[Tensor], Tensor]:
    """Train on cross-entropy; return the layers, and the loss of each batch.

    Parameters
    ----------
    layers : sequence of torch.Tensor
        Where to start; they stay as they are.
    x, y : torch.Tensor, shape (64, n) and (n,)
        Training samples, a column each, and their classes.
    how, activation, **options
        As for :func:`logits`.
    seeds : iterable of int
        One a network; networks of one seed see the same batches.
    rate : float
        The learning rate, above 0.
    steps, m : int
        Batches, and samples of each.
    optimizer : callable
        ``(parameters, lr=rate) -> torch.optim.Optimizer``.
    batches : torch.Tensor of int64, shape (steps, networks, m), optional
        Which samples to see instead of random ones.
    after : callable, optional
        ``(step, layers)``, called after each step, to watch or change the layers.

    Returns
    -------
    layers : list of torch.Tensor
    losses : torch.Tensor, shape (steps, networks)

    Notes
    -----
    After each step weights are rounded to multiples of 2**-16. At large rates and
    depths rounding errors of another processor would grow to another network; on a grid
    they are gone before they grow.
    """
    losses = []

    def loss(layers, rows):
        found = logits(x[:, rows].transpose(0, 1), layers, activation, how, **options)
        each = cross_entropy(found, y[rows], reduction="none").mean(1)
        losses.append(each.detach())
        return each.sum()

    def finish(step, layers):
        if after:
            after(step, layers)
        for p in layers:
            p.copy_((p / GRID).round() * GRID)

    if batches is None:
        batches = random_batches(x.shape[1], m, steps, [[s, ORDER] for s in seeds])
    layers = descend(layers, loss, batches, rate, optimizer, finish)
    return layers, torch.stack(losses)


def right(found: Tensor, y: Tensor) -> np.ndarray:
    """Return 1 where the largest logit is that of the class, and 0 elsewhere.

    Parameters
    ----------
    found : torch.Tensor, shape (networks, 10, n)
        Logits; of a network that has diverged none is the largest.
    y : torch.Tensor, shape (n,)
        The classes.

    Returns
    -------
    numpy.ndarray of float, shape (networks, n)
    """
    finite = torch.isfinite(found).all(1)
    return ((found.argmax(1) == y) & finite).double().numpy()
