"""The page *My loss is NaN*: its program names the leaf of each failure."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from torch import nn
from visit import text_of

from tools.notebooks import ROOT

PAGE = (ROOT / "book/loss-is-nan.md").read_text("utf8")
CODE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]


class Root(nn.Module):
    """A distance whose slope at 0 is inf."""

    def forward(self, z):
        return z.pow(2).sum(1).sqrt()


class Half(nn.Module):
    """A sum of 70,000 numbers as half precision has it."""

    def forward(self, z):
        return z + torch.full((70_000,), 1.0).half().sum()


def clouds(steps):
    """Return batches of three overlapping clouds, a class each."""
    draw = np.random.default_rng(5)
    y = draw.integers(3, size=(steps, 32))
    x = draw.normal(size=(steps, 32, 20)) + y[..., None] * (np.arange(20) % 3 == 0)
    return list(zip(torch.tensor(x).float(), torch.tensor(y), strict=True))


def network(times=1.0):
    torch.manual_seed(3)
    model = nn.Sequential(
        *(nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU()), nn.Linear(20, 3)
    )
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(times)
    return model


def squared(z, y):
    return (z - nn.functional.one_hot(y, 3)).pow(2).sum(1).mean()


def from_probability(z, y):
    p = torch.sigmoid(z[:, 0])
    t = (y > 0).float()
    return -(t * p.log() + (1 - t) * (1 - p).log()).mean()


def run(model, batches, rate=0.01, loss=squared, labels_below=3, **others):
    page = {}
    exec(CODE, page)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    return page["leaf"](model, optimizer, loss, batches, labels_below, **others)


def test_healthy_training_has_no_leaf():
    leaf, lengths = run(network(), clouds(200))
    assert leaf is None
    assert len(lengths) == 200


@pytest.mark.parametrize("spoil", ["pixel", "label", "negative label"])
def test_leaf_1_is_the_data(spoil):
    batches = clouds(50)
    x, y = batches[20]
    if spoil == "pixel":
        x[3, 7] = torch.nan
    else:
        y[3] = 3 if spoil == "label" else -1
    leaf, lengths = run(network(), batches)
    assert (leaf, len(lengths)) == (1, 20)


@pytest.mark.parametrize("ignored", [-100, 255])
def test_a_label_that_the_loss_ignores_is_no_fault_until_a_batch_has_no_other(ignored):
    loss = nn.CrossEntropyLoss(ignore_index=ignored)
    batches = clouds(50)
    batches[10][1][:5] = ignored
    assert run(network(), batches, loss=loss, ignore_index=ignored)[0] is None
    batches[20][1][:] = ignored
    for rate in (0.1, 0.01):
        leaf, lengths = run(network(), batches, rate, loss, ignore_index=ignored)
        assert (leaf, len(lengths)) == (4, 20)  # 0/0, in the same step


@pytest.mark.parametrize("huge", [1e22, 1e36])
def test_leaf_4_is_an_input_that_overflows_too(huge):
    batches = clouds(50)
    batches[20][0][3, 7] = huge
    leaf, lengths = run(network(), batches)
    assert (leaf, len(lengths)) == (4, 20)


def test_the_rows_that_the_page_names_are_the_bad_ones():
    said = re.search(r"bad rows are `(.*?)`", PAGE)[1]
    x = torch.zeros(4, 3, 2, 2)
    x[2, 1, 0, 1] = torch.nan
    assert eval(said, {"x": x}).tolist() == [False, False, True, False]


def test_leaf_2_is_the_first_loss():
    assert run(nn.Sequential(network(), Half()), clouds(5)) == (2, [])


def test_leaf_3_is_a_gradient_that_is_not_finite():
    batches = [(torch.zeros(32, 20), y) for _, y in clouds(5)]
    model = nn.Sequential(nn.Linear(20, 3, bias=False), Root())
    leaf, lengths = run(model, batches, loss=lambda d, y: d.mean())
    assert leaf == 3
    assert len(lengths) == 1


def test_leaf_4_is_sudden():
    batches = [(x + 30 * (y > 0)[:, None], y) for x, y in clouds(2000)]
    batches = [((x - x.mean()) / 10, y) for x, y in batches]
    torch.manual_seed(3)
    leaf, lengths = run(nn.Linear(20, 1), batches, 0.5, from_probability)
    assert leaf == 4
    assert lengths[-1] < lengths[0]


def test_leaf_5_is_a_wild_batch():
    batches = clouds(200)
    batches[150][0][4] *= 1e6
    leaf, lengths = run(network(), batches)
    assert leaf == 5
    assert lengths[150] > 1000 * max(lengths[:150])


@pytest.mark.parametrize(("times", "rate"), [(1, 3.0), (8, 0.01)])
def test_leaf_6_is_rate_or_first_weights(times, rate):
    assert run(network(times), clouds(200), rate)[0] == 6


def test_leaf_6_is_a_large_target_and_scaling_cures_it():
    def far(z, y):
        return (z - 1e5 * y[:, None]).pow(2).mean()

    def scaled(z, y):
        return (z - y[:, None]).pow(2).mean()

    assert run(network(), clouds(200), 0.1, far)[0] == 6
    assert run(network(), clouds(200), 0.1, scaled)[0] is None


def test_the_page_on_nan_shows_the_drawing_and_the_table_of_its_chapter():
    page, chapter = (
        BeautifulSoup(text_of(f"book/{name}.html"), "html.parser")
        for name in ("loss-is-nan", "gradients/exploding-gradients-nan")
    )
    (drawing,) = (Path(x["src"]).name for x in page.select("figure img"))
    assert drawing in {Path(x["src"]).name for x in chapter.select("figure img")}
    (table,) = page.select("table.evidence-table")
    assert table.text in {x.text for x in chapter.select("table.evidence-table")}
