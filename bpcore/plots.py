"""Figures: functions that take data and return an Axes. They never compute and never show.

One colour AND one line style or marker per quantity, the same in every figure of the book; the
palette (Okabe and Ito) can be told apart with any kind of colour vision.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore._style import COLOUR, DASH, MARKER, RADIUS, SERIES
from bpcore._style import use_style as use_style
from bpcore.data import Dataset

_ANSWER = LinearSegmentedColormap.from_list(
    "answer", [COLOUR["class 0"], "white", COLOUR["class 1"]]
)


def _axes(ax):
    return plt.gca() if ax is None else valid.as_instance(ax, Axes, "ax", "plt.subplots gives one")


def _shaped(values, shape, name, *, finite=True, least=1):
    """Check an array to be drawn; None in the shape stands for any length, so many at least."""
    array = valid.as_array(values, name, finite=finite)
    alike = lambda A: A.ndim == len(shape) and all(map(lambda k, n: k in (None, n), shape, A.shape))
    fits = lambda A: alike(A) and A.size >= least
    if not fits(array):
        wanted = ", ".join("k" if k is None else str(k) for k in shape) + "," * (len(shape) == 1)
        more = f", k at least {least}" * (least > 1 or not array.size)
        changes = [".T"] + [".ravel()"] * (array.size in array.shape)  # a row or a column
        hint = valid.cure(values, name, fits, *(valid.itself(values) + c for c in changes))
        raise ValueError(f"{name} must have shape ({wanted}){more}, got {array.shape}{hint}")
    return array


def curves(
    x: ArrayLike, series: dict[str, ArrayLike], *, xlabel: str, ylabel: str, ax: Axes | None = None
) -> Axes:
    """Draw several curves over one axis, each with its own colour, dash and name.

    Parameters
    ----------
    x : array, shape (k,)
    series : dict of name -> array of shape (k,)
        A name that is a quantity of the book (``z``, ``a``, ``delta``, ``J``) gets its colour.
    xlabel, ylabel : str
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If a curve has not the length of x. A nan in a curve leaves a gap.

    Examples
    --------
    >>> curves([0, 1], {"J": [1, 2]}, xlabel="epoch", ylabel="cost").get_ylabel()
    'cost'
    """
    ax, x = _axes(ax), _shaped(x, (None,), "x")
    series = {
        name: _shaped(y, x.shape, f"series[{name!r}]", finite=False)
        for name, y in valid.as_instance(series, dict, "series", 'such as {"J": costs}').items()
    }
    for k, (name, y) in enumerate(series.items()):
        colour, dash, _ = SERIES[k % len(SERIES)]
        look = {"color": COLOUR.get(name, colour), "ls": DASH.get(name, dash), "lw": 1.8}
        ax.plot(x, y, label=name, **look)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(series) > 1:
        ax.legend()
    return ax


def samples(X: ArrayLike | Dataset, Y: ArrayLike | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw samples of the plane: circles for class 0, triangles for class 1.

    Parameters
    ----------
    X : array, shape (2, m), or Dataset
        With a Dataset, Y is left out.
    Y : array, shape (1, m)
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If X has not two features a sample, or Y not one label a sample.

    Examples
    --------
    >>> len(samples(np.eye(2), [[0, 1]], ax=plt.figure().gca()).collections)
    2
    """
    ax = _axes(ax)
    if isinstance(X, Dataset):
        if Y is not None:
            raise TypeError("Y must be left out: the Dataset has its labels")
        X, Y = X.X, X.Y
    X = valid.as_columns(X, 2)
    Y = valid.as_labels(Y, 1, X.shape[1])
    for label in (0, 1):
        ax.scatter(
            *X[:, Y[0] == label],
            s=18,
            c=COLOUR[f"class {label}"],
            marker=MARKER[f"class {label}"],
            edgecolors="white",
            linewidths=0.4,
            label=f"class {label}",
        )
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    ax.legend()
    return ax


def region(
    x1: ArrayLike, x2: ArrayLike, probability: np.ndarray, *, ax: Axes | None = None
) -> Axes:
    """Draw the probability of class 1 over the plane, and the boundary where it is 1/2.

    Parameters
    ----------
    x1 : array, shape (p,)
    x2 : array, shape (q,)
    probability : array, shape (q, p)
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or a probability is not between 0 and 1.

    Examples
    --------
    >>> region([0, 1], [0, 1], np.array([[0.1, 0.9], [0.2, 0.8]])).get_xlabel()
    '$x_1$'
    """
    ax, x1 = _axes(ax), _shaped(x1, (None,), "x1", least=2)
    x2 = _shaped(x2, (None,), "x2", least=2)
    probability = _shaped(probability, (x2.size, x1.size), "probability")
    if probability.min() < 0 or probability.max() > 1:
        raise ValueError(
            "probability must lie between 0 and 1, got values from "
            f"{probability.min():g} to {probability.max():g}; draw a[L], not z[L]"
        )
    ax.contourf(x1, x2, probability, levels=np.linspace(0, 1, 11), cmap=_ANSWER, alpha=0.5)
    if probability.min() < 0.5 < probability.max():
        ax.contour(x1, x2, probability, levels=[0.5], colors="black", linewidths=1.5)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return ax


def path_1d(
    x: ArrayLike,
    f: ArrayLike,
    points: ArrayLike,
    values: ArrayLike,
    *,
    ax: Axes | None = None,
    xlabel: str = "$x$",
    ylabel: str = "$f(x)$",
) -> Axes:
    """Draw a curve and the points that gradient descent visits on it, joined in order.

    Parameters
    ----------
    x, f : array, shape (k,)
        The curve.
    points, values : array, shape (t,)
        The path; what lies outside the range of x is cut off by the frame.
    ax : Axes, optional
    xlabel, ylabel : str

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If the curve or the path has not as many values as places.

    Examples
    --------
    >>> len(path_1d([0, 1], [0, 1], [1, 0], [1, 0], ax=plt.figure().gca()).lines)
    2
    """
    ax, x = _axes(ax), _shaped(x, (None,), "x", least=2)
    f, points = _shaped(f, x.shape, "f"), _shaped(points, (None,), "points", finite=False)
    values = _shaped(values, points.shape, "values", finite=False)
    ax.plot(x, f, color=COLOUR["J"], lw=1.8)
    ax.plot(points, values, color=COLOUR["path"], marker=MARKER["path"], ms=5, lw=1.0)
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(np.min(x), np.max(x)))
    ax.set_ylim(np.min(f) - 0.05 * (np.ptp(f) or 1.0), np.max(f))
    return ax


def path_2d(
    x: ArrayLike,
    y: ArrayLike,
    f: ArrayLike,
    points: ArrayLike,
    *,
    ax: Axes | None = None,
    xlabel: str = "$x$",
    ylabel: str = "$y$",
) -> Axes:
    """Draw the contours of a function of two variables and a path on them.

    Parameters
    ----------
    x : array, shape (p,)
    y : array, shape (q,)
    f : array, shape (q, p)
    points : array, shape (t, 2)
    ax : Axes, optional
    xlabel, ylabel : str

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit.

    Examples
    --------
    >>> path_2d([0, 1], [0, 1], np.eye(2), np.zeros((1, 2))).get_xlabel()
    '$x$'
    """
    ax, x = _axes(ax), _shaped(x, (None,), "x", least=2)
    y = _shaped(y, (None,), "y", least=2)
    f = _shaped(f, (y.size, x.size), "f")
    points = _shaped(points, (None, 2), "points", finite=False)
    ax.contour(x, y, f, levels=12, colors="#777777", linewidths=0.8)
    ax.plot(*np.transpose(points), color=COLOUR["path"], marker=MARKER["path"], ms=5, lw=1.2)
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(np.min(x), np.max(x)), ylim=(np.min(y), np.max(y)))
    return ax


def images(pictures: ArrayLike, titles: Sequence[str], *, columns: int = 6) -> np.ndarray:
    """Draw small grey pictures in rows, each with a title.

    Parameters
    ----------
    pictures : array, shape (k, height, width)
    titles : sequence of k str
    columns : int

    Returns
    -------
    array of Axes

    Raises
    ------
    ValueError, TypeError
        If there is not one title for each picture.

    Examples
    --------
    >>> images(np.zeros((2, 8, 8)), ["a", "b"]).shape
    (1, 6)
    """
    pictures = valid.as_array(pictures, "pictures")
    columns = valid.as_count(columns, "columns", at_least=1)
    if len(valid.shape_of(titles)) != 1:
        raise TypeError(f"titles must be a list of str, got {valid.describe(titles)}")
    if pictures.ndim != 3 or len(pictures) != len(titles):
        raise ValueError(
            f"pictures must have shape ({len(titles)}, height, width), one a title, "
            f"got {pictures.shape}"
        )
    rows = max(1, -(-len(titles) // columns))
    _, axes = plt.subplots(rows, columns, figsize=(1.25 * columns, 1.7 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, picture, title in zip(axes.flat[: len(titles)], pictures, titles, strict=True):
        ax.imshow(picture, cmap="gray_r", interpolation="nearest")
        ax.set_title(title, fontsize=9)
    return axes


def network(
    n: Sequence[int],
    *,
    inside: dict[tuple[int, int], str] | None = None,
    below: dict[tuple[int, int], str] | None = None,
    edges: dict[tuple[int, int, int], str] | None = None,
    below_colour: str = "J",
    apart: float = 1,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network: a column of circles for every layer, a line for every weight.

    Parameters
    ----------
    n : sequence of int
        Units in layers 0..L.
    inside : dict of (layer, unit) -> str, optional
        What stands in a circle; default a_j^[i], in the input x_j. Units count from 1.
    below : dict of (layer, unit) -> str, optional
        What stands under a circle.
    below_colour : str
        The quantity whose colour it wears.
    edges : dict of (layer, to, from) -> str, optional
        What stands on the line from unit `from` of layer - 1 to unit `to` of the layer.
    apart : float
        Distance of the units in a layer; more than 1 makes room for what stands under them.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If n is no list of sizes, or a name stands for a unit or weight that is not there.

    Examples
    --------
    >>> len(network([4, 3, 1], ax=plt.figure().gca()).patches)
    8
    """
    ax, n = _axes(ax), valid.as_sizes(n)
    units = [(i, j) for i in range(len(n)) for j in range(1, n[i] + 1)]
    lines = [(i, j, k) for i, j in units if i for k in range(1, n[i - 1] + 1)]
    inside, below, edges = inside or {}, below or {}, edges or {}
    named = (("inside", inside, units), ("below", below, units), ("edges", edges, lines))
    for name, words, places in named:
        valid.as_instance(words, dict, name, "each place with its words")
        if strange := words.keys() - set(places):
            strange = min(strange, key=str)
            raise ValueError(f"{name} must name what is drawn, got {strange} for n = {n}")
    apart = valid.as_positive(apart, "apart", usual=1.0)
    if below_colour not in [*COLOUR]:
        raise ValueError(f"below_colour must be one of {', '.join(COLOUR)}, got {below_colour!r}")
    place = {(i, j): (2.4 * i, apart * ((n[i] + 1) / 2 - j)) for i, j in units}
    _draw_lines(ax, {(i, j, k): (place[i - 1, k], place[i, j]) for i, j, k in lines}, edges, n)
    _draw_units(ax, place, inside, below, COLOUR[below_colour])
    height = apart * (max(n) - 1) / 2 + 0.7
    ax.set(xlim=(-0.6, 2.4 * (len(n) - 1) + 0.6), ylim=(-height, height), aspect="equal")
    ax.axis("off")
    return ax


def _draw_lines(ax, joints, edges, n):
    look = {"colors": "#999999", "linewidths": 0.9, "capstyle": "projecting", "zorder": 1}
    ax.add_collection(
        LineCollection([*joints.values()], **look)
    )  # at once: [784, 30, 10] has 23820
    look = {"fontsize": 9, "color": COLOUR["W"], "bbox": {"fc": "white", "ec": "none", "pad": 1}}
    for (i, j, k), ((x0, y0), (x1, y1)) in joints.items():
        if (i, j, k) in edges:
            # labels on lines to lower units sit further along, so that they stay apart
            along = 0.28 + 0.42 * (j - 1) / max(n[i] - 1, 1)
            _write(ax, x0 + along * (x1 - x0), y0 + along * (y1 - y0), edges[i, j, k], **look)


def _draw_units(ax, place, inside, below, colour):
    look = {"fontsize": 9, "color": colour, "bbox": {"fc": "white", "ec": "none", "pad": 0.3}}
    for (i, j), (x, y) in place.items():
        ax.add_patch(Circle((x, y), RADIUS, fc="white", ec=COLOUR["a"], lw=1.8, zorder=2))
        name = inside.get((i, j), f"$x_{{{j}}}$" if i == 0 else f"$a_{{{j}}}^{{[{i}]}}$")
        _write(ax, x, y, name, zorder=3, fontsize=9 if (i, j) in inside else 10)
        if (i, j) in below:
            _write(ax, x, y - RADIUS - 0.15, below[i, j], **look)


def _write(ax, x, y, text, **look):  # a hyphen on a line would pass for a piece of it
    ax.text(x, y, str(text).replace("-", "\N{MINUS SIGN}"), ha="center", va="center", **look)
