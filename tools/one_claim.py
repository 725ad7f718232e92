"""Judge one claim in many sets of random numbers: ``python -m tools.one_claim id``.

``make stability`` runs a whole chapter in a new kernel for each set. Here a process
runs only the cells that the claim needs, in one set after another, so that a thousand
sets take minutes. Nothing is stored. Where ``make stability`` has judged the claim, the
first sets must say the same, or the process is not to be trusted.
"""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
from collections import Counter
from symtable import SymbolTable, symtable

from evidence import claims, stats
from tools import notebooks, stability, verdicts
from tools.fingerprint import as_python
from tools.stability import fresh

BANK = 25  # sets that a process judges before another takes its place
JUDGES = "claims.judge", "claims.sayings"
MARK = "judged "  # begins the lines that count, among what a chapter prints


def needed(cells: list[str], last: int) -> list[str]:
    """Return the cells that the one at ``last`` needs, by the names they make; and it.

    A cell that changes what another made, and gives it no name, is not seen.
    """
    tables = [symtable(cell, "cell", "exec") for cell in cells]
    found, wanted = [], _taken(tables[last])
    for cell, table in zip(cells[:last][::-1], tables[:last][::-1], strict=True):
        if wanted & {s.get_name() for s in table.get_symbols() if _is_made(s)}:
            found.append(cell)
            wanted |= _taken(table)
    return [*found[::-1], cells[last]]


def _is_made(symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported()


def _taken(table: SymbolTable, inside: bool = False) -> set[str]:
    """Return the global names that a cell, or a function in it, reads."""
    names = {
        s.get_name()
        for s in table.get_symbols()
        if (s.is_global() if inside else s.is_referenced())
    }
    return names.union(*(_taken(child, True) for child in table.get_children()))


def judging(cells: list[str], claim: str) -> int:
    """Return the index of the cell that judges a claim."""
    for index, cell in enumerate(cells):
        for call in ast.walk(ast.parse(cell)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in JUDGES:
                values = [getattr(node, "value", None) for node in ast.walk(call)]
                if claim in values:
                    return index
    raise SystemExit(f"no cell judges {claim}")


def judge_here(claim: str, first: int, last: int) -> None:
    """Print what a claim is judged in each set, in a process that draws set ``first``.

    Its folder is the chapter's, its path begins with ``tools/shifted``.
    """
    import sitecustomize
    from joblib.externals.loky import get_reusable_executor

    os.environ["EVIDENCE_STORED"] = ""  # a changed verdict is a card, and no error
    notebook = notebooks.read(notebooks.find(claims.lookup(claim)["chapter"]))
    cells = [as_python(cell.source) for _, cell in notebooks.code_cells(notebook)]
    *before, judge = needed(cells, judging(cells, claim))
    *inside, shows = ast.parse(judge).body
    before.append(ast.unparse(ast.Module(inside, [])))
    codes = [compile(source, "cell", "exec") for source in before]
    value = compile(ast.Expression(shows.value), "cell", "eval")
    for number in range(first, last + 1):
        sitecustomize.draw(number)
        scope = {"__name__": "__main__"}
        for code in codes:
            exec(code, scope)
        shown = eval(value, scope)
        rows = verdicts.judged({shown.mime: shown.data})
        found = next(fresh.in_short(row) for row in rows if row["id"] == claim)
        print(f"{MARK}{number} {found}", flush=True)
        get_reusable_executor().shutdown()  # its processes draw the set before


def judge_bank(claim: str, first: int, last: int) -> tuple[str, dict[int, str]]:
    """Judge a claim in sets ``first`` to ``last``, in a process of its own.

    Returns
    -------
    str
        Fingerprint of what was run.
    dict
        Number of the set -> ``holds:+++``.

    Raises
    ------
    RuntimeError
        If a cell fails; the message is the end of what it printed.
    """
    chapter = claims.lookup(claim)["chapter"]
    path = notebooks.find(chapter)
    variables = os.environ | stability.variables(first) | {"MPLBACKEND": "agg"}
    places = [variables["PYTHONPATH"], str(notebooks.ROOT)]
    done = subprocess.run(
        [sys.executable, "-m", "tools.one_claim", claim, "--here", f"{first}-{last}"],
        env=variables | {"PYTHONPATH": os.pathsep.join(places)},
        cwd=path.parent,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{claim}, sets {first} to {last}: {done.stderr[-1000:]}")
    said = [x.split()[1:] for x in done.stdout.splitlines() if x.startswith(MARK)]
    made = notebooks.fingerprint(notebooks.read(path), chapter, notebooks.ROOT)
    return made, {int(number): found for number, found in said}


def in_sets(claim: str, sets: int, scheduler: str | None = None) -> dict[int, str]:
    """Return what a claim is judged in sets 1, 2, ...: ``{1: "holds:+++"}``.

    Raises
    ------
    ValueError
        If a worker has other code than this machine, or the first sets say otherwise
        than ``book/stability.txt``.
    """
    entry = claims.lookup(claim)
    chapter, book = entry["chapter"], notebooks.ROOT / "book"
    notebook = notebooks.read(notebooks.find(chapter))
    here = notebooks.fingerprint(notebook, chapter, notebooks.ROOT)
    banks = [(claim, k, min(k + BANK - 1, sets)) for k in range(1, sets + 1, BANK)]
    found: dict[int, str] = {}
    for made, judged in stability.spread("one_claim.judge_bank", banks, scheduler):
        if made != here:
            raise ValueError(f"{claim}: {stability.OTHER_CODE}")
        found |= judged
        print(f"[{len(found)}/{sets}]", file=sys.stderr, flush=True)
    for number, said in enumerate(fresh.sets_of(entry, book)[:sets], 1):
        if found[number] != said:
            raise ValueError(
                f"{claim} is {found[number]} in set {number}, and {said} where its "
                "whole chapter was run: judge it with make stability"
            )
    return dict(sorted(found.items()))


def report(claim: str, judged: dict[int, str]) -> str:
    """Return in how many sets a claim has the verdict that the book expects."""
    expected = claims.lookup(claim)["expected"]
    same = fresh.same(judged.values(), expected)
    share = stats.proportion_interval(len(judged) - same, len(judged))
    lines = [f"{claim}: {expected} in {same} of {len(judged)} sets"]
    lines.append(f"another verdict in {share} of all sets (95 % interval)")
    lines += [f"{n:6} {said}" for said, n in Counter(judged.values()).most_common()]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Judge a claim in many sets, and print the report."""
    parser = argparse.ArgumentParser(prog="make stability CLAIM=id")
    parser.add_argument("claim")
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--scheduler", metavar="tcp://...")
    parser.add_argument("--here", metavar="first-last", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.claim not in claims.load():
        parser.error(f"there is no claim {options.claim!r}")
    if options.here:
        judge_here(options.claim, *map(int, options.here.split("-")))
    else:
        judged = in_sets(options.claim, options.sets, options.scheduler)
        print(report(options.claim, judged))


if __name__ == "__main__":
    main(sys.argv[1:])
