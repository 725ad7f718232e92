"""The workshop: tidying, stamping, starting, running and checking chapters."""

import base64
import io
import json
import re
import shutil
import sys

import copies
import nbformat
import numpy as np
import pytest
from copies import CHAPTER, SLUG
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval import plugin
from PIL import Image

from tools import nbval_strict, new, notebooks, run
from tools.notebooks import STATE, VIEW

TESTS = notebooks.ROOT / "tests" / "test_chapters.py"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a copy of the book with one chapter, started with the command."""
    root = copies.copy_repository(tmp_path_factory.mktemp("sound") / "book")
    done = copies.python(root, "-m", "tools.new", CHAPTER)
    assert done.returncode == 0, done.output
    assert f"Started book/{CHAPTER}.ipynb" in done.output
    return root


@pytest.fixture
def book(sound, tmp_path):
    """Return a copy that a test may change."""
    shutil.copytree(sound, tmp_path / "copy")
    return tmp_path / "copy"


def chapter_of(root):
    return root / "book" / f"{CHAPTER}.ipynb"


def edit(root, file, old, text):
    path = root / file
    before = path.read_text("utf8")
    assert old in before, f"{file} does not contain {old!r}"
    path.write_text(before.replace(old, text, 1), "utf8")


def edit_cell(root, name, old, text):
    notebook = notebooks.read(chapter_of(root))
    cell = next(cell for cell in notebook.cells if cell.id == name)
    assert old in cell.source
    cell.source = cell.source.replace(old, text, 1)
    notebooks.write(chapter_of(root), notebook)


def add_unrun_chapter(root, name, source):
    """Add a chapter with a single code cell to the copy's contents."""
    path = root / "book" / "demo" / f"{name}.ipynb"
    title = "# Title\n\n*Needs: nothing. Reading: 9 min. Running: about 500 s.*"
    cells = [new_markdown_cell(title), new_code_cell(source)]
    notebooks.write(path, new_notebook(cells=cells))
    edit(
        root, "_toc.yml", "hello-chapter\n", f"{SLUG}\n      - file: book/demo/{name}\n"
    )
    return path


# --- tools.notebooks: the normal form -------------------------------------------------


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


# --- tools.notebooks: the stamp -------------------------------------------------------


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


# --- tools.new ------------------------------------------------------------------------


def test_a_new_chapter_is_in_the_contents_run_and_fresh(sound):
    contents = (sound / "_toc.yml").read_text("utf8")
    assert re.search(
        rf"caption: Demo\n    chapters:\n      - file: book/{CHAPTER}\n", contents
    )
    assert contents.index("Demo") < contents.index("caption: Reference")
    assert notebooks.chapters(sound) == [chapter_of(sound)]
    assert notebooks.problems(chapter_of(sound)) == []
    assert notebooks.is_fresh(chapter_of(sound), sound)
    assert "@" not in re.sub(r"evidence @ git\+|@media|@\w+/", "", chapter_text(sound))


def chapter_text(root):
    cells = notebooks.read(chapter_of(root)).cells
    return "\n".join(cell.source for cell in cells)


def test_a_new_chapter_s_code_is_in_ruff_s_form(sound):
    files = [chapter_of(sound), sound / "src/evidence/exercises/hello_chapter.py"]
    for arguments in (["check"], ["format", "--check"]):
        done = copies.python(sound, "-m", "ruff", *arguments, *map(str, files))
        assert done.returncode == 0, done.output


def test_check_passes_for_an_unchanged_chapter(book):
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 0, done.output
    cells = list(notebooks.code_cells(notebooks.read(chapter_of(book))))
    form = len(re.findall(r"^def test_\w+\(chapter", TESTS.read_text("utf8"), re.M))
    passed = int(re.search(r"(\d+) passed", done.output)[1])
    assert passed >= len(cells) + form + 1, "outputs, form and exercises"


@pytest.mark.parametrize("harm", ["form", "output"])
def test_check_fails_where_a_chapter_is_wrong(book, harm):
    if harm == "form":
        edit_cell(book, "look", "Run it", "Simply run it")
    else:
        edit_cell(book, "toy", "6", "9")
    done = copies.python(book, "-m", "tools.check", CHAPTER)
    assert done.returncode == 1, done.output
    assert SLUG in done.output.partition("short test summary")[2]


@pytest.mark.parametrize(
    "name", ["hello", "Demo/Hello", "demo/hello_chapter", "demo/a/b", "demo/-a", "../a"]
)
def test_a_name_of_another_form_is_refused(tmp_path, name):
    with pytest.raises(SystemExit, match="a chapter is named part/slug"):
        new.main(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_chapter_or_slug_that_exists_is_refused(book):
    before = (book / "book" / "claims.yml").read_text("utf8")
    with pytest.raises(SystemExit, match=f"book/{CHAPTER}.ipynb is there already"):
        new.main(CHAPTER, book)
    with pytest.raises(SystemExit, match=f"book/{CHAPTER}.ipynb has that slug"):
        new.main(f"other/{SLUG}", book)
    assert (book / "book" / "claims.yml").read_text("utf8") == before


def test_a_second_chapter_of_a_part_stands_after_the_first(book):
    new.main("demo/another", book)
    new.main("third/one", book)
    files = re.findall(r"file: book/(\S+)", (book / "_toc.yml").read_text("utf8"))
    start = files.index(CHAPTER)
    assert files[start : start + 3] == [CHAPTER, "demo/another", "third/one"]


# --- tools.run ------------------------------------------------------------------------


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
    assert stored.cells[0].source.endswith("Reading: 1 min. Running: about 5 s.*")
    assert notebooks.is_fresh(path, book), "the stamp is of the tidy source"
    assert notebooks.problems(path) == []


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
    line = f"*Needs: x. Reading: 1 min. Running: about {stated} s.*"
    notebook = new_notebook(cells=[new_markdown_cell(line)])
    run._write_running_time(notebook, seconds)
    assert f"about {written} s." in notebook.cells[0].source


# --- tools.format ---------------------------------------------------------------------


def test_format_mends_code_and_notebooks_and_names_what_it_cannot(book):
    (book / "benchmarks").mkdir()
    path = chapter_of(book)
    tidy = path.read_text("utf8")
    notebook = notebooks.read(path)
    notebook.metadata["toc"] = {"base": 1}
    toy = next(cell for cell in notebook.cells if cell.id == "toy")
    toy.source = "np.mean( [1,2,6] )"
    path.write_text(json.dumps(notebook), "utf8")
    done = copies.python(book, "-m", "tools.format")
    assert done.returncode == 0 and SLUG not in done.stdout, done.output
    assert path.read_text("utf8") == tidy
    toy.execution_count = 9
    path.write_text(json.dumps(notebook), "utf8")
    done = copies.python(book, "-m", "tools.format")
    assert f"{CHAPTER}: cell [4]: execution count is 9, not 4" in done.stdout


# --- tools.nbval_strict ---------------------------------------------------------------

DRAWING = """<svg role="img" aria-label="Curve at 0.5" width="432pt" height="244pt">
 <path d="M 77.05 13.60 L 144.08 50.61 L 211.12 88.10" clip-path="url(#p0123456789)"
 style="fill: none; stroke: #0072b2; stroke-width: 1.6; opacity: 0.2"/>
 <use xlink:href="#m0123456789" x="77.05" y="13.6" style="stroke: #d55e00"/>
 <g transform="translate(69.1 20.5) scale(0.1 -0.1)"/>
 <image xlink:href="data:image/png;base64,@"/>
</svg>
"""


def png(*changes, size=(40, 60), color=200):
    """Return a gray picture, with values set in (rows, columns), as base64."""
    pixels = np.full((*size, 3), color, dtype=np.uint8)
    for rows, columns, value in changes:
        pixels[rows, columns] = value
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


DRAWING = DRAWING.replace("@", png())
SAME = {
    "nothing": ("", ""),
    "coordinate within tolerance": ("144.08", "144.70"),
    "position within tolerance": ('x="77.05"', 'x="76.5"'),
    "shift within tolerance": ("translate(69.1", "translate(69.7"),
    "hashed names": ("0123456789", "abcdef0123"),
    "color by one": ("#0072b2", "#0172b1"),
}
OTHER = {
    "coordinate": ("144.08", "145.08", r"a coordinate moved by 1\.00 points"),
    "position": ('x="77.05"', 'x="79.05"', r"a coordinate moved by 2\.00 points"),
    "shift": ("translate(69.1", "translate(72.1", r"a coordinate moved by 3\.00"),
    "color": ("#0072b2", "#0076b2", "a color changed"),
    "color like a number": ("#d55e00", "#d55e09", "a color changed"),
    "opacity": ("opacity: 0.2", "opacity: 0.7", r"other elements: stored .*0\.2"),
    "width of the line": ("width: 1.6", "width: 1.1", "other elements"),
    "scale": ("scale(0.1", "scale(0.5", "other elements"),
    "alternative text": ("Curve at 0.5", "Curve at 0.6", "other elements"),
    "point more": ("L 211.12 88.10", "L 211.12 88.10 L 212 89", "other elements"),
    "element less": ("<g ", "<h ", "other elements"),
    "embedded picture": (png(), png(color=20), "pixels differ by 180"),
}


@pytest.mark.parametrize("what", SAME)
def test_drawings_that_look_the_same_are_the_same(what):
    assert nbval_strict.svg_difference(DRAWING.replace(*SAME[what]), DRAWING) is None


@pytest.mark.parametrize("what", OTHER)
def test_drawings_that_differ_are_told_apart(what):
    old, text, message = OTHER[what]
    assert old in DRAWING
    found = nbval_strict.svg_difference(DRAWING.replace(old, text, 1), DRAWING)
    assert found and re.search(message, found), found


def test_pictures_are_compared_by_pixels():
    same = nbval_strict.png_difference
    everywhere = png((slice(None), slice(None), 204))
    assert same(png(), png()) is None
    assert same(everywhere, png()) is None, "rounding is forgiven"
    corner = png((slice(0, 8), slice(32, 40), 0))
    assert "near row 0, column 32" in same(corner, png())
    edge = png((slice(34, 40), slice(50, 60), 0))
    assert "near row 32, column 48" in same(edge, png())
    assert "(40, 60), stored is (40, 50)" in same(png(), png(size=(40, 50)))


def model(**changes):
    state = {
        "_view_module_version": "2.0.0",
        "layout": "IPY_MODEL_1",
        "controls": [{"label": "n", "kind": "slider", "values": ["1", "2"]}],
        "alts": ["one", "two"],
        "format": "svg",
        "parts": ["<svg>", '<path d="M 1 2"/>', '<path d="M 9 2"/>'],
        "frames": [[0, 1], [0, 2]],
        "selection": [0],
    }
    return {"model_name": "AnyModel", "state": state | changes}


SAME_STATES = {
    "nothing": {},
    "layout's id": {"layout": "IPY_MODEL_2"},
    "version of the views": {"_view_module_version": "2.1.0"},
    "division into parts": {
        "parts": ['<svg>\n<path d="M 1 2"/>', '<svg>\n<path d="M 9 2"/>'],
        "frames": [[0], [1]],
    },
    "rounding": {"parts": ["<svg>", '<path d="M 1.01 2"/>', '<path d="M 9 2"/>']},
}
OTHER_STATES = {
    "alts": ({"alts": ["one", "three"]}, "its alts changed"),
    "controls": ({"controls": []}, "its controls changed"),
    "selection": ({"selection": [1]}, "its selection changed"),
    "script": ({"_esm": "x"}, "its _esm changed"),
    "frames swapped": ({"frames": [[0, 2], [0, 1]]}, "frame 0: a coordinate moved"),
    "frame missing": ({"frames": [[0, 1]]}, "1 frames, stored are 2"),
    "last frame": ({"frames": [[0, 1], [0, 1]]}, "frame 1: a coordinate moved"),
}


@pytest.mark.parametrize("what", SAME_STATES)
def test_widgets_that_show_the_same_are_the_same(what):
    assert nbval_strict.state_difference(model(**SAME_STATES[what]), model()) is None


@pytest.mark.parametrize("what", OTHER_STATES)
def test_widgets_that_differ_are_told_apart(what):
    changes, message = OTHER_STATES[what]
    found = nbval_strict.state_difference(model(**changes), model())
    assert found and message in found, found


def test_a_widget_s_photographs_are_compared_by_pixels():
    frames = {"format": "png", "frames": [[0], [1]]}
    old = model(**frames, parts=[png(), png(color=50)])
    assert nbval_strict.state_difference(old, old) is None
    other = model(**frames, parts=[png(), png(color=90)])
    assert "frame 1: pixels differ by 40" in nbval_strict.state_difference(other, old)
    slider = {"model_name": "IntSliderModel", "state": {}}
    assert "stored is a AnyModel" in nbval_strict.state_difference(slider, old)


def test_python_is_one_of_the_three():
    done = copies.python(notebooks.ROOT, "-m", "tools.fresh_python")
    assert done.returncode == 0, done.output
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
