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
    crossed,
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


# --- Comparisons ----------------------------------------------------------------------


def between(low, high) -> Estimate:
    return Estimate((low + high) / 2, low, high, n=20)


@pytest.mark.parametrize(
    ("comparison", "state"),
    [
        (between(0.06, 0.1).above(0, by=0.05), "met"),
        (between(0.05, 0.1).above(0, by=0.05), "undecided"),
        (between(0.01, 0.04).above(0, by=0.05), "refuted"),
        (between(0.01, 0.05).above(0, by=0.05), "undecided"),
        (between(0.7, 0.8).below(1, by=0.1), "met"),
        (between(0.7, 0.95).below(1, by=0.1), "undecided"),
        (between(0.95, 2).below(1, by=0.1), "refuted"),
        (between(-0.01, 0.01).within(0.02), "met"),
        (between(-0.02, 0.01).within(0.02), "undecided"),
        (between(0.03, 0.04).within(0.02), "refuted"),
        (between(-0.04, -0.03).within(0.02), "refuted"),
        (between(0.98, 1.01).within(0.05, of=1), "met"),
        (between(0.5, 1.5).within(0.05, of=1), "undecided"),
    ],
)
def test_a_comparison_is_met_or_refuted_by_the_whole_interval(comparison, state):
    assert comparison.state == state
    assert str(comparison).endswith(state)


@given(
    st.sampled_from(["above", "below"]), st.floats(-2, 2), st.floats(0, 1),
    st.floats(0, 1), st.floats(-1, 1),
)  # fmt: skip
def test_a_smaller_margin_is_easier_to_meet(relation, middle, half, margin, reference):
    ask = getattr(between(middle - half, middle + half), relation)
    order = ["refuted", "undecided", "met"]
    states = [ask(reference, by=factor * margin).state for factor in (2, 1, 0.5)]
    assert sorted(states, key=order.index) == states


def test_a_comparison_has_no_truth_value():
    comparison = between(1, 2).above(0, by=0.5)
    for use in (bool, lambda c: c and True, lambda c: all([c]), lambda c: not c):
        with pytest.raises(TypeError, match="met, refuted or undecided.*claims.judge"):
            use(comparison)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda e: e.above(0, by=-0.1), ValueError, "margin must be .* at least 0"),
        (lambda e: e.within(0), ValueError, "margin must be .* above 0"),
        (lambda e: e.above(math.nan, by=0), ValueError, "reference must be a finite"),
        (lambda e: e.below("0", by=0), (TypeError, ValueError), "reference"),
    ],
)
def test_a_comparison_refuses_what_it_cannot_compare_with(make, error, message):
    with pytest.raises(error, match=message):
        make(between(0, 1))


def test_a_margin_is_told_in_half_widths():
    assert between(0.1, 0.3).above(0, by=0.3).half_widths == pytest.approx(3)
    assert between(0.1, 0.1).above(0, by=0.3).half_widths == math.inf


@pytest.mark.parametrize(
    ("low", "high", "bounds", "text"),
    [
        (-0.0004, 0.1, (), "0.0498 [-0.0004, 0.1000]"),  # not 0.000
        (0.0504, 0.15, (0.05,), "0.1002 [0.0504, 0.1500]"),  # not 0.05
        (0.0488, 0.15, (0.049,), "0.0994 [0.0488, 0.1500]"),  # 0.05 would be beyond
        (0.05, 0.15, (0.05,), "0.100 [0.050, 0.150]"),  # on the bound
        (-1e-7, 0.1, (), "0.050 [-0.000, 0.100]"),  # the sign at least
    ],
)
def test_no_end_is_printed_on_a_bound_or_without_its_sign(low, high, bounds, text):
    assert between(low, high).text(*bounds) == text


MEASURE_AGAIN = {
    "mean": lambda level: mean_interval([1.0, 2.0, 4.0, 3.0], level),
    "share": lambda level: proportion_interval(7, 20, level),
    "difference": lambda level: paired_difference([1.0, 2, 4], [0.5, 1, 1], level),
    "median": lambda level: bootstrap_interval(np.arange(30.0), level=level),
    "crossed": lambda level: crossed(np.arange(24.0).reshape(4, 6), level),
}


@pytest.mark.parametrize("kind", MEASURE_AGAIN)
def test_an_estimate_can_be_made_again_at_another_level(kind):
    made = MEASURE_AGAIN[kind]
    assert made(0.95).at_level(0.99) == made(0.99)
    assert made(0.95).above(0, by=0).at_level(0.8).estimate == made(0.8)


def test_an_estimate_without_samples_keeps_its_level():
    with pytest.raises(ValueError, match="samples behind 0.50 .* mean_interval"):
        between(0, 1).at_level(0.99)


# --- Networks times test items --------------------------------------------------------


@pytest.mark.parametrize(
    ("networks", "items", "noise"),
    [(1.0, 1.0, 1.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (0.1, 2.0, 0.5)],
)
def test_a_crossed_interval_covers_the_mean_of_new_networks_on_new_items(
    networks, items, noise
):
    rng = np.random.default_rng(0)
    rows, columns, found = 20, 100, []
    for _ in range(200):
        table = networks * rng.normal(size=(rows, 1))
        table = table + items * rng.normal(size=(1, columns))
        table = table + noise * rng.normal(size=(rows, columns))
        found.append(crossed(table, num_resamples=400))
    assert 0.92 <= coverage(found, 0) <= 0.995


def test_an_interval_over_networks_alone_does_not_cover_new_items():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(200):
        table = rng.normal(size=(1, 100)) + rng.normal(size=(20, 100))
        found.append(mean_interval(table.mean(1)))
    assert coverage(found, 0) < 0.5


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.ones(5), "table must have the shape"),
        (np.ones((1, 5)), "1 networks and 5 items .* at least 2 of each"),
        ([[1.0, math.nan], [1, 2]], "table"),
    ],
)
def test_a_crossed_interval_refuses_what_is_no_table(table, message):
    with pytest.raises(ValueError, match=message):
        crossed(table)
