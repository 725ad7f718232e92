"""What a chapter's outputs depend on, by meaning: its fingerprint."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import textwrap
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from threading import Lock

from IPython.core.inputtransformer2 import TransformerManager

from evidence import entries
from evidence.sources import shorten_docstrings

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def fingerprint(notebook, chapter: str, root: Path) -> str:
    """Return a hash of what a chapter's outputs depend on.

    That is its code, its exercises and the modules of ``evidence`` that it reaches, as
    syntax without comments and docstrings; the text of what it lists with
    ``show_source``; what its claims print; and the exact versions of the distributions
    that any of this imports.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The chapter.
    chapter : str
        Its name, ``part/slug``.
    root : pathlib.Path
        The repository.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    cells = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    # The Colab cell names the repository, which differs from fork to fork.
    cells = [c.source for c in cells if "colab" not in c.metadata.get("tags", [])]
    code = [as_python(source) for source in cells]
    parts = [meaning_of_cell(text) for text in code]
    exercises = root / "book" / f"{chapter}.exercises.py"
    if exercises.is_file():
        code.append(exercises.read_text("utf8"))
        parts.append(meaning(code[-1]))
    files = sorted(reached("\n".join(code), root))
    modules = [path.read_text("utf8") for path in files if path.suffix == ".py"]
    for path in files:
        text = path.read_text("utf8")
        parts += [
            path.relative_to(root).as_posix(),
            meaning(text) if path.suffix == ".py" else text,
        ]
    shown = {name.split(".")[-1] for name in _listed("\n".join(code))}
    parts += [text for module in modules for text in _listings(module, shown)]
    for name, entry in entries.load(root / "book").items():
        if f'"{name}"' in "\n".join(cells):
            parts.append(json.dumps([entry.get(key) for key in entries.PRINTED]))
    parts += _pins([*code, *modules], (root / "constraints.txt").read_text("utf8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


ONE_AT_A_TIME = Lock()  # CPython 3.11 counts the depth of trees for all threads at once


@cache
def parse(code: str) -> ast.Module:
    """Return the syntax tree of a piece of Python; chapters are parsed side by side."""
    with ONE_AT_A_TIME:
        return ast.parse(code)


distributions = cache(packages_distributions)


@cache
def meaning(code: str) -> str:
    """Return what a piece of Python says, however it is laid out and commented."""
    return _meaning(parse(code))


def _meaning(node) -> str:
    if isinstance(node, list):
        return f"[{','.join(map(_meaning, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if (
        isinstance(node, DOCUMENTED)
        and ast.get_docstring(node, clean=False) is not None
    ):
        fields["body"] = node.body[1:]
    # Pythons differ in which fields they have; those they add are empty in older code.
    fields = {key: value for key, value in fields.items() if value not in (None, [])}
    inside = ",".join(f"{key}={_meaning(value)}" for key, value in fields.items())
    return f"{type(node).__name__}({inside})"


def meaning_of_cell(code: str) -> str:
    """Return what a cell says: a string that it begins with, a ``;`` at its end."""
    quiet = code.rstrip().endswith(";")  # shows no output
    return f"{_meaning(parse(code).body)}{';' if quiet else ''}"


def as_python(source: str) -> str:
    """Return a cell's code with its magics as calls, as IPython runs it."""
    return TransformerManager().transform_cell(source)


def reached(code: str, root: Path) -> set[Path]:
    """Return the files of ``evidence`` that a piece of code depends on."""
    package = root / "src" / "evidence"
    waiting = [package / "__init__.py", *_files(code, package)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".py":
            text = path.read_text("utf8")
            waiting += _files(text, package)
            data = re.findall(r'"(\w+\.(?:js|css|json))"', text)
            waiting += [path.with_name(name) for name in data]
    return {path for path in found if path.is_file()}


def _files(code: str, package: Path) -> list[Path]:
    """Return the files of the package that run when a piece of Python is imported."""
    files = []
    for name in _imports(code):
        first, *rest = name.split(".")
        if first == "evidence":
            places = [package.joinpath(*rest[:k]) for k in range(len(rest) + 1)]
            files += [place.with_suffix(".py") for place in places]
            files += [place / "__init__.py" for place in places]
    return [path for path in files if path.is_file()]


@cache
def _imports(code: str) -> tuple[str, ...]:
    """Return the modules, and the names in them, that a piece of Python imports."""
    names: list[str] = []
    for node in ast.walk(parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return tuple(names)


def _listed(code: str) -> list[str]:
    """Return what a chapter shows the source of: the arguments of ``show_source``."""
    calls = [n for n in ast.walk(parse(code)) if isinstance(n, ast.Call)]
    calls = [c for c in calls if ast.unparse(c.func) == "show_source"]
    return [ast.unparse(call.args[0]) for call in calls]


def _listings(module: str, names: set[str]) -> list[str]:
    """Return the text of functions and classes as a chapter would show it."""
    if not any(f" {name}" in module for name in names):
        return []
    lines = module.splitlines()
    return [
        shorten_docstrings(
            textwrap.dedent("\n".join(lines[n.lineno - 1 : n.end_lineno]))
        )
        for n in ast.walk(parse(module))
        if getattr(n, "name", None) in names and isinstance(n, DOCUMENTED)
    ]


def _pins(codes: list[str], constraints: str) -> list[str]:
    """Return the lines of constraints.txt on what some pieces of code import."""
    known = distributions()
    tops = {name.split(".")[0] for code in codes for name in _imports(code)}
    wanted = {_normal(d) for top in tops for d in known.get(top, [])}
    lines = [line for line in constraints.splitlines() if "==" in line]
    return sorted(x for x in lines if _normal(x.partition("==")[0]) in wanted)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
