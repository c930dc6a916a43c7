"""Data: four small shapes in the plane, real sets, and the worked 4-3-1 example.

The real sets ship with scikit-learn, which is imported only when they are asked for.
"""

from collections.abc import Sequence

import numpy as np

from bpcore import _validate as valid
from bpcore.data import Dataset
from bpcore.network import Network


def _two_classes(m, rng):
    """Check m, give the generator and m labels, half of them (rounded down) 0."""
    m = valid.as_count(m, "m", at_least=2)
    return valid.as_rng(rng), (np.arange(m) >= m // 2).astype(float)


def _scattered(X, y, noise, rng, name):
    """Add noise to the samples, and give them with their labels."""
    noise = valid.as_positive(noise, "noise", at_most=1e100, zero=True)  # its squares are finite
    return Dataset(X + rng.normal(0, noise, X.shape), y[None], name)


def blobs(m: int = 200, *, rng: valid.Seed, noise: float = 1.0) -> Dataset:
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
    return _scattered(np.vstack([4 * y - 2, 0 * y]), y, noise, rng, "blobs")


def moons(m: int = 200, *, rng: valid.Seed, noise: float = 0.1) -> Dataset:
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
    return _scattered(X, y, noise, rng, "moons")


def circles(m: int = 200, *, rng: valid.Seed, noise: float = 0.1) -> Dataset:
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
    return _scattered((2 - y) * np.vstack([np.cos(t), np.sin(t)]), y, noise, rng, "circles")


def xor(m: int = 200, *, rng: valid.Seed, noise: float = 0.3) -> Dataset:
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
    return _scattered(np.vstack([first, first * (1 - 2 * y)]), y, noise, rng, "xor")


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


def digits(zero: int | Sequence[int] = 3, one: int | Sequence[int] = 8) -> Dataset:
    """Load handwritten digits of two classes: images of 8 × 8 grey values from 0 to 16.

    Parameters
    ----------
    zero, one : int, or sequence of int
        The digits, 0 to 9, that become class 0 and class 1: two digits, or two groups, such as
        ``digits(range(0, 10, 2), range(1, 10, 2))``, even and odd.

    Returns
    -------
    Dataset
        X of shape (64, m); column s is an image, ``X[:, s].reshape(8, 8)``.

    Raises
    ------
    ValueError, TypeError
        If a digit is not in 0..9, or stands in both classes or twice.
    ImportError
        If scikit-learn is not installed.

    Examples
    --------
    >>> digits(3, 8)
    Dataset('digits 3 and 8': d=64, m=357)
    >>> digits(range(0, 10, 2), range(1, 10, 2))
    Dataset('digits 0, 2, 4, 6, 8 and 1, 3, 5, 7, 9': d=64, m=1797)

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`; E. Alpaydin and C. Kaynak, UCI repository.
    """
    groups = [_group(zero, "zero"), _group(one, "one")]
    chosen = groups[0] + groups[1]
    if len(set(chosen)) < len(chosen) or max(chosen) > 9:
        raise ValueError(f"zero and one must be different digits 0..9, got {zero} and {one}")
    X, y = _images()
    kept = np.isin(y, chosen)
    name = " and ".join(", ".join(map(str, group)) for group in groups)
    return Dataset(X[:, kept], np.isin(y[kept], groups[1])[None], f"digits {name}")


def _group(digits, name):
    """Give one digit or several as a list."""
    if 0 in (shape := valid.shape_of(digits)) or not shape:
        return [valid.as_count(digits, name, wanted="a whole number or a list of them")]
    return [valid.as_count(digit, f"{name}[{k}]") for k, digit in enumerate(digits)]


def _images():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X.T, y


def ten_digits() -> Dataset:
    """Load all ten handwritten digits, one output a digit: 1797 images of 8 × 8 grey values.

    Returns
    -------
    Dataset
        X of shape (64, 1797) with values from 0 to 16; Y of shape (10, 1797), 1 in the row of the
        digit, for a network with ten outputs.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    Examples
    --------
    >>> ten_digits().Y[:, :3].argmax(axis=0)
    array([0, 1, 2])

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`; E. Alpaydin and C. Kaynak, UCI repository.
    """
    X, y = _images()
    return Dataset(X, np.eye(10)[:, y], "ten digits")


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
    X, Y = valid.freeze(np.array([[1.0], [0.5], [-1.5], [2.0]]), np.array([[1.0]]))
    return net, X, Y
