"""Sliders over precomputed frames, the same in a live notebook and on a static page.

The slider is joined to a Stack in the browser (`jslink`), so no kernel is needed to move it. A
frame is an <img> with an alternative text of its own; rerunning the cell recomputes the frames.
"""

import base64
import html
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from bpcore._validate import as_callable, as_count, describe

NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))  # None leaves it out


def _picture(draw, alt, position):
    """Draw one frame and write it as an <img> that holds its own picture."""
    figure = draw(*position)
    if not isinstance(figure, Figure):
        raise TypeError(f"draw must return a matplotlib Figure, got {describe(figure)}")
    with io.BytesIO() as file:
        figure.savefig(file, format="svg", metadata=NO_METADATA)
        # a hundredth of a point is exact enough, and a page of frames gets a fifth lighter
        svg = re.sub(rb'(\d\.\d\d)\d+(?=[ \n"])', rb"\1", file.getvalue())
        picture = base64.b64encode(svg).decode()
    plt.close(figure)
    text = html.escape(_text(alt, "alt", *position), quote=True)
    return f'<img class="bp-frame" alt="{text}" src="data:image/svg+xml;base64,{picture}">'


def _frames(draw, alt, positions):
    """Make one HTML widget a frame; they share layout and style, 2 kB each in the page."""
    frames, shared = [], {}
    for position in positions:
        frames.append(ipywidgets.HTML(_picture(draw, alt, position), **shared))
        shared = {"layout": frames[0].layout, "style": frames[0].style}
    return frames


def _text(function, name, *position):
    """Call a function of the user's that puts a position into words."""
    text = as_callable(function, name)(*position)
    if not isinstance(text, str):
        raise TypeError(f"{name} must return a str, got {describe(text)}")
    return text


def _slider(values, label, form):
    if not isinstance(label, str):
        raise TypeError(f"label must be a str, got {describe(label)}")
    names = [_text(form, "form", value) for value in values]
    return ipywidgets.SelectionSlider(
        options=[(name, k) for k, name in enumerate(names)],
        index=0,
        description=label,
        style={"description_width": "initial"},
        layout={"width": "95%", "max_width": "40rem"},
        continuous_update=True,
    )


def _linked(slider, frames):
    stack = ipywidgets.Stack(frames, selected_index=slider.index)
    ipywidgets.jslink((slider, "index"), (stack, "selected_index"))
    return stack


def frames(
    draw: Callable[..., Any],
    values: Sequence[Any],
    *,
    label: str,
    alt: Callable[..., str],
    form: Callable[[Any], str] = str,
    start: int = 0,
) -> ipywidgets.VBox:
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
    VBox

    Raises
    ------
    ValueError, TypeError
        If there are no values, start is not one of them, or draw returns no Figure.

    Examples
    --------
    >>> box = frames(lambda v: plt.figure(), [1, 2, 3], label="rate", alt=lambda v: f"rate {v}")
    >>> len(box.children[1].children)
    3
    """
    values = list(values)
    as_callable(draw, "draw")
    if not 0 <= as_count(start, "start", at_least=-(10**9)) < len(values):
        raise ValueError(f"start must be a position from 0 to {len(values) - 1}, got {start}")
    slider = _slider(values, label, form)
    slider.index = start
    return ipywidgets.VBox([slider, _linked(slider, _frames(draw, alt, [(v,) for v in values]))])


def grid(
    draw: Callable[..., Any],
    outer: Sequence[Any],
    inner: Sequence[Any],
    *,
    labels: tuple[str, str],
    alt: Callable[..., str],
    forms: tuple[Callable[[Any], str], Callable[[Any], str]] = (str, str),
    start: tuple[int, int] = (0, 0),
) -> ipywidgets.VBox:
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
    VBox

    Raises
    ------
    ValueError, TypeError
        If there are no values, start is not among them, or draw returns no Figure.

    Examples
    --------
    >>> box = grid(lambda u, v: plt.figure(), [1], [2, 3], labels=("u", "v"), alt="{}{}".format)
    >>> len(box.children)
    3
    """
    outer, inner = list(outer), list(inner)
    as_callable(draw, "draw")
    start = as_count(start[0], "start[0]"), as_count(start[1], "start[1]")
    if not (0 <= start[0] < len(outer) and 0 <= start[1] < len(inner)):
        raise ValueError(f"start must be positions in {len(outer)} × {len(inner)}, got {start}")
    first, second = (
        _slider(outer, labels[0], forms[0]),
        _slider(inner, labels[1], forms[1]),
    )
    first.index, second.index = start
    rows = [_linked(second, _frames(draw, alt, [(u, v) for v in inner])) for u in outer]
    return ipywidgets.VBox([first, second, _linked(first, rows)])
