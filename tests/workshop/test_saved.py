"""Notebooks as editors save them are accepted, or mended by the command that is named.

Each editor is a function that does to a chapter in normal form what it does on saving.
"""

import copy
import json
import re

import pytest
from copies import CHAPTER, chapter_of
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import contents, editors, fingerprint, notebooks
from tools.notebooks import STATE, VIEW

INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "name": "python",
    "version": "3.12.11",
}
INTRINSIC = "application/vnd.google.colaboratory.intrinsic+json"
WIDGET, LAYOUT = "a1" * 16, "b2" * 16
NULLS = {"_dom_classes": [], "_view_count": None, "tabbable": None, "tooltip": None}


def model(name, **state):
    """Return a widget's model as the kernel tells it."""
    made = {"model_module": "m", "model_module_version": "1", "model_name": name}
    return made | {"state": state}


def chapter():
    """Return a notebook in normal form, as a dictionary: text, a number, a widget."""
    view = {"model_id": WIDGET, "version_major": 2, "version_minor": 0}
    shown = {VIEW: view, "text/plain": "Explorer"}
    cells = [
        new_markdown_cell("# Title\n\nTwo lines.", id="title"),
        new_code_cell("x = 6\nx", id="value", metadata={"tags": ["hide-input"]}),
        new_code_cell("print(x)\nw", id="widget"),
        new_markdown_cell("The end.", id="end"),
    ]
    cells[1].outputs = [new_output("execute_result", {"text/plain": "6"})]
    cells[2].outputs = [
        new_output("stream", text="6\n"),
        new_output("display_data", shown),
    ]
    for number in (1, 2):
        cells[number].execution_count = number
    cells[1].outputs[0].execution_count = 1
    own = {"selection": [0], "layout": f"IPY_MODEL_{LAYOUT}"}
    models = {
        WIDGET: model("AnyModel", **own, **NULLS),
        LAYOUT: model("LayoutModel", _view_name="LayoutView", width=None, top="1px"),
    }
    notebook = new_notebook(
        cells=cells, metadata={"widgets": editors.in_widgets(models)}
    )
    notebooks.tidy(notebook)
    return json.loads(notebooks.text_of(notebook))


def code(data):
    return [cell for cell in data["cells"] if cell["cell_type"] == "code"]


def models(data):
    return data["metadata"]["widgets"][STATE]["state"]


def other_models(data):
    """Return a notebook as another run leaves it: its widgets' models renamed."""
    text = json.dumps(data)
    for name in re.findall(r'"([0-9a-f]{32})": {', text):
        text = text.replace(name, name[::-1])
    return json.loads(text)


# --- What editors do ----------------------------------------------------------------


def jupyterlab(data):
    data = other_models(data)
    data["metadata"]["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
    data["metadata"] |= {"language_info": INFO, "toc-autonumbering": False}
    for cell in data["cells"]:
        cell["metadata"] |= {"editable": True, "slideshow": {"slide_type": ""}}
        cell["metadata"].setdefault("tags", [])
    for cell in code(data):
        busy = {"iopub.status.busy": "2026-08-01T10:00:00.000000Z"}
        cell["metadata"] |= {"execution": busy, "scrolled": True, "trusted": True}
        cell["metadata"]["jupyter"] = {"outputs_hidden": False}
    return json.dumps(data, indent=1)


def kernel_gateway(data):
    """As ``nbclient`` has it: widgets with all their defaults."""
    data = other_models(data)
    for each in models(data).values():
        defaults = {"width": None, "_view_name": "LayoutView"}
        each["state"] |= NULLS if each["model_name"] == "AnyModel" else defaults
    return json.dumps(data)


def vscode(data):
    data["nbformat_minor"] = 2
    data["metadata"] |= {"language_info": INFO, "orig_nbformat": 4}
    data["metadata"]["vscode"] = {"interpreter": {"hash": "0" * 64}}
    for cell in data["cells"]:
        del cell["id"]
        cell["metadata"]["vscode"] = {"languageId": "python"}
        cell["source"] = cell["source"].splitlines(keepends=True)
    data["cells"].append({"cell_type": "code", "metadata": {}, "source": []})
    return json.dumps(data, indent=2)


def colab(data):
    data["nbformat_minor"] = 0
    data["metadata"]["widgets"] = {STATE: models(data)}
    data["metadata"] |= {"colab": {"provenance": []}, "accelerator": "GPU"}
    for cell in data["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
    for cell in code(data):
        cell["metadata"]["colab"] = {"base_uri": "https://localhost:8080/"}
        cell["metadata"]["executionInfo"] = {"status": "ok", "elapsed": 5}
        cell["metadata"]["outputId"] = "2620c1c4-ae09-4644-ef3a-f6828e4502f1"
        for output in cell["outputs"]:
            if output["output_type"] == "execute_result":
                output["data"][INTRINSIC] = {"type": "string"}
                output["metadata"] = {"tags": []}
            elif output["output_type"] == "stream":
                output["metadata"] = {"tags": None}
    return json.dumps(data)


def hosted(data):
    """Return what Kaggle, Deepnote, Databricks, PyCharm and papermill write."""
    data["metadata"] |= {"kaggle": {}, "papermill": {}, "deepnote_notebook_id": "1"}
    data["metadata"]["application/vnd.databricks.v1+notebook"] = {"language": "python"}
    for cell in data["cells"]:
        cell["block_group"] = "1"
        cell["metadata"] |= {"_uuid": "1", "_cell_guid": "1", "cell_id": "1"}
        cell["metadata"] |= {"deepnote_cell_type": "code", "source_hash": "f"}
        cell["metadata"] |= {"pycharm": {"name": "#%%\n"}, "ExecuteTime": {}}
        cell["metadata"] |= {"papermill": {"status": "completed"}}
        cell["metadata"]["application/vnd.databricks.v1+cell"] = {"nuid": "1"}
    return json.dumps(data)


def windows(data):
    """A byte order mark, and lines that end in two characters, inside and outside."""
    for cell in data["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return "\ufeff" + json.dumps(data, indent=1).replace("\n", "\r\n")


def another_order(data):
    return json.dumps(dict(reversed(data.items())), indent=4)


KEEP_IDS = [jupyterlab, kernel_gateway, colab, hosted, windows, another_order]
FOREIGN = [vscode, colab, hosted, windows]


def save(path, editor, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = data if isinstance(data, bytes) else editor(copy.deepcopy(data)).encode()
    path.write_bytes(text)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "demo" / "saved.ipynb"


@pytest.mark.parametrize("editor", [*KEEP_IDS, vscode])
def test_tidying_gives_back_what_an_editor_saved(path, editor):
    before = chapter()
    save(path, editor, before)
    assert notebooks.is_foreign(path) == (editor in FOREIGN)
    asked = ["not in normal form: make format CHAPTER=demo/saved"]
    assert notebooks.problems(path) == asked
    notebook = notebooks.read(path)
    assert notebooks.damage(notebook) == []
    assert not any("\r" in cell.source for cell in notebook.cells)
    notebooks.tidy(notebook)
    after = json.loads(notebooks.text_of(notebook))
    if editor is vscode:  # which forgot the ids, on which those of the models depend
        assert [c["source"] for c in after["cells"]] == [
            c["source"] for c in before["cells"]
        ]
        assert len({c["id"] for c in after["cells"]}) == 4
    else:
        assert after == before
    notebooks.write(path, notebook)
    assert notebooks.problems(path) == [] and not notebooks.is_foreign(path)


@pytest.mark.parametrize("lost", ["none", "invalid", "twice"])
def test_cells_without_an_id_of_their_own_get_one_by_what_they_say(path, lost):
    data = chapter()
    for cell in data["cells"]:
        cell["id"] = {"none": None, "invalid": "#VSC-1", "twice": "x"}[lost]
    data["cells"].append(data["cells"][-1])
    first, second = (
        [c.id for c in read.cells]
        for read in [notebooks.read(save(path, json.dumps, data)) for _ in range(2)]
    )
    assert first == second and len(set(first)) == 5
    assert ("x" in first) == (lost == "twice")
    data["cells"][0]["source"] += "!"
    edited = [c.id for c in notebooks.read(save(path, json.dumps, data)).cells]
    assert edited[1:] == first[1:]


def test_a_notebook_of_version_3_is_read_alike_each_time(path):
    out = {"output_type": "pyout", "prompt_number": 1, "text": ["6"], "metadata": {}}
    cell = {"cell_type": "code", "language": "python", "input": ["x = 6\n", "x"]}
    cell |= {"collapsed": False, "outputs": [out], "prompt_number": 1, "metadata": {}}
    title = {"cell_type": "heading", "level": 1, "source": ["Title"], "metadata": {}}
    data = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
    data["worksheets"] = [{"cells": [title, cell], "metadata": {}}]
    texts = set()
    for _ in range(2):
        notebook = notebooks.read(save(path, json.dumps, data))
        assert notebooks.is_foreign(path) and notebooks.damage(notebook) == []
        notebooks.tidy(notebook)
        texts.add(notebooks.text_of(notebook))
    assert len(texts) == 1
    assert [c.source for c in notebook.cells] == ["# Title", "x = 6\nx"]
    assert notebook.cells[1].outputs[0]["data"] == {"text/plain": "6"}


# --- Widgets ------------------------------------------------------------------------


def unsaved(data):
    """JupyterLab as it is installed: views of this run, models of another."""
    data["metadata"]["widgets"][STATE]["state"] = models(other_models(data))


def of_the_classic_notebook(data):
    data["metadata"]["widgets"] = {"state": {}, "version": "1.1.2"}


def without_states(data):
    data["metadata"]["widgets"] = {
        STATE: {k: {"model_name": "A"} for k in models(data)}
    }


def without_layout(data):
    shown = code(data)[1]["outputs"][1]["data"][VIEW]["model_id"]
    data["metadata"]["widgets"][STATE]["state"] = {shown: models(data)[shown]}


LOST = [unsaved, of_the_classic_notebook, without_states, without_layout]


@pytest.mark.parametrize("lose", LOST)
def test_a_widget_whose_state_is_lost_asks_for_a_run(path, lose):
    data = chapter()
    lose(data)
    notebook = notebooks.read(save(path, json.dumps, data))
    said = ["cell [2] shows a widget whose state is not stored"]
    assert notebooks.damage(notebook) == said
    notebooks.tidy(notebook)
    assert notebooks.damage(notebook) == said
    assert ("widgets" in notebook.metadata) == (lose is without_layout)


def test_what_a_widget_is_made_of_is_kept_with_it(path):
    data = chapter()
    sliders = {
        name * 16: model("SliderModel", layout=f"IPY_MODEL_{LAYOUT}")
        for name in ("c3", "d4")
    }
    own = {"layout": f"IPY_MODEL_{LAYOUT}"}
    own["children"] = [f"IPY_MODEL_{name}" for name in sliders]  # not in their order
    box = model("BoxModel", **own)
    stored = {WIDGET: box, LAYOUT: model("LayoutModel")} | sliders
    shown = code(data)[1]["outputs"][1]["data"][VIEW]
    data["metadata"]["widgets"] = editors.in_widgets(stored | {"e5" * 16: box})
    shown["model_id"] = WIDGET
    texts = []
    for given in (data, other_models(data)):
        notebook = notebooks.read(save(path, json.dumps, given))
        notebooks.tidy(notebook)
        texts.append(notebooks.text_of(notebook))
        notebooks.write(path, notebook)
        assert notebooks.problems(path) == []
        assert notebooks.damage(notebook) == []
    kept = notebooks.models_of(notebook)
    assert len(set(texts)) == 1 and len(kept) == 4
    names = re.findall("IPY_MODEL_(.{32})", json.dumps(kept))
    assert set(names) < set(kept) and WIDGET not in kept


def test_models_are_stored_without_what_every_frontend_supplies():
    widget, layout = models(chapter()).values()
    if layout["model_name"] == "AnyModel":
        widget, layout = layout, widget
    assert sorted(widget["state"]) == ["layout", "selection"]
    assert layout["state"] == {"top": "1px"}
    slider = model("SliderModel", index=None, tooltip="x", tabbable=None)
    assert editors.lean(slider)["state"] == {"index": None, "tooltip": "x"}


# --- Metadata -----------------------------------------------------------------------

TEACHING = {
    "tags": ["hide-input"],
    "slideshow": {"slide_type": "fragment"},
    "nbgrader": {"grade": True, "grade_id": "one", "points": 2, "solution": False},
    "jupyter": {"source_hidden": True, "outputs_hidden": True},
    "mystnb": {"code_prompt_show": "Show", "figure": {"id": "mine"}},
    "evidence": {"reason": "a clock"},
    "collapsed": True,
    "hide_input": True,
    "editable": False,
    "deletable": False,
    "my-own": {"id": 3, "tags": []},
}


def test_what_a_teacher_sets_stays(path):
    data = chapter()
    data["cells"][1]["metadata"] = dict(TEACHING)
    own = {
        "celltoolbar": "Slideshow",
        "rise": {"scroll": True},
        "authors": [{"name": "A"}],
    }
    own["jupytext"] = {"formats": "ipynb,md"}
    data["metadata"] |= own
    for editor in KEEP_IDS:
        notebook = notebooks.read(save(path, editor, data))
        notebooks.tidy(notebook)
        kept = notebook.cells[1].metadata
        # JupyterLab's emulation unsets what it would not, were it set
        changed = (
            {"editable", "slideshow", "jupyter"} if editor is jupyterlab else set()
        )
        for key in TEACHING.keys() - changed:
            assert kept[key] == TEACHING[key], (editor, key)
        assert notebook.metadata.items() >= own.items()


# --- What cannot be read ------------------------------------------------------------


def broken(**changes):
    return json.dumps(chapter() | changes).encode()


UNREADABLE = {
    "cut": (broken()[:-40], "line 1 column"),
    "empty": (b"", "line 1 column 1"),
    "other JSON": (b"[1]", "not a notebook"),
    "no version": (b'{"cells": []}', "not a notebook"),
    "later version": (broken(nbformat=6), "version 6"),
    "no cells": (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "cells"),
    "cells of another kind": (
        broken(cells=[{"cell_type": "sql", "source": ""}]),
        "sql",
    ),
    "cells that are text": (broken(cells=["x"]), ""),
    "no source": (broken(cells=[{"cell_type": "code"}]), "missing or unknown: source"),
    "tags that are text": (
        broken(cells=[{"cell_type": "raw", "source": "", "metadata": {"tags": "x"}}]),
        "'x' is not of type 'array'",
    ),
    "metadata that are a list": (broken(metadata=[]), ""),
    "widgets that are a list": (broken(metadata={"widgets": []}), ""),
    "version 3 without cells": (b'{"nbformat": 3, "metadata": {}}', ""),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_named_with_what_to_do(path, what, monkeypatch):
    data, why = UNREADABLE[what]
    save(path, None, data)
    monkeypatch.chdir(path.parents[1])
    for look in (notebooks.read, notebooks.problems):
        with pytest.raises(SystemExit) as stop:
            look(path)
        said = str(stop.value)
        assert re.match(r"demo/saved.ipynb cannot be read as a notebook \(", said), said
        assert why in said and "\n" not in said and "()" not in said
        assert said.endswith("git checkout -- demo/saved.ipynb")


def test_a_file_that_is_no_utf_8_is_named_with_what_to_do(path, monkeypatch):
    save(path, None, "# Zürich".encode("latin-1"))
    monkeypatch.chdir(path.parents[1])
    for look in (notebooks.read, notebooks.problems, contents.text_of):
        with pytest.raises(SystemExit, match="^demo/saved.ipynb is not UTF-8: .*git"):
            look(path)


# --- Freshness -----------------------------------------------------------------------


def test_empty_cells_do_not_make_stale(book):
    notebook = notebooks.read(chapter_of(book))
    made = fingerprint.fingerprint(notebook, CHAPTER, book)
    notebook.cells[3:3] = [new_code_cell(" \n"), new_markdown_cell("")]
    assert fingerprint.fingerprint(notebook, CHAPTER, book) == made
