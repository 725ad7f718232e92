"""Repairs of the theme's pages that no option reaches, each with its reason.

A test of the site tells when one of them is no longer needed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import partial
from pathlib import Path

import imagesize
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
STATE = "application/vnd.jupyter.widget-state+json"


def mend_options(app: Sphinx, config) -> None:
    """Keep one search field, a mobile menu that opens, and sections in the margin.

    Set here because ``html_theme_options`` in ``_config.yml`` would replace all of
    Jupyter Book's own.

    sphinx-book-theme 1.3 on pydata-sphinx-theme 0.17 shows the search field twice and
    its mobile menu is dead (executablebooks/sphinx-book-theme#988).
    """
    config.html_theme_options.setdefault("navbar_persistent", [])
    config.html_theme_options.setdefault("show_toc_level", 2)


def choose_scripts(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Drop scripts for live code and move the widgets' state behind the text.

    sphinx-thebe adds its scripts twice to every page, switched off or not; myst-nb
    puts the state of all widgets into the head, where it delays the first paint.
    """
    kept = []
    for script in context.get("script_files", []):
        name = str(getattr(script, "filename", None) or script)
        attributes = getattr(script, "attributes", {})
        body = attributes.get("body") or ""
        if "thebe" in name or "THEBE" in body:
            continue
        if attributes.get("type") == STATE:
            context["body"] += f'<script type="{STATE}">{body}</script>'
            continue
        kept.append(script)
    context["script_files"] = kept
    context["css_files"] = [
        sheet
        for sheet in context.get("css_files", [])
        if "thebe" not in str(getattr(sheet, "filename", sheet))
    ]


def require_alt(app: Sphinx, doctree) -> None:
    """Warn about a picture without alternative text (docutils shows its file name)."""
    for node in doctree.findall(nodes.image):
        if not node.get("alt", "").strip():
            name = Path(node["uri"]).name
            LOGGER.warning("%s has no alternative text", name, location=node)


def write_again(app: Sphinx, env) -> list[str]:
    """Name the pages that show numbers of others, when a number has changed.

    Sphinx writes the page of a changed number again, but neither those that refer to
    it nor the contents beside all others.
    """
    chapters = {name: numbers.get("") for name, numbers in env.toc_secnumbers.items()}
    old = getattr(env, "evidence_numbers", None)
    env.evidence_numbers = chapters, dict(env.toc_fignumbers)
    if old in (None, env.evidence_numbers):
        return []
    return [x for x in env.found_docs if old[0] != chapters or _refers(env, x)]


def _refers(env, page: str) -> bool:
    references = env.get_doctree(page).findall(addnodes.pending_xref)
    return any(each["reftype"] in ("eq", "numref") for each in references)


def mend_pages(app: Sphinx, error: Exception | None) -> None:
    """Mend every written page and note which repair found something to do."""
    if error or app.builder.name != "html":
        return
    notes = Path(app.outdir).with_name("repairs.json")
    counts = Counter(json.loads(notes.read_text()) if notes.is_file() else {})
    for page in Path(app.outdir).rglob("*.html"):
        old = page.read_text(encoding="utf8")
        new = mend(old, page, counts)
        if new != old:
            page.write_text(new, encoding="utf8")
    notes.write_text(json.dumps(counts, indent=1) + "\n")


def mend(text: str, page: Path, counts: Counter) -> str:
    """Return a page's HTML, mended.

    Parameters
    ----------
    text : str
        The page as the theme wrote it.
    page : pathlib.Path
        Where it lies; pictures are found from there.
    counts : collections.Counter
        Repair -> how often it changed something; added to.

    Returns
    -------
    str
        The page as it should be.
    """
    repairs = REPAIRS | {"size of pictures": (PICTURE, partial(_with_size, page=page))}
    for name, (pattern, replacement) in repairs.items():
        mended = re.sub(pattern, replacement, text)
        counts[name] += mended != text
        text = mended
    return text


def _defer(match: re.Match) -> str:
    tag, source = match[0], match[1]
    if "fontawesome" in source:
        return ""
    if " defer" in tag or " async" in tag or "documentation_options" in source:
        return tag
    return tag.replace("<script ", "<script defer ", 1)


def _with_size(match: re.Match, page: Path) -> str:
    tag = match[0]
    path = (page.parent / match[1]).resolve()
    if re.search(r' (width|height)="', tag) or not path.is_file():
        return tag
    size = _size(path)
    if not size:
        return tag
    extra = f'width="{size[0]}" height="{size[1]}" loading="lazy" '
    return tag.replace("<img ", f"<img {extra}", 1)


def _size(path: Path) -> tuple[int, int] | None:
    """Return the size of a picture in CSS pixels."""
    if path.suffix == ".svg":
        head = path.read_text(encoding="utf8")[:2000]
        found = re.search(r'\bwidth="([\d.]+)pt" height="([\d.]+)pt"', head)
        return tuple(round(float(x) * 4 / 3) for x in found.groups()) if found else None
    width, height = imagesize.get(path)
    return (width, height) if width > 0 else None


PICTURE = r'<img [^>]*src="((?:\.\./)*_images/[^"]+)"[^>]*>'
REPAIRS = {
    # The theme's templates have no way to say "defer", and load FontAwesome's 1.5 MB
    # script although the same icons come from its web font.
    "waiting scripts": (r'<script[^>]*\ssrc="([^"]+)"[^>]*></script>', _defer),
    # The logo stands outside every landmark.
    "logo in a region": (
        r'<div class="sidebar-primary-item">(?=\s*<a class="navbar-brand)',
        '<div class="sidebar-primary-item" role="region" aria-label="Book">',
    ),
    # docutils 0.21 gives bibliographies roles that do not fit together.
    "roles of citations": (
        r'(<div) role="list"( class="citation-list")'
        r'|(<div[^>]*) role="doc-biblioentry"',
        r"\1\2\3",
    ),
    # docutils has no attribute for a language.
    "language of terms": (r'<span class="zh">', '<span class="zh" lang="zh">'),
    # A name that hides the visible text.
    "name of the search": (
        r'(<button class="btn search-button-field[^>]*?) aria-label="Search"',
        r"\1",
    ),
}


def setup(app: Sphinx) -> None:
    """Connect the repairs."""
    app.connect("config-inited", mend_options)
    app.connect("html-page-context", choose_scripts, priority=900)
    app.connect("doctree-read", require_alt)
    app.connect("env-get-updated", write_again, priority=900)  # numbers are given
    app.connect("build-finished", mend_pages)
