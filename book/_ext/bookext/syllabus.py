"""A course week by week, from ``book/syllabus.yml``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

import lessons
import yaml
from sphinx.application import Sphinx

from bookext import roadmap, routes, teaching
from bookext.chapters import listed
from bookext.tables import BOOK

FILE = BOOK / "syllabus.yml"
FORM = {"minutes": int, "weeks": list, "left_out": list}
WEEK = {"name": str, "about": str, "sessions": list, "read": list, "hand_in": str}
LEFT = {"chapters": list, "why": str}


def read(path: Path = FILE) -> dict:
    """Return the syllabus: ``minutes`` of a session, ``weeks``, ``left_out``.

    Raises
    ------
    ValueError
        If it has other keys, or values that are not of their form; the message says
        where.
    """
    found = yaml.safe_load(path.read_text("utf8"))
    said = [*lessons.malformed(found, FORM, "the file")]
    if not said:
        for number, week in enumerate(found["weeks"], start=1):
            said += lessons.malformed(week, WEEK, f"week {number}")
        for entry in found["left_out"]:
            said += lessons.malformed(entry, LEFT, "`left_out`")
    if said:
        raise ValueError("\n".join(f"{path.name}: {fault}" for fault in said))
    return found


def taught(week: dict) -> list[list[str]]:
    """Return the chapters of each session, none where something else is done."""
    return [[] if isinstance(each, str) else each for each in week["sessions"]]


def chapters(week: dict) -> list[str]:
    """Return the chapters of a week: in class, then at home."""
    return [*chain(*taught(week)), *week["read"]]


def faults(
    syllabus: dict, needs: dict[str, list[str]], minutes: dict[str, int]
) -> Iterator[str]:
    """Yield what is wrong, given what each chapter needs and takes in class."""
    order = [*chain(*map(chapters, syllabus["weeks"]))]
    out = [*chain(*(each["chapters"] for each in syllabus["left_out"]))]
    for number, week in enumerate(syllabus["weeks"], start=1):
        for session in taught(week):
            taken = sum(minutes.get(name, 0) for name in session)
            if taken > syllabus["minutes"]:
                yield f"week {number}: {', '.join(session)} take {taken} minutes"
        if week["hand_in"] not in chapters(week):
            yield f"week {number} hands in {week['hand_in']}, which is not of this week"
    route = {"name": "syllabus", "assumes": [], "chapters": order}
    yield from routes.faults([route], needs)
    for name in needs:
        if (name in order) + out.count(name) != 1:
            yield f"{name} is taught, read or left out: one of these"
    yield from (f"there is no chapter {name}" for name in out if name not in needs)


def within(syllabus: dict, known: Collection[str]) -> dict:
    """Return what is left of a syllabus where only some chapters are there."""

    def here(names: list[str]) -> list[str]:
        return [name for name in names if name in known]

    weeks = [
        week
        | {"sessions": [x if isinstance(x, str) else here(x) for x in week["sessions"]]}
        | {"read": here(week["read"])}
        for week in syllabus["weeks"]
        if here(chapters(week))
    ]
    out = [x | {"chapters": here(x["chapters"])} for x in syllabus["left_out"]]
    return {"weeks": weeks, "left_out": [x for x in out if x["chapters"]]}


class Syllabus(teaching.Sections):
    """``{syllabus}``: a section for each week, and one for what is left out."""

    def run(self):
        """Return the sections."""
        try:
            known = {page.removeprefix("book/") for page in listed(self.env)}
            found, self.lessons = within(read(), known), teaching.entries(self.env)
        except ValueError as error:
            raise self.error(str(error)) from None
        self.env.note_dependency(str(FILE))
        made = []
        for number, week in enumerate(found["weeks"], start=1):
            inside = self.parse_text_to_nodes(self.week(week))
            title = f"Week {number}. {week['name']}"
            made.append(self.section(title, f"week/{number}", inside))
        lines = [
            f"- {', '.join(map(self.link, left['chapters']))}: {left['why']}"
            for left in found["left_out"]
        ]
        inside = self.parse_text_to_nodes("\n".join(lines))
        if lines:
            made.append(self.section("Left out, and why", "week/left-out", inside))
        return made

    def week(self, week: dict) -> str:
        """Return a week as Markdown."""
        reading = sum(roadmap.of_chapter(name)["minutes"] for name in chapters(week))
        sessions = [
            each if isinstance(each, str) else ", ".join(map(self.lesson, each))
            for each in week["sessions"]
            if each
        ]
        at_home = ", ".join(map(self.link, week["read"]))
        at_home = f"{at_home}, and what was taught" if at_home else "What was taught"
        lines = [
            week["about"],
            "\n".join(f"1. {said}" for said in sessions),
            f"**To read.** {at_home}: {reading} min.",
        ]
        if lesson := self.lessons.get(week["hand_in"]):
            task = lesson["homework"]["own"]
            lines.append(f"**To hand in.** {self.link(week['hand_in'])}: {task}")
        return "\n\n".join(lines)

    def link(self, chapter: str) -> str:
        """Return a link to a chapter, as Markdown."""
        return f"{{doc}}`/book/{chapter}`"

    def lesson(self, chapter: str) -> str:
        """Return a link to the lesson of a chapter, where there is one."""
        if chapter not in self.lessons or teaching.PAGE not in self.env.found_docs:
            return self.link(chapter)
        minutes = self.lessons[chapter]["minutes"]
        return f"{{ref}}`{teaching.label(chapter)}` ({minutes} min)"


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("syllabus", Syllabus)
