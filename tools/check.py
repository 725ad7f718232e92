"""Test one chapter in seconds: ``python -m tools.check part/slug``."""

from __future__ import annotations

import subprocess
import sys

from tools import lint, notebooks, trust
from tools.format import mend

COLOR = f"--color={'yes' if sys.stdout.isatty() else 'no'}"
PYTEST = ("pytest", "-q", "--no-header", "-rf", COLOR)
PYTEST += ("-p", "no:cacheprovider")  # two would share one cache


def main(chapter: str) -> int:
    """Tidy it, compare its outputs with what the code prints now, check the rest.

    Compare only if the chapter is fresh: otherwise all would say what one ``make run``
    mends. All at once, for the kernel takes one processor. What was found beside it is
    shown when the outputs are done.
    """
    path = notebooks.find(chapter)
    if mend(path):
        trust.sign([path])
        print(f"{chapter}: tidied, as an editor had saved it otherwise", flush=True)
    if reason := notebooks.stale(path):
        raise SystemExit(reason)
    free = notebooks.is_tagged(path, "handout")
    faults = [] if free else lint.faults(path)
    said = [notebooks.lacks(path)] if free else faults
    print("".join(f"{line}\n" for line in said), end="", flush=True)
    beside = [begin("tools.references", chapter)]
    beside += [] if free else [begin(*form_of(path.stem))]
    outputs = ["--nbval", "--nbval-cell-timeout", "300", str(path)]
    failed = begin(*PYTEST, *outputs, output=None).wait()
    return max([bool(faults), failed, *map(shown, reversed(beside))])


def form_of(slug: str) -> list[str]:
    """Return the tests of a chapter's form and exercises."""
    tests = ("chapters", "form", "exercises")
    files = [f"tests/book/test_{name}.py" for name in tests]
    named = f"{slug.replace('-', '_')} or {slug}"  # as the tests name it
    return [*PYTEST, *files, "-k", named]


def begin(*module: str, output=subprocess.PIPE) -> subprocess.Popen:
    """Start a module of Python, its output to be shown later or, with None, at once."""
    command = [sys.executable, "-m", *module]
    return subprocess.Popen(command, cwd=notebooks.ROOT, stdout=output, text=True)


def shown(begun: subprocess.Popen) -> int:
    """Print what a process said, and return whether it failed."""
    print(begun.communicate()[0], end="", flush=True)
    return begun.returncode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say which: make check CHAPTER=part/slug")
    sys.exit(main(sys.argv[1]))
