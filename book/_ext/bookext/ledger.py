"""The ledger: every claim with its verdict, read from the stored outputs."""

from __future__ import annotations

import html
import json
from collections import Counter
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from evidence import claims

BOOK = Path(__file__).parents[2]
MIME = "application/vnd.evidence.verdict+json"
VERDICTS = {
    "holds": "✓ holds",
    "conditional": "◐ conditional",
    "fails": "✗ fails",
}


def stored(notebook: Path, mime: str) -> list[dict]:
    """Return what the outputs of a notebook carry under a MIME type."""
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [o["data"][mime] for o in outputs if mime in o.get("data", {})]


def verdicts(notebook: Path) -> dict[str, dict]:
    """Return the verdicts stored in a notebook, each under its claim's id."""
    return {verdict["id"]: verdict for verdict in stored(notebook, MIME)}


def entries(env) -> list[dict]:
    """Return the judged claims of the chapters in the contents, with their cells."""
    entries = claims.load().values()
    judged: dict[str, dict] = {}
    for chapter in sorted({entry["chapter"] for entry in entries}):
        notebook = BOOK / f"{chapter}.ipynb"
        if f"book/{chapter}" in env.found_docs:
            judged |= verdicts(notebook)
    rows = []
    for claim in entries:
        if claim["id"] not in judged:
            continue
        docname = f"book/{claim['chapter']}"
        title = env.titles[docname].astext() if docname in env.titles else docname
        rows.append(claim | judged[claim["id"]] | {"docname": docname, "title": title})
    return rows


class ledger(nodes.General, nodes.Element):  # noqa: N801  (docutils' way)
    """Stands for the table until every chapter's title is known."""


class Ledger(SphinxDirective):
    """``{ledger}``: all claims with their verdicts."""

    def run(self):
        """Return a placeholder, and make this page depend on every chapter."""
        for path in BOOK.glob("*/*.*"):
            self.env.note_dependency(str(path))
        return [ledger()]


def fill(app: Sphinx, doctree, docname: str) -> None:
    """Write the table where the directive stood."""
    for node in list(doctree.findall(ledger)):
        rows = entries(app.env)
        text = render(rows, lambda to: app.builder.get_relative_uri(docname, to))
        node.replace_self(nodes.raw("", text, format="html"))


def render(rows: list[dict], uri) -> str:
    """Return the ledger as HTML; a script adds filters and the reader's answers."""
    counts = Counter(row["verdict"] for row in rows)
    total = ", ".join(f"{counts[key]} {words[2:]}" for key, words in VERDICTS.items())
    parts = sorted({row["chapter"].partition("/")[0] for row in rows})
    out = [
        f'<p class="evidence-total">{len(rows)} claims judged: {total}.</p>',
        '<div class="evidence-filters" hidden>',
        _select("part", "Part", [(part, part.replace("-", " ")) for part in parts]),
        _select("verdict", "Verdict", [(v, w[2:]) for v, w in VERDICTS.items()]),
        '<p role="status" class="evidence-count"></p></div>',
        '<div class="evidence-calibration" hidden></div>',
        '<ul class="evidence-ledger">',
    ]
    out += [_row(row, uri) for row in rows]
    return "\n".join([*out, "</ul>"])


def _select(name: str, label: str, options) -> str:
    items = "".join(
        f'<option value="{value}">{text}</option>' for value, text in options
    )
    return (
        f'<label>{label} <select data-filter="{name}"><option value="">all</option>'
        f"{items}</select></label>"
    )


def _row(row: dict, uri) -> str:
    conditions = "".join(
        f"<li><b>{'yes' if met else 'no'}</b> {html.escape(words)}</li>"
        for words, met in row["conditions"].items()
    )
    name, verdict = row["id"], row["verdict"]
    part = row["chapter"].partition("/")[0]
    said, measured, why, source, title = (
        html.escape(row[key])
        for key in ("statement", "measured", "why", "source", "title")
    )
    return f"""\
<li id="{name}" data-claim="{name}" data-verdict="{verdict}" data-part="{part}">
<p><strong class="evidence-badge">{VERDICTS[verdict]}</strong> {said}</p>
<p class="evidence-measured">Measured: {measured}</p>
<details><summary>Conditions and reasons</summary>
<ul>{conditions}</ul><p>{why}</p><p>Stated in: {source}</p></details>
<p class="evidence-link"><a href="{uri(row["docname"])}#claim-{name}">{title}</a></p>
</li>"""


def write_json(app: Sphinx, error: Exception | None) -> None:
    """Publish the ledger for machines as ``claims.json``."""
    if error or app.builder.name != "html":
        return
    keys = ("id", "statement", "chapter", "verdict", "measured", "conditions")
    keys += ("believed", "why", "source")
    rows = [
        {key: row[key] for key in keys}
        | {"url": f"{app.builder.get_target_uri(row['docname'])}#claim-{row['id']}"}
        for row in entries(app.env)
    ]
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    (Path(app.outdir) / "claims.json").write_text(text + "\n", encoding="utf8")


def setup(app: Sphinx) -> None:
    """Register the directive and what fills it."""
    app.add_node(ledger)
    app.add_directive("ledger", Ledger)
    app.connect("doctree-resolved", fill)
    app.connect("build-finished", write_json)
