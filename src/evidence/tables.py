"""Tables of results: numbers and estimates written in one way, cards on a phone."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from IPython.display import display

from evidence.cards import Card
from evidence.stats import Estimate


class Table(Card):
    """A table of results: ``caption``, ``columns`` and ``rows`` of texts.

    ``numeric`` says of each column whether it holds numbers. The first cell of a row
    names it.
    """

    mime = "application/vnd.evidence.table+json"

    @staticmethod
    def text(data: dict) -> str:
        """Return the table as text, its columns aligned."""
        lines = [data["columns"], *data["rows"]]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        sides = [">" if numeric else "<" for numeric in data["numeric"]]
        rows = (
            "  ".join(
                f"{text:{side}{width}}"
                for text, side, width in zip(line, sides, widths, strict=True)
            ).rstrip()
            for line in lines
        )
        return "\n".join([data["caption"], *rows])

    @staticmethod
    def html(data: dict) -> str:
        """Return the table as HTML.

        On a phone a row is a card, its cells named by ``data-label``. The roles are
        those that the elements have by themselves, and that browsers then forget.
        """
        heads = "".join(
            f'<th scope="col" role="columnheader"{_side(numeric)}>{html.escape(x)}</th>'
            for x, numeric in zip(data["columns"], data["numeric"], strict=True)
        )
        rows = "".join(_row(data, row) for row in data["rows"])
        return (
            '<table class="evidence-table" role="table">'
            f"<caption>{html.escape(data['caption'])}</caption>"
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
            f'<tbody role="rowgroup">{rows}</tbody></table>'
        )


def show(rows: Sequence[Sequence], columns: Sequence[str], *, caption: str) -> None:
    """Show results as a table.

    Parameters
    ----------
    rows : sequence of sequences
        Cells: texts, numbers, estimates, bools, or None where there is nothing. The
        first of a row names it.
    columns : sequence of str
        What each column holds, with its unit.
    caption : str
        One sentence that says the answer, in Markdown-free text.

    Raises
    ------
    ValueError
        If the caption is empty, there is no row, or a row has not as many cells as
        there are columns.
    """
    display(Table(describe(rows, columns, caption)))


def describe(rows, columns, caption: str) -> dict:
    """Return a table's data, after checking it.

    Raises
    ------
    ValueError
        If it cannot be shown.
    """
    if not caption or not caption.strip():
        raise ValueError("a table needs a caption: one sentence that says the answer")
    rows, columns = [list(row) for row in rows], [str(name) for name in columns]
    if not rows or not columns:
        raise ValueError("a table needs a row and a column")
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise ValueError(
                f"row {number} has {len(row)} cells, there are {len(columns)} columns"
            )
    numeric = [all(map(_is_numeric, column)) for column in zip(*rows, strict=True)]
    texts = [[written(cell) for cell in row] for row in rows]
    data = {"caption": caption, "columns": columns, "rows": texts}
    return data | {"numeric": numeric}


def written(cell) -> str:
    """Return what stands in a cell: estimates as everywhere, numbers to three digits.

    Whole numbers are written in full.
    """
    if cell is None:
        return "–"
    if isinstance(cell, (bool, np.bool_)):
        return "yes" if cell else "no"
    if isinstance(cell, (int, np.integer)):
        return f"{cell:,}"
    if isinstance(cell, (float, np.floating)):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:z#.3g}".removesuffix(".")
    return str(cell)


def _is_numeric(cell) -> bool:
    kinds = (int, float, np.number, Estimate, type(None))
    return isinstance(cell, kinds) and not isinstance(cell, bool)


def _side(numeric: bool) -> str:
    return ' class="evidence-number"' if numeric else ""


def _row(data: dict, row: list[str]) -> str:
    columns = zip(data["columns"], data["numeric"], row, strict=True)
    cells = [
        f' data-label="{html.escape(name)}"{_side(numeric)}>{html.escape(text)}</'
        for name, numeric, text in columns
    ]
    head, *others = cells
    inside = "".join(f'<td role="cell"{cell}td>' for cell in others)
    return f'<tr role="row"><th scope="row" role="rowheader"{head}th>{inside}</tr>'
