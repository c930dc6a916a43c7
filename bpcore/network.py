"""The network as a value, and the forward pass F1, F2.

Code index = superscript in the text: W[i] and b[i] lead INTO layer i; layer 0 is the input, so
W[0], b[0], z[0] are None and a[0] is X. Samples are columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _storage
from bpcore import _validate as valid
from bpcore._guard import Value
from bpcore._validate import Seed
from bpcore.activations import Activation, sigmoid
from bpcore.losses import Loss, cross_entropy


@dataclass(frozen=True, eq=False, repr=False)
class Network(Value):
    """A network: weights, biases and activations of layers 1..L; one sigmoid output, or several.

    Parameters
    ----------
    W : sequence of None and L arrays
        W[i] has shape (n[i], n[i-1]): row = the unit it leads to, column = the unit it comes from.
        A stack of K networks of the same sizes has shape (K, n[i], n[i-1]).
    b : sequence of None and L arrays
        b[i] has shape (n[i], 1), or (K, n[i], 1).
    g : sequence of None and L activations or their names, optional
        Default: sigmoid everywhere. The last one must be the sigmoid.

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
        W, b = valid.as_layers(self.W, "W"), valid.as_layers(self.b, "b")
        if len(W) != len(b):
            raise ValueError(f"W and b must have the same length, got {len(W)} and {len(b)}")
        g = (None,) + (sigmoid,) * (len(W) - 1) if self.g is None else self.g
        if not isinstance(g, (list, tuple)) or len(g) != len(W) or g[0] is not None:
            wanted = f"None, then {len(W) - 1} activations"
            hint = valid.cure(g, "g", lambda v: len(v) > len(g) and Network(W, b, v), "[None, *{}]")
            raise ValueError(f"g must be a list: {wanted}, got {valid.describe(g)}{hint}")
        g = None, *(valid.as_member(x, Activation, f"g[{i}]") for i, x in enumerate(g) if i)
        if fault := valid.misfit(W, b):
            raise ValueError(fault + valid.remedy(W, b, (self.W, self.b)))
        if g[-1] is not sigmoid:
            raise ValueError(
                f"g[{len(W) - 1}] must be bpcore.sigmoid, as it is the last, got {g[-1]}"
            )
        vars(self).update(W=W, b=b, g=g)  # a frozen dataclass lets no field be assigned

    @classmethod
    def _unchecked(cls, W, b, g):
        """Build without checks or copies: of what is checked already, and for the complex step."""
        net = object.__new__(cls)
        vars(net).update(W=W, b=b, g=g)
        return net

    @property
    def n(self) -> tuple[int, ...]:
        """Units in layers 0..L; n[0] = d features, n[L] = 1 for two classes."""
        return (self.W[1].shape[-1], *(w.shape[-2] for w in self.W[1:]))

    @property
    def L(self) -> int:
        """Number of weight layers; the input is layer 0 and is not counted."""
        return len(self.W) - 1

    @property
    def num_parameters(self) -> int:
        """Number of weights and biases of one network."""
        n = self.n
        return sum(n[i] * (n[i - 1] + 1) for i in range(1, self.L + 1))

    def __repr__(self) -> str:
        stack = f", K={self.W[1].shape[0]}" if self.W[1].ndim == 3 else ""
        return f"Network(n={self.n}, g=({', '.join(map(repr, self.g[1:]))},){stack})"

    def save(self, file: Any) -> None:
        """Write the network in the .npz format, to a path or an open binary file."""
        layers = range(1, self.L + 1)
        if own := [i for i in layers if not self.g[i].ours]:
            raise ValueError(
                f"g[{own[0]}] must be an activation of bpcore to be saved, got your own "
                f"{self.g[own[0]]}; save flatten(net), and read it with unflatten"
            )
        arrays = {f"W{i}": self.W[i] for i in layers} | {f"b{i}": self.b[i] for i in layers}
        _storage.save(file, {"g": [g.name for g in self.g[1:]]} | arrays)

    @classmethod
    def load(cls, file: Any) -> "Network":
        """Read a network that `save` wrote; ValueError if the file holds something else."""

        def build(g, **arrays):
            W, b = ([None, *(arrays[f"{p}{i}"] for i in range(1, len(g) + 1))] for p in "Wb")
            return cls(W, b, [None, *g])

        return _storage.load(file, "Network", build)


@dataclass(frozen=True, eq=False)
class Cache(Value):
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
        Units in layers 0..L; the last is 1 for two classes, else the number of outputs.
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
        If n is too short, or an entry is not a whole number >= 1.

    Examples
    --------
    >>> init_network([4, 3, 1], rng=0).num_parameters
    19

    Notes
    -----
    Chapter :doc:`/chapters/01_notation`; source 000 §3.
    """
    n = valid.as_sizes(n, least=2)
    rng, hidden = valid.as_rng(rng), valid.as_member(hidden, Activation, "hidden")
    L = len(n) - 1
    return Network(
        W=[None] + [rng.normal(0, n[i - 1] ** -0.5, (n[i], n[i - 1])) for i in range(1, L + 1)],
        b=[None] + [np.zeros((n[i], 1)) for i in range(1, L + 1)],
        g=[None] + [hidden] * (L - 1) + [sigmoid],
    )


def as_network(net: Any, *, single: bool = False) -> Network:
    """Check that net is a Network, and no stack where only a single one will do."""
    net = valid.as_instance(net, Network, "net", "build one with init_network or Network(W, b)")
    if single and net.W[1].ndim == 3:
        raise ValueError(f"net must be one network, got the stack {net}; take its W[i][k], b[i][k]")
    return net


def as_problem(net, X, Y, loss, *, single=True, order="C"):
    """Check all that a cost depends on: a network, samples, their labels and a loss."""
    net, loss = as_network(net, single=single), valid.as_member(loss, Loss, "loss")
    X, Y = valid.as_samples(net, X, Y, loss, order)
    return net, X, Y, loss


def _forward(net, X):
    W, b, g, L = net.W, net.b, net.g, net.L
    z, a = [None] * (L + 1), [X] + [None] * L
    for i in range(1, L + 1):
        z[i] = W[i] @ a[i - 1] + b[i]  # F1
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
    return cache_of(_forward, net, valid.as_columns(X, net.n[0]))


def cache_of(forward: Callable[..., Any], *checked: Any) -> Cache:
    """Run a forward pass and freeze what it stores; nan is an overflow, an infinite z a result."""
    with np.errstate(all="ignore"):
        z, a = forward(*checked)
    return Cache(valid.sealed(z, "z", fine=lambda z: ~np.isnan(z)), valid.freeze(*a))


def _cost(logits, Y, loss):
    return loss.function(logits, Y).sum(axis=(-2, -1)) / Y.shape[-1]


def _classes(values, middle):
    """Give the class of every sample: 1 from the middle on, or with several outputs the largest."""
    if values.shape[-2] > 1:
        return np.argmax(values, axis=-2, keepdims=True)
    return values >= middle


def _accuracy(logits, Y):
    return (_classes(logits, 0) == _classes(Y, 0.5)).sum(axis=(-2, -1)) / Y.shape[-1]


def cost(
    net: Network, X: ArrayLike, Y: ArrayLike, loss: Loss | str = cross_entropy
) -> np.float64 | np.ndarray:
    """Give the cost J: the mean over the samples of the loss, summed over the outputs.

    Parameters
    ----------
    net : Network
        One network, or a stack of K.
    X : array, shape (d, m)
        Samples in columns.
    Y : array, shape (n[L], m)
        Labels, 0 or 1; between 0 and 1 with a soft loss.
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
    net, X, Y, loss = as_problem(net, X, Y, loss, single=False)
    logits = cache_of(_forward, net, X).z[-1]
    with np.errstate(all="ignore"):
        return _cost(logits, Y, loss)


def predict(net: Network, X: ArrayLike) -> np.ndarray:
    """Give the more probable class of every sample: 1 where a[L] >= 1/2, that is z[L] >= 0.

    Parameters
    ----------
    net : Network
        With several outputs: the number, from 0, of the largest one.
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
    return _classes(forward(net, X).z[-1], 0).astype(int)


def accuracy(net: Network, X: ArrayLike, Y: ArrayLike) -> np.float64 | np.ndarray:
    """Give the share of samples whose predicted class is their label.

    Parameters
    ----------
    net : Network
    X : array, shape (d, m)
    Y : array, shape (n[L], m)
        Labels, 0 or 1; with several outputs the class is the row of the largest.

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
    net = as_network(net)
    X, Y = valid.as_samples(net, X, Y)
    return _accuracy(cache_of(_forward, net, X).z[-1], Y)
