"""What the chapter on logistic regression defines, beside torch and scikit-learn."""

import numpy as np
import pytest
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, PoissonRegressor

from evidence.entries import book_folder
from tools import notebooks

PATH = book_folder() / "gradients-losses" / "logistic-regression.ipynb"
CELLS = ("patients", "squares", "bound", "newton", "glm", "irls", "fitted")


@pytest.fixture(scope="module")
def defined():
    """Return what the cells that define something define."""
    cells = {cell.id: cell.source for cell in notebooks.read(PATH).cells}
    names = {"np": np, "sigmoid": expit}
    head = cells["steps"].index("def minimum")  # the cell runs an experiment, too
    exec(cells["patients"] + "\n" + cells["squares"], names)
    exec(cells["steps"][head:].split("\n\n\n")[0], names)
    for name in CELLS[2:]:
        exec(cells[name], names)
    return names


@pytest.fixture(params=[0, 1, 2, 4], ids=lambda strength: f"strength {strength}")
def data(request, defined):
    X, y = defined["patients"](31, 300, 4, request.param)
    return X, y, np.random.default_rng(32).normal(size=4)


def mean_loss(X, y):
    X, y = torch.tensor(X), torch.tensor(y)
    return lambda w: torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y)


def test_loss_gradient_and_hessian_are_torchs(defined, data):
    X, y, w = data
    theirs, at = mean_loss(X, y), torch.tensor(w)
    gradient = torch.func.grad(theirs)(at).numpy()
    hessian = torch.func.hessian(theirs)(at).numpy()
    assert defined["loss"](w, X, y) == pytest.approx(theirs(at).item(), rel=1e-12)
    np.testing.assert_allclose(defined["gradient"](w, X, y), gradient, atol=1e-14)
    np.testing.assert_allclose(defined["hessian"](w, X), hessian, atol=1e-14)


def test_a_small_loss_is_right_as_a_share(defined):
    one, scores = np.ones(1), np.array([[40.0], [-60.0], [-1000.0]])
    small = [defined["loss"](one, z[None], np.array([z > 0])[0] * 1.0) for z in scores]
    np.testing.assert_allclose(small, np.exp(-abs(scores[:, 0])), rtol=1e-12)


def test_the_slope_of_the_squared_error_is_torchs(defined, data):
    X, y, w = data
    inputs, labels = torch.tensor(X), torch.tensor(y)
    at = torch.tensor(w, requires_grad=True)
    theirs = torch.nn.functional.mse_loss(torch.sigmoid(inputs @ at), labels)
    theirs.backward()
    value, slope = defined["squared"](w, X, y)
    assert value == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(slope, at.grad.numpy(), atol=1e-14)


def test_the_bound_is_the_largest_curvature_at_zero_and_never_exceeded(defined, data):
    X, _, w = data
    bound, hessian = defined["bound"](X), defined["hessian"]
    at_zero = np.linalg.eigvalsh(hessian(0 * w, X))[-1]
    assert bound == pytest.approx(at_zero, rel=1e-12)
    for scale in (0.1, 1, 10, 100):
        assert np.linalg.eigvalsh(hessian(scale * w, X))[-1] <= bound


def test_every_way_to_the_minimum_ends_at_scikit_learns(defined, data):
    X, y, _ = data
    options = {"C": np.inf, "fit_intercept": False, "tol": 1e-10}
    fit = LogisticRegression(solver="newton-cholesky", **options).fit(X, y)
    theirs = fit.coef_[0]
    ends = {
        "newton": defined["newton"](np.zeros(4), X, y),
        "halved, from afar": defined["newton"](5 * theirs + 3, X, y, halve=True),
        "minimum": defined["minimum"](X, y),
        "descend": defined["descend"](X, y, 1.9, steps=3000),
        "irls": defined["irls"](X, y, *defined["FAMILIES"]["Bernoulli, logit link"]),
    }
    for name, w in ends.items():
        np.testing.assert_allclose(w, theirs, atol=1e-6, err_msg=name)


def test_reweighted_least_squares_fit_a_poisson_response_as_scikit_learn(defined):
    X, labels = defined["table"], defined["malignant"]
    ours = defined["irls"](X, labels, *defined["FAMILIES"]["Poisson, log link"])
    options = {"alpha": 0, "fit_intercept": False, "tol": 1e-10}
    fit = PoissonRegressor(solver="newton-cholesky", **options).fit(X, labels)
    np.testing.assert_allclose(ours, fit.coef_, atol=1e-6)


def test_people_are_ill_as_often_as_the_model_says(defined):
    X, y = defined["patients"](33, 200_000, 3, 2)
    p = expit(2 * X.sum(1) / 3**0.5)
    assert X.sum(1).std() / 3**0.5 == pytest.approx(1, abs=0.01)
    for low in np.arange(0, 1, 0.1):
        part = (p >= low) & (p < low + 0.1)
        assert y[part].mean() == pytest.approx(p[part].mean(), abs=0.02)


def test_labels_of_infinite_strength_have_no_chance_in_them(defined):
    X, y = defined["patients"](34, 500, 20, np.inf)
    np.testing.assert_array_equal(y, X.sum(1) > 0)
