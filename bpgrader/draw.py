"""Random inputs for exercises: layer widths and m all differ, labels are of both classes."""

import numpy as np


def sizes(rng: np.random.Generator, depth: int) -> list[int]:
    """Draw layer sizes n[0..depth], all different, from 2 to 6, and the last one 1."""
    return [*map(int, rng.permutation(np.arange(2, 7))[:depth]), 1]


def samples(rng: np.random.Generator) -> int:
    """Draw a number of samples, 7 to 10: it differs from every layer size."""
    return int(rng.integers(7, 11))


def labels(rng: np.random.Generator, m: int) -> np.ndarray:
    """Draw labels of shape (1, m), both classes among them."""
    return rng.permutation(np.append([0.0, 1.0], rng.integers(0, 2, m - 2)))[None]


def network(rng: np.random.Generator, depth: int) -> tuple[list, list, np.ndarray]:
    """Draw weights, biases and inputs.

    Parameters
    ----------
    rng : numpy Generator
    depth : int
        Number of weight layers L, at most 5.

    Returns
    -------
    W, b : list
        None, then W[i] of shape (n[i], n[i-1]) and b[i] of shape (n[i], 1).
    X : array, shape (n[0], m)
    """
    n = sizes(rng, depth)
    W = [None] + [rng.normal(size=(n[i], n[i - 1])) for i in range(1, depth + 1)]
    b = [None] + [rng.normal(size=(n[i], 1)) for i in range(1, depth + 1)]
    return W, b, rng.normal(size=(n[0], samples(rng)))
