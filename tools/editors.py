"""Notebooks as editors save them: what they leave out, and what they leave behind."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import count

import nbformat
from nbformat.v4.rwbase import rejoin_lines

STATE = "application/vnd.jupyter.widget-state+json"
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
OPTIONAL = {  # what a cell or an output may lack, and then has
    "code": {"metadata": {}, "execution_count": None, "outputs": []},
    "markdown": {"metadata": {}},
    "raw": {"metadata": {}},
    "stream": {"name": "stdout"},
    "display_data": {"metadata": {}},
    "execute_result": {"metadata": {}, "execution_count": None},
    "error": {},
}
FIELDS = {  # what nbformat knows besides; anything else makes a notebook invalid
    "code": {"id", "cell_type", "source"},
    "markdown": {"id", "cell_type", "source", "attachments"},
    "raw": {"id", "cell_type", "source", "attachments"},
    "stream": {"output_type", "text"},
    "display_data": {"output_type", "data"},
    "execute_result": {"output_type", "data"},
    "error": {"output_type", "ename", "evalue", "traceback"},
}
# What programs note for themselves, in the metadata of a cell or of the notebook.
NOISE = {
    *("scrolled", "trusted", "execution", "ExecuteTime", "signature"),  # Jupyter
    *("orig_nbformat", "orig_nbformat_minor", "kernel_info", "anaconda-cloud"),
    *("toc", "toc-autonumbering", "toc-showcode", "toc-showmarkdowntxt"),
    *(
        "toc-showtags",
        "record_timing",
        "varInspector",
        "nteract",
        "gather",
        "papermill",
    ),
    *("id", "outputId", "colab", "colab_type", "executionInfo"),  # Colab
    *("accelerator", "gpuClass", "machine_shape"),
    *("vscode", "interpreter", "notebookRunGroups", "pycharm", "datalore"),
    *("kaggle", "_uuid", "_cell_guid"),
    *("deepnote", "cell_id", "source_hash", "output_cleared"),  # Deepnote
    *("execution_start", "execution_millis", "execution_context_id"),
}
NOISY = ("deepnote_", "application/vnd.databricks")
FOREIGN = ("application/vnd.colab", "application/vnd.google.colab")
FOREIGN += ("application/vnd.microsoft", "application/vnd.deepnote")
DEFAULTS = {  # as good as not said
    "collapsed": False,
    "deletable": True,
    "editable": True,
    "jupyter": {},
    "outputs_hidden": False,
    "slide_type": "",
    "slideshow": {},
    "source_hidden": False,
    "tags": [],
}
UNSET = {"_dom_classes": [], "_view_count": None, "tabbable": None, "tooltip": None}


def loads(text: str):
    """Return a notebook of format 4.5, whichever editor wrote its text.

    Raises
    ------
    ValueError, LookupError, TypeError, AttributeError, nbformat.ValidationError
        If it is no notebook.
    """
    data = json.loads(text.removeprefix("\ufeff"))
    if not isinstance(data, dict) or "nbformat" not in data:
        raise ValueError("not a notebook")
    if data["nbformat"] == 4:
        notebook = rejoin_lines(nbformat.from_dict(data))
    else:
        notebook = nbformat.convert(nbformat.reader.reads(json.dumps(data)), 4)
        for cell in notebook.cells:
            del cell["id"]  # drawn by chance
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        _complete(cell, cell.cell_type)
        cell.source = re.sub("\r\n?", "\n", cell.source)
        for output in cell.get("outputs", []):
            _complete(output, output.output_type)
            for mime in [x for x in output.get("data", {}) if x.startswith(FOREIGN)]:
                del output.data[mime]
    _name(notebook.cells)
    _gather_models(notebook)
    nbformat.validate(notebook)
    return notebook


def _complete(part, kind: str) -> None:
    """Give a cell or an output what it lacks, and take what no notebook may have."""
    for key in part.keys() - FIELDS[kind] - OPTIONAL[kind].keys():
        del part[key]
    for key, value in nbformat.from_dict(OPTIONAL[kind]).items():
        part.setdefault(key, value)


def _name(cells) -> None:
    """Let each cell keep its id, or Colab's, or make one of what it says."""
    taken: set[str] = set()
    for cell in cells:
        names = [cell.pop("id", None), cell.metadata.get("id")]
        names = [x for x in names if isinstance(x, str) and CELL_ID.fullmatch(x)]
        if free := [x for x in names if x not in taken]:
            cell.id = free[0]
            taken.add(free[0])
    for cell in cells:
        if "id" not in cell:
            cell.id = _made(f"{cell.cell_type}\n{cell.source}", taken)
            taken.add(cell.id)


def _made(text: str, taken: set[str]) -> str:
    """Return an id that depends on a text, and is not taken."""
    names = (digest(f"{k}\n{text}")[:8] for k in count())
    return next(name for name in names if name not in taken)


def digest(text: str) -> str:
    """Return hexadecimal digits that depend on a text."""
    return hashlib.sha1(text.encode()).hexdigest()


def _gather_models(notebook) -> None:
    """Put the widgets' models where they belong; drop those whose state is lost.

    Colab's lie one level too high; those of the classic notebook cannot be read.
    """
    widgets = notebook.metadata.pop("widgets", {})
    stored = widgets.get(STATE, {})
    models = {
        name: model
        for name, model in stored.get("state", stored).items()
        if isinstance(model, dict) and {"model_name", "state"} <= model.keys()
    }
    if models:
        notebook.metadata["widgets"] = nbformat.from_dict(in_widgets(models))


def in_widgets(models: dict) -> dict:
    """Return what a notebook's metadata say of its widgets."""
    return {STATE: {"state": models, "version_major": 2, "version_minor": 0}}


def lean(model: dict) -> dict:
    """Return a widget's model without defaults, as JupyterLab stores it."""
    state = {k: v for k, v in model["state"].items() if UNSET.get(k, ...) != v}
    if model["model_name"] == "LayoutModel":
        state = {k: v for k, v in state.items() if v is not None and k[:1] != "_"}
    return {**model, "state": state}


def without_noise(metadata: dict) -> dict:
    """Return metadata as a person wrote them, without what says nothing."""
    kept = {}
    for key, value in metadata.items():
        if key in NOISE or key.startswith(NOISY):
            continue
        if key in ("jupyter", "slideshow") and isinstance(value, dict):
            value = without_noise(value)
        if DEFAULTS.get(key, ...) != value:
            kept[key] = value
    return kept
