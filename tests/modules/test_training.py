"""Training against the loop of forward, backward and step; records, divergence, interrupts."""

import inspect
import io
import json
import re
import signal
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest

import bpcore._run
from bpcore import (
    Activation,
    History,
    Loss,
    Network,
    accuracy,
    backprop,
    backward,
    blobs,
    breast_cancer,
    cost,
    cross_entropy,
    descent,
    flatten,
    forward,
    init_network,
    network,
    relative_error,
    step,
    sweep,
    train,
    xor,
)
from bpcore.activations import ACTIVATIONS
from bpcore.losses import LOSSES

DATA = xor(40, rng=0)
NET = init_network([2, 5, 1], rng=0)
FULL = {"learning_rate": 0.5, "epochs": 6}
MODES = {
    "full": FULL,
    "mini": FULL | {"batch_size": 7},
    "stochastic": FULL | {"batch_size": 1},
    "one batch": FULL | {"batch_size": 40},
}
ARRAYS = ("epoch", "cost", "accuracy", "gradient_norm")
every_mode = pytest.mark.parametrize("mode", MODES)


def same(one, other):
    return np.array_equal(one, other, equal_nan=True)


def equal(one, other):
    """Say whether two results of `train` are the same to the last bit."""
    (net, history), (twin, record) = one, other
    return (
        same(flatten(net), flatten(twin))
        and all(same(getattr(history, k), getattr(record, k)) for k in ARRAYS)
        and (history.epochs, history.steps, history.diverged_at)
        == (record.epochs, record.steps, record.diverged_at)
        and json.dumps(history.rng_state, default=np.ndarray.tolist)
        == json.dumps(record.rng_state, default=np.ndarray.tolist)
    )


def run(mode, net=NET, **options):
    seed = {"rng": 3} if "batch_size" in MODES[mode] and "history" not in options else {}
    return train(net, DATA.X, DATA.Y, **MODES[mode] | seed | options)


def by_hand(batches, loss="cross_entropy", rate=0.5, net=NET, X=DATA.X, Y=DATA.Y):
    """Train with the public functions, one step a batch of column numbers."""
    for columns in batches:
        x, y = X[:, columns], Y[:, columns]
        net = step(net, backward(net, forward(net, x), y, loss), rate)
    return net


def shuffled(m, size, epochs, seed):
    """Give the column numbers of all batches: slices of one shuffle an epoch."""
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(m) for _ in range(epochs)]
    return [order[k : k + size] for order in orders for k in range(0, m, size)]


def one_of(stack, k):
    """Take one network out of a stack."""
    return Network(*([None, *(p[k] for p in ps[1:])] for ps in (stack.W, stack.b)), stack.g)


# train and sweep against the loop

DEEP = [[3, 1], [4, 3, 1], [5, 4, 3, 1], [6, 5, 4, 3, 1],
        [4, 3], [5, 4, 3], [6, 5, 4, 3], [7, 6, 5, 4, 3]]  # fmt: skip
SMALL = [[1, 1], [1, 1, 1], [2, 1, 1, 2], [4, 3, 1]]
WAYS = {  # sizes, samples, batch_size, epochs, samples in a block
    "full": (DEEP, 7, None, 2, 1024),
    "mini": (DEEP, 6, 3, 2, 1024),
    "stochastic": (DEEP, 3, 1, 1, 1024),
    "two blocks": (DEEP, 8, None, 2, 4),
    "small, full": (SMALL, 7, None, 2, 1024),
    "one sample": (SMALL, 1, None, 2, 1024),
    "uneven blocks": (SMALL, 7, None, 2, 3),
    "uneven batches": (SMALL, 7, 3, 2, 1024),
    "large batches": (SMALL, 11, 10, 1, 4),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_training_is_the_loop_of_forward_backward_step(
    draw, monkeypatch, hidden, loss, way, record_property
):
    """The same numbers for every network: train replays the lines that the others run."""
    sizes, m, size, epochs, block = WAYS[way]
    if sizes is SMALL and hidden not in ("tanh", "relu"):
        return  # the sizes are what is tried there
    monkeypatch.setattr(bpcore._run, "BLOCK", block)
    for n in sizes:
        start, X, Y = draw(n, m, seed=len(n), hidden=hidden, loss=loss)
        options = {"learning_rate": 1.0, "epochs": epochs, "loss": loss, "batch_size": size}
        recorded = way in ("full", "two blocks", "uneven batches")
        net, history = train(start, X, Y, **options, rng=3, record=recorded)
        batches = shuffled(m, size, epochs, 3) if size else [slice(None)] * epochs
        wanted = by_hand(batches, loss, 1.0, start, X, Y)
        off = relative_error(flatten(net), flatten(wanted))
        record_property("train against the loop, relative", off)
        assert off <= 1e-13, n
        went = [flatten(end) - flatten(start) for end in (net, wanted)]
        assert relative_error(*went) <= 1e-12, n
        if not recorded:
            continue
        classes = Y >= 0.5 if len(Y) == 1 else Y.max(axis=0) == Y
        for k, then in ((0, start), (-1, wanted)):
            assert history.cost[k] == pytest.approx(cost(then, X, Y, loss), rel=1e-12)
            assert history.accuracy[k] == accuracy(then, X, classes)
            grads = flatten(backward(then, forward(then, X), Y, loss))
            norm = np.nan if size else np.linalg.norm(grads)
            assert history.gradient_norm[k] == pytest.approx(norm, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("way", ["full", "small, full", "one sample", "uneven blocks"])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_a_sweep_is_the_loops(draw, monkeypatch, hidden, loss, way, record_property):
    sizes, m, _, steps, block = WAYS[way]
    if sizes is SMALL and hidden not in ("tanh", "relu"):
        return
    monkeypatch.setattr(bpcore._run, "BLOCK", block)
    for n in sizes:
        start, X, Y = draw(n, m, seed=len(n), hidden=hidden, loss=loss)
        ends = {rate: by_hand([slice(None)] * steps, loss, rate, start, X, Y) for rate in (1, 0.25)}
        for rates in [[1, 0.25]] if sizes is DEEP else [[0.25], [1, 0.25, 0.25]]:
            result = sweep(start, X, Y, learning_rates=rates, steps=steps, loss=loss)
            for k, rate in enumerate(rates):
                off = relative_error(flatten(one_of(result.net, k)), flatten(ends[rate]))
                record_property("sweep against the loop, relative", off)
                assert off <= 1e-13, n
                wanted = (cost(start, X, Y, loss), cost(ends[rate], X, Y, loss))
                np.testing.assert_allclose(result.cost[k, [0, -1]], wanted, rtol=1e-12)


VARIANTS = [  # (function, piece of a line, what stands there instead)
    (network._forward, "W[i] @ a[i - 1] + b[i]", "b[i] + W[i] @ a[i - 1]"),
    (network._forward, "+ b[i]", "- b[i]"),
    (network._forward, "+ b[i]", "+ 2 * b[i]"),
    (network._forward, "+ b[i]", "+ b[i] * b[i] + 1"),
    (network._forward, " + b[i]", ""),
    (network._forward, "@ a[i - 1]", "@ (a[i - 1] - 0.5)"),
    (network._forward, "W[i] @ a[i - 1]", "W[i] * 2 @ a[i - 1]"),
    (network._forward, "g[i].function(z[i])", "g[i].function(z[i]) * 1.5 + z[i]"),
    (network._forward, "a[i] = g[i].function(z[i])", "a[i] = z[i] = g[i].function(z[i])"),
    (backprop._backward, "loss.delta_function(z[L], Y)", "loss.delta_function(z[L], Y) ** 3"),
    (backprop._backward, "loss.delta_function(z[L], Y)", "Y - a[L]"),
    (backprop._backward, " * g[i].derivative(a[i])", ""),
    (backprop._backward, "* g[i].derivative(a[i])", "* (g[i].derivative(a[i]) + z[i])"),
    (backprop._backward, "W[i + 1].mT @ delta[i + 1]", "delta[i + 1].sum(axis=-2, keepdims=True)"),
    (backprop._backward, "keepdims=True) / m", "keepdims=True)"),
    (backprop._backward, "keepdims=True) / m", "keepdims=True) / m**2"),
    (backprop._backward, "delta[i].sum(axis=-1", "np.abs(delta[i]).sum(axis=-1"),
    (backprop._backward, "delta[i].sum(axis=-1, keepdims=True) / m", "0 * b[i]"),
    (backprop._backward, "delta[i] @ a[i - 1].mT / m", "delta[i] @ a[i - 1].mT / m + 0.1 * W[i]"),
    (backprop._backward, "delta[i] @ a[i - 1].mT / m", "(2 * delta[i]) @ (a[i - 1] + 1).mT / m"),
    (backprop._backward, "delta[i] @ a[i - 1].mT / m", "(a[i - 1] @ delta[i].mT).mT / m"),
    (descent._step, "learning_rate * dW[i]", "learning_rate * (dW[i] + 0.1 * net.W[i])"),
    (descent._step, "learning_rate * db[i]", "0 * db[i]"),
    (descent._step, "net.b[i] - learning_rate * db[i]", "0.9 * net.b[i] + db[i]"),
    (descent._step, "- learning_rate * dW[i]", "- learning_rate * dW[i] / (1 + np.abs(dW[i]))"),
    (descent._step, "- learning_rate * db[i]", "- learning_rate * np.sign(db[i])"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "old", "new"), VARIANTS, ids=[new for *_, new in VARIANTS])
def test_training_follows_whatever_the_lines_say(draw, monkeypatch, function, old, new):
    """The tape knows no equation: a line that says something else is replayed as it stands."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1
    source = source.replace(old, new)
    if function is backprop._backward:
        source = source.replace("W, g, L, m = net.W,", "b = net.b; W, g, L, m = net.W,")
    space = dict(vars(sys.modules[function.__module__]))
    exec(source, space)
    for module in [m for name, m in sys.modules.items() if name.startswith("bpcore.")]:
        if getattr(module, function.__name__, None) is function:
            monkeypatch.setattr(module, function.__name__, space[function.__name__])
    for n, hidden in (([4, 3, 2, 1], "tanh"), ([4, 3, 2], "identity")):
        start, X, Y = draw(n, 7, seed=7, hidden=hidden)
        wanted = flatten(by_hand([slice(None)] * 2, "quadratic", 0.5, start, X, Y))
        ways = {"learning_rate": 0.5, "epochs": 2, "loss": "quadratic"}
        rates = {"learning_rates": [0.5, 2.0], "steps": 2, "loss": "quadratic"}
        for net in (
            train(start, X, Y, **ways)[0],
            train(start, X, Y, **ways, batch_size=7, rng=0)[0],
            one_of(sweep(start, X, Y, **rates).net, 0),
        ):
            assert relative_error(flatten(net), wanted) <= 1e-13


# train


@pytest.mark.parametrize("loss", LOSSES)
def test_a_history_is_that_of_the_loop(loss):
    net, history = train(NET, DATA.X, DATA.Y, loss=loss, **FULL)
    wanted = by_hand([slice(None)] * 6, loss)
    assert relative_error(flatten(net), flatten(wanted)) < 1e-14
    assert np.array_equal(history.epoch, np.arange(7))
    for k in range(7):
        then = by_hand([slice(None)] * k, loss)
        grads = backward(then, forward(then, DATA.X), DATA.Y, loss)
        assert history.cost[k] == pytest.approx(cost(then, DATA.X, DATA.Y, loss), rel=1e-13)
        assert history.accuracy[k] == accuracy(then, DATA.X, DATA.Y)
        assert history.gradient_norm[k] == pytest.approx(np.linalg.norm(flatten(grads)), rel=1e-13)
    assert (history.epochs, history.steps, history.diverged_at) == (6, 6, None)
    assert history.learning_rate == 0.5
    assert history.rng_state is None
    assert history.report == f"6 epochs, 6 steps, cost {history.cost[-1]:.6g}, learning rate 0.5"
    assert not any(getattr(history, name).flags.writeable for name in ARRAYS)
    assert history.epoch.dtype.kind == "i"


@pytest.mark.parametrize("size", [1, 7, 39, 40])
def test_batches_are_slices_of_one_shuffle_an_epoch(size):
    net, history = train(NET, DATA.X, DATA.Y, **FULL, batch_size=size, rng=3)
    batches, rng = shuffled(40, size, 6, 3), np.random.default_rng(3)
    for _ in range(6):
        rng.permutation(40)
    assert relative_error(flatten(net), flatten(by_hand(batches))) < 1e-13
    assert history.steps == len(batches)
    assert history.rng_state == rng.bit_generator.state
    assert history.cost[-1] == pytest.approx(cost(net, DATA.X, DATA.Y), rel=1e-13)
    assert len(history.cost) == 7
    assert np.isnan(history.gradient_norm).all()  # nobody computes it


def test_the_generator_is_used_up_as_usual():
    rng = np.random.default_rng(3)
    first = run("mini", rng=rng)
    assert equal(first, run("mini"))
    assert not equal(run("mini", rng=rng), first)
    assert rng.bit_generator.state != np.random.default_rng(3).bit_generator.state
    untouched = np.random.default_rng(3)
    run("full", rng=untouched)
    assert untouched.bit_generator.state == np.random.default_rng(3).bit_generator.state


@pytest.mark.parametrize("m", [1024, 1025, 5000])
def test_a_large_batch_is_cut_into_blocks(m):
    data = blobs(m, rng=0)
    one, history = train(NET, data.X, data.Y, learning_rate=1.0, epochs=1)
    grads = backward(NET, forward(NET, data.X), data.Y)
    assert relative_error(flatten(one), flatten(step(NET, grads, 1.0))) < 1e-14
    assert history.cost[0] == pytest.approx(cost(NET, data.X, data.Y), rel=1e-13)
    assert history.accuracy[0] == accuracy(NET, data.X, data.Y)
    assert history.gradient_norm[0] == pytest.approx(np.linalg.norm(flatten(grads)), rel=1e-12)
    stack = sweep(NET, data.X, data.Y, learning_rates=[1.0, 0.5], steps=1)
    assert relative_error(stack.net.W[1][0], one.W[1]) < 1e-14
    np.testing.assert_allclose(stack.cost[0], history.cost, rtol=1e-13)


def weighted(m):
    """A loss with a weight for each sample, so that it must see them all."""
    w = np.random.default_rng(1).uniform(0.5, 2.0, (1, m))
    parts = (cross_entropy.function, cross_entropy.derivative, cross_entropy.delta_function)
    return Loss("weighted", *(lambda u, y, part=part: w * part(u, y) for part in parts))


CENTRED = Activation("centred", lambda z: z - z.mean(axis=-1, keepdims=True), np.ones_like)


@pytest.mark.parametrize("m", [40, 1500])
@pytest.mark.parametrize("hidden", ["tanh", CENTRED], ids=str)
@pytest.mark.parametrize("own_loss", [False, True])
def test_functions_of_ones_own_see_the_samples_that_backward_shows_them(m, hidden, own_loss):
    """All of them at once, also where a large batch would be cut."""
    data, start = blobs(m, rng=0), init_network([2, 3, 1], rng=0, hidden=hidden)
    loss = weighted(m) if own_loss else cross_entropy
    net, history = train(start, data.X, data.Y, learning_rate=0.5, epochs=3, loss=loss)
    wanted = by_hand([slice(None)] * 3, loss, 0.5, start, data.X, data.Y)
    assert relative_error(flatten(net), flatten(wanted)) < 1e-13
    assert history.cost[-1] == pytest.approx(cost(wanted, data.X, data.Y, loss), rel=1e-12)
    runs = sweep(start, data.X, data.Y, learning_rates=[0.5, 0.1], steps=3, loss=loss)
    np.testing.assert_allclose(runs.cost[0], history.cost, rtol=1e-12)
    size = {} if own_loss else {"batch_size": m // 4, "rng": 0}
    net, history = train(start, data.X, data.Y, learning_rate=0.5, epochs=1, loss=loss, **size)
    assert history.cost[-1] == pytest.approx(cost(net, data.X, data.Y, loss), rel=1e-12)


@every_mode
def test_without_record_nothing_is_recorded(mode):
    net, history = run(mode)
    quick, record = run(mode, record=False)
    assert np.array_equal(flatten(quick), flatten(net))
    assert all(getattr(record, name).shape == (0,) for name in ARRAYS)
    assert (record.epochs, record.steps) == (history.epochs, history.steps)
    assert record.rng_state == history.rng_state
    assert record.report == f"6 epochs, {history.steps} steps, learning rate 0.5"


@every_mode
@pytest.mark.parametrize(("every", "wanted"), [
    (1, range(7)), (2, [0, 2, 4, 6]), (4, [0, 4, 6]), (6, [0, 6]), (100, [0, 6]),
    (np.int64(4), [0, 4, 6]), (True, range(7)), (np.True_, range(7)),
])  # fmt: skip
def test_every_kth_epoch_and_the_last_are_recorded(mode, every, wanted):
    net, history = run(mode)
    seen = []
    same_net, record = run(mode, record=every, callback=lambda *what: seen.append(what))
    assert np.array_equal(flatten(same_net), flatten(net))
    assert np.array_equal(record.epoch, wanted)
    for name in ARRAYS:
        assert same(getattr(record, name), getattr(history, name)[list(wanted)])
    assert record.report == history.report
    assert [(epoch, J) for epoch, _, J in seen] == [*zip(record.epoch, record.cost, strict=True)]


@every_mode
def test_no_epochs(mode):
    net, history = run(mode, epochs=0)
    assert np.array_equal(flatten(net), flatten(NET))
    assert np.array_equal(history.epoch, [0])
    assert (history.epochs, history.steps) == (0, 0)


@every_mode
def test_the_callback_sees_every_record_and_may_stop(mode):
    seen = []

    def watch(epoch, net, J):
        seen.append((epoch, net, J))
        return epoch == 4

    stopped = run(mode, callback=watch)
    assert equal(stopped, run(mode, epochs=4))
    assert [epoch for epoch, _, _ in seen] == [0, 1, 2, 3, 4]
    assert [J for _, _, J in seen] == stopped[1].cost.tolist()
    for epoch, net, _ in seen:  # the networks are values, which later steps leave alone
        assert np.array_equal(flatten(net), flatten(run(mode, epochs=epoch)[0]))
        assert not net.W[1].flags.writeable
    seen.clear()
    other = init_network([2, 5, 1], rng=0, hidden="tanh")
    run(mode, net=other, callback=watch)
    assert all(net.g == other.g for _, net, _ in seen)
    seen.clear()
    run(mode, callback=lambda *args: seen.append(args), record=False)
    assert seen == []


@every_mode
def test_ctrl_c_leaves_everything_as_it_was(mode):
    """A real interrupt in the middle: nothing is returned, no input has changed."""
    X, Y, rng = DATA.X.copy(), DATA.Y.copy(), np.random.default_rng(3)
    theta, batch = flatten(NET), {"rng": rng} if mode != "full" else {}

    def interrupt(epoch, net, J):
        if epoch == 3:
            signal.raise_signal(signal.SIGINT)

    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            train(NET, X, Y, **MODES[mode] | batch, callback=interrupt)
    finally:
        signal.signal(signal.SIGINT, usual)
    assert np.array_equal(X, DATA.X)
    assert np.array_equal(Y, DATA.Y)
    assert np.array_equal(flatten(NET), theta)
    assert equal(run(mode), run(mode))


@pytest.mark.parametrize("call", [1, 2, 3, 5, 20, 40])
def test_ctrl_c_inside_a_step(call):
    """The same from within the forward pass, in train and in sweep, while a history goes on."""
    calls = []

    def slow(z):
        calls.append(z)
        if len(calls) == call:
            raise KeyboardInterrupt
        return np.tanh(z)

    own = init_network([2, 5, 1], rng=0, hidden=Activation("slow", slow, lambda a: 1 - a * a))
    X, Y = DATA.X.copy(), DATA.Y.copy()
    net, history = run("mini", net=Network(own.W, own.b, [None, "tanh", "sigmoid"]))
    own = Network(net.W, net.b, own.g)
    theta, state, costs = flatten(own), dict(history.rng_state), history.cost.copy()
    for interrupted in (
        lambda: train(own, X, Y, **FULL | {"batch_size": 7}, history=history),
        lambda: train(own, X, Y, **FULL | {"epochs": 99}),
        lambda: sweep(own, X, Y, learning_rates=[0.1, 0.2], steps=99),
    ):
        calls.clear()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert len(calls) == call
        assert np.array_equal(X, DATA.X)
        assert np.array_equal(Y, DATA.Y)
        assert np.array_equal(flatten(own), theta)
        assert history.rng_state == state
        assert np.array_equal(history.cost, costs)


@pytest.mark.parametrize("call", range(1, 12))
def test_ctrl_c_between_two_calls(monkeypatch, call):
    """And in the middle of the update, wherever it is."""
    calls, whole = [], bpcore._tape.replay

    def replay(todo):
        calls.append(todo)
        if len(calls) == call:
            whole(todo[: len(todo) // 2])
            raise KeyboardInterrupt
        whole(todo)

    for module in (bpcore._run, bpcore.training):
        monkeypatch.setattr(module, "replay", replay)
    X, Y, theta = DATA.X.copy(), DATA.Y.copy(), flatten(NET)
    for interrupted in (
        lambda: train(NET, X, Y, **FULL | {"batch_size": 7}, rng=3),
        lambda: train(NET, X, Y, **FULL),
        lambda: sweep(NET, X, Y, learning_rates=[0.1, 0.2], steps=9),
    ):
        calls.clear()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert np.array_equal(X, DATA.X)
        assert np.array_equal(Y, DATA.Y)
        assert np.array_equal(flatten(NET), theta)


# History


def through_a_file(history, tmp_path):
    for name in ("run.npz", "run", "run.1"):  # the name is taken as it is given
        history.save(tmp_path / name)
        history.save(str(tmp_path / name))
        assert sorted(p.name for p in tmp_path.iterdir()) == [name]
        loaded = History.load(tmp_path / name)
        (tmp_path / name).unlink()
    file = io.BytesIO()
    history.save(file)
    file.seek(0)
    assert equal((NET, loaded), (NET, History.load(file)))
    return loaded


@every_mode
@pytest.mark.parametrize("first", [0, 2, 6])
@pytest.mark.parametrize("saved", [False, True])
def test_a_resumed_run_is_the_uninterrupted_run(mode, first, saved, tmp_path):
    whole = run(mode)
    net, history = run(mode, epochs=first)
    if saved:
        history = through_a_file(history, tmp_path)
        np.save(tmp_path / "net.npy", flatten(net))
        net = bpcore.unflatten(np.load(tmp_path / "net.npy"), NET)
    assert equal(run(mode, net=net, epochs=6 - first, history=history), whole)


@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_generator_is_saved(bits, tmp_path):
    def rng():
        return np.random.Generator(getattr(np.random, bits)(5))

    whole = run("mini", rng=rng())
    net, history = run("mini", epochs=2, rng=rng())
    history = through_a_file(history, tmp_path)
    assert equal(run("mini", net=net, epochs=4, history=history), whole)


def test_a_history_says_what_it_is_after_a_file(tmp_path):
    history = through_a_file(run("mini")[1], tmp_path)
    assert history.report == run("mini")[1].report
    assert isinstance(history.learning_rate, float)
    assert (history.epochs, history.steps) == (6, 36)
    assert not any(getattr(history, name).flags.writeable for name in ARRAYS)


def test_a_full_batch_may_be_followed_by_batches_and_back():
    net, full = run("full")
    again, _ = train(net, DATA.X, DATA.Y, **MODES["mini"], rng=3)
    net, history = train(net, DATA.X, DATA.Y, **MODES["mini"], rng=3, history=full)
    assert np.array_equal(flatten(net), flatten(again))  # the shuffling is that of rng
    assert (history.epochs, history.steps) == (12, 42)
    assert np.array_equal(history.epoch, np.arange(13))
    _, history = run("full", net=net, history=history)
    assert (history.epochs, history.steps) == (18, 48)


def test_resuming_with_another_rate():
    net, history = run("full")
    _, history = run("full", net=net, learning_rate=0.25, history=history)
    assert history.learning_rate == 0.25
    assert history.report.endswith("learning rate 0.25")


def test_a_history_of_something_else_is_refused(draw):
    """Its last cost tells: of another network, another loss, other data, or an older network."""
    net, history = run("full")
    other, X, _ = draw([2, 5, 1], 40)
    wrong = {
        "network": lambda **way: train(other, DATA.X, DATA.Y, **way),
        "start": lambda **way: train(NET, DATA.X, DATA.Y, **way),
        "loss": lambda **way: train(net, DATA.X, DATA.Y, loss="quadratic", **way),
        "X": lambda **way: train(net, X, DATA.Y, **way),
        "Y": lambda **way: train(net, DATA.X, 1 - DATA.Y, **way),
        "fewer samples": lambda **way: train(net, DATA.X[:, :39], DATA.Y[:, :39], **way),
    }
    for call in wrong.values():
        for mode in ("full", "mini"):
            for record in (True, False, 3):
                with pytest.raises(ValueError, match=r"^history must be that of this network, dat"):
                    call(**MODES[mode], record=record, history=history)
    assert run("full", net=net, history=history)[1].epochs == 12


@every_mode
@pytest.mark.parametrize("every", [2, 4, 5])
def test_a_run_recorded_now_and_then_is_resumed(mode, every):
    net, history = run(mode, epochs=3, record=every)
    last, longer = run(mode, net=net, epochs=3, record=every, history=history)
    whole, _ = run(mode)
    assert np.array_equal(flatten(last), flatten(whole))
    assert len(set(longer.epoch)) == len(longer.epoch)
    assert {0, 3, 6} <= set(longer.epoch.tolist())


@every_mode
def test_a_run_that_recorded_nothing_is_resumed(mode):
    net, history = run(mode, epochs=2, record=False)
    last, longer = run(mode, net=net, epochs=4, history=history)
    whole, record = run(mode)
    assert np.array_equal(flatten(last), flatten(whole))
    assert np.array_equal(longer.epoch, [2, 3, 4, 5, 6])
    assert np.array_equal(longer.cost, record.cost[2:])
    assert (longer.epochs, longer.steps) == (record.epochs, record.steps)


def test_full_batches_in_between_leave_the_shuffling_where_it_stands():
    net, data = init_network([2, 1], rng=0), blobs(20, rng=0)
    X, Y = data.X, data.Y
    rng = np.random.default_rng(7)
    one, first = train(net, X, Y, learning_rate=0.1, epochs=2, batch_size=6, rng=rng)
    two, second = train(one, X, Y, learning_rate=0.1, epochs=2, history=first)
    assert second.rng_state == first.rng_state
    got, _ = train(two, X, Y, learning_rate=0.1, epochs=2, batch_size=6, history=second)
    want, _ = train(two, X, Y, learning_rate=0.1, epochs=2, batch_size=6, rng=rng)
    assert np.array_equal(flatten(got), flatten(want))


def test_a_shuffling_that_nobody_here_can_go_on_with_is_refused():
    class Own(np.random.PCG64):
        pass

    net, data = init_network([2, 1], rng=0), blobs(20, rng=0)
    rng = np.random.Generator(Own(3))
    net, history = train(net, data.X, data.Y, learning_rate=0.1, epochs=1, batch_size=6, rng=rng)
    state = np.random.PCG64().state
    for bad in (
        history.rng_state, {}, 5, [], state | {"bit_generator": "default_rng"},
        state | {"bit_generator": "seed"}, state | {"bit_generator": []}, state | {"state": 5},
        state | {"state": {}}, {"bit_generator": "PCG64"}, state | {"bit_generator": "SFC64"},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"^history must have shuffled with .* own, got "):
            train(net, data.X, data.Y, learning_rate=0.1, epochs=1, batch_size=6,
                  history=replace(history, rng_state=bad))  # fmt: skip


def test_a_run_that_diverged_inside_an_epoch_cannot_be_resumed():
    """Nobody knows the rest of its shuffle. Its network can be trained on."""
    net = init_network([2, 3, 1], rng=0, hidden="identity")
    options = {"learning_rate": 1e3, "epochs": 500, "batch_size": 7}
    done, history = train(net, DATA.X, DATA.Y, **options, rng=0)
    k = history.diverged_at
    assert k > 1
    for batch_size in (7, None):
        again = options | {"batch_size": batch_size, "learning_rate": 1e-9}
        wanted = f"history must end with a whole epoch, got one that diverged at step {k}; "
        wanted += "train the network on without it"
        with pytest.raises(ValueError, match=f"^{wanted}$"):
            train(done, DATA.X, DATA.Y, **again, history=history)
    assert train(done, DATA.X, DATA.Y, **options | {"learning_rate": 1e-9, "epochs": 1}, rng=0)


# numbers whose squares are none


def test_a_gradient_whose_square_overflows_is_finite():
    net, X = Network([None, [[0.0]]], [None, [[0.0]]]), [[1e200]]
    _, history = train(net, X, [[1]], learning_rate=1e-300, epochs=1)
    assert history.gradient_norm[0] == pytest.approx(5e199, rel=1e-15)


@pytest.mark.parametrize("z", [300.0, 400.0, 700.0, 1e3])
def test_a_gradient_whose_square_vanishes_is_not_zero(z):
    """Of a confident sample: only where it is 0 is it said to be."""
    net, X, Y = Network([None, [[z, 0.0]]], [None, [[0.0]]]), [[1.0], [1.0]], [[1]]
    _, history = train(net, X, Y, learning_rate=0.1, epochs=1)
    slope = float(np.abs(cross_entropy.delta([[z]], [[1]])).item())
    assert history.gradient_norm[-1] == pytest.approx(3**0.5 * slope, rel=1e-14, abs=0)
    assert ("the gradient is zero" in history.report) == (slope == 0)


# divergence


@pytest.mark.parametrize("seed", range(4))
def test_training_that_diverges_inside_an_epoch_takes_no_other_batch(seed):
    start = Network([None, [[1e-3]]], [None, [[0.0]]])
    X, Y = [[1e200, 0.0]], [[0, 1]]  # the step of the first sample overflows, the other's does not
    net, history = train(start, X, Y, learning_rate=1e10, epochs=3, batch_size=1, rng=seed)
    before = int(np.random.default_rng(seed).permutation(2)[0])
    assert history.diverged_at == before + 1
    assert history.steps == before
    assert (net.W[1], net.b[1]) == (1e-3, before * 5e9)


def test_training_that_diverges_says_when_and_keeps_the_last_finite_network():
    """Growing weights of an identity layer: they leave the finite numbers, the record does not."""
    net = init_network([2, 3, 1], rng=0, hidden="identity")
    done, history = train(net, DATA.X, DATA.Y, learning_rate=1e3, epochs=500)
    k = history.diverged_at
    assert 1 < k < 500
    rise = f"; it rose: it began at {history.cost[0]:.6g}"
    assert history.report == f"diverged at step {k}, learning rate 1000{rise}"
    assert (history.epochs, history.steps) == (k - 1, k - 1)
    assert len(history.cost) == k
    for values in (history.cost, history.gradient_norm, flatten(done)):
        assert np.isfinite(values).all()
    last, shorter = train(net, DATA.X, DATA.Y, learning_rate=1e3, epochs=k - 1)
    assert np.array_equal(flatten(last), flatten(done))
    assert shorter.diverged_at is None


@pytest.mark.parametrize("batch_size", [None, 7])
def test_parameters_that_overflow(batch_size):
    done, history = train(
        NET, DATA.X, DATA.Y, learning_rate=1.7e308, epochs=3, batch_size=batch_size, rng=0
    )
    assert (history.diverged_at, history.steps, history.epochs) == (1, 0, 0)
    assert np.array_equal(flatten(done), flatten(NET))
    assert np.array_equal(history.epoch, [0])
    assert history.report == "diverged at step 1, learning rate 1.7e+308"


def test_a_diverged_run_may_be_resumed_with_a_smaller_rate():
    net = init_network([2, 3, 1], rng=0, hidden="identity")
    done, history = train(net, DATA.X, DATA.Y, learning_rate=1e3, epochs=500)
    _, longer = train(done, DATA.X, DATA.Y, learning_rate=1e-9, epochs=2, history=history)
    assert longer.diverged_at is None
    assert longer.epochs == history.epochs + 2
    assert np.array_equal(longer.epoch, np.arange(len(longer.epoch)))


# sweep


@pytest.mark.parametrize("loss", LOSSES)
def test_a_sweep_is_the_separate_trainings(loss):
    rates = [0.01, 0.3, 5.0]
    result = sweep(NET, DATA.X, DATA.Y, learning_rates=rates, steps=20, loss=loss)
    assert result.cost.shape == (3, 21)
    assert result.diverged_at == (None, None, None)
    assert np.array_equal(result.learning_rates, rates)
    for k, rate in enumerate(rates):
        net, history = train(NET, DATA.X, DATA.Y, learning_rate=rate, epochs=20, loss=loss)
        np.testing.assert_allclose(result.cost[k], history.cost, rtol=1e-12)
        for i in (1, 2):
            assert relative_error(result.net.W[i][k], net.W[i]) < 1e-12
            assert relative_error(result.net.b[i][k], net.b[i]) < 1e-12
        assert (
            result.report(k) == f"20 steps, cost {result.cost[k, -1]:.6g}, learning rate {rate:g}"
        )
    assert not any(a.flags.writeable for a in (result.cost, result.learning_rates))
    assert result.report(-1) == result.report(len(rates) - 1)


@pytest.mark.parametrize(
    ("k", "says"),
    [
        (2, "must be less than 2, the number of runs, got 2"), (-3, "must be at least -2, got -3"),
        (0.1, "must be the number of a run, got float 0.1"), (None, "must be the number of a run"),
    ],
)  # fmt: skip
def test_a_run_that_is_not_there(k, says):
    result = sweep(NET, DATA.X, DATA.Y, learning_rates=[0.1, 1.0], steps=1)
    with pytest.raises((ValueError, TypeError), match=f"^k {says}"):
        result.report(k)


def test_one_run_of_a_sweep_diverges_and_the_others_go_on():
    net = init_network([2, 3, 1], rng=0, hidden="identity")
    rates = [0.1, 1e3, 1.0, 1.7e308]
    result = sweep(net, DATA.X, DATA.Y, learning_rates=rates, steps=500)
    for k, rate in enumerate(rates):
        alone, history = train(net, DATA.X, DATA.Y, learning_rate=rate, epochs=500)
        assert result.diverged_at[k] == history.diverged_at
        assert (history.diverged_at is not None) == (rate > 1)
        kept = len(history.cost)
        assert np.isfinite(result.cost[k, :kept]).all()
        assert np.isnan(result.cost[k, kept:]).all()
        assert np.isfinite(result.net.W[1][k]).all()
        np.testing.assert_allclose(result.cost[k, :kept][:9], history.cost[:9], rtol=1e-9)
        if kept < 9 or rate <= 1:
            assert relative_error(result.net.W[1][k], alone.W[1]) < 1e-9
    assert result.report(3) == "diverged at step 1, learning rate 1.7e+308"
    assert np.array_equal(result.net.W[1][3], net.W[1])


def test_sweep_of_no_steps_is_the_start(draw):
    net, X, Y = draw([4, 3, 1], 7, hidden="relu")
    result = sweep(net, X, Y, learning_rates=[0.1, 0.2], steps=0)
    for k in (0, 1):
        assert np.array_equal(result.net.W[1][k], net.W[1])
    assert result.cost.shape == (2, 1)
    assert result.net.g == net.g
    assert train(net, X, Y, learning_rate=0.1, epochs=0)[0].g == net.g


def test_a_cost_that_overflows_while_the_parameters_are_finite():
    """One step takes both weights to -1e152: their squares are finite, their product with X not."""
    net = Network([None, [[1.0]], [[1.0]]], [None, [[0.0]], [[0.0]]], [None, "identity", "sigmoid"])
    X, Y = [[1e6]], [[0]]
    done, history = train(net, X, Y, learning_rate=1e146, epochs=5)
    assert (history.diverged_at, history.steps, history.epochs) == (1, 0, 0)
    assert np.array_equal(history.cost, [1e6])
    assert np.array_equal(flatten(done), flatten(net))
    result = sweep(net, X, Y, learning_rates=[1e146, 1e-9], steps=5)
    assert result.diverged_at == (1, None)
    assert np.array_equal(result.net.W[1][0], [[1.0]])
    assert np.isfinite(result.cost[1]).all()
    assert np.array_equal(np.isnan(result.cost[0]), [False] + [True] * 5)


@pytest.mark.parametrize("width", [1, 3])
def test_a_cost_that_overflows_before_the_first_step(width):
    huge = Network(
        [None, np.full((width, 2), 1e300), np.full((1, width), 1e300)],
        [None, np.zeros((width, 1)), [[0.0]]],
        [None, "identity", "sigmoid"],
    )
    X, Y = [[1e300], [1e300]], [[0]]
    for call in (
        lambda: train(huge, X, Y, **FULL),
        lambda: sweep(huge, X, Y, learning_rates=[0.1], steps=1),
    ):
        with pytest.raises(ValueError, match=r"^X or the weights are too large: .* standardise X$"):
            call()


# reports


def test_a_cost_that_rose_is_said():
    """Raw data and a large rate: the report of such a run must not read like success."""
    data = breast_cancer()
    net = init_network([30, 1], rng=0)
    _, history = train(net, data.X, data.Y, learning_rate=0.5, epochs=20)
    assert history.cost[-1] > history.cost[0]
    assert f"; it rose: it began at {history.cost[0]:.6g}" in history.report
    result = sweep(net, data.X, data.Y, learning_rates=[0.5, 1e-9], steps=20)
    assert f"; it rose: it began at {history.cost[0]:.6g}" in result.report(0)
    assert "rose" not in result.report(1)


@pytest.mark.parametrize("way", [{}, {"record": 3}])
def test_dead_units_are_said(way):
    """All units of the hidden layer are off for all samples, and the output is right: no slope."""
    W, b = [None, np.full((3, 2), -1.0), np.ones((1, 3))], [None, np.zeros((3, 1)), [[800.0]]]
    net = Network(W, b, [None, "relu", "sigmoid"])
    X, Y = np.abs(DATA.X), np.ones((1, 40))
    _, history = train(net, X, Y, learning_rate=0.1, epochs=3, **way)
    assert history.report == "3 epochs, 3 steps, cost 0, learning rate 0.1; the gradient is zero"
    _, history = train(net, X, Y, learning_rate=0.1, epochs=3, batch_size=7, rng=0)
    assert "gradient" not in history.report  # with batches nobody knows


@pytest.mark.parametrize(
    ("scale", "said"), [(1e150, r"[0-9.]+e\+1\d\d"), (1e-9, r"0\.69\d+"), (40, r".*")]
)
def test_reports_have_readable_numbers(scale, said):
    """Six figures, whatever the size; never 282 digits, never 0.000000."""
    net = Network([None, [[scale, scale]]], [None, [[0.0]]])
    _, history = train(net, DATA.X, DATA.Y, learning_rate=1e-3, epochs=2)
    found = re.fullmatch(
        r"2 epochs, 2 steps, cost (\S+), learning rate 0\.001(; it rose.*)?", history.report
    )
    assert found, history.report
    assert re.fullmatch(said, found[1])
    assert float(found[1]) == pytest.approx(history.cost[-1], rel=1e-5)
    assert len(history.report) < 110
    result = sweep(net, DATA.X, DATA.Y, learning_rates=[1e-3], steps=2)
    assert len(result.report(0)) < 110


# progress


def test_progress_shows_a_bar_and_is_silent_by_default(capsys):
    for show in ({"progress": True}, {"progress": False}, {}):
        bar = show == {"progress": True}
        train(NET, DATA.X, DATA.Y, **FULL, **show)
        captured = capsys.readouterr()
        assert (captured.out, captured.err.lstrip("\r").startswith("training: ")) == ("", bar)
        assert ("7/7" in captured.err) == bar
        sweep(NET, DATA.X, DATA.Y, learning_rates=[0.1], steps=3, **show)
        captured = capsys.readouterr()
        assert (captured.out, captured.err.lstrip("\r").startswith("sweep: ")) == ("", bar)
        assert ("4/4" in captured.err) == bar
    assert equal(run("mini", progress=True), run("mini"))


def test_progress_without_tqdm_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(
        ImportError, match=r"^progress=True needs the package tqdm: pip install tqdm$"
    ):
        run("full", progress=True)
