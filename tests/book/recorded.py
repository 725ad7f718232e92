"""Three experiments repeated, made up for tests: what they store, none of it run."""

from pathlib import Path
from unittest import mock

import numpy as np
import sizes
from ipywidgets import Widget
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from evidence import (
    asking,
    cards,
    claims,
    exercises,
    figures,
    replications,
    stats,
    tables,
)
from tools import notebooks
from tools.notebooks import STATE

STATEMENTS = {
    "imbalance": "Class imbalance lowers the accuracy & more",
    "pca": "Above 100 dimensions, as many as points, a network fails",
    "transfer": "Fine-tuning beats training from scratch on ten images a class",
}
CONDITIONS = {
    "imbalance": {
        "threshold at 0.5, ratio 100:1": True,
        "the test set has the ratio of the training set": False,
        "threshold moved: the AUC is <still> lower": False,
    },
    "pca": {"40 points": False, "80 points": False, "320 points": False},
    "transfer": {"digits 0 to 4, then 5 to 9": True},
}
AT = {"relation": "within", "margin": 0.1}


def verdict(name: str) -> cards.Verdict:
    """Return what ``claims.judge`` would return."""
    states = {words: "met" if m else "refuted" for words, m in CONDITIONS[name].items()}
    given = claims.decide(states.values())
    return cards.Verdict(
        {
            "id": name,
            "statement": STATEMENTS[name],
            "kind": "measured",
            "verdict": given,
            "expected": given,
            "measured": "gap 0.1",
            "conditions": [{"setting": w, "state": s} | AT for w, s in states.items()],
        }
    )


def row(experiment="E4", **changes) -> replications.Replication:
    """Return a recorded replication, some arguments changed."""
    arguments = {
        "original": "Imbalance & ruin: the more of it, the <worse>",
        "measured": "Balanced accuracy at one threshold",
        "verdict": verdict("imbalance"),
        "effects": {
            "balanced accuracy, 100:1 minus 1:1, paired": stats.Estimate(
                -0.2734567, -0.3012345, -0.2467891, 20
            ),
            "AUC, 100:1 <minus> 1:1": stats.Estimate(-0.02, -0.03, -0.01, 30),
        },
        "networks": np.int64(1280),
    }
    return replications.record(experiment, **(arguments | changes))


def pca_row(**changes) -> replications.Replication:
    """Return a replication that fails under every condition."""
    own = {
        "original": "There is a threshold at the number of points",
        "measured": "Accuracy on 20 test points behind saturated units",
        "verdict": verdict("pca"),
        "networks": 880,
    }
    return row("E6", **(own | changes))


def open_row(**changes) -> replications.Replication:
    """Return the answer to a question that 2018 left open."""
    own = {"original": "Does transfer help?", "measured": None}
    own |= {"verdict": verdict("transfer")}
    return row("C", **(own | changes))


LOST = {"id": "imbalance/lost", "kind": "number", "text": "How much is lost?"}
LOST |= {"believed": 0.0, "low": 0.0, "high": 1.0, "unit": "of 1"}


def prediction() -> cards.Prediction:
    """Return what the reader of the first chapter is asked."""
    asked = {"id": "imbalance", "kind": "verdict", "text": STATEMENTS["imbalance"]}
    return asking.Asked({"questions": [LOST, asked | {"believed": "holds"}]})


def outcome() -> cards.Outcome:
    """Return what came out where a number was asked for."""
    data = {"id": LOST["id"], "kind": "number", "question": LOST["text"]}
    data |= {"believed": 0.0, "answer": "0.410 [0.380, 0.440]"}
    return cards.Outcome(data | {"value": 0.41, "low": 0.38, "high": 0.44})


def table() -> tables.Table:
    """Return a table of results with a long word and numbers of every kind."""
    lost = stats.Estimate(0.41, 0.38, 0.44, 20)
    rows = [["batches <of> 2", 1280, lost], ["Straßenbahnhaltestellen", 80, None]]
    columns = ["training", "steps", "accuracy lost"]
    return tables.Table(tables.describe(rows, columns, "Small batches & more."))


def feedback() -> exercises.Feedback:
    """Return what the check of a stub says."""
    data = {"exercise": "imbalance/one", "state": "open"}
    return exercises.Feedback({**data, "message": exercises.NOT_ATTEMPTED})


CODE = """
def update(running_mean, x, momentum=0.1):
    batch_mean = x.mean(axis=0)
    kept = momentum * running_mean
    return kept + (1 - momentum) * batch_mean
"""
STEPS = """
batch_mean = x.mean(axis=0)
kept = 0.9 * running_mean
running_mean = kept + 0.1 * batch_mean
print(running_mean)
"""
TASKS = {
    "slope": exercises.number(
        0.0451767, mistakes={0.9525741: "that is the value; the slope is S(1 - S)"}
    ),
    "shift": exercises.vector(
        [0.75, 0.25, np.log(2)], mistakes=[([0.25, 0.5, np.log(2)], "by its center")]
    ),
    "saying": exercises.choice(
        "b", {"a": "by n & <more>", "b": "By n - 1.", "c": "no"}
    ),
    "bug": exercises.bug(
        CODE, 3, {4: "its weights fit those of line 3"}, "The weights are reversed."
    ),
    "steps": exercises.order(
        STEPS, {(1, 3): "the batch has no mean yet"}, "Now it runs.", free=[(1, 2)]
    ),
}


def stub(name: str) -> exercises.Feedback:
    """Return what the check of a task says that is answered on the page."""
    data = {"exercise": f"imbalance/{name}", "state": "open"}
    data |= {"message": exercises.NOT_ATTEMPTED, "task": TASKS[name].task}
    return exercises.Open(data)


def recalled() -> list[dict]:
    """Return what recalls a task of another chapter, in a book that has it."""
    outputs = []
    slope = exercises.asked("How steep is S at 3?\n(S is <σ>.)", TASKS["slope"])
    show = {"display": lambda shown: outputs.append(_bundle(shown))}
    with mock.patch.multiple(exercises, find=lambda name: slope, **show):
        exercises.recall("carried-over/slope")
    return outputs


def figure() -> list[dict]:
    """Return the two outputs of a figure."""
    fig, ax = figures.subplots(2, 2)
    ax[0, 0].plot([0, 1])
    texts = {"caption": "It <rises>.", "alt": 'A "rising" line', "name": "fig-rise"}
    outputs = []
    with mock.patch.object(figures, "display", lambda data, **_: outputs.append(data)):
        figures.show(fig, **texts)
    return outputs


def _bundle(shown) -> dict:
    """Return what an object displays; widgets return its metadata beside it."""
    bundle = shown._repr_mimebundle_()
    return bundle[0] if isinstance(bundle, tuple) else bundle


CODE = {  # of cells, by their ids; of the others the id itself
    "predict": "claims.predict()",
    "figure": "figures.show(fig)",
    "stub": f"answer = {'1' * (sizes.WIDTH - 9)}",
    "outcome": "claims.reveal()",
    "recall": "exercises.recall()",
    "table": "tables.show(rows)",
    "verdict": "claims.judge()",
    "row": "replications.record()",
}


def write_chapter(
    path: Path, title: str, needs: str = "*Needs: nothing.*", **cells
) -> None:
    """Write a notebook whose cells, each under its id, store or say what is given."""
    written = [new_markdown_cell(f"# {title}\n\n{needs}", id="title")]
    for name, shown in cells.items():
        if isinstance(shown, str):
            written.append(new_markdown_cell(shown, id=name))
            continue
        bundles = shown if isinstance(shown, list) else [_bundle(shown)]
        outputs = [new_output("display_data", bundle) for bundle in bundles]
        written.append(new_code_cell(CODE.get(name, name), id=name, outputs=outputs))
    state = Widget.get_manager_state()
    notebook = new_notebook(cells=written, metadata={"widgets": {STATE: state}})
    for number, cell in notebooks.code_cells(notebook):
        cell.execution_count = number
    notebooks.tidy(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    notebooks.write(path, notebook)
