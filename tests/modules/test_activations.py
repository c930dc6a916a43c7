"""Activations against 50-digit arithmetic, at the edges, and as the complex step sees them."""

import copy
import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from bpcore import (
    Activation,
    Network,
    flatten,
    identity,
    init_network,
    relu,
    sigmoid,
    tanh,
    train,
)
from bpcore.activations import ACTIVATIONS

EDGE = np.concatenate([np.logspace(-320, -1, 320), np.linspace(0.01, 40, 400)])
POINTS = np.concatenate([np.linspace(-700, 700, 1601), EDGE, -EDGE])
every = pytest.mark.parametrize("g", ACTIVATIONS.values(), ids=str)


@pytest.mark.parametrize(
    ("g", "exact"),
    [(sigmoid, lambda t: 1 / (1 + mpmath.exp(-t))), (tanh, mpmath.tanh)],
    ids=["sigmoid", "tanh"],
)
def test_within_4_ulp_of_50_digits(g, exact, ulps, record_property):
    with mpmath.workdps(50):
        off = ulps(g(POINTS), [exact(mpmath.mpf(float(t))) for t in POINTS])
    record_property(f"{g} against 50 digits, ulp", float(off))
    assert off <= 4


def test_relu_and_identity_are_exact():
    assert np.array_equal(relu(POINTS), [max(t, 0.0) for t in POINTS])
    assert np.array_equal(identity(POINTS), POINTS)


@every
def test_the_slope_from_the_output(g):
    """prime(a) is a(1 - a), 1 - a², 1 where a > 0, or 1, compared in exact fractions."""
    formula = {
        "sigmoid": lambda a: a * (1 - a),
        "tanh": lambda a: 1 - a * a,
        "relu": lambda a: Fraction(int(a > 0)),
        "identity": lambda a: Fraction(1),
    }[g.name]
    outputs = np.linspace(0.001, 0.999, 999)
    for a, slope in zip(outputs, g.prime(outputs), strict=True):
        exact = formula(Fraction(float(a)))
        assert abs(Fraction(float(slope)) - exact) <= Fraction(2, 10**16)


@every
def test_the_slope_is_the_derivative(g):
    z = np.linspace(-6, 6, 400)  # an even number: no point on the kink of relu
    step = g.function(z + 1e-20j).imag / 1e-20
    assert np.abs(g.prime(g(z)) - step).max() <= 4e-16


@every
def test_edges(g):
    edges = np.array([-np.inf, -1e308, -1e4, -1e3, -0.0, 0.0, 5e-324, 1e3, 1e4, 1e308, np.inf])
    want = {
        "sigmoid": [0, 0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1, 1],
        "tanh": [-1, -1, -1, -1, 0, 0, 5e-324, 1, 1, 1, 1],
        "relu": [0, 0, 0, 0, 0, 0, 5e-324, 1e3, 1e4, 1e308, np.inf],
        "identity": edges,
    }[g.name]
    with np.errstate(all="raise", under="ignore"):
        assert np.array_equal(g(edges), want)
        assert np.isfinite(g.prime(g(edges))).all()
        assert np.isnan(g(np.nan))
        assert np.array_equal(np.isnan(g([[0.0, np.nan]])), [[False, True]])


@every
@pytest.mark.parametrize("shape", [(), (3,), (1, 1), (2, 3), (2, 3, 4), (0, 2)])
def test_any_shape(g, shape):
    for function in (g, g.prime):
        assert np.shape(function(np.full(shape, 0.5))) == shape
        assert function(np.full(shape, 0.5)).dtype == np.float64


@every
def test_a_result_never_shares_memory_with_the_argument(g):
    z = np.array([0.25, 0.5])
    for function in (g, g.prime):
        result = function(z)
        assert not np.shares_memory(result, z)
        assert np.array_equal(z, [0.25, 0.5])


def test_relu_has_slope_0_at_its_kink():
    assert relu.prime(0.0) == 0


@every
def test_copies_and_pickles_are_the_same_object(g):
    assert repr(g) == str(g) == g.name
    assert copy.copy(g) is copy.deepcopy(g) is pickle.loads(pickle.dumps(g)) is g
    net = Network([None, [[1.0]], [[1.0]]], [None, [[0.0]], [[0.0]]], [None, g, sigmoid])
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert twin.g[1] is g
        assert twin.g[2] is sigmoid
        assert np.array_equal(twin.W[1], net.W[1])


def test_an_activation_of_ones_own_can_be_used():
    softplus = Activation("softplus", lambda z: np.log1p(np.exp(z)), lambda a: 1 - np.exp(-a))
    net = Network([None, [[1.0]], [[1.0]]], [None, [[0.0]], [[0.0]]], [None, softplus, "sigmoid"])
    assert repr(net) == "Network(n=(1, 1, 1), g=(softplus, sigmoid,))"
    assert sigmoid == net.g[2]


def test_training_with_an_activation_of_ones_own():
    """It gives, to the last bit, the numbers of ours with the same formulas."""
    own = Activation("own", lambda z: np.tanh(z), lambda a: 1 - a * a)
    start = init_network([3, 4, 2, 1], rng=0, hidden=own)
    X, Y = np.random.default_rng(1).normal(size=(3, 5)), np.array([[0, 1, 1, 0, 1]])
    results = [
        train(Network(start.W, start.b, [None, g, g, sigmoid]), X, Y, learning_rate=0.5, epochs=9)
        for g in (own, tanh)
    ]
    (net, history), (same, _) = results
    assert history.cost[-1] < history.cost[0]
    assert np.array_equal(flatten(net), flatten(same))


@every
def test_an_argument_that_cannot_be_written_to_is_enough(g):
    """The bare functions, as F2 and BP2 call them: a fresh array each time, and no other way."""
    x = np.array([[-1.5, 0.0, 0.25, 2.0]])
    x.setflags(write=False)
    for function in (g.function, g.derivative):
        first, second = function(x), function(x)
        assert np.array_equal(first, second)
        assert not np.shares_memory(first, second)
        assert first.flags.writeable
    assert x.tolist() == [[-1.5, 0.0, 0.25, 2.0]]


def test_the_parts_of_an_activation_must_be_functions():
    for parts in ((3.0, np.ones_like), (np.tanh, None)):
        with pytest.raises(TypeError, match=r"^(function|derivative) must be a function, got "):
            Activation("own", *parts)
    with pytest.raises(TypeError, match=r"^name must be a str, got NoneType None$"):
        Activation(None, np.tanh, np.ones_like)


def test_the_known_names():
    assert {"sigmoid": sigmoid, "tanh": tanh, "relu": relu, "identity": identity} == ACTIVATIONS
