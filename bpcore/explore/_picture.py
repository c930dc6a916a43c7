"""The live picture as a widget, and its JavaScript joined to one module."""

import html
import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.figure import Figure

from bpcore import _validate as valid
from bpcore.activations import Activation, relu, sigmoid, tanh
from bpcore.losses import Loss, cross_entropy, quadratic
from bpcore.network import Network, as_network

HERE = Path(__file__).parent
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))  # None leaves it out
HYPHEN = re.compile(r"(?<![\w)\]])-(?=\.?\d)|(?<=\de)-(?=\d)")  # where a number has its minus
IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.M)
EXPORT = re.compile(r"^export (?=(?:const|function|class) (\w+))", re.M)


def scripts(start: str) -> dict[str, str]:
    """Give a JavaScript file of this folder and the files that it uses, each after what it uses.

    Parameters
    ----------
    start : str
        The name of the file, such as ``unit``.

    Returns
    -------
    dict of str -> str
        Name and text: a script that keeps what the file exports in ``$name``. A page from a folder
        may load no modules, and a widget brings one text.
    """
    found: dict[str, str] = {}

    def read(name):
        text = (HERE / f"{name}.js").read_text(encoding="utf-8")
        if "d3." in text:
            found.setdefault("d3", (HERE / "vendor" / "d3.js").read_text(encoding="utf-8"))
        for _, other in IMPORT.findall(text):
            if other not in found:
                read(other)
        inner = EXPORT.sub("", IMPORT.sub(r"const \1 = $\2;", text))
        names = ", ".join(EXPORT.findall(text))
        found[name] = f"var ${name} = (() => {{\n{inner}return {{ {names} }};\n}})();\n"

    read(start)
    return found


def module(kind: str) -> str:
    """Join what draws a kind of picture to one module, as anywidget wants it."""
    return f"{''.join(scripts(kind).values())}export default $kit.widget(${kind}.{kind});\n"


class Picture(anywidget.AnyWidget):
    """A live picture; what the reader moved is its state.

    Parameters
    ----------
    kind : str
        Which picture: the name of its function in JavaScript.
    label : str
        What a screen reader calls it.
    state : dict
        What can be moved; lists as in JSON, entry 0 of W and b is None.
    given : dict
        What stays as it is.
    still : str
        An <img> for readers without JavaScript.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = (HERE / "explore.css").read_text(encoding="utf-8")
    kind = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)

    def __init__(self, kind: str, **traits: Any) -> None:
        super().__init__(kind=kind, _esm=module(kind), **traits)

    @property
    def net(self) -> Network:
        """The network as the reader left it; ValueError if there is none in this picture."""
        return Network(*(self._left(part, "network") for part in ("W", "b", "g")))

    @net.setter
    def net(self, net: Network) -> None:
        if repr(as_network(net, single=True)) != repr(self.net):
            raise ValueError(f"net must be a {self.net} as the picture's, got {net}")
        self.state = self.state | plain(net)

    @property
    def X(self) -> np.ndarray:
        """The samples as the reader left them; ValueError if there are none in this picture."""
        return np.array(self._left("X", "X"), dtype=float)

    @property
    def Y(self) -> np.ndarray:
        """The labels as the reader left them; ValueError if there are none in this picture."""
        return np.array(self._left("Y", "Y"), dtype=float)

    def _left(self, part, what):
        if part not in self.state:
            raise ValueError(f"the picture {self.label!r} has no {what}; its state is .state")
        return self.state[part]

    def __repr__(self) -> str:
        return f"Picture({self.label!r})"


def plain(net):
    """Write a network as JSON has it; the page computes with our activations alone."""
    for i, g in enumerate(net.g):
        if i and not g.ours:
            raise ValueError(f"net.g[{i}] must be an activation of bpcore, got your own {g}")
        for part in ("W", "b") if i else ():
            bounded(getattr(net, part)[i], f"net.{part}[{i}]")
    lists = {part: [None, *(A.tolist() for A in getattr(net, part)[1:])] for part in ("W", "b")}
    return lists | {"g": [None, *(g.name for g in net.g[1:])]}


def svg(figure: Figure) -> str:
    """Write a figure as base64 of an SVG, small and without the date, and close it."""
    with BytesIO() as file:
        figure.savefig(file, format="svg", metadata=NO_METADATA)
        # a hundredth of a point is exact enough, and a page of frames gets a fifth lighter
        small = re.sub(rb'(\d\.\d\d)\d+(?=[ \n"])', rb"\1", file.getvalue())
    plt.close(figure)  # it may be one of pyplot's
    return b64encode(small).decode()


def picture(kind, label, state, given, figure, alt):
    """Make a picture of a kind; a figure and its words stand in for it where no script runs."""
    if not isinstance(label, str):
        raise TypeError(f"label must be a str, got {valid.describe(label)}")
    still = image(svg(figure), alt)
    return Picture(kind, label=label, state=state, given=given, still=still)


def number(value: Any, name: str, most: float = 1e6) -> float:
    """Check one number that can be drawn."""
    array = valid.as_array(value, name)
    if array.ndim:
        raise ValueError(f"{name} must be one number, got shape {array.shape}")
    return float(bounded(array, name, most))


def bounded(array: np.ndarray, name: str, most: float = 1e6) -> np.ndarray:
    """Refuse numbers from which the page could not draw; what is typed has the same bounds."""
    if (largest := np.abs(array).max()) > most:
        raise ValueError(f"{name} must lie between {-most:g} and {most:g}, got {largest:g} in size")
    return array


def pair(value: Any, name: str, what: str) -> Any:
    """Check a pair of things."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{name} must be a pair {what}, got {valid.describe(value)}")
    return value


def listed(value: Any, name: str, what: str) -> list[Any]:
    """Check what has several things in order, and give them as a list."""
    if isinstance(value, (str, set, frozenset)) or not np.iterable(value):
        raise TypeError(f"{name} must be a list of {what}, got {valid.describe(value)}")
    if not (values := list(value)):
        raise ValueError(f"{name} must be a list of {what}, got an empty one")
    return values


def as_loss(value: Any) -> Loss:
    """Check one of the two losses that the page knows."""
    loss = valid.as_member(value, Loss, "loss")
    if loss not in (cross_entropy, quadratic):
        raise ValueError(f"loss must be cross_entropy or quadratic of bpcore, got {loss}")
    return loss


def as_activation(value: Any) -> str:
    """Check one of the three activations that can be chosen on the page, and give its name."""
    g = valid.as_member(value, Activation, "activation")
    if g not in (sigmoid, tanh, relu):
        raise ValueError(f"activation must be sigmoid, tanh or relu of bpcore, got {g}")
    return g.name


def as_unit(net: Any, n: tuple[int, ...] = (2, 1)) -> Network:
    """Check a network with the layers that a picture draws."""
    net = as_network(net, single=True)
    if net.n != n:
        raise ValueError(f"net must have n = {n}, got n = {net.n}")
    return net


def as_sample(net: Network, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Check one sample of a network and its labels."""
    x = columns(x, net.n[0], "x", m=1)
    return x, valid.as_labels(y, net.n[-1], 1, "y", like="the labels of x")


def as_samples(net: Network, X: Any, Y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Check samples of a network and their labels."""
    X, Y = valid.as_samples(net, X, Y)
    return bounded(X, "X"), Y


def columns(X: Any, rows: int, name: str, *, m: int | None = None) -> np.ndarray:
    """Check a matrix of samples in columns that can be drawn."""
    return bounded(valid.as_columns(X, rows, name, m=m), name)


def box_of(value: Any, ends: int) -> Any:
    """Check where axes start and end."""
    box = valid.as_array(value, "box")
    if box.shape != (ends,) or not (box[::2] < box[1::2]).all():
        raise ValueError(f"box must be {ends} numbers, each start below its end, got {value}")
    return bounded(box, "box").tolist()


def spoken(text: str) -> str:
    """Write the minus of a number as the page does, so that a screen reader says it."""
    return HYPHEN.sub("−", text)


def axes(*, wide=3.6, high=3.0, columns=1):
    """Give a figure that no notebook shows by itself, and its axes."""
    figure = Figure(figsize=(wide, high), layout="constrained")
    return figure, figure.subplots(1, columns)


def image(picture: str, alt: str) -> str:
    """Give the <img> that holds a picture written by `svg`."""
    alt = html.escape(spoken(alt), quote=True)
    return f'<img class="bp-frame" alt="{alt}" src="data:image/svg+xml;base64,{picture}">'
