"""Every chapter's exercises; the slug is part of each test's name."""

import numpy as np
import pytest

from evidence.entries import book_folder
from evidence.exercises import Exercise, check, of_chapter
from tools import notebooks

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
    if chapter in [path.stem for path in notebooks.handouts()]:
        pytest.skip(f"{chapter} is a handout")
    assert 3 <= len(named(chapter)) <= 6


def test_interpolation_clipped_by_rows_only_is_not_right():
    def clipped_by_rows(z, x, y):
        left, top = (
            np.clip(np.floor(index).astype(int), 0, len(z) - 2) for index in (x, y)
        )
        t, u = x - left, y - top
        above = (1 - t) * z[top, left] + t * z[top, left + 1]
        below = (1 - t) * z[top + 1, left] + t * z[top + 1, left + 1]
        return (1 - u) * above + u * below

    assert not check("roi-align/write-it", clipped_by_rows).right


def test_a_fill_similarity_of_boxes_in_one_order_is_not_right():
    def second_comes_after(size_i, box_i, size_j, box_j, area):
        common = (box_j[2] - box_i[0]) * (box_j[3] - box_i[1])
        return 1 - (common - size_i - size_j) / area

    assert not check(
        "selective-search/write-the-fill-similarity", second_comes_after
    ).right


def named(chapter: str) -> list[tuple[str, Exercise]]:
    return [(f"{chapter}/{name}", item) for name, item in of_chapter(chapter).items()]
