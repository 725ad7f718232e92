"""Start a chapter from the template: ``python -m tools.new part/slug``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

from tools import notebooks, run
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
    path = root / "book" / f"{chapter}.ipynb"
    if path.exists():
        raise SystemExit(f"{path.relative_to(root)} is there already")
    part, slug = chapter.split("/")
    if same := list((root / "book").glob(f"*/{slug}.ipynb")):
        raise SystemExit(f"{same[0].relative_to(root)} has that slug: take another")
    title = slug.replace("-", " ").capitalize()
    words = {"TITLE": title, "CHAPTER": chapter, "SLUG": slug}
    settings = (root / "_config.yml").read_text(encoding="utf8")
    words["REPOSITORY"] = re.search(r"^  url: (\S+)$", settings, re.MULTILINE)[1]

    _add_claim(root, _filled("claim.yml", words))
    exercises = root / "src" / "evidence" / "exercises"
    exercises /= f"{slug.replace('-', '_')}.py"
    exercises.write_text(_filled("exercises.txt", words), encoding="utf8")
    path.parent.mkdir(exist_ok=True)
    notebook = nbformat.reads(_filled("chapter.ipynb", words), as_version=4)
    notebooks.tidy(notebook)
    notebooks.write(path, notebook)
    _add_to_contents(root, part, chapter)
    if root == ROOT:
        run.execute(path)
    return path


def _filled(name: str, words: dict[str, str]) -> str:
    text = (TEMPLATE / name).read_text(encoding="utf8")
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text


def _add_claim(root: Path, entry: str) -> None:
    path = root / "book" / "claims.yml"
    path.write_text(path.read_text("utf8").rstrip() + "\n" + entry, encoding="utf8")


def _add_to_contents(root: Path, part: str, chapter: str) -> None:
    """List the chapter last in its part, or in a new part before the reference."""
    path = root / "_toc.yml"
    lines = path.read_text(encoding="utf8").splitlines()
    new = f"      - file: book/{chapter}"
    if new in lines:
        return
    same = [i for i, line in enumerate(lines) if f"file: book/{part}/" in line]
    if same:
        lines.insert(same[-1] + 1, new)
    else:
        found = (i for i, line in enumerate(lines) if "caption: Reference" in line)
        end = next(found, len(lines))
        caption = part.replace("-", " ").capitalize()
        lines[end:end] = [f"  - caption: {caption}", "    chapters:", new]
    path.write_text("\n".join(lines) + "\n", encoding="utf8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say which: make new CHAPTER=part/slug")
    made = main(sys.argv[1])
    print(f"Started {made.relative_to(ROOT)}; its claim is in book/claims.yml.")
