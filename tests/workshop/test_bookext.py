"""The site's extension, piece by piece; what the pages show is in ``tests/book``."""

from __future__ import annotations

import gzip
import io
import json
import re
from types import SimpleNamespace

import made_up
import pytest
from bookext import (
    chapters,
    folding,
    glossary,
    ledger,
    mathematics,
    outputs,
    page_weight,
    repairs,
    stored,
)
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

import evidence
from evidence import cards, figures, tables
from evidence.methods import ransac
from tools.notebooks import ROOT

WORDS = {"shown", "note"}


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".shown{color:red}", True),
        (".absent{color:red}", False),
        (".shown .absent{color:red}", False),
        (".shown:not(.absent){color:red}", True),
        (".note:not(.absent:hover){color:red}", True),
        ("h1{color:red}", True),
        ("#anything{color:red}", True),
        (r".sd-p\:0{color:red}", True),  # escaped names are left alone
        ("@media print{.shown{color:red}}", True),
        ("@media print{.absent{color:red}}", False),
        ("@font-face{font-family:x;src:url(x.woff)}", True),
        ("@keyframes spin{from{left:0}to{left:1px}}", True),
    ],
)
def test_purge_keeps_the_rules_that_can_apply(css, kept):
    assert bool(page_weight.purge(css, WORDS)) == kept


def test_purge_keeps_the_part_of_a_list_that_can_apply():
    css = page_weight.purge(".absent,.shown:is(a,b){color:red}", WORDS)
    assert css == ".shown:is(a,b){color:red}"


def test_addresses_in_a_bundle_are_relative_to_static(tmp_path):
    folder = tmp_path / "_static" / "styles"
    folder.mkdir(parents=True)
    (tmp_path / "_static" / "basic.css").write_text("a{b:url(x.png)}")
    (folder / "theme.css").write_text(
        '@import "../basic.css";c{d:url("../fonts/y.woff")}e{f:url(data:,z)}'
    )
    css = page_weight.load(tmp_path, "_static/styles/theme.css")
    assert css == "a{b:url(x.png)}c{d:url(fonts/y.woff)}e{f:url(data:,z)}"


def test_every_page_links_one_bundle_from_where_it_lies():
    page = (
        '<link rel="stylesheet" href="../_static/a.css?v=1" />'
        '<link rel="preload" as="script" href="../_static/x.js"/>'
        '<link rel="stylesheet" href="../_static/b.css" />'
    )
    linked = page_weight._link(page, "_static/book-0.css")
    assert linked == '<link rel="stylesheet" href="../_static/book-0.css">'


def test_formula_is_typeset_for_eyes_and_for_screen_readers():
    html = mathematics.typeset(r"\E[x^2] = \frac{1}{n}", True)
    assert 'class="katex-display"' in html and "<math" in html


def test_formula_with_a_mistake_says_where():
    with pytest.raises(ValueError, match=r"Undefined control sequence: \\nonsense"):
        mathematics.typeset(r"1 + \nonsense", False)


def row(**changes) -> dict:
    """Return a row of the ledger."""
    return {
        "id": "a-claim",
        "chapter": "part/slug",
        "page": "A & B",
        "kind": "computed",
        "statement": "x < y",
        "believed": "holds",
        "verdict": "holds",
        "expected": "holds",
        "measured": "1 < 2",
        "conditions": [{"setting": "<b>", "state": "met"}],
        "source": "Notes",
        **changes,
    }


def shown(rows) -> BeautifulSoup:
    return BeautifulSoup(
        ledger.render(rows, lambda name: f"{name}.html"), "html.parser"
    )


def test_ledger_escapes_what_a_claim_says():
    html = ledger.render([row()], lambda name: f"{name}.html")
    assert "x &lt; y" in html and "&lt;b&gt;" in html and "A &amp; B" in html
    assert '<a href="book/part/slug.html#claim-a-claim">' in html
    assert "1 claims judged: 1 holds, 0 depends, 0 fails, 0 open." in html


def test_surprises_come_first_then_parts_and_chapters():
    rows = [
        row(id="as-believed"),
        row(id="defined", believed="definition"),
        row(id="undecided", verdict="open", expected="open"),
        row(id="advised", verdict="advice", believed=None),
        row(id="late", chapter="part/two", verdict="fails", believed="depends"),
        row(id="early", verdict="depends"),
        row(id="other", chapter="part/two"),
    ]
    page = shown([rows[5], *rows[:4], *rows[4:5], rows[6]])
    headings = [" ".join(h.text.split()) for h in page.find_all(["h2", "h3"])]
    first, rest = ledger.GROUPS.values()
    assert headings == [first, *["part A & B"] * 2, rest, *["part A & B"] * 2]
    ids = [li["id"] for li in page.select(".evidence-ledger > li")]
    assert ids[:2] == ["early", "late"] and ids[-1] == "other"
    assert "2 came out otherwise" in page.text
    marks = page.select(".evidence-picture li")
    assert [len(line.select("[data-verdict]")) for line in marks] == [5, 2]
    choices = page.select(".evidence-filters select")
    assert [x["data-filter"] for x in choices] == ["verdict"]  # one kind, one part
    early = page.select_one(".evidence-picture [href='#early']")
    assert (early["data-verdict"], early["aria-label"]) == ("depends", "depends: early")


def condition(setting, low, high, state, relation="above", margin=0.5):
    found = {"setting": setting, "state": state, "relation": relation}
    found |= {"low": low, "high": high, "value": (low + high) / 2, "reference": 0.0}
    return found | {"margin": margin, "estimate": "x", "asked": "y"}


NEAR, FAR = condition("near", 0.6, 0.8, "met"), condition("far", 2, 2.2, "met")
UNDER = condition("under", -1, -0.8, "refuted")
OPEN = condition("open", 0.4, 0.6, "undecided")
CLOSE = condition("close", -0.1, 0.1, "met", "within")


@pytest.mark.parametrize(
    ("verdict", "reach", "conditions", "decides"),
    [
        ("holds", "every", [FAR, NEAR], ["near"]),
        ("holds", "every", [CLOSE], ["close"]),
        ("holds", "some", [UNDER, NEAR, FAR], ["far"]),
        ("fails", "every", [UNDER], ["under"]),
        ("depends", "every", [UNDER, FAR, OPEN, NEAR], ["near", "under"]),
        ("open", "every", [FAR, OPEN], ["open"]),
        ("advice", "every", [], []),
    ],
)
def test_the_effect_is_what_decides(verdict, reach, conditions, decides):
    given = row(verdict=verdict, reach=reach, conditions=conditions, measured=None)
    assert [c["setting"] for c in ledger.effect(given)] == decides
    assert all(f"{name}: x, y" in shown([given]).text for name in decides)


@pytest.mark.parametrize(
    ("changes", "weak"),
    [
        ({"conditions": [NEAR], "hangs": {}}, ["none"]),
        ({"conditions": [NEAR], "fresh": {"bad": True, "said": "2 of 5"}}, ["seeds"]),
        ({"conditions": [NEAR], "hangs": {"double": "open"}}, ["margin"]),
        ({"conditions": [NEAR | {"margin": 0.0}], "hangs": {}}, ["direction"]),
        ({"conditions": [NEAR], "kind": "computed"}, []),
    ],
)
def test_what_a_verdict_hangs_on_is_derived_from_its_data(changes, weak):
    tried = {"fresh": {"bad": False, "said": "5 of 5"}}
    given = row(**{"kind": "measured"} | tried | changes)
    assert ledger.weak(given) == weak
    del given["fresh"]
    assert ("untried" in ledger.weak(given)) == (given["kind"] == "measured")
    given = row(**{"kind": "measured"} | tried | changes)
    (li,) = shown([given]).select("li[id]")
    assert li["data-weak"].split() == weak
    assert all((ledger.WEAK[x] in li.text) == (x != "none") for x in weak)


def test_the_ledger_counts_what_was_judged_with_fresh_seeds():
    measured = row(kind="measured", conditions=[NEAR], hangs={})
    kept = measured | {"fresh": {"bad": False, "said": "5 of 5"}}
    turned = measured | {"fresh": {"bad": True, "said": "2 of 5"}}
    said = shown([row(), measured, measured, kept, turned]).text
    assert "Of 4 measured claims, 2 were judged again with fresh seeds; 1 kept" in said


def test_a_ledger_of_483_claims_is_light():
    html = ledger.render(made_up.ledger(483), lambda name: f"{name}.html")
    assert html.count("<details>") == 483
    assert len(gzip.compress(html.encode())) < 120_000  # of 150 kB a page


def test_data_are_kept_of_our_own_mime_types_alone():
    def keep(mime):
        data = SimpleNamespace(mime_type=mime, content={"id": "a-claim"})
        return outputs.keep(page, data, drop=lambda *given: given)

    env = SimpleNamespace(docname="book/index")
    page = SimpleNamespace(renderer=SimpleNamespace(sphinx_env=env))

    (node,) = keep(cards.Verdict.mime)
    assert node["evidence"] == {"id": "a-claim"}
    renderer, data = keep("application/vnd.another+json")
    assert (renderer, data.mime_type) == (page, "application/vnd.another+json")


def test_scripts_wait_and_the_icon_script_goes():
    mended = repairs.mend(
        '<script src="_static/theme.js"></script>'
        '<script src="_static/fontawesome.js"></script>',
        ROOT,
        repairs.Counter(),
    )
    assert mended == '<script defer src="_static/theme.js"></script>'


def test_tokens_without_a_style_of_their_own_need_no_element():
    css = """
        html[data-theme="light"] .highlight { background: #fff; color: #080808 }
        html[data-theme="light"] .highlight .n { color: #080808 }
        html[data-theme="light"] .highlight .k { color: #6730C5 }
        html[data-theme="light"] .highlight .p { color: #080808 }
        html[data-theme="dark"] .highlight { background: #000; color: #F8F8F2 }
        html[data-theme="dark"] .highlight .n { color: #F8F8F2 }
        html[data-theme="dark"] .highlight .k { color: #DCC6E0 }
        html[data-theme="dark"] .highlight .p { color: #FFFFFF }
    """
    code = '<span class="k">if</span> <span class="n">x</span><span class="p">:</span>'
    plain = page_weight.plain_tokens(css).sub(r"\1", code)
    assert plain == '<span class="k">if</span> x<span class="p">:</span>'


BOOK = {
    "index": "Book\n====\n\n.. toctree::\n   :numbered: 1\n\n   one\n   two\n",
    "one": "One\n===\n\nSee :eq:`sum`, :numref:`fig-sum`.\n",
    "two": "Two\n===\n\n.. math:: 1 + 1\n   :label: sum\n\n"
    ".. figure:: sum.svg\n   :name: fig-sum\n\n   A sum.\n",
    "more": "More\n====\n",
}
MORE = ".. math:: 0\n   :label: zero\n\n.. figure:: zero.svg\n\n   Zero.\n\n.. math::"


@pytest.mark.parametrize(
    ("page", "old", "new", "wanted"),
    [
        ("two", ".. math::", MORE, ["(2.2)", "Fig. 2.2"]),
        ("index", "   two", "   more\n   two", ["(3.1)", "Fig. 3.1"]),
    ],
    ids=["an equation more", "a chapter more"],
)
def test_references_follow_when_another_page_is_changed(
    tmp_path, page, old, new, wanted
):
    def references():
        folders = (tmp_path, None, tmp_path / "html", tmp_path / "trees")
        settings = {"extensions": ["bookext.repairs"], "numfig": True}
        with patch_docutils(), docutils_namespace():
            app = Sphinx(*folders, "html", settings, status=None, warning=None)
            app.build()
        text = (tmp_path / "html" / "one.html").read_text("utf8")
        return re.findall(r"(\([\d.]+\)|Fig\. [\d.]+)<", text)

    for name, source in BOOK.items():
        (tmp_path / f"{name}.rst").write_text(source, "utf8")
    assert references() == ["(2.1)", "Fig. 2.1"]
    (tmp_path / f"{page}.rst").write_text(BOOK[page].replace(old, new), "utf8")
    assert references() == wanted


# --- What a chapter stored, on another page -------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("normalization/none sweep", "there is no chapter normalization/none"),
        ("normalization/shown words", "the cell words of normalization/shown shows no"),
        ("normalization/shown drawing", None),
        ("normalization/shown table", None),
    ],
)
def test_stored_shows_a_drawing_or_a_table_or_says_what_is_wrong(
    asked, said, tmp_path, monkeypatch
):
    drawing = {
        figures.MIME: {"alt": "A line.", "caption": "It rises.", "format": "svg"},
        "image/svg+xml": ["<svg>\n", "</svg>"],
    }
    table = {"caption": "All.", "columns": ["n"], "rows": [["1"]], "numeric": [True]}
    outputs = {"drawing": drawing, "table": {tables.Table.mime: table}, "words": {}}
    cells = [
        {"id": name, "outputs": [{"output_type": "display_data", "data": data}]}
        for name, data in outputs.items()
    ]
    (tmp_path / "normalization").mkdir()
    (tmp_path / "normalization" / "shown.ipynb").write_text(
        json.dumps({"cells": cells})
    )
    monkeypatch.setattr(stored, "BOOK", tmp_path)
    (tmp_path / "index.rst").write_text(f"Page\n====\n\n.. stored:: {asked}\n")
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        folders = (tmp_path, None, tmp_path / "b" / "html", tmp_path / "trees")
        settings = {"extensions": ["bookext.stored"], "numfig": True}
        app = Sphinx(*folders, "html", settings, status=None, warning=warnings)
        app.build()
    page = BeautifulSoup(
        (tmp_path / "b/html/index.html").read_text("utf8"), "html.parser"
    )
    if said:
        assert said in warnings.getvalue()
        return
    assert not warnings.getvalue()
    if asked.endswith("table"):
        assert page.select_one("table.evidence-table caption").text == "All."
    else:
        image = page.select_one("figure img.evidence-drawing")
        assert image["alt"] == "A line."
        copied = tmp_path / "b" / "html" / image["src"]
        assert copied.read_text("utf8") == "<svg>\n</svg>"


# --- What pages derive from the chapters ----------------------------------------------


def test_symptoms_stand_in_the_order_of_the_contents():
    symptoms = {"a/late": ["last"], "b/absent": ["?"], "c/early": ["`x | y`", "second"]}
    text = chapters.table(symptoms, ["book/c/early", "book/a/late", "book/d/none"])
    assert text.splitlines()[2:] == [
        r"| `x \| y` | {doc}`/book/c/early` |",
        "| second | {doc}`/book/c/early` |",
        "| last | {doc}`/book/a/late` |",
    ]


def test_the_first_chapter_that_names_a_term_introduces_it():
    prose = {
        "b": "No `model`: {term}`Outliers <outlier>`, {term}`L0 <L0 \u2018norm\u2019>`",
        "a": "{term}`outlier`, {term}`linear\nmodel`",
    }
    wanted = {"outlier": "b", "l0 'norm'": "b", "linear model": "a"}
    assert glossary.introductions(prose) == wanted
    assert glossary.plain("L0 'norm'") in wanted


def test_a_need_is_a_question_that_opens_on_its_answer():
    strong, text = nodes.strong("", "Why?"), nodes.Text(" Because.")
    item = nodes.list_item("", nodes.paragraph("", "", nodes.Text(""), strong, text))
    other = nodes.list_item("", nodes.paragraph("", "", nodes.Text("Patience.")))
    questions = nodes.bullet_list("", item, other)
    chapters.fold_needs(questions)
    (opened,) = questions.findall(folding.details)
    assert [part.astext() for part in opened] == ["Why?", " Because."]
    assert isinstance(opened[0], folding.summary)
    assert questions[1].astext() == "Patience."
    chapters.fold_needs(None)  # a chapter that lists nothing


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from evidence.a import f as g\ng(1)", {"evidence.a.f"}),
        ("%pip x\nfrom evidence import a\na.f.x", {"evidence.a.f", "evidence.a.f.x"}),
        ("import evidence.a\nevidence.a.f()", {"evidence.a.f"}),
        ("import evidence.a as b\nb.f", {"evidence.a.f"}),
        ("from numpy import f\nf(), x.evidence.f", set()),
    ],
)
def test_what_code_uses_is_found_however_it_is_imported(code, found):
    assert chapters.names(code) - {"evidence", "evidence.a"} == found


def test_documentation_ends_with_the_chapters_that_use_what_it_is_about(monkeypatch):
    pages = "book/detection-geometry/ransac", "book/gradients/sigmoid-saturation"
    monkeypatch.setattr(chapters, "listed", lambda env: pages)
    monkeypatch.setattr(chapters, "SHOWN", 1)

    def documented(item, what="function"):
        lines = ["Do it."]
        app = SimpleNamespace(env=None)
        chapters.say_where_used(app, what, "", item, None, lines)
        return lines[1:]

    assert documented(ransac.polish) == ["", f"Used in: :doc:`/{pages[0]}`."]
    more = f"Used in: :doc:`/{pages[0]}` and 1 more."
    assert documented(evidence.setup) == ["", more]  # defined in evidence.session
    assert documented(chapters.names) == []
