"""Thresholds, projections and fits against scikit-learn, SciPy and by definition."""

import re
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet, Lasso, Ridge, lars_path

from evidence.methods import sparse_regression as norms

numbers = st.floats(-100, 100, allow_subnormal=False)
vectors = arrays(float, st.integers(1, 8), elements=numbers)
sizes = st.floats(0, 50, allow_subnormal=False)
seeds = st.integers(0, 10**6)
units = st.lists(st.integers(-40, 40), min_size=5, max_size=5).map(
    lambda powers: 10.0 ** np.array(powers)
)


def problem(seed, n=40, p=8, correlation=0.5):
    """Return correlated centered features and targets of three true weights."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    X = rng.normal(size=(n, p)) * np.sqrt(1 - correlation) + common * correlation**0.5
    X -= X.mean(0)
    y = X[:, :3] @ [2.0, -1.0, 0.5] + rng.normal(size=n)
    return X, y - y.mean()


def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return (X - X.mean(0)) / X.std(0), y - y.mean()


def objective(X, y, w, penalty, l1_ratio=1.0):
    size = l1_ratio * np.abs(w).sum() + (1 - l1_ratio) / 2 * w @ w
    return ((y - X @ w) ** 2).sum() / 2 + penalty * size


# --- Thresholds -----------------------------------------------------------------------


def test_thresholds_by_hand():
    z = [3.0, 1.0, 0.5, 0.0, -1.0, -2.5]
    assert norms.soft_threshold(z, 1).tolist() == [2, 0, 0, 0, 0, -1.5]
    assert norms.hard_threshold(z, 1).tolist() == [3, 0, 0, 0, 0, -2.5]


def test_no_negative_zeros():
    found = [
        norms.soft_threshold([-0.5, -1.0], 1),
        norms.hard_threshold([-0.5], 1),
        norms.project_l1_ball([3.0, -0.1], 1),
    ]
    assert not np.signbit(np.concatenate(found)).any()


@given(z=numbers, penalty=sizes)
def test_thresholds_are_minimizers_on_a_grid(z, penalty):
    """No point of a grid round the optimum is cheaper than the closed form."""
    grid = np.concatenate([[0.0, z], np.linspace(-110, 110, 2001)])
    half = (grid - z) ** 2 / 2
    for found, cost in (
        (norms.soft_threshold(z, penalty), np.abs),
        (norms.hard_threshold(z, np.sqrt(2 * penalty)), np.sign),
    ):
        best = (found - z) ** 2 / 2 + penalty * np.abs(cost(found))
        assert best <= (half + penalty * np.abs(cost(grid))).min() + 1e-9


@given(z=vectors, threshold=sizes)
def test_soft_threshold_is_what_the_projection_onto_a_box_leaves(z, threshold):
    """Moreau: prox of a norm = identity minus projection onto the dual ball."""
    box = np.clip(z, -threshold, threshold)
    assert np.allclose(norms.soft_threshold(z, threshold), z - box, atol=1e-12)


# --- Projections ----------------------------------------------------------------------


def test_projections_by_hand():
    assert norms.project_l1_ball([3.0, 1.0], 2).tolist() == [2, 0]
    assert np.allclose(norms.project_l1_ball([2.0, -1.5], 2), [1.25, -0.75])
    assert np.allclose(norms.project_l1_ball([1.0, 0.02], 1), [0.99, 0.01])
    assert np.allclose(norms.project_l2_ball([3.0, 4.0], 1), [0.6, 0.8])
    for project in (norms.project_l1_ball, norms.project_l2_ball):
        assert project([0.1, -0.2], 1).tolist() == [0.1, -0.2]
        assert project([0.0, 0.0], 0).tolist() == [0, 0]
        assert project([5.0, -2.0], 0).tolist() == [0, 0]


@pytest.mark.parametrize("project", [norms.project_l1_ball, norms.project_l2_ball])
@given(z=vectors, radius=sizes, other=st.integers(0, 1000))
def test_projection_is_the_nearest_point(project, z, radius, other):
    """By the obtuse angle: (z - P z)'(x - P z) <= 0 for every x of the ball."""
    found, order = project(z, radius), 1 if project is norms.project_l1_ball else 2
    size = min(radius, np.linalg.norm(z, order))
    assert np.linalg.norm(found, order) == pytest.approx(size, abs=1e-9)
    x = np.random.default_rng(other).normal(size=z.shape)
    x *= radius / max(np.linalg.norm(x, order), 1e-9)
    assert (z - found) @ (x - found) <= 1e-6
    assert (z - found) @ (project(2 * z, radius) - found) <= 1e-6
    assert np.allclose(project(found, radius), found, atol=1e-9)


def exact_l1_projection(z, radius):
    """Return the projection of a vector outside the ball in exact arithmetic."""
    size, left = sorted((abs(Fraction(v)) for v in z), reverse=True), Fraction(radius)
    sums = [sum(size[: k + 1]) for k in range(len(size))]
    heights = [(total - left) / (k + 1) for k, total in enumerate(sums)]
    height = max((h for h, s in zip(heights, size, strict=True) if s > h), default=0)
    return [float(np.sign(v) * max(abs(Fraction(v)) - height, 0)) for v in z]


@pytest.mark.parametrize(
    ("z", "expected"),
    [([1e17, 1], [1, 0]), ([3e15] * 3, [1 / 3] * 3), ([-1e300], [-1])],
)
def test_a_small_ball_is_not_lost_beside_large_entries(z, expected):
    assert norms.project_l1_ball(z, 1) == pytest.approx(expected, abs=1e-15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("project", [norms.project_l1_ball, norms.project_l2_ball])
@given(z=vectors, radius=sizes, power=st.integers(-900, 1000))
def test_projections_have_no_unit(project, z, radius, power):
    z, radius = np.round(z, 3), round(radius, 3)
    scaled = project(np.ldexp(z, power), np.ldexp(radius, power))
    assert np.array_equal(scaled, np.ldexp(project(z, radius), power))


@settings(max_examples=300)
@given(
    z=arrays(float, st.integers(1, 6), elements=st.floats(1, 9) | st.floats(-9, 0)),
    powers=arrays(int, 6, elements=st.integers(-20, 20)),
    radius=st.floats(1e-3, 1e3),
)
def test_l1_projection_in_exact_arithmetic(z, powers, radius):
    z = z * 10.0 ** powers[: len(z)]
    found = norms.project_l1_ball(z, radius)
    if sum(abs(Fraction(v)) for v in z) <= Fraction(radius):
        assert np.array_equal(found, z)
    else:
        assert np.abs(found - exact_l1_projection(z, radius)).max() < 1e-14 * radius


def test_projections_take_the_last_axis():
    z = np.random.default_rng(0).normal(size=(3, 4, 5))
    for project in (
        norms.project_l1_ball,
        norms.project_l2_ball,
    ):
        rows = [[project(row, 0.7) for row in block] for block in z]
        assert np.allclose(project(z, 0.7), rows)


def test_l1_projection_against_a_general_solver():
    z, radius = np.array([2.0, -1.0, 0.3, 0.9]), 1.5
    parts = scipy.optimize.minimize(  # w = u - v with u, v >= 0
        lambda uv: ((uv[:4] - uv[4:] - z) ** 2).sum(),
        np.full(8, 0.1),
        bounds=[(0, None)] * 8,
        constraints={"type": "ineq", "fun": lambda uv: radius - uv.sum()},
        tol=1e-12,
    ).x
    assert np.allclose(
        norms.project_l1_ball(z, radius), parts[:4] - parts[4:], atol=1e-6
    )


# --- Ridge ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_ridge_against_scikit_learn(seed):
    X, y = problem(seed)
    penalties = np.array([1e-3, 1.0, 100.0])
    ours = norms.ridge(X, y, penalties)
    for w, penalty in zip(ours, penalties, strict=True):
        theirs = Ridge(alpha=penalty, fit_intercept=False).fit(X, y).coef_
        assert np.allclose(w, theirs, atol=1e-10)
        assert np.allclose(w, norms.ridge(X, y, penalty), atol=1e-14)


def test_ridge_without_penalty_is_least_squares_of_least_norm():
    X, y = problem(0)
    for features in (X, np.hstack([X, X[:, :1]]), X[:5]):
        target = y[: len(features)]
        least = np.linalg.lstsq(features, target, rcond=None)[0]
        assert np.allclose(norms.ridge(features, target, 0.0), least, atol=1e-10)


# --- Lasso and elastic net ------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.01])
@pytest.mark.parametrize("share", [0.5, 0.1, 0.001])
def test_elastic_net_against_scikit_learn(seed, l1_ratio, share):
    X, y = problem(seed)
    penalty = share * np.abs(X.T @ y).max()
    reference = ElasticNet(
        alpha=penalty / len(X),
        l1_ratio=l1_ratio,
        fit_intercept=False,
        tol=1e-14,
        max_iter=10**6,
    )
    theirs = reference.fit(X, y).coef_
    ours = norms.elastic_net(X, y, penalty, l1_ratio)
    assert np.abs(ours - theirs).max() < 1e-7
    assert norms.kkt_violation(X, y, ours, penalty, l1_ratio) < 1e-7


def test_lasso_path_of_real_data_against_both_references():
    X, y = diabetes()
    n = len(X)
    penalties = np.abs(X.T @ y).max() * np.geomspace(1, 1e-3, 30)
    ours = norms.lasso_path(X, y, penalties)
    for w, penalty in zip(ours, penalties, strict=True):
        model = Lasso(alpha=penalty / n, fit_intercept=False, tol=1e-14, max_iter=10**6)
        assert np.abs(w - model.fit(X, y).coef_).max() < 1e-6
    knots, _, corners = lars_path(X, y, method="lasso")
    for w, penalty in zip(ours, penalties, strict=True):
        exact = [np.interp(-penalty / n, -knots, row) for row in corners]
        assert np.abs(w - exact).max() < 1e-6


def test_all_weights_are_zero_from_the_largest_correlation_on():
    X, y = problem(1)
    largest = np.abs(X.T @ y).max()
    assert not norms.lasso(X, y, largest).any()
    assert np.count_nonzero(norms.lasso(X, y, 0.999 * largest)) == 1


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.01, 1), ratio=st.floats(0.05, 1))
def test_no_random_move_lowers_the_objective(seed, share, ratio):
    X, y = problem(seed, n=15, p=5)
    penalty = share * np.abs(X.T @ y).max()
    w = norms.elastic_net(X, y, penalty, ratio)
    best = objective(X, y, w, penalty, ratio)
    moves = np.random.default_rng(seed).normal(size=(25, 5))
    for move in np.concatenate([1e-3 * moves, 0.3 * moves]):
        assert objective(X, y, w + move, penalty, ratio) >= best - 1e-9


def test_kkt_violation_by_hand():
    X, y = np.eye(2), np.array([3.0, 0.5])
    assert norms.kkt_violation(X, y, [2.0, 0.0], 1.0) == 0
    assert norms.kkt_violation(X, y, [0.0, 0.0], 1.0) == 2  # 3 is 2 too much
    assert norms.kkt_violation(X, y, [2.5, 0.0], 1.0) == 0.5
    assert norms.kkt_violation(X, y, [2.0, 0.0], 2.0, l1_ratio=0.5) == 2


@pytest.mark.parametrize("ratio", [1.0, 0.9])
def test_nearly_equal_features_converge_in_few_sweeps(ratio):
    X, y = problem(0)
    X[:, 1] = X[:, 0] + 1e-3 * X[:, 1]
    w = norms.elastic_net(X, y, 0.001, ratio, max_sweeps=400)  # else over 100,000
    assert norms.kkt_violation(X, y, w, 0.001, ratio) < 1e-8


def test_equal_features_have_a_minimum_too():
    X, y = problem(0)
    X[:, 1] = X[:, 0]
    for ratio in (1.0, 0.5):
        w = norms.elastic_net(X, y, 5.0, ratio, start=np.ones(8))
        assert norms.kkt_violation(X, y, w, 5.0, ratio) < 1e-8
    assert w[0] == pytest.approx(w[1])


def test_a_feature_of_zeros_gets_weight_zero():
    X, y = problem(0)
    X[:, 2] = 0
    assert norms.lasso(X, y, 1.0, start=np.ones(8))[2] == 0


def test_a_short_column_is_not_lost_beside_a_long_one():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 50))
    b = 0.9 * a + 0.19**0.5 * b
    y = a + 0.1 * rng.normal(size=50)
    expected = norms.lasso(np.c_[a, b], y, 0.0)
    assert np.allclose(norms.lasso(np.c_[a, 1e8 * b], y, 0.0) * [1, 1e8], expected)
    assert np.allclose(
        norms.lasso(np.c_[1e8 * b, a], y, 0.0) * [1e8, 1], expected[::-1]
    )


@settings(max_examples=40)
@given(seed=seeds, unit=units, order=st.permutations(range(5)))
def test_without_penalty_units_and_order_of_columns_do_not_matter(seed, unit, order):
    X, y = problem(seed, p=5)
    expected = norms.lasso(X, y, 0.0)
    found = norms.lasso((X * unit)[:, order], y, 0.0)
    assert np.allclose(found * unit[order], expected[order], rtol=1e-8, atol=1e-10)


@settings(max_examples=60)
@given(seed=seeds)
def test_with_a_penalty_each_condition_holds_in_its_own_unit(seed):
    """The penalty of a weight is in the unit of its column; the order is no matter."""
    rng = np.random.default_rng(seed)
    X, y = problem(seed, p=5)
    X = X * 10.0 ** rng.integers(-4, 5, 5)
    penalty = 10 ** rng.uniform(-12, 0) * np.abs(X.T @ y).max()
    order = rng.permutation(5)
    w = norms.lasso(X, y, penalty)
    lengths = np.linalg.norm(X, axis=0)
    for j in range(5):
        pull = X[:, j] @ (y - X @ w)
        missed = abs(pull - penalty * np.sign(w[j])) if w[j] else abs(pull) - penalty
        assert missed <= 1e-8 * lengths[j] * np.linalg.norm(y)
    again = norms.lasso(X[:, order], y, penalty)
    assert np.allclose(again * lengths[order], (w * lengths)[order], rtol=0, atol=1e-7)


# --- L0 -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_best_subsets_against_least_squares_on_each(seed):
    X, y = problem(seed, p=6)
    if seed == 4:
        X[:, 5] = X[:, 0]  # the singular case
    for size, found in enumerate(norms.best_subsets(X, y)):
        errors = {}
        for subset in combinations(range(6), size):
            w = np.linalg.lstsq(X[:, subset], y, rcond=None)[0] if size else []
            errors[subset] = ((y - X[:, list(subset)] @ w) ** 2).sum()
        assert found.squared_error == pytest.approx(min(errors.values()), rel=1e-9)
        assert errors[found.features] == pytest.approx(found.squared_error, rel=1e-9)


def test_more_subsets_than_a_chunk(monkeypatch):
    X, y = problem(3, p=7)
    X = X[:, ::-1]  # the best subsets come late
    whole = norms.best_subsets(X, y)
    monkeypatch.setattr(norms, "CHUNK", 4)
    assert norms.best_subsets(X, y) == whole


def test_equals_are_settled_by_order():
    for seed in range(10):
        X, y = problem(seed, p=4)
        X = np.hstack([X, 3 * X, X / 7])
        assert norms.best_subsets(X, y, max_size=1)[1].features[0] < 4


def test_the_best_subset_is_that_of_other_units():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 4))
    y = X @ [1, 2, 0, 0.5] + 0.1 * rng.normal(size=30)
    for factor in (1e-6, 1, 1e6):
        assert norms.best_subsets(X * [1, 1, 1, factor], y)[3].features == (0, 1, 3)
    a, b, c = np.random.default_rng(0).normal(size=(3, 50))
    best = norms.best_subsets(np.c_[2e5 * a, c, b], a + b)[2]
    assert best.features == (0, 2) and best.squared_error < 1e-20


@settings(max_examples=40)
@given(seed=seeds, unit=units, singular=st.booleans())
def test_subsets_and_their_fits_do_not_depend_on_units(seed, unit, singular):
    X, y = problem(seed, n=20, p=5)
    if singular:
        X[:, 4] = X[:, 0] - X[:, 1]
    subsets, others = norms.best_subsets(X, y), norms.best_subsets(X * unit, y)
    for one, other in zip(subsets, others, strict=True):
        assert singular or one.features == other.features
        assert other.squared_error == pytest.approx(one.squared_error, rel=1e-9)
    found = X @ (norms.l0_fit(X * unit, y, 1.0) * unit)
    assert np.allclose(found, X @ norms.l0_fit(X, y, 1.0), rtol=1e-8, atol=1e-9)


@settings(max_examples=30)
@given(seed=seeds, centered=st.booleans())
def test_powers_of_one_feature_are_told_apart(seed, centered):
    rng = np.random.default_rng(seed)
    age = rng.uniform(18, 90, 100)
    X = age[:, None] ** [1, 2, 3, 4]
    y = np.sin(age / 10) + 0.1 * rng.normal(size=100)
    X, y = (X - X.mean(0), y - y.mean()) if centered else (X, y)
    unit = X / np.linalg.norm(X, axis=0)
    errors = {
        features: np.linalg.lstsq(unit[:, features], y, rcond=None)[1].item()
        for features in combinations(range(4), 3)
    }
    best = norms.best_subsets(X, y)[3]
    assert best.features == min(errors, key=errors.get)
    assert best.squared_error == pytest.approx(min(errors.values()), rel=1e-9)


def test_indicators_are_numbers():
    X, y = problem(0, p=4)
    indicators = X > 0
    found = norms.l0_fit(indicators, y, 0.1)
    assert found.any() and np.array_equal(found, norms.l0_fit(1.0 * indicators, y, 0.1))


def test_l0_fit_is_the_hard_threshold_for_an_orthonormal_design():
    rng = np.random.default_rng(0)
    X = np.linalg.qr(rng.normal(size=(20, 6)))[0]
    y = X @ rng.normal(size=6) * 2 + 0.3 * rng.normal(size=20)
    for penalty in (0.0, 0.1, 1.0, 5.0):
        hard = norms.hard_threshold(X.T @ y, np.sqrt(2 * penalty))
        assert np.allclose(norms.l0_fit(X, y, penalty), hard, atol=1e-9)
    subsets = norms.best_subsets(X, y)
    assert np.allclose(
        norms.l0_fit(X, y, 1.0, subsets=subsets), norms.l0_fit(X, y, 1.0)
    )


def test_subsets_of_other_data_are_refused():
    X, y = problem(0, p=4)
    for others, words in (
        (norms.best_subsets(X, y + X[:, 0]), "squared error of the features ()"),
        (norms.best_subsets(X[:, ::-1], y), "squared error of the features"),
        (norms.best_subsets(np.hstack([X, y[:, None]]), y), "feature 4 and X has only"),
        (norms.best_subsets(X, y)[1:], "must begin with the empty one"),
        ([], "must begin with the empty one"),
        ((0, 1), "subsets must be a list of Subset"),
    ):
        with pytest.raises((TypeError, ValueError), match=re.escape(words)):
            norms.l0_fit(X, y, 0.1, subsets=others)


# --- At the door ----------------------------------------------------------------------


EYE, ONES = np.eye(2), np.ones(2)
MASKED = np.ma.array(EYE, mask=EYE == 0)


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        (norms.soft_threshold, ([1.0], -1), "threshold must be a finite number of at"),
        (norms.soft_threshold, ([1.0], "1"), "threshold must be a finite number of at"),
        (norms.soft_threshold, ([np.nan], 1), "z must be finite, but z[0] is nan"),
        (norms.soft_threshold, ([1j], 1), "z must be real numbers, not complex numbe"),
        (norms.hard_threshold, ([1.0], np.nan), "threshold must be a finite number of"),
        (norms.hard_threshold, (["1"], 1), "z must be real numbers, not text"),
        (norms.project_l1_ball, ([1.0], -1), "radius must be a finite number of at le"),
        (norms.project_l1_ball, ([[]], 1), "z must have entries on its last axis, not"),
        (norms.project_l2_ball, ([np.inf], 1), "z must be finite, but z[0] is inf"),
        (norms.project_l2_ball, (MASKED, 1), "z is a masked array"),
        (norms.ridge, (EYE, ONES, [-1.0]), "penalties must be at least 0, not -1.0"),
        (norms.ridge, (EYE, [1.0], 1.0), "y must have the shape (2,), not (1,)"),
        (norms.ridge, (EYE * 1e170, ONES, 1.0), "y and the columns of X must lie betw"),
        (norms.ridge, (EYE, ONES * 1e-170, 1.0), "y and the columns of X must lie bet"),
        (norms.lasso, (ONES, ONES, 1.0), "X must have the shape (n, p), not (2,)"),
        (norms.lasso, (np.ones((2, 0)), ONES, 1.0), "X must be at least 1 by 1, not o"),
        (norms.lasso, (MASKED, ONES, 1.0), "X is a masked array"),
        (norms.lasso, (EYE, ONES, -1.0), "penalty must be a finite number of at least"),
        (norms.lasso_path, (EYE, ONES, 1.0), "penalties must have the shape (k,), not"),
        (norms.lasso_path, (EYE, ONES, [1, -1]), "penalties must be at least 0, not"),
        (norms.elastic_net, (EYE, ONES, 1.0, 1.5), "l1_ratio must be a finite number"),
        (norms.kkt_violation, (EYE, ONES, [1.0], 1.0), "w must have the shape (2,), n"),
        (
            norms.kkt_violation,
            (EYE, [1.0, np.nan], ONES, 1.0),
            "y must be finite, but y[1]",
        ),
        (
            norms.best_subsets,
            (np.ones((3, 21)), np.ones(3)),
            "X must have at most 20 f",
        ),
        (norms.best_subsets, (EYE, ONES, -1), "max_size must be a whole number from 0"),
        (norms.best_subsets, (EYE, ONES, 3), "max_size must be a whole number from 0 "),
        (norms.best_subsets, (EYE, ONES, 2.0), "max_size must be a whole number from"),
        (
            norms.l0_fit,
            (EYE, ONES, -1.0),
            "penalty must be a finite number of at least",
        ),
    ],
)
def test_bad_arguments_are_refused(function, arguments, words):
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(words)):
        function(*arguments)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": [1.0]}, "start must have the shape (8,), not (1,)"),
        ({"tolerance": -1}, "tolerance must be a finite number of at least 0, not -1"),
        ({"max_sweeps": 0.5}, "max_sweeps must be a whole number of at least 1, not"),
        ({"max_sweeps": 1}, "not converged after 1 sweeps"),
        ({"alpha": 1}, "elastic_net(): got an unexpected keyword argument 'alpha'"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(words)):
        norms.lasso(*problem(0), 0.1, **options)
