"""What is no number of the right kind is refused by name, at every door."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.methods.detection import selective_search as regions
from evidence.methods.detection.anchors import (
    anchors,
    match_anchors,
    receptive_field,
)
from evidence.methods.detection.box_coding import (
    decode_boxes,
    encode_boxes,
    to_centers,
    to_corners,
)
from evidence.methods.detection.boxes import (
    average_precision,
    batched_nms,
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
from evidence.methods.detection.roi import (
    axis_weights,
    bilinear,
    neighbors,
    pool_bins,
    pool_cells,
    roi_align,
    roi_align_matrices,
    roi_pool,
    sample_positions,
)

BOXES = np.array([[0.0, 0, 8, 8], [4, 0, 12, 8], [50, 50, 60, 60]])
SCORES, HITS = np.array([0.9, 0.8, 0.7]), np.array([True, False, False])
MAP, X = np.arange(48.0).reshape(3, 4, 4), np.array([[0.5, 1.5]])
LABELS = np.array([[0, 1], [0, 2]])
COLOR, TEXTURE = np.zeros((3, 4), int), np.zeros((24, 4), int)
PHOTOGRAPH = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
FOUND = regions.describe(LABELS, COLOR, TEXTURE)
PAIRS = regions.adjacent_pairs(LABELS)
EDGES = regions.grid_edges(regions.smooth(np.eye(4)))

GOOD = {  # every public function: how it is called, by the names of its parameters
    iou: {"a": BOXES, "b": BOXES},
    generalized_iou: {"a": BOXES, "b": BOXES},
    distance_iou: {"a": BOXES, "b": BOXES},
    nms: {"boxes": BOXES, "scores": SCORES, "threshold": 0.5},
    greedy_nms: {"boxes": BOXES, "scores": SCORES, "threshold": 0.5},
    batched_nms: {
        "boxes": BOXES,
        "scores": SCORES,
        "classes": np.array([0, 0, 1]),
        "threshold": 0.5,
    },
    soft_nms: {"boxes": BOXES, "scores": SCORES, "min_score": 0.1},
    settle: {"overlaps": np.zeros((2, 2), bool)},
    match: {"boxes": BOXES, "scores": SCORES, "truths": BOXES, "threshold": 0.5},
    precision_recall: {"hits": HITS, "scores": SCORES, "num_truths": 2},
    average_precision: {
        "hits": HITS,
        "scores": SCORES,
        "num_truths": 2,
        "interpolate": True,
    },
    to_centers: {"boxes": BOXES},
    to_corners: {"windows": BOXES},
    encode_boxes: {"proposals": BOXES, "truths": BOXES},
    decode_boxes: {"proposals": BOXES, "t": 0 * BOXES, "largest_log": 4.0},
    anchors: {
        "height": 2,
        "width": 3,
        "stride": 16,
        "scales": np.array([1.0, 2]),
        "ratios": np.array([1.0]),
    },
    match_anchors: {
        "boxes": BOXES,
        "truths": BOXES,
        "positive": 0.7,
        "negative": 0.3,
    },
    bilinear: {"feature": MAP, "x": X, "y": X},
    neighbors: {"index": X, "size": 4},
    axis_weights: {"x": X, "size": 4, "bins": 1},
    sample_positions: {"boxes": BOXES, "stride": 16, "bins": 2, "aligned": True},
    pool_cells: {"boxes": BOXES, "stride": 16},
    pool_bins: {"start": 0, "stop": 4, "bins": 2},
    roi_pool: {"feature": MAP, "boxes": BOXES, "stride": 16, "bins": 2},
    **dict.fromkeys(
        (roi_align, roi_align_matrices),
        {
            "feature": MAP,
            "boxes": BOXES,
            "stride": 16,
            "bins": 2,
            "samples": 2,
            "aligned": True,
        },
    ),
    regions.smooth: {"image": MAP, "sigma": 0.8},
    regions.grid_edges: {"planes": MAP},
    regions.segment: {"edges": EDGES, "shape": (4, 4), "k": 200, "min_size": 1},
    regions.color_bins: {"planes": MAP},
    regions.texture_bins: {"planes": MAP},
    regions.describe: {"labels": LABELS, "color": COLOR, "texture": TEXTURE},
    regions.adjacent_pairs: {"labels": LABELS},
    regions.similarities: {"regions": FOUND, "i": 0, "j": 1, "area": 4},
    regions.group: {"regions": FOUND, "pairs": PAIRS, "rules": "CTSF"},
    regions.convert: {"photograph": PHOTOGRAPH, "space": "hsv"},
    regions.first_regions: {
        "photograph": PHOTOGRAPH,
        "space": "hsv",
        "k": 100,
        "min_size": 1,
    },
    regions.scene: {"seed": 0, "surface": "one color", "share": 0.4},
    regions.rank: {"boxes_of_groupings": [BOXES], "seed": 0},
    **dict.fromkeys(
        (regions.groupings, regions.selective_search),
        {"photograph": PHOTOGRAPH, "mode": "single", "sigma": 0.8, "min_size": 1},
    ),
    regions.drawn_boxes: {"photograph": "coins"},
}
LEFT_OUT = [(f, "min_size") for f in (regions.groupings, regions.selective_search)]
PLACES = [(function, name) for function, given_ in GOOD.items() for name in given_]
ARRAYS, SCALARS, FLAGS, TEXTS = (
    [place for place in PLACES if isinstance(GOOD[place[0]][place[1]], kind)]
    for kind in (np.ndarray, (int, float), bool, str)
)
SCALARS = [place for place in SCALARS if place not in FLAGS]
OTHER_KINDS = {
    "masked": lambda x: np.ma.masked_array(x, np.arange(x.size).reshape(x.shape) == 0),
    "complex": lambda x: x.astype(complex),
    "text": lambda x: x.astype(str),
    "objects": lambda x: np.full(x.shape, object()),
    "torch's complex": lambda x: torch.from_numpy(x).cfloat(),
    "ragged": lambda x: [x, [x]],
    "nothing": lambda x: None,
}
no_numbers = st.one_of(
    st.text(),
    st.none(),
    st.just(np.nan),
    st.complex_numbers(),
    st.lists(st.integers(), max_size=2),
    st.builds(object),
)


def names(places):
    return [f"{function.__name__}-{name}" for function, name in places]


def refuses(place, value, errors=(TypeError, ValueError)):
    """Check that a function refuses a value by the name of its parameter."""
    function, name = place
    with pytest.raises(errors, match=rf"^{name}\b"):
        function(**{**GOOD[function], name: value})


@pytest.mark.parametrize("function", GOOD, ids=lambda function: function.__name__)
def test_what_is_right_is_let_in(function):
    function(**GOOD[function])


@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize("place", ARRAYS, ids=names(ARRAYS))
def test_arrays_of_another_kind_are_refused(place, kind):
    function, name = place
    refuses(place, OTHER_KINDS[kind](GOOD[function][name]), TypeError)


@pytest.mark.parametrize("place", SCALARS + FLAGS, ids=names(SCALARS + FLAGS))
@settings(max_examples=20)
@given(value=no_numbers)
def test_what_is_no_number_is_refused(place, value):
    if value is not None or place not in LEFT_OUT:
        refuses(place, value)


@pytest.mark.parametrize("place", SCALARS, ids=names(SCALARS))
def test_whole_numbers_are_no_fractions_and_none_is_a_bool(place):
    function, name = place
    refuses(place, True, TypeError)
    if isinstance(GOOD[function][name], int) and name not in ("stride", "k"):
        refuses(place, float(GOOD[function][name]), TypeError)


@pytest.mark.parametrize("value", [0, 1, 2, 1.0, "yes", None])
@pytest.mark.parametrize("place", FLAGS, ids=names(FLAGS))
def test_flags_are_true_or_false(place, value):
    refuses(place, value, TypeError)


@pytest.mark.parametrize("value", ["?", "", None, 1, ["single"]])
@pytest.mark.parametrize("place", TEXTS, ids=names(TEXTS))
def test_unknown_names_are_refused(place, value):
    refuses(place, value, ValueError)


@settings(max_examples=40)
@given(layer=no_numbers, place=st.integers(0, 2))
def test_layers_are_three_whole_numbers(layer, place):
    numbers = [3, 1, 1]
    numbers[place] = layer
    for layers in ([numbers], [layer]):
        with pytest.raises((TypeError, ValueError), match=r"layers\[0\]"):
            receptive_field(layers)
