"""The replications: one row an experiment, read from the stored outputs."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookext.ledger import BOOK, VERDICTS, stored
from evidence import claims
from evidence.replications import EXPERIMENTS, MIME, Replication

RUNNING = re.compile(r"Running: about (\d+) s\.")
COLUMNS = {
    "experiment": "Experiment",
    "original": "Concluded in 2018",
    "measured": "Measured in 2018",
    "verdict": "Verdict",
    "effect": "Effect",
    "flips": "What flips it",
    "then": "Trained in 2018",
    "here": "Trained here",
}


def entries(env) -> list[dict]:
    """Return the replications of the chapters in the contents, with their claims."""
    statements = {name: entry["statement"] for name, entry in claims.load().items()}
    found = {}
    for chapter in sorted({about.chapter for about in EXPERIMENTS.values()}):
        notebook = BOOK / f"{chapter}.ipynb"
        if f"book/{chapter}" not in env.found_docs:
            continue
        for row in stored(notebook, MIME):
            found[row["experiment"]] = row | {
                "statement": statements[row["claim"]],
                "seconds": seconds_of(notebook),
                "docname": f"book/{chapter}",
            }
    return [found[key] for key in EXPERIMENTS if key in found]


def seconds_of(notebook: Path) -> int:
    """Return how long a chapter runs, as its title cell says.

    Raises
    ------
    ValueError
        If it does not say so.
    """
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    found = RUNNING.search("".join(cells[0]["source"]))
    if found is None:
        raise ValueError(
            f"{notebook.name}: the title cell does not say how long it runs"
        )
    return int(found[1])


class replications(nodes.General, nodes.Element):  # noqa: N801  (docutils' way)
    """Stands for the table until every chapter has been read."""


class Replications(SphinxDirective):
    """``{replications}``: the experiments of 2018 and what is left of them."""

    def run(self):
        """Return a placeholder, and make this page depend on every chapter."""
        for path in BOOK.glob("*/*.*"):
            self.env.note_dependency(str(path))
        return [replications()]


def fill(app: Sphinx, doctree, docname: str) -> None:
    """Write the table where the directive stood."""
    for node in list(doctree.findall(replications)):
        rows = entries(app.env)
        text = render(rows, lambda to: app.builder.get_relative_uri(docname, to))
        node.replace_self(nodes.raw("", text, format="html"))


def render(rows: list[dict], uri) -> str:
    """Return the table as HTML, or without a row how many there will be.

    The roles are those that the elements have by themselves: on a phone the table is
    laid out as cards, and browsers then forget them.
    """
    counts = Counter(row["verdict"] for row in rows)
    total = ", ".join(f"{counts[key]} {words[2:]}" for key, words in VERDICTS.items())
    done = f"{len(rows)} of {len(EXPERIMENTS)} are repeated so far"
    if not rows:
        return f'<p class="evidence-total">{done}.</p>'
    heads = "".join(
        f'<th scope="col" role="columnheader">{words}</th>'
        for words in COLUMNS.values()
    )
    return "\n".join(
        [
            f'<p class="evidence-total">{done}: {total}.</p>',
            '<table class="evidence-replications" role="table">',
            "<caption>The experiments, and what is left of their conclusions</caption>",
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>',
            '<tbody role="rowgroup">',
            *(_row(row, uri) for row in rows),
            "</tbody></table>",
        ]
    )


def _row(row: dict, uri) -> str:
    name, verdict, effect = row["experiment"], row["verdict"], row["effect"]
    page, shown = uri(row["docname"]), Replication(row)
    said = {
        key: html.escape(row[key] or "")
        for key in ("title", "original", "measured", "effect_of", "statement")
    }
    interval = f"{100 * effect['level']:g}&nbsp;% interval, n&nbsp;=&nbsp;{effect['n']}"
    flips = html.escape(shown.flipped_by)
    if EXPERIMENTS[name].is_open_question:
        said["original"] = f"Open question. {said['original']}"
        said["measured"] = "Nothing."
    cells = {
        "original": said["original"],
        "measured": said["measured"],
        "verdict": f'<strong class="evidence-badge">{VERDICTS[verdict]}</strong> '
        f'<a href="{page}#claim-{row["claim"]}">{said["statement"]}</a>',
        "effect": f"<strong>{effect['text']}</strong> {said['effect_of']} ({interval})",
        "flips": flips[0].upper() + flips[1:],
        "then": shown.trained_in_2018,
        "here": f"{row['networks']:,} networks, about {row['seconds']}&nbsp;s",
    }
    return "\n".join(
        [
            f'<tr id="{name}" role="row" data-verdict="{verdict}">',
            f'<th scope="row" role="rowheader"><b>{name}</b> '
            f'<a href="{page}">{said["title"]}</a></th>',
            *(
                f'<td role="cell" data-label="{COLUMNS[key]}">{text}</td>'
                for key, text in cells.items()
            ),
            "</tr>",
        ]
    )


def write_json(app: Sphinx, error: Exception | None) -> None:
    """Publish the table for machines as ``replications.json``."""
    if error or app.builder.name != "html":
        return
    rows = [
        {key: value for key, value in row.items() if key != "docname"}
        | {"url": f"{app.builder.get_target_uri(row['docname'])}#claim-{row['claim']}"}
        for row in entries(app.env)
    ]
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    (Path(app.outdir) / "replications.json").write_text(text + "\n", encoding="utf8")


def setup(app: Sphinx) -> None:
    """Register the directive and what fills it."""
    app.add_node(replications)
    app.add_directive("replications", Replications)
    app.connect("doctree-resolved", fill)
    app.connect("build-finished", write_json)
