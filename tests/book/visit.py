"""The built site for the tests of its pages, and a visit that records faults."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page

from tools import notebooks
from tools.site import HTML

CHAPTERS, HANDOUTS = (
    [f"book/{notebooks.name_of(path)}.html" for path in paths]
    for paths in (notebooks.formal(), notebooks.handouts())
)
OTHERS = sorted(  # without the theme's own snippets and the pages that only forward
    path.relative_to(HTML).as_posix()
    for path in HTML.rglob("*.html")
    if "_static" not in path.parts
    and path.relative_to(HTML).as_posix() not in CHAPTERS + HANDOUTS
    and 'http-equiv="refresh"' not in path.read_text(encoding="utf8").lower()
)
PAGES = CHAPTERS + OTHERS
READ = [page for page in PAGES if page.startswith("book/")]
DECIDES = """() => {
    // What decides a verdict and lies off the screen.
    const end = document.documentElement.clientWidth;
    const cards = ["verdict", "outcome", "sayings", "table", "replication"];
    const inside = cards.map((name) => `.evidence-${name} *`).join();
    return [...document.querySelectorAll(inside)]
      .filter((e) => !e.closest("thead") && e.getBoundingClientRect().right > end)
      .map((e) => e.outerHTML);
}"""
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
QUIET = re.compile(r"^\[(PST|togglebutton)\]")  # the theme's own notes


def text_of(path: str) -> str:
    """Return the source of a page."""
    return (HTML / path).read_text(encoding="utf8")


def wait_for_widgets(page: Page) -> None:
    """Wait until the widgets of a page stand, if it has any."""
    if page.locator('script[type*="widget-view"]').count():
        page.wait_for_selector("html[data-widgets=ready]", timeout=20_000)


class Visit:
    """A browser context of its own, with a page, that records what goes wrong."""

    def __init__(self, chromium: Browser, site: str, **options):
        self.site = site
        self.context = chromium.new_context(**{"viewport": DESKTOP} | options)
        self.outside: list[str] = []
        self.faults: list[str] = []
        self.context.route(re.compile(r"^https?://"), self._guard)
        self.context.on("weberror", lambda e: self.faults.append(f"error: {e.error}"))
        self.context.on("console", self._hear)
        self.context.on("response", self._look)
        self.page: Page = self.context.new_page()

    def _guard(self, route):
        if route.request.url.startswith(self.site):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def _hear(self, message):
        if message.type in {"error", "warning"} and not QUIET.match(message.text):
            self.faults.append(f"{message.type}: {message.text}")

    def _look(self, response):
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def open(self, path: str) -> Page:
        """Go to a page and wait until its widgets stand."""
        self.path = path
        self.page.goto(f"{self.site}/{path}", wait_until="load")
        wait_for_widgets(self.page)
        return self.page

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()
