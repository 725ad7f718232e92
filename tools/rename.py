"""Rename a chapter or move it to another part: ``python -m tools.rename old new``.

Links to it follow, and its exercises; labels and claims keep their names, so that what
refers to them still does. ``book/moved.yml`` remembers the old name for the site.
"""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path

from tools import contents, new, notebooks, together
from tools.notebooks import ROOT

ENDINGS = (".ipynb", ".yml", ".exercises.py", ".teaching.yaml")
FOLDERS = (".binder", "benchmarks", "book", "src", "tests", "tools")
TEXTS = {*contents.SOURCES, ".json", ".toml"}
NAMED = r"(?<![\w-]){}(?![\w-])"
LINK = re.compile(  # what stands before a path, the path, its ending; in JSON, too
    r'(\{doc\}`(?:[^`<]*<)?|\]\(<?|\]: +<?|<project:|href=\\?"|:link: +)'
    r'([^\s`<>()"#\\]+?)(\.ipynb|\.md|\.html|)(?=[\s`>)"#\\])'
)


def main(old: str, to: str, root: Path = ROOT) -> Path:
    """Rename a chapter wherever it is named, and return its notebook.

    Raises
    ------
    SystemExit
        If there is no such chapter, or the new name will not do. Then, and if anything
        else fails, nothing is changed.
    """
    notebooks.find(old, root)
    new.check_name(to, root, former=old)
    before = {path: contents.text_of(path) for path in texts(root)}
    after = {path: _renamed(path, text, old, to, root) for path, text in before.items()}
    files = {path: text for path, text in after.items() if text != before[path]}
    for path, place in zip(siblings(old, root), siblings(to, root), strict=True):
        if path in after:
            files |= {path: None, place: _with_own_names(after[path], old, to)}
    if old.split("/")[0] != to.split("/")[0]:
        toc = root / "_toc.yml"
        rest, entry = contents.take_out(before[toc], old)
        entry = [line.replace(f"book/{old}", f"book/{to}") for line in entry]
        files[toc] = contents.add(rest, to, entry) if entry else rest
    with together.changed(files | remembered(root, f"{old}: {to}")):
        return notebooks.find(to, root)


def siblings(chapter: str, root: Path) -> list[Path]:
    """Return where a chapter's files are: the notebook and what may lie beside it."""
    return [root / "book" / f"{chapter}{ending}" for ending in ENDINGS]


def remembered(root: Path, *lines: str) -> dict[Path, str]:
    """Return ``book/moved.yml`` with what it holds and some more lines."""
    path = root / "book" / "moved.yml"
    return {path: "\n".join([*contents.text_of(path).splitlines(), *lines, ""])}


def texts(root: Path) -> list[Path]:
    """Return the files that may name a chapter."""
    inside = [path for name in FOLDERS for path in (root / name).rglob("*.*")]
    found = [path for path in [*root.glob("*.*"), *inside] if path.suffix in TEXTS]
    return [path for path in found if path.is_file() and path.name != "moved.yml"]


def _renamed(path: Path, text: str, old: str, to: str, root: Path) -> str:
    """Return the text of a file with its links to a chapter, and its name, renamed."""
    home = there = path.parent.relative_to(root).as_posix()
    if path in siblings(old, root):
        there = f"book/{to}".rpartition("/")[0]

    def follow(match: re.Match) -> str:
        before, link, ending = match.groups()
        target = posixpath.normpath(posixpath.join("/", home, link))[1:]
        pages = [root / f"{target}{end}" for end in (ending, ".ipynb", ".md")]
        if target == f"book/{old}":
            target = f"book/{to}"
        elif home == there or not any(page.is_file() for page in pages):
            return match[0]
        way = f"/{target}" if link[0] == "/" else posixpath.relpath(target, there)
        return before + way + ending

    return re.sub(NAMED.format(old), to, LINK.sub(follow, text))


def _with_own_names(text: str, old: str, to: str) -> str:
    """Return the text of a chapter's file with its exercises named after it."""
    slug, new_slug = (name.partition("/")[2] for name in (old, to))
    return re.sub(rf"([\"'`]|Exercise ){slug}/", rf"\g<1>{new_slug}/", text)


if __name__ == "__main__":
    if len(sys.argv) != 3 or not all(sys.argv):
        raise SystemExit("say which: make rename CHAPTER=part/slug TO=part/slug")
    made = main(*sys.argv[1:])
    print(
        f"Renamed to {made.relative_to(ROOT)}. Its code names its exercises anew: "
        f"make run CHAPTER={sys.argv[2]}"
    )
