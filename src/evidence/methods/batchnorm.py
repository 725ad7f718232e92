"""Batch normalization from scratch: functions for the mathematics, a class for memory.

The channel is axis 1; the statistics of a channel run over every other axis, so the
same code serves (N, C), (N, C, L) and (N, C, H, W). What a layer remembers from batch
to batch, and what :meth:`BatchNorm.eval` changes, is in the class and nowhere else.

Names are those of the paper (``mu``, ``var``, ``gamma``, ``beta``) in the functions and
those of ``torch.nn.BatchNorm2d`` in the class, which agrees with it in outputs,
gradients, running statistics and the keys of its ``state_dict``.

References
----------
Ioffe & Szegedy (2015), "Batch normalization: accelerating deep network training by
reducing internal covariate shift", ICML, algorithms 1 and 2.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evidence import checks
from evidence.checks import door

# --- What is let in -----------------------------------------------------------------


def _check_moments(x):
    x = _batch(x, finite=False)
    limit = (np.finfo(x.dtype).max / (4 * x.size)) ** 0.5
    if not max(x.max(), -x.min()) <= limit:  # nor if one is NaN
        checks.array(x, "x")
        raise ValueError(
            f"x must lie within {limit:.0e}, or else the variance overflows {x.dtype}, "
            f"but it reaches {np.abs(x).max():.1e}: scale the batch down"
        )
    return (x,)


def _check_normalize(x, mu, var, eps):
    x = _batch(x, finite=False)
    mu, var = _channels(mu, "mu", x), _channels(var, "var", x)
    if var.min() < 0:
        raise ValueError(f"var must be at least 0, not {var.min()}")
    eps = checks.number(eps, "eps", least=0)
    if (var + eps).min() == 0:
        raise ValueError(
            f"var + eps must be above 0, but for var = 0 and eps = {eps} it is 0 in "
            f"{var.dtype}: choose a larger eps"
        )
    return x, mu, var, eps


def _check_affine(x_hat, gamma, beta):
    x_hat = _batch(x_hat, "x_hat", finite=False)
    return x_hat, _channels(gamma, "gamma", x_hat), _channels(beta, "beta", x_hat)


def _check_backward(dy, x, gamma, eps):
    x = _batch(x, finite=False)  # as batch_statistics sees to
    dy = checks.array(dy, "dy", shape=x.shape, dtype=None)
    return dy, x, _channels(gamma, "gamma", x), checks.number(eps, "eps", least=0)


def _check_backward_fixed(dy, x, mu, var, gamma, eps):
    dy, x, gamma, eps = _check_backward(dy, _batch(x), gamma, eps)
    _, mu, var, _ = _check_normalize(x, mu, var, eps)
    return dy, x, mu, var, gamma, eps


def _check_fold(weight, bias, layer):
    if not isinstance(layer, BatchNorm):
        raise TypeError(
            "layer must be an object of the class BatchNorm, not of "
            f"{type(layer).__name__}"
        )
    if not layer.track_running_stats:
        raise ValueError(
            "a layer without running statistics normalizes with its batch: "
            "that is no fixed affine map and cannot be folded"
        )
    outputs = layer.num_features
    weight = checks.array(weight, "weight", dtype=None)
    if weight.ndim < 2 or len(weight) != outputs:
        raise ValueError(
            f"weight must have {outputs} outputs on its first axis and inputs on the "
            f"next, not the shape {weight.shape}"
        )
    bias = np.zeros(outputs, weight.dtype) if bias is None else bias
    return weight, checks.array(bias, "bias", shape=(outputs,), dtype=None), layer


def _check_call(self, x):
    from_batch = self._uses_batch()
    x = _batch(x, finite=not from_batch)  # else batch_statistics sees to it
    if x.shape[1] != self.num_features:
        raise ValueError(
            f"x must have {self.num_features} channels on axis 1, as the layer has, "
            f"not {x.shape[1]} (shape {x.shape}; the channel comes second)"
        )
    if x.dtype != self.dtype:
        raise TypeError(
            f"x must be {self.dtype}, in which the layer computes, not {x.dtype}: "
            "convert one"
        )
    if from_batch and _values_per_channel(x) < 2:
        raise ValueError(
            f"one value a channel (shape {x.shape}) is its own mean: training mode "
            "would turn every sample into beta. Use a batch of 2 or more, or eval()"
        )
    return self, x.copy()  # what backward needs, whatever becomes of the batch


def _batch(x, name: str = "x", finite: bool = True) -> np.ndarray:
    x = checks.array(x, name, finite=finite, dtype=None)
    if x.ndim not in (2, 3, 4) or x.size == 0:
        raise ValueError(
            f"{name} must have the shape (N, C), (N, C, L) or (N, C, H, W) and not be "
            f"empty; its shape is {x.shape}. One sample is a batch of one, x[None]"
        )
    if x.dtype not in (np.float32, np.float64):
        raise TypeError(f"{name} must be float32 or float64, not {x.dtype}")
    return x


def _channels(values, name: str, x) -> np.ndarray:
    """Return one number a channel."""
    return checks.array(values, name, shape=(x.shape[1],), dtype=None)


# --- The mathematics ----------------------------------------------------------------


@door(_check_moments)
def batch_statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each channel's mean and *biased* variance (divided by m) in a batch.

    Parameters
    ----------
    x : array_like, shape (N, C) or (N, C, L) or (N, C, H, W)
        The batch, of float32 or float64. A channel has ``m`` values: N, N·L or N·H·W.

    Returns
    -------
    mu, var : numpy.ndarray of float64, shape (C,)
        ``var`` is the mean of the squared deviations, not yet m / (m - 1) times that.

    Raises
    ------
    TypeError, ValueError
        If the shape, the type of the numbers or a number itself cannot be normalized,
        or their squares could overflow.

    Notes
    -----
    Two passes, both summed in double precision: far from 0, single precision has too
    few digits for a mean, and what it is off by would be squared into the variance.

    References
    ----------
    Ioffe & Szegedy (2015), algorithm 1.
    """
    axes = _all_but_channel(x)
    mu = x.mean(axes, dtype=np.float64)
    var = ((x - _along_channel(mu, x)) ** 2).mean(axes)
    return mu, var


@door(_check_normalize)
def normalize(x, mu, var, eps: float = 1e-5) -> np.ndarray:
    """Return ``(x - mu) / sqrt(var + eps)``, channel by channel.

    Parameters
    ----------
    x : numpy.ndarray, shape (N, C, ...)
        The batch.
    mu, var : numpy.ndarray, shape (C,)
        Mean and variance of each channel: the batch's, or fixed ones.
    eps : float
        Added to the variance, *inside* the root, so that a constant channel gives 0.

    Returns
    -------
    numpy.ndarray, shape (N, C, ...)
        The normalized batch, without scale and shift, of the type of ``x``.

    Raises
    ------
    TypeError, ValueError
        If the mean or the variance is not finite, has another shape, or a variance is
        negative, or 0 like ``eps``; if ``x`` is no batch.
    """
    x_hat = (x - _along_channel(mu, x)) / np.sqrt(_along_channel(var, x) + eps)
    return x_hat.astype(x.dtype)


@door(_check_affine)
def affine(x_hat, gamma, beta) -> np.ndarray:
    """Return ``gamma * x_hat + beta``, channel by channel.

    Parameters
    ----------
    x_hat : numpy.ndarray, shape (N, C, ...)
        A normalized batch.
    gamma, beta : numpy.ndarray, shape (C,)
        Learned scale and shift.

    Returns
    -------
    numpy.ndarray, shape (N, C, ...)

    Raises
    ------
    TypeError, ValueError
        If ``x_hat`` is no batch, or scale and shift are not one number a channel.
    """
    return _along_channel(gamma, x_hat) * x_hat + _along_channel(beta, x_hat)


@door(_check_backward)
def backward(dy, x, gamma, eps: float = 1e-5):
    """Return the gradients of training-mode batch normalization.

    The batch's mean and variance depend on ``x`` too. Their two paths take from the
    gradient its mean, and its projection on ``x_hat``: what a shift or a rescaling of
    the batch would do to the loss, which is nothing.

    Parameters
    ----------
    dy : numpy.ndarray, shape (N, C, ...)
        Gradient of the loss with respect to the layer's output.
    x : numpy.ndarray, shape (N, C, ...)
        The layer's input.
    gamma : numpy.ndarray, shape (C,)
        Scale.
    eps : float
        As in :func:`normalize`.

    Returns
    -------
    dx : numpy.ndarray, shape (N, C, ...)
    dgamma, dbeta : numpy.ndarray, shape (C,)

    Raises
    ------
    TypeError, ValueError
        If the gradient is not finite or does not have the shape of the input, if the
        scale is not one number a channel, or as in :func:`batch_statistics`.

    References
    ----------
    Ioffe & Szegedy (2015), section 3, the chain rule before algorithm 2, collected.
    """
    mu, var = batch_statistics(x)
    x_hat, sigma = normalize(x, mu, var, eps), np.sqrt(_along_channel(var, x) + eps)
    dgamma, dbeta = _sums(dy * x_hat), _sums(dy)
    dx_hat, m = dy * _along_channel(gamma, x), _values_per_channel(x)
    mean = _along_channel(_sums(dx_hat) / m, x)
    projection = _along_channel(_sums(dx_hat * x_hat) / m, x)
    dx = (dx_hat - mean - projection * x_hat) / sigma
    return dx.astype(x.dtype), dgamma, dbeta


@door(_check_backward_fixed)
def backward_fixed(dy, x, mu, var, gamma, eps: float = 1e-5):
    """Return the gradients of evaluation-mode batch normalization, an affine map.

    Parameters
    ----------
    dy, x : numpy.ndarray, shape (N, C, ...)
        Gradient with respect to the output, and the input.
    mu, var, gamma : numpy.ndarray, shape (C,)
        Fixed mean and variance, and scale.
    eps : float
        As in :func:`normalize`.

    Returns
    -------
    dx : numpy.ndarray, shape (N, C, ...)
    dgamma, dbeta : numpy.ndarray, shape (C,)

    Raises
    ------
    TypeError, ValueError
        If the gradient is not finite or does not have the shape of the input, if the
        scale is not one number a channel, or as in :func:`normalize`.
    """
    dgamma = _sums(dy * normalize(x, mu, var, eps))
    dx = dy * _along_channel(gamma / np.sqrt(var + eps), x)
    return dx, dgamma, _sums(dy)


@door(_check_fold)
def fold_into_linear(weight, bias, layer: BatchNorm):
    """Merge an evaluation-mode layer into the linear layer before it.

    A convolution is a linear layer, too.

    Parameters
    ----------
    weight : numpy.ndarray, shape (C, inputs) or (C, inputs, ...)
        Weights of the preceding layer; C are its outputs.
    bias : numpy.ndarray, shape (C,), or None
        Its bias.
    layer : BatchNorm
        The layer to merge, with running statistics.

    Returns
    -------
    weight, bias : numpy.ndarray
        Of the one layer that computes the same.

    Raises
    ------
    TypeError, ValueError
        If the layer keeps no running statistics or has another number of channels.

    References
    ----------
    Ioffe & Szegedy (2015), algorithm 2, step 11.
    """
    gamma, beta = layer.scale_and_shift()
    a = gamma / np.sqrt(layer.running_var + layer.eps)
    scaled = weight * a.reshape(-1, *[1] * (weight.ndim - 1))
    return scaled, a * (bias - layer.running_mean) + beta


# --- The bookkeeping ----------------------------------------------------------------


class BatchNorm:
    """Batch normalization with its memory: running statistics and two modes.

    Parameters
    ----------
    num_features : int
        Channels C.
    eps : float
        Added to the variance inside the root.
    momentum : float or None
        Weight of the *new* batch in the running statistics, torch's convention
        (TensorFlow's momentum is one minus this). ``None`` averages all batches so far.
    affine : bool
        Whether to learn a scale ``weight`` and a shift ``bias``.
    track_running_stats : bool
        Without, the layer normalizes with its batch in evaluation too.
    dtype : numpy.dtype
        float64 or float32, of the parameters and of the batches.

    Attributes
    ----------
    weight, bias : numpy.ndarray, shape (C,), or None
        Scale gamma and shift beta.
    running_mean, running_var : numpy.ndarray, shape (C,), or None
        Start at 0 and 1; moved by every batch in training mode. The running variance
        averages *unbiased* batch variances, the batch is normalized by its biased one.
    num_batches_tracked : int
        Batches seen in training mode.
    gradients : dict
        ``weight`` and ``bias`` -> gradient, after :meth:`backward`.

    Raises
    ------
    TypeError, ValueError
        If a parameter is of the wrong type or out of its range.

    References
    ----------
    Ioffe & Szegedy (2015), algorithms 1 and 2.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        dtype=np.float64,
    ):
        kind = checks.one_of(np.dtype(dtype).name, "dtype", ("float32", "float64"))
        self.dtype = np.dtype(kind)
        self.num_features = checks.whole(num_features, "num_features", least=1)
        smallest = float(np.finfo(kind).tiny)  # below it, it may count as 0
        self.eps = checks.number(eps, "eps", least=smallest)
        if momentum is not None:
            momentum = checks.number(momentum, "momentum", least=0, most=1)
        self.momentum = momentum
        self.affine = checks.flag(affine, "affine")
        self.track_running_stats = checks.flag(
            track_running_stats, "track_running_stats"
        )
        self.training = True
        self.weight = np.ones(num_features, dtype) if affine else None
        self.bias = np.zeros(num_features, dtype) if affine else None
        tracked = track_running_stats
        self.running_mean = np.zeros(num_features, dtype) if tracked else None
        self.running_var = np.ones(num_features, dtype) if tracked else None
        self.num_batches_tracked = 0
        self.gradients = {}
        self._last = None

    def train(self, mode: bool = True) -> BatchNorm:
        """Normalize with the batch's statistics, and remember them."""
        self.training = checks.flag(mode, "mode")
        return self

    def eval(self) -> BatchNorm:
        """Normalize with the running statistics, and leave them alone."""
        return self.train(False)

    @door(_check_call)
    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the normalized, scaled and shifted batch.

        Parameters
        ----------
        x : array_like, shape (N, C), (N, C, L) or (N, C, H, W)
            The batch, of the layer's dtype. It is copied for :meth:`backward`.

        Returns
        -------
        numpy.ndarray
            Of the same shape.

        Raises
        ------
        TypeError, ValueError
            If shape, channels, type or numbers do not fit, or if a batch with one
            value a channel, or with squares that overflow, is to be normalized by its
            own statistics.
        """
        if self._uses_batch():
            mu, var = batch_statistics(x)
        else:
            mu, var = self.running_mean, self.running_var
        if self.training and self.track_running_stats:
            self._remember(mu, var, _values_per_channel(x))
        self._last = x, mu, var, self._uses_batch()
        return affine(normalize(x, mu, var, self.eps), *self.scale_and_shift())

    def _remember(self, mu, var, m: int) -> None:
        self.num_batches_tracked += 1
        alpha = self.momentum
        if alpha is None:
            alpha = 1 / self.num_batches_tracked
        unbiased = var * m / (m - 1)
        mean = (1 - alpha) * self.running_mean + alpha * mu
        var = (1 - alpha) * self.running_var + alpha * unbiased
        self.running_mean = mean.astype(self.dtype)
        self.running_var = var.astype(self.dtype)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return the gradient of the last input; store those of scale and shift.

        Parameters
        ----------
        dy : numpy.ndarray, shape of the last output
            Gradient of the loss with respect to it.

        Returns
        -------
        numpy.ndarray
            Gradient with respect to the last input.

        Raises
        ------
        TypeError, ValueError
            If no batch has gone forward, the shape is another one, or a number is not
            finite.
        """
        if self._last is None:
            raise ValueError("call the layer on a batch before going backward")
        x, mu, var, from_batch = self._last
        gamma, _ = self.scale_and_shift()
        if from_batch:
            dx, dgamma, dbeta = backward(dy, x, gamma, self.eps)
        else:
            dx, dgamma, dbeta = backward_fixed(dy, x, mu, var, gamma, self.eps)
        self.gradients = {"weight": dgamma, "bias": dbeta} if self.affine else {}
        return dx

    def scale_and_shift(self) -> tuple[np.ndarray, np.ndarray]:
        """Return gamma and beta, which are 1 and 0 without ``affine``."""
        if self.affine:
            return self.weight, self.bias
        ones = np.ones(self.num_features, self.dtype)
        return ones, 0 * ones

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return copies of all that the layer knows, under torch's names."""
        return {name: np.array(getattr(self, name)) for name in self._names()}

    def load_state_dict(self, state: Mapping) -> None:
        """Take over parameters and running statistics, for example from torch.

        Parameters
        ----------
        state : mapping of str to array_like
            What :meth:`state_dict` of such a layer returned.

        Raises
        ------
        TypeError, ValueError
            If a name is missing or unknown, a shape does not fit, a number is not
            finite, or a running variance is negative.
        """
        names = self._names()
        if set(state) != set(names):
            missing = sorted(set(names) - set(state))
            unknown = sorted(set(state) - set(names))
            raise ValueError(f"the state lacks {missing} and should not have {unknown}")
        values = {name: self._let_in(name, state[name]) for name in names}
        for name, value in values.items():
            setattr(self, name, value)

    def _let_in(self, name: str, value):
        if name == "num_batches_tracked":
            return checks.whole(value, name, least=0)
        value = checks.array(value, name, shape=(self.num_features,))
        if np.abs(value).max() > np.finfo(self.dtype).max:
            raise ValueError(f"{name} must be finite in {self.dtype}, not {value}")
        if name == "running_var" and value.min() < 0:
            raise ValueError(f"{name} must be at least 0, not {value}")
        return value.astype(self.dtype)

    def _names(self) -> list[str]:
        names = ["weight", "bias"] if self.affine else []
        if self.track_running_stats:
            names += ["running_mean", "running_var", "num_batches_tracked"]
        return names

    def _uses_batch(self) -> bool:
        return self.training or not self.track_running_stats


# --- Axes ---------------------------------------------------------------------------


def _all_but_channel(x) -> tuple[int, ...]:
    return (0, *range(2, x.ndim))


def _sums(x) -> np.ndarray:
    """Return the sum of each channel, added up in double precision."""
    return x.sum(_all_but_channel(x), dtype=np.float64).astype(x.dtype)


def _along_channel(values, x) -> np.ndarray:
    """Reshape (C,) so that it broadcasts against (N, C, ...)."""
    return np.reshape(values, (1, -1) + (1,) * (x.ndim - 2))


def _values_per_channel(x) -> int:
    return x.size // x.shape[1]
