"""Tables of what the chapters store: a directive for each, a file for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import fresh
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).parents[2]


class collection(nodes.General, nodes.Element):  # noqa: N801  (docutils' way)
    """Stands for a table until every chapter has been read."""


class Collection(SphinxDirective):
    """Named after the table: ``{ledger}``, ``{replications}``."""

    def run(self):
        """Return a placeholder, and make this page depend on every chapter."""
        for path in (BOOK / fresh.FILE, *BOOK.glob("*.yml"), *BOOK.glob("*/*.*")):
            self.env.note_dependency(str(path))
        return [collection(table=self.name)]


def add_table(
    app: Sphinx, name: str, file: str | None, entries: Callable, render: Callable
) -> None:
    """Register the directive of a table, and the file that has the same rows.

    Parameters
    ----------
    app : Sphinx
        The application.
    name : str
        Of the directive.
    file : str or None
        Name of the published file, JSON, if there is to be one.
    entries : callable
        Returns the rows, given the application.
    render : callable
        Returns the HTML, given the rows and a function from page to address.
    """

    def fill(app: Sphinx, doctree, docname: str) -> None:
        uri = partial(app.builder.get_relative_uri, docname)
        for node in list(doctree.findall(collection)):
            if node["table"] == name:
                text = render(entries(app), uri)
                node.replace_self(nodes.raw("", text, format="html"))

    def publish(app: Sphinx, error: Exception | None) -> None:
        if not error and app.builder.name == "html":
            text = json.dumps(entries(app), indent=1, ensure_ascii=False)
            Path(app.outdir, file).write_text(text + "\n", encoding="utf8")

    app.add_directive(name, Collection)
    app.connect("doctree-resolved", fill)
    if file:
        app.connect("build-finished", publish)


def setup(app: Sphinx) -> None:
    """Register the placeholder."""
    app.add_node(collection)
