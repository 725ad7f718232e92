"""A chapter is tested alone, its outputs and its form."""

import json
import re

import copies
import pytest
import test_saved
from copies import CHAPTER, SLUG, chapter_of, edit, edit_cell
from nbformat.sign import NotebookNotary

from tools import notebooks

TESTS = notebooks.ROOT / "tests" / "book" / "test_chapters.py"


def test_check_tidies_what_an_editor_saved_and_passes(book):
    path = chapter_of(book)
    before = path.read_text("utf8")
    path.write_text(test_saved.colab(json.loads(before)), "utf8")
    said = f"{CHAPTER}: saved by an editor in another form: make format CHAPTER="
    done = copies.python(book, "-m", "tools.site")
    assert done.returncode == 1 and done.output.endswith(f"\n{said}{CHAPTER}\n")
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 0, done.output
    said = f"{CHAPTER}: tidied, as an editor had saved it otherwise\n"
    assert done.output.startswith(said)
    assert path.read_text("utf8") == before
    assert NotebookNotary(data_dir=f"{book}/_build/jupyter").check_signature(
        notebooks.read(path)
    )
    cells = list(notebooks.code_cells(notebooks.read(path)))
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
    assert "tidied" not in done.output
    said = f"If the code is right, store what it prints: make run CHAPTER={CHAPTER}\n"
    assert done.output.count(said) == (harm == "output")
    assert SLUG in done.output.partition("short test summary")[2]
    assert done.output.count("short test summary") == 1, "the other part is right"


def test_check_of_changed_code_names_the_one_command(book):
    edit(book, "src/evidence/stats.py", "import math\n", "import math\n\nchanged = 1\n")
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 1
    assert done.output == f"{notebooks.stale(chapter_of(book), book)}\n"
    assert done.output.endswith(f": make run CHAPTER={CHAPTER}\n")
