"""Which chapters a costly check covers: a few at each commit, or all of them.

A test that takes ``chapter_in_turn`` is given one or two chapters by ``make test``,
one that takes ``one_chapter_in_turn`` a single one, and both all of them by ``make
machines``; the ids of its runs say which.
"""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

from tools import notebooks
from tools.notebooks import ROOT

AT_ONCE = {"chapter_in_turn": 2, "one_chapter_in_turn": 1}


def chapters(at_once: int, everything: bool) -> list[str]:
    """Return part/slug of the chapters whose turn it is, or of all."""
    names = [notebooks.name_of(path) for path in notebooks.formal()]
    return names if everything else in_turn(names, at_once, number_of_commit())


def in_turn(names: list[str], at_once: int, number: int) -> list[str]:
    """Return the names that stand as far apart as so many can, shifted by a number.

    Neighbors are of one part, often of one size: the long ones do not come together.
    """
    rounds = math.ceil(len(names) / at_once) or 1
    return names[number % rounds :: rounds]


def number_of_commit(root: Path = ROOT) -> int:
    """Return a number that follows from the committed files; 0 where git has none."""
    command = ["git", "rev-parse", "--verify", "--quiet", "HEAD^{tree}"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    except FileNotFoundError:
        return 0
    return int(done.stdout, 16) if done.returncode == 0 else 0
