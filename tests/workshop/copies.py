"""Copies of the repository with one small chapter, for tests that break things."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tools import new, notebooks
from tools.notebooks import ROOT

CHAPTER = "demo/hello-chapter"
SLUG = "hello-chapter"
TESTS = ("in_javascript.py", "parts.py")
TESTS += ("test_chapters.py", "test_exercises.py", "test_form.py")


def copy_repository(to: Path) -> Path:
    """Copy what a chapter and its tests need, without the chapters that are there."""
    ignore = shutil.ignore_patterns("vendor", "__pycache__", ".ipynb_*", "*.ipynb")
    shutil.copytree(ROOT / "book", to / "book", ignore=ignore)
    for path in (to / "book").glob("[!_]*/*.*"):  # what lies beside the chapters
        if path.suffix != ".md":
            path.unlink()
    (to / "tests" / "book").mkdir(parents=True)
    for name in TESTS:
        shutil.copy(ROOT / "tests" / "book" / name, to / "tests" / "book" / name)
    for folder in ("src", "tools"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, to / folder, ignore=ignore)
    for name in ("_config.yml", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, to / name)
    contents = (ROOT / "_toc.yml").read_text("utf8").splitlines(keepends=True)
    kept = [x for x in contents if not (ROOT / f"{x.split()[-1]}.ipynb").is_file()]
    empty = r"  - caption: .+\n    chapters:\n(?! {6}- )"  # parts that lost all pages
    (to / "_toc.yml").write_text(re.sub(empty, "", "".join(kept)), encoding="utf8")
    return to


def python(
    root: Path, *arguments, timeout=300, **variables
) -> subprocess.CompletedProcess:
    """Run Python in a copy, with the copy's own package and tools."""
    outside = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PYTEST_")
        and key not in ("CI", "BUILD_NUMBER")  # with which pytest sums up at length
    }
    environment = outside | {"JUPYTER_DATA_DIR": str(root / "_build" / "jupyter")}
    environment |= variables | {"PYTHONPATH": str(root / "src")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    done.output = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    return done


def pytest_in(root: Path, *arguments, **variables) -> subprocess.CompletedProcess:
    """Run pytest in a copy."""
    quiet = ["-q", "--no-header", "--color=no"]
    quiet += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    return python(root, "-m", "pytest", *quiet, *arguments, **variables)


def in_a_kernel(root: Path, *sources: str, **options) -> list[list[dict]]:
    """Run cells in a kernel of their own, and return the outputs of each."""
    cells = [new_code_cell(source) for source in sources]
    path = root / "cells.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    execute = (
        "import nbformat, nbclient; n = nbformat.read('cells.ipynb', 4); "
        "nbclient.NotebookClient(n, kernel_name='python3').execute(); "
        "nbformat.write(n, 'cells.ipynb')"
    )
    done = python(root, "-c", execute, **options)
    assert done.returncode == 0, done.output
    return [cell.outputs for cell in nbformat.read(path, 4).cells]


def copy_with_chapter(to: Path, *more_code: str) -> Path:
    """Copy the repository, start a chapter in it with some more cells, and run it."""
    root = copy_repository(to)
    path = new.main(CHAPTER, root)
    notebook = notebooks.read(path)
    place = [cell.id for cell in notebook.cells].index("verdict")
    notebook.cells[place:place] = [
        new_code_cell(source, id=f"more-{number}")
        for number, source in enumerate(more_code, 1)
    ]
    notebooks.write(path, notebook)
    done = python(root, "-m", "tools.run", CHAPTER)
    assert done.returncode == 0, done.output
    return root


def chapter_of(root: Path) -> Path:
    """Return the notebook of the small chapter."""
    return root / "book" / f"{CHAPTER}.ipynb"


def edit(root: Path, file: str, old: str, text: str) -> None:
    """Replace a piece of a file, which must be there."""
    path = root / file
    before = path.read_text("utf8")
    assert old in before, f"{file} does not contain {old!r}"
    path.write_text(before.replace(old, text, 1), "utf8")


def edit_cell(root: Path, name: str, old: str, text: str) -> None:
    """Replace a piece of a cell of the small chapter."""
    notebook = notebooks.read(chapter_of(root))
    cell = next(cell for cell in notebook.cells if cell.id == name)
    assert old in cell.source
    cell.source = cell.source.replace(old, text, 1)
    notebooks.write(chapter_of(root), notebook)
