"""Gradient descent on functions and on networks: the rule, batches, divergence, interrupts."""

import io
import json
import signal
import sys

import numpy as np
import pytest

import bpcore.descent
from bpcore import (
    Gradients,
    History,
    Network,
    accuracy,
    backward,
    blobs,
    cost,
    descend,
    flatten,
    forward,
    init_network,
    relative_error,
    step,
    sweep,
    train,
    xor,
)
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


def equal(one, other):
    """Say whether two results of `train` are the same to the last bit."""
    (net, history), (twin, record) = one, other
    return (
        np.array_equal(flatten(net), flatten(twin))
        and all(np.array_equal(getattr(history, k), getattr(record, k)) for k in ARRAYS)
        and (history.epochs, history.steps, history.diverged_at)
        == (record.epochs, record.steps, record.diverged_at)
        and json.dumps(history.rng_state, default=np.ndarray.tolist)
        == json.dumps(record.rng_state, default=np.ndarray.tolist)
    )


def run(mode, net=NET, **options):
    seed = {"rng": 3} if "batch_size" in MODES[mode] and "history" not in options else {}
    return train(net, DATA.X, DATA.Y, **MODES[mode] | seed | options)


def by_hand(batches, loss="cross_entropy", rate=0.5):
    """Train with the public functions, one step a batch of column numbers."""
    net = NET
    for columns in batches:
        x, y = DATA.X[:, columns], DATA.Y[:, columns]
        net = step(net, backward(net, forward(net, x), y, loss), rate)
    return net


# descend


def test_descend_follows_the_rule():
    path = descend(lambda x: (x - 3) ** 2, lambda x: 2 * (x - 3), 1.0, learning_rate=0.25, steps=4)
    assert np.array_equal(path.x, [1.0, 2.0, 2.5, 2.75, 2.875])
    assert np.array_equal(path.f, (path.x - 3) ** 2)
    assert path.learning_rate == 0.25
    assert path.diverged_at is None
    assert path.report == "4 steps, learning rate 0.25"
    assert not (path.x.flags.writeable or path.f.flags.writeable)  # noqa: PT018


def test_descend_in_the_plane():
    scale = np.array([1.0, 4.0])
    path = descend(
        lambda x: scale @ (x * x) / 2, lambda x: scale * x, [1, 1], learning_rate=0.1, steps=3
    )
    assert np.allclose(path.x, [[0.9**t, 0.6**t] for t in range(4)], rtol=1e-15, atol=0)
    assert path.x.shape == (4, 2)
    assert descend(np.sum, np.ones_like, [1.0], learning_rate=1, steps=0).x.shape == (1, 1)


def test_descend_reports_where_it_leaves_the_finite_numbers():
    path = descend(lambda x: x**2, lambda x: 2 * x, 1.0, learning_rate=1e200, steps=9)
    assert path.diverged_at == 1  # x is finite there, its square is not
    assert np.array_equal(path.x, [1.0])
    assert path.report == "diverged at step 1, learning rate 1e+200"
    far = descend(abs, lambda x: 1e308 * np.sign(x), 1.0, learning_rate=2.0, steps=9)
    assert (far.diverged_at, len(far.x), len(far.f)) == (1, 1, 1)
    lost = descend(lambda x: x * x - x, lambda x: -x, 1.0, learning_rate=1.7e308, steps=9)
    assert (lost.diverged_at, len(lost.x)) == (1, 1)  # inf - inf in f, and no warning
    later = descend(lambda x: x**2, lambda x: 2 * x, 1.0, learning_rate=1e60, steps=9)
    assert later.diverged_at == 3
    assert len(later.x) == 3


def test_descend_protects_its_points_from_the_functions():
    def halve(x):
        x /= 2
        return x

    for x0 in (4.0, [4.0, 2.0]):
        with pytest.raises(ValueError, match="read-only"):
            descend(np.sum, halve, x0, learning_rate=0.1, steps=2)


# step


@pytest.mark.parametrize("loss", LOSSES)
def test_step_subtracts_the_gradient(draw, loss):
    net, X, Y = draw([4, 3, 1], 7, hidden="tanh")
    before = flatten(net)
    grads = backward(net, forward(net, X), Y, loss)
    new = step(net, grads, 0.3)
    assert np.array_equal(flatten(new), before - 0.3 * flatten(grads))
    assert np.array_equal(flatten(net), before)
    assert new.g == net.g
    lists = Gradients(*([None, *(p.tolist() for p in d[1:])] for d in (grads.dW, grads.db)), ())
    assert np.array_equal(flatten(step(net, lists, 0.3)), flatten(new))


def test_step_of_a_stack():
    stack = sweep(NET, DATA.X, DATA.Y, learning_rates=[0.1, 2.0], steps=3).net
    grads = backward(stack, forward(stack, DATA.X), DATA.Y)
    new = step(stack, grads, 0.5)
    for i in (1, 2):
        assert np.array_equal(new.W[i], stack.W[i] - 0.5 * grads.dW[i])
        assert np.array_equal(new.b[i], stack.b[i] - 0.5 * grads.db[i])


# train


@pytest.mark.parametrize("loss", LOSSES)
def test_full_batch_training_is_the_loop_of_forward_backward_step(loss):
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
    assert history.report == f"6 epochs, 6 steps, cost {history.cost[-1]:.6f}, learning rate 0.5"
    assert not any(getattr(history, name).flags.writeable for name in ARRAYS)
    assert history.epoch.dtype.kind == "i"


@pytest.mark.parametrize("size", [1, 7, 39, 40])
def test_batches_are_slices_of_one_shuffle_an_epoch(size):
    net, history = train(NET, DATA.X, DATA.Y, **FULL, batch_size=size, rng=3)
    rng, batches = np.random.default_rng(3), []
    for _ in range(6):
        order = rng.permutation(40)
        batches += [order[k : k + size] for k in range(0, 40, size)]
    assert relative_error(flatten(net), flatten(by_hand(batches))) < 1e-13
    assert history.steps == len(batches)
    assert history.rng_state == rng.bit_generator.state
    assert history.cost[-1] == pytest.approx(cost(net, DATA.X, DATA.Y), rel=1e-13)
    assert len(history.cost) == 7


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


@every_mode
def test_without_record_the_first_and_the_last_entry_stay(mode):
    net, history = run(mode)
    quick, record = run(mode, record=False)
    assert np.array_equal(flatten(quick), flatten(net))
    for name in ARRAYS:
        assert np.array_equal(getattr(record, name), getattr(history, name)[[0, -1]])
    assert record.report == history.report


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
    assert [epoch for epoch, _, _ in seen] == [0, 6]


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


@pytest.mark.parametrize("call", range(1, 8))
def test_ctrl_c_inside_a_step(monkeypatch, call):
    """The same from within the gradient, in train and in sweep, with a history to go on from."""
    X, Y, history = DATA.X.copy(), DATA.Y.copy(), run("mini")[1]
    state, costs, whole, calls = (
        dict(history.rng_state),
        history.cost.copy(),
        bpcore.descent._Slope.update,
        [],
    )

    def gradient(*args):
        calls.append(args)
        if len(calls) == call:
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(bpcore.descent._Slope, "update", gradient)
    theta = flatten(NET)
    for interrupted in (
        lambda: train(NET, X, Y, **FULL | {"batch_size": 7}, history=history),
        lambda: sweep(NET, X, Y, learning_rates=[0.1, 0.2], steps=9),
    ):
        calls.clear()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert np.array_equal(X, DATA.X)
        assert np.array_equal(Y, DATA.Y)
        assert np.array_equal(flatten(NET), theta)
        assert history.rng_state == state
        assert np.array_equal(history.cost, costs)


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


def test_a_file_of_something_else_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        History.load(tmp_path / "missing.npz")
    np.save(tmp_path / "array.npy", np.eye(2))
    np.savez(tmp_path / "arrays.npz", a=np.eye(2))
    np.savez(tmp_path / "scalars.npz", scalars=json.dumps({"epoch": 1}))
    np.savez(tmp_path / "list.npz", scalars="[1]")
    np.savez(tmp_path / "pickle.npz", scalars="{}", cost=np.array([print], dtype=object))
    (tmp_path / "text.npz").write_text("epoch,cost")
    (tmp_path / "empty.npz").write_bytes(b"")
    (tmp_path / "torn.npz").write_bytes((tmp_path / "arrays.npz").read_bytes()[:100])
    for file in tmp_path.iterdir():
        with pytest.raises(ValueError, match=r"^file must be written by History\.save, got .*: "):
            History.load(file)


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
    assert history.report == f"diverged at step {k}, learning rate 1000"
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
            result.report(k) == f"20 steps, cost {result.cost[k, -1]:.6f}, learning rate {rate:g}"
        )
    assert not any(a.flags.writeable for a in (result.cost, result.learning_rates))


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
