"""Chapters are run when they are stale, and what fails is reported."""

import gc
import re
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import copies
import psutil
import pytest
from copies import CHAPTER, SLUG, chapter_of, edit
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import fingerprint, notebooks, run


def add_unrun_chapter(root, name, source):
    """Add a chapter with a single code cell to the copy's contents."""
    path = root / "book" / "demo" / f"{name}.ipynb"
    title = "# Title\n\n*Needs: nothing.*"
    cells = [new_markdown_cell(title), new_code_cell(source)]
    notebooks.write(path, new_notebook(cells=cells))
    edit(
        root, "_toc.yml", "hello-chapter\n", f"{SLUG}\n      - file: book/demo/{name}\n"
    )
    return path


def test_run_runs_only_what_is_stale(book):
    before = chapter_of(book).read_bytes()
    done = copies.python(book, "-m", "tools.run")
    assert (done.returncode, done.stdout) == (
        0,
        "Every chapter's outputs are up to date.\n",
    )
    path = add_unrun_chapter(book, "unrun", "6 * 7  \n")
    done = copies.python(book, "-m", "tools.run")
    assert done.returncode == 0, done.output
    assert re.fullmatch(r"\[1/1\] demo/unrun: \d+ s\n", done.stdout), done.output
    assert chapter_of(book).read_bytes() == before
    stored = notebooks.read(path)
    assert stored.cells[1].outputs[0]["data"]["text/plain"] == "42"
    assert notebooks.runs.seconds("demo/unrun", book / "book") == 5
    assert notebooks.stale(path, book) is None, "the fingerprint is of the tidy source"
    assert notebooks.problems(path) == []
    signed = NotebookNotary(data_dir=f"{book}/_build/jupyter").check_signature
    assert signed(stored)


def test_an_editor_that_loses_a_widget_leaves_one_command_that_mends_it(book):
    """A save without the widgets' state, an ordinary one in JupyterLab."""
    notebook = notebooks.read(chapter_of(book))
    del notebook.metadata["widgets"]
    notebooks.write(chapter_of(book), notebook)
    said = f"{notebooks.stale(chapter_of(book), book)}\n"
    assert "shows a widget whose state is not stored" in said
    assert said.endswith(f": make run CHAPTER={CHAPTER}\n")
    for tool in ("check", "site", "format"):
        chosen = [] if tool == "site" else [CHAPTER]
        done = copies.python(book, "-m", f"tools.{tool}", *chosen)
        assert done.returncode == (tool != "format"), done.output
        assert done.output.replace("Building the site ...\n", "") == said
    done = copies.python(book, "-m", "tools.run")
    assert re.fullmatch(rf"\[1/1\] {CHAPTER}: \d+ s\n", done.output), done.output
    assert notebooks.stale(chapter_of(book), book) is None


def test_a_failing_cell_is_reported_with_its_chapter(book):
    add_unrun_chapter(book, "good", "1 + 1")
    path = add_unrun_chapter(book, "bad", "print('so far')\nnumber = 1 / 0")
    before = path.read_bytes()
    done = copies.python(book, "-m", "tools.run")
    assert done.returncode == 1
    assert re.search(r"\[\d/2\] demo/bad FAILED in the cell\n", done.stdout)
    assert "number = 1 / 0" in done.stdout
    assert "ZeroDivisionError: division by zero" in done.stdout
    assert re.search(r"\[\d/2\] demo/good: \d+ s", done.stdout)
    assert path.read_bytes() == before


def test_a_dead_kernel_is_reported_with_its_chapter(book):
    add_unrun_chapter(book, "dead", "import os\n\nos._exit(1)")
    done = copies.python(book, "-m", "tools.run", "demo/dead")
    assert done.returncode == 1
    assert "[1/1] demo/dead FAILED in the cell\nKernel died" in done.stdout, done.output


@pytest.mark.parametrize(
    ("stated", "seconds", "written"),
    [(5, 3.2, 5), (5, 5.1, 10), (20, 12, 20), (20, 9, 10), (30, 31.5, 35)],
)
def test_the_running_time_changes_only_when_it_is_wrong(stated, seconds, written):
    assert run.rounded(seconds, stated) == written


def test_the_running_time_is_that_of_a_machine_with_nothing_else_to_do(tmp_path):
    waits = "import time\n\ntime.sleep(5)"
    works = "while time.process_time() < 2.5:\n    pass"
    notebook = new_notebook(cells=[new_code_cell(waits), new_code_cell(works)])
    assert 2.4 < run.run_cells(notebook, tmp_path) < 5


def test_the_work_of_two_workers_counts_as_that_of_the_busiest(tmp_path):
    source = """
    from subprocess import PIPE, Popen
    import sys

    work = "import time\\nwhile time.process_time() < 2: pass\\nprint()\\ntime.sleep(9)"
    started = [Popen([sys.executable, "-uc", work], stdout=PIPE) for _ in range(2)]
    [worker.stdout.readline() for worker in started]
    """
    notebook = new_notebook(cells=[new_code_cell(textwrap.dedent(source))])
    alone = run.run_cells(new_notebook(cells=[new_code_cell("1")]), tmp_path)
    assert 1.5 < run.run_cells(notebook, tmp_path) - alone < 3


def test_a_worker_that_has_just_ended_counts_nothing():
    worker = subprocess.Popen([sys.executable, "-c", ""])
    seen = psutil.Process(worker.pid)
    worker.wait()
    assert run._seconds(seen) == 0


def test_code_is_parsed_side_by_side():
    """Where threads take turns within a tree, Python 3.11 raises SystemError."""
    nested = f"x = {40 * '('}1{40 * '+ 1)'}\n"
    texts = [f"{nested * 30}y = {number}" for number in range(8)]
    before = gc.get_threshold()
    gc.set_threshold(100)
    gc.callbacks.append(lambda *_: time.sleep(0.0005))  # lets another thread run
    try:
        with ThreadPoolExecutor(2) as pool:
            assert len(list(pool.map(fingerprint.parse, texts))) == len(texts)
    finally:
        gc.callbacks.pop()
        gc.set_threshold(*before)
