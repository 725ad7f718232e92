"""What a class does with a chapter: read from ``slug.teaching.yaml`` beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

from evidence import entries

ENDING = ".teaching.yaml"  # not .yml: those hold claims
LEAST, MOST = 30, 90  # minutes in class
STEP = {"minutes": int, "do": str}
HOMEWORK = {"tasks": list, "own": str, "tries": list}
LESSON = {"minutes": int, "before": str, "live": list, "catches": dict}
LESSON |= {"homework": dict}
WORDS = {int: "a whole number", str: "a text", list: "a list", dict: "keys and values"}
SECTION = re.compile(r"^## ", re.MULTILINE)
SENTENCE = re.compile(r".+ .*[.?][\"”)]?|.+[。？]", re.DOTALL)


def read(path: Path, tasks: Collection[str] | None = None) -> dict:
    """Return the lesson of a chapter.

    Parameters
    ----------
    path : pathlib.Path
        The chapter's ``slug.teaching.yaml``.
    tasks : collection of str, optional
        The names of the chapter's tasks, if the lesson is to name no others.

    Returns
    -------
    dict
        ``minutes`` in class; ``before``; ``live``, a list of steps with ``minutes`` and
        ``do``; ``catches``, task -> misconception; ``homework`` with ``tasks``,
        ``own`` and ``tries``, a list of changes, text of a cell -> another text.

    Raises
    ------
    ValueError
        If the file is not YAML or not of this form, the steps take longer or shorter
        than ``minutes``, or a task is none of the chapter's. The message names the file
        and says all that is wrong.
    """
    name = f"book/{path.parent.name}/{path.name}"
    found = entries.read_yaml(path, name)
    if said := [*malformed(found, LESSON, "the file")] or [*_faults(found, tasks)]:
        raise ValueError("\n".join(f"{name}: {fault}" for fault in said))
    return found


def of(chapter: str, book: Path, tasks: Collection[str] | None = None) -> dict | None:
    """Return the lesson of ``part/slug``, ``None`` if there is no file."""
    path = book / f"{chapter}{ENDING}"
    return read(path, tasks) if path.is_file() else None


def tried(notebook, changes: dict[str, str]) -> list[str]:
    """Return the cells that run anew when the code of a chapter is changed.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The chapter.
    changes : dict of str
        Texts of its code, each of which stands in it once, and others in their place.

    Returns
    -------
    list of str
        The code of the section that is changed, with the changes, from the first
        cell that has one to the section's end.

    Raises
    ------
    ValueError
        If a text stands in no cell, twice, or in another section than the first.
    """
    sections, number = {}, 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            number += bool(SECTION.search(cell.source))
        else:
            sections[index] = number
    sources = {index: notebook.cells[index].source for index in sections}
    changed = set()
    for old, new in changes.items():
        places = [index for index in sources if old in sources[index]]
        if len(places) != 1 or sources[places[0]].count(old) != 1:
            raise ValueError(f"{old!r} stands in {len(places)} cells, not once in one")
        changed.add(places[0])
        sources[places[0]] = sources[places[0]].replace(old, new)
    if len({sections[index] for index in changed}) > 1:
        raise ValueError(f"{', '.join(changes)} stand in different sections")
    first = min(changed)
    return [
        s for k, s in sources.items() if k >= first and sections[k] == sections[first]
    ]


def malformed(found, form: dict[str, type], where: str) -> Iterator[str]:
    """Yield which keys are missing, unknown or hold something else than they should."""
    if not isinstance(found, dict):
        yield f"{where} should have the keys {', '.join(form)}"
        return
    if unknown := [str(key) for key in found if key not in form]:
        yield f"{where} has {', '.join(unknown)}; its keys are {', '.join(form)}"
    for key, kind in form.items():
        if key not in found:
            yield f"{where} lacks `{key}`"
        elif type(found[key]) is not kind:
            yield f"`{key}` of {where} should be {WORDS[kind]}, not {found[key]!r}"


def _faults(lesson: dict, tasks: Collection[str] | None) -> Iterator[str]:
    """Yield what is wrong inside a lesson that has the right keys."""
    live, home = lesson["live"], lesson["homework"]
    inside = [malformed(home, HOMEWORK, "`homework`")]
    inside += [malformed(s, STEP, f"step {k}") for k, s in enumerate(live, start=1)]
    if wrong := [*chain(*inside)]:
        yield from wrong
        return
    taken, said = sum(step["minutes"] for step in live), lesson["minutes"]
    if taken != said:
        yield f"the steps of `live` take {taken} minutes, and `minutes` says {said}"
    if not LEAST <= said <= MOST:
        yield f"`minutes` is from {LEAST} to {MOST}, not {said}"
    texts = [lesson["before"], home["own"], *(step["do"] for step in live)]
    for text in [*texts, *lesson["catches"].values()]:
        if not SENTENCE.fullmatch(str(text).strip()):
            yield f"no sentence: {text!r}; it ends with a full stop or a question mark"
    for change in home["tries"]:
        pairs = change.items() if isinstance(change, dict) else ()
        if not pairs or not all(
            isinstance(a, str) and isinstance(b, str) and a and a != b for a, b in pairs
        ):
            yield f"one of `tries` is no text and what replaces it: {change!r}"
    named = [str(name) for name in [*lesson["catches"], *home["tasks"]]]
    if lost := [] if tasks is None else [name for name in named if name not in tasks]:
        yield f"there is no task {', '.join(lost)}; there are {', '.join(tasks)}"
