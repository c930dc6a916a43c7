"""Comparing what came with what is wanted: one walk over lists, dicts, arrays and numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Compare:
    """How an answer is compared with what is wanted.

    Parameters
    ----------
    rtol, atol : float
        A number is right if it differs by at most ``rtol * abs(wanted) + atol``.
    any_of : bool
        The reference gives a list of right answers, each of which will do.
    any_order : bool
        The entries of a list, or the rows of an array, may stand in any order.
    """

    rtol: float = 1e-9
    atol: float = 1e-12
    any_of: bool = False
    any_order: bool = False

    def __post_init__(self):
        """Refuse a tolerance that would fail only when an answer is compared."""
        for key, value in (("rtol", self.rtol), ("atol", self.atol)):
            if not isinstance(value, int | float) or not value >= 0:
                raise ValueError(f"{key} must be a number from 0 on, got {value!r}")

    def right(self, got: Any, want: Any) -> bool:
        """Whether an answer is right."""
        return self.same(*self.aligned(got, want))

    def same(self, got: Any, want: Any, *, nan: bool = False) -> bool:
        """Whether two values are the same in form and numbers, nan equal to nan if so wished."""
        return all(self.close(g, w, nan=nan) for _, g, w in pairs(got, want))

    def close(self, got: Any, want: Any, *, nan: bool = False) -> bool:
        """Whether two leaves are the same."""
        if not is_number(got) or not is_number(want) or np.shape(got) != np.shape(want):
            return got is None and want is None
        got, want = real(got), real(want)
        with np.errstate(invalid="ignore"):  # as np.isclose does it, in a third of its time
            near = np.abs(got - want) <= self.atol + self.rtol * np.abs(want)
        near &= np.isfinite(got) & np.isfinite(want)
        if nan:
            near |= (got == want) | (np.isnan(got) & np.isnan(want))
        return bool(near.all())

    def aligned(self, got: Any, want: Any) -> tuple[Any, Any]:
        """Choose, of several right answers, the one that was meant, and put it in its order."""
        if self.any_of:
            want = next((w for w in want if self.same(*self._ordered(got, w))), want[0])
        return self._ordered(got, want)

    def _ordered(self, got, want):
        rows = isinstance(got, list) or (isinstance(got, np.ndarray) and got.ndim > 0)
        if not self.any_order or not rows or len(got) != len(want):
            return got, want
        left, placed = [*got], []
        for w in want:
            k = next((k for k, g in enumerate(left) if self.same(g, w)), 0)
            placed.append(left.pop(k))
        return (placed if isinstance(got, list) else np.array(placed)), want


# Whether an input was put back: W += h and later W -= h leave no more than a rounding.
PUT_BACK = Compare(rtol=1e-15, atol=1e-15)


def is_number(value: Any) -> bool:
    """Whether a value is a number or an array of numbers."""
    return isinstance(value, int | float | np.ndarray | np.generic)


def is_coarse(want: Any) -> bool:
    """Whether a number or an array holds nothing but simple fractions from 0 to 1.

    Examples
    --------
    >>> is_coarse(np.array([0.25, 1])), is_coarse(np.pi / 4)
    (True, False)
    """
    if not is_number(want):
        return False
    parts = real(want)[..., None] * np.arange(1, 100)
    whole = (np.abs(parts - np.rint(parts)) < 1e-9).any(axis=-1)
    return bool((whole & (real(want) >= 0) & (real(want) <= 1)).all())


def real(value: Any) -> np.ndarray:
    """Make an array of floats; a whole number too large for a float is inf."""
    try:
        return np.asarray(value, dtype=float)
    except OverflowError:
        return np.asarray(np.inf)


def pairs(got: Any, want: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Walk two values side by side.

    Parameters
    ----------
    got, want : values as `bpgrader.inside.decode` gives them
    path : str
        The place of the two.

    Yields
    ------
    path, got, want
        Numbers, arrays and None by their place; lists and dicts only where their forms differ.

    Examples
    --------
    >>> list(pairs([1, {"a": 2}], [1, {"a": 3}]))
    [('[0]', 1, 1), ("[1]['a']", 2, 3)]
    """
    if isinstance(want, list) and isinstance(got, list) and len(got) == len(want):
        for k, (g, w) in enumerate(zip(got, want, strict=True)):
            yield from pairs(g, w, f"{path}[{k}]")
    elif isinstance(want, dict) and isinstance(got, dict) and set(got) == set(want):
        for key in want:
            yield from pairs(got[key], want[key], f"{path}[{key!r}]")
    else:
        yield path, got, want
