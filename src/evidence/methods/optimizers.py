"""Four optimizers, each as one step: gradient descent, momentum, RMSProp, Adam(W).

Each takes parameters, their gradient, a memory of two averages that begins at
:data:`START`, the number of the step, from 1, and a rate. It returns the new parameters
and the new memory. Arrays of NumPy and tensors of torch will do; the rate may be an
array, to run several at once. Tested to walk as :mod:`torch.optim` does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

START = (0.0, 0.0)
"""The memory before the first step."""


def sgd(w, gradient, memory, t, rate):
    """Gradient descent."""
    return w - rate * gradient, memory


def momentum(w, gradient, memory, t, rate, beta=0.9):
    """Gradient descent with momentum, the heavy ball."""
    m, v = memory
    m = beta * m + gradient
    return w - rate * m, (m, v)


def rmsprop(w, gradient, memory, t, rate, alpha=0.99, eps=1e-8):
    """RMSProp: each coordinate by the size of its own gradients."""
    m, v = memory
    v = alpha * v + (1 - alpha) * gradient**2
    return w - rate * gradient / (v**0.5 + eps), (m, v)


def adam(w, gradient, memory, t, rate, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam: averages of the gradient and of its square, corrected."""
    m, v = memory
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / (v_hat**0.5 + eps), (m, v)


def adamw(w, gradient, memory, t, rate, decay=0.01, **options):
    """Adam whose weights shrink by themselves, beside its step."""
    shrunk = w - rate * decay * w
    return adam(shrunk, gradient, memory, t, rate, **options)


def path(step: Callable, gradient: Callable, w, rate, steps: int, **options):
    """Return where an optimizer comes by, from the start on.

    Parameters
    ----------
    step : callable
        One of this module.
    gradient : callable
        ``w -> array`` of the shape of ``w``.
    w : array_like
        Where to start.
    rate : float or array_like
        The learning rate; an array is broadcast against ``w``.
    steps : int
        How many.
    **options
        Passed on to ``step``.

    Returns
    -------
    numpy.ndarray, shape (steps + 1, ...)
    """
    w, memory = np.asarray(w, dtype=float), START
    visited = [w]
    for t in range(1, steps + 1):
        w, memory = step(w, gradient(w), memory, t, rate, **options)
        visited.append(w)
    return np.stack(visited)
