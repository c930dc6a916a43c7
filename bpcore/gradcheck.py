"""Gradient checking: the derivative from its definition, to judge the one from backpropagation.

The central difference is the picture for readers (about 10 digits); the complex step is the test
(all digits), because it subtracts nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore._guard import called
from bpcore.backprop import Gradients
from bpcore.network import Network, as_network


def flatten(values: Network | Gradients) -> np.ndarray:
    """Put all parameters, or all gradients, into one vector: W[1], b[1], W[2], b[2], ... by rows.

    Parameters
    ----------
    values : Network or Gradients
        One network, not a stack.

    Returns
    -------
    array, shape (num_parameters,)

    Raises
    ------
    TypeError, ValueError
        If values is neither, or is a stack.

    Examples
    --------
    >>> flatten(Network([None, [[1.0, 2.0]]], [None, [[3.0]]]))
    array([1., 2., 3.])

    Notes
    -----
    Chapter :doc:`/chapters/13_gradient_checking`.
    """
    if isinstance(values, Gradients):
        weights = valid.as_layers(values.dW, "values.dW")
        biases = valid.as_layers(values.db, "values.db")
        if len(weights) != len(biases):
            lengths = f"{len(weights)} and {len(biases)}"
            raise ValueError(f"values.dW and values.db must have the same length, got {lengths}")
    elif isinstance(values, Network):
        weights, biases = values.W, values.b
    else:
        raise TypeError(f"values must be a Network or Gradients, got {valid.describe(values)}")
    if np.ndim(weights[1]) != 2:
        raise ValueError(f"values must belong to one network, got a stack {weights[1].shape}")
    return _flat(weights, biases)


def unflatten(vector: ArrayLike, net: Network) -> Network:
    """Build a network like `net` from the vector of its parameters: the inverse of `flatten`.

    Parameters
    ----------
    vector : array, shape (num_parameters,)
    net : Network
        Gives the sizes and the activations; one network, not a stack.

    Returns
    -------
    Network

    Raises
    ------
    ValueError, TypeError
        If the length is not net.num_parameters, or an entry is not a finite real number.

    Examples
    --------
    >>> unflatten([1.0, 2.0, 3.0], Network([None, [[0.0, 0.0]]], [None, [[0.0]]])).b[1]
    array([[3.]])

    Notes
    -----
    Chapter :doc:`/chapters/13_gradient_checking`.
    """
    net, vector = as_network(net, single=True), valid.as_array(vector, "vector")
    if vector.shape != (net.num_parameters,):
        raise ValueError(
            f"vector must have shape ({net.num_parameters},) for {net}, got {vector.shape}; "
            "make one with flatten"
        )
    return _unflatten(*valid.freeze(vector), net)


def _in_order(W, b):
    """List W[1], b[1], W[2], b[2], ..."""
    return [part for pair in zip(W[1:], b[1:], strict=True) for part in pair]


def _flat(W, b):
    return np.concatenate([part.ravel() for part in _in_order(W, b)])


def _unflatten(theta, net):
    """Cut a vector into W and b: views, without checks, so that complex numbers can come in."""
    W, b, start = [None], [None], 0
    for i in range(1, net.L + 1):
        for parts, like in ((W, net.W[i]), (b, net.b[i])):
            parts.append(theta[start : start + like.size].reshape(like.shape))
            start += like.size
    return Network._unchecked(tuple(W), tuple(b), net.g)


def _value(f, x, kind=float):
    """Call f and check that it gives one finite number; it becomes one of Python's own."""
    try:
        y = called(valid.as_callable(f, "f"), "f", x)
    except TypeError as error:
        if kind is float or not valid.cure(x, "x", lambda x: f(x) is not None, "np.real({})"):
            raise
        what = f"f must take complex numbers for the complex step: {error}"
        raise TypeError(f"{what}; use numerical_gradient") from error
    if getattr(y, "dtype", None) in (np.float16, np.float32, np.complex64):
        raise ValueError(
            f"f must compute in float64, or the step h is lost, got {valid.describe(y)}"
        )
    kinds, name, advice = {
        float: ("biuf", "real", ""),
        complex: ("c", "complex", "; abs, real parts and overflow break the complex step"),
    }[kind]
    fine = lambda y: np.ndim(y) == 0 and np.asarray(y).dtype.kind in kinds and np.isfinite(y)
    with suppress(ValueError):  # ragged nested lists
        if fine(y):
            return kind(y)
    hint = valid.cure(y, "f(x)", fine, valid.itself(y) + ".item()") or advice
    raise ValueError(f"f must return one finite {name} number, got {valid.describe(y)}{hint}")


def numerical_gradient(
    f: Callable[..., Any],
    x: ArrayLike,
    *,
    h: float = 1e-5,
) -> np.ndarray:
    """Approximate the gradient of f at x by central differences (f(x + h) - f(x - h)) / 2h.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x, returns a finite number.
    x : array of any shape, or a number
    h : float
        Step; 1e-5 is near the best for float64, smaller is NOT better.

    Returns
    -------
    array of the shape of x

    Raises
    ------
    ValueError, TypeError
        If x is not finite numbers, h is not positive or is lost in the rounding of x, or f gives
        anything but one finite number, or computes in float32.

    Examples
    --------
    >>> numerical_gradient(lambda x: x[0] ** 2 * x[1], [3.0, 5.0]).round(6)
    array([30.,  9.])

    Notes
    -----
    Equation :eq:`eq-central-difference`; chapter :doc:`/chapters/13_gradient_checking`.
    """
    h, x = valid.as_positive(h, "h", usual=1e-5), valid.as_array(x, "x")
    gradient = np.empty(x.shape)
    for k in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        with np.errstate(all="ignore"):
            up[k], down[k] = up[k] + h, down[k] - h
            two_h = float(up[k] - down[k])  # as taken: x + h is rounded, too
        if x[k] in (up[k], down[k]):
            raise ValueError(_lost(h, x, k))
        gradient[k] = (_value(f, up) - _value(f, down)) / two_h
    return gradient


def _lost(h, x, k):
    """Say that a step is lost in the rounding of x, and which one is not, for which functions."""
    wanted = f"over which f is smooth, large enough to change x{list(k) or ''} = {x[k]:g}"
    return f"h must be a step {wanted}, got {h:g}; did you mean h={1e-5 * np.abs(x).max():.0e}?"


def complex_step_gradient(f: Callable[..., Any], x: ArrayLike, *, h: float = 1e-20) -> np.ndarray:
    """Give the gradient of f at x as Im f(x + ih) / h: exact to rounding, no subtraction.

    Parameters
    ----------
    f : callable
        Takes a COMPLEX array of the shape of x, returns a finite complex number; built of analytic
        functions (no abs, no max of absolute values, no conjugate).
    x : array of any shape, or a number
    h : float
        Step; any tiny number down to 1e-290 does.

    Returns
    -------
    array of the shape of x

    Raises
    ------
    ValueError, TypeError
        If x is not finite numbers, h is not in (0, 1], or f gives anything but one finite
        complex number.

    Examples
    --------
    >>> complex_step_gradient(lambda x: x[0] ** 2 * x[1], [3.0, 5.0])
    array([30.,  9.])

    Notes
    -----
    Equation :eq:`eq-complex-step`; chapter :doc:`/chapters/13_gradient_checking`.
    """
    h, x = valid.as_positive(h, "h", usual=1e-20, at_most=1.0), valid.as_array(x, "x")
    gradient = np.empty(x.shape)
    for k in np.ndindex(x.shape):
        beside = x.astype(complex)
        beside[k] += 1j * h
        gradient[k] = _value(f, beside, complex).imag / h
    return gradient


def relative_error(got: ArrayLike, want: ArrayLike) -> float:
    """Give ``|got - want| / max(|got|, |want|)``, Euclidean lengths; 0 where both are zero.

    Parameters
    ----------
    got, want : arrays of the same shape

    Returns
    -------
    float
        0 for equal gradients, up to 2 for opposite ones.

    Raises
    ------
    ValueError, TypeError
        If the shapes differ or an entry is not a finite number.

    Examples
    --------
    >>> relative_error([1.0, 0.0], [1.0, 0.0]), relative_error([1.0], [-1.0])
    (0.0, 2.0)

    Notes
    -----
    Equation :eq:`eq-relative-error`; chapter :doc:`/chapters/13_gradient_checking`.
    """
    got, want = valid.as_array(got, "got"), valid.as_array(want, "want")
    if got.shape != want.shape:
        raise ValueError(f"got and want must have the same shape, got {got.shape}, {want.shape}")
    if got.size == 0:
        raise ValueError(f"got and want must hold at least one number, got shape {got.shape}")
    largest = max(np.abs(got).max(), np.abs(want).max())
    if largest == 0:
        return 0.0
    with np.errstate(all="ignore"):
        got, want = got / largest, want / largest  # or squares of tiny entries would vanish
        return float(np.linalg.norm(got - want) / max(np.linalg.norm(got), np.linalg.norm(want)))
