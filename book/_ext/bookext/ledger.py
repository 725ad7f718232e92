"""The ledger: every claim with its verdict, read from the stored outputs."""

from __future__ import annotations

import html
from collections import Counter

from sphinx.application import Sphinx

from bookext.outputs import LEDGER, collected
from bookext.tables import add_table
from evidence import cards, claims

DECIDED_BY = {  # the states of the conditions that a verdict rests on
    "holds": ["met"],
    "fails": ["refuted"],
    "depends": ["met", "refuted"],
    "open": ["undecided"],
}
WEAK = {
    "margin": "Hangs on the margin",
    "direction": "Direction only",
    "seeds": "Differs with fresh seeds",
    "untried": "Fresh seeds not tried",
    "none": "No weakness found",
}
GROUPS = {True: "Otherwise than commonly believed", False: "All others"}


def entries(app: Sphinx) -> list[dict]:
    """Return every judged claim, in the contents' order, with all that is known."""
    judged = {row["id"]: row for row in collected(app, cards.Verdict.mime)}
    pages = list(app.env.external_site_map)
    found = [
        claim | judged[name] for name, claim in claims.load().items() if name in judged
    ]
    found.sort(key=lambda row: pages.index(f"book/{row['chapter']}"))
    return [
        row | {"surprise": surprises(row), "effect": effect(row), "weak": weak(row)}
        for row in found
    ]


def believed(row: dict) -> str | None:
    """Return the verdict that is commonly believed; of a definition, that it holds."""
    return "holds" if row.get("believed") == "definition" else row.get("believed")


def surprises(row: dict) -> bool:
    """Whether the verdict is another one than is believed; an open one is none yet."""
    return row["verdict"] in claims.VERDICTS[:3] and row["verdict"] != believed(row)


def effect(row: dict) -> list[dict]:
    """Return the conditions that decide: of each state the nearest to its bound.

    Where one setting is enough, the one that is farthest beyond it.
    """
    nearest = max if row.get("reach") == "some" else min
    states = DECIDED_BY.get(row["verdict"], [])
    groups = [[c for c in row["conditions"] if c["state"] == s] for s in states]
    return [nearest(group, key=_clearance) for group in groups if group]


def _clearance(condition: dict) -> float:
    """Return how far an estimate is from the nearest bound, in half-widths."""
    if "estimate" not in condition:
        return 0.0
    reach = {"above": [1], "below": [-1], "within": [-1, 1]}[condition["relation"]]
    bounds = [condition["reference"] + side * condition["margin"] for side in reach]
    width = (condition["high"] - condition["low"]) / 2 or 1e-300
    return min(abs(condition["value"] - bound) for bound in bounds) / width


def weak(row: dict) -> list[str]:
    """Return what may turn a measured verdict, ``none`` if nothing was found."""
    if row["kind"] != "measured":
        return []
    direction = all(
        c["relation"] != "within" and not c["margin"] for c in row["conditions"]
    )
    found = {"margin": row.get("hangs"), "direction": direction}
    found["seeds"] = row.get("fresh", {}).get("bad")
    found["untried"] = "fresh" not in row
    return [name for name, there in found.items() if there] or ["none"]


def total(rows: list[dict]) -> str:
    """Return in words how many rows have which verdict."""
    counts = Counter(row["verdict"] for row in rows)
    said = [*claims.VERDICTS, *(["advice"] if counts["advice"] else [])]
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in said)


def _judged_again(rows: list[dict]) -> str:
    """Return in words what fresh random numbers made of the measured claims."""
    measured = [row for row in rows if row["kind"] == "measured"]
    tried = [row["fresh"] for row in measured if "fresh" in row]
    kept = sum(not fresh["bad"] for fresh in tried)
    said = f"Of {len(measured)} measured claims, {len(tried)} were judged again with"
    return f"{said} fresh seeds; {kept} kept their verdict every time."


def render(rows: list[dict], uri) -> str:
    """Return the ledger as HTML; a script adds filters and the reader's answers."""
    surprising = sum(map(surprises, rows))
    groups = [
        _group(words, [row for row in rows if surprises(row) == there], uri)
        for there, words in GROUPS.items()
    ]
    return "\n".join(
        [
            f'<p class="evidence-total">{len(rows)} claims judged: {total(rows)}. '
            f"{surprising} came out otherwise than is, as far as we know, commonly "
            f"believed. {_judged_again(rows)}</p>",
            _filters(rows),
            '<p role="status" class="evidence-count" hidden></p>',
            '<div class="evidence-calibration" hidden></div>',
            _picture(rows, uri),
            '<div id="evidence-list">',
            *groups,
            "</div>",
        ]
    )


def _filters(rows: list[dict]) -> str:
    """Return the search field and what can be chosen, of that which occurs."""
    parts = dict.fromkeys(_part(row) for row in rows)
    verdicts = [v for v in cards.MARKS if any(row["verdict"] == v for row in rows)]
    kinds = sorted({row["kind"] for row in rows})
    weaknesses = [name for name in WEAK if any(name in weak(row) for row in rows)]
    options = {
        "verdict": ("Verdict", {v: v for v in verdicts}),
        "kind": ("Kind", {kind: kind for kind in kinds}),
        "weak": ("Sturdiness", {name: WEAK[name] for name in weaknesses}),
        "part": ("Part", {part: part.replace("-", " ") for part in parts}),
    }
    return (
        '<div class="evidence-filters" role="search" aria-label="The ledger" hidden>'
        '<label>Search <input type="search" autocomplete="off"></label>'
        + "".join(_select(name, *which) for name, which in options.items())
        + "</div>"
    )


def _select(name: str, label: str, options: dict[str, str]) -> str:
    """Return a choice between what rows have, if there is one."""
    items = "".join(
        f'<option value="{key}">{text}</option>' for key, text in options.items()
    )
    choice = (
        f'<label>{label} <select data-filter="{name}"><option value="">all</option>'
        f"{items}</select></label>"
    )
    return choice if len(options) > 1 else ""


def _part(row: dict) -> str:
    return row["chapter"].partition("/")[0]


def _by_chapter(rows: list[dict]) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(row["chapter"], []).append(row)
    return found


def _picture(rows: list[dict], uri) -> str:
    """Return all verdicts as marks, a line a chapter; each leads to its row."""
    lines = [
        f'<li><a href="{uri("book/" + chapter)}">{html.escape(own[0]["page"])}</a> '
        f"<span>{len(own)}: {''.join(map(_mark, own))}</span></li>"
        for chapter, own in _by_chapter(rows).items()
    ]
    verdicts = [v for v in cards.MARKS if any(row["verdict"] == v for row in rows)]
    key = ", ".join(f'<i data-verdict="{v}">{v}</i>' for v in verdicts)
    return (
        '<figure class="evidence-picture"><a href="#evidence-list">Skip the picture</a>'
        f"<figcaption><p>A mark for each claim, by chapter: {key}.</p></figcaption>"
        f"<ul>{''.join(lines)}</ul></figure>"
    )


def _mark(row: dict) -> str:
    name, verdict = row["id"], row["verdict"]
    said = f"{verdict}: {name.replace('-', ' ')}"
    return f'<a href="#{name}" data-verdict="{verdict}" aria-label="{said}"></a>'


def _group(words: str, rows: list[dict], uri) -> str:
    """Return rows under a heading, by part and chapter; nothing without a row."""
    chapters = [
        f'<div class="evidence-group"><h3><small>{_part(own[0]).replace("-", " ")}'
        f"</small> {html.escape(own[0]['page'])}</h3>\n"
        f'<ul class="evidence-ledger">{"".join(_row(row, uri) for row in own)}</ul>'
        "</div>"
        for own in _by_chapter(rows).values()
    ]
    text = "\n".join(chapters)
    return f'<div class="evidence-group"><h2>{words}</h2>\n{text}</div>' if rows else ""


def _row(row: dict, uri) -> str:
    """Return a claim, what decided it, and folded all that there is to say."""
    name, verdict, weaknesses = row["id"], row["verdict"], weak(row)
    notes = [WEAK[each] for each in weaknesses if each != "none"]
    if believed(row) not in (None, verdict):
        notes.insert(0, f"Commonly believed: {believed(row)}")
    noted = f'<p class="evidence-note">{". ".join(notes)}.</p>' if notes else ""
    said = "".join(f"<p>{html.escape(line)}</p>" for line in cards.said_of(row))
    address = f"{uri('book/' + row['chapter'])}#claim-{name}"
    return f"""
<li id="{name}" data-verdict="{verdict}" data-part="{_part(row)}" \
data-kind="{row["kind"]}" data-weak="{" ".join(weaknesses)}" \
data-believed="{believed(row) or ""}">
<p>{cards.badge(verdict)} {html.escape(row["statement"])}</p>
{_effect(row)}{noted}
<details><summary>Details</summary><div class="evidence-measured">{said}</div>
{cards.conditions_html(row["conditions"])}
<p>Stated in: {html.escape(row["source"])}</p></details>
<p class="evidence-link"><a href="{address}">In its chapter</a></p>
</li>"""


def _effect(row: dict) -> str:
    """Return what decided: estimates beside what was asked, else what was measured."""
    found = effect(row)
    if row.get("measured") and not any("estimate" in c for c in found):
        return f'<p class="evidence-measured">{html.escape(row["measured"])}</p>'
    return cards.conditions_html(found)


def add_script(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Load what only the ledger needs on its page alone."""
    if pagename == LEDGER:
        app.add_js_file("ledger.js", priority=900)  # after claims.js


def setup(app: Sphinx) -> None:
    """Register the table."""
    add_table(app, "ledger", "claims.json", entries, render)
    app.connect("html-page-context", add_script)
