"""Test one chapter in seconds: ``python -m tools.check part/slug``."""

from __future__ import annotations

import subprocess
import sys

from tools import notebooks


def main(chapter: str) -> int:
    """Compare the stored outputs with what the code prints now; check the form."""
    path = notebooks.find(chapter)
    slug = path.stem
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-rf"]
    command += ["tests/test_chapters.py", "tests/test_exercises.py"]
    command += ["--nbval", "--nbval-cell-timeout", "300", str(path)]
    command += ["-k", f"{slug.replace('-', '_')} or {slug}"]  # as tests name it
    return subprocess.run(command, cwd=notebooks.ROOT).returncode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say which: make check CHAPTER=part/slug")
    sys.exit(main(sys.argv[1]))
