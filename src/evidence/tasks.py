"""Tasks that need no kernel: their data say which answers are right.

A task is a dictionary fit for JSON: its ``kind``, what is ``wanted`` in words, the
``expected`` answer, ``mistakes`` as pairs of an answer and what to say to it, and what
to ``confirm``. Numbers have a ``tolerance``, choices their ``options``, code its
``lines``. :func:`grade` reads no more than that, and ``tasks.js`` does the same where
there is no kernel: what one of them learns, the other must.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import anywidget
import numpy as np
import traitlets

THREE_FIGURES = 0.005  # the most that rounding to three figures changes, as a share
_HERE = Path(__file__).parent


class Mistake(Exception):  # noqa: N818  (a message to the reader)
    """Raised by a check: what a wrong answer looks like."""


class Control(anywidget.AnyWidget):
    """A native control for the answer; what is answered stays in the browser."""

    _esm = (_HERE / "tasks.js").read_text(encoding="utf8")
    _css = (_HERE / "tasks.css").read_text(encoding="utf8")
    exercise = traitlets.Unicode().tag(sync=True)
    task = traitlets.Dict().tag(sync=True)


def grade(task: dict, answer) -> str:
    """Return what to confirm of a right answer.

    Raises
    ------
    Mistake
        If the answer is wrong, or not what is wanted.
    """
    given = READ[task["kind"]](task, answer)
    if given is None:
        raise Mistake(f"the answer should be {task['wanted']}, not {_shown(answer)}")
    why = SAY[task["kind"]](task, given)
    if why is not None:
        raise Mistake(why)
    return task["confirm"]


# --- Numbers --------------------------------------------------------------------------


def as_numbers(answer) -> np.ndarray | None:
    """Return an answer as an array of floats, ``None`` if it is not made of numbers."""
    if hasattr(answer, "detach"):  # a tensor that carries a gradient
        answer = answer.detach()
    try:
        given = np.asarray(answer)
        if answer is None or given.dtype.kind in "cSU":  # float(None) would be nan
            return None
        return given.astype(float)
    except (TypeError, ValueError, RuntimeError):
        return None


def _read_numbers(task: dict, answer) -> list[float] | None:
    given = as_numbers(answer)
    if given is None or given.shape != np.shape(task["expected"]):
        return None
    if not np.isfinite(given).all():
        raise Mistake("the answer is not finite")
    return given.ravel().tolist()


def say_numbers(task: dict, given: list[float]) -> str | None:
    """Return what the answer looks like: the nearest of all that it may be."""
    expected, tolerance = _entries(task["expected"]), task["tolerance"]
    meant, least = None, np.inf
    for wanted, why in [(expected, None), *task["mistakes"]]:
        wanted = _entries(wanted)
        far = max(abs(g - w) for g, w in zip(given, wanted, strict=True))
        if far < least and not off(given, wanted, tolerance):
            meant, least = (why,), far
    if meant:
        return meant[0]
    if task["kind"] == "number":
        return "too large" if given[0] > expected[0] else "too small"
    worst = max(
        off(given, expected, tolerance), key=lambda i: abs(given[i] - expected[i])
    )
    return f"entry {worst} (counted from 0) is furthest off"


def _entries(value) -> list[float]:
    return value if isinstance(value, list) else [value]


def off(given: list[float], wanted: list[float], tolerance: float | None) -> list[int]:
    """Return the places at which numbers are not those wanted, however rounded."""
    nothing = 1e-9 * (max(map(abs, wanted)) or 1)  # what rounding errors leave of 0
    pairs = enumerate(zip(given, wanted, strict=True))
    return [i for i, (g, w) in pairs if not _close(g, w, tolerance, nothing)]


def _close(given: float, wanted: float, tolerance: float | None, nothing) -> bool:
    """Return whether one number is the other, or the other to two or more figures."""
    far = abs(given - wanted)
    if tolerance is not None:
        return far <= tolerance
    if far <= max(THREE_FIGURES * abs(wanted), nothing):
        return True
    unit = float(f"1e{Decimal(repr(wanted)).adjusted() - 1}")  # of the second figure
    figures = given / unit
    return far <= 0.500001 * unit and abs(figures - round(figures)) < 1e-6


# --- Choices, among them the line with the bug ----------------------------------------


def _read_choice(task: dict, answer) -> str | None:
    letter = str(answer).strip().lower()
    return letter if letter in task["options"] else None


def _say_choice(task: dict, given: str) -> str | None:
    return dict(task["mistakes"]).get(given)


# --- The order of lines ---------------------------------------------------------------


def _read_order(task: dict, answer) -> list[int] | None:
    given = as_numbers(answer)
    if given is None or given.ndim != 1:
        return None
    given = given.tolist()
    return given if sorted(given) == sorted(task["expected"]) else None


def _say_order(task: dict, given: list[int]) -> str | None:
    """Return what is said of the first pair of lines in the wrong order."""
    for (first, second), why in task["mistakes"]:
        if given.index(first) > given.index(second):
            return why
    return None


def _shown(answer) -> str:
    """Return an answer for a message."""
    if isinstance(answer, str):
        return f"'{answer}'"
    given = as_numbers(answer)
    if given is not None and given.ndim:
        count = f"a list of {len(given)}"
        return count if given.ndim == 1 else f"an array of shape {given.shape}"
    return repr(answer)


READ = {"number": _read_numbers, "vector": _read_numbers, "order": _read_order}
READ |= {"choice": _read_choice, "bug": _read_choice}
SAY = {"number": say_numbers, "vector": say_numbers, "order": _say_order}
SAY |= {"choice": _say_choice, "bug": _say_choice}
