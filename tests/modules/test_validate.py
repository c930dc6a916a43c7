# ruff: noqa: E501 - a message stands on one line, as it is read
"""Bad input: every public function answers with the right kind of error, naming the argument,
what came, what was wanted and the cure, and leaves its input alone. Unusual good input works."""

import copy
import dataclasses
import inspect
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import bpcore
from bpcore import (
    Activation,
    Cache,
    Dataset,
    Gradients,
    Loss,
    Network,
    accuracy,
    backward,
    backward_theta,
    blobs,
    check,
    check_gradients,
    circles,
    complex_step_gradient,
    cost,
    cross_entropy,
    descend,
    digits,
    entropy,
    flatten,
    fold,
    forward,
    forward_theta,
    init_network,
    kl_divergence,
    likelihood,
    moons,
    numerical_gradient,
    per_sample_gradients,
    predict,
    quadratic,
    relative_error,
    sigmoid,
    step,
    sweep,
    train,
    unflatten,
    unfold,
    with_bias,
    xor,
)
from bpcore.activations import ACTIVATIONS
from bpcore.losses import LOSSES

RNG = np.random.default_rng(0)
NET = init_network([4, 3, 1], rng=0)
X, Y = RNG.normal(size=(4, 7)), np.array([[0, 1, 1, 0, 1, 0, 0]])
CACHE, THETA = forward(NET, X), fold(NET)
GRADS = backward(NET, CACHE, Y)
STACK = sweep(NET, X, Y, learning_rates=[0.1, 0.2, 0.3], steps=0).net
ROW, DATA = np.full((1, 7), 0.5), blobs(20, rng=0)


def trained(net=NET, X=X, Y=Y, **options):
    return train(net, X, Y, **{"learning_rate": 0.1, "epochs": 2} | options)


def swept(net=NET, X=X, Y=Y, **options):
    return sweep(net, X, Y, **{"learning_rates": [0.1], "steps": 2} | options)


def descended(f=lambda x: x**2, grad=lambda x: 2 * x, x0=1.0, **options):
    return descend(f, grad, x0, **{"learning_rate": 0.1, "steps": 2} | options)


def square(x):
    return (x * x).sum()


# Every argument of every public function, by what kind of value it takes: one call with it free.
TAKES = {
    "X": {
        "forward": lambda v: forward(NET, v),
        "cost": lambda v: cost(NET, v, Y),
        "predict": lambda v: predict(NET, v),
        "accuracy": lambda v: accuracy(NET, v, Y),
        "per_sample_gradients": lambda v: per_sample_gradients(NET, v, Y),
        "check_gradients": lambda v: check_gradients(NET, v, Y),
        "train": lambda v: trained(X=v),
        "sweep": lambda v: swept(X=v),
        "forward_theta": lambda v: forward_theta(THETA, v),
    },
    "Y": {
        "cost": lambda v: cost(NET, X, v),
        "accuracy": lambda v: accuracy(NET, X, v),
        "backward": lambda v: backward(NET, CACHE, v),
        "per_sample_gradients": lambda v: per_sample_gradients(NET, X, v),
        "check_gradients": lambda v: check_gradients(NET, X, v),
        "train": lambda v: trained(Y=v),
        "sweep": lambda v: swept(Y=v),
        "backward_theta": lambda v: backward_theta(THETA, CACHE, v),
        "Dataset": lambda v: Dataset(X, v),
    },
    "y": {
        **{f"{loss}": lambda v, loss=loss: loss(ROW, v) for loss in LOSSES.values()},
        **{f"{loss}.grad_a": lambda v, loss=loss: loss.grad_a(ROW, v) for loss in LOSSES.values()},
        **{f"{loss}.delta": lambda v, loss=loss: loss.delta(ROW, v) for loss in LOSSES.values()},
        "likelihood": lambda v: likelihood(ROW, v),
    },
    "z of a loss": {
        **{f"{loss}": lambda v, loss=loss: loss(v, Y) for loss in LOSSES.values()},
        **{f"{loss}.delta": lambda v, loss=loss: loss.delta(v, Y) for loss in LOSSES.values()},
    },
    "a of a loss": {
        **{f"{loss}.grad_a": lambda v, loss=loss: loss.grad_a(v, Y) for loss in LOSSES.values()},
        "likelihood": lambda v: likelihood(v, Y),
    },
    "any shape": {
        **{f"{g} z": lambda v, g=g: g(v) for g in ACTIVATIONS.values()},
        **{f"{g}.prime a": lambda v, g=g: g.prime(v) for g in ACTIVATIONS.values()},
        "check left": lambda v: check("eq-x", v, 1.0),
        "check right": lambda v: check("eq-x", 1.0, v),
    },
    "any finite": {
        "relative_error got": lambda v: relative_error(v, np.ones((4, 7))),
        "relative_error want": lambda v: relative_error(np.ones((4, 7)), v),
        "numerical_gradient x": lambda v: numerical_gradient(square, v),
        "complex_step_gradient x": lambda v: complex_step_gradient(square, v),
        "with_bias a": with_bias,
        "Dataset X": lambda v: Dataset(v, Y),
        "descend x0": lambda v: descended(x0=v),
        "unflatten vector": lambda v: unflatten(v, NET),
        "sweep learning_rates": lambda v: swept(learning_rates=v),
        "entropy p": entropy,
        "kl_divergence p": lambda v: kl_divergence(v, [0.5, 0.5]),
        "kl_divergence q": lambda v: kl_divergence([0.5, 0.5], v),
        "Network W[1]": lambda v: Network([None, v, NET.W[2]], NET.b),
        "Network b[2]": lambda v: Network(NET.W, [None, NET.b[1], v]),
        "unfold Theta[1]": lambda v: unfold([None, v, THETA[2]]),
        "forward_theta Theta[1]": lambda v: forward_theta([None, v, THETA[2]], X),
        "backward_theta Theta[2]": lambda v: backward_theta([None, THETA[1], v], CACHE, Y),
        "step grads.dW[1]": lambda v: step(NET, Gradients([None, v], [None, v], ()), 0.1),
        "flatten values.dW[1]": lambda v: flatten(Gradients([None, v], [None, v], ())),
        "backward cache.a[0]": lambda v: backward(NET, Cache(CACHE.z, [v, *CACHE.a[1:]]), Y),
        "backward_theta cache.a[1]": lambda v: backward_theta(
            THETA, Cache(CACHE.z, [CACHE.a[0], v, CACHE.a[2]]), Y
        ),
        "check_gradients dW[1]": lambda v: check_gradients(
            NET, X, Y, backward=lambda *_: Gradients([None, v], [None, v], ())
        ),
    },
    "layers": {
        "Network W": lambda v: Network(v, NET.b),
        "Network b": lambda v: Network(NET.W, v),
        "unfold Theta": unfold,
        "forward_theta Theta": lambda v: forward_theta(v, X),
        "backward_theta Theta": lambda v: backward_theta(v, CACHE, Y),
        "step grads.dW": lambda v: step(NET, Gradients(v, GRADS.db, ()), 0.1),
        "step grads.db": lambda v: step(NET, Gradients(GRADS.dW, v, ()), 0.1),
        "flatten values.dW": lambda v: flatten(Gradients(v, GRADS.db, ())),
        "flatten values.db": lambda v: flatten(Gradients(GRADS.dW, v, ())),
        "check_gradients dW": lambda v: check_gradients(
            NET, X, Y, backward=lambda *_: Gradients(v, GRADS.db, ())
        ),
        "check_gradients db": lambda v: check_gradients(
            NET, X, Y, backward=lambda *_: Gradients(GRADS.dW, v, ())
        ),
    },
    "positive": {
        "step learning_rate": lambda v: step(NET, GRADS, v),
        "train learning_rate": lambda v: trained(learning_rate=v),
        "descend learning_rate": lambda v: descended(learning_rate=v),
        "numerical_gradient h": lambda v: numerical_gradient(square, 1.0, h=v),
        "complex_step_gradient h": lambda v: complex_step_gradient(square, 1.0, h=v),
        "check_gradients h": lambda v: check_gradients(NET, X, Y, h=v),
        "check tol": lambda v: check("eq-x", 1.0, 1.0, v),
        "split held_back": lambda v: DATA.split(rng=0, held_back=v),
    },
    "at least 0": {
        f"{shape.__name__} noise": lambda v, shape=shape: shape(9, rng=0, noise=v)
        for shape in (blobs, moons, circles, xor)
    },
    "count": {
        "train epochs": (0, lambda v: trained(epochs=v)),
        "train batch_size": (1, lambda v: trained(batch_size=v)),
        "sweep steps": (0, lambda v: swept(steps=v)),
        "descend steps": (0, lambda v: descended(steps=v)),
        "init_network n[0]": (1, lambda v: init_network([v, 3, 1], rng=0)),
        "init_network n[1]": (1, lambda v: init_network([4, v, 1], rng=0)),
        "init_network n[2]": (1, lambda v: init_network([4, 3, v], rng=0)),
        "digits zero": (0, lambda v: digits(v, 8)),
        "digits one": (0, lambda v: digits(3, v)),
        **{
            f"{shape.__name__} m": (2, lambda v, shape=shape: shape(v, rng=0))
            for shape in (blobs, moons, circles, xor)
        },
    },
    "rng": {
        "init_network": lambda v: init_network([4, 3, 1], rng=v),
        "split": lambda v: DATA.split(rng=v),
        "train": lambda v: trained(batch_size=2, rng=v),
        **{s.__name__: lambda v, s=s: s(9, rng=v) for s in (blobs, moons, circles, xor)},
    },
    "loss": {
        "cost": lambda v: cost(NET, X, Y, v),
        "backward": lambda v: backward(NET, CACHE, Y, v),
        "per_sample_gradients": lambda v: per_sample_gradients(NET, X, Y, v),
        "check_gradients": lambda v: check_gradients(NET, X, Y, v),
        "train": lambda v: trained(loss=v),
        "sweep": lambda v: swept(loss=v),
        "backward_theta": lambda v: backward_theta(THETA, CACHE, Y, v),
    },
    "activation": {
        "init_network hidden": lambda v: init_network([4, 3, 1], rng=0, hidden=v),
        "Network g[1]": lambda v: Network(NET.W, NET.b, [None, v, sigmoid]),
        "unfold g[1]": lambda v: unfold(THETA, [None, v, sigmoid]),
        "forward_theta g[1]": lambda v: forward_theta(THETA, X, [None, v, sigmoid]),
        "backward_theta g[1]": lambda v: backward_theta(THETA, CACHE, Y, g=[None, v, sigmoid]),
    },
    "net": {
        "forward": lambda v: forward(v, X),
        "cost": lambda v: cost(v, X, Y),
        "predict": lambda v: predict(v, X),
        "accuracy": lambda v: accuracy(v, X, Y),
        "backward": lambda v: backward(v, CACHE, Y),
        "step": lambda v: step(v, GRADS, 0.1),
    },
    "single net": {
        "per_sample_gradients": lambda v: per_sample_gradients(v, X, Y),
        "unflatten": lambda v: unflatten(np.zeros(19), v),
        "check_gradients": lambda v: check_gradients(v, X, Y),
        "train": trained,
        "sweep": swept,
        "fold": fold,
    },
    "function": {
        "numerical_gradient f": lambda v: numerical_gradient(v, 1.0),
        "complex_step_gradient f": lambda v: complex_step_gradient(v, 1.0),
        "descend f": lambda v: descended(f=v),
        "descend grad": lambda v: descended(grad=v),
        "train callback": lambda v: trained(callback=v),
        "check_gradients backward": lambda v: check_gradients(NET, X, Y, backward=v),
    },
    "cache": {
        "backward": lambda v: backward(NET, v, Y),
        "backward_theta": lambda v: backward_theta(THETA, v, Y),
    },
}

NOT_NUMBERS = {  # TypeError wherever an array of numbers is wanted; what the message must say
    "None": (None, "NoneType None"),
    "str": ("abc", "str 'abc'"),
    "object": (np.array([[1.0, None]], dtype=object), "dtype object"),
    "strings": (np.array([["1", "2"]]), "dtype <U1"),
    "dates": (np.array(["2026-01-01"], dtype="datetime64[D]"), "dtype datetime64"),
    "float16": (np.ones((4, 7), dtype=np.float16), "dtype float16"),
    "longdouble": (np.ones((4, 7), dtype=np.longdouble), "dtype"),
    "complex": (np.ones((4, 7), dtype=complex), "dtype complex128"),
    "ragged": ([[1.0, 2.0], [3.0]], "rectangular"),
    "huge int": ([[10**400]], "dtype object"),
    "masked": (np.ma.masked_equal(np.arange(28.0).reshape(4, 7), 3), "masked"),
    "matrix": (np.matrix(np.ones((4, 7))), "got matrix; did you mean np.asarray({})?"),
    "sparse": (scipy.sparse.csr_matrix(np.eye(4, 7)), "did you mean {}.toarray()?"),
    "frame of text": (pd.DataFrame({"a": ["x", "y"]}), "dtype"),
}
NAN, INF = X.copy(), X.copy()
NAN[2, 3], INF[1, 0] = np.nan, np.inf
INFINITE = {
    "nan": (NAN, "must be finite, got nan at index [2, 3]"),
    "inf": (INF, "must be finite, got inf at index [1, 0]"),
}


def same(one, other):
    if isinstance(one, (np.ndarray, pd.DataFrame)):
        return np.array_equal(one, other) or np.array_equal(one, other, equal_nan=True)
    return one is other or repr(one).split(" at 0x")[0] == repr(other).split(" at 0x")[0]


def refused(call, value, error, name, *says):
    """Assert that the value is refused with that error, which says all that; nothing changes."""
    before = copy.deepcopy(value)
    with pytest.raises((ValueError, TypeError)) as caught:
        call(value)
    message = str(caught.value)
    assert caught.type is error, message
    assert message.startswith(f"{name} "), message
    for words in says:
        assert words in message, message
    assert same(value, before)


def table(*kinds, values):
    """Give one test for every argument of these kinds and every value."""
    return pytest.mark.parametrize(
        ("call", "name", "value", "says"),
        [
            pytest.param(
                call, caller.split()[-1] if len(caller.split()) > 1 else kind.split()[0], *case,
                id=f"{caller}-{label}",
            )
            for kind in kinds
            for caller, call in TAKES[kind].items()
            for label, case in values.items()
        ],
    )  # fmt: skip


@table("X", "Y", "y", "z of a loss", "a of a loss", "any shape", "any finite", values=NOT_NUMBERS)
def test_not_numbers(call, name, value, says):
    refused(call, value, TypeError, name, says.format(name))


@pytest.mark.parametrize("kind", ["f2", "g", "c16", "O", "U3", "M8[s]", "m8[s]"])
def test_the_type_of_an_array_is_said_once_and_no_date_becomes_a_number(kind):
    X = np.ones((4, 7)).astype(int).astype(kind)
    with pytest.raises(TypeError, match=r"^X must hold real numbers ") as caught:
        forward(NET, X)
    assert str(caught.value).count("dtype") - str(caught.value).count("dtype=") == 1
    assert ("did you mean" in str(caught.value)) == (X.dtype.kind not in "mM")


@table("X", "Y", "y", "any finite", values=INFINITE)
def test_not_finite(call, name, value, says):
    refused(call, value, ValueError, name, says)


@table(
    "X",
    values={
        "transposed": (X.T, "must have shape (4, m), got (7, 4); samples are columns; did you mean X.T?"),
        "one sample": (X[:, 0], "got (4,); samples are columns; did you mean X.reshape(4, 1)?"),
        "vector": (np.ones(9), "must have shape (4, m), got (9,); samples are columns"),
        "number": (1.0, "must have shape (4, m), got ()"),
        "stacked": (X[None], "got (1, 4, 7)"),
        "rows": (X[:3], "got (3, 7); samples are columns"),
        "empty": (X[:, :0], "at least one sample (column) and one row, got shape (4, 0)"),
    },
)  # fmt: skip
def test_shape_of_X(call, name, value, says):
    refused(call, value, ValueError, name, says)


LABELS = {
    "vector": (Y[0], "got (7,); did you mean {}.reshape(1, -1)?"),
    "column": (Y.T, "got (7, 1); did you mean {}.T?"),
    "empty": (Y[:, :0], "at least one sample (column) and one row, got shape (1, 0)"),
    "number": (1, "got ()"),
    "signs": (2 * Y - 1, " 0 and 1, got the values [-1.0, 1.0]; did you mean {} == 1?"),
    "one two": (Y + 1, " 0 and 1, got the values [1.0, 2.0]; did you mean {} == 2?"),
    "many": (np.arange(7)[None], "got the values [0.0, 1.0, 2.0, 3.0, 4.0]"),
}  # fmt: skip


@table("Y", "y", values=LABELS)
def test_labels(call, name, value, says):
    refused(call, value, ValueError, name, says.format(name))


@table(
    "Y",
    values={"too many": (np.zeros((1, 8)), "shape (1, 7), one label a sample of X, got (1, 8)")},
)
def test_number_of_labels(call, name, value, says):
    refused(call, value, ValueError, name, says)


@table("z of a loss", "a of a loss", "y", values={"8": (np.zeros((1, 8)), "")})
def test_a_loss_wants_pairs(call, name, value, says):
    with pytest.raises(
        ValueError, match=r"^y must have shape \(1, \d\), as [za] has, got \(1, \d\)$"
    ):
        call(value)


@table("positive", values={
    "0": (0.0, "positive and {}, got float 0.0; usual: {}={}"),
    "negative": (-0.1, "positive and {}, got float -0.1; usual: {}={}"),
    "nan": (np.nan, "positive and {}, got float nan; usual: {}={}"),
    "inf": (np.inf, "positive and {}, got float inf; usual: {}={}"),
    "too long": (10**400, "positive and {}, got int 1000"),
})  # fmt: skip
def test_positive(call, name, value, says):
    if call is TAKES["positive"]["numerical_gradient h"]:  # a step that x asks for has no limit
        name = "h of a central difference"
    usual, limit = {
        "learning_rate": ("0.1", "finite"),
        "h": (None, "at most 1.0"),
        "h of a central difference": (None, "finite"),
        "tol": ("1e-12", "at most 0.001"),
        "held_back": ("0.25", "at most 1.0"),
    }[name]
    name = name.split()[0]
    refused(call, value, ValueError, name, says.split("; usual")[0].format(limit))
    if usual and "usual" in says:
        refused(call, value, ValueError, name, says.format(limit, name, usual))


def test_the_usual_steps():
    refused(lambda h: numerical_gradient(square, 1.0, h=h), -2.0, ValueError, "h",
            "h must be positive and finite, got float -2.0; usual: h=1e-05")  # fmt: skip
    refused(lambda h: complex_step_gradient(square, 1.0, h=h), 2.0, ValueError, "h",
            "h must be positive and at most 1.0, got float 2.0; usual: h=1e-20")  # fmt: skip
    refused(
        lambda t: check("eq-x", 1, 1, t), 0.01, ValueError, "tol", "at most 0.001, got float 0.01"
    )


@table("at least 0", values={
    "negative": (-0.1, "noise must be 0 or positive and at most 1e+100, got float -0.1; usual: noise=0.1"),
    "nan": (np.nan, "noise must be 0 or positive and at most 1e+100, got float nan"),
})  # fmt: skip
def test_at_least_0(call, name, value, says):
    refused(call, value, ValueError, name, says)


@table("positive", "at least 0", values={
    "bool": (True, "bool True"),
    "numpy bool": (np.True_, "bool"),
    "str": ("0.1", "str '0.1'"),
    "None": (None, "NoneType None"),
    "array": (np.array([0.1]), "ndarray of shape (1,) and dtype float64"),
    "complex": (0.1 + 0j, "complex (0.1+0j)"),
})  # fmt: skip
def test_one_number(call, name, value, says):
    if value is None and call is TAKES["positive"]["check_gradients h"]:  # the default step
        assert call(value).error < 1e-13
        return
    refused(call, value, TypeError, name, f"must be one positive number, got {says}")


WANTED = {  # all that may stand there
    "batch_size": "a whole number or None", "record": "a whole number, True or False",
    "zero": "a whole number or a list of them", "one": "a whole number or a list of them",
}  # fmt: skip
HINTS = {"float 3.0": "; did you mean int({})?", "str '3'": "; did you mean int({})?"}


@pytest.mark.parametrize("value", [
    (3.0, "float 3.0"), (True, "bool True"), (np.True_, "bool"), ("3", "str '3'"), (None, "None"),
    (np.array([3]), "ndarray of shape (1,)"), ([3], "list [3]"), (np.float64(3), "float64"),
], ids=lambda v: v[1])  # fmt: skip
@pytest.mark.parametrize("caller", TAKES["count"])
def test_whole_numbers(caller, value):
    if value[0] is None and caller == "train batch_size":  # the full batch
        assert TAKES["count"][caller][1](None)[1].steps == 2
        return
    if caller.startswith("digits") and isinstance(value[0], (list, np.ndarray)):
        return  # a group of digits
    name = caller.split()[-1]
    refused(TAKES["count"][caller][1], value[0], TypeError, name,
            f"{name} must be {WANTED.get(name, 'a whole number')}, got {value[1]}",
            HINTS.get(value[1], "").format(name))  # fmt: skip


@pytest.mark.parametrize("caller", TAKES["count"])
def test_whole_numbers_too_small(caller):
    (least, call), name = TAKES["count"][caller], caller.split()[-1]
    for value in (least - 1, -7):
        refused(call, value, ValueError, name, f"{name} must be at least {least}, got {value}")
    if name not in ("n[2]", "zero", "one"):
        for kind in (np.int64, np.int8, np.uint8, np.array):  # what was checked is what is used
            assert call(kind(least + 1)) is not None
        assert call(least) is not None


@table("rng", values={
    "float": (1.5, "got float 1.5"),
    "bool": (True, "got bool True"),
    "str": ("0", "got str '0'"),
    "old": (np.random.RandomState(0), "got RandomState"),
    "on several lines": (np.random.SeedSequence(3), "got SeedSequence SeedSequence( entropy=3, )"),
})  # fmt: skip
def test_seed(call, name, value, says):
    wanted = "a whole number, None or a Generator (np.random.default_rng gives one)"
    refused(call, value, TypeError, name, f"{name} must be {wanted}, {says}")


@table("rng", values={"-1": (-1, "rng must be at least 0, got -1")})
def test_negative_seed(call, name, value, says):
    refused(call, value, ValueError, name, says)


@pytest.mark.parametrize("call", TAKES["rng"].values(), ids=TAKES["rng"])
def test_good_seeds(call):
    for seed in (0, np.int64(3), None, np.random.default_rng(0)):
        assert call(seed) is not None


@table("loss", values={
    "unknown": ("hinge", "loss must be one of cross_entropy, quadratic, soft_cross_entropy, soft_quadratic, got 'hinge'"),
    "case": ("Quadratic", "got 'Quadratic'; did you mean 'quadratic'?"),
    "blank": ("cross_entropy ", "got 'cross_entropy '; did you mean 'cross_entropy'?"),
    "near": ("crossentropy", "did you mean 'cross_entropy'?"),
})  # fmt: skip
def test_unknown_loss(call, name, value, says):
    refused(call, value, ValueError, name, says)


@table("activation", values={
    "unknown": ("xyz", " must be one of sigmoid, tanh, relu, identity, got 'xyz'"),
    "case": ("ReLU", "got 'ReLU'; did you mean 'relu'?"),
    "blank": (" tanh", "got ' tanh'; did you mean 'tanh'?"),
})  # fmt: skip
def test_unknown_activation(call, name, value, says):
    refused(call, value, ValueError, name, name + says if says.startswith(" must") else says)


@table(
    "loss", "activation", values={"None": (None, "NoneType None"), "function": (np.tanh, "ufunc")}
)
def test_neither_a_name_nor_one_of_ours(call, name, value, says):
    kind = "a Loss" if name == "loss" else "an Activation"
    refused(call, value, TypeError, name, f"{name} must be {kind} or its name, got {says}")


@table("net", "single net", values={
    "None": (None, "NoneType None"), "list": ([4, 3, 1], "list [4, 3, 1]"), "class": (Network, "type"),
})  # fmt: skip
def test_not_a_network(call, name, value, says):
    name = "net"
    refused(call, value, TypeError, name, f"net must be a Network, got {says}",
            "; build one with init_network or Network(W, b)")  # fmt: skip


@pytest.mark.parametrize("call", TAKES["single net"].values(), ids=TAKES["single net"])
def test_not_a_stack(call):
    refused(call, STACK, ValueError, "net", "net must be one network, got the stack Network(n=(4, 3, 1)",
            "K=3); take its W[i][k], b[i][k]")  # fmt: skip


@table("function", values={"number": (3.0, "float 3.0"), "name": ("f", "str 'f'")})
def test_not_a_function(call, name, value, says):
    refused(
        call, value, TypeError, name, f"{name} must be a function, got {says}; pass it uncalled"
    )


@table(
    "cache",
    values={"tuple": (((), ()), "tuple"), "None": (None, "NoneType None"), "X": (X, "ndarray")},
)
def test_not_a_cache(call, name, value, says):
    refused(call, value, TypeError, name, f"cache must be a Cache, got {says}",
            "; pass what the forward pass returned")  # fmt: skip


@table("layers", values={
    "array": (np.ones((3, 4)), "must be a list: None, then one array a layer, got ndarray"),
    "str": ("W", "must be a list: None, then one array a layer, got str 'W'"),
    "None": (None, "must be a list: None, then one array a layer, got NoneType None"),
    "dict": ({}, "must be a list: None, then one array a layer, got dict {}"),
    "number": (3, "must be a list: None, then one array a layer, got int 3"),
})  # fmt: skip
def test_not_layers(call, name, value, says):
    refused(call, value, TypeError, name, says)


@table("layers", values={
    "no None": ([np.ones((3, 4)), np.ones((1, 3))], "got 2 entries; did you mean [None, *{}]?"),
    "None only": ([None], "None followed by at least one array (layer 0 is the input and has no {}), got 1"),
    "empty": ([], "got 0 entries"),
})  # fmt: skip
def test_layers_begin_with_none(call, name, value, says):
    refused(call, value, ValueError, name, says.format(name))


# One full message for every other way to go wrong: (call, error, message).
def message_of(call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    return f"{caught.type.__name__}: {caught.value}"


W1, W2, B1, B2 = NET.W[1], NET.W[2], NET.b[1], NET.b[2]
HUGE = Network(
    [None, [[1, 1], [-1, -1]], [[1, 1]]], [None, [[0], [0]], [[0]]], [None, "identity", "sigmoid"]
)
MESSAGES = {
    "ValueError: W and b must have the same length, got 3 and 2": lambda: Network(NET.W, [None, B1]),
    "ValueError: W[1] must have shape (n[1], n[0]), got (); rows are the units the weights lead to; "
    "did you mean [None, *map(np.atleast_2d, W[1:])]?":
        lambda: Network([None, 1.0], [None, 1.0]),
    "ValueError: W[1] must have shape (n[1], n[0]), got (4,); rows are the units the weights lead to; "
    "did you mean [None, *map(np.atleast_2d, W[1:])]?":
        lambda: Network([None, np.ones(4)], [None, [[1.0]]]),
    "ValueError: W[1] must have shape (n[1], n[0]), got (3, 0); rows are the units the weights lead to":
        lambda: Network([None, np.ones((3, 0)), W2], NET.b),
    "ValueError: W[1] must have shape (n[1], n[0]), got (2, 2, 3, 4); rows are the units the weights lead to":
        lambda: Network([None, np.ones((2, 2, 3, 4)), W2], NET.b),
    "ValueError: W[2] must have shape (n[2], n[1]) with n[1] = 3, the rows of W[1], got (3, 1); rows are "
    "the units the weights lead to; did you mean W[2].T?": lambda: Network([None, W1, W2.T], NET.b),
    "ValueError: W[2] must be stacked as W[1], got (2, 1, 3), (3, 4)":
        lambda: Network([None, W1, np.ones((2, 1, 3))], NET.b),
    "ValueError: b[1] must have shape (3, 1), one number per unit, got (3,); did you mean b[1].reshape(-1, 1)?":
        lambda: Network(NET.W, [None, np.ones(3), B2]),
    "ValueError: b[2] must have shape (1, 1), one number per unit, got (3, 1)":
        lambda: Network(NET.W, [None, B1, B1]),
    "ValueError: g[2] must be bpcore.sigmoid, as it is the last, got tanh":
        lambda: Network(NET.W, NET.b, [None, "tanh", "tanh"]),
    "ValueError: g must be a list: None, then 2 activations, got str 'tanh'":
        lambda: Network(NET.W, NET.b, "tanh"),
    "ValueError: g must be a list: None, then 2 activations, got list [sigmoid, sigmoid]; did you mean [None, *g]?":
        lambda: Network(NET.W, NET.b, [sigmoid, sigmoid]),
    "ValueError: g must be a list: None, then 2 activations, got list [sigmoid, sigmoid, sigmoid]":
        lambda: Network(NET.W, NET.b, [sigmoid] * 3),
    "TypeError: n must be a list of layer sizes such as [4, 3, 1], got int 4": lambda: init_network(4, rng=0),
    "TypeError: n must be a list of layer sizes such as [4, 3, 1], got str '431'":
        lambda: init_network("431", rng=0),
    "TypeError: n must be a list of layer sizes such as [4, 3, 1], got set {1, 3, 4}":
        lambda: init_network({4, 3, 1}, rng=0),
    "TypeError: n must be a list of layer sizes such as [4, 3, 1], got dict {4: 'x', 1: 'y'}":
        lambda: init_network({4: "x", 1: "y"}, rng=0),
    "TypeError: n must be a list of layer sizes such as [4, 3, 1], got ndarray of shape () and dtype int64":
        lambda: init_network(np.array(4), rng=0),
    "TypeError: n[0] must be a whole number, got list [4, 3, 1]":
        lambda: init_network([[4, 3, 1]], rng=0),
    "ValueError: n must be of length 2 or more, the input first, got []": lambda: init_network([], rng=0),
    "ValueError: n must be of length 2 or more, the input first, got [1]":
        lambda: init_network([1], rng=0),
    "ValueError: X or W is too large: z[2] overflows; standardise X": lambda: forward(HUGE, [[1.7e308], [1.7e308]]),
    "ValueError: a must be strictly between 0 and 1, got values from 0.5 to 1.0; a saturated output lost its "
    "logit: use delta(z, y)": lambda: cross_entropy.grad_a([[0.5, 1.0]], [[1, 0]]),
    "ValueError: a must be strictly between 0 and 1, got values from 0.0 to 0.5; a saturated output lost its logit: use delta(z, y)": lambda: (
        quadratic.grad_a([[0.5, 0.0]], [[1, 0]])
    ),
    "ValueError: a must be between 0 and 1, got values from 0.5 to 1.5": lambda: likelihood(
        [[1.5, 0.5]], [[1, 0]]
    ),
    "ValueError: a must be between 0 and 1, got values from -0.5 to 0.5": lambda: likelihood([[-0.5, 0.5]], [[1, 0]]),
    "ValueError: z must not hold nan, first at index [0, 1]": lambda: quadratic([[0.5, np.nan]], [[1, 0]]),
    "ValueError: p must be a distribution, shape (k,): probabilities >= 0 that sum to 1, got [0.5 0.6]":
        lambda: entropy([0.5, 0.6]),
    "ValueError: q must be a distribution, shape (k,): probabilities >= 0 that sum to 1, got [ 1.5 -0.5]":
        lambda: kl_divergence([0.5, 0.5], [1.5, -0.5]),
    "ValueError: p must be a distribution, shape (k,): probabilities >= 0 that sum to 1, got []":
        lambda: entropy([]),
    "ValueError: p must be a distribution, shape (k,): probabilities >= 0 that sum to 1, got [[1.]]; did you mean np.ravel(p)?":
        lambda: entropy([[1.0]]),
    "ValueError: p and q must have the same length, got 2 and 1": lambda: kl_divergence([0.5, 0.5], [1.0]),
    "TypeError: values must be a Network or Gradients, got list [1.0]": lambda: flatten([1.0]),
    "ValueError: values must belong to one network, got a stack (3, 3, 4)": lambda: flatten(STACK),
    "ValueError: values.dW and values.db must have the same length, got 3 and 2":
        lambda: flatten(Gradients(GRADS.dW, GRADS.db[:2], ())),
    "ValueError: vector must have shape (19,) for Network(n=(4, 3, 1), g=(sigmoid, sigmoid,)), got (18,); make "
    "one with flatten": lambda: unflatten(np.zeros(18), NET),
    "ValueError: got and want must have the same shape, got (1,), (2,)":
        lambda: relative_error([1.0], [1.0, 2.0]),
    "ValueError: got and want must hold at least one number, got shape (0,)": lambda: relative_error([], []),
    "ValueError: method must be 'complex' or 'central', got ['central']":
        lambda: check_gradients(NET, X, Y, method=["central"]),
    "ValueError: method must be 'complex' or 'central', got 'forward'":
        lambda: check_gradients(NET, X, Y, method="forward"),
    "TypeError: backward must return Gradients, got tuple (1, 2); end it with: return Gradients(dW, db, delta)":
        lambda: check_gradients(NET, X, Y, backward=lambda *_: (1, 2)),
    "TypeError: backward must return Gradients, got SimpleNamespace namespace(dW=1); end it with: return Gradients(dW, db, delta)": lambda: (
        check_gradients(NET, X, Y, backward=lambda *_: SimpleNamespace(dW=1))
    ),
    "ValueError: Y must have shape (1, 7), one label a sample of X, got (1, 8)": lambda: (
        check_gradients(NET, X, np.zeros((1, 8)), backward=lambda *_: GRADS)
    ),
    f"TypeError: n must be a list of layer sizes such as [4, 3, 1], got str '{'a' * 58}'": lambda: (
        init_network("a" * 58, rng=0)
    ),
    f"TypeError: n must be a list of layer sizes such as [4, 3, 1], got str '{'a' * 56}...": lambda: (
        init_network("a" * 59, rng=0)
    ),
    "ValueError: backward must return dW[2] of shape (1, 3), got (3, 1); did you mean dW[2].T?":
        lambda: check_gradients(NET, X, Y, backward=lambda *_: Gradients(
            [None, GRADS.dW[1], GRADS.dW[2].T], GRADS.db, ())),
    "ValueError: backward must return db of layers 1..2, got 1":
        lambda: check_gradients(NET, X, Y, backward=lambda *_: Gradients(GRADS.dW, GRADS.db[:2], ())),
    "ValueError: f must return one finite real number, got ndarray of shape (1,) and dtype float64; did you "
    "mean f(x).item()?": lambda: numerical_gradient(lambda x: np.array([x]), 1.0),
    "ValueError: f must return one finite real number, got float nan":
        lambda: numerical_gradient(lambda x: np.nan, 1.0),
    "ValueError: f must return one finite real number, got str 'a'":
        lambda: numerical_gradient(lambda x: "a", 1.0),
    "ValueError: f must return one finite real number, got complex 1j":
        lambda: numerical_gradient(lambda x: 1j, 1.0),
    "ValueError: f must return one finite complex number, got float64 1.0; abs, real parts and overflow break the "
    "complex step": lambda: complex_step_gradient(np.abs, 1.0),
    "ValueError: f must return one finite complex number, got complex128 (nan+nanj); abs, real parts and overflow "
    "break the complex step": lambda: complex_step_gradient(lambda x: x * np.nan, 1.0),
    "ValueError: x0 must be a number or a vector of shape (k,), got shape (1, 1)": lambda: descended(x0=[[1.0]]),
    "ValueError: x0 must be a number or a vector of shape (k,), got shape (0,)": lambda: descended(x0=[]),
    "ValueError: grad must return one number for an argument of shape (), got shape (1,)": lambda: descended(grad=lambda x: [x]),
    "ValueError: f must return one number for an argument of shape (), got shape (1,); did you mean np.array(f(x)).item()?": lambda: descended(f=lambda x: [x]),
    "ValueError: f must return one number for an argument of shape (), got shape (2,)": lambda: descended(
        f=lambda x: 1.0 if x == 1 else [x, x]
    ),
    "TypeError: what f returns must hold real numbers (bool, int, float32 or float64), got str 'a' with dtype <U1": lambda: descended(
        f=lambda x: "a"
    ),
    "TypeError: what grad returns must hold real numbers (bool, int, float32 or float64), got complex 1j with dtype complex128": lambda: descended(
        grad=lambda x: 1j
    ),
    "ValueError: f must be finite at x0, got inf at 1.0": lambda: descended(f=lambda x: np.inf),
    "ValueError: grads must have the shapes of net, [[(3, 4), (1, 3)], [(3, 1), (1, 1)]], got [[(3, 4)], [(3, 1)]]":
        lambda: step(NET, Gradients(GRADS.dW[:2], GRADS.db[:2], ()), 0.1),
    "TypeError: grads must be a Gradients, got Network Network(n=(4, 3, 1), g=(sigmoid, sigmoid,)); pass what "
    "backward returned": lambda: step(NET, NET, 0.1),
    "ValueError: learning_rate is too large: the step overflows, got 1e+308":
        lambda: step(NET, Gradients(NET.W, [None, 1e3 + B1, B2], ()), 1e308),
    "TypeError: function of the activation 'own' must take complex numbers for the complex step: what function of the "
    "activation 'own' returns must be complex where its argument is, or the complex step sees no slope, got ndarray of "
    "shape (3, 7) and dtype float64; use method='central'":
        lambda: check_gradients(Network(NET.W, NET.b, [None, Activation("own", np.abs, np.sign), "sigmoid"]), X, Y),
    "TypeError: db must be a list: None, then one array a layer, got int 1":
        lambda: check_gradients(NET, X, Y, backward=lambda *_: Gradients(GRADS.dW, 1, ())),
    "ValueError: batch_size must be at most m = 7, got 8; did you mean batch_size=None?": lambda: trained(batch_size=8),
    "TypeError: history must be a History, got dict {}; pass what an earlier train returned":
        lambda: trained(history={}),
    "ValueError: rng must be left out: history goes on with its own shuffling":
        lambda: trained(batch_size=2, rng=0, history=trained(batch_size=2, rng=0)[1]),
    "ValueError: X or the weights are too large: the cost overflows before training; standardise X":
        lambda: trained(HUGE, [[1.7e308], [1.7e308]], [[1]]),
    "ValueError: learning_rates must be positive, shape (K,), got 0.1; did you mean np.ravel(learning_rates)?":
        lambda: swept(learning_rates=0.1),
    "ValueError: learning_rates must be positive, shape (K,), got []": lambda: swept(learning_rates=[]),
    "ValueError: learning_rates must be positive, shape (K,), got [0.1 0. ]": lambda: swept(
        learning_rates=[0.1, 0.0]
    ),
    "ValueError: learning_rates must be positive, shape (K,), got [ 0.1 -0.1]":
        lambda: swept(learning_rates=[0.1, -0.1]),
    "ValueError: Theta[1] must have shape (n[1], n[0] + 1), got (4,); the first column is the bias; "
    "did you mean [None, *map(np.atleast_2d, Theta[1:])]?":
        lambda: unfold([None, np.ones(4)]),
    "ValueError: Theta[1] must have shape (n[1], n[0] + 1), got (3, 1); the first column is the bias":
        lambda: unfold([None, np.ones((3, 1))]),
    "ValueError: Theta[2] must have shape (n[2], n[1] + 1), got (1, 3); the first column is the bias":
        lambda: unfold([None, THETA[1], np.ones((1, 3))]),
    "ValueError: a must have shape (n, m), got (3,); did you mean a.reshape(-1, 1)?": lambda: with_bias(np.ones(3)),
    "ValueError: zero and one must be different digits 0..9, got 3 and 3": lambda: digits(3, 3),
    "ValueError: zero and one must be different digits 0..9, got 3 and 10": lambda: digits(3, 10),
    "ValueError: X must have shape (d, m), got (4,); samples are columns": lambda: Dataset(np.ones(4), [[1]]),
    "ValueError: X must have shape (4, 7), got (7, 4); samples are columns; did you mean X.T?": lambda: Dataset(X.T, Y.T),
    "ValueError: Y must have shape (3, 7), one label a sample of X, got (1, 7); did you mean Y.ravel() == np.unique(Y)[:, None]?":
        lambda: cost(init_network([4, 3], rng=0), X, np.array([[1, 2, 3, 1, 2, 3, 1]])),
    "ValueError: X needs at least one sample (column) and one row, got shape (0, 5)":
        lambda: Dataset(np.ones((0, 5)), [[0, 1, 0, 1, 1]]),
    "ValueError: y must have shape (1, 3), as z has, got (1, 2)": lambda: cross_entropy([[1, 2, 3]], [[0, 1]]),
    "ValueError: z must have shape (n, m), n outputs, got (3,); did you mean np.reshape(z, (1, -1))?":
        lambda: cross_entropy([1, 2, 3], [[0, 1, 1]]),
    "ValueError: z must have shape (n, m), n outputs, got (0,)": lambda: cross_entropy([], []),
    "ValueError: cache must come from this network, with a of shapes [(4, 7), (3, 7), (1, 7)], got "
    "[(4, 7)]; run the forward pass again": lambda: backward(NET, Cache(CACHE.z, [X]), Y),
    "TypeError: cache.a must be a Sequence, got NoneType None; one entry a layer":
        lambda: backward(NET, Cache(CACHE.z, None), Y),
    "TypeError: cache.z must be a Sequence, got ndarray of shape (1, 7) and dtype float64; one entry a layer":
        lambda: backward_theta(THETA, Cache(CACHE.z[2], CACHE.a), Y),
    "ValueError: X, W or b is too large: the complex step overflows; standardise X":
        lambda: check_gradients(NET, X * 1e4, Y),
    "ValueError: label must be the equation's label, eq-..., got str 'bp1'": lambda: check("bp1", 1, 1),
    "ValueError: label must be the equation's label, eq-..., got int 3": lambda: check(3, 1, 1),
    "ValueError: X must be finite, got nan at index [2, 3]; drop or fill missing values first":
        lambda: forward(NET, NAN),
    "ValueError: Y must be finite, got nan at index [0, 0]; drop or fill missing values first":
        lambda: cost(NET, X, Y * np.nan),
    "ValueError: X must be finite, got -inf at index [0, 0]": lambda: forward(NET, X - np.inf),
    "TypeError: X must be a plain array, got matrix; did you mean np.asarray(X)?":
        lambda: forward(NET, NOT_NUMBERS["matrix"][0]),
    "TypeError: X must be a plain array, got csr_matrix; did you mean X.toarray()?":
        lambda: forward(NET, NOT_NUMBERS["sparse"][0]),
    "ValueError: W[2] must have shape (n[2], n[1]) with n[1] = 3, the rows of W[1], got (5, 1, 2); rows are "
    "the units the weights lead to":
        lambda: Network([None, np.ones((5, 3, 4)), np.ones((5, 1, 2))], [None, np.ones((5, 3, 1)), np.ones((5, 1, 1))]),
    "ValueError: g must be a list: None, then 2 activations, got dict {0: None, 1: 'tanh', 2: 'sigmoid'}":
        lambda: Network(NET.W, NET.b, {0: None, 1: "tanh", 2: "sigmoid"}),
}  # fmt: skip


MANY = np.linspace(0, 1, 99)
LONG = {  # messages that show numbers: with many of them, or a column
    "p": lambda: entropy(MANY), "q": lambda: kl_divergence(np.eye(99)[0], MANY[:, None]),
    "learning_rates": lambda: swept(learning_rates=MANY),
    "f": lambda: descended(f=lambda x: np.inf, x0=MANY), "eq-a": lambda: check("eq-a", MANY / 0, [MANY]),
    "both": lambda: check("eq-a", MANY * np.nan, MANY),
}  # fmt: skip


@pytest.mark.parametrize("call", LONG.values(), ids=LONG)
def test_a_message_is_one_short_line_whatever_came(call):
    with pytest.raises((ValueError, AssertionError)) as caught, np.errstate(all="ignore"):
        call()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("wanted", "call"), MESSAGES.items(), ids=range(len(MESSAGES)))
def test_full_message(wanted, call):
    assert message_of(call) == wanted


def read_only(A):
    A = A.copy()
    A.setflags(write=False)
    return A


VARIANTS = {
    "list": lambda A: A.tolist(),
    "tuple": lambda A: tuple(map(tuple, A.tolist())),
    "frame": pd.DataFrame,
    "read only": read_only,
    "Fortran order": np.asfortranarray,
    "transposed view": lambda A: A.T.copy().T,
    "negative strides": lambda A: A[::-1, ::-1].copy()[::-1, ::-1],
    "every other column": lambda A: np.repeat(A, 2, axis=1)[:, ::2],
    "every other row": lambda A: np.repeat(A, 2, axis=0)[::2],
    "big endian": lambda A: A.astype(">f8"),
    "mask without a hole": np.ma.array,
    "rows of arrays": list,
}
MATRICES = {
    **{f"{c} X": (call, X) for c, call in TAKES["X"].items()},
    "Dataset X": (lambda v: Dataset(v, Y), X),
    **{f"{c} Y": (call, Y * 1.0) for c, call in TAKES["Y"].items()},
    **{f"{c} y": (call, Y * 1.0) for c, call in TAKES["y"].items()},
    **{f"{c} z": (call, X[:1]) for c, call in TAKES["z of a loss"].items()},
    **{f"{c} a": (call, sigmoid(X[:1])) for c, call in TAKES["a of a loss"].items()},
    **{c: (call, X) for c, call in TAKES["any shape"].items() if not c.startswith("check")},
    "relative_error": (lambda v: relative_error(v, np.ones((4, 7))), X),
    "numerical_gradient": (lambda v: numerical_gradient(square, v), X),
    "complex_step_gradient": (lambda v: complex_step_gradient(square, v), X),
    "with_bias": (with_bias, X),
    "Network W": (lambda v: forward(Network([None, v, W2], NET.b), X), W1),
    "Network b": (lambda v: forward(Network(NET.W, [None, v, B2]), X), B1),
    "unfold": (lambda v: unfold([None, v, THETA[2]]), THETA[1]),
    "backward cache": (lambda v: backward(NET, Cache(CACHE.z, [X, v, CACHE.a[2]]), Y), CACHE.a[1]),
}


def numbers(result):
    """List all arrays and numbers in a result."""
    if dataclasses.is_dataclass(result):
        return [a for f in dataclasses.fields(result) for a in numbers(getattr(result, f.name))]
    if isinstance(result, tuple):
        return [a for part in result for a in numbers(part)]
    return [np.asarray(result)] if isinstance(result, (np.ndarray, float, int)) else []


def equal_to_1_ulp(result, wanted):
    got, want = numbers(result), numbers(wanted)
    assert len(got) == len(want) > 0
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_max_ulp(one.astype(float), other.astype(float), maxulp=1)


@pytest.mark.parametrize("flag", ["no", 1, None, np.array([True, False])], ids=repr)
def test_what_is_no_flag_is_refused(flag):
    """A text such as "no" would count as True, and an array is neither."""
    net, X, Y = Network([None, [[1.0]]], [None, [[0.0]]]), [[1.0, 2.0]], [[0, 1]]
    hint = r"; did you mean bool\({}\)\?$" if isinstance(flag, int) else "$"
    for name, call in {
        "progress": lambda: train(net, X, Y, learning_rate=0.1, epochs=1, progress=flag),
        "progress ": lambda: sweep(net, X, Y, learning_rates=[0.1], steps=1, progress=flag),
        "soft": lambda: Loss("own", np.add, np.add, np.add, soft=flag),
    }.items():
        wanted = f"^{name.strip()} must be True or False, got {type(flag).__name__} .*"
        wanted += hint.format(name.strip())
        with pytest.raises(TypeError, match=wanted):
            call()


def test_a_method_that_is_an_array_is_refused():
    net = Network([None, [[1.0]]], [None, [[0.0]]])
    with pytest.raises(ValueError, match=r"^method must be 'complex' or 'central', got array"):
        check_gradients(net, [[1.0, 2.0]], [[0, 1]], method=np.array(["a", "b"]))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("caller", MATRICES)
def test_unusual_but_good(caller, variant):
    call, A = MATRICES[caller]
    wanted = call(A.copy())
    unusual = VARIANTS[variant](A)
    before = copy.deepcopy(unusual)
    equal_to_1_ulp(call(unusual), wanted)
    for one, other in zip(unusual, before, strict=True):
        assert same(one, other)


@pytest.mark.parametrize("caller", [c for c, (_, A) in MATRICES.items() if A.shape == (4, 7)])
def test_overlapping_memory(caller):
    call, _ = MATRICES[caller]
    line = np.random.default_rng(1).normal(size=10)
    X = np.lib.stride_tricks.sliding_window_view(line, 7)  # 4 windows that share their numbers
    before = line.copy()
    equal_to_1_ulp(call(X), call(X.copy()))
    assert np.array_equal(line, before)


@pytest.mark.parametrize("dtype", [bool, "i1", "u1", "i2", "u4", "i8", "u8", "f4", "f8"])
@pytest.mark.parametrize("caller", [c for c, (_, A) in MATRICES.items() if c.split()[-1] != "a"])
def test_integers_booleans_and_float32_are_promoted(caller, dtype):
    call, A = MATRICES[caller]
    whole = A if np.isin(A, (0, 1)).all() else 100 * (A > 0)  # int8: 100 + 100 would wrap
    small = whole.astype(dtype)
    result = call(small)
    equal_to_1_ulp(result, call(small.astype(float)))
    assert all(a.dtype != np.float32 for a in numbers(result))


def test_a_float32_network_is_promoted():
    net = Network(*([None, *(p.astype(np.float32) for p in ps[1:])] for ps in (NET.W, NET.b)))
    trained_net, history = train(net, X.astype("f4"), Y, learning_rate=np.float32(0.5), epochs=1)
    for part in (*net.W[1:], *net.b[1:], *trained_net.W[1:], *forward(net, X).a, history.cost):
        assert part.dtype == np.float64


EXTREMES = {
    "1e308": np.full((4, 7), 1e308),
    "signs": np.where(np.arange(28).reshape(4, 7) % 3, 1e308, -1e308),
    "1e3": X * 1e3,
    "-1e4": np.full((4, 7), -1e4),
    "subnormal": np.full((4, 7), 5e-324),
    "1e-200": X * 1e-200,
    "mixed": np.resize([0.0, -0.0, 1e308, -5e-324, 1.0, 1e-308, -1e3], (4, 7)),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("extreme", EXTREMES)
def test_extreme_numbers_give_no_warning_and_no_nan(extreme, hidden):
    """Finite numbers, inf where that is the answer, or an error that names X; under errstate."""
    net, A = init_network([4, 3, 1], rng=0, hidden=hidden), EXTREMES[extreme]
    theta = fold(net)
    calls = {
        "forward": lambda: forward(net, A),
        "backward": lambda: backward(net, forward(net, A), Y),
        "quadratic": lambda: backward(net, forward(net, A), Y, "quadratic"),
        "per_sample": lambda: per_sample_gradients(net, A, Y),
        "cost": lambda: cost(net, A, Y),
        "accuracy": lambda: accuracy(net, A, Y),
        "predict": lambda: predict(net, A),
        "theta": lambda: backward_theta(theta, forward_theta(theta, A, net.g), Y, g=net.g),
        "check": lambda: check_gradients(net, A, Y),
        "central": lambda: check_gradients(net, A, Y, method="central"),
        "split": lambda: Dataset(A, Y).split(rng=0),
        "relative_error": lambda: relative_error(A, -A),
        "train": lambda: train(net, A, Y, learning_rate=0.1, epochs=2)[1].cost,
        "sweep": lambda: sweep(net, A, Y, learning_rates=[0.1], steps=2).net,
        "sigmoid": lambda: [g(A) for g in ACTIVATIONS.values()],
        "losses": lambda: [loss(A[:1], Y) for loss in LOSSES.values()],
    }
    large = extreme not in ("subnormal", "1e-200")
    with np.errstate(all="raise", under="ignore"):
        for name, call in calls.items():
            if name in ("sigmoid", "losses", "relative_error") or not (large or name == "split"):
                results, refusal = numbers(call()), None
            else:
                try:
                    results, refusal = numbers(call()), None
                except ValueError as error:
                    results, refusal = [], str(error)
            assert refusal is None or refusal.startswith(("X ", "X, ", "cache.a[")), (name, refusal)
            assert not any(np.isnan(array).any() for array in results), name


def test_no_public_function_is_forgotten():
    covered = {caller.split()[0].split(".")[0] for calls in TAKES.values() for caller in calls}
    for name in bpcore.__all__:
        thing = getattr(bpcore, name)
        if inspect.isfunction(thing) and inspect.signature(thing).parameters:
            assert name in covered
