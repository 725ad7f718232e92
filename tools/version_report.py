"""Report what the newest versions change: ``python -m tools.version_report XML``.

That is the versions that moved and the tests that failed.

The versions are compared with ``constraints.txt``; the failures are read from the
report that pytest writes with ``--junitxml``.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from importlib.metadata import distributions
from pathlib import Path
from xml.etree import ElementTree

from tools.notebooks import ROOT


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


def summary(versions: list[tuple[str, str, str]], failed: Counter | None) -> str:
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
    return "\n".join(lines)


if __name__ == "__main__":
    report = Path(sys.argv[1])
    failed = failures(report) if report.is_file() else None
    print(summary(moved(pinned(), installed()), failed))
