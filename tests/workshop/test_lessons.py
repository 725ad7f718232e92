"""Lessons beside the chapters, and the syllabus that is made of them."""

import copy

import lessons
import pytest
import yaml
from bookext import syllabus, teaching
from copies import CHAPTER, SLUG, edit
from test_roadmap import BOOK

from evidence import exercises
from tools import contents, new
from tools.notebooks import ROOT

TASKS = ("slope", "width")
LESSON = {
    "minutes": 40,
    "before": "Know the chain rule.",
    "live": [
        {"minutes": 30, "do": "Derive it. Then vote."},
        {"minutes": 10, "do": "Pairs do the slope: which sign?"},
    ],
    "catches": {"slope": "Believes that it is the value."},
    "homework": {
        "tasks": ["width"],
        "own": "Hand in (and explain) the figure.",
        "tries": [{"N = 4": "N = 1"}],
    },
}
FAULTS = {  # what is changed, and what is said
    "a key nobody knows": ({"befor": 1}, "the file has befor; its keys are minutes, "),
    "no key": ({"catches": None}, "the file lacks `catches`"),
    "a text for minutes": (
        {"minutes": "40"},
        "`minutes` of the file should be a",
    ),
    "true for minutes": ({"minutes": True}, "should be a whole number, not True"),
    "a list of misconceptions": ({"catches": []}, "should be keys and values, not []"),
    "too short": ({"minutes": 20}, "`minutes` is from 30 to 90, not 20"),
    "another sum": ({"minutes": 45}, "`live` take 40 minutes, and `minutes` says 45"),
    "a step in words": ({"live": ["Vote."]}, "step 1 should have the keys minutes, do"),
    "a step for ever": ({"live": [{"do": "Vote on it."}]}, "step 1 lacks `minutes`"),
    "no sentence": ({"before": "The chain rule"}, "no sentence: 'The chain rule'; it"),
    "no belief": ({"catches": {"slope": "sign"}}, "no sentence: 'sign'; it ends with"),
    "a number for a belief": ({"catches": {"slope": 1}}, "no sentence: 1; it ends"),
    "an unknown task": (
        {"catches": {"slop": "Believes it."}},
        "there is no task slop; there are slope, width",
    ),
    "homework that is unknown": (
        {"homework": {"tasks": ["x"], "own": "Do it.", "tries": []}},
        "there is no task x; there",
    ),
    "a try in words": (
        {"homework": {"tasks": [], "own": "Do it.", "tries": ["N = 1"]}},
        "one of `tries` is no text and what replaces it: 'N = 1'",
    ),
    "a try that changes nothing": (
        {"homework": {"tasks": [], "own": "Do it.", "tries": [{"N": "N"}]}},
        "one of `tries` is no text and what replaces it: {'N': 'N'}",
    ),
    "no homework": ({"homework": {"own": "Do it."}}, "`homework` lacks `tasks`"),
}


def write(folder, lesson):
    path = folder / "part" / f"slug{lessons.ENDING}"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(lesson, allow_unicode=True), "utf8")
    return path


def test_a_lesson_is_read(tmp_path):
    path = write(tmp_path, LESSON)
    assert lessons.read(path, TASKS) == lessons.of("part/slug", tmp_path) == LESSON
    assert lessons.of("part/other", tmp_path) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_a_lesson_is_said_with_its_file(tmp_path, fault):
    changes, said = FAULTS[fault]
    lesson = {k: v for k, v in (LESSON | changes).items() if v is not None}
    with pytest.raises(ValueError) as refused:
        lessons.read(write(tmp_path, lesson), TASKS)
    lines = str(refused.value).splitlines()
    assert all(x.startswith("book/part/slug.teaching.yaml: ") for x in lines)
    assert any(said in line for line in lines), lines


def test_a_sentence_may_be_of_another_language(tmp_path):
    lesson = LESSON | {"before": "先问全班。", "catches": {"slope": "以为是函数值。"}}
    assert lessons.read(write(tmp_path, lesson), TASKS) == lesson


def test_a_new_chapter_has_a_lesson_and_a_broken_one_is_named(book):
    tasks = exercises._load(book / "book" / f"{CHAPTER}.exercises.py")
    lesson = lessons.of(CHAPTER, book / "book", tasks)
    assert {*lesson["catches"]} < {*tasks}
    edit(book, f"book/{CHAPTER}{lessons.ENDING}", "minutes: 45", "minutes: 50")
    with pytest.raises(SystemExit, match=f"^book/{CHAPTER}.teaching.yaml: the steps"):
        contents.pages(book)
    assert (new.TEMPLATE / "teaching.yaml").is_file() and SLUG not in str(lesson)


def test_a_lesson_says_all_that_it_holds():
    tasks = {name: exercises.number(1, mistakes={2: "no", 3: "no"}) for name in TASKS}
    text = teaching.told("gradients/sigmoid-saturation", LESSON, tasks)
    assert "In class: 40 min. Reading: " in text
    assert "1. **30 min.** Derive it. Then vote.\n1. **10 min.** Pairs" in text
    assert "2 tasks, which tell 4 wrong answers apart" in text
    assert "- {ref}`task/sigmoid-saturation/slope`: Believes that it" in text
    assert "{ref}`task/sigmoid-saturation/width`. Hand in (and explain) the" in text


# --- The syllabus -------------------------------------------------------------------

FOUND = {name: lessons.of(name, ROOT / "book") for name in BOOK}
MINUTES = {name: lesson["minutes"] for name, lesson in FOUND.items() if lesson}
NEEDS = {"a/1": [], "a/2": ["a/1"], "a/3": ["a/2", "how-it-works"], "a/4": []}
WEEK = {"name": "W", "about": "What it is about.", "hand_in": "a/2", "read": ["a/2"]}
WEEKS = [
    WEEK | {"sessions": [["a/1"], "The test."]},
    WEEK | {"sessions": [["a/3"]], "read": [], "hand_in": "a/3"},
]
SMALL = {"minutes": 90, "weeks": WEEKS}
SMALL["left_out"] = [{"chapters": ["a/4"], "why": "No time."}]


def test_the_book_s_syllabus_has_every_chapter_once_after_what_it_needs():
    found = syllabus.read()
    assert len(found["weeks"]) == 10
    assert all(len(week["sessions"]) == 2 for week in found["weeks"])
    assert [*syllabus.faults(found, BOOK, MINUTES)] == []


def changed(change):
    made = copy.deepcopy(SMALL)
    change(made["weeks"], made["left_out"][0]["chapters"])
    return made


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda weeks, out: None, []),
        (lambda weeks, out: weeks.reverse(), ["syllabus: a/3 needs a/2; name it"]),
        (lambda weeks, out: out.clear(), ["a/4 is taught, read or left out: one"]),
        (lambda weeks, out: out.append("a/1"), ["a/1 is taught, read or left out"]),
        (lambda weeks, out: out.append("a/4"), ["a/4 is taught, read or left out"]),
        (lambda weeks, out: out.append("a/5"), ["there is no chapter a/5"]),
        (
            lambda weeks, out: weeks[1].update(hand_in="a/1"),
            ["week 2 hands in a/1, which is not of this week"],
        ),
        (
            lambda weeks, out: weeks[1].update(read=["a/2"]),
            ["syllabus: a/2 is named twice"],
        ),
        (
            lambda weeks, out: weeks[0].update(sessions=[["a/1", "a/2"]], read=[]),
            ["week 1: a/1, a/2 take 120 minutes"],
        ),
    ],
)
def test_a_fault_of_a_syllabus_is_said(change, said):
    found = [*syllabus.faults(changed(change), NEEDS, dict.fromkeys(NEEDS, 60))]
    assert [x[: len(y)] for x, y in zip(found, said, strict=True)] == said


def test_a_syllabus_of_another_form_is_refused(tmp_path):
    path = tmp_path / "syllabus.yml"
    weeks = [WEEK | {"sessions": []}, WEEK | {"teach": []}]
    path.write_text(yaml.safe_dump(SMALL | {"weeks": weeks}), "utf8")
    with pytest.raises(ValueError, match="yml: week 2 has teach; its keys are name"):
        syllabus.read(path)


def test_of_a_shorter_book_a_syllabus_shows_what_is_there():
    left = syllabus.within(SMALL, {"a/1", "a/4"})
    assert [week["sessions"] for week in left["weeks"]] == [[["a/1"], "The test."]]
    assert left["weeks"][0]["read"] == [] and left["left_out"] == SMALL["left_out"]
    assert syllabus.within(SMALL, set()) == {"weeks": [], "left_out": []}
