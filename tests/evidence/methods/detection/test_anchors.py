"""Anchors against loops, receptive fields against gradients of torch."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.methods.detection.anchors import (
    BACKGROUND,
    IGNORED,
    anchors,
    match_anchors,
    receptive_field,
)
from evidence.methods.detection.box_coding import to_centers
from evidence.methods.detection.boxes import iou

quick = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 10**6)


def random_boxes(seed, n, smallest=1.0):
    rng = np.random.default_rng([seed, n])
    corner = rng.uniform(-50, 300, (n, 2))
    return np.hstack([corner, corner + rng.uniform(smallest, 200, (n, 2))])


# --- Anchors --------------------------------------------------------------------------


def test_nine_anchors_of_one_place():
    nine = to_centers(anchors(1, 1))
    np.testing.assert_allclose(nine[:, :2], 8)
    w, h = nine[:, 2:].T
    np.testing.assert_allclose(w * h, np.repeat([128, 256, 512], 3) ** 2.0)
    np.testing.assert_allclose(h / w, [0.5, 1, 2] * 3)


@quick
@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from([1, 4.5, 16]),
    st.lists(st.floats(1, 500), min_size=1, max_size=3),
    st.lists(st.floats(0.2, 5), min_size=1, max_size=3),
)
def test_anchors_are_those_of_four_loops(height, width, stride, scales, ratios):
    rows = []
    for i in range(height):
        for j in range(width):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            for scale in scales:
                for ratio in ratios:
                    w, h = scale / ratio**0.5, scale * ratio**0.5
                    rows.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    found = anchors(height, width, stride, scales, ratios)
    np.testing.assert_allclose(found, rows, atol=1e-9)


@quick
@given(seeds, st.sampled_from([4, 16, 50]))
def test_of_a_shape_s_copies_the_nearest_fits_best(seed, stride):
    rng = np.random.default_rng(seed)
    center, half = 8 * stride + rng.uniform(0, stride, 2), rng.uniform(1, 150, 2)
    thing = np.hstack([center - half, center + half])[None]
    overlap = iou(anchors(17, 17, stride), thing).reshape(17, 17, 9)
    assert (overlap[8, 8] >= overlap.max(axis=(0, 1)) - 1e-12).all()


@pytest.mark.parametrize(
    "change", [{"stride": 0}, {"scales": [0]}, {"ratios": [-1]}, {"height": 0}]
)
def test_anchors_refuse_what_is_not_positive(change):
    (name,) = change
    with pytest.raises(ValueError, match=f"{name} must be .*(above 0|at least 1)"):
        anchors(**{"height": 2, "width": 2, **change})


@quick
@given(seeds, st.integers(1, 40), st.integers(1, 5))
def test_matching_is_that_of_the_rules(seed, n, m):
    boxes, truths = random_boxes(seed, n), random_boxes(seed + 1, m)
    overlap, labels = iou(boxes, truths), match_anchors(boxes, truths, 0.5, 0.2)
    champions = {int(overlap[:, k].argmax()) for k in range(m) if overlap[:, k].any()}
    for row in range(n):
        best = overlap[row].max()
        if row in champions:
            k = labels[row]
            assert k >= 0 and overlap[row, k] == overlap[:, k].max()
        elif best >= 0.5:
            assert labels[row] == overlap[row].argmax()
        else:
            assert labels[row] == (BACKGROUND if best < 0.2 else IGNORED)


def test_an_anchor_that_is_best_for_two_goes_to_the_nearer():
    truths = [[0, 0, 10, 10], [0, 0, 10, 30]]
    assert match_anchors([[0, 0, 10, 11]], truths).tolist() == [0]
    assert match_anchors([[0, 0, 10, 11]], truths[::-1]).tolist() == [1]


def test_an_object_can_go_without():
    truths = [[0, 0, 10, 10], [0, 0, 10, 30]]
    labels = match_anchors([[0, 0, 10, 11], [0, 0, 10, 1]], truths)
    assert labels.tolist() == [0, BACKGROUND]


@pytest.mark.parametrize("scale", [32, 64])
@pytest.mark.parametrize("ratio", [0.5, 1, 2])
def test_anchors_that_tie_but_for_rounding_are_all_positive(scale, ratio):
    """Every anchor that contains the small object overlaps it equally."""
    truth = np.array([[100, 100, 110, 110]])
    boxes = anchors(30, 30, 8, [scale], [ratio])
    contain = (boxes[:, :2] <= 100).all(1) & (boxes[:, 2:] >= 110).all(1)
    assert contain.sum() > 2
    np.testing.assert_array_equal(match_anchors(boxes, truth) >= 0, contain)


differences = st.tuples(st.floats(-0.99, 0.99), st.floats(-0.99, 0.99))


@quick
@given(seeds, differences, st.booleans())
def test_how_many_copies_tie_depends_on_the_difference_of_the_sides(seed, more, wide):
    """In strides: one where both are less than 1, two and more from 2 along one on."""
    rng = np.random.default_rng(seed)
    stride = 8
    (shape,) = anchors(1, 1, 1, [rng.uniform(40, 120)], [rng.uniform(0.5, 2)])
    sides = shape[2:] - shape[:2] + stride * np.array(more)
    sides[0] += 3 * stride * wide
    start = 200 + rng.uniform(0, stride, 2)
    truth = np.hstack([start, start + sides])[None]
    w, h = shape[2:] - shape[:2]
    boxes = anchors(60, 60, stride, [(w * h) ** 0.5], [h / w])
    found = (match_anchors(boxes, truth, 1, 0) == 0).sum()
    assert found >= 2 if wide else found == 1


def test_thresholds_are_met_as_the_paper_writes_them():
    truth = [[0, 0, 10, 10]]
    boxes = [truth[0], [0, 0, 10, 7], [0, 0, 10, 3], [0, 0, 10, 2], [0, 0, 10, 6]]
    labels = match_anchors(boxes, truth, 0.7, 0.3)
    assert labels.tolist() == [0, 0, IGNORED, BACKGROUND, IGNORED]


def test_without_objects_all_is_background():
    assert match_anchors(anchors(1, 1), []).tolist() == [BACKGROUND] * 9
    assert match_anchors([], [[0, 0, 1, 1]]).tolist() == []
    far = match_anchors(anchors(1, 1), [[5000, 5000, 5001, 5001]])
    assert far.tolist() == [BACKGROUND] * 9


def test_thresholds_out_of_order_are_refused():
    with pytest.raises(ValueError, match="negative <= positive"):
        match_anchors([], [], 0.3, 0.7)


# --- Receptive fields -----------------------------------------------------------------


def seen(layers, cell, size):
    """Return first and last pixel, plus one, that a cell's gradient reaches."""
    x = torch.zeros(1, 1, size, dtype=torch.double, requires_grad=True)
    y = x
    for kernel, stride, padding in layers:
        ones = torch.ones(1, 1, kernel, dtype=torch.double)
        y = torch.nn.functional.conv1d(y, ones, stride=stride, padding=padding)
    y[0, 0, cell].backward()
    reached = torch.nonzero(x.grad[0, 0]).ravel()
    return int(reached[0]), int(reached[-1]) + 1


layers = st.lists(
    st.sampled_from([(3, 1, 1), (2, 2, 0), (3, 2, 1), (5, 1, 2), (1, 1, 0), (3, 1, 0)]),
    min_size=1,
    max_size=6,
)


@quick
@given(layers)
def test_the_receptive_field_is_what_the_gradient_reaches(layers):
    size, stride, center = receptive_field(layers)
    cell = 2 * size // stride + 1  # far enough from the edge
    start, end = seen(layers, cell, size=2 * size + 2 * cell * stride + 64)
    assert end - start == size
    assert (start + end) / 2 == center + cell * stride


VGG = [*[(3, 1, 1)] * 2, (2, 2, 0), *[(3, 1, 1)] * 2, (2, 2, 0)]
VGG += [*[(3, 1, 1)] * 3, (2, 2, 0)] * 2 + [(3, 1, 1)] * 3


def test_the_numbers_of_the_papers():
    assert receptive_field(VGG) == (196, 16, 8)
    assert receptive_field([*VGG, (3, 1, 1)])[0] == 228  # Faster R-CNN, section 3.1
    alexnet = [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0)]
    assert receptive_field([*alexnet, *[(3, 1, 1)] * 3, (3, 2, 0)])[0] == 195  # R-CNN


def test_padded_layers_keep_the_first_center_in_the_first_pixel():
    """In a ResNet, anchors belong at whole strides, in VGG16 half a stride on."""
    conv, strided = (3, 1, 1), (3, 2, 1)
    resnet50 = [(7, 2, 3), strided, *[conv] * 3, strided, *[conv] * 3, strided]
    assert receptive_field([*resnet50, *[conv] * 5]) == (267, 16, 0.5)
    assert receptive_field([*VGG, conv])[2] == 8


@pytest.mark.parametrize("layer", [(0, 1, 0), (3, 0, 0), (3, 1, -1)])
def test_layers_out_of_range_are_refused(layer):
    with pytest.raises(ValueError, match=r"of layers\[1\] must be .* at least"):
        receptive_field([(3, 1, 1), layer])


@pytest.mark.parametrize("layer", [(math.nan, 1, 0), (3, 1.5, 1), ("3", 1, 1)])
def test_layers_that_are_not_whole_numbers_are_refused(layer):
    with pytest.raises(TypeError, match=r"of layers\[0\] must be a whole number"):
        receptive_field([layer])


@pytest.mark.parametrize("layers", [[(3, 1)], (3, 1, 1), 3])
def test_layers_that_are_not_three_numbers_are_refused(layers):
    with pytest.raises(ValueError, match=r"layers\[0\] must be \(kernel, stride, pad"):
        receptive_field(layers)
