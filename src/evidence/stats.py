"""Measured quantities with their uncertainty; the intervals come from SciPy."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.stats


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
            number = float(getattr(self, name))
            if not math.isfinite(number):
                raise ValueError(
                    f"{name} of an Estimate must be finite, not {number}: "
                    "count the runs that diverged instead of averaging them"
                )
            object.__setattr__(self, name, number)
        if not (isinstance(self.n, (int, np.integer)) and self.n >= 2):
            raise ValueError(
                f"an Estimate needs at least 2 samples, not {self.n}: "
                "one run has no interval"
            )
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"the interval [{self.low}, {self.high}] does not contain {self.value}"
            )
        _check_level(self.level)

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
    ValueError
        If there are fewer than two samples, more than one axis, or a sample is not
        finite.

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6.
    """
    samples = _check_samples(samples)
    _check_level(level)
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
    ValueError
        If the counts are not whole numbers with ``0 <= k <= n`` and ``n >= 2``.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22.
    """
    if k != int(k) or n != int(n) or not 0 <= k <= n:
        raise ValueError(f"need whole numbers 0 <= k <= n, got k = {k} and n = {n}")
    _check_level(level)
    k, n = int(k), int(n)
    if n < 2:
        raise ValueError(f"a proportion needs at least 2 trials, not {n}")
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
    ValueError
        If the two do not have the same shape, or as in :func:`mean_interval`.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
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
        Seed of the resampling.
    num_resamples : int
        How many resamples are drawn.

    Returns
    -------
    Estimate
        The statistic of the sample and its interval.

    Raises
    ------
    ValueError
        As in :func:`mean_interval`.

    References
    ----------
    Efron (1987), "Better bootstrap confidence intervals", Journal of the American
    Statistical Association 82.
    """
    samples = _check_samples(samples)
    _check_level(level)
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


def _check_samples(samples) -> np.ndarray:
    samples = np.asarray(samples, dtype=float)
    if samples.ndim != 1:
        raise ValueError(
            f"samples must have one axis (one number a seed), not shape {samples.shape}"
        )
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


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1 (say 0.95), not {level}")
