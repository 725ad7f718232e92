"""Shared data: splits that are fair, lines with a known truth, pictures that ship."""

import socket
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import skimage
from sklearn.datasets import load_digits

from evidence.data import PHOTOGRAPHS, TwoGaussians, digits, photograph


def test_digits_are_all_there_and_scaled():
    split = digits()
    assert split.train_x.shape == (1258, 64)
    assert split.test_x.shape == (539, 64)
    assert split.train_x.dtype == split.test_x.dtype == np.float64
    assert split.train_y.dtype.kind == split.test_y.dtype.kind == "i"
    whole = np.vstack([split.train_x, split.test_x])
    assert (whole.min(), whole.max()) == (0, 1)

    def rows(x, y):
        return sorted(map(tuple, np.column_stack([x, y]).round(6).tolist()))

    x, y = load_digits(return_X_y=True)
    labels = np.concatenate([split.train_y, split.test_y])
    assert rows(whole, labels) == rows(x / 16, y)


@pytest.mark.parametrize("num_test", [180, 539, 898])
def test_digits_have_the_same_shares_in_both_parts(num_test):
    split = digits(num_test)
    counts = np.bincount(load_digits().target)
    assert abs(np.bincount(split.test_y) - num_test / 1797 * counts).max() <= 1
    assert len(split.test_y) == num_test


def test_digits_may_be_split_by_chance_alone():
    split = digits(num_test=512, seed=4, stratified=False)
    order = np.random.default_rng(4).permutation(1797)
    x, y = load_digits(return_X_y=True)
    expected = x[order[:-512]] / 16, y[order[:-512]], x[order[-512:]] / 16
    for own, other in zip(split, (*expected, y[order[-512:]]), strict=True):
        np.testing.assert_array_equal(own, other)


@pytest.mark.parametrize("stratified", [True, False])
def test_digits_are_shuffled_by_the_seed(stratified):
    a, again, other = (digits(seed=s, stratified=stratified) for s in (1, 1, 2))
    for x, y in zip(a, again, strict=True):
        np.testing.assert_array_equal(x, y)
    assert (a.train_y != other.train_y).any()
    x = load_digits().data / 16
    first = {tuple(row) for row in x[:1258]}
    assert sum(tuple(row) in first for row in a.train_x) < 1000


@pytest.mark.parametrize("num_test", [0, 9, -3, 1788, 0.3, np.nan, True, "539"])
def test_digits_need_two_parts(num_test):
    with pytest.raises((ValueError, TypeError), match="from 10 to 1787"):
        digits(num_test)


@pytest.mark.parametrize("given", [{"seed": -1}, {"seed": 1.5}, {"stratified": 1}])
def test_a_seed_is_whole_and_a_choice_is_yes_or_no(given):
    with pytest.raises((ValueError, TypeError), match="must be (a whole|True or)"):
        digits(**given)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*arguments, **more):
        raise AssertionError("a picture is being downloaded")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("name", sorted(PHOTOGRAPHS))
def test_a_photograph_ships_and_is_rgb(name, no_network):
    picture = photograph(name)
    assert picture.dtype == np.float64
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert min(picture.shape[:2]) >= 300
    assert 0 <= picture.min() < picture.max() <= 1
    assert picture.max() > 0.8
    original = getattr(skimage.data, name)()
    rounded = np.rint(picture * 255).astype(np.uint8)
    shown = original if original.ndim == 3 else original[..., None]
    np.testing.assert_array_equal(rounded, np.broadcast_to(shown, rounded.shape))


def test_the_files_of_the_photographs_are_inside_the_wheel():
    files = {
        path.stem for path in (Path(skimage.__file__).parent / "data").iterdir()
    } | {"clock", "immunohistochemistry"}  # named clock_motion and ihc there
    assert set(PHOTOGRAPHS) <= files


def test_every_photograph_names_its_author_and_license():
    licenses = {"CC0", "public domain", "no known copyright restrictions"}
    for credit in PHOTOGRAPHS.values():
        what, who, terms = credit.split("; ")
        assert what
        assert who
        assert terms in licenses


def test_a_photograph_can_be_changed_without_changing_the_next():
    picture = photograph("coins")
    picture[:] = 0
    assert photograph("coins").max() > 0.8


@pytest.mark.parametrize("name", ["lena", "horse", "data_dir", "moon.png", 3])
def test_an_unknown_photograph_is_an_error_that_lists_them(name):
    with pytest.raises(ValueError, match="name must be one of 'astronaut', 'brick', "):
        photograph(name)


# --- Two Gaussians --------------------------------------------------------------------

TASK = TwoGaussians([1.0, 0.5], [[0.8, 0.1], [0.3, 0.6]])


def test_both_classes_have_their_mean_and_one_covariance():
    x, y = TASK.sample(np.random.default_rng(0), (40_000, 60_000))
    assert x.shape == (100_000, 2) and (np.bincount(y) == [40_000, 60_000]).all()
    assert (np.diff(y) >= 0).all()
    for label, mean in ((0, [0, 0]), (1, TASK.mean)):
        part = x[y == label]
        np.testing.assert_allclose(part.mean(0), mean, atol=0.02)
        np.testing.assert_allclose(
            np.cov(part.T), TASK.mixing.T @ TASK.mixing, atol=0.02
        )


def test_the_log_odds_are_those_of_the_two_densities():
    x, y = TASK.sample(np.random.default_rng(1), (50_000, 50_000))
    densities = [
        scipy.stats.multivariate_normal(mean, TASK.mixing.T @ TASK.mixing).logpdf(x)
        for mean in ([0, 0], TASK.mean)
    ]
    np.testing.assert_allclose(TASK.log_odds(x), densities[1] - densities[0])
    right = ((TASK.log_odds(x) > 0) == y).mean()
    assert abs(right - TASK.bayes_accuracy) < 0.006


def test_a_drawn_task_has_entries_up_to_the_scale():
    rng = np.random.default_rng(2)
    entries = [TwoGaussians.draw(rng, np.ones(4), 0.2).mixing for _ in range(200)]
    assert 0 <= np.min(entries) < 0.01 and 0.19 < np.max(entries) < 0.2


def test_a_larger_sample_begins_with_the_smaller():
    few, _ = TASK.sample(np.random.default_rng(3), (5, 7))
    many, y = TASK.sample(np.random.default_rng(3), (50, 70))
    np.testing.assert_array_equal(many[y == 0][:5], few[:5])
    np.testing.assert_array_equal(many[y == 1][:7], few[5:])


@pytest.mark.parametrize(
    ("mean", "mixing", "message"),
    [
        ([1.0], np.eye(2), "shape"),
        ([[1.0]], np.eye(1), "shape"),
        ([1.0, np.nan], np.eye(2), "finite"),
        ([1.0, 1.0], np.ones((2, 2)), "singular"),
        (["1", "2"], np.eye(2), "mean must be real numbers"),
        ([1.0, 1.0], 1j * np.eye(2), "mixing must be real numbers"),
        (np.ma.masked_array([1.0, 9.0], [0, 1]), np.eye(2), "mean is a masked array"),
    ],
)
def test_a_task_that_is_none_is_refused(mean, mixing, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TwoGaussians(mean, mixing)


def test_sizes_and_scale_are_checked():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="each of the sizes .* at least 0, not -1"):
        TASK.sample(rng, (3, -1))
    with pytest.raises(TypeError, match="each of the sizes must be a whole number"):
        TASK.sample(rng, (3, 2.5))
    with pytest.raises(ValueError, match="sizes must be two, one for each class"):
        TASK.sample(rng, (3, 4, 5))
    with pytest.raises(
        ValueError, match="scale must be a finite number above 0, not 0"
    ):
        TwoGaussians.draw(rng, [1.0], scale=0)
    with pytest.raises(ValueError, match=r"x must have the shape \(..., 2\)"):
        TASK.log_odds(np.ones((4, 3)))
