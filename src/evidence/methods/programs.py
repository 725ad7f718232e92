"""Programs as lists of lines: written first and run later, or run as they are written.

A line is an operation and its arguments: the numbers of the lines it takes. The
argument of an input is its name, that of a constant the number itself. The last line
returns.
"""

from __future__ import annotations

import math

import numpy as np

LEAVES = ("input", "const")
"""Operations whose arguments are not numbers of lines."""


def same(value):
    """Return what was given."""
    return value


def matmul_shape(a, b):
    """Return the shape of a matrix product, given two shapes."""
    if a[-1] != b[0]:
        raise ValueError(f"no matrix product of shapes {a} and {b}")
    return (*a[:-1], *b[1:])


OPS = {
    "const": same,
    "return": same,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "greater": np.greater,
    "matmul": np.matmul,
    "tanh": np.tanh,
    "sum": np.sum,
}
"""What each operation makes of values."""

PURE = tuple(op for op in OPS if op not in (*LEAVES, "return"))
"""Operations that take lines and may be computed at any time."""

SHAPES = dict.fromkeys(OPS, np.broadcast_shapes) | {
    "const": np.shape,
    "return": same,
    "matmul": matmul_shape,
    "tanh": same,
    "sum": lambda shape: (),
}
"""What each operation makes of shapes."""


class Operators:
    """Python's operators: each writes a line."""

    def __add__(self, other):
        return self.then("add", other)

    def __sub__(self, other):
        return self.then("sub", other)

    def __mul__(self, other):
        return self.then("mul", other)

    __rmul__ = __mul__

    def __rsub__(self, other):
        return type(self)(self.program, "const", other) - self

    def __truediv__(self, other):
        return self.then("div", other)

    def __matmul__(self, other):
        return self.then("matmul", other)

    def __gt__(self, other):
        return self.then("greater", other)

    def tanh(self):
        """Write the line of the hyperbolic tangent."""
        return self.then("tanh")

    def sum(self):
        """Write the line of the sum of all elements."""
        return self.then("sum")

    def __bool__(self):
        raise TypeError("a symbol has no value yet: it is neither true nor false")


class Symbol(Operators):
    """A value that does not exist yet: one line of a program."""

    def __init__(self, program, op, *args):
        self.program, self.line = program, len(program)
        program.append((op, args))

    def then(self, op, *others):
        """Write the next line."""
        lines = [self.line]
        for x in others:
            if not isinstance(x, Symbol):
                x = type(self)(self.program, "const", x)
            lines.append(x.line)
        return type(self)(self.program, op, *lines)


class Value(Symbol):
    """A value that exists: one line of a tape."""

    @property
    def value(self):
        """What the line gave when it was written."""
        return self.program.values[self.line]

    def __bool__(self):
        return bool(self.value)

    def __float__(self):
        return float(self.value)

    def __len__(self):
        return len(self.value)


def step(line, values, inputs, ops):
    """Return the value of a line, given those of the lines before."""
    op, args = line
    if op == "input":
        return inputs[args[0]]
    if op == "const":
        return ops["const"](args[0])
    return ops[op](*(values[k] for k in args))


def run(program, ops=OPS, **inputs):
    """Return what a program returns."""
    values = []
    for line in program:
        values.append(step(line, values, inputs, ops))
    return values[-1]


class Tape(list):
    """A program that is run as it is written."""

    def __init__(self, inputs, ops):
        self.inputs, self.ops, self.values = inputs, ops, []

    def append(self, line):
        """Write a line and compute it."""
        super().append(line)
        value = step(line, self.values, self.inputs, self.ops)
        self.values.append(value)


def write(function, *names):
    """Return the program of a function, without any value."""
    program = []
    result = function(*(Symbol(program, "input", name) for name in names))
    program.append(("return", (result.line,)))
    return program


def record(function, ops=OPS, **inputs):
    """Return the tape of one call; the result is its last value."""
    tape = Tape(inputs, ops)
    result = function(*(Value(tape, "input", name) for name in inputs))
    tape.append(("return", (result.line,)))
    return tape


def operations(program):
    """Return how many operations a program has; leaves and the return are none."""
    return sum(op not in (*LEAVES, "return") for op, _ in program)


def renumbered(line, moved):
    """Return a line whose arguments follow the lines that have moved."""
    op, args = line
    return line if op in LEAVES else (op, tuple(moved[k] for k in args))


def fold(program):
    """Compute now what depends on constants alone."""
    new = []
    for op, args in program:
        if op in PURE and all(new[k][0] == "const" for k in args):
            numbers = [new[k][1][0] for k in args]
            op, args = "const", (float(OPS[op](*numbers)),)
        new.append((op, args))
    return new


def merge(program, key=same):
    """Keep the first of equal lines."""
    new, first, moved = [], {}, []
    for line in program:
        line = renumbered(line, moved)
        if key(line) not in first:
            first[key(line)] = len(new)
            new.append(line)
        moved.append(first[key(line)])
    return new


def prune(program):
    """Keep the lines that the last one needs."""
    kept = needed_lines(program)
    moved = {k: place for place, k in enumerate(kept)}
    return [renumbered(program[k], moved) for k in kept]


def needed_lines(program):
    """Return the numbers of the lines that the last one needs, in order."""
    needed = {len(program) - 1}
    for k in reversed(range(len(program))):
        op, args = program[k]
        if k in needed and op not in LEAVES:
            needed.update(args)
    return sorted(needed)


def random_program(rng, size, constants):
    """Return a program of two inputs, with operations on random earlier lines."""
    program = [("input", ("x",)), ("input", ("y",))]
    program += [("const", (float(number),)) for number in constants]
    for _ in range(size):
        op = ("add", "sub", "mul", "div")[rng.integers(4)]
        args = rng.integers(len(program), size=2)
        program.append((op, tuple(int(k) for k in args)))
    program.append(("return", (len(program) - 1,)))
    return program


def arithmetic(tape):
    """Return how much arithmetic a tape of shapes stands for."""
    count = 0
    for (op, args), shape in zip(tape, tape.values, strict=True):
        if op == "matmul":
            inner = tape.values[args[1]][0]
            count += 2 * inner * math.prod(shape)
        elif op not in (*LEAVES, "return"):
            count += math.prod(shape)
    return count
