"""Replications: what an experiment of 2018 concluded, and what is left of it.

A. Abid's *Atomic Experiments in Deep Learning* (2018) are twelve small experiments, E1
to E12, and a list of questions that they leave open, four of which are A to D here. The
chapter that repeats one judges the decisive claim with :func:`evidence.claims.judge`
and records the result; the site collects all rows in one table.

The verdict and its conditions are taken from the judgement, so that a changed result
changes the row. Seconds of ours are not recorded: they depend on the machine.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

import numpy as np

from evidence.claims import MARKS, Verdict
from evidence.stats import Estimate

MIME = "application/vnd.evidence.replication+json"
MIN_SAMPLES = 20  # seeds behind an effect: fewer is what is being repeated here


@dataclass(frozen=True)
class Experiment:
    """An experiment: where it is repeated and, if it was run in 2018, how.

    Parameters
    ----------
    title : str
        What it is about.
    chapter : str
        The chapter that repeats it, ``part/slug``.
    networks : int, optional
        Networks trained in 2018; None for a question that was left open.
    repetitions : int, optional
        How often each condition was repeated in 2018.
    seconds : float, optional
        Seconds that the notebook of 2018 prints.
    """

    title: str
    chapter: str
    networks: int | None = None
    repetitions: int | None = None
    seconds: float | None = None

    @property
    def is_open_question(self) -> bool:
        """Whether the text of 2018 asks it without having run it."""
        return self.networks is None


EXPERIMENTS = {
    "E1": Experiment(
        "Width and fit", "experiments/universal-approximation", 9, 1, 91.6
    ),
    "E2": Experiment("Depth, equal weights", "experiments/depth-benefits", 3, 1, 28.7),
    "E3": Experiment(
        "More data, deeper networks", "generalization/data-and-noise", 54, 3, 138.2
    ),
    "E4": Experiment("Class imbalance", "experiments/class-imbalance", 72, 5, 392.2),
    "E5": Experiment(
        "Learning random labels", "experiments/memorization", 36, 3, 432.3
    ),
    "E6": Experiment(
        "PCA before a network", "experiments/pca-before-networks", 132, 3, 182.9
    ),
    "E7": Experiment(
        "Any nonlinearity as activation", "gradients/activation-functions", 18, 3, 22.7
    ),
    "E8": Experiment(
        "Batch size and accuracy", "optimization/gradient-descent", 24, 4, 293.1
    ),
    "E9": Experiment(
        "The choice of the loss", "gradients-losses/loss-functions", 30, 5, 36.7
    ),
    "E10": Experiment("Initial weights", "optimization/initialization", 25, 5, 34.1),
    "E11": Experiment(
        "Which layer converges first", "gradients/vanishing-gradients", 1, 1, 3.9
    ),
    "E12": Experiment(
        "Penalties and weights", "generalization/priors-weight-decay", 6, 1, 17.8
    ),
    "A": Experiment("Batch size with learning rate", "optimization/gradient-descent"),
    "B": Experiment(
        "Where batch normalization helps", "normalization/batchnorm-effects"
    ),
    "C": Experiment("Transfer with little data", "architectures/transfer-learning"),
    "D": Experiment("End to end, or in stages", "generalization/training-diagnosis"),
}


class Replication:
    """A row of the table; shows itself as text, as HTML and as data for the site."""

    def __init__(self, data: dict):
        self.data = data

    @property
    def flipped_by(self) -> str:
        """What flips the verdict, in words."""
        if self.data["flips"]:
            return f"not met: {self.data['flips']}"
        count = len(self.data["conditions"])
        conditions = "the one condition" if count == 1 else f"all {count} conditions"
        return f"nothing tested: it {self.data['verdict']} under {conditions}"

    @property
    def trained_in_2018(self) -> str:
        """How many networks 2018 trained, how often, and the seconds it printed."""
        about = EXPERIMENTS[self.data["experiment"]]
        if about.is_open_question:
            return "nothing"
        times = about.repetitions
        repeated = "no repetition" if times == 1 else f"{times} repetitions"
        networks = "1 network" if about.networks == 1 else f"{about.networks} networks"
        return f"{networks}, {repeated}, {about.seconds} s"

    def _lines(self) -> list[tuple[str, str]]:
        """Return what there is to say, each with its name."""
        row, effect = self.data, self.data["effect"]
        interval = f"{100 * effect['level']:g} % interval, n = {effect['n']}"
        if EXPERIMENTS[row["experiment"]].is_open_question:
            lines = [("left open in 2018", row["original"])]
        else:
            lines = [
                ("concluded in 2018", row["original"]),
                ("measured in 2018", row["measured"]),
            ]
        return [
            *lines,
            ("effect", f"{effect['text']}, {row['effect_of']} ({interval})"),
            ("flipped by", self.flipped_by),
            ("trained in 2018", self.trained_in_2018),
            ("trained here", f"{row['networks']:,} networks"),
        ]

    @property
    def _title(self) -> str:
        return f"{self.data['experiment']}. {self.data['title']}"

    def __repr__(self) -> str:
        verdict = self.data["verdict"]
        lines = [f"{MARKS[verdict]} {verdict}: {self._title}"]
        lines += [f"  {name}: {words}" for name, words in self._lines()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        name, verdict = self.data["experiment"], self.data["verdict"]
        items = "".join(
            f"<li><b>{key}:</b> {html.escape(words)}</li>"
            for key, words in self._lines()
        )
        return (
            f'<div class="evidence-replication" data-experiment="{name}" '
            f'data-verdict="{verdict}"><p><strong class="evidence-badge">'
            f"{MARKS[verdict]} {verdict}</strong> "
            f"{html.escape(self._title)}</p><ul>{items}</ul></div>"
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/plain": repr(self),
            "text/html": self._repr_html_(),
            MIME: json.loads(json.dumps(self.data)),
        }


def record(
    experiment: str,
    *,
    original: str,
    measured: str | None = None,
    verdict: Verdict,
    flips: str | None = None,
    effect: Estimate,
    effect_of: str,
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
    flips : str, optional
        The words of the condition that was not met, where the verdict is
        *conditional*; where it *holds* or *fails*, no tested condition flips it.
    effect : evidence.stats.Estimate
        The number behind the verdict, over 20 seeds or more.
    effect_of : str
        What that number is, for example ``"balanced accuracy, 100:1 minus 1:1,
        paired"``.
    digits : int, optional
        Decimals of the effect, where its interval justifies more than are the same on
        every processor.
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
        If ``verdict`` is not a judgement or ``effect`` is not an estimate.
    ValueError
        If the verdict is of another chapter, ``flips`` does not fit it, words are
        missing or superfluous, or the effect rests on fewer than 20 samples.
    """
    about = _lookup(experiment)
    _check_verdict(experiment, verdict)
    _check_flips(flips, verdict)
    _check_effect(effect)
    if isinstance(networks, bool) or not isinstance(networks, (int, np.integer)):
        raise TypeError(f"networks is a whole number, not {networks!r}")
    if networks < 1:
        raise ValueError(f"a replication trains networks, not {networks}")
    _check_words(original=original, effect_of=effect_of)
    if about.is_open_question and measured is not None:
        raise ValueError(f"{experiment} was not run in 2018: leave `measured` out")
    if not about.is_open_question:
        _check_words(measured=measured)
    text = format(effect, "" if digits is None else f"z.{digits}f")
    return Replication(
        {
            "experiment": experiment,
            "title": about.title,
            "chapter": about.chapter,
            "claim": verdict.entry["id"],
            "verdict": verdict.verdict,
            "conditions": dict(verdict.conditions),
            "flips": flips,
            "original": original,
            "measured": measured,
            "effect": _as_printed(text) | {"n": int(effect.n), "level": effect.level},
            "effect_of": effect_of,
            "networks": int(networks),
            "networks_2018": about.networks,
            "repetitions_2018": about.repetitions,
            "seconds_2018": about.seconds,
        }
    )


def _as_printed(text: str) -> dict:
    """Return an estimate's text with its numbers, none with more digits than shown."""
    value, low, high = (float(x) for x in re.findall(r"[^][, ]+", text))
    return {"text": text, "value": value, "low": low, "high": high}


def _lookup(experiment: str) -> Experiment:
    if experiment not in EXPERIMENTS:
        known = ", ".join(EXPERIMENTS)
        raise KeyError(f"no experiment {experiment!r}; there are {known}")
    return EXPERIMENTS[experiment]


def _check_verdict(experiment: str, verdict: Verdict) -> None:
    if not isinstance(verdict, Verdict):
        raise TypeError(
            f"verdict is {type(verdict).__name__}, not what claims.judge returned: "
            "keep it, for example verdict = claims.judge(...)"
        )
    own, other = EXPERIMENTS[experiment].chapter, verdict.entry["chapter"]
    if other != own:
        raise ValueError(
            f"{experiment} belongs to the chapter {own}, the claim "
            f"{verdict.entry['id']} to {other}"
        )


def _check_effect(effect: Estimate) -> None:
    if not isinstance(effect, Estimate):
        raise TypeError(
            f"effect is {type(effect).__name__}, not stats.Estimate: an effect has an "
            "interval"
        )
    if effect.n < MIN_SAMPLES:
        raise ValueError(
            f"the effect rests on {effect.n} samples; a replication needs at least "
            f"{MIN_SAMPLES}"
        )


def _check_words(**words) -> None:
    for name, said in words.items():
        if not isinstance(said, str) or not said.strip():
            raise ValueError(f"say in words what `{name}` is, not {said!r}")


def _check_flips(flips: str | None, verdict: Verdict) -> None:
    """Let a conditional verdict name what was not met, and no other verdict."""
    unmet = [words for words, met in verdict.conditions.items() if not met]
    if verdict.verdict != "conditional":
        if flips is not None:
            raise ValueError(
                f"the verdict {verdict.verdict} under every condition, so none of them "
                "flips it: leave `flips` out, or test the condition that does in the "
                f"judgement of {verdict.entry['id']}"
            )
    elif flips not in unmet:
        given = (
            "say which condition flips the verdict"
            if flips is None
            else f"{flips!r} was met"
            if flips in verdict.conditions
            else f"{flips!r} is no condition of {verdict.entry['id']}"
        )
        raise ValueError(
            f"{given}: `flips` is one of those not met, {', '.join(map(repr, unmet))}"
        )
