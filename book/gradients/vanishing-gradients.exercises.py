"""Exercises of the chapter *Vanishing gradients*.

Chapter: book/gradients/vanishing-gradients.ipynb.
"""

from evidence.exercises import asked, choice, number, vector

EXERCISES = {
    "five-layers": asked(
        "Every entry of a 60 × 60 matrix J is -0.05, and each of five layers "
        "multiplies a gradient by its transpose. By what can they multiply its "
        "length, at most?",
        number(
            3**5,
            mistakes={
                0.05
                ** 5: "that would be one unit a layer; sixty numbers are added",
                -(
                    0.05**5
                ): "a length is not negative, and sixty numbers are added",
                -(
                    3**5
                ): "a norm says how long a vector becomes: it is not negative",
                3: "that is one layer",
                15: "layers multiply: 3 · 3 · 3 · 3 · 3",
                (60**0.5 * 0.05)
                ** 5: "that takes one input of length 1; (1, …, 1) is "
                "stretched more: each of its sums is 60 · 0.05",
                180**5: "60 · 60 · 0.05 adds all entries; take a row",
                1: "the norm is not below 1 because the entries are",
            },
            confirm="Each layer makes (1, …, 1) three times as long.",
        ),
    ),
    "which-log": choice(
        "b",
        {
            "a": "small in all layers, at a small loss: it has learned",
            "b": "A factor of about forty is lost a layer, and the loss is high.",
            "c": "hidden layers are alike; only the output layer differs",
            "d": "exactly 0, the others long: a frozen layer (dead units would silence "
            "layer 2, too)",
        },
    ),
    "which-control": choice(
        "b",
        {
            "a": "more of the same tells how sure it is that it learns, not why",
            "b": "If it learns nevertheless, the trick works without their length.",
            "c": "then all layers take longer steps, which the trick did not do",
            "d": "at the end all gradients are small, in a network that has learned",
        },
    ),
    "where-it-ends": asked(
        "A weight is at 0, 3, 5, 6 and 6.5 at checkpoints 0 to 4. Which share of its "
        "way to its final value is left at checkpoint 1 if training ends at "
        "checkpoint 2, and if it ends at checkpoint 4? (Two numbers.)",
        vector(
            [0.4, 3.5 / 6.5],
            mistakes=[
                ([0.6, 3 / 6.5], "that is the share it has gone"),
                (
                    [2, 3.5],
                    "that is the distance; divide by the distance at the start",
                ),
                ([0.4, 0.4], "another end is another way: it is 6.5 long"),
                ([3.5 / 6.5, 0.4], "the other way round"),
            ],
            confirm="The same path; only its end differs.",
        ),
    ),
}
