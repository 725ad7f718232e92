"""Execute chapters and store their outputs: ``python -m tools.run [part/slug ...]``.

Without names, only what is stale is run. Chapters run side by side; what each prints
does not depend on that, because every chapter computes with one thread.
"""

from __future__ import annotations

import math
import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from threading import Lock

import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools import notebooks, trust
from tools.notebooks import runs

ONE_AT_A_TIME = Lock()
TIME_LIMIT = 600  # seconds for one cell
os.environ["EVIDENCE_STORED"] = "1"  # no progress bar; a changed verdict is an error
FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError)


def execute(path: Path) -> float:
    """Run one chapter in its own folder, store the outputs, return the seconds."""
    notebook = notebooks.read(path)
    made = notebooks.fingerprint(notebook, notebooks.name_of(path), notebooks.ROOT)
    seconds = run_cells(notebook, path.parent)
    notebooks.tidy(notebook)
    notebooks.write(path, notebook)
    _record(notebooks.name_of(path), made, seconds)
    return seconds


def run_cells(notebook, folder: Path, **variables: str) -> float:
    """Run a notebook in place, from a folder, and return the seconds it takes alone.

    ``variables`` are those of the environment that its kernel gets beside our own. On a
    machine with other work the clock says too much, so it is held to ``_busy``.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("widgets", None)
    started, busy = time.perf_counter(), [0.0]
    client = NotebookClient(
        notebook,
        timeout=TIME_LIMIT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only
        on_cell_executed=lambda **_: busy.append(_busy(client.km.provisioner.pid)),
    )
    client.execute(env=os.environ | variables)
    return min(time.perf_counter() - started, max(busy))


def _busy(process: int) -> float:
    """Return the processor seconds of a kernel and of the busiest of its workers."""
    kernel = psutil.Process(process)
    workers = kernel.children(recursive=True)
    return _seconds(kernel) + max(map(_seconds, workers), default=0.0)


def _seconds(process: psutil.Process) -> float:
    """Return the processor seconds of a process, and none of one that has ended."""
    with suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:2])
    return 0.0


def side_by_side(work, paths: list[Path]) -> Iterator[tuple[Path, Future]]:
    """Do some work on several chapters at once; yield each with its task when done."""
    with ThreadPoolExecutor(min(len(paths), os.cpu_count() or 1)) as pool:
        tasks = {pool.submit(work, path): path for path in paths}
        for task in as_completed(tasks):
            yield tasks[task], task


def _record(name: str, made: str, seconds: float) -> None:
    """Write the run into ``book/runs.txt``."""
    book = notebooks.ROOT / "book"
    with ONE_AT_A_TIME:
        found = runs.read(book)
        before = found[name][-1].seconds if name in found else 0
        runs.write(found | {name: [runs.Run(made, rounded(seconds, before))]}, book)


def _keep_one_run_each() -> None:
    """Of the runs that a merge put together, keep the one that fits the code."""
    book = notebooks.ROOT / "book"
    found = runs.read(book)
    for path in notebooks.chapters():
        name = notebooks.name_of(path)
        if len(found[name]) > 1:
            made = notebooks.fingerprint(notebooks.read(path), name, notebooks.ROOT)
            found[name] = [run for run in found[name] if run.fingerprint == made][:1]
    runs.write(found, book)


def rounded(seconds: float, before: int) -> int:
    """Return seconds rounded up to 5, or those stated before while about right."""
    return before if before - 10 < seconds <= before else 5 * math.ceil(seconds / 5)


def short(error: Exception) -> str:
    """Return the failing cell and the last lines of its traceback, without colors."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    end = "\n".join(text.splitlines()[-8:])
    if not isinstance(error, CellExecutionError):
        return end
    # nbclient writes the cell between two such lines
    return f"{text.split('------------------')[1].strip()}\n...\n{end}"


def main(names: list[str]) -> int:
    """Run the named chapters, or the stale ones; return the number of failures."""
    if names:
        paths = [notebooks.find(name) for name in names]
    else:
        paths = [path for path in notebooks.chapters() if notebooks.stale(path)]
    if not paths:
        _keep_one_run_each()
        print("Every chapter's outputs are up to date.")
        return 0
    if broken := [reason for path in paths if (reason := notebooks.not_python(path))]:
        raise SystemExit("\n".join(broken))
    stored = []
    for done, (path, task) in enumerate(side_by_side(execute, paths), 1):
        progress = f"[{done}/{len(paths)}] {notebooks.name_of(path)}"
        try:
            print(f"{progress}: {task.result():.0f} s", flush=True)
            stored.append(path)
        except FAILURES as error:
            print(f"{progress} FAILED in the cell\n{short(error)}", flush=True)
    if stored:
        trust.sign(stored)
    return len(paths) - len(stored)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
