"""Losses of sigmoid outputs, per sample and in nats, and the likelihood they come from.

A loss is computed from the logit z (the input of the last sigmoid), not from the probability a:
float64 rounds a to exactly 1 from z = 37 on, and then ln(1 - a) is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore._guard import Named, guard_fields
from bpcore.activations import sigmoid


@dataclass(frozen=True, repr=False)
class Loss(Named):
    """A loss for sigmoid outputs, summed over the n outputs of a sample.

    Parameters
    ----------
    name : str
        What messages call it. `train` and `backward` take the four of bpcore by name.
    function : callable
        (z, y) -> loss, entry by entry. What a function of your own returns is checked.
    derivative : callable
        (a, y) -> dloss/da, entry by entry.
    delta_function : callable
        (z, y) -> dloss/dz = BP1 in closed form, entry by entry, from the logit z.
    soft : bool
        Labels may lie anywhere between 0 and 1; else they are 0 or 1.

    Raises
    ------
    TypeError
        If name is not a str, one of the three is not a function, or soft is not True or False.

    Examples
    --------
    >>> cross_entropy([[0.0]], [[1]]).round(4)
    array([0.6931])
    >>> cross_entropy.grad_a([[0.5]], [[1]])
    array([[-2.]])
    >>> cross_entropy.delta([[0.0]], [[1]])
    array([[-0.5]])
    >>> quadratic([[0.0]], [[1]])
    array([0.125])

    Notes
    -----
    Equations :eq:`eq-loss-logits`, :eq:`eq-quadratic`; chapter :doc:`/chapters/03_loss`;
    sources 000 §3, 001, 002 §2, 003.
    """

    name: str
    function: Callable[..., Any]
    derivative: Callable[..., Any]
    delta_function: Callable[..., Any]
    soft: bool = False

    def __post_init__(self) -> None:
        guard_fields(self, "loss", "function", "derivative", "delta_function")
        valid.as_flag(self.soft, "soft")

    def __call__(self, z: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Give the loss of every sample.

        Parameters
        ----------
        z : array, shape (n, m)
            Logits: the weighted inputs of the n output units; ±inf is allowed.
        y : array, shape (n, m)
            Labels, 0 or 1; between 0 and 1 for a soft loss.

        Returns
        -------
        array, shape (m,)
            Nats for `cross_entropy`, no unit for `quadratic`; the sum over the outputs.

        Raises
        ------
        ValueError, TypeError
            If the shapes differ, or a label is not 0 or 1.
        """
        with np.errstate(all="ignore"):
            return self.function(*_pair(z, "z", y, self)).sum(axis=0)

    def grad_a(self, a: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Give dloss/da, the first factor of BP1.

        Parameters
        ----------
        a : array, shape (n, m)
            Outputs of the network, probabilities strictly between 0 and 1.
        y : array, shape (n, m)
            Labels, 0 or 1; between 0 and 1 for a soft loss.

        Returns
        -------
        array, shape (n, m)

        Raises
        ------
        ValueError, TypeError
            If the shapes differ, a label is not 0 or 1, or a is not strictly between 0 and 1.
        """
        a, y = _pair(a, "a", y, self)
        if not ((a > 0) & (a < 1)).all():
            raise ValueError(
                "a must be strictly between 0 and 1, got values "
                f"from {a.min()} to {a.max()}; a saturated output lost its logit: use delta(z, y)"
            )
        with np.errstate(all="ignore"):
            return self.derivative(a, y)

    def delta(self, z: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Give delta[L] = dloss/dz, one unaveraged column per sample (BP1 in closed form).

        Parameters
        ----------
        z : array, shape (n, m)
            Logits.
        y : array, shape (n, m)
            Labels, 0 or 1; between 0 and 1 for a soft loss.

        Returns
        -------
        array, shape (n, m)

        Raises
        ------
        ValueError, TypeError
            If the shapes differ, or a label is not 0 or 1.

        Notes
        -----
        Equation :eq:`eq-bp1`; chapter :doc:`/chapters/08_delta_recursion`.
        """
        with np.errstate(all="ignore"):
            return self.delta_function(*_pair(z, "z", y, self))


def _pair(values, name, y, loss=None):
    """Check logits or outputs and their labels, both of shape (n, m)."""
    array = valid.as_array(values, name, finite=False)
    if array.ndim != 2:
        hint = valid.cure(values, name, np.size, *["np.reshape({}, (1, -1))"] * (array.ndim < 2))
        raise ValueError(f"{name} must have shape (n, m), n outputs, got {array.shape}{hint}")
    y = valid.as_labels(y, *array.shape, "y", loss=loss, like=f"as {name} has")
    if np.isnan(array).any():
        raise ValueError(f"{name} must not hold nan, first at index {valid.first(np.isnan(array))}")
    return array, y


def _cross_entropy(z, y):
    sign = 1 - 2 * y  # y = 0: ln(1 + e^z); y = 1: ln(1 + e^-z)
    return np.maximum(sign * z, 0.0) + np.log1p(np.exp(np.minimum(z, -z)))


def _cross_entropy_slope(a, y):
    return (1 - y) / (1 - a) - y / a


def _difference(z, y):
    sign = 1 - 2 * y  # y = 0: the sigmoid a; y = 1: -(1 - a), with no 1 - 1
    return sign / (1 + np.exp(-sign * z))  # a - y


def _slope(z):
    return sigmoid.function(z) * sigmoid.function(-z)  # a (1 - a)


def _quadratic(z, y):
    return _difference(z, y) ** 2 / 2


def _quadratic_slope(a, y):
    return a - y


def _quadratic_delta(z, y):
    return _difference(z, y) * _slope(z)


def _expected(function):
    """Give the mean of function(z, label), where the label is 1 with probability y, else 0."""

    def mean(z, y):
        one, zero = function(z, 1.0), function(z, 0.0)
        return np.where(y > 0, y * one, 0.0) + np.where(y < 1, (1 - y) * zero, 0.0)

    return mean


_soft_cross_entropy = _expected(_cross_entropy)
_soft_difference = _expected(_difference)


def _soft_quadratic(z, y):
    return _soft_difference(z, y) ** 2 / 2


def _soft_quadratic_delta(z, y):
    return _soft_difference(z, y) * _slope(z)


#: The cross-entropy -y ln a - (1 - y) ln(1 - a), in nats; its delta is a - y. Equations
#: :eq:`eq-loss`, :eq:`eq-loss-logits`, :eq:`eq-delta-cross-entropy`.
cross_entropy: Loss = Loss("cross_entropy", _cross_entropy, _cross_entropy_slope, _difference)
#: Half the square, (a - y)^2 / 2; its delta is (a - y) a (1 - a). Equations :eq:`eq-quadratic`,
#: :eq:`eq-delta-quadratic`.
quadratic: Loss = Loss("quadratic", _quadratic, _quadratic_slope, _quadratic_delta)
#: The cross-entropy for labels anywhere from 0 to 1, each the probability that the label is 1.
soft_cross_entropy: Loss = Loss(
    "soft_cross_entropy", _soft_cross_entropy, _cross_entropy_slope, _soft_difference, soft=True
)
#: Half the square for targets anywhere between 0 and 1.
soft_quadratic: Loss = Loss(
    "soft_quadratic", _soft_quadratic, _quadratic_slope, _soft_quadratic_delta, soft=True
)

LOSSES = Loss.known = {
    loss.name: loss for loss in (cross_entropy, quadratic, soft_cross_entropy, soft_quadratic)
}


def likelihood(a: ArrayLike, y: ArrayLike) -> float:
    """Give the probability that the model assigns to all observed labels together.

    Parameters
    ----------
    a : array, shape (1, m)
        P(y = 1 | x) of every sample, between 0 and 1.
    y : array, shape (1, m)
        Observed labels, 0 or 1, independent given x.

    Returns
    -------
    float
        The product of a^y (1 - a)^(1 - y); its -ln / m is the cross-entropy cost in nats.

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, a leaves [0, 1], or a label is not 0 or 1.

    Examples
    --------
    >>> round(likelihood([[0.9, 0.2]], [[1, 0]]), 12)
    0.72

    Notes
    -----
    Equation :eq:`eq-likelihood`; chapter :doc:`/chapters/03_loss`; source 000 §3.
    """
    a, y = _pair(a, "a", y)
    if not ((a >= 0) & (a <= 1)).all():
        raise ValueError(f"a must be between 0 and 1, got values from {a.min()} to {a.max()}")
    with np.errstate(all="ignore"):
        return float(np.prod(np.where(y == 1, a, 1 - a)))


def _distribution(p, name):
    fine = lambda p: p.min() >= 0 and abs(p.sum() - 1) <= 1e-6  # float32
    wanted = "a distribution, shape (k,): probabilities >= 0 that sum to 1"
    return valid.as_vector(p, name, fine, wanted)


def entropy(p: ArrayLike) -> float:
    """Give the entropy H(p) = -sum p ln p of a distribution, with 0 ln 0 = 0.

    Parameters
    ----------
    p : array, shape (k,)
        Probabilities that sum to 1.

    Returns
    -------
    float
        Nats; divide by ln 2 for bits.

    Raises
    ------
    ValueError, TypeError
        If p is not a distribution.

    Examples
    --------
    >>> round(entropy([0.5, 0.5]), 4)
    0.6931

    Notes
    -----
    Equation :eq:`eq-entropy`; chapter :doc:`/chapters/03_loss`; source 000 §3.
    """
    p = _distribution(p, "p")
    p = p[p > 0]
    with np.errstate(all="ignore"):
        return float(abs(p @ np.log(p)))  # abs: the sum is never positive, and -0.0 reads badly


def kl_divergence(p: ArrayLike, q: ArrayLike) -> float:
    """Give the relative entropy KL(p || q) = sum p ln(p / q); p is the truth, q the prediction.

    Parameters
    ----------
    p, q : array, shape (k,)
        Probabilities that sum to 1.

    Returns
    -------
    float
        Nats; inf where q gives probability 0 to something that p says can happen.

    Raises
    ------
    ValueError, TypeError
        If p or q is not a distribution, or their lengths differ.

    Examples
    --------
    >>> round(kl_divergence([0.5, 0.5], [0.9, 0.1]), 4)
    0.5108

    Notes
    -----
    Equation :eq:`eq-kl`; chapter :doc:`/chapters/03_loss`; source 000 §3.
    """
    p, q = _distribution(p, "p"), _distribution(q, "q")
    if p.shape != q.shape:
        raise ValueError(f"p and q must have the same length, got {p.size} and {q.size}")
    possible = p > 0
    if (q[possible] == 0).any():
        return np.inf
    with np.errstate(all="ignore"):
        nats = p[possible] @ (np.log(p[possible]) - np.log(q[possible]))
    return max(0.0, float(nats))  # never negative but for rounding
