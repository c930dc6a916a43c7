"""Assignment 1: notation and the forward pass."""

from itertools import pairwise

import numpy as np

import bpcore
from bpgrader.draw import network, sizes
from bpgrader.spec import Exercise, Sheet, Written


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_with(step, last=sigmoid, hidden=sigmoid):
    """Make a forward pass from a weighted-input function and two activations."""

    def answer(W, b, X):
        z, a = [None], [X]
        for i in range(1, len(W)):
            z.append(step(W[i], b[i], a[-1]))
            a.append((last if i == len(W) - 1 else hidden)(z[-1]))
        return {"z": z, "a": a}

    return answer


def forward_reference(W, b, X):
    cache = bpcore.forward(bpcore.Network(W, b), X)
    return {"z": list(cache.z), "a": list(cache.a)}


def forward_recursive(W, b, X):
    if len(W) == 1:
        return {"z": [None], "a": [X]}
    below = forward_recursive(W[:-1], b[:-1], X)
    z = W[-1].dot(below["a"][-1]) + b[-1]
    return {"z": [*below["z"], z], "a": [*below["a"], 0.5 * (1 + np.tanh(z / 2))]}


def forward_by_columns(W, b, X):
    z, a = [None], [X]
    for i in range(1, len(W)):
        columns = [W[i] @ a[i - 1][:, s] + b[i][:, 0] for s in range(X.shape[1])]
        z.append(np.stack(columns, axis=1))
        a.append(1 / (1 + np.exp(-z[i])))
    return {"z": z, "a": a}


def every_layer_from_x(W, b, X):
    z = [None] + [W[i] @ X + b[i] for i in range(1, len(W))]
    return {"z": z, "a": [X, *map(sigmoid, z[1:])]}


def output(W, b, X):
    return forward_recursive(W, b, X)["a"][-1]


def layer_by_entries(W, b, A):
    z = np.zeros((W.shape[0], A.shape[1]))
    for j in range(W.shape[0]):
        for s in range(A.shape[1]):
            z[j, s] = b[j, 0] + sum(W[j, k] * A[k, s] for k in range(W.shape[1]))
    return z


def saturated(W, b, X, scale, *, low=0.01, high=0.99, bias=True, bias_scale=1.0, axis=None):
    """Give the share of entries of a[1] outside [low, high] when W[1] is scaled."""
    a = sigmoid(scale * W[1] @ X + bias_scale * b[1] * bias)
    return np.mean((a < low) | (a > high), axis=axis)


def saturated_by_hand(W, b, X, scale):
    z = scale * W[1] @ X + b[1]
    return np.count_nonzero(np.abs(z) > np.log(99)) / z.size


def saturated_by_loop(W, b, X, scale):
    hits = [
        not 0.01 <= sigmoid(scale * W[1][j] @ X[:, s] + b[1][j, 0]) <= 0.99
        for j in range(W[1].shape[0])
        for s in range(X.shape[1])
    ]
    return sum(hits) / len(hits)


def layer_inputs(rng):
    W, b, X = network(rng, 1 + int(rng.integers(1, 3)))
    return W[1], b[1], X


def balanced_inputs(rng):
    """Draw a network whose logits are of both signs, the nearest to 0 at 0.1 and -0.1."""
    W, b, X = network(rng, 3)
    z = np.sort(forward_recursive(W, b, X)["z"][-1], axis=None)
    low, high = z[len(z) // 2 - 1 : len(z) // 2 + 1]
    size, middle = 0.2 / (high - low), (low + high) / 2
    return [*W[:-1], size * W[-1]], [*b[:-1], size * (b[-1] - middle)], X


def tied_inputs(rng):
    """Draw a network that gives every sample the probability 1/2, exactly."""
    W, b, X = network(rng, 3)
    return [*W[:-1], 0 * W[-1]], [*b[:-1], 0 * b[-1]], X


def saturation_inputs(low, high):
    """Draw networks of which one unit comes close to 0.01 and another to 0.99."""

    def inputs(rng):
        W, b, X = network(rng, 3)
        scale = float(rng.uniform(2, 3))
        z = scale * W[1] @ X
        b[1] = 3 * b[1]
        for j, sign in enumerate((-1, 1)):
            a = rng.uniform(low, high)
            b[1][j] = sign * np.log((1 - a) / a) - z[j, 0]
        return W, b, X, scale

    return inputs


sheet = Sheet(
    title="Assignment 1: notation and the forward pass",
    exercises=[
        Exercise(
            name="count_parameters",
            points=2,
            equation="eq-count",
            chapter="01_notation",
            inputs=[
                lambda rng: (sizes(rng, int(rng.integers(3, 6))),),
                lambda rng: (sizes(rng, 1),),
                lambda rng: (sizes(rng, int(rng.integers(3, 6))),),
            ],
            reference=lambda n: bpcore.init_network(n, rng=0).num_parameters,
            wrong={
                "The biases are not counted: every unit of layers 1 to L has one.": lambda n: sum(
                    n[i] * n[i - 1] for i in range(1, len(n))
                ),
                "The input layer has no biases: count those of layers 1 to L only.": lambda n: (
                    sum(n[i] * n[i - 1] for i in range(1, len(n))) + sum(n)
                ),
                "You counted the units, not the weights and biases.": lambda n: sum(n),
                "You counted the biases only; the weights are missing.": lambda n: sum(n[1:]),
                "The output layer is missing: the last pair of layers is L-1 and L.": lambda n: sum(
                    n[i] * (n[i - 1] + 1) for i in range(1, len(n) - 1)
                ),
                "The first layer is missing: the first pair of layers is 0 and 1.": lambda n: sum(
                    n[i] * (n[i - 1] + 1) for i in range(2, len(n))
                ),
                "You gave every unit of the layer BEFORE a bias: it is n[i] (n[i-1] + 1), not "
                "(n[i] + 1) n[i-1].": lambda n: sum(
                    (n[i] + 1) * n[i - 1] for i in range(1, len(n))
                ),
                "One bias per layer is too few: every unit has its own.": lambda n: sum(
                    n[i] * n[i - 1] + 1 for i in range(1, len(n))
                ),
                "You counted the layers.": lambda n: len(n) - 1,
                "Begin with layer 1: for i = 0, n[i - 1] is n[-1], the last layer.": lambda n: sum(
                    n[i] * (n[i - 1] + 1) for i in range(len(n))
                ),
                "Only the last pair of layers is counted: add up with +=, starting from 0.": (
                    lambda n: n[-1] * (n[-2] + 1)
                ),
                "Only the first pair of layers is counted.": lambda n: n[1] * (n[0] + 1),
            },
            right=[
                lambda n: sum(n[i] * (n[i - 1] + 1) for i in range(1, len(n))),
                lambda n: int(np.dot(n[1:], np.array(n[:-1]) + 1)),
                lambda n: sum(rows * columns + rows for columns, rows in pairwise(n)),
            ],
        ),
        Exercise(
            name="weighted_input",
            points=2,
            equation="eq-f1",
            chapter="02_forward_pass",
            inputs=layer_inputs,
            reference=lambda W, b, A: W @ A + b,
            wrong={
                "The bias is missing.": lambda W, b, A: W @ A,
                "The bias is subtracted; it is added.": lambda W, b, A: W @ A - b,
                "Only the last product of each sum is left: add up with +=.": (
                    lambda W, b, A: W[:, -1:] * A[-1] + b
                ),
                "You applied the activation too: the weighted input z comes before it.": (
                    lambda W, b, A: sigmoid(W @ A + b)
                ),
                "Samples are columns here and W stands on the left; yours has them as rows.": (
                    lambda W, b, A: A.T @ W.T + b.T
                ),
                "W and A are multiplied entry by entry; the product is a matrix product, W @ A.": (
                    lambda W, b, A: W * A + b
                ),
                "W is transposed: W has shape (n[i], n[i-1]) and needs no transpose.": (
                    lambda W, b, A: W.T @ A + b
                ),
                "The bias is multiplied by the weights too: it is W A + b, not W (A + b).": (
                    lambda W, b, A: W @ (A + b[0, 0])
                ),
                "The activations are averaged over the samples; every sample keeps its column.": (
                    lambda W, b, A: W @ A.mean(axis=1, keepdims=True) + b
                ),
                "Only the first sample is used; every sample keeps its column.": (
                    lambda W, b, A: W @ A[:, :1] + b
                ),
                "One bias is used for all units; each unit has its own, b has shape (n[i], 1).": (
                    lambda W, b, A: W @ A + b[0, 0]
                ),
            },
            right=[
                layer_by_entries,
                lambda W, b, A: (A.T @ W.T + b.T).T,
                lambda W, b, A: np.einsum("jk,ks->js", W, A) + b,
                lambda W, b, A: np.hstack([b, W]) @ np.vstack([np.ones((1, A.shape[1])), A]),
            ],
        ),
        Exercise(
            name="forward_pass",
            uses=("weighted_input",),
            points=4,
            equation="eq-f2",
            chapter="02_forward_pass",
            inputs=[
                lambda rng: network(rng, int(rng.integers(2, 5))),
                lambda rng: network(rng, 1),
            ],
            reference=forward_reference,
            wrong={
                "The bias is missing in every layer.": forward_with(lambda W, b, a: W @ a),
                "The loop starts at layer 0, the input; the first layer with weights is 1 (W[0] is "
                "None).": lambda W, b, X: W[0] @ X + b[0],
                "The last layer lacks its sigmoid: its output must be a probability.": forward_with(
                    lambda W, b, a: W @ a + b, last=lambda z: z
                ),
                "The hidden layers lack the sigmoid.": forward_with(
                    lambda W, b, a: W @ a + b, hidden=lambda z: z
                ),
                "No layer has an activation: that is one linear map, however deep.": forward_with(
                    lambda W, b, a: W @ a + b, last=lambda z: z, hidden=lambda z: z
                ),
                "You used tanh; this network has sigmoids.": forward_with(
                    lambda W, b, a: W @ a + b, last=np.tanh, hidden=np.tanh
                ),
                "The hidden layers have ReLUs, max(z, 0); sigmoids are asked.": forward_with(
                    lambda W, b, a: W @ a + b, hidden=lambda z: np.maximum(z, 0)
                ),
                "You used e^z / 2 in place of the sigmoid.": forward_with(
                    lambda W, b, a: W @ a + b,
                    last=lambda z: np.exp(z) / 2,
                    hidden=lambda z: np.exp(z) / 2,
                ),
                "The sigmoid is turned round: you computed 1 / (1 + e^z).": forward_with(
                    lambda W, b, a: W @ a + b,
                    last=lambda z: sigmoid(-z),
                    hidden=lambda z: sigmoid(-z),
                ),
                "The bias is subtracted; it is added.": forward_with(lambda W, b, a: W @ a - b),
                "Only the output is returned; return z and a of every layer, in a dict.": output,
                "The list a must start with X (a[0] = X) and z with None, so that the index is the "
                "number of the layer.": lambda W, b, X: {
                    key: value[1:] for key, value in forward_recursive(W, b, X).items()
                },
                "Every layer got X; layer i takes the activations of layer i - 1.": (
                    every_layer_from_x
                ),
            },
            equal={
                "for i in range(1, len(b)):": "W and b have the same length.",
            },
            right=[
                forward_with(lambda W, b, a: W @ a + b),
                forward_recursive,
                forward_by_columns,
            ],
        ),
        Exercise(
            name="classify",
            uses=("weighted_input", "forward_pass"),
            points=2,
            equation="eq-decision",
            chapter="02_forward_pass",
            inputs=[balanced_inputs, tied_inputs],
            reference=lambda W, b, X: bpcore.predict(bpcore.Network(W, b), X),
            wrong={
                "You returned the probabilities; the class is 1 where they are at least 1/2, else "
                "0.": output,
                "The classes are exchanged: class 1 is where the probability is at least 1/2.": (
                    lambda W, b, X: output(W, b, X) < 0.5
                ),
                "You compared with 0: a probability is always above it. The border is 1/2.": (
                    lambda W, b, X: output(W, b, X) > 0
                ),
                "The classes are 0 and 1 here, not -1 and 1.": (
                    lambda W, b, X: np.where(output(W, b, X) >= 0.5, 1, -1)
                ),
                "One class per sample is wanted, shape (1, m); yours has lost its first axis.": (
                    lambda W, b, X: output(W, b, X)[0] >= 0.5
                ),
                "The result is a column of shape (m, 1); samples are columns, so it is (1, m).": (
                    lambda W, b, X: output(W, b, X).T >= 0.5
                ),
                "You returned two rows; the class itself is wanted, one number for each sample.": (
                    lambda W, b, X: np.vstack([output(W, b, X) < 0.5, output(W, b, X) >= 0.5])
                ),
                "The output layer is missing: you looked at the layer before it.": (
                    lambda W, b, X: output(W[:-1], b[:-1], X) >= 0.5
                ),
                "A probability of exactly 1/2 is class 1: >=, not >.": lambda W, b, X: (
                    output(W, b, X) > 0.5
                ),
                "The last sigmoid is missing: compare a with 1/2, or z with 0.": lambda W, b, X: (
                    forward_recursive(W, b, X)["z"][-1] >= 0.5
                ),
            },
            equal={
                "return forward_pass(W, b, X)['a'][-1] >= 0.5": ("A truth value counts as 0 or 1."),
            },
            right=[
                lambda W, b, X: (output(W, b, X) >= 0.5).astype(int),
                lambda W, b, X: np.where(forward_recursive(W, b, X)["z"][-1] >= 0, 1, 0),
                lambda W, b, X: np.heaviside(forward_recursive(W, b, X)["z"][-1], 1),
            ],
        ),
        Exercise(
            name="saturated_share",
            uses=("weighted_input",),
            points=3,
            equation="eq-sigmoid",
            chapter="05_sigmoid_derivative",
            inputs=[saturation_inputs(0.0091, 0.0099), saturation_inputs(0.0101, 0.0109)],
            reference=saturated,
            wrong={
                "That is the share of units that are NOT saturated.": (
                    lambda W, b, X, scale: 1 - saturated(W, b, X, scale)
                ),
                "The scale is not used.": lambda W, b, X, scale: saturated(W, b, X, 1),
                "Only the side near 1 is counted; near 0 a sigmoid is as flat.": (
                    lambda W, b, X, scale: saturated(W, b, X, scale, low=-1)
                ),
                "Only the side near 0 is counted; near 1 a sigmoid is as flat.": (
                    lambda W, b, X, scale: saturated(W, b, X, scale, high=2)
                ),
                "You gave the number of entries; divide by how many there are.": (
                    lambda W, b, X, scale: saturated(W, b, X, scale) * W[1].shape[0] * X.shape[1]
                ),
                "The bias is missing.": lambda W, b, X, scale: saturated(
                    W, b, X, scale, bias=False
                ),
                "The scale multiplies the weights alone, not the bias.": (
                    lambda W, b, X, scale: saturated(W, b, X, scale, bias_scale=scale)
                ),
                "One share is wanted, over all units and samples; you gave one for each unit.": (
                    lambda W, b, X, scale: saturated(W, b, X, scale, axis=1)
                ),
                "The border is 0.01 from 0 and from 1, not 0.1.": (
                    lambda W, b, X, scale: saturated(W, b, X, scale, low=0.1, high=0.9)
                ),
                "No entry is below 0.01 and above 0.99 at once: use | (or), not & (and).": (
                    lambda W, b, X, scale: 0.0
                ),
                "Per cent is not wanted: give a share between 0 and 1.": (
                    lambda W, b, X, scale: 100 * saturated(W, b, X, scale)
                ),
            },
            equal={
                "a = 1 / (1 + np.exp(scale * W[1] @ X + b[1]))": (
                    "It exchanges a and 1 - a, and both ends are counted."
                ),
                "return np.mean((a <= 0.01) | (a > 0.99))": (
                    "Rounding decides what is exactly on the border."
                ),
                "return np.mean((a < 0.01) | (a >= 0.99))": (
                    "Rounding decides what is exactly on the border."
                ),
            },
            right=[
                saturated_by_hand,
                saturated_by_loop,
                lambda W, b, X, scale: np.mean(
                    np.abs(sigmoid(scale * W[1] @ X + b[1]) - 0.5) > 0.49
                ),
            ],
        ),
    ],
    written=[
        Written(
            name="why-activations",
            rubric={
                "Substitutes z[1] into z[2] and collects W = W[2] W[1], b = W[2] b[1] + b[2], "
                "with shapes": 2,
                "Says that ten layers, too, are one map W x + b (logistic regression only for "
                "those who put a sigmoid at the end)": 1,
            },
        ),
        Written(
            name="saturation-observed",
            rubric={
                "Describes the curve: 0 for small scales, then rises towards 1": 1,
                "Explains it by the flat ends of the sigmoid": 1,
                "Concludes that first weights must be smaller the more inputs a unit has": 1,
            },
        ),
    ],
)
