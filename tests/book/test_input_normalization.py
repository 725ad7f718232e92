"""Input normalization: what the chapter fits, against scikit-learn and closed forms."""

import numpy as np
import pytest
from defined import defined
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.neighbors import NearestCentroid
from sklearn.preprocessing import StandardScaler

CHAPTER = "normalization/input-normalization"


@pytest.fixture(scope="module")
def chapter():
    return defined(
        CHAPTER,
        cells=["fits", "solution-zca", "count", "treat-digits", "leak"],
        functions_of=["digits", "leaks"],
        np=np,
        MEAN=2.0,
    )


@pytest.fixture(params=range(3))
def x(request):
    rng = np.random.default_rng(request.param)
    return rng.normal(size=(80, 4)) @ rng.normal(size=(4, 4)) + 3


def test_standardizing_is_scikit_learns(chapter, x):
    ours = chapter["apply"](chapter["standardize"](x), x)
    assert np.allclose(ours, StandardScaler().fit_transform(x))


def test_whitening_is_scikit_learns_but_for_n_minus_1_order_and_sign(chapter, x):
    ours = chapter["apply"](chapter["whiten"](x), x)[:, ::-1]
    theirs = PCA(whiten=True).fit_transform(x) * np.sqrt(80 / 79)
    assert np.allclose(np.abs(ours), np.abs(theirs))
    assert np.allclose(np.cov(ours.T, bias=True), np.eye(4))


def test_zca_whitens_with_a_symmetric_matrix(chapter, x):
    white = chapter["zca"](x)
    assert np.allclose(np.cov(white.T, bias=True), np.eye(4))
    matrix = np.linalg.lstsq(x - x.mean(0), white, rcond=None)[0]
    assert np.allclose(matrix, matrix.T)


def test_steps_are_those_of_the_eigenvalues(chapter):
    x, y = chapter["regression"](0)
    x = x - x.mean(0)
    kappa, steps = chapter["steps_taken"](x, y)
    design = np.column_stack([np.ones(len(x)), x])
    values, v = np.linalg.eigh(design.T @ design / len(x))
    off = v.T @ np.linalg.lstsq(design, y, rcond=None)[0]
    factors = 1 - 2 * values / (values[0] + values[-1])
    left = [values @ (off * factors**t) ** 2 for t in (0, steps - 1, steps)]
    assert np.isclose(kappa, np.linalg.cond(design) ** 2)
    assert left[2] <= 1e-6 * left[0] < left[1]


def test_directions_are_those_of_pca_and_without_variance_0(chapter):
    x = np.random.default_rng(1).normal(size=(30, 64)) * np.r_[np.ones(60), 4 * [0]]
    for enlarge in (True, False):
        ours = chapter["apply"](chapter["directions"](x, 10, enlarge), x)
        theirs = PCA(10, whiten=enlarge).fit_transform(x)
        theirs *= np.sqrt(30 / 29) if enlarge else 1
        assert np.allclose(np.abs(ours[:, :-11:-1]), np.abs(theirs))
        assert not ours[:, :54].any()
    kept = np.abs(chapter["apply"](chapter["directions"](x), x)).max(0) > 0
    assert kept.sum() == 29


def test_selection_and_nearest_mean_are_scikit_learns(chapter):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(60, 40)), np.tile([0, 1], 30)
    best = np.flatnonzero(chapter["select"](x, y, 5)[1].any(1))
    theirs = SelectKBest(f_classif, k=5).fit(x, y).get_support(indices=True)
    assert list(best) == list(theirs)
    right = NearestCentroid().fit(x[:40], y[:40]).predict(x[40:])
    assert (chapter["nearest_mean"](x[:40], y[:40], x[40:]) == right).all()
