"""Tests of the experiment of *PCA before a network*: its tasks and their networks."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch import nn

from evidence.methods import dummies
from evidence.methods.networks import Networks, train


def raw(X, rows):
    return rows


def to_three(X, rows):
    """Prepare by scikit-learn's PCA."""
    return PCA(3, svd_solver="full").fit(X).transform(rows)


SMALL = {"n": 20, "dummies": 15}


@pytest.mark.parametrize("matrix", dummies.MATRICES)
def test_classes_alternate_and_shapes_are_those_asked_for(matrix):
    X, y, X_test, y_test = dummies.problem(3, matrix=matrix, **SMALL)
    assert X.shape == (20, 25) and X_test.shape == (dummies.TEST_ROWS, 25)
    assert y.tolist() == 10 * [0, 1] and y_test.mean() == 0.5


def test_a_rotation_keeps_lengths_and_the_uniform_matrix_is_positive():
    Q = dummies.mixing(0, 40, "rotation")
    np.testing.assert_allclose(Q.T @ Q, np.eye(40), atol=1e-12)
    A = dummies.mixing(0, 40, "uniform")
    assert A.min() >= 0 and A.max() < 1 and np.linalg.cond(A) > 100


def test_only_the_matrix_differs_between_two_matrices():
    undone = [
        dummies.problem(1, matrix=matrix, **SMALL)[0]
        @ np.linalg.inv(dummies.mixing(1, 25, matrix))
        for matrix in dummies.MATRICES
    ]
    np.testing.assert_allclose(*undone, atol=1e-8)
    assert undone[0][:, 10:].min() >= 0 and undone[0][:, 10:].max() <= 1


def test_the_classes_lie_one_apart_in_ten_features():
    classes = dummies.task(2)
    np.testing.assert_array_equal(classes.mean, np.ones(10))
    assert classes.mixing.min() >= 0 and classes.mixing.max() <= 0.2


def test_many_networks_get_what_one_by_one_gets():
    seeds = [4, 7, 9]
    problems = [dummies.problem(seed, **SMALL) for seed in seeds]
    for hidden, kind in (((6, 5), "sigmoid"), ((6, 5), "relu"), ((), "sigmoid")):
        found = dummies.trained(problems, seeds, to_three, hidden, 40, kind)
        for k, (X, y, X_test, y_test) in enumerate(problems):
            inputs, rows = to_three(X, X), to_three(X, X_test)
            net = Networks([3, *hidden, 2], [seeds[k]], kind, dtype=torch.float64)
            train(net, inputs, y, steps=40, binary_places=dummies.PLACES)
            assert found["accuracy"][k] == net.accuracy(rows, y_test)[0]
            assert found["fit"][k] == net.accuracy(inputs, y)[0]
        assert ("stuck after" in found) == (hidden != () and kind == "sigmoid")


def test_a_network_is_that_of_a_plain_loop_in_torch():
    X, y, X_test, _ = dummies.problem(0, **SMALL)
    X, X_test = to_three(X, X), to_three(X, X_test)
    ours = Networks([3, 6, 2], [0], dtype=torch.float64)
    plain = nn.Sequential(nn.Linear(3, 6), nn.Sigmoid(), nn.Linear(6, 2)).double()
    with torch.no_grad():
        for layer, weight, bias in zip(
            plain[::2], ours.weights, ours.biases, strict=True
        ):
            layer.weight.copy_(weight[0])
            layer.bias.copy_(bias[0, :, 0])
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.003)
    inputs, labels = torch.tensor(X), torch.tensor(y)
    for _ in range(200):
        optimizer.zero_grad()
        nn.functional.cross_entropy(plain(inputs), labels).backward()
        optimizer.step()
    train(ours, X, y, steps=200)
    theirs = plain(torch.tensor(X_test)).detach().numpy()
    np.testing.assert_allclose(theirs, ours.outputs(X_test)[0], atol=1e-6)


def test_a_preparation_is_fitted_on_the_training_rows_alone():
    problems, seen = [dummies.problem(5, **SMALL)], []

    def prepare(X, rows):
        seen.append((X, rows))
        return rows

    dummies.trained(problems, [5], prepare, (), 1)
    X, _, X_test, _ = problems[0]
    assert all(fitted_on is X for fitted_on, _ in seen)
    assert seen[0][1] is X and seen[1][1] is X_test


def test_how_to_train_is_passed_on():
    problems = [dummies.problem(5, **SMALL)]
    X, y, _, _ = problems[0]
    how = {"optimizer": "sgd", "learning_rate": 0.1}
    found = dummies.trained(problems, [5], raw, (), 30, **how)
    net = Networks([25, 2], [5], dtype=torch.float64)
    train(net, X, y, steps=30, binary_places=dummies.PLACES, **how)
    assert found["fit"] == net.accuracy(X, y)
    assert (found["fit"] != dummies.trained(problems, [5], raw, (), 30)["fit"]).any()


def test_last_digits_of_the_inputs_do_not_grow_into_other_networks(monkeypatch):
    rng = np.random.default_rng(0)
    problems = [dummies.problem(seed) for seed in range(3)]
    another_processor = [
        (X * (1 + 1e-15 * rng.standard_normal(X.shape)), *rest) for X, *rest in problems
    ]
    same = {}
    for places in (dummies.PLACES, None):
        monkeypatch.setattr(dummies, "PLACES", places)
        accuracies = [
            dummies.trained(some, range(3), raw, (), 2000)["accuracy"]
            for some in (problems, another_processor)
        ]
        same[places] = np.array_equal(*accuracies)
    assert same == {16: True, None: False}


def test_directions_are_the_same_whichever_signs_a_processor_chose():
    X, rng = dummies.problem(0, **SMALL)[0], np.random.default_rng(0)
    directions = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][:10]
    chosen = dummies.signed(directions)
    signs = rng.choice([-1, 1], (10, 1))
    assert (dummies.signed(signs * directions) == chosen).all()
    theirs = PCA(10, svd_solver="full").fit(X).components_
    np.testing.assert_allclose(chosen, theirs, atol=1e-10)


def test_what_is_stuck_is_saturated_on_one_side_for_every_row():
    net = Networks([1, 3, 2], [0], dtype=torch.float64)
    with torch.no_grad():
        net.weights[0][:] = torch.tensor([[1.0], [0.0], [1.0]]).double()
        net.biases[0][:] = torch.tensor([[0.0], [9.0], [2.5]]).double()
    found = dummies.first_layer(net, np.array([[-8.0], [8.0], [0.0], [-0.2]]))
    # 0: off, on, neither, neither. 1: always on. 2: off, on, neither, neither.
    assert found["stuck"] == [1 / 3]
    assert found["saturated"] == pytest.approx([8 / 12])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"n": 7}, "n must be even"),
        ({"dummies": -1}, "dummies"),
        ({"matrix": "random"}, "matrix"),
    ],
)
def test_a_problem_that_cannot_be_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        dummies.problem(0, **SMALL | wrong)


def test_each_problem_needs_a_seed():
    problems = [dummies.problem(0, **SMALL)]
    with pytest.raises(ValueError, match="one seed for each problem, not 2 for 1"):
        dummies.trained(problems, [0, 1], raw)
