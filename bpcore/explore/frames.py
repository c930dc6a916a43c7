"""Sliders over pictures drawn beforehand, for what no page can compute by itself."""

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.figure import Figure

from bpcore._guard import called
from bpcore._validate import as_callable, as_count, describe
from bpcore.explore._picture import Picture, image, listed, pair, spoken, svg


def _text(function, name, *position):
    """Call a function of the user's that puts a position into words."""
    text = called(as_callable(function, name), name, *position)
    if not isinstance(text, str):
        raise TypeError(f"{name} must return a str, got {describe(text)}")
    return spoken(text)


def _drawn(draw, alt, position):
    """Draw one frame."""
    figure = called(draw, "draw", *position)
    if not isinstance(figure, Figure):
        raise TypeError(f"draw must return a matplotlib Figure, got {describe(figure)}")
    return {"svg": svg(figure), "alt": _text(alt, "alt", *position)}


def _framed(pictures, labels, values, forms, start):
    """Make the picture: a table of frames, as deep as it has sliders."""
    for label in labels:
        if not isinstance(label, str):
            raise TypeError(f"label must be a str, got {describe(label)}")
    names = [[_text(form, "form", x) for x in row] for row, form in zip(values, forms, strict=True)]
    first = pictures
    for k in start:
        first = first[k]
    return Picture(
        "frames",
        label=" and ".join(labels),
        state={"at": list(start)},
        given={"labels": list(labels), "forms": names, "pictures": pictures},
        still=image(first["svg"], first["alt"]),
    )


def frames(
    draw: Callable[..., Any],
    values: Sequence[Any],
    *,
    label: str,
    alt: Callable[..., str],
    form: Callable[[Any], str] = str,
    start: int = 0,
) -> Picture:
    """Make a slider that picks one of several precomputed pictures.

    Parameters
    ----------
    draw : callable
        (value) -> Figure.
    values : sequence
        The positions of the slider.
    label : str
        Visible label of the slider, such as ``learning rate``.
    alt : callable
        (value) -> str: what is to be seen in that frame, for readers who do not see it.
    form : callable
        (value) -> str: how a position is written beside the slider.
    start : int
        The position shown first, and in print.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If there are no values, start is not one of them, or draw returns no Figure.

    Examples
    --------
    >>> frames(lambda v: Figure(), [1, 2, 3], label="rate", alt=lambda v: f"rate {v}")
    Picture('rate')
    """
    values = listed(values, "values", "positions")
    as_callable(draw, "draw")
    if not 0 <= (start := as_count(start, "start", at_least=-(10**9))) < len(values):
        raise ValueError(f"start must be a position from 0 to {len(values) - 1}, got {start}")
    pictures = [_drawn(draw, alt, (v,)) for v in values]
    return _framed(pictures, (label,), (values,), (form,), (start,))


def grid(
    draw: Callable[..., Any],
    outer: Sequence[Any],
    inner: Sequence[Any],
    *,
    labels: tuple[str, str],
    alt: Callable[..., str],
    forms: tuple[Callable[[Any], str], Callable[[Any], str]] = (str, str),
    start: tuple[int, int] = (0, 0),
) -> Picture:
    """Make two sliders that pick one of a table of precomputed pictures.

    Parameters
    ----------
    draw : callable
        (outer value, inner value) -> Figure.
    outer, inner : sequence
        The positions of the two sliders.
    labels : (str, str)
        Visible labels of the sliders.
    alt : callable
        (outer value, inner value) -> str.
    forms : (callable, callable)
        How a position of either is written beside it.
    start : (int, int)
        The positions shown first, and in print.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError, TypeError
        If there are no values, start is not among them, or draw returns no Figure.

    Examples
    --------
    >>> grid(lambda u, v: Figure(), [1], [2, 3], labels=("u", "v"), alt="{}{}".format)
    Picture('u and v')
    """
    outer, inner = listed(outer, "outer", "positions"), listed(inner, "inner", "positions")
    as_callable(draw, "draw")
    labels, forms = pair(labels, "labels", "of str"), pair(forms, "forms", "of functions")
    start = pair(start, "start", "of positions")
    start = as_count(start[0], "start[0]"), as_count(start[1], "start[1]")
    if not (0 <= start[0] < len(outer) and 0 <= start[1] < len(inner)):
        raise ValueError(f"start must be positions in {len(outer)} × {len(inner)}, got {start}")
    pictures = [[_drawn(draw, alt, (u, v)) for v in inner] for u in outer]
    return _framed(pictures, labels, (outer, inner), forms, start)
