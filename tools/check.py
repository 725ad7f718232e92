"""Test one chapter in seconds: ``python -m tools.check part/slug``."""

from __future__ import annotations

import subprocess
import sys

from tools import notebooks


def main(chapter: str) -> int:
    """Compare the stored outputs with what the code prints now; check the form."""
    path = notebooks.find(chapter)
    slug = path.stem
    tests = ["tests/test_chapters.py", "tests/test_exercises.py"]
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-rf"]
    form = subprocess.run(
        [*command, *tests, "-k", slug.replace("-", "_") + f" or {slug}"],
        cwd=notebooks.ROOT,
    )
    outputs = subprocess.run(
        [*command, "--nbval", "--nbval-cell-timeout", "300", str(path)],
        cwd=notebooks.ROOT,
    )
    return max(form.returncode, outputs.returncode)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say which: make check CHAPTER=part/slug")
    sys.exit(main(sys.argv[1]))
