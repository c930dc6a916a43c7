"""The bias-folded notation: Theta[i] = [b[i] W[i]], and every activation gets a leading 1.

Source 004 counts the input as layer 1 and lets Theta start at its layer, so its Theta^(l) is
Theta[l] here: both lead into layer l of this book.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore.backprop import as_passed
from bpcore.losses import Loss, cross_entropy
from bpcore.network import Cache, Network, as_network, cache_of


def fold(net: Network) -> tuple[Any, ...]:
    """Fold the biases into the weights: Theta[i] = [b[i] W[i]], the bias column first.

    Parameters
    ----------
    net : Network
        One network, not a stack.

    Returns
    -------
    tuple
        Theta[0] is None; Theta[i] of shape (n[i], n[i-1] + 1), read-only.

    Raises
    ------
    TypeError, ValueError
        If net is not a Network, or is a stack.

    Examples
    --------
    >>> fold(Network([None, [[1.0, 2.0]]], [None, [[3.0]]]))
    (None, array([[3., 1., 2.]]))

    Notes
    -----
    Equation :eq:`eq-theta-fold`; chapter :doc:`/chapters/09_theta_notation`; source 004.
    """
    net = as_network(net, single=True)
    layers = range(1, net.L + 1)
    return valid.freeze(None, *(np.hstack([net.b[i], net.W[i]]) for i in layers))


def unfold(Theta: Sequence[Any], g: Sequence[Any] | None = None) -> Network:
    """Take the biases out again: the inverse of `fold`.

    Parameters
    ----------
    Theta : sequence of None and L arrays
        Theta[i] of shape (n[i], n[i-1] + 1).
    g : sequence of None and L activations, optional
        Default: sigmoid everywhere.

    Returns
    -------
    Network

    Raises
    ------
    ValueError, TypeError
        If the shapes do not agree.

    Examples
    --------
    >>> unfold([None, [[3.0, 1.0, 2.0]]]).W[1]
    array([[1., 2.]])

    Notes
    -----
    Equation :eq:`eq-theta-fold`; chapter :doc:`/chapters/09_theta_notation`; source 004.
    """
    Theta = valid.as_layers(Theta, "Theta")
    for i in range(1, len(Theta)):
        if not _leads(Theta, i):
            wanted = f"(n[{i}], n[{i - 1}] + 1), got {Theta[i].shape}; the first column is the bias"
            fine = lambda T: all(_leads(T, i) for i in range(1, len(T)))
            hint = valid.cure(Theta, "Theta", fine, "[None, *map(np.atleast_2d, {}[1:])]")
            raise ValueError(f"Theta[{i}] must have shape {wanted}{hint}")
    W, b = [None, *(t[:, 1:] for t in Theta[1:])], [None, *(t[:, :1] for t in Theta[1:])]
    return Network(W, b, g)


def _leads(Theta, i):
    """Say whether Theta[i] is a matrix with a column for the bias and each unit of layer i - 1."""
    matrix = Theta[i].ndim == 2 and Theta[i].shape[1] > 1
    return matrix and (i == 1 or Theta[i].shape[1] == len(Theta[i - 1]) + 1)


def with_bias(a: ArrayLike) -> np.ndarray:
    """Put the row of ones on top of a matrix of activations.

    Parameters
    ----------
    a : array, shape (n, m)

    Returns
    -------
    array, shape (n + 1, m)

    Raises
    ------
    ValueError, TypeError
        If a is not a matrix of numbers.

    Examples
    --------
    >>> with_bias([[5.0, 6.0]])
    array([[1., 1.],
           [5., 6.]])

    Notes
    -----
    Equation :eq:`eq-with-bias`; chapter :doc:`/chapters/09_theta_notation`; source 004.
    """
    array = valid.as_array(a, "a")
    if array.ndim != 2:
        codes = [valid.itself(a) + ".reshape(-1, 1)"] * (array.ndim < 2)
        hint = valid.cure(a, "a", np.size, *codes)
        raise ValueError(f"a must have shape (n, m), got {array.shape}{hint}")
    return _with_bias(array)


def _with_bias(a):
    return np.vstack([np.ones((1, a.shape[1])), a])


def _forward_theta(Theta, g, X):
    L = len(Theta) - 1
    z, a = [None] * (L + 1), [X] + [None] * L
    for i in range(1, L + 1):
        z[i] = Theta[i] @ _with_bias(a[i - 1])
        a[i] = g[i].function(z[i])
    return z, a


def _backward_theta(Theta, g, z, a, Y, loss):
    L, m = len(Theta) - 1, Y.shape[1]
    delta, dTheta = [None] * (L + 1), [None] * (L + 1)
    delta[L] = loss.delta_function(z[L], Y)
    for i in range(L - 1, 0, -1):
        W = Theta[i + 1][:, 1:]  # column 0 belongs to the constant 1: drop it
        delta[i] = (W.T @ delta[i + 1]) * g[i].derivative(a[i])
    for i in range(1, L + 1):
        dTheta[i] = delta[i] @ _with_bias(a[i - 1]).T / m
    return dTheta


def forward_theta(Theta: Sequence[Any], X: ArrayLike, g: Sequence[Any] | None = None) -> Cache:
    """Run the forward pass in folded form: z[i] = Theta[i] [1; a[i-1]].

    Parameters
    ----------
    Theta : sequence of None and L arrays
        Theta[i] of shape (n[i], n[i-1] + 1).
    X : array, shape (d, m)
        Without the row of ones; it is added here.
    g : sequence of None and L activations, optional

    Returns
    -------
    Cache
        The same z and a as `forward` gives for the unfolded network; read-only.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not agree, X is not finite, or the weighted inputs overflow.

    Examples
    --------
    >>> forward_theta([None, [[3.0, 1.0, 2.0]]], [[1.0], [1.0]]).z[1]
    array([[6.]])

    Notes
    -----
    Equation :eq:`eq-theta-forward`; chapter :doc:`/chapters/09_theta_notation`; source 004.
    """
    net = unfold(Theta, g)
    return cache_of(_forward_theta, fold(net), net.g, valid.as_columns(X, net.n[0]))


def backward_theta(
    Theta: Sequence[Any],
    cache: Cache,
    Y: ArrayLike,
    loss: Loss | str = cross_entropy,
    g: Sequence[Any] | None = None,
) -> tuple[Any, ...]:
    """Run the backward pass in folded form; the bias column takes no part in the recursion.

    Parameters
    ----------
    Theta : sequence of None and L arrays
        Theta[i] of shape (n[i], n[i-1] + 1).
    cache : Cache
        What `forward_theta(Theta, X, g)` returned.
    Y : array, shape (n[L], m)
        Labels, 0 or 1; between 0 and 1 with a soft loss.
    loss : Loss or str
    g : sequence of None and L activations, optional

    Returns
    -------
    tuple
        dTheta[0] is None; dTheta[i] of the shape of Theta[i] is [db[i] dW[i]]; read-only.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not agree, or a gradient overflows.

    Examples
    --------
    >>> Theta = [None, [[0.0, 0.0]]]
    >>> backward_theta(Theta, forward_theta(Theta, [[4.0]]), [[1]])
    (None, array([[-0.5, -2. ]]))

    Notes
    -----
    Equations :eq:`eq-theta-delta`, :eq:`eq-theta-gradient`; chapter
    :doc:`/chapters/09_theta_notation`; source 004, whose index slip is corrected there.
    """
    net = unfold(Theta, g)
    z, a, Y, loss = as_passed(net, cache, Y, loss)
    with np.errstate(all="ignore"):
        return valid.sealed(_backward_theta(fold(net), net.g, z, a, Y, loss), "dTheta")
