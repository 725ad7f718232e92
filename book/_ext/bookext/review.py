"""The review: tasks of the chapters, asked again; and what the reader's browser keeps.

The page holds the data of tasks as the chapters' pages do, and no others: those that
have a question of their own and are answered on the page of their chapter.
"""

from __future__ import annotations

import html
import json
from pathlib import Path

from sphinx.application import Sphinx

from bookext import roadmap
from bookext.absent import tags
from bookext.chapters import ROOT, cells_of
from bookext.tables import add_table
from evidence import exercises, tasks

PAGE = "book/review"
SCRIPTS = {  # what a page has -> the script that it needs beside progress.js
    'class="evidence-map"': "map.js",
    'class="evidence-review"': "review.js",
    'class="evidence-keep"': None,
    'class="evidence-read"': None,
}
WIDGET = Path(tasks.__file__).parent


def entries(app: Sphinx) -> list[dict]:
    """Return each chapter that has tasks to ask again, with these by name."""
    rows = []
    for row in roadmap.entries(app):
        own = to_ask(cells_of(f"book/{row['chapter']}"))
        if own:
            rows.append(
                {"chapter": row["chapter"], "title": row["title"], "tasks": own}
            )
    return rows


def to_ask(cells: list[dict]) -> dict[str, dict]:
    """Return the tasks of a chapter's page that have a question, each with it."""
    found = {}
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    for data in (o.get("data", {}).get(exercises.MIME, {}) for o in outputs):
        task, name = data.get("task", {}), data.get("exercise", "")
        question = _question(name) if task and "question" not in task else ""
        if question:
            found[name] = task | {"question": question}
    return found


def _question(name: str) -> str:
    """Return the question of a task, ``""`` if its file has none."""
    try:
        return exercises.find(name).question
    except KeyError:
        return ""


def render(rows: list[dict], uri) -> str:
    """Return the page's content as HTML; a script asks, and keeps what was answered."""
    number = sum(len(row["tasks"]) for row in rows)
    chapters = [
        f'<li><label><input type="checkbox" value="{row["chapter"]}"> '
        f"{html.escape(row['title'])}</label></li>"
        for row in rows
    ]
    shown = [{**row, "url": uri(f"book/{row['chapter']}")} for row in rows]
    control = {
        end: (WIDGET / f"tasks.{end}").read_text("utf8") for end in ("js", "css")
    }
    return "\n".join(
        [
            f"<p>{number} tasks of {len(rows)} chapters can come back here.</p>",
            "<noscript><p>Without JavaScript no task is asked here.</p></noscript>",
            '<div class="evidence-review" hidden></div>',
            '<details class="evidence-chapters" hidden><summary>Chapters you have read'
            f"</summary><ul>{''.join(chapters)}</ul></details>",
            _data("evidence-tasks", shown),
            _data("evidence-control", control),
        ]
    )


def _data(name: str, data) -> str:
    """Return data as JSON in an element of the page."""
    text = json.dumps(data, separators=(",", ":")).replace("<", r"\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def keep(rows: list[dict], uri) -> str:
    """Return the controls for what the browser keeps; a script brings them to life."""
    return (
        '<div class="evidence-keep" hidden>'
        '<button type="button" value="save">Save to a file</button> '
        '<label>Load from a file <input type="file" accept=".json"></label> '
        '<button type="button" value="forget">Forget everything</button>'
        '<p role="status"></p></div>'
    )


def add_scripts(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Load the scripts that a page needs; at a chapter's end ask if it is read."""
    body = context.get("body", "")
    is_page = not (ROOT / f"{pagename}.ipynb").is_file()
    if not is_page and "handout" not in tags(pagename):
        name, there = pagename.removeprefix("book/"), PAGE in app.env.found_docs
        review = app.builder.get_relative_uri(pagename, PAGE) if there else ""
        context["body"] = body + end_of_chapter(name, review)
    wanted = [file for mark, file in SCRIPTS.items() if mark in context.get("body", "")]
    for file in [*(["progress.js"] if wanted else []), *filter(None, wanted)]:
        app.add_js_file(file, priority=900)  # after claims.js


def end_of_chapter(chapter: str, review: str) -> str:
    """Return where the reader says that a chapter is read; a script shows it."""
    after = (
        f'; its tasks come back in the <a href="{review}">review</a>' if review else ""
    )
    return (
        f'<p class="evidence-read" data-chapter="{chapter}" hidden><label>'
        f'<input type="checkbox"> I have read this chapter</label>{after}.</p>'
    )


def setup(app: Sphinx) -> None:
    """Register the review, the controls and the scripts."""
    add_table(app, "review", None, entries, render)
    add_table(app, "progress", None, lambda app: [], keep)
    app.connect("html-page-context", add_scripts)
