"""What must hold for every network and every data set, searched by Hypothesis.

The profile of conftest.py is derandomised: the same examples on every machine and every run.
"""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from bpcore import (
    Gradients,
    Network,
    accuracy,
    backward,
    blobs,
    cost,
    cross_entropy,
    entropy,
    flatten,
    fold,
    forward,
    forward_theta,
    kl_divergence,
    likelihood,
    per_sample_gradients,
    predict,
    sigmoid,
    step,
    sweep,
    tanh,
    train,
    unflatten,
    unfold,
)
from bpcore.activations import ACTIVATIONS
from bpcore.losses import LOSSES

few = settings(max_examples=40)
losses = st.sampled_from(list(LOSSES))
reals = st.floats(-1e300, 1e300)


@st.composite
def cases(draw, max_m=9, hidden=tuple(ACTIVATIONS)):
    """Draw a network of 1 to 4 layers and 1 or 3 outputs, moderate parameters, samples, labels."""
    outputs = draw(st.sampled_from([1, 1, 3]))
    n = [*draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)), outputs]
    m = draw(st.integers(1, max_m))
    entries = st.floats(-2, 2).map(lambda x: round(x, 6))
    array = lambda *shape: draw(nps.arrays(float, shape, elements=entries))
    layers = range(1, len(n))
    g = [None, *(draw(st.sampled_from(hidden)) for _ in layers[1:]), "sigmoid"]
    net = Network(
        [None, *(array(n[i], n[i - 1]) for i in layers)],
        [None, *(array(n[i], 1) for i in layers)],
        g,
    )
    Y = draw(nps.arrays(int, (outputs, m), elements=st.integers(0, 1)))
    return net, array(n[0], m), Y


def close(got, want, tol=1e-12, scale=1.0):
    """Equal to tol, relative to the largest entry, or absolute for gradients that vanish."""
    return np.abs(got - want).max() <= tol * max(scale, np.abs(want).max())


def gradient(net, X, Y, loss):
    return flatten(backward(net, forward(net, X), Y, loss))


@given(cases(), losses)
@few
def test_shapes_and_types(case, loss):
    net, X, Y = case
    cache, m = forward(net, X), X.shape[1]
    grads = backward(net, cache, Y, loss)
    for i in range(1, net.L + 1):
        assert cache.z[i].shape == cache.a[i].shape == grads.delta[i].shape == (net.n[i], m)
        assert grads.dW[i].shape == net.W[i].shape
        assert grads.db[i].shape == net.b[i].shape
        for array in (cache.z[i], cache.a[i], grads.delta[i], grads.dW[i], grads.db[i]):
            assert array.dtype == np.float64
            assert np.isfinite(array).all()
    assert predict(net, X).shape == (1, m)
    assert 0 <= accuracy(net, X, Y) <= 1
    assert cost(net, X, Y, loss) >= 0


@given(cases(), losses, st.randoms(use_true_random=False))
@few
def test_the_order_of_the_samples_does_not_matter(case, loss, random):
    net, X, Y = case
    order = random.sample(range(X.shape[1]), X.shape[1])
    assert close(gradient(net, X[:, order], Y[:, order], loss), gradient(net, X, Y, loss))
    grads = backward(net, forward(net, X), Y, loss)
    moved = backward(net, forward(net, X[:, order]), Y[:, order], loss)
    for i in range(1, net.L + 1):
        assert close(moved.delta[i], grads.delta[i][:, order])


@given(cases(), losses, st.integers(2, 4))
@few
def test_doubling_every_sample_leaves_the_mean(case, loss, times):
    net, X, Y = case
    again = np.tile(X, times), np.tile(Y, times)
    assert close(gradient(net, *again, loss), gradient(net, X, Y, loss))
    assert cost(net, *again, loss) == pytest.approx(cost(net, X, Y, loss), rel=1e-12)


@given(cases(), losses, st.data())
@few
def test_the_gradient_is_linear_in_1_over_m(case, loss, data):
    """m times the gradient of all = the sum over two parts of m_k times theirs."""
    net, X, Y = case
    m = X.shape[1]
    assume(m >= 2)
    cut = data.draw(st.integers(1, m - 1))
    parts = (slice(0, cut), slice(cut, m))
    total = sum(gradient(net, X[:, p], Y[:, p], loss) * Y[:, p].shape[1] for p in parts)
    assert close(m * gradient(net, X, Y, loss), total)


@given(cases(max_m=4), losses)
@few
def test_the_batch_is_the_mean_of_its_samples(case, loss):
    net, X, Y = case
    each = per_sample_gradients(net, X, Y, loss)
    mean = Gradients(
        *([None, *(d.mean(axis=0) for d in part[1:])] for part in (each.dW, each.db)), ()
    )
    assert close(flatten(mean), gradient(net, X, Y, loss))


@given(cases(), losses, st.randoms(use_true_random=False))
@few
def test_hidden_units_may_change_places(case, loss, random):
    net, X, Y = case
    assume(net.L >= 2)
    k = random.randint(1, net.L - 1)
    order = random.sample(range(net.n[k]), net.n[k])
    W, b = list(net.W), list(net.b)
    W[k], b[k], W[k + 1] = W[k][order], b[k][order], W[k + 1][:, order]
    twin = Network(W, b, net.g)
    assert close(forward(twin, X).z[net.L], forward(net, X).z[net.L])
    grads = backward(net, forward(net, X), Y, loss)
    moved = backward(twin, forward(twin, X), Y, loss)
    assert close(moved.dW[k], grads.dW[k][order])
    assert close(moved.db[k], grads.db[k][order])
    assert close(moved.dW[k + 1], grads.dW[k + 1][:, order])


@given(cases(hidden=("tanh",)), losses)
@few
def test_a_tanh_layer_may_change_its_sign(case, loss):
    net, X, Y = case
    assume(net.L >= 2)
    W, b = list(net.W), list(net.b)
    W[1], b[1], W[2] = -W[1], -b[1], -W[2]
    twin = Network(W, b, net.g)
    grads, other = (backward(n, forward(n, X), Y, loss) for n in (net, twin))
    assert np.array_equal(other.dW[1], -grads.dW[1])
    assert np.array_equal(other.db[2], grads.db[2])


@given(cases(), losses)
@few
def test_swapping_the_classes(case, loss):
    """Other signs in the last layer and 1 - Y: the same cost, the opposite last gradient."""
    net, X, Y = case
    L = net.L
    twin = Network([*net.W[:L], -net.W[L]], [*net.b[:L], -net.b[L]], net.g)
    assert cost(twin, X, 1 - Y, loss) == pytest.approx(cost(net, X, Y, loss), rel=1e-9, abs=1e-15)
    grads, other = (
        backward(net, forward(net, X), Y, loss),
        backward(twin, forward(twin, X), 1 - Y, loss),
    )
    assert close(other.dW[L], -grads.dW[L])
    assert L == 1 or close(other.dW[1], grads.dW[1])


@given(cases(), losses)
@few
def test_a_small_step_does_not_raise_the_cost(case, loss):
    net, X, Y = case
    smooth = all(g.name != "relu" for g in net.g[1:])
    grads = backward(net, forward(net, X), Y, loss)
    slope = np.linalg.norm(flatten(grads))
    assume(smooth)
    if slope > 0:
        after = cost(step(net, grads, 1e-4 / (1 + slope)), X, Y, loss)
        assert after <= cost(net, X, Y, loss) * (1 + 1e-14)


@given(cases())
@few
def test_round_trips(case):
    net, X, _ = case
    theta = flatten(net)
    assert theta.shape == (net.num_parameters,)
    for twin in (unflatten(theta, net), unfold(fold(net), net.g)):
        assert np.array_equal(flatten(twin), theta)
        assert twin.g == net.g
        assert np.array_equal(forward(twin, X).z[net.L], forward(net, X).z[net.L])
    assert close(forward_theta(fold(net), X, net.g).z[net.L], forward(net, X).z[net.L])


@given(cases(max_m=4), losses, st.floats(0.01, 1.0), st.integers(0, 3))
@few
def test_inputs_are_left_alone(case, loss, rate, epochs):
    net, X, Y = case
    theta, x, y = flatten(net), X.copy(), Y.copy()
    trained, _ = train(net, X, Y, learning_rate=rate, epochs=epochs, loss=loss, batch_size=1, rng=0)
    cost(trained, X, Y, loss)
    per_sample_gradients(net, X, Y, loss)
    assert np.array_equal(flatten(net), theta)
    assert np.array_equal(X, x)
    assert np.array_equal(Y, y)
    assert epochs > 0 or np.array_equal(flatten(trained), theta)


@given(cases(), losses, st.integers(1, 9), st.floats(0.01, 2.0), st.integers(0, 3), st.booleans())
@few
def test_training_is_the_loop(case, loss, size, rate, seed, whole):
    """For every mixture of activations, batch and rate; train, and sweep where it is the same."""
    net, X, Y = case
    m = X.shape[1]
    size = None if whole else min(size, m)
    got, history = train(
        net, X, Y, learning_rate=rate, epochs=2, loss=loss, batch_size=size, rng=seed
    )
    rng, wanted = np.random.default_rng(seed), net
    for _ in range(2):
        order = np.arange(m) if whole else rng.permutation(m)
        for k in range(0, m, size or m):
            x, y = X[:, order[k : k + (size or m)]], Y[:, order[k : k + (size or m)]]
            wanted = step(wanted, backward(wanted, forward(wanted, x), y, loss), rate)
    assert close(flatten(got), flatten(wanted))
    assert history.cost[-1] == pytest.approx(cost(wanted, X, Y, loss), rel=1e-11, abs=1e-14)
    if whole:
        stack = sweep(net, X, Y, learning_rates=[rate, rate / 2], steps=2, loss=loss).net
        one = Network(*([None, *(p[0] for p in ps[1:])] for ps in (stack.W, stack.b)), net.g)
        assert close(flatten(one), flatten(wanted))


@given(cases(), losses, st.sampled_from(["f4", "f8", ">f8"]), st.sampled_from("CFK"), st.booleans())
@few
def test_memory_layout_and_type_do_not_matter(case, loss, dtype, order, backwards):
    net, X, Y = case
    X = X.astype("f4").astype(float)  # exact in every type tried
    other = np.array(X, dtype=dtype, order=order)
    if backwards:
        other = other[::-1, ::-1].copy()[::-1, ::-1]
    assert np.array_equal(gradient(net, other, Y.astype("u1"), loss), gradient(net, X, Y, loss))


@given(nps.arrays(float, st.integers(1, 20), elements=reals))
@few
def test_symmetry_of_the_activations(z):
    with np.errstate(all="raise", under="ignore"):
        assert np.abs(sigmoid(-z) - (1 - sigmoid(z))).max() <= 2e-16
        assert np.array_equal(tanh(-z), -tanh(z))
        assert ((sigmoid(z) >= 0) & (sigmoid(z) <= 1)).all()


@given(nps.arrays(float, (1, 9), elements=reals), st.integers(0, 1))
@few
def test_cross_entropy_is_monotone_and_symmetric(z, y):
    z = np.sort(z)
    labels = np.full_like(z, y, dtype=int)
    nats = cross_entropy(z, labels)
    assert (np.diff(nats) * (1 - 2 * y) >= 0).all()
    assert np.array_equal(nats, cross_entropy(-z, 1 - labels))
    assert (nats >= 0).all()
    assert (np.diff(cross_entropy.delta(z, labels)) >= 0).all()  # convex in z


@st.composite
def distributions(draw, size):
    weights = draw(nps.arrays(float, size, elements=st.floats(0, 1)))
    assume(weights.sum() > 0.1)
    return weights / weights.sum()


@given(st.integers(1, 6).flatmap(lambda k: st.tuples(distributions(k), distributions(k))))
@few
def test_information(pair):
    p, q = pair
    assert -1e-15 <= entropy(p) <= math.log(len(p)) + 1e-12
    assert kl_divergence(p, q) >= 0
    assert kl_divergence(p, p) == 0
    uniform = np.full(len(p), 1 / len(p))
    assert entropy(p) + kl_divergence(p, uniform) == pytest.approx(math.log(len(p)), abs=1e-12)


@given(
    nps.arrays(float, (1, 5), elements=st.floats(-8, 8)),
    nps.arrays(int, (1, 5), elements=st.integers(0, 1)),
)
@few
def test_likelihood_and_cross_entropy(z, y):
    assert -math.log(likelihood(sigmoid(z), y)) == pytest.approx(
        cross_entropy(z, y).sum(), rel=1e-10
    )


@given(st.integers(4, 60), st.integers(0, 2**32), st.floats(0.01, 0.99))
@few
def test_a_split_keeps_every_sample(m, seed, share):
    data = blobs(m, rng=seed)
    ours, theirs = data.split(rng=seed, held_back=share)
    assert {0, 1} == set(ours.Y[0]) == set(theirs.Y[0])
    assert ours.X.shape[1] + theirs.X.shape[1] == m
    both = np.hstack([np.vstack([part.X, part.Y]) for part in (ours, theirs)])
    assert both[2].sum() == data.Y.sum()
    for k in (0, 1):  # one affine map a feature
        low, high = np.sort(data.X[k]), np.sort(both[k])
        np.testing.assert_allclose(
            (high - high[0]) / np.ptp(high), (low - low[0]) / np.ptp(low), atol=1e-9
        )
