"""Exercises of *Diagnosing training: checklists that can fail*.

Chapter: book/generalization/training-diagnosis.ipynb.
"""

from evidence.exercises import asked, choice, vector

EXERCISES = {
    "same-footing": asked(
        "An epoch has four batches, whose losses before their steps are 1.6, 1.2, 1.0 "
        "and 0.8. The log shows their mean. After the epoch all training samples have "
        "the mean loss 0.75, the validation samples 0.90. How far is the validation "
        "loss below the logged training loss, and how far above that measured anew? "
        "(Two numbers.)",
        vector(
            [0.25, 0.15],
            mistakes=[
                (
                    [-0.1, 0.15],
                    "the log shows the mean of four losses, not the last",
                ),
                (
                    [0.1, 0.15],
                    "the log shows the mean of four losses, not the last",
                ),
                (
                    [0.7, 0.15],
                    "the log shows the mean of four losses, not the first",
                ),
                ([0.15, 0.25], "the two numbers are swapped"),
                (
                    [0.25, 0.4],
                    "that is the log above the training loss anew; the second number "
                    "sets the validation loss beside it",
                ),
                (
                    [1.15, 0.75],
                    "those are the training losses; compare them with 0.90",
                ),
                (
                    [-0.25, -0.15],
                    "how far below, and how far above: both above 0",
                ),
                ([0.25, -0.15], "how far above: 0.90 lies above 0.75"),
            ],
            confirm="Within one epoch the same network is ahead and behind: the log "
            "remembers a worse one.",
        ),
    ),
    "mystery": vector(
        [4, 6, 1, 3, 2, 5],
        tolerance=0,
        mistakes=[
            (
                [4, 6, 2, 3, 1, 5],
                "runs 3 and 5 are both at chance; compare their gradients at the start",
            ),
            (
                [6, 4, 1, 3, 2, 5],
                "runs 1 and 2 both fit one batch; have an expert read 50 labels",
            ),
            (
                [4, 5, 1, 3, 2, 6],
                "runs 2 and 6 are both better on training samples, in training mode, "
                "than on validation samples; compare the two modes",
            ),
        ],
        confirm="Three of the six fit their one batch: it shows a fault only where it "
        "fails.",
    ),
    "budget": asked(
        "A best possible rule errs on 0.04 of the samples. Networks of some kind come "
        "down to 0.10 with unlimited samples and patience. Trained to its end on 500 "
        "samples, such a network errs on 0.13; the run, stopped after an hour, on "
        "0.25. Give Bayes, approximation, estimation and optimization error. (Four "
        "numbers.)",
        vector(
            [0.04, 0.06, 0.03, 0.12],
            mistakes=[
                (
                    [0.04, 0.1, 0.13, 0.25],
                    "each part is a difference of two errors",
                ),
                (
                    [0.04, 0.06, 0.09, 0.21],
                    "each part is what the last step adds, not the distance from the "
                    "best possible rule",
                ),
                ([0.04, 0.06, 0.12, 0.03], "the last two are swapped"),
                (
                    [0.04, 0.03, 0.06, 0.12],
                    "approximation and estimation are swapped",
                ),
            ],
            confirm="Nearly half is optimization: train on, before you collect "
            "samples.",
        ),
    ),
    "which-control": choice(
        "b",
        {
            "a": "another seed says how much chance there is, not what the stages did",
            "b": "Same parts and images; only the way of training differs.",
            "c": "more images than either had: it says what images are worth end to "
            "end, not what the stages cost",
            "d": "measured on the same images, the pipeline would still have learned "
            "from an eighth of the training images",
        },
    ),
}
