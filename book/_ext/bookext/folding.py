"""Fold code by what it is for: a quiet line says what is inside, and a click shows it.

Folded cells in a row share one line. What they put out stays where it is, but for
solutions. The line is native, ``details``: by mouse, by key, without JavaScript.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import chain

import kinds
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ALONE = {"question", "solution"}  # share no line with other kinds


class fold(nodes.General, nodes.Element):  # noqa: N801  (docutils' way)
    """Code, closed until somebody opens it; ``kinds`` are those of its cells."""


class FoldCells(SphinxTransform):
    """Runs while a page is read, before MyST-NB folds by tags."""

    default_priority = 390

    def apply(self, **kwargs) -> None:
        """Move the code of folded cells behind one line for each row of them."""
        for cells in list(_rows(self.document)):
            made = fold(kinds=[*chain(*(cell["kinds"] for cell in cells))])
            for cell in cells:
                _let_alone(cell)
                inside = cell.children if cell["kinds"] == ("solution",) else cell[:1]
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


def _let_alone(cell) -> None:
    """Leave to MyST-NB no more than outputs that a tag hides."""
    if cell.attributes.pop("hide_mode", "") in ("output", "input+output"):
        cell["hide_mode"] = "output"


def visit(translator, node: fold) -> None:
    """Open the line."""
    said = html.escape(kinds.in_words(node["kinds"]))
    names = " ".join(dict.fromkeys(node["kinds"]))
    translator.body.append(
        f'<details class="evidence-fold" data-kinds="{names}">'
        f"<summary>{said}</summary>\n"
    )


def depart(translator, node: fold) -> None:
    """Close it."""
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register the transform and what it makes."""
    app.add_node(fold, html=(visit, depart))
    app.add_transform(FoldCells)
