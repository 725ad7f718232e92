"""Start a chapter from the template: ``python -m tools.new part/slug``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

from tools import contents, notebooks, run, together
from tools.notebooks import ROOT

TEMPLATE = ROOT / "tools" / "template"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST = 31  # letters of a slug, so that lines that name an exercise are not too long
PORTS = {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}
DEVICES = {"con", "prn", "aux", "nul", *PORTS}  # Windows has no files of these names


def main(chapter: str, root: Path = ROOT) -> Path:
    """Write a chapter that passes ``make check``, and list it in the contents.

    Parameters
    ----------
    chapter : str
        ``part/slug``, in lower case with hyphens.
    root : pathlib.Path
        The repository.

    Returns
    -------
    pathlib.Path
        The notebook.

    Raises
    ------
    SystemExit
        If the name will not do, or the new chapter does not run. Then nothing is
        changed.
    """
    check_name(chapter, root)
    slug = chapter.rpartition("/")[2]
    title = slug.replace("-", " ").capitalize()
    words = {"TITLE": title, "CHAPTER": chapter, "SLUG": slug}
    words["REPOSITORY"] = notebooks.repository(root)
    path, listed = root / "book" / f"{chapter}.ipynb", root / "_toc.yml"
    files = {
        path: "",
        path.with_suffix(".yml"): _filled("claims.yml", words),
        notebooks.exercises_of(chapter, root): _filled("exercises.txt", words),
        path.with_suffix(".teaching.yaml"): _filled("teaching.yaml", words),
        listed: contents.add(contents.text_of(listed), chapter),
    }
    notebook = nbformat.reads(_filled("chapter.ipynb", words), as_version=4)
    notebooks.tidy(notebook)
    with together.changed(files):
        notebooks.write(path, notebook)
        if root == ROOT and run.main([chapter]):
            raise SystemExit(f"{chapter} does not run here; nothing was changed")
    return path


def check_name(chapter: str, root: Path, former: str = "") -> None:
    """Refuse a name that a chapter cannot have, be it new or have a former name.

    Raises
    ------
    SystemExit
        If it is not of the form ``part/slug``, no name of a file on every system, or
        taken: labels, claims and exercises are named after the slug alone.
    """
    if not NAME.fullmatch(chapter):
        raise SystemExit(
            f"a chapter is named part/slug, like gradients/sigmoid-saturation, in "
            f"lower-case letters, digits and single hyphens, not {chapter!r}"
        )
    part, slug = chapter.split("/")
    if len(slug) > LONGEST:
        raise SystemExit(f"{slug} is {len(slug)} letters long, the limit is {LONGEST}")
    if kept := DEVICES & {part, slug}:
        raise SystemExit(f"Windows has no files named {min(kept)}: take another name")
    contents.pages(root)  # which refuses a malformed file
    book = root / "book"
    taken = {*book.glob(f"{chapter}.*"), *book.glob(f"*/{slug}.ipynb")}
    if taken := sorted(taken - {book / f"{former}.ipynb"}):
        raise SystemExit(f"{taken[0].relative_to(root)} has that name: take another")


def _filled(name: str, words: dict[str, str]) -> str:
    """Return a file of the template, with ``@WORD@`` replaced by the word's value."""
    text = (TEMPLATE / name).read_text(encoding="utf8")
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say which: make new CHAPTER=part/slug")
    made = main(sys.argv[1])
    print(f"Started {made.relative_to(ROOT)}; beside it claims, exercises, a lesson.")
