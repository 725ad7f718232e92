"""How the chapters were run: ``book/runs.txt``, read and written by tools and site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HEAD = """\
# How each chapter was run when its outputs were stored, written by `make run`: the
# fingerprint of what they depend on, and seconds. After a merge a chapter may have two.
"""


class Run(NamedTuple):
    """One run of a chapter."""

    fingerprint: str
    seconds: int


def rows(path: Path) -> Iterator[list[str]]:
    """Yield the words of each line of a list, if there is one, without comments."""
    for line in path.read_text("utf8").splitlines() if path.is_file() else []:
        if line and not line.startswith("#"):
            yield line.split()


def read(book: Path) -> dict[str, list[Run]]:
    """Return the runs of each chapter, by ``part/slug``."""
    found: dict[str, list[Run]] = {}
    for chapter, fingerprint, seconds in rows(book / "runs.txt"):
        found.setdefault(chapter, []).append(Run(fingerprint, int(seconds)))
    return found


def write(found: dict[str, list[Run]], book: Path) -> None:
    """Write the runs, sorted by chapter."""
    lines = [
        f"{chapter} {fingerprint} {seconds}\n"
        for chapter in sorted(found)
        for fingerprint, seconds in found[chapter]
    ]
    (book / "runs.txt").write_text(HEAD + "".join(lines), "utf8")


def seconds(chapter: str, book: Path) -> int | None:
    """Return how long a chapter ran, if it was run."""
    found = read(book).get(chapter)
    return found[-1].seconds if found else None
