"""Nothing lies idle: every method serves a chapter, every repair mends a page.

That is so of the whole book. A course of a few chapters keeps whole modules.
"""

import ast
import json

from bookext.chapters import code_of, names
from test_reference import MODULES

from tools import notebooks
from tools.notebooks import ROOT
from tools.site import HTML

ENGINE = "evidence.methods.networks"  # what experiments to come need of it stays


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


def test_every_repair_of_the_theme_is_still_needed():
    counts = json.loads(HTML.with_name("repairs.json").read_text(encoding="utf8"))
    idle = [name for name, count in counts.items() if not count]
    assert idle == [], "nothing left to mend: remove these from book/_ext/bookext"
