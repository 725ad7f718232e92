"""Build the site, every warning an error: ``python -m tools.site``.

With ``DRAFTS=no`` in the environment, as it is published: without drafts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tools import contents, notebooks
from tools.notebooks import ROOT

HTML = ROOT / "_build" / "html"
DOCTREES = ROOT / "_build" / ".doctrees"
LISTED = DOCTREES / "lists"  # what listed the pages when the cache was made
WITHOUT_DRAFTS = ROOT / "_build" / "toc.yml"
CAUSE = re.compile(r"^[\w.]+(?:Error|Exception): .+(?:\n +.+)*", re.MULTILINE)
# MyST-NB's line of a notebook: 10,000 for its cell and each before, and one more.
PLACE = re.compile(r"^(\S+\.ipynb):(\d+): (?:WARNING|ERROR): ")
LINK = re.compile(r'<a\b[^>]*?\shref="(?![a-z]+:|//)([^"#?]*)[^"#]*#?([^"]*)"')


def build() -> None:
    """Build the HTML from the stored outputs; name the chapters that changed since.

    Raises
    ------
    SystemExit
        If outputs are missing, there was a warning or a dead link, or ``_toc.yml`` is
        malformed; the message says which. No site is left then, and no cache: Sphinx
        warns of a page only when it reads or writes it.
    """
    try:
        contents.pages(ROOT)  # which says in which line _toc.yml is malformed
        now = shown_contents()
        anew = not LISTED.is_file() or LISTED.read_text("utf8") != now
        if anew:
            clean()
        LISTED.unlink(missing_ok=True)  # until it is built, or killed half-way
        look_at_chapters()
        run_sphinx()
        dead = [*dict.fromkeys(dead_links())]
        if dead and not anew:  # perhaps only a citation, whose place has another number
            clean()
            run_sphinx()
            dead = [*dict.fromkeys(dead_links())]
        if dead:
            raise SystemExit("\n".join(["The site has dead links:", *dead]))
    except BaseException:  # also when it is interrupted
        clean()
        raise
    LISTED.write_text(now, "utf8")


def clean() -> None:
    """Delete the site and what the next build would start from."""
    for path in (HTML, DOCTREES):
        shutil.rmtree(path, ignore_errors=True)
    for notes in ("repairs.json", "sheets.json"):
        (HTML.parent / notes).unlink(missing_ok=True)


def shown_contents() -> str:
    """Return what lists the pages, and write it where it is not ``_toc.yml`` itself."""
    text = (ROOT / "_toc.yml").read_text("utf8")
    WITHOUT_DRAFTS.unlink(missing_ok=True)
    if os.environ.get("DRAFTS") == "no" and (drafts := notebooks.drafts()):
        for path in drafts:
            text = contents.take_out(text, notebooks.name_of(path))[0]
        WITHOUT_DRAFTS.parent.mkdir(exist_ok=True)
        WITHOUT_DRAFTS.write_text(text, "utf8")
    moved = ROOT / "book" / "moved.yml"
    return text + (moved.read_text("utf8") if moved.is_file() else "")


def look_at_chapters() -> None:
    """Say which chapters are stale; one without its outputs cannot be shown."""
    if foreign := [*filter(notebooks.is_foreign, notebooks.chapters())]:
        said = "{0}: saved by an editor in another form: make format CHAPTER={0}"
        raise SystemExit("\n".join(said.format(notebooks.name_of(p)) for p in foreign))
    stale = [note for path in notebooks.chapters() if (note := notebooks.stale(path))]
    if broken := [note for note in stale if notebooks.CHANGED not in note]:
        raise SystemExit("\n".join(broken))
    for note in stale:
        print(note, flush=True)


def run_sphinx() -> None:
    """Let Jupyter Book write the pages."""
    # -W: a warning fails; -n: so does a reference to nothing; -q: print warnings only.
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-W", "-n", "-q", "--keep-going"]
    command += ["--toc", WITHOUT_DRAFTS] if WITHOUT_DRAFTS.is_file() else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        text = done.stdout + done.stderr
        lines = warnings_in(text) or CAUSE.findall(text)[:1] or [text]
        raise SystemExit("\n".join(["The site has warnings:", *lines]))


def warnings_in(said: str) -> list[str]:
    """Return the lines of Sphinx's that warn, each once and with the cell it means."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", said)
    lines = [x for x in text.splitlines() if re.search("(WARNING|ERROR):", x)]
    return [in_cells(line) for line in dict.fromkeys(lines)]


def in_cells(said: str) -> str:
    """Return what Sphinx says with a cell in place of its line of a notebook."""

    def name(match: re.Match) -> str:
        path, (index, line) = Path(match[1]), divmod(int(match[2]), 10_000)
        notebook = notebooks.read(path)
        if not 0 < index <= len(notebook.cells):  # it is about the whole notebook
            return f"{os.path.relpath(path)}: "
        cell = notebooks.cell_name(notebook, index - 1)
        return f"{os.path.relpath(path)}, {cell}, line {max(line - 1, 1)}: "

    return PLACE.sub(name, said)


def dead_links() -> Iterator[str]:
    """Yield the links that lead to no page, or to no place on it.

    Sphinx does not look again at a page when what it refers to goes from another.
    """
    pages = {path: path.read_text("utf8") for path in HTML.rglob("*.html")}
    ids = {path: set(re.findall(r'\sid="([^"]+)', pages[path])) for path in pages}
    for page in pages.keys() - set((HTML / "_static").rglob("*")):
        for path, anchor in LINK.findall(pages[page]):
            to = (page.parent / unquote(path)).resolve() if path else page
            here = ids.get(to, {unquote(anchor)})
            if not to.exists() or (anchor and unquote(anchor) not in here):
                yield f"{page.relative_to(HTML)} links {path}#{anchor}"


if __name__ == "__main__":
    print("Building the site ...", flush=True)
    started = time.perf_counter()
    build()
    print(f"Built in {time.perf_counter() - started:.0f} s: {HTML / 'index.html'}")
