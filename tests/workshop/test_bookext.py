"""The site's extension, piece by piece; what the pages show is in ``tests/book``."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from evidence import claims
from tools.notebooks import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))

from bookext import ledger, mathematics, outputs, page_weight, repairs

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


def test_ledger_escapes_what_a_claim_says():
    row = {
        "id": "a-claim",
        "chapter": "part/slug",
        "page": "A & B",
        "statement": "x < y",
        "verdict": "holds",
        "measured": "1 < 2",
        "conditions": [["<b>", True]],
        "why": "&",
        "source": "Notes",
    }
    html = ledger.render([row], lambda name: f"{name}.html")
    assert "x &lt; y" in html and "&lt;b&gt;" in html and "A &amp; B" in html
    assert '<a href="book/part/slug.html#claim-a-claim">' in html
    assert "1 claims judged: 1 holds, 0 conditional, 0 fails." in html


def test_data_are_kept_of_our_own_mime_types_alone():
    def keep(mime):
        data = SimpleNamespace(mime_type=mime, content={"id": "a-claim"})
        return outputs.keep("renderer", data, drop=lambda *given: given)

    (node,) = keep(claims.VERDICT_MIME)
    assert node["evidence"] == {"id": "a-claim"}
    renderer, data = keep("application/vnd.another+json")
    assert (renderer, data.mime_type) == ("renderer", "application/vnd.another+json")


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
