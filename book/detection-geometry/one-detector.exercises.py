"""Exercises of *One detector, from the photograph to the boxes*.

Chapter: book/detection-geometry/one-detector.ipynb.
"""

from evidence.exercises import asked, bug, choice, number, vector

EXERCISES = {
    "what-each-step-gives": asked(
        "A photograph gives 200 proposals. Its feature map has 16 planes, and each box "
        "becomes 5 x 5 bins. How many numbers are the features of all boxes, the "
        "scores of one class, and the moves?",
        vector(
            [80000, 200, 800],
            tolerance=0,
            mistakes=[
                (
                    [400, 1, 4],
                    "these are the numbers of one box; there are 200",
                ),
                (
                    [5000, 200, 800],
                    "each bin holds one number for each of the 16 planes",
                ),
                (
                    [16000, 200, 800],
                    "5 x 5 bins are 25, not 5",
                ),
                (
                    [3200, 200, 800],
                    "each plane has 5 x 5 bins, not one",
                ),
                (
                    [80000, 200, 200],
                    "a move is four numbers: two for the center, two for the sides",
                ),
                (
                    [800, 200, 80000],
                    "in the order that is asked: features, scores, moves",
                ),
                (
                    [80000, 1, 4],
                    "the features are of all boxes; each has its own score and move",
                ),
                (
                    [80000, 800, 200],
                    "one score and four numbers of a move a box, not the other way "
                    "round",
                ),
            ],
            confirm="However many boxes there are, each is described by 400 numbers.",
        ),
    ),
    "fault": bug(
        """
        x = features(proposals, cells)
        scores, moves = score.predict(x), move.predict(x)
        sure = scores > 0.5
        moved = decode_boxes(proposals[sure], moves[sure])
        kept = nms(moved, scores[sure], threshold=0.3)
        result = moved[kept], scores[kept]
        """,
        at=6,
        why_not={
            1: "the features are of the proposals, before they move: so were those "
            "that the regressions learned from",
            2: "both are predicted of the same features",
            3: "a box may be left out before the move: the score is of the proposal",
            4: "boxes and moves are those of the same proposals",
            5: "boxes and scores are those of the same proposals",
        },
        confirm="kept counts among the sure boxes, so it must be scores[sure][kept]. "
        "As it stands, boxes get the scores of other proposals.",
    ),
    "average-by-hand": number(
        5 / 6,
        mistakes=[
            (2 / 3, "that is the precision of the whole list"),
            (
                13 / 18,
                "the precision counts at coins found, not at the error too",
            ),
            (5 / 9, "average over the two coins, not over the three boxes"),
            (
                0.75,
                "at the second coin two of three boxes are right, not one of two",
            ),
            (
                1,
                "the error stands before the second coin, and lowers what is noted "
                "there",
            ),
            (0.5, "the second coin is found too, below the error"),
        ],
        confirm="1 at the first coin, 2/3 at the second. An error below all coins "
        "would cost nothing.",
    ),
    "what-it-was-for": choice(
        "b",
        {
            "a": "objects that nobody finds are missing at an overlap of 0.5 too, and "
            "there nothing is lost",
            "b": "Rough boxes are as good as before; the closer they must fit, the "
            "more is lost.",
            "c": "two boxes on one object are an error at every overlap, and at 0.5 "
            "nothing is lost",
            "d": "the usual test asks for half of the overlap; look at the other two",
        },
    ),
    "missing-run": choice(
        "b",
        {
            "a": "more seeds narrow the interval of a comparison that changes two "
            "things: the pooling, and whether the regressions know what they get",
            "b": "The regressions had never seen such features. Learned anew, they "
            "lose little at 0.7, and much only further on.",
            "c": "suppression is the same in both; the swap has changed something else",
            "d": "that tells where the loss begins, not what it comes from",
        },
    ),
    "averaging": asked(
        "Each of four detectors is off by 3 %, all in the same direction, and beside "
        "that by chance, each for itself, with a standard deviation of 8 %. What is "
        "the root of the mean squared error of their average, in percent?",
        number(
            5,
            mistakes={
                4: "that is the chance alone; what all share stays",
                7: "errors of different causes add by their squares: the root of "
                "9 + 16",
                3: "that is left of infinitely many; four leave some of the chance",
                8.544: "that is the error of one detector: the chance of four is half "
                "as large",
                4.272: "you divided both by the root of 4; what all share does not "
                "shrink",
                2.136: "you divided all by 4; what all share stays, and chance "
                "shrinks by the root of 4",
                3.606: "chance shrinks by the root of 4, not by 4",
                25: "that is the mean squared error; take its root",
                11: "errors of different causes add by their squares; "
                "and the chance of four is half that of one",
            },
            confirm="However many there are, it never gets below 3.",
        ),
    ),
}
