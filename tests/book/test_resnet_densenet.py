"""What the chapter on ResNet and DenseNet defines, beside PyTorch."""

import numpy as np
import pytest
import torch
from defined import defined
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import batch_norm, cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from evidence.exercises import find

PART = "architectures/resnet-densenet"
CELLS = (
    *("begin", "forward", "mirrored", "shortcuts-made", "backward"),
    *("train", "train-2", "train-3"),
    *("directions", "stretches", "resnet", "costs", "dense", "dense-costs"),
)
BLOCKS = {
    18: ([2, 2, 2, 2], False),
    34: ([3, 4, 6, 3], False),
    50: ([3, 4, 6, 3], True),
    101: ([3, 4, 23, 3], True),
    152: ([3, 8, 36, 3], True),
}
SEEDS = [3, 5, 8]


@pytest.fixture(scope="module")
def chapter():
    """Return what the cells that define something define."""
    names = {"np": np, "torch": torch, "load_digits": load_digits}
    names |= {"UNITS": 24, "STEPS": 5, "IMAGES": 200, "SEEDS": SEEDS}
    return defined(PART, CELLS, ("at-start",), **names)


# --- Networks as PyTorch's modules --------------------------------------------------


class Block(nn.Module):
    """A basic block or a bottleneck, as PyTorch's models have them."""

    def __init__(self, c, m, stride, bottleneck):
        super().__init__()
        out = 4 * m if bottleneck else m
        kernels = [(c, m, 1, 1), (m, m, 3, stride), (m, out, 1, 1)]
        if not bottleneck:
            kernels = [(c, m, 3, stride), (m, m, 3, 1)]
        layers = []
        for a, b, k, s in kernels:
            layers += [conv(a, b, k, s), nn.BatchNorm2d(b), nn.ReLU(inplace=True)]
        self.branch = nn.Sequential(*layers[:-1])
        self.shortcut = nn.Identity()
        if c != out:
            self.shortcut = nn.Sequential(conv(c, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        return torch.relu_(self.branch(x) + self.shortcut(x))


class DenseLayer(nn.Sequential):
    """Batch normalization, ReLU, convolution, twice; appended to what it read."""

    def forward(self, x):
        return torch.cat([x, super().forward(x)], 1)


def conv(a, b, k, s=1):
    return nn.Conv2d(a, b, k, s, k // 2, bias=False)


def stem():
    pool = nn.MaxPool2d(3, 2, 1)
    return [conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(inplace=True), pool]


def head(c):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 1000)]


def resnet(blocks, bottleneck):
    modules, c = stem(), 64
    for stage, count in enumerate(blocks):
        for number in range(count):
            stride = 2 if stage and not number else 1
            modules.append(Block(c, 64 * 2**stage, stride, bottleneck))
            c = 64 * 2**stage * (4 if bottleneck else 1)
    return nn.Sequential(*modules, *head(c))


def densenet(blocks=(6, 12, 24, 16), k=32):
    modules, c = stem(), 64
    for number, layers in enumerate(blocks):
        for _ in range(layers):
            first = [nn.BatchNorm2d(c), nn.ReLU(inplace=True), conv(c, 4 * k, 1)]
            then = [nn.BatchNorm2d(4 * k), nn.ReLU(inplace=True), conv(4 * k, k, 3)]
            modules.append(DenseLayer(*first, *then))
            c += k
        modules += [nn.BatchNorm2d(c), nn.ReLU(inplace=True)]
        if number < len(blocks) - 1:
            modules += [conv(c, c // 2, 1), nn.AvgPool2d(2)]
            c //= 2
    return nn.Sequential(*modules, *head(c))


def measured(make):
    """Return parameters, multiply-adds, numbers saved, and the module: on no memory."""
    saved = {}

    def pack(tensor):
        if tensor.is_floating_point() and tensor.dim() == 4:  # maps
            saved[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with torch.device("meta"):
        module, picture = make(), torch.empty(1, 3, 224, 224)
        with FlopCounterMode(display=False) as counter:
            module(picture)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
            module(picture)
    parameters = {p.untyped_storage()._cdata for p in module.parameters()}
    kept = sum(t.numel() for key, t in saved.items() if key not in parameters)
    held = sum(p.numel() for p in module.parameters())
    return np.array([held, counter.get_total_flops() / 2, kept]), module


@pytest.mark.parametrize("name", BLOCKS)
def test_the_family_costs_what_pytorchs_modules_cost(chapter, name):
    convs = chapter["resnet"](*BLOCKS[name])
    found, module = measured(lambda: resnet(*BLOCKS[name]))
    ours = chapter["costs"](convs)
    np.testing.assert_array_equal(ours[:2], found[:2])
    assert ours[2] == found[2]
    theirs = [m for m in module.modules() if isinstance(m, nn.Conv2d)]
    assert len(convs) == len(theirs)
    assert sum(conv[-1] for conv in convs) == name - 1
    sizes = [(m.in_channels, m.out_channels, m.kernel_size[0]) for m in theirs]
    assert sorted(conv[:3] for conv in convs) == sorted(sizes)


def test_densenet_costs_what_pytorchs_modules_cost(chapter):
    found, _ = measured(densenet)
    ours = chapter["dense_costs"]()
    np.testing.assert_array_equal(ours[:2], found[:2])
    assert ours[2] == found[2]
    assert ours[0] == 7_978_856


def test_shared_keeps_what_a_checkpointed_block_keeps(chapter):
    k, side = 32, 56
    reads = [64 + k * layer for layer in range(6)]
    ours = reads[0] + sum(8 * k + k for _ in reads)
    features = [torch.empty(1, 64, side, side, device="meta", requires_grad=True)]
    saved = {}

    def pack(tensor):
        saved[tensor.untyped_storage()._cdata] = tensor
        return tensor

    def read(first, *parts):
        return first(torch.cat(parts, 1))

    weights = set()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        for c in reads:
            with torch.device("meta"):
                first = nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), conv(c, 4 * k, 1))
                then = nn.Sequential(
                    nn.BatchNorm2d(4 * k), nn.ReLU(inplace=True), conv(4 * k, k, 3)
                )
            weights |= {p.untyped_storage()._cdata for p in then.parameters()}
            with torch.no_grad():  # made once more on the way back
                middle = read(first, *features)
            for part in features:
                pack(part)
            features.append(then(middle.requires_grad_()))
    pack(features[-1])
    maps = [t for key, t in saved.items() if key not in weights and t.dim() == 4]
    assert sum(t.numel() for t in maps) == ours * side**2
    whole = chapter["dense_costs"](copies=False)[2]
    assert whole < chapter["costs"](chapter["resnet"](*BLOCKS[50]))[2]


# --- Networks that are trained ------------------------------------------------------


def logits(weights, x, S, norm):
    """Return logits by torch's own functions."""
    z = x @ weights[0]
    *ws, shifts = weights[1:]
    for k, w in enumerate(ws):
        n = z
        if norm:
            n = torch.stack([batch_norm(e, None, None, training=True) for e in z])
        f = torch.relu(n + shifts[:, k : k + 1]) @ w
        if w is not ws[-1]:
            z = (z @ S if torch.is_tensor(S) else S * z) + f
    return f


KINDS = [
    ("He", 0, False),
    ("He", 1, True),
    ("small", 0.5, False),
    ("small", "rotation", True),
    ("He", 0.9, True),
    ("mirrored", 0, False),
    ("identity", 0, False),
    ("PyTorch", 0, True),
]


@pytest.mark.parametrize("how", KINDS, ids=str)
def test_the_way_back_is_that_of_autograd(chapter, how):
    condition = (5, *how)
    weights, x, y, S = chapter["setting"](condition, SEEDS)
    torch.manual_seed(0)
    weights[-1] = torch.randn_like(weights[-1])
    x, y = x[:, :40], y[:, :40]
    z, kept = chapter["forward"](weights, x, S, how[2])
    g = chapter["error_of_logits"](z, y)
    ours, by_z = chapter["backward"](weights, x, g, kept, S)
    parts = [w.clone().requires_grad_() for w in weights]
    out = logits(parts, x, S, how[2])
    torch.testing.assert_close(z, out.detach())
    loss = cross_entropy(out.flatten(0, 1), y.flatten(), reduction="sum")
    theirs = torch.autograd.grad(loss, parts)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-8)
    assert len(by_z) == 6


def test_training_is_torchs_sgd_with_momentum(chapter):
    condition = (3, "He", 1, True)
    rates = [0.1, 0.02, 0.05]
    found = chapter["train"](condition, rates, SEEDS, 8)
    for j, (seed, rate) in enumerate(zip(SEEDS, rates, strict=True)):
        weights, x, y, S = chapter["setting"](condition, [seed])
        parts = [w.clone().requires_grad_() for w in weights]
        optimizer = torch.optim.SGD(parts, lr=rate, momentum=0.9)
        rows = np.random.default_rng([seed, 2]).integers(200, size=(8, 32))
        for r in rows:
            out = logits(parts, x[:, r], S, True)
            optimizer.zero_grad()
            cross_entropy(out[0], y[0, r]).backward()
            optimizer.step()
        wrong = logits(parts, x, S, True)[0].argmax(-1) != y[0]
        assert found[j] == pytest.approx(wrong.double().mean().item(), abs=0.011)


def test_networks_do_not_depend_on_their_neighbors(chapter):
    for S in (1, "rotation"):
        condition = (3, "small", S, False)
        together = chapter["train"](condition, [0.02] * 3, SEEDS, 5)
        alone = [chapter["train"](condition, [0.02], [seed], 5)[0] for seed in SEEDS]
        np.testing.assert_allclose(together, alone, atol=0.006)


def test_a_diverged_network_counts_as_guessing(chapter):
    assert chapter["train"]((12, "He", 1, False), [1e6], [3], 5)[0] == 0.9


@pytest.mark.parametrize("how", [k for k in KINDS if not k[2]], ids=str)
def test_stretches_are_singular_values_of_the_jacobian(chapter, how):
    condition = (4, *how)
    ours = chapter["stretches"](condition, SEEDS, images=2)
    weights, x, _, S = chapter["setting"](condition, SEEDS)
    for j in range(len(SEEDS)):
        past = S[j] if torch.is_tensor(S) else S * torch.eye(24).double()

        def upward(z, j=j, past=past):
            for w in weights[1:-2]:
                z = z @ past + torch.relu(z) @ w[j]
            return z

        J = torch.autograd.functional.jacobian(upward, x[j, 0] @ weights[0][j])
        theirs = torch.linalg.svdvals(J).numpy()
        theirs /= np.linalg.norm(theirs)
        np.testing.assert_allclose(ours[j, 0], theirs, atol=1e-10)


def test_directions_count_equal_stretches(chapter):
    for n in (1, 5, 24):
        assert chapter["directions"](np.eye(24)[:n].sum(0)) == pytest.approx(n)


def test_mirrored_rotations_are_linear_at_the_start(chapter):
    weights, x, _, _ = chapter["setting"]((9, "mirrored", 0, False), SEEDS)
    z = [x[:, :30] @ weights[0]]
    for w in weights[1:-2]:
        z.append(torch.relu(z[-1]) @ w)
    ratio = z[-1].norm(dim=-1) / z[0].norm(dim=-1)
    torch.testing.assert_close(ratio, torch.ones_like(ratio))
    torch.testing.assert_close(z[-1][..., :12], -z[-1][..., 12:])


@pytest.mark.parametrize("norm", [False, True])
def test_more_plain_layers_can_compute_what_few_do(chapter, norm):
    """By identities, and shifts so high that relu cuts nothing."""
    weights, x, _, _ = chapter["setting"]((4, "He", 0, norm), SEEDS)
    torch.manual_seed(0)
    *ws, last, shifts = weights
    shifts = torch.randn_like(shifts)
    few = chapter["forward"]([*ws, last, shifts], x, 0, norm)[0]
    identities = [torch.eye(24, dtype=torch.float64).expand(3, -1, -1)] * 26
    more = torch.zeros(3, 31, 24, dtype=torch.float64)
    more[:, :4], more[:, -1] = shifts[:, :4], shifts[:, -1]
    more[:, 4:-1] += 100.0 if norm else 0.0
    if not norm:
        more[:, 4] += 100
        more[:, -1] -= 100
    many = chapter["forward"]([*ws, *identities, last, more], x, 0, norm)[0]
    torch.testing.assert_close(many, few, rtol=1e-3, atol=1e-3)


def test_rotations_are_rotations_and_uniform(chapter):
    drawn = np.random.default_rng(0).normal(size=(4000, 5, 5))
    q = chapter["rotations"](drawn)
    np.testing.assert_allclose(q @ q.swapaxes(1, 2), 0 * q + np.eye(5), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(q), 1)
    error = 4 / (5 * 4000) ** 0.5
    np.testing.assert_allclose(q.mean(0), 0, atol=error)


def test_random_starts_have_the_spread_that_the_text_says(chapter):
    spreads = {"He": 2 / 24, "PyTorch": 1 / (3 * 24), "small": 2 / 24 / 30}
    for kind, variance in spreads.items():
        w = np.stack(chapter["begin"](1, 30, kind)[1:-2])
        assert w.var() == pytest.approx(variance, rel=0.05)
    layer = nn.Linear(4000, 50).weight
    assert layer.var().item() == pytest.approx(1 / (3 * 4000), rel=0.02)


def test_hes_branches_double_the_signal(chapter):
    """And small ones make it grow by (1 + 1/L) a layer, on the mean."""
    growth = {"He": 2.0, "small": 1 + 1 / 6}
    for kind, factor in growth.items():
        seeds = list(range(300))
        made = [chapter["begin"](seed, 6, kind)[1:-2] for seed in seeds]
        z = np.random.default_rng(0).normal(size=(300, 1, 24))
        sizes = [np.square(z).mean()]
        for k in range(6):
            w = np.stack([each[k] for each in made])
            z = z + np.maximum(z, 0) @ w
            sizes.append(np.square(z).mean())
        found = (sizes[-1] / sizes[0]) ** (1 / 6)
        assert found == pytest.approx(factor, rel=0.1)


# --- Tasks --------------------------------------------------------------------------


def test_the_tasks_numbers_are_those_of_the_builders(chapter):
    convs = chapter["resnet"]([2, 3, 5, 2], True)
    _, module = measured(lambda: resnet([2, 3, 5, 2], True))
    blocks = [m for m in module if isinstance(m, Block)]
    first = next(m for m in blocks if m.branch[3].stride[0] > 1)
    weights = sum(m.weight.numel() for m in first.modules() if isinstance(m, nn.Conv2d))
    expected = [sum(c[-1] for c in convs) + 1, len(convs), weights]
    assert find("resnet-densenet/another-resnet").task["expected"] == expected
    (_, reads, end), *_ = chapter["densenet"](blocks=(12,), k=8, c=24)
    counts = [end, sum(range(13)), sum(reads)]
    assert find("resnet-densenet/block-counts").task["expected"] == counts


def test_three_layers_by_hand_are_autograds():
    found = []
    for shortcut in (1, 0):
        start = torch.tensor(2.0, requires_grad=True)
        z = start
        for w in (0.5, -0.5, 2):
            z = shortcut * z + w * torch.relu(z)
        z.backward()
        found.append(start.grad.item())
    assert find("resnet-densenet/by-hand").task["expected"] == found
