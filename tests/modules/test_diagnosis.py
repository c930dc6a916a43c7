# ruff: noqa: E501 - a row of a table stands on one line
"""The check of a backward pass: a right one is never blamed, a wrong one is, and in its layer."""

import copy
import functools
import re

import mpmath
import numpy as np
import pytest
import scipy.special

from bpcore import (
    Activation,
    GradientCheck,
    Gradients,
    LayerCheck,
    Loss,
    Network,
    backward,
    blobs,
    check_gradients,
    circles,
    cost,
    cross_entropy,
    flatten,
    forward,
    init_network,
    moons,
    relative_error,
    sigmoid,
    train,
    xor,
)
from bpcore._rounding import forward_rounding, rounding
from bpcore.losses import LOSSES

METHODS = ["complex", "central"]
every_method = pytest.mark.parametrize("method", METHODS)
CLOSE = {"complex": "1e-12", "central": "1e-08"}  # how a right layer is reported, at the least


def backward_with(*, part=None, slope=None, mean=None):
    """Give BP1 to BP4, written here a second time, with places to go wrong.

    part(i, name, array) changes dW[i] or db[i], slope(i, values) g'(z[i]), mean(i, name, sum, m)
    divides by m.
    """
    part = part or (lambda i, name, array: array)
    slope = slope or (lambda i, values: values)
    mean = mean or (lambda i, name, total, m: total / m)

    def own(net, cache, Y, loss):
        L, m = net.L, Y.shape[1]
        delta, dW, db = ([None] * (L + 1) for _ in range(3))
        delta[L] = loss.delta(cache.z[L], Y)
        for i in range(L, 0, -1):
            if i < L:
                slopes = slope(i, net.g[i].prime(cache.a[i]))
                delta[i] = net.W[i + 1].T @ delta[i + 1] * slopes
            dW[i] = part(i, "dW", mean(i, "dW", delta[i] @ cache.a[i - 1].T, m))
            db[i] = part(i, "db", mean(i, "db", delta[i].sum(axis=1, keepdims=True), m))
        return Gradients(dW, db, delta)

    return own


def scaled(factor, *places):
    """Multiply these parts, such as (2, "dW")."""
    return backward_with(part=lambda i, name, d: d * factor if (i, name) in places else d)


def flat_slope(*layers):
    """Leave g' out in these layers."""
    return backward_with(slope=lambda i, s: np.ones_like(s) if i in layers else s)


def wrong(outcome):
    """Name all parts that are blamed, from the top."""
    return [name for layer in outcome.layers[:0:-1] for name in layer.wrong]


def below(i, L):
    return [f"{name}[{k}]" for k in range(i, 0, -1) for name in ("dW", "db")][: 2 * L]


# A right backward pass


@every_method
@pytest.mark.parametrize("n", [[4, 3, 2, 1], [2, 3, 3, 1], [4, 3, 2, 2, 1]], ids=str)
def test_a_right_pass_is_never_blamed_on_fresh_relu_networks(n, method, record_property):
    """Biases of 0 put whole layers on the kink: those samples are left out, and it is said."""
    left_out = 0
    for seed in range(50 if method == "complex" else 25):
        rng = np.random.default_rng(seed)
        net = init_network(n, rng=rng, hidden="relu")
        X, Y = rng.normal(size=(n[0], 7)), rng.integers(0, 2, (1, 7))
        outcome = check_gradients(net, X, Y, method=method)
        record_property(f"right pass on fresh ReLU networks ({method}), relative", outcome.error)
        assert wrong(outcome) == []
        assert outcome.error <= 1e-6
        z, on_kink = forward(net, X).z, np.zeros(7, dtype=bool)
        for i in range(1, net.L):
            on_kink |= (z[i] == 0).any(axis=0)
        assert outcome.samples <= 7 - on_kink.sum()
        assert {s for *_, s in outcome.kinks} >= set(np.flatnonzero(on_kink))
        assert outcome.samples == 7 - len({s for *_, s in outcome.kinks})
        assert ("on the kink" in str(outcome)) == (outcome.samples < 7)
        left_out += 7 - outcome.samples
        grads = flatten(backward(net, forward(net, X), Y))
        if (
            outcome.samples == 7 and grads.any() and seed % 5 == 0
        ):  # and a wrong one is found there, too
            doubled = check_gradients(net, X, Y, backward=scaled(2, (net.L, "db")), method=method)
            assert wrong(doubled) == [f"db[{net.L}]"]
    assert left_out > 5


@pytest.mark.parametrize("seed", range(10))
def test_a_right_pass_of_a_trained_network_passes(seed, record_property):
    data = [moons, xor, circles, blobs][seed % 4](60, rng=seed)
    net = init_network([2, 5, 4, 1], rng=seed, hidden=["tanh", "sigmoid"][seed % 2])
    net, _ = train(net, data.X, data.Y, learning_rate=0.5, epochs=500, record=False)
    exact = check_gradients(net, data.X, data.Y)
    assert exact.passed
    record_property("right pass on trained networks (complex), relative", exact.error)
    assert exact.error <= 1e-13
    assert check_gradients(net, data.X, data.Y, method="central").passed


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("z", [37, 40, 100, 700, -37, -40, -100, -700])
def test_a_confident_sample_of_either_class(z, y, loss, record_property):
    """The error is that of the last digits, or the gradient is too small for any judgement."""
    net = Network([None, [[0.4 * z, 0.5 * z]]], [None, [[0.1 * z]]])
    outcome = check_gradients(net, [[1.0], [1.0]], [[y]], loss)
    assert wrong(outcome) == []
    record_property("right pass on confident samples (complex), relative", outcome.error)
    assert outcome.error <= 1e-13
    assert outcome.passed == (abs(z) < 700 or (y == (z < 0)) == ("cross" in loss) == 1)
    assert wrong(check_gradients(net, [[1.0], [1.0]], [[y]], loss, method="central")) == []


@functools.cache
def near_a_minimum(*n):
    data = blobs(200, rng=0)
    net = init_network(n, rng=0)
    net, _ = train(net, data.X, data.Y, learning_rate=1.0, epochs=30000, record=False)
    return net, data


@every_method
@pytest.mark.parametrize("n", [[2, 1], [2, 3, 1]], ids=str)
def test_near_a_minimum_nobody_is_blamed(n, method):
    """After 30000 steps the gradient is small: what rounding hides is said, not blamed."""
    net, data = near_a_minimum(*n)
    outcome = check_gradients(net, data.X, data.Y, method=method)
    assert wrong(outcome) == []
    assert outcome.error <= 1e-6
    blind = [layer.blind for layer in outcome.layers[1:]]
    assert outcome.passed == (not any(blind))
    if len(n) == 2:
        assert outcome.layers[1].floor > 1
        cause = "rounding" if method == "complex" else "rounding or the step h"
        assert str(outcome) == f"layer 1 cannot be judged, {cause} could hide a mistake"
    assert not check_gradients(net, data.X, data.Y, backward=scaled(1e9, (1, "dW"))).passed


@every_method
def test_where_all_samples_are_on_kinks_nothing_is_said_of_the_pass(method):
    net = Network([None, np.ones((3, 2)), np.ones((1, 3))], [None, np.zeros((3, 1)), [[0.0]]],
                  [None, "relu", "sigmoid"])  # fmt: skip
    X, Y = np.zeros((2, 4)), [[0, 1, 1, 0]]
    for own in (backward, scaled(3, (1, "dW"))):
        outcome = check_gradients(net, X, Y, backward=own, method=method)
        assert (outcome.samples, outcome.passed, outcome.error) == (0, False, 0)
        assert wrong(outcome) == []
        assert str(outcome) == (
            "layers 2, 1 cannot be judged, no sample is left; left out, as a unit sits on the kink "
            "of its activation: 4 of 4 samples, first z[1][0, 0]"
        )


def test_a_step_that_would_cross_a_kink_leaves_the_sample_out():
    """With a central difference z = 1e-6 is on the kink, with the complex step it is not."""
    W, b = [None, [[1e-6, 0.0], [1.0, 1.0]], [[1.0, -1.0]]], [None, [[0.0], [0.0]], [[0.0]]]
    net, X, Y = Network(W, b, [None, "relu", "sigmoid"]), [[1.0, 1.0], [2.0, 1.0]], [[0, 1]]
    assert check_gradients(net, X, Y).kinks == ()
    assert check_gradients(net, X, Y).passed
    assert [k[:2] for k in check_gradients(net, X, Y, method="central").kinks] == [(1, 0)] * 2
    assert check_gradients(net, X, Y, method="central", h=1e-8).kinks == ()
    far = Network([None, [[0.5, 0.0], [1.0, 1.0]], W[2]], b, net.g)
    assert check_gradients(far, X, Y, method="central").kinks == ()


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "identity"])
@pytest.mark.parametrize("h", [1e-2, 1e-3, 1e-4, None])
@pytest.mark.parametrize("scale", [1, 10, 100])
def test_a_smooth_activation_has_no_kinks(draw, hidden, h, scale):
    """However far the step goes: a slope that changes is no jump."""
    net, X, Y = draw([5, 4, 3, 1], 7, hidden=hidden)
    for method in METHODS:
        outcome = check_gradients(net, X * scale, Y, method=method, h=h)
        assert outcome.kinks == ()
        assert wrong(outcome) == [] or (h or 0) * scale > 0.01  # a step as large as the samples


def test_the_kinks_of_a_function_of_ones_own_are_found():
    leaky = Activation(
        "leaky", lambda z: np.where(z > 0, z, z / 10), lambda a: np.where(a > 0, 1, 0.1)
    )
    net = Network([None, np.eye(2), [[1.0, 2.0]]], [None, [[0.0], [0.0]], [[0.0]]], [None, leaky, "sigmoid"])  # fmt: skip
    outcome = check_gradients(net, [[1.0, 0.0, -1.0], [1.0, 2.0, 3.0]], [[0, 1, 1]])
    assert outcome.kinks == ((1, 0, 1),)
    assert outcome.passed
    assert str(outcome).endswith(": 1 of 3 samples, first z[1][0, 1]")


def test_a_layer_whose_gradient_is_zero_cannot_be_judged():
    net = Network([None, np.ones((3, 2)), np.zeros((1, 3))], [None, np.ones((3, 1)), [[0.5]]])
    X, Y = [[1.0, 2.0], [0.5, -1.0]], [[0, 1]]
    outcome = check_gradients(net, X, Y)
    assert not outcome.passed
    assert [layer.blind for layer in outcome.layers[1:]] == [True, False]
    assert str(outcome) == (
        "layer 2 right to 1e-12 (complex); layer 1 cannot be judged, its gradient is zero"
    )
    added = backward_with(part=lambda i, name, d: d + 1e-3 * (i == 1))
    assert wrong(check_gradients(net, X, Y, backward=added)) == ["dW[1]", "db[1]"]


def test_a_part_that_cannot_be_judged_is_named_though_its_layer_is_clear_beside_it():
    """Samples of 1e-8 leave db as it is and dW in the rounding; equal halves leave db 0."""
    rng = np.random.default_rng(5)
    net, Y = init_network([4, 1], rng=0), np.array([[0, 1, 1, 0, 1]])
    X = rng.normal(size=(4, 5)) * 1e-8
    outcome = check_gradients(net, X, Y, backward=scaled(1.001, (1, "dW")), method="central")
    assert not outcome.passed
    text = "dW[1] cannot be judged, rounding or the step h could hide a mistake"
    assert str(outcome) == text
    start = Network([None, np.zeros((1, 4))], [None, [[0.0]]])
    outcome = check_gradients(start, X * 1e8, [[0, 1, 1, 0, 1]], backward=scaled(1, (1, "db")))
    assert outcome.passed
    outcome = check_gradients(start, X[:, :4] * 1e8, Y[:, :4], backward=scaled(7, (1, "db")))
    assert (outcome.passed, outcome.layers[1].hidden) == (False, ("db[1]",))
    assert str(outcome) == "db[1] cannot be judged, its gradient is zero"


SOFTPLUS = Activation("softplus", lambda z: np.log1p(np.exp(z)), lambda a: 1 - np.exp(-a))
LOG_SIGMOID = Activation(  # below 0, where alone its slope is right
    "log_sigmoid", lambda z: -np.log1p(np.exp(-z)), lambda a: 1 - np.exp(a) + 0 * np.sqrt(-a)
)
PLAIN = Loss(
    "plain",
    lambda z, y: np.log1p(np.exp(z)) - y * z,
    lambda a, y: (a - y) / (a * (1 - a)),
    lambda z, y: 1 / (1 + np.exp(-z)) - y,
)


@every_method
@pytest.mark.parametrize("b", [-15.0, -12.0, -9.0, -6.0])
@pytest.mark.parametrize("hidden", [SOFTPLUS, LOG_SIGMOID], ids=repr)
@pytest.mark.parametrize("loss", ["cross_entropy", PLAIN], ids=repr)
def test_what_formulas_of_ones_own_round_off_is_not_blamed(hidden, loss, b, method):
    """1 - e^-a loses digits where a is small, a - y where the network is sure."""
    rng = np.random.default_rng(1)
    W = [None, rng.normal(size=(3, 2)), [[9.0, 10.0, 11.0]]]
    net = Network(W, [None, np.full((3, 1), b), [[-b]]], [None, hidden, "sigmoid"])
    outcome = check_gradients(net, rng.normal(size=(2, 5)), [[0, 1, 1, 0, 1]], loss, method=method)
    assert wrong(outcome) == []
    doubled = check_gradients(
        net, [[1.0], [1.0]], [[0]], loss, method=method, backward=scaled(2, (2, "db"))
    )
    assert not doubled.passed


@every_method
@pytest.mark.parametrize("loss", ["soft_cross_entropy", "soft_quadratic"])
@pytest.mark.parametrize("z", [1e-13, 1e-12, 1e-11, 1e-6])
def test_a_soft_label_that_is_met_is_not_blamed(z, loss, method):
    """There a - y is left with a few digits, in the delta and in the cost."""
    net = Network([None, [[z]]], [None, [[0.0]]])
    assert wrong(check_gradients(net, [[1.0]], [[0.5]], loss, method=method)) == []


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1e3, 1e5, 1e6, 1e8])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "identity"])
def test_a_step_is_as_large_as_samples_and_later_weights_make_it(hidden, scale, later):
    """A step of 1e-5 in a weight moves a weighted input by as much as 1e5 beside it makes of it."""
    refused = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        net = init_network([4, 3, 1], rng=rng, hidden=hidden)
        X, Y = rng.normal(size=(4, 5)), rng.integers(0, 2, (1, 5))
        W2 = net.W[2] * scale if later else net.W[2]
        X = X if later else X * scale
        small = Network([None, net.W[1] / scale, W2], net.b, net.g)
        try:
            assert wrong(check_gradients(small, X, Y, method="central")) == []
        except ValueError as error:
            refused.append(str(error).startswith("X or W is too large: the step h = 1e-05 moves"))
        if not later:  # else so small a step changes no later weight
            assert wrong(check_gradients(small, X, Y, method="central", h=1e-5 / scale)) == []
    assert all(refused)
    assert len(refused) == 10 if scale == 1e8 else scale == 1e6 or not refused


@pytest.mark.parametrize("size", [2.0, 1e4, 1e9, 1e10, 1e11, 1e12, 1e50, 1e300])
@pytest.mark.parametrize("h", [None, 1e-5, 1e-7, 1e-12, 1e-17, 1e-300])
def test_a_step_that_is_lost_beside_a_parameter_has_a_cure_that_works_or_none(size, h):
    """Said of the parameters, not of the x of `numerical_gradient`, in every road of the check."""
    net = Network(
        [None, [[1.0, 2.0], [1.0, -1.0]], [[1.0, -2.0]]], [None, [[size], [1.0]], [[0.5]]]
    )
    X, Y = [[1.0, -1.0], [0.5, 2.0]], [[0, 1]]
    try:
        check_gradients(net, X, Y, method="central", h=h)
    except ValueError as error:
        message = str(error)
        lost = rf"h must be large enough to change every parameter, up to {size:g} in size, got "
        assert message.startswith(lost), message
        if "did you mean" in message:
            proposed = float(re.search(r"; did you mean h=(.*)\?$", message)[1])
            assert proposed != (h or 1e-5)
            check_gradients(net, X, Y, method="central", h=proposed)
        else:
            assert size > 1e9
    else:
        assert (h or 1e-5) >= np.spacing(size) / 2


# A wrong one: what, where, and in which way


@every_method
def test_a_dead_layer_at_the_bottom_of_a_deep_network_is_found(draw, method):
    """Its gradient is 1e-8 of the whole, and 0 in its place an error of 1."""
    net, X, Y = draw([4, 3, 5, 3, 5, 3, 5, 3, 5, 3, 1], 7)
    outcome = check_gradients(net, X, Y, backward=scaled(0, (1, "dW"), (1, "db")), method=method)
    right = backward(net, forward(net, X), Y)
    gone = scaled(0, (1, "dW"), (1, "db"))(net, forward(net, X), Y, LOSSES["cross_entropy"])
    assert relative_error(flatten(gone), flatten(right)) < 1e-3  # what the whole vector would say
    assert wrong(outcome) == ["dW[1]", "db[1]"]
    assert (outcome.error, outcome.passed) == (1, False)
    assert f" ({method}); wrong in layer 1; " in str(outcome)
    if method == "complex":  # the other is not exact enough here to tell a ratio
        assert outcome.layers[1].ratio == 0
        assert "; backward gives 0 in every entry of layer 1; " in str(outcome)


@every_method
@pytest.mark.parametrize("factor", [40, -1, 0.5, 7, 1.001])
def test_a_factor_from_layer_2_down_is_told(draw, method, factor):
    net, X, Y = draw([5, 4, 3, 1], 7, hidden="tanh")
    own = scaled(factor, *((i, name) for i in (1, 2) for name in ("dW", "db")))
    outcome = check_gradients(net, X, Y, backward=own, method=method)
    right = backward(net, forward(net, X), Y)
    head = f"layer 3 right to {CLOSE[method]} ({method}); wrong from layer 2 down; "
    ratio = f"ratio {factor:.6g} in every entry of layer 2; worst at "
    assert str(outcome).startswith(head + ratio)
    assert wrong(outcome) == ["dW[2]", "db[2]", "dW[1]", "db[1]"]
    assert outcome.layers[2].ratio == pytest.approx(factor, rel=1e-6)
    off = np.hstack([right.dW[2].ravel(), right.db[2].ravel()])
    assert abs(outcome.numerical) == pytest.approx(np.abs(off).max(), rel=1e-6)
    assert outcome.analytic == pytest.approx(factor * outcome.numerical, rel=1e-6)


@every_method
def test_a_pass_in_float32_is_off_by_no_factor(draw, method):
    """All its ratios are 1 to seven digits, and that they are is no diagnosis."""
    net, X, Y = draw([5, 4, 3, 1], 7, hidden="tanh")

    def own(*given):
        grads = backward(*given)
        dW, db = ([None, *(d.astype("f4") for d in part[1:])] for part in (grads.dW, grads.db))
        return Gradients(dW, db, ())

    outcome = check_gradients(net, X, Y, backward=own, method=method)
    assert wrong(outcome)[0] == "dW[3]"
    assert "ratio" not in str(outcome)
    assert re.search(r"; relative error [1-9]\.\de-08 in (layer 3|dW\[3\]); ", str(outcome))


@every_method
def test_a_factor_is_told_beside_a_feature_that_is_always_zero(draw, method):
    """There both ways give 0, which is no ratio, and speaks against none."""
    net, X, Y = draw([5, 4, 1], 7, hidden="tanh")
    X[2] = 0.0
    outcome = check_gradients(net, X, Y, backward=scaled(3, (1, "dW")), method=method)
    assert wrong(outcome) == ["dW[1]"]
    assert outcome.layers[1].ratio == pytest.approx(3, rel=1e-6)


@every_method
@pytest.mark.parametrize("layers", [(1,), (2,), (1, 2), (3,), (1, 3)], ids=str)
def test_a_slope_that_is_missing_is_found_in_the_topmost_layer(draw, method, layers):
    net, X, Y = draw([6, 5, 4, 3, 1], 7)
    outcome = check_gradients(net, X, Y, backward=flat_slope(*layers), method=method)
    top = max(layers)
    assert wrong(outcome) == below(top, net.L)
    assert outcome.where.startswith((f"W[{top}]", f"b[{top}]"))
    where = f"wrong from layer {top} down" if top > 1 else "wrong in layer 1"
    assert f"; {where}; relative error " in str(outcome)
    assert outcome.layers[top].ratio is None


@every_method
@pytest.mark.parametrize("i", [1, 2, 3])
def test_a_bias_that_is_not_averaged_is_told_as_a_bias(draw, method, i):
    net, X, Y = draw([5, 4, 3, 1], 7)
    own = backward_with(mean=lambda k, name, s, m: s if (k, name) == (i, "db") else s / m)
    outcome = check_gradients(net, X, Y, backward=own, method=method)
    assert wrong(outcome) == [f"db[{i}]"]
    assert f"; wrong in layer {i}; " in str(outcome)
    assert f" in every entry of db[{i}]; worst at b[{i}][" in str(outcome) or method == "central"
    assert outcome.layers[i].ratio == pytest.approx(7) or method == "central"


@pytest.mark.parametrize(("field", "scale"), [("db", 1e3), ("dW", 1e-3)])
def test_the_error_of_one_wrong_part_is_not_hidden_by_the_length_of_the_other(draw, field, scale):
    """Of features in other units, dW is a thousand times as long as db, or as short."""
    net, X, Y = draw([5, 1], 7)
    net = Network([None, net.W[1] / scale], net.b)
    turned = lambda i, name, d: d + 0.01 * np.cos(np.arange(d.size)).reshape(d.shape) * abs(d).max()
    own = backward_with(part=lambda i, name, d: turned(i, name, d) if name == field else d)
    outcome = check_gradients(net, scale * X, Y, backward=own)
    assert wrong(outcome) == [f"{field}[1]"]
    assert 1e-3 < outcome.error == outcome.layers[1].error < 2e-2


@every_method
def test_a_factor_m_everywhere_is_told(draw, method):
    net, X, Y = draw([4, 3, 1], 7)
    own = backward_with(mean=lambda i, name, s, m: s)
    outcome = check_gradients(net, X, Y, backward=own, method=method)
    assert str(outcome).startswith("wrong from layer 2 down; ratio 7 in every entry of layer 2; ")
    alone, X, Y = draw([4, 1], 7)
    outcome = check_gradients(alone, X, Y, backward=own, method=method)
    assert str(outcome).startswith("wrong in layer 1; ratio 7 in every entry of layer 1; worst at ")


FAULTS = {  # a fault in layer i of a network with L layers: what is wrong then
    "dW scaled": (lambda i, c: scaled(c, (i, "dW")), lambda i, L: [f"dW[{i}]"]),
    "db scaled": (lambda i, c: scaled(c, (i, "db")), lambda i, L: [f"db[{i}]"]),
    "both scaled": (lambda i, c: scaled(c, (i, "dW"), (i, "db")), lambda i, L: below(i, L)[:2]),
    "both 0": (lambda i, c: scaled(0, (i, "dW"), (i, "db")), lambda i, L: below(i, L)[:2]),
    "one entry scaled": (
        lambda i, c: backward_with(part=lambda k, name, d: one_entry(d, c) if (k, name) == (i, "dW") else d),
        lambda i, L: [f"dW[{i}]"],
    ),
    "the bias averaged over the units": (
        lambda i, c: backward_with(part=lambda k, name, d: d + c * (k == i) * (name == "db")),
        lambda i, L: [f"db[{i}]"],
    ),
    "slope left out": (lambda i, c: flat_slope(i), lambda i, L: below(i, L) if i < L else []),
    "slope of another activation": (
        lambda i, c: backward_with(slope=lambda k, s: s**2 if k == i else s),
        lambda i, L: below(i, L) if i < L else [],
    ),
    "no 1/m in the weights": (
        lambda i, c: backward_with(mean=lambda k, name, s, m: s if (k, name) == (i, "dW") else s / m),
        lambda i, L: [f"dW[{i}]"],
    ),
    "m - 1": (
        lambda i, c: backward_with(mean=lambda k, name, s, m: s / (m - (k == i))),
        lambda i, L: below(i, L)[:2],
    ),
}  # fmt: skip


def one_entry(d, factor):
    d = d.copy()
    d.flat[np.abs(d).argmax()] *= factor
    return d


@pytest.mark.parametrize("fault", FAULTS)
def test_a_drawn_fault_is_found_in_its_layer_on_every_network(draw, fault):
    """100 networks of 1 to 3 layers, a fault in a drawn layer, by a drawn factor."""
    rng, seen = np.random.default_rng(len(fault)), 0
    plant, expected = FAULTS[fault]
    for seed in range(100):
        L = int(rng.integers(1, 4))
        n = [int(k) for k in rng.permutation([2, 3, 4])[:L]] + [[1, 3][seed % 4 == 0]]
        hidden = ["tanh", "sigmoid"][int(rng.integers(2))]
        loss = LOSSES[["cross_entropy", "quadratic", "soft_cross_entropy"][seed % 3]]
        net, X, Y = draw(n, 7, seed=seed, hidden=hidden, loss=loss)
        i, factor = (
            int(rng.integers(1, L + 1)),
            float(rng.choice([-1, 0.5, 1.01, 2, 1e3, 1 + 1e-6])),
        )
        own, want = plant(i, factor), expected(i, L)
        method = METHODS[seed % 8 == 0]
        outcome = check_gradients(net, X, Y, loss, backward=own, method=method)
        assert wrong(outcome) == want, (seed, outcome)
        assert outcome.passed == (not want)
        if want:
            seen += 1
            assert outcome.where.startswith((f"W[{i}]", f"b[{i}]")), (seed, outcome)
            assert outcome.error > 1e-8
            assert f"layer {i}" in str(outcome)
    assert seen > 35


@every_method
def test_check_gradients_names_the_worst_parameter(draw, method):
    net, X, Y = draw([4, 3, 1], 7)
    names = {
        "W[1][0, 3]": (1, "dW", (0, 3)),
        "b[1][2, 0]": (1, "db", (2, 0)),
        "W[2][0, 1]": (2, "dW", (0, 1)),
    }
    for name, (layer, field, k) in names.items():

        def spoiled(net, cache, Y, loss, layer=layer, field=field, k=k):
            grads = backward(net, cache, Y, loss)
            parts = {"dW": [*grads.dW], "db": [*grads.db]}
            parts[field][layer] = parts[field][layer].copy()
            parts[field][layer][k] += 0.01
            return Gradients(**parts, delta=())

        right = getattr(backward(net, forward(net, X), Y), field)[layer][k]
        outcome = check_gradients(net, X, Y, backward=spoiled, method=method)
        assert outcome.where == name
        assert outcome.analytic == right + 0.01
        assert outcome.numerical == pytest.approx(right, abs=1e-9)
        assert outcome.method == method
        assert outcome.error > 1e-4
        assert wrong(outcome) == [f"{field}[{layer}]"]
        assert all(type(v) is float for v in (outcome.error, outcome.analytic, outcome.numerical))


@pytest.mark.parametrize("scale", [1e-150, 1e-100, 1e-8, 1.0, 1e2])
@pytest.mark.parametrize("field", ["dW", "db"])
def test_the_worst_entry_is_one_of_what_is_wrong(draw, field, scale):
    """Not of what is right beside it, whose rounding may be larger, as the features are tiny."""
    net, X, Y = draw([4, 3, 1], 7)
    net = Network([None, net.W[1] / max(scale, 1.0), net.W[2]], net.b, net.g)
    outcome = check_gradients(net, X * scale, Y, backward=scaled(1.001, (1, field)))
    assert wrong(outcome) == [f"{field}[1]"]
    assert outcome.where.startswith(f"{field[1]}[1]")
    assert outcome.analytic / outcome.numerical == pytest.approx(1.001, rel=1e-9)


def layer(i, error=0.0, floor=1e-15, wrong=(), ratio=None):
    return LayerCheck(i, error, floor, wrong, ratio)


@pytest.mark.parametrize(("layers", "kinks", "samples", "text"), [
    ([layer(1, 2e-16), layer(2, 3e-13)], (), 7, "layers 2, 1 right to 1e-12 (central)"),
    (
        [layer(1, 0.5, wrong=("dW[1]", "db[1]")), layer(2, 1e-15)], (), 7,
        "layer 2 right to 1e-12 (central); wrong in layer 1; relative error 5.0e-01 in layer 1; "
        "worst at W[2][0, 1]: backward 0.5, numerical -0.25",
    ),
    (
        [layer(1, 0.5, wrong=("db[1]",)), layer(2, 1.0, wrong=("dW[2]",), ratio=1.0), layer(3)], (), 7,
        "layer 3 right to 1e-12 (central); wrong from layer 2 down; ratio 1 in every entry of dW[2]; "
        "worst at W[2][0, 1]: backward 0.5, numerical -0.25",
    ),
    (
        [layer(1), layer(2, 1.0, wrong=("dW[2]", "db[2]"), ratio=0.0)], ((1, 2, 3), (1, 0, 5)), 5,
        "layer 1 right to 1e-12 (central); wrong in layer 2; backward gives 0 in every entry of "
        "layer 2; worst at W[2][0, 1]: backward 0.5, numerical -0.25; left out, as a unit sits on the "
        "kink of its activation: 2 of 7 samples, first z[1][2, 3]",
    ),
    ([layer(1, 1.0, floor=2.0), layer(2, 1e-3, floor=0.1)], (), 7,
     "layers 2, 1 cannot be judged, rounding or the step h could hide a mistake"),
    ([layer(1, 0.0, floor=np.inf)], (), 7, "layer 1 cannot be judged, its gradient is zero"),
    (
        [layer(1, 0.0, floor=np.inf), layer(2, 0.0, floor=np.inf), layer(3)], (), 7,
        "layer 3 right to 1e-12 (central); layers 2, 1 cannot be judged, their gradients are zero",
    ),
    ([layer(1, 0.0, floor=np.inf), layer(2, 1e-3, floor=0.1)], (), 7,
     "layers 2, 1 cannot be judged, rounding or the step h could hide a mistake"),
], ids=range(8))  # fmt: skip
def test_the_report_of_a_check(layers, kinks, samples, text):
    outcome = GradientCheck((None, *layers), "W[2][0, 1]", 0.5, -0.25, "central", samples, kinks)
    assert str(outcome) == text.replace("1e-12", "1e-08")
    assert str(copy.copy(outcome)) == str(outcome)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n", [[1000, 3, 2], [4, 30, 1], [1, 1, 1]], ids=str)
def test_rounding_stays_within_its_bounds(draw, n, seed):
    """Of sums as long as a layer is wide, and of what is computed from them: against 50 digits."""
    net, X, Y = draw(n, 5, seed)
    z, a, z_error, a_error = forward_rounding(net, X)
    bounds, of_J = rounding(net, X, Y, cross_entropy)
    grads, J = backward(net, forward(net, X), Y), cost(net, X, Y)
    functions = mpmath.mpf, mpmath.exp, mpmath.log
    exact, exp, log = (np.vectorize(f, otypes=[object]) for f in functions)
    with mpmath.workdps(50):
        W, A, y = [None, *map(exact, net.W[1:])], [exact(X)], exact(Y)
        near = lambda got, want, bound: np.all(abs(got - want) <= bound)
        for i in (1, 2):
            Z = W[i] @ A[-1] + exact(net.b[i])
            A.append(1 / (1 + exp(-Z)))
            assert near(z[i], Z, z_error[i])
            assert near(a[i], A[i], a_error[i])
        delta = A[2] - y
        below = W[2].T @ delta * A[1] * (1 - A[1])
        want = [below @ A[0].T, below.sum(axis=1), delta @ A[1].T, delta.sum(axis=1)]
        want = np.concatenate([np.ravel(part) / 5 for part in want])
        assert near(flatten(Network(grads.dW, grads.db)), want, bounds)
        loss = -y * log(A[2]) - (1 - y) * log(1 - A[2])
        assert near(J, loss.sum() / 5, of_J)


def test_a_step_that_is_too_large_is_not_put_down_to_rounding_alone(draw):
    net, X, Y = draw([4, 3, 1], 7)
    outcome = check_gradients(net, X, Y, method="central", h=0.1)
    assert not outcome.passed
    text = "layers 2, 1 cannot be judged, rounding or the step h could hide a mistake"
    assert str(outcome) == text


def test_a_report_is_the_same_on_every_machine(draw):
    """Of a right pass no digit is printed that rounding decides."""
    net, X, Y = draw([5, 4, 3, 1], 7)
    for method in METHODS:
        text = str(check_gradients(net, X, Y, method=method))
        assert text == f"layers 3, 2, 1 right to {CLOSE[method]} ({method})"


def test_check_gradients_gives_a_student_what_backward_gets(draw):
    net, X, Y = draw([4, 3, 1], 7)
    seen = []

    class Answer:
        def __init__(self, grads):
            self.dW, self.db = ([None, *(p.tolist() for p in d[1:])] for d in (grads.dW, grads.db))

    def own(*args):
        seen.append(args)
        return Answer(backward(*args))

    assert check_gradients(net, X, Y.tolist(), "quadratic", backward=own).error < 1e-14
    ((got_net, cache, labels, loss),) = seen
    assert got_net is net
    assert np.array_equal(cache.a[2], forward(net, X).a[2])
    assert np.array_equal(labels, Y)
    assert loss.name == "quadratic"


def test_check_gradients_by_both_methods_and_any_step(draw):
    net, X, Y = draw([4, 3, 1], 7)
    assert check_gradients(net, X, Y).error <= 1e-15
    assert check_gradients(net, X, Y).method == "complex"
    assert check_gradients(net, X, Y, method="complex", h=1e-200).error <= 1e-15
    assert 1e-12 < check_gradients(net, X, Y, method="central").error < 1e-9
    for coarse in (
        check_gradients(net, X, Y, method="central", h=1e-2), check_gradients(net, X, Y, h=1e-2)
    ):  # fmt: skip
        assert 1e-6 < max(layer.error for layer in coarse.layers[1:]) < 1e-4
        assert wrong(coarse) == []  # the formula is off, and the check knows it
    # the loss that is checked is the loss that was asked for
    other = lambda net, cache, Y, loss: backward(net, cache, Y, "cross_entropy")
    assert check_gradients(net, X, Y, "quadratic", backward=other).error > 0.1


@pytest.mark.parametrize("h", [1e-2, 1e-4, 1e-6, 1e-8, 1e-10])
def test_no_step_blames_a_right_pass_or_misses_a_gross_fault(draw, h):
    for seed in range(4):
        net, X, Y = draw([4, 3, 2, 1], 7, seed=seed)
        for method in METHODS:
            assert wrong(check_gradients(net, X, Y, method=method, h=h)) == []
            outcome = check_gradients(net, X, Y, backward=flat_slope(1), method=method, h=h)
            assert wrong(outcome) == ["dW[1]", "db[1]"]


@every_method
@pytest.mark.parametrize("scale", [10, 30, 100])
def test_a_right_pass_on_large_features_is_not_blamed(draw, method, scale):
    """The central difference is then off by far more than usual; half the step shows it."""
    off = []
    for seed in range(6):
        net, X, Y = draw([3, 4, 1], 7, hidden="tanh", seed=seed)
        outcome = check_gradients(net, X * scale, Y, method=method)
        assert wrong(outcome) == []
        off.append(max(layer.error for layer in outcome.layers[1:]))
    assert method == "complex" or scale == 10 or max(off) > float(CLOSE[method])


def test_vanishing_gradients_are_still_compared(draw):
    """All derivatives of layer 1 below 1e-160: their squares are 0, a factor of 2 is not."""
    net, _, _ = draw([4, 3, 1], 7)
    tiny = Network([None, net.W[1], net.W[2] * 1e-170], net.b)
    X, Y = np.ones((4, 1)) * 1e-3, [[1]]
    assert 0 < np.abs(backward(tiny, forward(tiny, X), Y).dW[1]).max() < 1e-160
    assert check_gradients(tiny, X, Y).passed
    outcome = check_gradients(tiny, X, Y, backward=scaled(2, (1, "dW")))
    assert wrong(outcome) == ["dW[1]"]
    assert outcome.layers[1].ratio == pytest.approx(2)


SLOPES = {  # right activations; what the complex step makes of them
    "logaddexp": (lambda z: np.logaddexp(0, z), lambda a: 1 - np.exp(-a), TypeError),
    "expit": (scipy.special.expit, lambda a: a * (1 - a), TypeError),
    "of ours": (lambda z: 2 * sigmoid(z) - 1, lambda a: (1 - a * a) / 2, TypeError),
    "abs": (np.abs, np.ones_like, TypeError),
    "abs inside": (lambda z: z / (1 + np.abs(z)), lambda a: (1 - np.abs(a)) ** 2, ValueError),
    "sign": (lambda z: np.sign(z) * np.log1p(np.abs(z)), lambda a: np.exp(-np.abs(a)), ValueError),
    "real": (lambda z: z * np.real(z) / 2, lambda a: np.sqrt(2 * np.abs(a)), ValueError),
    "two pieces": (lambda z: np.where(z > 0, z, 0.1 * z), lambda a: np.where(a > 0, 1, 0.1), None),
    "clipped": (
        lambda z: np.clip(0.2 * z + 0.5, 0, 1), lambda a: 0.2 * ((a > 0) & (a < 1)), None
    ),
    "steep": (lambda z: np.tanh(300 * z), lambda a: 300 * (1 - a * a), None),
    "flat": (lambda z: 1 / (1 + np.exp(-z - 50)), lambda a: a * (1 - a), None),
}  # fmt: skip


@pytest.mark.parametrize("way", SLOPES)
def test_a_function_that_the_complex_step_cannot_pass_is_named(draw, way):
    """A right pass is not blamed for it, and the cure is one."""
    function, derivative, error = SLOPES[way]
    net, X, Y = draw([3, 4, 1], 7, hidden=Activation("mine", function, derivative), seed=3)
    if error:  # where the slope can be told from the output: z > 0
        net, X = Network(*([None, *map(np.abs, p[1:])] for p in (net.W, net.b)), net.g), np.abs(X)
    assert wrong(check_gradients(net, X, Y, method="central")) == []
    if error is None:
        assert wrong(check_gradients(net, X, Y)) == []
        return
    with pytest.raises(error, match=r"^function of the activation 'mine' must .*method='central'$"):
        check_gradients(net, X, Y)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_it_is_named_however_large_its_argument(size):
    function, derivative, error = SLOPES["sign"]
    mine = Activation("mine", function, derivative)
    net = Network([None, [[size]], [[1.0]]], [None, [[0.0]], [[0.0]]], [None, mine, sigmoid])
    told = "must be analytic, or the complex step finds a wrong slope "
    with pytest.raises(error, match=f"^function of the activation 'mine' {told}"):
        check_gradients(net, [[1.0, -2.0]], [[0, 1]])


@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_function_that_rounds_to_float32_is_named(draw, method):
    """Its seven digits are too few for either method: a right pass would be blamed."""
    coarse = Activation("mine", lambda z: np.tanh(z).astype(np.float32), lambda a: 1 - a * a)
    net, X, Y = draw([3, 4, 1], 7, hidden=coarse)
    with pytest.raises(ValueError, match=r"^function of the activation 'mine' must .* in float64"):
        check_gradients(net, X, Y, method=method)


@pytest.mark.parametrize(
    ("size", "error"), [(np.abs, TypeError), (lambda x: x * np.sign(x), ValueError)]
)
def test_a_loss_that_the_complex_step_cannot_pass_is_named(draw, size, error):
    off = lambda z, y: 1 / (1 + np.exp(-z)) - y
    net, X, Y = draw([3, 4, 1], 7)
    loss = Loss(
        "mine", lambda z, y: size(off(z, y)), lambda a, y: np.sign(a - y),
        lambda z, y: np.sign(off(z, y)) * sigmoid(z) * sigmoid(-z),
    )  # fmt: skip
    assert check_gradients(net, X, Y, loss, method="central").passed
    with pytest.raises(error, match=r"^function of the loss 'mine' must .*method='central'$"):
        check_gradients(net, X, Y, loss)
