"""Exercises of the chapter *Weight initialization*.

Chapter: book/optimization/initialization.ipynb.
"""

import math

import numpy as np

from evidence.exercises import asked, choice, function, number, vector


def _orthogonal(a):
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))


def _unsigned(a):
    return np.linalg.qr(a)[0]


def _signed_rows(a):
    q, r = np.linalg.qr(a)
    return np.sign(np.diag(r))[:, None] * q


def _unit_columns(a):
    return a / np.linalg.norm(a, axis=0)


def _random(seed, n):
    return np.random.default_rng([seed, n]).normal(size=(n, n))


EXERCISES = {
    "leaky": asked(
        "A leaky ReLU passes positive numbers as they are and multiplies negative ones "
        "by 1/2. Its layers have 512 inputs each and no biases. Which standard "
        "deviation of the weights keeps the mean square of the signal, from layer to "
        "layer?",
        number(
            math.sqrt(2 / (1.25 * 512)),
            mistakes={
                0.0625: "that is He's, for ReLU: here the negative half is not lost, a "
                "fourth of its square is passed on",
                2 / (1.25 * 512): "that is the variance",
                math.sqrt(
                    2 / (1.5 * 512)
                ): "squares count: (1/2)² of the negative "
                "half's mean square is passed on, not 1/2",
                math.sqrt(
                    1 / 512
                ): "that is for an activation that passes everything",
                math.sqrt(
                    2 * 1.25 / 512
                ): "what is passed on need not be made up for: "
                "1.25 belongs into the denominator",
                math.sqrt(
                    0.625 / 512
                ): "the weights make up for the factor 0.625, so "
                "it divides",
            },
            confirm="Half of the mean square passes, and a fourth of the other half: "
            "5/8 of it, so the variance is 8/5 divided by 512.",
        ),
    ),
    "depth": asked(
        "Each of forty very wide ReLU layers has as many inputs as outputs, and "
        "weights of 0.9 times He's standard deviation. By how many powers of ten does "
        "the length of a gradient change on the way through all forty? (Negative: it "
        "shrinks.)",
        number(
            40 * math.log10(0.9),
            mistakes={
                -40 * math.log10(0.9): "right in size: it shrinks",
                0.9
                ** 40: "that is the factor; its logarithm to base 10 is asked",
                40 * math.log(0.9): "that is the natural logarithm",
                80
                * math.log10(
                    0.9
                ): "that is its mean square; the length is the root",
                math.log10(0.9): "that is one layer",
                -4.0: "factors are multiplied, ten percents are not added",
            },
            confirm="About a seventieth is left: a tenth less in each layer.",
        ),
    ),
    "wide-layer": asked(
        "A layer takes 100 inputs to 400 outputs, without an activation. Its weights "
        "have Xavier's variance, 2 divided by the sum of inputs and outputs. By what "
        "does it multiply the mean square of a signal on the way forward, and that of "
        "a gradient on the way back? Two numbers.",
        vector(
            [0.4, 1.6],
            mistakes=[
                (
                    [1.6, 0.4],
                    "the other way round: forward an output is a sum over the 100 "
                    "inputs",
                ),
                ([1, 1], "that takes as many outputs as inputs"),
                (
                    [math.sqrt(0.4), math.sqrt(1.6)],
                    "those are the roots; mean squares are asked",
                ),
                ([0.2, 0.8], "without an activation nothing is cut off"),
                (
                    [0.4, 0.4],
                    "on the way back the sum is over the 400 outputs",
                ),
                (
                    [0.4, 2.5],
                    "the way back does not undo the way forward: it is a sum over the "
                    "400 outputs",
                ),
            ],
            confirm="Neither way is kept; their mean is.",
        ),
    ),
    "which-start": asked(
        "From which start can the units of a hidden layer of sigmoids become "
        "different?\n"
        "a: all weights and biases 0.01\n"
        "b: in each layer all weights and biases one number, drawn for that layer\n"
        "c: all weights 0, each bias drawn by itself\n"
        "d: all weights and biases 0, and Adam in place of SGD",
        choice(
            "c",
            options={
                "a": "equal parameters get equal gradients, at 0.01 as at 0",
                "b": "drawn or not: within the layer they are equal, and stay so",
                "c": "Their outputs differ from the start, so the gradients of the "
                "weights above them soon do, and then their own.",
                "d": "Adam treats equal gradients alike, so equal weights stay equal",
            },
        ),
    ),
    "which-control": asked(
        "A report says: our all-zero network learned, and at the end its units "
        "differed; so rounding errors had let it learn. Which run tests the word "
        '"so"?\n'
        "a: the same with twenty more seeds\n"
        "b: the same in double precision\n"
        "c: a network in which no two units of a layer can differ\n"
        "d: the same on more cores",
        choice(
            "c",
            options={
                "a": "that shows how often both happen, not whether one is for the "
                "other",
                "b": "smaller differences grow too, and if there are none you cannot "
                "know whether that machine makes any",
                "c": "If it learns as well, differences were not needed.",
                "d": "with more of the suspected cause you learn what it does, not "
                "what happens without it",
            },
        ),
    ),
    "bn-rate": asked(
        "Batch normalization follows a linear layer. Its weights begin 10 times as "
        "large. By what must their learning rate of SGD be multiplied, so that all "
        "outputs stay what they were throughout training?",
        number(
            100,
            mistakes={
                10: "the gradient is a tenth, too: the step has to be ten times as "
                "large, from a gradient that is a tenth",
                0.01: "the other way round: weights that large turn more slowly",
                0.1: "larger weights take larger steps to turn as far",
                1: "the outputs begin the same, but the same step turns large weights "
                "less",
            },
            confirm="Ten for the smaller gradient, ten for the larger weights.",
        ),
    ),
    "orthogonal": function(
        _orthogonal,
        cases=[(_random(0, 3),), (_random(1, 3),), (_random(2, 5),)],
        mistakes=[
            (
                _unsigned,
                "orthogonal, but the signs are those that the algorithm happens to "
                "choose: multiply each column by the sign of r's diagonal",
            ),
            (
                _signed_rows,
                "the signs belong to the columns of q, not its rows",
            ),
            (
                _unit_columns,
                "the columns have length 1 and are not at right angles",
            ),
        ],
        confirm="Every signal keeps its length, and so does every gradient.",
    ),
}
