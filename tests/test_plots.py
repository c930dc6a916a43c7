"""What the figures show: the data, colours and dashes that can be told apart, text that is read."""

import itertools
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

from bpcore import plots

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
    with pytest.raises(ValueError, match="zip"):
        plots.images(pictures, ["one"])


def test_network(ax):
    plots.network(
        [2, 3, 1], inside={(1, 2): "0.5"}, below={(2, 1): "out"}, edges={(2, 1, 3): "-0.5"}, ax=ax
    )
    assert len(ax.patches) == 6
    assert len(ax.lines) == 2 * 3 + 3 * 1
    texts = [text.get_text() for text in ax.texts]
    assert sorted(texts) == sorted(
        ["$x_1$", "$x_2$", "$a_1^{[1]}$", "0.5", "$a_3^{[1]}$", "$a_1^{[2]}$", "out", "−0.5"]
    )
    assert all(text.get_fontsize() >= 8 for text in ax.texts)
    centres = {tuple(patch.center) for patch in ax.patches}
    assert len(centres) == 6
    for line in ax.lines:  # every line joins two units of neighbouring layers
        (x0, y0), (x1, y1) = line.get_xydata()
        assert {(x0, y0), (x1, y1)} <= centres
        assert x1 - x0 == pytest.approx(2.4)
    plots.network([2, 1], apart=1.5, ax=(wider := plt.figure().gca()))
    assert [patch.center[1] for patch in wider.patches] == [0.75, -0.75, 0]


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
from bpcore import plots
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
