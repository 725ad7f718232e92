"""Write the students' version of every chapter: ``python -m tools.student``.

Solutions, outputs and drafts are left out; statements, stubs and checks stay. The
answers that the checks compare with are in ``evidence.exercises``, so this is for
practice: graded work needs checks that students do not have.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools import notebooks
from tools.notebooks import ROOT


def strip(notebook) -> None:
    """Take solutions, outputs and what was stored with them out of a notebook."""
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "solution" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("widgets", None)  # the frames of the outputs


def main(root: Path = ROOT) -> Path:
    """Write all chapters to ``_build/student`` and return that folder."""
    folder = root / "_build" / "student"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    drafts = notebooks.drafts(root)
    for path in [path for path in notebooks.chapters(root) if path not in drafts]:
        notebook = notebooks.read(path)
        strip(notebook)
        target = folder / f"{notebooks.name_of(path, root)}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        notebooks.write(target, notebook)
    return folder


if __name__ == "__main__":
    made = main()
    number = len(list(made.rglob("*.ipynb")))
    print(f"Chapters without solutions ({number}): {made}")
