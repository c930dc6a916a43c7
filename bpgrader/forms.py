"""How one place of an answer differs from what is wanted: its kind, its length, its shape."""

from typing import Any

import numpy as np

from bpgrader.compare import Compare, is_number, pairs, real
from bpgrader.many import many
from bpgrader.verdict import Slip


def clean(text: Any) -> str:
    """Cut a student's text, and take out what would steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in str(text)[:300]).strip()


def difference(path: str, got: Any, want: Any, compare: Compare) -> Slip:
    """Say how one place in an answer differs from what is wanted."""
    facts = {"path": path, "want": _form(want), "got": _form(got)}
    if isinstance(got, list):  # a tuple comes as one, too
        facts["got"] = f"a list or tuple with {many(len(got), 'entry')}"
    if want is None:
        return Slip("filled", facts)
    if got is None:
        return Slip("unfilled" if path.endswith("]") else "none", facts)
    if isinstance(want, list) and isinstance(got, list):
        return _lengths(path, got, want, compare)
    if isinstance(want, dict) and isinstance(got, dict):
        yours = clean(", ".join(got)) or "none"
        return Slip("keys", {"path": path, "want": ", ".join(want), "got": yours})
    if not is_number(got) or not is_number(want):
        if isinstance(got, list) and _is_like(_array(got), want):
            return Slip("list", facts)
        if is_number(got) and _is_like(real(got).tolist(), want):
            return Slip("array", facts)
        return Slip("kind", facts)
    got, want = real(got), real(want)
    if got.shape != want.shape:
        return Slip(_shapes(got, want), facts)
    right = np.isfinite(got) & np.isclose(got, want, rtol=compare.rtol, atol=compare.atol)
    first = tuple(int(k) for k in np.argwhere(~right)[0])
    place = f"{path}[{', '.join(map(str, first))}]" if first else path
    facts = {"path": place, "got": f"{got[first]:.10g}", "want": f"{want[first]:.10g}"}
    return Slip("numbers", facts)


def _lengths(path, got, want, compare):
    """Say what a list of the wrong length lacks, or has too much of."""
    facts = {"path": path, "want": len(want), "got": len(got)}
    for code, g, w in (
        ("first", got, want[1:]),
        ("last", got, want[:-1]),
        ("extra", got[: len(want)], want),
        ("before", got[-len(want) :], want),
    ):
        if want and compare.same(g, w):
            return Slip(code, {**facts, "extra": len(got) - len(want)})
    return Slip("length", facts)


def _array(entries):
    """Make an array of a list, as np.array does, if that is one of numbers."""
    try:
        array = np.array(entries)
    except ValueError:
        return None
    return array if array.dtype.kind in "biuf" else None


def _is_like(value, want):
    """Whether two values differ in their numbers alone, if at all."""
    return all(
        is_number(v) and is_number(w) and np.shape(v) == np.shape(w)
        for _, v, w in pairs(value, want)
    )


def _shapes(got, want):
    """Name the way in which a shape is wrong."""
    if want.ndim == 2 and got.shape == want.shape[::-1]:
        return "turned"
    if want.ndim == 2 and got.size == want.size:
        return "axis"
    if got.size == 1 < want.size:
        return "averaged"
    return "spread" if want.size == 1 < got.size else "shape"


def _form(value):
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    return {list: "a list", dict: "a dict"}.get(type(value), "one number")
