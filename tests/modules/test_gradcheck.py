"""Vectors of parameters, finite differences, the complex step, the relative error."""

import math
import re

import numpy as np
import pytest

from bpcore import (
    Gradients,
    Network,
    backward,
    complex_step_gradient,
    cost,
    flatten,
    forward,
    numerical_gradient,
    relative_error,
    sigmoid,
    unflatten,
)

METHODS = {"central": numerical_gradient, "complex": complex_step_gradient}


def test_flatten_goes_by_layers_and_rows():
    net = Network(
        [None, [[1, 2, 3], [4, 5, 6]], [[9, 10]]],
        [None, [[7], [8]], [[11]]],
        [None, "tanh", "sigmoid"],
    )
    vector = flatten(net)
    assert np.array_equal(vector, np.arange(1.0, 12))
    twin = unflatten(vector, net)
    for i in (1, 2):
        assert np.array_equal(twin.W[i], net.W[i])
        assert np.array_equal(twin.b[i], net.b[i])
    assert twin.g == net.g
    assert np.array_equal(flatten(unflatten(-vector, net)), -vector)
    vector[:] = 0
    assert np.array_equal(flatten(twin), np.arange(1.0, 12))  # no memory is shared


def test_flatten_of_gradients_has_the_same_order(draw):
    net, X, Y = draw([4, 3, 1], 7)
    grads = backward(net, forward(net, X), Y)
    as_if_net = Network(grads.dW, grads.db)
    assert np.array_equal(flatten(grads), flatten(as_if_net))
    lists = Gradients(*([None, *(p.tolist() for p in d[1:])] for d in (grads.dW, grads.db)), ())
    assert np.array_equal(flatten(lists), flatten(grads))


def cubic(x):
    return (x**3).sum() + x.ravel()[0] * x.ravel()[-1]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 2)])
def test_gradient_of_a_cubic(method, shape):
    x = np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape)
    want = np.array(3 * x**2)
    want.reshape(-1)[0] += x.ravel()[-1]
    want.reshape(-1)[-1] += x.ravel()[0]
    got = METHODS[method](cubic, x)
    assert got.shape == shape
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, want, rtol={"central": 1e-9, "complex": 1e-15}[method])


def test_the_step_is_the_one_asked_for():
    """The central difference of x³ is 3x² + h², that of the complex step 3x² - h²."""
    for h in (0.5, 0.1):
        assert numerical_gradient(cubic_1d, 2.0, h=h) == pytest.approx(12 + h**2, rel=1e-12)
        assert complex_step_gradient(cubic_1d, 2.0, h=h) == pytest.approx(12 - h**2, rel=1e-12)
    assert numerical_gradient(cubic_1d, 2.0) - 12 == pytest.approx(1e-10, abs=1e-9)
    seen = []
    numerical_gradient(lambda x: seen.append(float(x)) or 0.0, 1.0)
    assert seen == [1.0 + 1e-5, 1.0 - 1e-5]
    complex_step_gradient(lambda x: seen.append(complex(x)) or 1j, 1.0)
    assert seen[2:] == [1 + 1e-20j]
    numerical_gradient(cubic, [1.0, 2.0], h=1.0)
    complex_step_gradient(cubic, [1.0, 2.0], h=1.0)


def cubic_1d(x):
    return x**3


def test_the_complex_step_subtracts_nothing():
    f = lambda x: np.exp(x) / np.sin(x) ** 3
    want = np.exp(1.5) * (np.sin(1.5) - 3 * np.cos(1.5)) / np.sin(1.5) ** 4
    for h in (1e-20, 1e-100, 1e-200):
        assert complex_step_gradient(f, 1.5, h=h) == pytest.approx(want, rel=1e-15)


def test_a_function_may_change_its_argument():
    def destructive(x):
        x *= 0
        return x.sum() + 1

    x = np.array([1.0, 2.0])
    assert np.array_equal(numerical_gradient(destructive, x), [0, 0])
    assert np.array_equal(x, [1, 2])


def test_relative_error():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error([3.0, 4.0], [0.0, 0.0]) == 1
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([3.0, 4.0], [3.0, 4.5]) == pytest.approx(0.5 / np.hypot(3, 4.5))
    assert relative_error([3.0, 4.5], [3.0, 4.0]) == pytest.approx(0.5 / np.hypot(3, 4.5))
    assert relative_error([[1.0], [2.0]], [[-1.0], [-2.0]]) == pytest.approx(2)
    assert relative_error(2.0, 1.0) == 0.5
    assert relative_error([2e-200], [1e-200]) == 0.5
    assert relative_error([5e-324], [0.0]) == 1
    assert relative_error([1e308, 1e308], [-1e308, -1e308]) == pytest.approx(2)
    assert isinstance(relative_error([1.0], [1.0]), float)


@pytest.mark.parametrize("shape", [(), (2,)], ids=str)
@pytest.mark.parametrize(("h", "lost_from"), [(1e-3, 13), (1e-5, 11), (1e-7, 9)])
def test_the_slope_is_that_over_the_step_really_taken(h, lost_from, shape):
    """From x - h to x + h, as they are rounded, the slope of x itself is 1 to the last bit."""
    for size in range(-12, lost_from):
        x = np.full(shape, 1.1 * 10.0**size)
        assert numerical_gradient(lambda x: x.ravel()[0], x, h=h).ravel()[0] == 1
    with pytest.raises(
        ValueError,
        match=rf"^h must be a step over which f is smooth, .*, got {h:g}; did you mean ",
    ):
        numerical_gradient(np.sum, np.full(shape, 2.0 * 10.0**lost_from), h=h)


@pytest.mark.parametrize("x", [
    1e12, -1e12, [1e12], [1.0, -1e12], [1e12, 1e-12], [[3.0, 1e300]], 2.0**60, 1.7e308,
], ids=str)  # fmt: skip
def test_a_step_that_is_lost_is_refused_with_one_that_is_not(x):
    scale = np.abs(x).max()
    f = lambda x: ((x / scale) ** 2).sum()
    with pytest.raises(
        ValueError, match=r"^h must be a step over which f is smooth, large enough to change x"
    ) as caught:
        numerical_gradient(f, x)
    entry, value = re.search(r"change (.*) = (.*), got", str(caught.value)).groups()
    assert f"{eval(entry, {'x': np.array(x)}):g}" == value
    proposed = r"over which f is smooth, .*, got 1e-05; did you mean h=(.*)\?$"
    h = float(re.search(proposed, str(caught.value))[1])
    want = np.divide(x, scale) / (scale / 2)
    np.testing.assert_allclose(numerical_gradient(f, x, h=h), want, rtol=1e-6, atol=1e-6 / scale)


def test_small_numbers_need_no_other_step():
    x = np.array([1e-12, -1e-300, 5e-324, 0.0, 1e-5])
    got = numerical_gradient(lambda x: (x**2).sum(), x)
    np.testing.assert_allclose(got, 2 * x, rtol=1e-6, atol=1e-15)


@pytest.mark.parametrize("way", [
    lambda x: np.float32(x.real).sum(), lambda x: x.sum().astype(np.float16),
    lambda x: x.astype(np.complex64).sum(), lambda x: np.float32(x.real)[:1],
])  # fmt: skip
@pytest.mark.parametrize("gradient", [numerical_gradient, complex_step_gradient])
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_a_function_that_computes_in_float32_loses_the_step(gradient, way):
    """Its slope came out as 1.00136; no ``.item()`` brings its digits back."""
    with pytest.raises(
        ValueError, match=r"^f must compute in float64, or the step h is lost, got "
    ) as caught:
        gradient(way, [1.0, 2.0])
    assert "did you mean" not in str(caught.value)


def test_the_complex_step_is_never_lost():
    for x in (1e-280, 1e-12, 1.0, 1e12, 1e150):
        got = complex_step_gradient(lambda x: x * x, x)
        assert got == pytest.approx(2 * x, rel=1e-15)


@pytest.mark.parametrize("f", [
    lambda x: np.logaddexp(0, x).sum(), lambda x: sigmoid(x).sum(), lambda x: math.sin(x[0].item()),
    lambda x: cost(Network([None, x[None]], [None, [[0.0]]]), [[1.0], [2.0]], [[1]]),
])  # fmt: skip
def test_a_function_that_takes_no_complex_numbers_is_told_what_takes_it(f):
    says = r"^f must take complex numbers for the complex step: .*; use numerical_gradient$"
    with pytest.raises(TypeError, match=says):
        complex_step_gradient(f, [1.0, 2.0])
    assert numerical_gradient(f, [1.0, 2.0]).any()


def test_an_error_of_a_function_of_real_numbers_is_its_own():
    with pytest.raises(TypeError, match=r"^mine"):
        numerical_gradient(lambda x: exec("raise TypeError('mine')"), 1.0)


def test_vanishing_gradients_are_still_compared(draw):
    """All derivatives below 1e-160: their squares are 0, their relative error is not."""
    net, _, _ = draw([4, 3, 1], 7)
    tiny = Network([None, net.W[1], net.W[2] * 1e-170], net.b)
    X, Y = np.ones((4, 1)) * 1e-3, [[1]]
    grads = backward(tiny, forward(tiny, X), Y)
    assert 0 < np.abs(grads.dW[1]).max() < 1e-160
    assert relative_error(grads.dW[1], 2 * grads.dW[1]) == pytest.approx(0.5)
