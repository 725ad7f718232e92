"""Exercises of the chapter *Penalties as priors, weight decay in networks*."""

import math

from evidence.exercises import asked, bug, choice, number

EXERCISES = {
    "price": asked(
        "A linear model has noise of standard deviation 0.5, and a Gaussian prior of "
        "standard deviation 2 on each weight. Half the squared error plus λ/2 times "
        "the sum of squared weights has the MAP estimate as its minimum. What is λ?",
        number(
            0.0625,
            mistakes={
                0.25: "that is the ratio of the standard deviations; variances count",
                16: "turn it round: a wide prior is a low price",
                0.125: "that is σ²/τ: the prior's deviation is squared, too",
                0.03125: "the half stands in the penalty already",
            },
            confirm="0.25/4: a quarter of the noise's variance, a wide prior, little "
            "to pay.",
        ),
    ),
    "near-zero": asked(
        "Weights are drawn from a Laplace density, exp(-|w|/b)/(2b), with b = 2. Which "
        "share of them lies between -1 and 1?",
        number(
            1 - math.exp(-0.5),
            mistakes={
                math.exp(-0.5): "that share lies outside",
                (1 - math.exp(-0.5)) / 2: "that is one side of zero",
                0.5: "that is 1/b; integrate the density",
                1 - math.exp(-2): "the exponent is 1/b, not b",
                0.25: "that takes the density at 0 for the whole width, 1/(2b); it is "
                "two wide, and the density falls",
            },
            confirm="1 - exp(-1/2): less than a half, and none of them is zero.",
        ),
    ),
    "which-is-decayed": bug(
        """
        for t, rows in enumerate(batches, 1):
            g = gradient(w, rows)
            g = g + decay * w
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
            m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
            w = w - rate * m_hat / (sqrt(v_hat) + eps)
        """,
        at=3,
        why_not={
            1: "counting from 1 is what the corrections need",
            2: "that is the data's gradient",
            4: "that is Adam's average of gradients",
            5: "that is Adam's average of squares",
            6: "both corrections are Adam's",
            7: "that is Adam's step; the decay is to stand beside it, and stands "
            "elsewhere",
        },
        confirm="From there the decay is divided by √v with the rest. AdamW has it "
        "beside the step: w = w - rate * decay * w.",
    ),
    "which-run": choice(
        "c",
        options={
            "a": "more seeds make the difference of the panels more certain, and leave "
            "data and penalty changed together",
            "b": "that changes the penalty's strength in one panel more, on yet "
            "another data set",
            "c": "Then the penalty is all that differs between two networks, and the "
            "difference of each pair leaves the task out.",
            "d": "that says how far a network fits, on data sets that still differ",
        },
    ),
}
