"""References to pages of the book that are not in the contents, or no longer there.

A course of five chapters is made by editing ``_toc.yml`` alone. There, what refers to
another page under ``book/``, or to a label, term or source that such a page holds,
becomes text, or a link to the whole book if ``published_book`` in ``_config.yml`` says
where that is. ``book/moved.yml`` names chapters that were renamed, and are found under
their old names too, or removed. Any other target stays an error.
"""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join

BOOK = Path(__file__).parents[2]
LABEL = re.compile(
    r"^\(([^)\s]+)\)=|\$\$ *\(([^)\s]+)\)|^ *:(?:label|name): *(\S+)|\{#([\w:.-]+)"
    r'|"name": "([^"]+)',  # of a figure, in stored outputs
    re.MULTILINE,
)
PREFIXES = {"eq": "equation-", "term": "term-"}  # Sphinx's, of anchors
TITLED = {"any", "doc", "eq", "myst", "numref", "ref"}  # unless the text says more
FORWARD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="{uri}"><meta http-equiv="refresh" content="1; url={uri}">
<script>location.replace("{uri}" + location.hash)</script></head>
<body><p>This page has moved: <a href="{uri}">{title}</a>.</p></body></html>
"""


@cache
def source(docname: str, root: Path = BOOK.parent) -> str:
    """Return the text of a page, a notebook's with what it shows; "" without a page."""
    page, notebook = (root / f"{docname}{ending}" for ending in (".md", ".ipynb"))
    if page.is_file():
        return page.read_text(encoding="utf8")
    if not notebook.is_file():
        return ""
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    outputs = [output.get("data") for c in cells for output in c.get("outputs", [])]
    return "\n".join([*texts, *map(json.dumps, outputs)])


@cache
def tags(docname: str) -> list[str]:
    """Return the tags of a notebook's first cell, which say what it is."""
    notebook = BOOK.parent / f"{docname}.ipynb"
    if not notebook.is_file():
        return []
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    return cells[0]["metadata"].get("tags", []) if cells else []


def labels(text: str) -> set[str]:
    """Return the labels of sections, equations and figures in a page's text."""
    return {match[match.lastindex].lower() for match in LABEL.finditer(text)}


@cache
def targets(docname: str) -> set[str]:
    """Return what a page can be referred to for: its labels, terms and sources."""
    text = source(docname)
    found = labels(text)
    if "{glossary-table}" in text:
        entries = yaml.safe_load((BOOK / "glossary.yml").read_text(encoding="utf8"))
        found |= {entry["term_en"].lower() for entry in entries}
    if "{bibliography}" in text:
        sources = (BOOK / "references.bib").read_text(encoding="utf8").lower()
        found |= set(re.findall(r"^@\w+\{([^,\s]+)", sources, re.MULTILINE))
    return found


@cache
def pages() -> list[str]:
    """Return the names of all pages there are, on this site or not."""
    files = [path for end in ("md", "ipynb") for path in BOOK.rglob(f"*.{end}")]
    files = [path for path in files if path.parent.name[0] != "."]  # what Jupyter keeps
    return [path.relative_to(BOOK.parent).with_suffix("").as_posix() for path in files]


@cache
def moved() -> dict[str, str | None]:
    """Return former name -> name now, ``None`` where nothing is left."""
    path = BOOK / "moved.yml"
    found = yaml.safe_load(path.read_text(encoding="utf8")) if path.is_file() else None
    return found or {}


def follow(docname: str, env) -> str:
    """Return the page that a former name stands for now."""
    passed = set()
    while docname not in env.found_docs and docname not in passed:
        passed.add(docname)
        name = docname.removeprefix("book/")
        docname = f"book/{moved().get(name) or name}"
    return docname


def holder(target: str, env) -> str | None:
    """Return the absent page that holds a label, terms or sources; "" if removed."""
    names = {name.strip() for name in target.lower().split(",")}  # {cite} takes many
    if names <= moved().keys():
        return ""
    found = {page for page in pages() if names <= targets(page)}
    return None if found & env.found_docs else min(found, default=None)


def address(app: Sphinx, docname: str, to: str) -> str:
    """Return the address of a page, seen from another; "" if it is nowhere to read."""
    if to in app.env.found_docs:
        return app.builder.get_relative_uri(docname, to)
    base = (app.config.published_book or "").rstrip("/")
    published = source(to) and "draft" not in tags(to)
    return f"{base}/{to}.html" if base and published else ""


def page_of(node: addnodes.pending_xref, docname: str) -> tuple[str, str | None]:
    """Return the page that a reference may mean, and the anchor on it."""
    target, kind = node["reftarget"], node["reftype"]
    if kind == "myst" and node["refdomain"] == "doc":
        return target, node["reftargetid"]
    if kind not in ("any", "doc", "myst"):
        return "", None
    path, _, anchor = target.partition("#")
    path = re.sub(r"\.(md|ipynb)$", "", path)
    return docname_join(node.get("refdoc", docname), path), anchor or None


class AbsentTargets(SphinxPostTransform):
    """Replaces what refers to a page that this site does not have."""

    default_priority = 8  # before references are resolved: MyST's at 9, others at 10

    def run(self, **kwargs) -> None:
        """Replace the references on one page."""
        for node in list(self.document.findall(addnodes.pending_xref)):
            page, anchor = page_of(node, self.env.docname)
            now: str | None = follow(page, self.env)
            if now in self.env.found_docs:
                if now != page:
                    node["reftype"], node["refdomain"] = "myst", "doc"
                    node["reftarget"], node["reftargetid"] = now, anchor
                continue
            if not source(now) and page.removeprefix("book/") not in moved():
                now = holder(node["reftarget"], self.env)
                prefix = PREFIXES.get(node["reftype"], "")
                anchor = nodes.make_id(prefix + node["reftarget"])
            if now is not None:
                node.replace_self(self.words(node, now, anchor))

    def words(self, node, page: str, anchor: str | None) -> nodes.Element:
        """Return what stands in place of a reference: its text or the page's title."""
        text, kind = node.astext(), node["reftype"]
        inside = node[0].deepcopy().children
        told = node.get("refexplicit") and not re.search(r"%s|\{", text)  # of a number
        heading = re.search(r"^# (.+)", source(page), re.MULTILINE)
        title = heading[1] if heading else page.rpartition("/")[2]
        if title and not told and kind in TITLED:
            inside = [nodes.Text(f"({title})" if kind == "eq" else title)]
        uri = address(self.app, self.env.docname, page)
        if not uri:
            return nodes.inline("", "", *inside)
        uri += f"#{anchor}" if anchor else ""
        return nodes.reference("", "", *inside, refuri=uri, internal=False)


def forward(app: Sphinx, error: Exception | None) -> None:
    """Write a page at each former address that leads to where the chapter is now."""
    if error or app.builder.name != "html":
        return
    for name in moved():
        old, now = f"book/{name}", follow(f"book/{name}", app.env)
        if old != now and now in app.env.found_docs:
            page = Path(app.outdir, f"{old}.html")
            page.parent.mkdir(parents=True, exist_ok=True)
            title = html.escape(app.env.titles[now].astext())
            text = FORWARD.format(uri=address(app, old, now), title=title)
            page.write_text(text, encoding="utf8")


def setup(app: Sphinx) -> None:
    """Register the setting, the transform and what forwards."""
    app.add_config_value("published_book", "", "env")
    app.add_post_transform(AbsentTargets)
    app.connect("build-finished", forward)
