"""Compare the speed of two functions on a machine that has other things to do."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Ratio(NamedTuple):
    """Time of the peer over time of ours: above 1, ours is faster."""

    median: float
    low: float
    high: float
    rounds: int

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)} to {_short(self.high)})"


def options(description: str, rounds: int, *more) -> argparse.Namespace:
    """Read what every benchmark can be told, and ``more``: (name, settings) each.

    With ``--quick`` there are two rounds, and the benchmark takes its first case alone.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--quick", action="store_true", help="only see whether it runs")
    for name, settings in more:
        parser.add_argument(name, **settings)
    found = parser.parse_args()
    found.rounds = 2 if found.quick else found.rounds
    return found


def ratio(
    ours: Callable,
    peer: Callable,
    rounds: int = 20,
    seed: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> Ratio:
    """Return the median over rounds of (time of the peer) / (time of ours).

    Both run in every round, one directly after the other and in random order, so that
    what slows the machine down slows both. One round before the first is not counted.

    Parameters
    ----------
    ours, peer : callable
        Take the number of the round (0, 1, ...), so that both see the same data.
    rounds : int
        How many rounds, at least 2.
    seed : int
        Seed of the order.
    clock : callable
        Returns seconds. ``time.process_time`` counts the work of all threads and not
        what they wait for, be it each other or a processor that is taken.

    Returns
    -------
    Ratio
        Median, and the quartiles of the rounds' ratios.

    Raises
    ------
    ValueError
        If there are fewer than two rounds.
    """
    if rounds < 2:
        raise ValueError(f"a ratio with quartiles needs 2 rounds or more, not {rounds}")
    rng = np.random.default_rng(seed)
    ours(0), peer(0)
    ratios = []
    for number in range(rounds):
        if rng.random() < 0.5:
            own_time, peer_time = (seconds(f, number, clock) for f in (ours, peer))
        else:
            peer_time, own_time = (seconds(f, number, clock) for f in (peer, ours))
        ratios.append(peer_time / own_time)
    low, median, high = np.percentile(ratios, [25, 50, 75])
    return Ratio(float(median), float(low), float(high), rounds)


def seconds(function: Callable, number: int, clock=time.perf_counter) -> float:
    """Return the time of one call, by default as the clock on the wall has it."""
    start = clock()
    function(number)
    return clock() - start


def _short(number: float) -> str:
    return f"{number:.2g}" if number < 100 else f"{number:.0f}"
