"""The ledger: every claim with its verdict, read from the stored outputs."""

from __future__ import annotations

import html
from collections import Counter

from sphinx.application import Sphinx

from bookext.outputs import collected
from bookext.tables import add_table
from evidence import cards, claims


def entries(app: Sphinx) -> list[dict]:
    """Return every judged claim with its verdict and where it is judged."""
    judged = {row["id"]: row for row in collected(app, cards.Verdict.mime)}
    return [
        claim | judged[name] for name, claim in claims.load().items() if name in judged
    ]


def total(rows: list[dict]) -> str:
    """Return in words how many rows have which verdict."""
    counts = Counter(row["verdict"] for row in rows)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in claims.VERDICTS)


def render(rows: list[dict], uri) -> str:
    """Return the ledger as HTML; a script adds filters and the reader's answers."""
    parts = sorted({row["chapter"].partition("/")[0] for row in rows})
    out = [
        f'<p class="evidence-total">{len(rows)} claims judged: {total(rows)}.</p>',
        '<div class="evidence-filters" hidden>',
        _select("part", "Part", [(part, part.replace("-", " ")) for part in parts]),
        _select("verdict", "Verdict", [(v, v) for v in claims.VERDICTS]),
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
    name, verdict = row["id"], row["verdict"]
    part = row["chapter"].partition("/")[0]
    said, source, page = (
        html.escape(row[key]) for key in ("statement", "source", "page")
    )
    found = "".join(f"<p>{html.escape(line)}</p>" for line in cards.said_of(row))
    why = html.escape(row.get("why", ""))
    conditions = cards.conditions_html(row["conditions"])
    address = f"{uri('book/' + row['chapter'])}#claim-{name}"
    return f"""\
<li id="{name}" data-claim="{name}" data-verdict="{verdict}" data-part="{part}"
 data-believed="{row.get("believed", "")}">
<p>{cards.badge(verdict)} {said}</p>
<div class="evidence-measured">{found}</div>
<details><summary>Conditions and reasons</summary>
{conditions}<p>{why}</p><p>Stated in: {source}</p></details>
<p class="evidence-link"><a href="{address}">{page}</a></p>
</li>"""


def setup(app: Sphinx) -> None:
    """Register the table."""
    add_table(app, "ledger", "claims.json", entries, render)
