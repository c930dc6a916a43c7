"""One unit with two inputs: its boundary, and a sample on its sigmoid."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore.explore._picture import Picture, image, plain, plt, svg
from bpcore.network import Network, as_network, forward


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
    >>> picture = unit(Network([None, [[1.0, -1.0]]], [None, [[0.0]]]), [[1.0], [0.5]])
    >>> picture.net.n
    (2, 1)
    """
    net = as_network(net, single=True)
    if net.n != (2, 1):
        raise ValueError(f"net must be one unit with two inputs, n = (2, 1), got n = {net.n}")
    x = valid.as_columns(x, 2)
    if x.shape[1] != 1:
        raise ValueError(f"x must be one sample, shape (2, 1), got {x.shape}")
    state = plain(net) | {"x": x.tolist()}
    if samples is not None:
        X, Y = valid.as_samples(net, *samples)
        state |= {"X": X.tolist(), "Y": Y.tolist()}
    return Picture(
        kind="unit",
        label=label,
        state=state,
        given={"names": list(names), "box": list(box)},
        still=_still(net, x, names, box),
    )


def _still(net, x, names, box):
    figure, ax = plt.subplots(figsize=(3.4, 3.2))
    side = np.linspace(*box, 60)
    U, V = np.meshgrid(side, side)
    a = forward(net, np.stack([U.ravel(), V.ravel()])).a[1].reshape(U.shape)
    ax.contourf(U, V, a, levels=10, cmap="RdBu_r", alpha=0.5)
    if a.min() < 0.5 < a.max():
        ax.contour(U, V, a, levels=[0.5], colors="#222222")
    ax.plot(*x[:, 0], "o", color="#222222")
    ax.set(xlabel=names[0], ylabel=names[1])
    z, out = forward(net, x).z[1].item(), forward(net, x).a[1].item()
    return image(svg(figure), f"A unit's plane; at the sample z = {z:.3f} and a = {out:.3f}.")
