"""Print pages of the built site as they are on paper, numbered, from a browser.

The browser finds the pages at the address at which they are published, but gets them
from the disk, and nothing else: so links on paper lead to the published site.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, Page, Route, sync_playwright
from pypdf import PdfReader

from tools import browser

CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')
NOWHERE = "https://book.invalid/"  # where a site is that is published nowhere
OLDEST = 131  # Chromium that knows the boxes in the margin of a page
STYLE = Path(__file__).with_name("pdf.css")
WIDGETS = 'script[type*="widget-view"]'

# In the page: text as one reads it, and what the sidebar lists, parts and pages.
WORDS = """(element) => {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".katex-mathml, .headerlink").forEach((part) => part.remove());
  return copy.textContent.trim().replace(/\\s+/g, " ");
}"""
LISTED = f"""() => [...document.querySelectorAll(".bd-links :is(.caption, a)")]
  .map((each) => [({WORDS})(each), (each.href ?? "").replace(/#.*/, "")])"""

# Every place that a page names becomes one of the PDF, as if the page linked it; code
# is opened, if wanted; the list of sections gets room for page numbers.
PREPARE = f"""async (open) => {{
  const links = document.createElement("nav");
  links.hidden = true;
  for (const {{ id }} of document.querySelectorAll("article [id]")) {{
    const href = `#${{encodeURIComponent(id)}}`;
    links.append(Object.assign(document.createElement("a"), {{ href }}));
  }}
  document.body.append(links);
  if (open) for (const fold of document.querySelectorAll(".evidence-fold")) {{
    fold.open = !fold.closest(".tag_solution");
  }}
  const sections = [...document.querySelectorAll("#jb-print-toc a")].map((link) => [
    ({WORDS})(link), link.closest(".toc-h2 .toc-h3, .toc-h3 .toc-h4") ? 2 : 1,
    decodeURIComponent(link.hash.slice(1))]);
  for (const link of document.querySelectorAll("#jb-print-toc .toc-h2 > a")) {{
    link.append(document.createElement("i"), document.createElement("b"));
  }}
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode().catch(() => 0)));
  await document.fonts.ready;
  return sections;
}}"""
NUMBER = """(pages) => {
  for (const link of document.querySelectorAll("#jb-print-toc .toc-h2 > a")) {
    link.lastChild.textContent = pages[decodeURIComponent(link.hash.slice(1))] ?? "";
  }
}"""


@dataclass(frozen=True)
class Print:
    """A page on paper.

    Parameters
    ----------
    address : str
        Where it is published.
    title : str
        What it is called, with its number.
    number : int
        The number of its first sheet.
    data : bytes
        The PDF.
    places : dict
        Page from 0, left and top in points, by the name that a link would give.
    sections : tuple
        Title, level from 1 and name of each section.
    """

    address: str
    title: str
    number: int
    data: bytes
    places: dict[str, tuple[int, float, float]]
    sections: tuple[tuple[str, int, str], ...] = ()

    @cached_property
    def length(self) -> int:
        """How many sheets it has."""
        return len(PdfReader(io.BytesIO(self.data)).pages)


class Press:
    """A browser that prints the pages of a built site.

    Parameters
    ----------
    page : playwright.sync_api.Page
        Where they are opened.
    base : str
        The address at which the site is published, or :data:`NOWHERE`.
    book : str
        What stands at the head of each page.
    """

    def __init__(self, page: Page, base: str, book: str):
        self.page, self.base, self.book = page, base, book

    def listed(self, first: str) -> list[tuple[str, str]]:
        """Return captions and pages in the order of the contents, from the sidebar.

        Each is a title and an address; that of a caption is ``""``. Pages elsewhere
        are left out.
        """
        self.page.goto(self.base + first)
        found = [tuple(each) for each in self.page.evaluate(LISTED)]
        return [each for each in found if not each[1] or each[1].startswith(self.base)]

    def print(self, address: str, title: str, number: int, code: str) -> Print:
        """Print a page of the site, its first sheet with a number."""
        self.page.goto(address)
        if self.page.locator(WIDGETS).count():
            self.page.wait_for_selector("html[data-widgets=ready]")
        self._style(title, number)
        sections = self.page.evaluate(PREPARE, code == "open")
        places = places_in(self._pdf())
        numbers = {name: number + place[0] for name, place in places.items()}
        self.page.evaluate(NUMBER, numbers)
        data = self._pdf()
        found = tuple(map(tuple, sections))
        return Print(address, title, number, data, places_in(data), found)

    def print_html(self, html: str, title: str) -> Print:
        """Print a page that is not of the site."""
        self.page.goto("about:blank")
        self.page.set_content(html)
        self._style(title, 1)
        data = self._pdf()
        return Print("", title, 1, data, places_in(data))

    def _style(self, title: str, number: int) -> None:
        right = title if title != self.book else ""
        words = {"book": quoted(self.book), "title": quoted(right)}
        text = STYLE.read_text("utf8")
        for key, word in {**words, "first": str(number - 1)}.items():
            text = text.replace(f"@{key}@", word)
        self.page.add_style_tag(content=text)

    def _pdf(self) -> bytes:
        return self.page.pdf(prefer_css_page_size=True, tagged=True)


def quoted(text: str) -> str:
    """Return a string of CSS."""
    return json.dumps(text.replace("\\", ""), ensure_ascii=False).replace("<", "\\3c ")


def places_in(data: bytes) -> dict[str, tuple[int, float, float]]:
    """Return the named places of a PDF: page from 0, left, top."""
    reader = PdfReader(io.BytesIO(data))
    return {
        unquote(name.removeprefix("/")): (
            reader.get_destination_page_number(place),
            float(place.left or 0),
            float(place.top or 0),
        )
        for name, place in reader.named_destinations.items()
    }


@contextmanager
def press(site: Path, first: str, book: str) -> Iterator[Press]:
    """Start a browser that sees a built site, and nothing else, while the block runs.

    Raises
    ------
    SystemExit
        If there is no browser, or none that numbers pages.
    """
    path = browser.find()
    if not path:
        raise SystemExit(browser.ADVICE)
    address = CANONICAL.search((site / first).read_text("utf8"))
    base = address[1].removesuffix(first) if address else NOWHERE
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=browser.FLAGS)
        if int(launched.version.partition(".")[0]) < OLDEST:
            version = launched.version
            raise SystemExit(f"{path} is {version}: make pdf needs {OLDEST} or newer")
        context: BrowserContext = launched.new_context(color_scheme="light")
        context.set_default_timeout(120_000)  # a busy machine
        context.route(re.compile("^https?:"), partial(_answer, site, base))
        yield Press(context.new_page(), base, book)
        launched.close()


def _answer(site: Path, base: str, route: Route) -> None:
    url = route.request.url
    name = unquote(urlsplit(url).path).removeprefix(urlsplit(base).path)
    if url.startswith(base) and (site / name).is_file():
        route.fulfill(path=site / name)
    else:
        route.abort()
