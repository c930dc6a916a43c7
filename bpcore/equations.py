"""The executed form of an equation: both sides are computed and compared."""

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid


def check(label: str, left: ArrayLike, right: ArrayLike, tol: float = 1e-12) -> None:
    """Assert that both sides of a labelled equation are equal, and print one line that says so.

    Parameters
    ----------
    label : str
        The label of the equation in the text, such as ``eq-bp2``.
    left, right : arrays of the same shape, or numbers
        The two sides; nothing is broadcast.
    tol : float
        Largest allowed difference, relative to the largest entry of right (absolute if all are 0).

    Raises
    ------
    AssertionError
        If the shapes differ, or an entry is not finite or differs by more than tol.
    ValueError, TypeError
        If label is not of the form eq-..., a side is not numbers, or tol is not in (0, 1e-3].

    Examples
    --------
    >>> check("eq-sum", 1 + 1, 2)
    ✓ eq-sum: both sides agree to 12 digits

    Notes
    -----
    Digits are counted from the first one of the largest entry. The line names those of tol, never
    the measured difference: stored outputs are compared.
    """
    if not (isinstance(label, str) and label.startswith("eq-")):
        raise ValueError(f"label must be the equation's label, eq-..., got {valid.describe(label)}")
    tol = valid.as_positive(tol, "tol", usual=1e-12, at_most=1e-3)
    left = valid.as_array(left, "left", finite=False)
    right = valid.as_array(right, "right", finite=False)
    if left.shape != right.shape:
        raise AssertionError(f"{label}: shapes differ, {left.shape} and {right.shape}")
    if left.size == 0 or not (np.isfinite(left).all() and np.isfinite(right).all()):
        got = f"{valid.short(left)} and {valid.short(right)}"
        raise AssertionError(f"{label}: both sides must be finite numbers, got {got}")
    with np.errstate(over="ignore", under="ignore"):
        off = np.abs(left - right)
        allowed = tol * (np.abs(right).max() or 1.0)
    if off.max() > allowed:
        k = tuple(int(i) for i in np.unravel_index(off.argmax(), off.shape))
        at = f" at {list(k)}" if k else ""
        raise AssertionError(f"{label}: {left[k]} and {right[k]} differ{at} (tol {tol:g})")
    line = f"{label}: both sides agree to {int(-np.log10(tol) + 1e-9)} digits"
    try:
        print(f"✓ {line}")
    except UnicodeEncodeError:  # a file or a pipe on Windows, whose letters have no tick
        print(f"ok {line}")
