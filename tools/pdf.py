"""Print the built site as PDF: ``python -m tools.pdf [part/slug] [--code open]``.

One file holds the whole book, and each chapter has one of its own, with the numbers
that its pages have in the book. A chapter that is printed alone begins with page 1.
"""

from __future__ import annotations

import argparse
import html
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from tools import contents, notebooks, offline, pdf_bind, pdf_print
from tools.notebooks import ROOT
from tools.pdf_print import Press, Print

FRONT = Path(__file__).with_name("pdf_front.html")
ON_SCREEN = {"book/review.html", "book/api.html"}  # of no use on paper
Parts = list[tuple[str, list[Print]]]


def main(name: str = "", code: str = "folded", root: Path = ROOT) -> list[Path]:
    """Print the book and its chapters, or one of them, and return the files.

    Parameters
    ----------
    name : str
        A chapter, as ``part/slug``; ``""`` for the whole book.
    code : str
        What becomes of folded code: ``"folded"`` leaves it out, ``"open"`` prints it.
        Solutions are left out.
    root : pathlib.Path
        The repository, its site built.

    Raises
    ------
    SystemExit
        If the site is not built, or does not have the chapter, or there is no browser.
    """
    site, folder = root / "_build" / "html", root / "_build" / "pdf"
    if not (site / "index.html").is_file():
        raise SystemExit("the site is not built: make book")
    first = f"{contents.pages(root)[0]}.html"
    settings = yaml.safe_load(contents.text_of(root / "_config.yml"))
    book = str(settings.get("title") or "")
    about = {"/Author": str(settings.get("author") or "")}
    with pdf_print.press(site, first, book) as press:
        listed = press.listed(first)
        if name:
            notebooks.find(name, root)
            address = f"{press.base}book/{name}.html"
            listed = [each for each in listed if each[1] == address]
            if not listed:
                raise SystemExit(f"{name} is not on the site that is built: make book")
            parts = printed(press, listed, code)
            return chapters(parts, press.base, folder, about)
        shutil.rmtree(folder, ignore_errors=True)
        parts = printed(press, listed, code)
        front = press.print_html(front_html(settings, parts, press.base), book)
        path = root / "_build" / f"{offline.name_of_book(root)}.pdf"
        path.write_bytes(pdf_bind.book(front, parts, about | {"/Title": book}))
        return [path, *chapters(parts, press.base, folder, about)]


def printed(press: Press, listed: Iterable[tuple[str, str]], code: str) -> Parts:
    """Print pages one after the other, and return them by the captions before them."""
    parts, number = [("", [])], 1
    for title, address in listed:
        if not address:
            parts.append((title, []))
        elif address.removeprefix(press.base) not in ON_SCREEN:
            made = press.print(address, title, number, code)
            parts[-1][1].append(made)
            number += made.length
    return [part for part in parts if part[1]]


def chapters(
    parts: Parts, base: str, folder: Path, about: Mapping[str, str]
) -> list[Path]:
    """Write what lies in a folder of the book into files of their own."""
    files = []
    for made in (made for _, prints in parts for made in prints):
        page = made.address.removeprefix(base).removesuffix(".html")
        if page.count("/") > 1:  # book/part/slug
            path = folder / f"{page.partition('/')[2]}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pdf_bind.chapter(made, about | {"/Title": made.title}))
            files.append(path)
    return files


def front_html(settings: dict, parts: Parts, base: str) -> str:
    """Return title page and contents, with the numbers of pages, as HTML."""
    lines = []
    for caption, prints in parts:
        lines += [f"<h3>{html.escape(caption)}</h3>"] if caption else []
        lines.append("<ul>")
        lines += [
            f'<li><a href="{html.escape(made.address)}">{html.escape(made.title)}'
            f"<i></i><b>{made.number}</b></a></li>"
            for made in prints
        ]
        lines.append("</ul>")
    said = [settings.get("author"), settings.get("copyright")]
    said += [base] if base != pdf_print.NOWHERE else []
    words = {
        "book": html.escape(str(settings.get("title") or "")),
        "about": "".join(f"<p>{html.escape(str(each))}</p>" for each in said if each),
        "contents": "\n".join(lines),
    }
    text = FRONT.read_text("utf8")
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make pdf")
    parser.add_argument("chapter", nargs="?", default="", metavar="part/slug")
    parser.add_argument("--code", choices=["folded", "open"], default="folded")
    options = parser.parse_args()
    started = time.perf_counter()
    made, *others = main(options.chapter, options.code)
    said = f"; {len(others)} chapters: {ROOT / '_build' / 'pdf'}" if others else ""
    print(f"Printed in {time.perf_counter() - started:.0f} s:")
    print(f"{made} ({made.stat().st_size / 1e6:.1f} MB){said}")
