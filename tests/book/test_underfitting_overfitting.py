"""What the chapter on under- and overfitting defines, beside scikit-learn's."""

import numpy as np
import pytest
from defined import defined
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.tree import DecisionTreeRegressor

CHAPTER = "generalization/underfitting-overfitting"
CELLS = ("features", "world", "decompose", "priced", "patients", "bagged", "stumps")


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define, with few data sets."""
    names = {"np": np, "N": 30, "NOISE": 1.0, "SETS": 20, "SEED": 11, "BAGS": 5}
    return defined(CHAPTER, CELLS, **names)


def powers(x, p):
    return x[..., None] ** np.arange(p)


@pytest.mark.parametrize("p", [1, 2, 4, 9])
def test_fits_are_those_of_ordinary_polynomials(chapter, p):
    x, y = chapter["draw"]()
    ours = chapter["predict"](
        chapter["NEW"], chapter["fit"](chapter["features"](x, p), y)
    )
    theirs = LinearRegression(fit_intercept=False)
    for inputs, targets, found in zip(x, y, ours, strict=True):
        theirs.fit(powers(inputs, p), targets)
        expected = theirs.predict(powers(chapter["NEW"], p))
        np.testing.assert_allclose(found, expected, atol=1e-8)


@pytest.mark.parametrize("p", [31, 60, 300])
def test_beyond_the_points_fits_are_exact_and_the_shortest(chapter, p):
    x, y = chapter["draw"]()
    X = chapter["features"](x, p)
    w = chapter["fit"](X, y)
    np.testing.assert_allclose(chapter["predict"](x, w), y, atol=1e-7)
    shortest = np.linalg.lstsq(X[0], y[0], rcond=None)[0]
    np.testing.assert_allclose(w[0], shortest, atol=1e-7)


@pytest.mark.parametrize("p", [2, 15, 60])
@pytest.mark.parametrize("price", [0.005, 0.5])
def test_a_price_is_ridge_regression(chapter, p, price):
    x, y = chapter["draw"]()
    X = chapter["features"](x, p)
    w = chapter["priced"](X, y, price)
    theirs = Ridge(alpha=30 * price, fit_intercept=False).fit(X[0], y[0])
    np.testing.assert_allclose(w[0], theirs.coef_, atol=1e-9)


def test_a_price_divides_by_no_less_than_two_roots(chapter):
    x, y = chapter["draw"]()
    u, d, vt = np.linalg.svd(chapter["features"](x, 30)[0])
    found = (u.T @ y[0]) / (d + 30 * 0.01 / d) @ vt
    w = chapter["priced"](chapter["features"](x, 30), y, 0.01)
    np.testing.assert_allclose(w[0], found, atol=1e-9)
    assert (d + 0.3 / d).min() >= 2 * np.sqrt(0.3) - 1e-12
    assert 2 * np.sqrt(0.3) == pytest.approx(1.1, abs=0.005)


def test_stumps_are_trees_of_depth_one(chapter):
    x, y = chapter["draw"]()
    rng = np.random.default_rng([11, 2])
    counts = rng.multinomial(30, np.full(30, 1 / 30), size=(20, 4))
    found = chapter["stumps"](x, y, counts)
    new = chapter["NEW"]
    for k in range(20):
        for b in range(4):
            kept = counts[k, b] > 0
            tree = DecisionTreeRegressor(max_depth=1)
            tree.fit(x[k, kept, None], y[k, kept], sample_weight=counts[k, b, kept])
            values = np.unique(tree.predict(new[:, None]))
            # edges lie between drawn points here and there between all: same leaves
            np.testing.assert_allclose(np.unique(found[k, b]), values, atol=1e-9)


def test_bagging_averages_fits_to_bootstrap_samples(chapter):
    x, y = chapter["draw"]()
    drawn = np.random.default_rng([11, 1]).integers(30, size=(20, 5, 30))
    found = chapter["predict"](chapter["NEW"], chapter["bagged"](2, 0))
    for k in range(20):
        lines = [np.polyfit(x[k, i], y[k, i], 1) for i in drawn[k]]
        mean = np.mean([np.polyval(line, chapter["NEW"]) for line in lines], axis=0)
        np.testing.assert_allclose(found[k], mean, atol=1e-8)


def test_bias_and_variance_are_right_on_average(chapter):
    rng = np.random.default_rng(5)
    made = np.array(
        [
            chapter["decompose"](2 + 3 * rng.normal(size=(8, 200)), lambda x: 0 * x)
            for _ in range(400)
        ]
    )
    np.testing.assert_allclose(made.mean(0), [4, 9], rtol=0.02)


def test_at_the_training_inputs_the_law_is_exact(chapter):
    x, _ = chapter["draw"]()
    for p in (4, 15, 29):
        X = chapter["features"](x, p)
        hat = X @ np.linalg.pinv(X)
        np.testing.assert_allclose(np.trace(hat, axis1=1, axis2=2), p, atol=1e-8)


@pytest.mark.parametrize("p", [1, 2, 4, 15])
def test_the_gap_at_the_training_inputs_is_blind_to_bias(chapter, p):
    x = chapter["draw"]()[0][0]
    noise = np.random.default_rng(p).normal(size=(2, 20_000, 30))
    y, new = chapter["truth"](x) + noise
    X = chapter["features"](x, p)
    fitted = y @ (X @ np.linalg.pinv(X)).T
    gap = ((fitted - new) ** 2).mean(1) - ((fitted - y) ** 2).mean(1)
    assert gap.mean() == pytest.approx(2 * p / 30, abs=0.02)


def test_heights_matter_to_a_price_and_to_the_shortest_weights_only(chapter):
    x, y = chapter["draw"]()

    def change(p, price):
        X, height = chapter["features"](x, p), np.maximum(np.arange(p), 1)
        low = chapter["solve"](X, y, price)
        high = chapter["solve"](X * height, y, price) * height
        fits = (chapter["predict"](chapter["NEW"], w) for w in (low, high))
        return np.abs(np.subtract(*fits)).mean()

    assert change(15, 0) < 1e-9
    assert change(15, 0.5) > 0.05
    assert change(60, 0) > 0.05


@pytest.mark.parametrize(("n", "p"), [(30, 10), (30, 22), (20, 40), (20, 90)])
def test_the_peak_of_normal_features_in_closed_form(n, p):
    rng = np.random.default_rng([n, p])
    w = np.ones(p) * 0.3
    X = rng.normal(size=(4000, n, p))
    y = X @ w + 0.7 * rng.normal(size=(4000, n))
    off = (np.linalg.pinv(X) @ y[..., None])[..., 0] - w
    law = 0.49 * p / (n - p - 1)
    if p > n:
        law = w @ w * (1 - n / p) + 0.49 * n / (p - n - 1)
    assert (off**2).sum(1).mean() == pytest.approx(law, rel=0.06)
