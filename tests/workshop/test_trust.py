"""Signed notebooks are shown whole by Jupyter, and nothing else of it is touched."""

import copies
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import notebooks, trust


@pytest.fixture
def signed(tmp_path, monkeypatch):
    """Return a function that tells if Jupyter trusts a notebook; its data are here."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return lambda path: NotebookNotary().check_signature(notebooks.read(path))


def write(path, html="<b>1</b>"):
    output = new_output("display_data", data={"text/html": html})
    notebook = new_notebook(cells=[new_code_cell("x", id="c", outputs=[output])])
    notebooks.write(path, notebook)
    return path


def test_signed_is_what_was_there_and_not_what_came_later(tmp_path, signed):
    one, two = write(tmp_path / "1.ipynb"), write(tmp_path / "2.ipynb", "<i>2</i>")
    assert not signed(one)
    trust.sign([one])
    assert signed(one) and not signed(two)
    write(one, "<script>other()</script>")
    assert not signed(one)


def test_what_is_no_notebook_stops_nothing(tmp_path, signed):
    broken = tmp_path / "0.ipynb"
    for text in ("", "{}", '{"cells": [', '{"cells": 1, "nbformat": 4}'):
        broken.write_text(text)
        trust.sign([broken, tmp_path / "gone.ipynb", write(tmp_path / "1.ipynb")])
        assert signed(tmp_path / "1.ipynb"), text


def test_where_nothing_can_be_written_nothing_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    nowhere = {"HOME": str(tmp_path / "file"), "JUPYTER_DATA_DIR": ""}
    done = copies.python(notebooks.ROOT, "-m", "tools.trust", **nowhere)
    assert done.returncode == 0 and not done.output, done.output


def test_it_needs_none_of_the_tools_libraries():
    """Binder has no other than those of the chapters and of JupyterLab."""
    look = "import sys, tools.trust; print([m for m in sys.modules if m in %r])"
    absent = ("sphinx_external_toc", "evidence", "tools.contents", "tools.notebooks")
    done = copies.python(notebooks.ROOT, "-c", look % (absent,))
    assert done.output == "[]\n"
