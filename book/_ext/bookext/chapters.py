"""What is derived from the chapters: symptoms, uses of functions, times."""

from __future__ import annotations

import ast
import json
import pydoc
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import runs
import sizes
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookext import absent, folding
from evidence import claims

ROOT = Path(__file__).parents[3]
SHOWN = 5  # chapters that the API names for a function


def listed(env) -> tuple[str, ...]:
    """Return the chapters as ``book/part/slug`` in the order of the contents.

    The page that is being read depends on them from now on.
    """
    for path in (ROOT / "_toc.yml", *ROOT.glob("book/*/*.*")):
        env.note_dependency(str(path))
    return in_order(env)


def in_order(env) -> tuple[str, ...]:
    """Return the chapters as :func:`listed` does, once all pages are read."""
    return tuple(p for p in env.external_site_map if (ROOT / f"{p}.ipynb").is_file())


@cache
def cells_of(chapter: str) -> list[dict]:
    """Return a chapter's cells."""
    return json.loads((ROOT / f"{chapter}.ipynb").read_text("utf8"))["cells"]


@cache
def source(chapter: str, kind: str) -> str:
    """Return a chapter's cells of one kind, ``"markdown"`` or ``"code"``.

    Without what ``%%`` says is of another language.
    """
    texts = ["".join(c["source"]) for c in cells_of(chapter) if c["cell_type"] == kind]
    return "\n\n".join(text for text in texts if not text.startswith("%%"))


def code_of(chapter: str) -> str:
    """Return a chapter's code and the checks of its exercises."""
    exercises = ROOT / f"{chapter}.exercises.py"
    checks = exercises.read_text("utf8") if exercises.is_file() else ""
    return f"{source(chapter, 'code')}\n\n{checks}"


class Symptoms(SphinxDirective):
    """``{symptoms}``: what a reader sees, and the chapter that explains it."""

    def run(self):
        """Return the table."""
        return self.parse_text_to_nodes(table(claims.symptoms(), listed(self.env)))


def table(symptoms: dict[str, list[str]], chapters) -> str:
    """Return the symptoms of these chapters, in their order, as Markdown."""
    lines = ["| What you see | Where it is explained |", "|---|---|"]
    for chapter in chapters:
        for seen in symptoms.get(chapter.removeprefix("book/"), []):
            seen = seen.replace("|", r"\|")  # or else it ends the column
            lines.append(f"| {seen} | {{doc}}`/{chapter}` |")
    return "\n".join(lines)


def names(code: str) -> set[str]:
    """Return what a piece of Python uses of ``evidence``, as dotted names."""
    code = re.sub(r"^([ \t]*)[%!].*$", r"\1pass", code, flags=re.MULTILINE)  # magics
    nodes = list(ast.walk(ast.parse(code)))
    known, found = {"evidence": "evidence"}, set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            known |= {a.asname: a.name for a in node.names if a.asname}
    for node in nodes:
        if isinstance(node, (ast.Name, ast.Attribute)):
            head, *rest = ast.unparse(node).split(".")
            if known.get(head, "").startswith("evidence"):
                found.add(".".join([known[head], *rest]))
    return found


def identity(item) -> str:
    """Return where something is defined, however it was imported."""
    return f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', '')}"


@cache
def uses(chapters: tuple[str, ...]) -> dict[str, list[str]]:
    """Return function or class -> the chapters whose code uses it, in their order."""
    found = defaultdict(list)
    for chapter in chapters:
        for item in {identity(pydoc.locate(name)) for name in names(code_of(chapter))}:
            found[item].append(chapter)
    return found


def say_where_used(app: Sphinx, what, name, obj, options, lines) -> None:
    """End the documentation of a function or class with the chapters that use it."""
    chapters = uses(listed(app.env)).get(identity(obj), [])
    if what in ("function", "class") and chapters:
        links = "; ".join(f":doc:`/{chapter}`" for chapter in chapters[:SHOWN])
        more = len(chapters) - SHOWN
        lines += ["", f"Used in: {links}{f' and {more} more' if more > 0 else ''}."]


def title_of(chapter: str) -> str:
    """Return the title of a chapter as it is written, or its name without one."""
    found = re.search(r"^# (.+)", source(chapter, "markdown"), re.MULTILINE)
    return found[1].strip() if found else chapter.rpartition("/")[2]


def times(chapter: str) -> str:
    """Return in words how long ``part/slug`` takes to read and, if known, to run."""
    minutes = sizes.of(cells_of(f"book/{chapter}"))[0].minutes
    taken = runs.seconds(chapter, ROOT / "book")
    return f"Reading: {minutes} min.{f' Running: about {taken} s.' if taken else ''}"


def complete_needs(app: Sphinx, doctree) -> None:
    """Complete the line *Needs: ...* below a chapter's title: the first in italics.

    Reading and running time are added. Where a list of questions follows, each opens
    on what answers it.
    """
    chapter = app.env.docname
    is_page = not (ROOT / f"{chapter}.ipynb").is_file()
    if is_page or "handout" in absent.tags(chapter):
        return
    said = times(chapter.removeprefix("book/"))
    for paragraph in next(iter(doctree.findall(nodes.section)), []):
        line = paragraph[0] if isinstance(paragraph, nodes.paragraph) else None
        if not isinstance(line, nodes.emphasis):
            continue
        if re.fullmatch(r"\w+[:：]", line.astext()):
            words = f"{said} {line.astext()[:-1]} (answer, then open):"
            line.children = [nodes.Text(words)]
            fold_needs(paragraph.next_node(descend=False, siblings=True))
        else:
            line += nodes.Text(f" {said}")
        return


def fold_needs(questions: nodes.Node | None) -> None:
    """Let each question of a list, in bold, open on what follows it."""
    if not isinstance(questions, nodes.bullet_list):
        return
    for item in list(questions):
        asked, *answer = [part for part in item[0] if part.astext()]
        if isinstance(asked, nodes.strong):
            for link in [*asked.findall(nodes.reference), *asked.findall(pending_xref)]:
                link.replace_self(link.children)  # a click on the question opens it
            line = folding.summary("", "", *asked.children)
            told = nodes.paragraph("", "", *answer)
            item[:] = [folding.details("", line, told, *item[1:])]
    questions["classes"].append("evidence-needs")


def setup(app: Sphinx) -> None:
    """Register the directive and what completes the API."""
    app.add_config_value("chapter_headings", {}, "")  # which headings.py reads
    app.add_directive("symptoms", Symptoms)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("doctree-read", complete_needs)
    app.connect("autodoc-process-docstring", say_where_used, priority=900)
