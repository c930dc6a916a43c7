# ruff: noqa: E501 - a row of a table stands on one line
"""What makes the pictures: bad input is named, the state is plain, the network comes back."""

import json
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from bpcore import (
    Activation,
    Dataset,
    Loss,
    Network,
    explore,
    init_network,
    moons,
    soft_cross_entropy,
    tanh,
    worked_example,
)
from bpcore.explore._picture import EXPORT, HERE, IMPORT

UNIT = Network([None, [[1.0, -1.0]]], [None, [[0.5]]])
HUGE = Network([None, [[1e200, -1.0]]], [None, [[0.5]]])
LINE = Network([None, [[2.0]]], [None, [[1.0]]])
DEEP = init_network([2, 4, 3, 1], rng=0)
X, Y = np.array([[1.0, -1.0, 0.5], [0.0, 2.0, 1.0]]), np.array([[1, 0, 1]])
THREE = Dataset(np.ones((3, 2)), np.array([[0, 1]]))
TWO = Dataset(np.eye(2), np.eye(2))
OWN = Activation("tanh", np.sin, np.cos)  # under a name that the page knows
OWN_LOSS = Loss("quadratic", np.subtract, np.subtract, np.subtract)
MOONS, SPOT, INK = {"a": moons(9, rng=0)}, [[1.0], [2.0]], [[0.0, 1.0]]


def hidden(g, n=(2, 3, 1)):
    return init_network(n, rng=0, hidden=g)


def drawn(*position):
    return Figure()


BAD = {
    "unit: other sizes": (lambda: explore.unit(DEEP, [[1], [2]]), r"net must have n = \(2, 1\)"),
    "unit: no network": (lambda: explore.unit("net", [[1], [2]]), r"net must be a Network"),
    "unit: two samples": (lambda: explore.unit(UNIT, X), r"x must "),
    "unit: a label": (lambda: explore.unit(UNIT, [[1], [2]], label=3), r"label must be a str"),
    "unit: a data set": (
        lambda: explore.unit(UNIT, SPOT, samples=MOONS["a"]), r"samples must be a pair \(X, Y\), got D",
    ),
    "unit: one name": (lambda: explore.unit(UNIT, SPOT, names=("u",)), r"names must be a pair of "),
    "unit: names in a word": (lambda: explore.unit(UNIT, SPOT, names="uv"), r"names must be a pair "),
    "unit: numbers": (lambda: explore.unit(UNIT, SPOT, names=(1, 2)), r"a name in names must be a "),
    "unit: samples": (lambda: explore.unit(UNIT, [[1], [2]], samples=(X, Y[0])), r"Y must "),
    "region: deep": (lambda: explore.region(DEEP, [[1], [2]]), r"net must have one hidden layer"),
    "region: three inputs": (
        lambda: explore.region(init_network([3, 2, 1], rng=0), [[1], [2]]), r"net must have n = ",
    ),
    "region: tanh": (lambda: explore.region(hidden("tanh"), SPOT), r"net must have sigmoids, as "),
    "region: own": (lambda: explore.region(hidden(OWN), SPOT), r"net must have sigmoids, as its "),
    "tangent: own": (lambda: explore.tangent(activation=OWN), r"activation must be sigmoid, tanh"),
    "tangent: identity": (lambda: explore.tangent(activation="identity"), r"activation must be "),
    "tangent: unknown": (lambda: explore.tangent(activation="swish"), r"activation must be "),
    "tangent: z": (lambda: explore.tangent("a"), r"z must hold real numbers"),
    "tangent: many": (lambda: explore.tangent([1.0, 2.0]), r"z must be one number, got shape"),
    "fit: many": (lambda: explore.fit([[1.0]], [[1.0]], w=[1, 2], b=0), r"w must be one number"),
    "valley: many": (lambda: explore.valley(start=[1.0]), r"start must be one number"),
    "unit: box": (lambda: explore.unit(UNIT, [[1], [2]], box=(3, -3)), r"box must be 2 numbers"),
    "fit: box": (lambda: explore.fit([[1.0]], [[1.0]], w=1, b=0, box=(0, 1)), r"box must be 4 "),
    "batches: box": (
        lambda: explore.batches(X, Y, start=[1, 1], box=(0, 1, 2, 2)), r"box must be 4 numbers",
    ),
    "losses: sizes": (lambda: explore.losses(UNIT, [[1.0]], [[0]]), r"net must have n = \(1, 1\)"),
    "losses: rate": (lambda: explore.losses(LINE, [[1]], [[0]], learning_rate=0), r"learning_rate"),
    "bars: words": (lambda: explore.bars([[1.0]], [[1]], sample=1), r"sample must be a str"),
    "bars: labels": (lambda: explore.bars([[1.0, 2.0]], [[1, 2]]), r"y must "),
    "fit: lengths": (lambda: explore.fit([[1.0, 2.0]], [[1.0]], w=1, b=0), r"y must "),
    "pulls: sizes": (lambda: explore.pulls(DEEP, X, Y), r"net must have n = \(2, 1\)"),
    "valley: text": (lambda: explore.valley("x²"), r"curves must be a list of names such as 'x²', got "),
    "valley: number": (lambda: explore.valley(3), r"curves must be a list of names"),
    "valley: lists": (lambda: explore.valley([["x²"]]), r"curves must be some of"),
    "valley: unknown": (lambda: explore.valley(["x³"]), r"curves must be some of"),
    "valley: none": (lambda: explore.valley([]), r"curves must be a list of names .* an empty one$"),
    "valley: far": (lambda: explore.valley(start=1e200), r"start must lie between -1e\+06 and 1e\+06, got 1e\+200 in size$"),
    "unit: huge": (lambda: explore.unit(HUGE, SPOT), r"net\.W\[1\] must lie between -1e\+06 and 1e\+06, got 1e\+200 in "),
    "valley: threshold": (lambda: explore.valley(threshold=1), r"threshold must be a bool"),
    "bowl: shape": (lambda: explore.bowl(np.eye(3), [1, 2]), r"A must be a symmetric matrix"),
    "bowl: tilted": (lambda: explore.bowl([[1, 2], [0, 1]], [1, 2]), r"A must be a symmetric"),
    "bowl: start": (lambda: explore.bowl(np.eye(2), [1, 2, 3]), r"start must have shape \(2,\)"),
    "batches: start": (lambda: explore.batches(X, Y, start=[1.0]), r"start must have shape \(2,\)"),
    "batches: size": (lambda: explore.batches(X, Y, start=[1, 1], sizes=[4]), r"sizes must be "),
    "batches: none": (lambda: explore.batches(X, Y, start=[1, 1], sizes=[]), r"sizes must be a list of batch sizes, got an empty one$"),
    "batches: number": (lambda: explore.batches(X, Y, start=[1, 1], sizes=3), r"sizes must be a list"),
    "batches: float": (
        lambda: explore.batches(X, Y, start=[1, 1], sizes=[3.0]), r"sizes\[0\] .* mean int\(sizes\[0\]",
    ),
    "bowl: saddle": (
        lambda: explore.bowl([[1, 3], [3, 1]], [1, 2]), r"A must have positive eigenvalues, .* with -2$",
    ),
    "bowl: flat": (lambda: explore.bowl(np.zeros((2, 2)), [1, 2]), r"A must have positive eigenvalues"),
    "difference: x": (lambda: explore.difference(1000.0), r"x must lie between -100 and 100, got 1000 in size$"),
    "difference: wide": (lambda: explore.difference(1.0, h=1e300), r"h must be .* at most 100"),
    "difference: h": (lambda: explore.difference(1.0, h=-1.0), r"h must be .*; usual: h=1e-05$"),
    "losses: x": (lambda: explore.losses(LINE, 1.0, 0), r"x must have shape \(1, 1\), .*\(x\)\.resh"),
    "losses: y": (lambda: explore.losses(LINE, [[1]], 0), r"y must have shape .*, the labels of x"),
    "passes: y": (lambda: explore.passes(UNIT, SPOT, [1]), r"y must have .*np\.array\(y\)\.reshape"),
    "passes: own": (lambda: explore.passes(hidden(OWN), SPOT, [[1]]), r"net\.g\[1\] must be an act"),
    "names: own": (lambda: explore.names(hidden(OWN), SPOT), r"net\.g\[1\] must be an activation of "),
    "faults: own": (lambda: explore.faults(hidden(OWN), X, Y), r"net\.g\[1\] must be an activation of "),
    "faults: number": (lambda: explore.faults(UNIT, X, Y, programs=3), r"programs must be letters"),
    "passes: own loss": (
        lambda: explore.passes(*worked_example(), loss=OWN_LOSS), r"loss must be cross_entropy or ",
    ),
    "chain: tanh": (
        lambda: explore.chain(hidden("tanh", (1, 1, 1)), [[1]], [[1]]), r"net must have .* and sigmoids",
    ),
    "frames: number": (
        lambda: explore.frames(drawn, 3, label="a", alt=str), r"values must be a list of positions, got ",
    ),
    "grid: number": (
        lambda: explore.grid(drawn, [1], 3, labels=("a", "b"), alt=str), r"inner must be a list of ",
    ),
    "grid: one start": (
        lambda: explore.grid(drawn, [1], [2], labels=("a", "b"), alt=str, start=0), r"start must be a p",
    ),
    "grid: one form": (
        lambda: explore.grid(drawn, [1], [2], labels=("a", "b"), alt=str, forms=[str]), r"forms must ",
    ),
    "grid: one label": (lambda: explore.grid(drawn, [1], [2], labels="ab", alt=str), r"labels must be a p"),
    "pixels: no dict": (lambda: explore.pixels(UNIT, SPOT), r"pictures must be a dict, got .*; such as {"),
    "pixels: none": (lambda: explore.pixels(UNIT, {}), r"pictures must hold at least one picture, got"),
    "pixels: a number as name": (lambda: explore.pixels(UNIT, {3: INK}), r"a name in pictures must be a str"),
    "pixels: a row": (
        lambda: explore.pixels(UNIT, {"a": [0, 1]}), r"pictures\['a'\] must have shape \(rows, columns\), got \(2,\)$",
    ),
    "pixels: nothing": (lambda: explore.pixels(UNIT, {"a": [[]]}), r"pictures\['a'\] must have shape \(rows, "),
    "pixels: another shape": (
        lambda: explore.pixels(UNIT, {"a": INK, "b": [[0], [1]]}),
        r"pictures\['b'\] must have shape \(1, 2\), as the first, got \(2, 1\)$",
    ),
    "pixels: grey values": (
        lambda: explore.pixels(UNIT, {"a": [[0, 16]]}),
        r"pictures\['a'\] must hold ink from 0, white, to 1, black, got 0 to 16; did you mean pictures\['a'\] / pictures\['a'\]\.max\(\)\?$",
    ),
    "pixels: below white": (
        lambda: explore.pixels(UNIT, {"a": [[-1, 0]]}), r"pictures\['a'\] must hold ink .*, got -1 to 0$",
    ),
    "pixels: sizes": (lambda: explore.pixels(UNIT, {"a": [[0]]}), r"net must have n = \(1, 1\), got n = \(2, 1\)$"),
    "pixels: one name": (lambda: explore.pixels(UNIT, {"a": INK}, names="8"), r"names must be a pair of str"),
    "pixels: numbers": (lambda: explore.pixels(UNIT, {"a": INK}, names=(3, 8)), r"a name in names must be a str"),
    "passes: samples": (lambda: explore.passes(UNIT, X, Y), r"x must "),
    "passes: soft": (
        lambda: explore.passes(*worked_example(), loss=soft_cross_entropy), r"loss must be ",
    ),
    "chain: sizes": (lambda: explore.chain(LINE, [[1.0]], [[1]]), r"net must have n = \(1, 1, 1\)"),
    "names: samples": (lambda: explore.names(UNIT, X), r"x must "),
    "faults: unknown": (lambda: explore.faults(UNIT, X, Y, programs="XY"), r"programs must be "),
    "faults: none": (lambda: explore.faults(UNIT, X, Y, programs={}), r"programs must be "),
    "faults: no letter": (
        lambda: explore.faults(UNIT, X, Y, programs={"I": ["A"]}), r"programs must be ",
    ),
    "faults: a number": (lambda: explore.faults(UNIT, X, Y, programs=3), r"programs must be "),
    "playground: no dict": (lambda: explore.playground(moons(9, rng=0)), r"data must be a dict"),
    "playground: no data": (lambda: explore.playground({"a": X}), r"data\['a'\] must be a Dataset"),
    "playground: features": (
        lambda: explore.playground({"a": THREE}), r"data\['a'\] must have 2 features .*, got 3 and 1",
    ),
    "playground: soft": (
        lambda: explore.playground({"a": moons(9, rng=0)}, loss="soft_quadratic"), r"loss must be ",
    ),
    "playground: two outputs": (
        lambda: explore.playground({"a": TWO}), r"data\['a'\] must have 2 .*one row of labels, got 2 and 2",
    ),
    "playground: a number as name": (lambda: explore.playground({3: TWO}), r"a name in data must be a str"),
    "playground: own loss": (lambda: explore.playground(MOONS, loss=OWN_LOSS), r"loss must be cross_en"),
    "playground: identity": (
        lambda: explore.playground(MOONS, activation="identity"), r"activation must be sigmoid, tanh or",
    ),
    "playground: own": (lambda: explore.playground(MOONS, activation=OWN), r"activation must be sigmoid"),
    "playground: units": (lambda: explore.playground(MOONS, hidden=3), r"hidden must be a list of layer"),
    "playground: half": (lambda: explore.playground(MOONS, hidden=[2.5]), r"hidden\[0\] must be a whole"),
    "playground: seed": (lambda: explore.playground(MOONS, seed=None), r"seed must be a whole number, "),
    "playground: empty": (lambda: explore.playground({}), r"data must hold at least one"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    make, says = BAD[name]
    with pytest.raises((TypeError, ValueError), match=rf"^{says}"):
        make()


def test_the_state_is_plain_and_the_network_comes_back():
    net, x, y = worked_example()
    picture = explore.passes(net, x, y)
    json.dumps([picture.state, picture.given])
    for one, other in zip(picture.net.W[1:], net.W[1:], strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(picture.X, x)
    assert np.array_equal(picture.Y, y)
    picture.net = Network([None, 2 * net.W[1], net.W[2]], net.b, net.g)
    assert np.array_equal(picture.state["W"][1], 2 * net.W[1])
    assert picture.state["at"] == 0
    dark = explore.pixels(UNIT, {"a": np.array(INK), "b": [[1, 0]]})
    json.dumps([dark.state, dark.given])
    assert np.array_equal(dark.X, np.transpose(INK))
    more = explore.unit(UNIT, [[1], [2]], samples=(X, Y))
    assert np.array_equal(more.X, X)
    assert repr(picture) == "Picture('both passes, step by step')"


@pytest.mark.parametrize(("part", "what"), [("net", "network"), ("X", "X"), ("Y", "Y")])
def test_a_picture_without_a_network_or_samples_says_so(part, what):
    with pytest.raises(ValueError, match=rf"^the picture 'slope of an activation' has no {what};"):
        getattr(explore.tangent(), part)


@pytest.mark.parametrize("other", ["net", UNIT, hidden(OWN, (4, 3, 1)), hidden("tanh", (4, 3, 1))])
def test_a_picture_takes_no_other_kind_of_network(other):
    """The page has drawn a control for each number, and knows the activations of bpcore."""
    picture = explore.passes(*worked_example())
    before = picture.state
    with pytest.raises((TypeError, ValueError), match=r"^net must be a Network"):
        picture.net = other
    assert picture.state == before


def test_the_playground_is_plain_whatever_it_is_given():
    """A page reads JSON; a feature that is constant stays 0."""
    flat = Dataset(np.vstack([np.arange(6), np.ones(6)]), [[0, 1, 0, 1, 1, 0]])
    with np.errstate(all="raise"):
        picture = explore.playground(
            {"flat": flat}, hidden=np.array([3, 2]), activation=tanh, seed=np.int64(1)
        )
    json.dumps([picture.state, picture.given])
    assert picture.state["X"][1] == [0.0] * 6
    assert (picture.state["activation"], picture.state["hidden"]) == ("tanh", [3, 2])
    assert explore.playground(MOONS, hidden=()).net.n == (2, 1)


def test_what_is_given_is_not_changed():
    before = X.copy(), Y.copy()
    explore.batches(X, Y, start=[1.0, 2.0])
    explore.pulls(UNIT, X, Y)
    assert np.array_equal(X, before[0])
    assert np.array_equal(Y, before[1])


def test_no_script_has_a_name_that_nothing_uses():
    """What a file imports, it uses; what it defines, some file uses, or Python by its name."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in HERE.glob("*.js")}
    shared = "".join([*texts.values(), (HERE / "_picture.py").read_text(encoding="utf-8")])
    defined = re.compile(r"^(?:const|function|class) (\w+)", re.M)
    for kind, text in texts.items():
        imported = {
            name.strip() for names, _ in IMPORT.findall(text) for name in names[1:-1].split(",")
        }
        own = set(defined.findall(text))
        unused = {name for name in imported | own if len(re.findall(rf"\b{name}\b", text)) < 2}
        unused |= {
            name
            for name in EXPORT.findall(text)
            if name not in texts and len(re.findall(rf"\b{name}\b", shared)) < 2
        }
        assert not unused, f"{kind}.js: {sorted(unused)}"


FAR = {  # what is drawn, and the argument that is blamed where it is too far out to be drawn
    "x": [
        lambda v: explore.unit(UNIT, v * np.ones((2, 1))),
        lambda v: explore.region(init_network([2, 2, 1], rng=0), v * np.ones((2, 1))),
        lambda v: explore.names(UNIT, v * np.ones((2, 1))),
        lambda v: explore.passes(UNIT, v * np.ones((2, 1)), [[1]]),
        lambda v: explore.knob(UNIT, v * np.ones((2, 1)), [[1]]),
        lambda v: explore.fit([[v, 1.0]], [[1.0, 2.0]], w=1.0, b=0.0),
    ],
    "y": [lambda v: explore.fit([[1.0, 2.0]], [[v, 1.0]], w=1.0, b=0.0)],
    "z": [lambda v: explore.bars([[v, 1.0]], [[1, 0]]), explore.tangent],
    "X": [
        lambda v: explore.unit(UNIT, SPOT, samples=(X * v, Y)),
        lambda v: explore.pulls(UNIT, X * v, Y),
        lambda v: explore.faults(UNIT, X * v, Y),
        lambda v: explore.batches(X * v, Y, start=[0.0, 0.0]),
    ],
    "box": [
        lambda v: explore.unit(UNIT, SPOT, box=(-v, v)),
        lambda v: explore.pulls(UNIT, X, Y, box=(-1.0, v)),
        lambda v: explore.batches(X, Y, start=[0.0, 0.0], box=(-1.0, 1.0, -v, 1.0)),
        lambda v: explore.fit([[1.0]], [[2.0]], w=1.0, b=0.0, box=(-1.0, v, -1.0, 1.0)),
    ],
    "start": [
        lambda v: explore.valley(start=v), lambda v: explore.bowl(np.eye(2), [v, 1.0]),
        lambda v: explore.batches(X, Y, start=[v, 0.0]),
    ],
    "A": [lambda v: explore.bowl(np.diag([v, 1.0]), [1.0, 1.0])],
}  # fmt: skip


@pytest.mark.parametrize("name", FAR)
def test_what_is_too_far_out_to_be_drawn_is_refused_by_its_name(name):
    for make in FAR[name]:
        make(2.0)
        for far in (1e300, 1e8):
            with pytest.raises(
                ValueError, match=rf"^{name} must lie between -1e\+06 and 1e\+06, got "
            ):
                make(far)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_a_set_whose_deviation_is_lost_is_refused_by_its_name(scale):
    """It was drawn as one point in the middle."""
    data = Dataset([[scale, 2 * scale], [1.0, 2.0]], [[0, 1]])
    with pytest.raises(
        ValueError, match=r"^data\['a'\]\.X is too large or too small: its standard"
    ):
        explore.playground({"a": data})
