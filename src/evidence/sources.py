"""Show the code of the package inside a chapter, so that nothing is written twice."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Listing:
    """The source of a function or class; shows itself as highlighted code."""

    def __init__(self, name: str, code: str, test: str | None):
        self.name = name
        self.code = code
        self.test = test

    def __repr__(self) -> str:
        return self.code.rstrip()

    def _repr_markdown_(self) -> str:
        tested = f", tested in [{self.test}](../../{self.test})" if self.test else ""
        return f"```python\n{self.code.rstrip()}\n```\n\n`{self.name}`{tested}"


def show_source(item, *, docstring: bool = False) -> Listing:
    """Return the source code of something in the package, for display in a chapter.

    Parameters
    ----------
    item : function or class
        Defined in a module of ``evidence``.
    docstring : bool
        Whether to keep its docstring; by default only the first line stays.

    Returns
    -------
    Listing
        Shows the code and a link to the file that tests it.

    Raises
    ------
    TypeError
        If ``item`` is not a function or class.
    ValueError
        If it is not defined in ``evidence``: code of the chapter is shown already.
    """
    item = inspect.unwrap(item) if callable(item) else item
    if not (inspect.isfunction(item) or inspect.isclass(item)):
        raise TypeError(
            f"show_source shows a function or a class, not {type(item).__name__}"
        )
    if not item.__module__.startswith("evidence."):
        raise ValueError(
            f"{item.__qualname__} is defined in {item.__module__}, not in evidence"
        )
    code = _without_guard(textwrap.dedent(inspect.getsource(item)))
    if not docstring:
        code = shorten_docstrings(code)
    test = _test_of(item.__module__)
    name = f"{item.__module__}.{item.__qualname__}"
    return Listing(name, code, test)


def _test_of(module: str) -> str | None:
    """Return the file that tests a module: ``tests`` mirrors the package."""
    while "." in module:
        folder, _, name = module.rpartition(".")
        test = f"tests/{folder.replace('.', '/')}/test_{name}.py"
        if (ROOT / test).is_file():
            return test
        module = folder  # a package may be tested in one file
    return None


def _without_guard(code: str) -> str:
    """Leave out the line ``@door(...)``: what a chapter shows is the function."""
    return re.sub(r"^@(?:checks\.)?door\(.*\)\n", "", code)


def shorten_docstrings(code: str) -> str:
    """Keep the first line of every docstring."""
    lines = code.split("\n")
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, kinds)]
    texts = [node.body[0] for node in nodes if ast.get_docstring(node) is not None]
    for text in sorted(texts, key=lambda text: text.lineno, reverse=True):
        if text.end_lineno > text.lineno:
            lines[text.lineno - 1] += '"""'
            del lines[text.lineno : text.end_lineno]
    return "\n".join(lines)
