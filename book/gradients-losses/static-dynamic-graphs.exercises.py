"""Exercises of *Static and dynamic graphs*.

Chapter: book/gradients-losses/static-dynamic-graphs.ipynb.
"""

import math

from evidence.exercises import asked, choice, function, number
from evidence.methods.programs import needed_lines


def _the_last_alone(program):
    """Return what the last line takes itself."""
    return sorted({len(program) - 1, *program[-1][1]})


def _whatever_is_taken(program):
    """Return every line that some line takes, needed or not."""
    lines = [args for op, args in program if op not in ("input", "const")]
    return sorted({len(program) - 1}.union(*lines))


def _constants_for_lines(program):
    """Take the numbers of constants for those of lines."""
    needed = {len(program) - 1}
    for k in reversed(range(len(program))):
        op, args = program[k]
        if k in needed and op != "input":
            needed.update(args)
    return sorted(needed)


_IDLE = [
    ("input", ("x",)),
    ("const", (3,)),
    ("mul", (0, 1)),
    ("add", (2, 0)),
    ("tanh", (3,)),
    ("mul", (2, 2)),
    ("return", (5,)),
]
_LONG = [
    ("input", ("x",)),
    ("input", ("y",)),
    ("add", (0, 1)),
    ("sub", (0, 1)),
    ("mul", (2, 2)),
    ("tanh", (3,)),
    ("mul", (4, 0)),
    ("return", (6,)),
]

EXERCISES = {
    "by-hand": asked(
        "A program is a list of numbered lines, each an operation and the numbers of "
        "the lines it takes:\n0 input x\n1 const 2\n2 sub 0 1\n3 mul 2 0\n4 add 3 2\n"
        "5 return 4\nWhat does it return for x = 5?",
        number(
            18,
            tolerance=0,
            mistakes={
                20: "line 4 adds line 2, which is x - 2, and not x",
                17: "the 2 in line 4 is the number of a line, not the constant",
                15: "that is line 3; line 5 returns line 4",
                5: "3 and 2 are numbers of lines",
                11: "line 3 multiplies",
                13: "line 3 multiplies lines 2 and 0: line 2 is 3, not the constant 2",
            },
            confirm="The lines are 5, 2, 3, 15, 18.",
        ),
    ),
    "left": asked(
        "The formula (x + y)·(x + y) + (y + x) is written down as a program, one line "
        "an operation, and equal lines are merged (lines are equal that have the same "
        "operation and the same arguments in the same order). How many operations are "
        "left?",
        number(
            4,
            tolerance=0,
            mistakes={
                5: "that is what is written; x + y is there twice",
                3: "y + x takes the same lines in another order: to compare lines is "
                "not to know algebra",
                6: "inputs are no operations; as written there are five, and x + y "
                "stands there twice",
                7: "inputs, and the return, are no operations",
            },
            confirm="x + y, its square, y + x, and the last sum.",
        ),
    ),
    "needed": function(
        needed_lines,
        cases=[(_IDLE,), (_LONG,)],
        mistakes=[
            (
                _the_last_alone,
                "that is what the last line takes; walk backward, ask those too",
            ),
            (
                _whatever_is_taken,
                "a line may be taken by one that nobody needs: ask needed lines only",
            ),
            (
                _constants_for_lines,
                "the argument of a constant is the number itself, not that of a line",
            ),
        ],
        confirm="What is not in the list can go, if it is pure.",
    ),
    "keeps-bits": choice(
        "b",
        options={
            "a": "infinity times 0 is no number, and -1 times 0 is -0",
            "b": "A difference is the sum with the sign turned, which turns one bit.",
            "c": "1/3 is rounded first, and the product once more: for x = 5 it is "
            "another number",
            "d": "there are three roundings before and two after, of other numbers",
        },
    ),
    "replay": asked(
        "The function 'while x > 1: x = x / 2; return x' is called with x = 8, and the "
        "operations of this call are recorded. What does the recording return for "
        "x = 20?",
        number(
            2.5,
            mistakes={
                0.625: "that is the function; the recording has the halvings of 8",
                1: "that is what it returned for 8",
                20: "the divisions were recorded, three of them",
                5: "8, 4, 2, 1: those are three halvings",
                1.25: "8, 4, 2, 1: those are three halvings",
            },
            confirm="Three halvings, whatever comes.",
        ),
    ),
    "crossover": asked(
        "One operation costs an overhead of 8 µs; the machine does 64 GFLOP/s (64·10^9 "
        "operations of arithmetic a second). From which n on does the product of one "
        "sample with an n × n matrix take longer than the overhead?",
        number(
            math.sqrt(8e-6 * 64e9 / 2),
            mistakes={
                math.sqrt(
                    8e-6 * 64e9
                ): "a product is one multiplication and one "
                "addition for each weight: 2n²",
                256000: "that is n²; take the root",
                512000: "that is 2n²",
                16: "1 µs is 10^-6 s, and 1 GFLOP is 10^9",
            },
            confirm="The root of 256,000, about 506: most layers of small networks lie "
            "below.",
        ),
    ),
    "saved": asked(
        "A program of ten layers (x @ w + b).tanh(), each w of shape (100, 100), runs "
        "in batches of 5. Each operation costs an overhead of 5 µs, and the machine "
        "does 10 GFLOP/s (10·10^9 operations of arithmetic a second); the two times "
        "add up. As one graph the program costs the overhead once. How many times as "
        "fast is it then?",
        number(
            251 / 106,
            mistakes={
                30: "that is without the arithmetic, which no graph saves here",
                251
                / 101: "a graph is one call: it costs the overhead once, too",
                151
                / 106: "a layer is three operations: a product, a sum and a tanh",
                201
                / 56: "a product is one multiplication and one addition for each "
                "weight and sample",
                170.2
                / 25.2: "each of the 5 samples of a batch has its arithmetic",
                106 / 251: "turn it round: how many times as fast",
                145: "those are the microseconds that are saved; set both times in "
                "proportion",
                145
                / 251: "that is the share of the time that is saved; set both times "
                "in proportion",
            },
            confirm="30 operations, 1,010,000 of arithmetic: 150 + 101 µs against "
            "5 + 101.",
        ),
    ),
}
