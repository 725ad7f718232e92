"""What fresh random numbers made of the claims: no fault, and shown as it is."""

import re

import fresh
import pytest
import runs
from recorded import verdict

from evidence import cards, claims
from tools import notebooks, verdicts
from tools.notebooks import ROOT


def stored(path) -> dict[str, str]:
    """Return what the stored outputs of a chapter say of each claim, in short."""
    cells = [cell for _, cell in notebooks.code_cells(notebooks.read(path))]
    outputs = [output.get("data", {}) for cell in cells for output in cell.outputs]
    rows = [row for data in outputs for row in verdicts.judged(data)]
    return {row["id"]: fresh.in_short(row) for row in rows}


def faults(judged: dict[str, str], entries: dict, book) -> list[str]:
    """Return the claims of a chapter that fresh random numbers find at fault."""
    return [
        f"{name} {fault}: {said} {' '.join(sets)}; draw more, or claim less"
        for name, said in judged.items()
        if (sets := fresh.sets_of(entries[name], book))
        and (fault := fresh.fault(entries[name], [said, *sets]))
    ]


@pytest.mark.parametrize("path", notebooks.chapters(), ids=notebooks.name_of)
def test_no_claim_turns_with_fresh_random_numbers(path):
    assert faults(stored(path), claims.load(), ROOT / "book") == []


# --- Seen to find what is at fault, and to show what is known -------------------------

CORE = {"id": "x", "chapter": "a/b", "kind": "measured", "core": True}
JUDGED = {
    "a core claim that turns": (CORE, "holds:+ fails:-", "met in one set .* refuted"),
    "one condition of it": (CORE, "holds:++ open:?+ depends:+-", "met in one set"),
    "a computed one": (CORE | {"kind": "computed"}, "fails:-", "depends on chance"),
    "one that is not always judged": (CORE, "none: fails:-", "met in one set"),
    "undecided": (CORE, "open:? holds:+", None),
    "not core": (CORE | {"core": False}, "holds:+ fails:-", None),
}


@pytest.fixture
def book(tmp_path):
    """Return a folder in which a chapter was run."""
    runs.write({"a/b": [runs.Run("f0", 5)]}, tmp_path)
    return tmp_path


@pytest.mark.parametrize("entry, sets, said", JUDGED.values(), ids=JUDGED)
def test_what_is_at_fault_is_found(book, entry, sets, said):
    fresh.write({"x": [fresh.Result("f0", tuple(sets.split()))]}, book)
    found = faults({"x": "holds:+"}, {"x": entry}, book)
    assert len(found) == (said is not None)
    assert not found or re.search(said, found[0])


def test_results_are_of_the_code_that_was_run(book):
    old, new = fresh.Result("old", ("fails:-",)), fresh.Result("f0", ("holds:+",))
    more = fresh.Result("f0", ("holds:+", "open:?"))
    fresh.write({"y": [old], "x": [old, more, new]}, book)
    assert [line.split()[0] for line in lines(book)] == ["x", "x", "x", "y"]
    assert fresh.read(book) == {"x": [old, more, new], "y": [old]}
    assert fresh.sets_of(CORE, book) == more.sets
    assert fresh.sets_of(CORE | {"id": "y"}, book) == ()


def lines(book) -> list[str]:
    text = (book / fresh.FILE).read_text("utf8")
    return [line for line in text.splitlines() if not line.startswith("#")]


NOTES = {
    "good": ("depends:+-- depends:+--", CORE, "same verdict in 2 of 2.", False),
    "undecided": ("open:+?? depends:+--", CORE, "same verdict in 1 of 2.", True),
    "turned": (
        "depends:-++ depends:+--",
        CORE,
        "same verdict in 2 of 2, and what is met in one is refuted in another.",
        True,
    ),
    "one data set": (
        "depends:+--",
        CORE | {"data": "one"},
        "same verdict in 1 of 1; one data set.",
        False,
    ),
}


@pytest.mark.parametrize("sets, entry, said, bad", NOTES.values(), ids=NOTES)
def test_what_is_said_of_a_verdict(book, sets, entry, said, bad):
    fresh.write({"x": [fresh.Result("f0", tuple(sets.split()))]}, book)
    row = verdict("imbalance").data
    note = fresh.note(row, entry, book)
    assert note == {"said": f"Fresh seeds: the {said}", "bad": bad}
    assert note["said"] in cards.said_of(row | {"fresh": note})


def test_nothing_is_said_of_what_is_not_known_or_has_no_chance(book):
    row = verdict("imbalance").data
    assert fresh.note(row, CORE, book) is None
    fresh.write({"x": [fresh.Result("f0", ("depends:+--",))]}, book)
    assert fresh.note(row, CORE | {"kind": "computed"}, book) is None
