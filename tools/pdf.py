"""Print the built site as PDF: ``python -m tools.pdf [part/slug] [--code open]``.

One file holds the whole book, and each chapter has one of its own, with the numbers that
its pages have in the book. A chapter that is printed alone begins with page 1.
"""

from __future__ import annotations

import argparse
import html
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from tools import contents, notebooks, offline, pdf_bind, pdf_print
from tools.notebooks import ROOT
from tools.pdf_print import Press, Print

FRONT = Path(__file__).with_name("pdf_front.html")
ON_SCREEN = {"book/review.html"}  # of no use on paper
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
    site = root / "_build" / "html"
    if not (site / "index.html").is_file():
        raise SystemExit("the site is not built: make book")
    first = f"{contents.pages(root)[0]}.html"
    settings = yaml.safe_load(contents.text_of(root / "_config.yml"))
    book = str(settings.get("title") or "")
    about = {"/Title": book, "/Author": str(settings.get("author") or "")}
    with pdf_print.press(site, first, book) as press:
        listed = press.listed(first)
        if name:
            notebooks.find(name, root)
            address = f"{press.base}book/{name}.html"
            listed = [each for each in listed if each[1] == address]
            if not listed:
                raise SystemExit(
                    f"{name} is not in the built site: it is a draft there"
                )
        parts, files = _printed(press, listed, code, root / "_build" / "pdf", about)
        if not name:
            front = press.print_html(front_html(settings, parts, press.base), book)
            path = root / "_build" / f"{offline.name_of_book(root)}.pdf"
            path.write_bytes(pdf_bind.book(front, parts, about))
            files.insert(0, path)
    return files


def _printed(
    press: Press,
    listed: Sequence[tuple[str, str]],
    code: str,
    folder: Path,
    about: dict[str, str],
) -> tuple[Parts, list[Path]]:
    """Print pages one after the other; chapters also into files of their own."""
    parts, files, number = [("", [])], [], 1
    if len(listed) > 1:
        shutil.rmtree(folder, ignore_errors=True)
    for title, address in listed:
        page = address.removeprefix(press.base)
        if not address:
            parts.append((title, []))
        elif page not in ON_SCREEN:
            made = press.print(address, title, number, code)
            parts[-1][1].append(made)
            if page.count("/") > 1:  # book/part/slug.html
                path = (folder / page.partition("/")[2]).with_suffix(".pdf")
                path.parent.mkdir(parents=True, exist_ok=True)
                own = about | {"/Title": title}
                path.write_bytes(pdf_bind.chapter(made, number, own))
                files.append(path)
            number += made.pages
    return [part for part in parts if part[1]], files


def front_html(settings: dict, parts: Parts, base: str) -> str:
    """Return title page and contents, with the numbers of pages, as HTML."""
    lines, number = [], 1
    for caption, prints in parts:
        lines += [f"<h3>{html.escape(caption)}</h3>"] if caption else []
        lines.append("<ul>")
        for made in prints:
            title = html.escape(made.title)
            link = f'<a href="{made.address}">{title}<i></i><b>{number}</b></a>'
            lines.append(f"<li>{link}</li>")
            number += made.pages
        lines.append("</ul>")
    said = [settings.get("author"), settings.get("copyright")]
    said += [base] if base != pdf_print.NOWHERE else []
    about = "".join(f"<p>{html.escape(str(each))}</p>" for each in said if each)
    words = {"book": html.escape(str(settings.get("title") or "")), "about": about}
    text = FRONT.read_text("utf8")
    for key, word in {**words, "contents": "\n".join(lines)}.items():
        text = text.replace(f"@{key}@", word)
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make pdf")
    parser.add_argument("chapter", nargs="?", default="", metavar="part/slug")
    parser.add_argument("--code", choices=["folded", "open"], default="folded")
    options = parser.parse_args()
    started = time.perf_counter()
    for made in main(options.chapter, options.code):
        print(f"{made} ({made.stat().st_size / 1e6:.1f} MB)")
    print(f"Printed in {time.perf_counter() - started:.0f} s")
