"""What ruff says of all code: ``python -m tools.lint``; or of a chapter, by its cells.

The code of handouts is their writers'.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tools import notebooks
from tools.notebooks import ROOT

RUFF = (sys.executable, "-m", "ruff")
CHANGED = re.compile(r"^--- (\S+?)(?::cell (\d+))?\n\+\+\+ .*\n@@", re.MULTILINE)


def of_all(*arguments: str) -> list[str]:
    """Return the command that lets ruff look at all code but that of handouts."""
    free = [os.path.relpath(path, ROOT) for path in notebooks.handouts()]
    exclude = f"extend-exclude={json.dumps(['_build', *free])}"
    return [*RUFF, *arguments, "--quiet", "--config", exclude]


def faults(path: Path) -> list[str]:
    """Return what is wrong with the code of a chapter and of its exercises."""
    exercises = notebooks.exercises_of(notebooks.name_of(path))
    files = [str(path), *([str(exercises)] if exercises.is_file() else [])]
    found = [
        f"{_place(Path(x['filename']), x['cell'])}, line {x['location']['row']}: "
        f"{x['message']} ({x['code']})"
        for x in json.loads(_ruff("check", "--output-format=json", *files))
    ]
    cure = f"make format CHAPTER={notebooks.name_of(path)}"
    return found + [
        f"{_place(ROOT / file, cell)}: not in ruff's form: {cure}"
        for file, cell in CHANGED.findall(_ruff("format", "--diff", *files))
    ]


def _ruff(*arguments: str) -> str:
    command = [*RUFF, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def _place(path: Path, cell: int | str | None) -> str:
    name = os.path.relpath(path, ROOT)
    if not cell:
        return name
    return f"{name}, {notebooks.cell_name(notebooks.read(path), int(cell) - 1)}"


if __name__ == "__main__":
    for task in (["check"], ["format", "--check"]):
        if failed := subprocess.run([*of_all(*task), "."], cwd=ROOT).returncode:
            sys.exit(failed)
