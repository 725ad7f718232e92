"""Intervals against SciPy, against their promised coverage, and as text."""

import math
import warnings

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from evidence.stats import (
    Estimate,
    bootstrap_interval,
    mean_interval,
    paired_difference,
    proportion_interval,
)

NUM_SIMULATIONS = 2000


def coverage(estimates, truth) -> float:
    return np.mean([e.low <= truth <= e.high for e in estimates])


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (0.913, 0.901, 0.925, "0.913 [0.901, 0.925]"),
        (0.9, 0.4, 1.4, "0.90 [0.40, 1.40]"),
        (3.14159, 2.0, 4.3, "3.1 [2.0, 4.3]"),
        (12.3, -20.0, 45.0, "12 [-20, 45]"),
        (50_000.4, 48_766.2, 51_234.4, "50000 [48766, 51234]"),
        (-3.2, -3.31, -3.1, "-3.20 [-3.31, -3.10]"),
        (-1e-9, -0.01, 0.01, "0.000 [-0.010, 0.010]"),  # no -0.000
        (-0.0, -0.0, -0.0, "0 [0, 0]"),
        (-0.0, -1e-9, 1e-9, "0.0e+00 [-1.0e-09, 1.0e-09]"),
        (0.25, 0.25, 0.25, "0.25 [0.25, 0.25]"),
        (2 / 3, 2 / 3, 2 / 3, "0.6667 [0.6667, 0.6667]"),
        (0.0, -1e-9, 1e-9, "0.0e+00 [-1.0e-09, 1.0e-09]"),
        (1.5e-8, 1.2e-8, 1.8e-8, "1.50e-08 [1.20e-08, 1.80e-08]"),
        (1.23456e-3, 1.2344e-3, 1.2348e-3, "1.23456e-03 [1.23440e-03, 1.23480e-03]"),
        (1.2345678e8, 1.2344e8, 1.2347e8, "1.23457e+08 [1.23440e+08, 1.23470e+08]"),
        (1e300, -1e308, 1.5e308, "1.0e+300 [-1.0e+308, 1.5e+308]"),
    ],
)  # fmt: skip
def test_an_estimate_prints_the_digits_its_interval_justifies(value, low, high, text):
    estimate = Estimate(value, low, high, n=20)
    assert str(estimate) == repr(estimate) == f"{estimate}" == text


@given(
    st.floats(-1e12, 1e12),
    st.floats(1e-9, 1e12),
)
def test_the_printed_ends_are_told_apart_and_close(value, half_width):
    estimate = Estimate(value, value - half_width, value + half_width, n=2)
    if estimate.half_width <= 1e-12 * max(abs(estimate.low), abs(estimate.high)):
        return  # below rounding
    _, low, high = str(estimate).replace("[", "").replace("]", "").split(" ")
    low, high = float(low.rstrip(",")), float(high)
    # Two digits of the half width: each end is off by at most half of the second one.
    assert abs(low - estimate.low) <= 0.051 * estimate.half_width
    assert abs(high - estimate.high) <= 0.051 * estimate.half_width
    assert low < high


def test_a_format_chosen_by_the_author_holds_for_all_three_numbers():
    assert f"{Estimate(0.1234, 0.1, 0.15, 9):.1%}" == "12.3% [10.0%, 15.0%]"
    assert f"{Estimate(3.0, 2.0, 4.0, 9):+.1f}" == "+3.0 [+2.0, +4.0]"


def test_an_estimate_keeps_its_numbers():
    estimate = Estimate(np.float32(1), 0, 3, n=7, level=0.9)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, 0.0, 3.0)
    assert (estimate.n, estimate.level, estimate.half_width) == (7, 0.9, 1.5)
    assert type(estimate.value) is type(estimate.low) is float
    with pytest.raises(AttributeError):
        estimate.value = 2.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((math.nan, 0, 1, 5), "value of an Estimate must be finite, not nan"),
        ((0, -math.inf, 1, 5), "low of an Estimate must be finite, not -inf"),
        ((0, 0, math.inf, 5), "high .*count the runs that diverged"),
        ((0, 0, 1, 1), "n must be a whole number of at least 2, not 1"),
        ((0, 0, 1, 2.5), "n must be a whole number of at least 2, not 2.5"),
        ((0, 0, 1, math.nan), "n must be a whole number of at least 2, not nan"),
        ((2, 0, 1, 5), r"the interval \[0.0, 1.0\] does not contain 2.0"),
        ((0, 1, 2, 5), "does not contain"),
        ((0, 0, 1, 5, 95), "level must be a finite number above 0 and below 1, not 95"),
        ((0, 0, 1, 5, math.nan), "level must be a finite number above 0 and below 1"),
        (("0.5", 0, 1, 5), "value must be real numbers, not text"),
        ((0, 0j, 1, 5), "low must be real numbers, not complex numbers"),
        ((0, 0, np.ma.masked, 5), "high is a masked array"),
        ((0, 0, [1, 2], 5), r"high must have the shape \(\), not \(2,\)"),
        (
            (0, 0, 1, 5, "0.95"),
            "level must be a finite number above 0 and below 1, not '0.95'",
        ),
    ],
)
def test_an_estimate_refuses_what_cannot_be_one(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Estimate(*arguments)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30),
    st.floats(0.5, 0.999),
)
def test_the_mean_interval_is_scipys(samples, level):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        estimate = mean_interval(samples, level)
    assert (estimate.value, estimate.n) == (np.mean(samples), len(samples))
    assert estimate.level == level
    if scipy.stats.sem(samples) > 0:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Precision loss")
            interval = scipy.stats.ttest_1samp(samples, 0).confidence_interval(level)
        np.testing.assert_allclose(
            [estimate.low, estimate.high], interval, rtol=1e-9, atol=1e-9
        )


def test_the_mean_interval_of_equal_samples_has_no_width():
    estimate = mean_interval([0.25] * 5)
    assert estimate.low == estimate.value == estimate.high == 0.25


@pytest.mark.parametrize(("n", "level"), [(3, 0.95), (20, 0.8)])
def test_the_mean_interval_covers_as_often_as_it_says(n, level):
    rng = np.random.default_rng([n, 1])
    found = [mean_interval(s, level) for s in rng.normal(5, 3, (NUM_SIMULATIONS, n))]
    assert abs(coverage(found, 5) - level) < (0.02 if level == 0.95 else 0.03)


def test_wilsons_interval_is_its_closed_formula():
    z = scipy.stats.norm.ppf(0.975)
    for k, n in [(0, 2), (1, 3), (7, 20), (20, 20), (450, 1000)]:
        p = k / n
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        estimate = proportion_interval(k, n)
        assert (estimate.value, estimate.n) == (p, n)
        np.testing.assert_allclose(
            [estimate.low, estimate.high], [middle - reach, middle + reach], atol=1e-12
        )


@given(
    st.integers(2, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
)
def test_a_proportion_and_its_interval_stay_between_0_and_1(counts):
    k, n = counts
    estimate, mirrored = proportion_interval(k, n), proportion_interval(n - k, n)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.low < estimate.high
    assert math.isclose(estimate.low, 1 - mirrored.high, abs_tol=1e-12)


@pytest.mark.parametrize("truth", [0.2, 0.5, 0.9])
def test_the_proportion_interval_covers_as_often_as_it_says(truth):
    counts = np.random.default_rng(2).binomial(60, truth, NUM_SIMULATIONS)
    found = {k: proportion_interval(k, 60) for k in np.unique(counts)}
    assert 0.93 < coverage([found[k] for k in counts], truth) < 0.97


@pytest.mark.parametrize(
    ("k", "n", "message"),
    [
        (5, 4, "k must be a whole number from 0 to 4, not 5"),
        (-1, 4, "k must be a whole number from 0 to 4, not -1"),
        (1.5, 4, "k must be a whole number .*, not 1.5"),
        (True, 4, "k must be a whole number .*, not True"),
        (np.ma.masked, 4, "k must be a whole number"),
        (1, 4.5, "n must be a whole number of at least 2, not 4.5"),
        (1, "4", "n must be a whole number of at least 2, not '4'"),
        (1, 1, "n must be a whole number of at least 2, not 1"),
        (0, 0, "n must be a whole number of at least 2, not 0"),
    ],
)
def test_a_proportion_refuses_wrong_counts(k, n, message):
    with pytest.raises((ValueError, TypeError), match=message):
        proportion_interval(k, n)


def test_pairing_removes_what_the_conditions_share():
    rng = np.random.default_rng(3)
    seed_effect = rng.normal(0, 10, 20)
    a, b = seed_effect + 1 + rng.normal(0, 0.1, 20), seed_effect
    paired = paired_difference(a, b)
    assert paired.half_width < 0.1
    assert paired == mean_interval(a - b)
    assert mean_interval(a).half_width > 1
    result = scipy.stats.ttest_rel(a, b).confidence_interval(0.95)
    np.testing.assert_allclose([paired.low, paired.high], result)


def test_pairs_need_one_shape():
    with pytest.raises(
        ValueError, match=r"one shape, got \(3,\) and \(1,\).*each seed"
    ):
        paired_difference([1, 2, 3], [1])


def test_the_bootstrap_is_scipys_bca():
    samples = np.random.default_rng(4).exponential(2, 40)
    estimate = bootstrap_interval(samples, np.mean, level=0.9, seed=7)
    expected = scipy.stats.bootstrap(
        (samples,), np.mean, confidence_level=0.9, n_resamples=2000, method="BCa",
        rng=np.random.default_rng(7),
    ).confidence_interval  # fmt: skip
    assert (estimate.low, estimate.high) == (expected.low, expected.high)
    assert (estimate.value, estimate.n, estimate.level) == (samples.mean(), 40, 0.9)
    assert bootstrap_interval(samples, np.mean, level=0.9, seed=7) == estimate
    assert bootstrap_interval(samples, np.mean, level=0.9, seed=8) != estimate


def test_the_bootstrap_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    found = [
        bootstrap_interval(rng.normal(5, 3, 40), np.mean, seed=i, num_resamples=400)
        for i in range(NUM_SIMULATIONS // 2)
    ]
    assert 0.92 < coverage(found, 5) < 0.97


@pytest.mark.parametrize(
    "samples", [[1, 1, 1, 1, 1, 1, 1, 2], [0, 0, 0, 1], [3, 3], [0, 1], [1, 2, 2, 2, 9]]
)
def test_the_bootstrap_of_a_few_repeated_values_is_finite_and_silent(samples):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        estimate = bootstrap_interval(samples)
    assert estimate.value == np.median(samples)
    assert min(samples) <= estimate.low <= estimate.value <= estimate.high
    assert estimate.high <= max(samples)


INTERVALS = {
    "mean": mean_interval,
    "bootstrap": bootstrap_interval,
    "paired, first": lambda samples: paired_difference(samples, np.zeros(3)),
    "paired, second": lambda samples: paired_difference(np.zeros(3), samples),
}


@pytest.mark.parametrize("interval", [mean_interval, bootstrap_interval])
@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([1.0], "at least 2 samples, got 1: run more seeds"),
        ([], "at least 2 samples, got 0"),
        (3.0, r"must have the shape \(number of seeds,\), not \(\)"),
        (np.ones((3, 2)), r"the shape \(number of seeds,\), not \(3, 2\)"),
        ([1, math.nan, math.inf], "2 of 3 samples are not finite.*diverged"),
    ],
)
def test_samples_that_have_no_interval_are_refused(interval, samples, message):
    with pytest.raises(ValueError, match=message):
        interval(samples)


@pytest.mark.parametrize("interval", INTERVALS.values(), ids=INTERVALS)
@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.ma.masked_array([1.0, 2, 99], [0, 0, 1]), "is a masked array"),
        (np.array([1, 2, 3 + 4j]), "must be real numbers, not complex numbers"),
        (["1", "2", "3"], "must be real numbers, not text"),
        ([True, False, True], "must be real numbers, not True and False"),
        ([1, None, 2], "must be a finite number, not None"),
        ([[1], [2, 3], [4]], "must be an array"),
    ],
    ids=["masked", "complex", "text", "bool", "None", "ragged"],
)
def test_samples_that_are_no_numbers_are_refused(interval, samples, message):
    with pytest.raises(TypeError, match=message):
        interval(samples)


@pytest.mark.parametrize(
    "given", [{"seed": -1}, {"seed": 0.5}, {"num_resamples": 0}, {"num_resamples": 9.5}]
)
def test_the_bootstrap_needs_whole_numbers(given):
    with pytest.raises((ValueError, TypeError), match="must be a whole number of at l"):
        bootstrap_interval([1, 2, 4], **given)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95])
def test_a_level_lies_between_0_and_1(level):
    for interval in (mean_interval, bootstrap_interval):
        with pytest.raises(
            ValueError, match="level must be a finite number above 0 and bel"
        ):
            interval([1, 2, 4], level=level)
    with pytest.raises(
        ValueError, match="level must be a finite number above 0 and bel"
    ):
        proportion_interval(1, 4, level=level)
