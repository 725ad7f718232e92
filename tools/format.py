"""Bring notebooks and code into the repository's form: ``python -m tools.format``."""

from __future__ import annotations

import re
import subprocess
import sys

from tools import notebooks


def follow_repository(notebook, address: str) -> None:
    """Let the Colab cell install the package from the repository at some address."""
    for cell in notebook.cells:
        if "colab" in cell.metadata.get("tags", []):
            cell.source = re.sub(
                r'git\+https?://[^\s"]+', f"git+{address}", cell.source
            )


def main() -> None:
    """Format the code with ruff, then write every notebook in normal form.

    The address in the Colab cells becomes that of ``repository.url`` in _config.yml.
    """
    folders = ["src", "tests", "tools", "book", "benchmarks"]
    for arguments in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        command = [sys.executable, "-m", "ruff", *arguments, *folders]
        subprocess.run(command, cwd=notebooks.ROOT, check=False)
    settings = (notebooks.ROOT / "_config.yml").read_text(encoding="utf8")
    address = re.search(r"^  url: (\S+)$", settings, re.MULTILINE)[1]
    for path in notebooks.chapters():
        notebook = notebooks.read(path)
        follow_repository(notebook, address)
        notebooks.tidy(notebook)
        notebooks.write(path, notebook)
        for problem in notebooks.problems(path):
            print(f"{notebooks.name_of(path)}: {problem}")


if __name__ == "__main__":
    main()
