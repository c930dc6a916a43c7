"""Activation functions and their derivatives.

An activation is applied entry by entry, a = g(z). Its derivative is computed from the OUTPUT a,
which the forward pass has already stored, so BP2 needs no second exponential.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore._guard import Named, guard_fields
from bpcore._validate import as_array


@dataclass(frozen=True, repr=False)
class Activation(Named):
    """An activation function g with its derivative.

    Parameters
    ----------
    name : str
        What messages call it. `init_network` and `Network` take the four of bpcore by name.
    function : callable
        g on an array of any shape, entry by entry; analytic, so that the complex step can pass
        through. What a function of your own returns is checked at every call. Called as
        ``g.function(z)`` it is the bare formula, whose overflows NumPy reports.
    derivative : callable
        g'(z) written in terms of the output a = g(z).

    Raises
    ------
    TypeError
        If name is not a str, or one of the two is not a function.

    Examples
    --------
    >>> sigmoid([[0.0]])
    array([[0.5]])
    >>> sigmoid.prime([[0.5]])
    array([[0.25]])

    Notes
    -----
    Chapter :doc:`/chapters/05_sigmoid_derivative`; sources 000 §3, 003.
    """

    name: str
    function: Callable[..., Any]
    derivative: Callable[..., Any]

    def __post_init__(self) -> None:
        guard_fields(self, "activation", "function", "derivative")

    def __call__(self, z: ArrayLike) -> np.ndarray:
        """Apply g to every entry of z.

        Parameters
        ----------
        z : array of any shape
            Weighted inputs; ±inf is allowed and gives the limit, nan stays nan.

        Returns
        -------
        array of the shape of z

        Raises
        ------
        TypeError
            If z does not hold real numbers.
        """
        with np.errstate(all="ignore"):  # e^1000 is inf, and 1 / (1 + inf) is 0, as it should be
            return self.function(as_array(z, "z", finite=False))

    def prime(self, a: ArrayLike) -> np.ndarray:
        """Give g'(z), computed from the output a = g(z).

        Parameters
        ----------
        a : array of any shape
            Outputs of this activation, not its inputs z.

        Returns
        -------
        array of the shape of a

        Raises
        ------
        TypeError
            If a does not hold real numbers.
        """
        with np.errstate(all="ignore"):
            return self.derivative(as_array(a, "a", finite=False))


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _sigmoid_prime(a):
    return a * (1 - a)


def _tanh(z):
    return np.tanh(z)


def _tanh_prime(a):
    return 1 - a * a


def _relu(z):
    return np.maximum(z, 0.0)


def _relu_prime(a):
    return np.heaviside(a, 0.0)  # 1 where a > 0, else 0


def _identity(z):
    return +z


def _identity_prime(a):
    return np.ones_like(a)


#: The sigmoid 1 / (1 + e^-z), between 0 and 1; its slope is a (1 - a). Equations
#: :eq:`eq-sigmoid`, :eq:`eq-sigmoid-prime`.
sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_prime)
#: The hyperbolic tangent, between -1 and 1; its slope is 1 - a^2. Equation :eq:`eq-tanh-prime`.
tanh = Activation("tanh", _tanh, _tanh_prime)
#: The rectified linear unit max(z, 0); its slope is 1 where a > 0 and 0 elsewhere, at z = 0 too.
#: Equation :eq:`eq-relu-prime`.
relu = Activation("relu", _relu, _relu_prime)
#: The identity, which gives z itself; its slope is 1 everywhere.
identity = Activation("identity", _identity, _identity_prime)

ACTIVATIONS = Activation.known = {g.name: g for g in (sigmoid, tanh, relu, identity)}
