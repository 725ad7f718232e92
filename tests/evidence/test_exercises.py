"""Exercises: what each kind of check says."""

import linecache
import re
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from evidence import exercises
from evidence.exercises import (
    Mistake,
    bug,
    check,
    choice,
    function,
    number,
    of_chapter,
    order,
    vector,
)

# The kinds of exercises, on a chapter made up for these tests.


@pytest.fixture
def ask(monkeypatch):
    """Return a function that asks one exercise and returns what the check says."""

    def ask(exercise, answer):
        monkeypatch.setattr(exercises, "of_chapter", lambda slug: {"one": exercise})
        feedback = check("made-up/one", answer)
        data = feedback.data
        kept = {"text/plain": repr(feedback), exercises.MIME: data}
        shown = feedback._repr_mimebundle_()
        if "task" in data:
            assert shown[0].items() >= kept.items()
        else:
            assert shown == kept
        assert repr(feedback) == f"Exercise made-up/one: {data['message']}"
        begins = {"right": "right.", "wrong": "not yet: ", "open": "not attempted yet."}
        assert data["message"].startswith(begins[data["state"]])
        assert feedback.right == (data["state"] == "right")
        return data["message"] if not feedback.right else f"✓ {data['message']}"

    return ask


def double(x):
    return 2 * x


def unchanged(x):
    return x


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (72, "✓ right. Four points."),
        (72.0, "✓ right. Four points."),
        (np.int32(72), "✓ right. Four points."),
        (np.array(72), "✓ right. Four points."),
        (torch.tensor(72.0, requires_grad=True), "✓ right. Four points."),
        (Fraction(144, 2), "✓ right. Four points."),
        (16, "not yet: that is for pairs."),
        (71, "not yet: too small."),
        (73, "not yet: too large."),
        (np.nan, "not yet: the answer is not finite."),
        (-np.inf, "not yet: the answer is not finite."),
        pytest.param(10**400, "not yet: the answer is not finite.", id="large"),
        pytest.param(-(10**400), "not yet: the answer is not finite.", id="low"),
        ("72", "not yet: the answer should be a whole number, not '72'."),
        (72 + 0j, "not yet: the answer should be a whole number, not (72+0j)."),
        ([72], "not yet: the answer should be a whole number, not a list of 1."),
        (..., "not attempted yet."),
        (None, "not attempted yet."),
    ],
)
def test_a_number(ask, answer, said):
    exercise = number(72, 0, {16: "that is for pairs."}, confirm="Four points.")
    assert ask(exercise, answer) == said


@given(st.floats(-10, 10), st.floats(0.001, 1))
def test_a_number_is_right_within_its_tolerance(expected, tolerance):
    grade = number(expected, tolerance).grade
    assert grade(expected + 0.99 * tolerance) == grade(expected) == ""
    with pytest.raises(Mistake, match="too large"):
        grade(expected + 1.01 * tolerance)
    with pytest.raises(Mistake, match="too small"):
        grade(expected - 1.01 * tolerance)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([1, 2], "✓ right."),
        ((1.0004, 1.9996), "✓ right."),
        (np.array([1, 2]), "✓ right."),
        (torch.tensor([1.0, 2.0]), "✓ right."),
        ([2, 1], "not yet: swapped."),
        ([1, 5], "not yet: entry 1 (counted from 0) is furthest off."),
        ([9, 5], "not yet: entry 0 (counted from 0) is furthest off."),
        ([1, np.nan], "not yet: the answer is not finite."),
        ([1, 10**400], "not yet: the answer is not finite."),
        ([1, 2, 3], "not yet: the answer should be 2 numbers, not a list of 3."),
        ([[1, 2]], "not yet: the answer should be 2 numbers, not a list of 1."),
        ([[1], [2, 3]], "not yet: the answer should be 2 numbers, not [[1], [2, 3]]."),
        (["1", "2"], "not yet: the answer should be 2 numbers, not ['1', '2']."),
    ],
)
def test_a_vector(ask, answer, said):
    exercise = vector([1.0, 2.0], 1e-3, [([2.0, 1.0], "swapped")])
    assert ask(exercise, answer) == said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("b", "✓ right. It divides by n - 1."),
        (" B ", "✓ right. It divides by n - 1."),
        ("a", "not yet: that one divides by n."),
        ("d", "not yet: the answer should be one of a, b, c, not 'd'."),
        (2, "not yet: the answer should be one of a, b, c, not 2."),
        (["b"], "not yet: the answer should be one of a, b, c, not ['b']."),
        (..., "not attempted yet."),
    ],
)
def test_a_choice(ask, answer, said):
    options = {"a": "that one divides by n", "b": "It divides by n - 1.", "c": "no"}
    assert ask(choice("b", options), answer) == said


def test_a_choice_needs_options_that_can_be_chosen():
    with pytest.raises(ValueError, match=r"'d' is not among the options \['a', 'b'\]"):
        choice("d", {"a": "x", "b": "y"})
    with pytest.raises(ValueError, match="options are small letters"):
        choice("A", {"A": "x", "B": "y"})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (double, "✓ right. Twice."),
        (lambda x: x + x, "✓ right. Twice."),
        (lambda x: torch.tensor(2.0 * x, requires_grad=True), "✓ right. Twice."),
        (unchanged, "not yet: you forgot the 2."),
        (lambda x: ..., "not attempted yet."),
        (lambda x: None, "not attempted yet."),
        (lambda x: 2 * x if x else None,
         "not yet: for the arguments 0.0 it returns None instead of 0.0."),
        (lambda x: "6", "not yet: for the arguments 3 it returns '6' instead of 6."),
        (lambda x: 2 * x + 1e-3, "not yet: for the arguments 3 it returns 6.001"),
        (lambda x: 10**400, "not yet: for the arguments 3 it returns 1000"),
        (lambda: 1, "not yet: your function raised TypeError: "),
        (6, "not yet: the answer should be a function, not 6."),
    ],
)  # fmt: skip
def test_a_function(ask, answer, said):
    mistakes = [(unchanged, "you forgot the 2")]
    exercise = function(double, [(3,), (0.0,)], 1e-9, mistakes, "Twice.")
    assert ask(exercise, answer).startswith(said)


@pytest.mark.parametrize(
    ("exercise", "said"),
    [
        (number(72, 0), "the answer is not finite"),
        (vector([1.0, 2.0]), "the answer should be 2 numbers, not something too long"),
        (choice("a", {"a": "", "b": "no"}), "one of a, b, not something too long"),
        (bug("x = 1\ny = 2", 1), "the number of a line, 1 to 2, not something too lo"),
        (order("x = 1\ny = 2"), "the right order, not something too long to print."),
        (function(double, [(3,)]), "should be a function, not something too long"),
    ],
    ids=["number", "vector", "choice", "bug", "order", "function"],
)
def test_whole_numbers_have_any_length(ask, exercise, said):
    assert said in ask(exercise, 10**5000)  # which Python does not print
    if not exercise.task:
        assert "returns something too long" in ask(exercise, lambda x: [10**5000])


HELPED = """def helper(x):
    y = [x]
    return y[1]


def answer(x):
    return helper(x) + 1
"""


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("def answer(x):\n    return x + b\n",
         ", line 2 (return x + b), raised NameError: name 'b' is not defined."),
        ("from functools import partial\n\nanswer = partial(lambda y, x: x / y, 0)\n",
         ", line 3 (answer = partial(lambda y, x: x / y, 0)), raised "
         "ZeroDivisionError: division by zero."),
        (HELPED, ", line 3 (return y[1]), raised IndexError: list index out of range."),
        ("import numpy as np\nanswer = lambda x: np.linalg.inv([x])\n",
         ", line 2 (answer = lambda x: np.linalg.inv([x])), raised LinAlgError: "),
        ("def answer():\n    return 1\n",
         " raised TypeError: answer() takes 0 positional arguments but 1 was given."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("source", [True, False])
def test_an_error_names_its_line(ask, monkeypatch, cell, said, source):
    if source:  # as in Jupyter, which keeps the text of its cells
        lines = cell.splitlines(keepends=True)
        monkeypatch.setitem(linecache.cache, "<cell>", (len(cell), None, lines, ""))
    else:
        said = re.sub(r"(line \d+) [(].*[)],", r"\1,", said)
    names = {}
    exec(compile(cell, "<cell>", "exec"), names)
    heard = ask(function(double, [(3,)]), names["answer"])
    assert heard.startswith(f"not yet: your function{said}")


@pytest.mark.parametrize("scale", [1.0, 1e8])
def test_a_function_may_be_off_by_a_share_of_its_numbers(ask, scale):
    exercise = function(lambda: np.array([scale, np.inf]), [()], 1e-9)
    assert ask(exercise, lambda: [scale * (1 + 5e-10), np.inf]) == "✓ right."
    assert ask(exercise, lambda: [scale * (1 + 5e-9), np.inf]) != "✓ right."
    assert ask(exercise, lambda: [scale, scale]) != "✓ right."


def test_a_function_may_not_change_what_the_next_one_gets(ask):
    def doubles_in_place(x):
        x *= 2
        return x

    case = np.array([1.0, 2.0])
    exercise = function(double, [(case,)], mistakes=[(doubles_twice := quadruple, "4")])
    for _ in range(2):
        assert ask(exercise, doubles_in_place) == "✓ right."
    assert ask(exercise, doubles_twice) == "not yet: 4."
    assert case.tolist() == [1, 2]


def quadruple(x):
    x *= 4
    return x


@pytest.mark.parametrize(
    ("expected", "same", "other"),
    [
        (np.array([1.0, np.nan]), [1, np.nan], [np.nan, 1]),
        (np.inf, np.inf, -np.inf),
        (np.array([1.0, np.inf]), [1, np.inf], [1, 1e308]),
        ((1, np.array([2, 3])), [1, (2, 3)], (1, np.array([2, 4]))),
        (np.array([True, False]), [1, 0], [True, True]),
        ((1, 2), (1, 2), (1, 2, 3)),
        ([1, 2], [1, 2], 3),
        (np.zeros((1, 2)), [[0, 0]], [0, 0]),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_functions_return_is_compared_by_value(ask, expected, same, other):
    exercise = function(lambda: expected, [()])
    assert ask(exercise, lambda: same) == "✓ right."
    assert ask(exercise, lambda: other).startswith("not yet: for the arguments")


def test_a_function_exercise_must_be_able_to_tell():
    with pytest.raises(ValueError, match="no case tells the mistake apart: forgot"):
        function(double, [(0,)], mistakes=[(unchanged, "forgot")])
    for result in (None, "text", {}):
        with pytest.raises(ValueError, match="the reference must return numbers"):
            function(lambda result=result: result, [()])
    with pytest.raises(ValueError, match="on at least one case"):
        function(double, [])


def test_the_makers_keep_the_answers_that_show_they_work():
    a = number(72, 0, {16: "pairs"})
    assert [float(x) for x in a.right] == [72]
    assert a.wrong == ((16, "pairs"),)
    b = choice("b", {"a": "no", "b": "yes", "c": "never"})
    assert (b.right, b.wrong) == (("b",), (("a", "no"), ("c", "never")))
    c = function(double, [(1,)], mistakes=[(unchanged, "forgot")])
    assert (c.right, c.wrong) == ((double,), ((unchanged, "forgot"),))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no-such-chapter/one", "no exercises for the chapter 'no-such-chapter'"),
        ("halves", "no exercise 'halves'; the nearest is halves/"),
        ("halves/of-ones", "the nearest is halves/of-one"),
        ("../halves", "no exercises for the chapter '..'"),
        ("*/of-one", "no exercises for the chapter '[*]'"),
        (3, "no exercises for the chapter '3'"),
    ],
)
def test_an_unknown_exercise_is_an_error(name, message, tmp_path, monkeypatch):
    (tmp_path / "part").mkdir()
    code = "from evidence.exercises import number\n"
    code += 'EXERCISES = {"of-one": number(0.5), "of-two": number(1.0)}\n'
    (tmp_path / "part" / "halves.exercises.py").write_text(code)
    monkeypatch.setattr(exercises, "book_folder", lambda: tmp_path)
    with pytest.raises(KeyError, match=message):
        check(name, 1)


QUESTION = "What is one half?"
ITEMS = {
    "half": exercises.asked(QUESTION, number(0.5, mistakes={2.0: "turned round"})),
    "double": exercises.asked("Write it.", function(double, cases=[(1,)])),
    "mute": number(0.5),
}


def test_what_other_chapters_asked_is_recalled_with_its_question(monkeypatch):
    shown = []
    monkeypatch.setattr(exercises, "of_chapter", lambda slug: ITEMS)
    monkeypatch.setattr(exercises, "display", shown.append)
    exercises.recall("made-up/half", "made-up/half")
    text = f"{QUESTION}\nExercise made-up/half: not attempted yet."
    assert [repr(each) for each in shown] == [text, text]
    assert "question" not in exercises.check("made-up/half", ...).data["task"]
    assert exercises.check("made-up/half", 2).data["message"].endswith("turned round.")
    for name in ("mute", "double"):
        with pytest.raises(ValueError, match="cannot be recalled"):
            exercises.recall(f"made-up/{name}")


def test_an_error_inside_a_chapters_exercises_is_not_hidden(tmp_path, monkeypatch):
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "needs-more.exercises.py").write_text("import no_such_package")
    monkeypatch.setattr(exercises, "book_folder", lambda: tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        of_chapter("needs-more")
