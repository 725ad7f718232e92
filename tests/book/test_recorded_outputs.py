"""The tests of chapters, seen to fail where an output is not what it should be."""

import pytest
import recorded
import test_chapters as chapters

from evidence import cards, exercises, figures, replications

NAME = "experiments/lopsided-labels"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Write a chapter with an output of every kind, and return its repository."""
    root = tmp_path_factory.mktemp("recorded")
    recorded.write_chapter(
        root / "book" / f"{NAME}.ipynb",
        "Imbalance",
        predict=recorded.prediction(),
        figure=recorded.figure(),
        verdict=recorded.verdict("imbalance"),
        row=recorded.row(),
        stub=recorded.feedback(),
        task=recorded.stub("bug"),
    )
    return root


@pytest.fixture
def chapter(root):
    """Return the chapter as it was read, so that a test may break it."""
    return chapters.Chapter(root / "book" / f"{NAME}.ipynb", root)


def output(chapter, cell: str) -> dict:
    """Return what the first output of a cell stores."""
    return next(c for c in chapter.cells if c.id == cell).outputs[0].data


def data(cell: str, mime: str, **changes):
    """Return a function that changes the data of a cell's output."""
    return lambda chapter: output(chapter, cell)[mime].update(changes)


SHOWN = chapters.test_outputs_show_the_data_that_they_carry
FIGURE = chapters.test_every_figure_has_a_caption_and_alternative_text
JUDGED = chapters.test_stored_replications_are_as_judged
ROW = replications.Replication.mime
HARMS = {
    "another prediction": (
        SHOWN,
        data("predict", cards.Prediction.mime, questions=[]),
        r"cell \[1\] does not show the data .* text/plain",
    ),
    "another caption": (
        FIGURE,
        data("figure", figures.MIME, caption="It falls."),
        r"cell \[2\]: the caption that is shown is not the figure's",
    ),
    "no caption": (
        FIGURE,
        data("figure", figures.MIME, caption=" "),
        r"cell \[2\]: a figure has no caption",
    ),
    "another alternative text": (
        FIGURE,
        data("figure", figures.MIME, alt="A falling line"),
        r"cell \[2\]: the drawing's label is not",
    ),
    "another measurement": (
        SHOWN,
        data("verdict", cards.Verdict.mime, measured="gap 0.2"),
        r"cell \[3\] does not show .* text/plain",
    ),
    "another card": (
        SHOWN,
        lambda chapter: output(chapter, "verdict").update({"text/html": "<p>yes</p>"}),
        r"cell \[3\] does not show .* text/html is '<p>yes</p>'",
    ),
    "another row": (
        SHOWN,
        data("row", ROW, networks=2),
        r"cell \[4\] does not show",
    ),
    "another answer": (
        SHOWN,
        data("stub", exercises.MIME, message="right."),
        r"cell \[5\] does not show",
    ),
    "another line of code": (
        SHOWN,
        lambda chapter: output(chapter, "task")[exercises.MIME]["task"]["lines"].pop(),
        r"cell \[6\] does not show",
    ),
    "a claim that is not judged": (
        JUDGED,
        data("row", ROW, claim="pca"),
        r"lopsided-labels, cell \[4\]: pca, .* of E4, is not judged",
    ),
    "another verdict": (
        JUDGED,
        data("row", ROW, verdict="fails"),
        "E4 differs from imbalance in its verdict",
    ),
    "another condition": (
        JUDGED,
        lambda chapter: output(chapter, "row")[ROW]["conditions"].pop(),
        "E4 differs from imbalance in its conditions",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_an_output_that_is_not_what_it_should_be_is_named(chapter, harm):
    test, break_it, message = HARMS[harm]
    test(chapter)
    break_it(chapter)
    with pytest.raises(AssertionError, match=message):
        test(chapter)


def test_an_experiment_or_a_figure_s_name_that_recurs_is_named(chapter, monkeypatch):
    monkeypatch.setattr(chapter, "is_one", lambda: True)
    monkeypatch.setattr(chapters, "PATHS", ["here"])
    monkeypatch.setattr(chapters, "Chapter", lambda path: chapter)
    chapters.test_an_experiment_is_recorded_once_in_the_book()
    chapters.test_figure_names_are_unique_in_the_book()
    monkeypatch.setattr(chapters, "PATHS", ["here", "there"])
    twice = r"lopsided-labels, cell \[{0}\]', '.*, cell \[{0}\]'"
    with pytest.raises(AssertionError, match="E4': .'" + twice.format(4)):
        chapters.test_an_experiment_is_recorded_once_in_the_book()
    with pytest.raises(AssertionError, match="fig-rise': .'" + twice.format(2)):
        chapters.test_figure_names_are_unique_in_the_book()
