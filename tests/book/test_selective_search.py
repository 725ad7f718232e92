"""What the chapter on Selective Search takes for an answer: near misses are none."""

from evidence.exercises import check


def test_a_grouping_that_keeps_the_first_pairs_only_is_not_right():
    def sorted_once(sizes, pairs):
        return sorted(pairs, key=lambda pair: sizes[pair[0]] + sizes[pair[1]])

    def last_of_equals(sizes, pairs):
        size, near, merged = list(sizes), {tuple(p) for p in pairs}, []
        while near:
            i, j = max(near, key=lambda p: (-size[p[0]] - size[p[1]], p))
            size.append(size[i] + size[j])
            merged.append([i, j])
            new = [[len(size) - 1 if r in (i, j) else r for r in p] for p in near]
            near = {tuple(sorted(p)) for p in new if p[0] != p[1]}
        return merged

    for wrong in (sorted_once, last_of_equals):
        assert not check("selective-search/write-the-grouping", wrong).right
