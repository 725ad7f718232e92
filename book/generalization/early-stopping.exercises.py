"""Exercises of *Early stopping*.

Chapter: book/generalization/early-stopping.ipynb.
"""

from evidence.exercises import asked, bug, number, vector

EXERCISES = {
    "not-restored": asked(
        "This loop trains a torch module with patience 20 and should hand back the "
        "weights of the least validation error. It stops where it should, and yet the "
        "weights are always those of the last epoch. Which line is to blame?",
        bug(
            """
        best, waited = float("inf"), 0
        for epoch in range(100):
            one_epoch(net)
            error = validation_error(net)
            if error < best:
                best, waited = error, 0
                kept = net.state_dict()
            else:
                waited += 1
            if waited >= 20:
                break
        net.load_state_dict(kept)
        """,
            at=7,
            why_not={
                1: "the first error is below infinity, so the first weights are kept",
                5: "a new least error is what to look for",
                6: "waiting begins anew with each least error",
                9: "one more epoch without a new least error",
                10: "after the twentieth such epoch it ends: patience 20",
                12: "to load what was kept is right; what was kept?",
            },
            confirm="state_dict() holds the tensors themselves, which train on: the "
            "last weights are loaded over themselves. copy.deepcopy keeps the best.",
        ),
    ),
    "all-three": number(
        1 - (7 / 8) ** 5,
        mistakes={
            1 / 8: "that is one classifier's chance",
            5
            / 8: "chances add up only for what excludes one another: two can do so",
            (7 / 8) ** 5: "that is the chance that none of them does",
            (1 / 8) ** 5: "that is the chance that all five do",
            1 - (1 / 2) ** 5: "each has three samples to get right: 1/8",
            1
            - (7 / 8)
            ** 3: "there are five classifiers, each with three samples to get right",
        },
        confirm="Nearly every second time one of five coins looks perfect.",
    ),
    "shares": vector(
        [1, 1 / 3, 1 - 0.9**5],
        mistakes=[
            ([1, 0.41, 1 / 3], "descent and ridge are swapped"),
            (
                [1, 1 / 3, 0.9**5],
                "that is the distance left; the share is 1 minus it",
            ),
            (
                [1, 1 / 3, 0.5],
                "that is ηλt; each step goes a tenth of what is left",
            ),
            ([1, 0.5, 1 - 0.9**5], "λ/(λ + α): 0.5/(0.5 + 1)"),
            (
                [0.2, 5 / 7, 1 - 0.9**5],
                "the price is 1/(ηt), with the rate: 1/(0.2 · 5)",
            ),
            (
                [1, 2 / 3, 1 - 0.9**5],
                "that is α/(λ + α), what ridge holds back",
            ),
            (
                [1, 1 / 3, 1 - 0.5**5],
                "a step goes ηλ = 0.1 of what is left, not λ",
            ),
        ],
        confirm="At that price descent has the larger share wherever ηλ is at most 1.",
    ),
    "freedom": asked(
        "A linear model has three weights; along its directions the loss has the "
        "curvatures 2, 0.2 and 0.02. How many degrees of freedom has the fit after 4 "
        "steps of gradient descent from 0 at the rate 0.5?",
        number(
            1 + (1 - 0.9**4) + (1 - 0.99**4),
            mistakes={
                3: "that is at the end; each direction counts with its share",
                1: "that is the first direction, which is there after a step; the two "
                "others count with their shares",
                0.9**4
                + 0.99
                ** 4: "those are what is left; the shares are 1 minus them",
                1
                + 0.4
                + 0.04: "that is ηλt of two; each step goes the share ηλ of what "
                "is left",
                4.44: "that is ηλt of all three; each step goes the "
                "share ηλ of what is left",
                2 / 2.5
                + 0.2 / 0.7
                + 0.02
                / 0.52: "those are the shares of ridge at the price 1/(ηt)",
                2
                - 0.9**4
                - 0.99**4: "the first direction counts too, with 1",
            },
            confirm="One direction whole, a third of the second, next to nothing of "
            "the last.",
        ),
    ),
}
