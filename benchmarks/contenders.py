"""The same training by different programs, each a function (workload) -> Run.

A Run trains from the workload's weights: ``train(epochs)`` does the work that is timed, and
``weights()`` gives what came out as one vector, in the order of ``bpcore.flatten``. A
contender that does not fit a workload gives None. Every peer is imported inside its own function,
so that each process loads one library only.
"""

import itertools
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import bpcore


@dataclass(frozen=True)
class Workload:
    """A network, its data and its batches."""

    name: str
    n: tuple
    m: int
    batch: int | None  # None is the full batch
    epochs: int  # in one timing
    learning_rate: float = 0.1

    def data(self):
        """Give X (d, m) and Y (1, m)."""
        rng = np.random.default_rng(1)
        return rng.normal(size=(self.n[0], self.m)), 1.0 * (rng.random((1, self.m)) < 0.5)

    def net(self):
        """Give the network that every contender starts from."""
        return bpcore.init_network(self.n, rng=2)

    def batches(self, X, Y):
        """Give the batches of an epoch in the order of the samples."""
        if self.batch is None:
            return [(X, Y)]
        starts = range(0, self.m, self.batch)
        return [(X[:, k : k + self.batch], Y[:, k : k + self.batch]) for k in starts]


WORKLOADS = {
    w.name: w
    for w in (
        Workload("A1", (4, 3, 1), 1, None, 1500),
        Workload("A200", (4, 3, 1), 200, None, 1000),
        Workload("LR", (30, 1), 569, None, 1000),
        Workload("B", (30, 16, 1), 569, None, 300),
        Workload("C", (64, 32, 1), 1797, 32, 10),
        Workload("D", (784, 128, 64, 1), 60000, 256, 12),
        Workload("E", (1024, 1024, 1024, 1), 1024, None, 3),
    )
}


@dataclass(frozen=True)
class Run:
    """What is timed, and what is compared."""

    train: Callable
    weights: Callable
    set_up: Callable | None = None  # train for one epoch, thrown away: to be taken off


def ours(w, record=False):
    """bpcore.train; its input checks and its first and last record are set-up."""
    X, Y = w.data()
    state = [w.net()]

    def train(epochs):
        rng = InOrder(np.random.PCG64(0))
        options = {"learning_rate": w.learning_rate, "batch_size": w.batch, "record": record}
        return bpcore.train(state[0], X, Y, epochs=epochs, rng=rng, **options)[0]

    def keep(epochs):
        state[0] = train(epochs)

    return Run(keep, lambda: bpcore.flatten(state[0]), lambda: train(1))


class InOrder(np.random.Generator):
    """A generator whose shuffle keeps the order, so that all contenders see the same batches."""

    def permutation(self, x):
        """Give 0, 1, ..., x - 1."""
        return np.arange(x)


def ours_recording(w):
    """bpcore.train with the record that it keeps by default: cost and accuracy of every epoch."""
    return ours(w, record=True)


def plain(w):
    """NumPy, one line a formula, nothing else."""
    X, Y = w.data()
    net = w.net()
    W, b, L, rate = list(net.W), list(net.b), net.L, w.learning_rate

    def train(epochs):
        for x, y in w.batches(X, Y) * epochs:
            m = x.shape[1]
            a, delta = [x] + [None] * L, [None] * (L + 1)
            for i in range(1, L + 1):
                a[i] = 1 / (1 + np.exp(-(W[i] @ a[i - 1] + b[i])))
            delta[L] = a[L] - y
            for i in range(L - 1, 0, -1):
                delta[i] = (W[i + 1].T @ delta[i + 1]) * a[i] * (1 - a[i])
            for i in range(1, L + 1):
                W[i] = W[i] - rate * (delta[i] @ a[i - 1].T) / m
                b[i] = b[i] - rate * delta[i].mean(axis=1, keepdims=True)

    return Run(train, lambda: joined(W, b))


def joined(W, b):
    """Join lists None, W[1], ... and None, b[1], ... to one vector."""
    return np.concatenate([np.ravel(p) for pair in zip(W[1:], b[1:], strict=True) for p in pair])


def sample_loop(w, delta_last):
    """One sample after the other, gradients added up, one step a batch."""
    if w.m > 2000 or w.n[0] > 1000:  # minutes
        return None
    X, Y = w.data()
    net = w.net()
    W, b, L, rate = list(net.W), list(net.b), net.L, w.learning_rate

    def train(epochs):
        for x, y in w.batches(X, Y) * epochs:
            sum_W = [None] + [np.zeros(p.shape) for p in W[1:]]
            sum_b = [None] + [np.zeros(p.shape) for p in b[1:]]
            for s in range(x.shape[1]):
                a = [x[:, s : s + 1]]
                for i in range(1, L + 1):
                    a.append(1 / (1 + np.exp(-(np.dot(W[i], a[-1]) + b[i]))))
                delta = delta_last(a[L], y[:, s : s + 1])
                for i in range(L, 0, -1):
                    sum_W[i] = sum_W[i] + np.dot(delta, a[i - 1].T)
                    sum_b[i] = sum_b[i] + delta
                    if i > 1:
                        delta = np.dot(W[i].T, delta) * a[i - 1] * (1 - a[i - 1])
            for i in range(1, L + 1):
                W[i] = W[i] - rate / x.shape[1] * sum_W[i]
                b[i] = b[i] - rate / x.shape[1] * sum_b[i]

    return Run(train, lambda: joined(W, b))


def loop_001(w):
    """The algorithm of source 001: a loop over the samples, quadratic cost."""
    return sample_loop(w, lambda a, y: (a - y) * a * (1 - a))


def loop_nielsen(w):
    """The algorithm of Nielsen's second program: a loop over the samples, cross-entropy."""
    return sample_loop(w, lambda a, y: a - y)


def scikit_learn(w):
    """MLPClassifier, plain stochastic gradient descent, batches in order."""
    if len(w.n) == 2:
        return None
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    X, Y = w.data()
    net = w.net()
    model = MLPClassifier(
        w.n[1:-1], activation="logistic", solver="sgd", alpha=0, momentum=0, shuffle=False,
        batch_size=w.batch or w.m, learning_rate_init=w.learning_rate,
    )  # fmt: skip
    samples, labels = np.ascontiguousarray(X.T), Y[0]
    model.partial_fit(samples, labels, classes=[0, 1])
    model.set_params(warm_start=w.m > 1, tol=0.0, n_iter_no_change=10**9)
    for i in range(1, net.L + 1):
        model.coefs_[i - 1][:] = net.W[i].T
        model.intercepts_[i - 1][:] = net.b[i][:, 0]

    def train(epochs):
        if w.m == 1:  # fit refuses a single class, so this row pays the checks in every step
            for _ in range(epochs):
                model.partial_fit(samples, labels)
            return
        model.set_params(max_iter=epochs)
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
            model.fit(samples, labels)

    def weights():
        return joined([None, *(c.T for c in model.coefs_)], [None, *model.intercepts_])

    return Run(train, weights)


def pytorch(w):
    """torch.nn and torch.optim.SGD, float64."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    X, Y = w.data()
    net = w.net()
    layers = []
    for i in range(1, net.L + 1):
        layer = torch.nn.Linear(w.n[i - 1], w.n[i])
        layer.weight.data = torch.tensor(net.W[i])
        layer.bias.data = torch.tensor(net.b[i][:, 0])
        layers += [layer, torch.nn.Sigmoid()] if i < net.L else [layer]
    model, loss = torch.nn.Sequential(*layers), torch.nn.BCEWithLogitsLoss()
    step = torch.optim.SGD(model.parameters(), lr=w.learning_rate)
    batches = [
        (torch.tensor(np.ascontiguousarray(x.T)), torch.tensor(np.ascontiguousarray(y.T)))
        for x, y in w.batches(X, Y)
    ]

    def train(epochs):
        for x, y in batches * epochs:
            step.zero_grad()
            loss(model(x), y).backward()
            step.step()

    def weights():
        return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])

    return Run(train, weights)


def jax_step(w):
    """JAX: one compiled call a step, float64, full batch."""
    return jax_loop(w, step_by_step=True) if w.batch is None else None


def jax_loop(w, step_by_step=False):
    """JAX: all steps inside one compiled loop, float64."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, Y = w.data()
    net = w.net()
    state = [[(jnp.array(net.W[i]), jnp.array(net.b[i])) for i in range(1, net.L + 1)]]
    size = w.batch or w.m
    whole = w.m // size * size
    shape = (-1, size, w.n[0])
    xs = jnp.array(X.T[:whole].reshape(shape))
    ys = jnp.array(Y.T[:whole].reshape(-1, size, 1))
    rest = (jnp.array(X.T[whole:]), jnp.array(Y.T[whole:]))

    def cost(layers, x, y):
        a = x
        for k, (W, b) in enumerate(layers):
            z = a @ W.T + b[:, 0]
            a = jax.nn.sigmoid(z) if k + 1 < len(layers) else z
        return jnp.mean(jnp.maximum(a, 0) - a * y + jnp.log1p(jnp.exp(-jnp.abs(a))))

    def one(layers, x, y):
        slopes = jax.grad(cost)(layers, x, y)
        return jax.tree.map(lambda p, g: p - w.learning_rate * g, layers, slopes)

    @jax.jit
    def loop(layers, count):
        def epoch(_, layers):
            layers = jax.lax.fori_loop(
                0, len(xs), lambda k, layers: one(layers, xs[k], ys[k]), layers
            )
            return one(layers, *rest) if len(rest[0]) else layers

        return jax.lax.fori_loop(0, count, epoch, layers)

    compiled = jax.jit(one)

    def train(epochs):
        if not step_by_step:
            state[0] = loop(state[0], epochs)
        for _ in range(epochs if step_by_step else 0):
            state[0] = compiled(state[0], xs[0], ys[0])
        jax.block_until_ready(state[0])

    first = compiled(state[0], xs[0], ys[0]) if step_by_step else loop(state[0], 1)
    jax.block_until_ready(first)  # compile before the clock runs
    return Run(train, lambda: np.concatenate([np.ravel(p) for pair in state[0] for p in pair]))


def hips_autograd(w):
    """HIPS/autograd, the gradient of the cost written with its NumPy."""
    if w.m * w.n[0] > 50000:
        return None
    import autograd.numpy as anp
    from autograd import grad

    X, Y = w.data()
    net = w.net()
    state = [[(net.W[i], net.b[i]) for i in range(1, net.L + 1)]]

    def cost(layers, x, y):
        a = x
        for k, (W, b) in enumerate(layers):
            z = anp.dot(W, a) + b
            a = 1 / (1 + anp.exp(-z)) if k + 1 < len(layers) else z
        return anp.mean(anp.logaddexp(0, a) - a * y)

    slope = grad(cost)

    def train(epochs):
        for x, y in w.batches(X, Y) * epochs:
            slopes = slope(state[0], x, y)
            state[0] = [
                (W - w.learning_rate * dW, b - w.learning_rate * db)
                for (W, b), (dW, db) in zip(state[0], slopes, strict=True)
            ]

    return Run(train, lambda: np.concatenate([np.ravel(p) for pair in state[0] for p in pair]))


def micrograd(w):
    """micrograd: a graph of single numbers."""
    if w.name != "A1":
        return None
    from micrograd.engine import Value

    X, Y = w.data()
    net = w.net()
    W = [None] + [[[Value(v) for v in row] for row in net.W[i]] for i in range(1, net.L + 1)]
    b = [None] + [[Value(v) for v in net.b[i][:, 0]] for i in range(1, net.L + 1)]
    x, y = [float(v) for v in X[:, 0]], float(Y[0, 0])
    parameters = [v for i in range(1, net.L + 1) for row in (*W[i], b[i]) for v in row]

    def train(epochs):
        for _ in range(epochs):
            a = x
            for i in range(1, net.L + 1):
                z = [
                    sum((v * u for v, u in zip(row, a, strict=True)), bias)
                    for row, bias in zip(W[i], b[i], strict=True)
                ]
                a = [sigmoid(v) for v in z]
            # a - y is the derivative of the cross-entropy by the last z, so y·z needs no logarithm
            out = a[0]
            for p in parameters:
                p.grad = 0.0
            seed = (out.data - y) / (out.data * (1 - out.data))
            (out * seed).backward()
            for p in parameters:
                p.data -= w.learning_rate * p.grad

    def sigmoid(v):
        a = Value(1 / (1 + np.exp(-v.data)), (v,), "sigmoid")

        def back():
            v.grad += a.data * (1 - a.data) * a.grad

        a._backward = back
        return a

    def weights():
        return np.array(
            [v.data for i in range(1, net.L + 1) for v in itertools.chain(*W[i], b[i])], dtype=float
        )

    return Run(train, weights)


CONTENDERS = {
    "bpcore": ours,
    "bpcore, recording": ours_recording,
    "plain NumPy": plain,
    "scikit-learn": scikit_learn,
    "PyTorch": pytorch,
    "JAX, one compiled loop": jax_loop,
    "JAX, one compiled step": jax_step,
    "autograd": hips_autograd,
    "micrograd": micrograd,
    "loop of source 001": loop_001,
    "loop of Nielsen": loop_nielsen,
}
