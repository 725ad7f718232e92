"""What answers are worth, by the exercises' own checks and by further cases.

The cells that nbgrader runs ask :func:`points`; ``tools.grade`` asks :func:`judge`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os

import numpy as np

from evidence import exercises
from evidence.exercises import Exercise
from tools.student_exercises import plain

SEED = "EVIDENCE_GRADING_SEED"  # the variable; who holds it knows the further cases
VARIANTS = 2  # of each case
TOLERANCE = 1e-6  # on further cases, which may be worse conditioned


def points(exercise: str, answer, of: float) -> float:
    """Say what an answer looks like, and return the points that it gets.

    Raises
    ------
    RuntimeError
        If there is no seed.
    """
    if SEED not in os.environ:
        raise RuntimeError(f"{SEED} is not set: run nbgrader with nbgrader_config.py")
    share, message = judge(exercise, answer, os.environ[SEED])
    print(message)
    return of * share


def judge(exercise: str, answer, seed: str) -> tuple[float, str]:
    """Return the share of the points that an answer gets, and what it looks like.

    Of a vector each entry is a part. A function gets the share of the further cases on
    which it agrees with the reference, and half of that if it fails on the exercise's
    own cases.
    """
    item, said = exercises.find(exercise), exercises.check(exercise, answer).data
    state, message = said["state"], said["message"]
    if state == "open":
        return 0.0, message
    share = float(state == "right")
    if not item.task and (cases := further(exercise, seed)):
        agreed = np.mean([_agrees(item, answer, case) for case in cases])
        share = float(agreed) * (1 if state == "right" else 0.5)
        if state == "right" and share < 1:
            message = "right in the exercise's own cases, and not in all further ones."
    elif state == "wrong" and item.task and item.task["kind"] == "vector":
        share = _share_of_entries(item.task, answer)
    return share, message


def _agrees(item: Exercise, answer, case: tuple) -> bool:
    try:
        exercises.function(item.right[0], [case], TOLERANCE).grade(answer)
    except Exception:  # it is a student's function
        return False
    return True


def _share_of_entries(task: dict, answer) -> float:
    given = exercises.as_numbers(answer)
    if given is None or given.shape != np.shape(task["expected"]):
        return 0.0
    each = [exercises.number(x, task["tolerance"]) for x in task["expected"]]
    said = [exercises._grade(*pair)[0] for pair in zip(each, given, strict=True)]
    return said.count("right") / len(said)


def own(item: Exercise) -> list[tuple]:
    """Return the cases on which a check calls a right function."""
    seen = []

    def spy(*arguments):
        seen.append(copy.deepcopy(arguments))
        return item.right[0](*arguments)

    item.grade(spy)
    return seen


def further(exercise: str, seed: str) -> list[tuple]:
    """Return further cases for a function: its own with other floating-point numbers.

    Each is a case with all such numbers times one factor from 1/2 to 1, which keeps
    boxes boxes and probabilities probabilities, and those of arrays up to 2 % smaller
    again. Whole numbers stay; where there are no others, there is no further case.
    """
    digest = hashlib.sha256(f"{seed.strip()} {exercise}".encode()).digest()
    rng = np.random.default_rng([*digest])
    cases = own(exercises.find(exercise)) * VARIANTS
    made = [_scaled(case, rng.uniform(0.5, 1), rng) for case in cases]
    return [new for new, case in zip(made, cases, strict=True) if key(new) != key(case)]


def _scaled(value, factor: float, rng):
    if isinstance(value, (tuple, list)):
        return type(value)(_scaled(each, factor, rng) for each in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value * factor * rng.uniform(0.98, 1, value.shape)
    return value * factor if isinstance(value, float) else value


def key(case: tuple) -> str:
    """Return a case as text, by which what was made of it is found again."""
    return json.dumps(plain(case))
