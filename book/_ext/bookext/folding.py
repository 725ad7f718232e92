"""Fold code by what it is for: a quiet line says what is inside, and a click shows it.

Folded cells in a row share one line. What they put out stays where it is, but for
solutions. The line is native, ``details``: by mouse, by key, without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import kinds
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ALONE = {"question", "solution"}  # share no line with other kinds


class details(nodes.General, nodes.Element):  # noqa: N801  (docutils' way)
    """What is closed until somebody opens it; begins with its :class:`summary`."""


class summary(nodes.General, nodes.TextElement):  # noqa: N801
    """The line that is always there."""


class FoldCells(SphinxTransform):
    """Runs while a page is read, before MyST-NB folds by tags."""

    default_priority = 390

    def apply(self, **kwargs) -> None:
        """Move the code of folded cells behind one line for each row of them."""
        for cells in list(_rows(self.document)):
            said = kinds.in_words(chain(*(cell["kinds"] for cell in cells)))
            made = details("", summary(said, said), classes=["evidence-fold"])
            for cell in cells:
                mode = cell.attributes.pop("hide_mode", "")
                if mode in ("output", "input+output"):
                    cell["hide_mode"] = "output"  # which MyST-NB does
                whole = mode == "all" or cell["kinds"] == ("solution",)
                inside = cell.children if whole else cell[:1]
                made += inside
                cell.children = cell.children[len(inside) :]
            cells[0].insert(0, made)
            for cell in cells[1:]:
                if not cell.children:
                    cell.parent.remove(cell)


def _rows(document) -> Iterator[list]:
    """Yield the folded cells that stand in a row, as lists."""
    row: list = []
    for cell in document.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        cell["kinds"] = _kinds(cell)
        if row and not (cell["kinds"] and _belongs(cell, row[-1])):
            yield row
            row = []
        row += [cell] if cell["kinds"] else []
    if row:
        yield row


def _kinds(cell) -> tuple[str, ...]:
    if not cell.children or cell[0].get("nb_element") != "cell_code_source":
        return ()
    return kinds.kinds(cell[0].astext(), cell["cell_metadata"].get("tags", []))


def _belongs(cell, before) -> bool:
    """Whether a cell follows another at once and may share its line."""
    beside = cell.parent is before.parent
    near = beside and cell.parent.index(cell) == cell.parent.index(before) + 1
    alone = ALONE & {*cell["kinds"], *before["kinds"]}
    return near and (not alone or {*cell["kinds"]} == {*before["kinds"]})


def setup(app: Sphinx) -> None:
    """Register the transform and what it makes."""
    for node in (details, summary):
        app.add_node(node, html=(_visit, _depart))
    app.add_transform(FoldCells)


def _visit(translator, node) -> None:
    translator.body.append(translator.starttag(node, node.tagname, ""))


def _depart(translator, node) -> None:
    translator.body.append(f"</{node.tagname}>\n")
