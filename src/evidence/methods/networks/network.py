"""N multilayer perceptrons of one shape, side by side: forward and backward by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from evidence import checks
from evidence.methods.networks.functions import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    targets_of,
)
from evidence.methods.networks.guards import (
    check_shape,
    checked_targets,
    chosen,
    whole_numbers,
)

INITIAL_WEIGHTS = 1  # the stream of a seed: default_rng([seed, INITIAL_WEIGHTS])

# Samples, weights and biases are padded with zeros to whole vectors of the processor:
# those of each network begin at a vector and end with one. What does not fill a vector
# goes through other code, which rounds differently, so a network would depend on how
# many others stand beside it.
WHOLE_VECTORS = 128  # bytes: two of the longest vectors there are


class Networks:
    """N multilayer perceptrons of one shape, each with a seed of its own.

    Network j depends on ``seeds[j]`` and on nothing else: neither on how many networks
    stand beside it nor on the number of threads. A layer of all N networks is one
    batched product, which is what makes small networks fast.

    The last layer is linear; the layers before it have the ``activation``.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs: ``[2, 30, 30, 2]``.
    seeds : iterable of int
        One a network, each at least 0.
    activation : str
        A key of :data:`~evidence.methods.networks.ACTIVATIONS`.
    initializer : str or callable
        Of weights and biases alike: a key of
        :data:`~evidence.methods.networks.INITIALIZERS`, or
        ``(rng, shape, inputs, outputs) -> array``; the bias of n units counts as a
        layer of n inputs and n outputs.
    bias_initializer : str or callable, optional
        Another one for the biases.
    blocks : sequence of int, optional
        The block of weights that each layer uses, numbered in the order of first use:
        ``[0, 1, 1, 2]`` applies the middle layer twice. By default ``[0, 1, 2, ...]``.
    dtype : torch.dtype
        ``torch.float32`` or ``torch.float64``.

    Attributes
    ----------
    weights, biases : list of torch.Tensor, shapes (N, outputs, inputs), (N, outputs, 1)
        One of each for every block: views into ``parameters``.
    weight_gradients, bias_gradients : list of torch.Tensor
        The same views into ``gradient``.
    parameters, gradient : torch.Tensor, one axis
        Everything in one buffer, so that the optimizer's step is one call.

    Raises
    ------
    TypeError
        If a size, a seed or a block is not a whole number.
    ValueError
        If a size, a seed, a name, the numbering of the blocks or the dtype is wrong, or
        an initializer gives another shape or numbers that are not finite.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        seeds: Iterable[int],
        activation: str = "sigmoid",
        initializer: str | Callable = "xavier",
        bias_initializer: str | Callable | None = None,
        blocks: Sequence[int] | None = None,
        dtype: torch.dtype = torch.float32,
    ):
        self.sizes = _checked_sizes(sizes)
        self.seeds = whole_numbers(seeds, "seeds")
        activation = checks.one_of(activation, "activation", ACTIVATIONS)
        self.activation = ACTIVATIONS[activation]
        self.blocks = _checked_blocks(blocks, self.sizes)
        self.dtype = _checked_dtype(dtype)
        self.parameters = torch.zeros(sum(self._lengths()), dtype=dtype)
        self.gradient = torch.zeros_like(self.parameters)
        self.weights, self.biases = self.views(self.parameters)
        self.weight_gradients, self.bias_gradients = self.views(self.gradient)
        self._batch = 0  # no room is made yet
        self._initialize(initializer, bias_initializer or initializer)

    def __len__(self) -> int:
        return len(self.seeds)

    # --- One step of training ---------------------------------------------------------

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs, and keep what :meth:`backward` needs.

        Parameters
        ----------
        x : torch.Tensor, shape (N, inputs, batch)
            Each network's own batch, one sample a column; the last may be padding.

        Returns
        -------
        torch.Tensor, shape (N, outputs, batch)
            Written over by the next call.
        """
        self._make_room(x.shape[2])
        self._z, self._h = [], [x]
        for block, room in zip(self.blocks, self._forward_room, strict=True):
            W, b, h = self.weights[block], self.biases[block], self._h[-1]
            z = torch.baddbmm(b, W, h, out=room)
            self._z.append(z if self.activation.keeps_z else None)
            if len(self._z) < len(self.blocks):
                self._h.append(self.activation.forward(z))
        return z

    def backward(self, d: Tensor) -> None:
        """Fill ``gradient``, given the loss's derivative with respect to the outputs.

        Parameters
        ----------
        d : torch.Tensor, shape (N, outputs, batch)
            Belongs to the last call of :meth:`forward`; may be written over.
        """
        self.gradient.zero_()
        for layer in reversed(range(len(self.blocks))):
            block, h = self.blocks[layer], self._h[layer]
            self.weight_gradients[block].baddbmm_(d, h.mT)
            self.bias_gradients[block].add_(d.sum(2, keepdim=True))
            if layer > 0:
                room = self._backward_room[layer - 1]
                d = torch.bmm(self.weights[block].mT, d, out=room)
                d = self.activation.backward(d, self._z[layer - 1], h)

    def _make_room(self, batch: int) -> None:
        """Reserve memory once: to ask for it in each step would cost more."""
        if batch != self._batch:
            shapes = [(len(self), units, batch) for units in self.sizes[1:]]
            self._forward_room = [torch.empty(s, dtype=self.dtype) for s in shapes]
            self._backward_room = [
                torch.empty(s, dtype=self.dtype) for s in shapes[:-1]
            ]
            self._batch = batch

    # --- Measuring --------------------------------------------------------------------

    @property
    def diverged(self) -> np.ndarray:
        """Which networks have a parameter that is not finite: bool, shape (N,)."""
        finite = [
            torch.isfinite(block).flatten(1).all(1)
            for block in (*self.weights, *self.biases)
        ]
        return ~torch.stack(finite).all(0).numpy()

    def layers(self, X) -> list[np.ndarray]:
        """Return what every layer puts out.

        Parameters
        ----------
        X : array_like, shape (n, inputs) or (N, n, inputs)
            Samples for all networks, or each network's own.

        Returns
        -------
        list of numpy.ndarray, shape (N, n, units)
            The hidden layers after their activation, then the outputs.

        Raises
        ------
        TypeError
            If they are no real numbers, or parts of them are masked.
        ValueError
            If the shape is another, or a number is not finite.
        """
        x = self.inputs(X)
        with one_thread():
            z = self.forward(in_whole_vectors(x))
        layers = (*self._h[1:], z)
        return [h[..., : x.shape[2]].mT.numpy().copy() for h in layers]

    def outputs(self, X) -> np.ndarray:
        """Return the outputs, shape (N, n, outputs); ``X`` as in :meth:`layers`."""
        return self.layers(X)[-1]

    def predict(self, X) -> np.ndarray:
        """Return the class of each sample, shape (N, n); ``X`` as in :meth:`layers`.

        The largest of several outputs; of a single one, whether it is above 0.
        """
        return _classes(self.outputs(X))

    def accuracy(self, X, y) -> np.ndarray:
        """Return each network's share of right classes.

        Parameters
        ----------
        X : array_like
            As in :meth:`layers`.
        y : array_like of int, shape (n,) or (N, n)
            The right classes.

        Returns
        -------
        numpy.ndarray of float64, shape (N,)
            NaN for a network that has diverged, or whose outputs overflow:
            :mod:`evidence.stats` refuses to average it, ``numpy.isnan`` counts it.

        Raises
        ------
        TypeError
            As in :meth:`layers`, or if the labels are not whole numbers.
        ValueError
            As in :meth:`layers`, if a label is out of range, or if the labels do not
            fit the samples.
        """
        y = checks.labels(y, "y", max(self.sizes[-1], 2), shape=(...,))
        outputs = self.outputs(X)
        found = _classes(outputs)
        check_shape(y, found.shape, "y")
        lost = self.diverged | ~np.isfinite(outputs).all((1, 2))
        return np.where(lost, np.nan, (found == y).mean(1))

    def loss(self, X, y, loss: str = "cross-entropy") -> np.ndarray:
        """Return each network's mean loss over the samples.

        Parameters
        ----------
        X : array_like
            As in :meth:`layers`.
        y : array_like, shape (n,) or (N, n) of int, (n, outputs) or (N, n, outputs)
            Class labels, or numbers to be met.
        loss : str
            A key of :data:`~evidence.methods.networks.LOSSES`.

        Returns
        -------
        numpy.ndarray of float64, shape (N,)
            NaN for a network that has diverged.

        Raises
        ------
        TypeError
            As in :meth:`layers`, for the targets too.
        ValueError
            As in :meth:`layers`, or if there is no such loss, or the targets do not fit
            the samples and the loss.
        """
        function = LOSSES[checks.one_of(loss, "loss", LOSSES)]
        z = torch.tensor(self.outputs(X)).mT.double()
        values = function.value(z, self.targets(y, z.shape[2], loss).double())
        return np.where(self.diverged, np.nan, values.mean(1).numpy())

    # --- From arrays to tensors -------------------------------------------------------

    def inputs(self, X) -> Tensor:
        """Return samples as :meth:`forward` takes them: (N, inputs, n).

        Raises
        ------
        TypeError, ValueError
            As in :meth:`layers`.
        """
        X = checks.array(X, "X", shape=(..., "n", self.sizes[0]))
        check_shape(X, (len(self), *X.shape[-2:]), "X")
        if X.shape[-2] == 0:
            raise ValueError("X must hold at least one sample")
        x = torch.as_tensor(X, dtype=self.dtype)
        if not x.isfinite().all():
            raise ValueError(f"X must fit {self.dtype}, not reach {np.abs(X).max()}")
        return x.expand(len(self), *x.shape[-2:]).mT

    def targets(self, y, num_samples: int, loss: str) -> Tensor:
        """Return targets as the losses take them: (N, outputs, n).

        Raises
        ------
        TypeError, ValueError
            As in :meth:`loss`.
        """
        shape = (len(self), num_samples, self.sizes[-1])
        y = torch.tensor(checked_targets(y, loss, shape))
        return targets_of(y, self.sizes[-1]).to(self.dtype)

    def views(self, flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return the weights and the biases of a buffer like ``parameters``."""
        parts = zip(flat.split(self._lengths()), self._shapes(), strict=True)
        views = [
            part.view(len(self), -1)[:, : math.prod(shape)].unflatten(1, shape)
            for part, shape in parts
        ]
        return views[::2], views[1::2]

    # --- Building ---------------------------------------------------------------------

    def _shapes(self) -> list[tuple[int, int]]:
        """Return the shape of each block's weights and bias: w, b, w, b, ..."""
        shapes = []
        for block in range(max(self.blocks) + 1):
            inputs, outputs = self.sizes[self.blocks.index(block) :][:2]
            shapes += [(outputs, inputs), (outputs, 1)]
        return shapes

    def _lengths(self) -> list[int]:
        return [
            len(self) * padded(math.prod(shape), self.dtype) for shape in self._shapes()
        ]

    def _initialize(self, initializer, bias_initializer) -> None:
        draw = chosen(initializer, "initializer", INITIALIZERS)
        draw_bias = chosen(bias_initializer, "bias_initializer", INITIALIZERS)
        for j, seed in enumerate(self.seeds):
            rng = np.random.default_rng([seed, INITIAL_WEIGHTS])
            for weight, bias in zip(self.weights, self.biases, strict=True):
                _, outputs, inputs = weight.shape
                weight[j] = _drawn(draw, rng, (outputs, inputs), inputs, outputs)
                bias[j] = _drawn(draw_bias, rng, (outputs, 1), outputs, outputs)


def padded(length: int, dtype: torch.dtype) -> int:
    """Return the next length that fills :data:`WHOLE_VECTORS`."""
    width = WHOLE_VECTORS // dtype.itemsize
    return -(-length // width) * width


def in_whole_vectors(x: Tensor) -> Tensor:
    """Pad the last axis with zeros until it fills :data:`WHOLE_VECTORS`."""
    missing = padded(x.shape[-1], x.dtype) - x.shape[-1]
    return torch.nn.functional.pad(x, (0, missing)).contiguous()


@contextmanager
def one_thread():
    """Compute on one thread: where a tensor is cut among threads, it is not padded."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _drawn(draw: Callable, rng, shape, inputs: int, outputs: int) -> Tensor:
    values = torch.as_tensor(draw(rng, shape, inputs, outputs))
    if tuple(values.shape) != shape or not values.isfinite().all():
        raise ValueError(
            f"the initializer must give finite numbers of shape {shape}, not an array "
            f"of shape {tuple(values.shape)} and range {values.min()} to {values.max()}"
        )
    return values


def _classes(outputs: np.ndarray) -> np.ndarray:
    """Return the class of each sample, (N, n), from outputs (N, n, outputs)."""
    if outputs.shape[2] == 1:
        return (outputs[..., 0] > 0).astype(int)
    return outputs.argmax(2)


def _checked_sizes(sizes) -> list[int]:
    sizes = whole_numbers(sizes, "sizes", least=1)
    if len(sizes) < 2:
        raise ValueError(
            "sizes must run from the inputs to the outputs, for example "
            f"[2, 30, 30, 2], not {sizes}"
        )
    return sizes


def _checked_dtype(dtype) -> torch.dtype:
    if dtype not in (torch.float32, torch.float64):
        raise ValueError(f"dtype must be torch.float32 or torch.float64, not {dtype!r}")
    return dtype


def _checked_blocks(blocks, sizes: list[int]) -> list[int]:
    num_layers = len(sizes) - 1
    blocks = whole_numbers(range(num_layers) if blocks is None else blocks, "blocks")
    if len(blocks) != num_layers:
        raise ValueError(
            f"sizes {sizes} make {num_layers} layers; blocks name {len(blocks)}"
        )
    if list(dict.fromkeys(blocks)) != list(range(len(set(blocks)))):
        raise ValueError(
            "blocks are numbered from 0 in the order of first use, for example "
            f"[0, 1, 1, 2], not {blocks}"
        )
    for layer, block in enumerate(blocks):
        first = blocks.index(block)
        here, there = sizes[layer : layer + 2], sizes[first : first + 2]
        if here != there:
            raise ValueError(
                f"layers {first} and {layer} share block {block}, but one takes "
                f"{there[0]} to {there[1]} units and the other {here[0]} to {here[1]}"
            )
    return blocks
