"""The likely mistake, read off the numbers: a factor, an offset, an order, another function."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from bpgrader.verdict import Slip

RTOL, ATOL = 1e-9, 1e-12
FACTORS = {
    "sign": -1.0,
    "double": 2.0,
    "half": 0.5,
    "minus two": -2.0,
    "four": 4.0,
    "quarter": 0.25,
    "per cent": 100.0,
    "ln 10": np.log(10),
    "log10": 1 / np.log(10),
    "log2": 1 / np.log(2),
}
FUNCTIONS = {
    "complement": lambda want: 1 - want,
    "size": np.abs,
    "square": lambda want: want**2,
    "root": np.sqrt,
    "log": np.log,
    "minus log": lambda want: -np.log(want),
    "exp": np.exp,
    "inverse": lambda want: 1 / want,
}
ORDERS = {
    "transposed": lambda want: want.T,
    "reversed": lambda want: want[::-1],
    "shuffled": lambda want: np.sort(want, axis=None),
}


def likely(
    tried: Sequence[tuple[np.ndarray, np.ndarray]], sizes: Sequence[dict[str, int]]
) -> Slip | None:
    """Guess a mistake from arrays that are wrong.

    Parameters
    ----------
    tried : sequence of (got, want)
        One pair of arrays per input, of one place in the answer.
    sizes : sequence of dict
        The sizes of every input by their names, such as ``X.shape[1]``; the number of samples
        also as ``m``.

    Returns
    -------
    Slip or None

    Examples
    --------
    >>> want = np.array([1.0, 3.0])
    >>> likely([(2 * want, want)], [{}]).code
    'double'
    """
    with np.errstate(all="ignore"):
        if all(g.shape == w.T.shape and g.ndim == 2 and _equal(g, w.T) for g, w in tried):
            return Slip("transposed")
        if any(g.shape != w.shape for g, w in tried):
            return None
        if not all(np.isfinite(g).all() for g, _ in tried):
            return Slip("infinite")
        got, want = (np.concatenate([np.ravel(p[k]) for p in tried]) for k in (0, 1))
        if not got.any() and got.size > len(tried):
            return Slip("zero")
        return (
            _near(got, want)
            or _factor(tried, sizes)
            or _offset(got, want)
            or _other(tried)
            or _pattern(tried, got, want)
        )


def where(wrong: Sequence[int], sizes: Sequence[dict[str, int]]) -> Slip:
    """Tell on which inputs an answer is wrong, if the length of a list sets them apart.

    Parameters
    ----------
    wrong : sequence of int
        The numbers of the inputs on which it is wrong.
    sizes : sequence of dict
        As for `likely`.

    Returns
    -------
    Slip

    Examples
    --------
    >>> str(where([1], [{"len(W)": 2}, {"len(W)": 4}])).partition(":")[0]
    'right where len(W) is 2, wrong where it is 4'
    """
    right = [k for k in range(len(sizes)) if k not in wrong]
    for name in (name for name in sizes[0] if name.startswith("len(")):
        bad, good = (sorted({sizes[k].get(name) for k in ks}) for ks in (wrong, right))
        if bad and good and (bad[-1] < good[0] or good[-1] < bad[0]):
            told = [" or ".join(map(str, lengths)) for lengths in (good, bad)]
            return Slip("where", {"name": name, "right": told[0], "wrong": told[1]})
    return Slip("some", {"right": len(right), "n": len(sizes)})


def _equal(got, want):
    return got.shape == np.shape(want) and np.allclose(got, want, RTOL, ATOL)


def _near(got, want):
    """See a result that agrees to some digits, but not to all."""
    error = _error(got, want)
    if 0 < error < 1e-5:
        return Slip("near", {"digits": int(-np.log10(error))})
    return None


def _error(got, want):
    return np.max(np.abs(got - want) / np.maximum(np.abs(want), 1e-3))


def _factor(tried, sizes):
    """See numbers that are all wrong by one factor, which may be a size of the input."""
    factors = []
    for got, want in tried:
        used = np.abs(want) > ATOL
        ratio = got[used] / want[used]
        if not ratio.size or not np.allclose(ratio, ratio[0], RTOL) or np.abs(got[~used]).any():
            return None
        factors.append(ratio[0])
    found = np.array(factors)

    def are(values):
        return np.allclose(found, values, RTOL)

    for code, factor in FACTORS.items():
        if are(factor):
            return Slip(code)
    if all("m" in each for each in sizes):
        m = np.array([each["m"] for each in sizes], dtype=float)
        for code, power in (("summed", 1), ("divided", -1), ("m squared", 2)):
            if are(m**power):
                return Slip(code)
    names = [name for name in sizes[0] if all(each.get(name) for each in sizes) and name != "m"]
    for top, bottom in permutations([*names, "1"], 2):
        if are([each.get(top, 1) / each.get(bottom, 1) for each in sizes]):
            return Slip("sizes", {"top": top, "bottom": bottom})
    if are(found[0]) and sum(want.size for _, want in tried) > 2:
        return Slip("factor", {"factor": f"{found[0]:.6g}"})
    return None


def _offset(got, want):
    """See numbers that are all too large, or too small, by the same amount."""
    offsets = got - want
    if got.size > 1 and np.allclose(offsets, offsets[0], RTOL, ATOL):
        return Slip("offset", {"offset": f"{offsets[0]:.6g}"})
    return None


def _other(tried):
    """See another function of what is wanted, or its entries in another order."""
    for code, function in FUNCTIONS.items():
        if all(_equal(g if code != "size" else np.abs(g), function(w)) for g, w in tried):
            return Slip(code)
    for code, order in ORDERS.items():
        arrays = [(np.sort(g, axis=None) if code == "shuffled" else g, w) for g, w in tried]
        if all(w.ndim and _equal(g, order(w)) for g, w in arrays):
            return Slip(code)
    return None


def _pattern(tried, got, want):
    """See what all entries, or all wrong ones, have in common."""
    first, asked = tried[0]
    others = tried[1:]
    if any(not _equal(asked, w) for _, w in others) and all(_equal(first, g) for g, _ in others):
        return Slip("same")
    if first.size > 1 and (got == got[0]).all() and (want != want[0]).any():
        return Slip("same")
    if (got == np.rint(got)).all() and (want != np.rint(want)).any():
        return Slip("whole")
    wrong = got[~np.isclose(got, want, RTOL, ATOL)]
    if first.size > 1 < wrong.size < got.size and (wrong == wrong[0]).all():
        return Slip("cut", {"value": f"{wrong[0]:.6g}"})
    if got.size > 1 and (error := _error(got, want)) < 0.01:
        return Slip("close", {"digits": int(-np.log10(error))})
    return None
