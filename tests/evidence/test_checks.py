"""Checks of input: what they let in, what they refuse, and in which words."""

import inspect
import pickle
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from evidence import checks
from evidence.checks import door


class Line:
    """Something that is no number."""


HUGE = 10**400  # no float is as large
MASKED = np.ma.array([1.0, 2.0], mask=[False, True])
NO_NUMBERS = [
    (True, "True (bool)"),
    (np.True_, "np.True_ (bool)"),
    (torch.tensor(True), "tensor(True) (Tensor)"),
    ("0.5", "'0.5' (str)"),
    (np.str_("2"), "np.str_('2') (str_)"),
    (b"2", "b'2' (bytes)"),
    (None, "None"),
    (1 + 0j, "(1+0j) (complex)"),
    (np.complex128(1), "np.complex128(1+0j) (complex128)"),
    (Decimal("0.5"), "Decimal('0.5') (Decimal)"),
    ([1.0], "[1.0] (list)"),
    (np.ones(1), "an array of shape (1,)"),
    (torch.ones(2, 3), "an array of shape (2, 3)"),
    (MASKED[1], "masked (MaskedConstant)"),
    (Line, "the class Line"),
    ({i: i for i in range(99)}, "a dict"),
]


def refused(kind, words):
    """Expect an error of exactly these words."""
    return pytest.raises(kind, match=f"^{re.escape(words)}$")


# --- Numbers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        2,
        2.0,
        Fraction(2),
        np.array(2),
        torch.tensor(2.0, requires_grad=True),
        torch.tensor(2, dtype=torch.uint8),
        torch.tensor(2.0, dtype=torch.bfloat16),
        *(kind(2) for kind in (np.uint8, np.int16, np.int64, np.float16, np.float32)),
        np.longdouble(2),
    ],
)
def test_a_number_of_any_kind_becomes_a_float(value):
    found = checks.number(value, "threshold", least=2, most=2)
    assert type(found) is float and found == 2


@pytest.mark.parametrize(("value", "shown"), NO_NUMBERS)
def test_what_is_no_number_is_shown_with_its_type(value, shown):
    with refused(TypeError, f"size must be a finite number above 0, not {shown}"):
        checks.number(value, "size", above=0)
    with refused(TypeError, f"size must be a whole number from 1 to 9, not {shown}"):
        checks.whole(value, "size", least=1, most=9)
    if not isinstance(value, str):
        with refused(ValueError, f"cost must be one of 'l1', 'l2', not {shown}"):
            checks.one_of(value, "cost", ("l1", "l2"))


@pytest.mark.parametrize("value", [np.nan, np.float32("inf"), -np.inf])
def test_a_number_is_finite(value):
    with refused(ValueError, f"eps must be a finite number, not {float(value)}"):
        checks.number(value, "eps")


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "words"),
    [
        ({"least": 0}, 0, -1e-300, "a finite number of at least 0"),
        ({"above": 0}, 1e-300, 0.0, "a finite number above 0"),
        ({"most": 1}, 1, Fraction(10**9 + 1, 10**9), "a finite number up to 1"),
        ({"below": 1}, -5, 1.0, "a finite number below 1"),
        ({"least": 0, "most": 1}, 1, 1.5, "a finite number from 0 to 1"),
        ({"above": 0, "below": 1}, 0.5, 1, "a finite number above 0 and below 1"),
        ({"least": 0, "below": 1}, 0, 2, "a finite number of at least 0 and below 1"),
    ],
)
def test_bounds_are_said(bounds, inside, outside, words):
    assert checks.number(inside, "x", **bounds) == inside
    with refused(ValueError, f"x must be {words}, not {outside!r}"):
        checks.number(outside, "x", **bounds)


@given(st.integers())
def test_whole_numbers_stay_exact(value):
    assert checks.whole(value, "n") == value
    assert type(checks.whole(np.int64(value % 2**63), "n")) is int


@pytest.mark.parametrize("value", [2.0, np.float64(2), np.nan, Fraction(2)])
def test_a_float_is_no_whole_number(value):
    with pytest.raises(TypeError, match="n must be a whole number of at least 1, not"):
        checks.whole(value, "n", least=1)


def test_numbers_out_of_range():
    with refused(ValueError, "n must be a whole number from 1 to 3, not 4"):
        checks.whole(np.uint8(4), "n", least=1, most=3)
    for value in (HUGE, -HUGE, 10**5000):  # Python writes no number of 5,000 digits
        words = f"not an int of {value.bit_length()} bits"
        with refused(ValueError, f"x must be a finite number, {words}"):
            checks.number(value, "x")
        with refused(ValueError, f"n must be a whole number from 0 to 9, {words}"):
            checks.whole(value, "n", least=0, most=9)


@pytest.mark.parametrize("value", [True, np.True_, np.array(True), torch.tensor(True)])
def test_a_flag(value):
    assert checks.flag(value, "adaptive") is True
    assert checks.flag(~torch.tensor(True), "adaptive") is False


@pytest.mark.parametrize("value", [1, 0.0, "True", None, np.ones(2, bool)])
def test_other_than_true_and_false_is_no_flag(value):
    with pytest.raises(TypeError, match="^adaptive must be True or False, not "):
        checks.flag(value, "adaptive")


def test_a_word_among_others():
    assert checks.one_of("l1", "cost", {"l1": 1, "l2": 2}) == "l1"
    with refused(ValueError, "cost must be one of 'l1', 'l2', not 'L1' (str)"):
        checks.one_of("L1", "cost", ("l1", "l2"))


# --- Arrays ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]], np.uint8),
        np.array([[1, 2], [3, 4]], np.float16),
        np.array([[1, 3], [2, 4]]).T,
        np.array([[Fraction(1), 2], [3, 4]]),
        torch.tensor([[1, 2], [3, 4]]),
        torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True),
        torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.bfloat16),
    ],
)
def test_an_array_of_any_kind_becomes_doubles(values):
    found = checks.array(values, "x", shape=("n", 2))
    assert type(found) is np.ndarray and found.dtype == np.float64
    assert found.tolist() == [[1, 2], [3, 4]]


def test_an_array_is_a_new_one_unless_its_precision_is_kept():
    for dtype in (np.float32, np.float64):
        x = np.ones(3, dtype)
        assert not np.shares_memory(checks.array(x, "x"), x)
        assert checks.array(x, "x", dtype=None) is x
    assert checks.array([1, 2], "x", dtype=None).dtype == np.float64
    assert checks.array(torch.ones(2), "x", dtype=None).dtype == np.float32


def test_true_and_false_are_numbers_where_that_is_asked_for():
    for values in ([True, False], np.array([True, False]), torch.tensor([True, False])):
        assert checks.array(values, "x", kinds="biuf").tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([True, False], "x must be real numbers, not True and False"),
        (["1", "2"], "x must be real numbers, not text"),
        ("12", "x must be real numbers, not text"),
        (b"12", "x must be real numbers, not bytes"),
        ([1 + 0j], "x must be real numbers, not complex numbers"),
        (
            torch.ones(1, dtype=torch.cfloat),
            "x must be real numbers, not complex numbe",
        ),
        (np.array(["2026-01-01"], "M8[D]"), "x must be real numbers, not datetime64"),
        ([1.0, None], "x[1] must be a finite number, not None"),
        ([[1, 2], [3, HUGE]], "x[1, 1] must be a finite number, not an int of 1329 bi"),
        (np.array([1, "2"], object), "x[1] must be a finite number, not '2' (str)"),
        (Line, "x must be an array of numbers, not the class Line"),
        (None, "x must be an array of numbers, not None"),
        ({1, 2}, "x must be an array of numbers, not {1, 2} (set)"),
        ([[1, 2], [3]], "x must be an array of numbers, not [[1, 2], [3]] (list)"),
        (MASKED, "x is a masked array, whose mask would be lost"),
        ([MASKED, MASKED], "x is a masked array, whose mask would be lost"),
    ],
)
def test_what_is_no_array_of_real_numbers_is_refused(values, words):
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(words)}"):
        checks.array(values, "x")


def test_numbers_of_an_array_are_finite():
    x = np.ones((2, 3), np.float32)
    x[1, 2] = np.nan
    with refused(ValueError, "x must be finite, but x[1, 2] is nan"):
        checks.array(x, "x")
    with refused(ValueError, "x must be finite, but it is -inf"):
        checks.array(-np.inf, "x")
    assert np.isnan(checks.array(x, "x", finite=False)).sum() == 1


@pytest.mark.parametrize(
    ("wanted", "fitting", "others", "words"),
    [
        (("n",), [(0,), (5,)], [(), (1, 5)], "(n,)"),
        (("n", 4), [(0, 4), (3, 4)], [(4,), (4, 3), (1, 3, 4)], "(n, 4)"),
        (("n", "n"), [(0, 0), (3, 3)], [(3, 2), (9,)], "(n, n)"),
        ((..., "p"), [(0,), (2, 3)], [()], "(..., p)"),
        ((..., "h", 2), [(3, 2), (4, 3, 2)], [(2,), (2, 3)], "(..., h, 2)"),
        ((...,), [(), (1, 2, 3)], [], ""),
        ((), [()], [(1,)], "()"),
        ((3,), [(3,)], [(2,), (3, 3)], "(3,)"),
    ],
)
def test_shapes(wanted, fitting, others, words):
    for shape in fitting:
        assert checks.array(np.ones(shape), "x", shape=wanted).shape == shape
    for shape in others:
        with refused(ValueError, f"x must have the shape {words}, not {shape}"):
            checks.array(np.ones(shape), "x", shape=wanted)


@pytest.mark.parametrize(
    "values", [[2, 0, 1], np.array([2, 0, 1], np.uint8), torch.tensor([2, 0, 1])]
)
def test_labels_become_integers(values):
    found = checks.labels(values, "labels", 3)
    assert found.dtype == np.int64 and found.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 1, 3], "labels must be whole numbers from 0 to 2, not 3"),
        (np.array([0, -1]), "labels must be whole numbers from 0 to 2, not -1"),
        ([0.0, 1.0], "labels must be whole numbers from 0 to 2, not float64"),
        ([0, np.nan], "labels must be whole numbers from 0 to 2, not float64"),
        (["0", "1"], "labels must be whole numbers from 0 to 2, not text"),
        ([True, False], "labels must be whole numbers from 0 to 2, not True and False"),
        ([[0], [1]], "labels must have the shape (n,), not (2, 1)"),
        ([0, HUGE], "labels[1] must be a finite number, not an int of 1329 bits"),
        (np.ma.array([0, 1]), "labels is a masked array"),
    ],
)
def test_what_is_no_label_is_refused(values, words):
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(words)}"):
        checks.labels(values, "labels", 3)


# --- The door -------------------------------------------------------------------------


def _check_power(base, exponent, scale):
    return checks.number(base, "base"), checks.whole(exponent, "exponent"), scale


@door(_check_power)
def power(base, exponent=2, *, scale: float = 1):
    """Return scale * base ** exponent."""
    return base, exponent, scale


class Counter:
    """Holds a method with a door."""

    def _check_add(self, n):
        return self, checks.whole(n, "n", least=1)

    @door(_check_add)
    def add(self, n):
        return self, n


@pytest.mark.parametrize(
    ("args", "options", "given_in"),
    [
        ((np.uint8(3),), {}, (3.0, 2, 1)),
        ((3, np.int8(4)), {"scale": 5}, (3.0, 4, 5)),
        ((), {"exponent": 4, "base": 3}, (3.0, 4, 1)),
    ],
)
def test_a_function_sees_what_its_guard_lets_in(args, options, given_in):
    found = power(*args, **options)
    assert found == given_in and type(found[0]) is float
    with refused(TypeError, "exponent must be a whole number, not 0.5 (float)"):
        power(2, 0.5)
    counter = Counter()
    assert counter.add(np.uint8(2)) == (counter, 2)
    with pytest.raises(ValueError, match="n must be a whole number of at least 1"):
        counter.add(n=0)


def test_behind_the_door_stands_the_function_itself():
    assert power.__wrapped__("a", "b") == ("a", "b", 1)
    assert power.__name__ == "power" and power.__doc__.startswith("Return scale")
    assert list(inspect.signature(power).parameters) == ["base", "exponent", "scale"]
    assert pickle.loads(pickle.dumps(power)) is power


@pytest.mark.parametrize(
    ("args", "options", "words"),
    [
        ((), {}, "power(): missing a required argument: 'base'"),
        ((1, 2, 3), {}, "power(): too many positional arguments"),
        ((1,), {"base": 1}, "power(): multiple values for argument 'base'"),
        ((1,), {"factor": 1}, "power(): got an unexpected keyword argument 'factor'"),
        ((), {"factor": 1}, "power(): missing a required argument: 'base'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_as_python_does(args, options, words):
    with refused(TypeError, words):
        power(*args, **options)


def test_a_guard_returns_every_argument():
    @door(lambda a, b: (a,))
    def pair(a, b):
        return a, b

    with pytest.raises(ValueError, match="argument 2 is shorter"):
        pair(1, 2)
