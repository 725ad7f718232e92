"""Run an experiment under many conditions and seeds, on all cores."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Hashable, Iterable
from contextlib import contextmanager

import joblib
import numpy as np

from evidence import checks
from evidence.methods.networks.network import one_thread

MOST_WORKERS = 3  # each takes 230 MB, and a free machine in the cloud has 2 GB
STORED = "EVIDENCE_STORED"  # set where outputs are stored and compared


def _check_run(experiment, conditions, seeds, bank, workers):
    if workers is None:
        workers = min(joblib.cpu_count(), MOST_WORKERS)
    return (
        experiment,
        _once(conditions, "condition"),
        _once(seeds, "seed"),
        checks.whole(bank, "bank", least=1),
        checks.whole(workers, "workers", least=1),
    )


@checks.door(_check_run)
def run(
    experiment: Callable,
    conditions: Iterable[Hashable],
    seeds: Iterable[int],
    *,
    bank: int = 10,
    workers: int | None = None,
) -> dict:
    """Measure ``experiment(condition, seeds)`` under every condition with every seed.

    The seeds are cut into banks, each bank of each condition is one job, and the jobs
    run in parallel processes of one thread each. The numbers do not depend on the size
    of a bank or the number of workers.

    Parameters
    ----------
    experiment : callable
        ``(condition, list of seeds) -> array`` of first axis ``len(seeds)``, or a dict
        of such arrays. May be defined in a notebook.
    conditions : iterable of hashable
        What is varied: numbers, words or tuples, each once. The most expensive first
        keeps all cores busy to the end.
    seeds : iterable of int
        Every condition sees the same, so that comparisons are paired.
    bank : int
        Seeds a job, at least 1. Ten keep a network of 100 units in the processor's
        cache; networks of 30 units or fewer like 40 and more.
    workers : int, optional
        Processes; by default the cores there are, at most 3, for the sake of memory.
        With 1 everything runs in this process.

    Returns
    -------
    dict
        Condition -> what ``experiment`` returned, its banks joined: first axis
        ``len(seeds)``, in the order of the seeds.

    Raises
    ------
    TypeError
        If ``bank`` or ``workers`` is not a whole number.
    ValueError
        If there are no conditions or seeds, one occurs twice, ``bank`` or ``workers``
        is below 1, or the experiment returns another number of results than seeds.

    Notes
    -----
    A bar shows the progress in a notebook or a terminal, and is gone at the end; the
    variable ``EVIDENCE_STORED`` switches it off.
    """
    banks = [seeds[i : i + bank] for i in range(0, len(seeds), bank)]
    jobs = [(condition, some) for condition in conditions for some in banks]
    results = _results(experiment, jobs, min(workers, len(jobs)))
    with _progress(len(jobs)) as advance:
        found = [advance(result) for result in results]
    return {
        condition: _joined(found[i * len(banks) : (i + 1) * len(banks)])
        for i, condition in enumerate(conditions)
    }


def _results(experiment: Callable, jobs: list, workers: int):
    """Yield the jobs' results in order."""
    if workers == 1:
        return (_job(experiment, *job) for job in jobs)
    with joblib.parallel_config("loky", inner_max_num_threads=1):
        parallel = joblib.Parallel(n_jobs=workers, return_as="generator")
        return parallel(joblib.delayed(_job)(experiment, *job) for job in jobs)


def _job(experiment: Callable, condition, seeds: list[int]):
    with one_thread():
        result = experiment(condition, seeds)
    for name, part in result.items() if isinstance(result, dict) else [("", result)]:
        shape = np.shape(part)
        if not shape or shape[0] != len(seeds):
            raise ValueError(
                f"the experiment must return one result a seed, first axis "
                f"{len(seeds)}; {name or 'it'} has the shape {shape}"
            )
    return result


def _joined(parts: list):
    if isinstance(parts[0], dict):
        return {key: _joined([part[key] for part in parts]) for key in parts[0]}
    return np.concatenate([np.asarray(part) for part in parts])


def _once(given: Iterable, what: str) -> list:
    given = list(given)
    if not given:
        raise ValueError(f"there is no {what} to run")
    if len(set(given)) < len(given):
        twice = next(item for item in given if given.count(item) > 1)
        raise ValueError(f"the {what} {twice!r} stands there twice")
    return given


@contextmanager
def _progress(total: int):
    """Yield ``advance(result) -> result``, which moves a bar that ends up erased."""
    show = _shower()
    show(0, total)
    done = 0

    def advance(result):
        nonlocal done
        done += 1
        show(done, total)
        return result

    try:
        yield advance
    finally:
        show(None, total)


def _shower() -> Callable[[int | None, int], None]:
    """Return ``show(done, total)`` for a notebook, a terminal or neither."""
    if os.environ.get(STORED):
        return lambda done, total: None
    ipython = sys.modules.get("IPython")  # a worker has no use for it
    if ipython and hasattr(ipython.get_ipython(), "kernel"):
        from IPython.display import HTML, display

        handle = display(HTML(""), display_id=True)

        def show_in_notebook(done, total):
            bar = f'<progress value="{done}" max="{total}"></progress>'
            handle.update(HTML("" if done is None else f"{bar} {done} of {total}"))

        return show_in_notebook

    def show_in_terminal(done, total):
        if sys.stderr.isatty():
            text = "" if done is None else f"{done} of {total}"
            print(f"\r{text:<20}\r{text}", end="", file=sys.stderr, flush=True)

    return show_in_terminal
