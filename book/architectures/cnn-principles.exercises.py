"""Exercises of the chapter *What a convolution assumes*.

Chapter: book/architectures/cnn-principles.ipynb.
"""

from evidence.exercises import asked, choice, number, vector

EXERCISES = {
    "counts": asked(
        "A layer takes pictures of 10 × 10 pixels and 3 channels to 16 channels, with "
        "kernels of 3 × 3, stride 1, no padding and no biases. How many weights has it "
        "with shared kernels, how many with a kernel of its own for each place, and "
        "how many multiply-adds does the shared one take for a picture, as the formula "
        "says? Three numbers, without commas inside.",
        vector(
            [432, 27648, 27648],
            tolerance=0,
            mistakes=[
                (
                    [432, 27648, 432],
                    "each shared weight is used at all 64 places",
                ),
                (
                    [432, 43200, 43200],
                    "without padding there are 8 × 8 places, not 10 × 10",
                ),
                (
                    [144, 9216, 9216],
                    "each kernel has 9 weights for each of 3 channels",
                ),
                (
                    [27, 1728, 1728],
                    "there are 16 channels, each with its kernel",
                ),
                (
                    [432, 27648, 55296],
                    "those are operations, two for a multiply-add",
                ),
                (
                    [448, 27664, 27648],
                    "it has no biases",
                ),
                (
                    [432, 3456, 27648],
                    "there are 8 · 8 places, not 8",
                ),
            ],
            confirm="16 · 27 weights, at 64 places.",
        ),
    ),
    "sentences": choice(
        "a",
        options={
            "a": "Kernels, sharing and maxima stay; what a kernel sees are no longer "
            "neighbors. The words at each position are as before, for a dense network.",
            "b": "that takes from every network, dense ones too, where a word stood, "
            "so that their fall does not tell",
            "c": "that asks whether few weights are the reason; neighbors stay "
            "neighbors",
            "d": "that takes away sharing and keeps neighbors together",
        },
    ),
    "moves": asked(
        "A network has a 3 × 3 convolution of stride 1, a pooling with stride 2, a "
        "convolution of stride 2, and a maximum over all places. By how many pixels at "
        "least, more than 0, must a picture on a wide blank sheet move to the right, "
        "so that the answer must be the same?",
        number(
            4,
            tolerance=0,
            mistakes={
                2: "the second stride counts places of the pooled map, 2 pixels each",
                1: "only with strides of 1",
                3: "the kernel's size does not matter; strides do",
                5: "strides multiply: 1 · 2 · 2",
                8: "that is enough, but less will do",
                0: "more than 0 is asked",
            },
            confirm="1 · 2 · 2: then each map moves by whole places.",
        ),
    ),
    "overlap": vector(
        [0, 0, 1, 0, 110, 0, 0],
        tolerance=0,
        mistakes=[
            (
                [0, 0, 1, 0, 100, 0, 0],
                "the 5 wins in two windows: what comes from both is added",
            ),
            (
                [0, 0, 1, 0, 10, 100, 0],
                "the third window reads 5, 2, 2: the 5 wins again",
            ),
            (
                [0, 0, 1, 0, 10, 0, 0],
                "the 5 wins in the third window, too",
            ),
            (
                [0, 0, 4, 0, 550, 0, 0],
                "the derivative of a maximum by the winner is 1, not its value",
            ),
            (
                [0, 0, 11, 0, 100, 0, 0],
                "the second window reads 4, 1, 5: there the 5 wins",
            ),
            (
                [1, 0, 10, 0, 100, 0, 0],
                "those stand where windows begin, not at the cells that won",
            ),
            (
                [1, 10, 100, 0, 0, 0, 0],
                "those stand in the order of the windows, not at the cells that won",
            ),
            (
                [1, 1, 11, 10, 110, 100, 100],
                "that is a sum's; a maximum hands it to the winner alone",
            ),
        ],
        confirm="5 wins twice.",
    ),
    "added": choice(
        "b",
        options={
            "a": "that is what layers and training do together; random kernels bring "
            "a part of it",
            "b": "The map's size, the windows and the ReLUs are the same; the training "
            "differs.",
            "c": "that says what the probe reads by chance, from any map",
            "d": "that asks in what form it is there, not what put it there",
        },
    ),
}
