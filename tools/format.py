"""Bring chapters and code into the repository's form: ``python -m tools.format``.

With names, ``part/slug ...``, only those chapters and their exercises.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools import lint, new, notebooks, trust
from tools.notebooks import ROOT

FOLDERS = ("src", "tests", "tools", "book", "benchmarks")


def follow_repository(notebook, address: str) -> None:
    """Let the Colab cell be the template's, with the address of a repository."""
    template = notebooks.read(new.TEMPLATE / "chapter.ipynb").cells[1].source
    for cell in notebook.cells:
        if "colab" in cell.metadata.get("tags", []):
            cell.source = template.replace("@REPOSITORY@", address)


def mend(path: Path) -> bool:
    """Write a chapter in normal form; return whether that changed the file.

    The address in its Colab cell becomes that of ``repository.url`` in _config.yml.
    """
    before, notebook = path.read_bytes(), notebooks.read(path)
    follow_repository(notebook, notebooks.repository())
    notebooks.tidy(notebook)
    notebooks.write(path, notebook)
    return path.read_bytes() != before


def main(names: list[str]) -> None:
    """Format the code with ruff, and write the notebooks in normal form."""
    if names:
        paths = [notebooks.find(name) for name in names]
        code = [*paths, *filter(Path.is_file, map(notebooks.exercises_of, names))]
    else:
        paths, code = notebooks.chapters(), FOLDERS
    for path in paths:  # before ruff, which cannot read what every editor writes
        mend(path)
    for task in (["check", "--fix"], ["format"]):
        subprocess.run([*lint.of_all(*task), *map(str, code)], cwd=ROOT, check=False)
    for path in paths:
        mend(path)
        for problem in notebooks.problems(path):
            print(f"{notebooks.name_of(path)}: {problem}")
        if notebooks.damage(notebooks.read(path)):
            print(notebooks.stale(path))
    trust.sign(paths)


if __name__ == "__main__":
    main(sys.argv[1:])
