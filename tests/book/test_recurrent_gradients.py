"""What the chapter on recurrent networks defines, beside torch."""

import numpy as np
import pytest
import torch
from defined import defined
from torch.nn.functional import binary_cross_entropy_with_logits

from evidence.exercises import find

PART = "gradients/recurrent-gradients"
CELLS = (
    "gain",
    "start",
    "sequences",
    "network",
    "steady",
    "reach",
    "lstm",
    "through",
    "learn",
)


@pytest.fixture(scope="module")
def chapter():
    """Return the functions that these cells of the chapter define."""
    names = {"np": np, "torch": torch, "UNITS": 6}
    names["binary_cross_entropy_with_logits"] = binary_cross_entropy_with_logits
    return defined(PART, functions_of=CELLS, **names)


@pytest.fixture(scope="module")
def scaled():
    return defined(PART, ["clipped"], torch=torch)["Scaled"]


def beside(net, layers, k):
    """Give torch's network the weights of our network k."""
    w, u, b = (part[k] for part in layers[:3])
    net = net.double()
    with torch.no_grad():
        net.weight_hh_l0.copy_(w.T)
        net.weight_ih_l0.copy_(u.T)
        net.bias_ih_l0.copy_(b[0])
        net.bias_hh_l0.zero_()
    return net


@pytest.mark.parametrize(
    ("cell", "kind", "blocks", "forget"),
    [("plain", torch.nn.RNN, 1, 0), ("lstm", torch.nn.LSTM, 4, 0)]
    + [("lstm", torch.nn.LSTM, 4, 5)],
)
def test_answers_and_gradients_are_those_of_torchs_network(
    chapter, cell, kind, blocks, forget
):
    layers = chapter["start"](3, blocks, forget=forget, units=6)
    x = chapter["sequences"](3, 1, 4, 9, 7)[0][0].requires_grad_()
    ours = chapter["answer_of"](chapter[cell], layers, x)
    (slope,) = torch.autograd.grad(ours.sum(), x)
    for k in range(3):
        given = x[k].detach().clone().requires_grad_()
        states, _ = beside(kind(2, 6), layers, k)(given)
        theirs = (states[-1] @ layers[3][k] + layers[4][k])[:, 0]
        (other,) = torch.autograd.grad(theirs.sum(), given)
        torch.testing.assert_close(ours[k], theirs, rtol=0, atol=1e-12)
        torch.testing.assert_close(slope[k], other, rtol=0, atol=1e-12)


def test_each_gate_stands_where_torch_has_it(chapter):
    """One block's bias is changed at a time: a swapped pair of gates would show."""
    layers = chapter["start"](1, 4, units=6)
    x = chapter["sequences"](1, 1, 4, 9, 7)[0][0]
    for block in range(4):
        moved = [part.clone() for part in layers]
        moved[2][..., 6 * block : 6 * (block + 1)] += 2
        ours = chapter["answer_of"](chapter["lstm"], moved, x)[0]
        states, _ = beside(torch.nn.LSTM(2, 6), moved, 0)(x[0])
        theirs = (states[-1] @ layers[3][0] + layers[4][0])[:, 0]
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_states_and_each_blocks_gradient_are_those_of_torchs_lstm(chapter):
    layers = chapter["start"](1, 4, forget=1, units=6)
    x = chapter["sequences"](1, 1, 4, 9, 7)[0][0, 0]
    net = beside(torch.nn.LSTM(2, 6), layers, 0)
    w, u, b = (part[0].clone().requires_grad_() for part in layers[:3])
    h = c = x.new_zeros(4, 6)
    for step in range(9):
        h, c = chapter["lstm"](h, c, x[step] @ u + b, w)
        states = net(x[: step + 1])[1]
        for ours, theirs in zip((h, c), states, strict=True):
            torch.testing.assert_close(ours, theirs[0], rtol=0, atol=1e-12)
    (h.sum() + (c**2).sum()).backward()
    (states[0].sum() + (states[1] ** 2).sum()).backward()
    grads = [
        net.weight_hh_l0.grad.T,
        net.weight_ih_l0.grad.T,
        net.bias_ih_l0.grad[None],
    ]
    for part, grad in zip((w, u, b), grads, strict=True):
        for ours, theirs in zip(part.grad.chunk(4, -1), grad.chunk(4, -1), strict=True):
            assert theirs.abs().max() > 1e-3
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("gate", range(4))
def test_a_block_alone_does_what_torchs_does(chapter, gate):
    """One gate is free at a time; the biases of the others are far out."""
    layers = chapter["start"](1, 4, units=6)
    w, u, b = (part[0].clone() for part in layers[:3])
    for other in {0, 1, 2, 3} - {gate}:
        b[:, 6 * other : 6 * other + 6] = 40.0  # a sigmoid or tanh of 1
    net = beside(torch.nn.LSTM(2, 6), [w[None], u[None], b[None]], 0)
    rng = np.random.default_rng(gate)
    x, h, c = (torch.tensor(rng.normal(size=(4, n))) for n in (2, 6, 6))
    ours = chapter["lstm"](h, c, x @ u + b, w)
    theirs = net(x[None], (h[None], c[None]))[1]
    z = (h @ w + x @ u + b)[:, 6 * gate : 6 * gate + 6]
    s = torch.sigmoid(z)
    new = [c + s, s * c + 1, c + torch.tanh(z), c + 1][gate]
    seen = s * torch.tanh(new) if gate == 3 else torch.tanh(new)
    for one, other, by_hand in zip(ours, theirs, (seen, new), strict=True):
        torch.testing.assert_close(one, other[0], rtol=0, atol=1e-12)
        torch.testing.assert_close(one, by_hand, rtol=0, atol=1e-12)


def test_the_step_to_complete_is_torchs():
    step = find("recurrent-gradients/lstm-step").right[0]
    rng = np.random.default_rng(4)
    x, h, c = (rng.normal(size=(3, n)) for n in (2, 5, 5))
    cell = torch.nn.LSTMCell(2, 5).double()
    w, u = (p.detach().numpy().T for p in (cell.weight_hh, cell.weight_ih))
    b = (cell.bias_ih + cell.bias_hh).detach().numpy()[None]
    theirs = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    for one, other in zip(step(x, h, c, w, u, b), theirs, strict=True):
        np.testing.assert_allclose(one, other.detach().numpy(), rtol=0, atol=1e-12)


def test_first_weights_are_spread_as_torchs(chapter):
    torch.manual_seed(1)
    ours = chapter["start"](200, 4, units=6)
    theirs = [torch.nn.LSTM(2, 6) for _ in range(200)]
    for part, name in ((ours[0], "weight_hh_l0"), (ours[1], "weight_ih_l0")):
        other = torch.stack([getattr(net, name) for net in theirs])
        assert part.std().item() == pytest.approx(other.std().item(), rel=0.03)
        assert part.abs().max() <= 6**-0.5
    both = torch.stack([net.bias_ih_l0 + net.bias_hh_l0 for net in theirs])
    assert ours[2].std().item() == pytest.approx(both.std().item(), rel=0.05)


def test_orthogonal_blocks_keep_lengths(chapter):
    w = chapter["start"](2, 4, orthogonal=3.0, units=6)[0]
    for block in w.chunk(4, dim=-1):
        eye = 9 * torch.eye(6).double().expand(2, 6, 6)
        torch.testing.assert_close(block @ block.mT, eye)


def test_a_forget_bias_goes_to_the_forget_gates_alone(chapter):
    more = chapter["start"](2, 4, forget=5, units=6)[2]
    moved = more - chapter["start"](2, 4, units=6)[2]
    expected = torch.zeros(24).double()
    expected[6:12] = 5
    torch.testing.assert_close(moved, expected.expand(2, 1, 24))


def test_without_the_way_through_h_the_gradient_is_the_product(chapter):
    layers = chapter["start"](2, 4, forget=1, units=6)
    x = chapter["sequences"](2, 1, 3, 12, 7)[0][0]
    gradient, product = chapter["through"](layers, x, cut=True)
    torch.testing.assert_close(gradient, product)
    whole, same = chapter["through"](layers, x)
    torch.testing.assert_close(same, product)
    assert (whole.norm() / product.norm()).log10() > 0.2


def test_sequences_show_the_symbol_first_and_only_then(chapter):
    x, y = chapter["sequences"](3, 5, 4, 8, 7)
    assert x.shape == (5, 3, 8, 4, 2) and y.shape == (5, 3, 4)
    assert torch.equal(x[:, :, 0, :, 0], 2 * y - 1)
    assert not x[:, :, 1:, :, 0].any()


def test_the_largest_factor_is_that_of_a_search(chapter):
    w = np.random.default_rng(3).normal(size=(2, 2))
    turns = np.linspace(0, np.pi, 20_001)
    g = np.stack([np.cos(turns), np.sin(turns)])
    best = np.linalg.norm(w.T @ w.T @ w.T @ g, axis=0).max()
    assert chapter["gain"](w, 3) == pytest.approx(best, rel=1e-6)


def test_a_scaled_step_is_of_one_length_and_torchs_where_it_clips(scaled):
    rng = np.random.default_rng(5)
    shapes, sizes = [(4, 3), (1, 3)], [10.0, 2.0]
    start = [torch.tensor(rng.normal(size=(2, *s))) for s in shapes]
    slopes = [torch.tensor(rng.normal(size=(2, *s))) for s in shapes]
    slopes = [g * torch.tensor(sizes)[:, None, None] for g in slopes]
    ours = [p.clone().requires_grad_() for p in start]
    for p, g in zip(ours, slopes, strict=True):
        p.grad = g.clone()
    scaled(ours, lr=0.3).step()
    for k in range(2):
        theirs = [p[k].clone().requires_grad_() for p in start]
        for p, g in zip(theirs, slopes, strict=True):
            p.grad = g[k].clone()
        torch.nn.utils.clip_grad_norm_(theirs, 1.0)
        torch.optim.SGD(theirs, lr=0.3).step()
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one[k], other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("bias", "steps"), [(0, 1), (1, 2.2), (3, 14), (5, 103)])
def test_half_lives_are_those_the_text_says(bias, steps):
    gate = 1 / (1 + np.exp(-bias))
    assert np.log(0.5) / np.log(gate) == pytest.approx(steps, rel=0.02)


def test_states_on_a_grid_leave_the_gradients_alone(chapter):
    layers = chapter["start"](2, 4, orthogonal=2.0, units=6)
    x = chapter["sequences"](2, 1, 10, 9, 13)[0][0].requires_grad_()
    chapter["answer_of"](chapter["lstm"], layers, x).sum().backward()
    lengths = x.grad.norm(dim=(2, 3)).log10()
    rounded = chapter["reach"](chapter["lstm"], layers, 9)
    torch.testing.assert_close(rounded, lengths, rtol=0, atol=1e-3)
    z = torch.randn(2, 3, 24, generator=torch.Generator().manual_seed(1)).double()
    h, c = chapter["steady"](chapter["lstm"])(z[..., :6], z[..., :6], z, layers[0])
    assert torch.equal(torch.cat([h, c]) * 2**16, (torch.cat([h, c]) * 2**16).round())
