"""A chapter is tested alone, its outputs and its form."""

import re

import copies
import pytest
from copies import CHAPTER, SLUG, chapter_of, edit, edit_cell

from tools import notebooks

TESTS = notebooks.ROOT / "tests" / "book" / "test_chapters.py"


def test_check_passes_for_an_unchanged_chapter(book):
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 0, done.output
    cells = list(notebooks.code_cells(notebooks.read(chapter_of(book))))
    form = len(re.findall(r"^def test_\w+\(chapter", TESTS.read_text("utf8"), re.M))
    outputs, rest = map(int, re.findall(r"(\d+) passed", done.output))
    assert outputs == len(cells), "every cell"
    assert rest >= form + 1, "form and exercises"


def store_another_number(root):
    """Change what a cell is said to have printed, which the form's tests believe."""
    notebook = notebooks.read(chapter_of(root))
    toy = next(cell for cell in notebook.cells if cell.id == "toy")
    toy.outputs[0]["data"]["text/plain"] = "99.0"
    notebooks.write(chapter_of(root), notebook)


@pytest.mark.parametrize("harm", ["form", "output"])
def test_check_fails_where_a_chapter_is_wrong(book, harm):
    if harm == "form":
        edit_cell(book, "look", "Run it", "Simply run it")
    else:
        store_another_number(book)
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 1, done.output
    assert SLUG in done.output.partition("short test summary")[2]
    assert done.output.count("short test summary") == 1, "the other part is right"


def test_check_of_changed_code_names_the_one_command(book):
    edit(book, "src/evidence/stats.py", "import math\n", "import math\n\nchanged = 1\n")
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 1
    assert done.output == f"{notebooks.stale(chapter_of(book), book)}\n"
    assert done.output.endswith(f": make run CHAPTER={CHAPTER}\n")
