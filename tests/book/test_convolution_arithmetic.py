"""What the chapter on convolution arithmetic defines, beside PyTorch."""

import numpy as np
import pytest
import torch
from defined import defined
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from evidence.exercises import find

PART = "architectures/convolution-arithmetic"
CELLS = ("windows", "convolve", "vgg", "cost", "sees", "by-gradient", "stack", "paint")


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "torch": torch, "nn": nn, "x": 0, "w": 0}
    names |= {k: getattr(functional, k) for k in ("conv1d", "conv2d", "interpolate")}
    names["conv_transpose2d"] = functional.conv_transpose2d
    functions = ("conventions", "generate", "checkerboard", "run-checker")
    return defined(PART, CELLS, functions, **names)


def layers(count):
    """Return random sizes W, F, S, P, D for which a window fits."""
    rng = np.random.default_rng(11)
    draw = [rng.integers(low, 5, size=count) for low in (1, 1, 0, 1)]
    wide = rng.integers(5, 40, size=count)
    every = np.stack([wide, *draw], axis=1).tolist()
    return [each for each in every if each[0] + 2 * each[3] > each[4] * (each[1] - 1)]


def test_windows_are_as_many_as_pytorch_has_outputs(chapter):
    for W, F, S, P, D in layers(300):
        row = torch.zeros(1, 1, W), torch.zeros(1, 1, F)
        size = functional.conv1d(*row, None, S, P, D).shape[-1]
        assert len(chapter["windows"](W, F, S, P, D)) == size
        assert size == (W + 2 * P - D * (F - 1) - 1) // S + 1


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(("S", "P", "D"), [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 1, 2)])
def test_the_counting_convolution_is_pytorchs(chapter, groups, S, P, D):
    rng = np.random.default_rng(groups)
    x, w = rng.normal(size=(4, 7, 7)), rng.normal(size=(8, 4 // groups, 3, 3))
    out, done, outside = chapter["convolve"](x, w, S, P, D)
    theirs = functional.conv2d(
        torch.tensor(x)[None], torch.tensor(w), None, S, P, D, groups
    )
    np.testing.assert_allclose(out, theirs[0], atol=1e-12)
    ones = torch.ones(1, 4, 7, 7), torch.ones(w.shape)
    inside = functional.conv2d(*ones, None, S, P, D, groups).sum()
    assert done == out.size * w[0].size
    assert done - outside == inside


def test_multiply_adds_are_half_of_what_pytorch_counts(chapter):
    for c_in, c_out, k, groups in ((6, 12, 3, 1), (6, 12, 3, 3), (8, 8, 5, 8)):
        layer = nn.Conv2d(c_in, c_out, k, padding=k // 2, groups=groups, bias=False)
        with FlopCounterMode(display=False) as counter:
            layer(torch.zeros(1, c_in, 9, 9))
        uses, moved = chapter["cost"](81, c_in, c_out, k, groups)
        assert 2 * uses == counter.get_total_flops()
        assert moved == 81 * (c_in + c_out) + layer.weight.numel()


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_the_networks_are_those_of_their_paper(chapter, name):
    rows = chapter[name]
    modules, channels, side = [], 3, 224
    for weights, out, places in rows[:-3]:
        if places < side**2:
            modules.append(nn.MaxPool2d(2))
            side //= 2
        modules += [nn.Conv2d(channels, int(out), 3, padding=1), nn.ReLU()]
        assert modules[-2].weight.numel() == weights
        channels = int(out)
    modules += [nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512 * 49, 4096)]
    modules += [nn.Linear(4096, 4096), nn.Linear(4096, 1000)]
    with FlopCounterMode(display=False) as counter, torch.device("meta"):
        network = nn.Sequential(*modules).to("meta")
        network(torch.empty(1, 3, 224, 224))
    counts = list(chapter["conventions"](rows).values())
    assert counts[2] == counter.get_total_flops()
    parameters = sum(p.numel() for p in network.parameters())
    assert parameters == rows[:, :2].sum()
    assert round(parameters / 1e6) == {"vgg16": 138, "vgg19": 144}[name]


def test_multiplications_by_padding_are_counted_alike(chapter):
    x, w = np.ones((1, 9, 9)), np.ones((1, 1, 3, 3))
    _, done, outside = chapter["convolve"](x, w, P=1)
    counts = list(chapter["conventions"](np.array([[9, 1, 81.0]])).values())
    assert counts[0] == done
    assert counts[1] == pytest.approx(done - outside)


@pytest.mark.parametrize("dilations", [(1,), (2, 2), (1, 2, 4), (1, 3, 9), (1, 4, 12)])
def test_what_an_output_sees_has_a_gradient(chapter, dilations):
    seen = chapter["sees"](*[(1, D) for D in dilations])
    assert chapter["depends"](*dilations) == len(seen) ** 2


@pytest.mark.parametrize(
    "layers", [[(2, 1), (1, 1)], [(1, 1), (2, 1), (1, 2)], [(2, 2), (3, 1), (1, 1)]]
)
def test_strides_before_a_layer_widen_what_it_sees(chapter, layers):
    seen = np.array(chapter["sees"](*layers))
    x = torch.ones(1, 1, seen.max() - seen.min() + 1, requires_grad=True)
    y = x
    for S, D in layers:
        y = functional.conv1d(y, torch.ones(1, 1, 3), None, S, 0, D)
    assert y.shape[-1] == 1
    y.sum().backward()
    np.testing.assert_array_equal(x.grad[0, 0].nonzero()[:, 0], seen - seen.min())


def test_dilations_leave_holes_where_the_rule_says_so(chapter):
    rng = np.random.default_rng(12)
    for _ in range(100):
        dilations = np.sort(rng.integers(1, 9, size=rng.integers(1, 5))).tolist()
        hole = any(1 + 2 * sum(dilations[:k]) < D for k, D in enumerate(dilations))
        seen = chapter["sees"](*[(1, D) for D in dilations])
        whole = len(seen) == 2 * sum(dilations) + 1
        assert whole != hole


@pytest.mark.parametrize(("S", "P", "k"), [(1, 0, 3), (2, 1, 3), (2, 1, 4), (3, 2, 5)])
def test_painting_is_pytorchs_transposed_convolution(chapter, S, P, k):
    rng = np.random.default_rng(k)
    x, w = rng.normal(size=6), rng.normal(size=k)
    theirs = functional.conv_transpose1d(
        torch.tensor(x)[None, None], torch.tensor(w)[None, None], None, S, P
    )
    np.testing.assert_allclose(chapter["paint"](x, w, S, P), theirs[0, 0], atol=1e-12)
    assert theirs.shape[-1] == (6 - 1) * S - 2 * P + k


def test_the_line_that_paints_wrong_is_the_one_to_find(chapter):
    task = find("convolution-arithmetic/paint").task
    lines = list(task["lines"])
    row = [1, 2, 3], [0.5, 1, 0.5], 2, 1
    right = chapter["paint"](*row)
    assert len(right) == 5
    for painted in (False, True):
        made = {"np": np}
        exec("\n".join(lines), made)
        assert np.array_equal(made["paint"](*row), right) == painted
        at = int(task["expected"]) - 1
        lines[at] = lines[at].replace("j - P", "j + P")


def test_phases_that_differ_alone_are_a_whole_checkerboard(chapter):
    board = np.tile([[1.0, 2.0], [3.0, 4.0]], (16, 16))
    assert chapter["checkerboard"](board, 2) == pytest.approx(1)
    assert chapter["checkerboard"](np.arange(64.0)[:, None] + np.zeros(64), 2) < 0.01


def test_copied_cells_share_their_weights(chapter):
    constant = torch.ones(1, 16, 6, 6, dtype=torch.double)
    w = torch.tensor(np.random.default_rng(5).normal(size=(16, 2, 3, 3)))
    out = chapter["resize"](constant, w, 2)
    np.testing.assert_allclose(out[0, 0], out[0, 0, 0, 0].item())
