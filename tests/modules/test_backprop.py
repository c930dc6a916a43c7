"""BP1 to BP4 against four other roads to the same derivatives."""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest

from bpcore import (
    Activation,
    Gradients,
    backward,
    check_gradients,
    cost,
    cross_entropy,
    flatten,
    forward,
    per_sample_gradients,
    relative_error,
    relu,
    sigmoid,
    worked_example,
)
from bpcore.activations import ACTIVATIONS
from bpcore.losses import LOSSES
from bpcore.network import Network

SIZES = {  # widths differ, from m too
    "1 layer": [3, 1], "2 layers": [4, 3, 1], "3 layers": [5, 4, 3, 1], "4 layers": [6, 5, 4, 3, 1],
    "1 layer, 3 outputs": [4, 3], "3 layers, 3 outputs": [6, 5, 4, 3],
}  # fmt: skip

every_net = pytest.mark.parametrize(
    ("hidden", "loss", "size", "m"),
    [
        (hidden, loss, size, m)
        for hidden in ACTIVATIONS.values()
        for loss in LOSSES.values()
        for size in SIZES
        if not (loss.soft and size in ("1 layer", "3 layers"))
        for m in ((7,) if loss.soft or "outputs" in size else (1, 2, 7))
    ],
    ids=str,
)


@pytest.fixture
def case(draw, hidden, loss, size, m):
    n = SIZES[size]
    net, X, Y = draw(n, m, seed=10 * (len(n) - 1) + m, hidden=hidden, loss=loss)
    for z in forward(net, X).z[1:-1]:
        assert hidden is not relu or np.abs(z).min() > 1e-3  # no central difference over the kink
    return net, X, Y


@every_net
def test_complex_step(case, loss, record_property):
    net, X, Y = case
    outcome = check_gradients(net, X, Y, loss)
    record_property("gradient against the complex step, relative", float(outcome.error))
    assert not any(layer.wrong for layer in outcome.layers[1:]), outcome
    assert outcome.passed or np.inf in [layer.floor for layer in outcome.layers[1:]]  # dead
    assert outcome.error <= 1e-13, outcome
    assert (outcome.samples, outcome.kinks) == (X.shape[1], ())
    assert np.linalg.norm(flatten(backward(net, forward(net, X), Y, loss))) > 1e-3  # not 0 = 0


@every_net
def test_central_difference(case, loss, record_property):
    net, X, Y = case
    outcome = check_gradients(net, X, Y, loss, method="central")
    assert not any(layer.wrong for layer in outcome.layers[1:]), outcome
    assert outcome.passed or np.inf in [layer.floor for layer in outcome.layers[1:]]  # dead
    assert (outcome.samples, outcome.kinks) == (X.shape[1], ())
    want = central_difference(net, X, Y, loss)
    off = relative_error(flatten(backward(net, forward(net, X), Y, loss)), want)
    record_property("gradient against central differences, relative", off)
    assert off <= 1e-8


def central_difference(net, X, Y, loss, h=1e-5):
    """Give (J(theta + h) - J(theta - h)) / 2h, all parameters at once: the networks as a stack."""
    theta, W, b, start = flatten(net), [None], [None], 0
    moved = np.vstack([theta + h * np.eye(theta.size), theta - h * np.eye(theta.size)])
    for i in range(1, net.L + 1):
        for parts, like in ((W, net.W[i]), (b, net.b[i])):
            parts.append(moved[:, start : start + like.size].reshape(-1, *like.shape))
            start += like.size
    up, down = cost(Network(W, b, net.g), X, Y, loss).reshape(2, -1)
    return (up - down) / (2 * h)


@every_net
def test_second_source(case, loss, record_property):
    """HIPS autograd, from formulas written here a second time, agrees in every parameter."""
    net, X, Y = case
    apply = {
        "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
        "tanh": anp.tanh,
        "relu": lambda z: anp.maximum(z, 0),
        "identity": lambda z: z,
    }

    def J(parameters):
        a = X
        for i, (W, b) in enumerate(parameters, start=1):
            z = anp.dot(W, a) + b
            a = apply[net.g[i].name](z)
        if "quadratic" in loss.name:
            return anp.sum((a - Y) ** 2) / (2 * X.shape[1])
        return anp.sum(anp.logaddexp(0.0, z) - Y * z) / X.shape[1]

    want = autograd.grad(J)([(net.W[i], net.b[i]) for i in range(1, net.L + 1)])
    grads = backward(net, forward(net, X), Y, loss)
    got = flatten(grads)
    want = np.concatenate([part.ravel() for pair in want for part in pair])
    off = np.abs(got - want).max() / np.linalg.norm(want)
    record_property("gradient against HIPS autograd, relative", float(off))
    assert off <= 1e-14


@every_net
def test_mean_of_per_sample_gradients(case, loss, record_property):
    net, X, Y = case
    grads = backward(net, forward(net, X), Y, loss)
    each = per_sample_gradients(net, X, Y, loss)
    layers = range(1, net.L + 1)
    mean = Gradients(
        *([None, *(d[i].mean(axis=0) for i in layers)] for d in (each.dW, each.db)), ()
    )
    off = relative_error(flatten(mean), flatten(grads))
    record_property("mean of per-sample gradients against the batch, relative", float(off))
    assert off <= 1e-15
    for i in layers:
        assert each.dW[i].shape == (X.shape[1], *net.W[i].shape)
        assert each.db[i].shape == (X.shape[1], *net.b[i].shape)
        np.testing.assert_allclose(each.delta[i], grads.delta[i], rtol=1e-13, atol=1e-17)
    assert each.dW[0] is each.db[0] is each.delta[0] is None


def truth(net, X, Y, loss):
    """Run both passes of a sigmoid network with mpmath, unit by unit and sample by sample."""
    L, m, exact = net.L, X.shape[1], mpmath.mpf
    z, a, delta = ([np.full((n, m), exact(0)) for n in net.n] for _ in range(3))
    for s in range(m):
        a[0][:, s] = [exact(float(x)) for x in X[:, s]]
        for i in range(1, L + 1):
            for j in range(net.n[i]):
                terms = (
                    exact(float(w)) * x for w, x in zip(net.W[i][j], a[i - 1][:, s], strict=True)
                )
                z[i][j, s] = mpmath.fsum(terms) + exact(float(net.b[i][j, 0]))
                a[i][j, s] = 1 / (1 + mpmath.exp(-z[i][j, s]))
        for j in range(net.n[L]):
            last = a[L][j, s]
            slope = last * (1 - last) if "quadratic" in loss.name else 1
            delta[L][j, s] = (last - exact(float(Y[j, s]))) * slope
        for i in range(L - 1, 0, -1):
            for j in range(net.n[i]):
                back = (
                    exact(float(w)) * d
                    for w, d in zip(net.W[i + 1][:, j], delta[i + 1][:, s], strict=True)
                )
                delta[i][j, s] = mpmath.fsum(back) * a[i][j, s] * (1 - a[i][j, s])
    layers = range(1, L + 1)
    dW = [None, *(delta[i] @ a[i - 1].T / m for i in layers)]
    db = [None, *(delta[i].sum(axis=1, keepdims=True) / m for i in layers)]
    return z, a, delta, dW, db


@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
def test_worked_example_against_50_digits(loss):
    """Every intermediate value and all 19 derivatives, to 2 units in the last place of 0.1.

    4 for a soft label, near which a - y loses what a has not.
    """
    net, X, Y = worked_example()
    Y = Y * 0.7 if loss.soft else Y
    cache = forward(net, X)
    grads = backward(net, cache, Y, loss)
    got = (cache.z, cache.a, grads.delta, grads.dW, grads.db)
    with mpmath.workdps(50):
        for ours, exact in zip(got, truth(net, X, Y, loss), strict=True):
            for i in range(1, 3):
                for one, true in zip(ours[i].ravel(), exact[i].ravel(), strict=True):
                    units = 4 if loss.soft else 2
                    assert abs(float(one - true)) <= units * np.spacing(max(abs(one), 0.1))


@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
def test_200_networks_against_50_digits(draw, loss, record_property):
    """The relative error of the whole gradient: median below 3e-16, worst below 2e-15.

    4e-15 for soft labels: where all a are near their y, the whole gradient is a small difference.
    """
    errors = []
    with mpmath.workdps(50):
        for seed in range(50 if loss.soft else 200):
            net, X, Y = draw([4, 3, 1], 7, seed=seed, loss=loss)
            grads = backward(net, forward(net, X), Y, loss)
            *_, dW, db = truth(net, X, Y, loss)
            exact = np.concatenate(
                [p.ravel() for pair in zip(dW[1:], db[1:], strict=True) for p in pair]
            )
            off = mpmath.norm([x - y for x, y in zip(flatten(grads), exact, strict=True)])
            errors.append(float(off / mpmath.norm(list(exact))))
    which = "gradient against 50 digits, " + (
        "50 networks, soft labels" if loss.soft else "200 networks"
    )
    record_property(f"{which}, median", float(np.median(errors)))
    record_property(f"{which}, worst", float(max(errors)))
    assert np.median(errors) <= 3e-16
    assert max(errors) <= (4e-15 if loss.soft else 2e-15)


@pytest.mark.parametrize("m", [1, 2, 7])
def test_logistic_regression_is_the_case_of_one_layer(draw, m):
    net, X, Y = draw([3, 1], m)
    z = net.W[1] @ X + net.b[1]
    delta = np.where(Y == 1, -1 / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))  # a - y, no digit lost
    grads = backward(net, forward(net, X), Y)
    assert relative_error(grads.dW[1], delta @ X.T / m) <= 1e-15
    assert relative_error(grads.db[1], delta.sum(axis=1, keepdims=True) / m) <= 1e-15
    assert relative_error(grads.delta[1], delta) <= 1e-15


@every_net
def test_a_stack_is_its_networks(draw, hidden, loss, size, m, record_property):
    nets = [draw(SIZES[size], m, seed=k, hidden=hidden)[0] for k in range(3)]
    _, X, Y = draw(SIZES[size], m, loss=loss)
    layers = range(1, nets[0].L + 1)
    stack = Network(
        [None, *(np.stack([net.W[i] for net in nets]) for i in layers)],
        [None, *(np.stack([net.b[i] for net in nets]) for i in layers)],
        nets[0].g,
    )
    cache = forward(stack, X)
    grads = backward(stack, cache, Y, loss)
    for k, net in enumerate(nets):
        own_cache = forward(net, X)
        own = backward(net, own_cache, Y, loss)
        for i in layers:
            for got, want in (
                (cache.z, own_cache.z),
                (cache.a, own_cache.a),
                (grads.delta, own.delta),
                (grads.dW, own.dW),
                (grads.db, own.db),
            ):
                assert got[i][k].shape == want[i].shape
                off = relative_error(got[i][k], want[i])
                record_property("stack against separate networks, relative", float(off))
                assert off <= 1e-14


def test_gradients_are_values(draw):
    net, X, Y = draw([4, 3, 1], 7)
    cache = forward(net, X)
    for grads in (backward(net, cache, Y), per_sample_gradients(net, X, Y)):
        for field in (grads.dW, grads.db, grads.delta):
            assert isinstance(field, tuple)
            assert len(field) == 3
            assert field[0] is None
            assert not any(array.flags.writeable for array in field[1:])


def test_overflow_is_named_by_its_layer(draw):
    net, X, Y = draw([4, 3, 1], 7, hidden="identity")
    with pytest.raises(
        ValueError, match=r"^X or W is too large: dW\[1\] overflows; standardise X$"
    ):
        backward(net, forward(net, np.full_like(X, 2e307)), np.zeros_like(Y))


def test_the_bias_may_be_the_one_that_overflows():
    W, b = [None, np.ones((3, 4)), np.full((1, 3), 1.7e308)], [None, np.zeros((3, 1)), [[0.0]]]
    net, X = Network(W, b, [None, "identity", "sigmoid"]), np.zeros((4, 7))
    with pytest.raises(ValueError, match=r"^X or W is too large: db\[1\] overflows"):
        backward(net, forward(net, X), np.ones((1, 7)))


def test_an_activation_that_overflows_is_told_by_its_layer():
    """As the softplus of a large number: who passes no cache is not told of one."""
    own = Activation("softplus", lambda z: np.log(1 + np.exp(z)), lambda a: 1 - np.exp(-a))
    net = Network([None, [[1.0]], [[1.0]]], [None, [[0.0]], [[0.0]]], [None, own, "sigmoid"])
    with pytest.raises(ValueError, match=r"^X or W is too large: a\[1\] overflows; standardise X$"):
        check_gradients(net, [[1e3]], [[1]])
    with pytest.raises(
        ValueError, match=r"^cache.a\[1\] must be finite, got inf at index \[0, 0\]$"
    ):
        backward(net, forward(net, [[1e3]]), [[1]])


def test_a_cache_of_another_network_or_of_no_samples_is_refused(draw):
    net, X, Y = draw([4, 3, 1], 7)
    other, _, _ = draw([4, 5, 1], 7)
    wanted = r"\[\(4, 7\), \(3, 7\), \(1, 7\)\]"
    with pytest.raises(ValueError, match=f"cache must come from this network.*{wanted}.*again$"):
        backward(net, forward(other, X), Y)
    cache = forward(net, X)
    for a in ([], [1.0], [a[:, :0] for a in cache.a], cache.a[:1], cache.a[:2]):
        with pytest.raises(ValueError, match=r"^cache must come from this network"):
            backward(net, type(cache)(cache.z, a), Y)
    lists = type(cache)(cache.z, [a.tolist() for a in cache.a])
    assert relative_error(flatten(backward(net, lists, Y)), flatten(backward(net, cache, Y))) == 0


def test_the_loss_may_be_left_out_or_named(draw):
    net, X, Y = draw([4, 3, 1], 7)
    cache = forward(net, X)
    default = flatten(backward(net, cache, Y))
    assert np.array_equal(default, flatten(backward(net, cache, Y, "cross_entropy")))
    assert np.array_equal(default, flatten(backward(net, cache, Y, cross_entropy)))
    assert not np.array_equal(default, flatten(backward(net, cache, Y, "quadratic")))
    each, named = per_sample_gradients(net, X, Y), per_sample_gradients(net, X, Y, "quadratic")
    assert np.array_equal(each.dW[1].mean(axis=0).shape, named.dW[1].mean(axis=0).shape)
    assert not np.array_equal(each.dW[1], named.dW[1])
    assert sigmoid is net.g[1]
