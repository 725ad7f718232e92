"""What students get as ``evidence.exercises``: it looks at the form of an answer alone.

It does not know which answer is right. What is checked is shown as data, which
``tools.grade`` judges elsewhere.
"""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path

import numpy as np
from IPython.display import display

from evidence.tasks import as_numbers, printed

MIME = "application/vnd.evidence.handed-in+json"
OPEN = Path(__file__).with_name("handed_out.json")  # what may be known of each task
_functions = {}


class Shown:
    """A line of text that carries data."""

    def __init__(self, text: str, data: dict):
        self.text, self.data = text, data

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": self.text, MIME: self.data}


@cache
def _tasks() -> dict[str, dict]:
    return json.loads(OPEN.read_text("utf8"))


def find(exercise: str) -> dict:
    """Return what may be known of a task, by its name.

    Raises
    ------
    KeyError
        If there is no such exercise.
    """
    if exercise not in _tasks():
        raise KeyError(f"no exercise {exercise!r}")
    return _tasks()[exercise]


def check(exercise: str, answer) -> Shown:
    """Say whether an answer has the form that is asked for, and record it."""
    task, data = find(exercise), {"exercise": exercise}
    if answer is None or answer is ...:
        code = [f"{n:3d}  {line}" for n, line in enumerate(task.get("lines", []), 1)]
        said = "\n".join(["not attempted yet.", *code])
    else:
        fits = _fits(task, answer)
        if callable(answer):
            _functions[exercise] = answer
            data["function"] = True
        else:
            data["answer"] = _or_text(answer)
        said = "recorded." if fits else f"the answer should be {task['wanted']}."
    return Shown(f"Exercise {exercise}: {said}", data)


def recall(*names: str) -> None:
    """Ask what other chapters asked."""
    for name in names:
        display(Shown(f"{find(name)['question']}\n", {}))


def called(exercise: str, cases: str) -> Shown:
    """Return what a recorded function makes of cases, for whoever grades it."""
    values = []
    for case in json.loads(cases):
        try:
            value = _functions[exercise](*built(case))
            values.append({"value": None if value is ... else plain(value)})
        except Exception as error:
            values.append({"error": f"{type(error).__name__}: {error}"[:300]})
    return Shown("called.", {"exercise": exercise, "values": values})


def _fits(task: dict, answer) -> bool:
    if task["kind"] == "function":
        return callable(answer) and _takes(answer, task["arguments"])
    if "options" in task:
        return printed(answer, str).strip().lower() in task["options"]
    given = as_numbers(answer)
    if given is None or not np.isfinite(given).all():
        return False
    if task["kind"] == "order":
        return sorted(given.ravel()) == [*range(1, len(task["lines"]) + 1)]
    return list(given.shape) == task["shape"]


def _takes(function, arguments: int) -> bool:
    try:
        inspect.signature(function).bind(*range(arguments))
    except (TypeError, ValueError):
        return False
    return True


def _or_text(answer):
    try:
        return plain(answer)
    except (TypeError, ValueError):
        return printed(answer, str)[:300]


def plain(value):
    """Return numbers, texts, arrays, tuples and lists as JSON has them.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if hasattr(value, "detach"):
        value = value.detach()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple):
        return {"tuple": [plain(each) for each in value]}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"numbers are wanted, not {type(value).__name__}")
    shape, numbers = list(array.shape), array.ravel().tolist()
    return {"array": numbers, "shape": shape, "dtype": str(array.dtype)}


def built(data):
    """Return what :func:`plain` was given.

    Raises
    ------
    ValueError, KeyError, TypeError
        If the data are others.
    """
    if isinstance(data, list):
        return [built(each) for each in data]
    if not isinstance(data, dict):
        return data
    if "tuple" in data:
        return tuple(built(each) for each in data["tuple"])
    dtype = np.dtype(data["dtype"])
    if dtype.kind not in "biuf":
        raise ValueError(f"an array of numbers, not of {dtype}")
    return np.array(data["array"], dtype).reshape(data["shape"])
