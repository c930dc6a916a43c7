"""The bias-folded notation: Theta[i] = [b[i] W[i]], and every activation gets a leading 1.

Source 004 counts the input as layer 1 and lets Theta start at its layer, so its Theta^(l) is
Theta[l] here: both lead into layer l of this book.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore._validate import (
    as_array,
    as_columns,
    as_labels,
    as_layers,
    as_member,
    freeze,
    sealed,
)
from bpcore.backprop import as_activations
from bpcore.losses import LOSSES, Loss, cross_entropy
from bpcore.network import Cache, Network, _dot, as_network


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
    return (None, *freeze(*_fold(net)[1:]))


def _fold(net):
    return [None] + [np.hstack([net.b[i], net.W[i]]) for i in range(1, net.L + 1)]


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
    Theta = as_layers(Theta, "Theta")
    for i in range(1, len(Theta)):
        shape = Theta[i].shape
        if len(shape) != 2 or shape[1] < 2 or (i > 1 and shape[1] != Theta[i - 1].shape[0] + 1):
            raise ValueError(
                f"Theta[{i}] must have shape (n[{i}], n[{i - 1}] + 1), got {shape}; "
                "the first column is the bias"
            )
    return _unfold(Theta, g)


def _unfold(Theta, g):
    W, b = [None] + [t[..., 1:] for t in Theta[1:]], [None] + [t[..., :1] for t in Theta[1:]]
    return Network(W, b, g)


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
    a = as_array(a, "a")
    if a.ndim != 2:
        raise ValueError(f"a must have shape (n, m), got {a.shape}; one sample is a.reshape(-1, 1)")
    return _with_bias(a)


def _with_bias(a, order="C"):
    ones_a = np.ones((a.shape[0] + 1, a.shape[1]), a.dtype, order)
    ones_a[1:] = a
    return ones_a


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
    X = as_columns(X, net.n[0])
    room = _Room(net.n, X.shape[1])
    room.A[0], room.a[0] = _with_bias(X), X
    with np.errstate(over="ignore", invalid="ignore"):
        _forward_theta(_fold(net), net.g, room)
    return Cache(sealed(room.z, "z", fine=lambda z: z == z), freeze(*(a.copy() for a in room.a)))


class _Room:
    """The memory of one pass over m samples, forward and back; K = (K,) makes it that of a stack.

    Lists for layers 0..L: A[i] = [1; a[i]] with its part a[i], and z[i]; layer 0 is left to the
    caller. slope[k] is for g'(z) of any layer with k units. The units come first in memory, so
    that a[i] is one piece of it.
    """

    def __init__(self, n, m, K=()):
        def array(units):
            return np.moveaxis(np.ones((units, *K, m)), 0, -2)

        self.A: list[Any] = [None, *(array(units + 1) for units in n[1:])]
        self.a: list[Any] = [None, *(ones_a[..., 1:, :] for ones_a in self.A[1:])]
        self.z = [None] + [array(units) for units in n[1:]]
        self.slope = {units: array(units) for units in n[1:-1]}


def _forward_theta(Theta, g, room):
    """Fill z[1..L] and a[1..L], and with it A[i] = [1; a[i]], from A[0] = [1; X]."""
    A, a, z, L, dot = room.A, room.a, room.z, len(Theta) - 1, _dot(Theta)
    for i in range(1, L + 1):
        dot(Theta[i], A[i - 1], z[i])
        g[i]._put(g[i].function, z[i], a[i])


def _backward_theta(Theta, g, room, Y, loss, dTheta):
    """Fill dTheta[1..L] with the sum over the samples, not yet divided by m."""
    A, a, L, dot = room.A, room.a, len(Theta) - 1, _dot(Theta)
    delta = [*room.z[:L], loss.delta_function(a[L], Y)]  # z[1..L-1] are done with: reuse them
    for i in range(L - 1, 0, -1):
        W = Theta[i + 1][..., 1:]  # column 0 belongs to the constant 1: drop it
        dot(W.mT, delta[i + 1], delta[i])
        slope = room.slope[a[i].shape[-2]]
        g[i]._put(g[i].derivative, a[i], slope)
        delta[i] *= slope
    for i in range(1, L + 1):
        dot(delta[i], A[i - 1].mT, dTheta[i])


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
    Y : array, shape (1, m)
        Labels, 0 or 1.
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
    Theta, a = _fold(net), as_activations(cache, net)
    m = a[0].shape[1]
    Y, loss = as_labels(Y, m), as_member(loss, Loss, LOSSES, "loss")
    room, dTheta = _Room(net.n, m), [None] + [np.empty(t.shape) for t in Theta[1:]]
    room.A[0] = _with_bias(a[0])
    for i in range(1, net.L + 1):
        room.a[i][...] = a[i]
    with np.errstate(over="ignore", invalid="ignore"):
        _backward_theta(Theta, net.g, room, Y, loss, dTheta)
        dTheta = [None] + [total / m for total in dTheta[1:]]
    return sealed(dTheta, "dTheta")
