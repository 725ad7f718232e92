"""Claims: the file, the verdict's logic, and what a reader sees of it."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import claims

FILES = {
    "normalization/batchnorm": """
symptoms:
  - Accuracy is "fine" in training
claims:
  - id: bn-bias-redundant
    statement: A bias before batch normalization does nothing
    expected: holds
    believed: definition
    why: The mean removes it.
    source: A lecture
  - id: bn-never-hurts
    statement: Batch normalization never hurts
    expected: fails
    believed: holds
    why: Batches of one.
    source: A lecture
""",
    "optimization/batch-size": """
claims:
  - id: batch-size-lowers-accuracy
    statement: "Small batches are <better> & cheaper"
    expected: conditional
    believed: holds
    why: Because.
    source: A lecture
""",
}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Put two chapters' claims in the place of the book's."""
    for chapter, text in FILES.items():
        path = tmp_path / f"{chapter}.yml"
        path.parent.mkdir()
        path.write_text(text, encoding="utf8")
    claims.load.cache_clear()
    monkeypatch.setattr(claims, "book_folder", lambda: tmp_path)
    yield tmp_path
    claims.load.cache_clear()


def test_the_books_claims_are_read_from_the_repository():
    folder = claims.book_folder()
    found = claims.load(folder)
    assert found
    for name, entry in found.items():
        assert entry["id"] == name
        assert (folder / f"{entry['chapter']}.yml").is_file()


def test_an_installed_package_reads_its_own_copy(tmp_path, monkeypatch):
    package = tmp_path / "lib" / "site-packages" / "evidence"
    package.mkdir(parents=True)
    monkeypatch.setattr(claims, "__file__", str(package / "claims.py"))
    with pytest.raises(FileNotFoundError, match="pip install -e ."):
        claims.book_folder()
    (package / "book").mkdir()
    assert claims.book_folder() == package / "book"


def test_entries_are_read_by_id(book):
    found = claims.load(book)
    assert list(found) == [
        "bn-bias-redundant",
        "bn-never-hurts",
        "batch-size-lowers-accuracy",
    ]
    assert found["bn-never-hurts"]["why"] == "Batches of one."
    assert found["bn-never-hurts"]["chapter"] == "normalization/batchnorm"
    assert claims.lookup("bn-never-hurts") == found["bn-never-hurts"]


def test_symptoms_are_read_by_chapter(book):
    assert claims.symptoms(book) == {
        "normalization/batchnorm": ['Accuracy is "fine" in training']
    }


def test_a_file_may_be_empty(tmp_path):
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "chapter.yml").write_text("# no claims yet\n")
    assert claims.load(tmp_path) == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    believed: definition\n", "", r"bn-bias-redundant in .* \['believed'\]"),
        ("- id: bn-never-hurts\n   ", "-", r"\(no id\) in .*norm.yml lacks \['id'\]"),
        ("id: bn-never-hurts", "id: bn-bias-redundant", "repeats bn-bias-redundant of"),
        (
            "Batch normalization never hurts",
            "Small batches are <better> & cheaper",
            "batch-size-lowers-accuracy of .*repeats bn-never-hurts",
        ),
        ("expected: fails", "expected: false", "expects False; .* holds, conditional"),
        ("expected: fails", "expected: maybe", "bn-never-hurts .*expects 'maybe'"),
        ("believed: definition", "believed: false", "believed False; .* definition"),
        ("symptoms:", "symptom:", r"holds claims and symptoms, not \['symptom'\]"),
        (
            "never hurts",
            "never: hurts",
            r"normalization/batchnorm.yml, line 12: .*quot",
        ),
    ],
)
def test_a_broken_file_is_refused(book, old, new, message):
    path = book / "normalization" / "batchnorm.yml"
    text = path.read_text("utf8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf8")
    with pytest.raises(ValueError, match=message):
        claims.load(book)


def test_an_unknown_claim_names_the_nearest(book):
    with pytest.raises(
        KeyError, match="no chapter claims 'bn-bias-redundent'.*bn-bias-redund"
    ):
        claims.lookup("bn-bias-redundent")
    with pytest.raises(KeyError, match=r"no chapter claims 'xyz'\"$"):
        claims.lookup("xyz")


@given(st.lists(st.booleans(), min_size=1))
def test_the_verdict_follows_from_the_conditions(met):
    expected = {(True, False): "holds", (False, True): "fails"}.get(
        (True in met, False in met), "conditional"
    )
    assert claims.decide({str(i): value for i, value in enumerate(met)}) == expected
    numpy_bools = {str(i): np.bool_(value) for i, value in enumerate(met)}
    assert claims.decide(numpy_bools) == expected


@pytest.mark.parametrize(
    ("conditions", "error", "message"),
    [
        ({}, ValueError, "at least one condition"),
        ({"gap": 1}, TypeError, "condition 'gap' is int, not bool.*gap.low > 0"),
        ({"gap": np.array([True])}, TypeError, "is ndarray, not bool"),
        ({"fine": True, "gap": None}, TypeError, "'gap' is NoneType, not bool"),
        ({"gap": "yes"}, TypeError, "is str, not bool"),
        ([True], TypeError, "dict of words to bools.* not list"),
        (True, TypeError, "dict of words to bools.* not bool"),
    ],
)
def test_a_condition_is_a_bool_with_a_name(book, conditions, error, message):
    with pytest.raises(error, match=message):
        claims.decide(conditions)
    with pytest.raises(error, match=message):
        claims.judge("bn-bias-redundant", conditions, measured="x")


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
        "verdict": "conditional",
        "measured": "gap 0.10 [0.05, 0.15] < 1",
        "conditions": [["same <rate>", True], ["tuned & equal", False]],
    }
    assert json.loads(json.dumps(data)) == data
    assert judge_batch_size()._repr_mimebundle_() == {
        "text/plain": claims.verdict_text(data),
        "text/html": claims.verdict_html(data),
        claims.VERDICT_MIME: data,
    }


def test_a_verdict_reads_as_text(book):
    assert repr(judge_batch_size()) == (
        "◐ conditional: Small batches are <better> & cheaper\n"
        "  measured: gap 0.10 [0.05, 0.15] < 1\n"
        "  yes  same <rate>\n"
        "  no   tuned & equal"
    )


def test_a_verdict_reads_as_html(book):
    data = judge_batch_size().data
    root = ET.fromstring(claims.verdict_html(data, "<p>more</p>"))
    assert root.attrib["class"] == "evidence-verdict"
    assert root.attrib["data-claim"] == "batch-size-lowers-accuracy"
    assert root.attrib["data-verdict"] == "conditional"
    assert root.find(".//strong").text == "◐ conditional"
    assert root.find(".//span").text == "Small batches are <better> & cheaper"
    assert root.find("p[2]").text == "Measured: gap 0.10 [0.05, 0.15] < 1"
    assert ["".join(item.itertext()) for item in root.findall(".//li")] == [
        "yes same <rate>",
        "no tuned & equal",
    ]
    assert root[-1].text == "more"


@pytest.mark.parametrize(
    ("claim", "met", "mark"),
    [("bn-bias-redundant", True, "✓ holds"), ("bn-never-hurts", False, "✗ fails")],
)
def test_holding_and_failing_claims_are_judged_too(book, claim, met, mark):
    verdict = claims.judge(claim, {"a": met, "b": met}, measured="0.1")
    assert repr(verdict).startswith(mark)
    assert verdict.data["statement"] == claims.lookup(claim)["statement"]


def test_a_verdict_that_changed_is_an_error_that_shows_the_data(book):
    with pytest.raises(claims.VerdictChanged) as caught:
        claims.judge("bn-bias-redundant", {"a": True, "b": False}, measured="gap 0.3")
    message = str(caught.value)
    assert (
        "bn-bias-redundant: book/normalization/batchnorm.yml expects 'holds'" in message
    )
    assert "the data say 'conditional'" in message
    assert "measured: gap 0.3\n  yes  a\n  no   b\n" in message
    assert "change `expected` there and say why" in message
    assert isinstance(caught.value, AssertionError)


def test_a_verdict_does_not_change_when_the_conditions_do(book):
    conditions = {"a": True}
    verdict = claims.judge("bn-bias-redundant", conditions, measured="0.1")
    conditions["a"] = False
    assert verdict.data["conditions"] == [["a", True]]


@pytest.mark.parametrize("measured", ["", "  ", None, 0.3])
def test_a_verdict_says_what_was_measured(book, measured):
    with pytest.raises(ValueError, match='measured=f"gap {gap}"'):
        claims.judge("bn-bias-redundant", {"a": True}, measured=measured)


def test_a_prediction_lists_the_statements(book):
    prediction = claims.predict("bn-never-hurts", "batch-size-lowers-accuracy")
    data = prediction.data
    assert data == {
        "claims": [
            {"id": "bn-never-hurts", "statement": "Batch normalization never hurts"},
            {
                "id": "batch-size-lowers-accuracy",
                "statement": "Small batches are <better> & cheaper",
            },
        ]
    }
    text = claims.prediction_text(data)
    assert text == (
        "Commit yourself: holds, depends or fails?\n"
        "1. Batch normalization never hurts\n"
        "2. Small batches are <better> & cheaper"
    )
    html = claims.prediction_html(data)
    root = ET.fromstring(html)
    assert root.attrib["class"] == "evidence-predict"
    items = [
        {"id": li.attrib["data-claim"], "statement": li.text}
        for li in root.findall("ol/li")
    ]
    assert items == data["claims"]
    assert prediction._repr_mimebundle_() == {
        "text/plain": text,
        "text/html": html,
        claims.PREDICTION_MIME: data,
    }


def test_a_prediction_does_not_give_the_verdict_away(book):
    prediction = claims.predict("bn-never-hurts")
    shown = str(prediction._repr_mimebundle_())
    assert shown.count("fails") == 2  # "holds, depends or fails?", as text and HTML
    assert "✗" not in shown
    assert "Batches of one" not in shown


def test_a_prediction_needs_known_claims(book):
    with pytest.raises(ValueError, match="at least one claim"):
        claims.predict()
    with pytest.raises(KeyError, match="the nearest are bn-never-hurts"):
        claims.predict("bn-never-hurt")
    with pytest.raises(KeyError, match="the nearest are bn-never-hurts"):
        claims.judge("bn-never-hurt", {"a": True}, measured="0.1")
