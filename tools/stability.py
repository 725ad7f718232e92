"""Judge chapters with every random number drawn anew: ``python -m tools.stability``.

Each chapter is run in sets 1, 2, ... of random numbers (``tools/shifted``). What its
claims are judged there is written into ``book/stability.txt``, which the site shows.
Jobs go through joblib: threads of this machine, each with a kernel, or a Dask cluster.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable

import joblib
from nbformat.v4 import new_code_cell

from evidence import claims
from tools import notebooks, run, verdicts

sys.path.append(str(notebooks.ROOT / "book" / "_ext"))
import fresh

SHIFTED = notebooks.ROOT / "tools" / "shifted"
OTHER_CODE = "other code than here: let the workers have the same commit"


def variables(number: int) -> dict[str, str]:
    """Return the environment of a process that draws the numbers of a set.

    Nothing is being stored there: a changed verdict is a card, and no error.
    """
    places = filter(None, [str(SHIFTED), os.environ.get("PYTHONPATH")])
    return {
        "PYTHONPATH": os.pathsep.join(places),
        "EVIDENCE_SET": str(number),
        "EVIDENCE_STORED": "",
    }


def judge_again(chapter: str, number: int) -> tuple[str, int, str, dict | str]:
    """Run a chapter in one set of random numbers.

    Parameters
    ----------
    chapter : str
        ``part/slug``; a worker of a cluster finds it in its own clone.
    number : int
        Of the set; 0 draws what the stored outputs were made of.

    Returns
    -------
    tuple
        Chapter, number, fingerprint of what was run, and claim -> ``depends:+-`` for
        each that has conditions; or, in place of the last, why it did not get to its
        end.
    """
    path = notebooks.find(chapter)
    notebook = notebooks.read(path)
    made = notebooks.fingerprint(notebook, chapter, notebooks.ROOT)
    proof = f"import sitecustomize\nassert sitecustomize.SET == {number}"
    notebook.cells.insert(0, new_code_cell(proof))
    try:
        run.run_cells(notebook, path.parent, **variables(number))
    except run.FAILURES as error:
        return chapter, number, made, run.short(error)
    outputs = [o for _, cell in notebooks.code_cells(notebook) for o in cell.outputs]
    rows = [row for o in outputs for row in verdicts.judged(o.get("data", {}))]
    found = {row["id"]: fresh.in_short(row) for row in rows if row["conditions"]}
    return chapter, number, made, found


def in_all_sets(chapters: list[str], sets: int, scheduler: str | None) -> Iterable:
    """Yield what ``judge_again`` returns of each chapter in each set, as it is done."""
    jobs = [(chapter, k) for chapter in chapters for k in range(1, sets + 1)]
    return spread("stability.judge_again", jobs, scheduler)


def spread(work: str, jobs: list[tuple], scheduler: str | None) -> Iterable:
    """Yield what a function of ``tools`` returns of each job, as it is done.

    Parameters
    ----------
    work : str
        ``module.function``; a worker of a cluster finds it in its own clone.
    jobs : list of tuple
        The function's arguments.
    scheduler : str, optional
        Address of a Dask scheduler; without one, threads of this machine.
    """
    where = {"backend": "threading", "n_jobs": os.cpu_count() or 1}
    if scheduler:
        where = {"backend": "dask", "scheduler_host": scheduler}

    def do(*job):  # travels as its code: a scheduler has no clone to import from
        from pydoc import locate

        return locate(f"tools.{work}")(*job)

    with joblib.parallel_config(**where) as used:
        parallel = joblib.Parallel(return_as="generator_unordered")
        yield from parallel(joblib.delayed(do)(*job) for job in jobs)
    if scheduler:
        used["backend"].client.close()


def chosen(sets: int, everything: bool = False) -> list[str]:
    """Return the chapters with claims whose results are missing, old, or of fewer.

    Or every chapter that measures a claim.
    """
    book = notebooks.ROOT / "book"
    wanted = {
        entry["chapter"]
        for entry in claims.load().values()
        if entry["kind"] == "measured"
        and (everything or len(fresh.sets_of(entry, book)) < sets)
    }
    return [
        name for p in notebooks.chapters() if (name := notebooks.name_of(p)) in wanted
    ]


def record(chapter: str, made: str, found: list[dict]) -> dict[str, list[str]]:
    """Write what the claims of a chapter were judged in each set, and return it."""
    book, known = notebooks.ROOT / "book", claims.load()
    names = dict.fromkeys(name for judged in found for name in judged)
    judged = {name: [each.get(name, "none:") for each in found] for name in names}
    kept = {
        name: results
        for name, results in fresh.read(book).items()
        if name in known and known[name]["chapter"] != chapter
    }
    new = {name: [fresh.Result(made, tuple(sets))] for name, sets in judged.items()}
    fresh.write(kept | new, book)
    return judged


def report(judged: dict[str, list[str]]) -> tuple[list[str], int]:
    """Return in words which verdicts of a chapter do not stay, and how many faults."""
    lines, faults = [], 0
    for name, sets in judged.items():
        entry = claims.lookup(name)
        same = fresh.same(sets, entry["expected"])
        if fault := fresh.fault(entry, sets):
            faults += 1
            lines.append(f"FAULT: {name} {fault}: {' '.join(sets)}")
        elif same < len(sets):
            lines.append(f"{name}: {same} of {len(sets)}: {' '.join(sets)}")
    return lines or [f"all {len(judged)} verdicts stay in every set"], faults


def main(arguments: list[str]) -> int:
    """Judge chapters again; return how many runs failed and claims are at fault."""
    parser = argparse.ArgumentParser(prog="make stability")
    parser.add_argument("chapters", nargs="*", metavar="part/slug")
    parser.add_argument("--sets", type=int, default=5)
    parser.add_argument("--all", action="store_true", help="judged already or not")
    parser.add_argument("--scheduler", metavar="tcp://...")
    options = parser.parse_args(arguments)
    chapters = options.chapters or chosen(options.sets, options.all)
    if not chapters:
        print(f"Every measured claim has been judged in {options.sets} sets.")
    made = {
        chapter: notebooks.fingerprint(
            notebooks.read(notebooks.find(chapter)), chapter, notebooks.ROOT
        )
        for chapter in chapters
    }
    total, wrong = len(chapters) * options.sets, 0
    done: dict[str, dict[int, dict]] = {chapter: {} for chapter in chapters}
    results = in_all_sets(chapters, options.sets, options.scheduler)
    for count, (chapter, number, ran, found) in enumerate(results, 1):
        said = "done"
        if ran != made[chapter]:
            found = OTHER_CODE
        if isinstance(found, str):
            said, wrong = f"FAILED\n{found}", wrong + 1
        else:
            done[chapter][number] = found
        print(f"[{count}/{total}] {chapter}, set {number}: {said}", flush=True)
        if len(done[chapter]) == options.sets:
            in_order = [found for _, found in sorted(done[chapter].items())]
            lines, faults = report(record(chapter, ran, in_order))
            wrong += faults
            print("\n".join(f"{chapter}: {line}" for line in lines), flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
