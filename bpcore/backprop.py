"""The backward pass: the four equations of backpropagation, each on one line.

delta[i] holds one UNAVERAGED column per sample; the division by m happens once, in BP3 and BP4.
The numbering is Nielsen's (BP3 is the bias, BP4 the weight); source 002 swaps the last two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore._guard import Value
from bpcore.losses import Loss, cross_entropy
from bpcore.network import Cache, Network, _forward, as_network, as_problem


@dataclass(frozen=True, eq=False)
class Gradients(Value):
    """The derivatives of the cost J with respect to every parameter, and the deltas behind them.

    Parameters
    ----------
    dW : tuple
        dW[0] is None; dW[i] has the shape of W[i].
    db : tuple
        db[0] is None; db[i] has the shape of b[i].
    delta : tuple
        delta[0] is None; delta[i] of shape (n[i], m), dloss/dz[i] of each sample.

    Notes
    -----
    Chapter :doc:`/chapters/08_delta_recursion`.
    """

    dW: tuple[Any, ...]
    db: tuple[Any, ...]
    delta: tuple[Any, ...]


def _backward(net, z, a, Y, loss):
    W, g, L, m = net.W, net.g, net.L, Y.shape[-1]
    delta, dW, db = ([None] * (L + 1) for _ in range(3))
    delta[L] = loss.delta_function(z[L], Y)  # BP1
    for i in range(L - 1, 0, -1):
        delta[i] = (W[i + 1].mT @ delta[i + 1]) * g[i].derivative(a[i])  # BP2
    for i in range(1, L + 1):
        db[i] = delta[i].sum(axis=-1, keepdims=True) / m  # BP3
        dW[i] = delta[i] @ a[i - 1].mT / m  # BP4
    return dW, db, delta


def backward(
    net: Network, cache: Cache, Y: ArrayLike, loss: Loss | str = cross_entropy
) -> Gradients:
    """Run the backward pass: delta from the last layer down (BP1, BP2), then db (BP3) and dW (BP4).

    Parameters
    ----------
    net : Network
        One network, or a stack of K.
    cache : Cache
        What `forward(net, X)` returned for this network.
    Y : array, shape (n[L], m)
        Labels, 0 or 1; between 0 and 1 with a soft loss.
    loss : Loss or str

    Returns
    -------
    Gradients
        Of the cost J, the mean over the m samples; read-only.

    Raises
    ------
    ValueError, TypeError
        If the cache, Y or loss do not fit the network, or a gradient overflows.

    Examples
    --------
    >>> from bpcore import Network, forward
    >>> net = Network([None, [[0.0, 0.0]]], [None, [[0.0]]])
    >>> grads = backward(net, forward(net, [[3.0, 1.0], [1.0, 2.0]]), [[1, 0]])
    >>> grads.dW[1], grads.db[1]
    (array([[-0.5 ,  0.25]]), array([[0.]]))

    Notes
    -----
    Equations :eq:`eq-bp1`, :eq:`eq-bp2`, :eq:`eq-bp3`, :eq:`eq-bp4`; chapter
    :doc:`/chapters/08_delta_recursion`; sources 000 §4, 002 §3, 004.
    """
    net = as_network(net)
    z, a, Y, loss = as_passed(net, cache, Y, loss)
    with np.errstate(all="ignore"):
        dW, db, delta = _backward(net, z, a, Y, loss)
    return Gradients(valid.sealed(dW, "dW"), valid.sealed(db, "db"), valid.freeze(*delta))


def as_passed(net: Network, cache: Any, Y: Any, loss: Any) -> tuple[Any, Any, Any, Loss]:
    """Check what is passed to a backward pass; give z, a, Y and the loss."""
    loss = valid.as_member(loss, Loss, "loss")
    valid.as_instance(cache, Cache, "cache", "pass what the forward pass returned")
    for name in "az":
        valid.as_instance(getattr(cache, name), Sequence, f"cache.{name}", "one entry a layer")
    a = [valid.as_array(x, f"cache.a[{i}]") for i, x in enumerate(cache.a)]
    z = [valid.as_array(x, f"cache.z[{i}]", finite=False) for i, x in enumerate(cache.z) if i]
    m = a[0].shape[-1] if a and a[0].ndim else 0
    wanted = [(net.n[0], m)] + [(*w.shape[:-1], m) for w in net.W[1:]]
    for name, values, shapes in (("a", a, wanted), ("z", z, wanted[1:])):
        if m == 0 or [x.shape for x in values] != shapes:
            raise ValueError(
                f"cache must come from this network, with {name} of shapes {shapes}, "
                f"got {[x.shape for x in values]}; run the forward pass again"
            )
    return [None, *z], a, valid.as_labels(Y, net.n[-1], m, loss=loss), loss


def per_sample_gradients(
    net: Network, X: ArrayLike, Y: ArrayLike, loss: Loss | str = cross_entropy
) -> Gradients:
    """Give the gradient of each sample's own loss; their mean over axis 0 is `backward`'s gradient.

    Parameters
    ----------
    net : Network
        One network, not a stack.
    X : array, shape (d, m)
    Y : array, shape (n[L], m)
    loss : Loss or str

    Returns
    -------
    Gradients
        dW[i] of shape (m, n[i], n[i-1]), db[i] of shape (m, n[i], 1), delta[i] of shape (n[i], m).

    Raises
    ------
    ValueError, TypeError
        If X, Y or loss do not fit the network, or it is a stack.

    Examples
    --------
    >>> from bpcore import Network
    >>> net = Network([None, [[0.0, 0.0]]], [None, [[0.0]]])
    >>> per_sample_gradients(net, [[3.0, 1.0], [1.0, 2.0]], [[1, 0]]).dW[1].shape
    (2, 1, 2)

    Notes
    -----
    Equation :eq:`eq-mean-gradient`; chapter :doc:`/chapters/11_many_samples`; source 000 §6.
    """
    net, X, Y, loss = as_problem(net, X, Y, loss)
    columns, labels = np.ascontiguousarray(X.T)[..., None], Y.T[..., None]
    with np.errstate(all="ignore"):
        each = [
            _backward(net, *_forward(net, x), y, loss) for x, y in zip(columns, labels, strict=True)
        ]
    layers = range(1, net.L + 1)
    dW = [None, *(np.stack([dW[i] for dW, _, _ in each]) for i in layers)]
    db = [None, *(np.stack([db[i] for _, db, _ in each]) for i in layers)]
    delta = [None, *(np.hstack([delta[i] for _, _, delta in each]) for i in layers)]
    return Gradients(valid.sealed(dW, "dW"), valid.sealed(db, "db"), valid.freeze(*delta))
