"""What makes the pictures: bad input is named, the state is plain, the network comes back."""

import json
import re

import numpy as np
import pytest

from bpcore import (
    Dataset,
    Network,
    explore,
    init_network,
    moons,
    soft_cross_entropy,
    worked_example,
)
from bpcore.explore._picture import EXPORT, HERE, IMPORT

UNIT = Network([None, [[1.0, -1.0]]], [None, [[0.5]]])
LINE = Network([None, [[2.0]]], [None, [[1.0]]])
DEEP = init_network([2, 4, 3, 1], rng=0)
X, Y = np.array([[1.0, -1.0, 0.5], [0.0, 2.0, 1.0]]), np.array([[1, 0, 1]])
THREE = Dataset(np.ones((3, 2)), np.array([[0, 1]]))

BAD = {
    "unit: other sizes": (lambda: explore.unit(DEEP, [[1], [2]]), r"net must have n = \(2, 1\)"),
    "unit: no network": (lambda: explore.unit("net", [[1], [2]]), r"net must be a Network"),
    "unit: two samples": (lambda: explore.unit(UNIT, X), r"x must "),
    "unit: a label": (lambda: explore.unit(UNIT, [[1], [2]], label=3), r"label must be a str"),
    "unit: samples": (lambda: explore.unit(UNIT, [[1], [2]], samples=(X, Y[0])), r"Y must "),
    "region: deep": (lambda: explore.region(DEEP, [[1], [2]]), r"net must have one hidden layer"),
    "region: three inputs": (
        lambda: explore.region(init_network([3, 2, 1], rng=0), [[1], [2]]), r"net must have n = ",
    ),
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
    "valley: unknown": (lambda: explore.valley(["x³"]), r"curves must be some of"),
    "valley: none": (lambda: explore.valley([]), r"curves must be some of"),
    "valley: threshold": (lambda: explore.valley(threshold=1), r"threshold must be a bool"),
    "bowl: shape": (lambda: explore.bowl(np.eye(3), [1, 2]), r"A must be a symmetric matrix"),
    "bowl: tilted": (lambda: explore.bowl([[1, 2], [0, 1]], [1, 2]), r"A must be a symmetric"),
    "bowl: start": (lambda: explore.bowl(np.eye(2), [1, 2, 3]), r"start must have shape \(2,\)"),
    "batches: start": (lambda: explore.batches(X, Y, start=[1.0]), r"start must have shape \(2,\)"),
    "batches: size": (lambda: explore.batches(X, Y, start=[1, 1], sizes=[4]), r"sizes must be "),
    "batches: none": (lambda: explore.batches(X, Y, start=[1, 1], sizes=[]), r"sizes must be "),
    "difference: h": (lambda: explore.difference(1.0, h=-1.0), r"h must be "),
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
        lambda: explore.playground({"a": THREE}), r"data\['a'\] must have 2 features, got 3",
    ),
    "playground: soft": (
        lambda: explore.playground({"a": moons(9, rng=0)}, loss="soft_quadratic"), r"loss must be ",
    ),
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
    more = explore.unit(UNIT, [[1], [2]], samples=(X, Y))
    assert np.array_equal(more.X, X)
    assert repr(picture) == "Picture('both passes, step by step')"


def test_a_picture_without_a_network_says_so():
    with pytest.raises(ValueError, match=r"^the picture 'slope of an activation' has no network"):
        _ = explore.tangent().net


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
