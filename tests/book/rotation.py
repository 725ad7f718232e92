"""Which chapters the costly checks cover: one at each commit, or all of them.

A test that takes ``chapter_in_turn`` is given one chapter by ``make test``, and all of
them by ``make machines``; the ids of its runs say which.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools import notebooks
from tools.notebooks import ROOT

FIXTURE = "chapter_in_turn"


def chapters(everything: bool) -> list[str]:
    """Return part/slug of the chapter whose turn it is, or of all."""
    names = [notebooks.name_of(path) for path in notebooks.formal()]
    return names if everything else in_turn(names, number_of_commit())


def in_turn(names: list[str], number: int) -> list[str]:
    """Return the name at this number, counted round and round, if there is any."""
    return names and [names[number % len(names)]]


def number_of_commit(root: Path = ROOT) -> int:
    """Return a number that follows from the committed files; 0 where git has none."""
    command = ["git", "rev-parse", "--verify", "--quiet", "HEAD^{tree}"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    except FileNotFoundError:
        return 0
    return int(done.stdout, 16) if done.returncode == 0 else 0
