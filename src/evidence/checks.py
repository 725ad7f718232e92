"""Checks of input, in one voice: what was given, and what would be right.

They stand at the door of the functions that users call; what a chapter shows is pure.
:func:`door` keeps the two apart under one name::

    def _check_pair(a, b):
        return checks.array(a, "a", shape=("N", 4)), checks.array(b, "b", shape=("M", 4))


    @door(_check_pair)
    def iou(a, b): ...  # the mathematics, and nothing else
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Collection
from numbers import Integral, Real

import numpy as np


def door(guard: Callable) -> Callable:
    """Let a function see only arguments that a guard has let in.

    Parameters
    ----------
    guard : callable
        Takes the arguments of the function (defaults filled in) and returns them all,
        checked and converted, in the order of its parameters; raises what is wrong.

    Returns
    -------
    callable
        A decorator. The function itself, without its guard, is ``__wrapped__``.
    """

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def guarded(*args, **options):
            given = signature.bind(*args, **options)
            given.apply_defaults()
            named = dict(
                zip(signature.parameters, guard(**given.arguments), strict=True)
            )
            return function(**named)

        return guarded

    return decorate


def number(
    value, name: str, *, least=-math.inf, above=-math.inf, most=math.inf, below=math.inf
) -> float:
    """Return a real number as a float.

    Parameters
    ----------
    value : object
        What was given: a number of Python's, NumPy's or torch's, but no bool.
    name : str
        What the caller calls it.
    least, above, most, below : float
        Bounds: inclusive (``least``, ``most``) or exclusive (``above``, ``below``).

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is not finite, or out of bounds.
    """
    wanted = f"{name} must be a number{_range(least, above, most, below)}"
    value = _scalar(value)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{wanted}, not {_shown(value)}")
    inside = least <= value <= most and above < value < below
    if not (math.isfinite(value) and inside):
        raise ValueError(f"{wanted}, not {value}")
    return float(value)


def whole(value, name: str, *, least=-math.inf, most=math.inf) -> int:
    """Return a whole number as an int; bounds and errors as for :func:`number`."""
    wanted = f"{name} must be a whole number{_range(least, -math.inf, most, math.inf)}"
    value = _scalar(value)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{wanted}, not {_shown(value)}")
    if not least <= value <= most:
        raise ValueError(f"{wanted}, not {value}")
    return int(value)


def flag(value, name: str) -> bool:
    """Return True or False; anything else is a ``TypeError``."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, not {_shown(value)}")
    return bool(value)


def one_of(value, name: str, known: Collection):
    """Return a value that must be among the known ones; else a ``ValueError``."""
    if not isinstance(value, str) or value not in known:
        choices = ", ".join(map(repr, known))
        raise ValueError(f"{name} must be one of {choices}, not {_shown(value)}")
    return value


def array(values, name: str, *, shape: tuple = (...,), finite=True) -> np.ndarray:
    """Return real numbers as an array of doubles.

    Parameters
    ----------
    values : array_like
        What was given: integers or floating-point numbers.
    name : str
        What the caller calls it.
    shape : tuple
        A whole number where the length is fixed, a name such as ``"N"`` where it is
        free (the same name twice: the same length), ``...`` first for any axes before.
    finite : bool
        Whether NaN and infinities are refused.

    Raises
    ------
    TypeError
        If it is not an array of real numbers, or parts of it are masked.
    ValueError
        If its shape is another, or a number is not finite.
    """
    found = _as_array(values, name)
    if found.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, not {found.dtype}")
    _check_shape(found, name, shape)
    found = found.astype(float)
    if finite and not np.isfinite(found).all():
        place = tuple(map(int, np.argwhere(~np.isfinite(found))[0]))
        raise ValueError(
            f"{name} must be finite; {name}{list(place)} is {found[place]}"
        )
    return found


def labels(values, name: str, num_classes: int, *, shape: tuple = ("n",)) -> np.ndarray:
    """Return class labels, whole numbers from 0, as integers.

    Raises
    ------
    TypeError
        If they are not whole numbers (floats with whole values are not).
    ValueError
        If the shape is another, or one is not among 0 to ``num_classes - 1``.
    """
    found = _as_array(values, name)
    if found.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must be whole numbers from 0 to {num_classes - 1}, not "
            f"{found.dtype}"
        )
    _check_shape(found, name, shape)
    outside = found[(found < 0) | (found >= num_classes)]
    if outside.size:
        raise ValueError(
            f"{name} must lie between 0 and {num_classes - 1}, not {outside.flat[0]}"
        )
    return found.astype(np.int64)


def _as_array(values, name: str) -> np.ndarray:
    if np.ma.isMaskedArray(values):
        raise TypeError(
            f"{name} is a masked array, whose mask would be lost: choose the values "
            "that count, for example with .compressed()"
        )
    if hasattr(values, "detach"):  # a torch tensor
        values = values.detach().cpu()
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError):  # rows of different lengths
        raise TypeError(f"{name} must be an array, not {_shown(values)}") from None


def _check_shape(found: np.ndarray, name: str, shape: tuple) -> None:
    """Raise ``ValueError`` unless an array's shape is as described for array()."""
    fixed = [axis for axis in shape if axis is not ...]
    given = found.shape[found.ndim - len(fixed) :] if fixed else ()
    fits = found.ndim == len(fixed) or (... in shape and found.ndim > len(fixed))
    lengths: dict = {}
    for wanted, length in zip(fixed, given, strict=False):
        fits &= lengths.setdefault(wanted, length) == length
        fits &= isinstance(wanted, str) or wanted == length
    if not fits:
        words = ", ".join("..." if axis is ... else str(axis) for axis in shape)
        words += "," if len(shape) == 1 else ""
        raise ValueError(f"{name} must have the shape ({words}), not {found.shape}")


def _scalar(value):
    """Return the number inside an array or tensor of no axes, or the value itself."""
    return value.item() if getattr(value, "shape", None) == () else value


def _shown(value) -> str:
    """Return a value for a message: short, and with its type."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    text = repr(value)
    kind = type(value).__name__
    return f"{text} ({kind})" if len(text) <= 40 and "\n" not in text else f"a {kind}"


def _range(least, above, most, below) -> str:
    """Return bounds in words, with a space before."""
    words = []
    if least > -math.inf:
        words.append(f"of at least {least}")
    if above > -math.inf:
        words.append(f"above {above}")
    if most < math.inf:
        words.append(f"of at most {most}" if not words else f"at most {most}")
    if below < math.inf:
        words.append(f"below {below}")
    return " " + " and ".join(words) if words else ""
