"""What the chapter on ensembles defines, beside scikit-learn and by brute force."""

from itertools import product

import numpy as np
import pytest
from defined import defined
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingRegressor,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from evidence import stats

PART = "classical/ensembles"
CELLS = ("bootstrap", "grow", "friedman", "stump", "adaboost", "stepper-data")
TREES = {"DecisionTreeRegressor": DecisionTreeRegressor, "np": np}


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = TREES | {"stats": stats, "DecisionTreeClassifier": DecisionTreeClassifier}
    functions = ("pairs", "shares", "table-parts", "own-board")
    return defined(PART, (*CELLS, "boosting"), functions, **names)


def one_feature(seed):
    """Return samples and new points of one feature, so that no two splits tie."""
    rng = np.random.default_rng(seed)
    X = rng.random((100, 1))
    return X, np.sin(6 * X[:, 0]) + rng.normal(size=100), rng.random((30, 1))


class Replayed:
    """A generator that hands out the rows and seeds of fitted trees."""

    def __init__(self, *draws):
        self.draws = iter(draws)

    def integers(self, *_, **__):
        return next(self.draws)


def test_bagged_trees_are_scikit_learns(chapter):
    X, y, new = one_feature(51)
    theirs = BaggingRegressor(DecisionTreeRegressor(), 20, random_state=0).fit(X, y)
    pairs = zip(theirs.estimators_samples_, theirs.estimators_, strict=True)
    draws = [draw for rows, tree in pairs for draw in (rows, tree.random_state)]
    found = chapter["grow"](X, y, new, 20, Replayed(*draws), tries=1)
    np.testing.assert_allclose(found.mean(axis=0), theirs.predict(new), atol=1e-12)


def test_a_random_forest_is_as_good_as_scikit_learns(chapter):
    new = np.random.default_rng(52).random((200, 10))
    truth, ratios = chapter["friedman"](new), []
    for seed in range(8):
        X, y, rng = chapter["problem"](seed, 1)
        ours = chapter["grow"](X, y, new, 100, rng, tries=3).mean(axis=0)
        theirs = RandomForestRegressor(100, max_features=3, random_state=seed)
        both = ours, theirs.fit(X, y).predict(new)
        ratios.append(np.divide(*[np.mean((each - truth) ** 2) for each in both]))
    assert np.mean(ratios) == pytest.approx(1, abs=0.08)


def test_what_scikit_learn_tries_at_a_split_by_default():
    assert RandomForestRegressor().max_features == 1.0
    assert RandomForestClassifier().max_features == "sqrt"


def test_boosting_predicts_what_scikit_learns_does(chapter):
    X, y, new = one_feature(53)
    theirs = GradientBoostingRegressor(random_state=0)
    assert theirs.learning_rate == 0.1
    assert theirs.max_depth == 3
    assert theirs.n_estimators == 100
    found = chapter["boosting"](X, y, new, 100)
    for ours, stage in zip(found, theirs.fit(X, y).staged_predict(new), strict=True):
        np.testing.assert_allclose(ours, stage, atol=1e-8)


def test_adaboost_votes_as_scikit_learns_with_the_same_stumps(chapter):
    class Stump(ClassifierMixin, BaseEstimator):
        def fit(self, X, y, sample_weight):
            self.classes_ = np.array([-1, 1])
            self.rule_ = chapter["stump"](X, y, sample_weight / sample_weight.sum())
            return self

        def predict(self, X):
            return self.rule_(X).astype(int)

    X, y = chapter["square"]("disc", 150, np.random.default_rng(54))
    theirs = AdaBoostClassifier(Stump(), n_estimators=25).fit(X, y)
    members, _ = chapter["adaboost"](X, y, 25)
    alphas = np.array([alpha for alpha, _ in members])
    np.testing.assert_allclose(theirs.estimator_weights_, 2 * alphas, rtol=1e-6)
    vote = sum(alpha * h(X) for alpha, h in members)
    assert np.array_equal(np.sign(vote), theirs.predict(X))


def test_the_stump_is_the_best_of_all(chapter):
    rng = np.random.default_rng(55)
    X, y, w = rng.normal(size=(30, 3)), rng.choice([-1, 1], 30), rng.random(30)
    w /= w.sum()
    cuts = [(j, c) for j in range(3) for c in np.sort(X[:, j])[:-1]]
    errors = [
        w[side * np.where(X[:, j] > c, 1, -1) != y].sum()
        for (j, c), side in product(cuts, (1, -1))
    ]
    assert w[chapter["stump"](X, y, w)(X) != y].sum() == pytest.approx(min(errors))


def test_the_training_error_stays_below_its_bound(chapter):
    X, y = chapter["square"]("diagonal", 100, np.random.default_rng(56))
    members, _ = chapter["adaboost"](X, y, 30)
    errors = 1 / (1 + np.exp(2 * np.array([alpha for alpha, _ in members])))
    bound = np.cumprod(2 * np.sqrt(errors * (1 - errors)))
    vote = np.cumsum([alpha * h(X) for alpha, h in members], axis=0)
    assert np.all((np.sign(vote) != y).mean(axis=1) <= bound + 1e-12)
    np.testing.assert_allclose(np.exp(-y * vote).mean(axis=1), bound)


def test_bootstrap_means_of_two_are_correlated_by_two_thirds():
    """Of all sets of a sample of two, and over samples of -1 and 1."""
    first, second = [], []
    for x in product((-1, 1), repeat=2):
        means = [(x[i] + x[j]) / 2 for i, j in product(range(2), repeat=2)]
        for a, b in product(means, repeat=2):
            first.append(a)
            second.append(b)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(2 / 3)
    assert np.var(first) == pytest.approx(3 / 4)


def test_the_share_left_is_the_formulas_of_correlated_numbers(chapter):
    rng = np.random.default_rng(57)
    shared, own = rng.normal(size=(400, 1, 50)), rng.normal(size=(400, 10, 50))
    P = 0.3**0.5 * shared + 0.7**0.5 * own  # (data sets, models, points)
    assert chapter["alike"](P).mean() == pytest.approx(0.3, abs=0.01)
    found = chapter["left"](P, 10).mean()
    assert found == pytest.approx(0.3 + 0.7 / 10, abs=0.01)


def test_ratio_and_bias_are_those_of_means(chapter):
    rng = np.random.default_rng(59)
    a, b = rng.random((2, 30))
    found = chapter["ratio"](a, 3 * b)
    assert found.value == pytest.approx(a.mean() / b.mean() / 3)
    assert chapter["ratio"](a, 2 * a).half_width == pytest.approx(0, abs=1e-12)
    P, chapter["TRUTH"] = rng.normal(size=(40, 5, 20)), rng.normal(size=20)
    center = P.mean(axis=1)
    variance = center.var(axis=0, ddof=1).mean()
    squared = ((center.mean(axis=0) - chapter["TRUTH"]) ** 2).mean()
    assert chapter["bias"](P).mean() == pytest.approx(squared - variance / 40)


def test_the_interval_of_the_squared_bias_covers_it(chapter):
    rng, chapter["TRUTH"], inside = np.random.default_rng(60), np.zeros(50), 0
    for _ in range(200):  # models that share their errors, off by 1
        shared = 1 + 0.7 * rng.normal(size=(32, 1, 1))
        own = rng.normal(size=(32, 1, 50))
        found = stats.mean_interval(chapter["bias"](shared + own))
        inside += found.low <= 1 <= found.high
    assert inside / 200 == pytest.approx(0.95, abs=0.05)


def test_bootstrap_means_of_fifty_are_correlated_by_a_half(chapter):
    found = np.mean([chapter["pairs_of_means"](seed) for seed in range(20)])
    assert found == pytest.approx(50 / 99, abs=0.04)


def test_a_sum_of_stumps_has_one_total_over_opposite_corners(chapter):
    X, y = chapter["square"]("checkerboard", 100, np.random.default_rng(61))
    members, _ = chapter["adaboost"](X, y, 30)
    corners = np.array([[-0.4, -0.7], [0.6, 0.3], [-0.4, 0.3], [0.6, -0.7]])
    a, b, c, d = sum(alpha * h(corners) for alpha, h in members)
    assert a + b == pytest.approx(c + d)


def test_the_bug_leaves_nearly_all_of_a_trees_variance(chapter):
    new = np.random.default_rng(58).random((50, 10))
    without, bagged = [], []
    for seed in range(20):
        X, y, rng = chapter["problem"](seed, 1)
        rows = [rng.permutation(len(X)) for _ in range(10)]
        trees = [DecisionTreeRegressor(random_state=k) for k in range(10)]
        fits = [
            t.fit(X[r], y[r]).predict(new) for t, r in zip(trees, rows, strict=True)
        ]
        without.append(fits)
        bagged.append(chapter["grow"](X, y, new, 10, rng))
    share = {}
    for name, P in (("bug", np.array(without)), ("bagging", np.array(bagged))):
        share[name] = P.mean(axis=1).var(axis=0).mean() / P.var(axis=0).mean()
    assert share["bug"] > 0.8
    assert share["bagging"] < 0.35


def test_no_cut_of_a_board_has_an_edge(chapter):
    side = (np.arange(240) + 0.5) / 120 - 1
    x = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    for fields in (2, 4, 6):
        y = (-1) ** np.floor((x + 1) * fields / 2).sum(axis=1).astype(int)
        assert y.reshape(240, 240).sum(axis=0).any() == 0


# What the discussion of the open task says: fields of a side, depth, error.
BOARDS = [(2, 2, 0.005, 0.01), (4, 2, 0.33, 0.1), (4, 4, 0.042, 0.02)]
BOARDS += [
    (6, 2, 0.47, 0.04),
    (6, 6, 0.13, 0.03),
    (6, 8, 0.12, 0.02),
    (6, 10, 0.15, 0.04),
]


@pytest.mark.parametrize(("fields", "depth", "error", "by"), BOARDS)
def test_boards_take_the_depth_that_the_open_task_says(
    chapter, fields, depth, error, by
):
    names = chapter | {"FIELDS": fields, "DEPTH": depth}
    again = defined(PART, (), ("own-board",), **names)
    found = np.mean([again["board"](seed) for seed in range(5)])
    assert found == pytest.approx(error, abs=by)
