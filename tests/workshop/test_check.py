"""A chapter is tested alone, its outputs and its form."""

import json
import re
from importlib.metadata import packages_distributions

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


def test_check_says_what_ruff_says_of_a_cell_and_of_the_exercises(book):
    assert lint_in(book) == ""
    edit_cell(book, "look", "Run it", "Run\tit")
    edit_cell(book, "toy", "np.mean([1, 2, 6])", "np.mean([1,2,6])\nunknown = nobody")
    exercises = f"book/{CHAPTER}.exercises.py"
    edit(book, exercises, "import numpy as np\n", "import numpy as np, os\n")
    assert sorted(lint_in(book).splitlines()) == [
        f"{exercises}, line 3: Import block is un-sorted or un-formatted (I001)",
        f"{exercises}, line 3: Multiple imports on one line (E401)",
        f"{exercises}, line 3: `os` imported but unused (F401)",
        f"book/{CHAPTER}.ipynb, cell [3], line 2: Undefined name `nobody` (F821)",
        f"book/{CHAPTER}.ipynb, cell [3]: not in ruff's form: make format "
        f"CHAPTER={CHAPTER}",
    ]
    assert notebooks.problems(chapter_of(book)) == [
        'the cell "Run it over many seeds, show the ...", line 1: a tab, where spaces '
        "would be right"
    ]


def lint_in(root) -> str:
    """Return what is said of the code of the chapter in a copy."""
    code = "from tools import lint, notebooks as n; "
    code += f"print('\\n'.join(lint.faults(n.find('{CHAPTER}'))))"
    done = copies.python(root, "-c", code)
    assert done.returncode == 0, done.output
    return done.output.strip()


@pytest.mark.parametrize("harm", ["form", "lint", "output"])
def test_check_fails_where_a_chapter_is_wrong(book, harm):
    if harm == "form":
        edit_cell(book, "look", "Run it", "Simply run it")
    elif harm == "lint":
        edit_cell(book, "toy", "[1, 2, 6]", "[1,2,6]")
    else:
        store_another_number(book)
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 1, done.output
    assert "tidied" not in done.output
    said = f"If the code is right, store what it prints: make run CHAPTER={CHAPTER}\n"
    assert done.output.count(said) == (harm == "output")
    assert "References were not checked" in done.output
    if harm == "lint":
        assert "cell [3]: not in ruff's form: make format" in done.output
        assert " failed" not in done.output
        return
    assert SLUG in done.output.partition("short test summary")[2]
    assert done.output.count("short test summary") == 1, "the other part is right"


def test_check_of_changed_code_names_the_one_command(book):
    edit(book, "src/evidence/stats.py", "import math\n", "import math\n\nchanged = 1\n")
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 1
    assert done.output == f"{notebooks.stale(chapter_of(book), book)}\n"
    assert done.output.endswith(f": make run CHAPTER={CHAPTER}\n")


def test_check_needs_nothing_of_what_only_the_tests_need():
    """What ``make check`` imports is installed by ``.venv/book`` alone."""
    lists = ("tests/requirements.txt", "tools/pdf.txt")
    text = "\n".join((notebooks.ROOT / name).read_text("utf8") for name in lists)
    wanted = {
        name.lower() for name in re.findall(r"^([\w-]+)[<>=~]", text, re.MULTILINE)
    }
    modules = packages_distributions().items()
    absent = [top for top, found in modules if wanted & {x.lower() for x in found}]
    assert {"playwright", "bs4", "cv2"} <= {*absent}
    code = f"import sys; sys.modules.update(dict.fromkeys({absent!r}))\n"
    code += "import pytest, tools.check as c, tools.references as r\n"
    code += f"sys.exit(pytest.main([*c.form_of('{SLUG}')[1:-2], '--collect-only']))"
    done = copies.python(notebooks.ROOT, "-c", code)
    assert done.returncode == 0, done.output
    assert "test_the_notebook_is_in_normal_form" in done.output
