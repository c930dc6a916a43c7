"""Losses against 50-digit arithmetic and at the edges; likelihood, entropy, divergence."""

import copy
import functools
import math
import pickle

import mpmath
import numpy as np
import pytest

from bpcore import (
    Loss,
    cross_entropy,
    entropy,
    kl_divergence,
    likelihood,
    quadratic,
    sigmoid,
    soft_cross_entropy,
    soft_quadratic,
)
from bpcore.losses import LOSSES

EDGE = np.concatenate([np.logspace(-300, -1, 300), np.linspace(0.01, 40, 400)])
POINTS = np.concatenate([np.linspace(-700, 700, 1601), EDGE, -EDGE])[None]
SOFT = {cross_entropy: soft_cross_entropy, quadratic: soft_quadratic}
every = pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
every_target = pytest.mark.parametrize("y", [0, 1, 0.01, 0.3, 0.5, 0.99])


@functools.cache
def pieces():
    """Give a, a - 1 and the losses of classes 1 and 0 at all POINTS, with 50 digits."""
    with mpmath.workdps(50):
        pairs = [(mpmath.exp(-t), mpmath.exp(t)) for t in map(mpmath.mpf, map(float, POINTS[0]))]
        return [(1 / (1 + e), -1 / (1 + f), mpmath.log1p(e), mpmath.log1p(f)) for e, f in pairs]


def exact(loss, y):
    """Give loss and delta at all POINTS, with 50 digits, for the target y."""
    y, found = mpmath.mpf(float(y)), []
    for a, a_minus_1, one, zero in pieces():
        off = a_minus_1 if y == 1 else a - y
        if "quadratic" in loss.name:
            found.append((off**2 / 2, -off * a * a_minus_1))
        else:
            found.append((y * one + (1 - y) * zero, off))
    return zip(*found, strict=True)


@pytest.mark.parametrize("loss", SOFT, ids=str)
@pytest.mark.parametrize("y", [0, 1])
def test_loss_and_delta_within_4_ulp_of_50_digits(loss, y, ulps, record_property):
    """For both classes alike, and as far as the numbers reach: BP1 loses no digit."""
    labels = np.full_like(POINTS, y)
    with mpmath.workdps(50):
        losses, deltas = exact(loss, y)
        off = ulps(loss(POINTS, labels), losses)
        off_delta = ulps(loss.delta(POINTS, labels)[0], deltas)
    record_property(f"{loss} against 50 digits, ulp", float(off))
    record_property(f"delta of {loss} against 50 digits, ulp", float(off_delta))
    assert off <= 4
    assert off_delta <= 4


@pytest.mark.parametrize("y", [0.01, 0.3, 0.5, 0.99])
def test_soft_losses_against_50_digits(y, ulps):
    """Near a = y, a - y is right to the rounding of a; the slope a (1 - a) keeps its digits."""
    labels, a = np.full_like(POINTS, y), sigmoid(POINTS)[0]
    slope = a * sigmoid(-POINTS)[0]
    with mpmath.workdps(50):
        losses, deltas = exact(soft_cross_entropy, y)
        assert ulps(soft_cross_entropy(POINTS, labels), losses) <= 4
        for got, want in zip(soft_cross_entropy.delta(POINTS, labels)[0], deltas, strict=True):
            assert abs(got - want) <= 4e-16
        losses, deltas = exact(soft_quadratic, y)
        for got, want in zip(soft_quadratic(POINTS, labels), losses, strict=True):
            assert abs(got - want) <= 4e-16
        pairs = zip(soft_quadratic.delta(POINTS, labels)[0], deltas, slope, strict=True)
        for got, want, least in pairs:
            assert abs(got - want) <= 8e-16 * least


@pytest.mark.parametrize("hard", SOFT, ids=str)
@pytest.mark.parametrize("y", [0, 1])
def test_a_soft_loss_is_the_hard_one_at_0_and_1(hard, y):
    labels, soft = np.full_like(POINTS, y), SOFT[hard]
    assert np.array_equal(soft(POINTS, labels), hard(POINTS, labels))
    assert np.array_equal(soft.delta(POINTS, labels), hard.delta(POINTS, labels))
    a = np.linspace(0.001, 0.999, 999)[None]
    assert np.array_equal(soft.grad_a(a, np.full_like(a, y)), hard.grad_a(a, np.full_like(a, y)))


def test_edges_of_the_losses():
    z = np.array([[-np.inf, -1e308, -1e4, -1e3, 0.0, 1e3, 1e4, 1e308, np.inf]])
    zero, one = np.zeros_like(z), np.ones_like(z)
    with np.errstate(all="raise", under="ignore"):
        right, wrong = np.maximum(z, 0)[0], np.maximum(-z, 0)[0]
        right[4] = wrong[4] = math.log(2)
        assert np.array_equal(cross_entropy(z, zero), right)
        assert np.array_equal(cross_entropy(z, one), wrong)
        assert np.array_equal(quadratic(z, zero), [0, 0, 0, 0, 1 / 8, 1 / 2, 1 / 2, 1 / 2, 1 / 2])
        assert np.array_equal(quadratic(z, one), [1 / 2, 1 / 2, 1 / 2, 1 / 2, 1 / 8, 0, 0, 0, 0])
        assert np.array_equal(cross_entropy.delta(z, one), [[-1, -1, -1, -1, -0.5, 0, 0, 0, 0]])
        assert np.array_equal(quadratic.delta(z, one), [[0, 0, 0, 0, -1 / 8, 0, 0, 0, 0]])
        for hard, soft in SOFT.items():
            for y in (zero, one):
                assert np.array_equal(soft(z, y), hard(z, y))
                assert np.array_equal(soft.delta(z, y), hard.delta(z, y))
        half, a = one / 2, sigmoid(z)[0]
        wanted = np.abs(z)[0] / 2
        wanted[4] = math.log(2)
        assert np.array_equal(soft_cross_entropy(z, half), wanted)
        assert np.array_equal(soft_cross_entropy.delta(z, half), [a - 0.5])
        assert np.array_equal(soft_quadratic(z, half), (a - 0.5) ** 2 / 2)
        assert not soft_quadratic.delta(z, half).any()
        tiny = np.array([[5e-324, 0.5]])
        assert np.array_equal(cross_entropy.grad_a(tiny, [[1, 0]]), [[-np.inf, 2]])
        assert np.array_equal(quadratic.grad_a(tiny, [[1, 0]]), [[-1, 0.5]])


@every
@every_target
def test_delta_is_the_derivative_by_the_logit(loss, y):
    if not (loss.soft or y in (0, 1)):
        return
    z = np.linspace(-8, 8, 400)[None]
    labels = np.full_like(z, y)
    step = loss.function(z + 1e-20j, labels).imag / 1e-20
    assert np.abs(loss.delta(z, labels) - step).max() <= 4e-16


@every
@every_target
def test_delta_is_the_product_of_the_chain_rule(loss, y):
    if not (loss.soft or y in (0, 1)):
        return
    z = np.linspace(-8, 8, 400)[None]
    labels, a = np.full_like(z, y), sigmoid(z)
    chain = loss.grad_a(a, labels) * sigmoid.prime(a)
    assert np.abs(loss.delta(z, labels) - chain).max() <= 4e-16


@every
def test_a_loss_keeps_samples_apart(loss):
    z, y = np.array([[1.0, -2.0, 3.0]]), np.array([[1, 0, 0]])
    together = loss(z, y)
    assert together.shape == (3,)
    for s in range(3):
        assert loss(z[:, s : s + 1], y[:, s : s + 1]) == together[s]
        assert loss.delta(z, y)[0, s] == loss.delta(z[:, s : s + 1], y[:, s : s + 1])[0, 0]


@every
def test_a_loss_is_the_sum_over_the_outputs(loss):
    z, y = np.array([[1.0, -2.0], [3.0, 0.5], [-0.25, 7.0]]), np.array([[1, 0], [0, 0], [1, 1]])
    rows = [(z[k : k + 1], y[k : k + 1]) for k in range(3)]
    assert loss(z, y).shape == (2,)
    np.testing.assert_allclose(loss(z, y), sum(loss(*row) for row in rows), rtol=1e-15)
    assert np.array_equal(loss.delta(z, y), np.vstack([loss.delta(*row) for row in rows]))
    a = sigmoid(z)
    chain = np.vstack([loss.grad_a(a[k : k + 1], y[k : k + 1]) for k in range(3)])
    assert np.array_equal(loss.grad_a(a, y), chain)


def test_the_parts_of_a_loss_must_be_functions():
    for parts in ((3.0, abs, abs), (abs, None, abs), (abs, abs, "delta")):
        with pytest.raises(TypeError, match=r"^(function|derivative|delta_function) must be a fun"):
            Loss("own", *parts)
    with pytest.raises(TypeError, match=r"^name must be a str, got int 3$"):
        Loss(3, abs, abs, abs)


@every
def test_copies_and_pickles_are_the_same_object(loss):
    assert repr(loss) == str(loss) == loss.name
    assert copy.copy(loss) is copy.deepcopy(loss) is pickle.loads(pickle.dumps(loss)) is loss


def test_a_loss_of_ones_own_is_copied_with_its_functions():
    own = Loss("quadratic", np.subtract, np.multiply, np.divide, soft=True)
    for twin in (copy.copy(own), copy.deepcopy(own), pickle.loads(pickle.dumps(own))):
        assert twin == own
        assert twin is not quadratic
        assert twin.delta([[3.0]], [[0.5]]) == 6


@pytest.mark.parametrize("hard", SOFT, ids=str)
def test_soft_labels_want_the_soft_loss(hard):
    for call in (hard, hard.delta):
        with pytest.raises(ValueError, match=rf"^y must hold only 0 and 1.* soft_{hard}\?$"):
            call([[0.0]], [[0.3]])
    for call in (SOFT[hard], SOFT[hard].delta):
        with pytest.raises(
            ValueError, match=r"^y must lie between 0 and 1, got the values \[1\.5\]$"
        ):
            call([[0.0]], [[1.5]])


def test_the_known_names():
    ours = (cross_entropy, quadratic, soft_cross_entropy, soft_quadratic)
    names = ["cross_entropy", "quadratic", "soft_cross_entropy", "soft_quadratic"]
    assert dict(zip(names, ours, strict=True)) == LOSSES
    assert [loss.soft for loss in ours] == [False, False, True, True]


def test_likelihood_is_the_product_and_cross_entropy_its_logarithm():
    z, y = np.array([[1.5, -0.5, 0.25]]), np.array([[1, 0, 0]])
    a = sigmoid(z)
    product = a[0, 0] * (1 - a[0, 1]) * (1 - a[0, 2])
    assert likelihood(a, y) == pytest.approx(product, rel=1e-15)
    assert -math.log(likelihood(a, y)) == pytest.approx(cross_entropy(z, y).sum(), rel=1e-14)
    assert isinstance(likelihood(a, y), float)


def test_likelihood_of_certain_predictions():
    assert likelihood([[1.0, 0.0]], [[1, 0]]) == 1
    assert likelihood([[1.0, 0.0]], [[1, 1]]) == 0


def test_entropy():
    with mpmath.workdps(50):
        p = [0.125, 0.5, 0.375]
        truth = -sum(x * mpmath.log(x) for x in map(mpmath.mpf, p))
        assert abs(entropy(p) - truth) <= 4 * np.spacing(1.0)
    assert entropy([0.0, 1.0]) == 0
    assert math.copysign(1, entropy([1.0])) == 1  # not -0.0
    assert entropy([0.25] * 4) == pytest.approx(math.log(4), rel=1e-15)


@pytest.mark.parametrize("k", [3, 10, 1000])
def test_probabilities_in_float32_are_a_distribution(k):
    """As a softmax of another library gives them: their sum is 1 to 1e-7."""
    z = np.random.default_rng(k).normal(size=k).astype("f4")
    p = np.exp(z) / np.exp(z).sum()
    assert p.dtype == np.float32
    assert p.sum(dtype=float) != 1
    exact = p / p.sum(dtype=float)
    assert entropy(p) == pytest.approx(entropy(exact), rel=1e-6)
    assert kl_divergence(p, [1 / k] * k) == pytest.approx(math.log(k) - entropy(exact), rel=1e-6)
    with pytest.raises(ValueError, match=r"^p must be a distribution"):
        entropy(p * np.float32(1.00001))


def test_kl_divergence():
    p, q = [0.125, 0.5, 0.375], [0.25, 0.25, 0.5]
    with mpmath.workdps(50):
        truth = sum(x * mpmath.log(x / y) for x, y in zip(map(mpmath.mpf, p), q, strict=True))
        assert abs(kl_divergence(p, q) - truth) <= 4 * np.spacing(1.0)
    assert kl_divergence(p, p) == 0
    assert kl_divergence([0.0, 1.0], [0.5, 0.5]) == pytest.approx(math.log(2), rel=1e-15)
    assert kl_divergence([0.5, 0.5], [0.0, 1.0]) == math.inf
    assert kl_divergence([0.0, 1.0], [0.0, 1.0]) == 0
    with np.errstate(all="raise", under="ignore"):
        assert kl_divergence([1.0, 0.0], [5e-324, 1.0]) == pytest.approx(1074 * math.log(2))
    near = np.array([0.1, 0.2, 0.7])
    assert kl_divergence(near, near * (1 + 1e-16 * np.array([3, -2, 1]))) >= 0
