"""Chapters as files: where they are, when they are tidy, and when they are stale."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import nbformat
import yaml

from tools import contents
from tools.fingerprint import as_python, fingerprint, parse

sys.path.append(str(Path(__file__).parents[1] / "book" / "_ext"))
import runs
from addresses import web_address

ROOT = Path(__file__).resolve().parents[1]
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
MAX_BYTES = 1_500_000
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
CHANGED = "what its outputs depend on changed after it was run"
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
    """Read a notebook, unless it holds the marks of a merge (``contents.text_of``)."""
    return nbformat.reads(contents.text_of(path), as_version=4)


def write(path: Path, notebook) -> None:
    """Write a notebook in the one form the repository has."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf8")


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
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    kept = {"widgets"} & notebook.metadata.keys()
    metadata = {key: notebook.metadata[key] for key in kept}
    metadata["kernelspec"] = KERNELSPEC
    metadata["language_info"] = {"name": "python"}
    notebook.metadata = nbformat.from_dict(metadata)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    for cell in notebook.cells:
        cell.source = "\n".join(x.rstrip() for x in cell.source.split("\n")).strip("\n")
        kept = {"tags", "evidence"} & cell.metadata.keys()
        cell.metadata = nbformat.from_dict({k: cell.metadata[k] for k in sorted(kept)})
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if cell.cell_type == "code":
            _tidy_outputs(cell)
    _rename_models(notebook)


def _tidy_outputs(cell) -> None:
    """Join what a cell printed in pieces, which differ from run to run."""
    joined = []
    for output in cell.outputs:
        name = output.get("name")  # of a stream; other outputs have none
        if name and joined and joined[-1].get("name") == name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    cell.outputs = joined


def _rename_models(notebook) -> None:
    """Give widget models ids that depend on their place, not on chance."""
    if "widgets" not in notebook.metadata:
        return
    views = [
        (f"{cell.id}/{k}", output["data"][VIEW]["model_id"])
        for _, cell in code_cells(notebook)
        for k, output in enumerate(cell.outputs)
        if VIEW in output.get("data", {})
    ]
    states = notebook.metadata["widgets"][STATE]["state"]
    renamed = {}
    for place, model in views:
        for old in (model, *_references(states.get(model, {}))):
            key = f"{place}/{len(renamed)}"
            renamed.setdefault(old, hashlib.sha1(key.encode()).hexdigest()[:32])
    kept = {key: value for key, value in states.items() if key in renamed}
    text = json.dumps([kept, notebook.cells])
    for old, new in renamed.items():
        text = text.replace(old, new)
    kept, cells = json.loads(text)
    notebook.metadata["widgets"] = nbformat.from_dict(
        {STATE: {"state": kept, "version_major": 2, "version_minor": 0}}
    )
    notebook.cells = [nbformat.from_dict(cell) for cell in cells]


def _references(model: dict) -> list[str]:
    """Return the ids of the models that a model names."""
    text = json.dumps(model.get("state", {}))
    return re.findall(r"IPY_MODEL_([0-9a-f]+)", text)


def problems(path: Path) -> list[str]:
    """Return what is untidy about a notebook, each with the number of its cell."""
    text = path.read_text(encoding="utf8")
    notebook = nbformat.reads(text, as_version=4)
    found = []
    if len(text.encode()) > MAX_BYTES:
        found.append(f"{len(text.encode()):,} bytes, the limit is {MAX_BYTES:,}")
    if notebook.metadata.get("kernelspec") != KERNELSPEC:
        found.append("the kernelspec is not plain python3")
    for number, cell in code_cells(notebook):
        where = f"cell [{number}]"
        if cell.source.strip().count("\n") >= 25:
            found.append(f"{where}: more than 25 lines")
        for output in cell.outputs:
            if output.get("name") == "stderr":
                found.append(f"{where}: writes to stderr")
        found += [f"{where}: {problem}" for problem in _excuse_problems(cell)]
    for index, cell in enumerate(notebook.cells):
        if tab := re.search("\t", cell.source):
            line = cell.source.count("\n", 0, tab.start()) + 1
            where = f"{cell_name(notebook, index)}, line {line}"
            found.append(f"{where}: a tab, where spaces would be right")
    fresh = nbformat.reads(text, as_version=4)
    tidy(fresh)
    if json.dumps(fresh, sort_keys=True) != json.dumps(notebook, sort_keys=True):
        found.append("not in normal form: run `make format`")
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


# --- Freshness ----------------------------------------------------------------------


def damage(notebook) -> list[str]:
    """Return what only a new run mends: cells not run, run in another order, failed."""
    found = []
    states = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    for number, cell in code_cells(notebook):
        where = f"cell [{number}]"
        if cell.execution_count is None:
            found.append(f"{where} was not run")
        elif cell.execution_count != number:
            found.append(f"{where} was run in another order")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{where} ended in {output.ename}")
            view = output.get("data", {}).get(VIEW)
            if view and view["model_id"] not in states:
                found.append(f"{where} shows a widget whose state is not stored")
    if not any(cell.outputs for _, cell in code_cells(notebook)) and not found:
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
