"""What is replayed is what was recorded, and belongs to nobody else."""

import math
import operator
from contextlib import nullcontext

import numpy as np
import pytest

from bpcore import (
    Activation,
    Loss,
    Network,
    cross_entropy,
    flatten,
    init_network,
    sweep,
    train,
    xor,
)
from bpcore._run import FullBatch, Run
from bpcore._tape import Plan, _side_by_side, replay

LINES = {  # of two matrices, with their samples in the last axis
    "entry by entry": lambda x, y: np.exp(x) * y + 1,
    "a number first": lambda x, y: 1 / (1 + np.exp(-x)),
    "powers and signs": lambda x, y: -((x - y) ** 2) / 2 + +y,
    "a product": lambda x, y: x @ y.mT,
    "a product with a column added": lambda x, y: x.mT @ y + x.mT[..., :1],
    "a sum over the samples": lambda x, y: x.sum(axis=-1, keepdims=True) / 4,
    "a sum over the units": lambda x, y: (x * y).sum(axis=-2),
    "a sum of all": lambda x, y: x.sum(axis=(-2, -1)),
    "the larger": lambda x, y: np.maximum(np.minimum(x, y), 0.0),
    "a choice": lambda x, y: np.where(x > y, x * x, y),
    "a step": lambda x, y: np.heaviside(x, 0.0) * np.ones_like(y),
    "a piece": lambda x, y: x[..., 1:, :] * y[..., :1, :],
    "the same twice": lambda x, y: x * y + x * y + x,
    "long": lambda x, y: np.tanh(np.tanh(np.tanh(x) * y) * x) @ (x * y).mT @ x,
    "a result that is needed again": lambda x, y: (z := x + y) * np.exp(z) - z @ (z.mT @ x),
}


@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (1, 4), (3, 1), (2, 3, 4), (2, 1, 1)], ids=str)
@pytest.mark.parametrize("lines", LINES)
def test_a_replay_makes_the_calls_anew(lines, shape):
    """In place of every array that changed meanwhile; and as often as one likes."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, *shape))
    calls, (kept,) = record(LINES[lines], x, y)
    for _ in range(3):
        x[...], y[...] = rng.normal(size=(2, *shape))
        replay(calls)
        want = LINES[lines](x.copy(), y.copy())
        assert kept.shape == want.shape
        np.testing.assert_allclose(kept, want, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("lines", LINES)
def test_recording_changes_nothing_and_twice_is_once(lines):
    x, y = np.random.default_rng(0).normal(size=(2, 3, 4))
    before = x.copy(), y.copy()
    found = []
    for _ in range(2):
        calls, (kept,) = record(LINES[lines], x, y)
        replay(calls)
        assert not any(np.shares_memory(kept, array) for array in (x, y))
        found.append(kept)
    assert np.array_equal(*found)
    assert not np.shares_memory(*found)
    assert np.array_equal((x, y), before)


UNSEEN = {  # what would be written down as the number that it was
    "astype": lambda x, y: x.astype(float) * y,
    "copy": lambda x, y: x.copy() * y,
    "flatten": lambda x, y: y[0, 0] * x.flatten(),
    "round": lambda x, y: x * y.argmax(),
    "chosen": lambda x, y: x[[0, 1]] * 2,
    "chosen by a mask": lambda x, y: x[np.array([True, False])],
    "a result itself": lambda x, y: x.copy(),
    "taken": lambda x, y: x.take([0, 1], axis=0) * y,
    "an entry": lambda x, y: x[0, 0] * y,
    "an entry of a piece": lambda x, y: x[0][1] * y,
    "places": lambda x, y: y * x.argsort(),
    "not zero": lambda x, y: y * len(x.nonzero()),
    "reshaped": lambda x, y: x.reshape(4, 2).mT * y,
    "reshaped to a copy": lambda x, y: x.mT.reshape(2, 4) * y,
    "a Python branch": lambda x, y: x if x.sum() > 0 else y,
    "a Python number": lambda x, y: y * float(x[0, 0]),
    "math": lambda x, y: y * math.exp(x[0, 0]),
    "a list": lambda x, y: y * np.array(x.tolist()),
    "a loop": lambda x, y: y * sum(row for row in x),
    "an item": lambda x, y: y * x.item(0),
    "written to": lambda x, y: put(x * y, 0, y[0]),
    "filled": lambda x, y: (x * y).fill(1) or x,
    "written over": lambda x, y: np.exp(x, out=(x * y)),
    "changed in place": lambda x, y: operator.iadd(x * y, y),
}


SEEN = ("reshaped",)


def put(x, k, value):
    x[k] = value
    return x


@pytest.mark.parametrize("lines", UNSEEN)
def test_what_the_tape_does_not_see_is_refused_or_right(lines):
    """Never is the number of the recording kept for all replays."""
    x, y = np.random.default_rng(0).normal(size=(2, 2, 4))
    told = "a recorded line must compute with ufuncs and functions of NumPy alone"
    refused = pytest.raises(TypeError, match=f"^{told}$")
    with refused if lines not in SEEN else nullcontext():
        calls, (kept,) = record(UNSEEN[lines], x, y)
    if lines not in SEEN:
        return
    x[...], y[...] = np.random.default_rng(1).normal(size=(2, 2, 4))
    replay(calls)
    np.testing.assert_allclose(kept, UNSEEN[lines](x.copy(), y.copy()), rtol=1e-13)


def record(lines, x, y):
    def traced(trace):
        return [lines(trace(x), trace(y))], ()

    return Plan(traced).record(traced)


def test_a_plan_serves_other_arrays_of_the_same_shape():
    first, second = np.random.default_rng(0).normal(size=(2, 3, 4))

    def lines(x):
        return lambda trace: ([np.exp(trace(x)) @ trace(x).mT], ())

    plan = Plan(lines(first))
    for x in (second, first, second):
        calls, (kept,) = plan.record(lines(x))
        replay(calls)
        np.testing.assert_allclose(kept, np.exp(x) @ x.T, rtol=1e-14)


def test_a_result_that_nobody_reads_any_more_is_written_over():
    """Only the last one, which is kept, has memory of its own."""
    x, y = np.random.default_rng(0).normal(size=(2, 3, 4))
    calls, (kept,) = record(lambda x, y: np.exp(np.tanh(x * y)) + 1, x, y)
    *others, last = (inputs[-1] for _, inputs in calls)
    assert len(others) == 3
    assert all(np.shares_memory(output, others[0]) for output in others)
    assert not np.shares_memory(last, others[0])
    assert np.shares_memory(last, kept)


@pytest.mark.parametrize("turned", [np.s_[::-1], np.s_[:, ::-1]])
def test_a_result_may_be_written_over_what_it_reads_turned_round(turned):
    x, y = np.random.default_rng(0).normal(size=(2, 3, 4))
    lines = lambda x, y: np.exp((u := np.exp(x) * y) - u[turned])
    calls, (kept,) = record(lines, x, y)
    *before, _ = (inputs[-1] for _, inputs in calls)
    assert np.shares_memory(before[-1], before[-2])  # the difference, and what it reads
    for seed in (1, 2):
        x[...], y[...] = np.random.default_rng(seed).normal(size=(2, 3, 4))
        replay(calls)
        np.testing.assert_array_equal(kept, lines(x, y))


def test_parts_that_are_made_in_unlike_ways_end_in_their_vector():
    """None of them in the memory of an input that nobody reads any more."""
    x, y = np.random.default_rng(0).normal(size=(2, 3, 4))
    into, cut = np.zeros(36), lambda vector: vector.reshape(3, 3, 4)
    made = lambda x, y: [np.exp(x * y), x + y * y, x]

    def lines(trace):
        return (), made(trace(x), trace(y))

    calls, _ = Plan(lines, into, cut).record(lines)
    for seed in (1, 2):
        x[...], y[...] = np.random.default_rng(seed).normal(size=(2, 3, 4))
        replay(calls)
        np.testing.assert_allclose(cut(into), made(x, y), rtol=1e-15)


def test_a_matrix_and_the_column_beside_it_are_one_matrix():
    """If their memory lies side by side, row for row; not if it only begins there."""
    for whole in (np.arange(12.0).reshape(3, 4), np.arange(24.0).reshape(2, 3, 4)):
        both = _side_by_side(whole[..., :-1], whole[..., -1:])
        assert np.array_equal(both, whole)
        assert np.shares_memory(both, whole)
        assert _side_by_side(whole[..., :-2], whole[..., -1:]) is None
        assert _side_by_side(whole[..., :-1], whole[..., -1:].copy()) is None
    assert _side_by_side(whole[0, :2], whole[0, 1:, :1]) is None  # the column begins the next row
    assert _side_by_side(whole[0, :2, :-1], whole[:, 0, -1:]) is None  # one row down, one far away


# What train and sweep make of it

DATA = xor(40, rng=0)
NET = init_network([2, 5, 1], rng=0)
RUNS = {
    "full": lambda **k: train(NET, DATA.X, DATA.Y, learning_rate=0.5, epochs=5, **k),
    "mini": lambda **k: train(
        NET, DATA.X, DATA.Y, learning_rate=0.5, epochs=5, batch_size=7, rng=0, **k
    ),
    "blocks": lambda **k: train(
        NET, np.tile(DATA.X, 30), np.tile(DATA.Y, 30), learning_rate=0.5, epochs=5, **k
    ),
}
every_run = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)


@pytest.mark.parametrize("n", [[2, 1], [2, 5, 1], [3, 4, 5, 3]], ids=str)
def test_the_biases_cost_no_call(n):
    """A step makes the products of F1, BP2 and BP4; b and db are one column more in them. All
    parameters are kept, and moved by a rate times their slope, at once."""
    net, rng = init_network(n, rng=0), np.random.default_rng(0)
    Y = (rng.random((n[-1], 7)) < 0.5).astype(float)
    run = Run(net, cross_entropy, np.array(0.5))
    calls = FullBatch(run, rng.normal(size=(n[0], 7)), Y).calls
    assert [function for function, _ in run.update] == [np.copyto, np.multiply, np.subtract]
    assert sum(function in (np.dot, np.matmul) for function, _ in calls) == 3 * net.L - 1
    sums = [inputs for function, inputs in calls if function is np.add]
    assert not [x for x, y, *_ in sums if np.ndim(x) and np.ndim(y)]


def parts(net, *others):
    return [*net.W[1:], *net.b[1:], *others]


@every_run
def test_two_trainings_share_no_memory(run):
    (one, history), (other, record) = run(), run()
    ones = parts(one, history.cost, history.accuracy, history.gradient_norm, history.epoch)
    others = parts(other, record.cost, record.accuracy, record.gradient_norm, record.epoch)
    for a, b in zip(ones, others, strict=True):
        assert np.array_equal(a, b, equal_nan=True)  # recorded twice, the same to the last bit
    for k, a in enumerate(ones):
        for b in (*ones[k + 1 :], *others, *parts(NET, DATA.X, DATA.Y)):
            assert not np.shares_memory(a, b)
        assert not a.flags.writeable


@every_run
def test_a_callback_sees_values_that_stay_as_they_are(run):
    seen = []
    end, history = run(callback=lambda epoch, net, J: seen.append((net, flatten(net), J)))
    assert [J for *_, J in seen] == history.cost.tolist()
    for net, then, _ in seen:
        assert isinstance(net, Network)
        assert np.array_equal(flatten(net), then)
        assert not any(part.flags.writeable for part in parts(net))
    last = seen[-1][0]
    assert np.array_equal(flatten(last), flatten(end))
    for part, same in zip(parts(last), parts(end), strict=True):
        assert not np.shares_memory(part, same)


@pytest.mark.parametrize("m", [40, 1200])
def test_a_callback_may_change_what_it_was_trained_on(m):
    """X and Y were read before the first step; whoever changes them then changes nothing."""
    X, Y = np.tile(DATA.X, m // 40), np.tile(DATA.Y, m // 40)
    for batch in ({}, {"batch_size": 7, "rng": 0}):
        wanted, _ = train(NET, X, Y, learning_rate=0.5, epochs=4, **batch)
        for order in "CF":
            x, y = np.array(X, dtype=float, order=order), np.array(Y, dtype=float, order=order)

            def spoil(epoch, net, J, x=x, y=y):
                x[:], y[:] = 0, 1

            got, _ = train(NET, x, y, learning_rate=0.5, epochs=4, callback=spoil, **batch)
            assert np.array_equal(flatten(got), flatten(wanted)), (order, batch)


def test_a_training_inside_a_training_disturbs_neither():
    wanted, _ = RUNS["full"]()
    found = []
    got, _ = RUNS["full"](callback=lambda *_: found.append(RUNS["mini"]()[0]) and None)
    assert np.array_equal(flatten(got), flatten(wanted))
    assert all(np.array_equal(flatten(net), flatten(RUNS["mini"]()[0])) for net in found)


def test_a_function_that_changes_between_steps_is_called_at_each():
    """It is not what it gave while recording that is replayed."""
    factor = [1.0]
    own = Activation("own", lambda z: factor[0] * np.tanh(z), lambda a: factor[0] - a * a)
    start = init_network([2, 5, 1], rng=0, hidden=own)

    def switch(epoch, net, J):
        factor[0] = 1.0 if epoch < 2 else 0.5

    got, history = train(start, DATA.X, DATA.Y, learning_rate=0.5, epochs=4, callback=switch)
    factor[0] = 1.0  # the slope of the third step was at hand when the callback was called
    three, record = train(start, DATA.X, DATA.Y, learning_rate=0.5, epochs=3)
    assert np.array_equal(history.cost[:3], record.cost[:3])
    factor[0] = 0.5
    wanted, _ = train(three, DATA.X, DATA.Y, learning_rate=0.5, epochs=1)
    assert np.array_equal(flatten(got), flatten(wanted))


def test_a_sweep_is_a_value():
    result = sweep(NET, DATA.X, DATA.Y, learning_rates=[0.1, 1.0], steps=3)
    again = sweep(NET, DATA.X, DATA.Y, learning_rates=[0.1, 1.0], steps=3)
    arrays = parts(result.net, result.cost, result.learning_rates)
    for k, array in enumerate(arrays):
        assert not array.flags.writeable
        for other in (*arrays[k + 1 :], *parts(again.net, again.cost, again.learning_rates)):
            assert not np.shares_memory(array, other)


def test_a_loss_made_of_ours_is_one_of_the_users():
    """Bound methods of ours are not our functions: what they give is computed anew each step."""
    own = Loss("own", cross_entropy.function, cross_entropy.derivative, cross_entropy.delta)
    got, _ = train(NET, DATA.X, DATA.Y, learning_rate=0.5, epochs=4, loss=own)
    wanted, _ = train(NET, DATA.X, DATA.Y, learning_rate=0.5, epochs=4)
    assert np.array_equal(flatten(got), flatten(wanted))
