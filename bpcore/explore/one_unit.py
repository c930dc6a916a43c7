"""Pictures of one unit: its boundary, its curve, its losses, and lines through points."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore import plots
from bpcore.activations import ACTIVATIONS, Activation, sigmoid
from bpcore.explore._picture import (
    Picture,
    as_activation,
    as_sample,
    as_samples,
    as_unit,
    axes,
    box_of,
    columns,
    number,
    pair,
    picture,
    plain,
)
from bpcore.losses import cross_entropy, quadratic
from bpcore.network import Network, as_network, forward


def _sample(x, d):
    return columns(x, d, "x", m=1).tolist()


def _plane(net, box):
    """Draw where a network says 1."""
    figure, ax = axes()
    side = np.linspace(*box, 60)
    plane = np.stack([part.ravel() for part in np.meshgrid(side, side)])
    plots.region(side, side, forward(net, plane).a[-1].reshape(60, 60), ax=ax)
    return figure, ax


def unit(
    net: Network,
    x: ArrayLike,
    *,
    label: str = "one unit",
    names: tuple[str, str] = ("x₁", "x₂"),
    box: tuple[float, float] = (-3.0, 3.0),
    samples: tuple[Any, Any] | None = None,
) -> Picture:
    """Make a picture of one sigmoid unit: turn w, move b, and see where a sample lands.

    Parameters
    ----------
    net : Network
        Of one unit with two inputs.
    x : array, shape (2, 1)
        The sample that is followed.
    label : str
        What a screen reader calls the picture.
    names : (str, str)
        Of the two inputs.
    box : (float, float)
        Where both axes start and end.
    samples : (X, Y), optional
        More samples to be shown, X of shape (2, m), Y of shape (1, m).

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If net is not one unit with two inputs, or x not one sample.

    Examples
    --------
    >>> net = Network([None, [[1.0, -1.0]]], [None, [[0.0]]])
    >>> unit(net, [[1.0], [0.5]]).net.n
    (2, 1)
    """
    net, box = as_unit(net), box_of(box, 2)
    for name in pair(names, "names", "of str"):
        valid.as_instance(name, str, "a name in names", 'such as "x₁"')
    state = plain(net) | {"x": _sample(x, 2)}
    if samples is not None:
        X, Y = as_samples(net, *pair(samples, "samples", "(X, Y)"))
        state |= {"X": X.tolist(), "Y": Y.tolist()}
    figure, ax = _plane(net, box)
    ax.plot(*state["x"], "o", color=plots.COLOUR["J"])
    ax.set(xlabel=names[0], ylabel=names[1])
    a = forward(net, state["x"]).a[1].item()
    given = {"names": list(names), "box": box}
    return picture(
        "unit", label, state, given, figure, f"A unit's plane; at the sample a = {a:.3f}."
    )


def region(
    net: Network,
    x: ArrayLike,
    *,
    label: str = "lines that vote",
    box: tuple[float, float] = (-3.0, 3.0),
) -> Picture:
    """Make a picture of a 2-n-1 network: each hidden unit draws a line, the output counts votes.

    Parameters
    ----------
    net : Network
        With two inputs, one hidden layer of sigmoids and one output.
    x : array, shape (2, 1)
        The sample whose values are shown.
    label : str
        What a screen reader calls the picture.
    box : (float, float)
        Where both axes start and end.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If net has other layers, or x is not one sample.

    Examples
    --------
    >>> from bpcore import init_network
    >>> region(init_network([2, 3, 1], rng=0), [[0.0], [0.0]]).net.n
    (2, 3, 1)
    """
    net = as_network(net, single=True)
    if net.L != 2:
        raise ValueError(f"net must have one hidden layer, n = (2, n, 1), got n = {net.n}")
    net, box = as_unit(net, (2, net.n[1], 1)), box_of(box, 2)
    if net.g[1] is not sigmoid:
        raise ValueError(f"net must have sigmoids, as its units say 0 or 1, got {net}")
    figure, _ = _plane(net, box)
    state = plain(net) | {"x": _sample(x, 2)}
    alt = f"The region in which a network of {net.n[1]} lines says 1."
    return picture("region", label, state, {"box": box}, figure, alt)


def tangent(
    z: float = 0.0, *, activation: Activation | str = sigmoid, label: str = "slope of an activation"
) -> Picture:
    """Make a picture of a point on an activation, its tangent, and the slope below it.

    Parameters
    ----------
    z : float
        Where the point stands at the start.
    activation : Activation or str
        sigmoid, tanh or relu.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If the activation is another, or z no number.

    Examples
    --------
    >>> tangent(1.0).state
    {'g': 'sigmoid', 'z': 1.0}
    """
    g = ACTIVATIONS[as_activation(activation)]
    state = {"g": g.name, "z": number(z, "z")}
    figure, ax = axes()
    axis = np.linspace(-6, 6, 121)
    a = g(axis[None])[0]
    plots.curves(axis, {"g(z)": a, "g'(z)": g.prime(a[None])[0]}, xlabel="z", ylabel="", ax=ax)
    return picture("tangent", label, state, {}, figure, f"The curve of {g} and its slope.")


def losses(
    net: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float = 1.0,
    label: str = "two losses over one weight",
) -> Picture:
    """Make a picture of both losses of one unit over its weight, with their slopes.

    Parameters
    ----------
    net : Network
        Of one unit with one input.
    x, y : array, shape (1, 1)
        One sample and its label.
    learning_rate : float
        Of the steps that can be taken.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If net is not one unit with one input, or an argument does not fit.

    Examples
    --------
    >>> losses(Network([None, [[2.0]]], [None, [[2.0]]]), [[1.0]], [[0]]).state["loss"]
    'cross_entropy'
    """
    net = as_unit(net, (1, 1))
    X, Y = as_sample(net, x, y)
    rate = valid.as_positive(learning_rate, "learning_rate")
    state = plain(net) | {"X": X.tolist(), "Y": Y.astype(int).tolist()}
    state |= {"loss": "cross_entropy", "learning_rate": rate}
    figure, ax = axes()
    w = np.linspace(-8, 8, 121)
    logits, labels = (w * X + net.b[1]), np.full((1, w.size), Y)
    both = {str(one): one.function(logits, labels)[0] for one in (cross_entropy, quadratic)}
    plots.curves(w, both, xlabel="weight w", ylabel="loss", ax=ax)
    return picture("losses", label, state, {}, figure, "Both losses of one sample over the weight.")


def bars(
    z: ArrayLike,
    y: ArrayLike,
    *,
    sample: str = "sample",
    label: str = "the price of each label",
) -> Picture:
    """Make a picture of the probability given to each label seen, and of its -ln.

    Parameters
    ----------
    z : array, shape (1, m)
        Logits.
    y : array, shape (1, m)
        Labels.
    sample : str
        What one sample is: the word on the axes.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If z and y do not fit, or a word is no string.

    Examples
    --------
    >>> bars([[2.0, -1.0]], [[1, 0]]).state
    {'z': [2.0, -1.0], 'y': [1, 0], 'c': 1.0}
    """
    z = columns(z, 1, "z")
    y = valid.as_labels(y, 1, z.shape[1], "y", like="one a logit").astype(int)
    figure, ax = axes()
    seen = np.where(y == 1, sigmoid(z), sigmoid(-z))[0]
    ax.bar(np.arange(1, seen.size + 1), seen, color=plots.COLOUR["class 0"])
    ax.set(xlabel=sample, ylabel="probability of the label seen", ylim=(0, 1))
    state = {"z": z[0].tolist(), "y": y[0].tolist(), "c": 1.0}
    given = {"sample": valid.as_instance(sample, str, "sample", 'such as "day"')}
    alt = "Bars: " + ", ".join(f"{p:.3f}" for p in seen) + "."
    return picture("bars", label, state, given, figure, alt)


def fit(
    x: ArrayLike,
    y: ArrayLike,
    *,
    w: float,
    b: float,
    learning_rate: float = 0.02,
    box: tuple[float, float, float, float] = (-1.0, 3.0, -4.0, 6.0),
    label: str = "a line through points",
) -> Picture:
    """Make a picture of a line through points, and of the same line as a dot over (w, b).

    Parameters
    ----------
    x, y : array, shape (1, m)
    w, b : float
        The line at the start.
    learning_rate : float
        For the mean square.
    box : (float, float, float, float)
        Where the axes of w and b start and end.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If x and y do not fit.

    Examples
    --------
    >>> fit([[1.0, 2.0]], [[2.0, 3.0]], w=1.0, b=0.0).state["path"]
    [[1.0, 0.0]]
    """
    x, box = columns(x, 1, "x"), box_of(box, 4)
    y = columns(y, 1, "y", m=x.shape[1])
    w, b = number(w, "w"), number(b, "b")
    rate = valid.as_positive(learning_rate, "learning_rate")
    state = {"x": x[0].tolist(), "y": y[0].tolist(), "w": w, "b": b, "path": [[w, b]]}
    figure, ax = axes()
    ax.plot(x[0], y[0], "o", color=plots.COLOUR["class 0"])
    ax.axline((0, b), slope=w, color=plots.COLOUR["J"])
    ax.set(xlabel="x", ylabel="y")
    alt = f"{x.size} points and the line y = {w:g} x + {b:g}."
    return picture("fit", label, state | {"learning_rate": rate}, {"box": box}, figure, alt)


def pulls(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rate: float = 1.0,
    box: tuple[float, float] = (-3.0, 3.0),
    label: str = "what each sample asks for",
) -> Picture:
    """Make a picture of logistic regression: the boundary, and each sample's pull on w.

    Parameters
    ----------
    net : Network
        Of one unit with two inputs.
    X : array, shape (2, m)
    Y : array, shape (1, m)
    learning_rate : float
    box : (float, float)
        Where both axes start and end.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If net is not one unit with two inputs, or the samples do not fit.

    Examples
    --------
    >>> net = Network([None, [[0.0, 0.0]]], [None, [[0.0]]])
    >>> pulls(net, [[1.0, -1.0], [0.5, 0.0]], [[1, 0]]).Y
    array([[1., 0.]])
    """
    net, box = as_unit(net), box_of(box, 2)
    X, Y = as_samples(net, X, Y)
    rate = valid.as_positive(learning_rate, "learning_rate")
    state = plain(net) | {"X": X.tolist(), "Y": Y.tolist(), "learning_rate": rate}
    figure, ax = _plane(net, box)
    plots.samples(X, Y, ax=ax)
    alt = f"{X.shape[1]} samples and the boundary of one unit."
    return picture("pulls", label, state, {"box": box}, figure, alt)
