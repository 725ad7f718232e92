"""What the built site says as a whole, and what one page shows for all."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from bookext.chapters import source
from bookext.glossary import TERM, plain
from bs4 import BeautifulSoup
from visit import CHAPTERS, HTML, PAGES, PHONE, READ, Visit, text_of

from evidence import claims
from tools import notebooks

CLAIMS = list(claims.load().values())


# --- A site that needs nobody -------------------------------------------------------


def test_the_guard_sees_a_request_to_another_host(chromium, site):
    with Visit(chromium, site) as visit:
        page = visit.open("book/index.html")
        page.evaluate("() => fetch('https://example.org/x').catch(() => 0)")
        assert visit.outside == ["https://example.org/x"]


def test_every_link_inside_the_site_leads_somewhere():
    ids = {p: set(re.findall(r'\bid="([^"]+)"', text_of(p))) for p in PAGES}
    dead = []
    for path in READ:
        for link in re.findall(r'<a [^>]*href="([^"]+)"', text_of(path)):
            if re.match(r"[a-z]+:|//", link):
                continue
            target, _, anchor = link.partition("#")
            target = target.partition("?")[0]
            file = (HTML / path).parent / target if target else HTML / path
            name = file.resolve().relative_to(HTML.resolve()).as_posix()
            if (
                not file.exists()
                or anchor
                and name in ids
                and unquote(anchor) not in ids[name]
            ):
                dead.append(f"{path}: {link}")
    assert dead == []


def test_only_anywidgets_are_stored():
    for path in CHAPTERS:
        notebook = notebooks.read(notebooks.find(path[len("book/") : -len(".html")]))
        states = notebook.metadata.get("widgets", {}).get(notebooks.STATE, {})
        names = {model["model_name"] for model in states.get("state", {}).values()}
        assert names <= {"AnyModel", "LayoutModel"}, f"{path}: {names}"


def test_ledger_is_complete_without_javascript(chromium, site):
    with Visit(chromium, site, java_script_enabled=False) as visit:
        visit.page.goto(f"{site}/book/ledger.html")
        rows = visit.page.locator(".evidence-ledger > li:visible")
        assert rows.count() == len(CLAIMS)


# --- Claims -------------------------------------------------------------------------


def test_claims_json_lists_every_claim_with_an_address_that_exists():
    rows = json.loads((HTML / "claims.json").read_text(encoding="utf8"))
    assert {row["id"] for row in rows} == {claim["id"] for claim in CLAIMS}
    for row in rows:
        path, _, anchor = row["url"].partition("#")
        assert f'id="{anchor}"' in text_of(path), row["url"]


def test_verdicts_and_ledger_link_both_ways(chromium, site):
    claim = next(c for c in CLAIMS if c.get("core"))
    with Visit(chromium, site) as visit:
        page = visit.open(f"book/{claim['chapter']}.html#claim-{claim['id']}")
        card = page.locator(f"#claim-{claim['id']}")
        assert claim["statement"] in card.inner_text()
        card.get_by_role("link", name="In the ledger").click()
        page.wait_for_url(f"**/ledger.html#{claim['id']}")
        row = page.locator(f".evidence-ledger > li[id='{claim['id']}']")
        assert row.is_visible()
        row.locator(".evidence-link a").click()
        page.wait_for_url(f"**/{claim['chapter']}.html#claim-{claim['id']}")


def test_predictions_stay_and_meet_their_verdicts(chromium, site):
    claim = next(c for c in CLAIMS if c.get("core"))
    wrong = "fails" if claim["expected"] != "fails" else "holds"
    with Visit(chromium, site) as visit:
        page = visit.open(f"book/{claim['chapter']}.html")
        item = page.locator(".evidence-question", has_text=claim["statement"])
        card = page.locator(f"#claim-{claim['id']}")
        assert card.locator(".evidence-said").count() == 0
        item.locator(f"input[value={wrong}]").focus()
        page.keyboard.press("Space")
        assert f"You said: {wrong}. The data say otherwise." in card.inner_text()
        page = visit.open(f"book/{claim['chapter']}.html")
        assert item.locator(f"input[value={wrong}]").is_checked()
        item.locator(f"input[value={claim['expected']}]").check()
        assert "and so it is." in card.inner_text()

        page = visit.open("book/ledger.html")
        box = page.locator(".evidence-calibration")
        assert f"predicted 1 of {len(CLAIMS)} claims" in box.inner_text()
        belief = int(claim["believed"] == claim["expected"])
        said = f"right on 1; the common belief is right on {belief} of them"
        assert said in box.inner_text()
        page.get_by_role("button", name="Forget my answers").click()
        assert not box.is_visible()
        assert visit.faults == []


# --- Reading on any device, by anybody ----------------------------------------------


def test_phone_menu_opens(chromium, site):
    with Visit(chromium, site, viewport=PHONE) as visit:
        page = visit.open("book/index.html")
        menu = page.locator("#pst-primary-sidebar, .bd-sidebar-primary").first
        chapter = menu.get_by_role("link", name="The ledger of claims")
        assert not chapter.is_visible()
        page.locator("button.primary-toggle:visible").first.click()
        chapter.wait_for(state="visible", timeout=3000)


def test_focus_is_visible(chromium, site):
    with Visit(chromium, site) as visit:
        page = visit.open(CHAPTERS[0])
        while (skip := page.get_by_role("button", name="Show without")).count():
            skip.first.click()
        for selector in (".evidence-explore input", ".evidence-question input"):
            page.keyboard.press("Tab")  # from here on focus comes from the keyboard
            page.locator(selector).first.focus()
            outline = page.locator(selector).first.evaluate(
                "e => getComputedStyle(e).outline"
            )
            assert "solid" in outline and "3px" in outline, selector


def test_drawings_turn_dark_with_the_page(chromium, site):
    with Visit(chromium, site, color_scheme="dark") as visit:
        page = visit.open(CHAPTERS[0])
        for selector in ("img.evidence-drawing", ".evidence-explore img"):
            style = page.locator(selector).first.evaluate(
                "e => getComputedStyle(e).filter"
            )
            assert "invert" in style, selector


def test_search_finds_a_word_of_a_chapter(chromium, site):
    with Visit(chromium, site) as visit:
        page = visit.open("search.html?q=interval")
        page.wait_for_selector("#search-results li a", timeout=10_000)
        assert visit.outside == visit.faults == []


def test_page_has_a_description_and_a_language():
    for path in READ:
        text = text_of(path)
        assert re.search(r'<meta name="description" content="[^"]{40,}', text), path
        assert '<html lang="en"' in text, path


def test_pages_are_light():
    for path in CHAPTERS:
        size = (HTML / path).stat().st_size
        assert size < 1_500_000, f"{path} weighs {size // 1000} kB"


# --- Repairs ------------------------------------------------------------------------


def test_nothing_of_live_code_is_loaded_and_the_state_follows_the_text():
    for path in CHAPTERS:
        head, _, body = text_of(path).partition("</head>")
        assert "thebe" not in head.lower(), path
        assert notebooks.STATE not in head and notebooks.STATE in body, path


def test_licenses_of_what_is_served_lie_beside_it():
    for folder in (notebooks.ROOT / "book" / "_static" / "vendor").iterdir():
        assert list(Path(folder).glob("LICENSE*")), folder.name


# --- Numbers ------------------------------------------------------------------------


@cache
def _soup(path: str) -> BeautifulSoup:
    return BeautifulSoup(text_of(path), "html.parser")


def _numbers(path: str) -> dict[str, str]:
    """Return what stands at each equation and figure of a page, under its anchor."""
    numbers = {}
    for number in _soup(path).find_all(class_=["eqno", "caption-number"]):
        target = number.find_parent(["div", "figure", "table"], id=True)
        numbers[target["id"]] = number.find(string=True).strip()
    return numbers


def test_the_glossary_has_the_terms_that_chapters_use_and_no_others():
    page = text_of("book/glossary.html")
    terms = re.findall(r'<dt id="term-[^"]*">(.*?)<', page)
    meanings = re.findall(r"<dd>(.*?)</dd>", page, re.DOTALL)
    prose = [source(path[: -len(".html")], "markdown") for path in CHAPTERS]
    used = {plain(term) for text in prose for term in TERM.findall(text)}
    assert len(terms) == len(meanings) == len(used)
    assert all(re.search(r'See <a [^>]*href="[^"]+"', text) for text in meanings)


def test_references_show_the_number_at_their_target():
    numbers = {path: _numbers(path) for path in READ}
    shown, wanted = [], []
    for path in READ:
        for link in _soup(path).find_all("a", class_="reference", href=True):
            page, _, anchor = link["href"].partition("#")
            page = posixpath.normpath(f"{path}/../{page}") if page else path
            by_title = link.find(class_="std-ref")
            if anchor in numbers.get(page, ()) and not by_title:
                shown.append((path, anchor, link.text))
                wanted.append((path, anchor, numbers[page][anchor]))
    texts = [path.read_text("utf8") for path in notebooks.chapters()]
    asked = any(re.search(r"\{(?:eq|numref)\}`", text) for text in texts)
    assert shown == wanted and bool(wanted) == asked


def test_equations_and_figures_are_counted_by_chapter():
    assert _numbers(CHAPTERS[0])
    for path in CHAPTERS:
        chapter = _soup(path).select_one(".bd-article h1 .section-number")
        counts = Counter()
        for said in _numbers(path).values():
            kind, number = re.match(r"(\D*)([\d.]*)", said).groups()
            counts[kind] += 1
            assert number == f"{chapter.text.strip()}{counts[kind]}", path


# --- Paper --------------------------------------------------------------------------


LOOK = """elements => elements.filter(e => e.checkVisibility()).map(e => {
    const {color, backgroundColor, filter} = getComputedStyle(e);
    return {html: e.outerHTML.slice(0, 99), color, backgroundColor, filter};
})"""


def _luminance(color: str) -> float:
    """Return how light a color is, from 0 to 1 (WCAG), on white if it is clear."""
    red, green, blue, *alpha = (float(x) for x in re.findall(r"[\d.]+", color))
    if alpha == [0]:
        return 1.0
    linear = [
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4
        for x in (red / 255, green / 255, blue / 255)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_dark_theme_prints_dark_on_white(chromium, site):
    kinds = ["p", "h2", "a.reference", ".highlight .k", ".output pre", "td", ".katex"]
    kinds += ["figcaption", ".evidence-verdict", "img.evidence-drawing"]
    kinds += [".evidence-explore img"]
    with Visit(chromium, site, color_scheme="dark", reduced_motion="reduce") as visit:
        page = visit.open(f"book/{CLAIMS[0]['chapter']}.html")
        page.emulate_media(media="print")
        for kind in kinds:
            assert page.locator(f".bd-article {kind}:visible").count(), kind
        inside = ".bd-article *:not(.evidence-badge)"  # white on its own color
        looks = page.locator(f"body, .bd-article, {inside}").evaluate_all(LOOK)
    pale = [x for x in looks if 1.05 / (_luminance(x["color"]) + 0.05) < 4.5]
    dark = [x for x in looks if _luminance(x["backgroundColor"]) < 0.75]
    turned = [x for x in looks if x["filter"] != "none"]
    assert pale[:3] + dark[:3] + turned[:3] == []
