"""Exercises of *One hidden layer is enough (to represent)*.

Chapter: book/experiments/universal-approximation.ipynb.
"""

from evidence.exercises import asked, choice, number

EXERCISES = {
    "which-activation": asked(
        "With one of these activations no number of units in one hidden layer comes as "
        "near as one likes to every continuous function on [0, 1]. With which?\n"
        "a: |z|\n"
        "b: z³ - z\n"
        "c: sin z\n"
        "d: the step, 1 for z > 0 and else 0",
        choice(
            "b",
            options={
                "a": "|z| is no polynomial, and broken lines are sums of such terms",
                "b": "Whatever the number of units, a sum of cubics is a cubic.",
                "c": "sin z is no polynomial: no derivative of it is zero everywhere",
                "d": "staircases of enough steps come near to any continuous function",
            },
        ),
    ),
    "how-many": asked(
        "A broken line through x² at n + 1 equally spaced knots on [-1, 1] has n "
        "pieces, and so needs n ReLUs and a constant. How many ReLUs does it need for "
        "an error of at most 0.0004 everywhere?",
        number(
            50,
            mistakes={
                25: "the interval has length 2, so that h = 2/n",
                2500: "the error falls with the square of n: 1/n² = 0.0004",
                70.7: "the rule has h²/8 times 2, which is h²/4",
                35.4: "take f″ = 2, and a line through x², not shifted",
                36: "take f″ = 2, and a line through x², not shifted",
                51: "that is the number of knots; no ReLU starts at the last",
                100: "1/100² is 0.0001; 0.0004 was asked",
            },
            confirm="(2/n)²/8 times 2 is 1/n², and 1/50² = 0.0004.",
        ),
    ),
    "plateau": number(
        1 / 12,
        mistakes={
            1
            / 3: "that is the error of the zero function; a constant can do better",
            0.25: "that is the squared mean of |x|; take it from the mean square",
            0.5: "that is the best constant, the mean of |x|; its error is asked",
            0.289: "that is the root of it",
            0.085: "that is for 100 points; take very many",
            0.08: "near, but rounded too far: give two figures",
        },
        confirm="By symmetry the best line is a constant, 1/2, and 1/3 - 1/4 = 1/12.",
    ),
    "which-control": choice(
        "c",
        options={
            "a": "60 units can represent more than 30: whatever comes out, it is not "
            "about 30",
            "b": "that rests on gradient descent: if it misses again, you know no more",
            "c": "If the error is small, 30 units can. (If it is large, other places "
            "might do.)",
            "d": "that rests on gradient descent: if all miss again, you know no more",
        },
    ),
}
