"""The page of lessons: one for each chapter, whose tasks are found by their titles."""

from bs4 import BeautifulSoup
from visit import CHAPTERS, text_of

PAGE = "book/teaching.html"


def sections(path: str, selector: str) -> list:
    return BeautifulSoup(text_of(path), "html.parser").select(selector)


def test_every_chapter_has_a_lesson_in_the_contents_order():
    found = sections(PAGE, ".evidence-lesson")
    assert [f"book/{each.select_one('p a')['href']}" for each in found] == CHAPTERS
    listed = sections(PAGE, "article > section > ul a")
    assert [a["href"][1:] for a in listed] == [each["id"] for each in found]


def test_a_task_is_named_and_found_by_its_heading():
    for lesson in sections(PAGE, ".evidence-lesson"):
        page = lesson.select_one("p a")["href"]
        links = lesson.select(f"a[href^='{page}#']")
        assert links, page
        headings = {s["id"]: s for s in sections(f"book/{page}", "section[id]")}
        for link in links:
            heading = headings[link["href"].partition("#")[2]].find(["h2", "h3"])
            title = link.text.partition(" (")[0][1:]  # the first letter is made large
            assert title in heading.text, f"{page}: {link.text}"
