"""The replications: one row an experiment, read from the stored outputs."""

from __future__ import annotations

import html

import runs
from sphinx.application import Sphinx

from bookext.ledger import total
from bookext.outputs import collected
from bookext.tables import BOOK, add_table
from evidence.cards import badge
from evidence.replications import (
    EXPERIMENTS,
    Replication,
    flipped_by,
    interval_of,
    trained_in_2018,
)

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


def setup(app: Sphinx) -> None:
    """Register the table."""
    add_table(app, "replications", "replications.json", entries, render)
