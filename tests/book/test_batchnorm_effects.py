"""The batches that the chapter on what batch normalization changes draws."""

import numpy as np
import pytest
import torch
from defined import defined


@pytest.mark.parametrize("m", [1, 2, 4, 32])
@pytest.mark.parametrize("classes", [1, 2, 3, 7, 10])
def test_batches_are_of_m_images_and_of_at_most_so_many_classes(m, classes):
    y = torch.arange(500) % 10
    names = {"np": np, "y_train": y}
    part = "normalization/batchnorm-effects"
    drawn = defined(part, functions_of=["batches-runs"], **names)["drawn"]
    batches = drawn(m, classes, seed=3, steps=20)
    assert batches.shape == (20, m)
    among = [len(np.unique(each)) for each in y.numpy()[batches]]
    assert max(among) <= min(m, classes)
    assert classes == 10 or set(among) == {min(m, classes)}
