"""Batch normalization against torch, and against the textbook mistakes."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.methods import batchnorm
from evidence.methods.batchnorm import BatchNorm

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}
SHAPES = [(7, 3), (2, 3), (5, 3, 4), (4, 3, 5, 2), (1, 3, 2, 2)]
quick = settings(max_examples=30, deadline=None)

batches = st.builds(
    lambda seed, n, c, space, scale, shift: (
        np.random.default_rng(seed).normal(size=(n, c, *space)) * scale + shift
    ),
    seed=st.integers(0, 10**6),
    n=st.integers(2, 9),
    c=st.integers(1, 4),
    space=st.sampled_from([(), (1,), (4,), (2, 3)]),
    scale=st.sampled_from([1e-3, 1.0, 50.0]),
    shift=st.sampled_from([0.0, -3.0, 100.0]),
)


def batch(shape, seed=0, dtype=np.float64):
    x = np.random.default_rng([seed, *shape]).normal(2.0, 3.0, size=shape)
    return x.astype(dtype)


def torch_layer(shape, **options):
    kinds = {2: torch.nn.BatchNorm1d, 3: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}
    return kinds[len(shape)](shape[1], **options)


def pair(shape, dtype=np.float64, **options):
    """Return our layer and torch's with the same random scale and shift."""
    ours = BatchNorm(shape[1], dtype=dtype, **options)
    theirs = torch_layer(shape, **options).to(
        torch.from_numpy(np.zeros(1, dtype)).dtype
    )
    if ours.affine:
        rng = np.random.default_rng(1)
        ours.weight = rng.normal(size=shape[1]).astype(dtype)
        ours.bias = rng.normal(size=shape[1]).astype(dtype)
        with torch.no_grad():
            theirs.weight.copy_(torch.from_numpy(ours.weight))
            theirs.bias.copy_(torch.from_numpy(ours.bias))
    return ours, theirs


def close(ours, theirs, tolerance=1e-10):
    theirs = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else theirs
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def same_state(ours, theirs, tolerance=1e-10):
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        close(ours.state_dict()[name], value, tolerance)


# --- Against torch ------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
def test_agrees_with_torch_over_a_life(shape, dtype, momentum):
    tolerance = TOLERANCE[dtype]
    ours, theirs = pair(shape, dtype, momentum=momentum)
    for step, training in enumerate([True, True, False, True, False]):
        ours.train(training), theirs.train(training)
        x, dy = batch(shape, step, dtype), batch(shape, 100 + step, dtype)
        x_torch = torch.from_numpy(x).requires_grad_()
        y_torch = theirs(x_torch)
        theirs.zero_grad()
        y_torch.backward(torch.from_numpy(dy))
        close(ours(x), y_torch, tolerance)
        close(ours.backward(dy), x_torch.grad, 4 * tolerance)
        close(ours.gradients["weight"], theirs.weight.grad, 4 * tolerance)
        close(ours.gradients["bias"], theirs.bias.grad, 4 * tolerance)
        same_state(ours, theirs, tolerance)


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("tracked", [True, False])
def test_options_agree_with_torch(affine, tracked):
    shape = (6, 3, 2, 2)
    ours, theirs = pair(shape, affine=affine, track_running_stats=tracked, eps=1e-2)
    for training in (True, False):
        ours.train(training), theirs.train(training)
        x = batch(shape, int(training))
        close(ours(x), theirs(torch.from_numpy(x)))
        same_state(ours, theirs)
    assert set(ours.gradients) == set()
    ours.backward(x)
    assert set(ours.gradients) == ({"weight", "bias"} if affine else set())


@quick
@given(x=batches, momentum=st.sampled_from([0.0, 0.3, 1.0, None]))
def test_any_batch_agrees_with_torch(x, momentum):
    ours, theirs = pair(x.shape, momentum=momentum)
    close(ours(x), theirs(torch.from_numpy(x)), 1e-8)
    same_state(ours, theirs, 1e-9)


def test_state_travels_both_ways():
    shape = (5, 3)
    trained, theirs = pair(shape)
    theirs(torch.from_numpy(batch(shape))), trained(batch(shape, 5))
    ours = BatchNorm(3)
    ours.load_state_dict(theirs.state_dict())
    same_state(ours, theirs)
    x = batch(shape, 9)
    close(ours.eval()(x), theirs.eval()(torch.from_numpy(x)))
    theirs.load_state_dict(
        {k: torch.tensor(v) for k, v in trained.state_dict().items()}
    )
    same_state(trained, theirs)


def test_state_is_a_copy():
    layer = BatchNorm(2)
    layer.state_dict()["running_mean"][:] = 9
    state = BatchNorm(2).state_dict()
    layer.load_state_dict(state)
    state["weight"][:] = 9
    assert layer.running_mean.tolist() == [0, 0]
    assert layer.weight.tolist() == [1, 1]


@pytest.mark.parametrize("training", [True, False])
def test_a_batch_changed_in_between_changes_no_gradient(training):
    x, dy = batch((6, 3)), batch((6, 3), 1)
    layer = BatchNorm(3).train(training)
    layer(x.copy())
    dx, gradients = layer.backward(dy), layer.gradients
    layer(x)
    x *= -3
    assert np.array_equal(layer.backward(dy), dx)
    for name, gradient in gradients.items():
        assert np.array_equal(layer.gradients[name], gradient)


def test_whole_numbers_count_as_double_precision():
    whole = np.arange(6).reshape(3, 2)
    expected = BatchNorm(2)(whole.astype(float))
    for x in (whole, whole.tolist(), torch.tensor(whole)):
        assert np.array_equal(BatchNorm(2)(x), expected)


# --- The textbook mistakes ----------------------------------------------------------


def test_running_variance_is_unbiased():
    layer = BatchNorm(1, momentum=1.0)
    layer(np.array([[1.0], [2.0], [3.0], [6.0]]))
    assert layer.running_var[0] == pytest.approx(14 / 3)  # not 14 / 4


def test_batch_is_normalized_by_the_biased_variance():
    y = BatchNorm(1, eps=1e-12)(np.array([[1.0], [2.0], [3.0], [6.0]]))
    close(y[:, 0], np.array([-2, -1, 0, 3]) / np.sqrt(14 / 4))


def test_eval_uses_running_statistics():
    layer = BatchNorm(3).eval()  # mean 0, variance 1
    x = batch((4, 3))
    close(layer(x), x / np.sqrt(1 + layer.eps))
    close(layer(x)[:1], layer(x[:1]))  # whatever the companions


def test_state_dict_has_the_running_statistics():
    layer = BatchNorm(3)
    layer(batch((8, 3)))
    loaded = BatchNorm(3)
    loaded.load_state_dict(layer.state_dict())
    x = batch((4, 3), 1)
    close(loaded.eval()(x), layer.eval()(x))
    assert loaded.num_batches_tracked == 1
    assert not np.allclose(loaded.running_mean, 0)


def test_epsilon_is_inside_the_root():
    x = np.array([[-1e-3], [1e-3]])
    y = BatchNorm(1, eps=3e-6)(x)  # var is 1e-6, var + eps is (2e-3)**2
    close(y, np.array([[-0.5], [0.5]]))


@pytest.mark.parametrize("shape", [(3, 2, 5), (3, 2, 4, 5)])
def test_statistics_run_over_all_but_the_channel(shape):
    x = batch(shape)
    mu, var = batchnorm.batch_statistics(x)
    columns = np.moveaxis(x, 1, -1).reshape(-1, shape[1])  # a row a pixel
    close(mu, columns.mean(0))
    close(var, columns.var(0))
    layer = BatchNorm(shape[1], momentum=1.0)
    layer(x)
    close(layer.running_var, columns.var(0, ddof=1))  # m counts pixels too


def test_momentum_weighs_the_new_batch():
    layer = BatchNorm(1, momentum=0.1)
    layer(np.array([[9.0], [11.0]]))
    assert layer.running_mean[0] == pytest.approx(1.0)  # 0.9 * 0 + 0.1 * 10
    assert layer.running_var[0] == pytest.approx(1.1)  # 0.9 * 1 + 0.1 * 2


def test_momentum_none_averages_all_batches():
    layer = BatchNorm(2, momentum=None)
    xs = [batch((6, 2), seed) for seed in range(5)]
    for x in xs:
        layer(x)
    close(layer.running_mean, np.mean([x.mean(0) for x in xs], axis=0))
    close(layer.running_var, np.mean([x.var(0, ddof=1) for x in xs], axis=0))


def test_torch_reestimates_only_after_a_reset():
    norm = torch.nn.BatchNorm1d(2).double()
    xs = [torch.from_numpy(batch((6, 2), seed)) for seed in range(5)]
    for x in xs:
        norm(x)
    norm.momentum = None
    for x in xs:
        norm(x)
    average = torch.stack([x.mean(0) for x in xs]).mean(0)
    assert norm.num_batches_tracked == 10  # the old ones still weigh a half
    assert not torch.allclose(norm.running_mean, average)
    norm.reset_running_stats()
    for x in xs:
        norm(x)
    close(norm.running_mean, average)


@quick
@given(x=batches)
def test_gradient_knows_that_statistics_depend_on_the_batch(x):
    dy = batch(x.shape, 3)
    gamma = np.linspace(0.5, 2.0, x.shape[1])
    dx, _, _ = batchnorm.backward(dy, x, gamma, eps=1e-12 * x.var())
    axes = (0, *range(2, x.ndim))
    deviation = x - x.mean(axes, keepdims=True)
    sigma = x.std(axes, keepdims=True)
    unit = dx * sigma  # of the size of dy
    largest = np.abs(dy).sum()
    assert np.abs(unit.sum(axes)).max() <= 1e-7 * largest  # a shift changes nothing
    along = (unit * deviation / sigma).sum(axes)
    assert np.abs(along).max() <= 1e-7 * largest  # nor does a factor


@pytest.mark.parametrize("shape", [(5, 2), (2, 2, 3), (2, 2, 2, 2)])
def test_gradient_agrees_with_finite_differences(shape):
    x, dy = batch(shape), batch(shape, 1)
    gamma, beta = np.array([0.7, -1.3]), np.array([0.2, 0.1])

    def loss(x):
        mu, var = batchnorm.batch_statistics(x)
        return (
            dy * batchnorm.affine(batchnorm.normalize(x, mu, var), gamma, beta)
        ).sum()

    dx, _, _ = batchnorm.backward(dy, x, gamma)
    for place in np.ndindex(shape):
        step = np.zeros(shape)
        step[place] = 1e-5
        slope = (loss(x + step) - loss(x - step)) / 2e-5
        assert dx[place] == pytest.approx(slope, abs=1e-7)


def test_eval_leaves_running_statistics_alone():
    layer = BatchNorm(3)
    layer(batch((8, 3)))
    before = layer.state_dict()
    layer.eval()(batch((8, 3), 1))
    for name, value in layer.state_dict().items():
        assert np.array_equal(value, before[name]), name


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1), (1, 3, 1, 1)])
@pytest.mark.parametrize("tracked", [True, False])
def test_one_value_a_channel_cannot_be_normalized_by_itself(shape, tracked):
    x = batch(shape)
    ours, theirs = pair(shape, track_running_stats=tracked)
    with pytest.raises(ValueError, match="one value a channel"):
        ours(x)
    assert ours.num_batches_tracked == 0
    with pytest.raises(ValueError, match="more than 1 value"):
        theirs(torch.from_numpy(x))
    if tracked:
        close(ours.eval()(x), theirs.eval()(torch.from_numpy(x)))
    else:
        with pytest.raises(ValueError, match="one value a channel"):
            ours.eval()(x)


# --- Properties ---------------------------------------------------------------------


@quick
@given(x=batches, a=st.floats(0.5, 20), b=st.floats(-50, 50))
def test_training_output_ignores_scale_and_shift_of_the_input(x, a, b):
    eps = 1e-13 * x.var()
    mu, var = batchnorm.batch_statistics(x)
    moved = a * x + b
    mu_moved, var_moved = batchnorm.batch_statistics(moved)
    close(
        batchnorm.normalize(x, mu, var, eps),
        batchnorm.normalize(moved, mu_moved, var_moved, eps * a**2),
        1e-6,
    )


@quick
@given(x=batches)
def test_training_output_has_mean_beta_and_at_most_scale_gamma(x):
    layer = BatchNorm(x.shape[1])
    y = layer(x)
    axes = (0, *range(2, x.ndim))
    assert np.abs(y.mean(axes)).max() < 1e-9 * (1 + np.abs(x).max() / x.std())
    expected = x.var(axes) / (x.var(axes) + layer.eps)
    np.testing.assert_allclose(y.var(axes), expected, rtol=1e-6)


def test_constant_channel_gives_beta():
    layer = BatchNorm(2)
    layer.bias = np.array([3.0, -1.0])
    close(layer(np.full((4, 2), 7.0)), np.full((4, 2), [3.0, -1.0]))


@pytest.mark.parametrize("bias", [True, False])
def test_folded_linear_layer_computes_the_same(bias):
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(3, 5))
    b = rng.normal(size=3) if bias else None
    layer, _ = pair((8, 3))
    for seed in range(3):
        layer(batch((8, 3), seed))
    x = rng.normal(size=(6, 5))
    expected = layer.eval()(x @ weight.T + (0 if b is None else b))
    folded_weight, folded_bias = batchnorm.fold_into_linear(weight, b, layer)
    close(x @ folded_weight.T + folded_bias, expected)


def test_folded_convolution_computes_the_same():
    conv = torch.nn.Conv2d(2, 3, 3, dtype=torch.float64)
    layer, _ = pair((4, 3, 5, 5))
    layer(batch((4, 3, 5, 5)))
    x = torch.from_numpy(batch((2, 2, 7, 7)))
    with torch.no_grad():
        expected = layer.eval()(conv(x).numpy())
        weight, bias = batchnorm.fold_into_linear(
            conv.weight.numpy(), conv.bias.numpy(), layer
        )
        conv.weight.copy_(torch.from_numpy(weight))
        conv.bias.copy_(torch.from_numpy(bias))
        close(expected, conv(x))


# --- Precision ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "mean", "spread"),
    [
        ((1000, 3), 100.1, 0.0),  # a constant that has no exact binary form
        ((65_536, 4), 1e4, 1.0),
        ((4096, 3, 8), 1e6, 1.0),
        ((512, 2, 4, 4), -1e6, 10.0),
    ],
)
def test_single_precision_keeps_what_the_numbers_have(shape, mean, spread):
    """Agreement with torch cannot see this: it errs the same way on some of these."""
    x = np.random.default_rng(0).normal(mean, spread, shape).astype(np.float32)
    exact = x.astype(np.float64)
    axes = (0, *range(2, x.ndim))
    mu, var = batchnorm.batch_statistics(x)
    np.testing.assert_allclose(mu, exact.mean(axes), rtol=1e-12)
    np.testing.assert_allclose(var, exact.var(axes), rtol=1e-9, atol=1e-12)
    layer = BatchNorm(shape[1], momentum=1, dtype=np.float32)
    reference = BatchNorm(shape[1], momentum=1)
    y, dy = layer(x), batch(shape, dtype=np.float32) + np.float32(0.1)
    np.testing.assert_allclose(y, reference(exact), rtol=0, atol=1e-6)
    np.testing.assert_allclose(layer.running_var, reference.running_var, rtol=1e-6)
    dx, exact_dx = layer.backward(dy), reference.backward(dy.astype(np.float64))
    np.testing.assert_allclose(dx, exact_dx, rtol=0, atol=1e-5 * np.abs(exact_dx).max())
    for name, gradient in layer.gradients.items():
        exact_gradient = reference.gradients[name]
        np.testing.assert_allclose(gradient, exact_gradient, rtol=1e-6, atol=1e-3)
    assert {y.dtype, dx.dtype, layer.running_var.dtype} == {np.dtype(np.float32)}


# --- Errors -------------------------------------------------------------------------


def refused(words):
    """Expect an error that begins with these words."""
    return pytest.raises((TypeError, ValueError), match="^" + re.escape(words))


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros(3), "x must have the shape (N, C), (N, C, L) or (N, C, H, W)"),
        (np.zeros((2, 3, 2, 2, 2)), "x must have the shape (N, C), (N, C, L) or"),
        (np.zeros((0, 3)), "x must have the shape (N, C), (N, C, L) or (N, C, H, W)"),
        (np.zeros((2, 4)), "x must have 3 channels on axis 1, as the layer has, not 4"),
        (np.zeros((2, 5, 5, 3)), "x must have 3 channels on axis 1, as the layer has"),
        (np.zeros((2, 3), np.float16), "x must be float32 or float64, not float16"),
        (np.zeros((2, 3), np.float32), "x must be float64, in which the layer comput"),
        (np.array([[1, np.nan, 2], [0, 0, 0]]), "x must be finite, but x[0, 1] is na"),
        (np.zeros((2, 3), complex), "x must be real numbers, not complex numbers"),
        (np.zeros((2, 3), bool), "x must be real numbers, not True and False"),
        (np.ma.zeros((2, 3)), "x is a masked array"),
        ([["1", "2", "3"]] * 2, "x must be real numbers, not text"),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_bad_batches_are_refused(x, words, training):
    with refused(words):
        BatchNorm(3).train(training)(x)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"num_features": 0}, "num_features must be a whole number of at least 1, not"),
        ({"num_features": 2.0}, "num_features must be a whole number of at least 1"),
        ({"num_features": True}, "num_features must be a whole number of at least 1"),
        ({"eps": 0}, "eps must be a finite number of at least 2.2"),
        ({"eps": 1e-50, "dtype": np.float32}, "eps must be a finite number of at lea"),
        ({"eps": float("nan")}, "eps must be a finite number of at least 2.2"),
        ({"momentum": 1.1}, "momentum must be a finite number from 0 to 1, not 1.1"),
        (
            {"momentum": "0.1"},
            "momentum must be a finite number from 0 to 1, not '0.1'",
        ),
        ({"affine": 1}, "affine must be True or False, not 1 (int)"),
        ({"track_running_stats": None}, "track_running_stats must be True or False"),
        ({"dtype": int}, "dtype must be one of 'float32', 'float64', not 'int64'"),
    ],
)
def test_bad_options_are_refused(options, words):
    with refused(words):
        BatchNorm(**{"num_features": 2} | options)


def test_bad_states_are_refused():
    layer = BatchNorm(2)
    state = layer.state_dict()
    with pytest.raises(ValueError, match="running_var"):
        layer.load_state_dict({k: v for k, v in state.items() if k != "running_var"})
    with pytest.raises(ValueError, match="gamma"):
        layer.load_state_dict({**state, "gamma": np.ones(2)})
    bad = {**state, "bias": np.ones(2), "running_mean": np.zeros(3)}
    with refused("running_mean must have the shape (2,), not (3,)"):
        layer.load_state_dict(bad)
    assert layer.bias.tolist() == [0, 0]  # nothing was taken over


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("running_var", [-1.0, 1.0], "running_var must be at least 0, not [-1.  1.]"),
        ("running_var", [np.nan, 1], "running_var must be finite, but running_var[0]"),
        ("running_mean", [0, np.inf], "running_mean must be finite, but running_mean"),
        ("running_mean", [0.0, 1e39], "running_mean must be finite in float32, not ["),
        ("weight", [np.nan, 1.0], "weight must be finite, but weight[0] is nan"),
        ("weight", [1j, 1.0], "weight must be real numbers, not complex numbers"),
        ("num_batches_tracked", -1, "num_batches_tracked must be a whole number of at"),
        ("num_batches_tracked", 0.5, "num_batches_tracked must be a whole number of "),
    ],
)
def test_states_that_would_give_nan_are_refused(name, value, words):
    layer = BatchNorm(2, dtype=np.float32)
    before = layer.state_dict()
    with refused(words):
        layer.load_state_dict({**before, name: np.array(value)})
    assert all(np.array_equal(v, before[k]) for k, v in layer.state_dict().items())


@pytest.mark.parametrize(
    ("mu", "var", "words"),
    [
        (np.zeros(2), np.array([1.0, -0.1]), "var must be at least 0, not -0.1"),
        (np.zeros(2), np.array([1.0, np.nan]), "var must be finite, but var[1] is nan"),
        (np.array([np.inf, 0.0]), np.ones(2), "mu must be finite, but mu[0] is inf"),
        (np.zeros(1), np.ones(2), "mu must have the shape (2,), not (1,)"),
        (np.zeros(2), 1.0, "var must have the shape (2,), not ()"),
    ],
)
def test_impossible_statistics_are_refused(mu, var, words):
    x = batch((3, 2))
    with refused(words):
        batchnorm.normalize(x, mu, var)
    with refused(words):
        batchnorm.backward_fixed(x, x, mu, var, np.ones(2))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@quick
@given(power=st.integers(-330, 0))
def test_a_constant_channel_gives_0_or_the_eps_is_named(dtype, power):
    x, zero, eps = np.full((3, 2), 0.1, dtype), np.zeros(2, dtype), 10.0**power
    if dtype(eps) > 0:
        assert not batchnorm.normalize(x, x[0], zero, eps).any()
    else:
        with refused("var + eps must be above 0, but for var = 0 and eps = "):
            batchnorm.normalize(x, x[0], zero, eps)


@given(c=st.integers(1, 3), other=st.integers(0, 4), space=st.sampled_from([(), (3,)]))
def test_scale_and_shift_are_one_number_a_channel(c, other, space):
    x, one, given_in = batch((4, c, *space)), np.ones(c), np.ones(other)
    layer = BatchNorm(c)
    layer.weight = given_in
    for name, call in (
        ("gamma", lambda: batchnorm.affine(x, given_in, one)),
        ("beta", lambda: batchnorm.affine(x, one, given_in)),
        ("gamma", lambda: batchnorm.backward(x, x, given_in)),
        ("gamma", lambda: batchnorm.backward_fixed(x, x, one, one, given_in)),
        ("gamma", lambda: layer(x)),
    ):
        if other == c:
            call()
        else:
            with refused(f"{name} must have the shape ({c},), not ({other},)"):
                call()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "x",
    [
        np.array([[1e308], [1.5e308]]),  # the sum overflows
        np.array([[1e200], [3e200]]),  # the squares do
        np.array([[1e20], [3e20]], np.float32),
    ],
)
def test_a_variance_that_overflows_is_refused(x):
    words = f"the variance overflows {x.dtype}, but it reaches"
    layer = BatchNorm(1, dtype=x.dtype)
    for misuse in (layer, batchnorm.batch_statistics):
        with pytest.raises(ValueError, match=words):
            misuse(x)
    with pytest.raises(ValueError, match=words):
        batchnorm.backward(np.ones_like(x), x, np.ones(1))
    assert layer.num_batches_tracked == 0 and layer.running_mean[0] == 0


def test_gradients_that_cannot_be_used_are_refused():
    x, gamma = batch((3, 2)), np.ones(2)
    bad = x.copy()
    bad[0] = np.nan
    for dy, given_x, words in (
        (bad, x, "dy must be finite, but dy[0, 0] is nan"),
        (x[:2], x, "dy must have the shape (3, 2), not (2, 2)"),
        (x + 0j, x, "dy must be real numbers, not complex numbers"),
        (x, bad, "x must be finite, but x[0, 0] is nan"),
        (x, np.ma.array(x), "x is a masked array"),
    ):
        with refused(words):
            batchnorm.backward(dy, given_x, gamma)
        with refused(words):
            batchnorm.backward_fixed(dy, given_x, np.zeros(2), np.ones(2), gamma)


def test_other_misuses_are_refused():
    layer = BatchNorm(2)
    with pytest.raises(ValueError, match="before going backward"):
        layer.backward(np.zeros((3, 2)))
    with refused("mode must be True or False, not 'eval' (str)"):
        layer.train("eval")
    for mode in (True, False):
        layer.train(mode)(batch((3, 2)))
        with refused("dy must have the shape (3, 2), not (2, 2)"):
            layer.backward(np.zeros((2, 2)))
    untracked = BatchNorm(2, track_running_stats=False)
    for weight, bias, given_layer, words in (
        (np.ones((2, 3)), None, untracked, "a layer without running statistics"),
        (
            np.ones((2, 3)),
            None,
            BatchNorm,
            "layer must be an object of the class BatchNorm",
        ),
        (np.ones((3, 2)), None, layer, "weight must have 2 outputs on its first axis"),
        (np.ones((2, 3)), np.ones(3), layer, "bias must have the shape (2,), not (3,)"),
    ):
        with refused(words):
            batchnorm.fold_into_linear(weight, bias, given_layer)
