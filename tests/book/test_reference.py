"""The reference pages and the package: all of it listed, in order, and tested."""

import pkgutil
import re

import pytest
import yaml

import evidence
from evidence.sources import _test_of
from tools import notebooks

ROOT = notebooks.ROOT
BOOK = ROOT / "book"
MODULES = [
    module.name
    for module in pkgutil.walk_packages(evidence.__path__, "evidence.")
    if not module.ispkg
]


def glossary_keys() -> list[str]:
    entries = yaml.safe_load((BOOK / "glossary.yml").read_text("utf8"))
    return [entry["term_en"].lower() for entry in entries]


def reference_keys() -> list[str]:
    text = (BOOK / "references.bib").read_text("utf8")
    return [key.lower() for key in re.findall(r"^@\w+\{([^,]+),", text, re.MULTILINE)]


@pytest.mark.parametrize("keys", [glossary_keys, reference_keys])
def test_what_every_chapter_adds_to_is_sorted_so_that_additions_seldom_meet(keys):
    found = keys()
    assert found and found == sorted(set(found))


def test_every_module_stands_on_the_api_page():
    text = (BOOK / "api.md").read_text("utf8")
    listed = set(re.findall(r"^%% \.\. automodule:: (\S+)$", text, re.MULTILINE))
    parents = {name: name.rpartition(".")[0] for name in MODULES}
    missing = {name for name in MODULES if not {name, parents[name]} & listed}
    assert not missing, f"book/api.md lacks {sorted(missing)}"


def test_a_listing_of_any_method_finds_the_file_that_tests_it():
    methods = [name for name in MODULES if name.startswith("evidence.methods.")]
    untested = [name for name in methods if _test_of(name) is None]
    assert not untested, f"tests/evidence mirrors no {untested}"
