"""Build the site, every warning an error: ``python -m tools.site``."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from tools import contents
from tools.notebooks import ROOT

HTML = ROOT / "_build" / "html"


def build() -> None:
    """Build the HTML from the stored outputs.

    Raises
    ------
    SystemExit
        If there was a warning, or ``_toc.yml`` is malformed; the message says which.
    """
    contents.pages(ROOT)  # which says in which line _toc.yml is malformed
    # -W: a warning fails; -n: so does a reference to nothing; -q: print warnings only.
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-W", "-n", "-q", "--keep-going"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
        lines = [x for x in text.splitlines() if re.search("WARNING|ERROR|Error", x)]
        raise SystemExit("The site has warnings:\n" + "\n".join(lines or [text]))


if __name__ == "__main__":
    print("Building the site ...", flush=True)
    started = time.perf_counter()
    build()
    print(f"Built in {time.perf_counter() - started:.0f} s: {HTML / 'index.html'}")
