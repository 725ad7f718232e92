"""What the chapter on logistic regression defines, beside torch and scikit-learn."""

import numpy as np
import pytest
import torch
from defined import defined
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, PoissonRegressor

PART = "gradients-losses/logistic-regression"
CELLS = ("patients", "squares", "bound", "newton", "glm", "irls", "fitted")


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    return defined(PART, CELLS, ["steps"], np=np, sigmoid=expit)


@pytest.fixture(params=[0, 1, 2, 4], ids=lambda strength: f"strength {strength}")
def data(request, chapter):
    X, y = chapter["patients"](31, 300, 4, request.param)
    return X, y, np.random.default_rng(32).normal(size=4)


def mean_loss(X, y):
    X, y = torch.tensor(X), torch.tensor(y)
    return lambda w: torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y)


def test_loss_gradient_and_hessian_are_torchs(chapter, data):
    X, y, w = data
    theirs, at = mean_loss(X, y), torch.tensor(w)
    gradient = torch.func.grad(theirs)(at).numpy()
    hessian = torch.func.hessian(theirs)(at).numpy()
    assert chapter["loss"](w, X, y) == pytest.approx(theirs(at).item(), rel=1e-12)
    np.testing.assert_allclose(chapter["gradient"](w, X, y), gradient, atol=1e-14)
    np.testing.assert_allclose(chapter["hessian"](w, X), hessian, atol=1e-14)


def test_a_small_loss_is_right_as_a_share(chapter):
    one, scores = np.ones(1), np.array([[40.0], [-60.0], [-1000.0]])
    small = [chapter["loss"](one, z[None], np.array([z > 0])[0] * 1.0) for z in scores]
    np.testing.assert_allclose(small, np.exp(-abs(scores[:, 0])), rtol=1e-12)


def test_the_slope_of_the_squared_error_is_torchs(chapter, data):
    X, y, w = data
    inputs, labels = torch.tensor(X), torch.tensor(y)
    at = torch.tensor(w, requires_grad=True)
    theirs = torch.nn.functional.mse_loss(torch.sigmoid(inputs @ at), labels)
    theirs.backward()
    value, slope = chapter["squared"](w, X, y)
    assert value == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(slope, at.grad.numpy(), atol=1e-14)


def test_the_bound_is_the_largest_curvature_at_zero_and_never_exceeded(chapter, data):
    X, _, w = data
    bound, hessian = chapter["bound"](X), chapter["hessian"]
    at_zero = np.linalg.eigvalsh(hessian(0 * w, X))[-1]
    assert bound == pytest.approx(at_zero, rel=1e-12)
    for scale in (0.1, 1, 10, 100):
        assert np.linalg.eigvalsh(hessian(scale * w, X))[-1] <= bound


def test_every_way_to_the_minimum_ends_at_scikit_learns(chapter, data):
    X, y, _ = data
    options = {"C": np.inf, "fit_intercept": False, "tol": 1e-10}
    fit = LogisticRegression(solver="newton-cholesky", **options).fit(X, y)
    theirs = fit.coef_[0]
    ends = {
        "newton": chapter["newton"](np.zeros(4), X, y),
        "halved, from afar": chapter["newton"](5 * theirs + 3, X, y, halve=True),
        "minimum": chapter["minimum"](X, y),
        "descend": chapter["descend"](X, y, 1.9, steps=3000),
        "irls": chapter["irls"](X, y, *chapter["FAMILIES"]["Bernoulli, logit link"]),
    }
    for name, w in ends.items():
        np.testing.assert_allclose(w, theirs, atol=1e-6, err_msg=name)


def test_reweighted_least_squares_fit_a_poisson_response_as_scikit_learn(chapter):
    X, labels = chapter["table"], chapter["malignant"]
    ours = chapter["irls"](X, labels, *chapter["FAMILIES"]["Poisson, log link"])
    options = {"alpha": 0, "fit_intercept": False, "tol": 1e-10}
    fit = PoissonRegressor(solver="newton-cholesky", **options).fit(X, labels)
    np.testing.assert_allclose(ours, fit.coef_, atol=1e-6)


def test_people_are_ill_as_often_as_the_model_says(chapter):
    X, y = chapter["patients"](33, 200_000, 3, 2)
    p = expit(2 * X.sum(1) / 3**0.5)
    assert X.sum(1).std() / 3**0.5 == pytest.approx(1, abs=0.01)
    for low in np.arange(0, 1, 0.1):
        part = (p >= low) & (p < low + 0.1)
        assert y[part].mean() == pytest.approx(p[part].mean(), abs=0.02)


def test_labels_of_infinite_strength_have_no_chance_in_them(chapter):
    X, y = chapter["patients"](34, 500, 20, np.inf)
    np.testing.assert_array_equal(y, X.sum(1) > 0)
