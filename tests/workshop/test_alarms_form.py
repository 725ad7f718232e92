"""The tests of a chapter's form, each seen to fail on a new chapter.

The chapter is what ``make new`` starts, run once. Each test takes a copy of it, breaks
one thing, and sees the right test fail with a message that names chapter and cell.
"""

import pytest
import test_form
from copies import SLUG
from nbformat.v4 import new_code_cell, new_markdown_cell
from test_alarms import Book, move, remove, replace, retag

from evidence import cards, entries
from tools import notebooks

T = test_form
FIRST, SECOND = f"{SLUG}-first-claim", f"{SLUG}-halves"
VERDICT, ASKED = cards.Verdict.mime, cards.Prediction.mime


def entry(**changes):
    """Return a harm that changes the entry of the core claim."""
    return lambda book: T.CLAIMS[FIRST].update(changes)


def data(cell, mime, **changes):
    """Return a harm that changes what a cell stores."""
    return lambda book: book.data(cell, mime)[mime].update(changes)


def forget_a_claim(book):
    book.cell("sayings").outputs = []


def judge_twice(book):
    rows = book.data("sayings", cards.Sayings.mime)[cards.Sayings.mime]["rows"]
    rows.append(rows[0])


def finish(book):
    del book.cell("title").metadata["tags"]


def ask_again(book):
    """Put a copy of the questions between the experiment and the verdict."""
    again = new_code_cell("claims.predict()", id="again", execution_count=1)
    again.outputs = book.cell("predict").outputs
    place = book.notebook.cells.index(book.cell("verdict"))
    book.notebook.cells.insert(place, again)


def ask_for_one(book):
    book.data("predict", ASKED)[ASKED]["questions"].pop()
    T.CLAIMS[SECOND]["core"] = True
    verdict = book.cell("verdict")
    table = book.data("sayings", cards.Sayings.mime)[cards.Sayings.mime]
    output = verdict.outputs[0].copy()
    output["data"] = {VERDICT: table["rows"].pop()}
    verdict.outputs.append(output)


def ask_thrice(book):
    questions = book.data("predict", ASKED)[ASKED]["questions"]
    questions.append(questions[0])


def guess_no_number(book):
    book.data("predict", ASKED)[ASKED]["questions"].pop(0)


def go_deeper_twice(book):
    place = book.notebook.cells.index(book.cell("practice"))
    for name in ("deeper", "deepest"):
        deeper = new_markdown_cell(f"## {name}", id=name)
        book.notebook.cells.insert(place, deeper)


ORDER = T.test_the_parts_are_there_in_order
TASKS = T.test_each_section_has_a_task_and_each_objective
OPEN = T.test_the_open_task_has_its_code_and_a_folded_discussion
END = T.test_the_end_recalls_three_questions_and_says_three_sentences
PLACE = T.test_every_claim_is_judged_once_where_it_belongs
KIND = T.test_every_claim_has_a_kind
CORE = T.test_core_claims_can_fail_and_are_decided
MARGIN = T.test_margins_have_a_reason_exactly_where_a_verdict_hangs_on_them
BEFORE = T.test_core_claims_are_predicted_right_before_their_experiment
ANSWER = T.test_what_is_asked_is_answered_before_the_next_question
HARMS = {
    "no_sayings": (
        ORDER,
        replace("sayings", "claims.sayings", "print"),
        r"one section 'Sayings, checked' .*; 0 of \['1. A question",
    ),
    "sayings_in_two_sections": (
        ORDER,
        replace("toy", "np.mean", "claims.sayings({})\nnp.mean"),
        "; 2 of",
    ),
    "two_sections": (
        ORDER,
        lambda book: [remove("turn")(book), remove("boundary")(book)],
        r"stand 3 to 5 sections .*, not \['1. A question",
    ),
    "no_summary": (
        ORDER,
        replace("remember", "## What to", "### What to"),
        r"after 'Sayings, checked' stand .* not \['In practice', 'Three questions",
    ),
    "too_much_at_the_end": (ORDER, go_deeper_twice, r"not \['deepest', 'deeper', 'In"),
    "section_without_a_task": (
        TASKS,
        lambda book: [move("stub-2", 4)(book), move("solution-2", 5)(book)],
        "the section '2. Let the reader turn the knob' has no task",
    ),
    "objective_without_a_task": (
        TASKS,
        replace("title", "- name", "- derive it;\n- name"),
        "3 tasks for 4 objectives",
    ),
    "task_s_name_computed": (
        TASKS,
        replace("stub-1", f'"{SLUG}/standard-error"', "name"),
        r"cell \[\d+\]: exercises.check takes its ids as plain strings",
    ),
    "open_task_without_code": (OPEN, remove("own-start"), "no cell of code to begin"),
    "discussion_missing": (OPEN, remove("own-found"), "no folded discussion"),
    "discussion_open": (
        OPEN,
        replace("own-found", ":::{dropdown}", "####"),
        "no folded discussion",
    ),
    "nothing_recalled": (END, finish, "recalls 0 questions, not 3"),
    "two_sentences": (
        END,
        replace("remember", "Three sentences. ", ""),
        "has 2 sentences",
    ),
    "nothing_to_read": (END, replace("remember", "{cite:t}", ""), "cites nothing"),
    "no_kind": (
        KIND,
        lambda book: T.CLAIMS[FIRST].pop("kind"),
        rf"give a kind to \['{FIRST}'\]",
    ),
    "claim_not_judged": (PLACE, forget_a_claim, rf"no cell judges \['{SECOND}'\]"),
    "claim_judged_twice": (PLACE, judge_twice, f"{SECOND} is judged in .* too"),
    "claim_of_nobody": (PLACE, data("verdict", VERDICT, id="x"), "x is no claim of"),
    "core_as_a_saying": (
        PLACE,
        lambda book: T.CLAIMS[SECOND].update(core=True),
        rf"cell \[\d+\]: {SECOND} is core: judge it by claims.judge",
    ),
    "saying_as_a_core": (PLACE, entry(core=False), "belongs in claims.sayings"),
    "core_of_history": (CORE, entry(kind="history"), "of kind history, which no"),
    "core_open": (CORE, data("verdict", VERDICT, verdict="open"), "ends open"),
    "no_reason": (
        MARGIN,
        data("verdict", VERDICT, hangs={"half": "open"}),
        rf"{FIRST} hangs on the margin .*: give its entry a margin_reason",
    ),
    "reason_for_nothing": (MARGIN, entry(margin_reason="So."), "take margin_reason"),
    "asked_too_late": (BEFORE, move("predict", 40), "nothing is asked before"),
    "asked_in_another_section": (
        BEFORE,
        lambda book: book.notebook.cells.insert(
            book.notebook.cells.index(book.cell("verdict")), new_markdown_cell("## 1b")
        ),
        "the last question before .* ask right before the experiment",
    ),
    "not_predicted": (BEFORE, ask_for_one, "asks 1 questions, and 2 claims are judged"),
    "not_answered": (ANSWER, lambda book: remove("outcome")(book), "not answered"),
    "answered_before": (
        ANSWER,
        move("outcome", 4),
        "is asked, and not answered",
    ),
    "asked_again": (ANSWER, ask_again, "not answered before the next question"),
    "three_questions": (ANSWER, ask_thrice, "asks 3 questions at a time, not 2"),
    "no_number": (ANSWER, guess_no_number, "asks for no number"),
}


@pytest.fixture
def chapter(book, monkeypatch):
    """Return the notebook of the new chapter, whose claims are those of the book."""
    found = {name: dict(claim) for name, claim in entries.load(book / "book").items()}
    monkeypatch.setattr(T, "CLAIMS", found)
    entries.load.cache_clear()
    return Book(book)


@pytest.mark.parametrize("name", HARMS)
def test_what_is_missing_is_named(chapter, name):
    test, harm, message = HARMS[name]
    test(T.Chapter(chapter.path, chapter.root))
    harm(chapter)
    chapter.save()
    with pytest.raises(AssertionError, match=message) as info:
        test(T.Chapter(chapter.path, chapter.root))
    assert SLUG in str(info.value)


def test_headings_may_be_in_any_language(chapter):
    for cell in chapter.notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n".join(
                "## 第一节。" if line.startswith("## ") else line
                for line in cell.source.splitlines()
            )
    chapter.save()
    for test in (ORDER, TASKS, OPEN, END, BEFORE):
        test(T.Chapter(chapter.path, chapter.root))


def test_a_discussion_may_be_a_solution(chapter):
    remove("own-found")(chapter)
    replace("own-start", "x.mean", "x.mean")(chapter)
    place = chapter.notebook.cells.index(chapter.cell("own-start"))
    chapter.notebook.cells.insert(place + 1, new_code_cell("1", id="found"))
    retag("found", "solution")(chapter)
    chapter.save()
    OPEN(T.Chapter(chapter.path, chapter.root))


def test_history_cites_what_exists(chapter):
    T.CLAIMS[FIRST]["cite"] = ["wilson1927"]
    T.test_history_cites_what_exists()
    T.CLAIMS[FIRST]["cite"] += ["nobody2000"]
    with pytest.raises(AssertionError, match=rf"{FIRST} .* cites \['nobody2000'\]"):
        T.test_history_cites_what_exists()


def test_a_page_that_opens_a_part_owes_not_the_parts(chapter, monkeypatch):
    monkeypatch.setattr(notebooks.name_of, "__defaults__", (chapter.root,))
    monkeypatch.setattr(notebooks, "formal", lambda: [chapter.path])
    monkeypatch.setattr(T.Chapter.__init__, "__defaults__", (chapter.root,))
    assert T.with_parts() == [chapter.path]
    retag("title", "opening")(chapter)
    chapter.save()
    assert T.with_parts() == []
