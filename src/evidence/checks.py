"""Checks of input, in one voice: what was given, and what would be right.

They stand at the door of the functions that users call; what a chapter shows is pure.
:func:`door` keeps the two apart under one name::

    def _check_ball(z, radius):
        return checks.array(z, "z"), checks.number(radius, "radius", least=0)


    @door(_check_ball)
    def project(z, radius): ...  # the mathematics, and nothing else

A number may be Python's, NumPy's or torch's, an array anything that NumPy makes one of,
or a tensor. Refused is what would be taken for a number in silence: True and False,
text, complex numbers, masked entries.
"""

from __future__ import annotations

import functools
import inspect
import math
import sys
from collections.abc import Callable, Collection
from numbers import Integral, Real

import numpy as np

LARGEST = sys.float_info.max
KINDS = {"b": "True and False", "c": "complex numbers", "U": "text", "S": "bytes"}


def door(guard: Callable) -> Callable:
    """Let a function see only arguments that a guard has let in.

    Parameters
    ----------
    guard : callable
        Takes the arguments of the function by name (defaults filled in) and returns
        them all in a tuple, checked and converted, in the order of its parameters;
        raises what is wrong.

    Returns
    -------
    callable
        A decorator, for functions and methods without ``*args`` and ``**options``. The
        function itself, without its guard, is ``__wrapped__``.
    """

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)
        parameters = signature.parameters.values()
        names = [p.name for p in parameters]
        positional = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        all_names = set(names)

        @functools.wraps(function)
        def guarded(*args, **options):
            # Arguments are matched here, since inspect takes several times as long;
            # it is asked for words only where they do not fit.
            first = dict(zip(positional, args, strict=False))
            given = defaults | first | options
            twice = not first.keys().isdisjoint(options)
            if len(args) > len(first) or twice or given.keys() != all_names:
                try:
                    signature.bind(*args, **options)
                except TypeError as error:
                    raise TypeError(f"{function.__name__}(): {error}") from None
            return function(**dict(zip(names, guard(**given), strict=True)))

        return guarded

    return decorate


def number(
    value, name: str, *, least=-math.inf, above=-math.inf, most=math.inf, below=math.inf
) -> float:
    """Return a finite real number as a float.

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
    bounds = least, above, most, below
    return float(_within(value, name, "a finite number", Real, *bounds))


def whole(value, name: str, *, least=-math.inf, most=math.inf) -> int:
    """Return a whole number as an int; bounds and errors as for :func:`number`.

    Floats with whole values are refused too: 2.0 is a ``TypeError``.
    """
    bounds = least, -math.inf, most, math.inf
    return int(_within(value, name, "a whole number", Integral, *bounds))


def flag(value, name: str) -> bool:
    """Return True or False; anything else is a ``TypeError``."""
    scalar = _scalar(value)
    if not isinstance(scalar, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, not {_shown(value)}")
    return bool(scalar)


def one_of(value, name: str, known: Collection[str]) -> str:
    """Return a word that must be among the known ones; else a ``ValueError``."""
    if not isinstance(value, str) or value not in known:
        choices = ", ".join(map(repr, known))
        raise ValueError(f"{name} must be one of {choices}, not {_shown(value)}")
    return value


def array(
    values, name: str, *, shape: tuple = (...,), finite=True, dtype=float, kinds="iuf"
) -> np.ndarray:
    """Return real numbers as a new array of doubles.

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
    dtype : numpy.dtype or None
        Of the result. With ``None`` floating-point numbers stay as they are and are not
        copied; whole numbers become doubles.
    kinds : str
        Letters of the NumPy kinds let in. With ``"b"`` among them True and False count
        as 1 and 0.

    Raises
    ------
    TypeError
        If it is not an array of real numbers, or parts of it are masked.
    ValueError
        If its shape is another, or a number is not finite.
    """
    found = _as_array(values, name)
    if found.dtype.kind not in kinds:
        kind = KINDS.get(found.dtype.kind, found.dtype)
        raise TypeError(f"{name} must be real numbers, not {kind}")
    _check_shape(found, name, shape)
    if dtype is not None or found.dtype.kind != "f":
        found = found.astype(dtype or float)
    if finite and not np.isfinite(found).all():
        place = tuple(np.argwhere(~np.isfinite(found))[0].tolist())
        entry = f"{name}{list(place)}" if place else "it"
        raise ValueError(f"{name} must be finite, but {entry} is {found[place]}")
    return found


def labels(values, name: str, num_classes: int, *, shape: tuple = ("n",)) -> np.ndarray:
    """Return class labels, whole numbers from 0, as a new array of integers.

    Raises
    ------
    TypeError
        If they are not whole numbers (floats with whole values are not).
    ValueError
        If the shape is another, or one is not among 0 to ``num_classes - 1``.
    """
    found = _as_array(values, name)
    wanted = f"{name} must be whole numbers from 0 to {num_classes - 1}"
    if found.dtype.kind not in "iu":
        raise TypeError(f"{wanted}, not {KINDS.get(found.dtype.kind, found.dtype)}")
    _check_shape(found, name, shape)
    outside = found[(found < 0) | (found >= num_classes)]
    if outside.size:
        raise ValueError(f"{wanted}, not {outside[0]}")
    return found.astype(np.int64)


def _as_array(values, name: str) -> np.ndarray:
    """Return what NumPy makes of values, unless that loses something."""
    rows = values if isinstance(values, (list, tuple)) else ()
    if any(map(np.ma.isMaskedArray, [values, *rows])):
        raise TypeError(
            f"{name} is a masked array, whose mask would be lost: choose the values "
            "that count, for example with .compressed()"
        )
    try:
        if hasattr(values, "detach"):  # a torch tensor
            values = values.detach().cpu()
            if values.is_floating_point() and values.element_size() < 4:
                values = values.float()  # NumPy has no bfloat16
        found = np.asarray(values)
    except (ValueError, TypeError, RuntimeError):  # rows of different lengths
        found = np.array(None)
    if found.dtype != object:
        return found
    if found.ndim == 0:
        raise TypeError(f"{name} must be an array of numbers, not {_shown(values)}")
    for place, entry in np.ndenumerate(found):  # large whole numbers, or no numbers
        number(entry, f"{name}{list(place)}")
    return found.astype(float)


def _check_shape(found: np.ndarray, name: str, shape: tuple) -> None:
    """Raise ``ValueError`` unless an array's shape is as described for array()."""
    if shape in ((...,), found.shape):
        return
    fixed = tuple(axis for axis in shape if axis is not ...)
    given = found.shape[max(found.ndim - len(fixed), 0) :]
    free = dict(zip(fixed, given, strict=False))
    wanted = tuple(free.get(axis) if isinstance(axis, str) else axis for axis in fixed)
    if given != wanted or (found.ndim > len(fixed) and ... not in shape):
        words = ", ".join("..." if axis is ... else str(axis) for axis in shape)
        words += "," if len(shape) == 1 else ""
        raise ValueError(f"{name} must have the shape ({words}), not {found.shape}")


def _scalar(value):
    """Return the number inside an array or tensor of no axes, or the value itself."""
    inside = getattr(value, "shape", None) == () and not np.ma.isMaskedArray(value)
    return value.item() if inside else value


def _within(value, name, words, kind, least, above, most, below):
    """Return the number of a kind if it is finite and within its bounds."""
    found = _scalar(value)
    right = isinstance(found, kind) and not isinstance(found, (bool, np.bool_))
    inside = right and least <= found <= most and above < found < below
    if inside and abs(found) <= LARGEST:  # Python's own whole numbers have no end
        return found
    wanted = f"{name} must be {words}{_range(least, above, most, below)}"
    if right:
        raise ValueError(f"{wanted}, not {_shown(found, with_type=False)}")
    raise TypeError(f"{wanted}, not {_shown(value)}")


def _shown(value, with_type: bool = True) -> str:
    """Return a value for a message: short, and with its type."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if getattr(value, "shape", ()) != ():
        return f"an array of shape {tuple(value.shape)}"
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an int of {value.bit_length()} bits"
    text, kind = repr(value), type(value).__name__
    if len(text) > 40 or "\n" in text:
        return f"a {kind}"
    return f"{text} ({kind})" if with_type and value is not None else text


def _range(least, above, most, below) -> str:
    """Return bounds in words, with a space before."""
    if least > -math.inf and most < math.inf:
        return f" from {least} to {most}"
    words = {"of at least": least, "above": above, "up to": most, "below": below}
    found = [f"{word} {end}" for word, end in words.items() if math.isfinite(end)]
    return " " + " and ".join(found) if found else ""
