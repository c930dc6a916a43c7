# ruff: noqa: E501 - a row of a table stands on one line
"""Whoever hunts a nan with np.seterr(all="raise") gets the same numbers from every function."""

import dataclasses
import inspect
import warnings

import numpy as np
import pytest

import bpcore
from bpcore import init_network
from bpcore.activations import ACTIVATIONS
from bpcore.losses import LOSSES

ORDINARY = np.random.default_rng(0).normal(size=(4, 7))
Y = np.array([[0, 1, 1, 0, 1, 0, 0]])
SAMPLES = {
    "ordinary": ORDINARY,
    "1e3": ORDINARY * 1e3,
    "1e308": np.full((4, 7), 1e308),
    "1e-200": ORDINARY * 1e-200,
    "subnormal": np.full((4, 7), 5e-324),
    "mixed": np.resize([0.0, -0.0, 1e308, -5e-324, 1.0, 1e-308, -1e3], (4, 7)),
    "one of each": np.vstack([ORDINARY[:3], ORDINARY[:1] * 1e-300]),
}
NETS = {g: init_network([4, 3, 1], rng=0, hidden=g) for g in ACTIVATIONS}
NUMBERS = [np.array([1.0, 1e-300, -1e300, 5e-324, 0.0, 1e3, -745.2, 800.0, 1e-160])]
P, Q = np.array([1 - 1e-10, 1e-10, 5e-324, 0.0]), np.array([1.0, 1e-300, 1e-320, 0.0])
THREE, LABELS = init_network([4, 3, 3], rng=0), np.eye(3)[:, [0, 1, 2, 2, 1, 0, 0]]
ENDS = {"learning_rate": 0.5, "epochs": 3}


def calls():
    """Give (name of the function, call) for every public function, on all kinds of numbers."""
    for X in SAMPLES.values():
        for g, net in NETS.items():
            theta = bpcore.fold(net)
            yield from (
                ("forward", lambda net=net, X=X: bpcore.forward(net, X)),
                ("predict", lambda net=net, X=X: bpcore.predict(net, X)),
                ("accuracy", lambda net=net, X=X: bpcore.accuracy(net, X, Y)),
                ("forward_theta", lambda t=theta, net=net, X=X: bpcore.forward_theta(t, X, net.g)),
            )
            for loss in LOSSES:
                yield from (
                    ("cost", lambda net=net, X=X, loss=loss: bpcore.cost(net, X, Y, loss)),
                    ("backward", lambda net=net, X=X, loss=loss: bpcore.backward(
                        net, bpcore.forward(net, X), Y, loss)),
                    ("backward_theta", lambda t=theta, net=net, X=X, loss=loss: bpcore.backward_theta(
                        t, bpcore.forward_theta(t, X, net.g), Y, loss, net.g)),
                )  # fmt: skip
            loss = [*LOSSES][len(g) % 4]
            yield from (
                ("per_sample_gradients", lambda net=net, X=X, loss=loss: (
                    bpcore.per_sample_gradients(net, X, Y, loss))),
                ("check_gradients", lambda net=net, X=X, loss=loss: (
                    bpcore.check_gradients(net, X, Y, loss))),
                ("check_gradients", lambda net=net, X=X, loss=loss: (
                    bpcore.check_gradients(net, X, Y, loss, method="central"))),
                ("train", lambda net=net, X=X, loss=loss: bpcore.train(net, X, Y, **ENDS, loss=loss)),
                ("train", lambda net=net, X=X, loss=loss: bpcore.train(
                    net, X, Y, **ENDS, loss=loss, batch_size=3, rng=0)),
                ("train", lambda net=net, X=X, loss=loss: bpcore.train(
                    net, X, Y, learning_rate=1e200, epochs=3, loss=loss)),
                ("sweep", lambda net=net, X=X, loss=loss: bpcore.sweep(
                    net, X, Y, learning_rates=[1e-300, 1.0, 1e300], steps=3, loss=loss)),
            )  # fmt: skip
        yield from (
            ("train", lambda X=X: bpcore.train(THREE, X, LABELS, **ENDS)),
            ("Dataset", lambda X=X: bpcore.Dataset(X, Y).split(rng=0)),
            ("Dataset", lambda X=X: bpcore.Dataset(X, Y).split(rng=0)[0].standardise(X)),
            ("with_bias", lambda X=X: bpcore.with_bias(X)),
            ("relative_error", lambda X=X: bpcore.relative_error(X, -X)),
            ("relative_error", lambda X=X: bpcore.relative_error(X, X[::-1])),
            ("check", lambda X=X: bpcore.check("eq-a", X, X)),
            ("numerical_gradient", lambda X=X: bpcore.numerical_gradient(lambda x: x[1], X[:, 0])),
            ("complex_step_gradient", lambda X=X: bpcore.complex_step_gradient(lambda x: x[1], X[:, 0])),
            ("unflatten", lambda X=X: bpcore.unflatten(np.resize(X, 19), NETS["tanh"])),
            *(("descend", lambda X=X, rate=rate, slope=slope: bpcore.descend(
                lambda x: float(np.sign(x).sum()), lambda x: np.where(x > 0, slope, -slope), X[:, 0],
                learning_rate=rate, steps=3)) for rate in (1e-300, 0.1, 10) for slope in (1e-200, 1e308)),
        )  # fmt: skip
        for loss in LOSSES.values():
            yield from (
                (f"{loss}", lambda X=X, loss=loss: loss(X[:1], Y)),
                (f"{loss}", lambda X=X, loss=loss: loss.delta(X[:1], Y)),
                (f"{loss}", lambda X=X, loss=loss: loss.grad_a(
                    np.clip(bpcore.sigmoid(X[:1]), 1e-320, 1 - 1e-16), Y)),
            )  # fmt: skip
        for g in ACTIVATIONS.values():
            yield from (
                (f"{g}", lambda X=X, g=g: g(X)),
                (f"{g}", lambda X=X, g=g: g.prime(g(X))),
            )
    net, grads = (
        NETS["tanh"],
        bpcore.backward(NETS["tanh"], bpcore.forward(NETS["tanh"], ORDINARY), Y),
    )
    tiny = bpcore.Gradients(
        *([None, *(d * 1e-320 for d in ds[1:])] for ds in (grads.dW, grads.db)), ()
    )
    yield from (
        ("step", lambda: bpcore.step(net, grads, 0.5)),
        ("step", lambda: bpcore.step(net, tiny, 1e-300)),
        ("step", lambda: bpcore.step(net, grads, 1e308)),
        ("flatten", lambda: bpcore.flatten(tiny)),
        ("fold", lambda: bpcore.fold(net)),
        ("unfold", lambda: bpcore.unfold(bpcore.fold(net))),
        ("likelihood", lambda: bpcore.likelihood(np.full((1, 2000), 1e-3), np.ones((1, 2000)))),
        ("likelihood", lambda: bpcore.likelihood([[5e-324, 0.5]], [[1, 1]])),
        ("entropy", lambda: bpcore.entropy(P)),
        ("entropy", lambda: bpcore.entropy(Q)),
        ("kl_divergence", lambda: bpcore.kl_divergence(P, Q)),
        ("kl_divergence", lambda: bpcore.kl_divergence(Q, P)),
        ("check", lambda: bpcore.check("eq-a", [1.0, 1e-320], [1.0, 0.0])),
        ("check", lambda: bpcore.check("eq-a", [1e308], [-1e308])),
        ("numerical_gradient", lambda: bpcore.numerical_gradient(
            lambda x: 3e-320 if x > 1 else 0.0, 1.0, h=1e5)),
        ("numerical_gradient", lambda: bpcore.numerical_gradient(
            lambda x: 1e308 if x > 1 else -1e308, 1.0)),
        ("numerical_gradient", lambda: bpcore.numerical_gradient(lambda x: 1.0, 1e308, h=1e308)),
        ("complex_step_gradient", lambda: bpcore.complex_step_gradient(lambda x: 1 + 1e300j, 1.0)),
        ("complex_step_gradient", lambda: bpcore.complex_step_gradient(lambda x: x, 1.0, h=1e-310)),
        ("init_network", lambda: init_network([3, 2, 1], rng=0)),
        ("digits", lambda: bpcore.digits(3, 8)),
        ("ten_digits", lambda: bpcore.ten_digits()),
        ("breast_cancer", lambda: bpcore.breast_cancer()),
        ("worked_example", lambda: bpcore.worked_example()),
        *((name, lambda name=name, noise=noise: getattr(bpcore, name)(9, rng=0, noise=noise))
          for name in ("blobs", "moons", "circles", "xor") for noise in (0, 1e-320, 1.0)),
    )  # fmt: skip


CALLS = [*calls()]


def outcome(call):
    """Give the numbers of a result, or the error in words."""
    try:
        result = call()
    except (ValueError, AssertionError) as error:
        return str(error)
    return numbers(result)


def numbers(result):
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return [x for f in dataclasses.fields(result) for x in numbers(getattr(result, f.name))]
    if isinstance(result, (tuple, list)):
        return [x for part in result for x in numbers(part)]
    return [result]


def alike(one, other):
    if isinstance(one, str):
        return one == other
    return len(one) == len(other) and all(
        np.array_equal(a, b, equal_nan=True) if isinstance(a, (np.ndarray, float)) else a == b
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("mode", ["raise", "warn"])
@pytest.mark.parametrize("name", sorted({name for name, _ in CALLS}))
def test_the_same_numbers_in_every_floating_point_mode(name, mode, capsys):
    """And the mode is as it was afterwards, also after an error."""
    for call in [call for other, call in CALLS if other == name]:
        with np.errstate(all="ignore"):
            wanted = outcome(call)
        with np.errstate(all=mode), warnings.catch_warnings(action="error"):
            before = np.geterr()
            got = outcome(call)
            assert np.geterr() == before
        assert alike(got, wanted), (got, wanted)


def test_no_public_function_is_forgotten():
    covered = {name for name, _ in CALLS}
    values = ("Network", "Cache", "Gradients", "History", "Path", "Sweep", "LayerCheck",
              "GradientCheck", "Activation", "Loss")  # fmt: skip
    for name in bpcore.__all__:
        assert name in covered or name in values, name
    assert all(inspect.isclass(getattr(bpcore, name)) for name in values)
