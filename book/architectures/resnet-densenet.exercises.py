"""Exercises of *ResNet and DenseNet*.

Chapter: book/architectures/resnet-densenet.ipynb.
"""

import numpy as np

from evidence.exercises import asked, choice, function, vector

RNG = np.random.default_rng(0)


def _dense_block(x, weights):
    """Append to x what each layer makes of all there is."""
    for w in weights:
        x = np.concatenate([x, np.maximum(x, 0) @ w], axis=1)
    return x


def _case(samples, start, growth, layers):
    weights = [
        RNG.normal(size=(start + growth * k, growth)) for k in range(layers)
    ]
    return RNG.normal(size=(samples, start)), weights


CASES = [_case(3, 4, 2, 3), _case(1, 5, 3, 1), _case(2, 3, 3, 4)]


def _only_new(x, weights):
    parts, all_of = [], x
    for w in weights:
        new = np.maximum(all_of, 0) @ w
        all_of = np.concatenate([all_of, new], axis=1)
        parts.append(new)
    return np.concatenate(parts, axis=1)


def _last(x, weights):
    return _only_new(x, weights)[:, -weights[-1].shape[1] :]


def _new_first(x, weights):
    for w in weights:
        x = np.concatenate([np.maximum(x, 0) @ w, x], axis=1)
    return x


def _no_relu(x, weights):
    for w in weights:
        x = np.concatenate([x, x @ w], axis=1)
    return x


def _relu_after(x, weights):
    for w in weights:
        x = np.concatenate([x, np.maximum(x @ w, 0)], axis=1)
    return x


def _relu_kept(x, weights):
    for w in weights:
        x = np.maximum(x, 0)
        x = np.concatenate([x, x @ w], axis=1)
    return x


EXERCISES = {
    "control": choice(
        "c",
        {
            "a": "that is about new images: a gap there is overfitting, whatever the "
            "training error does",
            "b": "the same rate for both favors whichever it happens to suit",
            "c": "The same images, and to each depth the rate that suits it: what is "
            "left is the depth, from this start and for these steps.",
            "d": "a loss that has stopped falling at one rate may fall at another",
        },
    ),
    "by-hand": asked(
        "A network of one unit: z₁ = z₀ + w₁·relu(z₀), z₂ = z₁ + w₂·relu(z₁), "
        "z₃ = z₂ + w₃·relu(z₂), with w = 0.5, -0.5, 2 and z₀ = 2. What is the "
        "derivative of z₃ by z₀? And what is it without the shortcuts, with "
        "z₁ = w₁·relu(z₀) and so on? Two numbers.",
        vector(
            [2.25, 0],
            mistakes=[
                (
                    [0.5, 0],
                    "a shortcut stands round each layer: 1 + w each, not 1 plus the "
                    "product of all w",
                ),
                (
                    [0.5, -0.5],
                    "1 + w each; and without shortcuts z₂ is negative, and relu is "
                    "flat there",
                ),
                (
                    [2.25, -0.5],
                    "without shortcuts z₂ = -0.5: the third relu is flat there",
                ),
                (
                    [4.5, 0],
                    "those are the values of z₃; the derivative by z₀ is asked for",
                ),
                (
                    [-0.5, 0],
                    "that is the product of the three w; with the shortcuts each "
                    "factor is 1 + w",
                ),
                (
                    [2.25, -0.25],
                    "without shortcuts the third layer counts, too: z₂ is negative, "
                    "and its relu is flat there",
                ),
                (
                    [3, 0],
                    "factors multiply: 1.5 · 0.5 · 3",
                ),
                (
                    [1, 0],
                    "the branches add to it: each factor is 1 + w, where relu has "
                    "slope 1",
                ),
                (
                    [5, 0],
                    "the way through each shortcut multiplies what is below; do not "
                    "add the factors",
                ),
            ],
            confirm="1.5 · 0.5 · 3; without shortcuts z₂ is negative, and nothing "
            "comes through.",
        ),
    ),
    "another-resnet": asked(
        "A ResNet has 2, 3, 5 and 2 bottlenecks in its four stages, 64, 128, 256 and "
        "512 channels wide in their 3 × 3 layers and four times as many between "
        "blocks; its first convolution has 64 output channels. What is it called by "
        "the count of its layers with weights on the main path? How many convolutions "
        "does it carry out, with those in shortcuts? How many weights has the first "
        "bottleneck of the second stage, with that in its shortcut, biases and batch "
        "normalization left out? Three numbers.",
        vector(
            [38, 41, 376832],
            tolerance=0,
            mistakes=[
                (
                    [38, 41, 245760],
                    "this block halves the map and doubles the channels: its shortcut "
                    "needs a projection, 256 · 512 more",
                ),
                (
                    [38, 40, 245760],
                    "each stage's first block projects: the first stage's, from 64 "
                    "channels to 256, and the second's, with 256 · 512 weights",
                ),
                (
                    [37, 37, 245760],
                    "the dense layer counts, and so do the four projections in "
                    "shortcuts; one of them stands in this block",
                ),
                (
                    [38, 40, 376832],
                    "the first stage projects, too: from 64 channels to 256",
                ),
                (
                    [37, 41, 376832],
                    "the dense layer counts: it has weights",
                ),
                (
                    [38, 37, 376832],
                    "that is the main path; each stage's first shortcut has one more",
                ),
                (
                    [38, 49, 376832],
                    "only a stage's first block changes the shape and projects",
                ),
                (
                    [36, 41, 376832],
                    "the first convolution and the dense layer count, too",
                ),
                (
                    [38, 41, 344064],
                    "the block reads 256 channels, four times the 64 of the stage "
                    "before",
                ),
                (
                    [42, 41, 376832],
                    "by custom, convolutions in shortcuts are not counted",
                ),
                (
                    [38, 41, 311296],
                    "the projection goes from 256 channels to 512",
                ),
                (
                    [38, 41, 278528],
                    "each of the stage's later blocks reads 512 channels; its first "
                    "reads 256, and projects",
                ),
            ],
            confirm="12 · 3 + 2 = 38; 37 + 4 = 41; 256·128 + 9·128² + 128·512 + "
            "256·512.",
        ),
    ),
    "block-counts": asked(
        "A dense block begins with 24 channels; each of its 12 layers adds 8. How many "
        "channels has it at its end? How many connections, one for each layer and each "
        "thing that it reads, the block's input or the output of a layer before? How "
        "many channels do the twelve layers read together? Three numbers.",
        vector(
            [120, 78, 816],
            tolerance=0,
            mistakes=[
                ([96, 78, 816], "the input's 24 channels are kept, too"),
                (
                    [120, 66, 816],
                    "the first layer reads the block's input: 1 + 2 + … + 12",
                ),
                (
                    [120, 66, 912],
                    "the first layer reads the block's input, 24 channels: "
                    "1 + 2 + … + 12 connections, and 24 + 32 + … channels",
                ),
                (
                    [120, 144, 816],
                    "a layer reads only what stands before it: 1 + 2 + … + 12",
                ),
                (
                    [112, 78, 816],
                    "the last layer adds its 8, too",
                ),
                (
                    [120, 78, 912],
                    "the first layer reads 24, not 32",
                ),
                (
                    [120, 78, 528],
                    "each of the twelve reads the 24 of the input, too",
                ),
                (
                    [120, 78, 1440],
                    "only at its end there are 120; the first layer reads 24",
                ),
            ],
            confirm="24 + 12 · 8; 12 · 13 / 2; 12 · 24 + 8 · 66.",
        ),
    ),
    "dense-block": function(
        _dense_block,
        cases=CASES,
        mistakes=[
            (
                _only_new,
                "the block's input is kept, too, and comes first",
            ),
            (_last, "all outputs are kept, not the last layer's alone"),
            (_new_first, "old channels come first, new ones behind them"),
            (_no_relu, "a layer reads relu of what there is"),
            (
                _relu_after,
                "relu comes before the weights; new channels may be negative",
            ),
            (
                _relu_kept,
                "what is kept is not relu's output: the next layer applies it anew",
            ),
        ],
        confirm="The block's output has the input's channels and all new ones.",
    ),
}
