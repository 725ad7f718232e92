"""The glossary page from ``glossary.yml``: English with the Chinese term beside it.

A term that no chapter uses yet stays in the file and is left out of the page.
"""

from __future__ import annotations

import re

import yaml
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookext.chapters import ROOT, listed, source

FILE = ROOT / "book" / "glossary.yml"
TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`>]+)>?`")


class GlossaryTable(SphinxDirective):
    """``{glossary-table}``: the chapters' terms, with translation and meaning."""

    def run(self):
        """Return a Sphinx glossary, so that ``{term}`` links into it."""
        self.env.note_dependency(str(FILE))
        introduced = introductions(
            {chapter: source(chapter, "markdown") for chapter in listed(self.env)}
        )
        lines = [":::{glossary}"]
        for entry in yaml.safe_load(FILE.read_text(encoding="utf8")):
            if chapter := introduced.get(plain(entry["term_en"])):
                text = " ".join(entry["definition"].split())
                text = f"[{entry['term_zh']}]{{.zh}} {text} See {{doc}}`/{chapter}`."
                lines += [entry["term_en"], f"  {text}", ""]
        return self.parse_text_to_nodes("\n".join([*lines, ":::"]))


def introductions(prose: dict[str, str]) -> dict[str, str]:
    """Return term -> the first chapter whose prose names it with ``{term}``."""
    found = {}
    for chapter, text in prose.items():
        for term in TERM.findall(text):
            found.setdefault(plain(term), chapter)
    return found


def plain(term: str) -> str:
    """Return a term as Sphinx compares it: letter case, quotes, line ends aside."""
    return " ".join(re.sub("[\u2018\u2019]", "'", term).lower().split())


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("glossary-table", GlossaryTable)
