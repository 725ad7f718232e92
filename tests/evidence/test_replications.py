"""Replications: what a row says, what it refuses, and the page that collects them."""

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import copies
import numpy as np
import pytest
import test_chapters
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

from evidence import claims, replications, stats
from evidence.replications import EXPERIMENTS
from tools import browser, new, notebooks
from tools.notebooks import ROOT
from tools.server import serve

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from bookext import replications as page

CLAIM = """
- id: {name}
  chapter: {chapter}
  statement: "{statement}"
  expected: {expected}
  prior: holds
  why: Because.
  source: Notes
"""
IMBALANCE = {
    "threshold at 0.5, ratio 100:1": True,
    "the test set has the ratio of the training set": False,
    "threshold moved: the AUC is <still> lower": False,
}
CLAIMS = {  # id -> chapter, statement, conditions
    "imbalance": (
        "experiments/class-imbalance",
        "Class imbalance lowers the accuracy & more",
        IMBALANCE,
    ),
    "pca": (
        "experiments/pca-before-networks",
        "Above 100 dimensions, as many as points, a network fails",
        {"40 points": False, "80 points": False, "320 points": False},
    ),
    "transfer": (
        "architectures/transfer-learning",
        "Fine-tuning beats training from scratch on ten images a class",
        {"digits 0 to 4, then 5 to 9": True},
    ),
}


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    """Put a small file of claims in the place of the book's."""
    path = tmp_path / "claims.yml"
    path.write_text(claims_text(), "utf8")
    claims.load.cache_clear()
    monkeypatch.setattr(claims, "claims_file", lambda: path)
    yield path
    claims.load.cache_clear()


def claims_text() -> str:
    return "".join(
        CLAIM.format(
            name=name,
            chapter=chapter,
            statement=statement,
            expected=claims.decide(conditions),
        )
        for name, (chapter, statement, conditions) in CLAIMS.items()
    )


def judged(name: str) -> claims.Verdict:
    return claims.judge(name, CLAIMS[name][2], measured="gap 0.1")


def row(experiment="E4", **changes):
    """Return a recorded replication, some arguments changed."""
    arguments = {
        "original": "Imbalance & ruin: the more of it, the <worse>",
        "measured": "Balanced accuracy at one threshold",
        "verdict": judged("imbalance"),
        "flips": "threshold moved: the AUC is <still> lower",
        "effect": stats.Estimate(-0.2734567, -0.3012345, -0.2467891, 20),
        "effect_of": "balanced accuracy, 100:1 minus 1:1, paired",
        "networks": np.int64(1280),
    }
    return replications.record(experiment, **(arguments | changes))


def pca_row(**changes):
    return row(
        "E6",
        **{"original": "There is a threshold at the number of points"}
        | {"measured": "Accuracy on 20 test points behind saturated units"}
        | {"verdict": judged("pca"), "flips": None, "networks": 880}
        | {"effect_of": "accuracy at 300 dimensions, 320 minus 40 points"}
        | changes,
    )


def open_row(**changes):
    return row(
        "C",
        **{"original": "Does transfer help?", "measured": None}
        | {"verdict": judged("transfer"), "flips": None}
        | changes,
    )


# --- The experiments ------------------------------------------------------------------


def test_twelve_experiments_were_run_and_four_questions_left_open():
    run = [key for key, about in EXPERIMENTS.items() if not about.is_open_question]
    left = [key for key, about in EXPERIMENTS.items() if about.is_open_question]
    assert run == [f"E{n}" for n in range(1, 13)] and left == list("ABCD")
    for about in map(EXPERIMENTS.get, run):
        assert about.networks >= about.repetitions >= 1 and about.seconds > 0
    # experiments.py of 2018: 410 networks, and the notebook prints 1,674 s in all.
    assert sum(EXPERIMENTS[key].networks for key in run) == 410
    assert round(sum(EXPERIMENTS[key].seconds for key in run)) == 1674
    titles = [about.title for about in EXPERIMENTS.values()]
    assert len(set(titles)) == 16


def test_chapters_are_named_as_the_book_names_them():
    for about in EXPERIMENTS.values():
        assert new.NAME.fullmatch(about.chapter), about.chapter


# --- A row ----------------------------------------------------------------------------


def test_a_row_shows_itself_as_text():
    assert repr(row()) == (
        "◐ conditional: E4. Class imbalance\n"
        "  concluded in 2018: Imbalance & ruin: the more of it, the <worse>\n"
        "  measured in 2018: Balanced accuracy at one threshold\n"
        "  effect: -0.273 [-0.301, -0.247], balanced accuracy, 100:1 minus 1:1, "
        "paired (95 % interval, n = 20)\n"
        "  flipped by: not met: threshold moved: the AUC is <still> lower\n"
        "  trained in 2018: 72 networks, 5 repetitions, 392.2 s\n"
        "  trained here: 1,280 networks"
    )


def test_a_row_of_an_open_question_has_no_original_run():
    text = repr(open_row())
    assert text.startswith("✓ holds: C. Transfer with little data\n")
    assert "  left open in 2018: Does transfer help?\n" in text
    assert "measured in 2018" not in text
    assert "  trained in 2018: nothing\n" in text


def test_a_row_shows_itself_as_html():
    root = ET.fromstring(row()._repr_html_())
    assert root.attrib == {
        "class": "evidence-replication",
        "data-experiment": "E4",
        "data-verdict": "conditional",
    }
    assert root.find(".//strong").text == "◐ conditional"
    shown = ["  " + "".join(item.itertext()) for item in root.findall(".//li")]
    assert shown == repr(row()).split("\n")[1:]


def test_a_row_carries_its_data_for_the_site():
    bundle = row()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", replications.MIME}
    assert json.loads(json.dumps(bundle[replications.MIME])) == {
        "experiment": "E4",
        "title": "Class imbalance",
        "chapter": "experiments/class-imbalance",
        "claim": "imbalance",
        "verdict": "conditional",
        "conditions": IMBALANCE,
        "flips": "threshold moved: the AUC is <still> lower",
        "original": "Imbalance & ruin: the more of it, the <worse>",
        "measured": "Balanced accuracy at one threshold",
        "effect": {  # no digit that is not printed
            "text": "-0.273 [-0.301, -0.247]",
            "value": -0.273,
            "low": -0.301,
            "high": -0.247,
            "n": 20,
            "level": 0.95,
        },
        "effect_of": "balanced accuracy, 100:1 minus 1:1, paired",
        "networks": 1280,
        "networks_2018": 72,
        "repetitions_2018": 5,
        "seconds_2018": 392.2,
    }


@pytest.mark.parametrize(
    ("effect", "digits", "text", "numbers"),
    [
        ((-0.27, -0.30, -0.24), 1, "-0.3 [-0.3, -0.2]", (-0.3, -0.3, -0.2)),
        ((-0.001, -0.002, 0.0), 2, "0.00 [0.00, 0.00]", (0, 0, 0)),
        ((3e8, 2e8, 4e8), None, "3.0e+08 [2.0e+08, 4.0e+08]", (3e8, 2e8, 4e8)),
    ],
)
def test_the_effect_is_stored_as_it_is_printed(effect, digits, text, numbers):
    stored = row(effect=stats.Estimate(*effect, 20), digits=digits).data["effect"]
    assert stored["text"] == text
    assert (stored["value"], stored["low"], stored["high"]) == numbers


def test_a_row_does_not_change_when_the_verdict_does():
    verdict = judged("imbalance")
    recorded = row(verdict=verdict)
    verdict.conditions.clear()
    assert recorded.data["conditions"] == IMBALANCE


# --- The condition that flips it ------------------------------------------------------


@pytest.mark.parametrize(
    "flips", [words for words, met in IMBALANCE.items() if not met]
)
def test_a_conditional_verdict_names_a_condition_that_was_not_met(flips):
    assert row(flips=flips).flipped_by == f"not met: {flips}"


def test_a_verdict_without_exception_is_flipped_by_nothing_tested():
    assert pca_row().flipped_by == "nothing tested: it fails under all 3 conditions"
    assert open_row().flipped_by == "nothing tested: it holds under the one condition"


@pytest.mark.parametrize(
    ("make", "flips", "message"),
    [
        (row, None, "say which condition flips the verdict: .*'the test set has"),
        (row, "threshold at 0.5, ratio 100:1", "100:1' was met: .*those not met"),
        (row, "a bigger network", "'a bigger network' is no condition of imbalance"),
        (pca_row, "40 points", "fails under every condition.*the judgement of pca"),
        (
            open_row,
            "digits 0 to 4, then 5 to 9",
            "holds under every condition.*leave `flips` out",
        ),
    ],
)
def test_what_flips_must_fit_the_verdict(make, flips, message):
    with pytest.raises(ValueError, match=message):
        make(flips=flips)


# --- What is refused ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"verdict": "holds"}, TypeError, "verdict is str, not what claims.judge"),
        ({"effect": 0.3}, TypeError, "effect is float, not stats.Estimate"),
        (
            {"effect": stats.Estimate(0, -1, 1, 19)},
            ValueError,
            "rests on 19 samples; a replication needs at least 20",
        ),
        ({"networks": 0}, ValueError, "trains networks, not 0"),
        ({"networks": 2.0}, TypeError, "whole number, not 2.0"),
        ({"networks": True}, TypeError, "whole number, not True"),
        ({"original": " "}, ValueError, "what `original` is, not ' '"),
        ({"measured": None}, ValueError, "what `measured` is, not None"),
        ({"effect_of": ""}, ValueError, "what `effect_of` is"),
    ],
)
def test_a_row_that_says_too_little_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        row(**changes)


def test_an_unknown_experiment_is_refused():
    with pytest.raises(KeyError, match="no experiment 'E13'; there are E1, .*, D"):
        row("E13")


def test_a_verdict_of_another_chapter_is_refused():
    message = "E6 belongs to .*pca-before-networks, the claim imbalance to .*imbalance"
    with pytest.raises(ValueError, match=message):
        row("E6")


def test_an_open_question_was_not_measured():
    with pytest.raises(ValueError, match="C was not run in 2018: leave `measured` out"):
        open_row(measured="accuracy")


# --- The page -------------------------------------------------------------------------

CONTENTS = """format: jb-book
root: book/index
chapters:
  - file: book/ledger
  - file: book/references
  - file: book/experiments/replications
  - file: book/experiments/class-imbalance
  - file: book/experiments/pca-before-networks
  - file: book/architectures/transfer-learning
"""
TITLE = "# {}\n\n*Needs: nothing. Reading: 1 min. Running: about {} s.*"


def write_chapter(root: Path, *rows, title: str, seconds: int) -> None:
    """Write a chapter that stores verdicts and rows."""
    cells = [new_markdown_cell(TITLE.format(title, seconds), id="title")]
    for number, recorded in enumerate(rows):
        verdict = judged(recorded.data["claim"])
        for kind, shown in (("verdict", verdict), ("row", recorded)):
            output = new_output("execute_result", shown._repr_mimebundle_())
            cell = new_code_cell(kind, id=f"{kind}-{number}", outputs=[output])
            cells.append(cell)
    path = root / "book" / f"{rows[0].data['chapter']}.ipynb"
    path.parent.mkdir(exist_ok=True)
    notebook = new_notebook(cells=cells)
    for number, cell in notebooks.code_cells(notebook):
        cell.execution_count = cell.outputs[0].execution_count = number
    notebooks.tidy(notebook)
    notebooks.write(path, notebook)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build a site of the page and three chapters and return its folder."""
    root = tmp_path_factory.mktemp("replications")
    ignore = shutil.ignore_patterns("*.ipynb", "__pycache__")
    shutil.copytree(ROOT / "book", root / "book", ignore=ignore)
    shutil.copytree(ROOT / "src", root / "src", ignore=ignore)
    shutil.copy(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text(CONTENTS, "utf8")
    (root / "book" / "index.md").write_text("# Index\n\nA page.\n", "utf8")
    file = root / "book" / "claims.yml"
    file.write_text(claims_text(), "utf8")
    claims.load.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "claims_file", lambda: file)
        write_chapter(root, row(), title="Imbalance", seconds=40)
        write_chapter(root, pca_row(), title="PCA", seconds=25)
        write_chapter(root, open_row(), title="Transfer", seconds=1)
    claims.load.cache_clear()
    program = Path(sys.executable).with_name("jupyter-book")
    done = subprocess.run(
        [program, "build", ".", "-W", "-n", "-q", "--keep-going"],
        cwd=root,
        env={k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "_build" / "html"


@pytest.fixture(scope="module")
def chromium():
    path = browser.find()
    assert path, browser.ADVICE
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=browser.FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def visit(chromium, site):
    """Return a function that opens the page at some width, in some theme."""
    contexts = []

    def visit(width=1280, theme="light"):
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
        options["reduced_motion"] = "reduce"  # no color is read halfway to the next
        contexts.append(chromium.new_context(**options))
        opened = contexts[-1].new_page()
        opened.goto(f"{address}/book/experiments/replications.html")
        return opened

    with serve(site) as address:
        yield visit
        for context in contexts:
            context.close()


def test_the_table_lists_what_is_recorded_and_counts_the_rest(visit):
    opened = visit()
    total = opened.locator(".evidence-total").inner_text()
    assert total == "3 of 16 are repeated so far: 1 holds, 1 conditional, 1 fails."
    rows = opened.locator(".evidence-replications tbody tr")
    assert [rows.nth(k).get_attribute("id") for k in range(rows.count())] == [
        "E4",
        "E6",
        "C",
    ]
    cells = [
        " ".join(text.split()) for text in rows.nth(0).locator("> *").all_inner_texts()
    ]
    assert cells == [
        "E4 Class imbalance",
        "Imbalance & ruin: the more of it, the <worse>",
        "Balanced accuracy at one threshold",
        "◐ conditional Class imbalance lowers the accuracy & more",
        "-0.273 [-0.301, -0.247] balanced accuracy, 100:1 minus 1:1, paired "
        "(95 % interval, n = 20)",
        "Not met: threshold moved: the AUC is <still> lower",
        "72 networks, 5 repetitions, 392.2 s",
        "1,280 networks, about 40 s",
    ]
    assert "Open question. Does transfer help?" in rows.nth(2).inner_text()


def test_a_row_leads_to_the_cell_that_decides_and_back(visit):
    opened = visit()
    link = opened.locator("#E4 td a")
    assert link.inner_text() == "Class imbalance lowers the accuracy & more"
    link.click()
    opened.wait_for_url("**/class-imbalance.html#claim-imbalance")
    assert opened.locator("#claim-imbalance .evidence-verdict").is_visible()
    card = opened.locator("#experiment-E4")
    assert card.get_by_text("E4. Class imbalance").is_visible()
    card.get_by_role("link", name="Among the replications").click()
    opened.wait_for_url("**/replications.html#E4")


def test_the_badge_looks_as_in_the_ledger(visit):
    opened = visit()
    look = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    here = opened.locator("#E4 .evidence-badge").evaluate(look)
    opened.goto(opened.url.replace("experiments/replications", "ledger"))
    there = opened.locator("[id=imbalance] .evidence-badge").evaluate(look)
    assert here == there != ["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_table_is_whole_at_any_width(visit, width):
    opened = visit(width)
    outside = """() => {
        const end = document.documentElement.clientWidth;
        return [...document.querySelectorAll(".evidence-replications *")]
          .filter((e) => !e.closest("thead") || end > 1200)
          .filter((e) => e.getBoundingClientRect().right > end).length
    }"""
    root = "document.documentElement"
    assert opened.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
    assert opened.evaluate(outside) == 0
    widths = "es => es.map((e) => e.getBoundingClientRect().width)"
    columns = opened.locator("#E4 td").evaluate_all(widths)
    assert min(columns) > (200 if width == 390 else 60)
    label = opened.locator("#E4 td").first.evaluate(
        "e => getComputedStyle(e, '::before').content"
    )
    assert label == ('"Concluded in 2018: "' if width == 390 else "none")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_table_is_accessible(visit, width, theme):
    opened = visit(width, theme)
    found = Axe().run(opened).response["violations"]
    faults = [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]
    assert faults == []
    parts = opened.locator(".evidence-replications :is(thead, tbody, tr, th, td)")
    assert parts.evaluate_all("es => es.every((e) => e.role)")  # lost as blocks, else
    table = opened.get_by_role("table", name="The experiments, and what is left")
    assert table.get_by_role("columnheader").count() == len(page.COLUMNS)
    assert table.get_by_role("rowheader").count() == 3
    assert table.get_by_role("cell").count() == 3 * (len(page.COLUMNS) - 1)


def test_the_table_is_published_for_machines(site):
    rows = json.loads((site / "replications.json").read_text("utf8"))
    assert [entry["experiment"] for entry in rows] == ["E4", "E6", "C"]
    stored = row().data
    assert rows[0] == json.loads(json.dumps(stored)) | {
        "statement": "Class imbalance lowers the accuracy & more",
        "seconds": 40,
        "url": "book/experiments/class-imbalance.html#claim-imbalance",
    }
    for entry in rows:
        path, _, anchor = entry["url"].partition("#")
        assert f'id="{anchor}"' in (site / path).read_text("utf8")


def test_without_a_row_there_is_a_count_and_no_table():
    text = page.render([], str)
    assert text == '<p class="evidence-total">0 of 16 are repeated so far.</p>'


def test_a_chapter_that_does_not_say_how_long_it_runs_is_named(tmp_path):
    path = tmp_path / "silent.ipynb"
    notebooks.write(path, new_notebook(cells=[new_markdown_cell("# Silent")]))
    with pytest.raises(ValueError, match="silent.ipynb: the title cell does not say"):
        page.seconds_of(path)


# --- The chapter's own tests ----------------------------------------------------------

CHAPTER = "experiments/class-imbalance"
CODE = """
from evidence import replications

replications.record(
    "E4",
    original="What 2018 concluded",
    measured="What its code measured",
    verdict=verdict,
    effect=measured[2],
    effect_of="spread of the mean of 4",
    networks=1,
)
""".strip()


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a copy of the book whose one chapter owes, and has, a row."""
    root = copies.copy_repository(tmp_path_factory.mktemp("sound") / "copy")
    path = new.main(CHAPTER, root)
    notebook = notebooks.read(path)
    place = [cell.id for cell in notebook.cells].index("verdict")
    judging = notebook.cells[place]
    judging.source = f"verdict = {judging.source}\nverdict"
    notebook.cells.insert(place + 1, new_code_cell(CODE, id="row"))
    del notebook.cells[0].metadata["tags"]  # a draft owes nothing yet
    notebooks.write(path, notebook)
    done = copies.python(root, "-m", "tools.run", CHAPTER)
    assert done.returncode == 0, done.output
    return root


class Copy:
    """A chapter that a test may break."""

    def __init__(self, sound, folder):
        shutil.copytree(sound, folder)
        self.root = folder
        self.path = folder / "book" / f"{CHAPTER}.ipynb"
        self.notebook = notebooks.read(self.path)
        (self.cell,) = (cell for cell in self.notebook.cells if cell.id == "row")

    @property
    def data(self) -> dict:
        return self.cell.outputs[0]["data"][replications.MIME]

    def chapter(self):
        notebooks.write(self.path, self.notebook)
        return test_chapters.Chapter(self.path, self.root)


@pytest.fixture
def copy(sound, tmp_path):
    return Copy(sound, tmp_path / "copy")


OWED = test_chapters.test_the_chapter_records_the_experiments_it_owes
JUDGED = test_chapters.test_stored_replications_are_as_judged
HARMS = {
    "no row": (
        OWED,
        lambda copy: copy.cell.outputs.clear(),
        r"class-imbalance records \[\] .* it owes \['E4'\]",
    ),
    "a row twice": (
        OWED,
        lambda copy: copy.cell.outputs.append(copy.cell.outputs[0]),
        r"records \['E4', 'E4'\]",
    ),
    "a row of another chapter": (
        OWED,
        lambda copy: copy.data.update(experiment="E6"),
        r"records \['E6'\]",
    ),
    "a claim that is not judged": (
        JUDGED,
        lambda copy: copy.data.update(claim="pca"),
        r"class-imbalance, cell \[\d+\]: pca, .* of E4, is not judged",
    ),
    "another verdict": (
        JUDGED,
        lambda copy: copy.data.update(verdict="fails"),
        r"the verdict of E4 is not the one",
    ),
    "another condition": (
        JUDGED,
        lambda copy: copy.data["conditions"].update(more=True),
        r"the conditions of E4 are not those",
    ),
    "a condition that does not flip": (
        JUDGED,
        lambda copy: copy.data.update(flips=next(iter(copy.data["conditions"]))),
        r"is said to flip E4",
    ),
    "another text": (
        JUDGED,
        lambda copy: copy.data.update(networks=2),
        r"does not show the row that it stores",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_chapter_with_a_wrong_row_is_named(copy, harm):
    test, break_it, message = HARMS[harm]
    test(copy.chapter())
    break_it(copy)
    with pytest.raises(AssertionError, match=message):
        test(copy.chapter())


def test_a_draft_owes_no_row(copy):
    copy.cell.outputs.clear()
    copy.notebook.cells[0].metadata["tags"] = ["draft"]
    OWED(copy.chapter())


def test_nbval_compares_the_stored_row(copy):
    notebook = f"book/{CHAPTER}.ipynb"
    form = ("tests/test_chapters.py", "-k", "replications or records")
    done = copies.pytest_in(copy.root, *form)
    assert done.returncode == 0 and "2 passed" in done.output, done.output
    copy.data["effect"]["low"] -= 0.01  # in no text, only in the data
    place = copy.chapter().at(
        next(n for n, cell in notebooks.code_cells(copy.notebook) if cell.id == "row")
    )
    done = copies.pytest_in(copy.root, "--nbval", notebook)
    assert done.returncode == 1, done.output
    assert done.output.count("Notebook cell execution failed") == 1
    assert place in done.output and f"mismatch '{replications.MIME}'" in done.output
