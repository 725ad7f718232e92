"""Measured quantities with their uncertainty; the intervals come from SciPy."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

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

    def __format__(self, spec: str) -> str:
        spec = spec or self._natural_format()
        value, low, high = (
            format(number, spec) for number in (self.value, self.low, self.high)
        )
        return f"{value} [{low}, {high}]"

    def __str__(self) -> str:
        return format(self, "")

    __repr__ = __str__

    def _natural_format(self) -> str:
        """Keep two significant digits of the interval's half width; no ``-0.00``."""
        largest = max(abs(self.low), abs(self.high))
        if self.half_width <= 1e-12 * largest:
            return "z.4g"
        decimals = 1 - math.floor(math.log10(self.half_width))
        if decimals > 6 or largest >= 1e7:
            return f"z.{math.floor(math.log10(largest)) + decimals}e"
        return f"z.{max(decimals, 0)}f"


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
    return Estimate(mean, mean - reach, mean + reach, len(samples), level)


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
    return Estimate(k / n, low, high, n, level)


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
    return Estimate(value, low, high, len(samples), level)


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
