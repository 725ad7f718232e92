"""Predictions: what is asked, what the kernel hears, what comes out beside it."""

import xml.etree.ElementTree as ET

import pytest

from evidence import asking, cards, claims
from evidence.stats import Estimate

ASKED = {"low": 0, "high": 1}


@pytest.fixture(autouse=True)
def no_answer():
    """Forget what a test asked and answered."""
    yield
    asking._asked.clear()
    asking._answers.clear()


def ask() -> cards.Prediction:
    lost = claims.guess_number("bn/lost", "How much is lost?", **ASKED, believed=0)
    curve = claims.guess_outcome("bn/curve", "Which <curve>?", ["upper", "lower"])
    return claims.predict("bn-never-hurts", lost, curve)


def test_a_prediction_asks_for_verdicts_numbers_and_outcomes(book):
    data = ask().data
    assert data["questions"] == [
        {
            "id": "bn-never-hurts",
            "kind": "verdict",
            "text": "Batch normalization never hurts",
            "believed": "holds",
        },
        {
            "id": "bn/lost",
            "kind": "number",
            "text": "How much is lost?",
            "believed": 0.0,
            **{"low": 0.0, "high": 1.0, "unit": ""},
        },
        {
            "id": "bn/curve",
            "kind": "outcome",
            "text": "Which <curve>?",
            "believed": None,
            "options": ["upper", "lower"],
        },
    ]
    assert repr(ask()) == (
        "Commit yourself:\n"
        "  Holds, depends or fails? Batch normalization never hurts\n"
        "  How much is lost? (0 to 1)\n"
        "  Which <curve>? upper / lower"
    )
    root = ET.fromstring(cards.Prediction.html(data))
    assert root.attrib["data-questions"] == "bn-never-hurts bn/lost bn/curve"
    assert root.findall("ul/li")[2].text == "Which <curve>? upper / lower"


def test_a_prediction_shows_a_widget_with_its_questions_and_the_text_without(book):
    bundle, _ = ask()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == repr(ask())
    assert bundle[cards.Prediction.mime] == ask().data
    questions = ask().data["questions"]
    assert asking.Questions(questions).get_state()["questions"] == questions


def test_a_prediction_does_not_give_the_verdict_away(book):
    bundle, _ = claims.predict("bn-never-hurts")._repr_mimebundle_()
    shown = str([bundle["text/plain"], bundle["text/html"]])
    assert shown.count("fails") == 2  # "Holds, depends or fails?", as text and HTML
    assert "✗" not in shown
    assert "Batches of one" not in str(bundle)


def test_what_was_asked_is_answered(book):
    ask()
    number = claims.reveal("bn/lost", Estimate(0.41, 0.38, 0.44, 20)).data
    assert number == {
        "id": "bn/lost",
        "kind": "number",
        "question": "How much is lost?",
        "believed": 0.0,
        "answer": "0.410 [0.380, 0.440]",
        **{"value": 0.41, "low": 0.38, "high": 0.44},
    }
    counted = claims.reveal("bn/lost", 1 / 3)
    assert (counted.data["answer"], counted.data["low"]) == ("0.3333", 0.3333)
    assert repr(counted) == (
        "How much is lost?\n  Commonly believed: 0.\n  Measured: 0.3333."
    )
    html = cards.Outcome.html(claims.reveal("bn/curve", "lower").data)
    assert ET.fromstring(html).find("div/p").text == "Measured: lower."


def test_what_the_reader_said_stands_beside_what_came_out(book):
    widget = asking.Questions(ask().data["questions"])
    widget._handle_custom_msg({"bn/lost": 0.7, "bn-never-hurts": "holds"}, [])
    assert repr(claims.reveal("bn/lost", 0.41)) == (
        "How much is lost?\n"
        "  You said: 0.7.\n  Commonly believed: 0.\n  Measured: 0.41."
    )
    card = claims.judge("bn-never-hurts", {"it did": False}, measured="x")
    assert "You said: holds. The data say otherwise." in repr(card)
    widget._handle_custom_msg({"bn-never-hurts": None, "elsewhere": "holds"}, [])
    assert asking.answered("bn-never-hurts") == asking.answered("elsewhere") == {}


@pytest.mark.parametrize(
    ("do", "error", "message"),
    [
        (lambda: claims.predict(), ValueError, "at least one claim"),
        (lambda: claims.predict("bn-never-hurt"), KeyError, "nearest are bn-"),
        (lambda: claims.predict("momentum-identity"), ValueError, "of kind exact"),
        (lambda: claims.reveal("bn/none", 1.0), KeyError, "no number or outcome"),
        (
            lambda: (ask(), claims.reveal("bn/curve", "left")),
            ValueError,
            "one of 'upper'",
        ),
        (
            lambda: claims.guess_number("lost", "?", **ASKED),
            ValueError,
            "named slug/name",
        ),
        (
            lambda: claims.guess_number("bn/x", "?", low=1, high=0),
            ValueError,
            "high must be .* above 1",
        ),
        (
            lambda: claims.guess_number("bn/x", "?", **ASKED, believed=2),
            ValueError,
            "believed must be",
        ),
        (
            lambda: claims.guess_outcome("bn/x", "?", ["a", "a"]),
            ValueError,
            "two or more different options",
        ),
        (
            lambda: claims.guess_outcome("bn/x", "?", ["a", "b"], believed="c"),
            ValueError,
            "believed must be one of",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_or_answered_is_refused(
    book, do, error, message
):
    with pytest.raises(error, match=message):
        do()
