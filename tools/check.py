"""Test one chapter in seconds: ``python -m tools.check part/slug``."""

from __future__ import annotations

import subprocess
import sys

from tools import notebooks, trust
from tools.format import mend


def main(chapter: str) -> int:
    """Tidy it, compare its outputs with what the code prints now, check its form.

    Compare only if the chapter is fresh: otherwise all would say what one ``make run``
    mends. Both at once, for the kernel takes one processor. What the form's tests say
    is shown when the outputs are done.
    """
    path = notebooks.find(chapter)
    if mend(path):
        trust.sign([path])
        print(f"{chapter}: tidied, as an editor had saved it otherwise", flush=True)
    if reason := notebooks.stale(path):
        raise SystemExit(reason)
    slug = path.stem
    color = "yes" if sys.stdout.isatty() else "no"
    pytest = [sys.executable, "-m", "pytest", "-q", "--no-header", "-rf"]
    pytest += ["--color", color, "-p", "no:cacheprovider"]  # two would share one cache
    outputs = ["--nbval", "--nbval-cell-timeout", "300", str(path)]
    form = ["tests/book/test_chapters.py", "tests/book/test_exercises.py"]
    form += ["-k", f"{slug.replace('-', '_')} or {slug}"]  # as the tests name it
    with subprocess.Popen(
        [*pytest, *form], cwd=notebooks.ROOT, stdout=subprocess.PIPE, text=True
    ) as beside:
        failed = subprocess.run([*pytest, *outputs], cwd=notebooks.ROOT).returncode
        print(beside.communicate()[0], end="")
    return max(failed, beside.returncode)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say which: make check CHAPTER=part/slug")
    sys.exit(main(sys.argv[1]))
