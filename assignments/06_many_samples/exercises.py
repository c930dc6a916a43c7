"""Assignment 6: many samples, learning rates, and training on real data."""

import numpy as np

import bpcore
from bpgrader.draw import labels, samples
from bpgrader.spec import Exercise, Sheet, Written


def model(rng):
    """Draw a logistic regression with data."""
    d, m = int(rng.integers(2, 6)), samples(rng)
    return rng.normal(size=(1, d)), rng.normal(size=(1, 1)), rng.normal(size=(d, m)), labels(rng, m)


def epoch_inputs(rng, size=None):
    """Draw a model, a rate, and a batch size: three batches or more, the last one smaller."""
    w, b, X, Y = model(rng)
    size = size or (4 if X.shape[1] == 9 else 3)
    return w, b, X, Y, float(rng.uniform(0.2, 0.9)), size


def counts(rest):
    """Draw a size, and a number of samples that leaves a rest; the two differ from each other."""

    def inputs(rng):
        size = int(rng.integers(6, 9))
        return size * int(rng.integers(2, 5)) + (rest or int(rng.integers(2, size))) % size, size

    return inputs


def features(rng):
    d = int(rng.integers(2, 6))
    return (rng.normal(size=(d, samples(rng))) * rng.uniform(0.5, 3, (d, 1)),)


def rates_inputs(rng):
    _, _, X, Y = model(rng)
    return X, Y, rng.uniform(0.1, 2.0, 7 - X.shape[0]), int(rng.integers(3, 7))


def bold_rates(rng):
    """Draw rates so large that the logits overflow every naive logarithm."""
    X, Y, rates, steps = rates_inputs(rng)
    return X, Y, 500 * rates, steps


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def errors(w, b, X, Y):
    return sigmoid(w @ X + b) - Y


def gradients(w, b, X, Y, divide=None):
    delta, m = errors(w, b, X, Y), divide or X.shape[1]
    return delta @ X.T / m, delta.sum(axis=1, keepdims=True) / m


def each_and_mean(w, b, X, Y):
    each = errors(w, b, X, Y) * X
    return {"each": each, "mean": each.mean(axis=1)[None]}


def each_by_loop(w, b, X, Y):
    columns = [gradients(w, b, X[:, [s]], Y[:, [s]])[0][0] for s in range(X.shape[1])]
    return {"each": np.array(columns).T, "mean": sum(columns)[None] / len(columns)}


def each_reference(w, b, X, Y):
    net = bpcore.Network([None, w], [None, b])
    one = [
        bpcore.backward(net, bpcore.forward(net, X[:, [s]]), Y[:, [s]], bpcore.cross_entropy)
        for s in range(X.shape[1])
    ]
    mean = bpcore.backward(net, bpcore.forward(net, X), Y, bpcore.cross_entropy)
    return {"each": np.hstack([g.dW[1].T for g in one]), "mean": mean.dW[1]}


def changed(result, **new):
    return {**result, **new}


def pairs(m, size):
    return [[k, min(k + size, m)] for k in range(0, m, size)]


def pairs_by_while(m, size):
    result, start = [], 0
    while start < m:
        stop = start + size if start + size < m else m
        result.append((start, stop))
        start = stop
    return result


def epoch(
    w, b, X, Y, rate, size, cut=pairs, divide=None, frozen=False, sign=1, biased=True, late=False
):
    """Run one epoch, with the mistakes that one can make."""
    w0, b0 = w, b
    for start, stop in cut(X.shape[1], size):
        at = (w0, b0) if frozen else (w, b)
        dw, db = gradients(*at, X[:, start:stop], Y[:, start:stop], divide)
        w = w - sign * rate * dw
        if late:
            db = gradients(w, b, X[:, start:stop], Y[:, start:stop])[1]
        b = b - sign * rate * db * biased
    return [w, b]


def epoch_reference(w, b, X, Y, learning_rate, size):
    net = bpcore.Network([None, w], [None, b])
    for start in range(0, X.shape[1], size):
        part = slice(start, start + size)
        cache = bpcore.forward(net, X[:, part])
        grads = bpcore.backward(net, cache, Y[:, part], "cross_entropy")
        net = bpcore.step(net, grads, learning_rate)
    return [net.W[1], net.b[1]]


def epoch_folded(w, b, X, Y, rate, size):
    theta, X1 = np.hstack([b, w]), np.vstack([np.ones((1, X.shape[1])), X])
    for part in np.split(np.arange(X.shape[1]), np.arange(size, X.shape[1], size)):
        delta = sigmoid(theta @ X1[:, part]) - Y[:, part]
        theta = theta - rate * np.mean(delta * X1[:, part], axis=1)
    return [theta[:, 1:], theta[:, :1]]


def epoch_recursive(w, b, X, Y, rate, size):
    if X.shape[1] == 0:
        return [w, b]
    dw, db = gradients(w, b, X[:, :size], Y[:, :size])
    return epoch_recursive(w - rate * dw, b - rate * db, X[:, size:], Y[:, size:], rate, size)


def hessian(X):
    return X @ X.T / X.shape[1]


def power_iteration(X):
    A = hessian(X)
    for _ in range(60):  # A^(2^60), scaled: only the greatest eigenvalue is left
        A = A @ A / np.trace(A @ A)
    v = A[:, np.argmax(np.diag(A))]
    return 2 * (v @ v) / (v @ hessian(X) @ v)


def cost(w, b, X, Y):
    return np.mean(np.logaddexp(0, (1 - 2 * Y) * (w @ X + b)))


def finals(X, Y, rates, steps, factor=1.0, sign=1, start=0.0, biased=True, chain=False, turn=1):
    result, w, b = [], None, None
    for rate in rates:
        if w is None or not chain:
            w, b = np.full((1, X.shape[0]), start), np.full((1, 1), start)
        for _ in range(steps):
            dw, db = gradients(w, b, X, Y)
            w, b = w - sign * factor * rate * dw, b - sign * factor * rate * db * biased
        result.append(cost(turn * w, turn * b, X, Y))
    return np.array(result)


def finals_reference(X, Y, rates, steps):
    net = bpcore.Network([None, np.zeros((1, X.shape[0]))], [None, [[0.0]]])
    return bpcore.sweep(net, X, Y, learning_rates=rates, steps=steps).cost[:, -1]


def by_samples(X, Y, rate, steps):
    w, b = np.zeros((1, X.shape[0])), np.zeros((1, 1))
    for _ in range(steps):
        w, b = epoch(w, b, X, Y, rate, 1)
    return cost(w, b, X, Y)


def finals_stacked(X, Y, rates, steps):
    W, b = np.zeros((len(rates), X.shape[0])), np.zeros((len(rates), 1))
    for _ in range(steps):
        delta = sigmoid(W @ X + b) - Y
        W = W - rates[:, None] * (delta @ X.T) / X.shape[1]
        b = b - rates[:, None] * delta.mean(axis=1, keepdims=True)
    return np.logaddexp(0, (1 - 2 * Y) * (W @ X + b)).mean(axis=1)


sheet = Sheet(
    title="Assignment 6: many samples, learning rates, real data",
    exercises=[
        Exercise(
            name="sample_gradients",
            points=3,
            equation="eq-mean-gradient",
            chapter="11_many_samples",
            inputs=model,
            reference=each_reference,
            wrong={
                "The mean is a sum: divide by m.": lambda w, b, X, Y: changed(
                    each_and_mean(w, b, X, Y),
                    mean=each_and_mean(w, b, X, Y)["mean"] * X.shape[1],
                ),
                "The gradient of ONE sample is not divided by m.": lambda w, b, X, Y: changed(
                    each_and_mean(w, b, X, Y),
                    each=each_and_mean(w, b, X, Y)["each"] / X.shape[1],
                ),
                "1/m is in each AND in the mean again.": lambda w, b, X, Y: {
                    k: v / X.shape[1] for k, v in each_and_mean(w, b, X, Y).items()
                },
                "The sign is wrong: it is a - y.": lambda w, b, X, Y: {
                    k: -v for k, v in each_and_mean(w, b, X, Y).items()
                },
                "There is a factor a (1 - a) too many: that is the quadratic cost.": (
                    lambda w, b, X, Y: {
                        "each": errors(w, b, X, Y) * sigmoid(w @ X + b) * sigmoid(-w @ X - b) * X,
                        "mean": np.mean(
                            errors(w, b, X, Y) * sigmoid(w @ X + b) * sigmoid(-w @ X - b) * X,
                            axis=1,
                        )[None],
                    }
                ),
                "The bias is missing in z = w X + b.": lambda w, b, X, Y: each_and_mean(
                    w, 0 * b, X, Y
                ),
                "each has one COLUMN per sample, shape (d, m); yours is transposed.": (
                    lambda w, b, X, Y: changed(
                        each_and_mean(w, b, X, Y), each=each_and_mean(w, b, X, Y)["each"].T
                    )
                ),
                "The mean is one over the samples, not over the features.": lambda w, b, X, Y: (
                    changed(
                        each_and_mean(w, b, X, Y),
                        mean=each_and_mean(w, b, X, Y)["each"].mean(axis=0)[None],
                    )
                ),
                "The mean must have the shape of w, (1, d).": lambda w, b, X, Y: changed(
                    each_and_mean(w, b, X, Y), mean=each_and_mean(w, b, X, Y)["mean"][0]
                ),
                "The factor x is missing: you gave the errors a - y.": lambda w, b, X, Y: changed(
                    each_and_mean(w, b, X, Y), each=errors(w, b, X, Y)
                ),
            },
            right=[
                each_and_mean,
                each_by_loop,
                lambda w, b, X, Y: {
                    "each": np.einsum("is,ks->ks", errors(w, b, X, Y), X),
                    "mean": gradients(w, b, X, Y)[0],
                },
            ],
        ),
        Exercise(
            name="batch_limits",
            points=2,
            equation="eq-minibatch",
            chapter="11_many_samples",
            inputs=[
                counts(0),
                counts(rest=1),
                lambda rng: (5 * int(rng.integers(3, 6)), 5),  # none is left over
                lambda rng: (int(rng.integers(3, 6)), 6),  # all are one batch
                lambda rng: (int(rng.integers(3, 6)), 1),
            ],
            reference=pairs,
            wrong={
                "The last, smaller batch is missing.": lambda m, size: pairs(m - m % size, size),
                "The last batch reaches beyond m.": lambda m, size: [
                    [k, k + size] for k in range(0, m, size)
                ],
                "stop is the first index that does NOT belong to the batch, as in Python.": (
                    lambda m, size: [[start, stop - 1] for start, stop in pairs(m, size)]
                ),
                "Count from 0, as Python does.": lambda m, size: [
                    [start + 1, stop + 1] for start, stop in pairs(m, size)
                ],
                "The batches overlap.": lambda m, size: [
                    [k, min(k + size + 1, m)] for k in range(0, m, size)
                ],
                "size is the number of samples of a batch, not the number of batches.": (
                    lambda m, size: pairs(m, -(-m // size))
                ),
                "Start and length are not asked; give start and stop.": lambda m, size: [
                    [start, stop - start] for start, stop in pairs(m, size)
                ],
                "The first batch is missing.": lambda m, size: pairs(m, size)[1:],
                "That is one batch with all samples.": lambda m, size: [[0, m]],
                "The small batch comes last, not first.": lambda m, size: [
                    [max(k - size, 0), k] for k in range(m, 0, -size)
                ][::-1],
                "All batches are alike; all but the last have size samples.": lambda m, size: [
                    [m * k // n, m * (k + 1) // n] for n in [-(-m // size)] for k in range(n)
                ],
                "The rest is taken into the last whole batch; it is a batch of its own.": (
                    lambda m, size: [
                        [k, k + size if k + 2 * size <= m else m]
                        for k in range(0, max(m - size, 0) + 1, size)
                    ]
                ),
                "An empty batch stands at the end where size divides m.": lambda m, size: [
                    [k * size, min((k + 1) * size, m)] for k in range(m // size + 1)
                ],
            },
            right=[
                pairs,
                pairs_by_while,
                lambda m, size: [
                    [k * size, m if (k + 1) * size > m else (k + 1) * size]
                    for k in range((m + size - 1) // size)
                ],
            ],
        ),
        Exercise(
            name="minibatch_epoch",
            uses=("sample_gradients", "batch_limits"),
            points=4,
            equation="eq-minibatch",
            chapter="11_many_samples",
            inputs=[
                epoch_inputs,
                lambda rng: [*epoch_inputs(rng)[:-1], 1],
                lambda rng: [*epoch_inputs(rng)[:-1], 20],
            ],
            reference=epoch_reference,
            wrong={
                "Divide by the size of the batch at hand, not by m.": lambda w, b, X, Y, r, k: (
                    epoch(w, b, X, Y, r, k, divide=X.shape[1])
                ),
                "The last batch is smaller: divide by how many samples it has.": (
                    lambda w, b, X, Y, r, k: epoch(w, b, X, Y, r, k, divide=k)
                ),
                "The gradients are summed over the batch; take the mean.": (
                    lambda w, b, X, Y, r, k: epoch(w, b, X, Y, r, k, divide=1)
                ),
                "That is one step with all samples; make one step per batch.": (
                    lambda w, b, X, Y, r, k: epoch(w, b, X, Y, r, X.shape[1])
                ),
                "Every step uses all samples: take those of its batch alone.": (
                    lambda w, b, X, Y, r, k: epoch(
                        w, b, X, Y, r, k, lambda m, size: [[0, m] for _ in pairs(m, size)]
                    )
                ),
                "Only the first batch was used.": lambda w, b, X, Y, r, k: epoch(
                    w, b, X, Y, r, k, lambda m, size: pairs(m, size)[:1]
                ),
                "The last, smaller batch was left out.": lambda w, b, X, Y, r, k: epoch(
                    w, b, X, Y, r, k, lambda m, size: pairs(m, size)[:-1]
                ),
                "Every batch must use the weights that the batch before has left.": (
                    lambda w, b, X, Y, r, k: epoch(w, b, X, Y, r, k, frozen=True)
                ),
                "The sign is wrong: the step goes against the gradient.": (
                    lambda w, b, X, Y, r, k: epoch(w, b, X, Y, r, k, sign=-1)
                ),
                "The bias is never updated.": lambda w, b, X, Y, r, k: epoch(
                    w, b, X, Y, r, k, biased=False
                ),
                "The batches are taken in reverse order.": lambda w, b, X, Y, r, k: epoch(
                    w, b, X, Y, r, k, lambda m, size: pairs(m, size)[::-1]
                ),
                "The learning rate is not used.": lambda w, b, X, Y, r, k: epoch(
                    w, b, X, Y, 1.0, k
                ),
                "Compute both gradients of a batch first, then update: your db saw the new w.": (
                    lambda w, b, X, Y, r, k: epoch(w, b, X, Y, r, k, late=True)
                ),
            },
            equal={
                "for start, stop in batch_limits(Y.shape[1], size):": ("X and Y have m columns."),
                "w, b = (w - learning_rate * delta @ x.T / (stop - start), b - learning_rate "
                "* delta.mean(keepdims=True))": "delta has one row, and b has both axes.",
                "w, b = (w - learning_rate * delta @ x.T / (stop - start), b - learning_rate "
                "* delta.mean(axis=1, keepdims=False))": (
                    "delta has one row, and b has both axes."
                ),
                "w, b = (w - learning_rate * delta @ x.T / (stop - start), b - learning_rate "
                "* delta.mean(axis=1))": "delta has one row, and b has both axes.",
            },
            right=[epoch, epoch_folded, epoch_recursive],
        ),
        Exercise(
            name="largest_rate",
            points=3,
            equation="eq-threshold-nd",
            chapter="the appendix Bowls and long valleys",
            inputs=features,
            reference=lambda X: 2 / np.linalg.eigvalsh(hessian(X))[-1],
            wrong={
                "That is 1 / lambda, the rate of the quickest descent along one direction; the "
                "threshold is 2 / lambda.": lambda X: 1 / np.linalg.eigvalsh(hessian(X))[-1],
                "The greatest eigenvalue sets the threshold, not the least.": lambda X: (
                    2 / np.linalg.eigvalsh(hessian(X))[0]
                ),
                "The 1/m of the mean is missing in the Hessian.": lambda X: (
                    2 / np.linalg.eigvalsh(X @ X.T)[-1]
                ),
                "That is the greatest eigenvalue itself; the threshold is 2 divided by it.": (
                    lambda X: np.linalg.eigvalsh(hessian(X))[-1]
                ),
                "The trace is the sum of all eigenvalues; take the greatest.": lambda X: (
                    2 / np.trace(hessian(X))
                ),
                "The singular value of X must be squared.": lambda X: (
                    2 / (np.linalg.norm(X, 2) / X.shape[1])
                ),
                "You divided by d; the mean is one over the m samples.": lambda X: (
                    2 / np.linalg.eigvalsh(X @ X.T / X.shape[0])[-1]
                ),
                "np.linalg.norm(H) is the Frobenius norm; the greatest eigenvalue is "
                "np.linalg.norm(H, 2).": lambda X: 2 / np.linalg.norm(hessian(X)),
                "The greatest diagonal entry is less than the greatest eigenvalue.": lambda X: (
                    2 / np.diag(hessian(X)).max()
                ),
                "The features must not be centred: the Hessian is X X^T / m.": lambda X: (
                    2 / np.linalg.eigvalsh(np.cov(X, bias=True))[-1]
                ),
                "That is the mean of the eigenvalues; take the greatest.": lambda X: (
                    2 / np.mean(np.linalg.eigvalsh(hessian(X)))
                ),
            },
            right=[
                lambda X: 2 / np.linalg.eigvalsh(X @ X.T / X.shape[1]).max(),
                lambda X: 2 * X.shape[1] / np.linalg.norm(X, 2) ** 2,
                power_iteration,
            ],
        ),
        Exercise(
            name="final_costs",
            uses=("sample_gradients", "minibatch_epoch"),
            points=3,
            equation="eq-update",
            chapter="04_gradient_descent",
            inputs=[rates_inputs, bold_rates],
            reference=finals_reference,
            wrong={
                "Every rate must start anew from zeros.": lambda X, Y, rates, steps: finals(
                    X, Y, rates, steps, chain=True
                ),
                "The gradients are summed; take the mean.": lambda X, Y, rates, steps: finals(
                    X, Y, rates, steps, factor=X.shape[1]
                ),
                "The sign is wrong: the costs rise.": lambda X, Y, rates, steps: finals(
                    X, Y, rates, steps, sign=-1
                ),
                "Start with zeros, not with ones.": lambda X, Y, rates, steps: finals(
                    X, Y, rates, steps, start=1.0
                ),
                "Full-batch steps are asked; you made one for each sample.": (
                    lambda X, Y, rates, steps: np.array([by_samples(X, Y, r, steps) for r in rates])
                ),
                "The bias is never updated.": lambda X, Y, rates, steps: finals(
                    X, Y, rates, steps, biased=False
                ),
                "There is one step too few.": lambda X, Y, rates, steps: finals(
                    X, Y, rates, steps - 1
                ),
                "There is one step too many.": lambda X, Y, rates, steps: finals(
                    X, Y, rates, steps + 1
                ),
                "That is the least of the costs; give one for each rate.": (
                    lambda X, Y, rates, steps: finals(X, Y, rates, steps).min()
                ),
                "That is the best rate; the costs are asked.": lambda X, Y, rates, steps: rates[
                    np.argmin(finals(X, Y, rates, steps))
                ],
                "The cost is a mean over the samples; yours is a sum.": (
                    lambda X, Y, rates, steps: finals(X, Y, rates, steps) * X.shape[1]
                ),
                "The rates are not used.": lambda X, Y, rates, steps: finals(
                    X, Y, np.ones(len(rates)), steps
                ),
                "The sign in s = (1 - 2y) z is turned round in your cost.": (
                    lambda X, Y, rates, steps: finals(X, Y, rates, steps, turn=-1)
                ),
            },
            equal={
                "w, b = (np.zeros((2, X.shape[0])), np.zeros((1, 1)))": (
                    "Both rows stay equal, and the mean is taken over them."
                ),
                "w, b = (np.zeros((X.shape[0],)), np.zeros((1, 1)))": (
                    "The first update gives w both axes."
                ),
                "w, b = (np.zeros((1, X.shape[0])), np.zeros((2, 1)))": (
                    "Both rows stay equal, and the mean is taken over them."
                ),
                "w, b = (np.zeros((1, X.shape[0])), np.zeros((1,)))": (
                    "The first update gives b both axes."
                ),
                "w, b = minibatch_epoch(w, b, X, Y, rate, Y.shape[1])": ("X and Y have m columns."),
            },
            right=[
                finals,
                finals_stacked,
                lambda X, Y, rates, steps: np.array(
                    [finals(X, Y, [rate], steps)[0] for rate in rates]
                ),
            ],
        ),
    ],
    written=[
        Written(
            name="real-data",
            rubric={
                "Own numbers for at least five rates and three batch sizes": 2,
                "Says where a cost rises (the training cost in the first full-batch step at the "
                "three largest rates; the held-back cost with single samples from about 0.05 on, "
                "with batches of 32 from 1 on), or that nothing diverges, "
                "and why: the data are separable and the cost is flat far out": 1,
                "Full batch, mini-batch and single samples compared at equal numbers of samples"
                " seen": 1,
                "Chooses by held-back data, and says why not by training cost": 1,
                "Names one thing that remains uncertain": 1,
            },
        ),
    ],
)
