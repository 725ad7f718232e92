"""Predictions: what a reader commits to before the evidence is shown.

A question is asked by a widget that needs no kernel. In Jupyter the kernel hears of the
answer, so that the verdict can say what the reader said.
"""

from __future__ import annotations

import re
from pathlib import Path

import anywidget
import traitlets

from evidence import checks
from evidence.cards import Outcome, Prediction
from evidence.entries import lookup
from evidence.stats import Estimate

NAME = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")  # as the names of exercises
_HERE = Path(__file__).parent
_asked: dict[str, dict] = {}  # what predict asked, by id
_answers: dict[str, str | float] = {}  # what the reader said, by id


class Questions(anywidget.AnyWidget):
    """Native controls for each question; the answers are sent to the kernel."""

    _esm = (_HERE / "asking.js").read_text(encoding="utf8")
    _css = (_HERE / "asking.css").read_text(encoding="utf8")
    questions = traitlets.List().tag(sync=True)

    def __init__(self, questions: list[dict]):
        super().__init__(questions=questions)
        self.on_msg(lambda _, message, buffers: remember(message))


def remember(message: dict) -> None:
    """Take a reader's answers: id -> answer, or None for a question left out."""
    for name, answer in message.items():
        if answer is None:
            _answers.pop(name, None)
        elif name in _asked:
            _answers[name] = answer


def answered(name: str) -> dict:
    """Return what a card adds where the reader has answered: ``said``, or nothing."""
    return {"said": _answers[name]} if name in _answers else {}


class Asked(Prediction):
    """A prediction that can be answered."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = Questions(self.data["questions"])._repr_mimebundle_()
        widget, metadata = shown if isinstance(shown, tuple) else (shown, {})
        return {**widget, **super()._repr_mimebundle_()}, metadata


def guess_number(
    name: str,
    text: str,
    *,
    low: float,
    high: float,
    unit: str = "",
    believed: float | None = None,
) -> dict:
    """Ask for a number before it is measured; a question for :func:`predict`.

    Parameters
    ----------
    name : str
        ``slug/name``, as an exercise's; :func:`reveal` answers it.
    text : str
        The question.
    low, high : float
        The least and the greatest answer.
    unit : str
        The unit of the answer.
    believed : float, optional
        The common answer, between ``low`` and ``high``.

    Raises
    ------
    ValueError
        If the name is of another form, the range is empty, or the common answer lies
        outside it.
    """
    _check_name(name)
    low, high = checks.number(low, "low"), checks.number(high, "high", above=low)
    if believed is not None:
        believed = checks.number(believed, "believed", least=low, most=high)
    asked = {"id": name, "kind": "number", "text": text, "believed": believed}
    return asked | {"low": low, "high": high, "unit": unit}


def guess_outcome(
    name: str, text: str, options: list[str], *, believed: str | None = None
) -> dict:
    """Ask which outcome the experiment will have; a question for :func:`predict`.

    Parameters
    ----------
    name, text : str
        As in :func:`guess_number`.
    options : list of str
        What can be answered, two or more.
    believed : str, optional
        The option that most would choose.

    Raises
    ------
    ValueError
        If the name is of another form, there are fewer than two different options, or
        the common answer is none of them.
    """
    _check_name(name)
    if len(set(options)) < 2 or len(set(options)) < len(options):
        raise ValueError(f"a question needs two or more different options: {options}")
    if believed is not None:
        checks.one_of(believed, "believed", options)
    asked = {"id": name, "kind": "outcome", "text": text, "believed": believed}
    return asked | {"options": list(options)}


def predict(*questions: str | dict) -> Prediction:
    """Ask the reader to commit before the evidence is shown.

    Parameters
    ----------
    *questions : str or dict
        Ids of claims that this chapter judges, and what :func:`guess_number` and
        :func:`guess_outcome` return.

    Returns
    -------
    Prediction
        Shows the questions; in Jupyter and on the site each can be answered.

    Raises
    ------
    KeyError
        If there is no such claim.
    ValueError
        If nothing is asked, or a claim that no experiment decides.
    """
    if not questions:
        raise ValueError("name at least one claim to predict")
    asked = [q if isinstance(q, dict) else _verdict_question(q) for q in questions]
    _asked.update({question["id"]: question for question in asked})
    return Asked({"questions": asked})


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(
            f"a question is named slug/name in small letters, digits and hyphens, for "
            f"example batchnorm-train-eval/loss, not {name!r}"
        )


def _verdict_question(claim_id: str) -> dict:
    entry = lookup(claim_id)
    if entry["kind"] in ("exact", "history", "advice"):
        raise ValueError(
            f"{claim_id} is of kind {entry['kind']}: no experiment decides it, so ask "
            "for a number or an outcome instead"
        )
    return {
        "id": claim_id,
        "kind": "verdict",
        "text": entry["statement"],
        "believed": entry["believed"],
    }


def reveal(name: str, answer: Estimate | float | str) -> Outcome:
    """Answer a question of :func:`predict` with what was measured.

    Parameters
    ----------
    name : str
        The question's name.
    answer : Estimate, float or str
        A number with or without its interval, or one of the options.

    Returns
    -------
    Outcome
        Shows itself, and on the site and in Jupyter what the reader said.

    Raises
    ------
    KeyError
        If no such question was asked in a cell before.
    TypeError, ValueError
        If the answer is not of the question's kind.
    """
    if name not in _asked or _asked[name]["kind"] == "verdict":
        raise KeyError(f"no number or outcome {name!r} was asked for by claims.predict")
    question = _asked[name]
    data = {"id": name, "kind": question["kind"], "question": question["text"]}
    data |= {"believed": question["believed"]} | answered(name)
    if question["kind"] == "outcome":
        return Outcome(
            data | {"answer": checks.one_of(answer, name, question["options"])}
        )
    if not isinstance(answer, Estimate):
        answer = Estimate(*[checks.number(answer, name)] * 3, n=2)
        text = f"{answer.value:.4g}"
    else:
        text = answer.text()
    value, *ends = (float(x) for x in re.findall(r"[^][, ]+", text))
    low, high = ends or (value, value)
    return Outcome(data | {"answer": text, "value": value, "low": low, "high": high})
