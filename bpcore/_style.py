"""The look of all figures: one palette, and pictures that are sharp and small."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

COLOUR = {
    "z": "#0072B2",
    "a": "#009E73",
    "delta": "#D55E00",
    "J": "#222222",
    "W": "#7B4A91",
    "b": "#8A6D00",
    "class 0": "#0072B2",
    "class 1": "#D55E00",
    "path": "#D55E00",
    "threshold": "#7B4A91",
}
DASH = {"z": "-", "a": "--", "delta": "-.", "J": "-", "threshold": ":"}
RADIUS = 0.4  # of the units of a network
MARKER = {"class 0": "o", "class 1": "^", "path": "o"}
# for several curves of one kind, such as learning rates: colour, dash and marker differ
SERIES: list[tuple[Any, ...]] = [
    ("#0072B2", "-", "o"),
    ("#D55E00", "--", "s"),
    ("#009E73", "-.", "^"),
    ("#7B4A91", ":", "D"),
    ("#8A6D00", (0, (5, 1, 1, 1)), "v"),
    ("#222222", (0, (1, 1)), "P"),
]


def use_style() -> None:
    """Set the look of all figures: sharp on screen and in print, no clutter."""
    plt.rcParams.update(
        {
            "figure.figsize": (4.8, 3.3),
            "figure.dpi": 100,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.6,
            "axes.axisbelow": True,
            "font.size": 11,
            "legend.frameon": False,
            "figure.constrained_layout.use": True,
            "svg.hashsalt": "bpcore",
        }
    )
    from IPython import get_ipython

    if shell := get_ipython():
        import matplotlib_inline.backend_inline  # noqa: F401  it sets a formatter, which ours replaces

        shell.display_formatter.formatters["image/png"].for_type(Figure, _png)


def _png(figure):
    """Give a figure as a notebook shows it: sharp on any screen, in 256 colours to be small."""
    from IPython.core.pylabtools import retina_figure
    from PIL import Image

    raw = {"compress_level": 0}  # it is packed below
    if (retina := retina_figure(figure, pil_kwargs=raw)) is None:  # nothing is drawn in it
        return None
    picture, size = retina
    colours = Image.open(BytesIO(picture)).convert("RGB")
    colours = colours.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    with BytesIO() as file:
        colours.save(file, "PNG", optimize=True)
        return b64encode(file.getvalue()).decode(), size
