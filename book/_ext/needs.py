"""What a chapter needs: the pages that its line *Needs: ...* links to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

LINE = re.compile(r"\*(?!\*)[^*]+[:：]")  # a paragraph that begins in italics
LINK = re.compile(
    r"\]\(<?(?P<path>[^()\s#<>]+?)\.(?:ipynb|md)[#>)]"
    r"|\{doc\}`(?:[^`<]*<)?(?P<page>[^`<>]+)>?`"
)


def of(cells: Iterable[dict], chapter: str) -> list[str]:
    """Return the pages that a chapter needs, as ``part/slug`` or as pages are named.

    Parameters
    ----------
    cells : iterable of dict
        The chapter's cells; the line stands in the first one with text.
    chapter : str
        ``part/slug``, from where the links lead.

    Returns
    -------
    list of str
        Each page once, in the line's order; also pages that are no chapters.
    """
    texts = ("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    said = _line(re.split(r"\n\s*\n", next(texts, "")))
    found = (match["path"] or match["page"] for match in LINK.finditer(said))
    home = posixpath.dirname(f"/book/{chapter}")
    pages = (posixpath.normpath(posixpath.join(home, path)) for path in found)
    return list(dict.fromkeys(page.removeprefix("/book/") for page in pages))


def _line(blocks: list[str]) -> str:
    """Return the line with the list that follows it, if one does."""
    for k, block in enumerate(blocks):
        if not LINE.match(block):
            continue
        rest = blocks[k + 1 :]
        end = next(
            (n for n, b in enumerate(rest) if not re.match(r"[-*+] |\s", b)), len(rest)
        )
        return "\n".join([block, *rest[:end]])
    return ""
