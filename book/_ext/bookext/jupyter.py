"""What a page says on the site alone, and what it says in Jupyter alone.

JupyterLab shows pages as they are written, and knows none of the site's directives. For
it, a line that begins with ``%%`` is a comment; here it is text. The other way round,
``:::{div} jupyter`` holds what only JupyterLab shows.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

SITE = re.compile(r"^%%(?: |$)", re.MULTILINE)
JUPYTER = re.compile(r"^:::\{div\} jupyter$.*?^:::$", re.MULTILINE | re.DOTALL)


def for_the_site(text: str) -> str:
    """Return a page's text for the site, each line where it was."""
    text = JUPYTER.sub(lambda match: "\n" * match[0].count("\n"), text)
    return SITE.sub("", text)


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the text of a page before it is parsed; a chapter's stays as it is."""
    if app.env.doc2path(docname).endswith(".md"):
        source[0] = for_the_site(source[0])


def setup(app: Sphinx) -> None:
    """Connect it."""
    app.connect("source-read", read)
