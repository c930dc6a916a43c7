"""Assignment 4: the delta recursion, for any depth and both costs."""

import numpy as np

import bpcore
from bpgrader.draw import labels, network, samples, sizes
from bpgrader.spec import Exercise, Sheet, Written


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def outputs(rng):
    m = samples(rng)
    return rng.uniform(0.05, 0.95, (1, m)), labels(rng, m)


def certain_outputs(rng):
    """Draw probabilities some of which are exactly 0 or 1, rightly and wrongly."""
    a, Y = outputs(rng)
    a[0, :4], Y[0, :4] = [0, 0, 1, 1], [0, 1, 0, 1]
    return a, Y


def layer(rng):
    """Draw W[i+1], delta[i+1] and a[i]."""
    n = sizes(rng, 3)
    m = samples(rng)
    a = rng.uniform(0.05, 0.95, (n[1], m))
    return rng.normal(size=(n[2], n[1])), rng.normal(size=(n[2], m)), a


def delta_and_a(rng):
    return layer(rng)[1:]


def pass_inputs(rng, depth=None):
    """Draw weights, activations, and delta of the last layer with cross-entropy."""
    W, b, X = network(rng, depth or int(rng.integers(3, 5)))
    a = forward(W, b, X)
    return W, a, a[-1] - labels(rng, X.shape[1])


def data(rng, depth=None):
    while True:
        W, b, X = network(rng, depth or int(rng.integers(3, 5)))
        if X.shape[0] != len(W):  # the number of features must not pass for that of layers
            return W, b, X, labels(rng, X.shape[1])


def forward(W, b, X):
    a = [X]
    for i in range(1, len(W)):
        a.append(sigmoid(W[i] @ a[-1] + b[i]))
    return a


def deltas(W, a, delta, prime=lambda a: a * (1 - a), weights=lambda W, i: W[i]):
    """Give the list None, delta[1], ..., delta[L]."""
    result = [delta]
    for i in range(len(W) - 1, 1, -1):
        result.insert(0, weights(W, i).T @ result[0] * prime(a[i - 1]))
    return [None, *result]


def collect(a, delta, scale=1.0, bias=np.mean, shift=1):
    """Give dW and db of all layers from the deltas."""
    m = a[0].shape[1]
    layers = range(1, len(delta))
    return {
        "dW": [None] + [scale * delta[i] @ a[i - shift].T / m for i in layers],
        "db": [None] + [scale * bias(delta[i], axis=1, keepdims=True) for i in layers],
    }


def backward(W, a, delta):
    return collect(a, deltas(W, a, delta))


def backward_recursive(W, a, delta):
    m, i = delta.shape[1], len(W) - 1
    here = {"dW": [delta @ a[i - 1].T / m], "db": [delta.mean(axis=1, keepdims=True)]}
    if i == 1:
        return {key: [None, *value] for key, value in here.items()}
    below = backward_recursive(W[:-1], a[:-1], W[i].T @ delta * a[i - 1] * (1 - a[i - 1]))
    return {key: below[key] + here[key] for key in here}


def backward_by_samples(W, a, delta):
    L, m = len(W) - 1, delta.shape[1]
    dW = [None] + [np.zeros(w.shape) for w in W[1:]]
    db = [None] + [np.zeros((w.shape[0], 1)) for w in W[1:]]
    for s in range(m):
        d = delta[:, s]
        for i in range(L, 0, -1):
            dW[i] += np.outer(d, a[i - 1][:, s]) / m
            db[i][:, 0] += d / m
            if i > 1:
                d = np.diag(a[i - 1][:, s] * (1 - a[i - 1][:, s])) @ W[i].T @ d
    return {"dW": dW, "db": db}


def backward_reference(W, a, delta_last):
    """Use bpcore: the delta that is given is a - y, which tells the labels."""
    b = [None] + [np.zeros((w.shape[0], 1)) for w in W[1:]]
    cache = bpcore.Cache((None, *map(logit, a[1:])), tuple(a))
    Y = np.round(a[-1] - delta_last)
    grads = bpcore.backward(bpcore.Network(W, b), cache, Y, bpcore.cross_entropy)
    return {"dW": list(grads.dW), "db": list(grads.db)}


def logit(a):
    return np.log(a / (1 - a))


def lengths(W, b, X, Y, measure=np.linalg.norm, output=None, prime=lambda a: a * (1 - a)):
    """Measure delta[1..L] with both costs."""
    a = forward(W, b, X)
    starts = {"cross_entropy": a[-1] - Y, "quadratic": (a[-1] - Y) * a[-1] * (1 - a[-1])}
    return {
        key: np.array([measure(d) for d in deltas(W, a, starts[output or key], prime)[1:]])
        for key in starts
    }


def lengths_reference(W, b, X, Y):
    net = bpcore.Network(W, b)
    return {
        key: np.array(
            [
                np.linalg.norm(d)
                for d in bpcore.backward(net, bpcore.forward(net, X), Y, key).delta[1:]
            ]
        )
        for key in ("cross_entropy", "quadratic")
    }


def lengths_by_sums(W, b, X, Y):
    a = forward(W, b, X)
    result = {}
    for key, d in (
        ("cross_entropy", a[-1] - Y),
        ("quadratic", (a[-1] - Y) * a[-1] * (1 - a[-1])),
    ):
        squares = np.zeros(len(W) - 1)
        for i in range(len(W) - 1, 0, -1):
            squares[i - 1] = (d * d).sum()
            d = (d.T @ W[i]).T * a[i - 1] * (1 - a[i - 1])
        result[key] = squares**0.5
    return result


def both(function):
    """Make an answer to output_delta from what it gives for the two costs."""
    return lambda a, Y: dict(zip(("cross_entropy", "quadratic"), function(a, Y), strict=True))


def gradients(delta, a):
    return [delta @ a.T / delta.shape[1], delta.mean(axis=1, keepdims=True)]


def gradients_by_outer(delta, a):
    m = delta.shape[1]
    dW = sum(np.outer(delta[:, s], a[:, s]) for s in range(m)) / m
    return [dW, sum(delta[:, s : s + 1] for s in range(m)) / m]


def gradients_by_entries(delta, a):
    (rows, m), columns = delta.shape, a.shape[0]
    dW = [[sum(delta[j] * a[k]) / m for k in range(columns)] for j in range(rows)]
    return [np.array(dW), np.array([[sum(delta[j]) / m] for j in range(rows)])]


def before_by_units(W, delta, a):
    result = np.zeros(a.shape)
    for k in range(a.shape[0]):
        for j in range(W.shape[0]):
            result[k] += W[j, k] * delta[j]
    return result * a * (1 - a)


def before_by_jacobian(W, delta, a):
    columns = [(W @ np.diag(a[:, s] * (1 - a[:, s]))).T @ delta[:, s] for s in range(a.shape[1])]
    return np.stack(columns, axis=1)


def gradients_reference(delta, a_before):
    return gradients(delta, a_before)


sheet = Sheet(
    title="Assignment 4: the delta recursion",
    offers=("sigmoid",),
    exercises=[
        Exercise(
            name="output_delta",
            points=3,
            equation="eq-bp1",
            chapter="08_delta_recursion",
            inputs=[outputs, certain_outputs],
            reference=lambda a, Y: {
                name: bpcore.Loss.delta(getattr(bpcore, name), logit(a), Y)
                for name in ("cross_entropy", "quadratic")
            },
            wrong={
                "The two costs have changed places: a - y belongs to cross-entropy.": both(
                    lambda a, Y: ((a - Y) * a * (1 - a), a - Y)
                ),
                "With the quadratic cost the factor a (1 - a) does not cancel.": both(
                    lambda a, Y: (a - Y, a - Y)
                ),
                "With cross-entropy the factor a (1 - a) cancels.": both(
                    lambda a, Y: ((a - Y) * a * (1 - a), (a - Y) * a * (1 - a))
                ),
                "The sign is wrong in both: the prediction comes first, a - y.": both(
                    lambda a, Y: (Y - a, (Y - a) * a * (1 - a))
                ),
                "Delta is not averaged: 1/m comes in only with dW and db.": both(
                    lambda a, Y: ((a - Y) / a.size, (a - Y) * a * (1 - a) / a.size)
                ),
                "You gave dl/da; multiply with a (1 - a) to come to dl/dz.": both(
                    lambda a, Y: ((1 - Y) / (1 - a) - Y / a, a - Y)
                ),
                "The quadratic loss has a factor 1/2, so that its 2 goes away.": both(
                    lambda a, Y: (a - Y, 2 * (a - Y) * a * (1 - a))
                ),
                "The derivative of the sigmoid is a (1 - a); 1 - a^2 is that of tanh.": both(
                    lambda a, Y: (a - Y, (a - Y) * (1 - a**2))
                ),
                "Y is not used in the quadratic case.": both(lambda a, Y: (a - Y, a * a * (1 - a))),
                "Do not divide by a or 1 - a: both can be 0, and 0 / 0 is nan.": both(
                    lambda a, Y: (
                        ((1 - Y) / (1 - a) - Y / a) * a * (1 - a),
                        (a - Y) * a * (1 - a),
                    )
                ),
                "You summed over the samples; delta has one column for each.": both(
                    lambda a, Y: (
                        np.sum(a - Y, axis=1, keepdims=True),
                        np.sum((a - Y) * a * (1 - a), axis=1, keepdims=True),
                    )
                ),
            },
            right=[
                both(lambda a, Y: (a - Y, (a - Y) * a * (1 - a))),
                both(lambda a, Y: (a * (1 - Y) - (1 - a) * Y, (a - Y) * (a - a**2))),
                both(
                    lambda a, Y: (
                        np.where(Y == 1, a - 1, a),
                        np.where(Y == 1, -a * (1 - a) ** 2, a**2 * (1 - a)),
                    )
                ),
            ],
        ),
        Exercise(
            name="delta_before",
            points=3,
            equation="eq-bp2",
            chapter="08_delta_recursion",
            inputs=layer,
            reference=lambda W_next, delta_next, a: W_next.T @ delta_next * bpcore.sigmoid.prime(a),
            wrong={
                "The factor a (1 - a), the derivative of this layer's activation, is missing.": (
                    lambda W, delta, a: W.T @ delta
                ),
                "The factor is a (1 - a), not a.": lambda W, delta, a: W.T @ delta * a,
                "The factor is a (1 - a), not 1 - a.": lambda W, delta, a: W.T @ delta * (1 - a),
                "The derivative of the sigmoid is a (1 - a); 1 - a^2 is that of tanh.": (
                    lambda W, delta, a: W.T @ delta * (1 - a**2)
                ),
                "You applied the sigmoid to a again: a is its output already.": (
                    lambda W, delta, a: W.T @ delta * sigmoid(a) * (1 - sigmoid(a))
                ),
                "W must be transposed: delta goes from the rows of W back to its columns.": (
                    lambda W, delta, a: W @ delta * a * (1 - a)
                ),
                "The sign is wrong.": lambda W, delta, a: -(W.T @ delta * a * (1 - a)),
                "Delta is not averaged: 1/m comes in only with dW and db.": (
                    lambda W, delta, a: W.T @ delta * a * (1 - a) / a.shape[1]
                ),
                "Your result has samples as rows; they are columns.": lambda W, delta, a: (
                    delta.T @ W * (a * (1 - a)).T
                ),
                "You added the factor a (1 - a); it multiplies, entry by entry.": (
                    lambda W, delta, a: W.T @ delta + a * (1 - a)
                ),
                "The factor is squared: it comes in once.": lambda W, delta, a: (
                    W.T @ delta * (a * (1 - a)) ** 2
                ),
                "a (1 - a) belongs to layer i: multiply it with W^T delta, not with delta.": (
                    lambda W, delta, a: W.T @ (delta * a * (1 - a))
                ),
                "W^T delta is a matrix product, @, not a product entry by entry.": (
                    lambda W, delta, a: W.T * delta * a * (1 - a)
                ),
            },
            right=[
                lambda W, delta, a: W.T @ delta * a * (1 - a),
                before_by_units,
                before_by_jacobian,
                lambda W, delta, a: (delta.T @ W).T * (a - a * a),
            ],
        ),
        Exercise(
            name="layer_gradients",
            points=3,
            equation="eq-bp4",
            chapter="08_delta_recursion",
            inputs=delta_and_a,
            reference=gradients_reference,
            wrong={
                "You summed over the samples; divide both by m.": lambda delta, a: [
                    delta.shape[1] * g for g in gradients(delta, a)
                ],
                "dW is summed, db is averaged: divide both by m.": lambda delta, a: [
                    delta @ a.T,
                    gradients(delta, a)[1],
                ],
                "db is summed, dW is averaged: divide both by m.": lambda delta, a: [
                    gradients(delta, a)[0],
                    delta.sum(axis=1, keepdims=True),
                ],
                "dW is transposed: it has the shape of W, (n[i], n[i-1]).": lambda delta, a: [
                    gradients(delta, a)[0].T,
                    gradients(delta, a)[1],
                ],
                "db has lost an axis: it has the shape of b, (n[i], 1); use keepdims.": (
                    lambda delta, a: [gradients(delta, a)[0], delta.mean(axis=1)]
                ),
                "db is a mean over the units; it is one over the samples, axis 1.": (
                    lambda delta, a: [gradients(delta, a)[0], delta.mean(axis=0, keepdims=True)]
                ),
                "db is one number for the whole layer; each unit has its own.": (
                    lambda delta, a: [gradients(delta, a)[0], delta.mean(keepdims=True)]
                ),
                "You divided by m - 1.": lambda delta, a: [
                    g * delta.shape[1] / (delta.shape[1] - 1) for g in gradients(delta, a)
                ],
                "You divided by the number of units, not by that of samples.": lambda delta, a: [
                    g * delta.shape[1] / delta.shape[0] for g in gradients(delta, a)
                ],
                "The sign is wrong: these are gradients, the minus belongs to the update.": (
                    lambda delta, a: [-g for g in gradients(delta, a)]
                ),
                "There is a factor a (1 - a) too many: delta has the derivative already.": (
                    lambda delta, a: [
                        gradients(delta, a * a * (1 - a))[0],
                        gradients(delta, a)[1],
                    ]
                ),
                "db and dW have changed places: dW comes first.": lambda delta, a: gradients(
                    delta, a
                )[::-1],
            },
            equal={
                "return [delta @ a_before.T / a_before.shape[1], delta.mean(axis=1, "
                "keepdims=True)]": "Both have m columns.",
            },
            right=[gradients, gradients_by_outer, gradients_by_entries],
        ),
        Exercise(
            name="backward_pass",
            uses=("delta_before", "layer_gradients"),
            points=5,
            equation="eq-bp2",
            chapter="08_delta_recursion",
            inputs=[pass_inputs, lambda rng: pass_inputs(rng, 1)],
            reference=backward_reference,
            wrong={
                "The derivative a (1 - a) of the hidden layers is missing.": (
                    lambda W, a, delta: collect(a, deltas(W, a, delta, lambda a: 1))
                ),
                "The gradients are summed; divide by m.": lambda W, a, delta: collect(
                    a, deltas(W, a, delta), scale=delta.shape[1]
                ),
                "1/m was applied to delta and again to dW: that is 1/m^2.": (
                    lambda W, a, delta: collect(a, deltas(W, a, delta), scale=1 / delta.shape[1])
                ),
                "The biases' gradients are summed; take the mean, as for the weights.": (
                    lambda W, a, delta: collect(a, deltas(W, a, delta), bias=np.sum)
                ),
                "The sign is wrong.": lambda W, a, delta: collect(a, deltas(W, a, -delta)),
                "The derivative is that of tanh, 1 - a^2.": lambda W, a, delta: collect(
                    a, deltas(W, a, delta, lambda a: 1 - a**2)
                ),
                "The derivative belongs to the layer you go back to: a (1 - a) of a[i - 1].": (
                    lambda W, a, delta: collect(a, deltas(W, a[1:], delta))
                ),
                "Delta goes back from layer i to layer i - 1 through W[i]; you took W[i - 1].": (
                    lambda W, a, delta: collect(
                        a, deltas(W, a, delta, weights=lambda W, i: W[i - 1])
                    )
                ),
                "The last layer's delta is given; you multiplied it with a (1 - a) again.": (
                    lambda W, a, delta: backward(W, a, delta * a[-1] * (1 - a[-1]))
                ),
                "The lists must start with None, so that dW[i] belongs to W[i].": (
                    lambda W, a, delta: {k: v[1:] for k, v in backward(W, a, delta).items()}
                ),
                "The lists are in reverse order: entry i belongs to layer i.": (
                    lambda W, a, delta: {
                        k: [None, *v[:0:-1]] for k, v in backward(W, a, delta).items()
                    }
                ),
                "dW[i] takes the activations of layer i - 1, you took those of layer i.": (
                    lambda W, a, delta: collect(a, deltas(W, a, delta), shift=0)
                ),
                "The weights of the step before the update are needed; yours are changed.": (
                    lambda W, a, delta: collect(
                        a,
                        deltas(
                            W,
                            a,
                            delta,
                            weights=lambda W, i: W[i] - backward(W, a, delta)["dW"][i],
                        ),
                    )
                ),
            },
            equal={
                "db, dW = ([None] * (L + 1), [None] * (L + 1))": "Both begin alike.",
                "if L > 1:": "One delta more is computed, and dropped.",
                "if i >= 1:": "One delta more is computed, and dropped.",
                "if i > 0:": "One delta more is computed, and dropped.",
                "L, delta = (len(a) - 1, delta_last)": "a and W have the same length.",
            },
            right=[backward, backward_recursive, backward_by_samples],
        ),
        Exercise(
            name="delta_lengths",
            uses=("output_delta", "delta_before"),
            points=3,
            equation="eq-delta-product",
            chapter="08_delta_recursion",
            inputs=[data, lambda rng: data(rng, 1)],
            reference=lengths_reference,
            wrong={
                "The square root is missing.": lambda W, b, X, Y: lengths(
                    W, b, X, Y, lambda d: np.sum(d**2)
                ),
                "That is the mean size; the Euclidean length is asked.": lambda W, b, X, Y: lengths(
                    W, b, X, Y, lambda d: np.mean(np.abs(d))
                ),
                "That is the root of the MEAN square; take the sum over all entries.": (
                    lambda W, b, X, Y: lengths(W, b, X, Y, lambda d: np.mean(d**2) ** 0.5)
                ),
                "That is the largest entry; the Euclidean length is asked.": (
                    lambda W, b, X, Y: lengths(W, b, X, Y, lambda d: np.abs(d).max())
                ),
                "That is the sum of the sizes; the Euclidean length is asked.": (
                    lambda W, b, X, Y: lengths(W, b, X, Y, lambda d: np.abs(d).sum())
                ),
                "The layers are in reverse order: layer 1 first.": lambda W, b, X, Y: {
                    k: v[::-1] for k, v in lengths(W, b, X, Y).items()
                },
                "Both vectors are for cross-entropy.": lambda W, b, X, Y: lengths(
                    W, b, X, Y, output="cross_entropy"
                ),
                "Both vectors are for the quadratic cost.": lambda W, b, X, Y: lengths(
                    W, b, X, Y, output="quadratic"
                ),
                "The derivative a (1 - a) of the hidden layers is missing.": (
                    lambda W, b, X, Y: lengths(W, b, X, Y, prime=lambda a: 1)
                ),
                "Delta of layer 1 is missing: lengths of layers 1 to L are asked.": (
                    lambda W, b, X, Y: {k: v[1:] for k, v in lengths(W, b, X, Y).items()}
                ),
                "Delta is not averaged: there is a 1/m too many.": lambda W, b, X, Y: lengths(
                    W, b, X, Y, lambda d: np.linalg.norm(d) / d.shape[1]
                ),
            },
            equal={
                "for i in range(1, len(b)):": "W and b have the same length.",
                "for i in range(len(a) - 1, 1, -1):": "a, W and b have the same length.",
                "for i in range(len(b) - 1, 1, -1):": "a, W and b have the same length.",
            },
            right=[
                lengths,
                lengths_by_sums,
                lambda W, b, X, Y: lengths(W, b, X, Y, lambda d: np.sqrt(np.einsum("js,js", d, d))),
            ],
        ),
    ],
    written=[
        Written(
            name="proof-of-bp2",
            rubric={
                "Chain rule with the sum over the units of the next layer": 2,
                "Derivative of z[i+1] with respect to z[i], with that of the activation": 1,
                "Back to matrices with the transpose, and shapes": 1,
            },
        ),
        Written(
            name="vanishing",
            rubric={
                "Deltas shrink toward the input, about fourfold per layer": 1,
                "Explained by factors of at most 1/4 and the size of the weights": 1,
                "With weights twice as large they shrink less, about 2.6-fold": 1,
                "Compares the costs for a badly wrong network": 1,
                "Relates it to the factor a (1 - a) at the output": 1,
            },
        ),
    ],
)
