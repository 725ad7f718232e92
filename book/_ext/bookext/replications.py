"""The replications: one row an experiment, read from the stored outputs."""

from __future__ import annotations

import html

import runs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from bookext.ledger import total
from bookext.outputs import collected
from bookext.tables import BOOK, Collection, add_table, collection
from evidence.cards import MARKS, badge
from evidence.replications import (
    EXPERIMENTS,
    Replication,
    flipped_by,
    interval_of,
    trained_in_2018,
)

LOGGER = logging.getLogger(__name__)
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


REASONS = {  # what takes from a conclusion, in words
    "seeds": "more seeds",
    "controls": "a control",
    "code": "code that measured something else",
}


def entries(app: Sphinx) -> list[dict]:
    """Return every recorded replication with its chapter and that one's seconds."""
    found = {}
    for row in collected(app, Replication.mime):
        seconds = runs.seconds(row["chapter"], BOOK)
        found[row["experiment"]] = row | {"seconds": seconds}
    return [found[key] for key in EXPERIMENTS if key in found]


def render(rows: list[dict], uri) -> str:
    """Return the table as HTML, or without a row how many there will be.

    The roles are those that the elements have by themselves: on a phone the table is
    laid out as cards, and browsers then forget them.
    """
    done = f"{len(rows)} of {len(EXPERIMENTS)} are repeated so far"
    if not rows:
        return f'<p class="evidence-total">{done}.</p>'
    heads = "".join(
        f'<th scope="col" role="columnheader">{words}</th>'
        for words in COLUMNS.values()
    )
    return "\n".join(
        [
            f'<p class="evidence-total">{done}: {total(rows)}.</p>',
            '<table class="evidence-replications" role="table">',
            "<caption>The experiments, and what is left of their conclusions</caption>",
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>',
            '<tbody role="rowgroup">',
            *(_row(row, uri) for row in rows),
            "</tbody></table>",
        ]
    )


class WhatIsLeft(Collection):
    """``{what-is-left}``: the experiments by verdict and by what undid them.

    Each line of its body names an experiment whose conclusion does not hold, and keys
    of :data:`REASONS`: ``E8: code, controls``.
    """

    has_content = True

    def run(self):
        """Return a placeholder that knows the reasons."""
        (placeholder,) = super().run()
        lines = (line.partition(":") for line in self.content)
        placeholder["reasons"] = {
            name.strip(): [word.strip() for word in words.split(",")]
            for name, _, words in lines
        }
        return [placeholder]


def wrong(rows: list[dict], reasons: dict[str, list[str]]) -> list[str]:
    """Return what is wrong with the reasons; one whose chapter is not here may stay."""
    said = [
        f"{name}: no reason {word!r}; there are {', '.join(REASONS)}"
        for name, words in reasons.items()
        for word in words
        if word not in REASONS
    ]
    for row in rows:
        name, verdict = row["experiment"], row["verdict"]
        if verdict in ("depends", "fails") and name not in reasons:
            said.append(f"{name} {verdict}: say what undid its conclusion")
        if verdict == "holds" and name in reasons:
            said.append(f"{name} holds: nothing undid it")
    return said


def what_is_left(rows: list[dict], reasons: dict[str, list[str]]) -> str:
    """Return as HTML what is left of the conclusions of 2018 (across), and why (down).

    One that was undone in two ways stands in two rows.
    """
    of_2018 = sum(not about.is_open_question for about in EXPERIMENTS.values())
    verdicts = [v for v in MARKS if any(row["verdict"] == v for row in rows)]
    heads = "".join(
        f'<th scope="col">{badge(verdict)} '
        f"{sum(row['verdict'] == verdict for row in rows)}</th>"
        for verdict in verdicts
    )
    lines = []
    for reason, words in {"": "nothing", **REASONS}.items():
        those = [r for r in rows if reason in reasons.get(r["experiment"], [""])]
        cells = (
            " ".join(_chip(row) for row in those if row["verdict"] == verdict)
            for verdict in verdicts
        )
        cells = "".join(f"<td>{chips}</td>" for chips in cells)
        lines.append(f'<tr><th scope="row">{words}: {len(those)}</th>{cells}</tr>')
    return "\n".join(
        [
            '<table class="evidence-left">',
            f"<caption>What is left of {len(rows)} of the {of_2018} conclusions of "
            "2018, and what undid the others</caption>",
            f'<thead><tr><th scope="col">undone by</th>{heads}</tr></thead>',
            "<tbody>",
            *lines,
            "</tbody></table>",
        ]
    )


def _chip(row: dict) -> str:
    name, title = row["experiment"], html.escape(row["title"])
    return f'<a href="#{name}" title="{title}">{name}</a>'


def _row(row: dict, uri) -> str:
    name, page = row["experiment"], uri(f"book/{row['chapter']}")
    said = {
        key: html.escape(row[key] or "")
        for key in ("title", "original", "measured", "statement")
    }
    if row["networks_2018"] is None:
        said["original"] = f"Open question. {said['original']}"
        said["measured"] = "Nothing."
    flips = html.escape(flipped_by(row))
    taken = f", about {row['seconds']}&nbsp;s" if row["seconds"] else ""
    cells = {
        "original": said["original"],
        "measured": said["measured"],
        "verdict": f"{badge(row['verdict'])} "
        f'<a href="{page}#claim-{row["claim"]}">{said["statement"]}</a>',
        "effect": "".join(map(_effect, row["effects"])),
        "flips": flips[0].upper() + flips[1:],
        "then": trained_in_2018(row),
        "here": f"{row['networks']:,} networks{taken}",
    }
    return "\n".join(
        [
            f'<tr id="{name}" role="row" data-verdict="{row["verdict"]}">',
            f'<th scope="row" role="rowheader"><b>{name}</b> '
            f'<a href="{page}">{said["title"]}</a></th>',
            *(
                f'<td role="cell" data-label="{COLUMNS[key]}">{text}</td>'
                for key, text in cells.items()
            ),
            "</tr>",
        ]
    )


def _effect(effect: dict) -> str:
    interval = interval_of(effect).replace(" %", "&nbsp;%")
    interval = interval.replace(" = ", "&nbsp;=&nbsp;")
    of = html.escape(effect["of"])
    return f"<p><strong>{effect['text']}</strong> {of} ({interval})</p>"


def fill(app: Sphinx, doctree, docname: str) -> None:
    """Put what is left in its place, and warn where a reason is missing or wrong."""
    for node in list(doctree.findall(_is_left)):
        rows = [row for row in entries(app) if row["networks_2018"] is not None]
        for words in wrong(rows, node["reasons"]):
            LOGGER.warning(f"what-is-left, {words}", location=docname)
        text = what_is_left(rows, node["reasons"])
        node.replace_self(nodes.raw("", text, format="html"))


def _is_left(node) -> bool:
    return isinstance(node, collection) and "reasons" in node


def setup(app: Sphinx) -> None:
    """Register the table, and what is left."""
    add_table(app, "replications", "replications.json", entries, render)
    app.add_directive("what-is-left", WhatIsLeft)
    app.connect("doctree-resolved", fill)
