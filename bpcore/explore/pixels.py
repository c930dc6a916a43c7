"""A picture whose pixels the reader blackens, and what one unit says of it."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore import plots
from bpcore.explore._picture import Picture, as_unit, axes, pair, picture, plain
from bpcore.network import Network, forward

TINTS = LinearSegmentedColormap.from_list(
    "weights", [plots.COLOUR["class 0"], "white", plots.COLOUR["class 1"]]
)


def pixels(
    net: Network,
    pictures: dict[str, ArrayLike],
    *,
    names: tuple[str, str] = ("0", "1"),
    label: str = "pixels to blacken",
) -> Picture:
    """Make a picture of the weights of one unit and of pixels to blacken: what does it say now?

    Parameters
    ----------
    net : Network
        Of one unit, with an input for each pixel.
    pictures : dict of str -> array, shape (rows, columns)
        From which the reader can start, the first at once; ink from 0, white, to 1, black.
    names : (str, str)
        What the unit says below 0, and above.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture
        With ``.X``, the ink as the reader left it, row by row in one column.

    Raises
    ------
    ValueError, TypeError
        If net is not one unit with an input for each pixel, or an argument does not fit.

    Examples
    --------
    >>> net = Network([None, [[2.0, -1.0, 0.0, 1.0]]], [None, [[-1.0]]])
    >>> pixels(net, {"empty": np.zeros((2, 2))}, names=("I", "O")).X.shape
    (4, 1)
    """
    inks = _inks(pictures)
    start, first = next(iter(inks.items()))
    net = as_unit(net, (first.size, 1))
    for name in pair(names, "names", "of str"):
        valid.as_instance(name, str, "a name in names", 'such as "an 8"')
    columns = {name: ink.reshape(-1, 1).tolist() for name, ink in inks.items()}
    state = plain(net) | {"X": columns[start], "start": start, "at": None}
    given = {"pictures": columns, "columns": first.shape[1], "names": list(names)}
    figure, (left, right) = axes(columns=2)
    w = net.W[1].reshape(first.shape)
    most = np.abs(w).max() or 1
    left.imshow(w, cmap=TINTS, vmin=-most, vmax=most)
    for sign, side in (("+", w > 0), ("_", w < 0)):
        left.scatter(*np.nonzero(side)[::-1], 60 * np.abs(w[side]) / most, "black", marker=sign)
    right.imshow(first, cmap="gray_r", vmin=0, vmax=1)
    for ax in (left, right):
        ax.set(xticks=[], yticks=[])
    z = forward(net, columns[start]).z[1].item()
    alt = f"The signs of {w.size} weights, and a picture; its sum is {z:.2f}."
    return picture("pixels", label, state, given, figure, alt)


def _inks(pictures):
    """Check pictures of one size, each under its name."""
    inks = {}
    for key, one in valid.as_instance(pictures, dict, "pictures", 'such as {"A": ...}').items():
        valid.as_instance(key, str, "a name in pictures", 'such as "empty"')
        name = f"pictures[{key!r}]"
        inks[key] = ink = valid.as_array(one, name)
        first = next(iter(inks.values()))
        if ink.ndim != 2 or not ink.size or ink.shape != first.shape:
            wanted = f"{first.shape}, as the first" if first is not ink else "(rows, columns)"
            raise ValueError(f"{name} must have shape {wanted}, got {ink.shape}")
        inside = lambda v: v.min() >= 0 and v.max() <= 1
        if not inside(ink):
            hint = valid.cure(ink, name, inside, "{} / {}.max()")
            ends = f"got {ink.min():g} to {ink.max():g}"
            raise ValueError(f"{name} must hold ink from 0, white, to 1, black, {ends}{hint}")
    if not inks:
        raise ValueError("pictures must hold at least one picture, got an empty dict")
    return inks
