"""Claims: stated once beside their chapter, predicted, measured and judged.

The verdict is computed: every condition met is *holds*, every one refuted is *fails*,
some met and some refuted is *depends*, and what is left is *open*. Where outputs are
stored or compared, a verdict that differs from the one the book expects is an error, so
a claim that stops being true breaks the build. To whoever explores it is a card.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import numpy as np

from evidence.asking import answered, guess_number, guess_outcome, predict, reveal
from evidence.cards import Sayings, Verdict
from evidence.entries import ASKS, VERDICTS, book_folder, load, lookup, symptoms
from evidence.stats import Comparison

__all__ = [
    "VERDICTS",
    "VerdictChanged",
    "book_folder",
    "decide",
    "guess_number",
    "guess_outcome",
    "judge",
    "load",
    "lookup",
    "predict",
    "reveal",
    "sayings",
    "storing",
    "symptoms",
]
STORED = "EVIDENCE_STORED"  # set where outputs are stored or compared


class VerdictChanged(AssertionError):  # noqa: N818  (it is a finding, not a fault)
    """The data no longer give the verdict that the chapter's claims expect."""


def storing() -> bool:
    """Whether outputs are being stored or compared, and no reader explores."""
    return bool(os.environ.get(STORED))


def decide(states, reach: str = "every") -> str:
    """Return the verdict that the states of the conditions give.

    Parameters
    ----------
    states : iterable of {"met", "refuted", "undecided"}
        One of each condition, at least one.
    reach : {"every", "some"}
        Whether the statement reaches to every setting, or says that there is one.

    Returns
    -------
    {"holds", "depends", "fails", "open"}

    Raises
    ------
    ValueError
        If there is no state, or one is no state.
    """
    found = set(states)
    if not found or found - {"met", "refuted", "undecided"}:
        raise ValueError(
            "a verdict needs conditions that are met, refuted or undecided, not "
            f"{sorted(found)}"
        )
    if found == {"met"} or (reach == "some" and "met" in found):
        return "holds"
    if found == {"refuted"}:
        return "fails"
    return "depends" if found >= {"met", "refuted"} else "open"


def judge(
    claim_id: str,
    conditions: Mapping[str, Comparison | bool],
    *,
    measured: str | None = None,
) -> Verdict:
    """Judge a claim from what was measured.

    Parameters
    ----------
    claim_id : str
        Id of a claim of this chapter.
    conditions : mapping of str to Comparison or bool
        Setting -> what was found there: of a measured claim a comparison such as
        ``gap.above(0, by=0.05)``, of a computed or an exact one a bool. Where outputs
        are stored or compared, settings and questions are those of the claim's entry.
    measured : str, optional
        What else to say about it: over what the intervals are, or the figure behind a
        bool.

    Returns
    -------
    Verdict
        Shows itself; make it the last expression of its cell.

    Raises
    ------
    VerdictChanged
        Where outputs are stored or compared, if the verdict is not the one that the
        entry expects.
    KeyError
        If there is no such claim.
    TypeError
        If the conditions are no mapping, or one is of the wrong kind.
    ValueError
        If there is none; and, where outputs are stored or compared, if settings or
        questions are not those of the entry.

    Notes
    -----
    A claim whose ``reach`` is *some* holds if one setting is met. Its intervals are
    those of the level ``1 - 0.05 / settings``: with many settings, one would be met by
    chance.
    """
    entry = lookup(claim_id)
    data = _judged(entry, conditions, measured)
    if data["verdict"] != data["expected"] and storing():
        raise VerdictChanged(
            f"{claim_id}: book/{entry['chapter']}.yml expects {data['expected']!r}, "
            f"the data say {data['verdict']!r}.\n{Verdict.text(data)}\n"
            "If the data are right, change `expected` there and say why in the commit."
        )
    return Verdict(data | answered(claim_id))


def sayings(rows: Mapping[str, Mapping | None]) -> Sayings:
    """Judge many claims in one table.

    Parameters
    ----------
    rows : mapping of str to mapping, or None
        Claim id -> its conditions as in :func:`judge`; None for claims of history and
        advice, which a citation and judgement decide. The first ten are shown, the
        rest stand in the ledger.

    Returns
    -------
    Sayings
        Shows itself; make it the last expression of its cell.

    Raises
    ------
    VerdictChanged, KeyError, TypeError, ValueError
        As in :func:`judge`.
    """
    if not rows:
        raise ValueError("a table of sayings needs at least one claim")
    return Sayings({"rows": [_saying(name, found) for name, found in rows.items()]})


def _saying(claim_id: str, conditions: Mapping | None) -> dict:
    """Return the data of one row."""
    entry = lookup(claim_id)
    if entry["kind"] not in ("history", "advice"):
        return judge(claim_id, conditions).data
    if conditions is not None:
        raise ValueError(
            f"{claim_id} is of kind {entry['kind']}: nothing measured decides it, so "
            "say None"
        )
    verdict = entry.get("expected", "advice")
    return _data(entry, verdict, []) | {
        "expected": verdict,
        "measured": entry["source"],
    }


def _data(entry: dict, verdict: str, conditions: list[dict]) -> dict:
    """Return what every card of a judged claim says."""
    return {
        "id": entry["id"],
        "statement": entry["statement"],
        "kind": entry["kind"],
        "verdict": verdict,
        "expected": entry.get("expected"),
        "conditions": conditions,
        "instead": entry.get("instead") if verdict != "holds" else None,
    }


def _judged(entry: dict, conditions: Mapping, measured: str | None) -> dict:
    """Return the data of a verdict."""
    _check_conditions(entry, conditions)
    if measured is not None and not str(measured).strip():
        raise ValueError('say what was measured, for example measured=f"gap {gap}"')
    order = entry.get("settings", conditions) if storing() else conditions
    found = {setting: conditions[setting] for setting in order}
    if entry.get("reach") == "some":
        level = 1 - 0.05 / len(found)
        found = {s: c.at_level(level) for s, c in found.items()}
    verdict = decide(map(_state, found.values()), entry.get("reach", "every"))
    rows = [_condition(entry, *item) for item in found.items()]
    data = _data(entry, verdict, rows) | {"measured": measured}
    if entry["kind"] == "measured":
        data["summary"] = _summary(found) if verdict in ("depends", "open") else None
        if entry.get("reach") == "some" and len(found) > 1:
            data["summary"] = f"It asks for one of the {len(found)} settings"
        data["hangs"] = _hangs(entry, found, verdict)
        data["sturdiness"] = _sturdiness(entry, data["hangs"])
    return data


def _check_conditions(entry: dict, conditions: Mapping) -> None:
    """Refuse what is no condition and, where outputs are stored, not the entry's."""
    name, measured = entry["id"], entry["kind"] == "measured"
    if not isinstance(conditions, Mapping):
        raise TypeError(
            "conditions are a dict of settings to what was found there, for example "
            f'{{"batches of 2": gap.above(0, by=0.05)}}, not '
            f"{type(conditions).__name__}"
        )
    if not conditions:
        raise ValueError("a verdict needs at least one condition")
    settings = entry.get("settings", conditions)
    if storing() and set(conditions) != set(settings):
        raise ValueError(
            f"{name} is judged at {list(settings)}, as its entry says, not at "
            f"{list(conditions)}"
        )
    for setting, found in conditions.items():
        if measured and not isinstance(found, Comparison):
            raise TypeError(
                f"{setting!r} is {type(found).__name__}, not a comparison: {name} is "
                "measured, so write for example gap.above(0, by=0.05)"
            )
        if measured and storing() and not _asks_the_same(entry, found):
            raise ValueError(
                f"{name} asks {entry['asks']!r}, as its entry says; at {setting!r} "
                f"it was asked {found.asked!r}"
            )
        if not measured and not isinstance(found, (bool, np.bool_)):
            raise TypeError(
                f"condition {setting!r} is {type(found).__name__}, not bool: compare "
                "something, for example gap.low > 0"
            )


def _asks_the_same(entry: dict, found: Comparison) -> bool:
    """Whether a comparison asks what its entry asks."""
    asks = ASKS.fullmatch(entry["asks"])
    relation, reference = asks["relation"] or "within", asks["reference"] or asks["of"]
    margin = float(asks["by"] or asks["margin"] or 0)
    same = found.relation == relation and found.margin == margin
    if _is_number(reference):
        same = same and found.reference == float(reference)
    return same


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _state(found: Comparison | bool) -> str:
    """Return the state of a condition."""
    if isinstance(found, Comparison):
        return found.state
    return "met" if found else "refuted"


def _condition(entry: dict, setting: str, found: Comparison | bool) -> dict:
    """Return what a card says of one condition; numbers as printed, no digit more."""
    row = {"setting": setting, "state": _state(found)}
    if not isinstance(found, Comparison):
        return row
    text = found.estimate.text(*found.bounds)
    value, low, high = (float(x) for x in re.findall(r"[^][, ]+", text))
    width = (high - low) / 2
    asked = entry["asks"] if _asks_the_same(entry, found) else found.asked
    if not re.search(rf"\b{re.escape(f'{found.reference:g}')}\b", asked):
        asked = f"{asked} ({found.reference:.4g})"
    return row | {
        "estimate": text,
        "asked": asked,
        "value": value,
        "low": low,
        "high": high,
        "n": found.estimate.n,
        "level": round(found.estimate.level, 4),
        "relation": found.relation,
        "reference": float(f"{found.reference:.4g}"),
        "margin": found.margin,
        "half_widths": round(found.margin / width, 1) if width else None,
    }


def _summary(found: Mapping[str, Comparison]) -> str:
    """Return where a claim holds, fails and is undecided, in the settings' order."""
    words = {"met": "holds", "refuted": "fails", "undecided": "undecided"}
    parts = []
    for state, word in words.items():
        there = [setting for setting, c in found.items() if c.state == state]
        if there:
            parts.append(f"{word} for {', '.join(there)}")
    text = "; ".join(parts)
    return text[0].upper() + text[1:]


def _hangs(entry: dict, found: Mapping[str, Comparison], verdict: str) -> dict:
    """Return the verdicts of half and double margins that differ from the verdict."""
    other = {}
    for words, factor in (("half", 0.5), ("double", 2.0)):
        states = [c.with_margin_times(factor).state for c in found.values()]
        other[words] = decide(states, entry.get("reach", "every"))
    return {words: word for words, word in other.items() if word != verdict}


def _sturdiness(entry: dict, hangs: dict) -> str | None:
    """Return what to say where the margin decides, or where there is none."""
    if entry["asks"].startswith(("above", "below")) and " by " not in entry["asks"]:
        return "Direction only: no margin was asked for."
    if not hangs:
        return None
    said = " and ".join(f"with {w} the margin it is {v}" for w, v in hangs.items())
    return f"Hangs on the margin: {said}. {entry.get('margin_reason', '')}".rstrip()
