"""The page on many machines: its data, its numbers, and its recipe, which works."""

import json
import re

import fresh
import numpy as np
from distributed import LocalCluster

from evidence import claims, figures, stats
from evidence.methods import networks
from tools import notebooks

PATH = notebooks.find("running/many-machines")
MEASURED = json.loads(PATH.with_suffix(".json").read_text("utf8"))
SPEED, SETS = MEASURED["speed"], MEASURED["sets"]
SAID = re.compile(r"(holds|depends|fails|open):[-+?]+")


def test_the_file_has_rounds_of_a_chapter_and_sets_of_a_claim():
    assert MEASURED.keys() == {"speed", "sets"}
    assert SPEED["sets"] > 0 and notebooks.find(SPEED["chapter"])
    assert len(SPEED["seconds"]) > 1, "an interval needs two rounds"
    assert all(one > 0 and two > 0 for one, two in SPEED["seconds"])
    assert claims.lookup(SETS["claim"])["kind"] == "measured"
    assert all(map(SAID.fullmatch, [SETS["common"], *SETS["others"]]))
    rare = [number for numbers in SETS["others"].values() for number in numbers]
    assert len({*rare}) == len(rare) and {*rare} <= {*range(1, SETS["sets"] + 1)}
    assert len(rare) < SETS["sets"] / 2


def test_the_first_sets_are_judged_as_where_the_whole_chapter_was_run():
    there = fresh.sets_of(claims.lookup(SETS["claim"]), PATH.parents[1])
    said = {k: each for each, numbers in SETS["others"].items() for k in numbers}
    assert there == tuple(said.get(k, SETS["common"]) for k in range(1, len(there) + 1))


def test_the_figure_tells_what_was_measured():
    cells = notebooks.read(PATH).cells
    bundles = [o.get("data", {}) for c in cells for o in c.get("outputs", [])]
    (shown,) = [data[figures.MIME] for data in bundles if figures.MIME in data]
    faster = stats.mean_interval([one / two for one, two in SPEED["seconds"]])
    assert f"{faster} times as fast" in shown["caption"]
    rare, expected = SETS["others"].items(), claims.lookup(SETS["claim"])["expected"]
    changed = sum(len(ks) for said, ks in rare if not said.startswith(expected))
    share = stats.proportion_interval(changed, SETS["sets"])
    assert f"in {changed} of {SETS['sets']} sets" in shown["caption"]
    assert f"to {share}." in shown["caption"]


def last_values(width: int, seeds: list[int]) -> np.ndarray:
    x = np.linspace(-1, 1, 9)[:, None]
    net = networks.Networks([1, width, 1], seeds)
    networks.train(net, x, x**2, 5, loss="squared")
    return net.loss(x, x**2, "squared")


def test_the_recipe_gives_what_run_gives():
    prose = [c.source for c in notebooks.read(PATH).cells if c.cell_type == "markdown"]
    recipe = re.search(r"```python\n(.+?)```", "\n".join(prose), re.DOTALL)[1]
    scope = {"experiment": last_values, "CONDITIONS": [2, 3], "SEEDS": range(5)}
    more = {"processes": False, "protocol": "tcp://", "dashboard_address": None}
    with LocalCluster(n_workers=2, threads_per_worker=1, **more) as cluster:
        address = cluster.scheduler_address
        scope["BANK"] = 2
        exec(recipe.replace("tcp://localhost:8786", address), scope)
        scope["client"].close()
    for width, losses in networks.run(last_values, [2, 3], range(5), workers=1).items():
        np.testing.assert_array_equal(scope["found"][width], losses)
