"""Replications: what a row says, and what it refuses."""

import json
import xml.etree.ElementTree as ET

import pytest
from recorded import CONDITIONS, STATEMENTS, open_row, pca_row, row, verdict

from evidence import claims, replications, stats
from evidence.replications import EXPERIMENTS

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


# --- A row ----------------------------------------------------------------------------


def test_a_row_shows_itself_as_text():
    assert repr(row()) == (
        "◐ depends: E4. Class imbalance\n"
        "  concluded in 2018: Imbalance & ruin: the more of it, the <worse>\n"
        "  measured in 2018: Balanced accuracy at one threshold\n"
        "  effect: -0.273 [-0.301, -0.247], balanced accuracy, 100:1 minus 1:1, "
        "paired (95 % interval, n = 20); -0.020 [-0.030, -0.010], "
        "AUC, 100:1 <minus> 1:1 (95 % interval, n = 30)\n"
        "  flipped by: the test set has the ratio of the training set; "
        "threshold moved: the AUC is <still> lower\n"
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
    data = row().data
    root = ET.fromstring(replications.Replication.html(data, "<p>more</p>"))
    assert root.attrib == {
        "class": "evidence-replication",
        "data-experiment": "E4",
        "data-verdict": "depends",
    }
    assert root.find(".//strong").text == "◐ depends"
    shown = ["  " + "".join(item.itertext()) for item in root.findall(".//li")]
    assert shown == repr(row()).split("\n")[1:]
    assert root[-1].text == "more"


def test_a_row_is_one_piece_of_data():
    data = row().data
    assert data == {
        "experiment": "E4",
        "title": "Class imbalance",
        "claim": "imbalance",
        "statement": STATEMENTS["imbalance"],
        "verdict": "depends",
        "conditions": verdict("imbalance").data["conditions"],
        "original": "Imbalance & ruin: the more of it, the <worse>",
        "measured": "Balanced accuracy at one threshold",
        "effects": [  # no digit that is not printed
            {
                "of": "balanced accuracy, 100:1 minus 1:1, paired",
                "text": "-0.273 [-0.301, -0.247]",
                "n": 20,
                "level": 0.95,
                "value": -0.273,
                "low": -0.301,
                "high": -0.247,
            },
            {
                "of": "AUC, 100:1 <minus> 1:1",
                "text": "-0.020 [-0.030, -0.010]",
                "n": 30,
                "level": 0.95,
                "value": -0.02,
                "low": -0.03,
                "high": -0.01,
            },
        ],
        "networks": 1280,
        "networks_2018": 72,
        "repetitions_2018": 5,
        "seconds_2018": 392.2,
    }
    assert json.loads(json.dumps(data)) == data
    assert row()._repr_mimebundle_() == {
        "text/plain": replications.Replication.text(data),
        "text/html": replications.Replication.html(data),
        replications.Replication.mime: data,
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
    made = row(effects={"gap": stats.Estimate(*effect, 20)}, digits=digits)
    (stored,) = made.data["effects"]
    assert stored["text"] == text
    assert (stored["value"], stored["low"], stored["high"]) == numbers


def test_a_row_does_not_change_when_the_verdict_does():
    judged = verdict("imbalance")
    recorded = row(verdict=judged)
    judged.data["conditions"].clear()
    assert len(recorded.data["conditions"]) == 3


# --- What flips it --------------------------------------------------------------------


def test_a_verdict_that_depends_is_flipped_by_every_setting_refuted():
    refuted = [words for words, met in CONDITIONS["imbalance"].items() if not met]
    assert len(refuted) == 2
    assert replications.flipped_by(row().data) == "; ".join(refuted)


def test_another_verdict_is_flipped_by_none_of_the_settings():
    said = [replications.flipped_by(made().data) for made in (pca_row, open_row)]
    assert said == ["none of the 3 settings", "not the one setting"]


def test_whoever_explores_may_have_fewer_samples(monkeypatch):
    monkeypatch.delenv(claims.STORED, raising=False)
    made = row(effects={"gap": stats.Estimate(0, -1, 1, 5)})
    assert made.data["effects"][0]["n"] == 5


# --- What is refused ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"verdict": "holds"}, TypeError, "verdict is str, not what claims.judge"),
        ({"effects": {"gap": 0.3}}, TypeError, "effect is float, not stats.Estimate"),
        ({"effects": {}}, ValueError, "a dict of words to the number they say"),
        ({"effects": 0.3}, ValueError, "a dict of words to the number they say"),
        (
            {"effects": {"gap": stats.Estimate(0, -1, 1, 19)}},
            ValueError,
            "rests on 19 samples; a replication needs at least 20",
        ),
        ({"networks": 0}, ValueError, "trains networks, not 0"),
        ({"networks": 2.0}, TypeError, "whole number, not 2.0"),
        ({"networks": True}, TypeError, "whole number, not True"),
        ({"original": " "}, ValueError, "what `original` is, not ' '"),
        ({"measured": None}, ValueError, "what `measured` is, not None"),
        (
            {"effects": {"": stats.Estimate(0, -1, 1, 20)}},
            ValueError,
            "what `effects` is",
        ),
    ],
)
def test_a_row_that_says_too_little_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        row(**changes)


def test_an_unknown_experiment_is_refused():
    with pytest.raises(KeyError, match="no experiment 'E13'; there are E1, .*, D"):
        row("E13")


def test_an_open_question_was_not_measured():
    with pytest.raises(ValueError, match="C was not run in 2018: leave `measured` out"):
        open_row(measured="accuracy")
