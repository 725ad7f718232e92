"""Targets and labels that are none, in training and in measuring alike."""

import numpy as np
import pytest

from evidence.methods.networks import LOSSES, Networks, train

X = np.random.default_rng(0).normal(size=(2, 6, 3))
LABELS = np.array([0, 1, 1, 0, 1, 0])
NUMBERS = np.eye(2)[LABELS]  # the same, (n, outputs)


def networks():
    return Networks([3, 4, 2], [0, 1])


USES = {
    "accuracy": lambda y: networks().accuracy(X, y),
    "loss": lambda y: networks().loss(X, y),
    "train": lambda y: train(networks(), X, y, 1),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(
    "labels",
    [
        np.array(["cat", "dog", "dog", "cat", "dog", "cat"]),
        LABELS.astype(str),
        LABELS + 1,
        LABELS - 1,
        LABELS + 0.5,
        LABELS * 1.0,
        np.where(LABELS, np.nan, 0),
        LABELS + 0j,
        LABELS == 1,
        LABELS[:5],
        np.tile(LABELS, (3, 1)),
        NUMBERS.astype(int),
        np.ma.masked_array(LABELS, LABELS == 1),
        [[0, 1], [1]],
    ],
    ids=[
        "words", "digits as text", "from 1", "from -1", "fractions", "floats", "NaN",
        "complex", "bool", "too few", "networks too many", "one-hot", "masked", "rag",
    ],
)  # fmt: skip
def test_labels_that_are_none_are_refused(use, labels):
    with pytest.raises((TypeError, ValueError), match="^y .*(must|masked)"):
        use(labels)


@pytest.mark.parametrize("loss", ["hinge", "logistic", "cross-entropy"])
def test_numbers_for_a_loss_of_classes_are_0_and_1_and_no_others(loss):
    by_labels, by_numbers = (networks().loss(X, y, loss) for y in (LABELS, NUMBERS))
    np.testing.assert_array_equal(by_labels, by_numbers)
    for wrong, found in ((2 * NUMBERS - 1, "-1.0"), (NUMBERS * 3, "3.0")):
        for use in (
            networks().loss,
            lambda *a: train(networks(), *a[:2], 1, loss=loss),
        ):
            with pytest.raises(
                ValueError, match=f"{loss} loss must be .*, not {found}"
            ):
                use(X, wrong, loss)


def test_probabilities_are_targets_of_the_cross_entropy_and_of_the_logistic_loss():
    shares = 0.9 * NUMBERS + 0.05
    for loss in ("cross-entropy", "logistic"):
        assert np.isfinite(networks().loss(X, shares, loss)).all()
    with pytest.raises(ValueError, match="cross-entropy loss must be 1 when added up"):
        networks().loss(X, 0.9 * NUMBERS)
    with pytest.raises(ValueError, match="hinge loss must be 0 or 1, not 0.95"):
        networks().loss(X, shares, "hinge")


@pytest.mark.parametrize("loss", ["squared", "absolute", "fourth power"])
@pytest.mark.parametrize(
    "y", [10 * LABELS, 10 * NUMBERS.astype(int)], ids=["n", "n, 2"]
)
def test_whole_numbers_to_be_met_are_told_from_labels(loss, y):
    with pytest.raises(ValueError, match="whole numbers are class labels, floats are"):
        train(networks(), X, y, 1, loss=loss)
    if y.ndim == 2:
        train(networks(), X, y.astype(float), 1, loss=loss)


@pytest.mark.parametrize("loss", LOSSES)
def test_numbers_to_be_met_are_finite_and_have_a_shape(loss):
    wrong = NUMBERS.copy()
    wrong[2, 1] = np.nan
    with pytest.raises(ValueError, match=r"y must be finite, but y\[2, 1\] is nan"):
        networks().loss(X, wrong, loss)
    with pytest.raises(
        ValueError, match=r"must have the shape \(6, 2\), or \(2, 6, 2\)"
    ):
        networks().loss(X, NUMBERS[:, 0], loss)


def test_the_cross_entropy_needs_two_outputs():
    with pytest.raises(ValueError, match="one output is always 0"):
        train(Networks([3, 4, 1], [0]), X[:1], LABELS, 1)
