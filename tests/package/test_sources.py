"""Examples that others have published, with their numbers: several outputs, soft targets."""

import numpy as np
import pytest

from bpcore import (
    Gradients,
    Network,
    backward,
    check_gradients,
    cost,
    forward,
    init_network,
    predict,
    step,
    sweep,
    train,
)

# M. Mazur, "A step by step backpropagation example", 2015: two inputs, two hidden, two outputs
MAZUR = Network(
    [None, [[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]],
    [None, [[0.35], [0.35]], [[0.60], [0.60]]],
)
X, Y = np.array([[0.05], [0.10]]), np.array([[0.01], [0.99]])
LOSS = "soft_quadratic"


def test_mazur_forward():
    cache = forward(MAZUR, X)
    np.testing.assert_allclose(cache.z[1][0], 0.3775, rtol=1e-12)
    np.testing.assert_allclose(cache.a[1].ravel(), [0.593269992, 0.596884378], atol=5e-10)
    np.testing.assert_allclose(cache.z[2][0], 1.105905967, atol=5e-10)
    np.testing.assert_allclose(cache.a[2].ravel(), [0.751365070, 0.772928465], atol=5e-10)
    assert cost(MAZUR, X, Y, LOSS) == pytest.approx(0.298371109, abs=5e-10)


def test_mazur_backward():
    grads = backward(MAZUR, forward(MAZUR, X), Y, LOSS)
    assert grads.dW[2][0, 0] == pytest.approx(0.082167041, abs=5e-10)
    assert grads.dW[1][0, 0] == pytest.approx(0.000438568, abs=5e-10)
    assert check_gradients(MAZUR, X, Y, LOSS).error <= 1e-13
    assert check_gradients(MAZUR, X, Y, LOSS, method="central").passed


def test_mazur_one_step_of_the_weights():
    """He leaves the biases as they are. His error afterwards is a slip in the seventh digit:

    the new weights that he prints give 0.291027774, he says 0.291027924.
    """
    grads = backward(MAZUR, forward(MAZUR, X), Y, LOSS)
    weights = Gradients(grads.dW, [None, *(0 * b for b in grads.db[1:])], ())
    net = step(MAZUR, weights, 0.5)
    hidden = [0.149780716, 0.19956143, 0.24975114, 0.29950229]
    output = [0.35891648, 0.408666186, 0.511301270, 0.561370121]
    np.testing.assert_allclose(net.W[1].ravel(), hidden, atol=5e-9)
    np.testing.assert_allclose(net.W[2].ravel(), output, atol=5e-9)
    his = Network([None, np.reshape(hidden, (2, 2)), np.reshape(output, (2, 2))], MAZUR.b)
    assert cost(net, X, Y, LOSS) == pytest.approx(cost(his, X, Y, LOSS), abs=5e-10)
    assert cost(net, X, Y, LOSS) == pytest.approx(0.291027924, abs=2e-7)


def test_mazur_trained():
    """With the biases, too, ten thousand steps are as good as his."""
    net, history = train(MAZUR, X, Y, learning_rate=0.5, epochs=10000, loss=LOSS, record=False)
    assert cost(net, X, Y, LOSS) < 0.0000351085
    np.testing.assert_allclose(forward(net, X).a[2], Y, atol=0.006)
    assert history.steps == 10000


@pytest.mark.parametrize("loss", ["cross_entropy", "quadratic"])
def test_several_outputs_are_learned(loss):
    """Three clouds, one output each; a stack is its networks."""
    rng = np.random.default_rng(0)
    kind = np.arange(90) % 3
    centres = np.array([[0.0, 4.0], [4.0, -2.0], [-4.0, -2.0]]).T
    X, Y = centres[:, kind] + rng.normal(size=(2, 90)), np.eye(3)[:, kind]
    start = init_network([2, 5, 3], rng=0)
    net, history = train(start, X, Y, learning_rate=1.0, epochs=300, loss=loss)
    assert history.accuracy[-1] > 0.98
    assert np.array_equal(predict(net, X)[0] == kind, forward(net, X).a[2].argmax(axis=0) == kind)
    result = sweep(start, X, Y, learning_rates=[1.0, 0.1], steps=300, loss=loss)
    np.testing.assert_allclose(result.cost[0], history.cost, rtol=1e-9)


def test_one_output_with_soft_labels_is_the_mixture_of_both_labels():
    """A target of 0.3 is 3 samples of class 1 among 10."""
    net = init_network([2, 3, 1], rng=0)
    x = np.array([[0.5], [-1.0]])
    ten, labels = np.tile(x, 10), np.array([[1] * 3 + [0] * 7])
    soft = cost(net, x, [[0.3]], "soft_cross_entropy")
    assert soft == pytest.approx(cost(net, ten, labels), rel=1e-14)
    one = backward(net, forward(net, x), [[0.3]], "soft_cross_entropy")
    many = backward(net, forward(net, ten), labels)
    for i in (1, 2):
        np.testing.assert_allclose(one.dW[i], many.dW[i], rtol=1e-12)
        np.testing.assert_allclose(one.db[i], many.db[i], rtol=1e-12)
