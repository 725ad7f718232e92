"""What a code cell is for, so that pages and Jupyter show the idea and fold the rest.

The kind is derived from what the cell's own calls are. A cell that defines something
else than a drawing stays open, and so does one with the tag ``show``.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

CALLS = {  # a cell that makes one of these calls is of that kind
    "figures.show": "figure",
    "explore": "widget",
    "tables.show": "table",
    "claims.predict": "question",
    "exercises.recall": "question",
    "claims.judge": "verdict",
    "claims.sayings": "verdict",
    "claims.reveal": "outcome",
    "replications.record": "record",
}
WORDS = {  # what is inside, for one cell and for several
    "setup": ("the set-up", "the set-up"),
    "drawing": ("how this is drawn", "how this is drawn"),
    "figure": ("the code of this figure", "the code of these figures"),
    "widget": ("the code of this widget", "the code of these widgets"),
    "table": ("the code of this table", "the code of these tables"),
    "question": ("the code of this question", "the code of these questions"),
    "outcome": ("how this is answered", "how these are answered"),
    "verdict": ("how this is judged", "how these are judged"),
    "record": ("how this is recorded", "how these are recorded"),
    "solution": ("a solution", "solutions"),
    "code": ("the code", "the code"),
}
OPEN = {"show", "remove-cell", "remove-input"}  # tags of cells that are not folded
FOLDED = {"hide-cell", "hide-input"}  # tags by which a teacher folds any other cell
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SHOWN = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def kinds(source: str, tags: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what is folded in a cell, in its order; nothing if the cell stays open."""
    tags = {*tags}
    if tags & OPEN:
        return ()
    if "solution" in tags:
        return ("solution",)
    return _derived(source) or (("code",) if tags & FOLDED else ())


def in_words(found: Iterable[str]) -> str:
    """Return what a quiet line says of folded cells of these kinds."""
    counts = Counter(found)
    if counts.keys() & {"figure", "widget"}:
        counts.pop("drawing", None)
    said = [WORDS[kind][number > 1] for kind, number in counts.items()]
    text = ", ".join(said[:-1]) + " and " * (len(said) > 1) + said[-1]
    return text[0].upper() + text[1:]


def is_derived(line: str) -> bool:
    """Whether a line is one that ``make format`` puts above folded code."""
    said = line.removeprefix("# ").lower()
    parts = re.split(", | and ", said)
    known = {text for pair in WORDS.values() for text in pair}
    return line.startswith("# ") and known.issuperset(parts)


def own_lines(source: str) -> list[str]:
    """Return the lines of a cell that somebody wrote."""
    lines = source.strip().splitlines()
    return lines[1:] if lines and is_derived(lines[0]) else lines


def visible_lines(cells: Iterable[dict]) -> int:
    """Return how many lines of code a reader of the page sees, without empty ones."""
    return sum(map(len, map(seen, cells)))


def seen(cell: dict) -> list[str]:
    """Return the lines of code that the page shows of a cell, and of its listings."""
    if cell["cell_type"] != "code":
        return []
    tags = cell["metadata"].get("tags", [])
    source = "".join(cell["source"])
    hidden = kinds(source, tags) or {"remove-cell", "remove-input"} & {*tags}
    texts = [] if hidden else [source]
    for output in cell["outputs"]:
        texts += SHOWN.findall("".join(output.get("data", {}).get("text/markdown", "")))
    return [line for text in texts for line in text.splitlines() if line.strip()]


@cache
def _derived(source: str) -> tuple[str, ...]:
    try:
        code = re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)
        body = ast.parse(code).body
    except SyntaxError:
        return ()
    defined = [node for node in body if isinstance(node, DEFINITIONS)]
    calls = [call for node in body for call in _calls(node)]
    drawn = {ast.unparse(c.args[0]) for c in calls if _name(c) == "explore" and c.args}
    if not all(_draws(node) or node.name in drawn for node in defined):
        return ()
    if found := tuple(CALLS[_name(call)] for call in calls if _name(call) in CALLS):
        return found
    if defined:
        return ("drawing",)
    if body and all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in body):
        return ("setup",)
    return ("table",) if _prints_a_table(body) else ()


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of a statement that are made when the cell runs, in order."""
    if isinstance(node, DEFINITIONS):
        return
    if isinstance(node, ast.Call):
        yield node
    for inside in ast.iter_child_nodes(node):
        yield from _calls(inside)


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _draws(node: ast.AST) -> bool:
    """Whether a function takes axes or makes a figure."""
    if isinstance(node, ast.ClassDef):
        return False
    names = {argument.arg for argument in node.args.args}
    calls = {_name(c) for c in ast.walk(node) if isinstance(c, ast.Call)}
    made = {"figures.subplots", "figures.render", "plt.subplots", "plt.figure"}
    return bool(names & {"ax", "axes", "fig"} or calls & made)


def _prints_a_table(body: list[ast.stmt]) -> bool:
    """Whether a loop prints rows, and half of the lines or more are for printing."""
    loops = [node for node in body if isinstance(node, ast.For)]
    if not any(_prints(part) for loop in loops for part in ast.walk(loop)):
        return False
    simple = [
        part
        for node in body
        for part in ast.walk(node)
        if isinstance(part, ast.stmt) and not hasattr(part, "body")
    ]
    lines = Counter()
    for part in simple:
        lines[_prints(part)] += part.end_lineno - part.lineno + 1
    return lines[True] >= lines[False]


def _prints(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and _name(node.value) == "print"
    )
