"""Turn stored outputs into what a page needs: numbered figures, widgets, verdicts."""

from __future__ import annotations

import json
import re

import fresh
from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from bookext import absent, chapters
from bookext.tables import BOOK
from evidence import cards, claims, exercises, figures, replications, tables

LOGGER = logging.getLogger(__name__)
VIEW = "application/vnd.jupyter.widget-view+json"
CODE = re.compile(r"\b(tests|src|tools)/.+\.py$")
LEDGER, REPLICATIONS = "book/ledger", "book/experiments/replications"
LINKS = {LEDGER: "In the ledger", REPLICATIONS: "Among the replications"}


def collected(app: Sphinx, mime: str) -> list[dict]:
    """Return what the chapters' outputs carry under a MIME type, and where."""
    rows = []
    for docname, metadata in sorted(app.env.metadata.items()):
        for anchor, data in metadata.get(mime, []):
            place = {"chapter": docname.removeprefix("book/")}
            place["page"] = app.env.titles[docname].astext()
            place["url"] = f"{app.builder.get_target_uri(docname)}#{anchor}"
            rows.append(data | place)
    return rows


def keep(renderer, data: MimeData, drop=NbElementRenderer.render_unhandled) -> list:
    """Return a node that carries our data until ``ReadOutputs`` reads it.

    MyST-NB drops MIME types that it does not know, and takes renderers of others only
    as entry points of installed packages: so this replaces the method that drops.
    """
    if data.mime_type not in SHOW:
        handout = "handout" in absent.tags(renderer.renderer.sphinx_env.docname)
        return [] if handout else drop(renderer, data)
    return [nodes.container(evidence=json.loads(json.dumps(data.content)))]


class ReadOutputs(SphinxTransform):
    """Runs before figures are numbered and labels collected."""

    default_priority = 400

    def apply(self, **kwargs) -> None:
        """Replace the book's own outputs by document nodes."""
        for node in list(self.document.findall(nodes.container)):
            if "evidence" in node:
                part = node.parent
                SHOW[part["mime_type"]](self, part.parent, node["evidence"])
        self.link_sources()

    def show_figure(self, bundle, data: dict) -> None:
        """Make a numbered figure of a picture or a widget."""
        figure = figure_of(next(bundle.findall(nodes.image)), data)
        figure.source, figure.line = bundle.source, bundle.line
        if widget := views(bundle):
            figure["classes"].append("evidence-widget")
            figure[1:1] = widget  # above the caption
        if data["name"]:
            figure["names"].append(data["name"])
            self.document.note_explicit_target(figure)
        bundle.replace_self(figure)

    def drop_caption(self, bundle, data: dict) -> None:
        """Drop what stands there for Jupyter: the figure has its caption already."""
        bundle.parent.remove(bundle)

    def show_exercise(self, bundle, data: dict) -> None:
        """Show what a check says, as text, and let a control take its place."""
        text = exercises.feedback_text(data)
        look = {"language": "none", "classes": ["output", "text_plain"]}
        inside = [nodes.literal_block(text, text, **look), *views(bundle)]
        opening = nodes.raw("", '<div class="evidence-task">', format="html")
        inside = [opening, *inside, nodes.raw("", "</div>", format="html")]
        if "question" in data.get("task", {}):
            inside[:0] = self.name_chapter(data["exercise"].partition("/")[0])
        else:
            self.label_task(bundle, data["exercise"])
        bundle.replace_self(inside)

    def label_task(self, node, exercise: str) -> None:
        """Let ``{ref}`task/slug/name``` lead to the heading of a task, by its title.

        Where several stand under one heading, the others are told by their names.
        """
        while node is not None and not isinstance(node, nodes.section):
            node = node.parent
        labels, name = self.env.get_domain("std").labels, f"task/{exercise}"
        if node is None or name in labels:
            return
        title, place = node[0].astext(), (self.env.docname, node["ids"][0])
        title = title.partition(": ")[2] or title  # without "Your turn"
        tasks = [to[:2] for key, to in labels.items() if key.startswith("task/")]
        more = f" ({exercise.partition('/')[2]})" if place in tasks else ""
        labels[name] = (*place, title[0].upper() + title[1:] + more)

    def name_chapter(self, slug: str) -> list[nodes.paragraph]:
        """Return the line that says which chapter asked first, if it is still there."""
        for path in BOOK.glob(f"*/{slug}.ipynb"):
            place = {"refdomain": "std", "reftype": "doc", "refexplicit": False}
            place |= {"reftarget": f"/book/{path.parent.name}/{slug}"}
            link = addnodes.pending_xref("", nodes.inline("", slug), **place)
            link["refdoc"] = self.env.docname
            return [nodes.paragraph("", "", nodes.Text("From "), link, nodes.Text(":"))]
        return []

    def show_prediction(self, bundle, data: dict) -> None:
        """Show what the reader is asked, and let the widget take its place."""
        opening = cards.Prediction.html(data).removesuffix("</div>")
        inside = [nodes.raw("", opening, format="html"), *views(bundle)]
        bundle.replace_self([*inside, nodes.raw("", "</div>", format="html")])

    def show_verdict(self, bundle, data: dict) -> None:
        """Show a verdict with its way to the ledger."""
        kept = self.with_fresh_seeds(data)
        shown = kept if kept.get("fresh", {}).get("bad") else data
        card = cards.Verdict.html(shown, self.link_to(LEDGER, data["id"]))
        self.show_card(bundle, cards.Verdict.mime, kept, f"claim-{data['id']}", card)

    def show_sayings(self, bundle, data: dict) -> None:
        """Show a table of sayings; the ledger has its rows, each under its anchor."""
        kept = self.env.metadata[self.env.docname].setdefault(cards.Verdict.mime, [])
        kept += [
            (f"claim-{row['id']}", self.with_fresh_seeds(row)) for row in data["rows"]
        ]
        uri = absent.address(self.app, self.env.docname, LEDGER)
        raw = nodes.raw("", cards.Sayings.html(data, uri or ""), format="html")
        bundle.replace_self(raw)

    def show_table(self, bundle, data: dict) -> None:
        """Show a table of results."""
        bundle.replace_self(nodes.raw("", tables.Table.html(data), format="html"))

    def with_fresh_seeds(self, row: dict) -> dict:
        """Return a verdict with what fresh random numbers made of it, if known."""
        self.env.note_dependency(str(BOOK / fresh.FILE))
        entry = claims.load().get(row["id"])
        note = entry and fresh.note(row, entry, BOOK)
        return row | {"fresh": note} if note else row

    def show_outcome(self, bundle, data: dict) -> None:
        """Show what came out where the reader was asked."""
        bundle.replace_self(nodes.raw("", cards.Outcome.html(data), format="html"))

    def show_replication(self, bundle, data: dict) -> None:
        """Show a replication with its way to the table of all."""
        name = data["experiment"]
        card = replications.Replication.html(data, self.link_to(REPLICATIONS, name))
        self.show_card(
            bundle, replications.Replication.mime, data, f"experiment-{name}", card
        )

    def show_card(self, bundle, mime: str, data: dict, anchor: str, card: str) -> None:
        """Show a card under its anchor, and keep its data for the page of all."""
        kept = self.env.metadata[self.env.docname].setdefault(mime, [])
        kept.append((anchor, data))
        raw = nodes.raw("", card, format="html")
        bundle.replace_self(nodes.container("", raw, ids=[anchor]))

    def link_to(self, page: str, anchor: str) -> str:
        """Return the way from a card to the page of all."""
        uri = absent.address(self.app, self.env.docname, page)
        link = (
            f'<p class="evidence-link"><a href="{uri}#{anchor}">{LINKS[page]}</a></p>'
        )
        return link if uri else ""

    def link_sources(self) -> None:
        """Point links to Python files at the repository; without one, keep the text."""
        base = self.config.evidence_source
        kinds = (addnodes.download_reference, addnodes.pending_xref, nodes.reference)
        for node in list(self.document.findall(lambda n: isinstance(n, kinds))):
            address = node.get("reftarget", "") or node.get("refuri", "")
            target = None if "//" in address else CODE.search(address)
            if not target:
                continue
            if not (chapters.ROOT / target[0]).is_file():
                LOGGER.warning("the repository has no %s", target[0], location=node)
            text = nodes.literal("", node.astext())
            if base:
                text = nodes.reference("", "", text, refuri=base + target[0])
            node.replace_self(text)


def figure_of(image: nodes.image, data: dict) -> nodes.figure:
    """Return a numbered figure of a picture, with its alternative text and caption."""
    image["alt"] = data["alt"]
    if data["format"] == "svg":
        image["classes"].append("evidence-drawing")
    return nodes.figure("", image, nodes.caption("", data["caption"]), align="default")


def views(bundle) -> list[nodes.Node]:
    """Return what an output carries for its widget."""
    found = [p.children for p in bundle.children if p["mime_type"] == VIEW]
    return sum(found, [])


SHOW = {
    figures.MIME: ReadOutputs.show_figure,
    figures.CAPTION_MIME: ReadOutputs.drop_caption,
    exercises.MIME: ReadOutputs.show_exercise,
    cards.Prediction.mime: ReadOutputs.show_prediction,
    cards.Verdict.mime: ReadOutputs.show_verdict,
    cards.Sayings.mime: ReadOutputs.show_sayings,
    tables.Table.mime: ReadOutputs.show_table,
    cards.Outcome.mime: ReadOutputs.show_outcome,
    replications.Replication.mime: ReadOutputs.show_replication,
}


def setup(app: Sphinx) -> None:
    """Register the transform and what carries the data to it."""
    NbElementRenderer.render_unhandled = keep
    app.add_transform(ReadOutputs)
