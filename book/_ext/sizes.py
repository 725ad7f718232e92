"""How large a chapter is: what form and reading time are measured by.

*Going deeper* is optional reading and counted by itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import kinds

from evidence import cards, exercises, figures

VIEW = "application/vnd.jupyter.widget-view+json"
OPEN_TASK = re.compile(r"^##+ (?:\d+\. )?Your own experiment", re.MULTILINE)


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
                    here = deeper if "Going deeper" in part.splitlines()[0] else main
                here.words += len(part.split())
                here.open_task |= bool(OPEN_TASK.search(part))
                here.runs.append(0)
    return main, deeper


def _add_code(size: Size, cell: dict) -> None:
    lines = len(kinds.seen(cell))
    size.cells.append(lines)
    size.runs[-1:] = [sum(size.runs[-1:]) + lines]
    for output in cell["outputs"]:
        data = output.get("data", {})
        if cards.Prediction.mime in data:
            size.predictions.append(len(data[cards.Prediction.mime]["questions"]))
        elif figures.MIME in data:
            size.widgets += VIEW in data
            size.figures += VIEW not in data
        elif exercises.MIME in data:
            size.tasks.add(data[exercises.MIME]["exercise"])
