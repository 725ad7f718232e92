"""Exercises of *Selective Search*.

Chapter: book/detection-geometry/selective-search.ipynb.
"""

from evidence.exercises import asked, choice, function, number, vector


def _merges(sizes, pairs, inherit=True, adding=True, neighbors=True):
    size, near = dict(enumerate(sizes)), {tuple(sorted(p)) for p in pairs}
    found = []
    while len(size) > 1 and near:
        waiting = near
        if not neighbors:
            waiting = {(i, j) for i in size for j in size if i < j}
        total = {p: size[p[0]] + size[p[1]] for p in waiting}
        i, j = min(waiting, key=lambda p: (total[p], p))
        new = len(sizes) + len(found)
        found.append([i, j])
        larger = max(size[i], size[j])
        size[new] = total[i, j] if adding else larger
        del size[i], size[j]
        renamed = {
            tuple(sorted(new if r in (i, j) else r for r in p))
            for p in near
        }
        if not inherit:
            renamed = {p for p in near if not {*p} & {i, j}}
        near = {p for p in renamed if p[0] != p[1]}
    return found


def _largest_first(sizes, pairs):
    return _merges([-size for size in sizes], pairs)


EXERCISES = {
    "by-chance": asked(
        "A box between two random corners has an IoU of 0.5 or more with a certain "
        "object with probability 0.002. How likely is it that at least one of 1,000 "
        "independent random boxes has?",
        number(
            1 - 0.998**1000,
            tolerance=0.0055,  # two figures, also after rounding on the way
            mistakes={
                2: "that is how many such boxes are expected; a probability is at "
                "most 1",
                1: "not every thousand boxes has one: all of them miss with "
                "probability 0.998 to the power of 1,000",
                0.998**1000: "that is how likely all of them miss",
                **dict.fromkeys(
                    [100 * (1 - 0.998**1000), 86, 86.5, 87],
                    "right; give it as a probability, not in percent",
                ),
                0.002: "that is for one box; there are a thousand tries",
                0.9: "nearly; give two figures",
            },
            confirm="Two such boxes are expected, and one thousand in seven or eight "
            "has none.",
        ),
    ),
    "regions-of-a-row": vector(
        [0, 0, 2, 2, 4, 4],
        tolerance=0,
        mistakes=[
            (
                [0, 0, 0, 0, 4, 4],
                "the edge of 8 meets the limits 2 + 12/2 = 8 and 1 + 12/2 = 7; the "
                "smaller one decides",
            ),
            (
                [0, 0, 0, 0, 0, 0],
                "the edge of 19 is above every limit here",
            ),
            (
                [0, 0, 2, 2, 4, 5],
                "pixels alone have the limit 0 + 12/1, which admits an edge of 5",
            ),
            (
                [0, 1, 2, 3, 4, 5],
                "pixels alone have the limit 0 + 12/1: light edges join them",
            ),
            (
                [0, 0, 1, 1, 2, 2],
                "right regions; name each by its first pixel",
            ),
            (
                [1, 1, 2, 2, 3, 3],
                "right regions; name each by its first pixel",
            ),
            ([1, 1, 3, 3, 5, 5], "right regions; begin to count at 0"),
            (
                [50, 50, 60, 60, 80, 80],
                "right regions; give the place of each first pixel, not its value",
            ),
        ],
        confirm="8 is above the limit 1 + 12/2 of the calmer region.",
    ),
    "four-similarities": vector(
        [0.7, 0.6, 1 / 3, 1],
        tolerance=0.005,
        mistakes=[
            (
                [0.3, 0.4, 1 / 3, 1],
                "those are the shares covered and empty; subtract them from 1",
            ),
            ([0.6, 0.7, 1 / 3, 1], "swapped: size first, then fill"),
            (
                [0.7, 60 / 140, 1 / 3, 1],
                "the gap is divided by the image, not by the common box",
            ),
            (
                [0.55, 0.75, 1 / 3, 1],
                "the sizes are those of the regions, not of their boxes",
            ),
            (
                [0.7, 0.525, 1 / 3, 1],
                "you add 1 to the widths; ends are exclusive here",
            ),
            (
                [0.7, 0.4, 1 / 3, 1],
                "the second is the empty share of the image; subtract it from 1",
            ),
            (
                [0.7, 0.3, 1 / 3, 1],
                "the common box is 14 by 10; you took the whole image",
            ),
            (
                [0.7, 0.6, 0, 1],
                "both have no green: that plane's histograms are the same",
            ),
            (
                [0.7, 0.6, 0, 0],
                "no plane but green agrees; and in one bin, all of them do",
            ),
            (
                [0.7, 0.6, 1, 3],
                "each histogram sums to 1 over all three planes",
            ),
            (
                [0.7, 0.6, 1, 1 / 3],
                "swapped: the right program first",
            ),
        ],
        confirm="The common box has 140 pixels, of which 80 belong to neither. One "
        "plane of three is shared; in one bin, all three are.",
    ),
    "second-merge": vector(
        [2, 3],
        tolerance=0,
        mistakes=[
            ([0, 1], "that is the first merge"),
            ([1, 2], "region 1 is gone: it is part of region 4"),
            (
                [2, 4],
                "region 4 has 4 + 3 = 7 pixels, and 5 + 7 is more than 5 + 6",
            ),
            ([5, 6], "give the numbers of the regions, not their sizes"),
        ],
        confirm="Their total of 11 is less than 12, that of regions 2 and 4.",
    ),
    "merge-two-histograms": asked(
        "A region of 100 pixels has the color histogram (0.5, 0.5, 0), its neighbor of "
        "300 pixels (0, 0.5, 0.5). What is the histogram of both together?",
        vector(
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
                (
                    [50, 200, 150],
                    "those are counts; divide by the 400 pixels",
                ),
                (
                    [0, 0.5, 0],
                    "that is the intersection; merging adds pixels",
                ),
            ],
        ),
    ),
    "write-the-grouping": function(
        _merges,
        cases=[
            ([5, 1, 2, 9], [(0, 1), (1, 2), (2, 3)]),
            ([4, 4, 4, 4], [(0, 1), (1, 2), (2, 3)]),
            ([3, 8, 1, 20, 6], [(0, 1), (1, 3), (0, 2), (2, 3), (3, 4)]),
            ([7, 2, 50, 3, 11], [(0, 2), (1, 2), (2, 3), (2, 4)]),
            (
                [9, 3, 5, 8, 2, 6],
                [(0, 1), (0, 3), (1, 2), (1, 4), (2, 5), (3, 4), (4, 5)],
            ),
        ],
        mistakes=[
            (
                lambda s, p: _merges(s, p, inherit=False),
                "the new region has neighbors: those of its two parts",
            ),
            (
                lambda s, p: _merges(s, p, adding=False),
                "the size of the new region is the sum of its parts",
            ),
            (
                lambda s, p: _merges(s, p, neighbors=False),
                "you merged regions that do not touch",
            ),
            (
                _largest_first,
                "you merged the largest pair; the smallest is the most similar",
            ),
        ],
    ),
    "the-control": asked(
        "A control is to merge neighbors at random. Each first region gets random "
        "counts of colors, and those whose histograms are most similar merge, again "
        "and again. One region swallows the others. Why is that no chance?\n"
        "a: larger regions have larger counts, so they are more similar\n"
        "b: merging averages histograms, and averages are more alike\n"
        "c: one generator draws all counts, so they depend on each other\n"
        "d: a large region has many neighbors, so it is drawn often",
        choice(
            "b",
            options={
                "a": "counts are divided by the region's size before they are compared",
                "b": "The noise of the bins averages out, so what has merged once "
                "is the most similar to all. Draw one of the pairs instead.",
                "c": "numbers that one generator draws one after the other are "
                "independent",
                "d": "nothing is drawn in its rounds: the most similar pair merges. "
                "And if pairs are drawn, which favors many neighbors too, the trees "
                "are no chains",
            },
        ),
    ),
}
