"""A site of four chapters: what it shows of their outputs, and the tables of all.

The last one has a table of 25 sayings. Beside the ledger of these stands another of 483
claims, as many as the book is to have, in the same page.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import made_up
import pytest
import recorded
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tools import browser
from tools.notebooks import ROOT
from tools.server import serve

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from bookext import ledger
from bookext import replications as page

CONTENTS = """format: jb-book
root: book/index
chapters:
  - file: book/ledger
  - file: book/references
  - file: book/experiments/replications
  - file: book/experiments/class-imbalance
  - file: book/experiments/pca-before-networks
  - file: book/architectures/transfer-learning
  - file: book/optimization/momentum
"""
SAYINGS = made_up.entries(25, "optimization/momentum")
TABLE = made_up.judged(SAYINGS)
MANY = made_up.ledger(483)


RUNS = """# The third has not been run.
experiments/class-imbalance 0123456789abcdef 40
experiments/pca-before-networks 0123456789abcdef 25
"""
FRESH = """# The third is of other code than is shown.
imbalance 0123456789abcdef depends:+-- fails:---
pca 0123456789abcdef fails:--- fails:---
pca 9123456789abcdef open:??? open:??? open:???
"""


def write_chapter(root: Path, name: str, made, **more) -> None:
    """Write a chapter that stores a verdict and a row, and its claim beside it."""
    row = made()
    claim = row.data["claim"]
    path = root / "book" / f"{name}.ipynb"
    shown = {"verdict": recorded.verdict(claim), "row": row}
    recorded.write_chapter(path, claim.capitalize(), **more, **shown)
    entry = {"id": claim, "statement": row.data["statement"], "believed": "holds"}
    entry |= {"expected": row.data["verdict"], "why": "Because.", "source": "Notes"}
    path.with_suffix(".yml").write_text(yaml.safe_dump({"claims": [entry]}), "utf8")


def write_sayings(root: Path) -> None:
    """Write the chapter of the sayings, and their entries beside it."""
    path = root / "book" / "optimization" / "momentum.ipynb"
    recorded.write_chapter(path, "Momentum", sayings=TABLE)
    own = [{k: v for k, v in e.items() if k != "chapter"} for e in SAYINGS.values()]
    path.with_suffix(".yml").write_text(yaml.safe_dump({"claims": own}), "utf8")


def write_many(html: Path) -> None:
    """Put another ledger in the place of that of the four chapters, in its page."""
    text = (html / "book" / "ledger.html").read_text("utf8")
    many = ledger.render(MANY, lambda name: "ledger.html")
    old = re.compile(
        r'<p class="evidence-total">.*?</ul></div></div>\n</div>', re.DOTALL
    )
    text, count = old.subn(lambda match: many, text)
    assert count == 1
    (html / "book" / "many.html").write_text(text, "utf8")


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
    outputs = {
        "predict": recorded.prediction(),
        "figure": recorded.figure(),
        "stub": recorded.feedback(),
        "outcome": recorded.outcome(),
    }
    write_chapter(root, "experiments/class-imbalance", recorded.row, **outputs)
    write_chapter(root, "experiments/pca-before-networks", recorded.pca_row)
    write_chapter(root, "architectures/transfer-learning", recorded.open_row)
    write_sayings(root)
    (root / "book" / "runs.txt").write_text(RUNS, "utf8")
    (root / "book" / "stability.txt").write_text(FRESH, "utf8")
    outside = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    done = subprocess.run(
        [
            Path(sys.executable).with_name("jupyter-book"),
            *("build", ".", "-W", "-n", "-q", "--keep-going"),
        ],
        cwd=root,
        env=outside | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    write_many(root / "_build" / "html")
    return root / "_build" / "html"


@pytest.fixture(scope="module")
def visit(site):
    """Return a function that opens a page at some width, in some theme."""
    path = browser.find()
    assert path, browser.ADVICE

    def visit(name="experiments/replications", width=1280, theme="light"):
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
        options["reduced_motion"] = "reduce"  # no color is read halfway to the next
        opened = chromium.new_context(**options).new_page()
        opened.goto(f"{address}/book/{name}.html")
        return opened

    with sync_playwright() as playwright, serve(site) as address:
        chromium = playwright.chromium.launch(executable_path=path, args=browser.FLAGS)
        yield visit
        chromium.close()


def test_every_output_is_shown_from_its_data(visit):
    opened = visit("experiments/class-imbalance")
    opened.get_by_role("button", name="Show without answering").click()
    _, caption = recorded.figure()
    figure = opened.locator("figure#fig-rise")
    assert figure.locator("figcaption").inner_text().startswith("Fig. 1 It <rises>.")
    assert figure.locator("img").get_attribute("alt") == 'A "rising" line'
    assert "evidence-drawing" in figure.locator("img").get_attribute("class")
    text = opened.locator("article").inner_text()
    assert text.count(caption["text/plain"]) == 1  # not once more for Jupyter
    assert text.count(repr(recorded.feedback())) == 1
    asked = opened.locator(".evidence-predict .evidence-question")
    assert asked.nth(0).inner_text().startswith("How much is lost?")
    assert asked.nth(1).inner_text().startswith(recorded.STATEMENTS["imbalance"])
    assert opened.locator(".evidence-predict li").count() == 0  # the widget's now


def test_what_comes_out_is_veiled_until_the_reader_answers(visit):
    opened = visit("experiments/class-imbalance")
    outcome = opened.locator(".evidence-outcome")
    verdict = opened.locator(".evidence-verdict")
    row = opened.locator(".evidence-replication")
    figure = opened.locator("figure#fig-rise img")
    assert not outcome.is_visible() and not verdict.is_visible()
    assert not figure.is_visible()
    assert row.is_visible()  # it comes after what was asked
    opened.emulate_media(media="print")
    assert verdict.is_visible() and figure.is_visible()
    opened.emulate_media(media="screen")

    field = opened.get_by_label("How much is lost?")
    field.fill("2")
    opened.get_by_role("button", name="Answer", exact=True).click()
    assert not outcome.is_visible()  # 2 is out of range
    field.fill("0.7")
    field.press("Enter")
    assert not outcome.is_visible()  # one question waits
    opened.locator(".evidence-question input[value=holds]").check()
    assert figure.is_visible()
    assert "You said: 0.7." in outcome.inner_text()
    assert "Measured: 0.410 [0.380, 0.440]." in outcome.inner_text()
    assert "You said: holds. The data say otherwise." in verdict.inner_text()
    opened.reload()
    assert verdict.is_visible()


def test_a_reader_may_pass_over_the_questions(visit):
    opened = visit("experiments/class-imbalance")
    opened.get_by_role("button", name="Show without answering").click()
    assert opened.locator(".evidence-verdict").is_visible()
    assert opened.locator(".evidence-said").count() == 0
    opened.reload()
    assert opened.locator(".evidence-verdict").is_visible()


def test_a_link_to_a_verdict_lifts_the_veil(visit):
    opened = visit("experiments/class-imbalance")
    opened.evaluate("location.hash = '#claim-imbalance'")
    opened.locator(".evidence-verdict").wait_for(state="visible", timeout=3000)


def test_the_table_lists_what_is_recorded_and_counts_the_rest(visit):
    opened = visit()
    total = opened.locator(".evidence-total").inner_text()
    assert total == "3 of 16 are repeated so far: 1 holds, 1 depends, 1 fails, 0 open."
    rows = opened.locator(".evidence-replications tbody tr")
    assert rows.evaluate_all("es => es.map((e) => e.id)") == ["E4", "E6", "C"]
    cells = [
        " ".join(text.split()) for text in rows.nth(0).locator("> *").all_inner_texts()
    ]
    assert cells == [
        "E4 Class imbalance",
        "Imbalance & ruin: the more of it, the <worse>",
        "Balanced accuracy at one threshold",
        "◐ depends Class imbalance lowers the accuracy & more",
        "-0.273 [-0.301, -0.247] balanced accuracy, 100:1 minus 1:1, paired "
        "(95 % interval, n = 20)",
        "Not met: threshold moved: the AUC is <still> lower",
        "72 networks, 5 repetitions, 392.2 s",
        "1,280 networks, about 40 s",
    ]
    assert "Open question. Does transfer help?" in rows.nth(2).inner_text()
    assert "about" not in rows.nth(2).inner_text()  # it has not been run


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
    look = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    here = visit().locator("#E4 .evidence-badge").evaluate(look)
    opened = visit("ledger")
    there = opened.locator("[id=imbalance] .evidence-badge").evaluate(look)
    assert here == there != ["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"]


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_the_table_is_whole_and_accessible(visit, width, theme):
    opened = visit(width=width, theme=theme)
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

    found = Axe().run(opened).response["violations"]
    faults = [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]
    assert faults == []
    parts = opened.locator(".evidence-replications :is(thead, tbody, tr, th, td)")
    assert parts.evaluate_all("es => es.every((e) => e.role)")  # lost as blocks, else
    table = opened.get_by_role("table", name="The experiments, and what is left")
    assert table.get_by_role("columnheader").count() == len(page.COLUMNS)
    assert table.get_by_role("rowheader").count() == 3
    assert table.get_by_role("cell").count() == 3 * (len(page.COLUMNS) - 1)


def test_ledger_and_table_are_published_for_machines(site):
    rows = json.loads((site / "replications.json").read_text("utf8"))
    assert [entry["experiment"] for entry in rows] == ["E4", "E6", "C"]
    assert rows[0] == recorded.row().data | {
        "chapter": "experiments/class-imbalance",
        "page": "Imbalance",
        "seconds": 40,
        "url": "book/experiments/class-imbalance.html#experiment-E4",
    }
    judged = json.loads((site / "claims.json").read_text("utf8"))
    stored = {row["id"]: row for row in judged}
    assert stored.keys() == recorded.STATEMENTS.keys() | SAYINGS.keys()
    assert stored["pca"].items() >= recorded.verdict("pca").data.items()
    for entry in [*rows, *judged]:
        path, _, anchor = entry["url"].partition("#")
        assert f'id="{anchor}"' in (site / path).read_text("utf8")


def test_without_a_row_there_is_a_count_and_no_table():
    text = page.render([], str)
    assert text == '<p class="evidence-total">0 of 16 are repeated so far.</p>'


def test_fresh_seeds_are_shown_where_bad_and_in_the_ledger(site):
    bad = "Fresh seeds: the same verdict in 1 of 2, and what is met in one is refuted"
    good = "Fresh seeds: the same verdict in 2 of 2."
    ledger = (site / "book" / "ledger.html").read_text("utf8")
    assert bad in ledger and good in ledger
    chapters = site / "book" / "experiments"
    assert bad in (chapters / "class-imbalance.html").read_text("utf8")
    page = (chapters / "pca-before-networks.html").read_text("utf8")
    assert "Fresh seeds" not in page
    rows = json.loads((site / "claims.json").read_text("utf8"))
    noted = {row["id"]: row["fresh"]["bad"] for row in rows if "fresh" in row}
    assert noted == {"imbalance": True, "pca": False}
