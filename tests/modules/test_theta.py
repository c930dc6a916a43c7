"""The folded form against the W, b form, and against the source's formulas."""

import numpy as np
import pytest

from bpcore import (
    Network,
    backward,
    backward_theta,
    fold,
    forward,
    forward_theta,
    relative_error,
    sigmoid,
    unfold,
    with_bias,
)
from bpcore.activations import ACTIVATIONS
from bpcore.losses import LOSSES

SIZES = [[3, 1], [4, 3, 1], [5, 4, 3, 1], [6, 5, 4, 3, 1], [4, 3], [6, 5, 4, 3]]


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", SIZES, ids=str)
@pytest.mark.parametrize("m", [1, 2, 7])
def test_the_folded_form_is_the_other_form(draw, hidden, loss, n, m, record_property):
    """F1, F2 to the last digits; BP1 to BP4, too, from the z and a of either form.

    End to end only for the cross-entropy: W a + b and Theta [1; a] are rounded in another order,
    which moves z in its last digit and a quadratic delta by up to three times as much.
    """
    net, X, Y = draw(n, m, hidden=hidden, loss=LOSSES[loss])
    Theta, cache, depth = fold(net), forward(net, X), net.L
    folded = forward_theta(Theta, X, net.g)
    grads, dTheta = backward(net, cache, Y, loss), backward_theta(Theta, cache, Y, loss, net.g)
    other, both = backward(net, folded, Y, loss), backward_theta(Theta, folded, Y, loss, net.g)
    assert dTheta[0] is None
    assert len(dTheta) == depth + 1
    assert folded.z[0] is None
    assert np.array_equal(folded.a[0], X)
    for i in range(1, depth + 1):
        unfolded = np.hstack([grads.db[i], grads.dW[i]])
        pairs = [
            (folded.z[i], cache.z[i]),
            (folded.a[i], cache.a[i]),
            (dTheta[i], unfolded),
            (both[i], np.hstack([other.db[i], other.dW[i]])),
        ]
        if loss == "cross_entropy":
            pairs.append((both[i], unfolded))
        off = max(relative_error(*pair) for pair in pairs)
        record_property("Theta form against W, b form, relative", float(off))
        assert off <= 1e-15
        assert dTheta[i].shape == Theta[i].shape == (net.n[i], net.n[i - 1] + 1)
        for array in (Theta[i], dTheta[i], folded.z[i], folded.a[i - 1]):
            assert not array.flags.writeable


def test_fold_puts_the_bias_first():
    net = Network([None, [[1, 2], [3, 4]], [[5, 6]]], [None, [[7], [8]], [[9]]])
    Theta = fold(net)
    assert isinstance(Theta, tuple)
    assert np.array_equal(Theta[1], [[7, 1, 2], [8, 3, 4]])
    assert np.array_equal(Theta[2], [[9, 5, 6]])


def test_unfold_is_the_inverse(draw):
    net, _, _ = draw([4, 3, 1], 7, hidden="tanh")
    twin = unfold(fold(net), net.g)
    for i in (1, 2):
        assert np.array_equal(twin.W[i], net.W[i])
        assert np.array_equal(twin.b[i], net.b[i])
    assert twin.g == net.g
    assert np.array_equal(unfold([None, [[3.0, 1.0]]]).W[1], [[1.0]])
    assert unfold(list(fold(net))).g == (None, sigmoid, sigmoid)


def test_with_bias():
    assert np.array_equal(with_bias([[5.0, 6.0], [7.0, 8.0]]), [[1, 1], [5, 6], [7, 8]])
    assert with_bias(np.zeros((0, 3))).shape == (1, 3)


def test_defaults(draw):
    net, X, Y = draw([4, 3, 1], 7)
    Theta = fold(net)
    cache = forward_theta(Theta, X)
    assert np.array_equal(cache.a[2], forward_theta(Theta, X, net.g).a[2])
    default = backward_theta(Theta, cache, Y)
    assert np.array_equal(default[1], backward_theta(Theta, cache, Y, "cross_entropy", net.g)[1])
    assert not np.array_equal(default[1], backward_theta(Theta, cache, Y, "quadratic")[1])


def test_overflow_is_named_by_its_layer():
    Theta = [None, [[0, 1, 1], [0, -1, -1]], [[0, 1, 1]]]
    g = [None, "identity", "sigmoid"]
    with pytest.raises(ValueError, match=r"^X or W is too large: z\[2\] overflows; standardise X$"):
        forward_theta(Theta, [[1.7e308], [1.7e308]], g)
    X, Y = np.full((2, 9), 4e307), np.zeros((1, 9))
    with pytest.raises(ValueError, match=r"^X or W is too large: dTheta\[1\] overflows"):
        backward_theta([None, [[1, 1e-300, 1]]], forward_theta([None, [[1, 1e-300, 1]]], X), Y)


def test_an_infinite_delta_times_a_slope_of_0():
    """Layer 1 is saturated, and layers 2 and 3 multiply delta beyond the finite numbers."""
    Theta = [None, [[0, 100]], [[-4, 4], [-4, 4]], [[0, 1e308, 1e308]]]
    g = [None, "tanh", "identity", "sigmoid"]
    net = unfold(Theta, g)
    cache = forward_theta(Theta, [[1.0]], g)
    with pytest.raises(ValueError, match=r"^X or W is too large: dTheta\[1\] overflows"):
        backward_theta(Theta, cache, [[0]], g=g)
    with pytest.raises(ValueError, match=r"^X or W is too large: dW\[1\] overflows"):
        backward(net, cache, [[0]])
