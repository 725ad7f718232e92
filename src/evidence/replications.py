"""Replications: what an experiment of 2018 concluded, and what is left of it.

A. Abid's *Atomic Experiments in Deep Learning* (2018) are twelve small experiments, E1
to E12, and a list of questions that they leave open, four of which are A to D here. A
chapter that repeats one judges the decisive claim with :func:`evidence.claims.judge`
and records the result; the site collects what is recorded in one table.

The verdict and its conditions are taken from the judgement, so that a changed result
changes the row. Seconds of ours are not recorded: they depend on the machine. To
whoever explores, with fewer seeds or another verdict, the row says what came out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evidence.cards import MARKS, Card, Verdict, badge
from evidence.claims import storing
from evidence.stats import Estimate

MIN_SAMPLES = 20  # seeds behind an effect: fewer is what is being repeated here


@dataclass(frozen=True)
class Experiment:
    """An experiment and, if it was run in 2018, how.

    Parameters
    ----------
    title : str
        What it is about.
    networks : int, optional
        Networks trained in 2018; None for a question that was left open.
    repetitions : int, optional
        How often each condition was repeated in 2018.
    seconds : float, optional
        Seconds that the notebook of 2018 prints.
    """

    title: str
    networks: int | None = None
    repetitions: int | None = None
    seconds: float | None = None

    @property
    def is_open_question(self) -> bool:
        """Whether the text of 2018 asks it without having run it."""
        return self.networks is None


EXPERIMENTS = {
    "E1": Experiment("Width and fit", 9, 1, 91.6),
    "E2": Experiment("Depth, equal weights", 3, 1, 28.7),
    "E3": Experiment("More data, deeper networks", 54, 3, 138.2),
    "E4": Experiment("Class imbalance", 72, 5, 392.2),
    "E5": Experiment("Learning random labels", 36, 3, 432.3),
    "E6": Experiment("PCA before a network", 132, 3, 182.9),
    "E7": Experiment("Any nonlinearity as activation", 18, 3, 22.7),
    "E8": Experiment("Batch size and accuracy", 24, 4, 293.1),
    "E9": Experiment("The choice of the loss", 30, 5, 36.7),
    "E10": Experiment("Initial weights", 25, 5, 34.1),
    "E11": Experiment("Which layer converges first", 1, 1, 3.9),
    "E12": Experiment("Penalties and weights", 6, 1, 17.8),
    "A": Experiment("Batch size with learning rate"),
    "B": Experiment("Where batch normalization helps"),
    "C": Experiment("Transfer with little data"),
    "D": Experiment("End to end, or in stages"),
}


class Replication(Card):
    """A row of the table: what :func:`record` was told, with what is known of 2018."""

    mime = "application/vnd.evidence.replication+json"

    @staticmethod
    def text(data: dict) -> str:
        """Return a replication as text."""
        verdict = data["verdict"]
        lines = [f"{MARKS[verdict]} {verdict}: {data['experiment']}. {data['title']}"]
        lines += [f"  {name}: {words}" for name, words in _said(data)]
        return "\n".join(lines)

    @staticmethod
    def html(data: dict, more: str = "") -> str:
        """Return a replication as HTML; the site has more to put at its end."""
        items = "".join(
            f"<li><b>{name}:</b> {html.escape(words)}</li>"
            for name, words in _said(data)
        )
        verdict, name = data["verdict"], data["experiment"]
        return (
            f'<div class="evidence-replication" data-experiment="{name}" '
            f'data-verdict="{verdict}"><p>{badge(verdict)} '
            f"{name}. {html.escape(data['title'])}</p><ul>{items}</ul>{more}</div>"
        )


def _said(data: dict) -> list[tuple[str, str]]:
    """Return what there is to say, each with its name."""
    if data["networks_2018"] is None:
        before = [("left open in 2018", data["original"])]
    else:
        before = [
            ("concluded in 2018", data["original"]),
            ("measured in 2018", data["measured"]),
        ]
    effects = [f"{e['text']}, {e['of']} ({interval_of(e)})" for e in data["effects"]]
    return [
        *before,
        ("effect", "; ".join(effects)),
        ("flipped by", flipped_by(data)),
        ("trained in 2018", trained_in_2018(data)),
        ("trained here", f"{data['networks']:,} networks"),
    ]


def interval_of(effect: dict) -> str:
    """Return which interval an effect has, and over how many samples."""
    return f"{100 * effect['level']:g} % interval, n = {effect['n']}"


def flipped_by(data: dict) -> str:
    """Return in words what flips the verdict: where it depends, the settings refuted.

    A claim that holds, fails or is open is so at all its settings together.
    """
    settings = data["conditions"]
    if data["verdict"] == "depends":
        return "; ".join(c["setting"] for c in settings if c["state"] == "refuted")
    count = len(settings)
    return "not the one setting" if count == 1 else f"none of the {count} settings"


def trained_in_2018(data: dict) -> str:
    """Return how many networks 2018 trained, how often, and its seconds."""
    count, times = data["networks_2018"], data["repetitions_2018"]
    if count is None:
        return "nothing"
    networks = "1 network" if count == 1 else f"{count} networks"
    repeated = "no repetition" if times == 1 else f"{times} repetitions"
    return f"{networks}, {repeated}, {data['seconds_2018']} s"


def record(
    experiment: str,
    *,
    original: str,
    measured: str | None = None,
    verdict: Verdict,
    effects: Mapping[str, Estimate],
    digits: int | None = None,
    networks: int,
) -> Replication:
    """Record what repeating an experiment of 2018 has shown.

    Parameters
    ----------
    experiment : str
        Key of :data:`EXPERIMENTS`: E1 to E12, or A to D.
    original : str
        What the text of 2018 concludes, in our words; for A to D, what it leaves open.
    measured : str, optional
        What its code really measured, where that is not what the text says; left out
        for A to D, which were not run.
    verdict : evidence.claims.Verdict
        What :func:`evidence.claims.judge` returned for the decisive claim.
    effects : dict of str to evidence.stats.Estimate
        The numbers behind the verdict, each over 20 seeds or more and under the words
        that say what it is, for example ``"balanced accuracy, 100:1 minus 1:1,
        paired"``; that of the setting closest to 2018 first.
    digits : int, optional
        Decimals of the effects, where their intervals justify more than are the same
        on every processor.
    networks : int
        How many networks the chapter trains in all.

    Returns
    -------
    Replication
        Shows itself; make it the last expression of its cell.

    Raises
    ------
    KeyError
        If there is no such experiment.
    TypeError
        If ``verdict`` is not a judgement or an effect is not an estimate.
    ValueError
        If there is no effect, or words are missing or superfluous; and, where outputs
        are stored or compared, if an effect rests on fewer than 20 samples.
    """
    about = _lookup(experiment)
    _check_verdict(verdict)
    _check_effects(effects)
    if isinstance(networks, bool) or not isinstance(networks, (int, np.integer)):
        raise TypeError(f"networks is a whole number, not {networks!r}")
    if networks < 1:
        raise ValueError(f"a replication trains networks, not {networks}")
    _check_words(original=original)
    if about.is_open_question and measured is not None:
        raise ValueError(f"{experiment} was not run in 2018: leave `measured` out")
    if not about.is_open_question:
        _check_words(measured=measured)
    spec = "" if digits is None else f"z.{digits}f"
    judged = verdict.data
    return Replication(
        {
            "experiment": experiment,
            "title": about.title,
            "claim": judged["id"],
            "statement": judged["statement"],
            "verdict": judged["verdict"],
            "conditions": list(judged["conditions"]),
            "original": original,
            "measured": measured,
            "effects": [_printed(of, e, spec) for of, e in effects.items()],
            "networks": int(networks),
            "networks_2018": about.networks,
            "repetitions_2018": about.repetitions,
            "seconds_2018": about.seconds,
        }
    )


def _printed(of: str, effect: Estimate, spec: str) -> dict:
    """Return an effect's text with its numbers, none with more digits than shown."""
    text = format(effect, spec)
    value, low, high = (float(x) for x in re.findall(r"[^][, ]+", text))
    numbers = {"value": value, "low": low, "high": high}
    return {"of": of, "text": text, "n": int(effect.n), "level": effect.level} | numbers


def _lookup(experiment: str) -> Experiment:
    if experiment not in EXPERIMENTS:
        known = ", ".join(EXPERIMENTS)
        raise KeyError(f"no experiment {experiment!r}; there are {known}")
    return EXPERIMENTS[experiment]


def _check_verdict(verdict: Verdict) -> None:
    if not isinstance(verdict, Verdict):
        raise TypeError(
            f"verdict is {type(verdict).__name__}, not what claims.judge returned: "
            "keep it, for example verdict = claims.judge(...)"
        )


def _check_effects(effects: Mapping[str, Estimate]) -> None:
    if not isinstance(effects, Mapping) or not effects:
        raise ValueError(
            "effects are a dict of words to the number they say, for example "
            f'{{"accuracy, 100:1 minus 1:1": gap}}, not {effects!r}'
        )
    for of, effect in effects.items():
        _check_words(effects=of)
        if not isinstance(effect, Estimate):
            raise TypeError(
                f"an effect is {type(effect).__name__}, not stats.Estimate: it has an "
                "interval"
            )
        if effect.n < MIN_SAMPLES and storing():
            raise ValueError(
                f"an effect rests on {effect.n} samples; a replication needs at least "
                f"{MIN_SAMPLES}"
            )


def _check_words(**words) -> None:
    for name, said in words.items():
        if not isinstance(said, str) or not said.strip():
            raise ValueError(f"say in words what `{name}` is, not {said!r}")
