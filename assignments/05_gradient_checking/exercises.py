"""Assignment 5: the 4-3-1 network by hand, gradient checking, and five planted bugs."""

import numpy as np

import bpcore
from bpgrader.draw import labels, network
from bpgrader.spec import Exercise, Sheet, Written


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def one_sample(rng, label):
    """Draw a 4-3-1 network and one sample of a class."""
    W = [None, rng.normal(size=(3, 4)), rng.normal(size=(1, 3))]
    b = [None, rng.normal(size=(3, 1)), rng.normal(size=(1, 1))]
    return W, b, rng.normal(size=(4, 1)), np.array([[label]])


def two_layers(rng):
    W, b, X = network(rng, 2)
    return W, b, X, labels(rng, X.shape[1])


def with_step(rng):
    return *two_layers(rng), float(rng.uniform(0.1, 0.3))


def two_vectors(rng):
    """Draw a gradient and one that is not quite the same."""
    want = rng.normal(size=int(rng.integers(5, 9)))
    return want * rng.uniform(1.1, 1.3) + 0.1 * rng.normal(size=want.shape), want


def point_and_step(rng):
    return float(rng.uniform(0.5, 1.5)), float(rng.uniform(0.4, 0.8))


def hand(W, b, x, y, prime=lambda a: a * (1 - a), sign=1.0, quadratic=False, act=sigmoid):
    """Give every quantity of the backward pass for one sample."""
    a1 = act(W[1] @ x + b[1])
    a2 = sigmoid(W[2] @ a1 + b[2])
    delta2 = sign * (a2 - y) * (a2 * (1 - a2) if quadratic else 1)
    da1 = W[2].T @ delta2
    delta1 = da1 * prime(a1)
    return {
        "delta2": delta2,
        "dW2": delta2 @ a1.T,
        "db2": delta2,
        "da1": da1,
        "delta1": delta1,
        "dW1": delta1 @ x.T,
        "db1": delta1,
    }


def hand_by_entries(W, b, x, y):
    a1 = [sigmoid(sum(W[1][j, k] * x[k, 0] for k in range(4)) + b[1][j, 0]) for j in range(3)]
    d2 = sigmoid(sum(W[2][0, j] * a1[j] for j in range(3)) + b[2][0, 0]) - y[0, 0]
    da1 = [W[2][0, j] * d2 for j in range(3)]
    d1 = [da1[j] * a1[j] * (1 - a1[j]) for j in range(3)]
    return {
        "delta2": np.array([[d2]]),
        "dW2": np.array([[d2 * a1[j] for j in range(3)]]),
        "db2": np.array([[d2]]),
        "da1": np.array(da1)[:, None],
        "delta1": np.array(d1)[:, None],
        "dW1": np.array([[d1[j] * x[k, 0] for k in range(4)] for j in range(3)]),
        "db1": np.array(d1)[:, None],
    }


def hand_by_einsum(W, b, x, y):
    a1 = 0.5 * (1 + np.tanh((W[1] @ x + b[1]) / 2))
    delta2 = 0.5 * (1 + np.tanh((W[2] @ a1 + b[2]) / 2)) - y
    da1 = np.einsum("jk,js->ks", W[2], delta2)
    delta1 = np.diag((a1 - a1**2)[:, 0]) @ da1
    dW = np.einsum("js,ks->jk", delta2, a1), np.outer(delta1, x)
    names = ("delta2", "dW2", "db2", "da1", "delta1", "dW1", "db1")
    return dict(zip(names, (delta2, dW[0], delta2, da1, delta1, dW[1], delta1), strict=True))


def hand_reference(W, b, x, y):
    net = bpcore.Network(W, b)
    grads = bpcore.backward(net, bpcore.forward(net, x), y, bpcore.cross_entropy)
    return {
        "delta2": grads.delta[2],
        "dW2": grads.dW[2],
        "db2": grads.db[2],
        "da1": W[2].T @ grads.delta[2],
        "delta1": grads.delta[1],
        "dW1": grads.dW[1],
        "db1": grads.db[1],
    }


def changed(result, **new):
    return {**result, **new}


def cost(W, b, X, Y):
    a = X
    for i in (1, 2):
        z = W[i] @ a + b[i]
        a = sigmoid(z)
    return np.mean(np.logaddexp(0, (1 - 2 * Y) * z))


def differences(W, b, X, Y, h, quotient=None, cost=cost, restore=True, whole_rows=False):
    """Give difference quotients for every parameter; quotient takes J(+h), J(-h), J(0), h."""
    quotient = quotient or (lambda up, down, here, h: (up - down) / (2 * h))
    result = {}
    for key, arrays in (("dW", W), ("db", b)):
        result[key] = [None]
        for i in (1, 2):
            grad = np.empty(arrays[i].shape)
            for k in np.ndindex(grad.shape):
                here = cost(W, b, X, Y)
                moved = k[:1] if whole_rows else k
                old = arrays[i][moved].copy()
                arrays[i][moved] = old + h
                up = cost(W, b, X, Y)
                arrays[i][moved] = old - h
                down = cost(W, b, X, Y)
                if restore:
                    arrays[i][moved] = old
                grad[k] = quotient(up, down, here, h)
            result[key].append(grad)
    return result


def differences_reference(W, b, X, Y, h):
    net = bpcore.Network(W, b)
    theta = bpcore.flatten(net)

    def f(t):
        return bpcore.cost(bpcore.unflatten(t, net), X, Y)

    grad = bpcore.unflatten(bpcore.numerical_gradient(f, theta, h=h), net)
    return {"dW": list(grad.W), "db": list(grad.b)}


def differences_of_copies(W, b, X, Y, h):
    result = {"dW": [None], "db": [None]}
    for i in (1, 2):
        for key, arrays in (("dW", W), ("db", b)):
            grad = np.zeros(arrays[i].size)
            for k in range(grad.size):
                ends = []
                for sign in (1, -1):
                    moved = arrays[i].copy()
                    moved.flat[k] += sign * h
                    lists = {"dW": list(W), "db": list(b)}
                    lists[key][i] = moved
                    ends.append(cost(lists["dW"], lists["db"], X, Y))
                grad[k] = (ends[0] - ends[1]) / h / 2
            result[key].append(grad.reshape(arrays[i].shape))
    return result


def differences_of_vector(W, b, X, Y, h):
    parts = [W[1], W[2], b[1], b[2]]
    cuts = np.cumsum([p.size for p in parts])[:-1]

    def split(theta):
        pieces = [v.reshape(p.shape) for v, p in zip(np.split(theta, cuts), parts, strict=True)]
        return [None, *pieces[:2]], [None, *pieces[2:]]

    theta = np.concatenate([p.ravel() for p in parts])
    steps = h * np.eye(theta.size)
    grad = [
        (cost(*split(theta + e), X, Y) - cost(*split(theta - e), X, Y)) / (2 * h) for e in steps
    ]
    return dict(zip(("dW", "db"), split(np.array(grad)), strict=True))


def backward(
    W,
    b,
    X,
    Y,
    prime=lambda a, z: a * (1 - a),
    output=lambda a, Y: a - Y,
    bias=lambda d: d.mean(axis=1, keepdims=True),
    weights=lambda W, dW: W,
    scale=1.0,
    kept=(1, 2),
):
    """Give the gradients of a two-layer network, with every mistake that one may plant."""
    m = X.shape[1]
    z1 = W[1] @ X + b[1]
    a1 = sigmoid(z1)
    a2 = sigmoid(W[2] @ a1 + b[2])
    delta2 = output(a2, Y)
    dW2 = scale * delta2 @ a1.T / m
    delta1 = weights(W[2], dW2).T @ delta2 * prime(a1, z1)
    dW1 = scale * delta1 @ X.T / m
    db = [bias(delta1), bias(delta2)]
    return {
        "dW": [None, dW1 * (1 in kept), dW2 * (2 in kept)],
        "db": [None, *(scale * d for d in db)],
    }


def backward_reference(W, b, X, Y):
    net = bpcore.Network(W, b)
    grads = bpcore.backward(net, bpcore.forward(net, X), Y, bpcore.cross_entropy)
    return {"dW": list(grads.dW), "db": list(grads.db)}


def backward_by_samples(W, b, X, Y):
    total, m = None, X.shape[1]
    for s in range(m):
        one = hand(W, b, X[:, s : s + 1], Y[:, s : s + 1])
        total = one if total is None else {k: total[k] + one[k] for k in one}
    mean = {k: v / m for k, v in total.items()}
    return {"dW": [None, mean["dW1"], mean["dW2"]], "db": [None, mean["db1"], mean["db2"]]}


def backward_by_einsum(W, b, X, Y):
    a = [X, sigmoid(W[1] @ X + b[1])]
    delta = [None, None, sigmoid(W[2] @ a[1] + b[2]) - Y]
    delta[1] = np.einsum("jk,js->ks", W[2], delta[2]) * (a[1] - a[1] ** 2)
    return {
        "dW": [None] + [np.einsum("js,ks->jk", delta[i], a[i - 1]) / Y.size for i in (1, 2)],
        "db": [None] + [np.einsum("js->j", delta[i])[:, None] / Y.size for i in (1, 2)],
    }


def variant(**mistake):
    return lambda W, b, X, Y: backward(W, b, X, Y, **mistake)


PLANTED = {
    "repair_a": (
        "The derivative of the hidden layer's activation is missing: BP2 needs a (1 - a).",
        variant(prime=lambda a, z: 1),
    ),
    "repair_b": (
        "The biases' gradients are sums over the samples; the cost is a mean, divide by m.",
        variant(bias=lambda d: d.sum(axis=1, keepdims=True)),
    ),
    "repair_c": (
        "delta[1] must be computed with W[2] as it is, not with the weights after the update.",
        variant(weights=lambda W, dW: W - 0.5 * dW),
    ),
    "repair_d": (
        "The sigmoid's derivative is a (1 - a) from its output a; you put z in place of a.",
        variant(prime=lambda a, z: z * (1 - z)),
    ),
    "repair_e": (
        "The factor a (1 - a) in the last delta belongs to the quadratic cost.",
        variant(output=lambda a, Y: (a - Y) * a * (1 - a)),
    ),
}
OTHER = {
    "The sign is wrong: delta is a - y.": variant(output=lambda a, Y: Y - a),
    "All gradients are sums over the samples; divide by m.": (
        lambda W, b, X, Y: backward(W, b, X, Y, scale=X.shape[1])
    ),
    "You divided by m twice.": lambda W, b, X, Y: backward(W, b, X, Y, scale=1 / X.shape[1]),
    "The factor is a (1 - a), not a.": variant(prime=lambda a, z: a),
    "The factor is a (1 - a), not 1 - a.": variant(prime=lambda a, z: 1 - a),
    "The derivative is that of tanh, 1 - a^2.": variant(prime=lambda a, z: 1 - a**2),
    "dW[1] is 0 everywhere.": variant(kept=(2,)),
    "One bias gradient is repeated for all units; each unit has its own.": variant(
        bias=lambda d: np.full((d.shape[0], 1), d.mean())
    ),
}


def repair(name):
    """Make the exercise of repairing one of the five planted bugs."""
    own = PLANTED[name]
    rest = [mistake for key, mistake in PLANTED.items() if key != name]
    return Exercise(
        name=name,
        points=2,
        equation={"repair_b": "eq-bp3", "repair_e": "eq-bp1"}.get(name, "eq-bp2"),
        chapter="08_delta_recursion",
        inputs=two_layers,
        reference=backward_reference,
        wrong=dict([("The planted bug is still there.", own[1]), *rest, *OTHER.items()]),
        equal={
            "db = [None, delta1.mean(axis=1, keepdims=True), delta2.mean(keepdims=True)]": (
                "delta2 has one row."
            ),
            "m = Y.shape[1]": "X and Y have m columns.",
            "delta1 = W[2].T * delta2 * a1 * (1 - a1)": (
                "A column times a row is the same either way."
            ),
        },
        right=[backward, backward_by_samples, backward_by_einsum],
    )


def softplus(z):
    return np.log1p(np.exp(z))


def order(z, h, value=softplus, slope=sigmoid, factor=2.0, measure=np.abs, upside=False):
    """Give by what factor the errors of both quotients fall when the step falls by a factor."""

    def errors(h):
        forward = (value(z + h) - value(z)) / h
        central = (value(z + h) - value(z - h)) / (2 * h)
        return measure(np.array([forward, central]) - slope(z))

    return errors(h / factor) / errors(h) if upside else errors(h) / errors(h / factor)


def order_by_loop(z, h):
    table = []
    for step in (h, h / 2):
        ahead, behind, here = (np.logaddexp(0, t) for t in (z + step, z - step, z))
        slope = 0.5 * (1 + np.tanh(z / 2))
        table.append((abs((ahead - here) / step - slope), abs((ahead - behind) / 2 / step - slope)))
    return np.array([big / small for big, small in zip(*table, strict=True)])


sheet = Sheet(
    title="Assignment 5: by hand, gradient checking, and five planted bugs",
    exercises=[
        Exercise(
            name="by_hand",
            points=4,
            equation="eq-we-delta1",
            chapter="10_worked_example",
            inputs=[lambda rng: one_sample(rng, 1.0), lambda rng: one_sample(rng, 0.0)],
            reference=hand_reference,
            wrong={
                "The derivative a (1 - a) of the hidden layer is missing in delta1.": (
                    lambda W, b, x, y: hand(W, b, x, y, lambda a: 1)
                ),
                "The sign is wrong: delta2 is a - y.": lambda W, b, x, y: hand(W, b, x, y, sign=-1),
                "The hidden layer lacks its sigmoid: a1 is not z1.": lambda W, b, x, y: hand(
                    W, b, x, y, act=lambda z: z
                ),
                "delta2 has a factor a (1 - a) too many: with cross-entropy it cancels.": (
                    lambda W, b, x, y: hand(W, b, x, y, quadratic=True)
                ),
                "The derivative is that of tanh, 1 - a^2.": lambda W, b, x, y: hand(
                    W, b, x, y, lambda a: 1 - a**2
                ),
                "dW2 is transposed: it has the shape of W[2], (1, 3).": lambda W, b, x, y: changed(
                    hand(W, b, x, y), dW2=hand(W, b, x, y)["dW2"].T
                ),
                "dW1 is transposed: it has the shape of W[1], (3, 4).": lambda W, b, x, y: changed(
                    hand(W, b, x, y), dW1=hand(W, b, x, y)["dW1"].T
                ),
                "da1 comes before the derivative: it is W[2]^T delta2; yours is delta1.": (
                    lambda W, b, x, y: changed(hand(W, b, x, y), da1=hand(W, b, x, y)["delta1"])
                ),
                "dW1 needs the input x, not the activation a1.": lambda W, b, x, y: changed(
                    hand(W, b, x, y),
                    dW1=hand(W, b, x, y)["delta1"] @ sigmoid(W[1] @ x + b[1]).T,
                ),
                "db1 is delta1, of shape (3, 1); yours is the sum over the units.": (
                    lambda W, b, x, y: changed(
                        hand(W, b, x, y), db1=hand(W, b, x, y)["delta1"].sum(keepdims=True)
                    )
                ),
                "dW2 needs the activation a1, not the weighted input z1.": lambda W, b, x, y: (
                    changed(
                        hand(W, b, x, y),
                        dW2=hand(W, b, x, y)["delta2"] @ (W[1] @ x + b[1]).T,
                    )
                ),
            },
            equal={
                "da1 = W[2].T * delta2": "delta2 is a single number.",
                "da1 = W[2].T @ delta2.T": "delta2 is a single number.",
                "return {'delta2': delta2, 'dW2': delta2.T @ a1.T, 'db2': delta2, 'da1': da1,"
                " 'delta1': delta1, 'dW1': delta1 @ x.T, 'db1': delta1}": (
                    "delta2 is a single number."
                ),
                "return {'delta2': delta2, 'dW2': delta2 * a1.T, 'db2': delta2, 'da1': da1, "
                "'delta1': delta1, 'dW1': delta1 @ x.T, 'db1': delta1}": (
                    "delta2 is a single number."
                ),
                "return {'delta2': delta2, 'dW2': delta2 @ a1.T, 'db2': delta2, 'da1': da1, "
                "'delta1': delta1, 'dW1': delta1 * x.T, 'db1': delta1}": (
                    "A column times a row is the same either way."
                ),
            },
            right=[hand, hand_by_entries, hand_by_einsum],
        ),
        Exercise(
            name="difference_gradients",
            points=4,
            equation="eq-central-difference",
            chapter="13_gradient_checking",
            inputs=with_step,
            reference=differences_reference,
            wrong={
                "That is the forward difference; take one step to each side.": (
                    lambda W, b, X, Y, h: differences(
                        W, b, X, Y, h, lambda up, down, here, h: (up - here) / h
                    )
                ),
                "You move a whole row at once; move one entry after the other.": (
                    lambda W, b, X, Y, h: differences(W, b, X, Y, h, whole_rows=True)
                ),
                "That is the backward difference; take one step to each side.": (
                    lambda W, b, X, Y, h: differences(
                        W, b, X, Y, h, lambda up, down, here, h: (here - down) / h
                    )
                ),
                "The two points are 2h apart, not h.": lambda W, b, X, Y, h: differences(
                    W, b, X, Y, h, lambda up, down, here, h: (up - down) / h
                ),
                "You did not divide by 2h.": lambda W, b, X, Y, h: differences(
                    W, b, X, Y, h, lambda up, down, here, h: up - down
                ),
                "The two points have changed places.": lambda W, b, X, Y, h: differences(
                    W, b, X, Y, h, lambda up, down, here, h: (down - up) / (2 * h)
                ),
                "Put every parameter back before you move the next one.": (
                    lambda W, b, X, Y, h: differences(W, b, X, Y, h, restore=False)
                ),
                "The cost is a mean over the samples; yours is a sum.": lambda W, b, X, Y, h: (
                    differences(
                        W, b, X, Y, h, cost=lambda W, b, X, Y: X.shape[1] * cost(W, b, X, Y)
                    )
                ),
                "Your cost is the quadratic one; take cross-entropy.": lambda W, b, X, Y, h: (
                    differences(
                        W,
                        b,
                        X,
                        Y,
                        h,
                        cost=lambda W, b, X, Y: (
                            np.mean((sigmoid(W[2] @ sigmoid(W[1] @ X + b[1]) + b[2]) - Y) ** 2) / 2
                        ),
                    )
                ),
                "The hidden layer has no activation in your cost.": lambda W, b, X, Y, h: (
                    differences(
                        W,
                        b,
                        X,
                        Y,
                        h,
                        cost=lambda W, b, X, Y: np.mean(
                            np.logaddexp(0, (1 - 2 * Y) * (W[2] @ (W[1] @ X + b[1]) + b[2]))
                        ),
                    )
                ),
                "The steps must have the size h; yours have another.": lambda W, b, X, Y, h: (
                    differences(W, b, X, Y, h / 10)
                ),
                "(up - down) / 2 * h multiplies with h: write brackets, / (2 * h).": (
                    lambda W, b, X, Y, h: differences(
                        W, b, X, Y, h, lambda up, down, here, h: (up - down) / 2 * h
                    )
                ),
                "That is the derivative itself; the quotient with the step h is asked.": (
                    lambda W, b, X, Y, h: backward_reference(W, b, X, Y)
                ),
                "You took a step of your own, 1e-5; h is given.": lambda W, b, X, Y, h: differences(
                    W, b, X, Y, 1e-5
                ),
            },
            equal={
                "for key, arrays in (('db', b), ('dW', W)):": (
                    "The order of the keys says nothing."
                ),
                "gradient = np.ones(arrays[i].shape)": "Every entry is written.",
            },
            right=[differences, differences_of_copies, differences_of_vector],
        ),
        Exercise(
            name="gradient_error",
            points=2,
            equation="eq-relative-error",
            chapter="13_gradient_checking",
            inputs=[two_vectors, lambda rng: two_vectors(rng)[::-1]],
            reference=bpcore.relative_error,
            wrong={
                "That is the absolute error; divide by the longer length.": lambda g, w: (
                    np.linalg.norm(g - w)
                ),
                "You divided by the length of want; divide by the longer of the two.": (
                    lambda g, w: np.linalg.norm(g - w) / np.linalg.norm(w)
                ),
                "You divided by the sum of both lengths; divide by the longer one.": (
                    lambda g, w: np.linalg.norm(g - w) / (np.linalg.norm(g) + np.linalg.norm(w))
                ),
                "That is 1 minus the cosine of the angle; the length of got - want is asked.": (
                    lambda g, w: 1 - g @ w / (np.linalg.norm(g) * np.linalg.norm(w))
                ),
                "You took the difference of the lengths; take the length of the difference.": (
                    lambda g, w: (
                        abs(np.linalg.norm(g) - np.linalg.norm(w))
                        / max(np.linalg.norm(g), np.linalg.norm(w))
                    )
                ),
                "The square root is missing.": lambda g, w: (
                    np.sum((g - w) ** 2) / max(np.sum(g**2), np.sum(w**2))
                ),
                "That is the largest entry; take Euclidean lengths.": lambda g, w: (
                    np.abs(g - w).max() / max(np.abs(g).max(), np.abs(w).max())
                ),
                "Those are sums of sizes; take Euclidean lengths.": lambda g, w: (
                    np.abs(g - w).sum() / max(np.abs(g).sum(), np.abs(w).sum())
                ),
                "That is a mean over the entries; take lengths of the whole vectors.": (
                    lambda g, w: np.mean(np.abs(g - w) / np.maximum(np.abs(g), np.abs(w)))
                ),
                "One number for the whole gradient is asked; you gave one for each entry.": (
                    lambda g, w: np.abs(g - w) / np.maximum(np.abs(g), np.abs(w))
                ),
                "You added got and want; take their difference.": lambda g, w: (
                    np.linalg.norm(g + w) / max(np.linalg.norm(g), np.linalg.norm(w))
                ),
            },
            right=[
                lambda g, w: np.linalg.norm(g - w) / max(np.linalg.norm(g), np.linalg.norm(w)),
                lambda g, w: np.sqrt(np.sum((g - w) ** 2) / max(g @ g, w @ w)),
                lambda g, w: (
                    (
                        sum((x - y) ** 2 for x, y in zip(g, w, strict=True))
                        / max(sum(x * x for x in g), sum(y * y for y in w))
                    )
                    ** 0.5
                ),
            ],
        ),
        *map(repair, PLANTED),
        Exercise(
            name="error_factors",
            points=3,
            equation="eq-central-error",
            chapter="13_gradient_checking",
            inputs=point_and_step,
            reference=lambda z, h: order(
                z, h, lambda t: bpcore.cross_entropy(np.array([[t]]), [[0]])[0], bpcore.sigmoid
            ),
            wrong={
                "The factors are upside down: error(h) / error(h / 2).": lambda z, h: order(
                    z, h, upside=True
                ),
                "The step is halved, not divided by 10.": lambda z, h: order(z, h, factor=10.0),
                "The step is halved, not divided by 4.": lambda z, h: order(z, h, factor=4.0),
                "The two quotients have changed places: forward first.": lambda z, h: order(z, h)[
                    ::-1
                ],
                "Compare with the slope at z; you took it at z + h.": lambda z, h: order(
                    z, h, slope=lambda z: sigmoid(z + h)
                ),
                "Compare with the derivative of f at z; you took f(z) itself.": lambda z, h: order(
                    z, h, slope=softplus
                ),
                "The errors themselves are not asked, but by what factor they fall.": (
                    lambda z, h: np.abs(
                        [
                            (softplus(z + h) - softplus(z)) / h - sigmoid(z),
                            (softplus(z + h) - softplus(z - h)) / (2 * h) - sigmoid(z),
                        ]
                    )
                ),
                "Only the factor of the central difference is given; both are asked.": (
                    lambda z, h: order(z, h)[1]
                ),
                "The errors are squared.": lambda z, h: order(z, h, measure=np.square),
                "You differentiated the sigmoid; the function is ln(1 + e^z).": lambda z, h: order(
                    z, h, value=sigmoid, slope=lambda z: sigmoid(z) * sigmoid(-z)
                ),
                "The logarithm of the factors (the order) is not asked.": lambda z, h: np.log2(
                    order(z, h)
                ),
            },
            equal={
                "quotients = [(ahead - here) / h, (ahead - behind) / (2 * h)]": (
                    "The number that is subtracted comes from NumPy, and makes an array of it."
                ),
                "return quotients - 1 / (1 + np.exp(-z))": (
                    "The errors for h and h / 2 have the same sign."
                ),
            },
            right=[
                order,
                order_by_loop,
                lambda z, h: order(z, h, value=lambda t: z + np.logaddexp(0, -t) + t - z),
            ],
        ),
    ],
    written=[
        Written(
            name="the-bugs",
            rubric={
                "Pass A: names the bug and the equation it breaks, and says which gradients the"
                " check showed to be off": 1,
                "Pass B: names the bug and the equation it breaks, and says which gradients the"
                " check showed to be off": 1,
                "Pass C: names the bug and the equation it breaks, and says which gradients the"
                " check showed to be off": 1,
                "Pass D: names the bug and the equation it breaks, and says which gradients the"
                " check showed to be off": 1,
                "Pass E: names the bug and the equation it breaks, and says which gradients the"
                " check showed to be off": 1,
            },
        ),
        Written(
            name="step-size",
            rubric={
                "Errors fall as h and as h^2": 1,
                "Below some h rounding wins and the error grows again": 1,
                "Names the best h found and why the relative error is used": 1,
            },
        ),
    ],
)
