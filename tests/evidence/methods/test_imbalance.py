"""Lopsided training sets, against scikit-learn and torch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.class_weight import compute_class_weight

from evidence.methods import imbalance
from evidence.methods.networks import Networks

LABELS = np.repeat([0, 1], imbalance.TEST)
SHORT = 5, "untreated", "sigmoid", None, 125


def test_counts_are_those_of_2018():
    assert [imbalance.counts(r)[0] for r in (1, 10, 100)] == [600, 109, 11]
    assert all(sum(imbalance.counts(r)) == 1200 for r in (1, 2, 5, 10, 20, 50, 100))


def test_samples_nest_over_ratios_and_depend_on_the_seed_alone():
    x, x_test = imbalance.samples(3, 5)
    more, same = imbalance.samples(3, 10)
    n0, of_10 = imbalance.counts(5)[0], imbalance.counts(10)[0]
    np.testing.assert_array_equal(more[:of_10], x[:of_10])
    np.testing.assert_array_equal(more[of_10:][: 1200 - n0], x[n0:])
    np.testing.assert_array_equal(same, x_test)
    assert not np.array_equal(imbalance.samples(4, 5)[0], x)


def test_scaling_is_scikit_learn_s():
    x, x_test = imbalance.samples(0, 10)
    theirs = MinMaxScaler().fit(x).transform(x_test)
    np.testing.assert_allclose(imbalance.scaled(x_test, like=x), theirs, atol=1e-12)


@pytest.mark.filterwarnings("error")
@given(
    x=arrays(np.uint8, (4, 2)),
    like=arrays(np.uint8, (3, 2)),
    kind=st.sampled_from([np.uint8, np.int16, np.float32, float]),
)
def test_scaling_is_scikit_learn_s_for_any_kind_and_for_constants(x, like, kind):
    theirs = MinMaxScaler().fit(like.astype(float)).transform(x.astype(float))
    found = imbalance.scaled(x.astype(kind), like=like.astype(kind))
    np.testing.assert_allclose(found, theirs, atol=1e-12)


def test_scores_are_scikit_learn_s_ties_included():
    z = np.random.default_rng(0).normal(size=(4, 1200)).round(1)
    for row, area, score in zip(
        z, imbalance.auc(z), imbalance.balanced(z, 0.3), strict=True
    ):
        assert area == pytest.approx(roc_auc_score(LABELS, row), abs=1e-12)
        theirs = balanced_accuracy_score(LABELS, row > 0.3)
        assert score == pytest.approx(theirs, abs=1e-12)


def test_a_score_that_calls_everything_one_class():
    z = np.ones((2, 1200))
    assert imbalance.balanced(z).tolist() == imbalance.auc(z).tolist() == [0.5, 0.5]


def test_weights_are_scikit_learn_s_balanced_ones_where_the_ratio_is_exact():
    x, _ = imbalance.samples(0, 5)
    _, y, weight = imbalance.treated(x, 5, "weights", seed=0)
    theirs = compute_class_weight("balanced", classes=np.array([0, 1]), y=y)
    np.testing.assert_allclose(weight, theirs[y], rtol=1e-12)


@pytest.mark.parametrize(
    ("treatment", "rare"), [("untreated", 11), ("copies", 1100), ("SMOTE", 1189)]
)
def test_a_treatment_changes_the_rare_class_alone(treatment, rare):
    x, _ = imbalance.samples(2, 100)
    after, y, weight = imbalance.treated(x, 100, treatment, seed=2)
    assert np.bincount(y).tolist() == [rare, 1189]
    np.testing.assert_array_equal(after[y == 1], x[11:])
    np.testing.assert_array_equal(after[:11], x[:11])
    assert (weight == 1).all()


def test_synthetic_samples_lie_between_a_sample_and_a_true_neighbor():
    few = np.random.default_rng(2).normal(size=(11, 2))
    points = imbalance.smote(few, 300, np.random.default_rng(3))
    nearest = NearestNeighbors(n_neighbors=6).fit(few).kneighbors(few)[1][:, 1:]
    along = few[nearest] - few[:, None]  # (11, 5, 2)
    way = points[:, None, None] - few[:, None]  # (300, 11, 1, 2)
    u = np.clip((way * along).sum(-1) / (along**2).sum(-1), 0, 1)[..., None]
    assert np.linalg.norm(way - u * along, axis=-1).min((1, 2)).max() < 1e-12


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.zeros((1, 2)), 3), "at least 2"),
        ((np.zeros(5), 3), "x"),
        ((np.zeros((4, 2)), 2.5), "count"),
        ((np.zeros((4, 2)), 3, 4), "k"),
    ],
)
def test_smote_says_what_would_be_right(arguments, words):
    x, count, *k = arguments
    with pytest.raises((TypeError, ValueError), match=words):
        imbalance.smote(x, count, np.random.default_rng(0), *k)


def passes(seed, num_samples, size):
    """Yield the samples of each step as the networks of a seed see them."""
    rng = np.random.default_rng([seed, 2])
    while True:
        order = rng.permutation(num_samples)[: num_samples // size * size]
        yield from order.reshape(-1, size)


@pytest.mark.parametrize(
    ("treatment", "batch"),
    [("weights", None), ("torch's weights", None), ("torch's weights", 64)],
)
def test_many_networks_at_once_are_those_of_torch_one_by_one(treatment, batch):
    found = imbalance.fit((5, treatment, "sigmoid", batch, 125), [6, 7])
    x, x_test = imbalance.samples(7, 5)
    y = torch.tensor(np.repeat([0, 1], imbalance.counts(5)))
    start = Networks([2, 16, 16, 2], [7], dtype=torch.float64)
    sizes = [(2, 16), (16, 16), (16, 2)]
    linear = [torch.nn.Linear(*size, dtype=torch.float64) for size in sizes]
    with torch.no_grad():
        for layer, w, b in zip(linear, start.weights, start.biases, strict=True):
            layer.weight.copy_(w[0])
            layer.bias.copy_(b[0, :, 0])
    sigmoid = torch.nn.Sigmoid()
    net = torch.nn.Sequential(linear[0], sigmoid, linear[1], sigmoid, linear[2])
    weight = torch.tensor([5.0, 1.0], dtype=torch.float64)
    loss = torch.nn.CrossEntropyLoss(weight=weight)
    adam = torch.optim.Adam(net.parameters(), lr=0.003)
    batches = passes(7, len(x), batch or len(x))
    inputs = torch.tensor(imbalance.scaled(x, like=x))
    for _ in range(125):
        now = next(batches)
        adam.zero_grad()
        loss(net(inputs[now]), y[now]).backward()
        adam.step()
    z = net(torch.tensor(imbalance.scaled(x_test, like=x))).detach().numpy()
    theirs = z[:, 1] - z[:, 0]
    np.testing.assert_allclose(found["test"][1, 0], theirs, rtol=0, atol=1e-4)


def test_a_network_does_not_depend_on_those_beside_it():
    alone, beside = (imbalance.fit(SHORT, seeds) for seeds in ([7], [6, 7]))
    for name, z in alone.items():
        np.testing.assert_array_equal(z[0], beside[name][1])


def test_points_are_asked_about_at_the_end():
    x_test = imbalance.samples(7, 5)[1]
    found = imbalance.fit(SHORT, [7], probe=x_test[:3])
    np.testing.assert_allclose(found["probe"][0], found["test"][0, -1, :3], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"condition": (5, "copy", "sigmoid", None, 125)}, "treatment"),
        ({"condition": (0.2, "copies", "sigmoid", None, 125)}, "ratio"),
        ({"seeds": [-1]}, "seeds"),
        ({"probe": np.zeros((3, 3))}, "probe"),
        ({"units": 0}, "units"),
        ({"rate": 0}, "rate"),
    ],
)
def test_fit_says_what_would_be_right(change, words):
    given = {"condition": SHORT, "seeds": [0]} | change
    with pytest.raises((TypeError, ValueError), match=words):
        imbalance.fit(**given)
