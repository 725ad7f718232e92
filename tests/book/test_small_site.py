"""A site of four chapters: what it shows of their outputs, and the tables of all.

The last one has a table of 25 sayings. Beside the ledger of these stands another of 483
claims, as many as the book is to have, in the same page.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import made_up
import numpy as np
import pytest
import recorded
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from visit import DECIDES

from evidence import exercises
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
  - file: book/experiments/lopsided-labels
  - file: book/experiments/axes-before-network
  - file: book/architectures/carried-over
  - file: book/optimization/momentum
"""
OPENING = """# Experiments, repeated

What is left of what was concluded, and what undid the rest.

%% ```{what-is-left}
%% E4: controls, seeds
%% E6: controls
%% ```

%% ```{replications}
%% ```
"""
SAYINGS = made_up.entries(25, "optimization/momentum")
TABLE = made_up.judged(SAYINGS)

TASKS = "architectures/carried-over"
NEEDS = """*Needs:*

- **What is the $n$ of an interval?** How many units vary. [More](replications.md)
- **What is a ratio?** A quotient."""

RUNS = """# The third has not been run.
experiments/lopsided-labels 0123456789abcdef 40
experiments/axes-before-network 0123456789abcdef 25
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
    shown = {"verdict": recorded.verdict(claim), "after": recorded.table()}
    shown["why"] = "So much for that:\n\n$$ a = b $$\n\nas one sees."
    shown["row"] = row
    recorded.write_chapter(path, claim.capitalize(), **more, **shown)
    entry = {"id": claim, "statement": row.data["statement"], "believed": "holds"}
    entry |= {"kind": "measured", "settings": list(recorded.CONDITIONS[claim])}
    entry["asks"] = "within 0.1 of 0"
    entry |= {"expected": row.data["verdict"], "instead": "So.", "source": "Notes"}
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
    many = ledger.render(made_up.ledger(483), lambda name: "ledger.html")
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
    (root / "book" / "experiments").mkdir(exist_ok=True)
    (root / "book" / "experiments" / "replications.md").write_text(OPENING, "utf8")
    (root / "book" / "index.md").write_text("# Index\n\nA page.\n", "utf8")
    outputs = {
        "predict": recorded.prediction(),
        "figure": recorded.figure(),
        "stub": recorded.feedback(),
        "outcome": recorded.outcome(),
        "table": recorded.table(),
    }
    outputs["needs"] = NEEDS
    write_chapter(root, "experiments/lopsided-labels", recorded.row, **outputs)
    recall = recorded.recalled()
    write_chapter(
        root, "experiments/axes-before-network", recorded.pca_row, recall=recall
    )
    tasks = {name: recorded.stub(name) for name in recorded.TASKS}
    write_chapter(root, TASKS, recorded.open_row, **tasks)
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

    def visit(name="experiments/replications", width=1280, theme="light", **options):
        options |= {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
        options["reduced_motion"] = "reduce"  # no color is read halfway to the next
        opened = chromium.new_context(**options).new_page()
        path, _, anchor = name.partition("#")
        opened.goto(f"{address}/book/{path}.html#{anchor}")
        return opened

    with sync_playwright() as playwright, serve(site) as address:
        chromium = playwright.chromium.launch(executable_path=path, args=browser.FLAGS)
        yield visit
        chromium.close()


def test_every_output_is_shown_from_its_data(visit):
    opened = visit("experiments/lopsided-labels")
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
    opened = visit("experiments/lopsided-labels")
    outcome = opened.locator(".evidence-outcome")
    verdict = opened.locator(".evidence-verdict")
    row = opened.locator(".evidence-replication")
    figure = opened.locator("figure#fig-rise img")
    why = opened.get_by_text("So much for that:")
    formula, end = opened.locator("div.math"), opened.get_by_text("as one sees.")
    after = opened.locator(".cell:has(.evidence-verdict) + .cell table")
    assert not outcome.is_visible() and not verdict.is_visible()
    assert not why.is_visible() and not after.is_visible()
    assert not formula.first.is_visible() and not end.is_visible()
    assert not figure.is_visible()
    assert not row.is_visible()  # which the explanation goes on to show
    opened.emulate_media(media="print")
    assert verdict.is_visible() and figure.is_visible() and why.is_visible()
    opened.emulate_media(media="screen")

    field = opened.get_by_label("How much is lost?")
    field.fill("2")
    opened.get_by_role("button", name="Answer", exact=True).click()
    assert not outcome.is_visible()  # 2 is out of range
    field.fill("0.7")
    field.press("Enter")
    assert not outcome.is_visible()  # one question waits
    opened.locator(".evidence-question input[value=holds]").check()
    assert figure.is_visible() and why.is_visible() and after.is_visible()
    assert formula.first.is_visible() and end.is_visible() and row.is_visible()
    assert "You said: 0.7." in outcome.inner_text()
    assert "Measured: 0.410 [0.380, 0.440]." in outcome.inner_text()
    assert "You said: holds. The data say otherwise." in verdict.inner_text()
    opened.reload()
    assert verdict.is_visible()


def test_a_reader_may_pass_over_the_questions(visit):
    opened = visit("experiments/lopsided-labels")
    opened.get_by_role("button", name="Show without answering").click()
    assert opened.locator(".evidence-verdict").is_visible()
    assert opened.locator(".evidence-said").count() == 0
    opened.reload()
    assert opened.locator(".evidence-verdict").is_visible()


def test_a_link_to_a_verdict_lifts_the_veil(visit):
    opened = visit("experiments/lopsided-labels")
    opened.evaluate("location.hash = '#claim-imbalance'")
    opened.locator(".evidence-verdict").wait_for(state="visible", timeout=3000)


# --- Tasks that are answered on the page ----------------------------------------------


def answer(opened, name: str, value) -> str:
    """Answer a task as a reader does, and return what is said."""
    form = opened.get_by_role("form", name=f"Exercise imbalance/{name}")
    if name in ("slope", "shift"):
        form.get_by_role("textbox").fill(value)
        form.get_by_role("textbox").press("Enter")
    else:
        form.get_by_role("radio", name=value, exact=name == "saying").check()
        form.get_by_role("button", name="Check").press("Enter")
    return form.get_by_role("status").inner_text()


def test_tasks_are_answered_on_the_page_in_the_words_of_the_check(visit, monkeypatch):
    opened = visit(TASKS)
    monkeypatch.setattr(exercises, "of_chapter", lambda slug: recorded.TASKS)
    for name, given, same in [
        ("slope", "", ...),
        ("slope", "I do not know", "I do not know"),
        ("slope", "0.95", 0.95),
        ("slope", "0.045", 0.0452),
        ("shift", "[0.25, 1/2, 0.69]", [0.25, 0.5, 0.69]),
        ("shift", "0.75, 0.25", [0.75, 0.25]),
        ("shift", "0.75 0.25 .693", [0.75, 0.25, np.log(2)]),
        ("saying", "a", "a"),
        ("saying", "b", "B"),
        ("bug", "2", 2),
        ("bug", "4", 4),
        ("bug", "3", 3),
    ]:
        said = repr(exercises.check(f"imbalance/{name}", same))
        assert answer(opened, name, given) == said


def test_lines_are_put_in_order_by_the_keyboard(visit):
    opened = visit(TASKS)
    form = opened.get_by_role("form", name="Exercise imbalance/steps")
    lines = form.locator("li code")
    shown = recorded.TASKS["steps"].task["lines"]
    assert lines.all_inner_texts() == shown
    batch, kept, mean, last = recorded.STEPS.strip().split("\n")

    def move(line: str, way: str, key: str) -> None:
        number = shown.index(line) + 1
        button = form.get_by_role("button", name=f"Move line {number} {way}")
        for _ in shown:  # to the end, and no farther
            button.press(key)
            assert button.evaluate("e => e === document.activeElement")
        place = 1 if way == "up" else 4
        heard = form.locator("p[aria-live=polite]").inner_text()
        assert heard == f"Line {number} is now at place {place} of 4."

    def said() -> str:
        form.get_by_role("button", name="Check").press("Enter")
        return form.get_by_role("status").inner_text()

    name = "Exercise imbalance/steps"
    for line in (batch, mean):
        move(line, "up", "Enter")
    assert said() == f"{name}: not yet: the batch has no mean yet."
    for line in (mean, last):
        move(line, "down", " ")
    assert sorted(lines.all_inner_texts()[:2]) == sorted([batch, kept])
    assert said() == f"{name}: right. Now it runs."
    opened.reload()
    lines.first.wait_for()
    assert lines.all_inner_texts()[2:] == [mean, last]
    assert form.get_by_role("status").inner_text() == f"{name}: right. Now it runs."


def test_enter_answers_where_the_page_around_takes_it_as_jupyterlab_does(visit):
    taken = "document.addEventListener('keydown', (event) => event.preventDefault())"
    opened = visit(TASKS)
    opened.evaluate(taken)
    assert answer(opened, "slope", "0.045").endswith(": right.")
    opened = visit("experiments/lopsided-labels")
    opened.evaluate(taken)
    opened.get_by_label("How much is lost?").fill("0.7")
    opened.get_by_label("How much is lost?").press("Enter")
    assert "You said: 0.7." in opened.locator(".evidence-question").first.inner_text()


def test_answers_are_remembered_in_the_browser_and_may_be_withdrawn(visit):
    opened = visit(TASKS)
    said = [answer(opened, "slope", "0.045"), answer(opened, "saying", "a")]
    assert opened.evaluate("localStorage['evidence:tasks']") == (
        '{"imbalance/slope":"0.045","imbalance/saying":"a"}'
    )
    opened.reload()
    status = opened.get_by_role("status")
    status.nth(0).wait_for()
    assert [status.nth(k).inner_text() for k in (0, 2)] == said
    assert opened.get_by_role("textbox", name="Your answer, a number").input_value()
    assert opened.get_by_role("radio", name="a", exact=True).is_checked()
    assert answer(opened, "slope", " ").endswith("not attempted yet.")
    opened.reload()
    assert (
        opened.get_by_role("textbox", name="Your answer, a number").input_value() == ""
    )


def test_on_paper_stands_the_control_and_without_a_script_the_text(visit):
    opened = visit(TASKS)
    answer(opened, "slope", "0.045")
    texts = [f"{recorded.stub(name)!r}\n" for name in recorded.TASKS]
    written = opened.locator(".evidence-task pre")
    assert not written.first.is_visible()
    opened.emulate_media(media="print")
    assert opened.locator(".evidence-answer:visible").count() == len(texts)
    assert not opened.locator(".evidence-task :is(button, small, pre):visible").count()
    without = visit(TASKS, java_script_enabled=False)
    assert without.locator(".evidence-task pre").all_inner_texts() == texts
    assert without.locator(".evidence-task pre").first.is_visible()


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_tasks_fit_and_are_accessible(visit, width, theme):
    opened = visit(TASKS, width=width, theme=theme)
    answer(opened, "slope", "0.045")
    answer(opened, "bug", "2")
    root = "document.documentElement"
    assert opened.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
    assert faults(opened) == []
    sizes = opened.locator(".evidence-answer :is(button, input)").evaluate_all(
        "es => es.map((e) => Math.min(e.clientWidth, e.clientHeight))"
    )
    assert min(sizes) >= 18
    for role in ("textbox", "radio", "button"):
        control = opened.locator(".evidence-answer").get_by_role(role).first
        control.focus()
        opened.keyboard.press("Shift+Tab")
        opened.keyboard.press("Tab")
        look = control.evaluate("e => getComputedStyle(e).outlineStyle")
        assert look == "solid", f"{role} does not show its focus"


def faults(opened) -> list[tuple[str, str]]:
    """Return what axe finds."""
    found = Axe().run(opened).response["violations"]
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


# --- The table of all -----------------------------------------------------------------


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
        "(95 % interval, n = 20) -0.020 [-0.030, -0.010] AUC, 100:1 <minus> 1:1 "
        "(95 % interval, n = 30)",
        "The test set has the ratio of the training set; threshold moved: the AUC is "
        "<still> lower",
        "72 networks, 5 repetitions, 392.2 s",
        "1,280 networks, about 40 s",
    ]
    assert "Open question. Does transfer help?" in rows.nth(2).inner_text()
    assert "about" not in rows.nth(2).inner_text()  # it has not been run


def test_what_is_left_is_counted_by_verdict_and_reason(visit):
    opened = visit()
    table = opened.locator(".evidence-left")
    said = [" ".join(text.split()) for text in table.locator("tr").all_inner_texts()]
    assert table.locator("caption").inner_text() == (
        "What is left of 2 of the 12 conclusions of 2018, and what undid the others"
    )
    assert said == [
        "undone by ◐ depends 1 ✗ fails 1",
        "nothing: 0",
        "more seeds: 1 E4",
        "a control: 2 E4 E6",
        "code that measured something else: 0",
    ]
    table.get_by_role("link", name="E6").click()
    opened.wait_for_url("**/replications.html#E6")


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ({"E4": ["controls"], "E6": ["code"], "E9": ["seeds"]}, []),
        ({"E4": ["luck"], "E6": ["code"]}, ["E4: no reason 'luck'; there are seeds"]),
        ({"E4": ["seeds"]}, ["E6 fails: say what undid its conclusion"]),
    ],
)
def test_what_undid_a_conclusion_is_to_be_said(reasons, said):
    rows = [recorded.row().data, recorded.pca_row().data]
    found = page.wrong(rows, reasons)
    assert len(found) == len(said)
    assert all(
        words.startswith(start) for words, start in zip(found, said, strict=True)
    )


def test_what_holds_was_undone_by_nothing():
    holds = recorded.row().data | {"verdict": "holds"}
    assert page.wrong([holds], {"E4": ["seeds"]}) == ["E4 holds: nothing undid it"]


def test_a_row_leads_to_the_cell_that_decides_and_back(visit):
    opened = visit()
    link = opened.locator("#E4 td a")
    assert link.inner_text() == "Class imbalance lowers the accuracy & more"
    link.click()
    opened.wait_for_url("**/lopsided-labels.html#claim-imbalance")
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


def test_code_is_folded_behind_a_line_that_says_what_is_inside(visit):
    opened = visit("experiments/lopsided-labels#claim-imbalance")  # without a veil
    folds = opened.locator(".evidence-fold")
    lines = folds.locator("summary")
    assert lines.all_inner_texts() == [
        "The code of this question",
        "The code of this figure",
        "How this is answered, the code of this table and how this is judged",
        "How this is recorded",
    ]
    assert not opened.get_by_text("figures.show").is_visible()
    assert opened.locator("figure#fig-rise img").is_visible()
    lines.nth(2).focus()
    opened.keyboard.press("Enter")
    code = folds.nth(2).locator("pre")
    assert code.count() == 3 and code.nth(2).is_visible()
    opened.emulate_media(media="print")
    assert not lines.nth(1).is_visible()  # closed, hence left out
    assert opened.locator("figure#fig-rise img").is_visible()
    assert lines.nth(2).is_visible() and code.nth(2).is_visible()


def test_what_another_chapter_asked_is_asked_again(visit):
    opened = visit(TASKS)
    opened.get_by_label("Your answer, a number").fill("0.9525741")
    opened.keyboard.press("Enter")
    opened.goto(opened.url.replace(TASKS, "experiments/axes-before-network"))
    task = opened.locator(".evidence-task")
    asked = task.locator(".evidence-asked")
    assert asked.inner_text() == "How steep is S at 3?\n(S is <σ>.)"
    field = opened.get_by_label("Your answer, a number")
    assert field.input_value() == ""  # what was answered there gives nothing away
    field.fill("0.045")
    field.press("Enter")
    said = task.locator(".evidence-feedback").inner_text()
    assert said == "Exercise carried-over/slope: right."
    opened.locator("article").get_by_role("link", name="Transfer").first.click()
    opened.wait_for_url(f"**/{TASKS}.html")


def test_a_line_as_long_as_allowed_fits_the_page(visit):
    code = visit("experiments/lopsided-labels").locator("pre", has_text="answer = 1")
    assert code.evaluate("e => e.scrollWidth <= e.clientWidth")
    longer = "e => { e.prepend('1'.repeat(20)); return e.scrollWidth <= e.clientWidth }"
    assert not code.evaluate(longer)


def test_a_need_opens_on_what_answers_it(visit):
    opened = visit("experiments/lopsided-labels")
    needs = opened.locator(".evidence-needs summary")
    assert needs.nth(1).inner_text() == "What is a ratio?"
    assert needs.nth(0).locator(".katex").count() == 1
    line = opened.get_by_text("Needs (answer, then open):").inner_text()
    assert re.fullmatch(r"Reading: \d+ min\. Running: about 40 s\. Needs .*:", line)
    answer = opened.get_by_text("How many units vary.")
    assert not answer.is_visible()
    needs.nth(0).focus()
    opened.keyboard.press("Space")
    assert answer.is_visible()
    opened.get_by_role("link", name="More", exact=True).click()
    opened.wait_for_url("**/replications.html")


@pytest.mark.parametrize(
    ("name", "theme"),
    [("experiments/lopsided-labels", "dark"), ("optimization/momentum", "light")],
)
def test_what_decides_is_on_a_phone_s_screen(visit, name, theme):
    opened = visit(f"{name}#claim-imbalance", 390, theme)
    assert opened.evaluate(DECIDES) == []
    found = Axe().run(opened).response["violations"]
    faults = [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]
    assert faults == []


def test_a_table_of_results_is_a_table_or_cards(visit):
    for width, label, side in (
        (1280, "none", "right"),
        (390, '"accuracy lost: "', "left"),
    ):
        opened = visit("experiments/lopsided-labels#claim-imbalance", width)
        table = opened.get_by_role("table", name="Small batches & more.").first
        assert table.get_by_role("rowheader").all_inner_texts() == [
            "batches <of> 2",
            "Straßenbahnhaltestellen",
        ]
        last = table.get_by_role("cell").nth(1)
        assert last.inner_text() == "0.410 [0.380, 0.440]"
        assert last.evaluate("e => getComputedStyle(e, '::before').content") == label
        assert last.evaluate("e => getComputedStyle(e).textAlign") == side


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

    assert faults(opened) == []
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
        "chapter": "experiments/lopsided-labels",
        "page": "Imbalance",
        "seconds": 40,
        "url": "book/experiments/lopsided-labels.html#experiment-E4",
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


# --- The table of sayings -------------------------------------------------------------


def violations(opened) -> list[tuple[str, str]]:
    """Return what axe finds, and Lighthouse: fingers need targets of some size."""
    style = "li, section { content-visibility: visible !important }"
    opened.add_style_tag(content=style)
    rules = {"target-size": {"enabled": True}}
    found = Axe().run(opened, options={"rules": rules}).response["violations"]
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


ROOT_WIDTH = "document.documentElement.scrollWidth"


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_sayings_are_a_table_or_on_a_phone_cards(visit, width, theme):
    opened = visit("optimization/momentum", width, theme)
    table = opened.locator(".evidence-sayings table")
    assert opened.evaluate(ROOT_WIDTH) == width
    box = table.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert table.locator("tbody tr").count() == 10
    for row in table.locator("tbody tr").all():
        cells = row.locator("td:not(:empty)")
        lefts = {box["x"] for box in (cell.bounding_box() for cell in cells.all())}
        assert len(lefts) == (1 if width == 390 else cells.count())
    label = "e => getComputedStyle(e, '::before').content"
    said = table.locator("td").nth(3).evaluate(label)
    assert said == ('"Say instead: "' if width == 390 else "none")
    table = opened.get_by_role("table")  # a table still, although laid out as blocks
    assert table.get_by_role("columnheader", include_hidden=True).count() == 4
    assert table.get_by_role("cell", include_hidden=True).count() == 40
    assert violations(opened) == []


def test_the_ledger_has_the_sayings_that_the_page_does_not_show(visit):
    opened = visit("optimization/momentum")
    opened.get_by_role("link", name="15 more are judged in the ledger.").click()
    opened.wait_for_url("**/ledger.html")
    last = TABLE.data["rows"][-1]
    row = opened.locator(f".evidence-ledger > [id={last['id']}]")
    assert last["statement"] in row.text_content()
    row.get_by_role("link", name="In its chapter").click()
    opened.wait_for_url(f"**/momentum.html#claim-{last['id']}")


def test_the_file_for_machines_has_all_sayings_with_effect_and_sturdiness(site):
    judged = json.loads((site / "claims.json").read_text("utf8"))
    rows = {row["id"]: row for row in judged}
    for given in TABLE.data["rows"]:
        row = rows[given["id"]]
        assert row.items() >= given.items()
        measured = given["kind"] == "measured"
        assert bool(row["weak"]) == measured and {"surprise", "effect"} <= row.keys()
        if measured:
            assert {"value", "low", "high", "relation"} <= row["effect"][0].keys()


# --- The ledger -----------------------------------------------------------------------


def test_a_page_of_483_claims_is_light(site):
    assert len(gzip.compress((site / "book" / "many.html").read_bytes())) < 150_000


TEXTS = "es => es.map((e) => `${e.textContent} ${e.dataset.part}`.toLowerCase())"
ROWS = ".evidence-ledger > li"


def test_the_ledger_is_searched_and_filtered(visit):
    opened = visit("many", 390)
    shown = opened.locator(f"{ROWS}:visible")
    texts = opened.locator(ROWS).evaluate_all(TEXTS)
    opened.get_by_role("searchbox").fill(" Gradient  RATIO")
    found = sum("gradient" in text and "ratio" in text for text in texts)
    opened.get_by_text(f"{found} of 483 shown", exact=True).wait_for()
    assert 0 < shown.count() == found < 50
    out = opened.locator(".evidence-picture a.evidence-out")
    assert out.count() == 483 - found
    for much in (".evidence-picture li", "h3"):  # what is found is not far below
        assert opened.locator(f"article {much}:visible").count() <= found

    opened.get_by_role("searchbox").fill("")
    names = {"Verdict": "verdict", "Kind": "kind", "Sturdiness": "weak", "Part": "part"}
    for label, name in names.items():
        choice = opened.get_by_role("combobox", name=label)
        value = choice.locator("option").nth(1).get_attribute("value")
        choice.select_option(value)
        found = opened.locator(f"{ROWS}[data-{name}~='{value}']").count()
        opened.get_by_text(f"{found} of 483 shown", exact=True).wait_for()
        assert 0 < shown.count() == found < 483
        choice.select_option("")

    opened.get_by_role("searchbox").fill("no such word")
    opened.get_by_text("0 of 483 shown", exact=True).wait_for()
    opened.evaluate(
        "location.hash = document.querySelector('.evidence-ledger > li').id"
    )
    opened.get_by_text("483 of 483 shown", exact=True).wait_for()  # it was hidden
    assert out.count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_a_mark_and_a_link_lead_to_their_row(visit, width):
    name = made_up.ledger(483)[-1]["id"]
    opened = visit(f"many#{name}", width)
    row = opened.locator(f"[id={name}]")
    row.wait_for(state="visible")
    assert opened.evaluate(ROOT_WIDTH) == width
    far = row.evaluate("e => getComputedStyle(e).contentVisibility")
    assert far == "auto"  # is not laid out until it comes near
    top = "e => e.getBoundingClientRect().top"
    assert 0 <= row.evaluate(top) < 900
    mark = opened.locator(".evidence-picture a[data-verdict]").nth(200)
    mark.hover()
    statement = mark.get_attribute("title")
    mark.click()
    row = opened.locator(f"{ROWS}:target")
    assert statement == row.locator("p").first.inner_text()
    assert 0 <= row.evaluate(top) < 900


def test_the_reader_s_answers_stand_beside_the_common_belief_s(visit):
    opened = visit("ledger")
    believed = opened.locator(f"{ROWS}[data-verdict=fails][data-believed=holds]").last
    name = believed.get_attribute("id")
    answers = {name: "fails", "imbalance": "holds", "not-there": "holds", "pca": None}
    said = "said => localStorage.setItem('evidence:predictions', JSON.stringify(said))"
    opened.evaluate(said, answers)
    opened.reload()
    assert "You said: fails, and so it is." in believed.text_content()
    assert opened.locator(".evidence-ledger .evidence-said").count() == 2
    box = opened.locator(".evidence-calibration")
    lines = box.inner_text()
    assert "You predicted 2 of 28 claims and were right on 1; the common" in lines
    assert "the common belief is right on 0 of them." in lines
    assert "holds: said 1 times, right 0 times" in lines
    opened.get_by_role("button", name="Forget my answers").click()
    assert not box.is_visible()
    assert opened.locator(".evidence-said").count() == 0


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_the_ledger_is_accessible(visit, width, theme):
    opened = visit("ledger", width, theme)
    assert opened.evaluate(ROOT_WIDTH) == width
    opened.get_by_role("combobox", name="Sturdiness").focus()
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    jump = opened.get_by_role("link", name="Skip the picture")
    assert jump.evaluate("e => e === document.activeElement") and jump.is_visible()
    assert violations(opened) == []


def test_the_ledger_is_complete_without_a_script_and_on_paper(visit):
    opened = visit("ledger", java_script_enabled=False)
    assert opened.locator(f"{ROWS}:visible").count() == 28
    assert not opened.get_by_role("searchbox").is_visible()
    opened.locator(f"{ROWS} summary").first.click()
    opened.emulate_media(media="print")
    assert opened.locator(f"{ROWS} details:visible").count() == 1  # what is open
    assert opened.locator(".evidence-picture a[data-verdict]:visible").count() == 28
    opened = visit("ledger")
    opened.get_by_role("combobox", name="Kind").select_option("history")
    some = opened.get_by_text("2 of 28 shown")
    some.wait_for()
    opened.emulate_media(media="print")
    assert some.is_visible()  # or else it seems to be all
    assert not opened.get_by_role("searchbox").is_visible()


def test_fresh_seeds_are_shown_where_bad_and_in_the_ledger(site):
    bad = "Fresh seeds: the same verdict in 1 of 2, and what is met in one is refuted"
    good = "Fresh seeds: the same verdict in 2 of 2."
    ledger = (site / "book" / "ledger.html").read_text("utf8")
    assert bad in ledger and good in ledger
    chapters = site / "book" / "experiments"
    assert bad in (chapters / "lopsided-labels.html").read_text("utf8")
    page = (chapters / "axes-before-network.html").read_text("utf8")
    assert "Fresh seeds" not in page
    rows = json.loads((site / "claims.json").read_text("utf8"))
    noted = {row["id"]: row["fresh"]["bad"] for row in rows if "fresh" in row}
    assert noted == {"imbalance": True, "pca": False}
