"""Bring notebooks and code into the repository's form: ``python -m tools.format``."""

from __future__ import annotations

import subprocess
import sys

from tools import notebooks


def main() -> None:
    """Format the code with ruff, then write every notebook in normal form."""
    folders = ["src", "tests", "tools", "book", "benchmarks"]
    for arguments in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        command = [sys.executable, "-m", "ruff", *arguments, *folders]
        subprocess.run(command, cwd=notebooks.ROOT, check=False)
    for path in notebooks.chapters():
        notebook = notebooks.read(path)
        notebooks.tidy(notebook)
        notebooks.write(path, notebook)
        for problem in notebooks.problems(path):
            print(f"{notebooks.name_of(path)}: {problem}")


if __name__ == "__main__":
    main()
