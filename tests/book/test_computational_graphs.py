"""The engine that *Computational graphs and the chain rule* defines, against torch."""

import itertools

import numpy as np
import pytest
import torch
from defined import defined

CELLS = "node", "in-order", "backward", "array", "functions", "fit", "forward"


@pytest.fixture(scope="module")
def engine():
    """Return what these cells of the chapter define."""
    chapter = "gradients-losses/computational-graphs"
    return defined(chapter, CELLS, np=np, itertools=itertools)


def expression(seed, x, y):
    """Return a number made of x and y by ten operations, some used many times."""
    rng = np.random.default_rng(seed)
    found = [x, y, x * y]
    for kind in rng.integers(0, 2, 10):
        a, b = (found[k] for k in rng.integers(0, len(found), 2))
        found.append(a * b if kind else a + b)
    return sum(found[1:], found[0])


@pytest.mark.parametrize("seed", range(20))
def test_both_modes_find_the_derivatives_that_torch_finds(engine, seed):
    leaves = [torch.tensor(v, dtype=torch.float64) for v in (0.7, -0.4)]
    x, y = (leaf.requires_grad_() for leaf in leaves)
    expression(seed, x, y).backward()
    ours = [engine["Node"](0.7), engine["Node"](-0.4)]
    end = expression(seed, *ours)
    edges = sum(len(node.parents) for node in engine["in_order"](end))
    assert engine["backward"](end) == edges
    for node, leaf in zip(ours, (x, y), strict=True):
        (ahead,) = engine["forward"]([end], node)[1]
        np.testing.assert_allclose([node.grad, ahead], leaf.grad, rtol=1e-9)


@pytest.mark.parametrize("kind", ["__add__", "__mul__"])
@pytest.mark.parametrize("shape", [(4, 3), (3,), (1, 3), (4, 1), (1, 1), (1,), ()])
def test_what_is_broadcast_gets_a_gradient_of_its_own_shape(engine, kind, shape):
    rng = np.random.default_rng([3, len(shape)])
    values = rng.normal(size=(4, 3)), rng.normal(size=shape), rng.normal(size=(4, 3))
    for order in ([0, 1], [1, 0]):
        ours = [engine["Array"](value) for value in values]
        theirs = [torch.tensor(value, requires_grad=True) for value in values]
        a, b = (ours[k] for k in order)
        end = engine["total"](engine["squash"](getattr(a, kind)(b)) * ours[2])
        engine["pull_back"](end, engine["add_copies"])
        a, b = (theirs[k] for k in order)
        z = getattr(a, kind)(b)
        (z / (1 + z**2).sqrt() * theirs[2]).sum().backward()
        for one, other in zip(ours, theirs, strict=True):
            assert one.grad.shape == one.value.shape
            np.testing.assert_allclose(one.grad, other.grad.numpy(), rtol=1e-12)


def test_an_array_that_is_used_twice_gets_both_contributions(engine):
    value = np.random.default_rng(4).normal(size=(3, 3))
    ours, theirs = engine["Array"](value), torch.tensor(value, requires_grad=True)
    engine["pull_back"](engine["total"](ours @ ours + ours), engine["add_copies"])
    (theirs @ theirs + theirs).sum().backward()
    np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), rtol=1e-12)


def test_each_output_of_one_graph_gets_a_sweep_of_its_own(engine):
    for node, sweep in (
        ("Node", engine["backward"]),
        ("Array", lambda end: engine["pull_back"](end, engine["add_copies"])),
    ):
        x, y = engine[node](0.7), engine[node](-0.4)
        shared = x * y
        for end, slopes in (
            (shared + x, (0.6, 0.7)),
            (shared * shared, (0.224, -0.392)),
        ):
            sweep(end)
            np.testing.assert_allclose((x.grad, y.grad), slopes, rtol=1e-12)


def test_backward_adds_to_leaves_it_reaches_and_leaves_the_others_none():
    reached, cut, aside = (torch.ones(2, requires_grad=True) for _ in range(3))
    result = reached * cut.detach()
    for times in (1, 2):
        result.sum().backward(retain_graph=True)
        assert reached.grad.tolist() == [times, times]
    assert cut.grad is None and aside.grad is None
    with pytest.warns(UserWarning, match="not a leaf"):
        assert result.grad is None
