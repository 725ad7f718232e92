"""What the cells of a chapter define, for tests that compare it with a reference."""

from __future__ import annotations

from tools import notebooks


def source(chapter: str, cell: str) -> str:
    """Return the source of a cell, by its id and its chapter's part and slug."""
    path = notebooks.ROOT / "book" / f"{chapter}.ipynb"
    (found,) = [one.source for one in notebooks.read(path).cells if one.id == cell]
    return found


def defined(chapter: str, cells: tuple[str, ...], **names) -> dict:
    """Return what these cells define, run in their order, exercises left out.

    Parameters
    ----------
    chapter : str
        Part and slug, for example ``"gradients/sigmoid-saturation"``.
    cells : tuple of str
        Ids of the cells; none of them may run an experiment.
    **names
        What the cells need that others import or define.
    """
    for cell in cells:
        exec(source(chapter, cell).partition("\nexercises.")[0], names)
    return names
