"""What the reader's browser keeps and when tasks come back, asked as a page would."""

from __future__ import annotations

import json
from functools import cache

import in_javascript
import pytest
from py_mini_racer import MiniRacer

from evidence import exercises
from tools.notebooks import ROOT


@cache
def _engine() -> MiniRacer:
    engine = MiniRacer()
    for name in ("progress.js", "review.js"):
        engine.eval((ROOT / "book" / "_static" / name).read_text("utf8"))
    return engine


def call(name: str, *arguments):
    """Call a function of the scripts; an error is returned as its message."""
    inside = ", ".join(map(json.dumps, arguments))
    text = (
        f"(() => {{ try {{ return JSON.stringify({name}({inside})); }} "
        "catch (error) { return JSON.stringify(error.message); } })()"
    )
    return json.loads(_engine().eval(text))


# --- When a task comes back ---------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "days", "later"),
    [
        ("2026-11-30", 1, "2026-12-01"),
        ("2028-02-28", 1, "2028-02-29"),
        ("2026-12-31", 60, "2027-03-01"),
        ("2026-03-28", 3, "2026-03-31"),  # over a change to summer time
    ],
)
def test_days_are_those_of_the_calendar(day, days, later):
    assert call("evidenceReview.later", day, days) == later


def test_pauses_grow_with_right_answers_and_begin_again_with_a_wrong_one():
    state, days = None, []
    for _ in range(5):
        state = call("evidenceReview.after", state, True, "2026-01-01")
        days.append(state)
    due = ["2026-01-04", "2026-01-08", "2026-01-22", "2026-03-02", "2026-03-02"]
    assert days == [[box, day] for box, day in zip([2, 3, 4, 5, 5], due, strict=True)]
    wrong = call("evidenceReview.after", state, False, "2026-01-01")
    assert wrong == [1, "2026-01-02"]
    assert call("evidenceReview.after", None, False, "2026-01-01") == wrong


def test_the_page_says_the_pauses_that_there_are():
    first, *others, last = json.loads(
        _engine().eval("JSON.stringify(evidenceReview.PAUSES)")
    )
    text = " ".join((ROOT / "book" / "review.md").read_text("utf8").split())
    assert first == 1 and "first after a day" in text
    assert f"after {', '.join(map(str, others))} and {last} days" in text


def test_tasks_of_a_chapter_that_was_read_are_due_the_day_after():
    chapters = [
        {"chapter": "p/a", "tasks": {"a/1": {}, "a/2": {}}},
        {"chapter": "p/b", "tasks": {"b/1": {}}},
    ]
    boxes = {"a/2": [3, "2026-05-01"], "b/1": [1, "2026-01-01"]}
    found = call("evidenceReview.dates", chapters, {"p/a": "2026-02-28"}, boxes)
    assert found == [
        {"name": "a/1", "chapter": "p/a", "due": "2026-03-01"},
        {"name": "a/2", "chapter": "p/a", "due": "2026-05-01"},
    ]


def tasks(counts: str, due: str = "2026-01-01") -> list[dict]:
    """Return a task for each letter, which names its chapter."""
    return [
        {"name": f"{letter}/{k}", "chapter": letter, "due": due}
        for k, letter in enumerate(counts)
    ]


@pytest.mark.parametrize(
    "counts",
    ["aaabbbccc", "aaaab", "aaaaabbbc", "abc", "aabbccddeeff", "a", "aaa", ""],
)
@pytest.mark.parametrize("most", [4, 100])
def test_never_two_of_a_chapter_in_a_row_and_as_many_as_that_allows(counts, most):
    given = tasks(counts)
    asked = call("evidenceReview.plan", given, most)
    order = [task["chapter"] for task in asked]
    assert all(a != b for a, b in zip(order, order[1:], strict=False))
    names = [task["name"] for task in asked]
    assert len({*names}) == len(names) and {*names} <= {task["name"] for task in given}
    largest = max((counts.count(letter) for letter in counts), default=0)
    possible = min(len(counts), 2 * (len(counts) - largest) + 1)
    assert len(asked) == (min(possible, most) if counts else 0)


def test_chapters_take_turns_and_of_each_the_longest_due_is_first():
    given = [*tasks("aab"), *tasks("ab", "2025-12-01"), *tasks("cc", "2026-02-01")]
    given = [task | {"name": f"{k}"} for k, task in enumerate(given)]
    asked = call("evidenceReview.plan", given)
    assert [task["chapter"] for task in asked] == list("abcabca")
    assert [task["name"] for task in asked[:2]] == ["3", "4"]


@pytest.mark.parametrize(
    ("answer", "counts"), [("7", True), ("2", True), ("x", False), ("", False)]
)
def test_an_answer_counts_unless_only_its_form_is_wrong(answer, counts):
    task = exercises.number(7, tolerance=0, mistakes={2: "the answer: no"}).task
    parsed = in_javascript.parse(task, answer)
    _, message = in_javascript.grade(task, parsed)
    assert call("evidenceReview.judges", f"Exercise a/b: {message}") == counts


# --- What is kept, and carried by a file --------------------------------------------

KEPT = {
    "predictions": {"claim": "holds", "slug/loss": 0.5, "slug/other": None},
    "tasks": {"slug/x": "1/4", "slug/y": [2, 1], "slug/x again": "3"},
    "read": {"p/slug": "2026-01-03"},
    "done": {"slug/x": "2026-01-02"},
    "review": {"slug/x": [2, "2026-01-05"]},
}


def packed(kept: dict) -> str:
    """Return the text of the file that a browser with this would save."""
    text = f"(() => {{ const all = {json.dumps(kept)}; "
    return _engine().eval(
        f"{text} return evidenceKept.pack((kind) => all[kind]); }})()"
    )


def test_a_file_gives_back_what_was_saved():
    assert call("evidenceKept.unpack", packed(KEPT)) == KEPT


def with_(kind: str, **changes) -> str:
    data = json.loads(packed(KEPT))
    return json.dumps({**data, kind: {**data[kind], **changes}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "This is no file of progress: it is not JSON."),
        ("null", "This is no file of progress: it was not saved by this page."),
        ('{"form": "x"}', "it was not saved by this page."),
        (with_("read", **{"p/slug": "yesterday"}), "under read, p/slug is not as it"),
        (with_("tasks", z={"a": 1}), "The file is damaged: under tasks, z is not as"),
        (with_("tasks", z="1" * 1000), "under tasks, z is not"),
        (with_("predictions", z=[1]), "under predictions, z is not"),
        (with_("review", z=[0, "2026-01-01"]), "under review, z is not"),
        (with_("done", **{"n" * 201: "2026-01-01"}), "under done, nnn"),
    ],
)
def test_another_file_is_refused_and_why_is_said(text, said):
    assert said in call("evidenceKept.unpack", text)


def test_a_file_is_added_to_what_is_there():
    file = {
        "tasks": {"slug/x": "0.3"},
        "read": {"p/slug": "2026-02-01", "p/new": "2026-02-02"},
        "done": {"slug/x": "2026-01-01"},
        "review": {"slug/x": [1, "2026-02-02"]},
    }
    both = call("evidenceKept.merge", KEPT, file)
    assert both["read"] == {"p/slug": "2026-01-03", "p/new": "2026-02-02"}
    assert both["done"] == {"slug/x": "2026-01-01"}
    assert both["tasks"] == KEPT["tasks"] | {"slug/x": "0.3"}
    assert both["review"] == {"slug/x": [1, "2026-02-02"]}
    assert both["predictions"] == KEPT["predictions"]


def test_keys_are_those_that_the_questions_and_tasks_use():
    package = ROOT / "src" / "evidence"
    for kind, file in {"predictions": "asking.js", "tasks": "tasks.js"}.items():
        assert f'KEY = "evidence:{kind}"' in (package / file).read_text("utf8")
        assert kind in KEPT


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, {"state": "read", "right": 1, "said": 2}),
        ({"read": {}}, {"state": "begun", "right": 1, "said": 2}),
        (
            {"read": {}, "done": {}, "predictions": {}},
            {"state": "begun", "right": 0, "said": 0},
        ),
        (
            {"read": {}, "done": {}, "predictions": {"slug/other": None}, "tasks": {}},
            {"state": "", "right": 0, "said": 0},
        ),
    ],
)
def test_a_chapter_s_state_is_what_was_done_of_it(changes, wanted):
    chapter = {"chapter": "p/slug", "tasks": ["slug/x", "slug/z"]}
    chapter["questions"] = ["claim", "slug/loss", "slug/other"]
    assert call("evidenceKept.state", chapter, KEPT | changes) == wanted
