"""Scenes of blobs: what is drawn is where the scene says."""

import numpy as np
import pytest
import torch

from evidence.methods.detection import roi
from evidence.methods.detection.blobs import Scenes, blob_scenes


@pytest.mark.parametrize("stride", [4, 8, 32, 6.5])
def test_a_blob_lies_where_its_offset_says(stride):
    scenes = blob_scenes(0, 20, stride, noise=0)
    cells = scenes.maps.shape[1]
    center = scenes.boxes.reshape(-1, 2, 2).mean(1) + scenes.offset
    center -= np.arange(20)[:, None] * [cells * stride, 0]
    for one, (x, y) in zip(scenes.maps[0].split(cells, dim=1), center, strict=True):
        row, column = np.unravel_index(int(one.argmax()), one.shape)
        assert abs((column + 0.5) * stride - x) <= stride / 2 + 1e-9
        assert abs((row + 0.5) * stride - y) <= stride / 2 + 1e-9


def test_the_profile_is_the_gaussian_of_a_fifth_of_the_side():
    scenes = blob_scenes(1, 1, 0.5, smallest=100, largest=100, noise=0)
    x, y = (scenes.boxes[0, :2] + 50 + scenes.offset[0]) / 0.5 - 0.5
    away = torch.tensor([0.0, 20.0, -20.0]).double() / 0.5
    found = roi.bilinear(scenes.maps, x + away, torch.full((3,), y).double())[0]
    expected = torch.exp(torch.tensor([0.0, -0.5, -0.5]).double())
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def test_blobs_of_one_width_change_nothing_else():
    scaled, same = (blob_scenes(4, 9, 8, noise=0, width=w) for w in (None, 12))
    for k in (1, 2, 3):
        np.testing.assert_array_equal(scaled[k], same[k])
    center = (same.boxes.reshape(-1, 2, 2).mean(1) + same.offset) / 8 - 0.5
    x, y = torch.tensor(center.T)
    peak, beside = (roi.bilinear(same.maps, x + away, y)[0] for away in (0, 12 / 8))
    ratio = (beside / peak).numpy()
    np.testing.assert_allclose(ratio, np.exp(-0.5), atol=0.1)
    alone = blob_scenes(4, 9, 8, smallest=60, largest=60, noise=0)
    same = blob_scenes(4, 9, 8, smallest=60, largest=60, noise=0, width=12)
    assert torch.equal(alone.maps, same.maps)


@pytest.mark.parametrize("stride", [4, 8, 16, 32, 64])
def test_boxes_are_squares_of_the_asked_sides_on_their_own_maps(stride):
    scenes = blob_scenes(2, 200, stride)
    sides = scenes.boxes[:, 2:] - scenes.boxes[:, :2]
    np.testing.assert_allclose(sides, np.repeat(scenes.side, 2, 1))
    assert scenes.side.min() >= 96 and scenes.side.max() <= 192
    assert (np.abs(scenes.offset) <= scenes.side / 4).all()
    width = scenes.maps.shape[1] * stride
    first = np.arange(200) * width
    assert (scenes.boxes[:, 0] >= first).all()
    # also when read half a cell too far
    assert (scenes.boxes[:, 2] + stride / 2 <= first + width).all()
    assert (scenes.boxes[:, [1, 3]] >= 0).all()
    assert (scenes.boxes[:, 3] + stride / 2 <= width).all()


def test_noise_has_the_asked_spread_and_moves_nothing():
    quiet, loud = (blob_scenes(3, 50, 8, noise=noise) for noise in (0, 0.1))
    assert isinstance(quiet, Scenes)
    np.testing.assert_array_equal(quiet.boxes, loud.boxes)
    assert float((loud.maps - quiet.maps).std()) == pytest.approx(0.1, rel=0.03)


def test_seeds_and_strides_draw_anew():
    draws = [blob_scenes(*given)[2] for given in [(0, 9, 8), (1, 9, 8), (0, 9, 16)]]
    assert not np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    np.testing.assert_array_equal(draws[0], blob_scenes(0, 9, 8)[2])


@pytest.mark.parametrize(
    "name, value",
    [
        ("seed", -1),
        ("num", 0),
        ("num", 2.5),
        ("stride", 0),
        ("stride", "8"),
        ("smallest", -1),
        ("largest", 50),
        ("noise", -0.1),
        ("noise", True),
        ("width", 0),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(name, value):
    with pytest.raises((TypeError, ValueError), match=rf"^{name}\b"):
        blob_scenes(**{"seed": 0, "num": 3, "stride": 8, name: value})
