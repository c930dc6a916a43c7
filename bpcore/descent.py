"""Gradient descent: on any function, on a network, and on many networks with many rates at once."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, fields
from functools import cache
from math import isfinite
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore._validate import (
    Seed,
    as_array,
    as_callable,
    as_columns,
    as_count,
    as_instance,
    as_labels,
    as_layers,
    as_member,
    as_positive,
    as_rng,
    freeze,
)
from bpcore.backprop import Gradients
from bpcore.gradcheck import _flat, _unflatten
from bpcore.losses import LOSSES, Loss, cross_entropy
from bpcore.network import Network, _accuracy, _cost, as_network
from bpcore.theta import _backward_theta, _fold, _forward_theta, _Room, _unfold, _with_bias


def _report(diverged_at, learning_rate, done):
    if diverged_at is None:
        return f"{done}, learning rate {learning_rate:g}"
    return f"diverged at step {diverged_at}, learning rate {learning_rate:g}"


@dataclass(frozen=True, eq=False)
class Path:
    """The points that gradient descent visits.

    Parameters
    ----------
    x : array, shape (steps + 1,) or (steps + 1, k)
        The points, the start first; only finite ones.
    f : array, shape (steps + 1,)
        The function there.
    learning_rate : float
    diverged_at : int or None
        The step that left the finite numbers.
    """

    x: np.ndarray
    f: np.ndarray
    learning_rate: float
    diverged_at: int | None = None

    @property
    def report(self) -> str:
        """One line that says how many steps were made, or where they diverged."""
        return _report(self.diverged_at, self.learning_rate, f"{len(self.f) - 1} steps")


@dataclass(frozen=True, eq=False)
class History:
    """What `train` recorded.

    Parameters
    ----------
    epoch : int array, shape (k,)
        The epochs recorded; entry 0 is epoch 0, before training.
    cost : array, shape (k,)
        Over the whole training set; nats per sample for `cross_entropy`.
    accuracy : array, shape (k,)
        Share of the training set that is classified rightly.
    gradient_norm : array, shape (k,)
        Euclidean length of the whole gradient.
    learning_rate : float
        Of the last run.
    epochs : int
        Passes over the data completed so far.
    steps : int
        Updates of the parameters made so far.
    diverged_at : int or None
        The step that left the finite numbers; the network returned is the last finite one.
    rng_state : dict or None
        Where the shuffling stands, so that a run can be resumed to the same numbers.
    """

    epoch: np.ndarray
    cost: np.ndarray
    accuracy: np.ndarray
    gradient_norm: np.ndarray
    learning_rate: float
    epochs: int
    steps: int
    diverged_at: int | None = None
    rng_state: dict[str, Any] | None = None

    @property
    def report(self) -> str:
        """One line that says how far the training came, or where it diverged."""
        done = f"{self.epochs} epochs, {self.steps} steps"
        done += f", cost {self.cost[-1]:.6f}"
        return _report(self.diverged_at, self.learning_rate, done)

    def save(self, file: Any) -> None:
        """Write the history in the .npz format, to a path or an open binary file."""
        import json  # here, because `import bpcore` must be quick

        values = {f.name: getattr(self, f.name) for f in fields(self)}
        scalars = {k: v for k, v in values.items() if not isinstance(v, np.ndarray)}
        arrays = {k: v for k, v in values.items() if isinstance(v, np.ndarray)}
        text = json.dumps(scalars, default=np.ndarray.tolist)  # some generators' states have arrays
        with _opened(file, "wb") as out:
            np.savez(out, scalars=text, **arrays)

    @classmethod
    def load(cls, file: Any) -> "History":
        """Read a history that `save` wrote; ValueError if the file holds something else."""
        import json
        from zipfile import BadZipFile

        try:
            with _opened(file, "rb") as source, np.load(source, allow_pickle=False) as data:
                values = {k: data[k] for k in data.files if k != "scalars"}
                history = cls(**values, **json.loads(str(data["scalars"])))
        except (AttributeError, EOFError, KeyError, TypeError, ValueError, BadZipFile) as error:
            raise ValueError(f"file must be written by History.save, got {file}: {error}") from None
        freeze(*values.values())
        return history


def _opened(file, mode):
    """Open a path; a file that is open already passes through, and stays open."""
    return open(file, mode) if isinstance(file, (str, PathLike)) else nullcontext(file)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Trainings of the same network with K learning rates.

    Parameters
    ----------
    learning_rates : array, shape (K,)
    cost : array, shape (K, steps + 1)
        nan from the step at which a run diverged.
    net : Network
        The K trained networks as one stack; a diverged one as it was when last finite.
    diverged_at : tuple of K (int or None)
    """

    learning_rates: np.ndarray
    cost: np.ndarray
    net: Network
    diverged_at: tuple[Any, ...]

    def report(self, k: int) -> str:
        """One line about run k."""
        done = f"{self.cost.shape[1] - 1} steps, cost {self.cost[k, -1]:.6f}"
        return _report(self.diverged_at[k], self.learning_rates[k], done)


def descend(
    f: Callable[..., Any],
    grad: Callable[..., Any],
    x0: ArrayLike,
    *,
    learning_rate: float,
    steps: int,
) -> Path:
    """Minimise a function by gradient descent: x := x - learning_rate * grad(x).

    Parameters
    ----------
    f : callable
        Takes a point, returns a number.
    grad : callable
        Takes a point, returns its gradient, of the shape of the point.
    x0 : float, or array of shape (k,)
        The start.
    learning_rate : float
        Positive; too large a one is legal and diverges.
    steps : int

    Returns
    -------
    Path

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, f is not finite at x0, or grad returns another shape than x0's.

    Examples
    --------
    >>> path = descend(lambda x: x**2, lambda x: 2 * x, 1.0, learning_rate=0.5, steps=2)
    >>> path.x
    array([1., 0., 0.])

    Notes
    -----
    Equation :eq:`eq-descent`; chapter :doc:`/chapters/04_gradient_descent`; source 001.
    """
    f, grad, (x,) = as_callable(f, "f"), as_callable(grad, "grad"), freeze(as_array(x0, "x0"))
    learning_rate, steps = as_positive(learning_rate, "learning_rate"), as_count(steps, "steps")
    if x.ndim > 1 or x.size == 0:
        raise ValueError(f"x0 must be a number or a vector of shape (k,), got shape {x.shape}")
    xs, values, diverged_at = [x], [_returned(f, x, "f", ())], None
    if not np.isfinite(values[0]):
        raise ValueError(f"f must be finite at x0, got {values[0]} at {x}")
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1, steps + 1):
            (x,) = freeze(np.asarray(x - learning_rate * _returned(grad, x, "grad", x.shape)))
            value = _returned(f, x, "f", ())
            if not (np.isfinite(x).all() and np.isfinite(value)):
                diverged_at = t
                break
            xs.append(x)
            values.append(value)
    return Path(*freeze(np.array(xs), np.array(values)), learning_rate, diverged_at)


def _returned(function, x, name, shape):
    """Call a function of the user's and check the shape of its answer."""
    value = as_array(function(x), f"{name}(x)", finite=False)
    if value.shape != shape:
        raise ValueError(f"{name} must return shape {shape} for x of {x.shape}, got {value.shape}")
    return value


def _update(theta, slope, learning_rate, out=None):
    """Give theta - learning_rate * slope; slope is used up."""
    slope *= learning_rate
    return np.subtract(theta, slope, out=out)


def step(net: Network, grads: Gradients, learning_rate: float) -> Network:
    """Move all parameters once, after all gradients are known: W := W - learning_rate * dW.

    Parameters
    ----------
    net : Network
    grads : Gradients
        Of this network.
    learning_rate : float

    Returns
    -------
    Network
        A new one; net is not changed.

    Raises
    ------
    ValueError, TypeError
        If grads has other shapes than net, or the new parameters overflow.

    Examples
    --------
    >>> net = Network([None, [[1.0]]], [None, [[0.0]]])
    >>> step(net, Gradients((None, np.array([[2.0]])), (None, np.array([[1.0]])), ()), 0.1).W[1]
    array([[0.8]])

    Notes
    -----
    Equation :eq:`eq-update`; chapter :doc:`/chapters/04_gradient_descent`; sources 000 §5, 001.
    """
    as_instance(grads, Gradients, "grads", "pass what backward returned")
    dW, db = as_layers(grads.dW, "grads.dW"), as_layers(grads.db, "grads.db")
    shapes = [[w.shape for w in ws[1:]] for ws in (as_network(net).W, net.b, dW, db)]
    if shapes[:2] != shapes[2:]:
        raise ValueError(f"grads must have the shapes of net, {shapes[:2]}, got {shapes[2:]}")
    learning_rate = as_positive(learning_rate, "learning_rate")
    with np.errstate(over="ignore"):
        theta = _update(_flat(net.W, net.b), _flat(dW, db), learning_rate)
    if not np.isfinite(theta).all():
        raise ValueError(f"learning_rate is too large: the step overflows, got {learning_rate}")
    new = _unflatten(theta, net)
    return Network(new.W, new.b, new.g)


OVERFLOW = "X or the weights are too large: the cost overflows before training; standardise X"
BLOCK = 1024  # columns at a time: the intermediate results stay in the processor's cache


class _Slope:
    """All derivatives of the cost as one vector, and the memory that computing them reuses.

    In the folded form of chapter 9: one product a layer takes the bias along, which makes the
    steps of a small network quicker.
    """

    def __init__(self, net, loss, K=()):
        self.n, self.g, self.loss = net.n, net.g, loss
        self.vector = np.zeros((*K, net.num_parameters))
        self.dTheta = self.layers(self.vector)
        self.room = cache(lambda m: _Room(net.n, m, K))  # for batches of m samples

    def layers(self, vector):
        """Cut a vector of all parameters, shape (..., num_parameters), into the Theta[i]: views."""
        Theta, start = [None], 0
        for i in range(1, len(self.n)):
            rows, columns = self.n[i], self.n[i - 1] + 1
            stop = start + rows * columns
            Theta.append(vector[..., start:stop].reshape(*vector.shape[:-1], rows, columns))
            start = stop
        return Theta

    def start(self, net):
        """Give the parameters of net as such a vector, once for each network of a stack."""
        vector = np.empty_like(self.vector)
        Theta, folded = self.layers(vector), _fold(net)
        for i in range(1, net.L + 1):
            Theta[i][...] = folded[i]
        return vector

    def update(self, Theta, X, Y):
        """Put the derivatives into the vector, and give the logits; X begins with a row of ones.

        A large batch is cut into blocks; its gradient is the size-weighted mean of theirs.
        """
        m = Y.shape[1]
        if m > BLOCK:
            blocks, total, logits = range(0, m, BLOCK), 0.0, []
            for x, y in ((X[:, k : k + BLOCK], Y[:, k : k + BLOCK]) for k in blocks):
                logits.append(self.update(Theta, x, y).copy())
                total = total + y.shape[1] / m * self.vector
            self.vector[...] = total
            return np.concatenate(logits, axis=-1)
        room = self.room(m)
        room.A[0] = X
        _forward_theta(Theta, self.g, room)
        _backward_theta(Theta, self.g, room, Y, self.loss, self.dTheta)
        self.vector *= 1 / m
        return room.z[-1]


def _progress(total, show, label):
    """Give range(total), with a tqdm bar if wanted."""
    if not show:
        return range(total)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError("progress=True needs the package tqdm: pip install tqdm") from None
    return tqdm(range(total), desc=label)


def _batches(X, Y, batch_size, rng):
    """Give the batches of one epoch: everything, or slices of a fresh shuffle."""
    m = X.shape[1]
    if batch_size is None:
        yield X, Y
        return
    order = rng.permutation(m)
    for start in range(0, m, batch_size):
        chosen = order[start : start + batch_size]
        yield X.T.take(chosen, axis=0).T, Y.take(chosen, axis=1)  # a sample is contiguous in memory


def train(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rate: float,
    epochs: int,
    loss: Loss | str = cross_entropy,
    batch_size: int | None = None,
    rng: Seed = None,
    record: bool = True,
    callback: Callable[..., Any] | None = None,
    history: History | None = None,
    progress: bool = False,
) -> tuple[Network, History]:
    """Train a network by gradient descent, and record how it went.

    Parameters
    ----------
    net : Network
        Where to start; not changed.
    X : array, shape (d, m)
    Y : array, shape (1, m)
    learning_rate : float
    epochs : int
        Passes over the data.
    loss : Loss or str
    batch_size : None, or int from 1 to m
        None: full batch, one step an epoch. 1: stochastic. Else mini-batches, shuffled each epoch.
    rng : int, numpy Generator or None
        For the shuffling; a Generator is used up as usual.
    record : bool
        False: only before the first and after the last epoch, which is faster for mini-batches.
    callback : callable, optional
        Called as callback(epoch, net, cost) at every record; a true answer stops the training.
    history : History, optional
        Of an earlier run, which this one continues.
    progress : bool
        Show a bar (needs tqdm).

    Returns
    -------
    (Network, History)
        The trained network, and the record with entry 0 before training. If a step leaves the
        finite numbers, training stops, and history.report says "diverged at step k".

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.

    Examples
    --------
    >>> start = Network([None, [[0.0]]], [None, [[0.0]]])
    >>> net, history = train(start, [[-1.0, 1.0]], [[0, 1]], learning_rate=1.0, epochs=10)
    >>> history.cost[0].round(4), history.cost[-1] < 0.2
    (np.float64(0.6931), np.True_)

    Notes
    -----
    Equation :eq:`eq-update`; chapters :doc:`/chapters/11_many_samples`,
    :doc:`/chapters/12_training_on_real_data`; sources 000 §5, 001.
    """
    net = as_network(net, single=True)
    X = as_columns(X, net.n[0])
    Y = as_labels(Y, X.shape[1])
    learning_rate = as_positive(learning_rate, "learning_rate")
    epochs, loss = as_count(epochs, "epochs"), as_member(loss, Loss, LOSSES, "loss")
    if batch_size is not None and as_count(batch_size, "batch_size", at_least=1) > X.shape[1]:
        raise ValueError(f"batch_size must be at most m = {X.shape[1]}, got {batch_size}")
    if callback is not None:
        as_callable(callback, "callback")
    rng, start, taken = _resume(rng, history)

    X = _with_bias(X, order="F")  # each sample contiguous: batches are cut fast
    run, rows, done = _Run(net, loss, learning_rate, taken), [], start
    logits = np.empty(0)  # of the full batch, as its slope: from the end of one epoch to the next
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in _progress(epochs + 1, progress, "training"):
            for x, y in _batches(X, Y, batch_size, rng) if epoch else ():
                if batch_size is not None:
                    run.look(x, y)
                if not run.step():
                    break
            if run.diverged_at is not None:
                break
            noted = record or epoch in (0, epochs)
            if noted or batch_size is None:
                logits = run.look(X, Y)
            if noted:
                J = float(_cost(logits, Y, loss))
                if not (isfinite(J) or epoch):
                    raise ValueError(OVERFLOW)
                if not isfinite(J):
                    run.undo()
                    break
                rows.append((start + epoch, J, _accuracy(logits, Y), _length(run.slope.vector)))
            done = start + epoch
            if noted and callback and callback(done, _unfold(run.Theta, net.g), rows[-1][1]):
                break
    state = rng.bit_generator.state if batch_size else None
    return _unfold(run.Theta, net.g), History(
        *_columns(rows, history), learning_rate, done, run.taken, run.diverged_at, state
    )


def _length(vector):  # quicker than np.linalg.norm
    return np.dot(vector, vector) ** 0.5


class _Run:
    """The parameters on their way down, and where they were one step before."""

    def __init__(self, net, loss, learning_rate, taken):
        self.slope, self.rate = _Slope(net, loss), np.array(learning_rate)
        vectors = self.slope.start(net), self.slope.start(net)
        self.here, self.before = ((theta, self.slope.layers(theta)) for theta in vectors)
        self.taken, self.diverged_at = taken, None

    @property
    def Theta(self):
        return self.here[1]

    def look(self, X, Y):
        """Find the slope of the cost over these samples, and give their logits."""
        return self.slope.update(self.Theta, X, Y)

    def step(self):
        """Go down along the slope; stay, and say False, if that leaves the finite numbers."""
        _update(self.here[0], self.slope.vector, self.rate, out=self.before[0])
        self.here, self.before, self.taken = self.before, self.here, self.taken + 1
        if isfinite(_length(self.here[0])):
            return True
        self.undo()
        return False

    def undo(self):
        """Go back one step, which led out of the finite numbers."""
        self.here, self.before, self.diverged_at = self.before, self.here, self.taken
        self.taken -= 1


def _resume(rng, history):
    """Give the generator, the first epoch and the steps taken: fresh, or as history left them."""
    if history is None:
        return as_rng(rng), 0, 0
    as_instance(history, History, "history", "pass what an earlier train returned")
    if history.rng_state is None:
        return as_rng(rng), history.epochs, history.steps
    if rng is not None:
        raise ValueError("rng must be left out: history goes on with its own shuffling")
    bits = getattr(np.random, history.rng_state["bit_generator"])()
    bits.state = history.rng_state
    return np.random.Generator(bits), history.epochs, history.steps


def _columns(rows, earlier):
    """Turn the rows of a run into columns, after those of an earlier one; no epoch stands twice."""
    columns = [np.array([row[k] for row in rows], dtype=(int, float)[k > 0]) for k in range(4)]
    if earlier is not None:
        old = (earlier.epoch, earlier.cost, earlier.accuracy, earlier.gradient_norm)
        new = np.isin(columns[0], earlier.epoch, invert=True)
        columns = [np.concatenate((a, b[new])) for a, b in zip(old, columns, strict=True)]
    return freeze(*columns)


def sweep(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rates: ArrayLike,
    steps: int,
    loss: Loss | str = cross_entropy,
    progress: bool = False,
) -> Sweep:
    """Train the same network with many learning rates at once, full batch, as one stack.

    Parameters
    ----------
    net : Network
        Where every run starts.
    X : array, shape (d, m)
    Y : array, shape (1, m)
    learning_rates : array, shape (K,)
        Positive.
    steps : int
    loss : Loss or str
    progress : bool
        Show a bar (needs tqdm).

    Returns
    -------
    Sweep
        The cost of every run before each step and at the end, and the trained stack. The runs are
        the same numbers as K separate trainings, to rounding.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.

    Examples
    --------
    >>> start = Network([None, [[0.0]]], [None, [[0.0]]])
    >>> sweep(start, [[-1.0, 1.0]], [[0, 1]], learning_rates=[0.1, 1.0], steps=3).cost.shape
    (2, 4)

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`.
    """
    net = as_network(net, single=True)
    X = as_columns(X, net.n[0])
    Y = as_labels(Y, X.shape[1])
    rates = as_array(learning_rates, "learning_rates")
    if rates.ndim != 1 or rates.size == 0 or (rates <= 0).any():
        raise ValueError(f"learning_rates must be positive, shape (K,), got {rates}")
    steps, loss = as_count(steps, "steps"), as_member(loss, Loss, LOSSES, "loss")
    X, slope = _with_bias(X), _Slope(net, loss, (rates.size,))
    theta = slope.start(net)
    costs, diverged_at = np.full((rates.size, steps + 1), np.nan), [None] * rates.size
    alive = np.ones(rates.size, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in _progress(steps + 1, progress, "sweep"):
            old, theta = theta, _update(theta, slope.vector, rates[:, None])
            logits = slope.update(slope.layers(theta), X, Y)
            J = _cost(logits, Y, loss)
            fine = np.isfinite(J) & np.isfinite((theta * theta).sum(axis=-1))
            if not (t or fine.all()):
                raise ValueError(OVERFLOW)
            for k in np.flatnonzero(alive & ~fine):
                diverged_at[k] = t
            alive &= fine
            if not alive.all():
                theta = np.where(alive[:, None], theta, old)
            costs[alive, t] = J[alive]
    stack = _unfold(slope.layers(theta), net.g)
    return Sweep(*freeze(rates, costs), stack, tuple(diverged_at))
