"""What the chapter on priors defines, against scikit-learn and torch."""

import numpy as np
import pytest
import torch
from defined import defined
from scipy.stats import laplace, norm
from sklearn.linear_model import Lasso, Ridge

from evidence.methods import optimizers

CHAPTER = "generalization/priors-weight-decay"


@pytest.fixture(scope="module")
def cheapest():
    return defined(CHAPTER, ["minus-log"], np=np, norm=norm, laplace=laplace)


def test_the_map_estimate_is_that_of_ridge_and_lasso(cheapest):
    rng = np.random.default_rng(3)
    x = rng.normal(size=30)
    y = 0.8 * x + rng.normal(size=30)
    for scale in (0.1, 0.5, 2):
        for prior, fit in (
            (norm, Ridge(alpha=1 / scale**2, fit_intercept=False)),
            (laplace, Lasso(alpha=1 / scale / 30, fit_intercept=False)),
        ):
            log_prior = prior(scale=scale).logpdf(cheapest["grid"])
            expected = fit.fit(x[:, None], y).coef_[0]
            found = cheapest["cheapest"](x, y, log_prior)
            assert found == pytest.approx(expected, abs=0.0006)


@pytest.mark.parametrize(
    ("name", "of_torch"),
    [
        ("SGD", torch.optim.SGD),
        ("Adam", torch.optim.Adam),
        ("AdamW", torch.optim.AdamW),
    ],
)
def test_decay_is_that_of_torch(name, of_torch):
    cell = defined(CHAPTER, ["left"], np=np, optimizers=optimizers, FIRST=9)
    cell["WEIGHTS"], cell["STEPS"] = 5, 50
    w = torch.ones(5, dtype=torch.float64, requires_grad=True)
    optimizer = of_torch([w], lr=cell["ETA"], weight_decay=cell["LAM"])
    rng = np.random.default_rng([9, 3])
    for _ in range(50):
        w.grad = torch.from_numpy(10 * rng.normal(size=5))
        optimizer.step()
    assert np.allclose(cell["left"](name, 10)[-1], w.detach().numpy(), rtol=1e-9)
