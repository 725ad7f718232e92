"""Links that bring a chapter to a class's JupyterHub, by its nbgitpuller.

The repository in them is that of this checkout; the hub's address the reader types.
"""

from __future__ import annotations

import html
from urllib.parse import quote, urlencode

from sphinx.application import Sphinx

from bookext import chapters
from bookext.tables import add_table

PULL = "/hub/user-redirect/git-pull?"
NO_ADDRESS = (
    "<p>This copy of the book is on no server that the site makes links to. Push it to "
    "GitHub or a GitLab, and build the site again.</p>"
)


def pull(page: str, repository: tuple[str, str, str]) -> str:
    """Return what follows a hub's address in a link to a page of the book.

    Parameters
    ----------
    page : str
        The page's file, from the book's root.
    repository : tuple of str
        Web address and branch of the repository, and the book's folder in it.
    """
    url, branch, folder = repository
    path = f"lab/tree/{url.rpartition('/')[2]}/{folder}{page}"
    asked = {"repo": url, "branch": branch, "urlpath": path}
    return PULL + urlencode(asked, safe="/:", quote_via=quote)


def entries(app: Sphinx) -> list[dict]:
    """Return the links: to the first page, then to the chapters; none without a URL."""
    known = app.config.evidence_repository
    names = chapters.in_order(app.env)
    pages = {f"{app.config.root_doc}.md": "The first page"}
    pages |= {f"{name}.ipynb": app.env.titles[name].astext() for name in names}
    rows = [
        {"title": title, "link": pull(page, known)} for page, title in pages.items()
    ]
    return rows if known[0] else []


def render(rows: list[dict], uri) -> str:
    """Return the links as HTML: without JavaScript each as text to copy."""
    if not rows:
        return NO_ADDRESS
    items = "".join(
        f'<li><a data-pull="{html.escape(row["link"])}">{html.escape(row["title"])}</a>'
        f"<code>HUB{html.escape(row['link'])}</code></li>"
        for row in rows
    )
    return (
        '<div class="evidence-hub"><p class="evidence-filters" hidden><label>Address '
        'of your hub <input type="url" autocomplete="url" '
        'placeholder="https://hub.example.org"></label></p>'
        '<p role="status">Write the address of your hub in the place of HUB.</p>'
        f"<ul>{items}</ul></div>"
    )


def add_script(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Load what the links need on their page alone."""
    if 'class="evidence-hub"' in context.get("body", ""):
        app.add_js_file("hub.js")


def setup(app: Sphinx) -> None:
    """Register the links."""
    add_table(app, "hub", None, entries, render)
    app.connect("html-page-context", add_script)
