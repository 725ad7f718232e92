"""What the chapter on RoI Align takes for an answer: near misses are none."""

import numpy as np
import pytest

from evidence.exercises import check


@pytest.mark.parametrize("low, high", [(0, 99), (-99, -1), (0, 0)])
def test_a_border_that_is_mended_on_one_side_is_not_right(low, high):
    def one_side(start, stop, size, bins, samples):
        num = bins * samples
        x = start + (np.arange(num) + 0.5) * (stop - start) / num - 0.5
        x = np.clip(x, low, size + high)
        weights = np.maximum(0, 1 - np.abs(x[:, None] - np.arange(size)))
        return weights.reshape(bins, samples, size).mean(1)

    assert not check("roi-align/axis-matrix", one_side).right
