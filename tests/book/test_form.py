"""The form of a chapter: its parts in order, its claims and its questions.

Parts are found by order and by what their cells call (``parts.py``), so headings may
be in any language. What pages that open a part owe too is in ``test_chapters.py``.
Nothing is run here.
"""

import json
import re

import pytest
from parts import parts, sections
from test_chapters import OBJECTIVE, Chapter

from evidence import cards, claims, exercises
from tools import notebooks

CLAIMS = claims.load()
KEYS = re.compile(r"^@\w+\{([^,\s]+),", re.MULTILINE)
FOLDED = re.compile(r"^[:`]{3,}\{(?:dropdown|admonition)\}|<details", re.MULTILINE)
SHORT = re.compile(r"\b(?:e\.g|i\.e|vs|cf|al|Fig|Eq|No)\.")
PREDICTED, VERDICT = cards.Prediction.mime, cards.Verdict.mime
SAYINGS, OUTCOME = cards.Sayings.mime, cards.Outcome.mime
UNASKED = ("exact", "history", "advice")  # kinds of claims that are never predicted


def with_parts() -> list:
    """Return the notebooks that are to have the parts: no page that opens a part."""
    found = [(path, Chapter(path)) for path in notebooks.formal()]
    return [p for p, one in found if one.is_one() and not one.has_tag("opening")]


PATHS = with_parts()


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS], scope="module")
def chapter(request):
    return Chapter(request.param)


def own_claims(chapter) -> dict[str, dict]:
    return {k: c for k, c in CLAIMS.items() if c["chapter"] == chapter.name}


# --- Entries --------------------------------------------------------------------------


def test_every_claim_has_a_kind(chapter):
    without = [k for k, entry in own_claims(chapter).items() if "kind" not in entry]
    assert not without, f"book/{chapter.name}.yml: give a kind to {without}"


def test_history_cites_what_exists():
    text = (claims.book_folder() / "references.bib").read_text("utf8")
    keys = {*KEYS.findall(text)}
    for name, entry in CLAIMS.items():
        missing = sorted({*entry.get("cite", [])} - keys)
        assert not missing, (
            f"{name} of book/{entry['chapter']}.yml cites {missing}, which "
            "book/references.bib does not have"
        )


# --- Parts ----------------------------------------------------------------------------


def test_the_parts_are_there_in_order(chapter):
    parts(chapter)


def tasks_of(chapter) -> dict[str, int]:
    """Return the names of tasks, each with the first cell that checks it."""
    found: dict[str, int] = {}
    for number, name in chapter.named("exercises.check"):
        found.setdefault(name, number)
    return found


def test_each_section_has_a_task_and_each_objective(chapter):
    found, tasks = parts(chapter), tasks_of(chapter)
    for section in found.main:
        numbers = {number for number, _ in section.code}
        assert numbers & {*tasks.values()}, (
            f"{chapter.slug}: the section {section.heading!r} has no task"
        )
    objectives = OBJECTIVE.findall(found.title.prose)
    assert len(tasks) >= len(objectives), (
        f"{chapter.slug} has {len(tasks)} tasks for {len(objectives)} objectives"
    )


def test_the_open_task_has_its_code_and_a_folded_discussion(chapter):
    own = parts(chapter).own
    solved = [c for _, c in own.code if "solution" in c.metadata.get("tags", [])]
    assert len(own.code) > len(solved), (
        f"{chapter.slug}: {own.heading!r} has no cell of code to begin from"
    )
    assert solved or FOLDED.search(own.prose), (
        f"{chapter.slug}: {own.heading!r} has no folded discussion of what one finds: "
        "a :::{dropdown}, or a cell tagged solution"
    )


def test_the_end_recalls_three_questions_and_says_three_sentences(chapter):
    found = parts(chapter)
    inside = {number for number, _ in found.recall.code}
    calls = list(chapter.calls("exercises.recall"))
    asked = [arg for n, _, call in calls if n in inside for arg in call.args]
    assert len(asked) == 3 or chapter.has_tag("draft"), (
        f"{chapter.slug}: {found.recall.heading!r} recalls {len(asked)} questions, "
        "not 3"
    )
    for name in (arg.value for arg in asked):
        task = exercises.find(name)
        assert task.question and task.task, (
            f"{chapter.slug}: {name} cannot be recalled: it has no question, or is "
            "answered by a function"
        )
    for number, data in shown(chapter, exercises.MIME):
        if number in inside:
            now = exercises.find(data["exercise"])
            stored, task = data["task"], {**now.task, "question": now.question}
            assert stored == json.loads(json.dumps(task)), (
                f"{chapter.at(number)}: {data['exercise']} has changed since; make run "
                f"CHAPTER={chapter.name}"
            )
    text = SHORT.sub("", found.remember.prose)
    sentences = re.findall(r"[.!?](?=[\s*_)\"”’]|$)|[。！？]", text)
    assert len(sentences) == 3, (
        f"{chapter.slug}: {found.remember.heading!r} has {len(sentences)} sentences, "
        "not 3"
    )
    assert "{cite" in found.read_on.prose, (
        f"{chapter.slug}: {found.read_on.heading!r} cites nothing"
    )


# --- Claims ---------------------------------------------------------------------------


def shown(chapter, mime: str) -> list[tuple[int, dict]]:
    """Return the data of outputs, each with its cell."""
    return [(number, data[mime]) for number, data in chapter.stored(mime)]


def judged(chapter) -> list[tuple[int, dict, bool]]:
    """Return every stored verdict with its cell, and whether it is a saying."""
    found = [(number, row, False) for number, row in shown(chapter, VERDICT)]
    for number, table in shown(chapter, SAYINGS):
        found += [(number, row, True) for row in table["rows"]]
    return sorted(found, key=lambda item: item[0])


def test_every_claim_is_judged_once_where_it_belongs(chapter):
    own, places = own_claims(chapter), {}
    for number, row, saying in judged(chapter):
        name, where = row["id"], chapter.at(number)
        assert name in own, f"{where}: {name} is no claim of this chapter"
        assert name not in places, f"{where}: {name} is judged in {places[name]} too"
        places[name] = where
        if own[name].get("core"):
            assert not saying, f"{where}: {name} is core: judge it by claims.judge"
        elif own[name]["kind"] != "exact":  # a line of its own will do
            assert saying, f"{where}: {name} is not core: it belongs in claims.sayings"
    missing = sorted(own.keys() - places.keys())
    assert not missing, f"{chapter.slug}: no cell judges {missing} of its claims"


def test_core_claims_can_fail_and_are_decided(chapter):
    verdicts = {row["id"]: row["verdict"] for _, row, _ in judged(chapter)}
    for name, entry in own_claims(chapter).items():
        if entry.get("core"):
            assert entry["kind"] not in UNASKED, (
                f"{chapter.slug}: {name} is core and of kind {entry['kind']}, which no "
                "experiment decides"
            )
            assert verdicts.get(name) != "open", (
                f"{chapter.slug}: {name} is core and ends open: measure more, or claim "
                "less"
            )


def test_margins_have_a_reason_exactly_where_a_verdict_hangs_on_them(chapter):
    own = own_claims(chapter)
    for number, row, _ in judged(chapter):
        name, where = row["id"], chapter.at(number)
        reason = own.get(name, {}).get("margin_reason")
        assert reason or not row.get("hangs"), (
            f"{where}: {name} hangs on the margin ({row['hangs']}): give its entry a "
            "margin_reason"
        )
        assert row.get("hangs") or not reason, (
            f"{where}: {name} does not hang on the margin: take margin_reason away"
        )


def test_core_claims_are_predicted_right_before_their_experiment(chapter):
    asked = shown(chapter, PREDICTED)
    place = {n: k for k, s in enumerate(sections(chapter)) for n, _ in s.code}
    answers = [(n, row["id"]) for n, row, saying in judged(chapter) if not saying]
    own = own_claims(chapter)
    answers = [(n, name) for n, name in answers if own.get(name, {}).get("core")]
    for number, name in answers:
        before = [(n, data["questions"]) for n, data in asked if n < number]
        where = chapter.at(number)
        assert before, f"{where}: nothing is asked before {name} is judged"
        at, questions = before[-1]
        assert place[at] == place[number], (
            f"{where}: the last question before {name} is that of cell [{at}]: ask "
            "right before the experiment, in its section"
        )
        since = [n for n, _ in answers if at < n <= number]
        assert len(since) <= len(questions), (
            f"{where}: {name} is not predicted: cell [{at}] asks {len(questions)} "
            f"questions, and {len(since)} claims are judged after it"
        )


def test_what_is_asked_is_answered_before_the_next_question(chapter):
    asked = shown(chapter, PREDICTED)
    answers = {row["id"]: n for n, row, saying in judged(chapter) if not saying}
    answers |= {data["id"]: n for n, data in shown(chapter, OUTCOME)}
    ends = [n for n, _ in asked[1:]] + [10**6]
    for (number, data), end in zip(asked, ends, strict=True):
        where, names = chapter.at(number), [q["id"] for q in data["questions"]]
        assert len(names) <= 2, f"{where} asks {len(names)} questions at a time, not 2"
        for name in names:
            assert number < answers.get(name, 0) < end, (
                f"{where}: {name} is asked, and not answered before the next question"
            )
    kinds = [q["kind"] for _, data in asked for q in data["questions"]]
    assert "number" in kinds, f"{chapter.slug} asks for no number: claims.guess_number"
