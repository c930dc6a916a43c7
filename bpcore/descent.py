"""Gradient descent: the rule on any function, and one step of a network."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore._guard import Guard, Value
from bpcore.backprop import Gradients
from bpcore.network import Network, as_network


def summary(diverged_at, learning_rate, done, *remarks):
    """Give the one line of a report: how far it came or where it diverged, and what is odd."""
    text = done if diverged_at is None else f"diverged at step {diverged_at}"
    return "; ".join([f"{text}, learning rate {learning_rate:g}", *filter(None, remarks)])


def rise(values):
    """Say that a cost or function ended higher than it began, if it did."""
    rose = len(values) > 1 and values[-1] > values[0]
    return f"it rose: it began at {values[0]:.6g}" if rose else ""


@dataclass(frozen=True, eq=False)
class Path(Value):
    """The points that gradient descent visits.

    Parameters
    ----------
    x : array, shape (steps + 1,) or (steps + 1, k)
        The points, the start first; only finite ones.
    f : array, shape (steps + 1,)
        The function there.
    learning_rate : float
    diverged_at : int or None
        The step that left the finite numbers.
    """

    x: np.ndarray
    f: np.ndarray
    learning_rate: float
    diverged_at: int | None = None

    @property
    def report(self) -> str:
        """One line that says how many steps were made, or where they diverged."""
        done = f"{len(self.f) - 1} steps"
        return summary(self.diverged_at, self.learning_rate, done, rise(self.f))


def descend(
    f: Callable[..., Any],
    grad: Callable[..., Any],
    x0: ArrayLike,
    *,
    learning_rate: float,
    steps: int,
) -> Path:
    """Minimise a function by gradient descent: x := x - learning_rate * grad(x).

    Parameters
    ----------
    f : callable
        Takes a point, returns a number.
    grad : callable
        Takes a point, returns its gradient, of the shape of the point.
    x0 : float, or array of shape (k,)
        The start.
    learning_rate : float
        Positive; too large a one is legal and diverges.
    steps : int

    Returns
    -------
    Path

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, f is not finite at x0, or grad returns another shape than x0's.

    Examples
    --------
    >>> path = descend(lambda x: x**2, lambda x: 2 * x, 1.0, learning_rate=0.5, steps=2)
    >>> path.x
    array([1., 0., 0.])

    Notes
    -----
    Equation :eq:`eq-descent`; chapter :doc:`/chapters/04_gradient_descent`; source 001.
    """
    learning_rate = valid.as_positive(learning_rate, "learning_rate")
    steps, x = valid.as_count(steps, "steps"), valid.as_array(x0, "x0")
    if x.ndim > 1 or x.size == 0:
        raise ValueError(f"x0 must be a number or a vector of shape (k,), got shape {x.shape}")
    f = Guard(valid.as_callable(f, "f"), "f", ())
    grad = Guard(valid.as_callable(grad, "grad"), "grad")
    if not np.isfinite(start := f(x)):
        raise ValueError(f"f must be finite at x0, got {start} at {valid.short(x)}")
    if steps:
        grad(x)  # nan here is a slip in grad; later it is divergence
    f, grad = replace(f, may_fail=True), replace(grad, may_fail=True)
    with np.errstate(all="ignore"):
        xs, values, diverged_at = _descend(f, grad, x, start, learning_rate, steps)
    return Path(*valid.freeze(np.array(xs), np.array(values)), learning_rate, diverged_at)


def _descend(f, grad, x, value, learning_rate, steps):
    xs, values = [x], [value]
    for t in range(1, steps + 1):
        x = x - learning_rate * grad(x)  # descent
        value = f(x)
        if not (np.isfinite(x).all() and np.isfinite(value)):
            return xs, values, t
        xs.append(x)
        values.append(value)
    return xs, values, None


def _step(net, dW, db, learning_rate):
    W, b = [None] * (net.L + 1), [None] * (net.L + 1)
    for i in range(1, net.L + 1):
        W[i] = net.W[i] - learning_rate * dW[i]  # update W
        b[i] = net.b[i] - learning_rate * db[i]  # update b
    return W, b


def step(net: Network, grads: Gradients, learning_rate: float) -> Network:
    """Move all parameters once, after all gradients are known: W := W - learning_rate * dW.

    Parameters
    ----------
    net : Network
    grads : Gradients
        Of this network.
    learning_rate : float

    Returns
    -------
    Network
        A new one; net is not changed.

    Raises
    ------
    ValueError, TypeError
        If grads has other shapes than net, or the new parameters overflow.

    Examples
    --------
    >>> net = Network([None, [[1.0]]], [None, [[0.0]]])
    >>> step(net, Gradients((None, np.array([[2.0]])), (None, np.array([[1.0]])), ()), 0.1).W[1]
    array([[0.8]])

    Notes
    -----
    Equation :eq:`eq-update`; chapter :doc:`/chapters/04_gradient_descent`; sources 000 §5, 001.
    """
    valid.as_instance(grads, Gradients, "grads", "pass what backward returned")
    dW, db = valid.as_layers(grads.dW, "grads.dW"), valid.as_layers(grads.db, "grads.db")
    shapes = [[w.shape for w in ws[1:]] for ws in (as_network(net).W, net.b, dW, db)]
    if shapes[:2] != shapes[2:]:
        raise ValueError(f"grads must have the shapes of net, {shapes[:2]}, got {shapes[2:]}")
    learning_rate = valid.as_positive(learning_rate, "learning_rate")
    with np.errstate(all="ignore"):
        W, b = _step(net, dW, db, learning_rate)
    if not all(np.isfinite(part).all() for part in (*W[1:], *b[1:])):
        raise ValueError(f"learning_rate is too large: the step overflows, got {learning_rate}")
    return Network._unchecked(valid.freeze(*W), valid.freeze(*b), net.g)  # all is checked
