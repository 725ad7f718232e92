"""Every page of the built site in a real browser, with every other host out of reach.

A page is loaded once for what a wide screen shows, and once as narrow as a phone. All
rules of axe look at it wide; at contrast light and dark. On a phone texts keep their
colors, and only the frame around them has other controls: there one chapter stands for
all, without contrast.
"""

from __future__ import annotations

from collections import Counter
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from bookext import teaching
from bookext.chapters import cells_of
from bs4 import BeautifulSoup
from visit import (
    CHAPTERS,
    DECIDES,
    HTML,
    OTHERS,
    PAGES,
    PHONE,
    READ,
    Visit,
    text_of,
    wait_for_widgets,
)

from evidence import figures
from tools import notebooks

OPENINGS = [  # pages that open a part: perhaps no predictions, perhaps no formula
    f"book/{notebooks.name_of(path)}.html"
    for path in notebooks.chapters()
    if "opening" in notebooks.read(path).cells[0].metadata.get("tags", [])
]

# One chapter of each part, for what no chapter does in its own way.
FIRSTS = [*{path.split("/")[1]: path for path in reversed(CHAPTERS)}.values()]

every_chapter = pytest.mark.parametrize("desktop", CHAPTERS, indirect=True)
every_page_to_read = pytest.mark.parametrize("desktop", READ, indirect=True)


LOOK = {"color_scheme": "light", "reduced_motion": "reduce"}  # no color half-way


@pytest.fixture(scope="module", params=PAGES)
def desktop(request, chromium, site):
    """Yield a visit to a page, which its tests share."""
    with Visit(chromium, site, **LOOK) as visit:
        visit.open(request.param)
        yield visit


@pytest.fixture
def page(desktop):
    """Yield the page on a wide screen; afterwards it is light and on a screen again."""
    yield desktop.page
    desktop.page.emulate_media(media="screen", color_scheme="light")


@pytest.fixture(scope="module")
def phone(desktop, chromium, site):
    """Yield a visit to the same page on a phone."""
    with Visit(chromium, site, viewport=PHONE, **LOOK) as visit:
        visit.open(desktop.path)
        yield visit


@pytest.mark.parametrize("path", FIRSTS)
def test_page_opens_from_a_folder(chromium, path):
    context = chromium.new_context()
    page = context.new_page()
    page.goto((HTML / path).as_uri())
    wait_for_widgets(page)
    assert page.locator(".evidence-explore input").count() > 0
    context.close()


# --- Reading on any device, by anybody ----------------------------------------------


# On a phone a section is laid out when it comes near; until then axe takes places, and
# the colors behind them, from a page that is still to move.
ALL_LAID_OUT = "section { content-visibility: visible !important }"
CONTRAST = "color-contrast"
# Marks ten texts of each look: same color, size and weight on the same grounds. A page
# has thousands of texts in a hundred looks, and axe needs milliseconds for each. Ten,
# since it says nothing of a text that is scrolled out of sight. A look that three pages
# had needs no fourth.
MARK_LOOKS = """known => {
    const grounds = new Map([[null, ""]]), seen = new Map();
    for (const e of document.querySelectorAll("*")) {  // parents before children
        const s = getComputedStyle(e), shown = e.checkVisibility() && e.offsetWidth > 1;
        const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter].join();
        const below = grounds.get(e.parentElement);
        grounds.set(e, below.endsWith(own) ? below : below + own);
        const says = e.matches("input, select, textarea") || [...e.childNodes].some(
            node => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!says) continue;
        const look = [s.color, s.fontSize, s.fontWeight, shown, grounds.get(e)].join();
        seen.set(look, (seen.get(look) ?? 0) + 1);
        e.toggleAttribute("data-look", seen.get(look) <= 10 && !known.includes(look));
    }
    return [...seen.keys()];
}"""
PAGES_OF_LOOK: Counter[str] = Counter()


def violations(page, where=None, **options) -> list[tuple[str, str]]:
    """Return what axe finds wrong on a page: the rule, and the element's source."""
    style = page.add_style_tag(content=ALL_LAID_OUT)
    options["resultTypes"] = ["violations"]
    found = Axe().run(page, where, options).response["violations"]
    style.evaluate("element => element.remove()")
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


BUT_CONTRAST = {CONTRAST: {"enabled": False}}


def test_page_is_accessible(page):
    assert violations(page, rules=BUT_CONTRAST) == []


def test_page_has_contrast_light_and_dark(page):
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_selector(f"html[data-theme={theme}]")
        known = [look for look, pages in PAGES_OF_LOOK.items() if pages == 3]
        looks = page.evaluate(MARK_LOOKS, known)
        if page.locator("[data-look]").count():
            assert violations(page, "[data-look]", runOnly=[CONTRAST]) == [], theme
        PAGES_OF_LOOK.update(set(looks) - set(known))


@pytest.mark.parametrize("desktop", CHAPTERS[:1] + OTHERS, indirect=True)
def test_page_is_accessible_on_a_phone(phone):
    assert violations(phone.page, rules=BUT_CONTRAST) == []


@every_page_to_read
def test_phone_needs_no_sideways_scrolling(phone):
    root = "document.documentElement"
    # What is laid out late is cut off at its section's edge, and moves nothing.
    style = "section, li { content-visibility: visible !important }"
    phone.page.add_style_tag(content=style)
    assert phone.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0


@every_chapter
def test_what_decides_is_on_a_phone_s_screen(phone):
    assert phone.page.evaluate(DECIDES) == []


SCROLLS = """() => [...document.querySelectorAll(".cell_input pre")]
    .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth)
    .map((e) => e.textContent)"""


@every_chapter
def test_seen_code_needs_no_sideways_scrolling(page):
    assert page.evaluate(SCROLLS) == []


@every_chapter
def test_what_waits_for_a_vote_is_what_the_lesson_says(desktop, page):
    cells = cells_of(desktop.path.removesuffix(".html"))
    told = {
        data[figures.MIME]["name"]
        for number in range(len(cells))
        for data in teaching.veiled(cells, number)
        if figures.MIME in data
    }
    veiled = "[...document.querySelectorAll('.evidence-veiled [id^=fig-]')]"
    assert {*page.evaluate(f"{veiled}.map((e) => e.id)")} == told


# --- Without JavaScript, and on paper -----------------------------------------------


@pytest.mark.parametrize("path", CHAPTERS)
def test_page_is_complete_without_javascript(path):
    page = BeautifulSoup(text_of(path), "html.parser")
    opening = page.select("figure.evidence-widget > img")
    for image, model in zip(opening, _models(path), strict=True):
        assert image["alt"] == model["alts"][_frame(model, model["selection"])]
    if path not in OPENINGS:
        assert page.select(".evidence-predict li")
        assert page.select(".katex")
        assert page.select("math")  # for screen readers


@pytest.mark.parametrize("path", [p for p in FIRSTS if p not in OPENINGS][:1])
def test_without_javascript_a_page_shows_what_it_holds(chromium, site, path):
    with Visit(chromium, site, java_script_enabled=False) as visit:
        visit.page.goto(f"{site}/{path}")
        for what in ("figure.evidence-widget > img", ".evidence-predict li", ".katex"):
            assert visit.page.locator(f"{what}:visible").count(), what


@every_chapter
def test_page_prints_the_frame_without_the_controls(page):
    page.emulate_media(media="print")
    assert page.locator(".evidence-explore img").first.is_visible()
    assert not page.locator(".evidence-controls").first.is_visible()
    assert not page.locator(".evidence-question button:visible").count()


# --- Widgets ------------------------------------------------------------------------


def _models(path: str) -> list[dict]:
    """Return the states of a chapter's explorers in the order of the page."""
    notebook = notebooks.read(notebooks.find(path[len("book/") : -len(".html")]))
    states = notebook.metadata.get("widgets", {}).get(notebooks.STATE, {})
    found = []
    for _, cell in notebooks.code_cells(notebook):
        for output in cell.outputs:
            if notebooks.VIEW in output.get("data", {}):
                model = output["data"][notebooks.VIEW]["model_id"]
                found.append(states["state"][model]["state"])
    return [state for state in found if "frames" in state]


def _frame(model: dict, selection: list[int]) -> int:
    index = 0
    for control, chosen in zip(model["controls"], selection, strict=True):
        index = index * len(control["values"]) + chosen
    return index


def _assert_shows(widget, model: dict, selection: list[int]) -> None:
    """Assert that the picture is the frame of the selection, with its own text."""
    index = _frame(model, selection)
    picture = widget.locator("img")
    source, alt = picture.get_attribute("src"), picture.get_attribute("alt")
    wanted = "\n".join(model["parts"][k] for k in model["frames"][index])
    assert alt == model["alts"][index]
    assert unquote(source.partition(",")[2]) == wanted
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)")


@every_chapter
def test_widgets_answer_keys_and_mouse_with_the_right_frame(desktop, page):
    models = _models(desktop.path)
    _lift_the_veils(page)
    widgets = page.locator(".evidence-explore")
    assert widgets.count() == len(models) > 0
    for number, model in enumerate(models):
        widget = widgets.nth(number)
        selection = list(model["selection"])
        _assert_shows(widget, model, selection)
        for which, control in enumerate(model["controls"]):
            row = widget.locator(".evidence-control").nth(which)
            last = len(control["values"]) - 1
            if control["kind"] == "slider":
                _drive_slider(row, widget, model, selection, which, last)
            else:
                _drive_choice(row, widget, model, selection, which, last)
    assert desktop.outside == desktop.faults == []


def _lift_the_veils(page):
    """Pass over every question, as a reader may who wants to see what came out."""
    skips = page.get_by_role("button", name="Show without answering")
    while skips.count():
        skips.first.click()


def _drive_slider(row, widget, model, selection, which, last):
    slider = row.locator("input")
    slider.focus()
    assert (
        slider.evaluate("e => e.labels[0].textContent")
        == row.locator("label").inner_text()
    )
    key, step = ("ArrowRight", 1) if selection[which] < last else ("ArrowLeft", -1)
    before = widget.locator("img").get_attribute("data-frame")
    slider.press(key)
    selection[which] += step
    _assert_shows(widget, model, selection)
    assert widget.locator("img").get_attribute("data-frame") != before
    value = model["controls"][which]["values"][selection[which]]
    assert slider.get_attribute("aria-valuetext") == value
    assert row.locator("output").inner_text() == value
    for end, position in ((0.985, last), (0.015, 0)):
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        slider.click(position={"x": box["width"] * end, "y": box["height"] / 2})
        selection[which] = position
        _assert_shows(widget, model, selection)


def _drive_choice(row, widget, model, selection, which, last):
    options = row.locator("input")
    options.nth(selection[which]).focus()
    options.nth(selection[which]).press("ArrowRight")
    selection[which] = (selection[which] + 1) % (last + 1)
    _assert_shows(widget, model, selection)
    options.nth(0).click()
    selection[which] = 0
    _assert_shows(widget, model, selection)
    options.nth(last).click()
    selection[which] = last
    _assert_shows(widget, model, selection)


# --- What a visit leaves ------------------------------------------------------------


def test_page_has_asked_no_other_host_and_has_no_fault(desktop, phone):
    """Whatever was done on it: this test is the page's last."""
    for visit in (desktop, phone):
        visit.page.wait_for_load_state("networkidle")
        assert visit.outside == []
        assert visit.faults == []
