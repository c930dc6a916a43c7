"""The rule of gradient descent on any function, and one step of a network."""

import numpy as np
import pytest

from bpcore import (
    Gradients,
    backward,
    descend,
    flatten,
    forward,
    init_network,
    step,
    sweep,
    xor,
)
from bpcore.losses import LOSSES

DATA = xor(40, rng=0)
NET = init_network([2, 5, 1], rng=0)


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


def test_a_path_says_that_the_function_rose():
    """A step too large is legal; what it did is said."""
    up = descend(lambda x: x**2, lambda x: 2 * x, 3.0, learning_rate=1.5, steps=4)
    assert up.report == "4 steps, learning rate 1.5; it rose: it began at 9"
    lost = descend(lambda x: x**2, lambda x: 2 * x, 1.0, learning_rate=1e60, steps=9)
    assert lost.report == "diverged at step 3, learning rate 1e+60; it rose: it began at 1"
    for still in (0.0, 0.5):  # at rest, or turning in a circle: no rise
        flat = descend(lambda x: x**2, lambda x: 2 * x, still, learning_rate=1.0, steps=4)
        assert flat.report == "4 steps, learning rate 1"


@pytest.mark.parametrize(("seen", "rose"), [
    ([3.0, 5.0, 1.0], False), ([3.0, 1.0, 5.0], True),
    ([3.0, 5.0, 4.0], True), ([3.0, 1.0, 2.0], False),
], ids=str)  # fmt: skip
def test_a_rise_is_told_by_the_two_ends(seen, rose):
    """Not by what lies between: a path may climb and come back."""
    path = descend(lambda x: seen[int(x)], lambda x: -1.0, 0.0, learning_rate=1.0, steps=2)
    assert ("it rose" in path.report) == rose


def test_a_path_is_long_and_its_numbers_are_short():
    far = descend(lambda x: x**4 * 1e200, lambda x: 4e200 * x**3, 1.0, learning_rate=1e-3, steps=1)
    assert far.diverged_at == 1
    assert len(far.report) < 120
    tall = descend(lambda x: -1e300 * x, lambda x: 1e300 + 0 * x, -1.0, learning_rate=1e-7, steps=1)
    assert len(tall.report) < 120


def test_descend_protects_its_points_from_the_functions():
    def halve(x):
        x /= 2
        return x

    for x0 in (4.0, [4.0, 2.0]):
        for name, functions in {"grad": (np.sum, halve), "f": (halve, np.ones_like)}.items():
            with pytest.raises(ValueError, match=rf"^{name} must not change its .*read-only"):
                descend(*functions, x0, learning_rate=0.1, steps=2)


def test_a_path_shares_no_memory_with_the_start_or_with_what_the_functions_give():
    x0, kept = np.array([1.0, 2.0]), np.empty(2)

    def grad(x):
        kept[:] = 2 * x
        return kept  # the same memory every time

    path = descend(lambda x: x @ x, grad, x0, learning_rate=0.25, steps=3)
    x0[:] = kept[:] = 9
    assert np.array_equal(path.x, np.outer(0.5 ** np.arange(4), [1, 2]))


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


@pytest.mark.parametrize("part", ["f", "grad"])
def test_nan_on_the_way_is_divergence_and_keeps_the_path(part):
    """inf - inf at a finite point, as on a path that runs away; at the start it is a slip."""

    def f(x):
        return x**4 / 4 - x**2 / 2

    def slope(x):
        return x**3 - x

    def nan_far_away(function):
        return lambda x: np.nan if abs(x) > 100 else function(x)

    functions = {"f": f, "grad": slope}
    functions[part] = nan_far_away(functions[part])
    path = descend(*functions.values(), 3.0, learning_rate=1.0, steps=50)
    assert path.diverged_at is not None
    assert np.isfinite(path.x).all()
    assert len(path.x) == path.diverged_at
    with pytest.raises(ValueError, match=rf"^(what )?{part} "):
        descend(*functions.values(), 200.0, learning_rate=1.0, steps=50)
