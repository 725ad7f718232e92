"""Which costly check runs on which chapter: one at each commit, or all of them.

A test that takes ``chapter_in_turn`` is a costly check. ``make test`` runs one of them
on one chapter, ``make machines`` all of them on all; the ids of the runs say which.
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


def of_the_checks(checks: list) -> list:
    """Return the check whose turn it is: every chapter comes to each of them."""
    rounds = number_of_commit() // max(1, len(chapters(everything=True)))
    return in_turn(checks, rounds)


def in_turn(found: list, number: int) -> list:
    """Return what stands at this number, counted round and round, if there is any."""
    return found and [found[number % len(found)]]


def number_of_commit(root: Path = ROOT) -> int:
    """Return a number that follows from the committed files; 0 where git has none."""
    command = ["git", "rev-parse", "--verify", "--quiet", "HEAD^{tree}"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    except FileNotFoundError:
        return 0
    return int(done.stdout, 16) if done.returncode == 0 else 0
