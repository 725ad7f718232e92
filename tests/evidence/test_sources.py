"""Listings: the package's code shown in a chapter, whole but for long docstrings."""

import ast
import functools
import importlib
import inspect
import pkgutil
import textwrap

import numpy as np
import pytest

import evidence
from evidence import claims, explorer, show_source, stats
from evidence.sources import ROOT


def without_docstrings(code: str) -> str:
    tree = ast.parse(textwrap.dedent(code))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(
            node
        ):
            node.body[0] = ast.Pass()
    return ast.dump(tree)


def test_a_listing_shows_the_code_and_where_it_is_tested():
    listing = show_source(stats.mean_interval)
    assert listing.name == "evidence.stats.mean_interval"
    assert listing.test == "tests/evidence/test_stats.py"
    text = listing._repr_markdown_()
    assert text.startswith("```python\ndef mean_interval(samples, level: float = 0.95)")
    assert text.endswith(
        "\n```\n\n`evidence.stats.mean_interval`, tested in "
        "[tests/evidence/test_stats.py](../../tests/evidence/test_stats.py)"
    )
    assert repr(listing) in text
    assert repr(listing) == listing.code.rstrip()


def test_only_the_first_line_of_a_docstring_stays():
    code = repr(show_source(stats.mean_interval))
    assert (
        '    """Estimate a mean with Student\'s t interval."""\n    samples =' in code
    )
    assert "Parameters" not in code
    assert repr(show_source(stats.mean_interval, docstring=True)) == inspect.getsource(
        stats.mean_interval
    ).rstrip("\n")


def test_code_after_a_docstring_of_one_line_stays():
    code = repr(show_source(explorer.FrameExplorer))
    assert '"""Native controls and one picture; each combination' in code
    assert "def current(self)" in code
    assert "def _repr_mimebundle_(self" in code


def test_a_method_is_moved_to_the_left():
    code = repr(show_source(explorer.FrameExplorer.current))
    assert code.startswith("def current(self) -> int:\n    ")


def test_a_wrapped_function_is_unwrapped():
    assert repr(show_source(claims.load)).startswith("@cache\ndef load(")


def test_a_name_of_the_package_itself_is_found():
    assert show_source(evidence.setup).name == "evidence.session.setup"


def test_a_missing_test_file_is_not_linked(monkeypatch, tmp_path):
    monkeypatch.setattr("evidence.sources.ROOT", tmp_path)
    listing = show_source(stats.mean_interval)
    assert listing.test is None
    assert listing._repr_markdown_().endswith("`evidence.stats.mean_interval`")
    assert (ROOT / "tests").is_dir()


MODULES = [m.name for m in pkgutil.iter_modules(evidence.__path__, "evidence.")]


@pytest.mark.parametrize("module", MODULES)
def test_shortening_docstrings_changes_no_code(module):
    for item in map(inspect.unwrap, vars(importlib.import_module(module)).values()):
        if not (inspect.isfunction(item) or inspect.isclass(item)):
            continue
        if item.__module__ != module:
            continue
        shown, whole = show_source(item).code, inspect.getsource(item)
        assert without_docstrings(shown) == without_docstrings(whole), item
        for node in ast.walk(ast.parse(shown)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                assert "\n" not in (ast.get_docstring(node) or ""), item


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (3, "int"),
        ("evidence.stats", "str"),
        (stats, "module"),
        (functools.partial(stats.mean_interval, level=0.9), "partial"),
        (len, "builtin_function_or_method"),
    ],
)
def test_only_functions_and_classes_have_a_listing(item, kind):
    with pytest.raises(TypeError, match=f"a function or a class, not {kind}"):
        show_source(item)


def test_code_from_elsewhere_is_refused():
    with pytest.raises(ValueError, match="without_docstrings is defined in .*not in"):
        show_source(without_docstrings)
    with pytest.raises(ValueError, match="not in evidence"):
        show_source(np.median)
