"""Claims made up for tests and judged as chapters judge them.

Their words are those of the book's own claims in a random order, so that they are as
long as real ones and compress worse.
"""

from unittest import mock

import numpy as np

from evidence import claims, stats

PARTS = (
    "gradients",
    "normalization",
    "optimization",
    "detection-geometry",
    "attention",
)
KINDS = ("measured",) * 5 + ("computed", "exact", "history", "advice")


def entries(count: int, chapter: str | None = None) -> dict[str, dict]:
    """Return the entries of so many claims, of one chapter or of 42."""
    rng = np.random.default_rng(count)
    texts = [entry["statement"] for entry in claims.load().values()]
    words = {word.strip(".,;:") for text in texts for word in text.split()}
    words = sorted(words | {"gradient", "ratio"})  # for which tests look

    def say(length: int) -> str:
        return " ".join(rng.choice(words, length)).capitalize()

    found = {}
    for number in range(count):
        place = number * 42 // count
        kind = KINDS[number % len(KINDS)]
        name = f"claim-{number}-{'-'.join(rng.choice(['momentum', 'rate', 'loss'], 2))}"
        entry = {"id": name, "kind": kind, "statement": say(17), "source": say(5)}
        entry |= {"expected": "holds", "believed": str(rng.choice(claims.VERDICTS[:3]))}
        entry |= {"instead": say(15), "chapter": chapter}
        entry["chapter"] = chapter or f"{PARTS[place * 5 // 42]}/chapter-{place}"
        if kind == "measured":
            entry |= {"settings": [say(3), say(3)], "asks": "above 0 by 0.5"}
            entry |= {"asks": "above 0"} if number % 8 == 1 else {}
        elif kind == "computed":
            entry |= {"settings": [say(3)]}
        elif kind == "history":
            entry |= {"cite": ["wilson1927"]}
        elif kind == "advice":
            del entry["expected"], entry["believed"]
        found[name] = entry
    return found


def conditions(entry: dict) -> dict | None:
    """Return what was found at the settings of an entry."""
    rng = np.random.default_rng([ord(letter) for letter in entry["id"]])
    if entry["kind"] in ("history", "advice"):
        return None
    if entry["kind"] != "measured":
        holds = bool(rng.integers(2)) or entry["kind"] == "exact"
        return {setting: holds for setting in entry.get("settings", ["it does"])}
    by = 0.5 if " by " in entry["asks"] else 0
    samples = {
        setting: rng.normal(rng.normal(), 0.5, 20) for setting in entry["settings"]
    }
    return {s: stats.mean_interval(x).above(0, by=by) for s, x in samples.items()}


def judged(entries: dict[str, dict]):
    """Return the table of all of them, and let the entries expect what it says."""
    found = {name: conditions(entry) for name, entry in entries.items()}
    explored = mock.patch.object(claims, "storing", lambda: False)
    with explored, mock.patch.object(claims, "lookup", entries.__getitem__):
        table = claims.sayings(found)
    for row in table.data["rows"]:
        row["expected"] = row["verdict"]
        if "expected" in entries[row["id"]]:
            entries[row["id"]]["expected"] = row["verdict"]
    return table


def ledger(count: int) -> list[dict]:
    """Return the rows of a ledger of so many claims in 42 chapters."""
    given = entries(count)
    places = {"page": "A chapter of some length", "url": "#"}
    return [given[row["id"]] | row | places for row in judged(given).data["rows"]]
