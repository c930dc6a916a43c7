# ruff: noqa: E501 - a row of a table stands on one line
"""Every value of the package is a value: whatever is done to carry it, it arrives as it was."""

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys

import numpy as np
import pytest

import bpcore
from bpcore import (
    Activation,
    Loss,
    Network,
    backward,
    blobs,
    breast_cancer,
    check_gradients,
    cross_entropy,
    descend,
    flatten,
    forward,
    init_network,
    per_sample_gradients,
    quadratic,
    relu,
    sigmoid,
    soft_quadratic,
    sweep,
    tanh,
    ten_digits,
    train,
)

X, Y = np.random.default_rng(0).normal(size=(2, 7)), np.array([[0, 1, 1, 0, 1, 0, 0]])
OWN = Activation("own", np.tanh, np.ones_like)
LIKE_OURS = Activation("tanh", np.sin, np.ones_like)  # another function under our name
OWN_LOSS = Loss("quadratic", np.subtract, np.subtract, np.subtract, soft=True)
NET = init_network([2, 4, 3, 1], rng=0, hidden="tanh")
RUN, HISTORY = train(NET, X, Y, learning_rate=0.5, epochs=3)
ODD, LOST = train(
    init_network([2, 3, 1], rng=0, hidden="identity"), X, Y, learning_rate=1e160, epochs=9
)
PART, HELD = breast_cancer().split(rng=0)
MERSENNE = np.random.Generator(np.random.MT19937(0))
STACK = sweep(NET, X, Y, learning_rates=[0.1, 1e300], steps=3)
EXAMPLES = {
    "Network": [NET, RUN, STACK.net, Network(NET.W, NET.b, [None, OWN, LIKE_OURS, sigmoid])],
    "Cache": [forward(NET, X), forward(STACK.net, X)],
    "Gradients": [backward(NET, forward(NET, X), Y), per_sample_gradients(NET, X, Y)],
    "Path": [
        descend(np.sum, np.ones_like, [1.0, 2.0], learning_rate=0.5, steps=2),
        descend(abs, lambda x: 1e308 * x, 1.0, learning_rate=9.0, steps=3),
    ],
    "History": [
        HISTORY, LOST, train(NET, X, Y, learning_rate=0.5, epochs=3, record=False)[1],
        train(NET, X, Y, learning_rate=0.5, epochs=3, batch_size=2, rng=1)[1],
        train(NET, X, Y, learning_rate=0.5, epochs=3, batch_size=2, rng=MERSENNE)[1],
    ],
    "Sweep": [STACK, sweep(NET, X, Y, learning_rates=[0.1], steps=0)],
    "Dataset": [blobs(9, rng=0), PART, HELD, ten_digits()],
    "GradientCheck": [
        check_gradients(NET, X, Y), check_gradients(NET, X, Y, method="central"),
        check_gradients(init_network([2, 2, 1], rng=0, hidden="relu"), 0 * X, Y),
    ],
    "LayerCheck": [*check_gradients(NET, X, Y).layers[1:]],
    "Activation": [sigmoid, tanh, relu, bpcore.identity, OWN, LIKE_OURS],
    "Loss": [cross_entropy, quadratic, soft_quadratic, bpcore.soft_cross_entropy, OWN_LOSS],
}  # fmt: skip
VALUES = [value for values in EXAMPLES.values() for value in values]
OURS = (sigmoid, tanh, relu, bpcore.identity, cross_entropy, quadratic, soft_quadratic,
        bpcore.soft_cross_entropy)  # fmt: skip
CARRIED = {
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    **{
        f"pickled, {protocol}": lambda v, p=protocol: pickle.loads(pickle.dumps(v, p))
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
    },
    "copied twice": lambda v: copy.copy(copy.deepcopy(v)),
    "made anew": dataclasses.replace,
}
every_value = pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)


def leaves(value):
    """Give all that a value holds, down to numbers, arrays and functions."""
    if dataclasses.is_dataclass(value) and not isinstance(value, (Activation, Loss)):
        return [
            type(value).__name__,
            *(x for f in dataclasses.fields(value) for x in leaves(getattr(value, f.name))),
        ]
    if isinstance(value, (tuple, list)):
        return [type(value).__name__, *(x for part in value for x in leaves(part))]
    if isinstance(value, dict):
        return [x for key in value for x in (key, *leaves(value[key]))]
    if isinstance(value, (Activation, Loss)):
        functions = [getattr(value, f.name) for f in dataclasses.fields(value)[1:]]
        return [value.name, *(getattr(f, "function", f) for f in functions)]
    return [value]


def same(one, other):
    """Say whether two values hold the same, to the last bit."""
    ones, others = leaves(one), leaves(other)
    return len(ones) == len(others) and all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") and a.dtype == b.dtype
        if isinstance(a, np.ndarray)
        else a == b or (a != a and b != b)
        for a, b in zip(ones, others, strict=True)
    )


def arrays(value):
    return [leaf for leaf in leaves(value) if isinstance(leaf, np.ndarray)]


def is_a_value(value):
    """Assert that nobody can change it, neither an array nor a field."""
    states = arrays(getattr(value, "rng_state", None))  # NumPy's own
    for array in arrays(value):
        assert not array.flags.writeable or any(array is state for state in states)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, None)


def arrived(value, twin):
    """Assert that the twin is what the value is."""
    assert type(twin) is type(value)
    assert same(value, twin)
    is_a_value(twin)
    assert repr(twin) == repr(value) or "array" in repr(value) or "object at" in repr(value)
    if any(value is ours for ours in OURS):
        assert twin is value
    if isinstance(value, Network):
        for g, h in zip(value.g, twin.g, strict=True):
            assert g is h or g not in OURS
        assert np.array_equal(forward(twin, X).a[-1], forward(value, X).a[-1])
    if isinstance(value, bpcore.Sweep):
        assert [twin.report(k) for k in (0, -1)] == [value.report(k) for k in (0, -1)]
    if isinstance(value, (bpcore.History, bpcore.Path)):
        assert twin.report == value.report
    if isinstance(value, bpcore.GradientCheck):
        assert (str(twin), twin.passed, twin.error) == (str(value), value.passed, value.error)
    if isinstance(value, bpcore.Dataset) and value.mean is not None:
        assert np.array_equal(twin.standardise(value.X), value.standardise(value.X))


def test_no_class_is_forgotten():
    classes = {name for name in bpcore.__all__ if inspect.isclass(getattr(bpcore, name))}
    assert classes == set(EXAMPLES)
    for name, values in EXAMPLES.items():
        assert {type(value) for value in values} == {getattr(bpcore, name)}


@every_value
def test_what_the_package_makes_is_a_value(value):
    is_a_value(value)


@pytest.mark.parametrize("way", CARRIED)
@every_value
def test_a_value_arrives_as_it_was(value, way):
    if way == "made anew" and value in OURS:
        return  # a new one with our functions is not ours
    arrived(value, CARRIED[way](value))


@pytest.mark.parametrize("way", [way for way in CARRIED if way not in ("copied", "made anew")])
@every_value
def test_a_deep_copy_has_its_own_memory(value, way):
    for one in arrays(value):
        for other in arrays(CARRIED[way](value)):
            assert not np.shares_memory(one, other)


def test_values_arrive_in_another_process():
    """Sent to a fresh process, looked at there, and sent back."""
    code = """
import pickle, sys
values = pickle.load(sys.stdin.buffer)
import numpy as np, bpcore
ours = [v is getattr(bpcore, v.name, None) for v in values if isinstance(v, (bpcore.Activation, bpcore.Loss))]
writable = [a.flags.writeable for v in values if isinstance(v, bpcore.Network) for a in (*v.W[1:], *v.b[1:])]
pickle.dump((values, ours, writable), sys.stdout.buffer)
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=pickle.dumps(VALUES), capture_output=True, check=True,
    )  # fmt: skip
    values, ours, writable = pickle.loads(run.stdout)
    for value, twin in zip(VALUES, values, strict=True):
        arrived(value, twin)
    assert ours == [value in OURS for value in VALUES if isinstance(value, (Activation, Loss))]
    assert not any(writable)


@pytest.mark.parametrize("way", [way for way in CARRIED if way != "made anew"])
def test_a_function_under_our_name_stays_its_own(way):
    carried = CARRIED[way](Network(NET.W, NET.b, [None, LIKE_OURS, tanh, sigmoid]))
    assert carried.g[1].name == carried.g[2].name == "tanh"
    assert carried.g[1] is not tanh
    assert carried.g[2] is tanh
    assert np.array_equal(carried.g[1](X), np.sin(X))
    loss = CARRIED[way](OWN_LOSS)
    assert loss.soft
    assert np.array_equal(loss.delta(X[:1], Y), X[:1] - Y)


class Swish(Activation):
    """As in PyTorch: a class with the functions as its methods, and with a number of its own."""

    def __init__(self, beta):
        object.__setattr__(self, "beta", beta)
        super().__init__("swish", self.value, self.slope)

    def value(self, z):
        return np.tanh(self.beta * z)

    def slope(self, a):
        return self.beta * (1 - a * a)


class Scaled(Loss):
    """The same for a loss."""

    def __init__(self, scale):
        object.__setattr__(self, "scale", scale)
        super().__init__("scaled", self.value, quadratic.derivative, self.slope, soft=True)

    def value(self, z, y):
        return self.scale * (z - y) ** 2

    def slope(self, z, y):
        return 2 * self.scale * (z - y)


@pytest.mark.parametrize("way", [way for way in CARRIED if way != "made anew"])
def test_a_class_whose_methods_are_the_functions_arrives(way):
    net, loss = CARRIED[way](
        [Network(NET.W, NET.b, [None, Swish(2.0), tanh, sigmoid]), Scaled(3.0)]
    )
    assert (type(net.g[1]), net.g[1].beta) == (Swish, 2.0)
    assert np.array_equal(net.g[1](X), np.tanh(2 * X))
    assert np.array_equal(net.g[1].prime(X), 2 * (1 - X * X))
    assert (type(loss), loss.scale, loss.soft) == (Scaled, 3.0, True)
    assert np.array_equal(loss.delta(X[:1], Y), 6 * (X[:1] - Y))
    is_a_value(net.g[1])


@pytest.mark.parametrize("way", CARRIED)
def test_what_arrived_can_be_gone_on_with(way):
    """The network and its history, carried, go on to the same numbers; batches, too."""
    for batch in ({}, {"batch_size": 2}):
        seed = {"rng": 3} if batch else {}
        ways = {"learning_rate": 0.5, "epochs": 3} | batch
        net, history = train(NET, X, Y, **ways, **seed)
        wanted, whole = train(NET, X, Y, **ways | {"epochs": 6}, **seed)
        got, longer = train(CARRIED[way](net), X, Y, **ways, history=CARRIED[way](history))
        assert np.array_equal(flatten(got), flatten(wanted))
        assert same(longer, whole)


def test_a_part_can_be_replaced_and_is_checked():
    """`dataclasses.replace` asks as the class does."""
    other = dataclasses.replace(NET, g=[None, "relu", OWN, "sigmoid"])
    assert other.g == (None, relu, OWN, sigmoid)
    assert np.array_equal(flatten(other), flatten(NET))
    is_a_value(other)
    with pytest.raises(ValueError, match=r"^W and b must have the same length"):
        dataclasses.replace(NET, b=NET.b[:2])
    renamed = dataclasses.replace(PART, name="mine")
    assert (renamed.name, renamed.mean is None) == ("mine", False)
    is_a_value(renamed)
    with pytest.raises(ValueError, match=r"^Y must "):
        dataclasses.replace(PART, Y=PART.Y[:, 1:])
    with pytest.raises(TypeError, match=r"^function must be a function"):
        dataclasses.replace(OWN, function=None)
    mine = dataclasses.replace(OWN, name="mine", derivative=lambda a: a[:1])
    with pytest.raises(ValueError, match=r"derivative of the activation 'mine'"):
        mine.prime(X)
    again = dataclasses.replace(mine, name="again")
    with pytest.raises(ValueError, match=r"derivative of the activation 'again'"):
        again.prime(X)
