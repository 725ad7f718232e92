"""Exercises of the chapter *Depth benefits*."""

import numpy as np

from evidence.exercises import choice, function, number

EXERCISES = {
    "standard-error": number(
        0.4,
        mistakes={
            0.08: "that is σ/n; variances are divided by n, standard deviations by √n",
            0.16: "that is the variance; take its root",
        },
    ),
    "assumption": choice(
        "b",
        options={
            "a": "that needs independent samples; copies tell nothing new",
            "b": "The mean of n copies is the sample itself.",
            "c": "that is smaller even than for independent samples",
        },
    ),
    "from-data": function(
        lambda x: np.std(x, ddof=1) / np.sqrt(len(x)),
        cases=[([1.0, 2.0, 6.0],), ([0.0, 1.0],), ([3.0, 3.0, 5.0, 9.0],)],
        mistakes=[
            (
                lambda x: np.std(x) / np.sqrt(len(x)),
                "that is the biased deviation: divide the squares by n - 1",
            ),
            (
                lambda x: np.std(x, ddof=1),
                "that is the spread of the samples",
            ),
        ],
    ),
}
