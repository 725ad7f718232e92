"""Exercises of the chapter *Computational graphs and the chain rule*.

Chapter: book/gradients-losses/computational-graphs.ipynb.

The last three are of school calculus: this chapter is the first, and recalls them.
"""

import math

from evidence.exercises import asked, bug, choice, number, vector

EXERCISES = {
    "by-hand": asked(
        "Let u = x·y and z = u·u + u, at x = 2, y = 3. What are the derivatives of z "
        "by x and by y, and how many multiplications does a backward pass make that "
        "multiplies once for each edge of the graph? Three numbers.",
        vector(
            [39, 26, 6],
            tolerance=0,
            mistakes=[
                (
                    [36, 24, 6],
                    "u itself is a road to z as well: add its 1 to 2u",
                ),
                (
                    [36, 24, 4],
                    "u itself is a road to z as well: add its 1 to 2u",
                ),
                (
                    [21, 14, 6],
                    "u times u has two edges from u, each with the slope u",
                ),
                (
                    [21, 14, 5],
                    "u times u has two edges from u, each with the slope u",
                ),
                (
                    [18, 12, 6],
                    "there are three edges from u: their slopes add up",
                ),
                (
                    [3, 2, 6],
                    "roads add up; the first one to arrive is not all",
                ),
                (
                    [26, 39, 6],
                    "the slope from x is y, and that from y is x",
                ),
                (
                    [39, 26, 3],
                    "three operations, but two edges into each of them",
                ),
                (
                    [39, 26, 5],
                    "u times u has two edges from u, so it counts twice",
                ),
                (
                    [39, 26, 4],
                    "edges into the sum are multiplied along, too, by 1",
                ),
            ],
            confirm="The adjoint of u is 2u + 1 = 13; three operations, two edges "
            "each.",
        ),
    ),
    "which-proof": choice(
        "b",
        options={
            "a": "this one is sound: if the change of u over that of x tends to a "
            "number that is not 0, it is not 0 itself for small steps. It proves the "
            "rule wherever g'(a) is not 0",
            "b": "That is not enough: x³ sin(1/x) has a continuous derivative, is not "
            "constant near 0, and returns to 0 for steps as small as one likes.",
            "c": "this one is sound: r tends to 0 with the change of u, which tends to "
            "0 with the step, and nothing is divided by the change of u",
            "d": "this one is sound: the two kinds of steps are treated apart, and "
            "have the same limit",
        },
    ),
    "fit": asked(
        "Where NumPy broadcast an array, a backward pass has to bring the gradient c "
        "that arrives back to the array's shape. With this function biases of shape "
        "(3,), added to (4, 3), get the right gradient; a column of shape (4, 1) does "
        "not. Which line is to blame?",
        bug(
            """
            def fit(c, shape):
                while c.ndim > len(shape):
                    c = c.sum(axis=0)
                for axis, size in enumerate(shape):
                    if size == 1:
                        c = c.sum(axis=axis)
                return c
            """,
            at=6,
            why_not={
                2: "broadcasting puts new axes in front, so those in front go first",
                3: "the new axes are in front, and adding over one removes it",
                4: "that looks at each axis of the parent, as it should",
                5: "axes of length 1 are those that are stretched; where nothing was, "
                "the sum over one entry changes nothing",
            },
            confirm="Without keepdims=True the axis is gone: (4, 3) becomes (4,), not "
            "(4, 1). Subtracted from the column in a descent step it would be "
            "broadcast again, silently, to (4, 4).",
        ),
    ),
    "which-control": asked(
        "The gradient of a network of ReLUs is compared with central quotients, in "
        "single precision, at a step of 2^-7: the relative error is 4·10^-3. What "
        "tells a bug from a kink?\n"
        "a: the same check with a step of 2^-17, in single precision\n"
        "b: the same check with the smooth z/√(1 + z²) in place of ReLU\n"
        "c: a check in double precision with a step of 2^-17\n"
        "d: nothing; ReLUs have kinks",
        choice(
            "c",
            options={
                "a": "in single precision so small a step gives quotients off by a "
                "hundredth",
                "b": "a bug in the backward pass of ReLU would go with it",
                "c": "A smaller step hardly ever crosses a kink, and double precision "
                "affords it. A bug stays at any step.",
                "d": "that explains an alarm, but a bug would look the same",
            },
        ),
    ),
    "product": asked(
        "What is the derivative of x² sin x at x = π/2?",
        number(
            math.pi,
            mistakes={
                0: "that is the product of the two derivatives",
                math.pi**2
                / 4: "that is the value; its derivative is asked for",
                2: "that is 2 sin x + x² cos x; the derivative of x² is 2x",
                math.pi
                + math.pi**2
                / 4: "the derivative of sin is cos, which is 0 there",
            },
            confirm="2x sin x + x² cos x, and the cosine is 0.",
        ),
    ),
    "secant": asked(
        "What is the slope of the line that meets the graph of x² at x = 3 and at "
        "x = 3.1?",
        number(
            6.1,
            tolerance=0.001,
            mistakes={
                6: "that is the slope of the tangent at 3",
                6.2: "that is the slope of the tangent at 3.1",
                0.61: "that is the change of x²; divide it by that of x",
            },
            confirm="It is 2x + h, and tends to 6 with h.",
        ),
    ),
    "corner": asked(
        "What are the limits of the slopes (|h| - |0|)/h, for h to 0 from the left and "
        "from the right? Two numbers.",
        vector(
            [-1, 1],
            tolerance=0,
            mistakes=[
                ([1, -1], "left and right are exchanged"),
                ([0, 0], "0 is the mean of both; neither side has it"),
                ([1, 1], "on the left h is negative and |h| is not"),
            ],
            confirm="They differ, so |x| has no derivative at 0.",
        ),
    ),
}
