"""What the cells of a chapter define, for tests that compare it with a reference."""

from __future__ import annotations

import ast

from tools import notebooks


def defined(chapter: str, cells=(), functions_of=(), **names) -> dict:
    """Return what these cells of a chapter define.

    Parameters
    ----------
    chapter : str
        Part and slug, for example ``"gradients/sigmoid-saturation"``.
    cells : iterable of str
        Ids of cells to run in this order, their exercises' checks left out.
    functions_of : iterable of str
        Ids of cells that run an experiment, too: of these the functions alone.
    **names
        What the cells need that others import or define.
    """
    path = notebooks.ROOT / "book" / f"{chapter}.ipynb"
    sources = {cell.id: cell.source for cell in notebooks.read(path).cells}
    for cell in functions_of:
        tree = ast.parse(sources[cell])
        tree.body = [part for part in tree.body if isinstance(part, ast.FunctionDef)]
        exec(compile(tree, cell, "exec"), names)
    for cell in cells:
        exec(sources[cell].partition("\nexercises.")[0], names)
    return names
