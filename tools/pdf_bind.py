"""Bind printed pages into PDF files: links that lead within, bookmarks, page labels."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    Fit,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    TextStringObject,
)

from tools.pdf_print import NOWHERE, Print

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it counts objects twice
Place = tuple[int, float, float]  # page from 0, left and top in points


def chapter(made: Print, about: Mapping[str, str]) -> bytes:
    """Return a page of the site as a file of its own."""
    writer = PdfWriter(clone_from=io.BytesIO(made.data))
    _lead_within(writer, {})
    _mark(writer, made, 0)
    writer.set_page_label(0, made.length - 1, style="/D", start=made.number)
    return _written(writer, about)


def book(
    front: Print, parts: Sequence[tuple[str, Sequence[Print]]], about: Mapping[str, str]
) -> bytes:
    """Return one file: the front, then every page, by parts.

    Parameters
    ----------
    front : Print
        A title page and the contents, numbered by themselves.
    parts : sequence of (str, sequence of Print)
        The caption of each part, or ``""``, and its pages.
    about : mapping of str to str
        What the file says of itself, such as ``/Title``.
    """
    writer, places = PdfWriter(), {}
    _append(writer, front, places)
    writer.add_outline_item(title="Contents", page_number=1)
    for caption, prints in parts:
        part = None
        for made in prints:
            start = len(writer.pages)
            _append(writer, made, places)
            if caption and made is prints[0]:
                part = writer.add_outline_item(title=caption, page_number=start)
            _mark(writer, made, start, part)
    _lead_within(writer, places)
    writer.set_page_label(0, front.length - 1, style="/r")
    writer.set_page_label(front.length, len(writer.pages) - 1, style="/D", start=1)
    return _written(writer, about)


def _append(writer: PdfWriter, made: Print, places: dict[str, Place]) -> None:
    """Add a print and its places, its links within as those of the site.

    Two prints may call places alike.
    """
    start, reader = len(writer.pages), PdfReader(io.BytesIO(made.data))
    for _, link in _links(reader.pages):
        if name := link.pop("/Dest", None):
            uri = TextStringObject(f"{made.address}#{name[1:]}")
            action = {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): uri}
            link[NameObject("/A")] = DictionaryObject(action)
    reader.root_object.pop("/Names", None)
    writer.append(reader, import_outline=False)
    places[made.address] = (start, 0.0, reader.pages[0].mediabox.top)
    for name, (page, *point) in made.places.items():
        places[f"{made.address}#{name}"] = (start + page, *point)


def _lead_within(writer: PdfWriter, places: Mapping[str, Place]) -> None:
    """Let links to what is in the file lead there, those to nowhere be text."""
    for page, link in list(_links(writer.pages)):
        address = unquote(link.get("/A", {}).get("/URI", ""))
        place = places.get(address) or places.get(address.partition("#")[0])
        if place:
            del link["/A"]
            target, *point = place
            where = [writer.pages[target].indirect_reference, NameObject("/XYZ")]
            where += [*map(FloatObject, point), NullObject()]
            link[NameObject("/Dest")] = ArrayObject(where)
        elif address.startswith(NOWHERE):
            page["/Annots"].remove(link.indirect_reference)


def _links(
    pages: Sequence[PageObject],
) -> Iterator[tuple[PageObject, DictionaryObject]]:
    for page in pages:
        for each in page.get("/Annots", ()):
            if each.get_object().get("/Subtype") == "/Link":
                yield page, each.get_object()


def _mark(
    writer: PdfWriter, made: Print, start: int, part: IndirectObject | None = None
) -> None:
    """Add the bookmarks of a print whose first sheet is this one of the file."""
    above = [writer.add_outline_item(title=made.title, page_number=start, parent=part)]
    for title, level, name in made.sections:
        page, left, top = made.places[name]
        above[level:] = [
            writer.add_outline_item(
                title=title,
                page_number=start + page,
                parent=above[min(level, len(above)) - 1],
                fit=Fit.xyz(left, top),
                is_open=False,
            )
        ]


def _written(writer: PdfWriter, about: Mapping[str, str]) -> bytes:
    writer.add_metadata(about)
    writer.page_mode = "/UseOutlines"
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
