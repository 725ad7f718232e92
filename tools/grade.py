"""Grade submissions: ``python -m tools.grade FOLDER``, into a table of points.

Each notebook runs in a kernel of its own, with the students' package, limits of time
and memory, and no answer among what it imports; what it hands in is data, judged here.
It runs as the user who grades: CONTRIBUTING.md says what that lets it do.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import resource
import signal
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from nbformat.v4 import new_code_cell, new_notebook

from evidence import exercises
from tools import assignment, judge, notebooks
from tools.notebooks import ROOT
from tools.student_exercises import MIME, built, plain

PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "OMP_NUM_THREADS", "MPLCONFIGDIR")
COLUMNS = ("student", "assignment", "task", "points", "of", "message")
GIGABYTE = 2**30


@dataclass(frozen=True)
class Limits:
    """Seconds of a cell and of a notebook, gigabytes of each process."""

    cell: int = 120
    notebook: int = 900
    memory: float = 4.0


@dataclass
class Handed:
    """What a notebook handed in, by task, and why it was stopped, if it was."""

    answers: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    stopped: str = ""


class Client(NotebookClient):
    """Runs cells, and keeps of their outputs what they hand in for known tasks."""

    tasks: tuple = ()
    handed: Handed

    def output(self, outs, msg, display_id, cell_index) -> None:
        """Keep the last answer to each task, and the values of its function."""
        data = msg["content"].get("data", {}).get(MIME)
        if isinstance(data, dict) and data.get("exercise") in self.tasks:
            name = data["exercise"]
            kept = self.handed.values if "values" in data else self.handed.answers
            kept[name] = data


def tasks_of(path: Path) -> dict[str, tuple[float, str]]:
    """Return task -> its points and the check of a source, or of a notebook."""
    found = {}
    for cell in notebooks.read(path).cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade") and cell.cell_type == "code":
            check = cell.source.partition("\n")[0]
            found[assignment.parted(check)[1]] = (float(marks["points"]), check)
    return found


def run(path: Path, wheel: Path, tasks: dict, limits: Limits, seed: str) -> Handed:
    """Run a notebook in a kernel of its own, and return what it handed in.

    Parameters
    ----------
    path : pathlib.Path
        The notebook.
    wheel : pathlib.Path
        The students' package; the kernel gets a copy of its own.
    tasks : dict
        As :func:`tasks_of` returns them.
    limits : Limits
    seed : str
        From which the further cases of functions are drawn.
    """
    handed = Handed()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        zipfile.ZipFile(wheel).extractall(Path(folder) / "package")
        environment = {k: v for k, v in os.environ.items() if k in PASSED}
        environment |= {"PYTHONPATH": f"{folder}/package", "IPYTHONDIR": folder}
        environment |= {"PYTHONWARNINGS": "ignore", "TMPDIR": folder}
        client = Client(new_notebook(), kernel_name="python3", allow_errors=True)
        client.shutdown_kernel = "immediate"
        client.log.disabled = True
        client.tasks, client.handed = (*tasks,), handed
        begin = {"env": environment, "cwd": folder}
        begin |= {"stdout": DEVNULL, "stderr": DEVNULL}
        begin["preexec_fn"] = lambda: _limit(limits)
        try:
            asyncio.run(_run(client, notebooks.read(path), tasks, limits, seed, begin))
        except SystemExit as error:  # it cannot be read
            handed.stopped = str(error)
        except Exception as error:  # it is a student's notebook
            said = str(error).strip().partition("\n")[0]
            handed.stopped = f"{type(error).__name__}: {said}"[:300]
    return handed


def _limit(limits: Limits) -> None:
    """Limit the memory that each process writes to, and the files it writes."""
    memory = int(limits.memory * GIGABYTE)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (GIGABYTE, GIGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


async def _run(client, notebook, tasks, limits, seed, begin) -> None:
    """Run the cells, then the checks that are missing; call each function handed in."""
    handed, end = client.handed, time.monotonic() + limits.notebook

    async def execute(code: str) -> None:
        seconds = min(limits.cell, end - time.monotonic())
        if seconds <= 0:
            raise TimeoutError(f"it ran longer than {limits.notebook} s")
        client.timeout = max(1, round(seconds))
        client.nb.cells = [new_code_cell(code)]
        try:
            await client.async_execute_cell(client.nb.cells[0], 0)
        except CellTimeoutError:
            handed.stopped = f"a cell was interrupted after {client.timeout} s"
            await client.km.interrupt_kernel()
            await asyncio.sleep(1)  # or it comes while the next cell runs
            client.timeout = 20  # in which it must have stopped
            await client.async_execute_cell(new_code_cell("0"), 0)

    async def execute_and_call(code: str) -> None:
        before = {**handed.answers}
        await execute(code)
        for name, data in [*handed.answers.items()]:
            if data.get("function") and data is not before.get(name):
                cases = json.dumps([*map(plain, map(list, cases_of(name, seed)))])
                call = f"exercises.called({name!r}, {cases!r})"
                await execute(f"from evidence import exercises\n{call}")

    async with client.async_setup_kernel(**begin):
        group = client.km.provisioner.pgid
        try:
            for _, cell in notebooks.code_cells(notebook):
                await execute_and_call(cell.source)
            for name, (_, check) in tasks.items():
                if name not in handed.answers:
                    await execute_and_call(check)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)  # and what it has started


# --- Points ---------------------------------------------------------------------------


def cases_of(name: str, seed: str) -> list[tuple]:
    """Return the cases on which a function is called: its own, and further ones."""
    return [*judge.own(exercises.find(name)), *judge.further(name, seed)]


def judged(name: str, handed: Handed, seed: str) -> tuple[float, str]:
    """Return the share of the points for a task, and what is said of the answer."""
    data = handed.answers.get(name, {})
    try:
        if data.get("function"):
            return _judged_function(name, handed.values[name]["values"], seed)
        if "answer" in data:
            return judge.judge(name, built(data["answer"]), seed)
    except Exception as error:  # who knows what was handed in
        return 0.0, f"cannot be judged: {type(error).__name__} {handed.stopped}".strip()
    said = "not attempted" if data else "not handed in"
    return 0.0, f"{said}: {handed.stopped}" if handed.stopped else f"{said}."


def _judged_function(name: str, values: list, seed: str) -> tuple[float, str]:
    cases = cases_of(name, seed)
    returned = dict(zip(map(judge.key, cases), values, strict=True))

    def replay(*arguments):
        found = returned[judge.key(arguments)]
        if "error" in found:
            raise RuntimeError(found["error"])
        return built(found["value"])

    share, message = judge.judge(name, replay, seed)
    errors = [each["error"] for each in values if "error" in each]
    return share, f"your function raised {errors[0]}" if errors else message


def grade(folder: Path, course: Path, limits: Limits) -> list[dict]:
    """Run and judge all notebooks in a folder, and return a row for each task.

    Parameters
    ----------
    folder : pathlib.Path
        What was handed in: ``student/.../slug.ipynb``, or ``student.ipynb`` where the
        course has one assignment.
    course : pathlib.Path
        What ``make assignment`` wrote.
    limits : Limits
        For each notebook.

    Raises
    ------
    SystemExit
        If there is no notebook, or no assignment.
    """
    sources = {path.stem: path for path in sorted(course.glob("source/*/*.ipynb"))}
    if not sources:
        raise SystemExit(f"{course} has no source/: make assignment writes one")
    paths = [p for p in sorted(folder.rglob("*.ipynb")) if ".ipynb_" not in str(p)]
    if not paths:
        raise SystemExit(f"there is no notebook in {folder}")
    seed, rows = (course / "seed.txt").read_text("utf8"), []
    for path in paths:
        inside = path.relative_to(folder)
        student = inside.parts[0].removesuffix(".ipynb")
        named = [slug for slug in sources if slug in inside.as_posix()]
        slug = max(named or (sources if len(sources) == 1 else [""]), key=len)
        row = {"student": student, "assignment": slug}
        if not slug:
            rows.append(row | {"message": f"{inside}: of no assignment"})
            continue
        tasks, wheel = tasks_of(sources[slug]), next(sources[slug].parent.glob("*.whl"))
        handed, total = run(path, wheel, tasks, limits, seed), 0.0
        for name, (of, _) in tasks.items():
            share, message = judged(name, handed, seed)
            total += share * of
            found = {"task": name, "points": round(share * of, 2), "of": of}
            rows.append(row | found | {"message": " ".join(message.split())[:300]})
        of = sum(of for of, _ in tasks.values())
        print(
            f"{student}, {slug}: {total:g} of {of:g} points {handed.stopped}".rstrip()
        )
    return rows


def course_of(folder: Path) -> Path:
    """Return the folder of assignments in which something was handed in."""
    above = [path for path in folder.resolve().parents if (path / "source").is_dir()]
    return above[0] if above else ROOT / "_build" / "assignment"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make grade")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--course", type=Path, help="what make assignment wrote")
    parser.add_argument("--cell", type=int, default=Limits.cell, help="seconds")
    parser.add_argument("--notebook", type=int, default=Limits.notebook, help="seconds")
    parser.add_argument("--memory", type=float, default=Limits.memory, help="gigabytes")
    options = parser.parse_args()
    course = options.course or course_of(options.folder)
    limits = Limits(options.cell, options.notebook, options.memory)
    rows = grade(options.folder, course, limits)
    table = course / "grades-by-task.csv"
    with table.open("w", encoding="utf8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(table)
