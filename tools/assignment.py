"""Write chapters as nbgrader's sources: ``python -m tools.assignment slug ...``.

Beside the sources stand the students' notebooks, and a package that knows no answer.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from nbformat import from_dict
from nbformat.v4 import new_code_cell

from evidence import exercises
from evidence.exercises import Exercise
from tools import course, notebooks
from tools.judge import own
from tools.notebooks import ROOT

POINTS = {"function": 4, "vector": 2, "order": 2}  # of others 1
STUB = "# Your answer: in place of the dots."
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
TEMPLATE = Path(__file__).parent / "template"
OPEN = ("kind", "wanted", "options", "lines")  # what may be known of a task
COLAB = """import sys

if "google.colab" in sys.modules:  # elsewhere it is installed
    %pip install --quiet "{}"
import evidence.exercises  # an error? Run the %pip line alone, then restart"""


def main(
    names: Sequence[str], to: Path, root: Path = ROOT, address: str = ""
) -> list[str]:
    """Write a folder of assignments and return the tasks that are left ungraded.

    Parameters
    ----------
    names : sequence of str
        Chapters, as :func:`tools.course.chosen` takes them.
    to : pathlib.Path
        The folder; what of nbgrader's is in it stays, above all the seed.
    root : pathlib.Path
        The repository of the book.
    address : str
        The web address of a folder from which the package is installed on Colab; by
        default it is taken from beside the notebook.

    Raises
    ------
    SystemExit
        If a chapter is unknown, or its source is there already.
    """
    chapters = course.chosen(names, root)
    slugs = [name.partition("/")[2] for name in chapters]
    for slug in slugs:
        if (to / "source" / slug).exists():
            raise SystemExit(f"{to}/source/{slug} is there already: move or delete it")
    to.mkdir(parents=True, exist_ok=True)
    _settings(to, root, slugs[0])
    left = []
    with TemporaryDirectory() as folder:
        wheel = package(Path(folder), root)
        where = f"{address.rstrip('/')}/{wheel.name}" if address else f"./{wheel.name}"
        for chapter, slug in zip(chapters, slugs, strict=True):
            notebook = notebooks.read(notebooks.find(chapter, root))
            left += source(notebook, COLAB.format(where))
            _write(to / "source" / slug, slug, notebook, wheel)
            clear(notebook)
            _write(to / "students" / slug, slug, notebook, wheel)
    return left


def _settings(to: Path, root: Path, first: str) -> None:
    """Write the seed, nbgrader's settings and how all is used, where they are not."""
    said = {"@BOOK@": root.as_posix(), "@STUB@": STUB, "@FIRST@": first}
    said["@BIN@"] = Path(sys.executable).parent.as_posix()
    texts = {"seed.txt": f"{secrets.token_hex(16)}\n"}
    for name, there in (
        ("nbgrader_config.py", "nbgrader_config.py"),
        ("README.md", "assignment.md"),
    ):
        texts[name] = (TEMPLATE / there).read_text("utf8")
        for old, new in said.items():
            texts[name] = texts[name].replace(old, new)
    for name, text in texts.items():
        if not (to / name).exists():
            (to / name).write_text(text, "utf8")


def _write(folder: Path, slug: str, notebook, wheel: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    notebooks.write(folder / f"{slug}.ipynb", notebook)
    shutil.copy(wheel, folder)


# --- Notebooks ------------------------------------------------------------------------


def source(notebook, colab: str) -> list[str]:
    """Turn a chapter into nbgrader's source, in place; return the tasks left ungraded.

    These are the functions that the package has: students get it, too.
    """
    cells, left, solutions = [], [], {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "solution" in cell.metadata.get("tags", []):
            lines, name, _ = parted(cell.source)
            solutions[name] = lines
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "solution" in tags:
            continue
        name = None
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            name = parted(cell.source)[1]
        if "colab" in tags:
            cell.source = colab
            _mark(cell, "colab", locked=True)
        elif cell.cell_type == "markdown":
            folded = r"^:::+ *\{dropdown\}.*?^:::+ *$"
            cell.source = re.sub(folded, "", cell.source, flags=re.M | re.S).strip()
        if not name:
            cells += [cell] if cell.source else []
        elif exercises.find(name).right[0:1] and _taught(exercises.find(name)):
            left.append(name)
        else:
            cells += _task(cell, name, solutions[name])
    notebook.cells = cells
    notebook.metadata.pop("widgets", None)
    return left


def _taught(item: Exercise) -> bool:
    return getattr(item.right[0], "__module__", "").startswith("evidence.")


def parted(text: str) -> tuple[str, str | None, str | None]:
    """Return what stands before the check at the end of a cell, its task, the answer.

    Without a check, all of it, and twice ``None``.
    """
    try:
        last = ast.parse(text).body[-1]
    except (SyntaxError, IndexError):  # a magic, or nothing
        return text, None, None
    call = getattr(last, "value", None)
    if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "exercises.check"):
        return text, None, None
    before = "\n".join(text.split("\n")[: last.lineno - 1]).rstrip()
    return before, call.args[0].value, ast.unparse(call.args[1])


def _task(cell, name: str, solution: str) -> list:
    """Return the cell that is answered and the cell that is graded.

    What is called ``answer`` gets a name of the task's own: an answer whose cell fails
    must not be judged by the one before.
    """
    stub, _, answer = parted(cell.source)
    task = name.partition("/")[2]
    if answer == "answer":
        answer = f"answer_{task.replace('-', '_')}"
        stub, solution = (
            re.sub(r"\banswer\b", answer, code) for code in (stub, solution)
        )
    spaces = "" if stub.startswith("answer") else "\n\n"
    cell.source = f"{stub}\n{spaces}{SOLUTION[0]}\n{solution}\n{SOLUTION[1]}"
    kind = (exercises.find(name).task or {"kind": "function"})["kind"]
    points = POINTS.get(kind, 1)
    lines = [f'exercises.check("{name}", {answer})', HIDDEN[0]]
    lines += ["from tools import judge", ""]
    lines += [f'judge.points("{name}", {answer}, of={points})', HIDDEN[1]]
    grade = new_code_cell("\n".join(lines), id=f"grade-{cell.id}")
    _mark(cell, f"{task}-answer", solution=True)
    _mark(grade, task, grade=True, locked=True, points=points)
    return [cell, grade]


def _mark(cell, name: str, **what) -> None:
    """Say to nbgrader what a cell is."""
    marks = {"grade": False, "locked": False, "solution": False, "task": False}
    marks |= {"grade_id": name, "schema_version": 3, "cell_type": "code"} | what
    cell.metadata = from_dict({**cell.metadata, "nbgrader": marks})


def clear(notebook) -> None:
    """Take solutions and hidden checks out of a source, as nbgrader does."""
    for cell in notebook.cells:
        for (start, end), stub in ((SOLUTION, STUB), (HIDDEN, "")):
            region = rf"^{start}$.*?^{end}$"
            cell.source = re.sub(region, stub, cell.source, flags=re.M | re.S).rstrip()


# --- The package ----------------------------------------------------------------------


def package(to: Path, root: Path = ROOT) -> Path:
    """Write the students' package, a wheel, and return its path.

    Raises
    ------
    SystemExit
        If pip cannot build it.
    """
    with TemporaryDirectory() as folder:
        here = Path(folder)
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / "src", here / "src", ignore=ignore)
        evidence = here / "src" / "evidence"
        shutil.copy(root / "tools" / "student_exercises.py", evidence / "exercises.py")
        tasks = json.dumps(open_part(root), ensure_ascii=False, indent=1)
        (evidence / "handed_out.json").write_text(tasks, "utf8")
        for path in root.glob("book/[!_.]*/*.yml"):  # the claims
            copy = here / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        text = (root / "pyproject.toml").read_text("utf8")
        text = re.sub(r'(?m)^(version = ".+)"', r'\1+students"', text)
        (here / "pyproject.toml").write_text(text, "utf8")
        (here / "README.md").write_text("Exercises without answers.\n", "utf8")
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        if importlib.util.find_spec("hatchling"):  # or else pip fetches it
            command.append("--no-build-isolation")
        command += ["--wheel-dir", str(to), str(here)]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"pip could not build the students' package: {done.stderr}")
    return next(to.glob("*.whl"))


def open_part(root: Path = ROOT) -> dict[str, dict]:
    """Return what students may know of every task: its form, never its answer."""
    return {
        f"{slug}/{name}": _open(item)
        for path in sorted(root.glob("book/[!_.]*/*.exercises.py"))
        for slug in [path.name.removesuffix(".exercises.py")]
        for name, item in exercises.of_chapter(slug).items()
    }


def _open(item: Exercise) -> dict:
    found = {"question": item.question}
    if not item.task:
        found |= {"kind": "function", "arguments": len(own(item)[0])}
        return found | {"wanted": f"a function of {found['arguments']}"}
    found |= {field: item.task[field] for field in OPEN if field in item.task}
    if "options" not in found:
        found["shape"] = list(np.shape(item.task["expected"]))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make assignment")
    parser.add_argument("chapters", nargs="*", metavar="part/slug")
    parser.add_argument("--to", type=Path, default=ROOT / "_build" / "assignment")
    parser.add_argument("--address", default="", metavar="https://...")
    options = parser.parse_args()
    left = main(options.chapters, options.to, address=options.address)
    print(f"Assignments: {options.to.resolve()} (README.md says what is next)")
    for name in left:
        print(f"  {name} is left out: the package has the function that it asks for")
