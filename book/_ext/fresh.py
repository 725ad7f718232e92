"""What fresh random numbers made of each claim: ``book/stability.txt``.

Written by ``make stability``, shown by the site.
"""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import runs

FILE = "stability.txt"
HEAD = """\
# What each claim was judged with every random number drawn anew, written by `make
# stability`: the fingerprint of what was run, and for each set of random numbers the
# verdict and its conditions, + met, - refuted, ? undecided.
"""
SIGNS = {"met": "+", "refuted": "-", "undecided": "?"}


class Result(NamedTuple):
    """What a claim was judged in each set of random numbers: ``depends:+-``."""

    fingerprint: str
    sets: tuple[str, ...]


def in_short(row: dict) -> str:
    """Return a verdict with the states of its conditions: ``depends:+-``."""
    signs = (SIGNS[condition["state"]] for condition in row["conditions"])
    return f"{row['verdict']}:{''.join(signs)}"


def read(book: Path) -> dict[str, list[Result]]:
    """Return the results of each claim; after a merge there may be two."""
    found: dict[str, list[Result]] = {}
    for claim, fingerprint, *sets in runs.rows(book / FILE):
        found.setdefault(claim, []).append(Result(fingerprint, tuple(sets)))
    return found


def write(found: dict[str, list[Result]], book: Path) -> None:
    """Write the results, sorted by claim."""
    lines = [
        f"{claim} {result.fingerprint} {' '.join(result.sets)}\n"
        for claim in sorted(found)
        for result in found[claim]
    ]
    (book / FILE).write_text(HEAD + "".join(lines), "utf8")


def sets_of(entry: dict, book: Path) -> tuple[str, ...]:
    """Return what a claim was judged with the code that made the stored outputs."""
    made = {run.fingerprint for run in runs.read(book).get(entry["chapter"], [])}
    fitting = [r.sets for r in read(book).get(entry["id"], []) if r.fingerprint in made]
    return max(fitting, key=len, default=())


def contradict(judged: list[str]) -> bool:
    """Whether a condition is met in one of these runs and refuted in another."""
    signs = [each.partition(":")[2] for each in judged]
    return any({"+", "-"} <= {*column} for column in zip_longest(*signs))


def same(sets, verdict: str) -> int:
    """Return in how many sets a claim was given this verdict."""
    return sum(each.partition(":")[0] == verdict for each in sets)


def fault(entry: dict, judged: list[str]) -> str | None:
    """Return what is wrong with a claim that was judged so in several sets."""
    kind = entry["kind"]
    if kind in ("computed", "exact") and len({*judged}) > 1:
        return f"is of kind {kind}, and depends on chance"
    if kind == "measured" and entry.get("core") and contradict(judged):
        return "is met in one set of random numbers and refuted in another"
    return None


def note(row: dict, entry: dict, book: Path) -> dict | None:
    """Return what to say of a verdict, and whether it is bad; None if nothing is known.

    Only of claims that depend on chance.
    """
    sets = sets_of(entry, book)
    if not sets or entry["kind"] != "measured":
        return None
    kept, turns = same(sets, row["verdict"]), contradict([in_short(row), *sets])
    said = f"Fresh seeds: the same verdict in {kept} of {len(sets)}"
    said += ", and what is met in one is refuted in another" if turns else ""
    said += "; one data set" if entry.get("data") == "one" else ""
    return {"said": f"{said}.", "bad": kept < len(sets) or turns}
