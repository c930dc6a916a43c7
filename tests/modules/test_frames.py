"""Sliders: every position has its picture, its text, and its place in the browser's link."""

import base64
import html
import json
import re

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from bpcore import explore, plots

matplotlib.use("agg")


def draw(*position):
    figure = plots.plt.figure(figsize=(2, 1))
    figure.text(
        0.1, 0.5, "-".join(map(str, position)), gid="position" + "-".join(map(str, position))
    )
    return figure


def shown(box, *position):
    """Give the alternative text and the SVG of a frame."""
    frame = box.given["pictures"]
    for k in position:
        frame = frame[k]
    return frame["alt"], base64.b64decode(frame["svg"])


def test_frames():
    before = plots.plt.get_fignums()
    box = explore.frames(
        draw,
        (0.1, 1.0, 10.0),
        label="rate",
        alt=lambda v: f'rate "{v}" < 11',
        form="{:g}".format,
        start=1,
    )
    assert box.state == {"at": [1]}
    assert box.given["labels"] == ["rate"]
    assert box.given["forms"] == [["0.1", "1", "10"]]
    for k, value in enumerate((0.1, 1.0, 10.0)):
        alt, svg = shown(box, k)
        assert alt == f'rate "{value}" < 11'
        assert f'id="position{value}"'.encode() in svg
    assert plots.plt.get_fignums() == before  # no figure stays open
    still = re.fullmatch(
        r'<img class="bp-frame" alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]+)">', box.still
    )
    assert (html.unescape(still[1]), base64.b64decode(still[2])) == shown(box, 1)


def test_the_first_position_and_its_own_text_are_the_default():
    box = explore.frames(draw, range(3), label="k", alt=str)
    assert box.state == {"at": [0]}
    assert box.given["forms"] == [["0", "1", "2"]]


def test_grid():
    box = explore.grid(
        draw, [1, 2], [10, 20, 30], labels=("u", "v"), alt="{} and {}".format,
        forms=("u{}".format, "v{}".format), start=(1, 2),
    )  # fmt: skip
    assert box.given["forms"] == [["u1", "u2"], ["v10", "v20", "v30"]]
    assert box.given["labels"] == ["u", "v"]
    assert box.state == {"at": [1, 2]}
    for k, u in enumerate((1, 2)):
        for n, v in enumerate((10, 20, 30)):
            alt, svg = shown(box, k, n)
            assert alt == f"{u} and {v}"
            assert f'id="position{u}-{v}"'.encode() in svg
    assert base64.b64encode(shown(box, 1, 2)[1]).decode() in box.still


def test_grid_defaults():
    box = explore.grid(draw, [1], [2, 3], labels=("u", "v"), alt="{}{}".format)
    assert box.state == {"at": [0, 0]}
    assert box.given["forms"] == [["1"], ["2", "3"]]


def test_the_same_frame_is_the_same_text():
    plots.plt.rcParams["svg.hashsalt"] = "bpcore"
    twice = [shown(explore.frames(draw, [1], label="k", alt=str), 0) for _ in range(2)]
    assert twice[0] == twice[1]
    assert b"<dc:date>" not in twice[0][1]


def test_coordinates_have_two_decimals():
    def slanted(_):
        figure = plots.plt.figure(figsize=(2, 1))
        figure.gca().plot([0, 1 / 3], [0, 1 / 7])
        return figure

    _, svg = shown(explore.frames(slanted, [1], label="k", alt=str), 0)
    assert not re.search(rb"[ML] \d+\.\d{3}", svg)
    assert re.search(rb"[ML] \d+\.\d\d ", svg)


@pytest.mark.parametrize("start", [-1, 2, 9])
def test_a_start_that_is_no_position(start):
    least = "must be at least 0, got -1"
    with pytest.raises(ValueError, match=rf"^start must be a position from 0 to 1, got {start}$"):
        explore.frames(draw, [1, 2], label="k", alt=str, start=start)
    for k, pair in enumerate(((start, 0), (0, start))):
        says = rf"\[{k}\] {least}" if start < 0 else r" must be positions in 2 × 2, got \("
        with pytest.raises(ValueError, match=rf"^start{says}"):
            explore.grid(draw, [1, 2], [3, 4], labels=("u", "v"), alt=str, start=pair)


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.array])
def test_a_start_of_any_whole_kind_is_stored_as_a_number(kind):
    one = explore.frames(draw, [1, 2], label="k", alt=str, start=kind(1))
    pair = (kind(1), kind(0))
    two = explore.grid(draw, [1, 2], [3], labels=("u", "v"), alt="{}{}".format, start=pair)
    assert json.dumps([one.state, two.state]) == '[{"at": [1]}, {"at": [1, 0]}]'


def test_no_positions():
    with pytest.raises(ValueError, match=r"^values must be a list of positions, got an empty one$"):
        explore.frames(draw, [], label="k", alt=str)
    with pytest.raises(ValueError, match=r"^inner must be a list of positions, got an empty one$"):
        explore.grid(draw, [1], [], labels=("u", "v"), alt=str)


def framed(draw=draw, alt="{}".format, form=str, **options):
    return explore.frames(draw, [1, 2], label="k", alt=alt, form=form, **options)


def gridded(draw=draw, alt="{}{}".format, form=str, **options):
    return explore.grid(draw, [1, 2], [3], labels=("u", "v"), alt=alt, forms=(str, form), **options)


NOT_TEXT = {"None": None, "number": 3, "bytes": b"a", "list": ["a"], "array": np.array(["a", "b"])}
NOT_FIGURES = {
    "None": None, "str": "svg", "pyplot": plots.plt, "class": Figure, "number": 3.0,
    "list": [Figure()], "axes": Figure().gca(),
}  # fmt: skip
every_widget = pytest.mark.parametrize("make", [framed, gridded])


@every_widget
@pytest.mark.parametrize("value", NOT_FIGURES.values(), ids=NOT_FIGURES)
def test_draw_must_return_a_figure(make, value):
    with pytest.raises(TypeError, match=r"^draw must return a matplotlib Figure, got "):
        make(draw=lambda *position: value)


@every_widget
@pytest.mark.parametrize("name", ["alt", "form"])
@pytest.mark.parametrize("value", NOT_TEXT.values(), ids=NOT_TEXT)
def test_texts_must_be_texts(make, name, value):
    with pytest.raises(TypeError, match=rf"^{name}s?\S* must return a str, .*got "):
        make(**{name: lambda *position: value})


@every_widget
@pytest.mark.parametrize("name", ["draw", "alt", "form"])
@pytest.mark.parametrize("value", [3, "draw", None, Figure()], ids=lambda v: type(v).__name__)
def test_functions_must_be_functions(make, name, value):
    with pytest.raises(TypeError, match=rf"^{name}s?\S* must be a function, got "):
        make(**{name: value})


@pytest.mark.parametrize("value", ["0", None, 1.5, [0]])
def test_a_position_is_a_whole_number(value):
    with pytest.raises((TypeError, ValueError), match=r"^start\S* must be "):
        framed(start=value)
    with pytest.raises((TypeError, ValueError), match=r"^start\S* must be "):
        gridded(start=(0, value))


@pytest.mark.parametrize("label", [None, 3, ["k"]])
def test_a_label_is_a_text(label):
    with pytest.raises(TypeError, match=r"^label must be a str, got "):
        explore.frames(draw, [1, 2], label=label, alt=str)
    with pytest.raises(TypeError, match=r"^label\S* must be a str, got "):
        explore.grid(draw, [1], [2], labels=("u", label), alt="{}{}".format)


def test_a_figure_needs_no_pyplot():
    _, svg = shown(explore.frames(lambda v: Figure(), [1], label="k", alt=str), 0)
    assert svg.rstrip().endswith(b"</svg>")


def test_a_figure_that_fails_leaves_none_open():
    before = plots.plt.get_fignums()
    with pytest.raises(TypeError, match=r"^alt must return"):
        framed(alt=lambda v: None)
    assert plots.plt.get_fignums() == before


def test_a_number_in_words_has_a_minus_that_is_read_aloud():
    """Not the hyphen of Python; a hyphen between words, digits or names stays."""
    said = {-0.5: "−0.500", 0.25: "0.250"}
    box = explore.frames(
        draw,
        list(said),
        label="x",
        alt="a 4-3-1 network at {:.3f}, 1e-05".format,
        form="({:.3f})".format,
    )
    for k, words in enumerate(said.values()):
        assert shown(box, k)[0] == f"a 4-3-1 network at {words}, 1e−05"
    assert box.given["forms"] == [["(−0.500)", "(0.250)"]]
    assert 'alt="a 4-3-1 network at −0.500, 1e−05"' in box.still
