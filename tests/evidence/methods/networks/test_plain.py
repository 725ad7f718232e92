"""Plain training beside a loop written out."""

import numpy as np
import pytest
import torch

from evidence.methods.networks import descend, random_batches


def squares(parameters, batch):
    return sum((p**2).sum() for p in parameters) * batch


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_descent_is_the_loop_one_would_write(optimizer):
    start = [torch.ones(2, 3).double(), torch.full((4,), -2.0).double()]
    kept = [p.clone() for p in start]
    found = descend(start, squares, [1.0, 0.5, 2.0], 0.1, optimizer)
    by_hand = [p.clone().requires_grad_() for p in start]
    steps = optimizer(by_hand, lr=0.1)
    for batch in (1.0, 0.5, 2.0):
        steps.zero_grad()
        squares(by_hand, batch).backward()
        steps.step()
    for p, q, before, after in zip(found, by_hand, kept, start, strict=True):
        torch.testing.assert_close(p, q.detach(), rtol=0, atol=0)
        torch.testing.assert_close(before, after, rtol=0, atol=0)  # untouched
        assert not p.requires_grad


def test_after_each_step_one_may_watch_and_change():
    seen = []

    def halve(step, parameters):
        seen.append((step, parameters[0].item()))
        parameters[0] *= 0.5

    (found,) = descend([torch.tensor([8.0])], squares, [1, 1], 0.25, after=halve)
    # One step takes away half: 8 -> 4, halved to 2, -> 1, halved to 0.5
    assert seen == [(1, 4.0), (2, 1.0)]
    assert found.tolist() == [0.5]


def test_batches_depend_on_their_seed_alone():
    rows = random_batches(50, 4, 30, [[s, 2] for s in range(3)])
    assert rows.shape == (30, 3, 4) and rows.dtype == torch.int64
    assert set(rows.unique().tolist()) == set(range(50))
    alone = random_batches(50, 4, 30, [[1, 2]])
    torch.testing.assert_close(rows[:, 1:2], alone)
    expected = np.random.default_rng([1, 2]).integers(50, size=(30, 4))
    np.testing.assert_array_equal(alone[:, 0], expected)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (dict(parameters=[np.ones(2)]), "tensors of real numbers, not ndarray"),
        (dict(parameters=[torch.ones(2, dtype=int)]), "real numbers, not torch.int64"),
        (dict(learning_rate=0), "learning_rate must be a finite number above 0, not 0"),
        (dict(optimizer="sgd"), "a class of torch.optim, .* not 'sgd'"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_wrong_input_is_refused(given, message):
    usual = dict(
        parameters=[torch.ones(2)], loss=squares, batches=[1], learning_rate=0.1
    )
    with pytest.raises((ValueError, TypeError), match=message):
        descend(**(usual | given))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0, 4, 3, [1]), "num_samples must be a whole number of at least 1, not 0"),
        ((9, 4.0, 3, [1]), "size must be a whole number of at least 1, not 4.0"),
        ((9, 4, -1, [1]), "steps must be a whole number of at least 0, not -1"),
        ((9, 4, 3, 20), r"seeds must be several, for example range\(20\), not 20"),
        ((9, 4, 3, []), r"seeds must be several, for example range\(20\), not \[\]"),
    ],
)
def test_wrong_batches_are_refused(given, message):
    with pytest.raises((ValueError, TypeError), match=message):
        random_batches(*given)
