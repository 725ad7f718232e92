"""Exercises of the chapter *Selective Search*.

The chapter is book/detection-geometry/selective-search.ipynb.
"""

from evidence.exercises import choice, function, number, vector


def _hull_area(box_i, box_j):
    width = max(box_i[2], box_j[2]) - min(box_i[0], box_j[0])
    height = max(box_i[3], box_j[3]) - min(box_i[1], box_j[1])
    return width * height


def _fill(size_i, box_i, size_j, box_j, area):
    return 1 - (_hull_area(box_i, box_j) - size_i - size_j) / area


def _box_area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def _of_boxes(size_i, box_i, size_j, box_j, area):
    return _fill(_box_area(box_i), box_i, _box_area(box_j), box_j, area)


def _of_hull(size_i, box_i, size_j, box_j, area):
    return (size_i + size_j) / _hull_area(box_i, box_j)


def _gap(size_i, box_i, size_j, box_j, area):
    return 1 - _fill(size_i, box_i, size_j, box_j, area)


def _with_one(size_i, box_i, size_j, box_j, area):
    wider = [[b[0], b[1], b[2] + 1, b[3] + 1] for b in (box_i, box_j)]
    return _fill(size_i, wider[0], size_j, wider[1], area)


EXERCISES = {
    "count-them": vector(
        [90, 210],
        tolerance=0,
        mistakes=[
            (
                [90, 150],
                "the regions that were merged count too: each merge adds one",
            ),
            (
                [90, 299],
                "299 is how many there are at the end, after 149 merges",
            ),
            (
                [30, 210],
                "a merge takes away one region, not two: two go, one comes",
            ),
            (
                [210, 90],
                "swapped: each merge makes one region fewer in the image",
            ),
        ],
        confirm="Each merge takes one away from the image and adds one to the list.",
    ),
    "size-term": number(
        0.96,
        mistakes={
            0.04: "that is the share they cover; small pairs should score high",
            0.985: "that is for the first region alone; both sizes count",
            0.975: "that is for the second region alone; both sizes count",
        },
    ),
    "merge-two-histograms": vector(
        [0.125, 0.5, 0.375],
        mistakes=[
            (
                [0.25, 0.5, 0.25],
                "the second region is larger: weigh by size",
            ),
            (
                [0.375, 0.5, 0.125],
                "you weighed each region by the other one's size",
            ),
            ([50, 200, 150], "those are counts; divide by the 400 pixels"),
            ([0, 0.5, 0], "that is the intersection; merging adds pixels"),
        ],
    ),
    "how-deep": number(
        4,
        tolerance=0,
        mistakes={
            15: "that is the number of merges, and the depth of a chain",
            8: "that is how many merges the first level has",
            16: "that is the number of regions; each level halves it",
            5: "count merges above a leaf, not nodes",
        },
        confirm="Each level halves the number of regions.",
    ),
    "write-the-fill-similarity": function(
        _fill,
        cases=[
            (200, [0, 0, 20, 10], 200, [0, 10, 20, 20], 10_000),
            (200, [0, 0, 20, 10], 200, [20, 0, 30, 20], 10_000),
            (150, [5, 5, 25, 15], 30, [20, 12, 40, 20], 1200),
            (90, [30, 20, 45, 30], 60, [5, 2, 20, 12], 2000),
            (300, [0, 0, 40, 30], 20, [10, 10, 15, 14], 2000),
        ],
        mistakes=[
            (
                _of_boxes,
                "the sizes are those of the regions, not of their boxes",
            ),
            (
                _of_hull,
                "the gap is divided by the image, not by the common box",
            ),
            (_gap, "that is the empty share; subtract it from 1"),
            (_with_one, "you add 1 to the widths; ends are exclusive here"),
        ],
    ),
    "read-the-line": choice(
        "b",
        options={
            "a": "nothing is lost to the range: 0 to 1 lies inside 0 to 255",
            "b": "The bins are about 10 wide, so every pixel falls into the first one.",
            "c": "NumPy raises no error; values inside the range are counted",
            "d": "bins of equal histograms are compared, and all are equal here",
        },
    ),
}
