"""Losses of a two-class network, per sample and in nats, and the likelihood they come from.

A loss is computed from the logit z (the input of the last sigmoid), not from the probability a:
float64 rounds a to exactly 1 from z = 37 on, and then ln(1 - a) is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore._validate import as_array, as_labels
from bpcore.activations import sigmoid


@dataclass(frozen=True, repr=False)
class Loss:
    """A loss for one output unit with a sigmoid, y in {0, 1}.

    Parameters
    ----------
    name : str
        The name by which `train` and `backward` know it.
    function : callable
        (z, y) -> loss, entry by entry, unchecked.
    derivative : callable
        (a, y) -> dloss/da, entry by entry, unchecked.
    delta_function : callable
        (a, y) -> dloss/dz = BP1 in closed form, from the output a, entry by entry, unchecked.

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

    def __call__(self, z: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Give the loss of every sample.

        Parameters
        ----------
        z : array, shape (1, m)
            Logits: the weighted input of the output unit; ±inf is allowed.
        y : array, shape (1, m)
            Labels, 0 or 1.

        Returns
        -------
        array, shape (m,)
            Nats for `cross_entropy`, no unit for `quadratic`.

        Raises
        ------
        ValueError, TypeError
            If the shapes differ, or a label is not 0 or 1.
        """
        with np.errstate(over="ignore"):
            return self.function(*_row_pair(z, "z", y))[0]

    def grad_a(self, a: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Give dloss/da, the first factor of BP1.

        Parameters
        ----------
        a : array, shape (1, m)
            Outputs of the network, probabilities strictly between 0 and 1.
        y : array, shape (1, m)
            Labels, 0 or 1.

        Returns
        -------
        array, shape (1, m)

        Raises
        ------
        ValueError, TypeError
            If the shapes differ, a label is not 0 or 1, or a is not strictly between 0 and 1.
        """
        a, y = _row_pair(a, "a", y)
        if not ((a > 0) & (a < 1)).all():
            raise ValueError(
                "a must be strictly between 0 and 1, got values "
                f"from {a.min()} to {a.max()}; a saturated output lost its logit: use delta(z, y)"
            )
        with np.errstate(over="ignore"):
            return self.derivative(a, y)

    def delta(self, z: ArrayLike, y: ArrayLike) -> np.ndarray:
        """Give delta[L] = dloss/dz, one unaveraged column per sample (BP1 in closed form).

        Parameters
        ----------
        z : array, shape (1, m)
            Logits.
        y : array, shape (1, m)
            Labels, 0 or 1.

        Returns
        -------
        array, shape (1, m)

        Raises
        ------
        ValueError, TypeError
            If the shapes differ, or a label is not 0 or 1.

        Notes
        -----
        Equation :eq:`eq-bp1`; chapter :doc:`/chapters/08_delta_recursion`.
        """
        z, y = _row_pair(z, "z", y)
        return self.delta_function(sigmoid(z), y)

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:  # a copy, or a pickle read in another process, is the same object
        return self.name


def _row_pair(values, name, y):
    """Check a row of logits or outputs and its labels, both of shape (1, m)."""
    values, y = as_array(values, name, finite=False), as_labels(y, name="y")
    if values.shape != y.shape:
        raise ValueError(
            f"{name} and y must have the same shape (1, m), got {values.shape} and {y.shape}; "
            "a row of m numbers is v.reshape(1, -1)"
        )
    if np.isnan(values).any():
        raise ValueError(f"{name} must not hold nan, first at sample {np.isnan(values).argmax()}")
    return values, y


def _cross_entropy(z, y):
    s = (1 - 2 * y) * z  # -z for y = 1, z for y = 0: the loss is ln(1 + e^s)
    return np.maximum(s, 0.0) + np.log1p(np.exp(np.minimum(s, -s)))


#: The cross-entropy -y ln a - (1 - y) ln(1 - a), in nats; its delta is a - y. Equations
#: :eq:`eq-loss`, :eq:`eq-loss-logits`, :eq:`eq-delta-cross-entropy`.
cross_entropy: Loss = Loss(
    "cross_entropy",
    _cross_entropy,
    lambda a, y: (1 - y) / (1 - a) - y / a,
    lambda a, y: a - y,
)
#: Half the square, (a - y)^2 / 2; its delta is (a - y) a (1 - a). Equations :eq:`eq-quadratic`,
#: :eq:`eq-delta-quadratic`.
quadratic: Loss = Loss(
    "quadratic",
    lambda z, y: (sigmoid.function(z) - y) ** 2 / 2,
    lambda a, y: a - y,
    lambda a, y: (a - y) * sigmoid.derivative(a),
)

LOSSES = {loss.name: loss for loss in (cross_entropy, quadratic)}


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
    a, y = _row_pair(a, "a", y)
    if not ((a >= 0) & (a <= 1)).all():
        raise ValueError(f"a must be between 0 and 1, got values from {a.min()} to {a.max()}")
    return float(np.prod(np.where(y == 1, a, 1 - a)))


def _distribution(p, name):
    p = as_array(p, name)
    if p.ndim != 1 or p.size == 0 or (p < 0).any() or abs(p.sum() - 1) > 1e-9:
        raise ValueError(
            f"{name} must be a distribution: one row of probabilities >= 0 that sum to 1, got {p}"
        )
    return p


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
    nats = p[possible] @ (np.log(p[possible]) - np.log(q[possible]))
    return max(0.0, float(nats))  # never negative but for rounding
