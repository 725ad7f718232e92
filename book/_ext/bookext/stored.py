"""A figure or table of a chapter, shown on another page as the chapter stored it."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookext.outputs import figure_of
from bookext.tables import BOOK
from evidence import figures, tables

PICTURE = "image/svg+xml"


class Stored(SphinxDirective):
    """``{stored} part/slug cell``: the drawing or the table that this cell shows."""

    required_arguments = 2

    def run(self):
        """Return the figure or the table."""
        chapter, cell = self.arguments
        path = BOOK / f"{chapter}.ipynb"
        if not path.is_file():
            raise self.error(f"there is no chapter {chapter}")
        self.env.note_dependency(str(path))
        shown = [
            output["data"]
            for candidate in json.loads(path.read_text("utf8"))["cells"]
            if candidate.get("id") == cell
            for output in candidate.get("outputs", [])
            if "data" in output
        ]
        for data in shown:
            if tables.Table.mime in data:
                table = tables.Table.html(data[tables.Table.mime])
                return [nodes.raw("", table, format="html")]
            if figures.MIME in data and PICTURE in data:
                return [self.figure(data[figures.MIME], "".join(data[PICTURE]))]
        raise self.error(f"the cell {cell} of {chapter} shows no drawing and no table")

    def figure(self, about: dict, drawing: str) -> nodes.figure:
        """Return a numbered figure; its drawing is the file that the chapter shows."""
        drawing = "\n".join(drawing.splitlines())  # as MyST-NB names and writes it
        name = f"{hashlib.sha256(drawing.encode()).hexdigest()}.svg"
        folder = Path(self.env.app.outdir).parent / "jupyter_execute"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(drawing, "utf8", newline="\n")
        source = os.path.relpath(folder, self.env.srcdir).replace(os.sep, "/")
        figure = figure_of(nodes.image(uri=f"/{source}/{name}"), about)
        self.set_source_info(figure)
        return figure


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("stored", Stored)
