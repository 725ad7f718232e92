"""Every chapter's exercises; the slug is part of each test's name."""

import pytest

from evidence.claims import book_folder
from evidence.exercises import Exercise, check, of_chapter

FILES = book_folder().glob("*/*.exercises.py")
CHAPTERS = sorted(path.name.removesuffix(".exercises.py") for path in FILES)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_stub_is_not_attempted_yet(chapter):
    for name, exercise in named(chapter):
        assert repr(check(name, ...)) == f"Exercise {name}: not attempted yet."
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
def test_a_chapter_has_three_to_six_exercises(chapter):
    assert 3 <= len(named(chapter)) <= 6


def named(chapter: str) -> list[tuple[str, Exercise]]:
    return [(f"{chapter}/{name}", item) for name, item in of_chapter(chapter).items()]
