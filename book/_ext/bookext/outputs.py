"""Turn stored outputs into what a page needs: numbered figures, widgets, verdicts."""

from __future__ import annotations

import html
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from bookext import absent

LOGGER = logging.getLogger(__name__)
VIEW = "application/vnd.jupyter.widget-view+json"
CAPTION = re.compile(
    r'<figcaption class="evidence-caption" data-alt="(?P<alt>[^"]*)"'
    r'(?: data-name="(?P<name>[^"]*)")?>(?P<text>.*?)</figcaption>',
    re.DOTALL,
)
VERDICT = re.compile(r'<div class="evidence-verdict" data-claim="(?P<id>[^"]+)"')
REPLICATION = re.compile(
    r'<div class="evidence-replication" data-experiment="(?P<id>[^"]+)"'
)
CODE = re.compile(r"\b(tests|src|tools)/.+\.py$")
LEDGER = "book/ledger"
REPLICATIONS = "book/experiments/replications"


def _is_bundle(node) -> bool:
    return (
        isinstance(node, nodes.container)
        and node.get("nb_element", "") == "mime_bundle"
    )


def _html_of(bundle) -> str:
    for part in bundle.children:
        if part["mime_type"] == "text/html":
            return part.astext()
    return ""


class ReadOutputs(SphinxTransform):
    """Runs before figures are numbered and labels collected."""

    default_priority = 400

    def apply(self, **kwargs) -> None:
        """Replace the book's own outputs by document nodes."""
        for bundle in list(self.document.findall(_is_bundle)):
            text = _html_of(bundle)
            if match := CAPTION.search(text):
                self.make_figure(bundle, match)
            elif match := VERDICT.search(text):
                self.link_card(bundle, "claim", match["id"], LEDGER, "In the ledger")
            elif match := REPLICATION.search(text):
                self.link_card(
                    bundle,
                    "experiment",
                    match["id"],
                    REPLICATIONS,
                    "Among the replications",
                )
            elif 'class="evidence-predict"' in text:
                # Out of the theme's light panel for foreign HTML.
                bundle.replace_self(nodes.raw("", text, format="html"))
        self.link_sources()

    def make_figure(self, bundle, match) -> None:
        """Join a picture and the caption that follows it into one figure."""
        siblings = bundle.parent.children
        position = siblings.index(bundle)
        picture = siblings[position - 1] if position else None
        images = list(picture.findall(nodes.image)) if picture is not None else []
        if not images:
            LOGGER.warning("a caption without a picture before it", location=bundle)
            return
        image = images[0]
        image["alt"] = html.unescape(match["alt"])
        if image["uri"].endswith(".svg"):
            image["classes"].append("evidence-drawing")
        figure = nodes.figure("", image, align="default")
        figure.source, figure.line = bundle.source, bundle.line
        for part in picture.children:
            if _is_bundle(picture) and part.get("mime_type") == VIEW:
                figure["classes"].append("evidence-widget")
                figure += part.children
        figure += nodes.caption("", html.unescape(match["text"]))
        if match["name"]:
            figure["names"].append(match["name"])
            self.document.note_explicit_target(figure)
        picture.parent.remove(picture)
        bundle.replace_self(figure)

    def link_card(self, bundle, kind: str, name: str, page: str, words: str) -> None:
        """Give a card its anchor and its way to the page that collects such cards."""
        uri = absent.address(self.app, self.env.docname, page)
        link = f'<p class="evidence-link"><a href="{uri}#{name}">{words}</a></p>'
        link = link if uri else ""
        text = _html_of(bundle).removesuffix("</div>") + link + "</div>"
        holder = nodes.container("", nodes.raw("", text, format="html"))
        holder["ids"].append(f"{kind}-{name}")
        bundle.replace_self(holder)

    def link_sources(self) -> None:
        """Point links to Python files at the repository; without one, keep the text."""
        context = self.config.html_context
        base = context.get("evidence_repository")
        kinds = (addnodes.download_reference, addnodes.pending_xref, nodes.reference)
        for node in list(self.document.findall(lambda n: isinstance(n, kinds))):
            address = node.get("reftarget", "") or node.get("refuri", "")
            target = None if "//" in address else CODE.search(address)
            if not target:
                continue
            text = nodes.literal("", node.astext())
            if base:
                uri = f"{base}/blob/{context['evidence_branch']}/{target[0]}"
                text = nodes.reference("", "", text, refuri=uri)
            node.replace_self(text)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(ReadOutputs)
