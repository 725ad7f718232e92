"""Exercises of *Batch, mini-batch and stochastic gradient descent*.

Chapter: book/optimization/gradient-descent.ipynb.
"""

from evidence.exercises import asked, bug, choice, function, number, vector


def _draw(n, u):
    left, batch = list(range(n)), []
    for v in u:
        batch.append(left.pop(int(v * len(left))))
    return batch


def _put_back(n, u):
    return [int(v * n) for v in u]


def _place_not_sample(n, u):
    return [int(v * (n - k)) for k, v in enumerate(u)]


def _rounded(n, u):
    left, batch = list(range(n)), []
    for v in u:
        batch.append(left.pop(min(round(v * len(left)), len(left) - 1)))
    return batch


def _what_is_left(n, u):
    left = list(range(n))
    for v in u:
        left.pop(int(v * len(left)))
    return left


EXERCISES = {
    "variance-ratio": asked(
        "A data set has 64 samples. How many times smaller does the variance of the "
        "gradient of a batch become, when batches hold 32 different samples instead of "
        "8?",
        number(
            7,
            mistakes={
                4: "that is for batches drawn with replacement: the factor "
                "(n - b)/(n - 1) has changed too",
                1.75: "that is the change of (n - b)/(n - 1) alone",
                2: "that is for the standard deviation of draws with replacement",
                1 / 7: "turn it round: how many times smaller",
                2.29: "σ²/b falls by 4; (n - b)/(n - 1) falls too, it does not rise",
                7
                ** 0.5: "that is the standard deviation's; the variance is asked for",
            },
            confirm="4 from σ²/b, and 56/32 because half of all samples are in the "
            "batch.",
        ),
    ),
    "draw": function(
        _draw,
        cases=[
            (4, [0.9, 0.9, 0.1]),
            (6, [0.0, 0.0, 0.0, 0.99]),
            (5, [0.5, 0.5, 0.5, 0.5, 0.5]),
            (10, [0.31, 0.77, 0.31]),
        ],
        mistakes=[
            (
                _put_back,
                "a sample that was drawn stays among those to draw from: that is "
                "with replacement",
            ),
            (
                _place_not_sample,
                "that is the place among those left; the sample there is asked for",
            ),
            (
                _rounded,
                "round down: rounding gives the first place half of its chance",
            ),
            (_what_is_left, "those are the samples that were not drawn"),
        ],
        confirm="After n numbers it has drawn a random order: one pass.",
    ),
    "as-wide": asked(
        "At the bottom of a valley of curvature λ a step at a small rate η takes the "
        "share 2ηλ of the mean square of x away, and adds η²σ²/b, in batches of b. "
        "Batches of 4 at rate 0.01 become four times as large. Which rate keeps the "
        "scatter?",
        number(
            0.04,
            mistakes={
                0.02: "that keeps what one step adds, η²σ²/b; but at twice the rate "
                "twice as much is taken away",
                0.16: "η² is added and η taken away: what is left is one η",
                0.0025: "turn it round: the larger batch has less noise",
                0.01: "at the same rate the mean square is a quarter of what it was",
                0.005: "turn it round: the larger batch has less noise",
            },
            confirm="2ηλm = η²σ²/b has m in proportion to η/b. In equal passes batches "
            "four times as large free as many at that rate, while steps are small.",
        ),
    ),
    "steps-at": asked(
        "With huge batches a network needs 200 steps, and its critical batch size is "
        "100: the steps follow S = S_min (1 + B/b). How many steps does it need in "
        "batches of 25?",
        number(
            1000,
            mistakes={
                800: "that is S_min B/b; the 200 steps that no batch saves come on top",
                400: "that is for b = B",
                250: "turn B/b round: smaller batches need more steps",
                50: "smaller batches need more steps, not fewer",
                25000: "those are the samples; steps are asked for",
            },
            confirm="200 (1 + 4). In samples: 25,000, against 40,000 at b = 100.",
        ),
    ),
    "audit": bug(
        """
        for b in batch_sizes:
            for step in range(150 * 500 // b):
                rows = rng.permutation(400)[:b]
                update(x_train[rows], y_train[rows])
                if step % (10 * 500 // b) == 0:
                    curve[b].append(accuracy(x_train, y_train))
        plot(curve, title="Test accuracy")
        """,
        at=6,
        why_not={
            2: "that makes 187.5 passes through 400 samples, not 150: a slip, but one "
            "that leaves the title true",
            3: "the first b of a random order are b different samples",
            4: "training samples are what to train on",
            5: "that says when to measure, not what",
            7: "the title says what the text promises; the curve is another",
        },
        confirm="It measures on the samples that the network was trained on.",
    ),
    "which-control": choice(
        "b",
        options={
            "a": "more seeds make the same difference more certain, and do not say "
            "where it comes from",
            "b": "Batches of 512 then make as many updates; if they still end behind, "
            "it is not the updates.",
            "c": "a smaller rate for large batches lets them learn less still in their "
            "few updates",
            "d": "that says whether they fit or generalize, at the same unequal number "
            "of updates",
        },
    ),
    "scaled-rates": asked(
        "Rates were tuned at batches of 32: 0.1 for SGD, 0.001 for Adam. What do the "
        "linear rule for SGD and the square-root rule for Adam say for batches of 512? "
        "(Two numbers: SGD, Adam.)",
        vector(
            [1.6, 0.004],
            mistakes=[
                (
                    [0.4, 0.004],
                    "SGD's rate grows with the batch itself, by 16",
                ),
                ([1.6, 0.016], "Adam's rate grows with the root of 16"),
                ([0.4, 0.016], "the two rules are swapped"),
                (
                    [0.00625, 0.00025],
                    "a larger batch has less noise and makes fewer updates: raise them",
                ),
                (
                    [51.2, 0.0226],
                    "the factor is 512/32, not 512",
                ),
            ],
            confirm="Both are starting points: try the rate before you trust it.",
        ),
    ),
}
