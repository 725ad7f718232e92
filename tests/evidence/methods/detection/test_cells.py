"""Means over squares of pixels, compared with torch and scikit-image."""

import numpy as np
import pytest
import torch
from skimage.measure import block_reduce

from evidence.methods.detection.cells import block_means


@pytest.mark.parametrize("side", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(12, 24), (3, 24, 12)])
def test_whole_squares_are_those_of_torch_and_scikit_image(shape, side):
    planes = np.random.default_rng(0).normal(size=shape)
    found = block_means(planes, side)
    pooled = torch.nn.functional.avg_pool2d(torch.tensor(planes)[None], side)[0]
    reduced = block_reduce(planes, (*[1] * (len(shape) - 2), side, side), np.mean)
    np.testing.assert_allclose(found, pooled, atol=1e-12)
    np.testing.assert_allclose(found, reduced, atol=1e-12)


def test_squares_beyond_the_edge_repeat_it():
    planes = np.random.default_rng(1).normal(size=(2, 7, 10))
    padded = np.pad(planes, [(0, 0), (0, 1), (0, 2)], mode="edge")
    np.testing.assert_allclose(block_means(planes, 4), block_means(padded, 4))
    assert block_means(planes, 4).shape == (2, 2, 3)
    one = block_means(planes, 100)
    assert one.shape == (2, 1, 1)


def test_a_constant_stays_and_nothing_is_changed():
    planes = np.full((5, 5), 3)
    np.testing.assert_array_equal(block_means(planes, 2), np.full((3, 3), 3.0))
    np.testing.assert_array_equal(planes, 3)


@pytest.mark.parametrize(
    "planes, side, message",
    [
        (np.ones(3), 2, "^planes"),
        (np.ones((0, 3)), 2, "^planes"),
        ([[np.nan, 1]], 2, "^planes"),
        (np.ones((4, 4)), 0, "^side"),
        (np.ones((4, 4)), 1.5, "^side"),
        (np.ones((4, 4)), True, "^side"),
        ([["a", "b"]], 2, "^planes"),
    ],
)
def test_what_is_no_image_is_refused_by_name(planes, side, message):
    with pytest.raises((TypeError, ValueError), match=message):
        block_means(planes, side)
