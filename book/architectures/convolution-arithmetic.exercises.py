"""Exercises of *Convolution arithmetic*.

Chapter: book/architectures/convolution-arithmetic.ipynb.
"""

from evidence.exercises import asked, bug, number, vector

EXERCISES = {
    "sizes": asked(
        "A map is 32 wide. Then come: kernel 5, padding 2; pooling, kernel 3, stride "
        "2, no padding; kernel 3, stride 2, padding 1; kernel 3, dilation 2, no "
        "padding. Where nothing is said, the stride is 1, and sizes are rounded down. "
        "How wide is the map after each layer? Four numbers.",
        vector(
            [32, 15, 8, 4],
            tolerance=0,
            mistakes=[
                (
                    [32, 16, 8, 4],
                    "29/2 is rounded down: a window has to fit",
                ),
                (
                    [32, 15, 8, 6],
                    "with dilation 2 a kernel of 3 spans 5 cells",
                ),
                (
                    [32, 16, 8, 6],
                    "round down, and a dilated kernel of 3 spans 5",
                ),
                (
                    [32, 16, 9, 5],
                    "round down: a window has to fit as a whole",
                ),
                (
                    [32, 16, 9, 7],
                    "round down, and a dilated kernel of 3 spans 5",
                ),
                (
                    [32, 15, 8, 3],
                    "a dilated kernel of 3 spans 5 cells, not 6",
                ),
                (
                    [28, 13, 7, 3],
                    "the first layer has padding 2, at both ends",
                ),
                ([30, 14, 7, 3], "padding stands at both ends"),
                (
                    [32, 15, 7, 3],
                    "the third layer has padding 1, at both ends",
                ),
                (
                    [32, 15, 8, 2],
                    "a dilated kernel of 3 spans 5 cells, not 7",
                ),
                ([32, 15, 8, 8], "the last layer has no padding"),
            ],
            confirm="The pooling leaves the last cell of 32 unread.",
        ),
    ),
    "grouped": asked(
        "A convolution takes 12 channels to 24, with kernels of 3 × 3, in 4 groups, "
        "with biases; its output has 10 × 10 places. How many parameters has it, and "
        "how many multiply-adds (biases not counted) does it take? Two numbers.",
        vector(
            [672, 64800],
            tolerance=0,
            mistakes=[
                (
                    [2616, 259200],
                    "each output channel reads only 12/4 = 3 channels",
                ),
                (
                    [648, 64800],
                    "those are the weights; the 24 biases are missing",
                ),
                (
                    [672, 67200],
                    "a bias is an addition, and no multiply-add",
                ),
                ([672, 129600], "those are operations: two a multiply-add"),
                (
                    [648, 129600],
                    "count the biases, and two operations as one",
                ),
                (
                    [186, 16200],
                    "each of the 24 outputs reads 3 channels: divide once",
                ),
                (
                    [649, 64800],
                    "there is a bias for each of 24 output channels",
                ),
                (
                    [660, 64800],
                    "there is a bias for each output channel, not input",
                ),
                (
                    [652, 64800],
                    "there is a bias for each output channel, not group",
                ),
            ],
            confirm="24 · 3 · 9 = 648 weights, each used at 100 places, and 24 biases.",
        ),
    ),
    "field": number(
        13,
        tolerance=0,
        mistakes={
            7: "dilation and the stride before it make the last layer's steps longer",
            9: "the last layer's steps are dilation times the stride before it, 4",
            12: "begin with the one cell that an output stands on",
            15: "a layer's own stride makes only later layers' steps longer",
            169: "that is the square; how wide is it?",
        },
        confirm="1 + 2 + 2 + 2 · 2 · 2: the last layer steps by 4 cells.",
    ),
    "paint": bug(
        """
        def paint(x, w, S, P):
            size = (len(x) - 1) * S + len(w) - 2 * P
            out = np.zeros(size)
            for j, i in np.ndindex(size, len(x)):
                tap = j - P - i * S
                if 0 <= tap < len(w):
                    out[j] += x[i] * w[tap]
            return out
        """,
        at=5,
        why_not={
            2: "(3 - 1)·2 + 3 - 2 = 5, and by hand it is five numbers",
            4: "each output, and what each input adds to it",
            6: "the kernel has weights 0 to len(w) - 1, and no others",
            7: "what overlaps is added",
        },
        confirm="The padding cuts off the first P cells: tap = j + P - i·S. By hand it "
        "is 1, 1.5, 2, 2.5, 3, linear interpolation: uneven overlap, and no stripes.",
    ),
}
