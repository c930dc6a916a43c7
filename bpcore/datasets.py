"""Data: four small shapes in the plane, two real sets, and the worked 4-3-1 example.

The real sets ship with scikit-learn, which is imported only when they are asked for.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bpcore._validate import (
    Seed,
    as_array,
    as_columns,
    as_count,
    as_labels,
    as_positive,
    as_rng,
    freeze,
)
from bpcore.network import Network


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples in columns and their labels.

    Parameters
    ----------
    X : array, shape (d, m)
    Y : array, shape (1, m)
        Labels, 0 or 1.
    name : str

    Raises
    ------
    ValueError, TypeError
        If X and Y do not fit together.

    Examples
    --------
    >>> Dataset([[1.0, 2.0]], [[0, 1]], "two points")
    Dataset('two points': d=1, m=2)

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`. The arrays are read-only copies.
    """

    X: Any
    Y: Any
    name: str = "data"

    def __post_init__(self) -> None:
        X = as_array(self.X, "X")
        X = as_columns(X, X.shape[0] if X.ndim == 2 else "d")
        Y = as_labels(self.Y, X.shape[1])
        for field, value in zip("XY", freeze(X, Y), strict=True):
            object.__setattr__(self, field, value)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}: d={self.X.shape[0]}, m={self.X.shape[1]})"

    def split(self, *, rng: Seed, held_back: float = 0.25) -> tuple["Dataset", "Dataset"]:
        """Split at random into a training part and a held-back part, and standardise both.

        Parameters
        ----------
        rng : int, numpy Generator or None
            Decides which samples are held back.
        held_back : float
            Share of the samples, between 0 and 1.

        Returns
        -------
        (Dataset, Dataset)
            Training part and held-back part. Mean and standard deviation of every feature come
            from the training part alone; a feature that is constant there becomes 0 in it.

        Raises
        ------
        ValueError, TypeError
            If a part would be empty, the standard deviation overflows or underflows, or an
            argument is not of its kind.

        Examples
        --------
        >>> train_part, test_part = blobs(40, rng=0).split(rng=1)
        >>> train_part.X.shape, test_part.X.shape
        ((2, 30), (2, 10))
        """
        m = self.X.shape[1]
        m_test = round(as_positive(held_back, "held_back", usual=0.25, at_most=1.0) * m)
        if not 0 < m_test < m:
            raise ValueError(f"held_back must leave samples in both parts, got {held_back} of {m}")
        order = as_rng(rng).permutation(m)
        test, train = order[:m_test], order[m_test:]
        part = self.X[:, train]
        with np.errstate(over="ignore", invalid="ignore"):
            mean, std = part.mean(axis=1, keepdims=True), part.std(axis=1, keepdims=True)
            std[np.ptp(part, axis=1) == 0] = 1.0  # not 0, and not a rounding error in place of 0
        if not ((std > 0) & np.isfinite(std)).all():
            raise ValueError("X is too large or too small: its standard deviation is lost; scale X")
        X = (self.X - mean) / std
        return (
            Dataset(X[:, train], self.Y[:, train], f"{self.name}, training part"),
            Dataset(X[:, test], self.Y[:, test], f"{self.name}, held back"),
        )


def _two_classes(m, rng):
    """Check m, give the generator and m labels, half of them (rounded down) 0."""
    m = as_count(m, "m", at_least=2)
    return as_rng(rng), (np.arange(m) >= m // 2).astype(float)


def _noise(noise):
    return as_positive(noise, "noise", zero=True)


def blobs(m: int = 200, *, rng: Seed, noise: float = 1.0) -> Dataset:
    """Draw two round clouds around ``(-2, 0)`` and ``(2, 0)``.

    Parameters
    ----------
    m : int
        Samples, at least 2.
    rng : int, numpy Generator or None
    noise : float
        Standard deviation, at least 0.

    Returns
    -------
    Dataset
        X of shape (2, m).

    Raises
    ------
    ValueError, TypeError
        If m, rng or noise is not of its kind.

    Examples
    --------
    >>> blobs(10, rng=0)
    Dataset('blobs': d=2, m=10)
    """
    rng, y = _two_classes(m, rng)
    X = np.vstack([4 * y - 2, 0 * y]) + rng.normal(0, _noise(noise), (2, m))
    return Dataset(X, y[None], "blobs")


def moons(m: int = 200, *, rng: Seed, noise: float = 0.1) -> Dataset:
    """Draw two half circles that reach into each other.

    Parameters
    ----------
    m : int
        Samples, at least 2.
    rng : int, numpy Generator or None
    noise : float
        Standard deviation, at least 0.

    Returns
    -------
    Dataset
        X of shape (2, m).

    Raises
    ------
    ValueError, TypeError
        If m, rng or noise is not of its kind.

    Examples
    --------
    >>> moons(10, rng=0)
    Dataset('moons': d=2, m=10)
    """
    rng, y = _two_classes(m, rng)
    t = rng.uniform(0, np.pi, m) + np.pi * y  # the second moon is the lower half circle
    X = np.vstack([np.cos(t) + y - 0.5, np.sin(t) + 0.5 * y - 0.25])
    return Dataset(X + rng.normal(0, _noise(noise), (2, m)), y[None], "moons")


def circles(m: int = 200, *, rng: Seed, noise: float = 0.1) -> Dataset:
    """Draw a ring of radius 1 (class 1) inside a ring of radius 2 (class 0).

    Parameters
    ----------
    m : int
        Samples, at least 2.
    rng : int, numpy Generator or None
    noise : float
        Standard deviation, at least 0.

    Returns
    -------
    Dataset
        X of shape (2, m).

    Raises
    ------
    ValueError, TypeError
        If m, rng or noise is not of its kind.

    Examples
    --------
    >>> circles(10, rng=0)
    Dataset('circles': d=2, m=10)
    """
    rng, y = _two_classes(m, rng)
    t = rng.uniform(0, 2 * np.pi, m)
    X = (2 - y) * np.vstack([np.cos(t), np.sin(t)]) + rng.normal(0, _noise(noise), (2, m))
    return Dataset(X, y[None], "circles")


def xor(m: int = 200, *, rng: Seed, noise: float = 0.3) -> Dataset:
    """Draw four clouds at (±1, ±1); class 1 where the signs differ.

    Parameters
    ----------
    m : int
        Samples, at least 2.
    rng : int, numpy Generator or None
    noise : float
        Standard deviation, at least 0.

    Returns
    -------
    Dataset
        X of shape (2, m).

    Raises
    ------
    ValueError, TypeError
        If m, rng or noise is not of its kind.

    Examples
    --------
    >>> xor(10, rng=0)
    Dataset('xor': d=2, m=10)
    """
    rng, y = _two_classes(m, rng)
    first = rng.choice([-1.0, 1.0], m)
    X = np.vstack([first, first * (1 - 2 * y)]) + rng.normal(0, _noise(noise), (2, m))
    return Dataset(X, y[None], "xor")


def breast_cancer() -> Dataset:
    """Load the Wisconsin breast cancer set: 30 measurements of 569 tumours; 1 = malignant.

    Returns
    -------
    Dataset
        X of shape (30, 569), as measured; `Dataset.split` standardises.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    Examples
    --------
    >>> breast_cancer()
    Dataset('breast cancer': d=30, m=569)

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`; W. Wolberg et al., UCI repository.
    """
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    return Dataset(X.T, y[None] == 0, "breast cancer")  # scikit-learn's 0 is malignant


def digits(zero: int = 3, one: int = 8) -> Dataset:
    """Load two of the handwritten digits: images of 8 × 8 grey values from 0 to 16.

    Parameters
    ----------
    zero, one : int
        The digits, 0 to 9, that become class 0 and class 1.

    Returns
    -------
    Dataset
        X of shape (64, m); column s is an image, ``X[:, s].reshape(8, 8)``.

    Raises
    ------
    ValueError, TypeError
        If a digit is not in 0..9, or both are the same.
    ImportError
        If scikit-learn is not installed.

    Examples
    --------
    >>> digits(3, 8)
    Dataset('digits 3 and 8': d=64, m=357)

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`; E. Alpaydin and C. Kaynak, UCI repository.
    """
    zero, one = as_count(zero, "zero"), as_count(one, "one")
    if zero == one or max(zero, one) > 9:
        raise ValueError(f"zero and one must be two different digits 0..9, got {zero} and {one}")
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    chosen = np.isin(y, (zero, one))
    return Dataset(X[chosen].T, y[chosen][None] == one, f"digits {zero} and {one}")


def worked_example() -> tuple[Network, np.ndarray, np.ndarray]:
    """Give the worked example: a 4-3-1 sigmoid network, one sample and its label.

    Returns
    -------
    (Network, array of shape (4, 1), array of shape (1, 1))
        The numbers are literals, so they are the same on every machine.

    Examples
    --------
    >>> net, X, Y = worked_example()
    >>> net
    Network(n=(4, 3, 1), g=(sigmoid, sigmoid,))

    Notes
    -----
    Chapter :doc:`/chapters/10_worked_example`; source 000 §6.
    """
    W1 = [[0.5, -0.3, 0.8, 0.1], [-0.6, 0.4, 0.2, -0.7], [0.3, 0.9, -0.5, 0.2]]
    W2 = [[0.7, -0.4, 0.6]]
    net = Network([None, W1, W2], [None, [[0.1], [-0.2], [0.05]], [[-0.3]]])
    X, Y = freeze(np.array([[1.0], [0.5], [-1.5], [2.0]]), np.array([[1.0]]))
    return net, X, Y
