"""Functions of the user's: whatever is wrong with one is said, by its name, on every road."""

import functools
import inspect
import math
import pickle
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import scipy.special

import bpcore
from bpcore import (
    Activation,
    Gradients,
    Loss,
    Network,
    accuracy,
    backward,
    backward_theta,
    check_gradients,
    complex_step_gradient,
    cost,
    cross_entropy,
    descend,
    explore,
    flatten,
    fold,
    forward,
    forward_theta,
    identity,
    init_network,
    numerical_gradient,
    per_sample_gradients,
    plots,
    predict,
    quadratic,
    relu,
    sigmoid,
    sweep,
    tanh,
    train,
)

M = 6
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, M)), np.array([[0, 1, 1, 0, 1, 0]])
MANY = np.tile(X, 172), np.tile(Y, 172)  # more than a block
BIAS = RNG.normal(size=(3, 1))
WAYS = {"learning_rate": 0.5, "epochs": 2}


def net_of(g, loss=None):
    start = init_network([4, 3, 2, 1], rng=0, hidden=g)
    return Network(start.W, [None, BIAS, start.b[2], start.b[3]], start.g)


def theta_of(g):
    return fold(net_of(g)), net_of(g).g


def numbers(grads):
    return np.concatenate([p.ravel() for p in (*grads.dW[1:], *grads.db[1:], *grads.delta[1:])])


def end(result):
    net, history = result
    return np.concatenate([flatten(net), history.cost, history.accuracy])


# What the functions of an activation g and of a loss go through: road -> numbers, given both.
FORWARD = {
    "forward": lambda g, loss: forward(net_of(g), X).a[3],
    "predict": lambda g, loss: predict(net_of(g), X),
    "accuracy": lambda g, loss: accuracy(net_of(g), X, Y),
    "forward_theta": lambda g, loss: forward_theta(theta_of(g)[0], X, theta_of(g)[1]).a[3],
}
COST = {
    "cost": lambda g, loss: cost(net_of(g), X, Y, loss),
    "train, recorded": lambda g, loss: end(train(net_of(g), X, Y, **WAYS, loss=loss)),
    "batches, recorded": lambda g, loss: end(
        train(net_of(g), X, Y, **WAYS, loss=loss, batch_size=4, rng=0)
    ),
    "blocks, recorded": lambda g, loss: end(train(net_of(g), *MANY, **WAYS, loss=loss)),
    "sweep": lambda g, loss: np.hstack([
        (s := sweep(net_of(g), X, Y, learning_rates=[0.5, 1.0], steps=2, loss=loss)).cost.ravel(),
        s.net.W[1].ravel(),
    ]),
    "check_gradients": lambda g, loss: (
        check_gradients(net_of(g), X, Y, loss, method="central").numerical
    ),
}  # fmt: skip
BACKWARD = {
    "backward": lambda g, loss: numbers(
        backward(net_of(g), forward(net_of(g), X), Y, loss)
    ),
    "per_sample_gradients": lambda g, loss: numbers(per_sample_gradients(net_of(g), X, Y, loss)),
    "backward_theta": lambda g, loss: np.concatenate([t.ravel() for t in backward_theta(
        theta_of(g)[0], forward_theta(theta_of(g)[0], X, theta_of(g)[1]), Y, loss, theta_of(g)[1]
    )[1:]]),
    "train": lambda g, loss: end(train(net_of(g), X, Y, **WAYS, loss=loss, record=False)),
    "batches": lambda g, loss: end(
        train(net_of(g), X, Y, **WAYS, loss=loss, record=False, batch_size=4, rng=0)
    ),
    "stochastic": lambda g, loss: end(
        train(net_of(g), X, Y, **WAYS, loss=loss, record=False, batch_size=1, rng=0)
    ),
    "blocks": lambda g, loss: end(train(net_of(g), *MANY, **WAYS, loss=loss, record=False)),
    "large batches": lambda g, loss: end(
        train(net_of(g), *MANY, **WAYS, loss=loss, record=False, batch_size=1030, rng=0)
    ),
    "sweep": COST["sweep"],
    "check_gradients": COST["check_gradients"],
}  # fmt: skip
COMPLEX = {"complex": lambda g, loss: check_gradients(net_of(g), X, Y, loss).numerical}
ROADS = FORWARD | COST | BACKWARD
Z, A = X[:3], sigmoid(X[:3])
PARTS = {  # function: (one that is right, the roads that use it)
    "activation function": (np.tanh, {"g(z)": lambda g, loss: g(Z)} | ROADS | COMPLEX),
    "activation derivative": (
        lambda a: 1 - a * a,
        {"g.prime(a)": lambda g, loss: g.prime(A)} | BACKWARD,
    ),
    "loss function": (
        cross_entropy.function,
        {"loss(z, y)": lambda g, loss: loss(X[:1], Y)} | COST | COMPLEX,
    ),
    "loss derivative": (
        cross_entropy.derivative,
        {"grad_a": lambda g, loss: loss.grad_a(sigmoid(X[:1]), Y)},
    ),
    "loss delta_function": (
        cross_entropy.delta_function,
        {"delta": lambda g, loss: loss.delta(X[:1], Y)} | BACKWARD,
    ),
}


def in_place(array):
    array *= 2
    return array


BAD = {  # what becomes of a right result
    "one row": lambda v: np.linalg.norm(np.vstack([v, v]), axis=0)[None, :-1],
    "a row more": lambda v: np.vstack([v, v[:1]]),
    "a column less": lambda v: v[:, 1:],
    "transposed": lambda v: np.vstack([v, v]).T,
    "flat": np.ravel,
    "one number": lambda v: float(np.real(v).mean()),
    "a column": lambda v: [[1.0]] * 5,
    "an axis more": lambda v: v[None],
    "empty": lambda v: [],
    "text": lambda v: "abc",
    "an array of text": lambda v: np.full(v.shape, "1.0"),
    "dates": lambda v: np.full(v.shape, "2026-01-01", dtype="datetime64[D]"),
    "None": lambda v: None,
    "objects": lambda v: np.full(v.shape, None),
    "ragged": lambda v: [[1.0], [1.0, 2.0]],
    "ragged arrays": lambda v: [v[0], v[0, 1:]],
    "ragged, complex": lambda v: [[1j], [1.0, 2.0]],
    "a function": lambda v: np.tanh,
    "a dict": lambda v: {"a": v},
    "a generator": lambda v: (x for x in v),
    "a set": lambda v: {1.0, 2.0},
    "float16": lambda v: np.real(v).astype(np.float16),
    "longdouble": lambda v: np.real(v).astype(np.longdouble),
    "masked": lambda v: np.ma.array(v, mask=True),
    "sparse": lambda v: scipy.sparse.csr_matrix((3, 4)),
    "a matrix": lambda v: v.view(np.matrix) if v.ndim == 2 else None,
}
REAL_ONLY = {"complex": lambda v: v + 0j, "imaginary": lambda v: 1j * v}
SLIPS = {  # what is done to the first argument
    "multiplied in place": lambda f: lambda *v: f(in_place(v[0]), *v[1:]),
    "written to": lambda f: lambda *v: (v[0].__setitem__((0, 0), 1.0), f(*v))[1],
    "filled": lambda f: lambda *v: (v[0].fill(0), f(*v))[1],
    "sorted": lambda f: lambda *v: (v[0].sort(), f(*v))[1],
    "clipped": lambda f: lambda *v: (np.clip(v[0], 0, 1, out=v[0]), f(*v))[1],
    "flat": lambda f: lambda *v: (v[0].flat.__setitem__(0, 1.0), f(*v))[1],
    "shuffled": lambda f: lambda *v: (np.random.default_rng(0).shuffle(v[0]), f(*v))[1],
    "copied": lambda f: lambda *v: (np.copyto(v[0], 0), f(*v))[1],
}


def with_part(part, function):
    """Give an activation and a loss, one part of which is the given function."""
    kind, field = part.split()
    g, loss = {"function": np.tanh, "derivative": lambda a: 1 - a * a}, vars(cross_entropy).copy()
    (g if kind == "activation" else loss)[field] = function
    return Activation("mine", **{k: g[k] for k in g}), Loss(**loss | {"name": "yours"})


def blamed(call, part):
    """Assert that the error names the function; give its text."""
    kind, field = part.split()
    owner = {"activation": "'mine'", "loss": "'yours'"}[kind]
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    message = str(caught.value)
    assert f"{field} of the {kind} {owner}" in message, message
    assert "did you mean" not in message, message  # there is no code for it to be typed in
    return message


USUAL = ("one row", "transposed", "flat", "one number", "text", "None", "ragged", "complex")
QUICK = ("g(z)", "g.prime(a)", "loss(z, y)", "delta", "grad_a", "cost", "train", "complex")


@pytest.mark.parametrize("bad", BAD | REAL_ONLY)
@pytest.mark.parametrize("part", PARTS)
def test_a_bad_result_is_refused_on_every_road(part, bad):
    """The usual slips on every road, the others at every entrance."""
    right, roads = PARTS[part]
    if bad not in USUAL:
        roads = {road: call for road, call in roads.items() if road in QUICK}
    change = (BAD | REAL_ONLY)[bad]
    g, loss = with_part(part, lambda *v: change(right(*v)))
    for road, call in roads.items():
        if road != "complex" or bad in BAD:
            blamed(lambda call=call: call(g, loss), part)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("part", ["activation function", "loss function"])
def test_a_result_that_is_bad_for_complex_arguments_only(part, bad):
    right, _ = PARTS[part]
    change = BAD[bad]
    g, loss = with_part(part, lambda *v: change(right(*v)) if np.iscomplexobj(v[0]) else right(*v))
    blamed(lambda: COMPLEX["complex"](g, loss), part)
    assert np.isfinite(ROADS["cost"](g, loss))


@pytest.mark.parametrize("bad", ["one row", "ragged"])
@pytest.mark.parametrize("call", [3, 4, 5, 8, 13])
def test_a_result_that_is_bad_later_on(bad, call):
    """After the recording, too: every result is looked at."""
    calls = []

    def late(z):
        calls.append(z)
        return BAD[bad](np.tanh(z)) if len(calls) == call else np.tanh(z)

    g, loss = with_part("activation function", late)
    ways = WAYS | {"epochs": 9, "loss": loss}
    for run in (
        lambda: train(net_of(g), X, Y, **ways),
        lambda: train(net_of(g), X, Y, **ways, batch_size=4, rng=0),
        lambda: train(net_of(g), *MANY, **ways),
        lambda: sweep(net_of(g), X, Y, learning_rates=[0.5], steps=9, loss=loss),
    ):
        calls.clear()
        blamed(run, "activation function")
        assert len(calls) == call


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("part", PARTS)
def test_an_argument_cannot_be_changed_on_any_road(part, slip):
    right, roads = PARTS[part]
    g, loss = with_part(part, SLIPS[slip](right))
    for road, call in roads.items():
        if slip == "multiplied in place" or road in QUICK:
            message = blamed(lambda call=call: call(g, loss), part)
            assert "must not change its argument" in message


def test_a_loss_sees_logits_and_labels_of_one_shape():
    """On every road, also where it is only tried."""

    def own(z, y):
        assert z.shape == y.shape
        return cross_entropy.function(z, y)

    g, loss = with_part("loss function", own)
    for call in PARTS["loss function"][1].values():
        call(g, loss)


def test_the_labels_cannot_be_changed_either():
    def spoil(z, y):
        y[:] = 1
        return cross_entropy.function(z, y)

    g, loss = with_part("loss function", spoil)
    labels = Y.copy()
    for call in (COST | COMPLEX).values():
        blamed(lambda call=call: call(g, loss), "loss function")
    assert np.array_equal(Y, labels)


@pytest.mark.parametrize("part", PARTS)
def test_an_error_of_the_function_is_its_own(part):
    def fails(*v):
        raise ZeroDivisionError("mine")

    _, roads = PARTS[part]
    g, loss = with_part(part, fails)
    for call in roads.values():
        with pytest.raises(ZeroDivisionError, match=r"^mine$"):
            call(g, loss)


@pytest.mark.parametrize("part", PARTS)
def test_another_number_of_arguments_is_said_on_every_road(part):
    _, roads = PARTS[part]
    count = "1 argument" if part.startswith("activation") else "2 arguments"
    for wrong in (lambda: 0.0, lambda *, u: u, lambda p, q, r: p):
        g, loss = with_part(part, wrong)
        for call in roads.values():
            assert f" must take {count}: " in blamed(functools.partial(call, g, loss), part)


ASKED = {  # the other functions of a user: the number of arguments, and a call
    "callback": (3, lambda f: train(net_of(tanh), X, Y, **WAYS, callback=f)),
    "backward": (4, lambda f: check_gradients(net_of(tanh), X, Y, backward=f)),
    "f": (1, lambda f: descend(f, np.cos, 1.0, learning_rate=0.1, steps=1)),
    "grad": (1, lambda f: descend(np.sin, f, 1.0, learning_rate=0.1, steps=1)),
    "f, differences": (1, lambda f: numerical_gradient(f, [1.0])),
    "f, complex": (1, lambda f: complex_step_gradient(f, [1.0])),
    "draw": (1, lambda f: explore.frames(f, [1], label="k", alt=str)),
    "draw, twice": (2, lambda f: explore.grid(f, [1], [2], labels=("u", "v"), alt="{}{}".format)),
    "alt": (1, lambda f: explore.frames(lambda v: plots.plt.figure(), [1], label="k", alt=f)),
    "form": (1, lambda f: explore.frames(
        lambda v: plots.plt.figure(), [1], label="k", alt=str, form=f)),
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_another_number_of_arguments_is_said_of_every_function(asked):
    n, call = ASKED[asked]
    count = f"{n} argument{'s' * (n > 1)}"
    for wrong in (lambda: 0.0, lambda *, u: u, lambda p, q, r, s, t: p):
        with pytest.raises(TypeError, match=rf"^{asked.split(',')[0]} must take {count}: [^;]*$"):
            call(wrong)

    def fails(*v):
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        call(fails)


def test_a_function_of_c_that_does_not_tell_keeps_its_error():
    with pytest.raises(TypeError, match=r"^dict expected at most 1 argument, got 3$"):
        train(net_of(tanh), X, Y, **WAYS, callback=dict)


@pytest.mark.parametrize("mix", [
    lambda v: np.exp(v) / np.exp(v).sum(axis=0), lambda v: v[::-1], lambda v: v - v.mean(),
    lambda v: v / np.linalg.norm(v, axis=1, keepdims=True),
], ids=["softmax", "order", "mean", "norm"])  # fmt: skip
def test_what_mixes_units_or_samples_is_the_same_in_a_sweep(mix):
    """Each network of a stack by itself: the function sees what it sees in `train`."""
    g, rates = Activation("mixed", mix, np.ones_like), [0.5, 1.0]
    runs = sweep(net_of(g), X, Y, learning_rates=rates, steps=3)
    for k, rate in enumerate(rates):
        _, history = train(net_of(g), X, Y, learning_rate=rate, epochs=3)
        np.testing.assert_allclose(runs.cost[k], history.cost, rtol=1e-13)


@pytest.mark.parametrize("one", [
    lambda t: max(t, 0), lambda t: t if t > 0 else 0, lambda t: 1 / (1 + math.exp(-t)), math.tanh,
], ids=["max", "if", "math", "builtin"])  # fmt: skip
@pytest.mark.parametrize("part", PARTS)
def test_a_function_of_one_number_gets_its_cure_on_every_road(part, one):
    """As a beginner writes it; ``otypes``, as the type of the first result is that of all."""
    kind, field = part.split()
    function = one if kind == "activation" else lambda t, y: one(t) * (1 if y == 1 else 2)
    g, loss = with_part(part, function)
    cured = with_part(part, np.vectorize(function, otypes=[float]))
    for road, call in PARTS[part][1].items():
        if road in ("per_sample_gradients", "stochastic"):
            continue  # an array of one number passes for a number
        with pytest.raises(TypeError) as caught:
            call(g, loss)
        assert str(caught.value).startswith(f"{field} of the {kind} ")
        assert f" must take whole arrays: {caught.value.__cause__}; did you mean " in str(
            caught.value
        )
        assert str(caught.value).endswith(f" np.vectorize({field}, otypes=[float])?")
        if road != "complex":
            assert np.isfinite(call(*cured)).all()


def test_a_gradient_of_one_number_gets_its_cure():
    ways = {"learning_rate": 0.1, "steps": 2}
    grad = lambda x: 2 * x if x > 0 else 0
    with pytest.raises(TypeError, match=r"^grad must take whole arrays: .* np\.vectorize\(grad, "):
        descend(lambda x: float(x @ x), grad, [1.0, -2.0], **ways)
    path = descend(lambda x: float(x @ x), np.vectorize(grad, otypes=[float]), [1.0, -2.0], **ways)
    assert np.array_equal(path.x[1], [0.8, -2.0])


@pytest.mark.parametrize("part", PARTS)
def test_nan_is_no_number_on_any_road(part):
    """A function that gives nan for finite numbers is blamed, and not the size of X."""
    right, roads = PARTS[part]
    g, loss = with_part(part, lambda *v: np.where(np.real(v[0]) > 0, np.nan, right(*v)))
    for road, call in roads.items():
        if road not in ("g(z)", "g.prime(a)", "loss(z, y)", "delta", "grad_a"):
            blamed(lambda call=call: call(g, loss), part)


@pytest.mark.parametrize("part", [part for part, (_, roads) in PARTS.items() if "train" in roads])
def test_nan_under_way_ends_a_run_and_loses_nothing(part):
    """At the start it is an error; later it is divergence, and the last network is kept."""
    right, _ = PARTS[part]
    calls = []

    def late(*v):
        calls.append(v)
        return right(*v) * (np.nan if len(calls) > 30 else 1.0)

    g, loss = with_part(part, late)
    ways = WAYS | {"epochs": 60, "loss": loss}
    for size in (None, 4):
        calls.clear()
        net, history = train(net_of(g), X, Y, **ways, batch_size=size, rng=0)
        assert 0 < history.steps < 60 * (1 if size is None else 3)
        assert "diverged at step" in history.report
        assert all(np.isfinite(W).all() for W in net.W[1:])
        assert np.isfinite(history.cost).all()
        assert net.g == net_of(g).g
    calls.clear()
    result = sweep(net_of(g), X, Y, learning_rates=[0.1, 0.5], steps=60, loss=loss)
    assert all(0 < k < 60 for k in result.diverged_at)
    assert all(np.isfinite(W).all() for W in result.net.W[1:])


# Good functions, written in every way


def loop(function):
    """Make a function of one number one of an array, as a beginner would."""
    return lambda *v: [
        [function(*map(float, entry)) for entry in zip(*row, strict=True)]
        for row in zip(*v, strict=True)
    ]


def by_index(z):
    out = np.zeros_like(z)
    out[z > 0] = z[z > 0]
    return out


@dataclass
class Buffered:
    """A function that gives the same memory every time."""

    function: object

    def __post_init__(self):
        self.rooms = {}

    def __call__(self, *v):
        result = self.function(*v)
        room = self.rooms.setdefault((result.shape, result.dtype), np.empty_like(result))
        room[...] = result
        return room


class Methods:
    """A class of the user's with the functions as methods."""

    def g(self, z):
        return np.tanh(z)

    @staticmethod
    def prime(a):
        return 1 - a * a


def slope(a):
    return 1 - a * a


GOOD = {  # function, derivative, the activation of ours whose numbers it gives
    "lambda": (lambda z: np.tanh(z), lambda a: 1 - a * a, tanh),
    "ufunc": (np.tanh, slope, tanh),
    "where": (lambda z: np.where(z > 0, z, 0.0), lambda a: np.where(a > 0, 1, 0), relu),
    "boolean index": (by_index, lambda a: by_index(np.sign(a)), relu),
    "boolean result": (by_index, lambda a: a > 0, relu),
    "integers": (by_index, lambda a: (a > 0).astype(int), relu),
    "reused memory": (Buffered(np.tanh), Buffered(slope), tanh),
    "its own argument": (lambda z: z, np.ones_like, identity),
    "a view of its argument": (lambda z: z[:], lambda a: np.broadcast_to(1.0, a.shape), identity),
    "Fortran order": (lambda z: np.asfortranarray(np.tanh(z)), lambda a: slope(a.T).T, tanh),
    "negative strides": (lambda z: np.tanh(z[::-1, ::-1])[::-1, ::-1], slope, tanh),
    "a list": (lambda z: np.tanh(z).tolist(), lambda a: slope(a).tolist(), tanh),
    "a frame": (lambda z: pd.DataFrame(np.tanh(z)), lambda a: pd.DataFrame(slope(a)), tanh),
    "no hole in the mask": (lambda z: np.ma.array(np.tanh(z)), slope, tanh),
    "methods": (Methods().g, Methods.prime, tanh),
    "partial": (functools.partial(np.multiply, 1.0), np.ones_like, identity),
    "bare functions of ours": (tanh.function, tanh.derivative, tanh),
    "two of ours mixed": (sigmoid.function, lambda a: sigmoid.derivative(a), sigmoid),
    "a copy that is changed": (lambda z: np.tanh(in_place(z.copy()) / 2), slope, tanh),
    "pieces put together": (
        lambda z: np.concatenate([np.tanh(z[..., :1, :]), np.tanh(z[..., 1:, :])], axis=-2),
        slope, tanh,
    ),
}  # fmt: skip
REAL = {  # for these complex numbers do not exist
    "branches": (
        loop(lambda t: math.tanh(t) if t > 0 else -math.tanh(-t)), loop(lambda a: 1 - a * a), tanh
    ),
    "a loop with a test": (
        loop(lambda t: t if t > 0 else 0.0), loop(lambda a: 1 if a > 0 else 0), relu
    ),
    "expit": (scipy.special.expit, lambda a: a * (1 - a), sigmoid),
    "objects of ours": (sigmoid, sigmoid.prime, sigmoid),
    "vectorize": (np.vectorize(math.tanh), np.vectorize(lambda a: 1 - a * a), tanh),
}  # fmt: skip


@functools.cache
def of_ours(road, g, loss):
    """Give what a road gives for an activation and a loss of ours."""
    return (ROADS | COMPLEX)[road](g, loss)


@pytest.mark.parametrize("way", GOOD | REAL)
def test_a_good_activation_gives_our_numbers_on_every_road(way):
    """To 1e-13, whatever it does inside, and whatever it gives that is an array of numbers."""
    function, derivative, ours = (GOOD | REAL)[way]
    own = Activation("own", function, derivative)
    roads = ROADS | (COMPLEX if way in GOOD else {})
    for road in ("batches, recorded", "blocks, recorded", "large batches"):
        del roads[road]
    for road, call in roads.items():
        want, got = of_ours(road, ours, cross_entropy), call(own, cross_entropy)
        tol = 1e-9 if road == "check_gradients" else 1e-13  # a difference of two costs
        np.testing.assert_allclose(got, want, rtol=tol, atol=1e-15, err_msg=road)
    assert np.array_equal(own(Z), ours(Z)) or way in ("branches", "expit", "vectorize")
    assert np.abs(own.prime(A) - ours.prime(A)).max() <= 1e-15


GOOD_LOSSES = {
    "lambda": (
        lambda z, y: np.logaddexp(0, (1 - 2 * y) * z),
        lambda z, y: 1 / (1 + np.exp(-z)) - y, cross_entropy,
    ),
    "boolean index": (
        lambda z, y: np.where(y == 1, 0, z) + np.log1p(np.exp(-z)),
        lambda z, y: np.where(y == 1, -1 / (1 + np.exp(z)), 1 / (1 + np.exp(-z))), cross_entropy,
    ),
    "loops": (
        loop(lambda z, y: math.log1p(math.exp(-z if y else z))),
        loop(lambda z, y: -1 / (1 + math.exp(z)) if y else 1 / (1 + math.exp(-z))), cross_entropy,
    ),
    "reused memory": (
        Buffered(quadratic.function), Buffered(quadratic.delta_function), quadratic,
    ),
    "methods of ours": (quadratic.function, quadratic.delta, quadratic),
    "bare functions of ours": (quadratic.function, quadratic.delta_function, quadratic),
    "lists": (
        lambda z, y: quadratic.function(z, y).tolist(),
        lambda z, y: quadratic.delta_function(z, y).tolist(), quadratic,
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", GOOD_LOSSES)
def test_a_good_loss_gives_our_numbers_on_every_road(way):
    function, delta, ours = GOOD_LOSSES[way]
    own = Loss("own", function, ours.derivative, delta)
    for road, call in ROADS.items():
        want, got = of_ours(road, tanh, ours), call(tanh, own)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14, err_msg=road)
    np.testing.assert_allclose(own(X[:1], Y), ours(X[:1], Y), rtol=1e-13)
    np.testing.assert_allclose(own.delta(X[:1], Y), ours.delta(X[:1], Y), rtol=1e-13)


# The other functions that a user hands in

POINTS = {"a number": 1.0, "a vector": [1.0, 2.0]}
BAD_NUMBERS = {
    "an array of one": lambda v: np.array([1.0]), "an array of two": lambda v: np.array([1.0, 2.0]),
    "a list": lambda v: [1.0], "text": lambda v: "1.0", "None": lambda v: None,
    "complex": lambda v: 1.0 + 0j, "ragged": lambda v: [[1.0], [1.0, 2.0]], "a dict": lambda v: {},
    "a function": lambda v: math.sin, "a set": lambda v: {1.0}, "an object": lambda v: object(),
    "empty": lambda v: [], "a date": lambda v: np.datetime64("2026-01-01"),
    "a row": lambda v: np.array([[1.0]]),
}  # fmt: skip
BAD_POINTS = {k: v for k, v in BAD_NUMBERS.items() if k not in ("an array of two", "a list")} | {
    "three": lambda v: [1.0, 2.0, 3.0], "in a row": lambda v: np.reshape(v, (1, -1)),
}  # fmt: skip


def square(x):
    return (np.asarray(x) ** 2).sum()


NUMBERS = {  # functions that give one number
    "f of descend": lambda f, x: descend(f, lambda x: 2 * x, x, learning_rate=0.1, steps=3),
    "f of numerical_gradient": lambda f, x: numerical_gradient(f, x),
    "f of complex_step_gradient": lambda f, x: complex_step_gradient(f, x),
}


@pytest.mark.parametrize("bad", BAD_NUMBERS)
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("road", NUMBERS)
def test_a_function_must_give_one_number(road, point, bad):
    """At the first point and at later ones."""
    if (road, bad) == ("f of complex_step_gradient", "complex"):
        return
    for first in (1, 2, 3, 4):
        calls = []

        def f(x, first=first, calls=calls):
            calls.append(x)
            return BAD_NUMBERS[bad](x) if len(calls) >= first else square(x)

        if first > 1 and road != "f of descend":
            continue
        with pytest.raises((ValueError, TypeError), match=r"^(what )?f\b"):
            NUMBERS[road](f, POINTS[point])


@pytest.mark.parametrize("bad", BAD_POINTS)
@pytest.mark.parametrize("point", POINTS)
def test_a_gradient_must_have_the_shape_of_the_point(point, bad):
    if (point, bad) == ("a number", "in a row"):
        return
    for first in (1, 2, 3):
        calls = []

        def grad(x, first=first, calls=calls):
            calls.append(x)
            return BAD_POINTS[bad](x) if len(calls) >= first else 2 * x

        with pytest.raises((ValueError, TypeError), match=r"^(what )?grad\b"):
            descend(square, grad, POINTS[point], learning_rate=0.1, steps=3)


def test_points_cannot_be_changed_by_the_functions():
    for slip in ("multiplied in place", "filled", "sorted", "copied"):
        with pytest.raises(ValueError, match=r"^grad must not change its argument"):
            descend(square, SLIPS[slip](lambda x: 2 * x), [1.0, 2.0], learning_rate=0.1, steps=3)
        with pytest.raises(ValueError, match=r"^f must not change its argument"):
            descend(SLIPS[slip](square), lambda x: 2 * x, [1.0, 2.0], learning_rate=0.1, steps=3)
        x = np.array([1.0, 2.0])  # the points of these are f's own
        for method in (numerical_gradient, complex_step_gradient):
            method(SLIPS["filled"](square), x)
            assert x.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("f", [
    lambda x: float(square(x)), lambda x: square(x), lambda x: np.array(square(x)),
    lambda x: np.float32(1.0), lambda x: 1, lambda x: True,
], ids=["float", "float64", "0-d", "float32", "int", "bool"])  # fmt: skip
def test_one_number_of_any_kind_will_do(f):
    for x in POINTS.values():
        assert descend(f, lambda x: 2 * x, x, learning_rate=0.1, steps=2).f.shape == (3,)
        if np.asarray(f(x)).dtype != np.float32:  # there the step would be lost
            assert numerical_gradient(f, x).shape == np.shape(x)


@pytest.mark.parametrize("grad", [
    lambda x: (2 * x).tolist(), lambda x: tuple(2 * x), lambda x: pd.Series(2 * x),
    Buffered(lambda x: 2 * x), lambda x: [int(2 * t) for t in x],
], ids=["list", "tuple", "series", "reused memory", "integers"])  # fmt: skip
def test_a_gradient_of_any_kind_will_do(grad):
    path = descend(square, grad, [1.0, 2.0], learning_rate=0.5, steps=2)
    assert np.array_equal(path.x, [[1, 2], [0, 0], [0, 0]])


RIGHT = backward(net_of(tanh), forward(net_of(tanh), X), Y)


def grads_with(layer, part, value):
    """Give the right gradients with one part in the place of another."""
    parts = {"dW": [*RIGHT.dW], "db": [*RIGHT.db]}
    parts[part][layer] = value(parts[part][layer])
    return Gradients(**parts, delta=())


BAD_GRADIENTS = {
    "None": lambda: None, "text": lambda: "dW", "a tuple": lambda: (RIGHT.dW, RIGHT.db),
    "a dict": lambda: {"dW": RIGHT.dW, "db": RIGHT.db}, "a vector": lambda: flatten(RIGHT),
    "a list too short": lambda: Gradients(RIGHT.dW[:3], RIGHT.db[:3], ()),
    "no None": lambda: Gradients(RIGHT.dW[1:], RIGHT.db[1:], ()),
    "not lists": lambda: Gradients(3.0, None, ()),
    **{
        f"{bad} in {part}[2]": functools.partial(grads_with, 2, part, BAD[bad])
        for bad in BAD for part in ("dW", "db") if (bad, part) not in {("one row", "db")}
    },
    "complex": lambda: grads_with(1, "dW", lambda v: v + 0j),
    "nan": lambda: grads_with(3, "dW", lambda v: v * np.nan),
    "inf": lambda: grads_with(1, "db", lambda v: v + np.inf),
}  # fmt: skip


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("bad", BAD_GRADIENTS)
def test_a_backward_pass_must_give_gradients(bad, method):
    with pytest.raises(
        (ValueError, TypeError), match=r"^(backward|what backward|d[Wb])\b"
    ) as caught:
        check_gradients(net_of(tanh), X, Y, backward=lambda *_: BAD_GRADIENTS[bad](), method=method)
    assert "missing values" not in str(caught.value)


TOUCH = {
    "Y": lambda net, cache, Y, loss: Y.__setitem__((0, 0), 1),
    "X": lambda net, cache, Y, loss: cache.a[0].fill(0),
    "z": lambda net, cache, Y, loss: cache.z[2].sort(),
    "a": lambda net, cache, Y, loss: np.subtract(cache.a[3], Y, out=cache.a[3]),
    "W": lambda net, cache, Y, loss: in_place(net.W[1]),
    "b": lambda net, cache, Y, loss: net.b[1].__setitem__(0, 0),
}


@pytest.mark.parametrize("touched", TOUCH)
@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_backward_pass_cannot_change_what_it_is_given(touched, method):
    labels = Y.copy()

    def spoil(net, cache, Y, loss):
        grads = backward(net, cache, Y, loss)
        TOUCH[touched](net, cache, Y, loss)
        return grads

    for y in (labels, labels.astype(float), labels.tolist()):
        with pytest.raises(ValueError, match=r"^backward must not change its argument"):
            check_gradients(net_of(tanh), X, y, backward=spoil, method=method)
    assert np.array_equal(labels, Y)


def test_a_callback_cannot_change_the_network_or_be_undecided():
    spoilers = {
        "W": lambda epoch, net, J: in_place(net.W[1]),
        "b": lambda epoch, net, J: net.b[1].fill(0),
        "undecided": lambda epoch, net, J: np.array([True, False]),
        "a frame": lambda epoch, net, J: pd.DataFrame([[1, 2]]),
        "missing": lambda epoch, net, J: pd.NA,
    }
    for batch in ({}, {"batch_size": 4, "rng": 0}):
        for spoil in spoilers.values():
            with pytest.raises((ValueError, TypeError), match=r"^callback must "):
                train(net_of(tanh), X, Y, **WAYS, **batch, callback=spoil)


@pytest.mark.parametrize(
    "answer", [None, False, 0, "", np.False_, np.float64(0), [], True, 1, "stop"]
)
def test_a_callback_answers_as_python_does(answer):
    seen = []
    train(net_of(tanh), X, Y, **WAYS, callback=lambda *what: seen.append(what) or answer)
    assert len(seen) == (1 if answer else 3)


def test_every_function_that_a_user_can_hand_in_is_here():
    """By the annotations: the next one that is added has its rows in the tables above."""
    found = set()
    things = {name: getattr(bpcore, name) for name in bpcore.__all__}
    for module in (plots, explore):
        things |= {k: f for k, f in vars(module).items() if k[0] != "_" and inspect.isfunction(f)}
    for name, thing in things.items():
        if callable(thing) and not isinstance(thing, (Activation, Loss)):
            for parameter in inspect.signature(thing).parameters.values():
                if "Callable" in str(parameter.annotation):
                    found.add(f"{name} {parameter.name}")
    assert found == {
        "Activation function", "Activation derivative",
        "Loss function", "Loss derivative", "Loss delta_function",
        "descend f", "descend grad", "numerical_gradient f", "complex_step_gradient f",
        "check_gradients backward", "train callback",
        "frames draw", "frames alt", "frames form", "grid draw", "grid alt", "grid forms",
    }  # the last six in test_frames.py  # fmt: skip


def test_a_guarded_function_keeps_its_name_and_can_be_sent():
    """The name is that of the value it belongs to, also in a value that is made from another."""
    own = Activation("own", np.tanh, np.ones_like)
    twin = pickle.loads(pickle.dumps(own))
    assert np.array_equal(twin(Z), np.tanh(Z))
    other = Activation("other", own.function, own.derivative)
    again = Activation("again", other.function, lambda a: a[:1])
    with pytest.raises(ValueError, match=r"derivative of the activation 'again'"):
        again.prime(A)
    assert np.array_equal(again(Z), np.tanh(Z))


def test_nan_for_what_is_not_finite_is_passed_on():
    """Nobody can do better with an infinite argument: it is not the function's slip."""
    own = Activation("own", lambda z: z - z, np.ones_like)
    assert np.isnan(own([[np.inf, 1.0]])).tolist() == [[True, False]]
