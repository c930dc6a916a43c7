"""Training: many steps of gradient descent on a network, and on one network with many rates.

Each step runs F1, F2, BP1 to BP4 and the update: the very lines of `forward`, `backward` and
`step`, recorded once for the sizes at hand and replayed (``_run.py``, ``_tape.py``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _storage
from bpcore import _validate as valid
from bpcore._guard import Value, untouched
from bpcore._run import Batches, FullBatch, Run
from bpcore._tape import replay
from bpcore.descent import rise, summary
from bpcore.losses import Loss, cross_entropy
from bpcore.network import Network, as_problem

OVERFLOW = "X or the weights are too large: the cost overflows before training; standardise X"


@dataclass(frozen=True, eq=False)
class History(Value):
    """What `train` recorded.

    Parameters
    ----------
    epoch : int array, shape (k,)
        The epochs recorded; the first is epoch 0, before training.
    cost : array, shape (k,)
        Over the whole training set; nats per sample for `cross_entropy`.
    accuracy : array, shape (k,)
        Share of the training set that is classified rightly.
    gradient_norm : array, shape (k,)
        Euclidean length of the whole gradient; nan with batches, where nobody computes it.
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
        """One line that says how far the training came, or where it diverged, and what is odd."""
        done = f"{self.epochs} epochs, {self.steps} steps"
        if len(self.cost):
            done += f", cost {self.cost[-1]:.6g}"
        still = "the gradient is zero" if 0 in self.gradient_norm[-1:] else ""
        return summary(self.diverged_at, self.learning_rate, done, rise(self.cost), still)

    def save(self, file: Any) -> None:
        """Write the history in the .npz format, to a path or an open binary file."""
        _storage.save(file, vars(self))

    @classmethod
    def load(cls, file: Any) -> "History":
        """Read a history that `save` wrote; ValueError if the file holds something else."""
        return _storage.load(file, "History", cls)


@dataclass(frozen=True, eq=False)
class Sweep(Value):
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
        """One line about run k, from 0."""
        K = len(self.learning_rates)
        if valid.as_count(k, "k", at_least=-K, wanted="the number of a run") >= K:
            raise ValueError(f"k must be less than {K}, the number of runs, got {k}")
        done = f"{self.cost.shape[1] - 1} steps, cost {self.cost[k, -1]:.6g}"
        return summary(self.diverged_at[k], self.learning_rates[k], done, rise(self.cost[k]))


def _progress(total, show, label):
    """Give range(total), with a tqdm bar if wanted."""
    if not valid.as_flag(show, "progress"):
        return range(total)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError("progress=True needs the package tqdm: pip install tqdm") from None
    return tqdm(range(total), desc=label)


def train(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    learning_rate: float,
    epochs: int,
    loss: Loss | str = cross_entropy,
    batch_size: int | None = None,
    rng: valid.Seed = None,
    record: bool | int = True,
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
    Y : array, shape (n[L], m)
    learning_rate : float
    epochs : int
        Passes over the data.
    loss : Loss or str
    batch_size : None, or int from 1 to m
        None: full batch, one step an epoch. 1: stochastic. Else mini-batches, shuffled each epoch.
    rng : int, numpy Generator or None
        For the shuffling; a Generator is used up as usual.
    record : bool or int
        True: cost and accuracy before training and after every epoch, with batches for one forward
        pass each. k: after every k-th epoch and the last. False: nothing, which is fastest.
    callback : callable, optional
        Called as callback(epoch, net, cost) at every record; a true answer stops the training.
    history : History, optional
        Of an earlier run, which this one continues: with its network, data and loss.
    progress : bool
        Show a bar (needs tqdm).

    Returns
    -------
    (Network, History)
        The trained network, and the record from before training on. If a step leaves the finite
        numbers, training stops, and history.report says "diverged at step k".

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    ImportError
        If progress is True and tqdm is not installed.

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
    net, X, Y, loss = as_problem(net, X, Y, loss, order="A")
    learning_rate = valid.as_positive(learning_rate, "learning_rate")
    epochs, every = valid.as_count(epochs, "epochs"), _every(record)
    batch_size = _batch_size(batch_size, X.shape[1])
    if callback is not None:
        valid.as_callable(callback, "callback")
    rng, start, taken = _resume(rng, history)
    with np.errstate(all="ignore"):
        run = Run(net, loss, np.array(learning_rate), taken=taken)
        run.try_functions(X, Y)
        data = FullBatch(run, X, Y) if batch_size is None else Batches(run, X, Y, batch_size)
        if history is not None:
            _compare(history, data.look()[0])
        passes = _progress(epochs + 1, progress, "training")
        rows, done = _train(run, data, rng, passes, every, callback, start)
    state = rng.bit_generator.state if batch_size else history and history.rng_state
    return run.value(), History(
        *_columns(rows, history), learning_rate, start + done, run.taken, run.diverged_at, state
    )


def _train(run, data, rng, passes, every, callback, start):
    """Go down epoch by epoch; give the rows of the record and the number of whole epochs."""
    rows, done = [], 0
    for epoch in passes:
        if epoch and not all(run.move() for _ in data.epoch(rng)):
            break
        done = epoch
        if every and (epoch % every == 0 or epoch == len(passes) - 1):
            J, accuracy, norm = map(float, data.look())
            if not isfinite(J):
                if not epoch:
                    raise ValueError(OVERFLOW)
                run.stay()
                return rows, epoch - 1
            rows.append((start + epoch, J, accuracy, norm))
            if callback and _stops(callback, start + epoch, run.value(), J):
                break
    return rows, done


def _stops(callback, epoch, net, J):
    answer = untouched(callback, "callback", epoch, net, J)
    try:
        return bool(answer)
    except (TypeError, ValueError):  # a missing value, an array of several numbers
        what = valid.describe(answer)
        raise TypeError(f"callback must return True or False, got {what}") from None


def _batch_size(size, m):
    """Check the size of a batch, None for the full one."""
    if size is None:
        return None
    size = valid.as_count(size, "batch_size", at_least=1, wanted="a whole number or None")
    if size > m:
        raise ValueError(
            f"batch_size must be at most m = {m}, got {size}; did you mean batch_size=None?"
        )
    return size


def _every(record):
    """Give the distance of records in epochs, 0 for none."""
    if isinstance(record, (bool, np.bool_)):
        return int(record)
    return valid.as_count(record, "record", at_least=1, wanted="a whole number, True or False")


def _resume(rng, history):
    """Give the generator, the first epoch and the steps taken: fresh, or as history left them."""
    if history is None:
        return valid.as_rng(rng), 0, 0
    valid.as_instance(history, History, "history", "pass what an earlier train returned")
    if history.rng_state is None:
        return valid.as_rng(rng), history.epochs, history.steps
    if history.diverged_at is not None:
        raise ValueError(
            f"history must end with a whole epoch, got one that diverged at step "
            f"{history.diverged_at}; train the network on without it"
        )
    if rng is not None:
        raise ValueError("rng must be left out: history goes on with its own shuffling")
    known = {kind.__name__: kind for kind in np.random.BitGenerator.__subclasses__()}
    try:
        bits = known[history.rng_state["bit_generator"]]()
        bits.state = history.rng_state
    except (KeyError, OverflowError, TypeError, ValueError):
        wanted = "a generator of NumPy's own"
        got = valid.describe(history.rng_state)
        raise ValueError(f"history must have shuffled with {wanted}, got {got}") from None
    return np.random.Generator(bits), history.epochs, history.steps


def _compare(history, J):
    """Refuse a history that did not end at this cost: it belongs to something else."""
    if len(history.cost) and history.epoch[-1] == history.epochs:
        last = history.cost[-1]
        if not abs(J - last) <= 1e-9 * max(abs(last), 1e-3):
            raise ValueError(
                f"history must be that of this network, data and loss: it ends at cost {last:.6g}, "
                f"here the cost is {J:.6g}; pass the network that train returned with it"
            )


def _columns(rows, earlier):
    """Turn the rows of a run into columns, after those of an earlier one; no epoch stands twice."""
    columns = [np.array([row[k] for row in rows], dtype=(int, float)[k > 0]) for k in range(4)]
    if earlier is not None:
        old = (earlier.epoch, earlier.cost, earlier.accuracy, earlier.gradient_norm)
        new = np.isin(columns[0], earlier.epoch, invert=True)
        columns = [np.concatenate((a, b[new])) for a, b in zip(old, columns, strict=True)]
    return valid.freeze(*columns)


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
    Y : array, shape (n[L], m)
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
    ImportError
        If progress is True and tqdm is not installed.

    Examples
    --------
    >>> start = Network([None, [[0.0]]], [None, [[0.0]]])
    >>> sweep(start, [[-1.0, 1.0]], [[0, 1]], learning_rates=[0.1, 1.0], steps=3).cost.shape
    (2, 4)

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`.
    """
    net, X, Y, loss = as_problem(net, X, Y, loss, order="A")
    positive = lambda rates: rates.min() > 0
    rates = valid.as_vector(learning_rates, "learning_rates", positive, "positive, shape (K,)")
    steps, K = valid.as_count(steps, "steps"), rates.size
    costs, alive = np.full((K, steps + 1), np.nan), np.ones(K, dtype=bool)
    with np.errstate(all="ignore"):
        run = Run(net, loss, rates[:, None, None], (K,))
        run.try_functions(X, Y)
        data = FullBatch(run, X, Y)
        for t in _progress(steps + 1, progress, "sweep"):
            if t:
                next(data.epoch(None))
                replay(run.update)
            J = data.look()[0]
            alive &= np.isfinite(J) & np.isfinite((run.theta * run.theta).sum(axis=-1))
            if not (t or alive.all()):
                raise ValueError(OVERFLOW)
            run.theta[~alive] = run.before[~alive]  # a run that diverged stays where it was
            costs[alive, t] = J[alive]
    lost = (None if ok else int(np.isnan(J).argmax()) for ok, J in zip(alive, costs, strict=True))
    return Sweep(*valid.freeze(rates, costs), run.value(), tuple(lost))
