"""Chapters as files: their normal form, and what makes their outputs stale."""

import json
import re

import copies
import nbformat
import pytest
from copies import CHAPTER, SLUG, chapter_of, edit, edit_cell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval import plugin

from tools import notebooks
from tools.notebooks import STATE, VIEW

# --- The normal form -----------------------------------------------------------------


def widget_notebook(ids=("a1" * 16, "b2" * 16, "c3" * 16)):
    """Return a notebook as a run leaves it: random model ids, a model left behind."""
    model, layout, unused = ids
    states = {
        model: {"model_name": "AnyModel", "state": {"layout": f"IPY_MODEL_{layout}"}},
        layout: {"model_name": "LayoutModel", "state": {}},
        unused: {"model_name": "LayoutModel", "state": {}},
    }
    view = {VIEW: {"model_id": model, "version_major": 2, "version_minor": 0}}
    cells = [
        new_markdown_cell("# T\n\nReading: 7 min. Running: about 5 s.   ", id="title"),
        new_code_cell("x  \n\n", id="one", metadata={"scrolled": True, "tags": []}),
        new_code_cell("  ", id="empty"),
        new_code_cell("w", id="two", outputs=[new_output("display_data", data=view)]),
    ]
    cells[1].outputs = [new_output("stream", text="a"), new_output("stream", text="b")]
    metadata = {
        "kernelspec": {"name": "mine", "display_name": "Mine", "language": "python"},
        "language_info": {"name": "python", "version": "3.11.7"},
        "widgets": {STATE: {"state": states, "version_major": 2, "version_minor": 0}},
        "toc": {},
    }
    return new_notebook(cells=cells, metadata=metadata)


def test_tidy_brings_a_notebook_into_normal_form():
    notebook = widget_notebook()
    notebooks.tidy(notebook)
    assert [cell.id for cell in notebook.cells] == ["title", "one", "two"]
    assert notebook.cells[0].source.endswith("Reading: 1 min. Running: about 5 s.")
    assert notebook.cells[1].source == "x"
    assert notebook.cells[1].metadata == {}
    assert [output.text for output in notebook.cells[1].outputs] == ["ab"]
    assert notebook.metadata.kernelspec == notebooks.KERNELSPEC
    assert notebook.metadata.language_info == {"name": "python"}
    assert sorted(notebook.metadata) == ["kernelspec", "language_info", "widgets"]


def test_tidy_is_idempotent():
    notebook = widget_notebook()
    notebooks.tidy(notebook)
    once = json.dumps(notebook)
    notebooks.tidy(notebook)
    assert json.dumps(notebook) == once
    nbformat.validate(notebook)


def test_model_ids_depend_on_the_place_and_not_on_the_run():
    first, second = (
        widget_notebook(),
        widget_notebook(("d4" * 16, "e5" * 16, "f6" * 16)),
    )
    for notebook in (first, second):
        notebooks.tidy(notebook)
    assert json.dumps(first) == json.dumps(second)
    states = first.metadata.widgets[STATE]["state"]
    view = first.cells[2].outputs[0]["data"][VIEW]["model_id"]
    assert len(states) == 2, "the model that no cell shows is left out"
    assert states[view]["state"]["layout"].removeprefix("IPY_MODEL_") in states


@pytest.mark.filterwarnings("ignore:.*id:UserWarning")
@pytest.mark.filterwarnings("ignore::nbformat.warnings.MissingIDFieldWarning")
@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
def test_cell_ids_are_kept_and_made_unique(tmp_path):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": s} for s in "abc"]
    cells[0]["id"] = cells[1]["id"] = "x"
    path = tmp_path / "n.ipynb"
    text = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(text))
    names = []
    for _ in range(2):
        notebook = notebooks.read(path)
        notebooks.tidy(notebook)
        notebooks.write(path, notebook)
        names.append([cell.id for cell in notebook.cells])
    assert names[0] == names[1]
    assert names[0][0] == "x" and len(set(names[0])) == 3


def write_problem(tmp_path, change):
    """Return the problems of a small tidy notebook to which something was done."""
    cells = [new_markdown_cell("# T", id="t")]
    for number in (1, 2):
        cell = new_code_cell(f"x = {number}", id=f"c{number}", execution_count=number)
        cells.append(cell)
    notebook = new_notebook(cells=cells)
    notebooks.tidy(notebook)
    change(notebook)
    path = tmp_path / "n.ipynb"
    notebooks.write(path, notebook)
    return notebooks.problems(path)


ERROR = new_output("error", ename="ValueError", evalue="", traceback=[])
PROBLEMS = {
    "nothing": (lambda n: None, None),
    "count": (lambda n: n.cells[2].update(execution_count=7), r"cell \[2\]: execution"),
    "unrun": (lambda n: n.cells[1].update(execution_count=None), r"cell \[1\].*None"),
    "long": (lambda n: n.cells[1].update(source="x\n" * 25 + "x"), r"\[1\]: more than"),
    "error": (lambda n: n.cells[2].update(outputs=[ERROR]), r"cell \[2\].*ValueError"),
    "stderr": (
        lambda n: n.cells[2].update(outputs=[new_output("stream", name="stderr")]),
        r"cell \[2\]: writes to stderr",
    ),
    "kernel": (lambda n: n.metadata.kernelspec.update(name="mine"), "kernelspec"),
    "size": (lambda n: n.cells[0].update(source="x" * 1_600_000), "1,600,[0-9]* bytes"),
    "metadata": (lambda n: n.metadata.update(toc={}), "make format"),
    "excuse": (
        lambda n: n.cells[1].metadata.update(tags=["nbval-skip"]),
        r"cell \[1\]: nbval-skip without a reason",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_are_named_with_their_cell(tmp_path, name):
    change, message = PROBLEMS[name]
    found = write_problem(tmp_path, change)
    if message is None:
        assert found == []
    else:
        assert any(re.search(message, problem) for problem in found), found


def test_twenty_five_lines_are_allowed(tmp_path):
    assert not write_problem(
        tmp_path, lambda n: n.cells[1].update(source="x\n" * 24 + "x")
    )


EXCUSING = {tag for tag, what in plugin.metadata_tags.items() if what != "check"}


def test_all_that_nbval_takes_for_an_excuse_is_counted():
    assert EXCUSING == notebooks.EXCUSES
    for tag in EXCUSING:
        cell = new_code_cell("x", metadata={"tags": [tag]})
        assert notebooks.excuse(cell) == tag
    for marker, what in plugin.comment_markers.items():
        for line in (f"# {marker}", f"  #{marker} "):
            cell = new_code_cell(f"x\n{line}\ny")
            assert notebooks.excuse(cell) == (None if what == "check" else marker)
    assert notebooks.excuse(new_code_cell("# NBVAL_SKIP is not used here")) is None


def test_find_names_the_chapters_there_are(sound):
    assert notebooks.find(CHAPTER, sound) == chapter_of(sound)
    with pytest.raises(SystemExit, match=f"no chapter 'demo/none'.*{CHAPTER}"):
        notebooks.find("demo/none", sound)


def test_reading_a_notebook_waits_for_no_grammar():
    """JupyterLab's grammar of addresses takes two seconds, if it is let in."""
    look = "import sys, tools.notebooks; print('lark' in sys.modules)"
    assert copies.python(notebooks.ROOT, "-c", look).stdout == "False\n"


# --- The stamp -----------------------------------------------------------------------


def swap_cells(root):
    notebook = notebooks.read(chapter_of(root))
    names = [cell.id for cell in notebook.cells]
    one, two = names.index("toy"), names.index("define")
    cells = notebook.cells
    cells[one], cells[two] = cells[two], cells[one]
    notebooks.write(chapter_of(root), notebook)


def append(file):
    def change(root):
        path = root / file
        path.write_text(path.read_text("utf8") + "\n", "utf8")

    return change


def add_foreign_claim(root):
    path = root / "book" / "claims.yml"
    entry = path.read_text("utf8").partition("\n\n")[2]
    assert SLUG in entry
    path.write_text(path.read_text("utf8") + entry.replace(SLUG, "other"), "utf8")


STALE = {
    "code": lambda root: edit_cell(root, "toy", "6", "7"),
    "order of cells": swap_cells,
    "module": append("src/evidence/stats.py"),
    "module reached through another": append("src/evidence/listing.py"),
    "exercises": append("src/evidence/exercises/hello_chapter.py"),
    "script of the widgets": append("src/evidence/explore.js"),
    "style of the widgets": append("src/evidence/explore.css"),
    "claim": lambda root: edit(root, "book/claims.yml", "holds", "fails"),
    "constraints": lambda root: edit(root, "constraints.txt", "==", "==1!"),
}
FRESH = {
    "nothing": lambda root: None,
    "prose": lambda root: edit_cell(root, "look", "Run it", "Run this"),
    "module it does not use": append("src/evidence/ransac.py"),
    "module that is new": lambda root: (root / "src/evidence/other.py").write_text("x"),
    "claim of another chapter": add_foreign_claim,
    "comment of the claims": lambda root: edit(root, "book/claims.yml", "#", "# # "),
    "exercises of another chapter": lambda root: (
        root / "src/evidence/exercises/other.py"
    ).write_text("EXERCISES = []"),
}


@pytest.mark.parametrize("what", STALE)
def test_a_change_of_what_the_outputs_depend_on_makes_stale(book, what):
    assert notebooks.is_fresh(chapter_of(book), book)
    STALE[what](book)
    assert not notebooks.is_fresh(chapter_of(book), book)


@pytest.mark.parametrize("what", FRESH)
def test_a_change_of_anything_else_leaves_fresh(book, what):
    FRESH[what](book)
    assert notebooks.is_fresh(chapter_of(book), book)


def test_modules_are_reached_transitively(tmp_path):
    package = tmp_path / "src" / "evidence"
    (package / "exercises").mkdir(parents=True)
    sources = {
        "__init__.py": "from evidence.a import x",
        "a.py": 'import evidence.b\nTEXT = "a.js"',
        "a.js": "",
        "b.py": "def f():\n    from evidence import c",
        "c.py": "import numpy",
        "d.py": "",
        "e.py": "from evidence.d import y",
        "exercises/__init__.py": "",
        "exercises/one_two.py": "from evidence.exercises import number",
    }
    for name, source in sources.items():
        (package / name).write_text(source)

    def reached(code, chapter="part/none"):
        paths = notebooks.reached_modules(code, chapter, tmp_path)
        return {path.relative_to(package).as_posix() for path in paths}

    always = {"__init__.py", "a.py", "a.js", "b.py", "c.py"}
    assert reached("x = 1") == always
    assert reached("%pip install x\nfrom evidence import e") == always | {
        "d.py",
        "e.py",
    }
    exercises = {"exercises/__init__.py", "exercises/one_two.py"}
    assert reached("", "part/one-two") == always | exercises


def test_the_package_names_its_modules_in_full():
    """Relative imports would escape the stamp."""
    for path in (notebooks.ROOT / "src" / "evidence").rglob("*.py"):
        relative = re.findall(r"^\s*from \.+\w* import.*$", path.read_text(), re.M)
        assert not relative, f"{path.name}: {relative}"
