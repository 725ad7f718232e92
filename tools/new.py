"""Start a chapter from the template: ``python -m tools.new part/slug``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

from tools import contents, notebooks, run
from tools.notebooks import ROOT

TEMPLATE = ROOT / "tools" / "template"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")


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
        If the name is not of that form, or the chapter or one of its slug is there
        already: labels, claims and exercises are named after the slug alone.
    """
    if not NAME.fullmatch(chapter):
        raise SystemExit(
            f"a chapter is named part/slug, like gradients/sigmoid-saturation, not "
            f"{chapter!r}"
        )
    contents.pages(root)  # which refuses a malformed file
    path = root / "book" / f"{chapter}.ipynb"
    if path.exists():
        raise SystemExit(f"{path.relative_to(root)} is there already")
    slug = chapter.rpartition("/")[2]
    if same := list((root / "book").glob(f"*/{slug}.ipynb")):
        raise SystemExit(f"{same[0].relative_to(root)} has that slug: take another")
    title = slug.replace("-", " ").capitalize()
    words = {"TITLE": title, "CHAPTER": chapter, "SLUG": slug}
    words["REPOSITORY"] = notebooks.repository(root)

    claims = path.with_suffix(".yml")
    path.parent.mkdir(exist_ok=True)
    claims.write_text(_filled("claims.yml", words), encoding="utf8")
    exercises = notebooks.exercises_of(chapter, root)
    exercises.write_text(_filled("exercises.txt", words), encoding="utf8")
    notebook = nbformat.reads(_filled("chapter.ipynb", words), as_version=4)
    notebooks.tidy(notebook)
    notebooks.write(path, notebook)
    contents.add(root, chapter)
    if root == ROOT:
        run.execute(path)
    return path


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
    print(f"Started {made.relative_to(ROOT)}, with its claims and exercises beside it.")
