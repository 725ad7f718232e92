"""Chapters as files: their normal form, and what makes their outputs stale."""

import ast
import json
import re

import copies
import nbformat
import pytest
from copies import CHAPTER, SLUG, chapter_of, edit, edit_cell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval import plugin

from evidence import claims
from tools import fingerprint, notebooks
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
        new_markdown_cell("# T   ", id="title"),
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
    assert notebook.cells[0].source == "# T"
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


PROBLEMS = {
    "nothing": (lambda n: None, None),
    "long": (lambda n: n.cells[1].update(source="x\n" * 25 + "x"), r"\[1\]: more than"),
    "stderr": (
        lambda n: n.cells[2].update(
            outputs=[new_output("stream", name="stderr", text="no font\nshow()\n")]
        ),
        r"cell \[2\]: writes to stderr: no font$",
    ),
    "kernel": (lambda n: n.metadata.kernelspec.update(name="mine"), "make format"),
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


# --- Freshness -----------------------------------------------------------------------

ERROR = new_output("error", ename="ValueError", evalue="", traceback=[])
LOST = new_output("display_data", data={VIEW: {"model_id": "gone"}})
DAMAGE = {
    "nothing": (lambda n: None, []),
    "unrun": (lambda n: n.cells[1].update(execution_count=None), ["[1] was not run"]),
    "order": (lambda n: n.cells[2].update(execution_count=7), ["[2] was run in anoth"]),
    "error": (lambda n: n.cells[1].update(outputs=[ERROR]), ["[1] ended in ValueErr"]),
    "widget": (lambda n: n.cells[2].update(outputs=[LOST]), ["[2] shows a widget who"]),
    "cleared": (lambda n: n.cells[1].update(outputs=[]), ["no cell has an output"]),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_only_a_run_mends_is_named(name):
    text = new_output("stream", text="1")
    cells = [new_markdown_cell("# T"), new_code_cell("x", outputs=[text])]
    notebook = new_notebook(cells=[*cells, new_code_cell("y")])
    for number, cell in notebooks.code_cells(notebook):
        cell.execution_count = number
    change, expected = DAMAGE[name]
    change(notebook)
    found = notebooks.damage(notebook)
    assert len(found) == len(expected), found
    assert all(words in said for words, said in zip(expected, found, strict=True))


def swap_cells(root):
    notebook = notebooks.read(chapter_of(root))
    names = [cell.id for cell in notebook.cells]
    one, two = names.index("toy"), names.index("define")
    cells = notebook.cells
    cells[one].source, cells[two].source = cells[two].source, cells[one].source
    notebooks.write(chapter_of(root), notebook)


def append(file, text):
    def change(root):
        path = root / file
        path.write_text(f"{path.read_text('utf8')}\n{text}\n", "utf8")

    return change


def replace(file, old, new):
    return lambda root: edit(root, file, old, new)


def add_another_chapter(root):
    for ending in (".yml", ".exercises.py"):
        path = root / "book" / f"{CHAPTER}{ending}"
        text = path.read_text("utf8").replace(SLUG, "other")
        path.with_name(f"other{ending}").write_text(text + "\n", "utf8")


STATS, FIGURES = "src/evidence/stats.py", "src/evidence/figures.py"
OWN = f"book/{CHAPTER}"
STALE = {
    "code": lambda root: edit_cell(root, "toy", "6", "7"),
    "order of cells": swap_cells,
    "formula": replace(STATS, "samples.mean(), scipy", "samples.min(), scipy"),
    "formula reached through another": append("src/evidence/explorer.py", "x = 1"),
    "exercises": replace(f"{OWN}.exercises.py", "0.16", "0.17"),
    "script of the widgets": append("src/evidence/explorer.js", "//"),
    "style of the widgets": append("src/evidence/explorer.css", "/**/"),
    "expected verdict": replace(f"{OWN}.yml", "expected: fails", "expected: depends"),
    "statement": replace(f"{OWN}.yml", "independent samples", "samples"),
    "pin of what it imports": replace("constraints.txt", "\nnumpy==", "\nnumpy==1!"),
}
FRESH = {
    "nothing": lambda root: None,
    "prose": lambda root: edit_cell(root, "look", "Run it", "Run this"),
    "layout": lambda root: edit_cell(root, "toy", "[1, 2, 6]", "[1,  2,  # two\n6]"),
    "docstring": replace(FIGURES, "Return a figure and its axes in", "Give axes in"),
    "comment": append(STATS, "# nothing"),
    "reflowed line": replace(
        FIGURES, "plt.subplots(nrows, ", "plt.subplots(\n nrows, "
    ),
    "module it does not use": append("src/evidence/methods/ransac.py", "x = 1"),
    "module that is new": lambda root: (root / "src/evidence/other.py").write_text("x"),
    "claims and exercises of another chapter": add_another_chapter,
    "what is known about the claim": replace(f"{OWN}.yml", "    core: true\n", ""),
    "lesson": append(f"{OWN}.teaching.yaml", "# another"),
    "pin of what nothing imports": append("constraints.txt", "some-package==1.0"),
}


@pytest.mark.parametrize("what", STALE)
def test_a_change_of_what_the_outputs_depend_on_makes_stale(book, what):
    assert notebooks.stale(chapter_of(book), book) is None
    STALE[what](book)
    claims.load.cache_clear()
    assert notebooks.stale(chapter_of(book), book) == (
        f"{CHAPTER}: {notebooks.CHANGED}: make run CHAPTER={CHAPTER}"
    )


@pytest.mark.parametrize("what", FRESH)
def test_a_change_of_anything_else_leaves_fresh(book, what):
    FRESH[what](book)
    claims.load.cache_clear()
    assert notebooks.stale(chapter_of(book), book) is None


def test_exactly_the_chapters_that_reach_a_module_become_stale(monkeypatch):
    """On the book itself: a formula of RoI Align."""

    def fingerprints():
        return {
            path.stem: notebooks.fingerprint(
                notebooks.read(path), notebooks.name_of(path), notebooks.ROOT
            )
            for path in notebooks.chapters()
        }

    before = fingerprints()
    roi = notebooks.ROOT / "src/evidence/methods/detection/roi.py"
    read_text = type(roi).read_text

    def changed(path, *arguments, **options):
        text = read_text(path, *arguments, **options)
        return f"{text}\nx = 1\n" if path == roi else text

    monkeypatch.setattr(type(roi), "read_text", changed)
    after = fingerprints()
    assert {name for name in before if before[name] != after[name]} == {
        "roi-align",
        "bbox-regression",
        "one-detector",
    }


def test_of_two_runs_after_a_merge_one_must_fit(book):
    path = book / "book" / "runs.txt"
    text = path.read_text("utf8")
    path.write_text(f"{text}{CHAPTER} 0123456789abcdef 5\n", "utf8")
    assert notebooks.stale(chapter_of(book), book) is None
    done = copies.python(book, "-m", "tools.run")
    assert done.output == "Every chapter's outputs are up to date.\n"
    assert path.read_text("utf8") == text
    own = notebooks.runs.read(book / "book")[CHAPTER][0].fingerprint
    path.write_text(path.read_text("utf8").replace(own, "0" * 16), "utf8")
    assert notebooks.CHANGED in notebooks.stale(chapter_of(book), book)


def test_a_field_that_a_newer_python_adds_changes_no_meaning():
    one, two = ast.parse("def f(x): return x"), ast.parse("def f(x): return x")
    two.body[0].type_params = []
    two.body[0]._fields = (*two.body[0]._fields, "type_params")
    assert fingerprint._meaning(one) == fingerprint._meaning(two)
    assert fingerprint.meaning("x = 1") != fingerprint.meaning("x = 2")
    assert fingerprint.meaning("x = None") != fingerprint.meaning("x = 0")


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("x = [1, 2]", "x = [  # two\n    1, 2,\n]", True),
        ("'shown'", "'other'", False),
        ("f(x)", "f(x);", False),
        ("files = !ls", "files = !ls -a", False),
        ("np.mean?", "np.mean?", True),
        ("%time f()", "%time g()", False),
    ],
)
def test_a_cell_means_what_ipython_runs(one, two, same):
    texts = map(fingerprint.as_python, (one, two))
    assert (len(set(map(fingerprint.meaning_of_cell, texts))) == 1) == same


def test_what_a_chapter_lists_is_part_of_it_with_its_comments():
    module = 'def f(x):\n    """One.\n\n    Two.\n    """\n    return x  # why\n'
    assert fingerprint._listed("show_source(m.f)") == ["m.f"]
    (listing,) = fingerprint._listings(module, {"f"})
    assert listing == 'def f(x):\n    """One."""\n    return x  # why'
    assert fingerprint._listings(module, {"g"}) == []


def test_modules_are_reached_transitively(tmp_path):
    package = tmp_path / "src" / "evidence"
    (package / "m").mkdir(parents=True)
    sources = {
        "__init__.py": "def f():\n    from evidence.a import x",
        "a.py": 'import evidence.b\nTEXT = "a.js"',
        "a.js": "",
        "b.py": "def f():\n    from evidence import c",
        "c.py": "import numpy",
        "d.py": "",
        "e.py": "from evidence.d import y",
        "m/__init__.py": "",
        "m/n.py": "",
    }
    for name, source in sources.items():
        (package / name).write_text(source)

    def reached(code):
        paths = fingerprint.reached(fingerprint.as_python(code), tmp_path)
        return {path.relative_to(package).as_posix() for path in paths}

    always = {"__init__.py", "a.py", "a.js", "b.py", "c.py"}
    assert reached("x = 1") == always
    assert reached("%pip install x\nfrom evidence import e") == always | {
        "d.py",
        "e.py",
    }
    assert reached("from evidence.m import n") == always | {"m/__init__.py", "m/n.py"}


def test_the_package_names_its_modules_in_full():
    """Relative imports would escape the fingerprint."""
    for path in (notebooks.ROOT / "src" / "evidence").rglob("*.py"):
        relative = re.findall(r"^\s*from \.+\w* import.*$", path.read_text(), re.M)
        assert not relative, f"{path.name}: {relative}"
