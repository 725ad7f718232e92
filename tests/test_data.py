"""Shared data: splits that are fair, lines with a known truth, pictures that ship."""

import socket
from pathlib import Path

import numpy as np
import pytest
import skimage
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from evidence.data import PHOTOGRAPHS, digits, line_with_outliers, photograph


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


@pytest.mark.parametrize("test_share", [0.1, 0.3, 0.5])
def test_digits_have_the_same_shares_in_both_parts(test_share):
    split = digits(test_share)
    counts = np.bincount(load_digits().target)
    assert abs(np.bincount(split.test_y) - test_share * counts).max() <= 1
    assert len(split.test_y) == round(test_share * 1797)


def test_digits_are_shuffled_by_the_seed():
    a, again, other = digits(seed=1), digits(seed=1), digits(seed=2)
    for x, y in zip(a, again, strict=True):
        np.testing.assert_array_equal(x, y)
    assert (a.train_y != other.train_y).any()
    x = load_digits().data / 16
    first = {tuple(row) for row in x[:1258]}
    assert sum(tuple(row) in first for row in a.train_x) < 1000


@pytest.mark.parametrize("test_share", [0, 1, -0.3, 30, 0.001, 0.999, np.nan])
def test_digits_need_two_parts(test_share):
    with pytest.raises(ValueError, match="at least 10 of the 1797 pictures, not"):
        digits(test_share)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 60),
    st.floats(0, 1),
    st.floats(0.01, 1e4),
)
def test_inliers_lie_on_a_line_in_the_square(seed, num_points, share, half_side):
    rng = np.random.default_rng(seed)
    points, line, inliers = line_with_outliers(
        rng, num_points, share, noise=0, half_side=half_side
    )
    assert points.shape == (num_points, 2)
    assert inliers.shape == (num_points,)
    assert inliers.dtype == bool
    assert (~inliers).sum() == round(share * num_points)
    assert np.isclose(np.hypot(*line[:2]), 1)
    assert 0.1 * half_side <= -line[2] <= 0.5 * half_side
    assert (abs(points) <= half_side * (1 + 1e-12)).all()
    distance = abs(points @ line[:2] + line[2])
    assert (distance[inliers] <= 1e-12 * half_side).all()


def test_noise_is_the_standard_deviation_of_the_distance():
    points, line, inliers = line_with_outliers(
        np.random.default_rng(0), 20_000, 0.5, noise=0.25
    )
    distance = (points @ line[:2] + line[2])[inliers]
    assert abs(distance.mean()) < 0.01
    assert abs(distance.std() - 0.25) < 0.01


def test_outliers_fill_the_square():
    points, _, inliers = line_with_outliers(
        np.random.default_rng(1), 40_000, 1.0, half_side=2
    )
    assert not inliers.any()
    counts, _, _ = np.histogram2d(*points.T, bins=4, range=[[-2, 2], [-2, 2]])
    np.testing.assert_allclose(counts / 40_000, 1 / 16, atol=0.006)


def test_inliers_fill_the_line_from_edge_to_edge():
    points, line, _ = line_with_outliers(np.random.default_rng(2), 5000, 0, noise=0)
    along = points @ [-line[1], line[0]]
    counts, _ = np.histogram(along, bins=5)
    np.testing.assert_allclose(counts / 5000, 0.2, atol=0.03)
    ends = points[[along.argmin(), along.argmax()]]
    assert (abs(ends).max(axis=1) > 9.9).all()


def test_the_order_of_the_points_says_nothing():
    _, _, inliers = line_with_outliers(np.random.default_rng(3), 1000, 0.5)
    assert abs(inliers[:500].mean() - 0.5) < 0.1
    assert (inliers[1:] != inliers[:-1]).sum() > 400


def test_lines_come_in_all_directions():
    rng = np.random.default_rng(4)
    normals = [line_with_outliers(rng, 2).line[:2] for _ in range(400)]
    assert (abs(np.mean(normals, axis=0)) < 0.1).all()
    angles = np.arctan2(*np.transpose(normals))
    counts, _ = np.histogram(angles, bins=4, range=(-np.pi, np.pi))
    assert counts.min() > 70


class UprightLine(np.random.Generator):
    """A generator whose first angle is exactly 0, so that the line is vertical."""

    first = True

    def uniform(self, low=0.0, high=1.0, size=None):
        if self.first:
            self.first = False
            return 0.0
        return super().uniform(low, high, size)


@pytest.mark.filterwarnings("error")
def test_a_line_along_an_edge_is_drawn_too():
    points, line, _ = line_with_outliers(
        UprightLine(np.random.PCG64(0)), 200, 0, noise=0
    )
    assert line[:2].tolist() == [1, 0]
    np.testing.assert_allclose(points[:, 0], -line[2])
    assert np.isfinite(points).all()
    assert np.ptp(points[:, 1]) > 19


def test_the_same_generator_draws_the_same_points():
    a, b = (line_with_outliers(np.random.default_rng([5, 1])) for _ in range(2))
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_points": 1}, "num_points must be a whole number >= 2, not 1"),
        ({"num_points": 2.5}, "num_points must be a whole number >= 2, not 2.5"),
        ({"outlier_share": 30}, r"outlier_share must lie in \[0, 1\], not 30"),
        ({"outlier_share": -0.1}, "outlier_share"),
        ({"outlier_share": np.nan}, "outlier_share"),
        ({"noise": -1}, "noise must be finite and at least 0, not -1"),
        ({"noise": np.inf}, "noise must be finite"),
        ({"half_side": 0}, "half_side must be finite and positive, not 0"),
        ({"half_side": np.nan}, "half_side must be finite"),
    ],
)
def test_a_line_refuses_numbers_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        line_with_outliers(np.random.default_rng(0), **arguments)


def test_a_line_needs_a_generator():
    with pytest.raises(
        TypeError, match="numpy.random.Generator, not int: pass the one"
    ):
        line_with_outliers(0)


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
    with pytest.raises(ValueError, match="no photograph .*; there are astronaut, bri"):
        photograph(name)
