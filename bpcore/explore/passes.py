"""Pictures of both passes: with their arithmetic, turned, nudged, named, gone wrong."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore import plots
from bpcore.activations import sigmoid
from bpcore.explore._picture import (
    Picture,
    as_loss,
    as_sample,
    as_samples,
    axes,
    columns,
    number,
    picture,
    plain,
)
from bpcore.losses import Loss, cross_entropy, quadratic
from bpcore.network import Network, as_network, forward

FAULTS = tuple("ABCDEFG")  # of faults.js


def _state(net, x, y, loss, check=as_sample):
    """Give the plain state of a network with one sample, or as it is checked."""
    net, loss = as_network(net, single=True), as_loss(loss)
    X, Y = check(net, x, y)
    return net, plain(net) | {"X": X.tolist(), "Y": Y.astype(int).tolist(), "loss": loss.name}


def _drawn(kind, label, net, state, given, what):
    figure, ax = axes(wide=4.6)
    a = forward(net, state["X"]).a
    inside = {(i, j + 1): f"{a[i][j, 0]:.2f}" for i in range(len(net.n)) for j in range(net.n[i])}
    plots.network(net.n, inside=inside, ax=ax)
    n = "-".join(map(str, net.n))
    return picture(kind, label, state, given, figure, f"The network {n} with its values. {what}")


def passes(
    net: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss | str = cross_entropy,
    label: str = "both passes, step by step",
) -> Picture:
    """Make a picture in which every number can be moved and both passes show their products.

    Parameters
    ----------
    net : Network
    x : array, shape (d, 1)
        One sample.
    y : array, shape (n[L], 1)
        Its labels.
    loss : Loss or str
        cross_entropy or quadratic.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.

    Examples
    --------
    >>> from bpcore import worked_example
    >>> passes(*worked_example()).net.n
    (4, 3, 1)
    """
    net, state = _state(net, x, y, loss)
    last = [net.L, 0, 0]
    state |= {"at": 0, "look": ["W", *last]}
    return _drawn("passes", label, net, state, {}, "Here both passes can be followed.")


def knob(
    net: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss | str = cross_entropy,
    label: str = "turn z of one unit",
) -> Picture:
    """Make a picture in which z of one unit is turned and the loss moves along a slope of delta.

    Parameters
    ----------
    net : Network
    x : array, shape (d, 1)
    y : array, shape (n[L], 1)
    loss : Loss or str
        cross_entropy or quadratic.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.

    Examples
    --------
    >>> from bpcore import worked_example
    >>> knob(*worked_example()).state["unit"]
    [1, 0]
    """
    net, state = _state(net, x, y, loss)
    state |= {"unit": [1, 0], "t": 0.5}
    return _drawn("knob", label, net, state, {}, "Here z of one unit can be turned.")


def chain(
    net: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss | str = quadratic,
    nudge: float = 0.5,
    target: float = 0.1,
    label: str = "a nudge runs through the chain",
) -> Picture:
    """Make a picture in which a nudge of w_h runs through a chain of two units to the loss.

    Parameters
    ----------
    net : Network
        With n = (1, 1, 1) and sigmoids.
    x, y : array, shape (1, 1)
    loss : Loss or str
        cross_entropy or quadratic.
    nudge : float
        By how much w_h is changed at the start.
    target : float
        A loss that the reader is asked to reach.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If net is no chain of two units, or an argument does not fit.

    Examples
    --------
    >>> net = Network([None, [[0.8]], [[-1.2]]], [None, [[-0.4]], [[0.3]]])
    >>> chain(net, [[1.5]], [[1]]).state["nudge"]
    0.5
    """
    net, state = _state(net, x, y, loss)
    if net.n != (1, 1, 1) or net.g[1] is not sigmoid:
        raise ValueError(f"net must have n = (1, 1, 1) and sigmoids, got {net}")
    state["nudge"] = number(nudge, "nudge")
    given = {"target": valid.as_positive(target, "target")}
    return _drawn("chain", label, net, state, given, "Here a weight can be nudged.")


def names(net: Network, x: ArrayLike, *, label: str = "one number, many names") -> Picture:
    """Make a picture that names each weight and bias in the notations in use.

    Parameters
    ----------
    net : Network
    x : array, shape (d, 1)
        A sample, for the values in the units.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If x is not one sample of the network.

    Examples
    --------
    >>> from bpcore import worked_example
    >>> net, x, _ = worked_example()
    >>> names(net, x).state["look"]
    ['W', 1, 0, 0]
    """
    net = as_network(net, single=True)
    x = columns(x, net.n[0], "x", m=1)
    state = plain(net) | {"X": x.tolist(), "look": ["W", 1, 0, 0]}
    return _drawn("names", label, net, state, {}, "Here each number can be asked for its names.")


def faults(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    loss: Loss | str = cross_entropy,
    programs: str | Mapping[str, str] = "ABCDEFG",
    label: str = "which layer is wrong",
) -> Picture:
    """Make a picture of a gradient check: backward passes, some wrong, judged layer by layer.

    Parameters
    ----------
    net : Network
    X : array, shape (d, m)
    Y : array, shape (n[L], m)
    loss : Loss or str
        cross_entropy or quadratic.
    programs : str or dict
        Which backward passes are offered, of A to G, or {name on the page: letter}; the first is
        shown.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If the samples do not fit, or a program is unknown.

    Examples
    --------
    >>> from bpcore import worked_example
    >>> faults(*worked_example(), programs="BCD").state["fault"]
    'B'
    """
    named = {name: name for name in programs} if isinstance(programs, str) else programs
    known = isinstance(named, Mapping) and all(fault in FAULTS for fault in named.values())
    if not (named and known):
        raise ValueError(f"programs must be letters from A to G, or name them, got {programs!r}")
    net, state = _state(net, X, Y, loss, as_samples)
    state |= {"fault": next(iter(named.values())), "told": False}
    given: dict[str, Any] = {"faults": list(named.items())}
    return _drawn("faults", label, net, state, given, "Here a backward pass can be judged.")
