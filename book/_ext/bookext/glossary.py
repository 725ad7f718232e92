"""The glossary page from ``glossary.yml``: English with the Chinese term beside it."""

from __future__ import annotations

from pathlib import Path

import yaml
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).parents[2]
FILE = BOOK / "glossary.yml"


class GlossaryTable(SphinxDirective):
    """``{glossary-table}``: every term, its translation, meaning and chapter."""

    def run(self):
        """Return a Sphinx glossary, so that ``{term}`` links into it."""
        self.env.note_dependency(str(FILE))
        entries = yaml.safe_load(FILE.read_text(encoding="utf8"))
        chapters = {page.rpartition("/")[2]: page for page in self.env.found_docs}
        lines = [":::{glossary}", ":sorted:"]
        for entry in entries:
            text = " ".join(entry["definition"].split())
            if entry["chapter"] in chapters:
                text += f" See {{doc}}`/{chapters[entry['chapter']]}`."
            lines += [entry["term_en"], f"  [{entry['term_zh']}]{{.zh}} {text}", ""]
        lines.append(":::")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("glossary-table", GlossaryTable)
