"""Measured quantities with their uncertainty; the intervals come from SciPy."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import scipy.stats

from evidence import checks


@dataclass(frozen=True)
class Estimate:
    """A measured number with its interval: ``0.913 [0.901, 0.925]``.

    Parameters
    ----------
    value : float
        The point estimate.
    low, high : float
        Ends of the interval, ``low <= value <= high``.
    n : int
        Number of samples behind it, at least 2.
    level : float
        Confidence level of the interval, between 0 and 1.
    again : callable, optional
        Takes a keyword ``level`` and estimates anew from the same samples.

    Raises
    ------
    TypeError
        If one is not a number, or ``n`` is not a whole one.
    ValueError
        If a number is not finite, the interval does not contain the value, ``n < 2``
        or ``level`` is not between 0 and 1.
    """

    value: float
    low: float
    high: float
    n: int
    level: float = 0.95
    again: Callable | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        for name in ("value", "low", "high"):
            number = float(_array(getattr(self, name), name, shape=()))
            if not math.isfinite(number):
                raise ValueError(
                    f"{name} of an Estimate must be finite, not {number}: "
                    "count the runs that diverged instead of averaging them"
                )
            object.__setattr__(self, name, number)
        object.__setattr__(self, "n", checks.whole(self.n, "n", least=2))
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"the interval [{self.low}, {self.high}] does not contain {self.value}"
            )
        object.__setattr__(self, "level", _checked_level(self.level))

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return self.high / 2 - self.low / 2  # halved first: cannot overflow

    def at_level(self, level: float) -> Estimate:
        """Return the estimate of the same samples with an interval of another level.

        Raises
        ------
        ValueError
            If the samples are not known, because the interval was given by its ends.
        """
        if self.again is None:
            raise ValueError(
                f"the samples behind {self} are not known, so its interval keeps its "
                "level: make it with mean_interval or another function of this module"
            )
        return self.again(level=level)

    def above(self, reference: float, *, by: float) -> Comparison:
        """Ask whether the quantity exceeds ``reference`` by more than ``by``."""
        return Comparison(self, "above", reference, by)

    def below(self, reference: float, *, by: float) -> Comparison:
        """Ask whether the quantity stays below ``reference`` by more than ``by``."""
        return Comparison(self, "below", reference, by)

    def within(self, margin: float, *, of: float = 0.0) -> Comparison:
        """Ask whether the quantity differs from ``of`` by less than ``margin``."""
        return Comparison(self, "within", of, margin)

    def __format__(self, spec: str) -> str:
        if not spec:
            return self.text()
        return self._formatted(spec)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def text(self, *bounds: float) -> str:
        """Return value and interval, with the digits that the interval justifies.

        These are two of its half width; more, up to three, where an end of the
        interval would be printed on 0 or on one of the bounds that it is compared
        with, or on their other side.
        """
        kind, decimals = self._digits()
        for more in range(4):
            spec = f"z.{decimals + more}{kind}"
            if self._sides_kept(spec, (0.0, *bounds)):
                return self._formatted(spec)
        return self._formatted(f".{decimals}{kind}")

    def _formatted(self, spec: str) -> str:
        numbers = (self.value, self.low, self.high)
        value, low, high = (format(number, spec) for number in numbers)
        return f"{value} [{low}, {high}]"

    def _sides_kept(self, spec: str, bounds: tuple) -> bool:
        """Whether both printed ends lie on the side of each bound where they are."""
        ends = np.array([self.low, self.high])
        printed = np.array([float(format(end, spec)) for end in ends])
        apart = [np.sign(ends - b) == np.sign(printed - b) for b in bounds]
        return bool(np.all(apart))

    def _digits(self) -> tuple[str, int]:
        """Return how two significant digits of the half width are printed."""
        largest = max(abs(self.low), abs(self.high))
        if self.half_width <= 1e-12 * largest:
            return "g", 4
        decimals = 1 - math.floor(math.log10(self.half_width))
        if decimals > 6 or largest >= 1e7:
            return "e", math.floor(math.log10(largest)) + decimals
        return "f", max(decimals, 0)


@dataclass(frozen=True)
class Comparison:
    """An estimate beside what it is compared with: met, refuted or undecided.

    Made by :meth:`Estimate.above`, :meth:`Estimate.below` and :meth:`Estimate.within`.
    It is *met* when the whole interval lies where the comparison says, *refuted* when
    the whole interval lies elsewhere, and *undecided* otherwise. It has no truth
    value, because ``and``, ``all`` or ``if`` would drop one of three states.

    Parameters
    ----------
    estimate : Estimate
        What was measured.
    relation : {"above", "below", "within"}
        What is asked about it.
    reference : float
        0, chance, a target, a theory.
    margin : float
        The smallest difference that would matter, in the unit of the estimate; 0 asks
        about the direction only. Of ``within`` it is above 0.

    Raises
    ------
    TypeError, ValueError
        If reference or margin is not a number, or the margin is negative.
    """

    estimate: Estimate
    relation: str
    reference: float
    margin: float

    def __post_init__(self):
        reference = checks.number(self.reference, "reference")
        limit = {"above": 0} if self.relation == "within" else {"least": 0}
        margin = checks.number(self.margin, "margin", **limit)
        object.__setattr__(self, "reference", reference)
        object.__setattr__(self, "margin", margin)

    def __bool__(self):
        raise TypeError(
            "a comparison is met, refuted or undecided, and has no truth value: give "
            "it to claims.judge, or ask for its `state`"
        )

    @property
    def bounds(self) -> tuple[float, ...]:
        """What the interval has to keep clear of, one number or two."""
        reach = {"above": [1], "below": [-1], "within": [-1, 1]}[self.relation]
        return tuple(self.reference + side * self.margin for side in reach)

    @property
    def state(self) -> str:
        """``"met"``, ``"refuted"`` or ``"undecided"``."""
        low, high, bounds = self.estimate.low, self.estimate.high, self.bounds
        if self.relation == "within":
            met = bounds[0] < low and high < bounds[1]
            refuted = high < bounds[0] or low > bounds[1]
        else:
            over, under = low > bounds[0], high < bounds[0]
            met, refuted = (over, under) if self.relation == "above" else (under, over)
        return "met" if met else "refuted" if refuted else "undecided"

    @property
    def half_widths(self) -> float:
        """The margin in half-widths of the interval: with about 3, verdicts last."""
        width = self.estimate.half_width
        return self.margin / width if width else math.inf

    def at_level(self, level: float) -> Comparison:
        """Return the same comparison with an interval of another level."""
        estimate = self.estimate.at_level(level)
        return Comparison(estimate, self.relation, self.reference, self.margin)

    def with_margin_times(self, factor: float) -> Comparison:
        """Return the same comparison with a margin ``factor`` times as large."""
        margin = factor * self.margin
        return Comparison(self.estimate, self.relation, self.reference, margin)

    @property
    def asked(self) -> str:
        """What was asked, in words: ``above 0 by 0.05``."""
        if self.relation == "within":
            return f"within {self.margin:g} of {self.reference:g}"
        by = f" by {self.margin:g}" if self.margin else ""
        return f"{self.relation} {self.reference:g}{by}"

    def __str__(self) -> str:
        return f"{self.estimate.text(*self.bounds)} {self.asked}: {self.state}"

    __repr__ = __str__


def mean_interval(samples, level: float = 0.95) -> Estimate:
    """Estimate a mean with Student's t interval.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Independent measurements, one a seed; ``n >= 2``, all finite.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    Estimate
        The sample mean and its interval.

    Raises
    ------
    TypeError
        If the samples are no real numbers, or some are masked.
    ValueError
        If there are fewer than two samples, more than one axis, or a sample is not
        finite.

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6.
    """
    samples = _checked_samples(samples)
    level = _checked_level(level)
    mean, error = samples.mean(), scipy.stats.sem(samples)
    reach = error * scipy.stats.t.ppf((1 + level) / 2, len(samples) - 1)
    again = partial(mean_interval, samples)
    return Estimate(mean, mean - reach, mean + reach, len(samples), level, again)


def proportion_interval(k: int, n: int, level: float = 0.95) -> Estimate:
    """Estimate a proportion with Wilson's interval, sound near 0 and 1 too.

    Parameters
    ----------
    k : int
        Number of successes, ``0 <= k <= n``.
    n : int
        Number of trials, at least 2.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    Estimate
        The share ``k / n`` and its interval.

    Raises
    ------
    TypeError
        If the counts are not whole numbers.
    ValueError
        If not ``0 <= k <= n`` and ``n >= 2``.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22.
    """
    n = checks.whole(n, "n", least=2)
    k, level = checks.whole(k, "k", least=0, most=n), _checked_level(level)
    interval = scipy.stats.binomtest(k, n).proportion_ci(level, method="wilson")
    low, high = min(interval.low, k / n), max(interval.high, k / n)  # rounding
    return Estimate(k / n, low, high, n, level, partial(proportion_interval, k, n))


def paired_difference(a, b, level: float = 0.95) -> Estimate:
    """Estimate the mean of ``a - b`` for measurements that share their seeds.

    Parameters
    ----------
    a, b : array_like, shape (n,)
        Measurements of two conditions; ``a[i]`` and ``b[i]`` come from one seed.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    Estimate
        The mean difference and its t interval.

    Raises
    ------
    TypeError
        As in :func:`mean_interval`.
    ValueError
        If the two do not have the same shape, or as in :func:`mean_interval`.
    """
    a, b = _array(a, "a"), _array(b, "b")
    if a.shape != b.shape:
        raise ValueError(
            f"paired samples need one shape, got {a.shape} and {b.shape}: "
            "each seed must be measured under both conditions"
        )
    return mean_interval(a - b, level)


def bootstrap_interval(
    samples,
    statistic: Callable = np.median,
    level: float = 0.95,
    seed: int = 0,
    num_resamples: int = 2000,
) -> Estimate:
    """Estimate any statistic of one sample with the BCa bootstrap.

    Parameters
    ----------
    samples : array_like, shape (n,)
        Independent measurements, ``n >= 2``, all finite.
    statistic : callable
        Takes an array and ``axis``, for example ``numpy.median``.
    level : float
        Confidence level between 0 and 1.
    seed : int
        Seed of the resampling, at least 0.
    num_resamples : int
        How many resamples are drawn, at least 1.

    Returns
    -------
    Estimate
        The statistic of the sample and its interval.

    Raises
    ------
    TypeError, ValueError
        As in :func:`mean_interval`.

    References
    ----------
    Efron (1987), "Better bootstrap confidence intervals", Journal of the American
    Statistical Association 82.
    """
    samples = _checked_samples(samples)
    level = _checked_level(level)
    seed = checks.whole(seed, "seed", least=0)
    num_resamples = checks.whole(num_resamples, "num_resamples", least=1)
    value = float(statistic(samples, axis=0))
    interval = _bootstrap(samples, statistic, level, seed, num_resamples, "BCa")
    if not np.isfinite(interval).all():  # BCa is undefined for some discrete samples
        interval = _bootstrap(
            samples, statistic, level, seed, num_resamples, "percentile"
        )
    low, high = min(interval[0], value), max(interval[1], value)
    again = partial(
        bootstrap_interval,
        samples,
        statistic,
        seed=seed,
        num_resamples=num_resamples,
    )
    return Estimate(value, low, high, len(samples), level, again)


def crossed(
    table, level: float = 0.95, seed: int = 0, num_resamples: int = 4000
) -> Estimate:
    """Estimate a mean over networks and test items, both of them drawn by chance.

    An interval over networks alone says what other networks would do on this very
    test set. Here rows and columns are resampled, each for itself, so that it reaches
    to other networks and other test items.

    Parameters
    ----------
    table : array_like, shape (networks, items)
        What each network does on each item, for example 1 where it is right, or the
        difference of two conditions; at least 2 of each, all finite.
    level : float
        Confidence level between 0 and 1.
    seed : int
        Seed of the resampling, at least 0.
    num_resamples : int
        How many resamples are drawn, at least 1.

    Returns
    -------
    Estimate
        The mean of the table and its interval; ``n`` counts the networks.

    Raises
    ------
    TypeError, ValueError
        If the table is no matrix of finite numbers, or too small.

    Notes
    -----
    The resampled deviations are widened by Student's t and by ``sqrt(n / (n - 1))`` of
    the shorter side: with twenty networks a plain percentile interval is too short.

    References
    ----------
    Owen (2007), "The pigeonhole bootstrap", Annals of Applied Statistics 1.
    """
    table = checks.array(table, "table", shape=("networks", "items"))
    if min(table.shape) < 2:
        raise ValueError(
            f"a table of {table.shape[0]} networks and {table.shape[1]} items has no "
            "interval over both: it needs at least 2 of each"
        )
    level = _checked_level(level)
    seed = checks.whole(seed, "seed", least=0)
    num_resamples = checks.whole(num_resamples, "num_resamples", least=1)
    rng, mean = np.random.default_rng(seed), table.mean()
    shares = [
        rng.multinomial(size, np.full(size, 1 / size), num_resamples) / size
        for size in table.shape
    ]
    resampled = ((shares[0] @ table) * shares[1]).sum(1)
    shorter = min(table.shape)
    wider = scipy.stats.t.ppf((1 + level) / 2, shorter - 1)
    wider *= math.sqrt(shorter / (shorter - 1)) / scipy.stats.norm.ppf((1 + level) / 2)
    tails = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2]) - mean
    low, high = mean + wider * tails
    again = partial(crossed, table, seed=seed, num_resamples=num_resamples)
    low, high = min(low, mean), max(high, mean)
    return Estimate(mean, low, high, len(table), level, again)


def _bootstrap(samples, statistic, level, seed, num_resamples, method):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        found = scipy.stats.bootstrap(
            (samples,),
            statistic,
            axis=0,
            vectorized=True,
            n_resamples=num_resamples,
            confidence_level=level,
            method=method,
            rng=np.random.default_rng(seed),
        )
    return np.array(found.confidence_interval, dtype=float)


def _array(values, name: str, shape: tuple = (...,)) -> np.ndarray:
    """Return real numbers; what is not finite is for the caller to refuse."""
    return checks.array(values, name, shape=shape, finite=False)


def _checked_samples(samples) -> np.ndarray:
    samples = _array(samples, "samples", shape=("number of seeds",))
    if len(samples) < 2:
        raise ValueError(
            f"an interval needs at least 2 samples, got {len(samples)}: "
            "run more seeds (the book uses 20 or more)"
        )
    if not np.isfinite(samples).all():
        bad = int((~np.isfinite(samples)).sum())
        raise ValueError(
            f"{bad} of {len(samples)} samples are not finite: count the runs that "
            "diverged instead of averaging them"
        )
    return samples


def _checked_level(level: float) -> float:
    return checks.number(level, "level", above=0, below=1)
