"""The parts of a chapter, found by their order and by what their cells call."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LAST = ("In practice", "Three questions from before", "What to remember", "Read on")


@dataclass
class Section:
    """What stands under a heading of the second level; the first one has none."""

    heading: str
    prose: str = ""
    code: list = field(default_factory=list)  # number and cell


@dataclass
class Parts:
    """The parts of a chapter, found by their order, in whatever language."""

    title: Section
    main: list[Section]
    own: Section
    sayings: Section
    deeper: Section | None
    practice: Section
    recall: Section
    remember: Section
    read_on: Section


def sections(chapter) -> list[Section]:
    """Return the sections of a chapter, the title's first."""
    found, numbers = [Section("")], {cell.id: n for n, cell in chapter.code}
    for cell in chapter.cells:
        if cell.cell_type == "code":
            found[-1].code.append((numbers[cell.id], cell))
            continue
        for text in re.split(r"^(?=## )", cell.source, flags=re.MULTILINE):
            heading, _, rest = text.partition("\n")
            if text.startswith("## "):
                found.append(Section(heading.removeprefix("## ")))
                text = rest
            found[-1].prose += f"\n\n{text}"
    return found


def parts(chapter) -> Parts:
    """Return the parts of a chapter.

    *Sayings, checked* is where ``claims.sayings`` is called. Before it come the
    sections and *Your own experiment*, after it *Going deeper*, if there is such a
    section, and the last four.
    """
    title, *rest = sections(chapter)
    named = [section.heading for section in rest]
    calling = {number for number, _, _ in chapter.calls("claims.sayings")}
    places = [k for k, s in enumerate(rest) if calling & {n for n, _ in s.code}]
    assert len(places) == 1, (
        f"{chapter.slug} needs one section 'Sayings, checked' that calls "
        f"claims.sayings; {len(places)} of {named} do"
    )
    place = places[0]
    before, after = rest[:place], rest[place + 1 :]
    assert 4 <= len(before) <= 6, (
        f"{chapter.slug}: before {named[place]!r} stand 3 to 5 sections and 'Your own "
        f"experiment', each under its heading, not {named[:place]}"
    )
    assert len(after) in (4, 5), (
        f"{chapter.slug}: after {named[place]!r} stand 'Going deeper', if you like, "
        f"and {list(LAST)}, each under its heading, not {named[place + 1 :]}"
    )
    deeper = after.pop(0) if len(after) == 5 else None
    return Parts(title, before[:-1], before[-1], rest[place], deeper, *after)
