"""Exercises of the chapter *Penalties as priors, weight decay in networks*."""

from evidence.exercises import asked, bug, choice, number

EXERCISES = {
    "price": asked(
        "A linear model has noise of standard deviation 0.5, and a Gaussian prior of "
        "standard deviation 2 on each weight. Half the squared error plus λ/2 times "
        "the sum of squared weights has the MAP estimate as its minimum. What is λ?",
        number(
            0.0625,
            tolerance=0.0051,
            mistakes={
                0.25: "that is σ/τ or σ² alone; the price is σ²/τ²",
                16: "turn it round: a wide prior is a low price",
                4: "that is τ/σ or τ² alone; the price is σ²/τ²",
                0.125: "both deviations are squared: σ²/τ²",
                0.03125: "the half stands in the penalty already",
            },
            confirm="0.25/4: a quarter of the noise's variance, a wide prior, little "
            "to pay.",
        ),
    ),
    "which-is-zero": asked(
        "The misfit of a weight w is (z - w)²/(2σ²), with z = 1.5 and σ = 1; its prior "
        "is a Laplace density, exp(-|w|/b)/(2b), with b = 0.5. Which is exactly zero?\n"
        "a: a weight drawn from the prior\n"
        "b: the mode of the posterior\n"
        "c: the mean of the posterior\n"
        "d: none of them",
        choice(
            "b",
            options={
                "a": "a density gives every single point the probability 0",
                "b": "The price is σ²/b = 2, and z lies below it: the corner of |w| "
                "holds the peak, and nothing else.",
                "c": "the posterior is higher on the side of z; so is its mean",
                "d": "the price is σ²/b, not b: compare z with 2",
            },
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
            "a": "more networks make the mean of each panel more certain, and leave "
            "data and penalty changed together",
            "b": "that changes the penalty's strength in one panel more, on yet "
            "another data set",
            "c": "The difference of a pair drops what its task adds to both. Here, "
            "after 750 steps, the stronger one does not help: compare the two in the "
            "table of costs.",
            "d": "that says how far a network fits, on data sets that still differ",
        },
    ),
}
