"""Chapters run with other versions: verdicts alone count; nothing is written."""

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook, new_output

from evidence import exercises
from evidence.cards import Sayings, Verdict
from tools import notebooks, run, verdicts
from tools.notebooks import ROOT


def shown(**outputs):
    """Return a notebook whose cells, by id, show data under a MIME type."""
    cells = []
    for name, (mime, data) in outputs.items():
        output = new_output("display_data", {mime: data, "text/plain": "0.123"})
        cells.append(new_code_cell("1", id=name, outputs=[output], execution_count=1))
    return new_notebook(cells=cells)


def judged(name, verdict):
    return {"id": name, "verdict": verdict, "measured": "0.123"}


def checked(name, state):
    return exercises.MIME, {"exercise": name, "state": state, "message": "."}


def test_verdicts_of_cards_of_sayings_and_of_exercises_are_found():
    rows = {"rows": [judged("b", "open"), judged("c", "advice")]}
    notebook = shown(
        one=(Verdict.mime, judged("a", "holds")),
        two=(Sayings.mime, rows),
        stub=checked("x/y", "open"),
        solution=checked("x/y", "right"),
        figure=("image/png", "aGFsbG8="),
    )
    assert verdicts.verdicts(notebook) == {
        "a": "holds",
        "b": "open",
        "c": "advice",
        "x/y in stub": "open",
        "x/y in solution": "right",
    }


@pytest.mark.parametrize("path", notebooks.chapters(), ids=notebooks.name_of)
def test_every_claim_that_a_chapter_judges_is_found(path):
    notebook = notebooks.read(path)
    text = path.read_text("utf8")
    found = verdicts.verdicts(notebook)
    assert len(found) >= text.count('"application/vnd.evidence.verdict') + text.count(
        f'"{exercises.MIME}'
    )
    assert None not in found.values()


def test_what_changed_is_said_in_words():
    before = {"a": "holds", "b": "open", "c": "fails"}
    now = {"a": "holds", "b": "fails", "d": "holds"}
    assert verdicts.changes(before, now) == [
        "b: open, now fails",
        "c: fails, now not judged",
        "d: not judged, now holds",
    ]


@pytest.fixture
def chapter(tmp_path):
    path = tmp_path / "chapter.ipynb"
    notebooks.write(path, shown(one=(Verdict.mime, judged("a", "holds"))))
    return path


def test_a_chapter_is_compared_and_left_as_it_was(chapter, monkeypatch):
    def other(notebook, folder):
        notebook.cells = shown(one=(Verdict.mime, judged("a", "depends"))).cells

    before = chapter.read_bytes()
    monkeypatch.setattr(run, "run_cells", other)
    assert verdicts.compare(chapter) == ["a: holds, now depends"]
    monkeypatch.setattr(run, "run_cells", lambda notebook, folder: None)
    assert verdicts.compare(chapter) == []
    assert chapter.read_bytes() == before


def test_a_cell_that_fails_is_named(chapter, monkeypatch):
    def fail(notebook, folder):
        line = 18 * "-"
        text = f"{line}\nx = LassoCV(alphas=30)\n{line}\nE: 30"
        raise CellExecutionError(text, "E", "30")

    monkeypatch.setattr(run, "run_cells", fail)
    (said,) = verdicts.compare(chapter)
    assert said.startswith("FAILED in the cell") and "alphas=30" in said


def test_one_that_differs_makes_the_command_fail(chapter, monkeypatch, capsys):
    monkeypatch.setenv("EVIDENCE_STORED", "1")
    monkeypatch.setattr(notebooks, "find", lambda name: ROOT / "book" / f"{name}.ipynb")
    monkeypatch.setattr(
        verdicts, "compare", lambda path: ["a: holds, now open"] * (path.stem == "two")
    )
    assert verdicts.main(["part/one", "part/two"]) == 1
    said = capsys.readouterr().out
    assert "part/one: the verdicts are those stored\n" in said
    assert "part/two: a: holds, now open\n" in said
