"""RoI Pool and RoI Align against hand calculation, torch, OpenCV and ONNX Runtime."""

import doctest
import math
from decimal import ROUND_HALF_UP, Decimal

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from evidence.methods.detection import roi

BOX_665 = [[0.0, 0.0, 665.0, 665.0]]
COORDINATES = st.floats(0, 1, width=32)


def make_map(seed, channels=3, height=12, width=15):
    rng = np.random.default_rng([seed, 1])
    return torch.tensor(rng.normal(size=(channels, height, width)))


def make_boxes(seed, num=40, limit=240, least=4.0, margin=60):
    """Draw boxes of all sizes, some of them partly outside an image of side limit."""
    rng = np.random.default_rng([seed, 2])
    corner = rng.uniform(-margin, limit - least, (num, 2))
    sides = rng.uniform(least, limit, (num, 2))
    return np.concatenate([corner, corner + sides], 1).astype(np.float32)


def test_examples_in_the_docstrings():
    result = doctest.testmod(roi)
    assert result.attempted >= 2 and not result.failed


# --- Bilinear interpolation -----------------------------------------------------------


def test_bilinear_by_hand():
    cells = torch.tensor([[[10.0, 20.0], [30.0, 60.0]]])
    # 1/4 of the way right, 3/4 of the way down: top 12.5, bottom 37.5
    assert float(roi.bilinear(cells, 0.25, 0.75)) == 31.25


def test_bilinear_at_the_centers_is_the_map():
    feature = make_map(0)
    y, x = torch.meshgrid(torch.arange(12.0), torch.arange(15.0), indexing="ij")
    assert torch.equal(roi.bilinear(feature, x, y), feature)


@settings(deadline=None)
@given(
    st.tuples(*[st.floats(-5, 5)] * 4), st.lists(st.tuples(COORDINATES, COORDINATES))
)
def test_bilinear_is_exact_on_bilinear_functions(coefficients, points):
    a, b, c, d = coefficients

    def function(x, y):
        return a + b * x + c * y + d * x * y

    y, x = torch.meshgrid(torch.arange(6.0), torch.arange(9.0), indexing="ij")
    feature = function(x.double(), y.double())[None]
    points = torch.tensor(points, dtype=torch.float64).reshape(-1, 2)
    x, y = points[:, 0] * 8, points[:, 1] * 5
    torch.testing.assert_close(
        roi.bilinear(feature, x, y)[0], function(x, y), atol=1e-10, rtol=0
    )


@pytest.mark.parametrize("seed", range(5))
def test_bilinear_equals_grid_sample_and_opencv(seed):
    feature = make_map(seed)
    points = np.random.default_rng([seed, 3]).uniform(size=(2, 500))
    x, y = torch.tensor(points[0] * 14), torch.tensor(points[1] * 11)
    ours = roi.bilinear(feature, x, y)
    grid = torch.stack([2 * x / 14 - 1, 2 * y / 11 - 1], -1)[None, None]
    theirs = functional.grid_sample(feature[None], grid, align_corners=True)[0, :, 0]
    torch.testing.assert_close(ours, theirs, atol=1e-12, rtol=0)
    cells = feature.permute(1, 2, 0).numpy().astype(np.float32)
    places = points[0] * 14, points[1] * 11
    there = [p.astype(np.float32)[None] for p in places]
    theirs = cv2.remap(cells, *there, cv2.INTER_LINEAR)[0].T
    assert np.abs(ours.numpy() - theirs).max() < 1e-5


def test_the_border_continues_for_one_cell_and_then_is_zero():
    row = torch.tensor([[[2.0, 5.0, 7.0]]])
    x = torch.tensor([-1.01, -1.0, -0.3, 2.0, 2.7, 3.0, 3.01])
    found = roi.bilinear(row, x, torch.zeros(7))[0]
    assert found.tolist() == [0, 2, 2, 7, 7, 7, 0]


def test_the_border_lies_half_a_cell_beyond_the_map():
    ones = torch.ones(1, 8, 8)
    places = np.array([-0.51, -0.49, 8.49, 8.51])  # in cells; the map is 0 to 8
    boxes = np.column_stack([places, places * 0 + 4, places, places * 0 + 4])
    for function in (roi.roi_align, roi.roi_align_matrices):
        found = function(ones, boxes, stride=1, bins=1, samples=1)
        assert found.flatten().tolist() == [0, 1, 1, 0]


# --- RoI Align ------------------------------------------------------------------------


def test_samples_are_the_centers_of_four_equal_parts():
    x, y = roi.sample_positions(BOX_665, stride=32)
    side = 665 / 32 / 7
    expected = (np.arange(7)[:, None] + [0.25, 0.75]).ravel() * side - 0.5
    np.testing.assert_allclose(x[0], expected, atol=1e-12)
    np.testing.assert_allclose(y[0], expected, atol=1e-12)
    assert side == 2.96875


def test_without_alignment_everything_moves_half_a_cell():
    boxes = make_boxes(0, least=64)
    with_half, without = (
        roi.sample_positions(boxes, 16, aligned=aligned) for aligned in (True, False)
    )
    for a, b in zip(with_half, without, strict=True):
        torch.testing.assert_close(a + 0.5, b)


def by_loops(feature, box, stride, bins, samples):
    """RoI Align as the paper says it, one number at a time (boxes inside the map)."""
    x1, y1, x2, y2 = (float(v) / stride - 0.5 for v in box)
    out = np.zeros((len(feature), bins, bins))
    for channel, i, j in np.ndindex(*out.shape):
        for p, q in np.ndindex(samples, samples):
            y = y1 + (y2 - y1) / bins * (i + (p + 0.5) / samples)
            x = x1 + (x2 - x1) / bins * (j + (q + 0.5) / samples)
            top, left = math.floor(y), math.floor(x)
            v, u = y - top, x - left
            patch = feature[channel, top : top + 2, left : left + 2].numpy()
            weights = np.outer([1 - v, v], [1 - u, u])
            out[channel, i, j] += (patch * weights).sum() / samples**2
    return out


@pytest.mark.parametrize("bins,samples", [(1, 1), (2, 3), (7, 2)])
def test_align_equals_loops(bins, samples):
    feature = make_map(1)
    boxes = [[20.0, 17.0, 130.0, 140.0], [33.3, 40.1, 47.9, 160.0]]
    found = roi.roi_align(feature, torch.tensor(boxes).double(), 16, bins, samples)
    for one, box in zip(found, boxes, strict=True):
        expected = by_loops(feature, np.float32(box), 16, bins, samples)
        np.testing.assert_allclose(one, expected, atol=1e-12)


@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("bins,samples", [(1, 1), (7, 1), (7, 2), (5, 3)])
def test_align_equals_onnx_runtime(bins, samples, aligned, onnx_roi_align):
    feature, boxes = make_map(2, height=15), make_boxes(2)
    boxes[0, 2:] = boxes[0, :2] + 3  # smaller than a cell
    ours = roi.roi_align(feature, boxes, 16, bins, samples, aligned)
    cells = feature.numpy().astype(np.float32)
    theirs = onnx_roi_align(cells, boxes, 16, bins, samples, aligned)
    assert np.abs(ours.numpy() - theirs).max() < 1e-5


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 1000),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    stride=st.sampled_from([1, 7.5, 16, 40]),
    bins=st.integers(1, 4),
    samples=st.integers(1, 3),
    aligned=st.booleans(),
)
def test_bags_and_matrices_are_one_map(seed, shape, stride, bins, samples, aligned):
    feature = make_map(seed, 2, *shape)
    boxes = make_boxes(seed, 10, limit=10 * stride, least=0, margin=3 * stride)
    given_ = feature, boxes, stride, bins, samples, aligned
    torch.testing.assert_close(
        roi.roi_align(*given_), roi.roi_align_matrices(*given_), atol=1e-10, rtol=0
    )


@settings(deadline=None)
@given(seed=st.integers(0, 1000), samples=st.integers(1, 4))
def test_align_of_a_bilinear_function_is_its_value_at_the_bin_center(seed, samples):
    rng = np.random.default_rng(seed)
    a, b, c, d = rng.normal(size=4)
    y, x = torch.meshgrid(torch.arange(12.0), torch.arange(15.0), indexing="ij")
    x, y = x.double(), y.double()
    feature = (a + b * x + c * y + d * x * y)[None]
    corner, side = rng.uniform(8, 80, 2), rng.uniform(0, 90, 2)
    box = np.concatenate([corner, corner + side])[None]
    u, v = (
        box[0, i] / 16 - 0.5 + side[i] / 16 * (np.arange(4) + 0.5) / 4 for i in (0, 1)
    )
    expected = a + b * u + c * v[:, None] + d * u * v[:, None]
    found = roi.roi_align(feature, box, 16, bins=4, samples=samples)[0, 0]
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_the_whole_map_with_one_sample_is_the_map():
    feature = make_map(3, height=9, width=9)
    found = roi.roi_align(feature, [[0, 0, 144, 144]], 16, bins=9, samples=1)
    torch.testing.assert_close(found[0], feature)


def test_moving_by_whole_cells_moves_the_result():
    feature, boxes = (
        make_map(4, height=30, width=30),
        make_boxes(4, limit=150, margin=0),
    )
    moved = torch.zeros(3, 34, 37, dtype=feature.dtype)
    moved[:, 4:, 7:] = feature
    boxes = boxes.astype(np.float64)
    far = boxes + np.array([7 * 16, 4 * 16, 7 * 16, 4 * 16])
    inside = (boxes[:, :2] > 16).all(1)
    assert inside.sum() > 10
    torch.testing.assert_close(
        roi.roi_align(moved, far[inside]), roi.roi_align(feature, boxes[inside])
    )


LAYOUTS = {
    "as it is": lambda x: x,
    "rows reversed": lambda x: x[:, ::-1].copy()[:, ::-1],
    "all reversed": lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
    "columns first": lambda x: np.asfortranarray(x),
    "other byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "long double": lambda x: x.astype(np.longdouble),
    "read only": lambda x: np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
}


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 1000),
    of_map=st.sampled_from([*LAYOUTS]),
    of_boxes=st.sampled_from([*LAYOUTS]),
)
@pytest.mark.filterwarnings("error")
def test_how_numbers_lie_in_memory_does_not_matter(seed, of_map, of_boxes):
    feature, boxes = make_map(seed).numpy(), make_boxes(seed, 3).astype(float)
    there = LAYOUTS[of_map](feature), LAYOUTS[of_boxes](boxes)
    for function in (roi.roi_align, roi.roi_align_matrices, roi.roi_pool):
        expected = function(feature, boxes, bins=2)
        assert torch.equal(function(*there, bins=2), expected)
    cells, corners = there
    found = roi.bilinear(cells, corners[:, ::2], corners[:, 1::2])
    assert torch.equal(found, roi.bilinear(feature, boxes[:, ::2], boxes[:, 1::2]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_coarse_boxes_are_placed_in_single_precision(dtype):
    feature, boxes = make_map(12), torch.tensor(make_boxes(12)).to(dtype)
    for function in (roi.roi_align, roi.roi_align_matrices, roi.roi_pool):
        assert torch.equal(function(feature, boxes), function(feature, boxes.float()))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 1000),
    offset=st.sampled_from([0, 1e3, -1e4]),
    bins=st.integers(1, 4),
)
def test_single_precision_stays_near_double(seed, offset, bins):
    feature, boxes = make_map(seed) + offset, torch.tensor(make_boxes(seed)).double()
    for function in (roi.roi_align, roi.roi_align_matrices):
        fine = function(feature, boxes, bins=bins)
        coarse = function(feature.float(), boxes.float(), bins=bins)
        assert coarse.dtype == torch.float32
        # away from where a sample leaves the map, and the output jumps
        x, y = roi.sample_positions(boxes, 16, bins)
        inside = ((x > -0.9) & (x < 14.9)).all(1) & ((y > -0.9) & (y < 11.9)).all(1)
        apart = (coarse.double() - fine)[inside].abs()
        assert (apart < 1e-5 * (abs(offset) + 10)).all()


@settings(deadline=None, max_examples=40)
@given(st.floats(8, 230), st.floats(8, 180), st.integers(1, 3), st.integers(1, 3))
def test_a_box_without_area_reads_its_point_in_every_bin(x, y, bins, samples):
    feature = make_map(14)
    box = torch.tensor([[x, y, x, y]], dtype=torch.float64)
    point = roi.bilinear(feature, *(box[0, :2] / 16 - 0.5))
    found = roi.roi_align(feature, box, 16, bins, samples)[0]
    expected = point[:, None, None].expand(-1, bins, bins)
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=0)
    assert roi.roi_pool(feature, box, 16, bins).shape[-1] == bins


def test_gradients_of_map_and_boxes_are_those_of_finite_differences():
    feature = make_map(5, 2, 6, 7).requires_grad_()
    boxes = torch.tensor([[12.3, 15.1, 71.7, 66.6], [30.2, 5.5, 90.4, 41.3]]).double()
    boxes.requires_grad_()

    def align(feature, boxes):
        return roi.roi_align(feature, boxes, 16, bins=3)

    assert torch.autograd.gradcheck(align, (feature, boxes))


def test_bilinear_gradient_in_the_point():
    feature = make_map(6).requires_grad_()
    x, y = (torch.tensor(p, dtype=torch.float64) for p in ([1.3, 5.7], [2.2, 0.4]))
    points = x.requires_grad_(), y.requires_grad_()
    assert torch.autograd.gradcheck(roi.bilinear, (feature, *points))


def test_positions_keep_the_precision_of_the_boxes():
    feature = make_map(7)
    boxes = make_boxes(7).astype(np.float64) + 1e-3
    coarse = roi.roi_align(feature.float(), boxes)
    assert coarse.dtype == torch.float32
    assert float((coarse - roi.roi_align(feature, boxes)).abs().max()) < 2e-6


# --- RoI Pool -------------------------------------------------------------------------


def test_pool_rounds_half_away_from_zero_and_includes_both_ends():
    boxes = [[-8, -7, 8, 7], [0, 0, 665, 665], [16, 16, 16, 16]]
    cells = roi.pool_cells(boxes, 16)
    assert cells.tolist() == [[-1, 0, 2, 1], [0, 0, 43, 43], [1, 1, 2, 2]]
    assert roi.pool_cells(BOX_665, 32).tolist() == [[0, 0, 22, 22]]


def half_away_from_zero(number) -> int:
    return int(Decimal(float(number)).to_integral_value(ROUND_HALF_UP))


@settings(deadline=None, max_examples=30)
@given(st.integers(-3, 3), st.sampled_from([1, -1]), st.sampled_from([0, 0.5]))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pool_rounds_numbers_of_every_size_and_their_neighbors(
    dtype, offset, sign, half
):
    sizes = sign * np.ldexp(1.0, np.arange(54)) + offset
    middle = np.append(sizes + half, [half, -half]).astype(dtype)
    near = [middle, np.nextafter(middle, dtype(9e9)), np.nextafter(middle, dtype(-9e9))]
    for numbers in near:
        boxes = torch.from_numpy(np.repeat(numbers[:, None], 4, 1))
        first = [half_away_from_zero(number) for number in numbers]
        assert roi.pool_cells(boxes, 1)[:, 0].tolist() == first


@pytest.mark.parametrize("farther", [1e19, 1e37, 1e149])
def test_pool_of_boxes_beyond_all_whole_numbers_is_that_of_the_whole_map(farther):
    feature, dtype = make_map(13), torch.float32 if farther < 1e38 else torch.float64
    near, far = (
        torch.tensor([[-side, -side, side, side]], dtype=dtype)
        for side in (1e18, farther)
    )
    found = roi.roi_pool(feature, far, 1, bins=1)
    assert torch.equal(found[0, :, 0, 0], feature.amax((1, 2)))
    for bins in (1, 2, 3):
        expected = roi.roi_pool(feature, near, 1, bins)
        assert torch.equal(roi.roi_pool(feature, far, 1, bins), expected)


@settings(deadline=None)
@given(st.integers(-20, 20), st.integers(1, 60), st.integers(1, 14))
def test_bins_are_the_floor_and_ceiling_rule_and_cover_everything(start, n, bins):
    ranges = roi.pool_bins(start, start + n, bins)
    exact = [
        (
            start + math.floor(i * n / bins + 1e-9),
            start + math.ceil((i + 1) * n / bins - 1e-9),
        )
        for i in range(bins)
    ]
    assert ranges == exact
    covered = {cell for a, b in ranges for cell in range(a, b)}
    assert covered == set(range(start, start + n))
    assert all(a < b for a, b in ranges)


@pytest.mark.parametrize("bins", [1, 3, 7])
def test_pool_equals_adaptive_max_pooling_of_the_crop(bins):
    feature, boxes = make_map(8, height=15), make_boxes(8, limit=110, margin=0)
    found = roi.roi_pool(feature, boxes, 16, bins)
    for one, (x1, y1, x2, y2) in zip(found, roi.pool_cells(boxes, 16), strict=True):
        crop = feature[:, y1:y2, x1:x2]
        if crop.shape[1:] == (y2 - y1, x2 - x1):
            assert torch.equal(one, functional.adaptive_max_pool2d(crop, bins))


def single_precision_agrees(cells, bins):
    """Tell where a rule that computes bin edges in float32 finds the exact edges."""
    n, i = np.float32(cells), np.arange(bins + 1, dtype=np.float32)
    edges = i * (n / np.float32(bins))
    exact = np.arange(bins + 1) * cells
    low, high = exact // bins, -(-exact // bins)
    return (np.floor(edges) == low).all() and (np.ceil(edges) == high).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("bins", [1, 7])
def test_pool_equals_onnx_runtime(seed, bins, onnx_roi_pool):
    feature = make_map(seed, height=60, width=60).float()
    boxes = make_boxes(seed, limit=960)
    cells = roi.pool_cells(boxes, 16)
    sides = (cells[:, 2:] - cells[:, :2]).tolist()
    usable = [all(single_precision_agrees(n, bins) for n in s) for s in sides]
    assert np.mean(usable) > 0.8
    ours = roi.roi_pool(feature, boxes[usable], 16, bins)
    theirs = onnx_roi_pool(feature.numpy(), boxes[usable], 16, bins)
    np.testing.assert_array_equal(ours, theirs)


def test_pool_returns_values_of_the_map_or_zero_outside():
    feature = make_map(9) + 100  # no value near 0
    found = roi.roi_pool(feature, make_boxes(9), 16)
    assert set(found.ravel().tolist()) <= {0.0, *feature.ravel().tolist()}
    outside = roi.roi_pool(feature, [[-900, -900, -500, -500], [900, 9, 999, 99]], 16)
    assert not outside.any()


def test_pool_keeps_a_maximum_of_minus_infinity():
    feature = torch.full((1, 4, 4), -math.inf)
    found = roi.roi_pool(feature, [[0, 0, 79, 31]], 16, bins=3)
    # columns 0 to 5, rows 0 to 2: the third bin lies outside the map
    assert found[0, 0].tolist() == [[-math.inf, -math.inf, 0]] * 3


def test_numbers_of_bins_may_come_from_numpy():
    feature, boxes = make_map(0), make_boxes(0)
    expected = roi.roi_align(feature, boxes, bins=3)
    assert torch.equal(roi.roi_align(feature, boxes, bins=np.int64(3)), expected)


def test_pool_does_not_notice_moves_within_rounding():
    feature, box = make_map(10), np.array([[33.0, 50.0, 140.0, 120.0]])
    still = roi.roi_pool(feature, box)
    assert torch.equal(still, roi.roi_pool(feature, box + 3))
    assert not torch.equal(still, roi.roi_pool(feature, box + 8))


def test_gradient_of_pool_goes_to_the_maximum():
    feature = make_map(11).requires_grad_()
    pooled = roi.roi_pool(feature, [[0, 0, 223, 180]], 16, bins=1)
    pooled.sum().backward()
    flat, gradient = feature.detach().flatten(1), feature.grad.flatten(1)
    assert torch.equal(gradient.argmax(1), flat.argmax(1))
    assert gradient.sum(1).tolist() == [1, 1, 1] and gradient.count_nonzero() == 3


# --- At the door ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "function", [roi.roi_align, roi.roi_align_matrices, roi.roi_pool]
)
def test_no_boxes_give_no_rows(function):
    assert function(make_map(0), np.zeros((0, 4))).shape == (0, 3, 7, 7)


@pytest.mark.parametrize(
    "function", [roi.roi_align, roi.roi_align_matrices, roi.roi_pool]
)
@pytest.mark.parametrize(
    "boxes,words",
    [
        ([[0, 0, 9, 9], [5, 0, 4, 9]], r"boxes\[1\]"),
        ([[0, 0, 9, np.nan]], r"boxes\[0\]"),
        ([[0, 0, 9]], r"\(N, 4\)"),
        (torch.tensor([[0.0, 0, 9, 9], [0, 5, 9, 4]]), r"boxes\[1\]"),
    ],
)
def test_malformed_boxes_are_refused(function, boxes, words):
    with pytest.raises(ValueError, match=words):
        function(make_map(0), boxes)


@pytest.mark.parametrize(
    "function", [roi.roi_align, roi.roi_align_matrices, roi.roi_pool]
)
@pytest.mark.parametrize(
    "changed,words",
    [
        ({"stride": 0}, "stride"),
        ({"stride": math.nan}, "stride"),
        ({"stride": 1e-310}, "stride"),
        ({"bins": 0}, "bins"),
        ({"feature": torch.zeros(3, 4)}, "channels, height, width"),
        ({"feature": torch.zeros(3, 0, 4)}, "channels, height, width"),
    ],
)
def test_sizes_out_of_range_are_refused(function, changed, words):
    arguments = {"feature": make_map(0), "boxes": [[0, 0, 9, 9]], **changed}
    with pytest.raises(ValueError, match=words):
        function(**arguments)


def test_other_refusals():
    with pytest.raises(TypeError, match="real"):
        roi.roi_align(torch.zeros(1, 2, 2, dtype=torch.bool), [[0, 0, 9, 9]])
    with pytest.raises(TypeError, match="real"):
        roi.roi_align(torch.zeros(1, 2, 2), torch.zeros(1, 4, dtype=torch.bool))
    with pytest.raises(ValueError, match="samples"):
        roi.roi_align(torch.zeros(1, 2, 2), [[0, 0, 9, 9]], samples=0)
    with pytest.raises(ValueError, match="one shape"):
        roi.bilinear(torch.zeros(1, 2, 2), [0.0, 1.0], [0.0])
    for x, y in [(math.nan, 0.0), (0.0, math.nan), (0.0, math.inf)]:
        with pytest.raises(ValueError, match="finite"):
            roi.bilinear(torch.zeros(1, 2, 2), x, y)
    with pytest.raises(ValueError, match="stop"):
        roi.pool_bins(4, 4)
