"""Lessons: what a class does with each chapter, from ``slug.teaching.yaml`` beside it.

The texts are Markdown. Tasks are named by the labels that ``outputs.py`` gives them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from itertools import chain

import lessons
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookext import roadmap
from bookext.absent import BOOK
from bookext.chapters import cells_of, listed, times, title_of
from bookext.ledger import believed
from bookext.outputs import VIEW
from evidence import cards, exercises, figures, tables

PAGE = "book/teaching"
MOST = 2  # questions at a time whose outcome is veiled, as in claims.js


def tasks_of(chapter: str) -> Mapping[str, exercises.Exercise]:
    """Return the tasks of ``part/slug`` by name, none if it has no file of them."""
    there = (BOOK / f"{chapter}.exercises.py").is_file()
    return exercises.of_chapter(chapter.partition("/")[2]) if there else {}


def entries(env) -> dict[str, dict]:
    """Return ``part/slug`` -> its lesson, in the contents' order, where there is one.

    Raises
    ------
    ValueError
        If one of the files is not of its form, see :func:`lessons.read`.
    """
    names = [page.removeprefix("book/") for page in listed(env)]
    for name in names:  # also one that is not written yet
        env.note_dependency(str(BOOK / f"{name}{lessons.ENDING}"))
    found = {name: lessons.of(name, BOOK, tasks_of(name)) for name in names}
    return {name: lesson for name, lesson in found.items() if lesson}


def label(chapter: str) -> str:
    """Return the label of a lesson, for ``{ref}``."""
    return f"lesson/{chapter}"


class Sections(SphinxDirective):
    """A directive that makes sections; each has a label."""

    def section(self, title: str, name: str, inside: list) -> nodes.section:
        """Return a section under its title, which is Markdown."""
        heading = nodes.title("", "", *self.parse_inline(title)[0])
        kind = f"evidence-{name.partition('/')[0]}"
        made = nodes.section("", heading, *inside, names=[name.lower()], classes=[kind])
        self.set_source_info(made)
        self.state.document.note_explicit_target(made, made)
        return made


class Teaching(Sections):
    """``{teaching}``: a list of the lessons, and the lessons, by part."""

    def run(self):
        """Return the list and a section for each part, in it one for each chapter."""
        try:
            found = entries(self.env)
        except ValueError as error:
            raise self.error(str(error)) from None
        parts, grouped = roadmap.parts_of(self.env.external_site_map), {}
        for name in found:
            grouped.setdefault(parts[f"book/{name}"], []).append(name)
        lines = [
            f"- **{part or 'Chapters'}**: "
            + ", ".join(f"{{ref}}`{label(name)}`" for name in names)
            for part, names in grouped.items()
        ]
        made = self.parse_text_to_nodes("\n".join(lines))
        for part, names in grouped.items():
            inside = [self.lesson(name, found[name]) for name in names]
            made += [self.section(part, f"lessons/{part}", inside)] if part else inside
        return made

    def lesson(self, chapter: str, lesson: dict) -> nodes.section:
        """Return the section of a chapter."""
        text = told(chapter, lesson, tasks_of(chapter), votes(chapter))
        inside = self.parse_text_to_nodes(text)
        title = title_of(f"book/{chapter}")
        return self.section(title, label(chapter), inside)


def votes(chapter: str) -> str:
    """Return as HTML what a chapter's page asks before it measures, and what came out.

    The questions of one cell are one item: what follows opens once all are answered.
    """
    cells = cells_of(f"book/{chapter}")
    found = {
        data[mime]["id"]: data[mime]
        for data in chain(*map(_shown, cells))
        for mime in (cards.Outcome.mime, cards.Verdict.mime)
        if mime in data
    }
    items = [
        "".join(_vote(chapter, question, found) for question in questions)
        + _links(chapter, veiled(cells, number))
        for number, cell in enumerate(cells)
        if (questions := _asked(cell))
    ]
    return f"<ol>{''.join(f'<li>{item}</li>' for item in items)}</ol>" if items else ""


def veiled(cells: list[dict], number: int) -> list[dict]:
    """Return what outputs of a chapter wait for a cell's questions, as data by MIME.

    The rule is that of ``claims.js``: what stands before the last answer, what follows
    it without a word, the text that says why, and what that goes on to show.
    """
    names = {question["id"] for question in _asked(cells[number])}
    mimes = cards.Outcome.mime, cards.Verdict.mime
    answers = [
        k
        for k, cell in enumerate(cells)
        for data in _shown(cell)
        if names & {data[mime]["id"] for mime in mimes if mime in data}
    ]
    if len(names) > MOST or not answers or max(answers) < number:
        return []
    end, runs = max(answers) + 1, ["code"]  # of cells of one kind
    while end < len(cells) and not _asked(cells[end]):
        kind, text = cells[end]["cell_type"], "".join(cells[end]["source"])
        runs += [kind] if kind != runs[-1] else []
        heading = kind == "markdown" and re.search("^#", text, re.MULTILINE)
        if heading or runs.count("markdown") > 1:
            break
        end += 1
    return [data for cell in cells[number + 1 : end] for data in _shown(cell)]


def _shown(cell: dict) -> list[dict]:
    return [output.get("data", {}) for output in cell.get("outputs", [])]


def _asked(cell: dict) -> list[dict]:
    """Return the questions of a cell, none if it asks for no prediction."""
    kind = cards.Prediction.mime
    return [q for data in _shown(cell) if kind in data for q in data[kind]["questions"]]


def _links(chapter: str, shown: list[dict]) -> str:
    """Return as HTML which tables, figures and widgets open, none if there are none."""
    said = []
    for data in shown:
        if tables.Table.mime in data:
            said.append("a table")
        elif name := data.get(figures.MIME, {}).get("name"):
            kind = "a widget" if VIEW in data else "a figure"
            said.append(f'<a href="{chapter}.html#{name}">{kind}</a>')
    return f"<p>Opens {', '.join(said)}.</p>" if said else ""


def _vote(chapter: str, question: dict, found: Mapping[str, dict]) -> str:
    """Return a question, what is commonly believed, and what came out, as HTML."""
    name, text = question["id"], html.escape(question["text"])
    outcome = found.get(name)
    if outcome is None:
        return f"<p>{text}</p>"
    if question["kind"] != "verdict":
        return f"<p>{text} {html.escape(' '.join(cards.came_out(outcome)))}</p>"
    belief = believed(question)
    belief = f" Commonly believed: {belief}." if belief else ""
    verdict = cards.badge(outcome["verdict"])
    link = f'<a href="{chapter}.html#claim-{name}">{verdict}</a>'
    return f"<p>{text}{belief} {link}</p>{cards.conditions_html(outcome['conditions'])}"


def told(
    chapter: str,
    lesson: dict,
    tasks: Mapping[str, exercises.Exercise],
    came_out: str = "",
) -> str:
    """Return a lesson as Markdown, given the chapter's tasks, and :func:`votes`."""
    slug, homework = chapter.partition("/")[2], lesson["homework"]

    def task(name: str) -> str:
        return f"{{ref}}`task/{slug}/{name}`"

    steps = [f"1. **{s['minutes']} min.** {s['do']}" for s in lesson["live"]]
    caught = [f"- {task(name)}: {said}" for name, said in lesson["catches"].items()]
    wrong = sum(len(each.wrong) for each in tasks.values())
    known = f"{len(tasks)} tasks, which tell {wrong} wrong answers apart"
    given = "; ".join(map(task, homework["tasks"]))
    folded = ":::{dropdown} What comes out of the votes\n```{raw} html\n"
    folded += f"{came_out}\n```\n:::"
    lines = [
        f"{{doc}}`To the chapter </book/{chapter}>`. "
        f"In class: {lesson['minutes']} min. {times(chapter)}",
        f"**Before.** {lesson['before']}",
        "**In class.**",
        "\n".join(steps),
        folded if came_out else "",
        f"**What the tasks catch.** The chapter has {known}{':' if caught else '.'}",
        "\n".join(caught),
        f"**Homework.** {given}{'. ' if given else ''}{homework['own']}",
    ]
    return "\n\n".join(lines)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("teaching", Teaching)
