"""Scenes with known boxes, their proposals and features."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.methods.detection import box_regression
from evidence.methods.detection.box_coding import to_corners
from evidence.methods.detection.box_regression import (
    look,
    overlap,
    pairs,
    resized,
    scenes,
)
from evidence.methods.detection.boxes import iou

quick = settings(max_examples=20, deadline=None)


def some_scenes(seed=0, count=3, **options):
    return scenes(np.random.default_rng(seed), count, **options)


@quick
@given(st.integers(0, 1000))
def test_the_object_ends_where_its_box_ends(seed):
    """It is drawn again without noise: what it covers is what the box says."""
    (scene,) = some_scenes(seed, 1, width=40)
    again = np.random.default_rng(seed)
    drawn = []
    ellipse = box_regression._ellipse
    try:
        box_regression._ellipse = lambda *a: drawn.append(ellipse(*a)) or drawn[-1]
        scenes(again, 1, 40)
    finally:
        box_regression._ellipse = ellipse
    rows, columns = np.nonzero(drawn[-1] > 0.5)
    start, end = to_corners(scene.truth[None])[0].reshape(2, 2)
    np.testing.assert_allclose([columns.min(), rows.min()], start, atol=1)
    np.testing.assert_allclose([columns.max() + 1, rows.max() + 1], end, atol=1)


def test_sizes_spread_as_told_and_scenes_are_the_same_again():
    widths = [scene.truth[2] for scene in some_scenes(1, 60, spread=16)]
    assert 8 < max(widths) / min(widths) < 16 * np.exp(1)
    one = [scene.truth[2] for scene in some_scenes(1, 60)]
    assert max(one) / min(one) < np.exp(1)
    for a, b in zip(some_scenes(5), some_scenes(5), strict=True):
        np.testing.assert_array_equal(a.image, b.image)
        np.testing.assert_array_equal(a.truth, b.truth)


def test_every_object_has_proposals_of_every_tenth_asked_for():
    found = pairs(np.random.default_rng(2), some_scenes(), each=2, lowest=0.6)
    ious = overlap(found.P, found.G)
    assert (ious >= 0.6).all()
    for k, scene in enumerate(found.scenes):
        np.testing.assert_array_equal(found.G[found.owner == k][0], scene.truth)
        tenths = np.floor(10 * ious[found.owner == k]).astype(int)
        assert [*np.bincount(tenths, minlength=10)[6:]] == [2, 2, 2, 2]


def test_resized_boxes_are_wrong_by_the_factor_at_most():
    found = resized(np.random.default_rng(3), some_scenes(count=20), 3, each=9)
    ratio = np.log(found.P[:, 2:] / found.G[:, 2:])
    assert 0.9 * np.log(3) < np.abs(ratio).max() <= np.log(3) + 1e-9
    assert abs(ratio.mean()) < 0.15
    shift = np.abs(found.P[:, :2] - found.G[:, :2]) / found.G[:, 2:]
    assert shift.max() <= 0.1 + 1e-9


def test_what_is_seen_does_not_depend_on_the_size_of_the_box():
    """An image, each of whose pixels becomes 2 by 2, has the same content."""
    y, x = np.mgrid[:60, :60] / 10
    image = np.sin(x) + np.cos(y + x / 2)
    box = np.array([[30.0, 28, 28, 28]])
    larger = np.kron(image, np.ones((2, 2)))
    small, large = look(image, box), look(larger, 2 * box)
    np.testing.assert_allclose(small, large, atol=0.1)
    assert small.shape == (1, 147) and np.abs(small).max() > 0.5


def test_features_of_a_ramp_are_its_values_and_its_slope():
    image = np.tile(np.arange(40.0), (40, 1))
    gray, right, down = look(image, [[20, 20, 28, 14]]).reshape(3, 7, 7)
    np.testing.assert_allclose(gray, np.tile(20 + 4 * np.arange(-3, 4) - 0.5, (7, 1)))
    np.testing.assert_allclose(right, 5 * 2)  # 28 pixels in 14 steps, times 5
    np.testing.assert_allclose(down, 0, atol=1e-12)


def test_looking_again_at_the_same_boxes_shows_the_same():
    found = pairs(np.random.default_rng(4), some_scenes(), each=1)
    np.testing.assert_array_equal(found.look(found.P), found.X)


@quick
@given(st.integers(0, 1000))
def test_overlap_is_the_diagonal_of_iou(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(1, 60, (2, 8, 4))
    expected = iou(to_corners(a), to_corners(b)).diagonal()
    np.testing.assert_allclose(overlap(a, b), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda rng: scenes(0, 3), "Generator"),
        (lambda rng: scenes(rng, 0), "count"),
        (lambda rng: scenes(rng, 1, width=2), "width"),
        (lambda rng: scenes(rng, 1, spread=0.5), "spread"),
        (lambda rng: pairs(rng, some_scenes(), each=0), "each"),
        (lambda rng: pairs(rng, some_scenes(), lowest=0.95), "lowest"),
        (lambda rng: resized(rng, some_scenes(), 0.5), "factor"),
        (lambda rng: look(np.zeros(4), [[1, 1, 1, 1]]), "image"),
        (lambda rng: look(np.zeros((4, 4)), [1, 1, 1, 1]), "boxes"),
        (lambda rng: overlap([[1, 1, 1, 1]], [[1, 1, 1, 1]] * 2), "b must"),
    ],
)
def test_what_is_wrong_is_named(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call(np.random.default_rng(0))
