"""A chapter says the same when each cell is run twice, and when all are run again.

nbval runs a copy in which every cell stands twice in succession, and after them all
cells once more, in one kernel; each is compared with the one stored output. One chapter
comes when it is its turn (``rotation.py``), all of them in ``make machines``. What a
glance at the code tells, a generator that crosses cells or a number typed into a
caption, is found in every chapter by ``test_chapters.py``; these tests are seen to fail
here.
"""

import copy
import re
from pathlib import Path
from types import SimpleNamespace

import copies
import pytest
import test_chapters
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebooks
from tools.notebooks import ROOT

RUNS = ("first", "second", "third")  # the third after all other cells
# Cells that do not say the same yet, by id, and why. This list may only shrink: it goes
# with the chapters that are rewritten.
STILL_FAIL: dict[str, dict[str, str]] = {}


def run_again(path: Path, folder: Path) -> tuple[dict[str, str], str]:
    """Return which runs of which cells say something else, and what nbval says."""
    notebook = notebooks.read(path)
    cells = [cell for _, cell in notebooks.code_cells(notebook)]
    again = [(cell, run) for cell in cells for run in RUNS[:2]]
    again += [(cell, RUNS[2]) for cell in cells]
    notebook.cells = [copy.deepcopy(cell) for cell, _ in again]
    for number, cell in enumerate(notebook.cells):
        cell.id = str(number)
    notebooks.write(folder / path.name, notebook)
    options = ["-c", "pyproject.toml", "--rootdir", ".", "-rf"]
    options += ["--nbval", "--nbval-cell-timeout", "300", str(folder / path.name)]
    done = copies.pytest_in(ROOT, *options, timeout=1800)
    failed = re.findall(r"^FAILED .*::cell \[(\d+)\]", done.output, re.MULTILINE)
    assert done.returncode == bool(failed), done.output
    found: dict[str, list[str]] = {}
    for number in failed:
        cell, run = again[int(number) - 1]
        found.setdefault(cell.id, []).append(run)
    return {cell: " and ".join(runs) for cell, runs in found.items()}, done.output


def complaint(chapter: str, found: dict[str, str], known: dict[str, str]) -> str | None:
    """Return what is wrong with a chapter, or with what the list says of it."""
    for cell in found.keys() - known.keys():
        return (
            f"{chapter}: the {found[cell]} run of cell {cell} says something else than "
            "is stored: it uses up, overwrites or draws from what another cell made"
        )
    for cell in known.keys() - found.keys():
        return f"{chapter}: cell {cell} says the same now; take it off STILL_FAIL"
    return None


def test_a_chapter_run_again_says_the_same(chapter_in_turn, tmp_path):
    path = notebooks.find(chapter_in_turn)
    assert notebooks.stale(path) is None, notebooks.stale(path)
    found, output = run_again(path, tmp_path)
    said = complaint(chapter_in_turn, found, STILL_FAIL.get(chapter_in_turn, {}))
    assert said is None, f"{said}\n{output}"


def test_the_list_names_chapters_that_are_there():
    names = {notebooks.name_of(path) for path in notebooks.chapters()}
    assert STILL_FAIL.keys() <= names


# --- Each kind of cell that does not say the same, seen to fail -----------------------

CELLS = {
    "numbers": "numbers = iter([1, 2, 3])",
    "uses-up": "print(sum(numbers))",
    "start": "count = 1",
    "grows": "count += 1\nprint(count)",
    "early": "print('late' in globals())",
    "late": "late = count = 1",
    "fine": "for name in 'ab':\n    print(name)",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Run again a notebook that stores what a first run says."""
    root = tmp_path_factory.mktemp("again")
    shown = copies.in_a_kernel(root, *CELLS.values())
    cells = [
        new_code_cell(source, id=name, outputs=outputs, execution_count=1)
        for (name, source), outputs in zip(CELLS.items(), shown, strict=True)
    ]
    notebooks.write(root / "cells.ipynb", new_notebook(cells=cells))
    (root / "copy").mkdir()
    return run_again(root / "cells.ipynb", root / "copy")[0]


def test_a_cell_that_says_something_else_is_found_with_its_run(found):
    assert found == {"uses-up": "second", "grows": "second", "early": "third"}


def test_the_list_may_only_shrink(found):
    reasons = dict.fromkeys(found, "a reason")
    assert complaint("a/chapter", found, reasons) is None
    assert "run of cell" in complaint("a/chapter", found, {})
    healed = complaint("a/chapter", found, reasons | {"fine": "a reason"})
    assert healed == "a/chapter: cell fine says the same now; take it off STILL_FAIL"


CROSSING = {
    "a generator of numbers": ("r = np.random.default_rng(0)", "r.normal()"),
    "in a function": ("r, n = np.random.default_rng(0), 1", "def f(x):\n    return r"),
    "an iterator": ("r = zip(a, b, strict=True)", "for x in r:\n    print(x)"),
    "an expression": ("r = (x for x in y)", "list(r)"),
    "a function that yields": ("def f():\n    yield 1\n\nr = f()", "[x for x in r]"),
}
APART = {
    "made anew": ("r = np.random.default_rng(0)", "r = iter(a)\nnext(r)"),
    "an argument": ("r = np.random.default_rng(0)", "def f(r):\n    return r.normal()"),
    "a list": ("r = list(zip(a, b, strict=True))", "for x in r:\n    print(x)"),
    "used where it is made": ("r = iter(a)\nr = list(r)", "print(r)"),
    "a sum of its own": ("n = 1", "n, m = 0, 1\nfor x in y:\n    n += x"),
    "a function's": ("n = 1", "def f(n):\n    n += 1\n    return n"),
    "a magic": ("%pip install r\nr = 1", "r"),
}


def chapter_of(*sources: str) -> SimpleNamespace:
    code = [(k, new_code_cell(source)) for k, source in enumerate(sources, 1)]
    return SimpleNamespace(code=code, at=lambda number: f"chapter, cell [{number}]")


@pytest.mark.parametrize("made, used", CROSSING.values(), ids=CROSSING)
def test_what_crosses_cells_is_named(made, used):
    said = r"chapter, cell \[3\] uses up 'r' of cell \[1\].* make it in the cell"
    with pytest.raises(pytest.fail.Exception, match=said):
        test_chapters.test_no_cell_uses_up_what_another_made(
            chapter_of(made, "1 + 1", used)
        )


def test_what_grows_with_each_run_is_named():
    said = r"cell \[2\] changes 'count' of another cell each time it is run"
    with pytest.raises(pytest.fail.Exception, match=said):
        test_chapters.test_no_cell_uses_up_what_another_made(
            chapter_of("count = 1", "for x in y:\n    count += x")
        )


@pytest.mark.parametrize("made, used", APART.values(), ids=APART)
def test_what_stays_in_its_cell_is_fine(made, used):
    test_chapters.test_no_cell_uses_up_what_another_made(chapter_of(made, used))


@pytest.mark.parametrize(
    "text", ["print('over 20 seeds')", "f'{x}: 1,000 trials'", "'interval over 7 x'"]
)
def test_a_number_that_a_constant_holds_is_not_typed_again(text):
    test = test_chapters.test_texts_take_their_numbers_from_the_constants
    constants = "SEEDS, TRIALS = 20, 1000"
    test(chapter_of(constants, "print(f'over {SEEDS} seeds, 20 trials, 120 seeds')"))
    with pytest.raises(AssertionError, match=r"cell \[2\]: .*from its constant"):
        test(chapter_of(constants, text))
