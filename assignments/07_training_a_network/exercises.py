"""Assignment 7: a network that learns: forward, backward and update, put together."""

import numpy as np

import bpcore
from bpgrader.draw import labels, network
from bpgrader.spec import Exercise, Sheet, Written


def model(rng, depth=None):
    """Draw a network and data; the number of features is not that of layers."""
    while True:
        W, b, X = network(rng, depth or int(rng.integers(2, 5)))
        if X.shape[0] != len(W):
            return W, b, X, labels(rng, X.shape[1])


def gradients_too(rng, depth=None):
    """Draw a network, gradients of its shapes, and a rate."""
    W, b, _, _ = model(rng, depth)
    dW, db = ([None] + [rng.normal(size=v.shape) for v in values[1:]] for values in (W, b))
    return W, b, dW, db, float(rng.uniform(0.2, 0.9))


def training(rng, depth=None):
    return *model(rng, depth), float(rng.uniform(0.2, 0.9)), int(rng.integers(3, 6))


def plane(rng, hidden):
    """Draw a network on the plane and a grid that is wider than high, or higher than wide."""
    W = [None, rng.normal(size=(hidden, 2)), rng.normal(size=(1, hidden))]
    b = [None, rng.normal(size=(hidden, 1)), rng.normal(size=(1, 1))]
    return W, b, rng.normal(size=3 + hidden), rng.normal(size=9 - hidden)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(W, b, X, act=sigmoid, last=sigmoid, bias=True):
    a = [X]
    for i in range(1, len(W)):
        a.append((last if i == len(W) - 1 else act)(W[i] @ a[-1] + b[i] * bias))
    return a


def forward_recursive(W, b, X):
    if len(W) == 1:
        return [X]
    below = forward_recursive(W[:-1], b[:-1], X)
    return [*below, 0.5 * (1 + np.tanh((W[-1].dot(below[-1]) + b[-1]) / 2))]


def forward_by_columns(W, b, X):
    one = [forward_recursive(W, b, X[:, [s]]) for s in range(X.shape[1])]
    return [np.hstack(layer) for layer in zip(*one, strict=True)]


def backward(W, b, X, Y, prime=lambda a: a * (1 - a), delta=lambda a, Y: a - Y, scale=1.0, shift=1):
    a = forward(W, b, X)
    d, m = delta(a[-1], Y), X.shape[1]
    dW, db = [None] * len(W), [None] * len(W)
    for i in range(len(W) - 1, 0, -1):
        dW[i] = scale * d @ a[i - shift].T / m
        db[i] = scale * d.mean(axis=1, keepdims=True)
        d = W[i].T @ d * prime(a[i - 1])
    return {"dW": dW, "db": db}


def backward_reference(W, b, X, Y):
    net = bpcore.Network(W, b)
    grads = bpcore.backward(net, bpcore.forward(net, X), Y, bpcore.cross_entropy)
    return {"dW": list(grads.dW), "db": list(grads.db)}


def backward_by_samples(W, b, X, Y):
    m = X.shape[1]
    each = [backward(W, b, X[:, [s]], Y[:, [s]]) for s in range(m)]
    layers = range(1, len(W))
    return {key: [None] + [sum(g[key][i] for g in each) / m for i in layers] for key in each[0]}


def backward_recursive(W, b, X, Y):
    def back(a, delta):
        i = len(a) - 1
        if i == 0:
            return [None], [None]
        dW, db = back(a[:-1], np.einsum("jk,js->ks", W[i], delta) * a[i - 1] * (1 - a[i - 1]))
        return [*dW, delta @ a[i - 1].T / Y.size], [*db, delta.sum(1, keepdims=True) / Y.size]

    a = forward(W, b, X)
    return dict(zip(("dW", "db"), back(a, a[-1] - Y), strict=True))


def step(W, b, dW, db, rate, sign=-1.0, biased=True):
    move = [None, *range(1, len(W))]
    return {
        "W": [v if i is None else v + sign * rate * dW[i] for i, v in zip(move, W, strict=True)],
        "b": [
            v if i is None else v + sign * rate * db[i] * biased
            for i, v in zip(move, b, strict=True)
        ],
    }


def step_reference(W, b, dW, db, learning_rate):
    return {
        key: [None] + [v - learning_rate * g for v, g in zip(values[1:], grads[1:], strict=True)]
        for key, values, grads in (("W", W, dW), ("b", b, db))
    }


def step_on_copies(W, b, dW, db, rate):
    new = {"W": [None] + [v.copy() for v in W[1:]], "b": [None] + [v.copy() for v in b[1:]]}
    for i in range(1, len(W)):
        new["W"][i] -= rate * dW[i]
        new["b"][i] -= rate * db[i]
    return new


def cost(W, b, X, Y):
    z = W[-1] @ forward(W, b, X)[-2] + b[-1]
    return np.mean(np.logaddexp(0, (1 - 2 * Y) * z))


def train(W, b, X, Y, rate, steps, back=backward, biased=True, sign=-1.0, frozen=False):
    """Train, with the mistakes that one can make."""
    first, costs = back(W, b, X, Y), [cost(W, b, X, Y)]
    for _ in range(steps):
        grads = first if frozen else back(W, b, X, Y)
        W, b = step(W, b, grads["dW"], grads["db"], rate, sign, biased).values()
        costs.append(cost(W, b, X, Y))
    return {"W": W, "b": b, "costs": np.array(costs)}


def costs_without_bias(W, b, X, Y, rate, steps):
    after = [train(W, b, X, Y, rate, t) for t in range(steps + 1)]
    costs = [cost(new["W"], [*new["b"][:-1], 0.0], X, Y) for new in after]
    return {**after[-1], "costs": np.array(costs)}


def costs_of_a(W, b, X, Y, rate, steps):
    after = [train(W, b, X, Y, rate, t) for t in range(steps + 1)]
    outputs = [forward(new["W"], new["b"], X)[-1] for new in after]
    costs = [np.mean(np.logaddexp(0, (1 - 2 * Y) * a)) for a in outputs]
    return {**after[-1], "costs": np.array(costs)}


def train_reference(W, b, X, Y, learning_rate, steps):
    net = bpcore.Network(W, b)
    costs = [bpcore.cost(net, X, Y)]
    for _ in range(steps):
        grads = bpcore.backward(net, bpcore.forward(net, X), Y, bpcore.cross_entropy)
        net = bpcore.step(net, grads, learning_rate)
        costs.append(bpcore.cost(net, X, Y))
    return {"W": list(net.W), "b": list(net.b), "costs": np.array(costs)}


def train_recursive(W, b, X, Y, rate, steps):
    here = [cost(W, b, X, Y)]
    if steps == 0:
        return {"W": W, "b": b, "costs": np.array(here)}
    grads = backward_by_samples(W, b, X, Y)
    later = train_recursive(*step(W, b, *grads.values(), rate).values(), X, Y, rate, steps - 1)
    return {**later, "costs": np.append(here, later["costs"])}


def layer_by_layer(W, b, X, Y, rate, steps):
    """Update each layer before the delta of the layer below is computed: a mistake."""

    def back(W, b, X, Y):
        a = forward(W, b, X)
        d, grads = a[-1] - Y, backward(W, b, X, Y)
        for i in range(len(W) - 1, 0, -1):
            grads["dW"][i] = d @ a[i - 1].T / X.shape[1]
            grads["db"][i] = d.mean(axis=1, keepdims=True)
            d = (W[i] - rate * grads["dW"][i]).T @ d * a[i - 1] * (1 - a[i - 1])
        return grads

    return train(W, b, X, Y, rate, steps, back)


def grid(W, b, x1, x2):
    rows = [forward(W, b, np.vstack([x1, np.full(len(x1), y)]))[-1] for y in x2]
    return np.vstack(rows)


def grid_at_once(W, b, x1, x2):
    points = np.stack([v.ravel() for v in np.meshgrid(x1, x2)])
    return forward(W, b, points)[-1].reshape(len(x2), len(x1))


def grid_by_points(W, b, x1, x2):
    return np.array([[forward(W, b, np.array([[x], [y]]))[-1].item() for x in x1] for y in x2])


def changed(function, **new):
    """Make an answer that differs from a right one in some of its parts."""

    def answer(*args):
        result = function(*args)
        return {**result, **{key: change(result, *args) for key, change in new.items()}}

    return answer


sheet = Sheet(
    title="Assignment 7: training a network",
    exercises=[
        Exercise(
            name="activations_of",
            points=2,
            equation="eq-f2",
            chapter="02_forward_pass",
            inputs=[
                lambda rng: model(rng)[:3],
                lambda rng: model(rng, 1)[:3],
            ],
            reference=lambda W, b, X: forward_recursive(W, b, X),
            wrong={
                "The bias is missing in every layer.": lambda W, b, X: forward(W, b, X, bias=False),
                "a[0] is missing: the list starts with X.": lambda W, b, X: forward(W, b, X)[1:],
                "Only the last activation is returned; all layers are asked.": (
                    lambda W, b, X: forward(W, b, X)[-1]
                ),
                "The last layer lacks its sigmoid: its output must be a probability.": (
                    lambda W, b, X: forward(W, b, X, last=lambda z: z)
                ),
                "You used tanh; this network has sigmoids.": lambda W, b, X: forward(
                    W, b, X, np.tanh, np.tanh
                ),
                "The hidden layers have ReLUs, max(z, 0); sigmoids are asked.": (
                    lambda W, b, X: forward(W, b, X, lambda z: np.maximum(z, 0))
                ),
                "The sigmoid is turned round: you computed 1 / (1 + e^z).": lambda W, b, X: forward(
                    W, b, X, lambda z: sigmoid(-z), lambda z: sigmoid(-z)
                ),
                "a[0] must be X; you put None there.": lambda W, b, X: [
                    None,
                    *forward(W, b, X)[1:],
                ],
                "The output layer is missing.": lambda W, b, X: forward(W, b, X)[:-1],
                "Every layer got X; layer i takes the activations of layer i - 1.": (
                    lambda W, b, X: [X] + [sigmoid(W[i] @ X + b[i]) for i in range(1, len(W))]
                ),
            },
            right=[forward, forward_recursive, forward_by_columns],
            equal={"for i in range(1, len(b)):": "W and b have the same length."},
        ),
        Exercise(
            name="network_gradients",
            uses=("activations_of",),
            points=4,
            parts={"dW": 3, "db": 1},
            equation="eq-bp2",
            chapter="08_delta_recursion",
            inputs=[model, lambda rng: model(rng, 1)],
            reference=backward_reference,
            wrong={
                "The derivative a (1 - a) of the hidden layers is missing.": (
                    lambda W, b, X, Y: backward(W, b, X, Y, prime=lambda a: 1)
                ),
                "The gradients are sums over the samples; divide by m.": lambda W, b, X, Y: (
                    backward(W, b, X, Y, scale=X.shape[1])
                ),
                "The sign is wrong: delta of the last layer is a - y.": lambda W, b, X, Y: backward(
                    W, b, X, Y, delta=lambda a, Y: Y - a
                ),
                "The factor a (1 - a) in the last delta belongs to the quadratic cost.": (
                    lambda W, b, X, Y: backward(
                        W, b, X, Y, delta=lambda a, Y: (a - Y) * a * (1 - a)
                    )
                ),
                "The derivative is that of tanh, 1 - a^2.": lambda W, b, X, Y: backward(
                    W, b, X, Y, prime=lambda a: 1 - a**2
                ),
                "dW[i] takes the activations of layer i - 1, you took those of layer i.": (
                    lambda W, b, X, Y: backward(W, b, X, Y, shift=0)
                ),
                "db is a sum over the samples, dW a mean: divide both by m.": changed(
                    backward,
                    db=lambda r, W, b, X, Y: [None, *(X.shape[1] * v for v in r["db"][1:])],
                ),
                "The lists must start with None, so that dW[i] belongs to W[i].": changed(
                    backward, dW=lambda r, *_: r["dW"][1:], db=lambda r, *_: r["db"][1:]
                ),
                "The lists are in reverse order: entry i belongs to layer i.": changed(
                    backward,
                    dW=lambda r, *_: [None, *r["dW"][:0:-1]],
                    db=lambda r, *_: [None, *r["db"][:0:-1]],
                ),
                "1/m was applied to delta and again to dW: that is 1/m^2.": lambda W, b, X, Y: (
                    backward(W, b, X, Y, scale=1 / X.shape[1])
                ),
            },
            right=[backward, backward_by_samples, backward_recursive],
            equal={
                "db, dW = ([None] * len(W), [None] * len(W))": "Both begin alike.",
                "dW, db = ([None] * len(a), [None] * len(W))": "W, b and a have the same length.",
                "dW, db = ([None] * len(b), [None] * len(W))": "W, b and a have the same length.",
                "dW, db = ([None] * len(W), [None] * len(a))": "W, b and a have the same length.",
                "dW, db = ([None] * len(W), [None] * len(b))": "W, b and a have the same length.",
                "for i in range(len(a) - 1, 0, -1):": "W, b and a have the same length.",
                "for i in range(len(b) - 1, 0, -1):": "W, b and a have the same length.",
                "for i in range(len(dW) - 1, 0, -1):": "W, b and a have the same length.",
                "for i in range(len(db) - 1, 0, -1):": "W, b and a have the same length.",
                "dW[i] = delta @ a[i - 1].T / Y.shape[1]": "X, Y and delta have m columns.",
                "dW[i] = delta @ a[i - 1].T / delta.shape[1]": "X, Y and delta have m columns.",
            },
        ),
        Exercise(
            name="updated",
            points=2,
            equation="eq-update",
            chapter="04_gradient_descent",
            inputs=[gradients_too, lambda rng: gradients_too(rng, 1)],
            reference=step_reference,
            wrong={
                "The step goes against the gradient, with a minus.": lambda W, b, dW, db, r: step(
                    W, b, dW, db, r, sign=1
                ),
                "The biases are not updated.": lambda W, b, dW, db, r: step(
                    W, b, dW, db, r, biased=False
                ),
                "The learning rate is not used.": lambda W, b, dW, db, r: step(W, b, dW, db, 1.0),
                "Those are the steps alone: subtract them from the weights and biases.": changed(
                    step,
                    W=lambda new, W, b, dW, db, r: [None, *(r * g for g in dW[1:])],
                    b=lambda new, W, b, dW, db, r: [None, *(r * g for g in db[1:])],
                ),
                "The lists must start with None, as they came.": lambda W, b, dW, db, r: {
                    k: v[1:] for k, v in step(W, b, dW, db, r).items()
                },
                "Only the last layer is updated.": lambda W, b, dW, db, r: {
                    "W": [*W[:-1], W[-1] - r * dW[-1]],
                    "b": [*b[:-1], b[-1] - r * db[-1]],
                },
                "That is the step alone; the new weights are asked.": lambda W, b, dW, db, r: {
                    "W": [None] + [-r * g for g in dW[1:]],
                    "b": [None] + [-r * g for g in db[1:]],
                },
                "You divided by the rate; multiply.": lambda W, b, dW, db, r: step(
                    W, b, dW, db, 1 / r
                ),
                "W and b have changed places.": lambda W, b, dW, db, r: dict(
                    zip("bW", step(W, b, dW, db, r).values(), strict=True)
                ),
                "The first layer is not updated.": lambda W, b, dW, db, r: {
                    "W": [*W[:2], *step(W, b, dW, db, r)["W"][2:]],
                    "b": [*b[:2], *step(W, b, dW, db, r)["b"][2:]],
                },
            },
            right=[step, step_on_copies, lambda W, b, dW, db, r: step_reference(W, b, dW, db, r)],
            equal={
                "layers = range(1, len(b))": "All four lists have the same length.",
                "layers = range(1, len(dW))": "All four lists have the same length.",
                "layers = range(1, len(db))": "All four lists have the same length.",
            },
        ),
        Exercise(
            name="train_network",
            uses=("activations_of", "network_gradients", "updated"),
            points=5,
            equation="eq-descent",
            chapter="04_gradient_descent",
            inputs=[training, lambda rng: training(rng, 1)],
            reference=train_reference,
            wrong={
                "The cost rises: the step goes against the gradient, with a minus.": (
                    lambda W, b, X, Y, r, n: train(W, b, X, Y, r, n, sign=1.0)
                ),
                "The biases are never updated.": lambda W, b, X, Y, r, n: train(
                    W, b, X, Y, r, n, biased=False
                ),
                "The gradients are computed once, before the loop; each step needs new ones.": (
                    lambda W, b, X, Y, r, n: train(W, b, X, Y, r, n, frozen=True)
                ),
                "There is one step too few.": lambda W, b, X, Y, r, n: train(W, b, X, Y, r, n - 1),
                "There is one step too many.": lambda W, b, X, Y, r, n: train(W, b, X, Y, r, n + 1),
                "The learning rate is not used.": lambda W, b, X, Y, r, n: train(
                    W, b, X, Y, 1.0, n
                ),
                "The costs are sums over the samples; take the mean.": changed(
                    train, costs=lambda r, W, b, X, *_: r["costs"] * X.shape[1]
                ),
                "The loss takes the last weighted input z, not its activation a.": costs_of_a,
                "The bias is missing in the z of your costs.": costs_without_bias,
                "The cost before the first step is missing: steps + 1 costs are wanted.": changed(
                    train, costs=lambda r, *_: r["costs"][1:]
                ),
                "The cost after the last step is missing: steps + 1 costs are wanted.": changed(
                    train, costs=lambda r, *_: r["costs"][:-1]
                ),
                "All gradients belong to the same weights: yours are computed while layers are "
                "updated.": layer_by_layer,
                "The weights that were given come back: the updates are lost.": changed(
                    train, W=lambda r, W, b, *_: W, b=lambda r, W, b, *_: b
                ),
            },
            right=[train, train_reference, train_recursive],
        ),
        Exercise(
            name="probability_map",
            uses=("activations_of",),
            points=3,
            equation="eq-decision",
            chapter="02_forward_pass",
            inputs=[lambda rng: plane(rng, 2), lambda rng: plane(rng, 4)],
            reference=lambda W, b, x1, x2: grid(W, b, x1, x2),
            wrong={
                "Rows are values of x2, columns those of x1; yours is transposed.": (
                    lambda W, b, x1, x2: grid(W, b, x1, x2).T
                ),
                "x1 and x2 have changed places: x1 is the first feature.": (
                    lambda W, b, x1, x2: grid([*W[:1], W[1][:, ::-1], W[2]], b, x1, x2)
                ),
                "The classes are not asked, but the probabilities.": lambda W, b, x1, x2: (
                    grid(W, b, x1, x2) >= 0.5
                ),
                "A row of all points is not wanted: give it the shape of the grid.": (
                    lambda W, b, x1, x2: grid(W, b, x1, x2).reshape(1, -1)
                ),
                "The rows are in reverse order: row i belongs to x2[i].": (
                    lambda W, b, x1, x2: grid(W, b, x1, x2)[::-1]
                ),
                "That is the weighted input z; the probability is its sigmoid.": (
                    lambda W, b, x1, x2: np.log(grid(W, b, x1, x2) / (1 - grid(W, b, x1, x2)))
                ),
                "Only the first of x2 is used.": lambda W, b, x1, x2: np.tile(
                    grid(W, b, x1, x2[:1]), (len(x2), 1)
                ),
                "That is the probability of class 0.": lambda W, b, x1, x2: 1 - grid(W, b, x1, x2),
                "The columns are in reverse order: column j belongs to x1[j].": (
                    lambda W, b, x1, x2: grid(W, b, x1, x2)[:, ::-1]
                ),
            },
            right=[grid, grid_at_once, grid_by_points],
            equal={
                "points = [first.ravel(), second.ravel()]": "The product with @ makes an array.",
                "return activations_of(W, b, points)[-1].reshape(second.shape)": (
                    "Both have the shape of the grid."
                ),
            },
        ),
    ],
    written=[
        Written(
            name="what-units-draw",
            rubric={
                "One unit draws one straight line and gets about 70 per cent right": 1,
                "Two draw an open corner or strip, about 85 per cent": 1,
                "Three or more close the ring": 1,
                "Says why: each hidden unit has one line, the output weighs them": 1,
            },
        ),
        Written(
            name="rate-and-start",
            rubric={
                "Own numbers for at least four rates": 1,
                "Chooses one by held-back data and says why": 1,
                "The hidden layer gets more right than one unit, and why: parity is not a "
                "weighted sum of pixels": 1,
                "With all weights 0 the hidden units stay equal, as their gradients are": 1,
                "Says what training and held-back shares differ by, and what is uncertain": 1,
            },
        ),
    ],
)
