"""Checks of input that only networks need; the others stand in evidence.checks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from torch import Tensor

from evidence import checks

TARGETS = "y (whole numbers are class labels, floats are numbers to be met)"


def chosen(given, name: str, table: Mapping):
    """Return the function that was given, or the one that a name stands for.

    Raises
    ------
    ValueError
        If the table has no such name; the message lists those there are.
    """
    return given if callable(given) else table[checks.one_of(given, name, table)]


def whole_numbers(values, name: str, least: int = 0, most=math.inf) -> list[int]:
    """Return several whole numbers as a list.

    Raises
    ------
    TypeError
        If they are not several, or one of them is not whole.
    ValueError
        If there is none, or one is out of bounds.
    """
    if not isinstance(values, Iterable):
        raise TypeError(f"{name} must be several whole numbers, not {values!r}")
    each = f"each entry of {name}"
    values = [checks.whole(value, each, least=least, most=most) for value in values]
    if not values:
        raise ValueError(f"{name} must hold at least one whole number")
    return values


def check_shape(values: np.ndarray, shape: tuple[int, ...], name: str) -> None:
    """Raise ``ValueError`` unless values have a shape, or lack the axis of networks."""
    if values.shape not in (shape, shape[1:]):
        raise ValueError(
            f"{name} must have the shape {shape[1:]}, or {shape} with a part for each "
            f"network, not {values.shape}"
        )


def checked_targets(y, loss: str, shape: tuple[int, int, int]) -> np.ndarray:
    """Return the targets of every network: labels as integers, numbers as doubles.

    Parameters
    ----------
    y : array_like
        Class labels of int, shape (n,) or (N, n), or numbers to be met of float, shape
        (n, outputs) or (N, n, outputs).
    loss : str
        A key of :data:`~evidence.methods.networks.LOSSES`.
    shape : (int, int, int)
        N, n and outputs.

    Returns
    -------
    numpy.ndarray, shape (N, n) or (N, n, outputs)

    Raises
    ------
    TypeError
        If they are no real numbers, or parts of them are masked.
    ValueError
        If the shape is another, a number is not finite, a label is out of range, or the
        loss needs other numbers or another number of outputs.
    """
    num_outputs = shape[-1]
    if loss == "cross-entropy" and num_outputs == 1:
        raise ValueError(
            "the cross-entropy of one output is always 0: use two outputs, or the "
            "logistic loss"
        )
    numbers = checks.array(y, "y")
    y = np.asarray(y.detach() if isinstance(y, Tensor) else y)
    if y.dtype.kind != "f":
        check_shape(y, shape[:2], TARGETS)
        y = checks.labels(y, TARGETS, max(num_outputs, 2), shape=(...,))
        return np.broadcast_to(y, shape[:2])
    check_shape(numbers, shape, TARGETS)
    _check_numbers(numbers, loss)
    return np.broadcast_to(numbers, shape)


def _check_numbers(y: np.ndarray, loss: str) -> None:
    """Raise ``ValueError`` unless the numbers make sense for a loss of classes."""
    if loss == "hinge":
        _check_each(y, (y == 0) | (y == 1), "0 or 1", loss)
    elif loss == "logistic":
        _check_each(y, (y >= 0) & (y <= 1), "between 0 and 1", loss)
    elif loss == "cross-entropy":
        _check_each(y, (y >= 0) & (y <= 1), "between 0 and 1", loss)
        total = y.sum(-1)
        _check_each(total, np.abs(total - 1) < 1e-5, "1 when added up", loss)


def _check_each(y: np.ndarray, right: np.ndarray, wanted: str, loss: str) -> None:
    if not right.all():
        wrong = y[~right].flat[0]
        raise ValueError(f"targets of the {loss} loss must be {wanted}, not {wrong}")
