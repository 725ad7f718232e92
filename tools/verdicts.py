"""Run chapters and compare verdicts only: ``python -m tools.verdicts [part/slug ...]``.

With other versions of the libraries than those of ``constraints.txt``, digits and
pictures differ from what is stored. Every cell must run all the same, every claim be
judged as stored, and every solution be found right. Nothing is written.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from evidence import exercises
from tools import notebooks, run
from tools.lab_ledger import judged


def verdicts(notebook) -> dict[str, str]:
    """Return the verdict of each claim, and the state of each checked exercise."""
    found = {}
    for _, cell in notebooks.code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            found |= {row["id"]: row["verdict"] for row in judged(data)}
            if exercises.MIME in data:
                answer = data[exercises.MIME]
                found[f"{answer['exercise']} in {cell.id}"] = answer["state"]
    return found


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return in words what is judged otherwise than before."""
    return [
        f"{name}: {before.get(name, 'not judged')}, now {now.get(name, 'not judged')}"
        for name in before | now
        if before.get(name) != now.get(name)
    ]


def compare(path: Path) -> list[str]:
    """Run a chapter; return what changed, or why it did not get to its end."""
    notebook = notebooks.read(path)
    before = verdicts(notebook)
    try:
        run.run_cells(notebook, path.parent)
    except run.FAILURES as error:
        return [f"FAILED in the cell\n{run.short(error)}"]
    return changes(before, verdicts(notebook))


def main(names: list[str]) -> int:
    """Compare the named chapters, or all; return how many differ."""
    os.environ["EVIDENCE_STORED"] = ""  # a changed verdict is a card, so all are found
    paths = [notebooks.find(name) for name in names] or notebooks.formal()
    differ = 0
    for path, task in run.side_by_side(compare, paths):
        said = "\n  ".join(task.result()) or "the verdicts are those stored"
        differ += bool(task.result())
        print(f"{notebooks.name_of(path)}: {said}", flush=True)
    return differ


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
