"""The page for teachers with a hub: its links, and the script that completes them."""

from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bookext import hub

from tools import browser
from tools.notebooks import ROOT

REPOSITORY = "https://gitlab.example.org/me/our-notes", "fix/#12", "our courses/"
ROWS = [
    {"title": "The first page", "link": hub.pull("book/index.md", REPOSITORY)},
    {"title": "A & B", "link": hub.pull("book/a/b.ipynb", REPOSITORY)},
]
PLACE = "?hub=https%3A%2F%2Fhub.example.org%2Fcourses"
GIVEN = {
    "https://hub.example.org": "https://hub.example.org",
    " https://hub.example.org/courses/ ": "https://hub.example.org/courses",
    "http://127.0.0.1:8000/hub/home": "http://127.0.0.1:8000",
    "https://hub.example.org/courses/user/ada/lab?reset": "https://hub.example.org/courses",
    "https://hub.example.org/hubs": "https://hub.example.org/hubs",
    "hub.example.org": "",
    "javascript:alert(1)": "",
    "": "",
}


def test_a_link_names_repository_branch_and_file_as_nbgitpuller_reads_them():
    parts = urlsplit(ROWS[1]["link"])
    assert parts.path == "/hub/user-redirect/git-pull" and " " not in parts.query
    assert parse_qs(parts.query, strict_parsing=True) == {
        "repo": ["https://gitlab.example.org/me/our-notes"],
        "branch": ["fix/#12"],
        "urlpath": ["lab/tree/our-notes/our courses/book/a/b.ipynb"],
    }


def test_without_an_address_of_the_repository_the_page_says_what_to_do():
    assert hub.render([], None) == hub.NO_ADDRESS and "Push it" in hub.NO_ADDRESS


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=browser.find(), args=browser.FLAGS
        )
        yield launched
        launched.close()


def visit(chromium, place="", **options):
    """Open a page that has the links, and what the site gives them."""
    script = (ROOT / "book" / "_static" / "hub.js").read_text("utf8")
    style = (ROOT / "book" / "_static" / "book.css").read_text("utf8")
    text = f"""<!doctype html><html lang="en"><title>Hub</title><style>{style}</style>
    <main><h1>Hub</h1>{hub.render(ROWS, None)}</main><script>{script}</script></html>"""
    page = chromium.new_context(**options).new_page()
    page.route("**/*", lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto(f"http://book.example.org/hub.html{place}")
    return page


def test_the_address_of_a_hub_completes_the_links_and_stays_with_the_page(chromium):
    page = visit(chromium)
    field, links = page.get_by_label("Address of your hub"), page.locator("li a")
    for given, understood in GIVEN.items():
        field.fill(given)
        wanted = [understood + row["link"] if understood else None for row in ROWS]
        assert [x.get_attribute("href") for x in links.all()] == wanted, given
        said = page.get_by_role("status").inner_text()
        assert (understood or ("Say where" if not given else "no address")) in said
    assert not page.locator("code:visible").count()
    assert page.evaluate("location.search") == ""
    field.fill("https://hub.example.org/courses/hub/spawn")
    assert page.evaluate("location.search") == PLACE
    assert Axe().run(page, [".evidence-hub"]).response["violations"] == []


def test_a_page_that_was_passed_on_has_its_hub_and_nothing_else_from_its_address(
    chromium,
):
    page = visit(chromium, PLACE)
    link = page.get_by_role("link", name="A & B").get_attribute("href")
    assert link == f"https://hub.example.org/courses{ROWS[1]['link']}"
    page = visit(chromium, "?hub=javascript:alert(1)//")
    assert not page.get_by_role("link").count()


def test_without_javascript_each_link_is_a_text_to_copy(chromium):
    page = visit(chromium, java_script_enabled=False)
    assert page.get_by_role("listitem").last.locator("code:visible").inner_text() == (
        f"HUB{ROWS[1]['link']}"
    )
    assert not page.get_by_label("Address of your hub").is_visible()
