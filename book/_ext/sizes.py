"""How large a chapter is: what form and reading time are measured by.

*Going deeper* is optional reading and counted by itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import headings
import kinds

from evidence import cards, exercises, figures

VIEW = "application/vnd.jupyter.widget-view+json"
WIDTH = 76  # characters that a page of 1280 pixels shows without scrolling


@dataclass
class Size:
    """What a reader meets; ``cells`` and ``runs`` are lists of lines of seen code.

    ``cells`` has one number for each cell, ``runs`` one for all code between two
    pieces of prose.
    """

    words: int = 0
    cells: list[int] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    predictions: list[int] = field(default_factory=list)  # questions of each cell
    figures: int = 0
    widgets: int = 0
    tasks: set[str] = field(default_factory=set)
    open_task: bool = False
    wide: list[str] = field(default_factory=list)  # lines that do not fit the page

    @property
    def minutes(self) -> int:
        """How long an honest reader takes."""
        taken = self.words / 150 + sum(self.cells) / 12
        taken += sum(self.predictions) + self.figures + 2 * self.widgets
        return math.ceil(taken + 3 * len(self.tasks) + 10 * self.open_task)


def of(cells: Iterable[dict]) -> tuple[Size, Size]:
    """Return the size of a chapter's main line, and that of *Going deeper*."""
    main, deeper = Size(), Size()
    here = main
    for cell in cells:
        if cell["cell_type"] == "code":
            _add_code(here, cell)
        elif cell["cell_type"] == "markdown":
            parts = re.split(r"^(?=## )", "".join(cell["source"]), flags=re.MULTILINE)
            for part in filter(None, parts):
                if part.startswith("## "):
                    here = (
                        deeper
                        if _begins(part.splitlines()[0], "Going deeper")
                        else main
                    )
                here.words += len(part.split())
                here.open_task |= _begins(part, "Your own experiment")
                here.runs.append(0)
    return main, deeper


def _begins(part: str, heading: str) -> bool:
    """Return whether a part of a chapter, or a section in it, has a heading."""
    words = rf"^##+ (?:\d+\. )?{re.escape(headings.here(heading))}"
    return bool(re.search(words, part, re.MULTILINE))


def _add_code(size: Size, cell: dict) -> None:
    lines = kinds.seen(cell)
    size.cells.append(len(lines))
    size.runs[-1:] = [sum(size.runs[-1:]) + len(lines)]
    size.wide += [line for line in lines if len(line) > WIDTH]
    for output in cell["outputs"]:
        data = output.get("data", {})
        if cards.Prediction.mime in data:
            size.predictions.append(len(data[cards.Prediction.mime]["questions"]))
        elif figures.MIME in data:
            size.widgets += VIEW in data
            size.figures += VIEW not in data
        elif exercises.MIME in data:
            size.tasks.add(data[exercises.MIME]["exercise"])


def problems(cells: list[dict], core: int, finished: bool = True) -> list[str]:
    """Return what about a chapter has not the size of its form.

    Parameters
    ----------
    cells : list of dict
        The chapter's cells.
    core : int
        Its core claims.
    finished : bool
        Whether it must have the least of everything too.
    """
    main, deeper = of(cells)
    every = main.cells + deeper.cells
    ranges = {  # what is counted: how many, at least, at most
        "words": (main.words, 1200, 1800),
        "words in Going deeper": (deeper.words, 0, 800),
        "core claims": (core, 3, 6),
        "figures": (main.figures, 3, 6),
        "widgets": (main.widgets, 1, 2),
        "seen lines of code": (sum(main.cells), 0, 200),
        "seen lines in a cell": (max(every, default=0), 0, 20),
        "seen lines without prose": (max(main.runs + deeper.runs, default=0), 0, 20),
        "questions at a time": (max(main.predictions, default=0), 0, 2),
    }
    found = [
        f"{count:,} {name}, not {least:,} to {most:,}"
        for name, (count, least, most) in ranges.items()
        if count > most or (finished and count < least)
    ]
    wide = main.wide + deeper.wide
    return found + [f"longer than {WIDTH} characters: {line.strip()}" for line in wide]
