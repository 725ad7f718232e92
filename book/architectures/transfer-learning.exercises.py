"""Exercises of *Transfer learning and fine-tuning*.

Chapter: book/architectures/transfer-learning.ipynb.
"""

import numpy as np

from evidence.exercises import asked, bug, choice, function, number, vector


def _convolution(W, channels, height, width):
    places = np.reshape(W, (len(W), height, width, channels))
    return places.transpose(0, 3, 1, 2)


def _channels_first(W, channels, height, width):
    return np.reshape(W, (len(W), channels, height, width))


def _not_moved(W, channels, height, width):
    return np.reshape(W, (len(W), height, width, channels))


def _turned(W, channels, height, width):
    return _convolution(W, channels, height, width).transpose(0, 1, 3, 2)


def _flipped(W, channels, height, width):
    return _convolution(W, channels, height, width)[..., ::-1, ::-1]


def _case(seed, outputs, *shape):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(outputs, int(np.prod(shape)))), *shape


EXERCISES = {
    "new-head": bug(
        """
        model = load_pretrained()
        for p in model.parameters():
            p.requires_grad = False
        optimizer = Adam(model.head.parameters(), lr=0.01)
        model.head = Linear(32, 3)
        for x, y in batches:
            optimizer.zero_grad()
            cross_entropy(model(x), y).backward()
            optimizer.step()
        """,
        at=4,
        why_not={
            1: "the weights are the right ones",
            2: "to freeze all that there is at this point is the plan",
            3: "that freezes the old layers, as planned; the new head's are made later",
            5: "the new head is right; who moves it?",
            7: "this clears gradients, as in every step",
            8: "the loss and its gradients are right",
            9: "it steps; with which parameters was it made?",
        },
        confirm="The optimizer holds the old head's parameters. Make it after the new "
        "head.",
    ),
    "fc-to-conv": function(
        _convolution,
        cases=[
            _case(0, 5, 3, 2, 2),
            _case(1, 4, 2, 3, 2),
            _case(2, 1, 6, 1, 4),
        ],
        mistakes=[
            (
                _channels_first,
                "that is for maps flattened channel by channel; here the channels "
                "come last",
            ),
            (
                _not_moved,
                "the channels still come last; a convolution's weights have them "
                "second",
            ),
            (_turned, "rows and columns are exchanged"),
            (
                _flipped,
                "do not mirror the kernel: layers called convolutions do not either",
            ),
        ],
        confirm="Reshape as it was flattened, then move the channels.",
    ),
    "control": choice(
        "b",
        options={
            "a": "that makes the same difference more certain, and does not say where "
            "it comes from",
            "b": "Only if random kernels serve worse has the first layer learned "
            "something for X-rays.",
            "c": "that says how well it was trained, not what serves X-rays",
            "d": "that is another strategy; the sentence is about what the first layer "
            "has learned",
        },
    ),
    "seen": asked(
        "A target depends on u = 0.6 z1 + 0.8 z2. The number z1 lies in the plane "
        "that the source's features see, z2 at right angles to it; they are "
        "independent, each of variance 1. Which share of the variance of u can those "
        "features tell?",
        number(
            0.36,
            mistakes={
                0.6: "that is the correlation; a share of variance is its square",
                0.64: "that is the share of z2, which they do not see",
                0.8: "z2 is what they do not see",
                36: "that is per cent; a share is at most 1",
                0.43: "variances add, not deviations: 0.36 of 0.36 + 0.64",
                0.5: "z1 and z2 do not weigh the same",
                1: "z2 is independent of all that they see",
                0: "z1 is in the plane",
            },
            confirm="0.36 of 0.36 + 0.64; nothing done to the features brings back z2.",
        ),
    ),
    "trainable": asked(
        "A pretrained network has convolutions of 3 by 3 from 1 to 16 channels and "
        "from "
        "16 to 32, a dense layer from 512 to 64 and a head for 10 classes, all with "
        "biases. The new task has three classes. How many numbers are trained if one "
        "trains the new head alone, the last two layers, and all? Three numbers.",
        vector(
            [195, 33027, 37827],
            tolerance=0,
            mistakes=[
                ([192, 32960, 37712], "biases are trained, too"),
                (
                    [650, 33482, 38282],
                    "the new head has three classes, not ten",
                ),
                (
                    [195, 32832, 37827],
                    "the last two layers include the head",
                ),
                (
                    [640, 33408, 38160],
                    "the new head has three classes, not ten, and there are biases",
                ),
                ([195, 33027, 37632], "all layers include the head"),
                (
                    [195, 33027, 33379],
                    "a 3 by 3 kernel has 9 weights for each pair of channels",
                ),
                (
                    [193, 32961, 37713],
                    "there is a bias for each output, not layer",
                ),
                ([130, 32962, 37762], "three classes have three scores"),
            ],
            confirm="3·65, and 64·513 more, and 32·145 + 16·10 more: the last two "
            "are hundreds of times as many as the 60 pictures.",
        ),
    ),
    "rate": asked(
        "One input x = 2, one feature h = w·x, one output v·h, the loss half of "
        "(v·h - y) squared, with y = 6. Pretraining has found w = 1, which is right "
        "for "
        "a head v = 3. What is w after one plain gradient step on it with rate 0.1 for "
        "the head v = -1, with rate 0.01 for the same head, and with rate 0.1 for the "
        "head v = 3? Three numbers.",
        vector(
            [-0.6, 0.84, 1],
            tolerance=0.004,
            mistakes=[
                (
                    [2.6, 1.16, 1],
                    "the error is negative and so is the head; step down",
                ),
                (
                    [0.2, 0.92, 1],
                    "the gradient on w has the input's 2, too",
                ),
                ([2.6, 1.16, -2.6], "the head 3 has no error: 3 · 2 = 6"),
                (
                    [-2.2, 0.68, 1],
                    "of half a square the derivative is the error once",
                ),
                ([0.6, 0.96, 1], "the error is -2 - 6, not -2"),
                (
                    [0.2, 0.92, 0.4],
                    "the gradient is error times head times input",
                ),
                (
                    [-0.6, -0.6, 1],
                    "the second rate is a tenth of the first",
                ),
                (
                    [1.6, 0.16, 0],
                    "those are rates times gradients; subtract them from w = 1",
                ),
                (
                    [1.8, 1.08, 1],
                    "that is the error alone; the gradient on w has the head and the "
                    "input, too",
                ),
                ([-0.6, 0.4, 1], "the second rate is a tenth of the first"),
                ([-0.6, 0.84, 0], "where the error is 0, nothing moves"),
                (
                    [-1.6, -0.16, 0],
                    "those are the steps; add them to w = 1",
                ),
            ],
            confirm="The gradient is (v·2 - 6)·v·2, which is 16 for v = -1: one "
            "large step "
            "turns the feature's sign. A head that fits moves nothing.",
        ),
    ),
}
