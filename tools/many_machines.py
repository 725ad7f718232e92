"""Measure what the page *Many machines* shows: ``python -m tools.many_machines``.

``speed`` runs one job of ``make stability`` on one and on two workers of a local Dask
cluster, one thread each, in turns; ``sets`` judges one claim in a thousand sets of
random numbers, on two. Each writes its part of ``many-machines.json`` beside the page.
The machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import logging
import time

import numpy as np
from distributed import LocalCluster

from tools import notebooks, one_claim, stability

PAGE = "running/many-machines"
FILE = notebooks.ROOT / "book" / f"{PAGE}.json"
CHAPTER, CLAIM = "classical/roc-auc", "overfit-variance-law"


def cluster(workers: int) -> LocalCluster:
    """Return a cluster of this machine: processes of one thread, no page of its own."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    return LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)


def seconds(workers: int, chapter: str, sets: int) -> float:
    """Return how long a chapter takes in some sets, once the workers are there."""
    with cluster(workers) as where:
        imports = [(chapter,)] * 2 * workers
        list(stability.spread("notebooks.find", imports, where.scheduler_address))
        start = time.perf_counter()
        done = list(stability.in_all_sets([chapter], sets, where.scheduler_address))
        spent = time.perf_counter() - start
    if failed := [found for *_, found in done if isinstance(found, str)]:
        raise RuntimeError(f"{chapter}: {failed[0]}")
    return round(spent, 2)


def speed(chapter: str, sets: int, rounds: int) -> dict:
    """Return the seconds of one and of two workers in each round, in random order."""
    rng, found = np.random.default_rng(0), []
    for _ in range(rounds):
        spent = {int(n): seconds(n, chapter, sets) for n in rng.permutation([1, 2])}
        found.append([spent[1], spent[2]])
        print(found[-1], flush=True)
    return {"chapter": chapter, "sets": sets, "seconds": found}


def many(claim: str, sets: int) -> dict:
    """Return what a claim is judged in most of many sets, and in which otherwise."""
    with cluster(2) as where:
        judged = one_claim.in_sets(claim, sets, where.scheduler_address)
    print(one_claim.report(claim, judged))
    found = {said: [k for k in judged if judged[k] == said] for said in judged.values()}
    common, *rare = sorted(found, key=lambda said: -len(found[said]))
    others = {said: found[said] for said in rare}
    return {"claim": claim, "sets": sets, "common": common, "others": others}


def main() -> None:
    """Measure one of the two and write it; the page is run by ``tools.run``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["speed", "sets"])
    parser.add_argument("--sets", type=int, help="4 for speed, 1000 for sets")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.what == "speed":
        found = speed(CHAPTER, options.sets or 4, options.rounds)
    else:
        found = many(CLAIM, options.sets or 1000)
    kept = json.loads(FILE.read_text("utf8")) if FILE.is_file() else {}
    text = json.dumps(kept | {options.what: found}, indent=1, sort_keys=True)
    FILE.write_text(f"{text}\n", "utf8")
    print(f"Now: make run CHAPTER={PAGE}")


if __name__ == "__main__":
    main()
