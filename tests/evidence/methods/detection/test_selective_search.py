import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numba.core import caching
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from skimage import data
from skimage import segmentation as reference
from skimage.color import rgb2lab
from sklearn.metrics import adjusted_rand_score

from evidence.methods.detection import selective_search as regions
from evidence.methods.detection.boxes import iou

PHOTOGRAPHS = ("astronaut", "coffee", "chelsea", "rocket")
seeds = st.integers(0, 10_000)


def noise(seed, height=24, width=31, channels=3):
    rng = np.random.default_rng(seed)
    shape = (height, width, channels)
    return ndimage.gaussian_filter(rng.uniform(0, 255, shape), (1, 1, 0)) * 3


def describe(image, labels):
    planes = np.moveaxis(image, -1, 0).astype(np.float32)
    color, texture = regions.color_bins(planes), regions.texture_bins(planes)
    return regions.describe(labels, color, texture)


def small_case(seed, k=60):
    image = noise(seed) % 256
    labels = cut(image, k=k, sigma=0, min_size=4)
    return image, labels, describe(image, labels), regions.adjacent_pairs(labels)


def cut(image, k=200, sigma=0.8, min_size=100):
    planes = regions.smooth(image, sigma)
    return regions.segment(regions.grid_edges(planes), planes.shape[1:], k, min_size)


# --- Segmentation ---------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e6, width=32), max_size=80))
def test_the_order_of_floats_is_the_stable_one(values):
    values = np.abs(np.array(values, dtype=np.float32))  # no -0.0
    expected = np.argsort(values, kind="stable")
    assert np.array_equal(regions._argsort_float32(values), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (4, 1), (3, 4)])
def test_every_pair_of_neighbors_has_one_edge(shape):
    rng = np.random.default_rng(0)
    image = rng.uniform(size=shape)
    u, v, weight = regions.grid_edges(regions.smooth(image, 0))
    height, width = shape
    expected = {}
    for a in range(height * width):
        for b in range(a + 1, height * width):
            (ay, ax), (by, bx) = divmod(a, width), divmod(b, width)
            if max(abs(ay - by), abs(ax - bx)) == 1:
                expected[a, b] = abs(image[ay, ax] - image[by, bx])
    ends = zip(*np.sort([u, v], axis=0).tolist(), strict=True)
    found = dict(zip(ends, weight, strict=True))
    assert found.keys() == expected.keys() and len(u) == len(expected)
    assert all(abs(found[pair] - expected[pair]) < 1e-6 for pair in expected)
    assert (np.diff(weight) >= 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_partition_is_that_of_scikit_image(seed):
    image = noise(seed, 60, 50)
    k, least = [20.0, 100.0, 300.0][seed % 3], [0, 5, 20][seed % 3]
    ours = cut(image, k, 0, least)
    theirs = reference.felzenszwalb(image / 255, k, 0, least)
    assert ours.max() == theirs.max() > 3
    assert adjusted_rand_score(ours.ravel(), theirs.ravel()) == 1


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
def test_photographs_are_cut_as_by_scikit_image(photograph):
    image = getattr(data, photograph)()
    ours = cut(image)
    theirs = reference.felzenszwalb(image, 200, 0.8, 100)
    assert adjusted_rand_score(ours.ravel(), theirs.ravel()) > 0.99


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(0, 400), st.integers(0, 60))
def test_regions_are_connected_and_large_enough(seed, k, least):
    labels = cut(noise(seed), k, 0.5, least)
    numbers, first = np.unique(labels, return_index=True)
    assert np.array_equal(numbers, np.arange(len(numbers)))
    assert (np.diff(first) > 0).all()  # numbered by their first pixels
    assert np.bincount(labels.ravel()).min() >= min(least, labels.size)
    for number in numbers:
        assert ndimage.label(labels == number, np.ones((3, 3)))[1] == 1


def heaviest_inner_edges(edges, labels, num_pixels):
    """The heaviest edge of each region's minimum spanning tree."""
    inside = labels[edges.u] == labels[edges.v]
    weight = edges.weight[inside].astype(float) + 1e-9  # zero would be no edge
    graph = coo_array((weight, (edges.u[inside], edges.v[inside])), (num_pixels,) * 2)
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    heaviest = np.zeros(labels.max() + 1)
    np.maximum.at(heaviest, labels[tree.row], tree.data)
    return heaviest


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(1, 300))
def test_every_boundary_has_evidence(seed, k):
    planes = regions.smooth(noise(seed), 0)
    edges = regions.grid_edges(planes)
    labels = regions.segment(edges, planes.shape[1:], k, 0).ravel()
    limit = heaviest_inner_edges(edges, labels, len(labels)) + k / np.bincount(labels)
    a, b = labels[edges.u], labels[edges.v]
    outer = a != b
    lightest = edges.weight[outer]
    # "not too fine": true of each edge between two regions, the lightest included
    assert (lightest > np.minimum(limit[a], limit[b])[outer] - 1e-3).all()


@pytest.mark.parametrize("shape", [(4, 6), (5, 5), (0, 6)])
def test_edges_of_a_larger_image_are_refused(shape):
    edges = regions.grid_edges(regions.smooth(noise(0, 5, 6)))
    with pytest.raises(ValueError, match="outside an image of height"):
        regions.segment(edges, shape)


def test_an_image_of_one_pixel_has_no_edges():
    edges = regions.grid_edges(regions.smooth(np.ones((1, 1))))
    assert regions.segment(edges, (1, 1)).tolist() == [[0]]


def test_compiled_and_interpreted_loop_agree():
    planes = regions.smooth(noise(3), 0)
    edges = regions.grid_edges(planes)
    args = (*edges, planes[0].size, np.float32(80), 6)
    compiled = regions.grow_regions(*args)
    assert compiled.max() > 3
    assert np.array_equal(compiled, regions.grow_regions.py_func(*args))


def test_without_a_place_to_write_to_the_loop_is_compiled_anew(monkeypatch, recwarn):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="cannot cache"):
        njit(cache=True)(regions._root.py_func)
    root = regions._compiled(regions._root.py_func)
    assert root(np.array([1, 2, 2]), 0) == 2
    assert not len(recwarn)


# --- What a region looks like ---------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_counts_are_those_of_the_pixels(seed):
    image, labels, found, pairs = small_case(seed)
    planes = np.moveaxis(image, -1, 0).astype(np.float32)
    color, texture = regions.color_bins(planes), regions.texture_bins(planes)
    for number in range(len(found.size)):
        y, x = np.nonzero(labels == number)
        assert found.size[number] == len(y)
        assert found.box[number].tolist() == [
            x.min(),
            y.min(),
            x.max() + 1,
            y.max() + 1,
        ]
        pixels = (labels == number).ravel()
        for rows, num, counted in (
            (color, 25, found.color),
            (texture, 10, found.texture),
        ):
            assert rows.min() >= 0 and rows.max() < num
            expected = [np.bincount(row[pixels], minlength=num) for row in rows]
            assert np.array_equal(counted[number], np.concatenate(expected))
    touching = set()
    for (y, x), here in np.ndenumerate(labels):
        for other in (labels[y : y + 2, x], labels[y, x : x + 2]):
            if other[-1] != here:
                touching.add((min(here, other[-1]), max(here, other[-1])))
    assert set(map(tuple, pairs.tolist())) == touching and len(pairs) == len(touching)


def test_a_slope_counts_in_its_own_direction():
    ramp = np.tile(np.arange(20.0), (15, 1))
    planes = np.array([ramp, ramp[:, ::-1]], np.float32)
    texture = regions.texture_bins(planes).reshape(2, 8, -1)
    steep = (texture == 9).all(axis=2)  # each direction is scaled by its own steepest
    assert steep[0].tolist() == [True, True, False, False, False, False, False, True]
    assert steep[1].tolist() == [False, False, False, True, True, True, False, False]
    assert (texture[~steep] == 0).all()


def test_merged_regions_are_described_by_the_sums_bit_for_bit():
    image, labels, found, pairs = small_case(1)
    grouping = regions.group(found, pairs)
    num = len(found.size)
    first, second = grouping.children[0]
    merged = labels.copy()
    merged[merged == second] = first
    merged = np.unique(merged, return_inverse=True)[1].reshape(labels.shape)
    again = describe(image, merged)
    new = merged[labels == first][0]
    for counted, recounted in zip(found, again, strict=True):
        if counted is not found.box:
            assert np.array_equal(recounted[new], counted[first] + counted[second])
    assert again.box[new].tolist() == grouping.box[num].tolist()


def test_colors_are_those_of_opencv_and_scikit_image():
    cv2 = pytest.importorskip("cv2")
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    hsv, lab = (regions.convert(image, space) for space in ("hsv", "lab"))
    theirs = cv2.cvtColor(image, cv2.COLOR_RGB2HSV).astype(float)
    turn = np.abs(hsv[..., 0] - theirs[..., 0])
    assert np.minimum(turn, 180 - turn).max() <= 1  # OpenCV rounds to whole numbers
    assert np.abs(hsv - theirs)[..., 1:].max() <= 1
    theirs = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(float)
    assert np.abs(lab - theirs).max() <= 1.5
    theirs = rgb2lab(image) * [2.55, 1, 1] + [0, 128, 128]
    assert np.abs(lab - theirs).max() < 0.01


# --- Grouping -------------------------------------------------------------------------


@pytest.mark.parametrize("rules", ["CTSF", "TSF", "F", "S", "C", "CT"])
@pytest.mark.parametrize("seed", range(3))
def test_each_merge_is_of_the_most_similar_neighbors(seed, rules):
    _, _, found, pairs = small_case(seed)
    grouping = regions.group(found, pairs, rules)
    rows, area = [list(each) for each in found], int(found.size.sum())
    near = {tuple(pair) for pair in pairs.tolist()}
    assert len(near) > 8
    for (i, j), stated in zip(
        grouping.children.tolist(), grouping.similarity, strict=True
    ):
        tables = regions.Regions(*map(np.array, rows))
        anew = {}  # every similarity, computed anew in every round
        for pair in near:
            four = regions.similarities(tables, *pair, area)
            anew[pair] = sum(four[rule] for rule in rules)
        assert anew[i, j] == pytest.approx(stated, abs=1e-9)
        assert anew[i, j] > max(anew.values()) - 1e-9
        new = len(rows[0])
        for column in (0, 2, 3):
            rows[column].append(rows[column][i] + rows[column][j])
        p, q = rows[1][i], rows[1][j]
        rows[1].append(np.append(np.minimum(p, q)[:2], np.maximum(p, q)[2:]))
        renamed = {tuple(new if r in (i, j) else r for r in pair) for pair in near}
        near = {tuple(sorted(pair)) for pair in renamed if pair[0] != pair[1]}
    assert np.array_equal(grouping.box, np.array(rows[1]))


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from(["CTSF", "TSF", "S", "F"]))
def test_the_tree_is_complete(seed, rules):
    _, labels, found, pairs = small_case(seed)
    grouping = regions.group(found, pairs, rules)
    num = len(found.size)
    assert grouping.box.shape == (2 * num - 1, 4)
    assert grouping.children.shape == (num - 1, 2)
    assert sorted(grouping.children.ravel()) == list(range(2 * num - 2))
    assert grouping.box[-1].tolist() == [0, 0, *labels.shape[::-1]]
    for new, (i, j) in enumerate(grouping.children, num):
        both = grouping.box[[i, j]]
        hull = [*both[:, :2].min(axis=0), *both[:, 2:].max(axis=0)]
        assert grouping.box[new].tolist() == hull


def test_similarities_of_a_case_by_hand():
    found = regions.Regions(
        size=np.array([20, 30]),
        box=np.array([[0, 0, 4, 5], [4, 0, 10, 5]]),
        color=np.array([[20, 0] + [0] * 23, [15, 15] + [0] * 23]),
        texture=np.array([[40, 120], [60, 180]]),
    )
    four = regions.similarities(found, 0, 1, area=100)
    assert four == pytest.approx({"C": 0.5, "T": 1, "S": 0.5, "F": 1})


# --- Selective Search -----------------------------------------------------------------


def test_boxes_come_once_and_the_seed_only_orders_them():
    image = data.chelsea()
    first, again, other = (
        regions.selective_search(image, "single", seed=seed) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert len(np.unique(first, axis=0)) == len(first)
    assert {*map(tuple, first)} == {*map(tuple, other)}
    (grouping,) = regions.groupings(image, "single")
    assert {*map(tuple, first)} == {*map(tuple, grouping.box)}


def test_large_regions_come_first():
    boxes = regions.selective_search(data.coffee(), "single")
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    half = len(area) // 2
    assert np.median(area[:half]) > 2 * np.median(area[half:])


def test_the_boxes_drawn_around_the_coins_are_those_of_their_outlines():
    coins, drawn = data.coins(), np.array([*regions.drawn_boxes("coins").values()])
    known = np.where(coins < 30, 1, 2 * (coins > 150))  # 1 ground, 2 coin
    slope = np.hypot(*(ndimage.sobel(coins.astype(float), axis) for axis in (0, 1)))
    shapes = reference.watershed(slope, known) == 2
    places = ndimage.find_objects(ndimage.label(ndimage.binary_fill_holes(shapes))[0])
    outlines = [(x.start, y.start, x.stop, y.stop) for y, x in places]
    assert drawn.shape == (24, 4)
    assert iou(drawn, outlines).max(axis=1).min() > 0.85
    middles = (drawn[:, 1] + drawn[:, 3]).reshape(4, 6)
    assert (middles[:-1].max(axis=1) < middles[1:].min(axis=1)).all()
    assert (np.diff(drawn[:, 0].reshape(4, 6), axis=1) > 0).all()
    assert drawn[:12, 3].max() < 150 < drawn[12:, 1].min()


def test_the_drawn_boxes_are_found():
    at_500, overall = [], []
    for photograph in PHOTOGRAPHS:
        image = getattr(data, photograph)()
        truths = np.array(list(regions.drawn_boxes(photograph).values()))
        height, width = image.shape[:2]
        assert (truths[:, :2] >= 0).all() and (truths[:, 2:] <= [width, height]).all()
        overlap = iou(truths, regions.selective_search(image))
        at_500 += (overlap[:, :500].max(axis=1) >= 0.5).tolist()
        overall += (overlap.max(axis=1) >= 0.5).tolist()
    assert len(overall) >= 12
    assert np.mean(at_500) >= 0.90 and np.mean(overall) >= 0.95


@pytest.mark.parametrize(
    ("mode", "number"), [("single", 1), ("fast", 8), ("opencv", 12)]
)
def test_the_modes_have_their_number_of_groupings(mode, number):
    image = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    assert sum(1 for _ in regions.groupings(image, mode, min_size=20)) == number


@pytest.mark.parametrize(("mode", "sizes"), [("fast", (50, 100)), ("opencv", (100,))])
def test_first_regions_are_as_large_as_the_mode_says(mode, sizes):
    photograph = data.chelsea()
    spaces, ks, *_ = regions.MODES[mode]
    trees = iter(regions.groupings(photograph, mode))
    for space in spaces:
        for k in ks:
            least = k if k in sizes else sizes[0]
            _, found, pairs = regions.first_regions(photograph, space, k, least)
            for rules in ("CTSF", "TSF"):
                assert np.array_equal(
                    next(trees).box, regions.group(found, pairs, rules).box
                )


# --- Scenes ---------------------------------------------------------------------------


@pytest.mark.parametrize("surface", regions.SURFACES)
@pytest.mark.parametrize("share", [0.2, 0.45, 0.8])
def test_the_box_of_a_scene_is_that_of_its_object(surface, share):
    """The one-colored scene of the same seed shows where the object is."""
    for seed in range(5):
        plain, truth = regions.scene(seed, "one color", share)
        other, again = regions.scene(seed, surface, share)
        assert np.array_equal(truth, again) and plain.shape == (90, 120, 3)
        (x1, y1, x2, y2), (height, width) = truth[0], regions.SCENE
        assert 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height
        sides = (x2 - x1) / width / share, (y2 - y1) / height / share
        assert min(sides) > 0.7 and max(sides) < 1.35  # to within a pixel or two
        if surface == "one color":
            continue
        painted = (plain != other).any(axis=2)
        rows, columns = np.nonzero(painted)
        assert x1 <= columns.min() and columns.max() < x2
        assert y1 <= rows.min() and rows.max() < y2
        expected = 0.5 * np.pi / 4 * (x2 - x1) * (y2 - y1)
        assert 0.4 * expected < painted.sum() < 1.6 * expected


def test_an_object_of_one_color_stands_alone_in_its_box():
    found = [
        iou(truth, regions.first_regions(photograph)[1].box).max()
        for photograph, truth in (regions.scene(seed) for seed in range(20))
    ]
    assert np.median(found) > 0.8


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 9, 3), (9, 1, 3), (5, 5, 3)])
def test_tiny_and_uniform_photographs_work(shape):
    image = np.full(shape, 7, np.uint8)
    expected = [[0, 0, shape[1], shape[0]]]
    assert regions.selective_search(image).tolist() == expected


# --- Errors ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: regions.smooth([[np.nan]]), ValueError, "finite"),
        (lambda: regions.smooth([["a"]]), TypeError, "real numbers"),
        (lambda: regions.smooth([1.0, 2.0]), ValueError, "shape"),
        (lambda: regions.smooth(np.zeros((0, 3))), ValueError, "shape"),
        (lambda: regions.smooth(np.zeros((3, 3)), -1), ValueError, "sigma"),
        (lambda: cut(np.eye(3), k=-1), ValueError, "k must"),
        (lambda: cut(np.eye(3), k=np.nan), ValueError, "k must"),
        (lambda: cut(np.eye(3), min_size=-1), ValueError, "min_size"),
        (lambda: regions.convert(np.zeros((3, 3, 3)), "hsv"), TypeError, "uint8"),
        (lambda: regions.convert(np.eye(3, dtype="u1"), "hsv"), ValueError, "shape"),
        (
            lambda: regions.convert(np.zeros((3, 3, 3), "u1"), "luv"),
            ValueError,
            "space",
        ),
        (lambda: regions.scene(0, "spots"), ValueError, "surface"),
        (lambda: regions.scene(0, share=0.9), ValueError, "share"),
        (
            lambda: regions.selective_search(np.zeros((3, 3, 3), "u1"), "slow"),
            ValueError,
            "mode",
        ),
        (lambda: regions.drawn_boxes("camera"), ValueError, "'astronaut', 'coffee'"),
    ],
)
def test_what_cannot_be_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_grouping_refuses_unknown_rules_and_loose_regions():
    _, _, found, pairs = small_case(0)
    with pytest.raises(ValueError, match="rules"):
        regions.group(found, pairs, "X")
    with pytest.raises(ValueError, match="rules"):
        regions.group(found, pairs, "")
    with pytest.raises(ValueError, match="unconnected"):
        regions.group(found, pairs[:1])
