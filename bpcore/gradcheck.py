"""Gradient checking: the derivative from its definition, to judge the one from backpropagation.

The central difference is the picture for readers (about 10 digits); the complex step is the test
(all digits), because it subtracts nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore._validate import (
    as_array,
    as_callable,
    as_labels,
    as_layers,
    as_member,
    as_positive,
    describe,
)
from bpcore.backprop import Gradients, backward
from bpcore.losses import LOSSES, Loss, cross_entropy
from bpcore.network import Network, _cost, _forward, as_network, forward


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """The outcome of `check_gradients`.

    Parameters
    ----------
    error : float
        Relative error of the whole gradient.
    where : str
        The parameter that is furthest off, such as ``W[2][0, 1]``.
    analytic, numerical : float
        Its derivative by the backward pass and by the numerical method.
    method : str
        ``central`` or ``complex``.
    """

    error: float
    where: str
    analytic: float
    numerical: float
    method: str

    def __str__(self) -> str:
        return (
            f"relative error {self.error:.1e} ({self.method}); worst at {self.where}: "
            f"backward {self.analytic:.10g}, numerical {self.numerical:.10g}"
        )


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
        weights, biases = as_layers(values.dW, "values.dW"), as_layers(values.db, "values.db")
    elif isinstance(values, Network):
        weights, biases = values.W, values.b
    else:
        raise TypeError(f"values must be a Network or Gradients, got {describe(values)}")
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
    net, vector = as_network(net, single=True), as_array(vector, "vector")
    if vector.shape != (net.num_parameters,):
        raise ValueError(
            f"vector must have shape ({net.num_parameters},) for {net}, got {vector.shape}; "
            "make one with flatten"
        )
    raw = _unflatten(vector, net)
    return Network(raw.W, raw.b, raw.g)


def _flat(W, b):
    """Join W[1], b[1], W[2], ... to one vector, or to one row for each network of a stack."""
    lead = W[1].shape[:-2]
    pairs = zip(W[1:], b[1:], strict=True)
    return np.concatenate([p.reshape(*lead, -1) for pair in pairs for p in pair], axis=-1)


def _unflatten(theta, net):
    """Cut theta, shape (..., num_parameters), into W and b: views of theta, without checks.

    The complex step comes in by this door, and `train` moves all parameters as one vector.
    """
    W, b, start, lead = [None], [None], 0, theta.shape[:-1]
    for i in range(1, net.L + 1):
        for parts, columns in ((W, net.n[i - 1]), (b, 1)):
            stop = start + net.n[i] * columns
            parts.append(theta[..., start:stop].reshape(*lead, net.n[i], columns))
            start = stop
    return Network._unchecked(tuple(W), tuple(b), net.g)


def _difference(f, x, h, quotient):
    """Apply a difference quotient to every coordinate of x."""

    number, kinds, cure = "real", "biuf", "use float(...) on an array of one number"
    if np.iscomplexobj(h):
        number, kinds, cure = "complex", "c", "abs, real parts and overflow break the complex step"

    def value(x):
        y = f(x)
        if np.ndim(y) or np.asarray(y).dtype.kind not in kinds or not np.isfinite(y):
            raise ValueError(f"f must return one finite {number} number, got {describe(y)}; {cure}")
        return y

    as_callable(f, "f")
    x = as_array(x, "x")
    gradient = np.empty(x.shape)
    for k in np.ndindex(x.shape):
        step = np.zeros(x.shape, dtype=np.result_type(h, float))
        step[k] = h
        gradient[k] = quotient(value, x, step)
    return gradient


def numerical_gradient(f: Callable[..., Any], x: ArrayLike, *, h: float = 1e-5) -> np.ndarray:
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
        If x is not finite numbers, or h is not in (0, 1].

    Examples
    --------
    >>> numerical_gradient(lambda x: x[0] ** 2 * x[1], [3.0, 5.0]).round(6)
    array([30.,  9.])

    Notes
    -----
    Equation :eq:`eq-central-difference`; chapter :doc:`/chapters/13_gradient_checking`.
    """
    h = as_positive(h, "h", usual=1e-5, at_most=1.0)
    return _difference(f, x, h, lambda f, x, s: (f(x + s) - f(x - s)) / (2 * h))


def complex_step_gradient(f: Callable[..., Any], x: ArrayLike, *, h: float = 1e-20) -> np.ndarray:
    """Give the gradient of f at x as Im f(x + ih) / h: exact to rounding, no subtraction.

    Parameters
    ----------
    f : callable
        Takes a COMPLEX array of the shape of x, returns a finite complex number; built of analytic
        functions (no abs, no max of absolute values, no conjugate).
    x : array of any shape, or a number
    h : float
        Step; any tiny number does.

    Returns
    -------
    array of the shape of x

    Raises
    ------
    ValueError, TypeError
        If x is not finite numbers, or h is not in (0, 1].

    Examples
    --------
    >>> complex_step_gradient(lambda x: x[0] ** 2 * x[1], [3.0, 5.0])
    array([30.,  9.])

    Notes
    -----
    Equation :eq:`eq-complex-step`; chapter :doc:`/chapters/13_gradient_checking`.
    """
    h = as_positive(h, "h", usual=1e-20, at_most=1.0)
    return _difference(f, x, 1j * h, lambda f, x, s: np.imag(f(x + s)) / h)


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
    got, want = as_array(got, "got"), as_array(want, "want")
    if got.shape != want.shape:
        raise ValueError(f"got and want must have the same shape, got {got.shape}, {want.shape}")
    if got.size == 0:
        raise ValueError(f"got and want must hold at least one number, got shape {got.shape}")
    largest = max(np.abs(got).max(), np.abs(want).max())
    if largest == 0:
        return 0.0
    got, want = got / largest, want / largest  # or squares of tiny entries would vanish
    return float(np.linalg.norm(got - want) / max(np.linalg.norm(got), np.linalg.norm(want)))


def check_gradients(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    loss: Loss | str = cross_entropy,
    *,
    backward: Callable[..., Any] = backward,
    method: str = "complex",
    h: float | None = None,
) -> GradientCheck:
    """Compare a backward pass with the derivative from its definition, for every parameter.

    Parameters
    ----------
    net : Network
        One network, not a stack.
    X : array, shape (d, m)
    Y : array, shape (1, m)
    loss : Loss or str
    backward : callable
        (net, cache, Y, loss) -> Gradients, or anything with dW and db: put your own here.
    method : {"complex", "central"}
        Complex step (expect 1e-15) or central difference (expect 1e-9).
    h : float, optional
        Step; default 1e-20 (complex) or 1e-5 (central).

    Returns
    -------
    GradientCheck
        The relative error, and the worst parameter with its value by both ways.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, a gradient has not the shape of its parameter, or the
        weighted inputs are so large that e^-z overflows.

    Examples
    --------
    >>> net = Network([None, [[0.5, -1.0]]], [None, [[0.1]]])
    >>> check_gradients(net, [[3.0, 1.0], [1.0, 2.0]], [[1, 0]]).error < 1e-13
    True

    Notes
    -----
    Chapter :doc:`/chapters/13_gradient_checking`.
    """
    if method not in ("complex", "central"):
        raise ValueError(f"method must be 'complex' or 'central', got {method!r}")
    gradient = complex_step_gradient if method == "complex" else numerical_gradient
    theta = flatten(as_network(net, single=True))
    loss = as_member(loss, Loss, LOSSES, "loss")
    cache = forward(net, X)
    x = cache.a[0]
    y = as_labels(Y, x.shape[1])

    dW, db = _slopes(as_callable(backward, "backward")(net, cache, y, loss), net)

    def J(theta):
        value = _cost(_forward(_unflatten(theta, net), x)[0][-1], y, loss)
        if not np.isfinite(value):
            raise ValueError(f"X or W is too large: the {method} step overflows; standardise X")
        return value

    with np.errstate(over="ignore", invalid="ignore"):
        got, want = _flat(dW, db), gradient(J, theta, **({} if h is None else {"h": h}))
        worst = int(np.argmax(np.abs(got - want)))
    return GradientCheck(
        relative_error(got, want),
        _names(net)[worst],
        float(got[worst]),
        float(want[worst]),
        method,
    )


def _slopes(grads, net):
    """Give dW and db of what somebody's backward pass returned, if they fit the network."""
    if not (hasattr(grads, "dW") and hasattr(grads, "db")):
        raise TypeError(
            f"backward must return Gradients, got {describe(grads)}; "
            "end it with: return Gradients(dW, db, delta)"
        )
    dW, db = as_layers(grads.dW, "dW"), as_layers(grads.db, "db")
    for name, parts, parameters in (("dW", dW, net.W), ("db", db, net.b)):
        shapes, wanted = ([p.shape for p in ps[1:]] for ps in (parts, parameters))
        if shapes != wanted:
            raise ValueError(
                f"backward must return {name} with the shapes {wanted} in layers 1..{net.L}, "
                f"got {shapes}"
            )
    return dW, db


def _names(net):
    """Name all parameters in the order of `flatten`, such as ``W[2][0, 1]``."""
    return [
        f"{name}[{i}]{list(k)}"
        for i in range(1, net.L + 1)
        for name, parameter in (("W", net.W[i]), ("b", net.b[i]))
        for k in np.ndindex(parameter.shape)
    ]
