"""A course week by week, from ``book/syllabus.yml``: what is taught, read, handed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import lessons
import yaml
from sphinx.application import Sphinx

from bookext import roadmap, routes, teaching
from bookext.tables import BOOK

FILE = BOOK / "syllabus.yml"
FORM = {"minutes": int, "weeks": list, "left_out": list}
WEEK = {"name": str, "about": str, "teach": list, "read": list, "hand_in": str}
LEFT = {"chapters": list, "why": str}


def read(path: Path = FILE) -> dict:
    """Return the syllabus: ``minutes`` in class a week, ``weeks``, ``left_out``.

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


def faults(
    syllabus: dict, needs: dict[str, list[str]], minutes: dict[str, int]
) -> Iterator[str]:
    """Yield what is wrong, given what each chapter needs and takes in class."""
    order, out = [], [n for each in syllabus["left_out"] for n in each["chapters"]]
    for number, week in enumerate(syllabus["weeks"], start=1):
        own = [*week["teach"], *week["read"]]
        order += own
        taken = sum(minutes.get(name, 0) for name in week["teach"])
        if taken > syllabus["minutes"]:
            yield f"week {number} takes {taken} of {syllabus['minutes']} minutes"
        if week["hand_in"] not in own:
            yield f"week {number} hands in {week['hand_in']}, which is not of this week"
    route = {"name": "syllabus", "assumes": [], "chapters": order}
    yield from routes.faults([route], needs)
    for name in needs:
        if (name in order) + (name in out) != 1:
            yield f"{name} is taught, read or left out: one of these"
    yield from (f"there is no chapter {name}" for name in out if name not in needs)


class Syllabus(teaching.Sections):
    """``{syllabus}``: a section for each week, and one for what is left out."""

    def run(self):
        """Return the sections."""
        try:
            found, self.lessons = read(), teaching.entries(self.env)
        except ValueError as error:
            raise self.error(str(error)) from None
        self.env.note_dependency(str(FILE))
        made = []
        for number, week in enumerate(found["weeks"], start=1):
            inside = self.parse_text_to_nodes(self.week(week, found["minutes"]))
            title = f"Week {number}. {week['name']}"
            made.append(self.section(title, f"week/{number}", inside))
        lines = [
            f"- {', '.join(map(self.link, left['chapters']))}: {left['why']}"
            for left in found["left_out"]
        ]
        inside = self.parse_text_to_nodes("\n".join(lines))
        return [*made, self.section("Left out, and why", "week/left-out", inside)]

    def link(self, chapter: str) -> str:
        """Return a link to a chapter, as Markdown."""
        return f"{{doc}}`/book/{chapter}`"

    def lesson(self, chapter: str) -> str:
        """Return a link to the lesson of a chapter, where there is one."""
        if chapter not in self.lessons or teaching.PAGE not in self.env.found_docs:
            return self.link(chapter)
        minutes = self.lessons[chapter]["minutes"]
        return f"{{ref}}`{teaching.label(chapter)}` ({minutes} min)"

    def week(self, week: dict, minutes: int) -> str:
        """Return a week as Markdown."""
        own, known = [*week["teach"], *week["read"]], self.lessons
        here = [name for name in own if f"book/{name}" in self.env.found_docs]
        reading = sum(roadmap.of_chapter(name)["minutes"] for name in here)
        taken = sum(known[name]["minutes"] for name in week["teach"] if name in known)
        task = known[week["hand_in"]]["homework"]["own"] if week["hand_in"] in known else ""
        lines = [week["about"], *(f"1. {self.lesson(name)}" for name in week["teach"])]
        at_home = ", ".join(map(self.link, week["read"]))
        lines += [f"**Read at home.** {at_home}"] if at_home else []
        lines += [f"**Hand in.** From {self.link(week['hand_in'])}: {task}"]
        lines += [f"In class: {taken} of {minutes} min. Reading: {reading} min."]
        return "\n\n".join(lines)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("syllabus", Syllabus)
