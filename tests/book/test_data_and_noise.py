"""What the chapter on data and noise defines, beside scikit-learn."""

import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from defined import defined
from scipy.stats import norm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, PredefinedSplit, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from evidence import data
from evidence.methods.networks import Networks, train

BOOK = Path(__file__).parents[2] / "book"
PART = "generalization/data-and-noise"


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "torch": torch, "norm": norm, "data": data}
    names |= {"Networks": Networks, "train": train, "PEOPLE": 60, "COLUMNS": 2000}
    cells = ["bayes", "lack", "samples", "copies", "validated", "steps", "keep"]
    cells += ["clouds"]
    more = ["network", "nothing", "sayings-weights"]
    return defined(PART, cells, more, **names)


def test_the_bayes_accuracy_is_that_of_the_task(chapter):
    task = data.TwoGaussians(chapter["MEAN"], np.eye(12))
    assert chapter["best"] == pytest.approx(task.bayes_accuracy, abs=1e-12)
    x, y = task.sample(np.random.default_rng(1), (20_000, 20_000))
    assert ((task.log_odds(x) > 0) == y).mean() == pytest.approx(
        chapter["best"], abs=0.01
    )


def test_the_copies_are_scikit_learns_ridge(chapter):
    rng = np.random.default_rng(2)
    X, y, sigma = rng.normal(size=(25, 4)), rng.normal(size=25), 0.7
    ridge = Ridge(alpha=25 * sigma**2, fit_intercept=False).fit(X, y)
    many, targets = chapter["copies"](X, y, sigma)
    np.testing.assert_allclose(np.linalg.lstsq(many, targets)[0], ridge.coef_)


def test_cross_validation_is_scikit_learns(chapter):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(60, 8)), np.arange(60) % 2
    folds = PredefinedSplit(np.arange(60) % 10)
    theirs = cross_val_score(KNeighborsClassifier(1), x, y, cv=folds)
    assert chapter["hits"](x, y).mean() == pytest.approx(theirs.mean())


@pytest.mark.parametrize("n", [20, 160, 640])
def test_what_is_lacking_is_scikit_learns_ldas(chapter, n):
    rng = np.random.default_rng([3, 16])
    y = np.arange(n) % 2
    x = rng.normal(size=(n, 12)) + np.outer(y, chapter["MEAN"])
    lda = LinearDiscriminantAnalysis().fit(x, y)
    w, b = lda.coef_[0], lda.intercept_[0]
    sides = np.array([-b, w @ chapter["MEAN"] + b]) / np.linalg.norm(w)
    found = chapter["best"] - norm.cdf(sides).mean()
    assert chapter["lack"](3, n) == pytest.approx(found, abs=1e-9)


def test_pipelines_and_groups_close_both_leaks(chapter):
    chosen, together = [], []
    model = make_pipeline(SelectKBest(k=100), KNeighborsClassifier(1))
    for seed in range(12):
        x, y, rng = chapter["nothing"](seed)
        chosen.append(cross_val_score(model, x, y, cv=10).mean())
        who, _ = chapter["copied"](
            np.arange(60.0)[:, None], y, np.random.default_rng(7), 0.1
        )
        x, y = chapter["copied"](x, y, np.random.default_rng(7), 0.1)
        groups = {"groups": who.round()[:, 0], "cv": GroupKFold(10)}
        together.append(cross_val_score(KNeighborsClassifier(1), x, y, **groups).mean())
    assert np.mean(chosen) == pytest.approx(0.5, abs=0.08)
    assert np.mean(together) == pytest.approx(0.5, abs=0.08)


def classifier(hidden, seed, **settings):
    """Return scikit-learn's network as of 2018, with no penalty."""
    settings |= {"hidden_layer_sizes": hidden}
    return MLPClassifier(
        alpha=0, tol=0, n_iter_no_change=200, random_state=seed, **settings
    )


class FromTheirs(Networks):
    """Networks that start from the weights and biases of scikit-learn's."""

    def __init__(self, sizes, seeds, *activation, **settings):
        super().__init__(sizes, seeds, *activation, **settings)
        for j, seed in enumerate(seeds):
            first = classifier(sizes[1:-1], seed, max_iter=1, learning_rate_init=1e-300)
            first.fit(np.zeros((160, sizes[0])), np.arange(160) % 2)
            for layer in range(len(sizes) - 1):
                self.weights[layer][j] = torch.tensor(first.coefs_[layer].T)
                self.biases[layer][j] = torch.tensor(first.intercepts_[layer])[:, None]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("hidden", [(100,), (100, 100)])
def test_the_network_is_scikit_learns_from_the_same_first_weights(hidden):
    # All samples are a batch, so that no order can differ
    names = {"np": np, "torch": torch, "data": data, "norm": norm, "train": train}
    names["Networks"] = FromTheirs
    chapter = defined(PART, ("bayes", "samples"), ["network"], **names)
    seeds = range(20, 26)
    ours = chapter["network"]((hidden, 160, 200, True), seeds)
    for seed, seen, new in zip(seeds, ours["seen"], ours["new"], strict=True):
        x, y, others, truth, _ = chapter["samples"](seed)
        net = classifier(hidden, seed, max_iter=200).fit(x[:160], y[:160])
        assert net.t_ == 200 * 160
        assert seen == pytest.approx(net.score(x[:160], y[:160]), abs=0.007)
        assert new == pytest.approx(net.score(others, truth), abs=0.0021)


def nearest(x, y, new):
    """Return the labels of the nearest neighbors."""
    return KNeighborsClassifier(1).fit(x, y).predict(new)


def test_the_leak_of_the_exercise_is_one(chapter):
    source = (BOOK / f"{PART}.exercises.py").read_text()
    (source,) = [each for each in source.split('"""') if "def score" in each]
    source = textwrap.dedent(source)
    fixed = source.replace("means(x, y)[y]", "np.nanmean(x, 0)")
    assert fixed != source
    names = {"np": np, "nearest": nearest}
    names["means"] = lambda x, y: np.stack([np.nanmean(x[y == k], 0) for k in (0, 1)])
    found = []
    for each in (source, fixed):
        exec(each, names)
        found.append([])
        for seed in range(30):
            rng = np.random.default_rng([seed, 77])
            x, y = rng.normal(size=(60, 50)), rng.permutation(np.arange(60) % 2)
            x[rng.random(x.shape) < 0.3] = np.nan
            found[-1].append(names["score"](x, y))
    assert np.mean(found[0]) > 0.57
    assert np.mean(found[1]) == pytest.approx(0.5, abs=0.05)


def test_what_is_kept_has_the_lower_losses(chapter):
    losses = np.random.default_rng(4).permutation(200.0 * np.ones(1) + np.arange(200))
    kept = chapter["keep"](losses[None], 40)[0]
    assert kept.sum() == 160
    assert losses[kept == 1].max() < losses[kept == 0].min()


@pytest.mark.parametrize("case", [0, 1, 2])
def test_as_many_labels_are_wrong_as_said(chapter, case):
    name, (classes, count) = list(chapter["CASES"].items())[case]
    x, y, wrong = chapter["clouds"](5, name)
    assert len(x) == len(y) == 1200
    assert wrong.sum() == count
    assert np.isin(y[:200][wrong], classes).all()
    assert str(count) in name
