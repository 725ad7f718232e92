"""Exercises of the chapter *Recurrent networks and LSTM gates*.

Chapter: book/gradients/recurrent-gradients.ipynb.
"""

import math

from evidence.exercises import asked, bug, choice, number, vector

EXERCISES = {
    "shear": asked(
        "A 2 × 2 matrix W has 0.9 twice on its diagonal, 4 in the upper right corner "
        "and 0 below. What stands in the upper right corner of W to the power 20?",
        number(
            20 * 4 * 0.9**19,
            mistakes={
                0.9**20: "that is the diagonal",
                4
                * 0.9
                ** 19: "there are 20 places at which the step to the corner can "
                "be made",
                4
                * 0.9
                ** 20: "there are 20 places at which the step to the corner can "
                "be made, and 19 factors of 0.9 beside it",
                20
                * 4
                * 0.9**20: "beside the 4 there are 19 factors of 0.9",
                20 * 0.9**19: "the corner holds 4",
                4.0**20: "powers of a matrix are not those of its entries",
            },
            confirm="Ten times a gradient's entry, at a spectral radius of 0.9.",
        ),
    ),
    "keeps": number(
        1 / 0.64,
        mistakes={
            0.64: "that is the slope; the matrix has to make up for it",
            1.0: "that keeps lengths without tanh; the slope is 1 - 0.36",
            1 / 0.6: "0.6 is the state; its slope is 1 - 0.6²",
            1 / 0.36: "0.36 is the square; the slope is 1 minus that",
            1 / 0.8: "the slope is 1 - h², without a root",
            1 / 0.4: "the slope is 1 - h², not 1 - h",
        },
        confirm="Each step multiplies by s and by 0.64.",
    ),
    "half-life": asked(
        "An LSTM's forget gate stands at the sigmoid of its bias. Which bias halves "
        "what the cell state keeps, along the direct path, in 100 steps? (Three "
        "figures.)",
        number(
            -math.log(2 ** (1 / 100) - 1),
            mistakes={
                math.log(
                    99
                ): "that gives a gate of 0.99, so 37 % are left after 100 "
                "steps; ask for a half",
                math.log(
                    100
                ): "that is about 1/e after 100 steps; ask for a half",
                2 ** (-1 / 100): "that is the gate; which bias gives it?",
                math.log(
                    2 ** (1 / 100) - 1
                ): "the sign: the gate is nearly open",
                math.log(2): "that is ln 2; solve σ(β)^100 = 1/2",
            },
            confirm="At 5 it is 103.",
        ),
    ),
    "two-biases": bug(
        """
        net = torch.nn.LSTM(2, 20)
        with torch.no_grad():
            net.bias_ih_l0[20:40] = 5
            net.bias_hh_l0[20:40] = 5
        """,
        at=4,
        why_not={
            1: "two inputs and 20 units are as wanted",
            2: "weights are set outside of autograd",
            3: "the blocks are input, forget, proposal, output: 20 to 39 are the "
            "forget gates",
        },
        confirm="The two biases add up: this starts at 10, a half-life of 15,000 "
        "steps. Set the second to 0.",
    ),
    "which-control": choice(
        "b",
        options={
            "a": "they repeat the failure, and leave its cause open",
            "b": "As many units, another bias: it has learned, so nine units are "
            "enough.",
            "c": "that has other cells and other weights; nothing follows for the LSTM",
            "d": "if it learned then, time would be a cause; if not, units and bias "
            "would still be two",
        },
    ),
    "pieces": vector(
        [10 ** (12 / 100), 25],
        mistakes=[
            (
                [10 ** (12 / 100), 100 / 9],
                "1,000 is 3 of the 12 powers of ten",
            ),
            ([1e10, 25], "the factor is the hundredth root of 10^12"),
            ([0.12, 25], "that is the factor's logarithm"),
            ([math.exp(0.12), 25], "the powers are of ten, not of e"),
            (
                [10 ** (12 / 100), 3],
                "three powers of ten are a quarter of the way",
            ),
        ],
        confirm="A quarter of the powers of ten in a quarter of the steps.",
    ),
}
