"""Points, and how they are added up."""

from collections.abc import Iterable


def total(points: Iterable[float]) -> float:
    """Add points up as a person does: to six decimals, which every table and page can hold.

    Examples
    --------
    >>> total([0.7, 0.1]), total([1 / 3, 1 / 3]), total([2, 1])
    (0.8, 0.666667, 3)
    """
    return round(sum(points), 6)
