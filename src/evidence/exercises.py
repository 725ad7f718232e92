"""Exercises whose checks say which mistake a wrong answer looks like.

Beside the chapter ``book/part/slug.ipynb`` lies ``slug.exercises.py`` with a dictionary
``EXERCISES``: name -> what :func:`number`, :func:`vector`, :func:`choice`, :func:`bug`,
:func:`order` or :func:`function` made. All but functions are answered on the page too.
"""

from __future__ import annotations

import copy
import difflib
import hashlib
import itertools
import textwrap
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
from IPython.display import display

from evidence import tasks
from evidence.entries import book_folder
from evidence.tasks import Mistake, as_numbers, printed

MIME = "application/vnd.evidence.exercise+json"
NOT_ATTEMPTED = "not attempted yet."


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
    task : dict, optional
        What a page needs to check it without a kernel, see :mod:`evidence.tasks`.
    question : str
        What is asked, in full, where other chapters recall it; see :func:`asked`.
    """

    grade: Callable
    right: tuple = ()
    wrong: tuple = ()
    task: dict | None = None
    question: str = ""


class Feedback:
    """What a check says; shows itself as one line and carries its data for the site.

    Parameters
    ----------
    data : dict
        ``exercise`` (its name), ``state`` ("right", "wrong" or "open") and ``message``;
        the ``task``, where it is still open and can be answered on the page.
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


class Open(Feedback):
    """What a check says to a stub that can be answered right there."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        control = tasks.Control(exercise=self.data["exercise"], task=self.data["task"])
        shown = control._repr_mimebundle_()
        widget, metadata = shown if isinstance(shown, tuple) else (shown, {})
        return {**widget, **super()._repr_mimebundle_()}, metadata


def feedback_text(data: dict) -> str:
    """Return what a check says as one line, and below it the lines of code asked of.

    Above it stands the question of an exercise that is recalled.
    """
    task = data.get("task", {})
    asked = [task["question"]] if "question" in task else []
    code = [f"{n:3d}  {line}" for n, line in enumerate(task.get("lines", []), start=1)]
    return "\n".join([*asked, f"Exercise {data['exercise']}: {data['message']}", *code])


def check(exercise: str, answer) -> Feedback:
    """Check an answer.

    Parameters
    ----------
    exercise : str
        Chapter and name, for example ``"ransac/ten-trials"``.
    answer : object
        A number, vector, letter, function, line or order of lines, as the exercise
        asks. ``...`` and a function that returns ``None`` count as not attempted.

    Returns
    -------
    Feedback
        Right, or which mistake it looks like, or not attempted yet: then, but for
        functions, with a control to answer by hand, in Jupyter and on the page.

    Raises
    ------
    KeyError
        If there is no such exercise.
    """
    item = find(exercise)
    state, message = _grade(item, answer)
    data = {"exercise": exercise, "state": state, "message": message}
    if state == "open" and item.task:
        return Open(data | {"task": item.task})
    return Feedback(data)


def recall(*names: str) -> None:
    """Ask again what other chapters asked, each with a control to answer it.

    Parameters
    ----------
    *names : str
        Chapters and names of exercises that have a question and are no functions, for
        example ``"sigmoid-saturation/slope"``.

    Raises
    ------
    KeyError
        If there is no such exercise.
    ValueError
        If it has no question, or is answered by a function.
    """
    for name in names:
        item = find(name)
        if not (item.question and item.task):
            raise ValueError(
                f"{name} cannot be recalled: give it a question with asked(), and "
                "another answer than a function"
            )
        task = item.task | {"question": item.question}
        data = {"exercise": name, "state": "open", "message": NOT_ATTEMPTED}
        display(Open(data | {"task": task}))


def asked(question: str, exercise: Exercise) -> Exercise:
    """Return an exercise with its question, by which other chapters recall it.

    Parameters
    ----------
    question : str
        Everything that a reader needs to answer, without the chapter: as text, with the
        options of a choice on lines of their own.
    exercise : Exercise
        What :func:`number` or another function of this module made.
    """
    return replace(exercise, question=question)


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
    tolerance: float | None = None,
    mistakes: Mapping[float, str] | Sequence[tuple[float, str]] = (),
    confirm: str = "",
) -> Exercise:
    """Ask for a number.

    Parameters
    ----------
    expected : float
        The right answer.
    tolerance : float, optional
        Largest accepted absolute difference, 0 for whole numbers. Without it, the
        answer and the mistakes are recognized however they are rounded, to two figures
        or more.
    mistakes : mapping or sequence of pairs
        Wrong numbers and what they look like.
    confirm : str
        What to add when the answer is right.
    """
    return _numbers("number", expected, tolerance, mistakes, confirm)


def vector(
    expected: Sequence[float],
    tolerance: float | None = None,
    mistakes: Sequence[tuple] = (),
    confirm: str = "",
) -> Exercise:
    """Ask for a list of numbers; parameters as for :func:`number`."""
    return _numbers("vector", expected, tolerance, mistakes, confirm)


def _numbers(kind, expected, tolerance, mistakes, confirm) -> Exercise:
    pairs = tuple(mistakes.items() if isinstance(mistakes, Mapping) else mistakes)
    whole = "whole " if tolerance == 0 else ""
    several = f"{np.size(expected)} {whole}numbers"
    task = {
        "kind": kind,
        "wanted": several if kind == "vector" else f"a {whole}number",
        "expected": _plain(expected),
        "tolerance": tolerance,
        "mistakes": [[_plain(wrong), why] for wrong, why in pairs],
        "confirm": confirm,
    }
    return Exercise(partial(tasks.grade, task), (expected,), pairs, task)


def _plain(value) -> float | list[float]:
    """Return numbers as JSON has them, without the digits that machines differ in."""
    rounded = [float(f"{x:.12g}") for x in np.ravel(np.asarray(value, dtype=float))]
    return rounded if np.ndim(value) else rounded[0]


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
    return _choice("choice", expected, options, f"one of {', '.join(options)}")


def bug(
    lines: str, at: int, why_not: Mapping[int, str] = {}, confirm: str = ""
) -> Exercise:
    """Ask which line of code has the bug.

    Parameters
    ----------
    lines : str
        The code; the page and the check's text show it, numbered from 1.
    at : int
        The line with the bug.
    why_not : mapping of int to str
        For lines that are suspected why they are right.
    confirm : str
        What the bug is, added when the answer is right.

    Raises
    ------
    ValueError
        If a number is none of a line.
    """
    code = _lines(lines)
    numbers = range(1, len(code) + 1)
    if lost := {at, *why_not} - {*numbers}:
        raise ValueError(f"the code has lines 1 to {len(code)}, no line {min(lost)}")
    said = {n: why_not.get(n, f"line {n} does what it should") for n in numbers}
    options = {str(n): why for n, why in (said | {at: confirm}).items()}
    wanted = f"the number of a line, 1 to {len(code)}"
    return _choice("bug", str(at), options, wanted, lines=code)


def _choice(kind: str, expected: str, options: Mapping, wanted: str, **more):
    wrong = tuple((k, why) for k, why in options.items() if k != expected)
    task = {"kind": kind, "wanted": wanted, "expected": expected, **more}
    task |= {"options": list(options), "mistakes": [list(pair) for pair in wrong]}
    task["confirm"] = options[expected]
    return Exercise(partial(tasks.grade, task), (expected,), wrong, task)


def order(
    lines: str,
    mistakes: Mapping[tuple[int, int], str] = {},
    confirm: str = "",
    free: Sequence[tuple[int, int]] = (),
) -> Exercise:
    """Ask for the order of shuffled lines of code; the answer is a list of numbers.

    Parameters
    ----------
    lines : str
        The code in the right order, its lines numbered from 1 here and below.
    mistakes : mapping of pairs to str
        ``(i, j)``: what to say where line j comes before line i.
    confirm : str
        What to add when the answer is right.
    free : sequence of pairs
        ``(i, j)``: lines that may stand in either order. Every other pair is in order.

    Raises
    ------
    ValueError
        If a pair is none of two lines in order, or free and yet a mistake; if any order
        is right.
    """
    code = _lines(lines)
    pairs = set(itertools.combinations(range(1, len(code) + 1), 2))
    bound = pairs - set(free)
    if lost := ({*mistakes} - bound) | ({*free} - pairs):
        raise ValueError(f"not pairs whose order can matter: {sorted(lost)}")
    if not bound:
        raise ValueError("any order of the lines is right")
    shown = _shuffled(code, bound)
    place = {n: k for k, n in enumerate(shown, start=1)}
    # Mistakes with a name are said first, and of those the farthest out of place.
    ranked = sorted(bound, key=lambda p: (p not in mistakes, p[0] - p[1], p))
    said = [
        [[place[i], place[j]], mistakes.get((i, j), f"line {place[j]} comes too early")]
        for i, j in ranked
    ]
    right = [place[n] for n in sorted(place)]
    task = {
        "kind": "order",
        "wanted": f"the numbers 1 to {len(code)}, each once, in the right order",
        "expected": right,
        "lines": [code[n - 1] for n in shown],
        "mistakes": said,
        "confirm": confirm,
    }
    wrong = tuple((_moved(right, i, j), why) for (i, j), why in mistakes.items())
    return Exercise(partial(tasks.grade, task), (right,), wrong, task)


def _shuffled(code: list[str], bound: set) -> list[int]:
    """Return the lines' numbers in an order that is wrong, and the same everywhere."""
    draws = [hashlib.sha256(f"{n} {code}".encode()).digest() for n in range(len(code))]
    shown = sorted(range(1, len(code) + 1), key=lambda n: draws[n - 1])
    right = all(shown.index(i) < shown.index(j) for i, j in bound)
    return shown[::-1] if right else shown


def _moved(right: list[int], i: int, j: int) -> list[int]:
    """Return the right order with line j moved before line i."""
    rest = right[: j - 1] + right[j:]
    return [*rest[: i - 1], right[j - 1], *rest[i - 1 :]]


def _lines(code: str) -> list[str]:
    return textwrap.dedent(code).strip("\n").splitlines()


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
        How far a returned number may be off: this, and this share of the number.
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
            raise Mistake(f"the answer should be a function, not {printed(answer)}")
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
                    f"for the arguments {shown} it returns {printed(got)} instead of "
                    f"{wanted!r}"
                )

    wrong = tuple((func, why) for func, why in mistakes)
    return Exercise(grade, (reference,), wrong)


def _same(a, b, tolerance: float) -> bool:
    """Compare numbers, arrays, or tuples and lists of them."""
    if isinstance(b, (tuple, list)):
        return (
            isinstance(a, (tuple, list))
            and len(a) == len(b)
            and all(_same(x, y, tolerance) for x, y in zip(a, b, strict=True))
        )
    a, b = as_numbers(a), as_numbers(b)
    if a is None or b is None or a.shape != b.shape:
        return False
    near = np.isclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    return bool(near.all())


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
