"""Every random number drawn anew: in kernels, in workers, and what comes of it."""

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from types import SimpleNamespace

import copies
import fresh
import pytest
import runs
from copies import CHAPTER, SLUG
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from evidence import claims
from tools import many_machines, notebooks, one_claim, run, stability

MEASURE = '''
import pickle
import random

import numpy as np


def measure():
    """Draw a number in each way in which chapters and libraries make generators."""
    import scipy.stats
    import sklearn.model_selection
    import sklearn.utils
    import torch
    from numpy.random import default_rng

    tensors = torch.Generator().manual_seed(3)
    legacy, child = np.random.RandomState(3), np.random.SeedSequence(3).spawn(2)[1]
    assert isinstance(legacy, np.random.RandomState), "scikit-learn and SciPy ask this"
    assert isinstance(torch.default_generator, torch.Generator)
    np.random.seed(3), random.seed(3), torch.manual_seed(3)
    drawn = {
        "default_rng": default_rng(3).normal(),
        "by name": np.random.default_rng(seed=np.int64(3)).normal(),
        "list": default_rng([3, 1]).normal(),
        "array": default_rng(np.array([3, 1])).normal(),
        "generator": default_rng(default_rng(3)).normal(),
        "sequence": default_rng(np.random.SeedSequence(entropy=3)).normal(),
        "spawned sequence": default_rng(child).normal(),
        "spawned generator": default_rng(3).spawn(2)[1].normal(),
        "bits": np.random.Generator(np.random.PCG64(3)).normal(),
        "legacy": pickle.loads(pickle.dumps(legacy)).normal(),
        "legacy list": np.random.RandomState([3, 1]).normal(),
        "legacy bits": np.random.RandomState(np.random.MT19937(3)).normal(),
        "global": np.random.normal(),
        "python": random.random(),
        "python's own": random.Random(3).random(),
        "torch": torch.rand(1),
        "torch generator": torch.rand(1, generator=tensors),
        "scikit-learn": sklearn.utils.check_random_state(3).normal(),
        "split": sklearn.model_selection.train_test_split(
            np.arange(9999), random_state=3
        )[0][0],
        "scipy": scipy.stats.norm.rvs(random_state=3),
        "scipy rng": scipy.stats.bootstrap(
            [np.arange(9.0)], np.mean, rng=3, n_resamples=9
        ).standard_error,
    }
    default_rng().normal(), np.random.RandomState().normal()
    return {name: float(number) for name, number in drawn.items()}
'''
PRINT = """
import json
import os

import joblib

parallel = joblib.Parallel(n_jobs=2)
worker, number = parallel(joblib.delayed(f)() for f in (measure, os.getpid))
assert number != os.getpid()
print(json.dumps([measure(), worker]))
"""


def run_in(folder, number: int) -> list[dict]:
    """Return what is drawn in a kernel and in its worker, in a set of numbers."""
    notebook = new_notebook(cells=[new_code_cell(MEASURE), new_code_cell(PRINT)])
    run.run_cells(notebook, folder, **stability.variables(number))
    return json.loads(notebook.cells[1].outputs[0]["text"])


def test_every_generator_is_reached_in_the_kernel_and_in_its_workers(tmp_path):
    scope = {}
    exec(MEASURE, scope)
    unchanged = scope["measure"]()
    with ThreadPoolExecutor() as pool:
        one, two = pool.map(lambda number: run_in(tmp_path, number), (1, 2))
    for kernel, worker in (one, two):
        assert kernel == worker, "a set says the same in every process"
    for name, number in unchanged.items():
        assert len({number, one[0][name], two[0][name]}) == 3, name
    said = "import numpy as np; print(np.random.default_rng(3).normal())"
    zero = subprocess.run(
        [sys.executable, "-c", said],
        env=os.environ | stability.variables(0),
        capture_output=True,
        text=True,
    )
    assert float(zero.stdout) == unchanged["default_rng"]


ENTRY = f"""\
claims:
  - id: {SLUG}-hangs
    statement: The first of two numbers is positive.
    kind: measured
    core: true
    expected: holds
    believed: holds
    settings: [one seed]
    asks: above 0
    data: one
    source: made up
  - id: {SLUG}-stays
    statement: The mean of four hundred numbers is 0.
    kind: measured
    expected: holds
    believed: holds
    settings: [many seeds]
    asks: within 1 of 0
    source: made up
"""
JUDGE = f"""\
import numpy as np

from evidence import claims, stats

x = np.random.default_rng(0).normal(size=400)
first, mean = stats.Estimate(x[0], x[0], x[0], 2), stats.mean_interval(x)
claims.judge("{SLUG}-hangs", {{"one seed": first.above(0, by=0)}})
claims.sayings({{"{SLUG}-stays": {{"many seeds": mean.within(1)}}}})
"""


@pytest.fixture
def hanging(book):
    """Return a copy of the book whose chapter judges by one seed, and by many."""
    copies.chapter_of(book).with_suffix(".yml").write_text(ENTRY, "utf8")
    *setup, hangs, stays = JUDGE.splitlines()
    sources = ["\n".join(setup), hangs, stays]
    cells = [new_markdown_cell("# Title\n\n*Needs: nothing.*")]
    cells += [new_code_cell(source) for source in sources]
    notebooks.write(copies.chapter_of(book), new_notebook(cells=cells))
    return book


def test_a_claim_that_hangs_on_one_seed_is_caught(hanging):
    done = copies.python(hanging, "-m", "tools.stability", "--sets", "2")
    assert done.returncode == 1, done.output
    *progress, said = done.output.splitlines()
    expected = {f"[{k}/2] {CHAPTER}, set {j}: done" for k in (1, 2) for j in (1, 2)}
    assert len(progress) == 2 and expected >= {*progress}
    assert said == (
        f"{CHAPTER}: FAULT: {SLUG}-hangs is met in one set of random numbers and "
        "refuted in another: fails:- holds:+"
    )
    written = fresh.read(hanging / "book")
    assert {name: found[0].sets for name, found in written.items()} == {
        f"{SLUG}-hangs": ("fails:-", "holds:+"),
        f"{SLUG}-stays": ("holds:+", "holds:+"),
    }
    made = written[f"{SLUG}-hangs"][0].fingerprint
    path = copies.chapter_of(hanging)
    assert made == notebooks.fingerprint(notebooks.read(path), CHAPTER, hanging)
    runs.write({CHAPTER: [runs.Run(made, 5)]}, hanging / "book")
    done = copies.python(hanging, "-m", "tools.stability", "--sets", "2")
    assert done.output == "Every measured claim has been judged in 2 sets.\n"
    one = ["-m", "tools.one_claim", f"{SLUG}-hangs", "--sets", "2"]
    assert "holds in 1 of 2 sets\n" in copies.python(hanging, *one).output
    copies.edit(hanging, "book/stability.txt", "fails:- holds:+", "holds:+ fails:-")
    assert "judge it with make stability" in copies.python(hanging, *one).output


CELLS = {
    "import numpy as np": True,
    "def mean(x, n=N):\n    return np.sum(x) / n": True,
    "N = 3": True,
    "x = np.ones(N)": True,
    "for x2 in range(9):\n    shown = mean(x2)": False,
    "def draw():\n    x, mean = 1, 2\n    return x": False,
    "claims.judge('a', {f'{k}': mean(x) for k in (1, 2)})": True,
}


def test_only_the_cells_that_a_claim_needs_are_run():
    cells = [*CELLS]
    last = one_claim.judging(cells, "a")
    assert last == len(cells) - 1
    needed = one_claim.needed(cells, last)
    assert {cell: cell in needed for cell in cells} == CELLS
    with pytest.raises(SystemExit, match="no cell judges b"):
        one_claim.judging(cells, "b")


@pytest.fixture
def cluster(hanging, tmp_path):
    """Return the address of a scheduler without a clone; its worker has the copy."""
    address, port = "tcp://127.0.0.1", free_port()
    outside = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    inside = outside | {"PYTHONPATH": f"{hanging}{os.pathsep}{hanging / 'src'}"}
    scheduler = ["scheduler", "--host", address, "--port", port, "--no-dashboard"]
    worker = ["worker", f"{address}:{port}", "--no-nanny", "--nthreads", "2"]
    worker += ["--no-dashboard", "--local-directory", str(tmp_path)]
    log = (tmp_path / "cluster.txt").open("w")
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"distributed.cli.dask_{arguments[0]}",
                *arguments[1:],
            ],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
        for arguments, folder, environment in (
            (scheduler, tmp_path, outside),
            (worker, hanging, inside),
        )
    ]
    yield f"{address}:{port}"
    for process in reversed(started):
        process.terminate()
        process.wait(30)
    log.close()


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def test_a_cluster_judges_the_same(hanging, cluster):
    which = ["--scheduler", cluster, "--sets", "2", CHAPTER]
    done = copies.python(hanging, "-m", "tools.stability", *which)
    assert "refuted in another: fails:- holds:+\n" in done.output, done.output
    which = [f"{SLUG}-hangs", *which[:-1]]
    done = copies.python(hanging, "-m", "tools.one_claim", *which)
    assert "1 fails:-\n     1 holds:+\n" in done.output, done.output


@pytest.fixture
def main(monkeypatch):
    """Return the command for one chapter, given what its runs return."""

    def run_with(*results) -> int:
        monkeypatch.setattr(stability, "in_all_sets", lambda *_: iter(results))
        return stability.main(["--sets", str(len(results)), "a/b"])

    monkeypatch.setattr(notebooks, "find", lambda name: name)
    monkeypatch.setattr(notebooks, "read", lambda path: path)
    monkeypatch.setattr(notebooks, "fingerprint", lambda *_: "f0")
    entry = {"kind": "measured", "expected": "holds"}
    monkeypatch.setattr(claims, "lookup", {"x": entry}.get)
    monkeypatch.setattr(
        stability, "record", lambda chapter, made, found: written(found)
    )
    return run_with


def written(found: list[dict]) -> dict[str, list[str]]:
    return {"x": [judged["x"] for judged in found]}


def test_sets_are_written_in_their_order_and_a_verdict_that_moves_is_said(main, capsys):
    found = {2: "open:?", 1: "holds:+"}
    assert main(*(("a/b", k, "f0", {"x": found[k]}) for k in found)) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "[2/2] a/b, set 1: done",
        "a/b: x: 1 of 2: holds:+ open:?",
    ]
    assert main(*(("a/b", k, "f0", {"x": "holds:+"}) for k in (1, 2))) == 0
    assert capsys.readouterr().out.endswith("a/b: all 1 verdicts stay in every set\n")


FAILURES = {
    "a cell": (("a/b", 2, "f0", "assert x\n..."), "set 2: FAILED\nassert x\n..."),
    "a worker": (("a/b", 2, "f1", {}), "set 2: FAILED\nother code than here"),
}


@pytest.mark.parametrize("bad, said", FAILURES.values(), ids=FAILURES)
def test_where_a_set_fails_nothing_is_written(main, monkeypatch, capsys, bad, said):
    monkeypatch.setattr(stability, "record", None)
    assert main(("a/b", 1, "f0", {"x": "holds:+"}), bad) == 1
    assert said in capsys.readouterr().out


def test_what_the_page_on_machines_shows_is_written_part_by_part(tmp_path, monkeypatch):
    judged = {1: "holds:+", 2: "open:?", 3: "holds:+"}
    where = nullcontext(SimpleNamespace(scheduler_address="tcp://"))
    monkeypatch.setattr(many_machines, "FILE", tmp_path / "machines.json")
    monkeypatch.setattr(many_machines, "cluster", lambda workers: where)
    monkeypatch.setattr(many_machines, "seconds", lambda workers, *_: 6 / workers)
    monkeypatch.setattr(one_claim, "in_sets", lambda *_: judged)
    for words in (["speed", "--rounds", "2"], ["sets", "--sets", "3"]):
        monkeypatch.setattr(sys, "argv", ["many_machines", *words])
        many_machines.main()
    found = json.loads(many_machines.FILE.read_text("utf8"))
    assert found["speed"]["seconds"] == [[6, 3], [6, 3]]
    assert found["sets"]["common"] == "holds:+"
    assert found["sets"]["others"] == {"open:?": [2]}
