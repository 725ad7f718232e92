"""Exercises of the chapter *What a convolution assumes*.

Chapter: book/architectures/cnn-principles.ipynb.
"""

import numpy as np

from evidence.exercises import asked, choice, function, number, vector


def _by_weights(x, g, k, S):
    return np.array([g @ x[a : a + S * len(g) : S] for a in range(k)])


def _without_stride(x, g, k, S):
    return np.array([g @ x[a : a + len(g)] for a in range(k)])


def _flipped(x, g, k, S):
    return _by_weights(x, g, k, S)[::-1]


def _mean(x, g, k, S):
    return _by_weights(x, g, k, S) / len(g)


def _without_outputs(x, g, k, S):
    return _by_weights(x, np.ones_like(g), k, S)


_RNG = np.random.default_rng(3)
_CASES = [
    (_RNG.normal(size=9), _RNG.normal(size=4), 3, 2),
    (_RNG.normal(size=11), _RNG.normal(size=3), 4, 3),
    (_RNG.normal(size=7), _RNG.normal(size=5), 3, 1),
]

EXERCISES = {
    "counts": asked(
        "A layer takes pictures of 10 × 10 pixels and 3 channels to 16 channels, with "
        "kernels of 3 × 3, stride 1, no padding and no biases. How many weights has it "
        "with shared kernels, how many with a kernel of its own for each place, and "
        "how many multiply-adds does the shared one take for a picture? Three numbers.",
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
                [1, 1, 11, 10, 110, 100, 100],
                "that is a sum's; a maximum hands it to the winner alone",
            ),
        ],
        confirm="5 wins twice.",
    ),
    "by-weights": function(
        _by_weights,
        cases=_CASES,
        mistakes=[
            (
                _without_stride,
                "place i reads from cell S·i on, not from cell i",
            ),
            (
                _flipped,
                "w_a stands before x at S·i + a: nothing is flipped here",
            ),
            (
                _mean,
                "the derivative is the sum over places, not their mean",
            ),
            (
                _without_outputs,
                "each place counts with the derivative by its output, g",
            ),
        ],
        confirm="A sum over places, each with its own part of x.",
    ),
    "added": asked(
        "Whether a picture stands on its head is read by a probe from a trained "
        "network's last map in 0.93 of cases, from the pixels in 0.60, and from the "
        "last map of the same network with its initial weights in 0.91. By how much "
        "has training raised what can be read there?",
        number(
            0.02,
            tolerance=0.001,
            mistakes={
                0.33: "that is against the pixels; the untrained layers do most of it",
                0.31: "that is what untrained layers add",
                0.93: "with initial weights it is 0.91 already",
                -0.02: "the other way round",
                2: "as a share it is 0.02",
            },
            confirm="0.93 − 0.91. The untrained network is the control.",
        ),
    ),
}
