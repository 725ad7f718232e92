"""The entries of claims: one reader of one format that refuses what it cannot read."""

import pytest

from evidence import entries


def test_the_books_claims_are_read_from_the_repository():
    folder = entries.book_folder()
    found = entries.load(folder)
    assert found
    for name, entry in found.items():
        assert entry["id"] == name
        assert (folder / f"{entry['chapter']}.yml").is_file()


def test_an_installed_package_reads_its_own_copy(tmp_path, monkeypatch):
    package = tmp_path / "lib" / "site-packages" / "evidence"
    package.mkdir(parents=True)
    monkeypatch.setattr(entries, "__file__", str(package / "entries.py"))
    with pytest.raises(FileNotFoundError, match="pip install -e ."):
        entries.book_folder()
    (package / "book").mkdir()
    assert entries.book_folder() == package / "book"


def test_entries_are_read_by_id(book):
    found = entries.load(book)
    assert list(found)[:4] == [
        "bn-bias-redundant",
        "bn-never-hurts",
        "batch-size-lowers-accuracy",
        "momentum-faster",
    ]
    assert found["momentum-faster"]["settings"] == ["narrow valley", "round bowl"]
    assert found["bn-never-hurts"]["instead"] == "Batches of one."
    assert found["bn-never-hurts"]["chapter"] == "normalization/batchnorm"
    assert entries.lookup("bn-never-hurts") == found["bn-never-hurts"]


def test_symptoms_are_read_by_chapter(book):
    assert entries.symptoms(book) == {
        "normalization/batchnorm": ['Accuracy is "fine" in training']
    }


def test_copies_that_jupyter_keeps_are_no_chapters(tmp_path):
    (tmp_path / ".ipynb_checkpoints").mkdir()
    copy = tmp_path / ".ipynb_checkpoints" / "glossary-checkpoint.yml"
    copy.write_text("- term_en: a list", "utf8")
    assert entries.load(tmp_path) == {}


@pytest.mark.parametrize("text", ["- claims", "claims"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "chapter.yml").write_text(text)
    with pytest.raises(ValueError, match=r"^book/part/chapter.yml should hold `claims"):
        entries.load(tmp_path)


def test_a_file_may_be_empty(tmp_path):
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "chapter.yml").write_text("# no claims yet\n")
    assert entries.load(tmp_path) == {}


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
        ("expected: fails", "expected: false", "expected is .* open, not False"),
        ("expected: fails", "expected: maybe", "bn-never-hurts .* not 'maybe'"),
        ("believed: definition", "believed: false", "believed is .*, not False"),
        ("symptoms:", "symptom:", r"holds claims and symptoms, not \['symptom'\]"),
        (
            "never hurts",
            "never: hurts",
            r"^book/normalization/batchnorm.yml, line 13: not YAML, mapping values "
            r"are not allowed .*:\n    statement: Batch .*: hurts\nPut it in quotes",
        ),
        ("Batch normalization n", '"Batch n', r"line 13: .*\n    statement: \"Batch n"),
        (
            "    instead: Batches",
            "\tinstead: Batches",
            r"line 17: .*\n    instead.*\n.*not with tabs",
        ),
        (
            "Batches of one",
            "@ Batches",
            r"line 17: .*\n    instead: @.*\nPut it in quotes",
        ),
        ("Batches of one", "\7", r"batchnorm.yml: not YAML, unacceptable character #x"),
        ("  - id: bn-never-hurts\n", "  - 7\n  -\n", "a claim in .*norm.yml is 7, not"),
    ],
)
def test_a_broken_file_is_refused(book, old, new, message):
    path = book / "normalization" / "batchnorm.yml"
    text = path.read_text("utf8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf8")
    with pytest.raises(ValueError, match=message):
        entries.load(book)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "kind: computed",
            "kind: guessed",
            "of kind 'guessed'; say one",
        ),
        ("    asks: above 0 by 5\n", "", r"momentum-faster .* lacks \['asks'\]"),
        ("asks: above 0 by 5", "asks: more than 5", "asks 'more than 5'; say 'above"),
        ("asks: above 0 by 5", "asks: within 5", "asks 'within 5'"),
        ("[narrow valley, round bowl]", "[]", "momentum-faster .* different texts"),
        ("[narrow valley, round bowl]", "[a, a]", "different texts"),
        ("[narrow valley, round bowl]", "[1, 2]", "different texts"),
        ("reach: some", "reach: any", "reach is every or some, not 'any'"),
        ("core: true", "core: 1.5", "core is true or false"),
        ("core: true", "data: digits", "data is one, where .* not 'digits'"),
        ("    instead: Seven do, at 0.9\n", "", "momentum-count .* give it `instead`"),
        ("    cite: [polyak1964]\n", "", r"lacks \['cite'\]"),
        ("    believed: fails\n", "    believd: fails\n", r"lacks \['believed'\]"),
        ("kind: exact\n", "kind: exact\n    why: so\n", r"\['why'\], .* knows not"),
    ],
)
def test_a_broken_entry_of_a_kind_is_refused(book, old, new, message):
    path = book / "optimization" / "momentum.yml"
    text = path.read_text("utf8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf8")
    with pytest.raises(ValueError, match=message):
        entries.load(book)


def test_an_unknown_claim_names_the_nearest(book):
    with pytest.raises(
        KeyError, match="no chapter claims 'bn-bias-redundent'.*bn-bias-redund"
    ):
        entries.lookup("bn-bias-redundent")
    with pytest.raises(KeyError, match=r"no chapter claims 'xyz'\"$"):
        entries.lookup("xyz")
