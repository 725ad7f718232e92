"""Write a repository of chosen chapters: ``python -m tools.course slug part/slug ...``.

It holds the chapters with their siblings, the instruments, the methods that they reach,
the tests of all that, and the tools. What else a page refers to becomes text, or a link
to where the whole book is published.
"""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import yaml

from evidence import entries
from tools import contents, course_texts, notebooks
from tools.course_keeps import Course
from tools.notebooks import ROOT

USAGE = """say which: make course CHAPTERS="roc-auc gradients/sigmoid-saturation", or
CHAPTERS=chosen.txt with a name on each line, or CHAPTERS=all"""


def main(
    names: Sequence[str], to: Path, root: Path = ROOT, title: str = "", of: str = ""
) -> Course:
    """Write a course and return what it is.

    Parameters
    ----------
    names : sequence of str
        Chapters, as ``part/slug`` or ``slug``; files ``.txt`` that list some; or
        ``all``.
    to : pathlib.Path
        The folder to write, which is not there yet, or is empty.
    root : pathlib.Path
        The repository of the whole book.
    title : str
        What the course is called; by default after the book.
    of : str
        Where the whole book is published; by default ``published_book`` of its
        ``_config.yml``.

    Raises
    ------
    SystemExit
        If a chapter is unknown, the address is none, or the folder is in use; the
        message says what would be right. Then nothing is written.
    """
    settings = yaml.safe_load(contents.text_of(root / "_config.yml"))
    published = of or settings["sphinx"]["config"].get("published_book") or ""
    course = Course(
        root,
        tuple(chosen(names, root)),
        title or f"{settings['title']}: a course",
        web_page(published),
    )
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise SystemExit(
            f"{to} is there already: say TO= another folder, or delete it first"
        )
    try:
        write(course, to)
    except BaseException:  # an interrupt, too
        shutil.rmtree(to, ignore_errors=True)
        raise
    return course


def chosen(names: Iterable[str], root: Path) -> list[str]:
    """Return the chapters that are named, in the order of the contents.

    Raises
    ------
    SystemExit
        If none is named, none claims anything, or there is no such chapter or list; the
        message names the nearest.
    """
    paths = notebooks.chapters(root)
    known = {notebooks.name_of(path, root): path for path in paths}
    by_slug = {name.partition("/")[2]: name for name in known}
    found, lost = set(), {}
    for name in _words(names):
        if name == "all":
            found |= {k for k in known if not notebooks.is_tagged(known[k], "draft")}
        elif name in known or name in by_slug:
            found.add(by_slug.get(name, name))
        else:
            slug = name.rpartition("/")[2]
            near = difflib.get_close_matches(slug, by_slug, n=3, cutoff=0.5)
            near += [each for each in by_slug if slug in each and each not in near]
            lost[name] = [by_slug[each] for each in near[:3]]
    if lost:
        said = [
            f"no chapter {name!r}"
            + (f"; the nearest: {', '.join(near)}" if near else "")
            for name, near in lost.items()
        ]
        said += [] if all(lost.values()) else [f"there are {', '.join(known)}"]
        raise SystemExit("\n".join(said))
    if not found:
        raise SystemExit(USAGE)
    claiming = {claim["chapter"] for claim in entries.load(root / "book").values()}
    if not found & claiming:
        raise SystemExit(
            f"{', '.join(sorted(found))}: nothing is claimed there, so that the ledger "
            f"would be empty: choose a chapter, too"
        )
    return [name for name in known if name in found]


def _words(names: Iterable[str]) -> list[str]:
    """Return names, those of lists read from them; ``#`` begins a comment there."""
    found = []
    for name in names:
        if name.endswith(".txt"):
            if not Path(name).is_file():
                raise SystemExit(f"there is no file {name} that lists chapters")
            lines = contents.text_of(Path(name)).splitlines()
            found += [x for line in lines for x in line.partition("#")[0].split()]
        else:
            found.append(name)
    return [name.removeprefix("book/").removesuffix(".ipynb") for name in found]


def web_page(address: str) -> str:
    """Return a web address without the slash at its end.

    Raises
    ------
    SystemExit
        If it is something else.
    """
    parts = urlsplit(address)
    if address and not (parts.scheme in ("http", "https") and parts.netloc):
        raise SystemExit(
            f"OF is the web address of the published book, such as "
            f"https://me.github.io/notes, not {address!r}"
        )
    return address.removesuffix("index.html").rstrip("/")


def write(course: Course, to: Path) -> None:
    """Write the files of a course, and let git know them."""
    texts = course_texts.own(course)
    for name in filter(course.keeps, files(course.root)):
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(course.root / name, path)
        if name in texts:
            path.write_bytes(texts[name].encode())
    _git("-c", "init.defaultBranch=main", "init", "--quiet", folder=to)
    _git("add", "--all", folder=to)


def files(root: Path) -> list[str]:
    """Return the files of a repository, by their paths, but for what git ignores."""
    with TemporaryDirectory() as nothing:  # in which git has no file of it yet
        _git("init", "--quiet", "--bare", folder=Path(nothing))
        where = ["--git-dir", nothing, "--work-tree", str(root)]
        listed = ["ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"]
        return [x for x in _git(*where, *listed, folder=root).split("\0") if x]


def _git(*arguments: str, folder: Path) -> str:
    command = ["git", *arguments]
    # Within a hook or a rebase, git says by variables which repository it is in.
    outside = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        command, cwd=folder, env=outside, capture_output=True, encoding="utf8"
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def report(course: Course, to: Path) -> str:
    """Return what was written, and which chapters build on some that are not there."""
    there = [
        path for path in to.rglob("*") if path.is_file() and ".git" not in path.parts
    ]
    size = sum(path.stat().st_size for path in there) / 1e6
    count = len(course.chapters)
    chapters = "1 chapter" if count == 1 else f"{count} chapters"
    lines = [f"{to}: {chapters}, {len(there)} files, {size:.1f} MB"]
    for chapter in course.chapters:
        if needed := course.needs(chapter):
            titles = "; ".join(each.title for each in needed)
            lines.append(f"  {chapter} builds on what is not in it: {titles}")
    return "\n".join(
        [*lines, "Nothing is committed yet. Next, in that folder: make book"]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make course")
    parser.add_argument("chapters", nargs="*", metavar="part/slug")
    parser.add_argument("--to", type=Path, default=ROOT / "_build" / "course")
    parser.add_argument("--title", default="")
    parser.add_argument("--of", default="", metavar="https://...")
    options = parser.parse_args()
    made = main(options.chapters, options.to, title=options.title, of=options.of)
    print(report(made, options.to))
