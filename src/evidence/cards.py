"""How what a reader is asked and told looks, as text and as HTML.

Every card is rendered from its data alone: in Jupyter, on the site and in the ledger.
"""

from __future__ import annotations

import html

MARKS = {"holds": "✓", "depends": "◐", "fails": "✗", "open": "○", "advice": "–"}
STATES = {"met": "yes", "refuted": "no", "undecided": "undecided"}
COLUMNS = ("Saying", "Verdict", "What decides", "Say instead")  # of that table
MOST_ROWS = 10  # of a table of sayings; what is left stands in the ledger


class Card:
    """An output that shows itself as text and as HTML, and carries its data.

    Parameters
    ----------
    data : dict
        What the card says, fit for JSON. Kinds of cards say which keys it has.
    """

    mime: str

    def __init__(self, data: dict):
        self.data = data

    def __repr__(self) -> str:
        return self.text(self.data)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/plain": self.text(self.data),
            "text/html": self.html(self.data),
            self.mime: self.data,
        }


class Verdict(Card):
    """A judged claim.

    ``id``, ``statement``, ``kind``, ``expected`` and ``verdict``; ``conditions``, each
    with ``setting``, ``state`` and, where it was measured, what was asked and found;
    ``measured``, ``instead`` and ``sturdiness`` where there is something to say;
    ``fresh``, what the site knows of fresh seeds: ``said``, and whether it is ``bad``;
    ``said``, what the reader said, if the kernel heard of it.
    """

    mime = "application/vnd.evidence.verdict+json"

    @staticmethod
    def text(data: dict) -> str:
        """Return a verdict as text."""
        lines = [f"{MARKS[data['verdict']]} {data['verdict']}: {data['statement']}"]
        lines += [f"  {line}" for line in said_of(data)]
        for condition in data["conditions"]:
            lines.append(f"  {STATES[condition['state']]:<3}  {in_words(condition)}")
        return "\n".join(lines)

    @staticmethod
    def html(data: dict, more: str = "") -> str:
        """Return a verdict as HTML; the site has more to put at its end."""
        said = "".join(f"<p>{html.escape(line)}</p>" for line in said_of(data))
        return (
            f'<div class="evidence-verdict" data-claim="{data["id"]}" '
            f'data-verdict="{data["verdict"]}"><p>{badge(data["verdict"])} '
            f'<span class="evidence-statement">{html.escape(data["statement"])}</span>'
            f'</p><div class="evidence-measured">{said}</div>'
            f"{conditions_html(data['conditions'])}{more}</div>"
        )


class Sayings(Card):
    """A table of judged sayings: ``rows``, each the data of a verdict."""

    mime = "application/vnd.evidence.sayings+json"

    @staticmethod
    def text(data: dict) -> str:
        """Return the table as text, a verdict a paragraph."""
        shown, left = _split(data["rows"])
        return "\n".join([Verdict.text(row) for row in shown] + _more(left))

    @staticmethod
    def html(data: dict, ledger: str = "") -> str:
        """Return the table as HTML; the site knows the ledger's address."""
        shown, left = _split(data["rows"])
        rows = "".join(_saying_html(row) for row in shown)
        if left and ledger:
            said = f'<a href="{ledger}">{_more(left)[0]}</a>'
        else:
            said = "".join(_more(left))
        places = "".join(f'<span id="claim-{row["id"]}"></span>' for row in left)
        heads = "".join(
            f'<th scope="col" role="columnheader">{x}</th>' for x in COLUMNS
        )
        return (
            '<div class="evidence-sayings"><table role="table">'
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
            f'<tbody role="rowgroup">{rows}</tbody></table><p>{places}{said}</p></div>'
        )


class Prediction(Card):
    """What a reader is asked to commit to: ``questions``.

    Each has an ``id``, a ``kind`` ("verdict", "number", "outcome"), a ``text`` and the
    common belief, ``believed``; a number its ``low``, ``high`` and ``unit``, an
    outcome its ``options``.
    """

    mime = "application/vnd.evidence.prediction+json"

    @staticmethod
    def text(data: dict) -> str:
        """Return what a reader is asked, as text."""
        return "\n".join(
            ["Commit yourself:"] + [f"  {asked(q)}" for q in data["questions"]]
        )

    @staticmethod
    def html(data: dict) -> str:
        """Return what a reader is asked, as HTML without controls."""
        items = "".join(f"<li>{html.escape(asked(q))}</li>" for q in data["questions"])
        ids = " ".join(q["id"] for q in data["questions"])
        return (
            f'<div class="evidence-predict" data-questions="{ids}">'
            f"<p><strong>Commit yourself</strong></p><ul>{items}</ul></div>"
        )


class Outcome(Card):
    """What came out where a number or an outcome had been asked for.

    ``id`` and ``question`` of the prediction, what is commonly ``believed``, ``answer``
    as printed, and of a number ``value``, ``low`` and ``high``; ``said``, what the
    reader said, if the kernel heard of it.
    """

    mime = "application/vnd.evidence.outcome+json"

    @staticmethod
    def text(data: dict) -> str:
        """Return question and answer as text."""
        return "\n  ".join([data["question"], *came_out(data)])

    @staticmethod
    def html(data: dict) -> str:
        """Return question and answer as HTML."""
        said = "".join(f"<p>{html.escape(line)}</p>" for line in came_out(data))
        return (
            f'<div class="evidence-outcome" data-question="{data["id"]}">'
            f"<p><strong>{html.escape(data['question'])}</strong></p>"
            f'<div class="evidence-measured">{said}</div></div>'
        )


def came_out(data: dict) -> list[str]:
    """Return what there is to say of an outcome beside its question."""
    lines = [f"You said: {data['said']}."] if "said" in data else []
    believed = data["believed"]
    if believed is not None:
        words = believed if isinstance(believed, str) else f"{believed:g}"
        lines.append(f"Commonly believed: {words}.")
    return [*lines, f"Measured: {data['answer']}."]


def asked(question: dict) -> str:
    """Return a question with what may be answered, in words."""
    if question["kind"] == "verdict":
        return f"Holds, depends or fails? {question['text']}"
    if question["kind"] == "outcome":
        return f"{question['text']} {' / '.join(question['options'])}"
    unit = f" {question['unit']}" if question["unit"] else ""
    return f"{question['text']} ({question['low']:g} to {question['high']:g}{unit})"


def said_of(data: dict) -> list[str]:
    """Return what there is to say about a verdict beside its conditions."""
    lines = []
    if "said" in data:
        right = data["said"] == data["verdict"]
        after = ", and so it is." if right else ". The data say otherwise."
        lines.append(f"You said: {data['said']}{after}")
    if data["verdict"] != data["expected"]:
        lines.append(f"The book: {data['expected']}. Your data: {data['verdict']}.")
    if data.get("summary"):
        lines.append(f"{data['summary']}.")
    if data.get("measured"):
        told = data.get("kind") in ("history", "advice")
        lines.append(f"{'Told by' if told else 'Measured'}: {data['measured']}")
    if data.get("sturdiness"):
        lines.append(data["sturdiness"])
    if "fresh" in data:
        lines.append(data["fresh"]["said"])
    if data.get("instead"):
        lines.append(f"Say instead: {data['instead']}")
    return lines


def in_words(condition: dict) -> str:
    """Return a condition: its setting and, where measured, estimate and question."""
    if "estimate" not in condition:
        return condition["setting"]
    return f"{condition['setting']}: {condition['estimate']}, {condition['asked']}"


def badge(verdict: str) -> str:
    """Return a verdict's mark and word as HTML."""
    return f'<strong class="evidence-badge">{MARKS[verdict]} {verdict}</strong>'


def conditions_html(conditions: list[dict]) -> str:
    """Return as an HTML list what was tested, and what came out."""
    items = "".join(
        f"<li><b>{STATES[c['state']]}</b> {html.escape(in_words(c))}</li>"
        for c in conditions
    )
    return f"<ul>{items}</ul>" if items else ""


def _split(rows: list) -> tuple[list, list]:
    return rows[:MOST_ROWS], rows[MOST_ROWS:]


def _more(left: list) -> list[str]:
    return [f"{len(left)} more are judged in the ledger."] if left else []


def _saying_html(row: dict) -> str:
    """Return a row of the table.

    On a narrow screen it is a card: ``data-label`` names its cells. The roles are those
    that the elements have by themselves, and that browsers then forget.
    """
    decides = conditions_html(row["conditions"]) or html.escape(row["measured"])
    cells = (
        html.escape(row["statement"]),
        badge(row["verdict"]),
        decides,
        html.escape(row.get("instead") or ""),
    )
    inside = "".join(
        f'<td role="cell" data-label="{name}">{text}</td>'
        for name, text in zip(COLUMNS, cells, strict=True)
    )
    return (
        f'<tr id="claim-{row["id"]}" role="row" data-claim="{row["id"]}" '
        f'data-verdict="{row["verdict"]}">{inside}</tr>'
    )
