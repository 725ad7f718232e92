"""Map, routes, review and progress on the built site, as a reader uses them."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from visit import CHAPTERS, HTML, PHONE, Visit, wait_for_widgets

from evidence import exercises

INDEX, REVIEW = "book/index.html", "book/review.html"
FIRST = CHAPTERS[0].removeprefix("book/").removesuffix(".html")
ITEM = f".evidence-map [data-chapter='{FIRST}']"
PUT = """kept => Object.entries(kept).forEach(
    ([kind, all]) => localStorage.setItem(`evidence:${kind}`, JSON.stringify(all)))"""
# What a reader sees of a chapter in the picture lies inside its box.
SPILLS = """() => [...document.querySelectorAll(".evidence-map li a")].filter((box) => {
    const {top, bottom, right} = box.getBoundingClientRect();
    const text = box.firstElementChild.getBoundingClientRect();
    return text.top < top || text.bottom > bottom || text.right > right;
}).map((box) => box.textContent)"""


def violations(page) -> list[str]:
    """Return the rules of axe that what is new on a page breaks."""
    places = [".evidence-map", ".evidence-route", ".evidence-review"]
    here = [place for place in places if page.locator(place).count()]
    found = Axe().run(page, here, {"resultTypes": ["violations"]})
    return [rule["id"] for rule in found.response["violations"]]


def rows() -> list[dict]:
    """Return the chapters as the site publishes them."""
    return json.loads((HTML / "chapters.json").read_text("utf8"))


def leads_to(name: str) -> set[str]:
    """Return a chapter with all that it needs, directly or not."""
    needed = {row["chapter"]: row["needs"] for row in rows()}
    found, new = set(), {name}
    while new:
        found |= new
        new = {need for each in new for need in needed[each]} - found
    return found


def check_lines(page) -> None:
    """Lines are there where chapters need one another, and not more than needs."""
    lines = page.locator(".evidence-map svg path:visible").count()
    needed = sum(len(row["needs"]) for row in rows())
    assert lines <= needed and bool(lines) == bool(needed)


def test_the_map_shows_state_route_and_what_leads_to_a_chapter(chromium, site):
    with Visit(chromium, site) as visit:
        page = visit.open(INDEX)
        links = page.locator(".evidence-map li a")
        assert links.count() == len(rows())
        check_lines(page)
        assert page.evaluate(SPILLS) == []
        assert page.locator(".evidence-state").count() == 0

        own = rows()[0]
        kept = {"read": {FIRST: "2026-01-01"}, "predictions": {own["questions"][0]: 1}}
        page.evaluate(PUT, kept | {"done": {own["tasks"][0]: "2026-01-01"}})
        page.reload()
        name = page.locator(ITEM).get_by_role("link").inner_text()
        counts = f"1 of {len(own['tasks'])} tasks right, 1 of {len(own['questions'])}"
        assert f"(read, {counts} predictions made)" in name

        bars = page.locator(f"{ITEM} i").evaluate_all(
            "es => es.map(e => e.getBoundingClientRect()).map(b => [b.left, b.width])"
        )
        assert bars[0][0] < bars[1][0] and bars[0][1] > 0 < bars[1][1]
        assert violations(page) == []

        last = max(rows(), key=lambda row: len(row["needs"]))
        item = page.locator(f".evidence-map [data-chapter='{last['chapter']}'] a")
        page.keyboard.press("Tab")  # from here on focus comes from the keyboard
        item.focus()
        assert "3px" in item.evaluate("e => getComputedStyle(e).outline")
        on = page.locator("li.evidence-on").evaluate_all(
            "es => es.map(e => e.dataset.chapter)"
        )
        assert {*on} == leads_to(last["chapter"])
        assert page.locator("path.evidence-on").count() >= len(last["needs"]) - 1

        if (summaries := page.locator(".evidence-route summary")).count():
            summaries.last.focus()
            page.keyboard.press("Enter")
            route = page.locator(".evidence-route[open]")
            wanted = route.get_attribute("data-route").split()
            on = "n => document.querySelectorAll('li.evidence-on').length === n"
            page.wait_for_function(on, arg=len(wanted))
            assert route.locator("ol a").count() == len(wanted)
            page.keyboard.press("Enter")
            page.wait_for_function(on, arg=0)
        assert visit.outside == visit.faults == []


def test_on_a_phone_the_map_is_a_list_that_says_what_is_needed(chromium, site):
    with Visit(chromium, site, viewport=PHONE, java_script_enabled=False) as visit:
        visit.page.goto(f"{site}/{INDEX}")
        items = visit.page.locator(".evidence-map li:visible")
        assert items.count() == len(rows())
        assert not visit.page.locator(".evidence-map svg").is_visible()
        needs = [row for row in rows() if row["needs"]]
        assert visit.page.locator(".evidence-after:visible").count() == len(needs)
        left = items.evaluate_all("es => es.map(e => e.getBoundingClientRect().x)")
        assert len({*left}) == 1  # one column
        for summary in visit.page.locator(".evidence-route summary").all():
            summary.click()
            assert visit.page.locator(".evidence-route[open] ol a:visible").count()


def test_the_map_is_a_picture_on_paper_and_without_javascript(chromium, site):
    with Visit(chromium, site, java_script_enabled=False) as visit:
        visit.page.goto(f"{site}/{INDEX}")
        visit.page.emulate_media(media="print")
        check_lines(visit.page)
        assert visit.page.locator(".evidence-map li a:visible").count() == len(rows())
        height = visit.page.locator(".evidence-map").bounding_box()["height"]
        assert height < 1000  # a sheet of paper


def right(name: str) -> str:
    """Return the right answer of a task, as a reader types it."""
    expected = exercises.find(name).task["expected"]
    return (
        ", ".join(map(str, expected)) if isinstance(expected, list) else str(expected)
    )


def test_a_task_done_and_a_chapter_read_come_into_the_review(chromium, site):
    kinds = ("number", "vector")
    name = next(
        n for n in rows()[0]["tasks"] if exercises.find(n).task["kind"] in kinds
    )
    with Visit(chromium, site) as visit:
        page = visit.open(CHAPTERS[0])
        form = page.get_by_role("form", name=f"Exercise {name}", exact=True)
        form.get_by_role("textbox").fill(right(name))
        form.get_by_role("button", name="Check").click()
        assert name in page.evaluate("localStorage['evidence:done']")
        page.get_by_label("I have read this chapter").check()
        page.locator(".evidence-read a").click()
        page.wait_for_url(f"**/{REVIEW}")
        page.get_by_text("Nothing is due today. The next ones are due on").wait_for()
        page.get_by_role("button", name="Practice all the same").click()
        box = page.locator(".evidence-review")
        answer = box.get_by_role("textbox")
        answer.fill("1e9, 1e9, 1e9")
        answer.press("Enter")
        box.get_by_text("not yet:").wait_for()
        assert page.evaluate("localStorage['evidence:review'] ?? ''") == ""
        page.get_by_text("Chapters you have read", exact=True).click()
        ticked = page.locator(".evidence-chapters input:checked")
        assert ticked.count() == 1 and ticked.get_attribute("value") == FIRST


def test_the_review_asks_in_turn_and_remembers_the_first_answer(chromium, site):
    read = {row["chapter"]: "2026-01-01" for row in rows()[:3]}
    with Visit(chromium, site) as visit:
        page = visit.open(REVIEW)
        page.evaluate(PUT, {"read": read})
        page.reload()
        page.get_by_role("button", name="Begin").click()
        assert violations(page) == []
        box, before = page.locator(".evidence-review"), None
        for _ in range(9):
            chapter = box.locator(".evidence-from a").inner_text()
            assert chapter != before
            before = chapter
            if box.get_by_role("textbox").count():
                break
            box.get_by_role("button", name="Leave it").click()
        label = box.get_by_role("form").get_attribute("aria-label")
        name = label.removeprefix("Exercise ")
        field = box.get_by_role("textbox")
        field.fill("nonsense")
        field.press("Enter")
        boxes = "JSON.parse(localStorage['evidence:review'] ?? '{}')"
        assert page.evaluate(boxes) == {}  # it was no answer
        field.fill(right(name))
        field.press("Enter")
        box.get_by_text("It comes back on").wait_for()
        state = page.evaluate(boxes)
        assert state[name][0] == 2
        field.fill("1e9")
        field.press("Enter")
        assert page.evaluate(boxes) == state
        box.get_by_role("button", name=re.compile("Next|Done")).click()
        assert box.locator(".evidence-from a").inner_text() != before
        assert visit.outside == visit.faults == []


def test_progress_is_saved_forgotten_brought_back_and_loaded(chromium, site, tmp_path):
    read = {FIRST: "2026-01-01"}
    with Visit(chromium, site) as visit:
        page = visit.open(REVIEW)
        page.evaluate(PUT, {"read": read, "predictions": {"x": "holds"}})
        page.reload()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save to a file").click()
        download.value.save_as(tmp_path / "progress.json")
        kept = "Object.keys(localStorage).filter(k => k.startsWith('evidence:')).length"
        page.get_by_role("button", name="Forget everything").click()
        assert page.evaluate(kept) == 0
        page.get_by_text("Nothing comes back yet").wait_for()
        page.get_by_role("button", name="Undo").click()
        assert json.loads(page.evaluate("localStorage['evidence:read']")) == read
        page.get_by_role("button", name="Forget everything").click()
        page.get_by_label("Load from a file").set_input_files(
            tmp_path / "progress.json"
        )
        page.get_by_text("Loaded. Chapters read: 1; tasks right: 0.").wait_for()
        assert json.loads(page.evaluate("localStorage['evidence:read']")) == read
        (tmp_path / "other.json").write_text("{}")
        page.get_by_label("Load from a file").set_input_files(tmp_path / "other.json")
        page.get_by_text("This is no file of progress").wait_for()


@pytest.mark.parametrize("path", [INDEX, REVIEW])
def test_they_work_from_a_folder(chromium, path):
    context = chromium.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((HTML / path).as_uri())
    wait_for_widgets(page)
    if path == REVIEW:
        page.get_by_text("Nothing comes back yet").wait_for()
    assert faults == []
    context.close()
