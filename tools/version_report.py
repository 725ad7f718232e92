"""Report what changed in a week: ``python -m tools.version_report XML [BEFORE]``.

That is the versions that moved, the tests that failed, and the claims that fresh random
numbers judge otherwise.

The versions are compared with ``constraints.txt``; the failures are read from the
report that pytest writes with ``--junitxml``; what the claims were judged stands in
``book/stability.txt``, and as it was before in a folder that is named.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from importlib.metadata import distributions
from pathlib import Path
from xml.etree import ElementTree

from tools.notebooks import ROOT

sys.path.append(str(ROOT / "book" / "_ext"))
import fresh


def _normal(name: str) -> str:
    """Return a package's name as indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(root: Path = ROOT) -> dict[str, str]:
    """Return the exact version of each package in ``constraints.txt``."""
    lines = (root / "constraints.txt").read_text(encoding="utf8").splitlines()
    pairs = [line.split("==") for line in lines if "==" in line]
    return {_normal(name): version for name, version in pairs}


def installed() -> dict[str, str]:
    """Return the version of each installed package, without local parts (``+cpu``)."""
    return {_normal(d.name): d.version.partition("+")[0] for d in distributions()}


def moved(before: dict[str, str], now: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return name, version before and version now of what is installed and differs."""
    names = sorted(before.keys() & now.keys())
    return [(n, before[n], now[n]) for n in names if before[n] != now[n]]


def failures(report: Path) -> Counter:
    """Return how many tests failed in each notebook or test file.

    Raises
    ------
    FileNotFoundError
        If pytest did not get as far as writing its report.
    """
    found = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            # nbval's class is the notebook's path, as pytest's is the module's.
            found[case.get("classname") or case.get("name")] += 1
    return found


def judged_otherwise(before: Path, now: Path) -> list[tuple[str, str, str]]:
    """Return claim, what it was judged in each set before, and now, if that differs.

    Parameters
    ----------
    before, now : pathlib.Path
        Folders with a ``stability.txt`` each.
    """
    was, became = fresh.read(before), fresh.read(now)
    pairs = [
        (claim, *(" ".join(each[claim][-1].sets) for each in (was, became)))
        for claim in sorted(was.keys() & became.keys())
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


def summary(
    versions: list[tuple[str, str, str]],
    failed: Counter | None,
    judged: list[tuple[str, str, str]] = (),
) -> str:
    """Return the report as Markdown; no ``failed`` means that no test ran."""
    lines = ["## Versions that differ from constraints.txt", ""]
    if versions:
        lines += ["| Package | Pinned | Newest |", "|---|---|---|"]
        lines += [f"| {name} | {old} | {new} |" for name, old, new in versions]
    else:
        lines.append("None.")
    lines += ["", "## What fails with them", ""]
    if failed is None:
        lines.append("The tests did not start: the log says why.")
    elif failed:
        lines += ["| Where | Failures |", "|---|---|"]
        lines += [f"| {where} | {count} |" for where, count in sorted(failed.items())]
    else:
        lines.append("Nothing.")
    if judged:
        lines += ["", "## What fresh random numbers judge otherwise", ""]
        lines += ["| Claim | Before | Now |", "|---|---|---|"]
        lines += [f"| {claim} | {was} | {now} |" for claim, was, now in judged]
    return "\n".join(lines)


if __name__ == "__main__":
    report, *before = map(Path, sys.argv[1:])
    failed = failures(report) if report.is_file() else None
    judged = [row for f in before for row in judged_otherwise(f, ROOT / "book")]
    print(summary(moved(pinned(), installed()), failed, judged))
