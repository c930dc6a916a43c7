"""Activation functions and their derivatives.

An activation is applied entry by entry, a = g(z). Its derivative is computed from the OUTPUT a,
which the forward pass has already stored, so the backward pass needs no second exponential.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore._validate import as_array


@dataclass(frozen=True, repr=False)
class Activation:
    """An activation function g with its derivative.

    Parameters
    ----------
    name : str
        The name by which `init_network` and `Network` know it.
    function : callable
        g on an array of any shape, unchecked; analytic, so that the complex step can pass through.
    derivative : callable
        g'(z) written in terms of the output a = g(z), unchecked.
    takes_out : bool
        Whether both can be given, as NumPy's functions can, a second array for the result; `train`
        then reuses its memory.

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
    takes_out: bool = False

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
        with np.errstate(over="ignore"):  # e^1000 is inf, and 1 / (1 + inf) is 0, as it should be
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
        return self.derivative(as_array(a, "a", finite=False))

    def _put(self, function, x, out):
        """Write function(x), one of the two of this activation, into the array out."""
        if self.takes_out:
            function(x, out)
        else:
            out[...] = function(x)

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:  # a copy, or a pickle read in another process, is the same object
        return self.name


ONE = np.array(1.0)  # NumPy would turn a Python 1 into an array at every call


def _sigmoid(z, out=None):
    """1 / (1 + e^-z), in one piece of memory, which is quicker where arrays are large."""
    a = np.negative(z, np.empty_like(z) if out is None else out)
    np.exp(a, a)
    np.add(ONE, a, a)
    return np.divide(ONE, a, a)[()]  # a number for a number


def _sigmoid_prime(a, out=None):
    return np.multiply(a, np.subtract(ONE, a, out), out)  # a (1 - a)


def _tanh_prime(a, out=None):
    return np.subtract(ONE, np.multiply(a, a, out), out)  # 1 - a^2


def _relu(z, out=None):
    return np.maximum(z, 0.0, out=out)


def _relu_prime(a, out=None):
    return np.multiply(a > 0, ONE, out)  # 1 where a > 0, else 0


def _one(a, out=None):
    return np.power(a, 0.0, out)  # 1 everywhere


#: The sigmoid 1 / (1 + e^-z), between 0 and 1; its slope is a (1 - a). Equations
#: :eq:`eq-sigmoid`, :eq:`eq-sigmoid-prime`.
sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_prime, takes_out=True)
#: The hyperbolic tangent, between -1 and 1; its slope is 1 - a^2. Equation :eq:`eq-tanh-prime`.
tanh = Activation("tanh", np.tanh, _tanh_prime, takes_out=True)
#: The rectified linear unit max(z, 0); its slope is 1 where a > 0 and 0 elsewhere, at z = 0 too.
#: Equation :eq:`eq-relu-prime`.
relu = Activation("relu", _relu, _relu_prime, takes_out=True)
#: The identity, which gives z itself; its slope is 1 everywhere.
identity = Activation("identity", np.positive, _one, takes_out=True)

ACTIVATIONS = {g.name: g for g in (sigmoid, tanh, relu, identity)}
