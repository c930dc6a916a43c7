"""The network as a value, and the forward pass F1, F2.

Code index = superscript in the text: W[i] and b[i] lead INTO layer i; layer 0 is the input, so
W[0], b[0], z[0] are None and a[0] is X. Samples are columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore._validate import (
    Seed,
    as_columns,
    as_count,
    as_instance,
    as_labels,
    as_layers,
    as_member,
    as_rng,
    describe,
    freeze,
    sealed,
)
from bpcore.activations import ACTIVATIONS, Activation, sigmoid
from bpcore.losses import LOSSES, Loss, cross_entropy


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A two-class network: weights, biases and activations of layers 1..L.

    Parameters
    ----------
    W : sequence of None and L arrays
        W[i] has shape (n[i], n[i-1]): row = the unit it leads to, column = the unit it comes from.
        A stack of K networks of the same sizes has shape (K, n[i], n[i-1]).
    b : sequence of None and L arrays
        b[i] has shape (n[i], 1), or (K, n[i], 1).
    g : sequence of None and L activations or their names, optional
        Default: sigmoid everywhere. The last one must be the sigmoid, and n[L] must be 1.

    Raises
    ------
    ValueError, TypeError
        Naming the layer whose shape, length or activation does not fit.

    Examples
    --------
    >>> net = Network([None, [[1.0, -1.0]]], [None, [[0.5]]])
    >>> net
    Network(n=(2, 1), g=(sigmoid,))
    >>> net.n, net.L, net.num_parameters
    ((2, 1), 1, 3)

    Notes
    -----
    Chapter :doc:`/chapters/01_notation`; sources 000 §1, 002 §1. The arrays are read-only copies.
    """

    W: Sequence[Any]
    b: Sequence[Any]
    g: Sequence[Any] | None = None

    def __post_init__(self) -> None:
        W, b = as_layers(self.W, "W"), as_layers(self.b, "b")
        if len(W) != len(b):
            raise ValueError(f"W and b must have the same length, got {len(W)} and {len(b)}")
        g = (None,) + (sigmoid,) * (len(W) - 1) if self.g is None else self.g
        if not isinstance(g, (list, tuple)) or len(g) != len(W) or g[0] is not None:
            raise ValueError(
                f"g must be a list: None, then {len(W) - 1} activations, got {describe(g)}"
            )
        g = (
            None,
            *(as_member(x, Activation, ACTIVATIONS, f"g[{i}]") for i, x in enumerate(g) if i),
        )
        for i in range(1, len(W)):
            rows = W[i].shape[:-1]
            wanted = (*rows, *(W[i - 1].shape[-2:-1] if i > 1 else W[i].shape[-1:]))
            if W[i].ndim not in (2, 3) or 0 in W[i].shape or W[i].shape != wanted:
                raise ValueError(
                    f"W[{i}] must have shape (n[{i}], n[{i - 1}])"
                    + (f" with n[{i - 1}] = {wanted[-1]}, the rows of W[{i - 1}]" if i > 1 else "")
                    + f", got {W[i].shape}; rows are the units the weights lead to"
                )
            if W[i].shape[:-2] != W[1].shape[:-2]:
                raise ValueError(f"W[{i}] must be stacked as W[1], got {W[i].shape}, {W[1].shape}")
            if b[i].shape != (*rows, 1):
                raise ValueError(
                    f"b[{i}] must have shape {(*rows, 1)}, one number per unit, got {b[i].shape}; "
                    f"a column is b[{i}].reshape(-1, 1)"
                )
        if g[-1] is not sigmoid or W[-1].shape[-2] != 1:
            raise ValueError(
                f"the last layer must be one sigmoid unit (two classes), got {W[-1].shape[-2]} "
                f"{g[-1]} unit(s)"
            )
        for field, value in (("W", W), ("b", b), ("g", g)):
            object.__setattr__(self, field, value)

    @classmethod
    def _unchecked(cls, W, b, g):
        """Build without checks or copies: for `train`, and for the complex step."""
        net = object.__new__(cls)
        for field, value in (("W", W), ("b", b), ("g", g)):
            object.__setattr__(net, field, value)
        return net

    @property
    def n(self) -> tuple[int, ...]:
        """Units in layers 0..L; n[0] = d features, n[L] = 1."""
        return (self.W[1].shape[-1], *(w.shape[-2] for w in self.W[1:]))

    @property
    def L(self) -> int:
        """Number of weight layers; the input is layer 0 and is not counted."""
        return len(self.W) - 1

    @property
    def num_parameters(self) -> int:
        """Number of weights and biases of one network."""
        return sum(self.n[i] * (self.n[i - 1] + 1) for i in range(1, self.L + 1))

    def __repr__(self) -> str:
        stack = f", K={self.W[1].shape[0]}" if self.W[1].ndim == 3 else ""
        return f"Network(n={self.n}, g=({', '.join(map(repr, self.g[1:]))},){stack})"


@dataclass(frozen=True, eq=False)
class Cache:
    """What the forward pass stores for the backward pass.

    Parameters
    ----------
    z : tuple
        z[0] is None; z[i] of shape (n[i], m), the weighted inputs of layer i.
    a : tuple
        a[0] is X; a[i] of shape (n[i], m), the activations of layer i.

    Notes
    -----
    Equations :eq:`eq-f1`, :eq:`eq-f2`; chapter :doc:`/chapters/02_forward_pass`.
    """

    z: tuple[Any, ...]
    a: tuple[Any, ...]


def init_network(n: Sequence[int], *, rng: Seed, hidden: Activation | str = sigmoid) -> Network:
    """Draw a network: weights normal with variance 1 / n[i-1], biases zero.

    Parameters
    ----------
    n : sequence of int
        Units in layers 0..L; the last must be 1.
    rng : int, numpy Generator or None
        Seed or source of the draw. Random weights are needed: equal units would stay equal.
    hidden : Activation or str
        Activation of layers 1..L-1; the output is a sigmoid.

    Returns
    -------
    Network

    Raises
    ------
    ValueError, TypeError
        If n is too short, an entry is not a whole number >= 1, or the last is not 1.

    Examples
    --------
    >>> init_network([4, 3, 1], rng=0).num_parameters
    19

    Notes
    -----
    Chapter :doc:`/chapters/01_notation`; source 000 §3.
    """
    if isinstance(n, str) or not hasattr(n, "__len__"):
        raise TypeError(f"n must be a list of layer sizes such as [4, 3, 1], got {describe(n)}")
    n = [as_count(size, f"n[{i}]", at_least=1) for i, size in enumerate(n)]
    if len(n) < 2 or n[-1] != 1:
        raise ValueError(f"n must list at least two layers and end in 1 (two classes), got {n}")
    rng, hidden = as_rng(rng), as_member(hidden, Activation, ACTIVATIONS, "hidden")
    L = len(n) - 1
    return Network(
        W=[None] + [rng.normal(0, n[i - 1] ** -0.5, (n[i], n[i - 1])) for i in range(1, L + 1)],
        b=[None] + [np.zeros((n[i], 1)) for i in range(1, L + 1)],
        g=[None] + [hidden] * (L - 1) + [sigmoid],
    )


def as_network(net: Any, *, single: bool = False) -> Network:
    """Check that net is a Network, and no stack where only a single one will do."""
    net = as_instance(net, Network, "net", "build one with init_network or Network(W, b)")
    if single and net.W[1].ndim == 3:
        raise ValueError(f"net must be one network, got the stack {net}; take its W[i][k], b[i][k]")
    return net


def _dot(W):
    """Give the matrix product: np.dot, quicker for one network; another for a stack."""
    return np.dot if W[1].ndim == 2 else _stacked_dot


def _stacked_dot(a, b, out=None):
    """np.matmul; but einsum for column times row, as W[L]ᵀ delta[L] is: matmul is slow at that."""
    if b.shape[-2] == 1:
        return np.einsum("...ij,...jm->...im", a, b, out=out)
    return np.matmul(a, b, out)


def _forward(net, X):
    W, b, g, L, dot = net.W, net.b, net.g, net.L, _dot(net.W)
    z, a = [None] * (L + 1), [X] + [None] * L
    for i in range(1, L + 1):
        z[i] = dot(W[i], a[i - 1]) + b[i]  # F1
        a[i] = g[i].function(z[i])  # F2
    return z, a


def forward(net: Network, X: ArrayLike) -> Cache:
    """Run the forward pass: z[i] = W[i] a[i-1] + b[i] (F1), then a[i] = g[i](z[i]) (F2).

    Parameters
    ----------
    net : Network
        One network, or a stack of K.
    X : array, shape (d, m)
        m samples in columns, d = net.n[0].

    Returns
    -------
    Cache
        z and a of every layer, each (n[i], m), or (K, n[i], m) for a stack; read-only.

    Raises
    ------
    ValueError, TypeError
        If X does not fit the network, is not finite, or the weighted inputs overflow.

    Examples
    --------
    >>> net = Network([None, [[1.0, -1.0]]], [None, [[0.0]]])
    >>> forward(net, [[3.0, 1.0], [1.0, 1.0]]).z[1]
    array([[2., 0.]])

    Notes
    -----
    Equations :eq:`eq-f1`, :eq:`eq-f2`; chapter :doc:`/chapters/02_forward_pass`;
    sources 000 §2, 004.
    """
    net = as_network(net)
    X = as_columns(X, net.n[0])
    with np.errstate(over="ignore", invalid="ignore"):
        z, a = _forward(net, X)
    return Cache(sealed(z, "z", fine=lambda z: z == z), freeze(*a))  # an infinite z is a result


def _cost(logits, Y, loss):
    return _mean(loss.function(logits, Y))


def _accuracy(logits, Y):
    return _mean((logits >= 0) == Y)


def _mean(row):  # quicker than np.mean, and the same number
    return row[..., 0, :].sum(axis=-1) / row.shape[-1]


def cost(
    net: Network, X: ArrayLike, Y: ArrayLike, loss: Loss | str = cross_entropy
) -> np.float64 | np.ndarray:
    """Give the cost J: the mean loss over the samples.

    Parameters
    ----------
    net : Network
        One network, or a stack of K.
    X : array, shape (d, m)
        Samples in columns.
    Y : array, shape (1, m)
        Labels, 0 or 1.
    loss : Loss or str

    Returns
    -------
    float, or array of shape (K,) for a stack
        Nats per sample for `cross_entropy`.

    Raises
    ------
    ValueError, TypeError
        If X, Y or loss do not fit.

    Examples
    --------
    >>> net = Network([None, [[0.0]]], [None, [[0.0]]])
    >>> round(float(cost(net, [[1.0, 2.0]], [[0, 1]])), 4)
    0.6931

    Notes
    -----
    Equation :eq:`eq-cost`; chapter :doc:`/chapters/03_loss`; sources 000 §3, 003.
    """
    cache, loss = forward(net, X), as_member(loss, Loss, LOSSES, "loss")
    with np.errstate(over="ignore"):
        return _cost(cache.z[-1], as_labels(Y, cache.a[0].shape[1]), loss)


def predict(net: Network, X: ArrayLike) -> np.ndarray:
    """Give the more probable class of every sample: 1 where a[L] >= 1/2, that is z[L] >= 0.

    Parameters
    ----------
    net : Network
    X : array, shape (d, m)

    Returns
    -------
    int array, shape (1, m), or (K, 1, m) for a stack

    Raises
    ------
    ValueError, TypeError
        If X does not fit the network.

    Examples
    --------
    >>> predict(Network([None, [[1.0]]], [None, [[0.0]]]), [[-2.0, 3.0]])
    array([[0, 1]])

    Notes
    -----
    Chapter :doc:`/chapters/02_forward_pass`.
    """
    return (forward(net, X).z[-1] >= 0).astype(int)


def accuracy(net: Network, X: ArrayLike, Y: ArrayLike) -> np.float64 | np.ndarray:
    """Give the share of samples whose predicted class is their label.

    Parameters
    ----------
    net : Network
    X : array, shape (d, m)
    Y : array, shape (1, m)
        Labels, 0 or 1.

    Returns
    -------
    float between 0 and 1, or array of shape (K,) for a stack

    Raises
    ------
    ValueError, TypeError
        If X or Y do not fit.

    Examples
    --------
    >>> net = Network([None, [[1.0]]], [None, [[0.0]]])
    >>> float(accuracy(net, [[-2.0, 3.0]], [[0, 0]]))
    0.5

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`.
    """
    logits = forward(net, X).z[-1]
    return _accuracy(logits, as_labels(Y, logits.shape[-1]))
