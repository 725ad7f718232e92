"""Exercises of *BN statistics in training and evaluation*.

Chapter: book/normalization/batchnorm-train-eval.ipynb.
"""

from evidence.exercises import asked, choice, number

EXERCISES = {
    "which-control": choice(
        "c",
        options={
            "a": "more images of the same kind narrow the interval around a number "
            "that may be wrong",
            "b": "another network that is run in the same way makes the same mistake",
            "c": "Fixed statistics give each image the same answer in any company; "
            "an answer that moves with its companions used theirs.",
            "d": "training is not in question: the weights stay as they are",
        },
    ),
    "batches-of-three": asked(
        "List all batches of three that can be drawn, with replacement, from 1, 2, 3, "
        "6. What is the mean of their biased variances?",
        number(
            7 / 3,
            mistakes={
                3.5: "that is the population's; a batch lies closer to its own mean",
                1.75: "that is for batches of two: half of 3.5",
                5.25: "the factor is upside down: biased variances are too small",
                7
                / 6: "that is the variance of the mean of three, which is missing",
                28 / 9: "those are drawn without replacement",
            },
            confirm="It is 2/3 of 3.5.",
        ),
    ),
    "two-updates": asked(
        "A fresh torch.nn.BatchNorm1d(1), with momentum 0.1, sees the batch 0, 4 and "
        "then the batch 0, 0, 6, 6. What is its running_var?",
        number(
            2.73,
            mistakes={
                2.07: "those are biased variances; torch keeps the unbiased ones",
                11.53: "the weights are reversed: momentum is that of the new batch",
                1.92: "the running variance starts at 1, not at 0",
                10: "that is the plain average, which momentum=None would give",
                1.7: "that is the value after the first batch only",
            },
        ),
    ),
    "choose-a-momentum": asked(
        "A running mean starts at 0, the unit has mean 1 and standard deviation 1. "
        "Which momentum gives the smallest error after 500 batches of 32?",
        number(
            0.011,
            tolerance=0.0016,
            mistakes={
                0.1: "torch's default averages some 19 batches; here are 500",
                0.002: "with 1/500 the start keeps a weight of 1/e",
                0.004: "as precise as a plain average, but e^-2 of the start is left",
                0.025: "that is for 200 batches; a longer training can average more",
            },
            confirm="The start has to go first: 0.99^500 is below 0.01.",
        ),
    ),
    "values-of-a-channel": asked(
        "A convolutional layer gets two images a batch, with feature maps of 5 x 5. By "
        "how many percent does the factor m/(m - 1) enlarge the variance that is "
        "remembered?",
        number(
            2.04082,
            mistakes={
                100: "that takes images for values; a channel has 2 x 5 x 5 of them",
                4.16667: "that counts the positions of one image",
                11.1111: "that counts 2 x 5; the map has 5 x 5 positions",
                50: "that is m; the factor is m/(m - 1)",
                1.02041: "that is the factor; by how much is it more than 1?",
                0.0204082: "that is the share; in percent it is a hundred times that",
            },
            confirm="m is 50, so it hardly matters. What correlation takes away it "
            "does not give back.",
        ),
    ),
    "when-to-freeze": choice(
        "b",
        options={
            "a": "there are no learned statistics to keep",
            "b": "There are statistics worth keeping, and batches too small to better "
            "them. With a detector, two photographs a batch, it is custom, too: many "
            "values, but hardly more than two or three independent ones. That was not "
            "measured here.",
            "c": "the old statistics are those of other pictures; with large batches "
            "the new ones can be learned, and should be",
            "d": "batches of 256 have little noise, and nothing was learned before",
        },
    ),
}
