"""Chapters of the second edition: their parts in order, their claims and questions.

Parts are found by order and by what their cells call (``editions.py``), so headings
may be in any language. What every notebook owes is in ``test_chapters.py``. Nothing is
run here.
"""

import re

import pytest
from editions import FIRST, parts, sections
from test_chapters import Chapter

from evidence import cards, claims, exercises
from tools import notebooks

CLAIMS = claims.load()
KEYS = re.compile(r"^@\w+\{([^,\s]+),", re.MULTILINE)
FOLDED = re.compile(r"^[:`]{3,}\{(?:dropdown|admonition)\}|<details", re.MULTILINE)
OBJECTIVE = re.compile(r"^- (?!\*\*).+", re.MULTILINE)  # what is needed is bold
SHORT = re.compile(r"\b(?:e\.g|i\.e|vs|cf|al|Fig|Eq|No)\.")
PREDICTED, VERDICT = cards.Prediction.mime, cards.Verdict.mime
SAYINGS, OUTCOME = cards.Sayings.mime, cards.Outcome.mime
UNASKED = ("exact", "history", "advice")  # kinds of claims that are never predicted


def of_second_edition() -> list:
    """Return the notebooks that are to have the parts: no page that opens a part."""
    paths = [p for p in notebooks.formal() if notebooks.name_of(p) not in FIRST]
    found = [(path, Chapter(path)) for path in paths]
    return [p for p, one in found if one.is_one() and not one.has_tag("opening")]


PATHS = of_second_edition()


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS], scope="module")
def chapter(request):
    return Chapter(request.param)


def own_claims(chapter) -> dict[str, dict]:
    return {k: c for k, c in CLAIMS.items() if c["chapter"] == chapter.name}


# --- Entries --------------------------------------------------------------------------


def test_a_chapter_s_claims_are_of_one_edition():
    chapters = {entry["chapter"] for entry in CLAIMS.values()}
    for name in sorted(chapters):
        own = [entry for entry in CLAIMS.values() if entry["chapter"] == name]
        without = [entry["id"] for entry in own if "kind" not in entry]
        if name not in FIRST:
            assert not without, f"book/{name}.yml: give a kind to {without}"
        assert len(without) in (0, len(own)), (
            f"book/{name}.yml mixes editions: {without} have no kind, others have"
        )
        assert name not in FIRST or without, (
            f"the claims of {name} have kinds: take it off the list in "
            "tests/book/editions.py, which may only shrink"
        )


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


def test_the_title_asks_puzzles_and_promises(chapter):
    title = sections(chapter)[0].prose
    assert title.lstrip().startswith("# "), f"{chapter.slug}: the title is missing"
    asked = re.search(r"^\*\*[^*]+[?？؟]\*\*$", title, re.MULTILINE)
    assert asked, f"{chapter.slug}: the title needs one bold question on its own line"
    needs = re.findall(r"^\*[^*]+\*$", title, re.MULTILINE)
    assert len(needs) == 1, (
        f"{chapter.slug}: the title needs one line in italics, *Needs: ...*"
    )
    told = re.split(r"\n\s*\n", title[asked.end() :])
    plain = [text for text in told if re.match(r"\s*[^\W\d_*]", text)]
    assert any(len(text.split()) >= 20 for text in plain), (
        f"{chapter.slug}: below the question stands a puzzle, a concrete case of 20 "
        "words or more that contradicts what the reader expects"
    )
    objectives = OBJECTIVE.findall(title)
    assert 3 <= len(objectives) <= 5, (
        f"{chapter.slug}: the title lists {len(objectives)} objectives, not 3 to 5"
    )


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
