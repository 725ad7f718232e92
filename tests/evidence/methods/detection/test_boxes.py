"""Boxes against pixel counts, OpenCV, onnxruntime, scikit-learn and the definitions."""

import re

import cv2
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evidence.methods.detection import boxes as bx
from evidence.methods.detection.boxes import (
    average_precision,
    batched_nms,
    check_boxes,
    distance_iou,
    generalized_iou,
    greedy_nms,
    iou,
    match,
    nms,
    precision_recall,
    settle,
    soft_nms,
)

quick = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 10**6)
DYADIC = [0.25, 0.5, 0.75]
OVERLAPS = [iou, generalized_iou, distance_iou]


def random_boxes(seed, n, *, size=40, whole=False, smallest=0):
    rng = np.random.default_rng([seed, n])
    corner = rng.uniform(0, size, (n, 2))
    found = np.hstack([corner, corner + rng.uniform(smallest, size / 2, (n, 2))])
    return np.floor(found) if whole else found


def scored_boxes(seed, n, *, tied=False, whole=True, smallest=1):
    """Return boxes, some twice, and scores, of which many are equal if tied."""
    rng = np.random.default_rng([seed, n, 1])
    boxes = random_boxes(seed, n, whole=whole, smallest=smallest)
    boxes = boxes[rng.integers(max(n, 1), size=n)] if n else boxes
    scores = rng.integers(1, 4, n) / 4 if tied else rng.permutation(n) / max(n, 1) + 0.5
    return boxes, scores


cases = st.builds(
    scored_boxes,
    seed=seeds,
    n=st.integers(0, 200),
    tied=st.booleans(),
    whole=st.booleans(),
    smallest=st.sampled_from([0, 1]),
)
thresholds = st.sampled_from([0.0, 0.1, 0.2, 0.25, 1 / 3, 0.5, 0.7, 1.0])


# --- The door -------------------------------------------------------------------------

GOOD = [0.0, 0.0, 2.0, 3.0]
BAD_ROWS = {
    "swapped x": ([5, 0, 2, 3], "x1 is greater than x2"),
    "swapped y": ([0, 5, 2, 3], "y1 is greater than y2"),
    "nan": ([0, 0, float("nan"), 3], "finite"),
    "infinite": ([0, 0, float("inf"), 3], "finite"),
    "huge": ([-1e200, 0, 1e200, 3], "no finite area"),
    "tiny": ([0, 0, 1e-162, 3], "areas that vanish"),
}


@pytest.mark.parametrize("bad, words", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_named(bad, words):
    with pytest.raises(ValueError, match=rf"boxes\[2\] = .*{words}"):
        check_boxes([GOOD, GOOD, bad, bad])


@pytest.mark.parametrize("wrong", [GOOD, [[1, 2, 3]], [[GOOD]], 3.0, np.zeros((4, 2))])
def test_a_wrong_shape_is_named(wrong):
    with pytest.raises(ValueError, match=r"boxes must have the shape \(N, 4\), not"):
        check_boxes(wrong)


def test_a_single_box_is_told_how_to_become_a_list():
    with pytest.raises(ValueError, match=r"one box is boxes\[None\]"):
        check_boxes(GOOD)


def test_rows_of_different_length_are_refused():
    with pytest.raises(TypeError, match="boxes must be an array"):
        check_boxes([GOOD, [1, 2]])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([["0", "0", "1", "1"]], "text"),
        (np.zeros((1, 4), bool), "True and False"),
        (np.zeros((1, 4), complex), "complex numbers"),
    ],
)
def test_a_wrong_kind_is_named(wrong, words):
    with pytest.raises(TypeError, match=f"boxes must be real numbers, not {words}"):
        check_boxes(wrong)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8])
def test_numbers_of_any_kind_become_doubles(dtype):
    checked = check_boxes(np.array([GOOD], dtype))
    assert checked.dtype == np.float64
    np.testing.assert_array_equal(checked, [GOOD])


def test_unsigned_coordinates_do_not_wrap_around():
    a = np.array([[10, 10, 20, 20]], np.uint8)
    b = np.array([[200, 200, 210, 210]], np.uint8)
    assert iou(a, b) == 0


def test_no_boxes_are_boxes():
    assert check_boxes([]).shape == (0, 4)
    assert iou([], [GOOD]).shape == (0, 1)
    assert iou([GOOD], np.zeros((0, 4))).shape == (1, 0)
    assert nms([], []).shape == greedy_nms([], []).shape == (0,)
    assert batched_nms([], [], []).shape == (0,)
    assert nms([], []).dtype.kind == "i"
    assert [x.shape for x in soft_nms([], [])] == [(0,), (0,)]
    assert match([], [], [GOOD]).shape == (0,)


@pytest.mark.parametrize("function", OVERLAPS)
def test_every_overlap_checks_both_sides(function):
    with pytest.raises(ValueError, match=r"a\[0\]"):
        function([[5, 0, 2, 3]], [GOOD])
    with pytest.raises(ValueError, match=r"b\[1\]"):
        function([GOOD], [GOOD, [5, 0, 2, 3]])


def suppressors():
    return {
        "nms": nms,
        "greedy": greedy_nms,
        "soft": soft_nms,
        "batched": lambda boxes, scores: batched_nms(boxes, scores, [0] * len(boxes)),
        "match": lambda boxes, scores: match(boxes, scores, [GOOD]),
    }


@pytest.mark.parametrize("function", suppressors().values(), ids=suppressors())
def test_suppression_checks_boxes_and_scores(function):
    with pytest.raises(ValueError, match=r"boxes\[1\]"):
        function([GOOD, [5, 0, 2, 3]], [1, 2])
    with pytest.raises(ValueError, match=r"scores\[1\] is nan"):
        function([GOOD, GOOD], [1, float("nan")])
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        function([GOOD, GOOD], [1, 2, 3])
    with pytest.raises(TypeError, match="scores must be real"):
        function([GOOD], ["1"])


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_thresholds_out_of_range_are_refused(threshold):
    for function in (nms, greedy_nms):
        with pytest.raises(ValueError, match="threshold"):
            function([GOOD], [1], threshold)
    with pytest.raises(ValueError, match="threshold"):
        batched_nms([GOOD], [1], [0], threshold)
    with pytest.raises(ValueError, match="threshold"):
        match([GOOD], [1], [GOOD], threshold)


def test_classes_are_checked():
    with pytest.raises(ValueError, match="classes must have the shape"):
        batched_nms([GOOD, GOOD], [1, 2], [0])
    with pytest.raises(TypeError, match="whole numbers"):
        batched_nms([GOOD, GOOD], [1, 2], [0.5, 1.0])


def test_soft_suppression_refuses_what_would_not_fall():
    with pytest.raises(ValueError, match=r"scores\[1\]"):
        soft_nms([GOOD, GOOD], [1, -1])
    with pytest.raises(ValueError, match="min_score"):
        soft_nms([GOOD], [1], min_score=-1)
    with pytest.raises(ValueError, match="decay"):
        soft_nms([GOOD], [1], decay=lambda overlap: 2 + overlap)
    with pytest.raises(ValueError, match="decay"):
        soft_nms([GOOD], [1], decay=lambda overlap: 1.0)


# --- Overlap --------------------------------------------------------------------------


def pixels(box, size=64):
    covered = np.zeros((size, size), dtype=bool)
    x1, y1, x2, y2 = np.asarray(box, dtype=int)
    covered[y1:y2, x1:x2] = True
    return covered.ravel()


@quick
@given(seeds)
def test_iou_is_the_pixel_count(seed):
    a, b = random_boxes(seed, 6, whole=True), random_boxes(seed + 1, 5, whole=True)
    for i, j in np.ndindex(6, 5):
        p, q = pixels(a[i]), pixels(b[j])
        union = (p | q).sum()
        expected = (p & q).sum() / union if union else 0.0
        assert iou(a[[i]], b[[j]])[0, 0] == iou(a, b)[i, j] == expected
        if i == j == 0 and union:
            assert expected == pytest.approx(sklearn.metrics.jaccard_score(p, q))


@pytest.mark.parametrize("function", OVERLAPS)
@quick
@given(seed=seeds, scale=st.sampled_from([0.25, 1.0, 8.0]), shift=st.integers(-64, 64))
def test_overlaps_obey_the_symmetries(function, seed, scale, shift):
    a = random_boxes(seed, 7, whole=True, smallest=1)
    b = random_boxes(seed + 1, 9, whole=True, smallest=1)
    found = function(a, b)
    np.testing.assert_array_equal(found, function(b, a).T)
    moved = function(a * scale + shift, b * scale + shift)  # dyadic: exact
    np.testing.assert_array_equal(found, moved)
    flipped = [1, 0, 3, 2]
    np.testing.assert_allclose(
        found, function(a[:, flipped], b[:, flipped]), atol=1e-15
    )
    assert (found > -1).all() and (found <= 1).all()
    np.testing.assert_array_equal(np.diag(function(a, a)), 1)


@pytest.mark.parametrize("function", OVERLAPS)
@quick
@given(seed=seeds, exponent=st.integers(-1000, 480))
def test_overlaps_have_no_unit_or_the_size_is_named(function, seed, exponent):
    a = random_boxes(seed, 7, whole=True, smallest=1)
    b = random_boxes(seed + 1, 9, whole=True, smallest=1)
    try:
        scaled = function(np.ldexp(a, exponent), np.ldexp(b, exponent))  # exact
    except ValueError as error:
        assert exponent < -480
        assert re.match(r"[ab]\[\d+\] = .*: sides below 1e-150", str(error))
    else:
        np.testing.assert_array_equal(scaled, function(a, b))


@quick
@given(seed=seeds)
def test_iou_is_one_only_for_equal_boxes(seed):
    a = random_boxes(seed, 12, whole=True, smallest=1)
    different = (a[:, None] != a).any(axis=-1)
    assert (iou(a, a)[different] < 1).all()


@quick
@given(seed=seeds)
def test_one_minus_iou_obeys_the_triangle_inequality(seed):
    distance = 1 - iou(*[random_boxes(seed, 12, smallest=0.1)] * 2)
    detour = (distance[:, :, None] + distance[None]).min(axis=1)
    assert (distance <= detour + 1e-12).all()


@pytest.mark.parametrize(
    "a, b, expected",
    [
        ([0, 0, 10, 10], [5, 5, 15, 15], 25 / 175),
        ([0, 0, 10, 10], [10, 0, 20, 10], 0),  # touch along an edge
        ([0, 0, 10, 10], [10, 10, 20, 20], 0),  # touch in a corner
        ([0, 0, 10, 10], [2, 2, 7, 12], 40 / 110),
        ([3, 3, 3, 8], [3, 3, 3, 8], 0),  # no area
        ([3, 3, 3, 3], [0, 0, 9, 9], 0),
        ([0.0, 0.0, 0.1, 0.1], [0.2, 0.0, 0.3, 0.1], 0),
    ],
)
def test_iou_by_hand(a, b, expected):
    assert iou([a], [b])[0, 0] == pytest.approx(expected, abs=1e-15)


# Computed by hand; torchvision's test suite expects the same, to four decimals.
THREE = [[0, 0, 100, 100], [0, 0, 50, 50], [200, 200, 300, 300]]


def test_generalized_iou_by_hand():
    expected = [[1, 1 / 4, -7 / 9], [1 / 4, 1, -31 / 36], [-7 / 9, -31 / 36, 1]]
    np.testing.assert_allclose(generalized_iou(THREE, THREE), expected, atol=1e-15)


def test_distance_iou_by_hand():
    expected = [[1, 3 / 16, -4 / 9], [3 / 16, 1, -9 / 16], [-4 / 9, -9 / 16, 1]]
    np.testing.assert_allclose(distance_iou(THREE, THREE), expected, atol=1e-15)


@quick
@given(seed=seeds)
def test_generalized_iou_counts_the_pixels_of_the_hull(seed):
    a, b = random_boxes(seed, 2, whole=True, smallest=1)
    hull = np.concatenate([np.minimum(a, b)[:2], np.maximum(a, b)[2:]])
    p, q, h = pixels(a), pixels(b), pixels(hull)
    union = (p | q).sum()
    expected = (p & q).sum() / union - (h & ~p & ~q).sum() / h.sum()
    assert generalized_iou([a], [b])[0, 0] == pytest.approx(expected, abs=1e-14)


def test_boxes_without_area_give_no_nan():
    point, line = [3, 3, 3, 3], [3, 3, 3, 8]
    for function in OVERLAPS:
        assert np.isfinite(function([point, line, GOOD], [point, line, GOOD])).all()
    assert distance_iou([point], [point]) == generalized_iou([point], [point]) == 0
    other = [5, 6, 5, 6]
    assert distance_iou([point], [other]) == generalized_iou([point], [other]) == -1


# --- Suppression ----------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(cases, thresholds)
def test_suppression_is_its_definition(case, threshold):
    """Kept boxes are independent; every other one overlaps an earlier kept box."""
    boxes, scores = case
    kept = nms(boxes, scores, threshold)
    rank = np.empty(len(boxes), dtype=int)
    rank[sorted(range(len(boxes)), key=lambda i: (-scores[i], i))] = range(len(boxes))
    assert (np.diff(rank[kept]) > 0).all()
    overlaps = iou(boxes, boxes) > threshold
    among = overlaps[np.ix_(kept, kept)]
    np.fill_diagonal(among, False)
    assert not among.any()
    for i in set(range(len(boxes))) - set(kept.tolist()):
        assert any(overlaps[i, k] and rank[k] < rank[i] for k in kept)


@settings(max_examples=150, deadline=None)
@given(cases, thresholds)
def test_blocks_give_the_list_of_the_loop(case, threshold):
    np.testing.assert_array_equal(nms(*case, threshold), greedy_nms(*case, threshold))


@pytest.mark.parametrize("n", [63, 64, 65, 128, 1000])
def test_blocks_give_the_list_of_the_loop_at_the_seams(n):
    rng = np.random.default_rng(n)
    corner = rng.uniform(0, 150, (n, 2))
    boxes = np.hstack([corner, corner + rng.uniform(10, 40, (n, 2))])
    scores = rng.random(n)
    for threshold in (0.0, 0.3, 0.5, 0.9):
        np.testing.assert_array_equal(
            nms(boxes, scores, threshold), greedy_nms(boxes, scores, threshold)
        )


@quick
@given(cases, thresholds)
def test_suppressing_twice_changes_nothing(case, threshold):
    boxes, scores = case
    kept = nms(boxes, scores, threshold)
    again = nms(boxes[kept], scores[kept], threshold)
    np.testing.assert_array_equal(again, np.arange(len(kept)))


@quick
@given(seed=seeds, n=st.integers(1, 150), threshold=thresholds)
def test_the_order_of_the_list_does_not_matter_without_ties(seed, n, threshold):
    boxes, scores = scored_boxes(seed, n)
    shuffle = np.random.default_rng(seed).permutation(n)
    shuffled = nms(boxes[shuffle], scores[shuffle], threshold)
    np.testing.assert_array_equal(shuffle[shuffled], nms(boxes, scores, threshold))


def test_of_equal_scores_the_first_wins():
    boxes = [[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10]]
    assert nms(boxes, [0.5, 0.5, 0.5]).tolist() == [0, 2]


def test_an_overlap_equal_to_the_threshold_survives():
    """The second box is num/den of the first, for every such fraction."""
    for den in range(2, 60):
        for num in range(1, den):
            boxes, threshold = [[0, 0, den, 7], [0, 0, num, 7]], num / den
            for function in (nms, greedy_nms):
                assert function(boxes, [2, 1], threshold).tolist() == [0, 1]
                assert function(boxes, [2, 1], threshold - 1e-9).tolist() == [0]


def test_a_chain_keeps_both_its_ends():
    chain = [[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]]
    assert nms(chain, [3, 2, 1], 0.3).tolist() == [0, 2]


@quick
@given(seed=seeds, n=st.integers(0, 30), density=st.floats(0, 1))
def test_settle_obeys_the_rule(seed, n, density):
    overlaps = np.triu(np.random.default_rng(seed).random((n, n)) < density, k=1)
    expected = np.zeros(n, dtype=bool)
    for j in range(n):
        expected[j] = not (overlaps[:, j] & expected).any()
    np.testing.assert_array_equal(settle(overlaps), expected)


@quick
@given(seed=seeds, n=st.integers(1, 30), density=st.floats(0, 1))
def test_settle_names_the_diagonal_where_the_rule_has_no_answer(seed, n, density):
    rng = np.random.default_rng(seed)
    full = rng.random((n, n)) < density
    full[rng.integers(n), 0] = True  # on the diagonal or below it
    boxes = random_boxes(seed, n, smallest=1)
    for overlaps in (full, iou(boxes, boxes) > 0.5):
        with pytest.raises(ValueError, match="overlaps must be false on its diagonal"):
            settle(overlaps)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 2)])
def test_settle_takes_square_matrices(shape):
    with pytest.raises(ValueError, match=r"shape \(n, n\)"):
        settle(np.zeros(shape, bool))


def opencv(boxes, scores, threshold, classes=None):
    rects = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    return np.array(cv2.dnn.NMSBoxes(rects, scores, 0.0, threshold), int).ravel()


@pytest.mark.parametrize("tied", [False, True], ids=["distinct", "tied"])
@pytest.mark.parametrize("n", [1, 20, 60, 300])
def test_suppression_agrees_with_opencv(n, tied):
    for seed in range(50):
        boxes, scores = scored_boxes(seed, n, tied=tied)
        for threshold in DYADIC:
            kept = nms(boxes, scores, threshold)
            np.testing.assert_array_equal(kept, opencv(boxes, scores, threshold))


@pytest.mark.parametrize("smallest", [0, 1], ids=["some without area", "all with area"])
@pytest.mark.parametrize("tied", [False, True], ids=["distinct", "tied"])
def test_suppression_agrees_with_onnxruntime(tied, smallest, onnx_nms):
    for seed in range(50):
        boxes, scores = scored_boxes(seed, 60, tied=tied, smallest=smallest)
        for threshold in DYADIC:
            kept = nms(boxes, scores, threshold)
            theirs = onnx_nms(boxes, scores[None], threshold)[:, 2]
            np.testing.assert_array_equal(kept, theirs)


def test_batched_suppression_agrees_with_onnxruntime(onnx_nms):
    """onnxruntime scores each box in each class: ours are the boxes repeated."""
    for seed in range(30):
        boxes, _ = scored_boxes(seed, 40)
        scores = 0.5 + np.random.default_rng(seed).permutation(120).reshape(3, 40) / 240
        classes = np.repeat([0, 1, 2], 40)
        kept = batched_nms(np.tile(boxes, (3, 1)), scores.ravel(), classes, 0.5)
        theirs = {tuple(row) for row in onnx_nms(boxes, scores, 0.5)[:, 1:]}
        assert {(classes[k], k % 40) for k in kept} == theirs


@quick
@given(cases, thresholds, seeds)
def test_batched_suppression_is_the_union_of_the_classes(case, threshold, seed):
    boxes, scores = case
    classes = np.random.default_rng(seed).integers(-1, 3, len(boxes))
    kept = batched_nms(boxes, scores, classes, threshold)
    separate = [
        members[nms(boxes[members], scores[members], threshold)]
        for members in (np.flatnonzero(classes == c) for c in range(-1, 3))
    ]
    assert set(kept) == set(np.concatenate(separate))
    assert len(kept) == len(set(kept))
    ranks = list(zip(-scores[kept], kept, strict=True))
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    "method, decay",
    [
        (cv2.dnn.SOFT_NMSMETHOD_SOFTNMS_GAUSSIAN, bx.gaussian),
        (
            cv2.dnn.SOFT_NMSMETHOD_SOFTNMS_LINEAR,
            lambda overlap: np.where(overlap > 0.3, 1 - overlap, 1),
        ),
    ],
    ids=["gaussian", "linear"],
)
def test_soft_suppression_agrees_with_opencv(method, decay):
    for seed in range(60):
        boxes, _ = scored_boxes(seed, 40)
        scores = np.random.default_rng([seed, 4]).random(40)
        rects = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]]).astype(int)
        lowered, order = cv2.dnn.softNMSBoxes(
            rects.tolist(), scores.tolist(), 1e-3, 0.3, sigma=0.5, method=method
        )
        ours = soft_nms(boxes, scores, decay, min_score=1e-3)
        np.testing.assert_allclose(ours[1], np.ravel(lowered), atol=1e-6)
        np.testing.assert_array_equal(ours[0], np.ravel(order))


@quick
@given(cases, thresholds)
def test_a_step_makes_soft_suppression_hard(case, threshold):
    boxes, scores = case
    index, final = soft_nms(boxes, scores, lambda overlap: overlap <= threshold)
    np.testing.assert_array_equal(index, nms(boxes, scores, threshold))
    np.testing.assert_array_equal(final, scores[index])


@quick
@given(cases)
def test_soft_scores_fall_and_never_rise_above_the_first_ones(case):
    boxes, scores = case
    before = scores.copy()
    index, final = soft_nms(boxes, scores)
    assert (np.diff(final) <= 0).all()
    assert (final <= scores[index]).all()
    assert len(set(index.tolist())) == len(index)
    np.testing.assert_array_equal(scores, before)


# --- Detections -----------------------------------------------------------------------

TRUTHS = [[0, 0, 10, 10], [20, 0, 30, 10]]


def test_an_object_is_found_once_and_by_the_best_score():
    boxes = [[0, 0, 10, 9], [0, 0, 10, 10], [20, 0, 30, 10], [50, 0, 60, 10]]
    assert match(boxes, [0.9, 0.8, 0.7, 0.6], TRUTHS).tolist() == [0, -1, 1, -1]
    assert match(boxes, [0.8, 0.9, 0.7, 0.6], TRUTHS).tolist() == [-1, 0, 1, -1]


def test_an_overlap_equal_to_the_threshold_is_right():
    assert match([[0, 0, 10, 5]], [1], TRUTHS, 0.5).tolist() == [0]
    assert match([[0, 0, 10, 4]], [1], TRUTHS, 0.5).tolist() == [-1]


def test_a_detection_goes_to_the_object_it_overlaps_most_even_if_taken():
    truths = [[0, 0, 10, 10], [2, 0, 12, 10]]
    boxes = [[0, 0, 10, 10], [0, 0, 10, 10]]
    assert match(boxes, [2, 1], truths).tolist() == [0, -1]


def test_without_objects_nothing_is_right():
    assert match(TRUTHS, [1, 2], []).tolist() == [-1, -1]


def test_average_precision_by_hand():
    hits, scores = np.array([True, False, True]), np.array([0.9, 0.8, 0.7])
    precision, recall = precision_recall(hits, scores, 4)
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3])
    np.testing.assert_allclose(recall, [1 / 4, 1 / 4, 1 / 2])
    assert average_precision(hits, scores, 4) == pytest.approx(1 / 4 + 2 / 3 / 4)
    low, high = np.array([True, False, False, True]), np.array([4, 3, 2, 1])
    assert average_precision(low, high, 2) == pytest.approx((1 + 2 / 4) / 2)
    rising = np.array([False, True, True]), np.array([3, 2, 1]), 2
    assert average_precision(*rising) == pytest.approx(2 / 3)
    uncorrected = average_precision(*rising, interpolate=False)
    assert uncorrected == pytest.approx((1 / 2 + 2 / 3) / 2)


hit_lists = st.builds(
    lambda seed, n, tied: (
        np.random.default_rng([seed, 2]).random(n) < 0.4,
        np.random.default_rng([seed, 3]).integers(0, 5 if tied else 10**9, n) / 7,
    ),
    seed=seeds,
    n=st.integers(1, 40),
    tied=st.booleans(),
)


@quick
@given(hit_lists, st.integers(0, 9))
def test_average_precision_agrees_with_scikit_learn(case, missed):
    hits, scores = case
    assume(hits.any())
    theirs = sklearn.metrics.average_precision_score(hits, scores)
    share_found = hits.sum() / (hits.sum() + missed)
    ours = average_precision(hits, scores, hits.sum() + missed, interpolate=False)
    assert ours == pytest.approx(theirs * share_found, abs=1e-12)


@quick
@given(hit_lists, st.integers(1, 9))
def test_interpolated_precision_is_the_best_at_that_recall_or_more(case, missed):
    hits, scores = case
    num_truths = int(hits.sum()) + missed
    precision, recall = precision_recall(hits, scores, num_truths)
    expected = sum(
        max(precision[recall >= k / num_truths - 1e-12], default=0) / num_truths
        for k in range(1, num_truths + 1)
    )
    assert average_precision(hits, scores, num_truths) == pytest.approx(expected)
    shuffle = np.random.default_rng(len(hits)).permutation(len(hits))
    shuffled = average_precision(hits[shuffle], scores[shuffle], num_truths)
    assert shuffled == pytest.approx(expected)


def test_average_precision_of_nothing_is_zero():
    assert average_precision(np.zeros(0, bool), [], 3) == 0


def test_hits_are_checked():
    with pytest.raises(TypeError, match="booleans"):
        precision_recall([0, -1], [1, 2], 2)
    with pytest.raises(ValueError, match="2 hits"):
        precision_recall([True, True], [1, 2], 1)
    with pytest.raises(ValueError, match="num_truths must be .* at least 1, not 0"):
        precision_recall([False], [1], 0)
    with pytest.raises(ValueError, match=r"scores must have the shape \(1,\)"):
        precision_recall([True], [1, 2], 2)
    for hits in (True, [[True, False], [False, True]]):
        with pytest.raises(ValueError, match="hits must have the shape"):
            precision_recall(hits, [1, 2], 2)


@pytest.mark.parametrize("num_truths", [float("nan"), 2.5, "2", None])
def test_objects_are_counted_in_whole_numbers(num_truths):
    with pytest.raises(TypeError, match="num_truths must be a whole number"):
        precision_recall([True], [1], num_truths)


# --- Kinds of faults: types, units, order of columns, degenerate boxes ----------------

INTEGERS = [np.uint8, np.int16, np.uint16, np.int32, np.int64]


def scene(case):
    """Return whole coordinates below 256, scores, and other boxes as objects."""
    boxes, scores = case
    return np.floor(boxes), scores, np.floor(boxes[::3])


@quick
@given(cases, thresholds, st.sampled_from(INTEGERS))
def test_whole_numbers_of_any_type_say_what_doubles_say(case, threshold, dtype):
    boxes, scores, truths = scene(case)
    few, few_truths = boxes.astype(dtype), truths.astype(dtype)
    assert np.array_equal(iou(few, few_truths), iou(boxes, truths))
    kept = nms(boxes, scores, threshold)
    assert np.array_equal(nms(few, scores, threshold), kept)
    assert np.array_equal(greedy_nms(few, scores, threshold), kept)
    for given_, wanted in zip(
        soft_nms(few, scores), soft_nms(boxes, scores), strict=True
    ):
        assert np.array_equal(given_, wanted)
    found = match(boxes, scores, truths)
    assert np.array_equal(match(few, scores, few_truths), found)


@quick
@given(cases, thresholds, st.integers(-20, 20), st.booleans())
def test_suppression_and_matching_have_no_unit_and_no_first_axis(
    case, threshold, exponent, turned
):
    boxes, scores, truths = scene(case)
    columns = [1, 0, 3, 2] if turned else [0, 1, 2, 3]
    scale = 2.0**exponent
    moved, moved_truths = (scale * b[:, columns] for b in (boxes, truths))
    kept = nms(boxes, scores, threshold)
    assert np.array_equal(nms(moved, scores, threshold), kept)
    found = match(boxes, scores, truths)
    assert np.array_equal(match(moved, scores, moved_truths), found)


@quick
@given(cases, thresholds)
def test_boxes_without_area_neither_suppress_nor_go(case, threshold):
    boxes, scores = case
    flat = boxes.copy()
    flat[:, 2] = flat[:, 0]
    both, twice = np.vstack([boxes, flat]), np.tile(scores, 2)
    kept, n = nms(both, twice, threshold), len(boxes)
    assert np.array_equal(kept[kept < n], nms(boxes, scores, threshold))
    assert (kept >= n).sum() == n
    assert (match(flat, scores, boxes) < 0).all()


@quick
@given(cases, thresholds)
def test_strides_do_not_matter(case, threshold):
    boxes, scores = case
    backward = boxes[::-1, ::-1].copy()[::-1, ::-1], scores[::-1].copy()[::-1]
    assert np.array_equal(nms(*backward, threshold), nms(boxes, scores, threshold))
    assert np.array_equal(iou(backward[0], boxes), iou(boxes, boxes))


@quick
@given(cases)
def test_soft_suppression_is_the_loop(case):
    boxes, first = case
    scores, taken, final = first.copy(), [], []
    while len(scores) and scores.max() > 0.001:
        best = scores.argmax()
        taken.append(best)
        final.append(scores[best])
        scores = scores * np.exp(-(iou(boxes[[best]], boxes)[0] ** 2) / 0.5)
        scores[best] = 0
    indices, softened = soft_nms(boxes, first)
    assert indices.tolist() == taken
    assert np.allclose(softened, final, rtol=1e-12)
