"""What the chapter on diagnosing training defines, beside torch and scikit-learn."""

import numpy as np
import pytest
import torch
from defined import defined
from sklearn.mixture import GaussianMixture
from torch.nn.functional import cross_entropy

from evidence.methods.networks import normalized

PART = "generalization/training-diagnosis"
CELLS = ("task", "losses", "budget", "pairs")


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    more = {"np": np, "torch": torch, "normalized": normalized}
    functions = ("apparatus", "windows")
    return defined(PART, CELLS, functions, **more)


def test_losses_are_torchs(chapter):
    rng = np.random.default_rng(51)
    z, y = 5 * rng.normal(size=(3, 7, 4)), rng.integers(4, size=(3, 7))
    theirs = cross_entropy(torch.tensor(z).mT, torch.tensor(y), reduction="none")
    np.testing.assert_allclose(chapter["losses"](z, y), theirs.numpy())


def test_the_best_rule_is_that_of_scikit_learns_mixtures(chapter):
    x, y, centers = chapter["task"](52, 10, 0)
    scores = []
    for clumps in centers:
        mixture = GaussianMixture(len(clumps), covariance_type="spherical")
        mixture.weights_ = np.full(len(clumps), 1 / len(clumps))
        mixture.means_, mixture.precisions_cholesky_ = clumps, np.ones(len(clumps))
        scores.append(mixture.score_samples(x))
    np.testing.assert_array_equal(chapter["bayes"](x, centers), np.argmax(scores, 0))
    assert np.bincount(y).tolist() == [200] * 5


def test_a_budget_adds_up(chapter):
    errors = [0.04, 0.1, 0.13, 0.25, 0.2]
    parts = chapter["budget"](errors)
    np.testing.assert_allclose(parts, [0.04, 0.06, 0.03, 0.12, -0.05])
    np.testing.assert_allclose(parts.sum(), errors[-1])


def test_the_cut_stops_the_gradient_of_the_sum_and_nothing_else(chapter):
    rng = np.random.default_rng(53)
    shapes = [
        (64, 24),
        (1, 24),
        (24, 10),
        (1, 10),
        (20, 24),
        (1, 24),
        (24, 19),
        (1, 19),
    ]
    p = [torch.tensor(rng.normal(size=(2, *s))).requires_grad_() for s in shapes]
    a, b = torch.tensor(rng.normal(size=(2, 2, 5, 64)))
    whole = chapter["answers"](p, a, b, False)
    cut = chapter["answers"](p, a, b, True)
    for one, other in zip(whole, cut, strict=True):
        torch.testing.assert_close(one, other)
    slopes = torch.autograd.grad(cut[2].square().sum(), p, allow_unused=True)
    assert [slope is None for slope in slopes] == [True] * 4 + [False] * 4


@pytest.mark.parametrize("width", [0.1, 0.2, 0.5])
def test_trials_hit_a_window_as_often_as_said(chapter, width):
    rng = np.random.default_rng(54)
    rates = {"grid": (rng.random((2000, 1)) + np.arange(3)) / 3}
    rates["random"] = rng.random((2000, 9))
    hit = {
        kind: ((u > 0.3) & (u < 0.3 + width)).any(1).mean() for kind, u in rates.items()
    }
    grid, at_random = chapter["hits"](width)
    assert abs(hit["grid"] - grid) < 0.045
    assert abs(hit["random"] - at_random) < 0.045
