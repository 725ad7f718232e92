"""The four numbers of box coding against equations and each other."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.methods.detection.box_coding import (
    LARGEST_LOG,
    decode_boxes,
    encode_boxes,
    to_centers,
    to_corners,
)

quick = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 10**6)


def random_boxes(seed, n, smallest=1.0):
    rng = np.random.default_rng([seed, n])
    corner = rng.uniform(-50, 300, (n, 2))
    return np.hstack([corner, corner + rng.uniform(smallest, 200, (n, 2))])


def test_a_pair_by_hand():
    t = encode_boxes([[10, 20, 30, 60]], [[20, 20, 60, 40]])
    np.testing.assert_allclose(t, [[20 / 20, -10 / 40, np.log(2), np.log(0.5)]])


def test_centers_by_hand():
    np.testing.assert_array_equal(to_centers([[10, 20, 30, 60]]), [[20, 40, 20, 40]])


@quick
@given(seeds, st.integers(0, 20))
def test_centers_and_back(seed, n):
    boxes = random_boxes(seed, n, smallest=0)
    np.testing.assert_allclose(to_corners(to_centers(boxes)), boxes, atol=1e-12)


@quick
@given(seeds, st.integers(0, 20))
def test_decode_undoes_encode(seed, n):
    P, G = random_boxes(seed, n, 4), random_boxes(seed + 1, n, 4)
    np.testing.assert_allclose(decode_boxes(P, encode_boxes(P, G)), G, atol=1e-9)


@quick
@given(seeds, st.integers(0, 20))
def test_encode_undoes_decode(seed, n):
    t = np.random.default_rng(seed).uniform(-2, 2, (n, 4))
    P = random_boxes(seed, n)
    np.testing.assert_allclose(encode_boxes(P, decode_boxes(P, t)), t, atol=1e-9)


@quick
@given(seeds)
def test_nothing_moves_a_box_onto_itself(seed):
    boxes = random_boxes(seed, 10)
    np.testing.assert_array_equal(encode_boxes(boxes, boxes), np.zeros((10, 4)))


@quick
@given(seeds, st.floats(0.1, 50), st.floats(-100, 100), st.floats(-100, 100))
def test_numbers_do_not_change_when_the_image_is_scaled_and_moved(seed, scale, x, y):
    P, G = random_boxes(seed, 10, 4), random_boxes(seed + 1, 10, 4)
    shift = np.array([x, y, x, y])
    moved = encode_boxes(scale * P + shift, scale * G + shift)
    np.testing.assert_allclose(moved, encode_boxes(P, G), atol=1e-8)


@pytest.mark.filterwarnings("error")
@quick
@given(seeds, st.integers(-1020, 480), st.integers(-1020, 480))
def test_numbers_are_finite_or_the_size_is_named(seed, here, there):
    P = np.ldexp(random_boxes(seed, 5), here)
    G = np.ldexp(random_boxes(seed + 1, 5), there)
    try:
        assert np.isfinite(encode_boxes(P, G)).all()
    except ValueError as error:
        assert min(here, there) < -490
        assert re.match(r"(proposals|truths)\[\d\] = .*: sides below", str(error))


@quick
@given(seeds)
def test_swapping_the_axes_swaps_the_numbers(seed):
    P, G, swap = random_boxes(seed, 9), random_boxes(seed + 1, 9), [1, 0, 3, 2]
    np.testing.assert_array_equal(
        encode_boxes(P[:, swap], G[:, swap]), encode_boxes(P, G)[:, swap]
    )


def test_sizes_stay_positive_and_finite_whatever_is_predicted():
    wild = np.array([[0, 0, 1e6, -1e6], [1e6, -1e6, 0, 0]])
    found = decode_boxes([[0, 0, 16, 16]] * 2, wild)
    sides = found[:, 2:] - found[:, :2]
    assert (sides >= 0).all() and np.isfinite(found).all()
    assert sides[0, 0] == pytest.approx(1000)
    assert math.isclose(np.exp(LARGEST_LOG), 62.5)


@pytest.mark.parametrize("function", [encode_boxes, decode_boxes])
def test_a_proposal_without_area_is_named(function):
    good, flat = [0, 0, 2, 2], [1, 1, 1, 5]
    with pytest.raises(ValueError, match=r"proposals\[1\] = .*no area"):
        function([good, flat], [good, good])


def test_what_does_not_fit_is_refused():
    good = [[0, 0, 2, 2]]
    with pytest.raises(ValueError, match=r"truths\[0\] = .*no area"):
        encode_boxes(good, [[1, 1, 1, 5]])
    with pytest.raises(ValueError, match="1 proposals and 2 truths"):
        encode_boxes(good, good * 2)
    with pytest.raises(ValueError, match="1 proposals and 2 rows"):
        decode_boxes(good, good * 2)
    with pytest.raises(ValueError, match=r"t must be finite, but t\[0, 2\]"):
        decode_boxes(good, [[0, 0, float("nan"), 0]])
    with pytest.raises(ValueError, match=r"t must have the shape \(N, 4\)"):
        decode_boxes(good, [[0, 0, 0]])
    with pytest.raises(TypeError, match="t must be real numbers"):
        decode_boxes(good, [["a", "b", "c", "d"]])
    with pytest.raises(ValueError, match=r"windows\[0\] = .*below 0"):
        to_corners([[5, 5, -1, 2]])
