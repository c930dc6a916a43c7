# ruff: noqa: E501 - a message stands on one line, as it is read
"""What the figures show: the data, colours and dashes that can be told apart, text that is read."""

import inspect
import itertools
import re
import subprocess
import sys
from base64 import b64decode
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.colors import to_hex, to_rgb
from PIL import Image, ImageColor

from bpcore import blobs, plots

matplotlib.use("agg")
plt = plots.plt


@pytest.fixture(autouse=True)
def clean():
    """Leave no figure and no changed setting behind."""
    with matplotlib.rc_context():
        yield
    plt.close("all")


@pytest.fixture
def ax():
    return plt.figure().gca()


def test_curves_differ_in_colour_and_dash(ax):
    x = np.arange(5.0)
    series = {f"rate {k}": k * x for k in range(6)}
    assert plots.curves(x, series, xlabel="epoch", ylabel="cost", ax=ax) is ax
    for line, (name, y) in zip(ax.lines, series.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([x, y]))
    assert len({line.get_color() for line in ax.lines}) == 6
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "cost")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(series)


def test_a_quantity_has_its_colour_and_dash_and_one_curve_no_legend(ax):
    plots.curves([0, 1], {"delta": [0, 1]}, xlabel="", ylabel="", ax=ax)
    assert to_hex(ax.lines[0].get_color()) == plots.COLOUR["delta"].lower()
    assert ax.lines[0].get_linestyle() == plots.DASH["delta"]
    assert ax.get_legend() is None


def test_the_series_can_be_told_apart_without_colour():
    assert len({str(dash) for _, dash, _ in plots.SERIES}) == len(plots.SERIES)
    assert len({marker for _, _, marker in plots.SERIES}) == len(plots.SERIES)


def test_every_colour_can_be_read_on_white():
    """The contrast of WCAG for graphics, 3 : 1."""

    def luminance(colour):
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return np.dot([0.2126, 0.7152, 0.0722], parts)

    for colour in itertools.chain(plots.COLOUR.values(), (c for c, _, _ in plots.SERIES)):
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour


def test_samples(ax):
    X, Y = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([[0, 1, 0]])
    assert plots.samples(X, Y, ax=ax) is ax
    zero, one = ax.collections
    np.testing.assert_array_equal(zero.get_offsets(), [[1, 4], [3, 6]])
    np.testing.assert_array_equal(one.get_offsets(), [[2, 5]])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["class 0", "class 1"]
    assert len(zero.get_paths()[0]) != len(one.get_paths()[0])  # another marker


def test_region_draws_the_boundary_where_there_is_one(ax):
    x = np.linspace(0, 1, 5)
    plots.region(x, x, np.add.outer(0 * x, x), ax=ax)
    filled, line = ax.collections
    np.testing.assert_allclose(line.get_paths()[0].vertices[:, 0], 0.5)
    assert np.array_equal(filled.levels, np.linspace(0, 1, 11))
    bare = plots.region(x, x, np.full((5, 5), 0.2), ax=plt.figure().gca())
    assert len(bare.collections) == 1


def test_region_answers_in_the_colours_of_the_classes(ax):
    plots.region([0, 1], [0, 1], np.array([[0.0, 1.0], [0.0, 1.0]]), ax=ax)
    ends = [to_hex(ax.collections[0].cmap(share)) for share in (0.0, 1.0)]
    assert ends == [plots.COLOUR[name].lower() for name in ("class 0", "class 1")]


def test_path_1d(ax):
    x = np.linspace(-1, 1, 9)
    plots.path_1d(x, x**2, [1, 0.5], [1, 0.25], ax=ax, xlabel="w", ylabel="J")
    curve, path = ax.lines
    np.testing.assert_array_equal(curve.get_ydata(), x**2)
    np.testing.assert_array_equal(path.get_xydata(), [[1, 1], [0.5, 0.25]])
    assert path.get_marker() == plots.MARKER["path"]
    assert ax.get_xlim() == (-1, 1)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w", "J")


def test_path_2d(ax):
    x, y = np.linspace(-1, 1, 9), np.linspace(-2, 2, 7)
    points = np.array([[1.0, 2], [0.5, 1], [0.25, 0.5]])
    plots.path_2d(x, y, np.add.outer(y**2, x**2), points, ax=ax)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), points)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 1), (-2, 2))
    assert len(ax.collections) == 1


def test_images():
    pictures = np.arange(7 * 4).reshape(7, 2, 2)
    axes = plots.images(pictures, [f"number {k}" for k in range(7)], columns=3)
    assert axes.shape == (3, 3)
    for k, ax in enumerate(axes.flat):
        assert ax.get_title() == (f"number {k}" if k < 7 else "")
        assert not ax.axison
        assert len(ax.images) == (k < 7)
        assert k >= 7 or np.array_equal(ax.images[0].get_array(), pictures[k])
    assert plots.images(np.zeros((0, 2, 2)), []).shape == (1, 6)


def test_network(ax):
    plots.network(
        [2, 3, 1], inside={(1, 2): "0.5"}, below={(2, 1): "out"}, edges={(2, 1, 3): "-0.5"}, ax=ax
    )
    assert len(ax.patches) == 6
    (lines,) = ax.collections  # many lines of their own take minutes
    assert len(lines.get_segments()) == 2 * 3 + 3 * 1
    texts = [text.get_text() for text in ax.texts]
    assert sorted(texts) == sorted(
        [
            "$x_{1}$",
            "$x_{2}$",
            "$a_{1}^{[1]}$",
            "0.5",
            "$a_{3}^{[1]}$",
            "$a_{1}^{[2]}$",
            "out",
            "−0.5",
        ]
    )
    assert all(text.get_fontsize() >= 8 for text in ax.texts)
    centres = {tuple(patch.center) for patch in ax.patches}
    assert len(centres) == 6
    for line in lines.get_segments():  # every line joins two units of neighbouring layers
        (x0, y0), (x1, y1) = line
        assert {(x0, y0), (x1, y1)} <= centres
        assert x1 - x0 == pytest.approx(2.4)
    plots.network([2, 1], apart=1.5, ax=(wider := plt.figure().gca()))
    assert [patch.center[1] for patch in wider.patches] == [0.75, -0.75, 0]


def test_a_unit_beyond_the_ninth_has_its_whole_number_as_index(ax):
    plots.network([12, 1], below={(1, 1): -0.5, (0, 12): 3}, ax=ax)
    texts = [text.get_text() for text in ax.texts]
    assert {"$x_{9}$", "$x_{10}$", "$x_{12}$", "−0.5", "3"} <= set(texts)


@pytest.mark.filterwarnings("error")
def test_a_flat_curve_is_drawn(ax):
    plots.path_1d([0, 1], [2, 2], [0.5], [2], ax=ax)
    low, high = ax.get_ylim()
    assert low < 2 <= high


def test_a_dataset_is_drawn_as_its_parts(ax):
    data = blobs(9, rng=0)
    plots.samples(data, ax=ax)
    plots.samples(data.X, data.Y, ax=(other := plt.figure().gca()))
    for one, same in zip(ax.collections, other.collections, strict=True):
        np.testing.assert_array_equal(one.get_offsets(), same.get_offsets())


def test_a_gap_in_a_curve_is_drawn_as_a_gap(ax):
    plots.curves([0, 1, 2], {"J": [1, np.nan, 2]}, xlabel="", ylabel="", ax=ax)
    plots.path_1d([0, 1], [0, 1], [0, np.inf], [0, np.nan], ax=plt.figure().gca())
    assert np.isnan(ax.lines[0].get_ydata()[1])


GRID = {"x1": [0, 1, 2], "x2": [0, 1], "probability": np.full((2, 3), 0.25)}
GOOD = {  # good arguments of each function
    plots.curves: {"x": [0, 1], "series": {"J": [0, 1]}, "xlabel": "", "ylabel": ""},
    plots.samples: {"X": np.eye(2), "Y": [[0, 1]]},
    plots.region: GRID,
    plots.path_1d: {"x": [0, 1], "f": [0, 1], "points": [0, 1, 2], "values": [0, 1, 4]},
    plots.path_2d: {"x": [0, 1, 2], "y": [0, 1], "f": np.ones((2, 3)) * [0, 1, 2], "points": [[0, 1]]},
    plots.images: {"pictures": np.zeros((2, 8, 8)), "titles": ["a", "b"]},
    plots.network: {"n": [2, 3, 1]},
}  # fmt: skip
BAD = [  # (function, argument, bad value, what is said)
    (plots.curves, "series", {"J": [0, 1, 2]}, "series['J'] must have shape (2,), got (3,)"),
    (plots.curves, "series", {"J": 1.0}, "series['J'] must have shape (2,), got ()"),
    (plots.curves, "series", [0, 1], "series must be a dict, got list [0, 1]; such as"),
    (plots.curves, "series", {"J": ["a", "b"]}, "series['J'] must hold real numbers"),
    (plots.curves, "x", [], "x must have shape (k,), k at least 1, got (0,)"),
    (plots.curves, "x", np.zeros((2, 3)), "x must have shape (k,), got (2, 3)"),
    (plots.curves, "series", {"J": np.zeros((2, 1))}, "series['J'] must have shape (2,), got (2, 1); did you mean series['J'].ravel()?"),
    (plots.curves, "x", [[0, 1]], "x must have shape (k,), got (1, 2); did you mean np.array(x).ravel()?"),
    (plots.curves, "x", [0, np.nan], "x must be finite, got nan at index [1]"),
    (plots.curves, "ax", plt, "ax must be an Axes, got module"),
    (plots.samples, "Y", np.array([0, 1]), "Y must have shape (1, 2), one label a sample of X, got (2,); did you mean Y.reshape(1, -1)?"),
    (plots.samples, "Y", None, "Y must hold real numbers"),
    (plots.samples, "Y", [[0, 2]], "Y must hold only 0 and 1"),
    (plots.samples, "X", np.zeros((3, 2)), "X must have shape (2, m), got (3, 2)"),
    (plots.samples, "X", blobs(9, rng=0), "Y must be left out: the Dataset has its labels"),
    (plots.region, "x1", [0, 1], "probability must have shape (2, 2), got (2, 3)"),
    (plots.region, "probability", np.zeros((3, 2)), "probability must have shape (2, 3), got (3, 2); did you mean probability.T?"),
    (plots.region, "probability", np.full((2, 3), 1.5), "probability must lie between 0 and 1, got values from 1.5 to 1.5; draw a[L]"),
    (plots.region, "probability", np.full((2, 3), -0.5), "probability must lie between 0 and 1, got values from -0.5 to -0.5"),
    (plots.region, "x1", [0], "x1 must have shape (k,), k at least 2, got (1,)"),
    (plots.region, "x2", [], "x2 must have shape (k,), k at least 2, got (0,)"),
    (plots.path_1d, "x", [0], "x must have shape (k,), k at least 2, got (1,)"),
    (plots.path_2d, "x", [0], "x must have shape (k,), k at least 2, got (1,)"),
    (plots.path_2d, "y", [0], "y must have shape (k,), k at least 2, got (1,)"),
    (plots.path_1d, "f", [0, 1, 2], "f must have shape (2,), got (3,)"),
    (plots.path_1d, "values", [0, 1], "values must have shape (3,), got (2,)"),
    (plots.path_1d, "points", [[0], [1], [2]], "points must have shape (k,), got (3, 1); did you mean np.array(points).ravel()?"),
    (plots.path_2d, "points", [0, 1], "points must have shape (k, 2), got (2,)"),
    (plots.path_2d, "points", [[0], [1]], "points must have shape (k, 2), got (2, 1); did you mean np.array(points).T?"),
    (plots.path_2d, "f", np.zeros((3, 2)), "f must have shape (2, 3), got (3, 2); did you mean f.T?"),
    (plots.images, "titles", ["one"], "pictures must have shape (1, height, width), one a title, got (2, 8, 8)"),
    (plots.images, "titles", "ab", "titles must be a list of str, got str 'ab'"),
    (plots.images, "titles", None, "titles must be a list of str, got NoneType None"),
    (plots.images, "titles", {"a", "b"}, "titles must be a list of str, got set {"),
    (plots.images, "pictures", np.zeros((2, 64)), "pictures must have shape (2, height, width), one a title, got (2, 64)"),
    (plots.images, "columns", 0, "columns must be at least 1, got 0"),
    (plots.images, "columns", 2.0, "columns must be a whole number, got float 2.0"),
    (plots.network, "n", 3, "n must be a list of layer sizes"),
    (plots.network, "n", [], "n must be of length 1 or more, the input first, got []"),
    (plots.network, "n", {2, 3, 1}, "n must be a list of layer sizes"),
    (plots.network, "n", [2, 0, 1], "n[1] must be at least 1, got 0"),
    (plots.network, "inside", [(1, 1)], "inside must be a dict, got list [(1, 1)]; each place with its words"),
    (plots.network, "inside", {(9, 9): "x", "a": "y"}, "inside must name what is drawn, got (9, 9)"),
    (plots.network, "inside", {(1, 4): "x"}, "inside must name what is drawn, got (1, 4) for n = [2, 3, 1]"),
    (plots.network, "below", {(3, 1): "x"}, "below must name what is drawn, got (3, 1)"),
    (plots.network, "edges", {(0, 1, 1): "x"}, "edges must name what is drawn, got (0, 1, 1)"),
    (plots.network, "edges", {(1, 3, 3): "x"}, "edges must name what is drawn, got (1, 3, 3)"),
    (plots.network, "below_colour", "pink", "below_colour must be one of z, a, "),
    (plots.network, "below_colour", ["z"], "below_colour must be one of z, a, "),
    (plots.network, "apart", 0, "apart must be positive and finite, got int 0; usual: apart=1"),
    (plots.network, "apart", "wide", "apart must be one positive number, got str 'wide'"),
]  # fmt: skip


@pytest.mark.parametrize("function", GOOD, ids=lambda f: f.__name__)
def test_good_data_is_drawn(function):
    assert function(**GOOD[function]) is not None


@pytest.mark.parametrize(
    ("function", "argument", "value", "says"), BAD, ids=[f"{f.__name__}-{k}" for f, k, *_ in BAD]
)
def test_figures_refuse_what_they_cannot_show(function, argument, value, says):
    """They check as the core does: nothing wrong is drawn, and the argument is named."""
    with pytest.raises((ValueError, TypeError), match=f"^{re.escape(says)}"):
        function(**GOOD[function] | {argument: value})


def test_every_array_of_every_figure_is_checked():
    """The next function that is added has its row in the tables above."""
    public = {f for name, f in vars(plots).items() if inspect.isfunction(f) and name[0] != "_"}
    drawing = {f for f in public if f.__module__ == "bpcore.plots"}
    assert drawing == set(GOOD) == {function for function, *_ in BAD}
    for function, good in GOOD.items():
        for argument, value in good.items():
            if not isinstance(value, str) and argument != "n":
                for bad in (["a"], object(), np.zeros((0, 0, 0)), np.zeros((5, 5, 5, 5))):
                    with pytest.raises((ValueError, TypeError)):
                        function(**good | {argument: bad})


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.curves([0, 1], {"J": [0, 1]}, xlabel="x", ylabel="y"),
        lambda: plots.samples(np.eye(2), np.array([[0, 1]])),
        lambda: plots.region([0, 1], [0, 1], np.eye(2)),
        lambda: plots.path_1d([0, 1], [0, 1], [0], [0]),
        lambda: plots.path_2d([0, 1], [0, 1], np.eye(2), [[0, 0]]),
        lambda: plots.network([2, 1]),
    ],
)
def test_without_axes_the_current_ones_are_used(draw):
    current = plt.figure().gca()
    assert draw() is current


def test_the_same_figure_is_the_same_file():
    """Style, then an SVG: twice in two processes, byte for byte, and no display is needed."""
    code = """
import sys
from bpcore import blobs, plots
plots.use_style()
plots.curves([0, 1, 2], {"J": [3, 1, 2], "a": [1, 2, 3]}, xlabel="epoch", ylabel="cost")
plots.plt.savefig(sys.stdout.buffer, format="svg", metadata={"Date": None})
"""
    command = [sys.executable, "-W", "error", "-c", code]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    first, second = (run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert first == second
    assert b"</svg>" in first


def test_the_style_outside_of_a_notebook():
    plots.use_style()
    assert plt.rcParams["axes.grid"]
    assert plt.rcParams["figure.figsize"] == [4.8, 3.3]


def test_the_style(monkeypatch):
    """In a notebook a figure is a picture of twice its width, in few but the right colours."""
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    plots.use_style()
    figure, ax = plt.subplots()
    ax.axvspan(0, 1, color=plots.COLOUR["delta"])
    data, metadata = shell.display_formatter.format(figure)
    picture = Image.open(BytesIO(b64decode(data["image/png"])))
    assert picture.width // 2 == metadata["image/png"]["width"] > 480
    assert picture.mode == "P"
    assert shell.display_formatter.format(plt.figure())[0].keys() == {"text/plain"}
    colours = {colour for _, colour in picture.convert("RGB").getcolors()}
    assert {(255, 255, 255), ImageColor.getrgb(plots.COLOUR["delta"])} <= colours
    assert plt.rcParams["font.size"] >= 8
    assert not plt.rcParams["axes.spines.top"]
    assert plt.rcParams["svg.hashsalt"] == "bpcore"
