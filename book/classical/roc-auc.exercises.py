"""Exercises of *ROC curves and AUC*.

Chapter: book/classical/roc-auc.ipynb.
"""

from evidence.exercises import asked, bug, choice, number

_FALSE, _RIGHT = 199 / 200 * 0.02, 1 / 200 * 0.9

EXERCISES = {
    "ties": asked(
        "A score is larger for whom it takes to be ill. The ill have 8, 4 and 4, the "
        "healthy 6, 4, 3 and 1. What is the area under the ROC curve?",
        number(
            0.75,
            mistakes={
                8 / 12: "ties count one half, not nothing",
                10 / 12: "ties count one half, not a whole pair",
                0.25: "turn it round: the ill should score higher",
                9: "those are the pairs won; the area is their share",
                9 / 7: "there are 3 · 4 pairs",
                9 / 49: "there are 3 · 4 pairs, not 7 · 7",
                8.5 / 12: "two ill people tie with a healthy one, not one",
            },
            confirm="9 of 12: 4 of the eight's pairs, and of each four's 2 and a half.",
        ),
    ),
    "right-alarms": asked(
        "One in 200 is ill. A test has a true positive rate of 0.9 and a false "
        "positive rate of 0.02. Which share of its alarms is right?",
        number(
            _RIGHT / (_RIGHT + _FALSE),
            mistakes={
                _FALSE
                / (
                    _RIGHT + _FALSE
                ): "that is the share of alarms that are false",
                0.9: "that is the share of the ill who raise an alarm",
                0.98: "that leaves out that one in 200 is ill",
                0.9 / 0.92: "that leaves out that one in 200 is ill",
                _RIGHT: "that is the share of all people; alarms are asked about",
                _RIGHT
                / _FALSE: "those are the right alarms for each false one; a share of "
                "all alarms is asked for",
                18.4: "as a share, not in percent",
            },
            confirm="Of 1,000 people 4.5 give right alarms, 19.9 false ones.",
        ),
    ),
    "turned": choice(
        "b",
        options={
            "a": "that is 0.62 whether it is of use or not: 1 - 0.38",
            "b": "These people had no part in the decision to turn it.",
            "c": "these are the people who made you turn it, again and again; the mean "
            "over halves is near 0.62",
            "d": "the threshold was chosen on the people on whom it is judged, like "
            "the direction",
        },
    ),
    "afford": choice(
        "c",
        options={
            "a": "the AUC is a mean over rates of which most cannot be afforded here",
            "b": "there ten times as many of the healthy raise an alarm as can be "
            "afforded",
            "c": "D finds 51 of 100 ill people where C finds 33, with as many false "
            "alarms.",
            "d": "FPR is the same; at every prevalence D has more right alarms beside "
            "as many false ones",
        },
    ),
    "narrow-interval": bug(
        """
        def interval(ill, healthy, rng):
            won = wins(ill, healthy).ravel()
            found = []
            for _ in range(2000):
                drawn = rng.choice(won, size=len(won))
                found.append(drawn.mean())
            return np.quantile(found, [0.025, 0.975])
        """,
        at=5,
        why_not={
            2: "these are the pairs, and their mean is the AUC; what is drawn?",
            4: "more rounds make the ends of the same interval steadier, no wider",
            6: "a mean is right; but which pairs is it taken of?",
            7: "that keeps the middle 95 %",
        },
        confirm="It draws pairs as if each had people of its own. Draw ill and healthy "
        "people, with replacement, and take all of their pairs.",
    ),
}
