"""What the chapter on early stopping defines, beside scikit-learn and torch."""

import copy
import warnings

import numpy as np
import pytest
import torch
from defined import defined
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor

PART = "generalization/early-stopping"
CELLS = ("stop", "filters", "problem", "paths", "twins")


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    return defined(PART, CELLS, ["sayings-rules"], np=np)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("waits", [1, 4, 10])
def test_training_stops_where_scikit_learns_does(chapter, seed, waits):
    rng = np.random.default_rng([41, seed])
    X = rng.normal(size=(150, 5))
    y = np.sin(X[:, 0]) + rng.normal(size=150)
    setting = {"early_stopping": True, "n_iter_no_change": waits, "tol": 0}
    setting |= {"hidden_layer_sizes": (20,), "learning_rate_init": 0.01}
    theirs = MLPRegressor(**setting, max_iter=400, random_state=seed).fit(X, y)
    errors = -np.array(theirs.validation_scores_)
    best, last = chapter["stop"](errors, waits + 1)
    assert last == theirs.n_iter_ - 1 < 399
    assert -errors[best] == theirs.best_validation_score_
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ended = MLPRegressor(**setting, max_iter=best + 1, random_state=seed).fit(X, y)
    for restored, last_weights in zip(theirs.coefs_, ended.coefs_, strict=True):
        np.testing.assert_array_equal(restored, last_weights)


def test_the_last_check_ends_training_too(chapter):
    assert chapter["stop"]([3, 2, 1], 5) == (2, 2)
    assert chapter["stop"]([1, 2, 3], 2) == (0, 2)


def test_the_filters_are_descent_and_scikit_learns_ridge(chapter):
    X, y, w, root = chapter["problem"](42, 0)
    n = len(X)
    u, d, vt = np.linalg.svd(X, full_matrices=False)
    curvature, price, rate = d**2 / n, 0.3, 0.1
    weights = torch.zeros(len(w), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=rate)
    inputs, targets = torch.tensor(X), torch.tensor(y)
    for _ in range(30):
        optimizer.zero_grad()
        (((inputs @ weights - targets) ** 2).mean() / 2).backward()
        optimizer.step()
    shares = chapter["descent"](curvature, rate, 30)
    theirs = Ridge(alpha=n * price, fit_intercept=False).fit(X, y).coef_
    least = u.T @ y / d
    np.testing.assert_allclose((shares * least) @ vt, weights.detach(), atol=1e-10)
    ridge = chapter["ridge"](curvature, price)
    np.testing.assert_allclose((ridge * least) @ vt, theirs, atol=1e-10)


def test_the_excess_error_is_that_on_many_new_points(chapter):
    X, y, w, root = chapter["problem"](43, -1)
    shares = np.array([[0.2], [1.0]]) * np.ones(len(w))
    u, d, vt = np.linalg.svd(X, full_matrices=False)
    fits = (shares * (u.T @ y) / d) @ vt
    new = np.random.default_rng(44).normal(size=(40_000, len(w))) @ root.T
    measured = ((new @ (fits - w).T) ** 2).mean(0)
    found = chapter["excesses"](X, y, w, root, shares)
    np.testing.assert_allclose(found, measured, rtol=0.05)


def test_twin_fits_have_the_freedom_of_the_formula(chapter):
    rng = np.random.default_rng(45)
    X = rng.normal(size=(100, 12)) * np.geomspace(1, 0.05, 12)
    u, d, _ = np.linalg.svd(X, full_matrices=False)
    shares = chapter["descent"](d**2 / 100, 0.3, 20)
    e = chapter["SIGMA"] * rng.normal(size=(4000, 100))
    f = rng.normal(size=100)

    def fits(y):
        return (y @ u * shares) @ u.T

    found = chapter["freedom"](fits(f + e), fits(f - e), e).mean()
    assert found == pytest.approx(shares.sum(), rel=0.02)


def test_kept_tensors_go_on_being_trained_and_copies_do_not():
    net = torch.nn.Linear(2, 1)
    kept, copied = net.state_dict(), copy.deepcopy(net.state_dict())
    with torch.no_grad():
        net.weight.add_(1)
    assert torch.equal(kept["weight"], net.weight)
    assert torch.equal(copied["weight"] + 1, net.weight)


def test_criteria_of_prechelt_by_hand(chapter):
    errors = np.array([10, 8, 8.3, 8.5, 7, 7.3, 7.5])
    assert chapter["gl"](errors, 5) == (1, 3)
    assert chapter["gl"](errors, 50) == (4, 6)
    assert chapter["up"](errors, strips=1, length=2) == (4, 6)
    assert chapter["up"](errors, strips=2, length=1) == (1, 3)
