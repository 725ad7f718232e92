"""The reference pages and the package: all of it listed, in order, and used."""

import ast
import pkgutil
import re

import pytest
import yaml
from bookext.chapters import code_of, names

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
ENGINE = "evidence.methods.networks"  # what experiments to come need of it stays


def glossary_keys() -> list[str]:
    entries = yaml.safe_load((BOOK / "glossary.yml").read_text("utf8"))
    return [entry["term_en"].lower() for entry in entries]


def reference_keys() -> list[str]:
    text = (BOOK / "references.bib").read_text("utf8")
    return [key.lower() for key in re.findall(r"^@\w+\{([^,]+),", text, re.MULTILINE)]


@pytest.mark.parametrize("keys", [glossary_keys, reference_keys])
def test_what_every_chapter_adds_to_is_sorted_so_that_additions_seldom_meet(keys):
    found = keys()
    assert len(found) > 50
    assert found == sorted(set(found))


def test_every_module_stands_on_the_api_page():
    text = (BOOK / "api.md").read_text("utf8")
    listed = set(re.findall(r"^(?:%% )?\.\. automodule:: (\S+)$", text, re.MULTILINE))
    parents = {name: name.rpartition(".")[0] for name in MODULES}
    missing = {name for name in MODULES if not {name, parents[name]} & listed}
    assert not missing, f"book/api.md lacks {sorted(missing)}"


def definitions() -> dict[str, str]:
    """Return what the methods define, each with the names of its module imported."""
    found = {}
    for module in MODULES:
        if not module.startswith("evidence.methods.") or module.startswith(ENGINE):
            continue
        path = ROOT / "src" / f"{module.replace('.', '/')}.py"
        body = ast.parse(path.read_text("utf8")).body
        imports = [n for n in body if isinstance(n, (ast.Import, ast.ImportFrom))]
        own = {}
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                own[node.name] = node
            if isinstance(node, (ast.Assign, ast.AnnAssign)):
                stored = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
                own |= {n.id: node for n in stored if isinstance(n.ctx, ast.Store)}
        known = ast.parse(f"from {module} import {', '.join(own)}").body
        for name, node in own.items():
            found[f"{module}.{name}"] = ast.unparse([*imports, *known, node])
    return found


def test_all_that_methods_define_is_used_by_a_chapter_or_by_what_one_uses():
    defined, used = definitions(), set()
    pages = [f"book/{notebooks.name_of(path)}" for path in notebooks.chapters()]
    waiting = [name for page in pages for name in names(code_of(page))]
    while waiting:
        name = waiting.pop()
        if name in defined and name not in used:
            used.add(name)
            waiting += names(defined[name])
    unused = sorted(defined.keys() - used)
    assert used and not unused, f"no chapter uses {unused}: delete them"


def test_a_listing_of_any_method_finds_the_file_that_tests_it():
    methods = [name for name in MODULES if name.startswith("evidence.methods.")]
    untested = [name for name in methods if _test_of(name) is None]
    assert methods and not untested, f"tests/evidence mirrors no {untested}"
