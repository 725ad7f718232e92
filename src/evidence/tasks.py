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
    why = SAY[task["kind"]](task, answer)
    if why is not None:
        raise Mistake(why)
    return task["confirm"]


def _unwanted(task: dict, answer) -> str:
    given = as_numbers(answer)
    if isinstance(answer, str):
        shown = f"'{answer}'"
    elif given is not None and given.ndim:
        shown = f"a list of {len(given)}"
    else:
        shown = printed(answer)
    return f"the answer should be {task['wanted']}, not {shown}"


def printed(answer, how=repr) -> str:
    """Return an answer as text, unless Python finds a whole number in it too long."""
    try:
        return how(answer)
    except ValueError:
        return "something too long to print"


def as_numbers(answer) -> np.ndarray | None:
    """Return an answer as an array of floats, ``None`` if it is not made of numbers.

    What is larger than all floats becomes infinite.
    """
    if hasattr(answer, "detach"):  # a tensor that carries a gradient
        answer = answer.detach()
    try:
        given = np.asarray(answer)
        if answer is None or given.dtype.kind in "cSU":  # float(None) would be nan
            return None
        if given.dtype == object:
            given = np.frompyfunc(_as_float, 1, 1)(given)
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError, RuntimeError):
        return None


def _as_float(number) -> float:
    try:
        return float(number)
    except OverflowError:
        return np.inf if number > 0 else -np.inf


def _say_numbers(task: dict, answer) -> str | None:
    """Return what numbers look like: the nearest of all that they may be."""
    given, expected = as_numbers(answer), np.array(task["expected"])
    if given is None or given.shape != expected.shape:
        return _unwanted(task, answer)
    if not np.isfinite(given).all():
        return "the answer is not finite"
    known = [(expected, None), *task["mistakes"]]
    far = [np.abs(given - wanted) for wanted, _ in known]
    off = [_off(given, wanted, task["tolerance"]) for wanted, _ in known]
    meant = [(far[k].max(), k) for k in range(len(known)) if not off[k]]
    if meant:
        return known[min(meant)[1]][1]
    if task["kind"] == "number":
        return "too large" if given > expected else "too small"
    worst = max(off[0], key=lambda i: far[0][i])
    return f"entry {worst} (counted from 0) is furthest off"


def _off(given, wanted, tolerance: float | None) -> list[int]:
    """Return the places at which numbers are not those wanted, however rounded."""
    given, wanted = np.ravel(given).tolist(), np.ravel(wanted).tolist()
    nothing = 1e-9 * (max(map(abs, wanted)) or 1)  # what rounding errors leave of 0
    pairs = enumerate(zip(given, wanted, strict=True))
    return [i for i, (g, w) in pairs if not _close(g, w, tolerance, nothing)]


def _close(given: float, wanted: float, tolerance: float | None, nothing) -> bool:
    """Return whether one number is the other, or the other to two or more figures."""
    far = abs(given - wanted)
    if tolerance is not None:
        return far <= tolerance
    unit = float(f"1e{Decimal(repr(wanted)).adjusted() - 1}")  # of the second figure
    figures = given / unit
    two = far <= 0.500001 * unit and abs(figures - round(figures)) < 1e-6
    return two or far <= max(THREE_FIGURES * abs(wanted), nothing)


def _say_choice(task: dict, answer) -> str | None:
    letter = printed(answer, str).strip().lower()
    if letter not in task["options"]:
        return _unwanted(task, answer)
    return dict(task["mistakes"]).get(letter)


def _say_order(task: dict, answer) -> str | None:
    """Return what is said of the first pair of lines in the wrong order."""
    given = as_numbers(answer)
    if given is None or sorted(given.ravel()) != sorted(task["expected"]):
        return _unwanted(task, answer)
    place = given.ravel().tolist().index
    wrong = (why for (a, b), why in task["mistakes"] if place(a) > place(b))
    return next(wrong, None)


SAY = {"number": _say_numbers, "vector": _say_numbers, "choice": _say_choice}
SAY |= {"bug": _say_choice, "order": _say_order}
