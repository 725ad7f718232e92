"""Every chapter's exercises; the slug is part of each test's name."""

import json

import in_javascript
import pytest

from evidence.entries import book_folder
from evidence.exercises import MIME, Exercise, check, find, of_chapter
from tools import notebooks
from tools.notebooks import STATE

FILES = book_folder().glob("*/*.exercises.py")
CHAPTERS = sorted(path.name.removesuffix(".exercises.py") for path in FILES)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_stub_is_not_attempted_yet(chapter):
    for name, exercise in named(chapter):
        said = repr(check(name, ...)).split("\n")[0]  # below it stand lines of code
        assert said == f"Exercise {name}: not attempted yet."
        if exercise.right and callable(exercise.right[0]):
            stub = check(name, lambda *arguments, **more: ...)
            assert stub.data["message"] == "not attempted yet.", name


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_right_answers_are_accepted(chapter):
    for name, exercise in named(chapter):
        for answer in exercise.right:
            feedback = check(name, answer)
            assert feedback.right, f"{feedback!r} says so to {answer!r}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_classic_mistakes_are_recognized(chapter):
    for name, exercise in named(chapter):
        for answer, message in exercise.wrong:
            feedback = check(name, answer)
            assert not feedback.right, f"{name} accepts {answer!r}: {message}"
            wanted = f"not yet: {message.rstrip('.')}."
            assert feedback.data["message"] == wanted, name


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_answers_of_the_wrong_type_get_a_sentence(chapter):
    for name, _ in named(chapter):
        for answer in ("I do not know", object(), {}, b"", ValueError):
            feedback = check(name, answer)
            assert feedback.data["state"] == "wrong"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_right_answers_and_mistakes_are_told_apart_as_people_round_them(chapter):
    for name, task in on_the_page(chapter):
        if task["kind"] not in ("number", "vector") or task["tolerance"] == 0:
            continue
        for digits in (2, 3, 4):
            if digits > 2 or task["tolerance"] is None:
                answer = rounded(task["expected"], digits)
                assert check(name, answer).right, f"{name} refuses {answer}"
        for digits in (3, 4):
            for wrong, message in task["mistakes"]:
                said = check(name, rounded(wrong, digits)).data["message"]
                assert said == f"not yet: {message.rstrip('.')}.", f"{name}: {wrong}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_page_says_what_the_check_says(chapter):
    """One of the two checkers may learn what the other does not."""
    for name, task in on_the_page(chapter):
        answers = [task["expected"], *(wrong for wrong, _ in task["mistakes"])]
        if task["kind"] == "order":
            answers = [task["expected"], *moved(task["expected"])]
        if task["kind"] in ("number", "vector"):
            answers += [rounded(a, digits) for a in answers for digits in (2, 3, 4)]
            answers += [[1.0], [1.0, 2.0, 3.0]]
        for answer in [*answers, "I do not know", "", "-1", None]:
            said = check(name, answer).data
            wanted = said["state"], said["message"]
            assert in_javascript.grade(task, answer) == wanted, f"{name}: {answer!r}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_the_page_knows_is_fit_for_json(chapter):
    for name, task in on_the_page(chapter):
        assert json.loads(json.dumps(task)) == task, name


@pytest.mark.parametrize("path", notebooks.formal(), ids=lambda path: path.stem)
def test_stored_tasks_are_asked_and_answered_as_today(path):
    """A chapter that recalls a task has to be run again where the task has changed."""
    chapter = notebooks.read(path)
    outputs = [o for _, cell in notebooks.code_cells(chapter) for o in cell.outputs]
    stored = [output.get("data", {}).get(MIME) for output in outputs]
    widgets = chapter.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    stored += [widget["state"] for widget in widgets.values()]
    for data in (each for each in stored if each and {"exercise", "task"} <= {*each}):
        exercise, said = find(data["exercise"]), data["task"]
        question = {"question": exercise.question} if "question" in said else {}
        assert said == json.loads(json.dumps(exercise.task | question)), (
            f"{data['exercise']}: make run CHAPTER={path.parent.name}/{path.stem}"
        )


def on_the_page(chapter: str) -> list[tuple[str, dict]]:
    return [(name, item.task) for name, item in named(chapter) if item.task]


def rounded(answer, digits: int):
    """Return a number or a list of them to a number of figures, as people give them."""
    if isinstance(answer, list):
        return [rounded(entry, digits) for entry in answer]
    return float(f"{answer:.{digits}g}")


def moved(order: list[int]) -> list[list[int]]:
    """Return an order with each of its lines moved to the front."""
    return [[n, *(other for other in order if other != n)] for n in order]


@pytest.mark.parametrize("path", notebooks.formal(), ids=lambda path: path.stem)
def test_a_chapter_has_three_to_six_exercises_and_one_to_go_deeper(path):
    assert 3 <= len(named(path.stem)) <= 7


def named(chapter: str) -> list[tuple[str, Exercise]]:
    return [(f"{chapter}/{name}", item) for name, item in of_chapter(chapter).items()]
