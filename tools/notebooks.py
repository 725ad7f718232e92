"""Chapters as files: where they are, when they are tidy, and when they are stale."""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbformat
import yaml
from nbformat.v4.rwbase import rejoin_lines

from tools import contents, editors
from tools.editors import STATE
from tools.fingerprint import as_python, fingerprint, parse

sys.path.append(str(Path(__file__).parents[1] / "book" / "_ext"))
import kinds
import runs
from addresses import web_address

ROOT = Path(__file__).resolve().parents[1]
VIEW = "application/vnd.jupyter.widget-view+json"
MAX_BYTES = 1_500_000
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
CHANGED = "what its outputs depend on changed after it was run"
MODEL = re.compile(r"IPY_MODEL_([\w-]+)")
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
UNREADABLE += (nbformat.ValidationError,)
EXCUSES = {  # nbval's tags, and its comments in lower case with hyphens
    "nbval-ignore-output",
    "nbval-raises-exception",
    "nbval-skip",
    "pytest-validate-ignore-output",
    "raises-exception",
}


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the notebooks of the book, in the order of the table of contents."""
    paths = [root / f"{page}.ipynb" for page in contents.pages(root)]
    return [path for path in paths if path.is_file()]


def is_tagged(path: Path, tag: str) -> bool:
    """Return whether the first cell says what a notebook is: draft, handout, opening.

    A draft stays off the published site and out of what students get. A handout is
    free in its form: it is run and shown, and compared where a cell asks for that.
    """
    state = path.stat()
    return tag in _tags_of_file(path, state.st_mtime_ns, state.st_size)


@cache
def _tags_of_file(path: Path, changed: int, size: int) -> list[str]:
    return tags_of(read(path))


def tags_of(notebook) -> list[str]:
    """Return the tags of the first cell, which say what the notebook is."""
    return notebook.cells[0].metadata.get("tags", []) if notebook.cells else []


def drafts(root: Path = ROOT) -> list[Path]:
    """Return the chapters that are not to be published yet."""
    return [path for path in chapters(root) if is_tagged(path, "draft")]


def handouts(root: Path = ROOT) -> list[Path]:
    """Return the notebooks that are free in their form."""
    return [path for path in chapters(root) if is_tagged(path, "handout")]


def formal(root: Path = ROOT) -> list[Path]:
    """Return the notebooks that owe the form of a chapter: all others."""
    return [path for path in chapters(root) if not is_tagged(path, "handout")]


def find(chapter: str, root: Path = ROOT) -> Path:
    """Return the notebook named ``part/slug``.

    Raises
    ------
    SystemExit
        If there is none; the message names those there are.
    """
    names = ", ".join(name_of(p, root) for p in chapters(root)) or "none yet"
    path = root / "book" / f"{chapter}.ipynb"
    if not path.is_file():
        raise SystemExit(f"no chapter {chapter!r}; there are: {names}")
    return path


def name_of(path: Path, root: Path = ROOT) -> str:
    """Return ``part/slug`` of a notebook."""
    return path.relative_to(root / "book").with_suffix("").as_posix()


def exercises_of(chapter: str, root: Path = ROOT) -> Path:
    """Return the file with the exercises of ``part/slug``, beside the chapter."""
    return root / "book" / f"{chapter}.exercises.py"


def repository(root: Path = ROOT) -> str:
    """Return what pip installs: ``repository.url`` in ``_config.yml``, cleaned.

    Raises
    ------
    SystemExit
        If it is not a web address. The message does not repeat it: there may be a
        password in it, and what a workflow prints is public.
    """
    settings = yaml.safe_load(contents.text_of(root / "_config.yml"))["repository"]
    address = web_address(str(settings["url"]))
    if not address:
        raise SystemExit(
            "repository.url in _config.yml should be a web address with owner and "
            "name, such as https://github.com/me/notes"
        )
    folder = settings.get("path_to_book")  # of the book inside a larger repository
    return f"{address}#subdirectory={folder}" if folder else address


def read(path: Path):
    """Read a notebook, whichever editor saved it.

    Raises
    ------
    SystemExit
        If that is impossible; the message says why, and what to do.
    """
    try:
        return editors.loads(contents.text_of(path))
    except UNREADABLE as error:
        name = os.path.relpath(path)
        why = str(error).partition("\n")[0]
        if isinstance(error, (AttributeError, LookupError)):
            why = f"missing or unknown: {why}"
        raise SystemExit(
            f"{name} cannot be read as a notebook ({why}): save it again in an editor, "
            f"or take what was committed last: git checkout -- {name}"
        ) from None


def text_of(notebook) -> str:
    """Return a notebook as the text that the repository has of it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write(path: Path, notebook) -> None:
    """Write a notebook in the one form the repository has."""
    path.write_text(text_of(notebook), encoding="utf8", newline="\n")


def is_foreign(path: Path) -> bool:
    """Return whether others than ``read`` would miss something of a file."""
    try:
        plain = rejoin_lines(nbformat.from_dict(json.loads(contents.text_of(path))))
    except (ValueError, AttributeError):  # a byte order mark, another version
        return True
    return plain != read(path)


def code_cells(notebook) -> Iterator[tuple[int, dict]]:
    """Yield the code cells that are not empty, each with its number from 1."""
    cells = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    yield from enumerate(cells, 1)


def cell_name(notebook, index: int) -> str:
    """Return how messages name a cell: code by number, text by heading or beginning."""
    cell = notebook.cells[index]
    for number, other in code_cells(notebook):
        if other is cell:
            return f"cell [{number}]"
    text = cell.source.strip()
    heading = re.search(r"^#+ +(.+)", text, re.MULTILINE)
    words = heading[1] if heading else text.partition("\n")[0]
    return f'the cell "{textwrap.shorten(words, 40, placeholder=" ...")}"'


# --- Tidiness -----------------------------------------------------------------------


def tidy(notebook) -> None:
    """Bring a notebook into normal form, in place, without touching what it says."""
    metadata = editors.without_noise(notebook.metadata)
    metadata |= {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    notebook.metadata = nbformat.from_dict(metadata)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    for cell in notebook.cells:
        cell.source = "\n".join(x.rstrip() for x in cell.source.split("\n")).strip("\n")
        cell.metadata = nbformat.from_dict(editors.without_noise(cell.metadata))
        if cell.cell_type == "code":
            _fold(cell)
            _tidy_outputs(cell)
    _tidy_models(notebook)


def _fold(cell) -> None:
    """Collapse in Jupyter what the page folds, under a line that says what is inside.

    JupyterLab shows the first line of what is collapsed. A line and a fold that were
    made here go when the cell is no longer of a kind that is folded.
    """
    tags = cell.metadata.get("tags", [])
    first, _, rest = cell.source.partition("\n")
    jupyter = {**cell.metadata.get("jupyter", {})}
    if kinds.is_derived(first):
        cell.source = rest
        jupyter.pop("source_hidden", None)
    if "show" in tags:
        jupyter.pop("source_hidden", None)
    if found := kinds.kinds(cell.source, tags):
        jupyter["source_hidden"] = True
        if {"solution", "hide-cell"} & {*tags}:
            jupyter["outputs_hidden"] = True
        if not cell.source.startswith(("#", "%%")):
            cell.source = f"# {kinds.in_words(found)}\n{cell.source}"
    cell.metadata.pop("jupyter", None)
    if jupyter:
        cell.metadata["jupyter"] = nbformat.from_dict(jupyter)


def _tidy_outputs(cell) -> None:
    """Join what a cell printed in pieces, which differ from run to run."""
    joined = []
    for output in cell.outputs:
        if "metadata" in output:
            output.metadata = nbformat.from_dict(editors.without_noise(output.metadata))
        name = output.get("name")  # of a stream; other outputs have none
        if name and joined and joined[-1].get("name") == name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    cell.outputs = joined


def _tidy_models(notebook) -> None:
    """Keep the models that outputs show, under ids of their place, not of chance."""
    models, renamed = models_of(notebook), {}
    for _, cell in code_cells(notebook):
        for k, output in enumerate(cell.outputs):
            view = output.get("data", {}).get(VIEW, {})
            for name in filter(models.get, _reached(view.get("model_id"), models)):
                place = f"{cell.id}/{k}/{len(renamed)}"
                renamed.setdefault(name, editors.digest(place)[:32])
            if view.get("model_id") in renamed:
                view["model_id"] = renamed[view["model_id"]]
    kept = {new: editors.lean(models[old]) for old, new in renamed.items()}
    text = MODEL.sub(lambda x: f"IPY_MODEL_{renamed.get(x[1], x[1])}", json.dumps(kept))
    notebook.metadata.pop("widgets", None)
    if kept:
        widgets = editors.in_widgets(json.loads(text))
        notebook.metadata["widgets"] = nbformat.from_dict(widgets)


def models_of(notebook) -> dict[str, dict]:
    """Return the widgets' models that a notebook stores, by their ids."""
    return notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})


def _reached(model: str | None, models: dict[str, dict], found: tuple = ()) -> tuple:
    """Return the ids of a model and of those that it names, in their order."""
    if model in found:
        return found
    found += (model,)
    for name in MODEL.findall(json.dumps(models.get(model), sort_keys=True)):
        found = _reached(name, models, found)
    return found


def problems(path: Path) -> list[str]:
    """Return what is untidy about a notebook, each with the number of its cell."""
    notebook, text = read(path), contents.text_of(path)
    found = []
    if len(text.encode()) > MAX_BYTES:
        found.append(f"{len(text.encode()):,} bytes, the limit is {MAX_BYTES:,}")
    if "handout" not in tags_of(notebook):
        found += _faults_of_cells(notebook)
    tidy(notebook)
    if text_of(notebook) != text:
        chapter = f"{path.parent.name}/{path.stem}"
        found.append(f"not in normal form: make format CHAPTER={chapter}")
    return found


def _faults_of_cells(notebook) -> list[str]:
    found = []
    for number, cell in code_cells(notebook):
        where = f"cell [{number}]"
        if len(kinds.own_lines(cell.source)) > 25:
            found.append(f"{where}: more than 25 lines")
        for output in cell.outputs:
            if output.get("name") == "stderr":
                first = output.text.strip().partition("\n")[0]
                found.append(f"{where}: writes to stderr: {first}")
        found += [f"{where}: {problem}" for problem in _excuse_problems(cell)]
    for index, cell in enumerate(notebook.cells):
        if tab := re.search("\t", cell.source):
            line = cell.source.count("\n", 0, tab.start()) + 1
            where = f"{cell_name(notebook, index)}, line {line}"
            found.append(f"{where}: a tab, where spaces would be right")
    return found


def excuse(cell) -> str | None:
    """Return the tag that excuses a cell from comparison, if it has one."""
    tags = [tag for tag in cell.metadata.get("tags", []) if tag in EXCUSES]
    comments = re.findall(r"^[ \t]*#+[ \t]*(\w+)[ \t]*$", cell.source, re.MULTILINE)
    markers = [c for c in comments if c.lower().replace("_", "-") in EXCUSES]
    return next(iter(tags + markers), None)


def _excuse_problems(cell) -> Iterator[str]:
    """Yield what is wrong with a cell's excuse, if it has one."""
    reason = cell.metadata.get("evidence", {}).get("reason", "")
    if excuse(cell) and not reason.strip():
        yield f"{excuse(cell)} without a reason in metadata.evidence.reason"


def lacks(path: Path) -> str:
    """Return in one line what a handout has not that a chapter would have."""
    notebook = read(path)
    tags = {tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    pictures = [
        f"[{number}]"
        for number, cell in code_cells(notebook)
        for output in cell.outputs
        if any(mime.startswith("image/") for mime in output.get("data", {}))
        and "application/vnd.evidence.figure+json" not in output["data"]
    ]
    missing = {
        "a title": any(re.search("^# ", text, re.MULTILINE) for text in prose),
        f"texts for the pictures of cells {', '.join(pictures)}": not pictures,
        "the cell for Colab": "colab" in tags,
        "a cell to be compared (tag: compare)": "compare" in tags,
    }
    words = [what for what, there in missing.items() if not there] or ["nothing"]
    return f"{path.stem}, a handout, lacks {'; '.join(words)}. None of it must be."


# --- Freshness ----------------------------------------------------------------------


def damage(notebook) -> list[str]:
    """Return what only a new run mends: cells not run, run in another order, failed.

    A handout may print nothing.
    """
    found = []
    models = models_of(notebook)
    for number, cell in code_cells(notebook):
        where = f"cell [{number}]"
        if cell.execution_count is None:
            found.append(f"{where} was not run")
        elif cell.execution_count != number:
            found.append(f"{where} was run in another order")
        for output in cell.outputs:
            wanted = "raises-exception" in cell.metadata.get("tags", [])
            if output.output_type == "error" and not wanted:
                found.append(f"{where} ended in {output.ename}")
            view = output.get("data", {}).get(VIEW)
            if view and {*_reached(view.get("model_id"), models)} - models.keys():
                found.append(f"{where} shows a widget whose state is not stored")
    silent = not any(cell.outputs for _, cell in code_cells(notebook))
    if silent and not found and "handout" not in tags_of(notebook):
        found.append("no cell has an output")
    return found


def not_python(path: Path, root: Path = ROOT) -> str | None:
    """Return where the code of a chapter, or of its exercises, is not Python."""
    name = name_of(path, root)
    codes = {f"cell [{k}]": as_python(c.source) for k, c in code_cells(read(path))}
    exercises = exercises_of(name, root)
    if exercises.is_file():
        codes[exercises.name] = contents.text_of(exercises)
    for place, code in codes.items():
        try:
            parse(code)
        except SyntaxError as error:
            line = (error.text or "").strip()
            return f"{name}: {place}, line {error.lineno}: {error.msg}: {line}"
    return None


def stale(path: Path, root: Path = ROOT) -> str | None:
    """Return why a chapter has to be run again, and how; None if it is fresh.

    Or why it cannot be run.
    """
    if reason := not_python(path, root):
        return reason
    name, notebook = name_of(path, root), read(path)
    harm = damage(notebook)
    if not harm:
        now = fingerprint(notebook, name, root)
        if now in [run.fingerprint for run in runs.read(root / "book").get(name, [])]:
            return None
        harm = [CHANGED]
    more = f" (and {len(harm) - 1} more)" if len(harm) > 1 else ""
    return f"{name}: {harm[0]}{more}: make run CHAPTER={name}"
