"""Exercises of the chapter *Why depth?*.

Chapter: book/experiments/depth-benefits.ipynb.
"""

from evidence.exercises import asked, choice, number, vector

EXERCISES = {
    "most-pieces": asked(
        "A network has one input, two hidden ReLU layers of three units each and one "
        "linear output. How many straight pieces can its output have at most?",
        number(
            16,
            tolerance=0,
            mistakes={
                4: "that is after the first layer; the second bends these pieces again",
                7: "that is one bend a unit; a unit of the second layer can bend on "
                "every piece of the first's output",
                8: "that is three folds by two; a layer of three units can make four "
                "pieces of one",
                9: "a layer of three units makes four pieces of one, not three",
                12: "the bends of the second layer come on top of four pieces: 4 + 12",
                13: "the first layer's three bends stay, too: 3 + 12 bends",
                15: "those are the bends; there is one piece more",
                64: "that is three layers",
            },
            confirm="Four pieces, and on each of them three more bends: 4 + 4 · 3, or "
            "(3 + 1) to the power 2.",
        ),
    ),
    "shared-layer": asked(
        "A network has one input, 12 hidden units, then one layer of 12 to 12 units "
        "that is applied four times with the same weights, then two outputs. Every "
        "layer has biases. How many parameters has it?",
        number(
            206,
            tolerance=0,
            mistakes={
                674: "a shared layer has its parameters once, however often it is used",
                180: "each layer has biases, too: 12, 12 and 2",
                152: "that is with ten units",
                194: "twelve biases are missing",
                518: "applied four times, it is still one layer",
                362: "applied four times, it is still one layer",
            },
            confirm="24 + 156 + 26, whether it is applied once or a hundred times.",
        ),
    ),
    "folding-layer": vector(
        [2, -4, 2, -4, 0, -0.5],
        tolerance=1e-6,
        mistakes=[
            (
                [2, -4, 0, -0.5, 2, -4],
                "right numbers; the four weights first, then the two biases",
            ),
            (
                [2, 2, -4, -4, 0, -0.5],
                "row by row: a row holds the weights of one unit, of h₁ and h₂",
            ),
            (
                [2, -4, 2, -4, 0, 0],
                "the second unit is to put out t(u) - ½",
            ),
            (
                [2, -4, 2, -4, -0.5, 0],
                "the biases are exchanged",
            ),
            (
                [2, -4, 2, -4, 0, 0.5],
                "t(u) - ½, not t(u) + ½",
            ),
            (
                [2, -2, 2, -2, 0, -0.5],
                "from the bend on the slope has to change from 2 to -2: by 4",
            ),
            (
                [2, -4, 2, -4.5, 0, 0],
                "the ½ is a bias, whatever h₂ is",
            ),
            (
                [2, 0, 0, -4, 0, -0.5],
                "both units need the whole tent, 2h₁ - 4h₂",
            ),
        ],
        confirm="Both rows are the tent, and the second bias moves a bend to ½.",
    ),
    "what-proves": choice(
        "b",
        options={
            "a": "that is about what training finds; it leaves open what exists",
            "b": "One such set of weights is enough, however it was found.",
            "c": "that is another network, which can express more",
            "d": "more runs make sure of what training finds, not of what exists",
        },
    ),
}
