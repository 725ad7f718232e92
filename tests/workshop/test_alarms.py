"""The alarms go off: whatever is broken in a copy of the book, a test names the place.

A chapter made from the template is run once. Each test takes a copy of it, breaks one
thing, and sees the right test fail with a message that names the chapter and the cell.
``test_alarms_form.py`` does so with the tests of its form.
"""

import base64
import html
import io
import json
import re
import shutil

import copies
import pytest
import test_chapters
import yaml
from copies import CHAPTER, SLUG
from nbformat.v4 import new_markdown_cell, new_output
from PIL import Image

from evidence import claims
from tools import notebooks

PHOTOGRAPH = """
fig, ax = figures.subplots(width=2, height=1.5)
ax.imshow(np.arange(12).reshape(3, 4), cmap="gray")
figures.show(
    fig, caption="Twelve grays.", alt="A ramp from black to white.", fmt="png"
)
""".strip()
CHAPTERS = "tests/book/test_chapters.py"
CLAIMS = f"book/{CHAPTER}.yml"
LESSON = f"book/{CHAPTER}.teaching.yaml"
OUTPUTS = ("--nbval", f"book/{CHAPTER}.ipynb")
SVG, PNG = "image/svg+xml", "image/png"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a copy of the book in which nothing is broken."""
    root = tmp_path_factory.mktemp("sound") / "book"
    return copies.copy_with_chapter(root, PHOTOGRAPH)


@pytest.fixture
def book(sound, tmp_path):
    """Return a copy that a test may break."""
    shutil.copytree(sound, tmp_path / "copy")
    return Book(tmp_path / "copy")


class Book:
    """A copy of the book whose chapter can be edited."""

    def __init__(self, root, name=CHAPTER):
        self.root = root
        self.path = root / "book" / f"{name}.ipynb"
        self.notebook = notebooks.read(self.path)

    def cell(self, name: str):
        return next(cell for cell in self.notebook.cells if cell.id == name)

    def place(self, name: str) -> str:
        """Return how messages name a cell."""
        for number, cell in notebooks.code_cells(self.notebook):
            if cell.id == name:
                return f"{SLUG}, cell [{number}]"
        raise LookupError(name)

    def data(self, name: str, mime: str) -> dict:
        """Return the data of the first output of a cell that has a MIME type."""
        outputs = [output.get("data", {}) for output in self.cell(name).outputs]
        return next(data for data in outputs if mime in data)

    def widget(self) -> dict:
        """Return the stored state of the chapter's widget."""
        model = self.data("widget", notebooks.VIEW)[notebooks.VIEW]["model_id"]
        return self.notebook.metadata.widgets[notebooks.STATE]["state"][model]["state"]

    def save(self) -> None:
        notebooks.write(self.path, self.notebook)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text("utf8")
        assert text.count(old) >= 1, f"{file} does not contain {old!r}"
        path.write_text(text.replace(old, new, 1), "utf8")


def test_a_sound_copy_passes(sound):
    done = copies.pytest_in(sound, CHAPTERS, *OUTPUTS)
    assert done.returncode == 0, done.output
    assert "passed" in done.output and "skipped" not in done.output


# --- Outputs: nbval runs the notebook and compares ------------------------------------


def change_a_number(book):
    data = book.data("define", "text/plain")
    data["text/plain"] = re.sub(
        r"\d(?= \[)", lambda m: str((int(m[0]) + 1) % 10), data["text/plain"]
    )
    return "define", "mismatch 'text/plain'"


def swap_the_drawing(book):
    book.data("figure", SVG)[SVG] = book.data("widget", SVG)[SVG]
    return "figure", "picture 1: the drawing has other elements"


def move_one_point_of_the_drawing(book):
    data = book.data("figure", SVG)
    curve = re.search(r'"M [\d.]+ [\d.]+ L [\d. L]+" clip-path', data[SVG])[0]
    numbers = curve.split(" ")
    numbers[4] = f"{float(numbers[4]) + 2:.2f}"
    data[SVG] = data[SVG].replace(curve, " ".join(numbers))
    return "figure", r"picture 1: a coordinate moved by 2\.00 points"


def swap_the_photograph(book):
    data = book.data("more-1", PNG)
    old = Image.open(io.BytesIO(base64.b64decode(data[PNG])))
    buffer = io.BytesIO()
    Image.new("RGB", old.size, "red").save(buffer, "png")
    data[PNG] = base64.b64encode(buffer.getvalue()).decode()
    return "more-1", "picture 1: pixels differ by"


def change_a_frame(book):
    state = book.widget()
    frame = max(state["frames"][3], key=lambda k: len(state["parts"][k]))
    state["parts"].append(state["parts"][frame].replace("M ", "M 9", 1))
    state["frames"][3][state["frames"][3].index(frame)] = len(state["parts"]) - 1
    return "widget", "the widget: frame 3: a coordinate moved"


def change_the_opening_frame(book):
    book.data("widget", SVG)[SVG] = book.data("figure", SVG)[SVG]
    return "widget", "picture 1: the drawing has other elements"


def change_the_stored_verdict(book):
    for output in book.cell("verdict").outputs:
        text = json.dumps(output["data"], ensure_ascii=False)
        text = text.replace("holds", "fails").replace("✓", "✗").replace("true", "false")
        output["data"] = json.loads(text)
    return "verdict", "mismatch"


def remove_an_output(book):
    book.cell("define").outputs = []
    return "define", "Unexpected output fields"


def store_a_cell_unrun(book):
    book.cell("own-start").outputs = []
    book.cell("own-start").execution_count = None
    return "own-start", "stored without having been run"


def change_what_a_helper_computes(book):
    change_a_helper(book)
    return "define", "mismatch 'text/plain'"


# Each group is broken in one copy, since running it takes seconds: one harm a cell,
# and all of them must be reported.
BROKEN_OUTPUTS = [
    [
        change_a_number,
        swap_the_drawing,
        swap_the_photograph,
        change_the_stored_verdict,
        change_a_frame,
    ],
    [
        remove_an_output,
        move_one_point_of_the_drawing,
        change_the_opening_frame,
        store_a_cell_unrun,
    ],
    [change_what_a_helper_computes],
]


@pytest.mark.parametrize(
    "harms",
    BROKEN_OUTPUTS,
    ids=lambda harms: "-and-".join(harm.__name__ for harm in harms),
)
def test_nbval_names_the_cells_whose_output_is_wrong(book, harms):
    expected = {book.place(cell): message for cell, message in (h(book) for h in harms)}
    book.save()
    done = copies.pytest_in(book.root, *OUTPUTS)
    assert done.returncode == 1, done.output
    reports, _, summary = done.output.partition("short test summary info")
    reports = reports.split("Notebook cell execution failed")[1:]
    for place, message in expected.items():
        found = [report for report in reports if place in report]
        assert found, f"nothing about {place} in {done.output}"
        assert re.search(message, found[0]), found[0]
        assert f"FAILED book/{CHAPTER}.ipynb::{place.split(', ')[1]}" in summary
    if harms != [change_what_a_helper_computes]:  # which reaches further cells
        assert len(reports) == len(harms), done.output


def test_of_a_cell_that_raises_the_rest_of_the_chapter_says_nothing(book):
    book.edit("src/evidence/stats.py", "def mean_interval(", "def interval_of_mean(")
    done = copies.pytest_in(book.root, "-rf", *OUTPUTS)
    number = book.place("define").partition(", ")[2]
    assert re.findall(r"FAILED \S+::(cell \[\d+\])", done.output) == [number]
    assert "has no attribute 'mean_interval'" in done.output


# --- Form: the notebook is looked at as a file ----------------------------------------


def swap_two_execution_counts(book):
    counts = [book.cell(name).execution_count for name in ("define", "toy")]
    book.cell("toy").execution_count, book.cell("define").execution_count = counts
    for output in book.cell("define").outputs + book.cell("toy").outputs:
        output.pop("execution_count")
    return None, "cell [3] was run in another order (and 1 more): make run"


def delete_the_alternative_text(book):
    book.data("figure", T.FIGURE)[T.FIGURE]["alt"] = ""
    return "figure", "a figure has no alternative text"


def delete_the_alternative_text_of_a_frame(book):
    book.widget()["alts"][2] = ""
    return "widget", "a frame has no alternative text"


def remove_the_caption(book):
    del book.cell("figure").outputs[-1]
    return "figure", "a figure has no caption"


def excuse_a_cell_without_a_reason(book):
    book.cell("define").metadata["tags"] = ["nbval-ignore-output"]
    return "define", "nbval-ignore-output without a reason"


def excuse_a_cell_with_a_reason(book):
    book.cell("define").metadata["tags"] = ["nbval-skip"]
    book.cell("define").metadata["evidence"] = {"reason": "it takes too long"}
    return "define", "nbval-skip, because it takes too long"


def show_a_core_widget(book):
    states = book.notebook.metadata.widgets[notebooks.STATE]["state"]
    states["0" * 32] = {
        "model_module": "@jupyter-widgets/controls",
        "model_module_version": "2.0.0",
        "model_name": "IntSliderModel",
        "state": {"description": "n", "layout": "IPY_MODEL_1"},
    }
    view = {"model_id": "0" * 32, "version_major": 2, "version_minor": 0}
    # Data and caption make it a figure in good order, but for the kind of widget.
    shown, caption = book.cell("widget").outputs
    data = {notebooks.VIEW: view, T.FIGURE: shown["data"][T.FIGURE] | {"name": None}}
    output = new_output("display_data", data=data)
    book.cell("widget").outputs[0:0] = [output, caption]
    return "widget", "IntSliderModel is dead on a page without a kernel"


def store_another_verdict(book):
    change_the_stored_verdict(book)
    return "verdict", f"{SLUG}-first-claim is stored as fails, its claims expect holds"


def expect_another_verdict(book):
    book.edit(CLAIMS, "expected: fails", "expected: holds")
    return "sayings", f"{SLUG}-halves is stored as fails, its claims expect holds"


def expect_another_verdict_and_be_stale(book):
    book.edit(CLAIMS, "expected: fails", "expected: holds")
    return None, "what its outputs depend on changed after it was run: make run"


def change_a_helper(book):
    signature = "def mean_interval(samples, level: float = 0.95"
    book.edit("src/evidence/stats.py", signature, signature.replace("0.95", "0.5"))
    return None, "what its outputs depend on changed after it was run: make run"


BROKEN_FORM = [
    {
        swap_two_execution_counts: "test_the_outputs_were_made_by",
        excuse_a_cell_without_a_reason: "test_the_notebook_is_in_normal_form",
        delete_the_alternative_text: "test_every_figure_has_a_caption",
        delete_the_alternative_text_of_a_frame: "test_stored_widgets_need_no_kernel",
        store_another_verdict: "test_stored_verdicts_are_those_expected",
    },
    {
        excuse_a_cell_with_a_reason: "test_excuses_from_comparison_are_counted",
        remove_the_caption: "test_every_figure_has_a_caption",
        show_a_core_widget: "test_stored_widgets_need_no_kernel",
        expect_another_verdict: "test_stored_verdicts_are_those_expected",
    },
    {
        expect_another_verdict_and_be_stale: "test_the_outputs_were_made_by",
        change_a_helper: "test_the_outputs_were_made_by",
    },
]


@pytest.mark.parametrize(
    "harms",
    BROKEN_FORM,
    ids=lambda harms: "-and-".join(harm.__name__ for harm in harms),
)
def test_the_form_s_tests_name_the_place(book, harms):
    found = [(test, *harm(book)) for harm, test in harms.items()]
    book.save()
    done = copies.pytest_in(book.root, CHAPTERS)
    assert done.returncode == 1, done.output
    errors = [x for x in done.output.splitlines() if x.startswith("E ")]
    for test, cell, message in found:
        place = book.place(cell) if cell else SLUG
        assert any(place in x and message in x for x in errors), (
            place,
            message,
            errors,
        )
        assert f"FAILED {CHAPTERS}::{test}" in done.output


def test_a_changed_expectation_stops_the_next_run(book):
    book.edit(CLAIMS, "expected: fails", "expected: holds")
    before = book.path.read_text("utf8")
    done = copies.python(book.root, "-m", "tools.run")
    assert done.returncode == 1
    assert f"{CHAPTER} FAILED in the cell" in done.output
    assert f'claims.sayings({{"{SLUG}-halves": halves}})' in done.output
    assert "VerdictChanged" in done.output
    assert "expects 'holds', the data say 'fails'" in done.output
    assert book.path.read_text("utf8") == before


# --- Parts of a chapter: each test of the anatomy, seen to fail -----------------------


def replace(cell, old, new):
    def harm(book):
        source = book.cell(cell).source
        assert old in source
        book.cell(cell).source = source.replace(old, new)

    return harm


def remove(cell):
    def harm(book):
        book.notebook.cells.remove(book.cell(cell))

    return harm


def move(cell, position):
    def harm(book):
        book.notebook.cells.remove(moved := book.cell(cell))
        book.notebook.cells.insert(position, moved)

    return harm


def retag(cell, *tags):
    def harm(book):
        book.cell(cell).metadata["tags"] = list(tags)

    return harm


def add_words(number):
    def harm(book):
        book.cell("title").metadata.pop("tags")
        book.notebook.cells.append(new_markdown_cell("word " * number))

    return harm


def say_in_output(cell, old, new):
    def harm(book):
        data = book.data(cell, "text/plain")
        assert old in data["text/plain"]
        data["text/plain"] = data["text/plain"].replace(old, new)

    return harm


def forget_the_widget_s_state(book):
    del book.notebook.metadata["widgets"]


def leave_a_widget_behind(book):
    for output in book.cell("widget").outputs:
        output["data"].pop(notebooks.VIEW, None)


def try_nothing(book):
    path = book.root / LESSON
    lesson = yaml.safe_load(path.read_text("utf8"))
    lesson["homework"]["tries"] = []
    path.write_text(yaml.safe_dump(lesson), "utf8")


def name_another_alternative_text(book):
    data = book.data("figure", SVG)
    label = html.escape("On logarithmic axes")
    data[SVG] = data[SVG].replace(f'aria-label="{label}', 'aria-label="In the dark')


T = test_chapters
ANATOMY = {
    "question_missing": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "answers?", "answers."),
        "one bold question",
    ),
    "meta_line_missing": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "*Needs:*", "*Needs: little. Reading: 5 min.*"),
        "needs one line in italics",
    ),
    "needs_missing": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "*Needs:*", "Needs:"),
        "needs one line in italics",
    ),
    "no_puzzle": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "A puzzle: a", "- a"),
        "stands a puzzle",
    ),
    "two_objectives": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "\n- name the assumption", " and the assumption"),
        "lists 2 objectives",
    ),
    "two_titles": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("look", "Run it", "# Run it"),
        "several titles",
    ),
    "colab_cell_edited": (
        T.test_the_colab_cell_is_the_template_with_the_address_of_the_repository,
        replace("colab", "--quiet", ""),
        r"cell \[1\], the Colab cell, is not the template's",
    ),
    "colab_cell_shown": (
        T.test_the_colab_cell_is_the_template_with_the_address_of_the_repository,
        retag("colab", "colab"),
        "lost its tags",
    ),
    "setup_late": (
        T.test_the_second_code_cell_sets_up_after_torch_is_imported,
        move("setup", 8),
        r"evidence.setup belongs in cell \[2\]",
    ),
    "setup_twice": (
        T.test_the_second_code_cell_sets_up_after_torch_is_imported,
        replace("toy", "np.mean", "evidence.setup(1)\nnp.mean"),
        "and nowhere else",
    ),
    "torch_after_setup": (
        T.test_the_second_code_cell_sets_up_after_torch_is_imported,
        replace("toy", "np.mean", "from torch import nn\n\nnp.mean"),
        r"cell \[3\]: import torch before evidence.setup",
    ),
    "no_knob": (
        T.test_the_reader_can_turn_a_knob,
        replace("widget", "explore(", "print("),
        "has no explore",
    ),
    "too_short": (
        T.test_the_chapter_has_the_sizes_of_its_form,
        add_words(100),
        "words, not 1,200 to 1,800",
    ),
    "too_long": (
        T.test_the_chapter_has_the_sizes_of_its_form,
        add_words(3500),
        "words, not 1,200 to 1,800",
    ),
    "forbidden_word": (
        T.test_nothing_is_called_simple_or_obvious,
        replace("look", "Run it", "Clearly, run it"),
        "cell 'look': 'Clearly'",
    ),
    "drawing_labeled_otherwise": (
        T.test_every_figure_has_a_caption_and_alternative_text,
        name_another_alternative_text,
        "the drawing's label",
    ),
    "widget_s_state_missing": (
        T.test_stored_widgets_need_no_kernel_and_have_all_their_texts,
        forget_the_widget_s_state,
        "the widget's state is not stored",
    ),
    "widget_not_shown": (
        T.test_stored_widgets_need_no_kernel_and_have_all_their_texts,
        leave_a_widget_behind,
        "stores widgets that no cell shows",
    ),
    "verdict_without_support": (
        T.test_stored_verdicts_are_those_expected,
        lambda book: book.data("verdict", T.VERDICT)[T.VERDICT].update(
            conditions=[
                {"setting": "one", "state": "met"},
                {"setting": "two", "state": "refuted"},
            ]
        ),
        "give depends",
    ),
    "lesson_missing": (
        T.test_a_lesson_stands_beside_it_that_names_its_tasks,
        lambda book: (book.root / LESSON).unlink(),
        f"write {LESSON}",
    ),
    "lesson_of_other_tasks": (
        T.test_a_lesson_stands_beside_it_that_names_its_tasks,
        lambda book: book.edit(LESSON, "[assumption, ", "[assumptions, "),
        f"{LESSON}: no task assumptions",
    ),
    "nothing_to_try": (
        T.test_what_the_lesson_lets_one_change_is_in_the_code,
        try_nothing,
        "say in `tries` what",
    ),
    "a_try_of_what_is_not_there": (
        T.test_what_the_lesson_lets_one_change_is_in_the_code,
        lambda book: book.edit(LESSON, '"N = 4"', '"N = 5"'),
        f"{LESSON}: 'N = 5' stands in 0 cells",
    ),
    "statement_not_shown": (
        T.test_outputs_show_the_data_that_they_carry,
        say_in_output("verdict", "the mean of", "the median of"),
        "does not show",
    ),
}


@pytest.mark.parametrize("name", ANATOMY)
def test_the_anatomy_s_tests_fail_where_a_part_is_missing(book, name, monkeypatch):
    test, harm, message = ANATOMY[name]
    monkeypatch.setattr(test_chapters, "CLAIMS", claims.load(book.root / "book"))
    test(test_chapters.Chapter(book.path, book.root))
    harm(book)
    book.save()
    with pytest.raises((AssertionError, pytest.fail.Exception), match=message) as info:
        test(test_chapters.Chapter(book.path, book.root))
    assert SLUG in str(info.value)


# --- A page that opens a part owes other things ---------------------------------------

OPENING = "demo/first-page"
OF_CHAPTERS = re.compile(
    "predict|outcome|verdict|exercise|stub|solution|own|checked|sayings"
)


@pytest.fixture
def opening(book):
    """Return a page that opens the part of the chapter, in a copy to be broken."""
    notebook = book.notebook
    book.cell("title").metadata["tags"] = ["opening"]
    kept = [cell for cell in notebook.cells if not OF_CHAPTERS.match(cell.id)]
    way = new_markdown_cell(f"On to {{doc}}`{SLUG}`. " + "word " * 900, id="way")
    notebook.cells = [*kept[:-1], way, kept[-1]]
    for number, cell in notebooks.code_cells(notebook):
        for part in (cell, *cell.outputs):
            if "execution_count" in part:
                part["execution_count"] = number
    text = json.dumps(notebook).replace(f"fig-{SLUG}", "fig-first-page")
    text = text.replace(f"({SLUG}-variance)", "(first-page-variance)")
    path = book.root / "book" / f"{OPENING}.ipynb"
    path.write_text(text, "utf8")
    lesson = yaml.safe_load((book.root / LESSON).read_text("utf8"))
    lesson |= {
        "catches": {},
        "homework": {"tasks": [], "own": "Look at it again.", "tries": []},
    }
    path.with_suffix(".teaching.yaml").write_text(yaml.safe_dump(lesson), "utf8")
    page = Book(book.root, OPENING)
    notebooks.tidy(page.notebook)
    made = notebooks.fingerprint(page.notebook, OPENING, book.root)
    ran = notebooks.runs.read(book.root / "book")
    notebooks.runs.write(ran | {OPENING: [(made, 5)]}, book.root / "book")
    page.save()
    line = f"      - file: book/{CHAPTER}\n"
    book.edit("_toc.yml", line, f"      - file: book/{OPENING}\n{line}")
    return page


def test_a_sound_opening_page_passes(opening):
    done = copies.pytest_in(opening.root, CHAPTERS)
    assert done.returncode == 0, done.output
    assert "passed" in done.output and "skipped" not in done.output


def finish_the_chapter(page):
    """Take the chapter's tag ``draft`` away, so that the opening page must link it."""
    chapter = Book(page.root)
    del chapter.cell("title").metadata["tags"]
    chapter.save()


def forget_the_link(page):
    finish_the_chapter(page)
    replace("way", f"{{doc}}`{SLUG}`", "the chapter")(page)


def come_second(page):
    first, second = (f"      - file: book/{name}\n" for name in (OPENING, CHAPTER))
    page.edit("_toc.yml", first + second, second + first)


def open_the_part_twice(page):
    chapter = Book(page.root)
    chapter.cell("title").metadata["tags"] = ["opening"]
    chapter.save()


LENGTH = T.test_a_page_that_opens_a_part_has_its_length_and_says_what_to_read
ASKS = T.test_a_page_that_opens_a_part_judges_nothing_and_answers_its_questions
LEADS = T.test_the_page_that_opens_the_part_stands_first_and_links_the_chapter
OWED = {
    "question_missing": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "answers?", "answers."),
        "one bold question",
    ),
    "meta_line_missing": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "*Needs:*", "*Needs: little. Reading: 5 min.*"),
        "needs one line in italics",
    ),
    "two_objectives": (
        T.test_the_title_asks_puzzles_and_promises,
        replace("title", "\n- name the assumption", " and the assumption"),
        "lists 2 objectives",
    ),
    "colab_cell_edited": (
        T.test_the_colab_cell_is_the_template_with_the_address_of_the_repository,
        replace("colab", "--quiet", ""),
        "is not the template's",
    ),
    "setup_late": (
        T.test_the_second_code_cell_sets_up_after_torch_is_imported,
        move("setup", 5),
        r"evidence.setup belongs in cell \[2\]",
    ),
    "no_knob": (
        T.test_the_reader_can_turn_a_knob,
        replace("widget", "explore(", "print("),
        "has no explore",
    ),
    "caption_missing": (
        T.test_every_figure_has_a_caption_and_alternative_text,
        lambda page: page.cell("figure").outputs.pop(),
        "a figure has no caption",
    ),
    "nothing_to_read_on": (
        LENGTH,
        replace("remember", "{cite:t}`wilson1927`", "a paper"),
        "cites nothing",
    ),
    "too_short": (
        LENGTH,
        replace("way", "word " * 400, ""),
        "not 800 to 1,500",
    ),
    "too_long": (
        LENGTH,
        replace("way", "word word", "word " * 900),
        "not 800 to 1,500",
    ),
    "judges": (
        ASKS,
        replace("toy", "np.mean", 'claims.judge("x", {})\nnp.mean'),
        r"cell \[3\]: claims.judge belongs in a chapter",
    ),
    "predicts": (
        ASKS,
        replace("toy", "np.mean", 'claims.predict("x")\nnp.mean'),
        r"cell \[3\]: claims.predict of a claim belongs in a chapter",
    ),
    "asks_and_does_not_answer": (
        ASKS,
        replace("toy", "np.mean", 'claims.guess_number("x/y", "?")\nnp.mean'),
        r"asks \['x/y'\] and answers \[\]",
    ),
    "is_named_by_a_claim": (
        ASKS,
        lambda page: T.CLAIMS.update(stray={"chapter": OPENING}),
        r"the claims \['stray'\] belong in a chapter",
    ),
    "link_missing": (LEADS, forget_the_link, rf"links no \['{CHAPTER}'\]"),
    "not_first": (LEADS, come_second, "one page may open its part, the first"),
    "two_opening_pages": (LEADS, open_the_part_twice, "one page may open its part"),
}


@pytest.mark.parametrize("name", OWED)
def test_an_opening_page_s_tests_fail_where_a_part_is_missing(
    opening, name, monkeypatch
):
    test, harm, message = OWED[name]
    monkeypatch.setattr(test_chapters, "CLAIMS", {})
    test(test_chapters.Chapter(opening.path, opening.root))
    harm(opening)
    opening.save()
    with pytest.raises((AssertionError, pytest.fail.Exception), match=message) as info:
        test(test_chapters.Chapter(opening.path, opening.root))
    assert "first-page" in str(info.value)


def test_a_chapter_that_its_opening_page_does_not_link_is_told(opening):
    path = opening.root / "book" / f"{CHAPTER}.ipynb"
    replace("way", f"{{doc}}`{SLUG}`", "the chapter")(opening)
    opening.save()
    LEADS(test_chapters.Chapter(path, opening.root))  # a draft may wait
    finish_the_chapter(opening)
    with pytest.raises(AssertionError, match=rf"{OPENING}, .* links no \['{CHAPTER}'"):
        LEADS(test_chapters.Chapter(path, opening.root))
    replace("way", "the chapter", f"[the chapter]({SLUG}.ipynb#first)")(opening)
    opening.save()
    LEADS(test_chapters.Chapter(path, opening.root))


def test_what_concerns_the_whole_book_is_noticed(book, monkeypatch):
    entry = {"chapter": "demo/nowhere", "statement": "One thing."}
    again = {"chapter": CHAPTER, "statement": "One  thing"}
    monkeypatch.setattr(test_chapters, "CLAIMS", {"a": entry, "b": again})
    monkeypatch.setattr(test_chapters, "PATHS", [book.path, book.path])
    monkeypatch.setattr(notebooks, "chapters", lambda: [book.path])
    monkeypatch.setattr(test_chapters.notebooks, "ROOT", book.root)
    monkeypatch.setattr(test_chapters.Chapter.__init__, "__defaults__", (book.root,))
    monkeypatch.setattr(notebooks.name_of, "__defaults__", (book.root,))
    with pytest.raises(AssertionError, match="demo/nowhere"):
        test_chapters.test_every_claim_names_a_chapter_of_the_book()
    with pytest.raises(AssertionError, match="stated twice"):
        test_chapters.test_statements_are_unique()
    with pytest.raises(AssertionError, match=f"fig-{SLUG}-spread.*cell"):
        test_chapters.test_figure_names_are_unique_in_the_book()
    monkeypatch.setattr(notebooks, "chapters", lambda: [])
    with pytest.raises(AssertionError, match=f"does not list.*{CHAPTER}"):
        test_chapters.test_every_notebook_is_in_the_contents()
