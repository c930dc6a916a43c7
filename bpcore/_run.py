"""Gradient descent under way: the lines of a step recorded for the sizes at hand, and replayed.

Each step runs F1, F2, BP1 to BP4 and the update: the very lines of `forward`, `backward` and
`step`.
"""

from math import isfinite
from sys import maxsize

import numpy as np

from bpcore._guard import may_fail
from bpcore._tape import Plan, replay
from bpcore.backprop import _backward
from bpcore.descent import _step
from bpcore.gradcheck import _in_order
from bpcore.network import Network, _accuracy, _cost, _forward

BLOCK = 1024  # columns at a time: the intermediate results stay in the processor's cache


class Run:
    """Parameters on their way down: one vector theta, the slope of the cost there, and the calls
    that find the slope over some samples and that move theta against it.

    `like` and `given` are the network and the loss as handed in, `g` and `loss` the same but
    allowed to give nan; K is () for one network, (K,) for a stack; `before` is theta one step ago.
    """

    def __init__(self, net, loss, learning_rate, K=(), taken=0):
        self.like, self.given, self.loss, self.plans = net, loss, may_fail(loss), {}
        self.g = (None, *map(may_fail, net.g[1:]))
        self.own = self.loss is not loss or self.g != net.g  # functions of the user's
        self.block = maxsize if self.own else BLOCK  # they see all samples, as elsewhere
        self.taken, self.diverged_at = taken, None
        self.theta, self.before, self.slope = np.zeros((3, *K, net.num_parameters))
        self.net = self.network(self.theta)

        def lines(trace):
            here, slope = (self.network(trace(vector)) for vector in (self.theta, self.slope))
            return (), _in_order(*_step(here, slope.W, slope.b, learning_rate))

        plan = Plan(lines, self.theta, self.cut, known=(self.theta, self.slope))
        self.update = [(np.copyto, (self.before, self.theta)), *plan.record(lines)[0]]
        for i in range(1, net.L + 1):  # now, as the recording has moved theta
            self.net.W[i][...], self.net.b[i][...] = net.W[i], net.b[i]

    def try_functions(self, X, Y):
        """Call the user's functions once at the start: nan is an error, later the end."""
        if self.own:
            z, a = _forward(self.like, X)
            _backward(self.like, z, a, Y, self.given)
            _cost(z[-1], Y, self.given)

    def network(self, vector):
        """Give a vector of all parameters as a network: in each row of W[i] b[i] comes last."""
        W, b, start, n = [None], [None], 0, self.like.n
        for i in range(1, len(n)):
            stop = start + n[i] * (n[i - 1] + 1)
            both = vector[..., start:stop].reshape(*vector.shape[:-1], n[i], n[i - 1] + 1)
            W.append(both[..., :-1])
            b.append(both[..., -1:])
            start = stop
        return Network._unchecked(tuple(W), tuple(b), self.g)

    def cut(self, vector):
        """Give the parts of such a vector in order."""
        net = self.network(vector)
        return _in_order(net.W, net.b)

    def record(self, X, y, into, again=False):
        """Give the calls that put the slope over samples into a vector, and the logits' memory.

        X has a last row of ones. With `again`, X and y are filled anew before each replay, so
        that nothing may be computed from them now.
        """

        def lines(trace):
            net = self.network(trace(self.theta))
            samples, labels = (trace(X[:-1]), trace(y)) if again else (X[:-1], y)
            z, a = _forward(net, samples)
            dW, db, _ = _backward(net, z, a, labels, self.loss)
            return [z[-1]], _in_order(dW, db)

        if (plan := self.plans.get(X.shape[1])) is None:
            plan = self.plans[X.shape[1]] = Plan(lines, into, self.cut, wide=[X])
        calls, (logits,) = plan.record(lines, wide=[X])
        return calls, logits

    def move(self):
        """Go one step down; stay, and say False, if that leaves the finite numbers."""
        replay(self.update)
        self.taken += 1
        if isfinite(np.vdot(self.theta, self.theta)):  # quick; products of two layers are, too
            return True
        self.stay()
        return False

    def stay(self):
        """Take back the last step, which led out of the finite numbers."""
        np.copyto(self.theta, self.before)
        self.diverged_at, self.taken = self.taken, self.taken - 1

    def value(self):
        """Give the network as it stands, as a value."""
        return Network(self.net.W, self.net.b, self.like.g)


class FullBatch:
    """All samples for every step, block by block."""

    def __init__(self, run, X, Y):
        self.run, self.fresh, X = run, False, np.vstack([X, np.ones((1, X.shape[1]))])
        if X.shape[1] <= run.block:
            self.calls, logits = run.record(X, Y, run.slope)
        else:
            logits = self.in_blocks(X, Y)

        def measures(trace):
            return [_cost(trace(logits), Y, run.loss), _accuracy(trace(logits), Y)], ()

        self.measures, (self.cost, self.accuracy) = Plan(measures).record(measures)

    def in_blocks(self, X, Y):
        """Fill the calls block by block, and give the memory of the logits."""
        m, run, slope = X.shape[1], self.run, self.run.slope
        logits, part = np.empty((*slope.shape[:-1], *Y.shape)), np.empty_like(slope)
        self.calls = [(slope.fill, (0.0,))]
        for k in range(0, m, run.block):
            block = slice(k, k + run.block)
            samples = np.ascontiguousarray(X[:, block])  # products with a piece of X take longer
            calls, z = run.record(samples, Y[:, block], part)
            share = np.array(z.shape[-1] / m)  # of all samples
            self.calls += [*calls, (np.copyto, (logits[..., block], z))]
            self.calls.append((np.multiply, (part, share, part)))
            self.calls.append((np.add, (slope, part, slope)))
        return logits

    def find(self):
        """Find the slope and the logits where theta is now."""
        if not self.fresh:
            replay(self.calls)
            self.fresh = True

    def epoch(self, rng):
        """Stop once, with the slope at hand."""
        self.find()
        self.fresh = False
        yield

    def look(self):
        """Give cost, accuracy and the length of the slope."""
        self.find()
        replay(self.measures)
        return self.cost, self.accuracy, _length(self.run.slope)


class Batches:
    """A few samples for every step, from a fresh shuffle each epoch."""

    def __init__(self, run, X, Y, size):
        self.run, self.size, self.Y, self.room = run, size, Y, {}
        # in memory the features of a sample, and a 1, are one piece: samples are cut out fast
        self.X = np.ones((len(X) + 1, X.shape[1]), order="F")
        self.X[:-1] = X
        for k in {size, X.shape[1] % size} - {0}:
            x, y = np.ones((len(self.X), k), order="F"), np.zeros((len(Y), k))
            self.room[k] = x.T, y, run.record(x, y, run.slope, again=True)[0]

    def look(self):
        """Give cost and accuracy, by the forward pass alone, so the length of the slope is nan."""
        run, m = self.run, self.X.shape[1]
        blocks = (self.X[:-1, k : k + run.block] for k in range(0, m, run.block))
        logits = np.concatenate([_forward(run.net, x)[0][-1] for x in blocks], axis=-1)
        return _cost(logits, self.Y, run.loss), _accuracy(logits, self.Y), np.nan

    def epoch(self, rng):
        """Stop once for each batch, with its slope at hand."""
        order = rng.permutation(self.X.shape[1])
        for start in range(0, len(order), self.size):
            chosen = order[start : start + self.size]
            x, y, calls = self.room[len(chosen)]
            self.X.T.take(chosen, axis=0, out=x, mode="clip")
            self.Y.take(chosen, axis=1, out=y, mode="clip")
            replay(calls)
            yield


def _length(vector):
    """Give the Euclidean length, also where its square overflows or has lost digits."""
    if 1e-280 < (square := np.vdot(vector, vector)) < np.inf:
        return square**0.5  # quicker than np.linalg.norm
    largest = np.abs(vector).max()
    return largest * np.linalg.norm(vector / (largest or 1.0))
