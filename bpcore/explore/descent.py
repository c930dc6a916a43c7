"""Pictures of gradient descent and of numerical derivatives."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore import plots
from bpcore.descent import descend
from bpcore.explore._picture import (
    Picture,
    as_samples,
    axes,
    bounded,
    box_of,
    listed,
    number,
    picture,
    plain,
)
from bpcore.losses import cross_entropy
from bpcore.network import Network

CURVES = {  # the curves of valley.js, and where they are drawn
    "x²": (lambda x: x**2, lambda x: 2 * x, 1.5),
    "two valleys": (lambda x: x**4 / 4 - x**2 / 2 + x / 5, lambda x: x**3 - x + 1 / 5, 1.9),
    "ln cosh x": (lambda x: np.logaddexp(x, -x) - np.log(2), np.tanh, 4.0),
}


def _start(start):
    point = valid.as_array(start, "start")
    if point.shape != (2,):
        raise ValueError(f"start must have shape (2,), got {point.shape}")
    return bounded(point, "start")


def valley(
    curves: Sequence[str] = ("x²",),
    *,
    start: float = 0.9,
    learning_rate: float = 0.1,
    steps: int = 0,
    threshold: bool = True,
    label: str = "descent on a curve",
) -> Picture:
    """Make a picture of descent on a curve, from any start and with any rate.

    Parameters
    ----------
    curves : sequence of str
        To choose from: "x²", "two valleys", "ln cosh x". The first is shown.
    start : float
    learning_rate : float
    steps : int
        Taken at the start, at most 60.
    threshold : bool
        False says nothing of the largest rate that converges: the reader is to find it.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If a curve is unknown, or an argument does not fit.

    Examples
    --------
    >>> valley(start=1.0).state["curve"]
    'x²'
    """
    curves = listed(curves, "curves", "names such as 'x²'")
    if any(curve not in [*CURVES] for curve in curves):
        raise ValueError(f"curves must be some of {list(CURVES)}, got {curves}")
    rate = valid.as_positive(learning_rate, "learning_rate")
    state = {"curve": curves[0], "x": number(start, "start"), "learning_rate": rate}
    state["steps"] = min(valid.as_count(steps, "steps"), 60)
    given = {
        "curves": curves,
        "threshold": valid.as_instance(threshold, bool, "threshold", "True or False"),
    }
    f, slope, half = CURVES[curves[0]]
    path = descend(f, slope, state["x"], learning_rate=rate, steps=state["steps"])
    figure, ax = axes()
    axis = np.linspace(-half, half, 121)
    plots.path_1d(axis, f(axis), path.x, path.f, ax=ax)
    alt = f"Descent on {curves[0]} from {start:g} with the rate {rate:g}, {state['steps']} steps."
    return picture("valley", label, state, given, figure, alt)


def bowl(
    A: ArrayLike,
    start: ArrayLike,
    *,
    learning_rate: float = 0.1,
    steps: int = 0,
    threshold: bool = True,
    label: str = "descent in a bowl",
) -> Picture:
    """Make a picture of descent on f(p) = p'Ap / 2, with the eigenvectors of A.

    Parameters
    ----------
    A : array, shape (2, 2)
        Symmetric, with positive eigenvalues.
    start : array, shape (2,)
    learning_rate : float
    steps : int
        Taken at the start, at most 60.
    threshold : bool
        False says nothing of the largest rate that converges: the reader is to find it.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If A is not symmetric, not (2, 2) or no bowl, or start not a point of the plane.

    Examples
    --------
    >>> bowl([[2.0, 1.0], [1.0, 2.0]], [1.5, 0.5]).state["p"]
    [1.5, 0.5]
    """
    A, start = valid.as_array(A, "A"), _start(start)
    if A.shape != (2, 2) or A[0, 1] != A[1, 0]:
        raise ValueError(f"A must be a symmetric matrix of shape (2, 2), got {A.tolist()}")
    if (lowest := np.linalg.eigvalsh(A)[0]) <= 0:
        wanted = "positive eigenvalues, or f has no bottom"
        raise ValueError(f"A must have {wanted}, got {A.tolist()} with {lowest:g}")
    bounded(A, "A")
    rate, steps = valid.as_positive(learning_rate, "learning_rate"), valid.as_count(steps, "steps")
    state = {"A": A.tolist(), "p": start.tolist(), "learning_rate": rate, "steps": min(steps, 60)}
    figure, ax = axes()
    side = np.linspace(-2, 2, 41)
    x, y = np.meshgrid(side, side)
    height = (A[0, 0] * x**2 + 2 * A[0, 1] * x * y + A[1, 1] * y**2) / 2
    path = descend(
        lambda p: p @ A @ p / 2, lambda p: A @ p, start, learning_rate=rate, steps=state["steps"]
    )
    plots.path_2d(side, side, height, path.x, ax=ax)
    alt = f"Lines of equal height of a bowl, and {state['steps']} steps from {start.tolist()}."
    given = {"threshold": valid.as_instance(threshold, bool, "threshold", "True or False")}
    return picture("bowl", label, state, given, figure, alt)


def batches(
    X: ArrayLike,
    Y: ArrayLike,
    *,
    start: ArrayLike,
    learning_rate: float = 1.0,
    sizes: Sequence[int] | None = None,
    box: tuple[float, float, float, float] = (-3.0, 5.0, -3.0, 5.0),
    label: str = "batch size",
) -> Picture:
    """Make a picture of the path of two weights for any batch size, and of cost against work.

    Parameters
    ----------
    X : array, shape (2, m)
    Y : array, shape (1, m)
    start : array, shape (2,)
        The two weights of a unit without a bias.
    learning_rate : float
    sizes : sequence of int, optional
        Batch sizes to choose from; the first is shown.
    box : (float, float, float, float)
        Where the axes of both weights start and end.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If the samples do not fit, or a size is not from 1 to m.

    Examples
    --------
    >>> batches([[1.0, -1.0]] * 2, [[1, 0]], start=[0.0, 0.0], sizes=[1, 2]).state["batch"]
    1
    """
    start, box = _start(start), box_of(box, 4)
    net = Network([None, start[None]], [None, [[0.0]]])
    X, Y = as_samples(net, X, Y)
    m = X.shape[1]
    sizes = [1, m] if sizes is None else listed(sizes, "sizes", "batch sizes")
    sizes = [valid.as_count(k, f"sizes[{i}]", at_least=1) for i, k in enumerate(sizes)]
    if max(sizes) > m:
        raise ValueError(f"sizes must be from 1 to m = {m}, got {sizes}")
    state = plain(net) | {"X": X.tolist(), "Y": Y.tolist(), "seed": 0, "epochs": 5}
    state |= {"learning_rate": valid.as_positive(learning_rate, "learning_rate"), "batch": sizes[0]}
    figure, ax = axes()
    u, v = np.linspace(*box[:2], 41), np.linspace(*box[2:], 41)
    U, V = np.meshgrid(u, v)
    logits = U[..., None] * X[0] + V[..., None] * X[1]
    J = cross_entropy.function(logits, Y[0]).mean(axis=-1)
    plots.path_2d(u, v, J, start[None], ax=ax, xlabel="$w_1$", ylabel="$w_2$")
    given = {"sizes": sizes, "box": box}
    alt = f"Lines of equal cost of {m} samples over two weights."
    return picture("batches", label, state, given, figure, alt)


def difference(
    x: float = 1.5, *, h: float = 1e-5, label: str = "the step of a difference"
) -> Picture:
    """Make a picture of three numerical derivatives of ln(1 + e^x), with errors at steps visited.

    Parameters
    ----------
    x : float
        Where the derivative is taken.
    h : float
        The step at the start.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If h is not positive, or x no number, or one of them is larger than 100.

    Examples
    --------
    >>> difference(1.5).state
    {'x': 1.5, 'h': 1e-05, 'visited': [], 'all': False}
    """
    h = valid.as_positive(h, "h", usual=1e-5, at_most=100.0)
    state = {"x": number(x, "x", most=100.0), "h": h, "visited": [], "all": False}
    figure, ax = axes()
    axis = np.linspace(-3, 4, 101)
    plots.curves(axis, {"f": np.logaddexp(0, axis)}, xlabel="x", ylabel="f(x)", ax=ax)
    return picture("difference", label, state, {}, figure, "The curve ln(1 + e^x).")
