"""Claims: how they are judged, what is asked before, and what a reader sees of it."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import cards, claims
from evidence.stats import Estimate, mean_interval

STATES = st.lists(st.sampled_from(["met", "refuted", "undecided"]), min_size=1)


@pytest.fixture
def stored(monkeypatch):
    """Judge as where outputs are stored or compared."""
    monkeypatch.setenv(claims.STORED, "1")


@pytest.fixture
def exploring(monkeypatch):
    """Judge as in a reader's notebook."""
    monkeypatch.delenv(claims.STORED, raising=False)


def between(low, high) -> Estimate:
    return Estimate((low + high) / 2, low, high, n=20)


# --- The verdict ----------------------------------------------------------------------


@given(STATES, st.sampled_from(["every", "some"]))
def test_the_verdict_follows_from_the_states(states, reach):
    verdict = claims.decide(states, reach)
    met, refuted = "met" in states, "refuted" in states
    if all(state == "met" for state in states) or (reach == "some" and met):
        assert verdict == "holds"
    elif all(state == "refuted" for state in states):
        assert verdict == "fails"
    else:
        assert verdict == ("depends" if met and refuted else "open")


@pytest.mark.parametrize("states", [[], ["yes"], [True], ["met", None]])
def test_a_verdict_needs_states(states):
    with pytest.raises((ValueError, TypeError), match="met, refuted or undecided|not"):
        claims.decide(states)


FASTER = {
    "narrow valley": between(12, 20).above(0, by=5),
    "round bowl": between(-1, 2).above(0, by=5),
}


def test_a_measured_claim_says_where_it_holds_and_where_it_fails(book, stored):
    backwards = dict(reversed(FASTER.items()))
    data = claims.judge("momentum-faster", backwards, measured="over 20 starts").data
    assert data["verdict"] == "depends"
    assert data["summary"] == "Holds for narrow valley; fails for round bowl"
    assert data["instead"] == "Momentum needs fewer steps in a narrow valley"
    assert data["conditions"] == [
        {
            "setting": "narrow valley",
            "state": "met",
            "estimate": "16.0 [12.0, 20.0]",
            "asked": "above 0 by 5",
            **{"value": 16.0, "low": 12.0, "high": 20.0, "n": 20, "level": 0.95},
            **{"relation": "above", "reference": 0.0, "margin": 5.0},
            "half_widths": 1.2,
        },
        {
            "setting": "round bowl",
            "state": "refuted",
            "estimate": "0.5 [-1.0, 2.0]",
            "asked": "above 0 by 5",
            **{"value": 0.5, "low": -1.0, "high": 2.0, "n": 20, "level": 0.95},
            **{"relation": "above", "reference": 0.0, "margin": 5.0},
            "half_widths": 3.3,
        },
    ]
    assert json.loads(json.dumps(data)) == data
    assert cards.Verdict.text(data) == (
        "◐ depends: Momentum needs fewer steps\n"
        "  Holds for narrow valley; fails for round bowl.\n"
        "  Measured: over 20 starts\n"
        "  Say instead: Momentum needs fewer steps in a narrow valley\n"
        "  yes  narrow valley: 16.0 [12.0, 20.0], above 0 by 5\n"
        "  no   round bowl: 0.5 [-1.0, 2.0], above 0 by 5"
    )


def test_what_is_undecided_is_said(book, exploring):
    conditions = FASTER | {"round bowl": between(4, 6).above(0, by=5)}
    data = claims.judge("momentum-faster", conditions).data
    assert (data["verdict"], data["expected"]) == ("open", "depends")
    assert data["summary"] == "Holds for narrow valley; undecided for round bowl"
    assert "undecided  round bowl: 5.0 [4.0, 6.0]" in cards.Verdict.text(data)


@pytest.mark.parametrize(
    ("low", "high", "hangs", "said"),
    [
        (16, 18, {}, None),
        (7, 9, {"double": "fails"}, "with double the margin it is fails"),
        (0, 2, {}, None),
        (3, 4, {"half": "holds"}, "with half the margin it is holds"),
    ],
)
def test_margins_are_halved_and_doubled(book, exploring, low, high, hangs, said):
    both = {place: between(low, high).above(0, by=5) for place in FASTER}
    data = claims.judge("momentum-faster", both).data
    assert data["hangs"] == hangs
    assert (data["sturdiness"] or "").removeprefix("Hangs on the margin: ") == (
        f"{said}." if said else ""
    )


def test_without_a_margin_the_direction_is_all(book, stored):
    verdict = claims.judge("momentum-direction", {"here": between(1, 2).above(0, by=0)})
    assert verdict.data["sturdiness"].startswith("Direction only")


def samples(mean: float) -> Estimate:
    """Return an interval of 20 samples whose half width is close to 0.47."""
    return mean_interval(mean + np.linspace(-1.65, 1.65, 20))


def test_one_of_many_settings_has_to_be_met_at_a_corrected_level(book, exploring):
    def verdict(best):
        means = {"a": best, "b": -1.0, "c": -1.0}
        conditions = {s: samples(m).above(0.5, by=0.1) for s, m in means.items()}
        return claims.judge("momentum-can-overshoot", conditions).data

    barely = verdict(1.1)  # met at 95 %, not at 98.3 %
    assert samples(1.1).above(0.5, by=0.1).state == "met"
    assert barely["verdict"] == "open"
    assert {c["level"] for c in barely["conditions"]} == {0.9833}
    assert verdict(2.0)["verdict"] == "holds"
    assert verdict(2.0)["summary"] == "It asks for one of the 3 settings"
    assert verdict(-1.0)["verdict"] == "fails"
    assert barely["conditions"][0]["asked"] == "above chance by 0.1 (0.5)"


def test_computed_and_exact_claims_are_judged_by_bools(book, stored):
    counted = claims.judge("momentum-count", {"at 0.9": False, "at 0.99": np.False_})
    assert counted.data["verdict"] == "fails"
    assert repr(counted).endswith("no   at 0.9\n  no   at 0.99")
    assert claims.judge("momentum-identity", {"it does": True}).data["kind"] == "exact"


@pytest.mark.parametrize(
    ("claim", "conditions", "error", "message"),
    [
        ("bn-bias-redundant", {}, ValueError, "at least one condition"),
        ("bn-bias-redundant", {"gap": 1}, TypeError, "'gap' is int, not bool.*gap.low"),
        (
            "bn-bias-redundant",
            {"gap": np.array([True])},
            TypeError,
            "is ndarray",
        ),
        (
            "bn-bias-redundant",
            {"fine": True, "gap": None},
            TypeError,
            "'gap' is NoneType",
        ),
        ("bn-bias-redundant", [True], TypeError, "dict of settings .* not list"),
        ("bn-bias-redundant", FASTER, TypeError, "is Comparison, not bool"),
        ("momentum-faster", {"a": True}, ValueError, r"at \['narrow valley', 'round"),
        (
            "momentum-faster",
            FASTER | {"round bowl": True},
            TypeError,
            "'round bowl' is bool, not a comparison: .*gap.above",
        ),
        (
            "momentum-faster",
            FASTER | {"round bowl": between(0, 1).above(0, by=4)},
            ValueError,
            "asks 'above 0 by 5', .*; at 'round bowl' it was asked 'above 0 by 4'",
        ),
        (
            "momentum-faster",
            FASTER | {"round bowl": between(0, 1).above(1, by=5)},
            ValueError,
            "it was asked 'above 1 by 5'",
        ),
        (
            "momentum-faster",
            FASTER | {"round bowl": between(0, 1).below(0, by=5)},
            ValueError,
            "it was asked 'below 0 by 5'",
        ),
        ("momentum-count", {"at 0.9": True}, ValueError, "not at"),
    ],
)
def test_conditions_are_those_of_the_entry(book, claim, conditions, error, message):
    with pytest.raises(error, match=message):
        claims.judge(claim, conditions, measured="x")


def test_an_unknown_claim_is_not_judged(book):
    with pytest.raises(KeyError, match="the nearest are bn-never-hurts"):
        claims.judge("bn-never-hurt", {"a": True}, measured="0.1")


# --- What a reader sees ---------------------------------------------------------------


def judge_batch_size():
    return claims.judge(
        "batch-size-lowers-accuracy",
        {"same <rate>": np.bool_(True), "tuned & equal": False},
        measured="gap 0.10 [0.05, 0.15] < 1",
    )


def test_a_verdict_is_one_piece_of_data(book):
    data = judge_batch_size().data
    assert data == {
        "id": "batch-size-lowers-accuracy",
        "statement": "Small batches are <better> & cheaper",
        "kind": "computed",
        "verdict": "depends",
        "expected": "depends",
        "measured": "gap 0.10 [0.05, 0.15] < 1",
        "conditions": [
            {"setting": "same <rate>", "state": "met"},
            {"setting": "tuned & equal", "state": "refuted"},
        ],
        "instead": "At the same rate.",
    }
    assert json.loads(json.dumps(data)) == data
    assert judge_batch_size()._repr_mimebundle_() == {
        "text/plain": cards.Verdict.text(data),
        "text/html": cards.Verdict.html(data),
        cards.Verdict.mime: data,
    }


def test_a_verdict_reads_as_text(book):
    assert repr(judge_batch_size()) == (
        "◐ depends: Small batches are <better> & cheaper\n"
        "  Measured: gap 0.10 [0.05, 0.15] < 1\n"
        "  Say instead: At the same rate.\n"
        "  yes  same <rate>\n"
        "  no   tuned & equal"
    )


def test_a_verdict_reads_as_html(book):
    data = judge_batch_size().data
    root = ET.fromstring(cards.Verdict.html(data, "<p>more</p>"))
    assert root.attrib["class"] == "evidence-verdict"
    assert root.attrib["data-claim"] == "batch-size-lowers-accuracy"
    assert root.attrib["data-verdict"] == "depends"
    assert root.find(".//strong").text == "◐ depends"
    assert root.find(".//span").text == "Small batches are <better> & cheaper"
    assert root.find("div/p").text == "Measured: gap 0.10 [0.05, 0.15] < 1"
    assert ["".join(item.itertext()) for item in root.findall(".//li")] == [
        "yes same <rate>",
        "no tuned & equal",
    ]
    assert root[-1].text == "more"


@pytest.mark.parametrize("measured", ["", "  "])
def test_a_verdict_says_what_was_measured(book, measured):
    with pytest.raises(ValueError, match='measured=f"gap {gap}"'):
        claims.judge("bn-bias-redundant", {"a": True}, measured=measured)


# --- A verdict that changed -----------------------------------------------------------


def test_where_outputs_are_stored_a_changed_verdict_is_an_error(book, stored):
    with pytest.raises(claims.VerdictChanged) as caught:
        claims.judge("bn-bias-redundant", {"a": True, "b": False}, measured="gap 0.3")
    message = str(caught.value)
    assert (
        "bn-bias-redundant: book/normalization/batchnorm.yml expects 'holds'" in message
    )
    assert "the data say 'depends'" in message
    assert "Measured: gap 0.3\n  yes  a\n  no   b\n" in message
    assert "change `expected` there and say why" in message
    assert isinstance(caught.value, AssertionError)


def test_to_whoever_explores_a_changed_verdict_is_a_card(book, exploring):
    verdict = claims.judge("bn-bias-redundant", {"a": False}, measured="gap 0.3")
    assert (verdict.data["verdict"], verdict.data["expected"]) == ("fails", "holds")
    assert "The book: holds. Your data: fails." in repr(verdict)
    assert "The book: holds. Your data: fails." in cards.Verdict.html(verdict.data)
    same = claims.judge("bn-bias-redundant", {"a": True}, measured="gap 0.3")
    assert "The book" not in repr(same)


def test_whoever_explores_may_ask_otherwise(book, exploring):
    wider = {"narrow valley": FASTER["narrow valley"].with_margin_times(2)}
    found = wider | {"bowl": between(0, 1).within(2)}
    shown = claims.judge("momentum-faster", found).data["conditions"]
    asked = [(row["setting"], row["asked"]) for row in shown]
    assert asked == [("narrow valley", "above 0 by 10"), ("bowl", "within 2 of 0")]


# --- Sayings --------------------------------------------------------------------------


def table():
    return claims.sayings(
        {
            "momentum-faster": FASTER,
            "momentum-count": {"at 0.9": False, "at 0.99": False},
            "momentum-polyak": None,
            "momentum-default": None,
        }
    )


def test_sayings_stand_in_one_table(book, stored):
    rows = table().data["rows"]
    assert [row["verdict"] for row in rows] == ["depends", "fails", "holds", "advice"]
    root = ET.fromstring(cards.Sayings.html(table().data).replace("&nbsp;", ""))
    cells = [["".join(td.itertext()) for td in tr] for tr in root.find(".//tbody")]
    assert cells[0][2].startswith("yes narrow valley: 16.0 [12.0, 20.0], above 0 by 5")
    assert cells[1][2] == "no at 0.9no at 0.99"  # two lines, where nothing is measured
    assert cells[2] == ["Polyak introduced momentum", "✓ holds", "Polyak (1964)", ""]
    assert cells[3][3].startswith("0.9 is a default")
    labels = [td.attrib["data-label"] for td in root.find(".//tbody/tr")]
    assert labels == [th.text for th in root.find(".//thead/tr")]


def test_what_nothing_measures_is_told_by_its_source(book, stored):
    told = [cards.Verdict.text(row) for row in table().data["rows"]]
    assert "  Told by: Polyak (1964)" in told[2] and "Measured" not in told[2]
    assert "Told by" not in told[0] + told[1] and "Told by" in told[3]


def test_a_saying_that_changed_is_an_error_too(book, stored):
    with pytest.raises(claims.VerdictChanged, match="momentum-count"):
        claims.sayings({"momentum-count": {"at 0.9": True, "at 0.99": True}})


def test_nothing_measured_decides_history(book):
    with pytest.raises(ValueError, match="of kind history: .* say None"):
        claims.sayings({"momentum-polyak": {"a": True}})
    with pytest.raises(ValueError, match="at least one claim"):
        claims.sayings({})


def test_of_25_sayings_ten_are_shown_and_all_are_kept():
    row = {"statement": "So <it> is", "kind": "computed", "verdict": "fails"}
    row |= {"expected": "fails", "measured": None, "instead": "It is not"}
    row |= {"conditions": [{"setting": "here", "state": "refuted"}]}
    data = {"rows": [row | {"id": f"saying-{k}"} for k in range(25)]}
    page = cards.Sayings.html(data, "ledger.html").replace("&nbsp;", "")
    assert len(ET.fromstring(page).findall(".//tbody/tr")) == 10
    assert '<a href="ledger.html">15 more are judged in the ledger.</a>' in page
    assert cards.Sayings.text(data).endswith("\n15 more are judged in the ledger.")
    assert cards.Sayings(data)._repr_mimebundle_()[cards.Sayings.mime] == data
