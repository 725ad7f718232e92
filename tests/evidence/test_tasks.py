"""Tasks without a kernel: the two checkers say the same, and the control is shown."""

import itertools
import json

import in_javascript
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import exercises, tasks
from evidence.exercises import bug, choice, number, order, vector

CODE = """
    def update(mean, x):
        new = x.mean()
        old = 0.9 * mean
        return old + 0.1 * new
"""
MADE = {
    "number": number(0.15385, mistakes={8 / 60: "sum", 8.0: "area", 0: "none"}),
    "whole": number(72, 0, {16: "that is for pairs."}, confirm="Four points."),
    "absolute": number(-3.0, 0.1, {3.0: "sign"}),
    "vector": vector([0.75, 0, -0.6931], mistakes=[([0.25, 0, -0.6931], "center")]),
    "choice": choice("b", {"a": "by n", "b": "By n - 1.", "c": "no"}),
    "bug": bug(CODE, 3, {4: "these weights add up to 1"}, "It was 0.99."),
    "order": order(CODE, {(2, 4): "new is not there yet"}, free=[(2, 3)]),
}


def both(name: str, answer) -> str:
    """Return what both checkers say to an answer."""
    task = MADE[name].task
    said = exercises._grade(MADE[name], answer)
    assert in_javascript.grade(task, answer) == said, answer
    return said[1]


NONSENSE = ["I do not know", "", "0,25", "it's", [], [1.0, 2.0], [3, 1, 1, 2]]


@pytest.mark.parametrize("name", MADE)
def test_both_checkers_say_the_same_to_nonsense(name):
    begins = f"not yet: the answer should be {MADE[name].task['wanted']}, not "
    for answer in NONSENSE:
        if isinstance(answer, str) or name not in (
            "choice",
            "bug",
        ):  # which show a list
            assert both(name, answer).startswith(begins)
    assert both(name, None) == "not attempted yet."


@given(st.floats(allow_nan=False, allow_infinity=False))
@pytest.mark.parametrize("name", ["number", "whole", "absolute"])
def test_both_checkers_say_the_same_to_any_number(name, answer):
    both(name, answer)


@given(st.floats(-2, 2), st.sampled_from([1, 2, 3, 4]))
def test_both_checkers_say_the_same_near_what_is_expected(change, figures):
    for wanted in (0.15385, 8 / 60):
        answer = float(f"{wanted * (1 + change / 50):.{figures}g}")
        both("number", answer)
        both("vector", [0.75, 0.0, -0.6931 * (1 + change / 50)])


@given(st.floats(1e-30, 1e30), st.integers(2, 17), st.booleans())
def test_a_number_is_right_however_it_is_rounded(expected, figures, negative):
    expected = -expected if negative else expected
    task = number(expected).task
    rounded = float(f"{expected:.{figures}g}")
    assert exercises._grade(number(expected), rounded) == ("right", "right.")
    assert in_javascript.grade(task, rounded) == ("right", "right.")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (0.15, "right."),
        (0.154, "right."),
        (0.1538, "right."),
        (0.16, "not yet: too large."),
        (0.2, "not yet: too large."),
        (0.13, "not yet: sum."),
        (0.1333, "not yet: sum."),
        (0.14, "not yet: too small."),
        (8.0, "not yet: area."),
        (8.03, "not yet: area."),
        (0.0, "not yet: none."),
        (1e-12, "not yet: none."),
        (0.01, "not yet: too small."),
    ],
)
def test_answer_and_mistakes_are_recognized_rounded(answer, said):
    assert both("number", answer) == said


def test_of_two_that_could_be_meant_the_nearer_wins():
    MADE["near"] = number(1.3633, 0.005, {1.3667: "first batch"})
    assert both("near", 1.36) == "right."
    assert both("near", 1.365) == "right."  # as near to one as to the other
    assert both("near", 1.37) == "not yet: first batch."
    del MADE["near"]


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("number", " 0.25 ", 0.25),
        ("number", "1/4", 0.25),
        ("number", "2.5e-1", 0.25),
        ("number", ".25", 0.25),
        ("number", "\N{MINUS SIGN}3", -3),
        ("number", "+3.", 3),
        ("number", "0,25", "0,25"),
        ("number", "1/2/3", "1/2/3"),
        ("number", "1,507", 1507),
        ("number", "-12,345.5", -12345.5),
        ("number", "12,34", "12,34"),
        ("number", "0,250", "0,250"),
        ("vector", "1,507", [1, 507]),
        ("number", "0x10", "0x10"),
        ("number", "Infinity", "Infinity"),
        ("number", "  ", None),
        ("vector", "[0.75, 0, -1/2]", [0.75, 0, -0.5]),
        ("vector", "(1 2;3)", [1, 2, 3]),
        ("vector", "1, two, 3", "1, two, 3"),
        ("choice", " b", "b"),
        ("bug", "3", "3"),
    ],
)
def test_what_is_typed_is_read(name, text, answer):
    assert in_javascript.parse(MADE[name].task, text) == answer


def test_a_division_by_zero_is_not_finite():
    said = "JSON.stringify(grade(TASK, parse(TASK, '1/0')).message)"
    code = said.replace("TASK", json.dumps(MADE["number"].task))
    message = json.loads(in_javascript._engine().eval(code))
    assert message == "not yet: the answer is not finite."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (3, "right. It was 0.99."),
        ("3", "right. It was 0.99."),
        (4, "not yet: these weights add up to 1."),
        (1, "not yet: line 1 does what it should."),
        (5, "not yet: the answer should be the number of a line, 1 to 4, not 5."),
    ],
)
def test_the_line_with_the_bug(answer, said):
    assert both("bug", answer) == said


def test_every_order_of_lines_is_judged_alike_and_two_are_right():
    right = [
        answer
        for answer in itertools.permutations(range(1, 5))
        if both("order", list(answer)).startswith("right.")
    ]
    lines = MADE["order"].task["lines"]
    code = [[lines[n - 1].split()[0] for n in answer] for answer in right]
    wanted = [["def", "new", "old", "return"], ["def", "old", "new", "return"]]
    assert sorted(code) == wanted
    assert lines != [line[4:] for line in CODE.strip("\n").splitlines()]


def test_an_order_is_told_what_comes_too_early():
    exercise = MADE["order"]
    place = [0, *exercise.right[0]]
    assert both("order", exercise.right[0]) == "right."
    moved = [place[n] for n in (1, 4, 2, 3)]
    assert both("order", moved) == "not yet: new is not there yet."
    said = f"not yet: line {place[2]} comes too early."
    assert both("order", [place[n] for n in (2, 1, 3, 4)]) == said
    assert both("order", [1, 2, 3]).startswith("not yet: the answer should be the numb")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: bug(CODE, 5), "has lines 1 to 4, no line 5"),
        (lambda: bug(CODE, 3, {0: "x"}), "has lines 1 to 4, no line 0"),
        (lambda: order(CODE, {(2, 1): "x"}), "not pairs whose order can matter"),
        (
            lambda: order(CODE, {(2, 3): "x"}, free=[(2, 3)]),
            "not pairs whose order can matter",
        ),
        (lambda: order(CODE, free=[(3, 2)]), "not pairs whose order can matter"),
        (lambda: order("a\nb", free=[(1, 2)]), "any order of the lines is right"),
    ],
)
def test_a_task_that_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_lines_are_shuffled_the_same_way_everywhere_and_never_in_order():
    for count in range(2, 9):
        code = "\n".join(f"line {n}" for n in range(count))
        made = order(code)
        assert made.task == order(code).task
        assert made.task["lines"] != code.splitlines()
        assert sorted(made.task["lines"]) == code.splitlines()


@pytest.mark.parametrize("name", MADE)
def test_a_stub_shows_its_control_and_the_text_without(name, monkeypatch):
    monkeypatch.setattr(exercises, "of_chapter", lambda slug: MADE)
    shown = exercises.check(f"made-up/{name}", ...)
    bundle, _ = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle[exercises.MIME] == shown.data
    assert json.loads(json.dumps(shown.data)) == shown.data
    assert bundle["text/plain"] == repr(shown)
    first, *code = repr(shown).split("\n")
    assert first == f"Exercise made-up/{name}: not attempted yet."
    task = shown.data["task"]
    assert [line[5:] for line in code] == task.get("lines", [])
    control = tasks.Control(exercise="x", task=task)
    assert control.get_state()["task"] == task
    assert "task" not in exercises.check(f"made-up/{name}", "z").data
