"""Claims: stated once beside their chapter, predicted, measured and judged.

``book/part/slug.yml`` holds the claims of the chapter ``book/part/slug.ipynb`` and the
symptoms that lead a reader to it. Package, tools and site read them here.

The verdict is computed: every condition true is *holds*, none is *fails*, mixed is
*conditional*. A verdict that differs from the one the book expects is an error, so a
claim that stops being true breaks the build.
"""

from __future__ import annotations

import difflib
import html
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import yaml

VERDICTS = ("holds", "conditional", "fails")
BELIEFS = (*VERDICTS, "definition")  # what was believed before
MARKS = {"holds": "✓", "conditional": "◐", "fails": "✗"}
VERDICT_MIME = "application/vnd.evidence.verdict+json"
PREDICTION_MIME = "application/vnd.evidence.prediction+json"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times faster
FIELDS = ("id", "statement", "expected", "believed", "why", "source")
PRINTED = ("id", "statement", "expected")  # what an output shows or is judged by


class VerdictChanged(AssertionError):  # noqa: N818  (it is a finding, not a fault)
    """The data no longer give the verdict that the chapter's claims expect."""


def book_folder() -> Path:
    """Return the folder of the chapters: the repository's, or the installed copy.

    Raises
    ------
    FileNotFoundError
        If the package was taken out of its repository without being installed.
    """
    here = Path(__file__).resolve()
    for path in (here.parents[2] / "book", here.parent / "book"):
        if path.is_dir():
            return path
    raise FileNotFoundError(
        "the folder book/ is missing: install the package from its repository "
        "(pip install -e .)"
    )


@cache
def load(book: Path | None = None) -> dict[str, dict]:
    """Read the claims of all chapters.

    Parameters
    ----------
    book : pathlib.Path, optional
        Another folder of chapters; by default the book's.

    Returns
    -------
    dict
        Claim id -> entry with ``id``, ``chapter`` (``part/slug``), ``statement``,
        ``expected``, ``believed``, ``why`` and ``source``, in the order of the files.

    Raises
    ------
    ValueError
        If a file is not YAML of this form, an id or a statement occurs twice,
        ``expected`` is not a verdict, or ``believed`` neither a verdict nor
        ``definition``. The message names file and claim.
    """
    found, statements = {}, {}
    for chapter, sibling in _siblings(book or book_folder()).items():
        for entry in sibling.get("claims") or []:
            _check(entry, f"book/{chapter}.yml")
            name, statement = entry["id"], entry["statement"]
            for other in (found.get(name), statements.get(statement)):
                if other:
                    raise ValueError(
                        f"claim {name} of book/{chapter}.yml repeats {other['id']} of "
                        f"book/{other['chapter']}.yml: ids and statements are unique"
                    )
            found[name] = statements[statement] = entry | {"chapter": chapter}
    return found


def symptoms(book: Path | None = None) -> dict[str, list[str]]:
    """Return chapter -> what a reader sees that this chapter explains."""
    siblings = _siblings(book or book_folder())
    return {
        name: found["symptoms"]
        for name, found in siblings.items()
        if "symptoms" in found
    }


def _siblings(book: Path) -> dict[str, dict]:
    """Return what stands in the ``.yml`` beside each chapter, by ``part/slug``."""
    found = {}
    for path in sorted(book.glob("[!_]*/*.yml")):
        chapter = path.relative_to(book).with_suffix("").as_posix()
        try:
            found[chapter] = yaml.load(path.read_text("utf8"), LOADER) or {}
        except yaml.MarkedYAMLError as error:
            raise ValueError(
                f"book/{chapter}.yml, line {error.problem_mark.line + 1}: not YAML, "
                f"{error.problem}; a text with a colon or a number sign needs quotes"
            ) from None
        unknown = found[chapter].keys() - {"claims", "symptoms"}
        if unknown:
            raise ValueError(
                f"book/{chapter}.yml holds claims and symptoms, not {sorted(unknown)}"
            )
    return found


def _check(entry: dict, file: str) -> None:
    """Refuse an entry that lacks a field or has a word that is no verdict."""
    name = entry.get("id", "(no id)")
    if missing := set(FIELDS) - entry.keys():
        raise ValueError(f"claim {name} in {file} lacks {sorted(missing)}")
    if entry["expected"] not in VERDICTS:
        raise ValueError(
            f"claim {name} in {file} expects {entry['expected']!r}; a verdict is one "
            f"of {', '.join(VERDICTS)}"
        )
    if entry["believed"] not in BELIEFS:
        raise ValueError(
            f"claim {name} in {file} was believed {entry['believed']!r}; say one of "
            f"{', '.join(BELIEFS)}"
        )


def lookup(claim_id: str) -> dict:
    """Return the entry of one claim.

    Raises
    ------
    KeyError
        If there is no such claim; the message names the nearest ids.
    """
    entries = load()
    if claim_id not in entries:
        near = difflib.get_close_matches(claim_id, entries, n=3, cutoff=0.4)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        raise KeyError(f"no chapter claims {claim_id!r}{hint}")
    return entries[claim_id]


def decide(conditions: Mapping[str, bool]) -> str:
    """Return the verdict that the conditions give.

    Parameters
    ----------
    conditions : mapping of str to bool
        What was tested, in words, and whether it was met.

    Returns
    -------
    {"holds", "conditional", "fails"}

    Raises
    ------
    TypeError
        If the conditions are not a mapping, or one is not a bool: an array or a
        number would hide a mistake.
    ValueError
        If there is no condition.
    """
    if not isinstance(conditions, Mapping):
        raise TypeError(
            "conditions are a dict of words to bools, for example "
            f'{{"the gap is above 0": gap.low > 0}}, not {type(conditions).__name__}'
        )
    if not conditions:
        raise ValueError("a verdict needs at least one condition")
    for words, met in conditions.items():
        if not isinstance(met, (bool, np.bool_)):
            raise TypeError(
                f"condition {words!r} is {type(met).__name__}, not bool: compare "
                "something, for example gap.low > 0"
            )
    met = [bool(value) for value in conditions.values()]
    return "holds" if all(met) else "conditional" if any(met) else "fails"


class Prediction:
    """The claims a reader is asked to commit to; shows itself as a list.

    Parameters
    ----------
    data : dict
        ``claims``: the ``id`` and the ``statement`` of each.
    """

    def __init__(self, data: dict):
        self.data = data

    def __repr__(self) -> str:
        return prediction_text(self.data)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/plain": prediction_text(self.data),
            "text/html": prediction_html(self.data),
            PREDICTION_MIME: self.data,
        }


def prediction_text(data: dict) -> str:
    """Return what a reader is asked, as text."""
    lines = ["Commit yourself: holds, depends or fails?"]
    lines += [f"{i}. {claim['statement']}" for i, claim in enumerate(data["claims"], 1)]
    return "\n".join(lines)


def prediction_html(data: dict) -> str:
    """Return what a reader is asked, as HTML; on the site a script adds the answers."""
    items = "".join(
        f'<li data-claim="{claim["id"]}">{html.escape(claim["statement"])}</li>'
        for claim in data["claims"]
    )
    return (
        '<div class="evidence-predict"><p><strong>Commit yourself:</strong> '
        f"holds, depends or fails?</p><ol>{items}</ol></div>"
    )


def predict(*claim_ids: str) -> Prediction:
    """Ask the reader to commit before the evidence is shown.

    Parameters
    ----------
    *claim_ids : str
        Ids of claims this chapter judges.

    Returns
    -------
    Prediction
        Shows the statements; on the site each can be answered.

    Raises
    ------
    KeyError
        If there is no such claim.
    ValueError
        If no claim is named.
    """
    if not claim_ids:
        raise ValueError("name at least one claim to predict")
    entries = [lookup(claim_id) for claim_id in claim_ids]
    asked = [{"id": e["id"], "statement": e["statement"]} for e in entries]
    return Prediction({"claims": asked})


class Verdict:
    """A judged claim; shows itself as text, as HTML and as data for the ledger.

    Parameters
    ----------
    data : dict
        ``id``, ``statement``, ``verdict``, ``measured``, and ``conditions``: a pair of
        words and bool for each, in the order in which they were tested.
    """

    def __init__(self, data: dict):
        self.data = data

    def __repr__(self) -> str:
        return verdict_text(self.data)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/plain": verdict_text(self.data),
            "text/html": verdict_html(self.data),
            VERDICT_MIME: self.data,
        }


def verdict_text(data: dict) -> str:
    """Return a verdict as text."""
    verdict = data["verdict"]
    lines = [f"{MARKS[verdict]} {verdict}: {data['statement']}"]
    lines.append(f"  measured: {data['measured']}")
    lines += [
        f"  {'yes' if met else 'no '}  {words}" for words, met in data["conditions"]
    ]
    return "\n".join(lines)


def verdict_html(data: dict, more: str = "") -> str:
    """Return a verdict as HTML; the site has more to put at its end."""
    return (
        f'<div class="evidence-verdict" data-claim="{data["id"]}" '
        f'data-verdict="{data["verdict"]}"><p>{badge(data["verdict"])} '
        f'<span class="evidence-statement">{html.escape(data["statement"])}</span></p>'
        f'<p class="evidence-measured">Measured: {html.escape(data["measured"])}</p>'
        f"{conditions_html(data['conditions'])}{more}</div>"
    )


def badge(verdict: str) -> str:
    """Return a verdict's mark and word as HTML."""
    return f'<strong class="evidence-badge">{MARKS[verdict]} {verdict}</strong>'


def conditions_html(conditions: list) -> str:
    """Return as an HTML list what was tested, and whether it was met."""
    items = "".join(
        f"<li><b>{'yes' if met else 'no'}</b> {html.escape(words)}</li>"
        for words, met in conditions
    )
    return f"<ul>{items}</ul>"


def judge(claim_id: str, conditions: Mapping[str, bool], *, measured: str) -> Verdict:
    """Judge a claim from measured conditions.

    Parameters
    ----------
    claim_id : str
        Id of a claim of this chapter.
    conditions : mapping of str to bool
        What was tested, in words, and whether it was met. All true: *holds*. None:
        *fails*. Mixed: *conditional*, and the conditions say when.
    measured : str
        The figures behind the verdict, for example ``f"gap {gap}"``.

    Returns
    -------
    Verdict
        Shows itself; make it the last expression of its cell.

    Raises
    ------
    VerdictChanged
        If the verdict is not the one that the chapter's claims expect.
    KeyError
        If there is no such claim.
    TypeError, ValueError
        If a condition is not a bool, or there is none, or ``measured`` is empty.
    """
    entry = lookup(claim_id)
    verdict = decide(conditions)
    if not isinstance(measured, str) or not measured.strip():
        raise ValueError('say what was measured, for example measured=f"gap {gap}"')
    data = {
        "id": claim_id,
        "statement": entry["statement"],
        "verdict": verdict,
        "measured": measured,
        "conditions": [[words, bool(met)] for words, met in conditions.items()],
    }
    if verdict != entry["expected"]:
        raise VerdictChanged(
            f"{claim_id}: book/{entry['chapter']}.yml expects {entry['expected']!r}, "
            f"the data say {verdict!r}.\n{verdict_text(data)}\n"
            "If the data are right, change `expected` there and say why in the commit."
        )
    return Verdict(data)
