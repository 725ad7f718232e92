"""What a cell is for is read from its code; the page and Jupyter fold by it."""

import kinds
import pytest
from bookext import folding
from docutils import nodes
from docutils.utils import new_document
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks

DRAW = "def draw(n):\n    fig, ax = figures.subplots()\n    return fig"
CELLS = {  # source, tags -> kinds
    "an idea": ("def measure(seed):\n    return seed", [], ()),
    "its first run": ("def measure(seed):\n    return 1\n\nmeasure(1)", [], ()),
    "an idea in a figure": ("def f(x): return x\n\nfigures.show(fig)", [], ()),
    "a value": ("np.mean([1, 2, 6])", [], ()),
    "constants": ("import numpy as np\nSEEDS = 20", [], ()),
    "imports": ("import a\nfrom b import (\n    c,\n)", [], ("setup",)),
    "a figure": ("fig, ax = figures.subplots()\nfigures.show(fig)", [], ("figure",)),
    "a widget": (f"{DRAW}\n\nexplore(draw, n=[1])", [], ("widget",)),
    "a widget of text": ("def d(n): return n\nexplore(d, n=[1])", [], ("widget",)),
    "a drawing": ("def dots(ax, x):\n    ax.plot(x)", [], ("drawing",)),
    "a question": ('claims.predict("a")', [], ("question",)),
    "a verdict": ('v = claims.judge("a", {"b": c})', [], ("verdict",)),
    "sayings": ("claims.sayings({})", [], ("verdict",)),
    "an outcome": ('claims.reveal("a/b", 1)', [], ("outcome",)),
    "a record": ("replications.record()", [], ("record",)),
    "two kinds": ("figures.show(f)\nclaims.judge('a', b)", [], ("figure", "verdict")),
    "a call never made": ("def f(): claims.judge('a', b)", [], ()),
    "a table": ("for x in y:\n    print(f'{x:3}')\nprint(z)", [], ("table",)),
    "a table of tables": ("tables.show([[1]])", [], ("table",)),
    "an experiment": ("for s in y:\n    a = f(s)\n    b = g(a)\n    print(b)", [], ()),
    "a value printed": ("print(np.mean(x))", [], ()),
    "a solution": ("answer = 1", ["solution", "hide-cell"], ("solution",)),
    "as a teacher has it": ("x = 1", ["hide-input"], ("code",)),
    "opened by a teacher": ("figures.show(fig)", ["show"], ()),
    "not on the page": ("figures.show(fig)", ["remove-cell"], ()),
    "a magic": ("%timeit f()\nfigures.show(fig)", [], ("figure",)),
    "another language": ("%%bash\nls -l", [], ()),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_s_kind_is_read_from_its_code(name):
    source, tags, wanted = CELLS[name]
    assert kinds.kinds(source, tags) == wanted


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (["figure"], "The code of this figure"),
        (["figure", "figure"], "The code of these figures"),
        (["drawing", "widget"], "The code of this widget"),
        (["drawing"], "How this is drawn"),
        (
            ["figure", "verdict", "record", "verdict"],
            "The code of this figure, how these are judged and how this is recorded",
        ),
    ],
)
def test_the_line_says_what_is_inside(found, said):
    assert kinds.in_words(found) == said
    assert kinds.is_derived(f"# {said}")
    assert not kinds.is_derived(f"# {said}?") and not kinds.is_derived(said)


FOLDS = {  # tags, source -> source, collapsed
    "a solution": (["hide-cell", "solution"], "x = 1", "# A solution\nx = 1", True),
    "said already": (["solution"], "# By hand", "# By hand", True),
    "of the page alone": (["hide-input"], "plot()", "# The code\nplot()", True),
    "never collapsed": ([], "x = 1", "x = 1", False),
    "the Colab cell": (["colab", "remove-cell"], "import a", "import a", False),
    "opened": (["show"], "# A solution\nclaims.predict()", "claims.predict()", False),
    "of a kind no more": ([], "# How this is judged\nx = 1", "x = 1", False),
    "another kind now": (
        [],
        "# How this is judged\nfigures.show(fig)",
        "# The code of this figure\nfigures.show(fig)",
        True,
    ),
    "another language": (["hide-input"], "%%bash\nls", "%%bash\nls", True),
}


@pytest.mark.parametrize("name", FOLDS)
def test_what_the_page_folds_is_collapsed_in_jupyter(name):
    tags, source, expected, collapsed = FOLDS[name]
    hidden = source.startswith("# ") or "show" in tags
    metadata = {"tags": tags, "jupyter": {"source_hidden": hidden}}
    cells = [new_code_cell(source, metadata=metadata), new_markdown_cell("*")]
    notebook = new_notebook(cells=cells)
    for _ in range(2):
        notebooks.tidy(notebook)
        code, text = notebook.cells
        assert code.source == expected
        jupyter = code.metadata.get("jupyter", {})
        assert jupyter.get("source_hidden", False) == collapsed
        assert ("outputs_hidden" in jupyter) == ("solution" in tags)
        assert "jupyter" not in text.metadata


def test_a_teacher_may_collapse_any_cell():
    metadata = {"jupyter": {"source_hidden": True, "outputs_hidden": True}}
    notebook = new_notebook(cells=[new_code_cell("x = 1", metadata=metadata)])
    notebooks.tidy(notebook)
    assert notebook.cells[0].metadata == metadata


def test_listings_are_seen_and_folded_code_is_not():
    listing = {"text/markdown": "```python\ndef f():\n\n    pass\n```\n\n`f`"}
    shown = [new_output("display_data", listing)]
    cells = [
        new_markdown_cell("x\ny"),
        new_code_cell("a = 1\n\nb = 2"),
        new_code_cell("# How this is judged\nclaims.judge('a', b)"),
        new_code_cell("show_source(f)", outputs=shown),
        new_code_cell("import sys", metadata={"tags": ["remove-cell"]}),
    ]
    assert kinds.visible_lines(cells) == 2 + 1 + 2


# --- On the page ----------------------------------------------------------------------


def cell(source, *outputs, tags=(), hide_mode=None):
    """Return what MyST-NB makes of a cell."""
    code = nodes.literal_block(source, source)
    parts = [nodes.container("", code, nb_element="cell_code_source")]
    if outputs:
        texts = [nodes.paragraph(text, text) for text in outputs]
        parts.append(nodes.container("", *texts, nb_element="cell_code_output"))
    made = nodes.container("", *parts, nb_element="cell_code")
    made["cell_metadata"] = {"tags": [*tags]}
    if hide_mode:
        made["hide_mode"] = hide_mode
    return made


FIGURE, VERDICT = "figures.show(fig)", "claims.judge('a', b)"
SOLUTION = {"tags": ["solution", "hide-cell"], "hide_mode": "all"}


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ([cell("x = 1", "1")], "x = 1|1"),
        ([cell(FIGURE, "1")], f"<The code of this figure|{FIGURE}>|1"),
        (
            [cell(FIGURE, "1"), cell(VERDICT, "2"), cell(VERDICT, "3")],
            "<The code of this figure and how these are judged|"
            f"{FIGURE}|{VERDICT}|{VERDICT}>|1|2|3",
        ),
        ([cell("import a"), cell("x = 1")], "<The set-up|import a>|x = 1"),
        ([cell("import a"), cell("import b")], "<The set-up|import a|import b>"),
        (
            [cell(FIGURE), nodes.paragraph("", "Why."), cell(VERDICT)],
            f"<The code of this figure|{FIGURE}>|Why.|<How this is judged|{VERDICT}>",
        ),
        (
            [cell("claims.predict('a')", "?"), cell(VERDICT, "1")],
            "<The code of this question|claims.predict('a')>|?|"
            f"<How this is judged|{VERDICT}>|1",
        ),
        (
            [cell("answer = ..."), cell("answer = 1", "right", **SOLUTION)],
            "answer = ...|<A solution|answer = 1|right>",
        ),
        ([cell("x", "1", tags=["hide-input"], hide_mode="input")], "<The code|x>|1"),
        ([cell("x", "1", tags=["hide-cell"], hide_mode="all")], "<The code|x|1>"),
    ],
)
def test_folded_cells_in_a_row_are_one_line(cells, wanted):
    document = new_document("page")
    document.extend(part.deepcopy() for part in cells)
    folding.FoldCells(document).apply()
    assert outline(document) == wanted
    cells = document.findall(lambda node: isinstance(node, nodes.container))
    assert not any("hide_mode" in part for part in cells)  # nor does MyST-NB fold it


def outline(node) -> str:
    if isinstance(node, nodes.TextElement):
        return node.astext()
    inside = "|".join(map(outline, node.children))
    return f"<{inside}>" if isinstance(node, folding.details) else inside


def test_outputs_that_a_tag_hides_stay_hidden():
    document = new_document("page")
    document += cell(FIGURE, "1", tags=["hide-output"], hide_mode="output")
    folding.FoldCells(document).apply()
    assert document[0]["hide_mode"] == "output"
