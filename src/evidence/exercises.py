"""Exercises whose checks say which mistake a wrong answer looks like.

Beside the chapter ``book/part/slug.ipynb`` lies ``slug.exercises.py`` with a dictionary
``EXERCISES``: name -> what :func:`number`, :func:`vector`, :func:`choice` or
:func:`function` made.
"""

from __future__ import annotations

import copy
import difflib
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np

from evidence.entries import book_folder

MIME = "application/vnd.evidence.exercise+json"
NOT_ATTEMPTED = "not attempted yet."


class Mistake(Exception):  # noqa: N818  (a message to the reader)
    """Raised by a check: what a wrong answer looks like."""


class _NotAttempted(Exception):  # noqa: N818
    """Raised by a check when the answer is still the stub."""


@dataclass(frozen=True)
class Exercise:
    """One exercise's check, with the answers that show it works.

    Parameters
    ----------
    grade : callable
        Takes an answer; raises :class:`Mistake` if it is wrong and returns a short
        confirmation, possibly empty, if it is right.
    right : tuple
        Answers it must accept; empty where the solution stands in the notebook only.
    wrong : tuple of (answer, message)
        Classic mistakes it must recognize.
    """

    grade: Callable
    right: tuple = ()
    wrong: tuple = ()


class Feedback:
    """What a check says; shows itself as one line and carries its data for the site.

    Parameters
    ----------
    data : dict
        ``exercise`` (its name), ``state`` ("right", "wrong" or "open") and ``message``.
    """

    def __init__(self, data: dict):
        self.data = data

    @property
    def right(self) -> bool:
        """Whether the answer was accepted."""
        return self.data["state"] == "right"

    def __repr__(self) -> str:
        return feedback_text(self.data)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": feedback_text(self.data), MIME: self.data}


def feedback_text(data: dict) -> str:
    """Return what a check says as one line."""
    return f"Exercise {data['exercise']}: {data['message']}"


def check(exercise: str, answer) -> Feedback:
    """Check an answer.

    Parameters
    ----------
    exercise : str
        Chapter and name, for example ``"ransac/ten-trials"``.
    answer : object
        A number, vector, letter or function, as the exercise asks. ``...`` and a
        function that returns ``None`` count as not attempted.

    Returns
    -------
    Feedback
        Right, or which mistake it looks like, or not attempted yet.

    Raises
    ------
    KeyError
        If there is no such exercise.
    """
    state, message = _grade(find(exercise), answer)
    return Feedback({"exercise": exercise, "state": state, "message": message})


def _grade(exercise: Exercise, answer) -> tuple[str, str]:
    """Return the state of an answer and what to say about it."""
    if answer is None or answer is ...:
        return "open", NOT_ATTEMPTED
    try:
        confirmation = exercise.grade(answer)
    except _NotAttempted:
        return "open", NOT_ATTEMPTED
    except Mistake as mistake:
        return "wrong", f"not yet: {str(mistake).rstrip('.')}."
    return "right", f"right. {confirmation}".rstrip()


def find(exercise: str) -> Exercise:
    """Return an exercise by its name, for example ``"ransac/ten-trials"``.

    Raises
    ------
    KeyError
        If there is no such chapter, or it has no exercise of that name.
    """
    slug, _, name = str(exercise).partition("/")
    items = of_chapter(slug)
    if name not in items:
        near = difflib.get_close_matches(name, items, n=1, cutoff=0) or list(items)[:1]
        raise KeyError(f"no exercise {exercise!r}; the nearest is {slug}/{near[0]}")
    return items[name]


def of_chapter(slug: str) -> dict[str, Exercise]:
    """Return the exercises of a chapter, for example of ``"ransac"``, by name.

    Raises
    ------
    KeyError
        If the chapter has none.
    """
    ending = ".exercises.py"
    files = {p.name.removesuffix(ending): p for p in book_folder().glob(f"*/*{ending}")}
    if slug not in files:
        raise KeyError(f"no exercises for the chapter {slug!r}")
    return _load(files[slug])


@cache
def _load(path: Path) -> dict[str, Exercise]:
    """Run a file of exercises and return what it defines."""
    name = path.stem.replace(".", "_").replace("-", "_")
    spec = spec_from_file_location(f"evidence_{name}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.EXERCISES


def number(
    expected: float,
    tolerance: float,
    mistakes: Mapping[float, str] | Sequence[tuple[float, str]] = (),
    confirm: str = "",
) -> Exercise:
    """Ask for a number.

    Parameters
    ----------
    expected : float
        The right answer.
    tolerance : float
        Largest accepted absolute difference, 0 for whole numbers.
    mistakes : mapping or sequence of pairs
        Wrong numbers and what they look like.
    confirm : str
        What to add when the answer is right.
    """
    return vector(expected, tolerance, _pairs(mistakes), confirm)


def vector(
    expected, tolerance: float, mistakes: Sequence[tuple] = (), confirm: str = ""
) -> Exercise:
    """Ask for an array; parameters as for :func:`number`, with arrays for numbers.

    Raises
    ------
    ValueError
        If a mistake is within tolerance of the answer.
    """
    expected = np.asarray(expected, dtype=float)
    kind = "a number" if expected.ndim == 0 else "numbers"
    pairs = _pairs(mistakes)
    for wrong, _ in pairs:
        if _close(np.asarray(wrong, dtype=float), expected, tolerance):
            raise ValueError(f"the mistake {wrong} is within tolerance of the answer")

    def grade(answer):
        given = _as_numbers(answer)
        if given is None:
            raise Mistake(f"the answer should be {kind}, not {answer!r}")
        if given.shape != expected.shape:
            wanted = f"numbers of shape {expected.shape}" if expected.ndim else kind
            raise Mistake(
                f"the answer should be {wanted}, yours has shape {given.shape}"
            )
        if not np.isfinite(given).all():
            raise Mistake("the answer is not finite")
        if _close(given, expected, tolerance):
            return confirm
        for wrong, message in pairs:
            if _close(given, np.asarray(wrong, dtype=float), tolerance):
                raise Mistake(message)
        raise Mistake(_direction(given, expected))

    return Exercise(grade, (expected,), pairs)


def choice(expected: str, options: Mapping[str, str]) -> Exercise:
    """Ask for one of several options.

    Parameters
    ----------
    expected : str
        The letter of the right option.
    options : mapping of str to str
        For each small letter why it is wrong, and for the right one a confirmation.

    Raises
    ------
    ValueError
        If the right option is missing, or a letter could never be answered.
    """
    if expected not in options:
        raise ValueError(f"{expected!r} is not among the options {sorted(options)}")
    if any(letter != letter.strip().lower() for letter in options):
        raise ValueError(f"options are small letters, not {sorted(options)}")

    def grade(answer):
        letter = str(answer).strip().lower()
        if letter not in options:
            raise Mistake(f"choose one of {', '.join(options)}")
        if letter != expected:
            raise Mistake(options[letter])
        return options[expected]

    wrong = tuple((k, why) for k, why in options.items() if k != expected)
    return Exercise(grade, (expected,), wrong)


def function(
    reference: Callable,
    cases: Sequence[tuple],
    tolerance: float = 1e-9,
    mistakes: Sequence[tuple[Callable, str]] = (),
    confirm: str = "",
) -> Exercise:
    """Ask for a function that agrees with a reference.

    Parameters
    ----------
    reference : callable
        The right function.
    cases : sequence of tuples
        Arguments to compare on; each call gets its own copy.
    tolerance : float
        Largest accepted absolute difference of each returned number.
    mistakes : sequence of (callable, str)
        Wrong functions and what they look like; each must differ from the reference
        on some case.
    confirm : str
        What to add when the answer is right.

    Raises
    ------
    ValueError
        If no case tells a mistake apart from the reference, or the reference returns
        something else than numbers, arrays, or tuples and lists of them.
    """
    expected = [_call(reference, case) for case in cases]

    def agrees(given, wanted):
        return all(_same(g, w, tolerance) for g, w in zip(given, wanted, strict=True))

    if not cases or not agrees(expected, expected):
        raise ValueError(
            "the reference must return numbers, arrays, or tuples and lists of them, "
            "on at least one case"
        )
    wrongs = [([_call(wrong, case) for case in cases], why) for wrong, why in mistakes]
    for values, why in wrongs:
        if agrees(values, expected):
            raise ValueError(f"no case tells the mistake apart: {why}")

    def grade(answer):
        if not callable(answer):
            raise Mistake(f"the answer should be a function, not {answer!r}")
        try:
            given = [_call(answer, case) for case in cases]
        except Exception as error:
            raised = f"raised {type(error).__name__}: {error}"
            raise Mistake(f"your function{_line(error)} {raised}") from error
        if all(value is None or value is ... for value in given):
            raise _NotAttempted
        if agrees(given, expected):
            return confirm
        for values, why in wrongs:
            if agrees(given, values):
                raise Mistake(why)
        for case, got, wanted in zip(cases, given, expected, strict=True):
            if not _same(got, wanted, tolerance):
                shown = ", ".join(repr(argument) for argument in case)
                raise Mistake(
                    f"for the arguments {shown} it returns {got!r} instead of "
                    f"{wanted!r}"
                )

    wrong = tuple((func, why) for func, why in mistakes)
    return Exercise(grade, (reference,), wrong)


def _pairs(mistakes) -> tuple:
    items = mistakes.items() if isinstance(mistakes, Mapping) else mistakes
    return tuple((wrong, message) for wrong, message in items)


def _close(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    return a.shape == b.shape and bool((np.abs(a - b) <= tolerance).all())


def _same(a, b, tolerance: float) -> bool:
    """Compare numbers, arrays, or tuples and lists of them."""
    if isinstance(b, (tuple, list)):
        return (
            isinstance(a, (tuple, list))
            and len(a) == len(b)
            and all(_same(x, y, tolerance) for x, y in zip(a, b, strict=True))
        )
    a, b = _as_numbers(a), _as_numbers(b)
    if a is None or b is None or a.shape != b.shape:
        return False
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return _close(a[~same], b[~same], tolerance)


def _as_numbers(answer) -> np.ndarray | None:
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


def _call(func: Callable, case: tuple):
    return func(*copy.deepcopy(case))


def _line(error: Exception) -> str:
    """Return where in the reader's own cell an error arose, if it got that far."""
    frames = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in frames if frame.filename != __file__]
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    if not own:
        return ""
    text = f" ({own[-1].line})" if own[-1].line else ""
    return f", line {own[-1].lineno}{text},"


def _direction(given: np.ndarray, expected: np.ndarray) -> str:
    if expected.ndim:
        worst = int(np.abs(given - expected).argmax())
        return f"entry {worst} (counted from 0) is furthest off"
    return "too large" if given > expected else "too small"
