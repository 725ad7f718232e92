"""Sign chapters, so that Jupyter shows their outputs: ``python -m tools.trust``.

Jupyter shows no HTML and no widget of a notebook before this user has run it or signed
what it holds. Needs nothing but nbformat, for Binder has nothing else of the tools'.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

ROOT = Path(__file__).resolve().parents[1]


def sign(paths: Iterable[Path]) -> None:
    """Sign notebooks as ``jupyter trust`` does.

    Quietly nothing where Jupyter's database cannot be written, or for a file that is no
    notebook: Jupyter will say so when it is opened.
    """
    with suppress(OSError, sqlite3.Error):
        notary = NotebookNotary()
        notary.log.setLevel("ERROR")
        with closing(notary.store):
            for path in paths:
                with suppress(Exception):  # what is no notebook fails in many ways
                    notary.sign(nbformat.read(path, as_version=4))


if __name__ == "__main__":
    sign(sorted(ROOT.glob("book/*/*.ipynb")))
