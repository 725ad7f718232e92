"""Build the site, every warning an error: ``python -m tools.site``."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools import contents, notebooks
from tools.notebooks import ROOT

HTML = ROOT / "_build" / "html"


def build() -> list[str]:
    """Build the HTML from the stored outputs.

    Returns
    -------
    list of str
        Chapters whose code changed after they were run, each with what to do.

    Raises
    ------
    SystemExit
        If there was a warning, a chapter's outputs are incomplete, or ``_toc.yml`` is
        malformed; the message says which. What an earlier build left is deleted then:
        pages that Sphinx keeps would be called built by the next one.
    """
    pages = contents.pages(ROOT)  # which says in which line _toc.yml is malformed
    stale = [note for path in notebooks.chapters() if (note := notebooks.stale(path))]
    broken = [note for note in stale if notebooks.CHANGED not in note]
    if broken:
        _forget()
        raise SystemExit("\n".join(broken))
    known = ROOT / "_build" / "pages.json"
    if not known.is_file() or json.loads(known.read_text()) != pages:
        _forget()  # or else links from pages that did not change stay unseen
    # -W: a warning fails; -n: so does a reference to nothing; -q: print warnings only.
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-W", "-n", "-q", "--keep-going"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        _forget()
        text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
        lines = [x for x in text.splitlines() if re.search("WARNING|ERROR|Error", x)]
        raise SystemExit("The site has warnings:\n" + "\n".join(lines or [text]))
    known.write_text(json.dumps(pages))
    return stale


def _forget() -> None:
    """Delete what earlier builds made."""
    for folder in (HTML, ROOT / "_build" / ".doctrees"):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    print("Building the site ...", flush=True)
    started = time.perf_counter()
    stale = build()
    print(f"Built in {time.perf_counter() - started:.0f} s: {HTML / 'index.html'}")
    if stale:
        print("Not up to date:", *stale, sep="\n")
