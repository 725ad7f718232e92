"""What the tags of a notebook's first cell mean for its page: draft, handout."""

from __future__ import annotations

import json
import re

from docutils import nodes
from sphinx.application import Sphinx

from bookext import absent

HEADERS = ["myst.header"]  # headings that do not begin with one title
RULE = re.compile(r"(?:\A|(?<=\n\n))(?:-{3,}|\*{3,}|_{3,})[ \t]*$", re.MULTILINE)
PICTURE = "A picture without a description."
DRAFT = "This chapter is a draft: it is not on the published site."


def allow_free_form(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let a handout have the headings, and the rules between them, that it has."""
    if "handout" in absent.tags(docname):
        app.config.suppress_warnings += HEADERS
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = RULE.sub("", "".join(cell["source"]))
        source[0] = json.dumps(notebook)


def mark(app: Sphinx, doctree) -> None:
    """Say on its page what a draft is; give a handout what every page needs."""
    tags = absent.tags(app.env.docname)
    if "handout" in tags:
        app.config.suppress_warnings[-len(HEADERS) :] = []
        complete(doctree, app.env.docname.rpartition("/")[2])
    if "draft" in tags:
        title = next(doctree.findall(nodes.title))
        note = nodes.note("", nodes.paragraph("", DRAFT), classes=["evidence-draft"])
        title.parent.insert(title.parent.index(title) + 1, note)


def complete(doctree, slug: str) -> None:
    """Give a page one title, its pictures a text and its magics their colors."""
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            image["alt"] = PICTURE
    for block in doctree.findall(nodes.literal_block):
        if block.get("language") == "python":
            block["language"] = "ipython3"
    if sum(isinstance(node, nodes.section) for node in doctree) != 1:
        words = slug.replace("-", " ").capitalize()
        page = nodes.section("", nodes.title("", words), *doctree, ids=[slug])
        doctree[:] = [page]


def setup(app: Sphinx) -> None:
    """Come before what collects titles and asks for alternative texts."""
    app.connect("source-read", allow_free_form)
    app.connect("doctree-read", mark, priority=100)
