"""The network as a value, and the forward pass against loops over units and samples."""

import copy
import io
import math

import numpy as np
import pytest

from bpcore import (
    Activation,
    Network,
    accuracy,
    cost,
    cross_entropy,
    flatten,
    forward,
    init_network,
    predict,
    relu,
    sigmoid,
    sweep,
    tanh,
    unflatten,
)
from bpcore.activations import ACTIVATIONS
from bpcore.losses import LOSSES


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("n", [[3, 1], [4, 3, 1], [6, 5, 4, 3, 1], [4, 3]])
def test_forward_is_the_sum_over_the_units_before(draw, n, hidden):
    net, X, _ = draw(n, 7, hidden=hidden)
    cache = forward(net, X)
    assert np.array_equal(cache.a[0], X)
    assert cache.z[0] is None
    for i in range(1, net.L + 1):
        assert cache.z[i].shape == cache.a[i].shape == (n[i], 7)
        for j in range(n[i]):
            for s in range(7):
                terms = [net.W[i][j, k] * cache.a[i - 1][k, s] for k in range(n[i - 1])]
                assert cache.z[i][j, s] == pytest.approx(
                    math.fsum([*terms, net.b[i][j, 0]]), abs=1e-14
                )
        assert np.array_equal(cache.a[i], net.g[i](cache.z[i]))
        assert not any(part.flags.writeable for part in (cache.z[i], cache.a[i]))
    assert not cache.a[0].flags.writeable
    assert isinstance(cache.z, tuple)
    assert isinstance(cache.a, tuple)


def test_sizes(draw):
    net, _, _ = draw([6, 5, 4, 1], 7)
    assert net.n == (6, 5, 4, 1)
    assert net.L == 3
    assert net.num_parameters == 5 * 7 + 4 * 6 + 1 * 5
    assert repr(net) == "Network(n=(6, 5, 4, 1), g=(sigmoid, sigmoid, sigmoid,))"
    stack = sweep(net, np.ones((6, 1)), [[1]], learning_rates=[0.1, 0.2], steps=0).net
    assert (stack.n, stack.L, stack.num_parameters) == (net.n, net.L, net.num_parameters)
    assert repr(stack) == "Network(n=(6, 5, 4, 1), g=(sigmoid, sigmoid, sigmoid,), K=2)"
    single = Network([None, np.ones((3, 1, 2))], [None, np.ones((3, 1, 1))])
    assert repr(single) == "Network(n=(2, 1), g=(sigmoid,), K=3)"


def test_a_network_is_a_read_only_copy():
    W, b = [None, np.ones((1, 2))], [None, np.zeros((1, 1))]
    net = Network(W, b)
    W[1][0, 0] = b[1][0, 0] = 9
    assert net.W[1][0, 0] == 1
    assert net.b[1][0, 0] == 0
    assert not any(part.flags.writeable for part in (net.W[1], net.b[1]))
    assert isinstance(net.W, tuple)
    assert isinstance(net.b, tuple)
    assert net.W[0] is net.b[0] is net.g[0] is None
    with pytest.raises(AttributeError):
        net.W = W
    assert net != copy.copy(net)  # values are compared by their arrays, never by ==


def test_activations_by_name_or_by_themselves():
    W, b = [None, [[1.0]], [[1.0]], [[1.0]]], [None, [[0.0]], [[0.0]], [[0.0]]]
    assert Network(W, b).g == (None, sigmoid, sigmoid, sigmoid)
    assert Network(W, b, [None, "tanh", relu, "sigmoid"]).g == (None, tanh, relu, sigmoid)
    assert Network(W, b, (None, tanh, "relu", sigmoid)).g == (None, tanh, relu, sigmoid)
    assert Network(tuple(W), tuple(b)).L == 3


def test_a_stack_of_one_and_of_one_unit():
    net = Network([None, np.ones((1, 1, 2))], [None, np.zeros((1, 1, 1))])
    assert forward(net, [[1.0], [2.0]]).z[1].shape == (1, 1, 1)
    assert cost(net, [[1.0], [2.0]], [[1]]).shape == (1,)


def test_init_network_draws_weights_of_variance_1_over_n():
    net = init_network([400, 100, 1], rng=0)
    assert net.g == (None, sigmoid, sigmoid)
    assert net.W[1].std() == pytest.approx(400**-0.5, rel=0.02)
    assert net.W[2].std() == pytest.approx(100**-0.5, rel=0.2)
    assert abs(net.W[1].mean()) < 0.001
    assert not np.any(net.b[1])
    assert not np.any(net.b[2])
    assert np.array_equal(net.W[1], init_network([400, 100, 1], rng=np.random.default_rng(0)).W[1])
    assert not np.array_equal(net.W[1], init_network([400, 100, 1], rng=1).W[1])
    deep = init_network((5, 4, 3, 1), rng=0, hidden="relu")
    assert deep.g == (None, relu, relu, sigmoid)
    assert init_network([2, 1], rng=0, hidden=tanh).g == (None, sigmoid)
    assert init_network(np.array([4, 3, 1]), rng=0).n == (4, 3, 1)
    assert init_network([np.int8(4), np.uint64(3), 1], rng=0).n == (4, 3, 1)
    rng = np.random.default_rng(0)
    assert not np.array_equal(
        init_network([2, 1], rng=rng).W[1], init_network([2, 1], rng=rng).W[1]
    )


@pytest.mark.parametrize("n", [[4, 3, 1], [5, 4, 3]], ids=str)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
def test_cost_is_the_mean_of_the_losses(draw, loss, n):
    net, X, Y = draw(n, 7, loss=loss)
    z = forward(net, X).z[2]
    assert cost(net, X, Y, loss) == pytest.approx(math.fsum(loss(z, Y)) / 7, rel=1e-15)
    rows = sum(math.fsum(loss(z[k : k + 1], Y[k : k + 1])) for k in range(n[-1]))
    assert cost(net, X, Y, loss) == pytest.approx(rows / 7, rel=1e-15)
    assert cost(net, X, Y, loss.name) == cost(net, X, Y, loss)
    assert np.ndim(cost(net, X, Y, loss)) == 0
    assert loss.soft or cost(net, X, Y) == cost(net, X, Y, cross_entropy)


def test_predict_and_accuracy(draw):
    net, X, Y = draw([4, 1], 7)
    a = forward(net, X).a[1]
    said = predict(net, X)
    assert said.dtype.kind == "i"
    assert np.array_equal(said, (a >= 0.5).astype(int))
    assert 0 < said.sum() < 7
    assert accuracy(net, X, Y) == np.mean(said == Y)
    assert accuracy(net, X, said) == 1
    assert accuracy(net, X, 1 - said) == 0
    even = Network([None, [[1.0]]], [None, [[0.0]]])
    assert np.array_equal(predict(even, [[0.0, -1e-300, 1e-300]]), [[1, 0, 1]])
    assert accuracy(even, [[0.0]], [[1]]) == 1


def test_with_several_outputs_the_largest_is_the_class(draw):
    net, X, _ = draw([4, 3], 7, seed=1)
    said = predict(net, X)
    assert said.shape == (1, 7)
    assert np.array_equal(said[0], forward(net, X).a[1].argmax(axis=0))
    assert len(np.unique(said)) > 1
    Y = np.eye(3)[:, said[0]]
    assert accuracy(net, X, Y) == 1
    Y[:, 0] = np.roll(Y[:, 0], 1)
    assert accuracy(net, X, Y) == 6 / 7
    huge = Network([None, [[1e300], [2e300]]], [None, [[0.0], [0.0]]])
    assert predict(huge, [[1.0, -1.0]]).tolist() == [[1, 0]]  # both a are 1, or 0; their z differ


@pytest.mark.parametrize("n", [[4, 3, 1], [4, 3, 2]], ids=str)
def test_stacks_are_scored_one_by_one(draw, n):
    net, X, Y = draw(n, 7)
    result = sweep(net, X, Y, learning_rates=[0.1, 1.0, 10.0], steps=5)
    assert predict(result.net, X).shape == (3, 1, 7)  # one class a sample, however many outputs
    for k in range(3):
        one = Network(*([None, *(p[k] for p in ps[1:])] for ps in (result.net.W, result.net.b)))
        assert np.array_equal(predict(result.net, X)[k], predict(one, X))
        assert accuracy(result.net, X, Y)[k] == accuracy(one, X, Y)
        assert cost(result.net, X, Y)[k] == pytest.approx(cost(one, X, Y), rel=1e-14)
        assert cost(result.net, X, Y, "quadratic")[k] == pytest.approx(
            cost(one, X, Y, "quadratic"), rel=1e-14
        )
    assert accuracy(result.net, X, Y).shape == cost(result.net, X, Y).shape == (3,)


def test_an_infinite_logit_is_a_result():
    net = Network([None, [[1e300]]], [None, [[0.0]]])
    assert np.array_equal(forward(net, [[1e300, -1e300]]).a[1], [[1.0, 0.0]])
    assert cost(net, [[1e300]], [[0]]) == np.inf


@pytest.mark.parametrize("n", [[3, 1], [4, 3, 1], [5, 4, 3]], ids=str)
def test_a_saved_network_is_the_network(draw, n, tmp_path):
    net, X, _ = draw(n, 7, hidden="tanh")
    file = io.BytesIO()
    for place in (tmp_path / "net.npz", str(tmp_path / "net"), file):
        net.save(place)
        file.seek(0)
        twin = Network.load(place)
        assert np.array_equal(flatten(twin), flatten(net))
        assert twin.g == net.g
        assert all(g is h for g, h in zip(twin.g, net.g, strict=True))
        assert not any(part.flags.writeable for part in (*twin.W[1:], *twin.b[1:]))
        assert np.array_equal(forward(twin, X).a[-1], forward(net, X).a[-1])


def test_a_saved_stack_is_the_stack(draw, tmp_path):
    net, X, Y = draw([4, 3, 1], 7)
    stack = sweep(net, X, Y, learning_rates=[0.1, 1.0], steps=2).net
    stack.save(tmp_path / "stack")
    twin = Network.load(tmp_path / "stack")
    assert repr(twin) == repr(stack)
    assert np.array_equal(twin.W[1], stack.W[1])


def test_an_activation_of_ones_own_is_not_saved_but_the_advice_works(draw, tmp_path):
    own = Activation("tanh", lambda z: np.tanh(z), lambda a: 1 - a * a)  # even under our name
    net, X, _ = draw([4, 3, 1], 7, hidden=own)
    with pytest.raises(
        ValueError, match=r"^g\[1\] must be .* got your own tanh; save flatten\(net"
    ):
        net.save(tmp_path / "net.npz")
    assert not list(tmp_path.iterdir())
    np.save(tmp_path / "net.npy", flatten(net))
    twin = unflatten(np.load(tmp_path / "net.npy"), net)
    assert np.array_equal(forward(twin, X).a[2], forward(net, X).a[2])


def test_a_network_that_fits_but_for_its_last_activation_is_refused(draw):
    net, _, _ = draw([4, 3, 1], 7)
    for last in ("tanh", "identity", Activation("sigmoid", sigmoid.function, sigmoid.derivative)):
        with pytest.raises(ValueError, match=r"^g\[2\] must be bpcore\.sigmoid, as it is the last"):
            Network(net.W, net.b, [None, "tanh", last])
