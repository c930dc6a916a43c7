"""Two slips at once: a known mistake at one place of an answer, or with another slip upon it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bpgrader.compare import Compare, is_coarse, is_number, pairs, real
from bpgrader.hints import FACTORS, likely
from bpgrader.verdict import Slip

# What a second slip may be.
SECOND = {*FACTORS, "summed", "divided", "m squared", "transposed", "log", "minus log"}
PLAIN = {"sign", "double", "half", "minus two", "four", "quarter", "per cent"}  # two make one


def twofold(
    leaves: Sequence[dict[str, tuple]], mistakes: Iterator[tuple[str, list]], sizes: Sequence[dict]
) -> Slip | None:
    """Find a known mistake that explains a wrong place of an answer, alone or with one slip more.

    Parameters
    ----------
    leaves : sequence of dict
        For every input: the place -> what came and what is wanted there.
    mistakes : iterator of (text, values)
        What each known mistake gives, for every input.
    sizes : sequence of dict
        As for `bpgrader.hints.likely`.

    Returns
    -------
    Slip or None
    """
    found, wrong = None, _wrong(leaves)
    for text, values in mistakes:
        for path, there in wrong.items():
            known = [k for i, _ in there if (k := _at(values[i], path)) is not None]
            got, want = ([real(leaves[i][path][part]) for i, _ in there] for part in (0, 1))
            if len(known) < len(there) or _same(known, want):
                continue
            if _same(got, known):
                return Slip("partly", {"text": text, "path": path})
            told = [sizes[i] for i, _ in there]
            second = _slip(got, known, told)
            plain = _slip(got, want, told) in PLAIN
            plain = plain or {_slip(known, want, told), second} <= PLAIN
            if second in SECOND and not plain and not found:
                found = Slip("both", {"text": text, "second": Slip(second)})
    return found


def _slip(some, others, sizes):
    """Give the code of the slip that leads from arrays to others, if there is one."""
    slip = likely(list(zip(some, others, strict=True)), sizes)
    return slip and slip.code


def _wrong(leaves):
    """Give the places whose numbers alone are wrong, and what came there."""
    places: dict[str, list[tuple[int, Any]]] = {}
    for i, leaf in enumerate(leaves):
        for path, (got, want) in leaf.items():
            if is_number(got) and is_number(want) and _tells(got, want):
                places.setdefault(path, []).append((i, got))
    return {
        path: there
        for path, there in places.items()
        if not _same([real(g) for _, g in there], [real(leaves[i][path][1]) for i, _ in there])
    }


def _tells(got, want):
    """Whether numbers can tell one mistake from another: classes, counts and shares look alike."""
    whole = np.array_equal(real(want), np.rint(real(want)))
    return np.shape(got) == np.shape(want) and not whole and not is_coarse(want)


def _at(value, path):
    """Give what stands at a place of a value, if that is a number."""
    found = next((g for p, g, _ in pairs(value, value, "your result") if p == path), None)
    return real(found) if is_number(found) else None


def _same(some, others):
    return all(Compare().close(a, b) for a, b in zip(some, others, strict=True))
