"""Losses against 50-digit arithmetic and at the edges; likelihood, entropy, divergence."""

import copy
import math
import pickle

import mpmath
import numpy as np
import pytest

from bpcore import cross_entropy, entropy, kl_divergence, likelihood, quadratic, sigmoid
from bpcore.losses import LOSSES

EDGE = np.concatenate([np.logspace(-300, -1, 300), np.linspace(0.01, 40, 400)])
POINTS = np.concatenate([np.linspace(-700, 700, 1601), EDGE, -EDGE])[None]
ZERO, ONE = np.zeros_like(POINTS), np.ones_like(POINTS)
every = pytest.mark.parametrize("loss", LOSSES.values(), ids=str)


@pytest.mark.parametrize("y", [0, 1])
def test_cross_entropy_within_4_ulp_of_50_digits(y, ulps, record_property):
    got = cross_entropy(POINTS, np.full_like(POINTS, y))
    with mpmath.workdps(50):
        truth = [mpmath.log1p(mpmath.exp((1 - 2 * y) * mpmath.mpf(float(t)))) for t in POINTS[0]]
        off = ulps(got, truth)
    record_property("cross-entropy against 50 digits, ulp", float(off))
    assert off <= 4


def test_quadratic_to_4_ulp_of_the_difference():
    """(a - y)² / 2, with a - y exact up to the rounding of a."""
    a = sigmoid(POINTS)
    for y in (ZERO, ONE):
        assert np.array_equal(quadratic(POINTS, y), ((a - y) ** 2 / 2)[0])
    with mpmath.workdps(50):
        truth = [(1 / (1 + mpmath.exp(-mpmath.mpf(float(t))))) ** 2 / 2 for t in POINTS[0]]
        assert max(abs(x - t) for x, t in zip(quadratic(POINTS, ZERO), truth, strict=True)) < 2e-16


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
        tiny = np.array([[5e-324, 0.5]])
        assert np.array_equal(cross_entropy.grad_a(tiny, [[1, 0]]), [[-np.inf, 2]])
        assert np.array_equal(quadratic.grad_a(tiny, [[1, 0]]), [[-1, 0.5]])


@every
@pytest.mark.parametrize("y", [0, 1])
def test_delta_is_the_derivative_by_the_logit(loss, y):
    z = np.linspace(-8, 8, 400)[None]
    labels = np.full_like(z, y)
    step = loss.function(z + 1e-20j, labels).imag / 1e-20
    assert np.abs(loss.delta(z, labels) - step).max() <= 4e-16


@every
@pytest.mark.parametrize("y", [0, 1])
def test_delta_is_the_product_of_the_chain_rule(loss, y):
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
def test_copies_and_pickles_are_the_same_object(loss):
    assert repr(loss) == str(loss) == loss.name
    assert copy.copy(loss) is copy.deepcopy(loss) is pickle.loads(pickle.dumps(loss)) is loss


def test_the_known_names():
    assert {"cross_entropy": cross_entropy, "quadratic": quadratic} == LOSSES


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
