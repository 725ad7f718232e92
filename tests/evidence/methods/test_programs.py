"""Programs as lists of lines: against torch, and against the textbook mistakes."""

import operator
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.fx import symbolic_trace
from torch.fx.passes.dialect.common.cse_pass import CSEPass

from evidence.methods import programs
from evidence.methods.programs import (
    OPS,
    SHAPES,
    arithmetic,
    fold,
    merge,
    operations,
    prune,
    random_program,
    record,
    run,
    write,
)

IN_TORCH = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
}
quick = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10**6)
sizes = st.integers(1, 60)


def bits(number):
    return "nan" if np.isnan(number) else np.float64(number).tobytes()


def drawn(seed, size, constants=(-1, 0, 1)):
    rng = np.random.default_rng([seed, size])
    program = random_program(rng, size, constants)
    x, y = rng.normal(size=2).tolist()
    return program, {"x": x, "y": y}


def as_graph(program):
    """Return torch's graph of a program, line by line."""
    graph, nodes = torch.fx.Graph(), []
    for op, args in program:
        if op == "input":
            nodes.append(graph.placeholder(args[0]))
        elif op == "const":
            nodes.append(args[0])
        elif op == "return":
            graph.output(nodes[args[0]])
        else:
            nodes.append(
                graph.call_function(IN_TORCH[op], tuple(nodes[k] for k in args))
            )
    return torch.fx.GraphModule(torch.nn.Module(), graph)


def called(graph):
    return sum(node.op == "call_function" for node in graph.graph.nodes)


def network(x, w, b):
    return (x @ w + b).tanh().sum()


def some_arrays(seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"x": (5, 3), "w": (3, 4), "b": (4,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def test_a_program_and_a_tape_give_what_torch_gives():
    arrays = some_arrays()
    theirs = network(*map(torch.tensor, arrays.values())).item()
    assert run(write(network, *arrays), **arrays) == pytest.approx(theirs, rel=1e-12)
    tape = record(network, **arrays)
    assert tape == write(network, *arrays)
    assert tape.values[-1] == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: 2 * x + x * 2,
        lambda x: 1 - x,
        lambda x: (x / 3 - 0.5) * (x > 0.2),
    ],
)
def test_operators_write_what_python_means(function):
    for x in (-1.5, 0.25, 3.0):
        assert run(write(function, "x"), x=x) == function(x)
        assert record(function, x=x).values[-1] == function(x)


def test_a_symbol_has_no_value_and_a_value_has():
    program = []
    symbol = programs.Symbol(program, "input", "x")
    for ask in (bool, float, len):
        with pytest.raises(TypeError):
            ask(symbol)
    tape = programs.Tape({"x": torch.tensor([2.0])}, OPS)
    value = programs.Value(tape, "input", "x")
    assert (bool(value), float(value), len(value)) == (True, 2.0, 1)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@quick
@given(seed=seeds, size=sizes)
def test_passes_keep_every_bit_where_lines_are_compared_as_written(seed, size):
    program, inputs = drawn(seed, size)
    as_it_was = bits(run(program, **inputs))
    for passed in (
        fold(program),
        merge(program, repr),
        prune(program),
        prune(merge(fold(program), repr)),
    ):
        assert bits(run(passed, **inputs)) == as_it_was
        assert operations(passed) <= operations(program)


def test_equality_takes_one_zero_for_the_other():
    x = ("input", ("x",))
    zeros = [
        x,
        ("const", (0.0,)),
        ("const", (-0.0,)),
        ("div", (0, 2)),
        ("return", (3,)),
    ]
    with np.errstate(divide="ignore"):
        assert run(zeros, x=1.0) == -np.inf
        assert run(merge(zeros), x=1.0) == np.inf
        assert run(merge(zeros, repr), x=1.0) == -np.inf


@quick
@given(seed=seeds, size=sizes)
def test_merge_keeps_as_many_operations_as_torch_s_pass(seed, size):
    program, _ = drawn(seed, size, constants=(1, 2, 3))
    theirs = CSEPass()(as_graph(program)).graph_module
    assert operations(merge(program)) == called(theirs)


@quick
@given(seed=seeds, size=sizes)
def test_prune_keeps_as_many_operations_as_torch_s_elimination(seed, size):
    program, _ = drawn(seed, size)
    graph = as_graph(program)
    graph.graph.eliminate_dead_code()
    assert operations(prune(program)) == called(graph)


def test_fold_computes_constants_and_leaves_lines_at_their_places():
    program = write(lambda x: x * 2 * 3, "x")
    assert fold(program) == program  # (x * 2) * 3 has no two constants
    constant = [("const", (2,)), ("const", (3,)), ("mul", (0, 1)), ("return", (2,))]
    assert fold(constant) == [*constant[:2], ("const", (6.0,)), ("return", (2,))]
    random = [("const", (2,)), ("dropout", (0,)), ("return", (1,))]
    assert fold(random) == random  # an operation that is not known may not be pure


@quick
@given(seed=seeds)
def test_shapes_are_those_of_the_values(seed):
    arrays = some_arrays(seed)
    tape = record(network, **arrays)
    shapes = record(network, SHAPES, **{k: a.shape for k, a in arrays.items()})
    assert shapes.values == [np.shape(value) for value in tape.values]


@pytest.mark.parametrize("wrong", [{"w": (4, 4)}, {"b": (3,)}])
def test_shapes_that_do_not_fit_are_refused(wrong):
    shapes = {"x": (5, 3), "w": (3, 4), "b": (4,)} | wrong
    with pytest.raises(ValueError, match="shape"):
        record(network, SHAPES, **shapes)
    with pytest.raises(ValueError, match="shape"):
        run(write(network, *shapes), SHAPES, **shapes)


def test_arithmetic_of_a_layer():
    shapes = {"x": (5, 3), "w": (3, 4), "b": (4,)}
    tape = record(lambda x, w, b: (x @ w + b).tanh(), SHAPES, **shapes)
    assert arithmetic(tape) == 2 * 5 * 3 * 4 + 5 * 4 + 5 * 4


def branch(x):
    return x * 2 if x > 0 else x - 1


def halving(x):
    while x > 1:
        x = x / 2
    return x


def test_what_python_does_on_the_way_happens_once_at_the_recording(capsys):
    def printing(x):
        print("here")
        return x * 2

    tape = record(printing, x=1)
    assert capsys.readouterr().out == "here\n"
    assert run(tape, x=3) == symbolic_trace(printing)(3) == 6
    assert capsys.readouterr().out == "here\n"  # by torch, as it recorded


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "function, first, second", [(branch, 3.0, -3.0), (halving, 8.0, 20.0)]
)
def test_a_tape_replayed_gives_what_torch_s_trace_gives(function, first, second):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = torch.jit.trace(function, torch.tensor(first))(torch.tensor(second))
    assert run(record(function, x=first), x=second) == theirs.item()
    with pytest.raises(torch.fx.proxy.TraceError):
        symbolic_trace(function)
    with pytest.raises(TypeError):
        write(function, "x")
