"""The page of lessons: one a chapter, with its tasks by title, and its verdicts."""

import json
import re

import pytest
from bookext import teaching
from bookext.chapters import cells_of
from bs4 import BeautifulSoup
from visit import CHAPTERS, text_of

from evidence import figures


@pytest.fixture(scope="module")
def page():
    return BeautifulSoup(text_of("book/teaching.html"), "html.parser")


def test_every_chapter_has_a_lesson_in_the_contents_order(page):
    found = page.select(".evidence-lesson")
    assert [f"book/{each.select_one('p a')['href']}" for each in found] == CHAPTERS
    listed = page.select("article > section > ul a")
    assert [a["href"][1:] for a in listed] == [each["id"] for each in found]


def test_a_task_is_named_and_found_by_its_heading(page):
    for lesson in page.select(".evidence-lesson"):
        path = lesson.select_one("p a")["href"]
        links = lesson.select(f"a[href^='{path}#']:not(details *)")
        text = text_of(f"book/{path}")
        for link in links:
            place = re.escape(link["href"].partition("#")[2])
            heading = re.search(rf'<section id="{place}">\s*<h\d>(.+?)<a class', text)
            said = BeautifulSoup(heading[1], "html.parser").text
            title = link.text.partition(" (")[0][1:]  # its first letter is made large
            assert title in said, f"{path}: {link.text}"


def test_a_teacher_reads_what_comes_out_of_every_vote(page):
    judged = {row["id"]: row["verdict"] for row in json.loads(text_of("claims.json"))}
    asked = {row["chapter"]: row for row in json.loads(text_of("chapters.json"))}
    for lesson in page.select(".evidence-lesson"):
        chapter = lesson.select_one("p a")["href"].removesuffix(".html")
        questions = asked[chapter]["questions"]
        shown = {
            link["href"].partition("#claim-")[2]: link.text.split()[-1]
            for link in lesson.select("details a[href*='#claim-']")
        }
        verdicts = [name for name in questions if "/" not in name]
        assert shown == {name: judged[name] for name in verdicts}, chapter
        cells = cells_of(f"book/{chapter}")
        opened = [x for k in range(len(cells)) for x in teaching.veiled(cells, k)]
        figs = [x[figures.MIME]["name"] for x in opened if figures.MIME in x]
        links = lesson.select("details a[href*='#fig-']")
        assert [a["href"].partition("#")[2] for a in links] == figs, chapter
        said = [each.text for each in lesson.select("details p")]
        numbers = sum("Measured: " in text for text in said)
        assert numbers == len(questions) - len(verdicts), chapter
