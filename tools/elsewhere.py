"""References to pages that a course leaves out, made text or links to the whole book.

The site does so by itself (``book/_ext/bookext/absent.py``); here the sources are
changed, so that in Jupyter and on GitHub no link is dead either. A text never grows by
it, so that a chapter keeps the size of its form.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

REFERENCE = re.compile(
    r"\[(?P<words>(?:[^][]|\[[^][]*\])*)\]"
    r"\((?P<link>[^)\s#:]+?)\.(?:ipynb|md)#?(?P<anchor>[^)\s]*)\)"
    r"|\{doc\}`(?:(?P<name>[^`<]*?)\s*<)?(?P<doc>[^`<>]+)>?`"
)
ASIDE = re.compile(rf"\s*\((?:{REFERENCE.pattern})\)")  # nothing else in brackets


@dataclass(frozen=True)
class Elsewhere:
    """A page that is left out: its title, and where to read it; ``""`` if nowhere."""

    title: str
    address: str = ""

    def __str__(self) -> str:
        """Return the title as Markdown, a link if there is an address."""
        return f"[{self.title}]({self.address})" if self.address else f"*{self.title}*"


def without(text: str, page: str, absent: Mapping[str, Elsewhere]) -> str:
    """Return Markdown that refers to absent pages by text, or by web address.

    Parameters
    ----------
    text : str
        What stands on a page.
    page : str
        The page, ``book/part/slug``, from which its links lead.
    absent : mapping of str to Elsewhere
        The pages that are left out, by ``book/part/slug``. Where one has no address,
        ``(more)`` in brackets that held nothing but a link to it goes, too.
    """

    def there(match: re.Match) -> Elsewhere | None:
        return absent.get(target(match["link"] or match["doc"], page))

    def aside(match: re.Match) -> str:
        nowhere = there(match) and not there(match).address
        return "" if nowhere else match[0]

    def reference(match: re.Match) -> str:
        if not (found := there(match)):
            return match[0]
        words = match["words"] or match["name"] or found.title
        anchor = f"#{match['anchor']}" if match["anchor"] else ""
        return f"[{words}]({found.address}{anchor})" if found.address else words

    return REFERENCE.sub(reference, ASIDE.sub(aside, text))


def target(link: str, page: str) -> str:
    """Return the page that a link without its ending means, seen from another."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(page), link))[1:]
