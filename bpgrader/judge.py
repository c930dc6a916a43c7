"""The verdict: compares numbers with what is wanted, and names the likely mistake.

Pure Python and NumPy, used by the check in the student's notebook and, outside the box, by the
grader. It trusts nothing about the outcomes but that they came out of `json.loads`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bpgrader.inside import decode

RTOL, ATOL = 1e-9, 1e-12
RATIOS = {
    -1.0: "the sign is turned round: every entry is −1 times what is wanted",
    2.0: "every entry is twice what is wanted: is a factor 1/2 missing?",
    0.5: "every entry is half of what is wanted: is there a factor 1/2 too many?",
    -2.0: "every entry is −2 times what is wanted: look at the sign and at a factor 1/2",
    float(np.log(10)): "every entry is ln 10 times what is wanted: use the natural logarithm",
    float(1 / np.log(10)): "that is the logarithm to base 10; use the natural one, np.log",
    float(1 / np.log(2)): "that is the logarithm to base 2 (bits); use the natural one (nats)",
}


@dataclass(frozen=True)
class Verdict:
    """The verdict on one exercise.

    Parameters
    ----------
    status : str
        ``passed``, ``wrong``, ``stopped`` (an error or a limit) or ``not done``.
    message : str
        What is wrong, for the student; plain text, may hold text of the student's.
    """

    status: str
    message: str

    @property
    def passed(self) -> bool:
        """Whether the exercise earns its points."""
        return self.status == "passed"


def reread(equation: str, chapter: str) -> str:
    """Say where to look: ``Reread eq-bp2 in chapter 8 (delta recursion).``

    Examples
    --------
    >>> reread("eq-bp2", "08_delta_recursion")
    'Reread eq-bp2 in chapter 8 (delta recursion).'
    """
    number, _, title = chapter.partition("_")
    return f"Reread {equation} in chapter {int(number)} ({title.replace('_', ' ')})."


def judge(outcomes: Any, cases: dict, *, equation: str, chapter: str) -> Verdict:
    """Judge what an answer gave on all inputs.

    Parameters
    ----------
    outcomes : list
        One outcome per input, as `bpgrader.inside.call` gives them.
    cases : dict
        What `Exercise.cases` gave: ``want``, ``wrong`` and ``samples``.
    equation, chapter : str
        What to reread.

    Returns
    -------
    Verdict
    """
    want = [decode(tree) for tree in cases["want"]]
    if not isinstance(outcomes, list) or len(outcomes) != len(want):
        return Verdict("stopped", "Your code ended before it had answered on all inputs.")
    if all(isinstance(o, dict) and o.get("error") == "NotImplementedError" for o in outcomes):
        return Verdict("not done", "Not done yet.")
    problems = [_problem(outcome, w) for outcome, w in zip(outcomes, want, strict=True)]
    if not any(problems):
        n = len(want)
        return Verdict("passed", f"Right on {n} input{'s' if n > 1 else ''}.")
    kind, detail = next(p for p in problems if p)
    for message, known in cases["wrong"]:
        if all(_same(a, b) for a, b in zip(outcomes, known, strict=True)):
            hint = message  # as its author wrote it: dW stays dW
            break
    else:
        hint = _likely(outcomes, want, cases["samples"]) or detail
        hint = hint[:1].upper() + hint[1:]
    if hint.casefold() != detail.casefold():
        hint = f"{hint.rstrip('.')} ({detail})"
    return Verdict(kind, f"{_ended(hint)} {reread(equation, chapter)}")


def _ended(text):
    return text if text.endswith((".", "?", "!", ".)", "?)")) else text + "."


def _value(outcome):
    """Give (value,) of an outcome that holds a well-formed one, else None."""
    if not isinstance(outcome, dict) or "value" not in outcome:
        return None
    try:
        return (decode(outcome["value"]),)
    except (ValueError, OverflowError):
        return None


def _problem(outcome, want):
    """Give (status, what is wrong) for one input, or None."""
    value = _value(outcome)
    if value is not None:
        difference = _difference(value[0], want, "your result")
        return ("wrong", difference) if difference else None
    if not isinstance(outcome, dict):
        return "stopped", "your code did not return an answer"
    if "refused" in outcome:
        return "wrong", f"your function returned {_clean(outcome['refused'])}"
    if "error" in outcome:
        line = outcome.get("line")
        where = f" in line {line} of your cell" if type(line) is int else ""
        text = f"{_clean(outcome['error'])}{where}: {_clean(outcome.get('text', ''))}"
        if "Import" in text or "ModuleNotFound" in text:
            text += " (answers may import NumPy, and from bpcore what the first cell imports)"
        return "stopped", f"your code stopped with {text}"
    return "stopped", "your answer could not be read"


def _clean(text):
    """Cut a text of the student's, and take out what would steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in str(text)[:300]).strip()


def _difference(got, want, path):
    """Say where two values first differ in form or number; None if nowhere."""
    if want is None:
        return None if got is None else f"{path} must be None"
    if isinstance(want, (list, dict)):
        kind = "list" if isinstance(want, list) else "dict"
        if type(got) is not type(want):
            return f"{path} must be a {kind}, you gave {_form(got)}"
        keys = range(len(want)) if isinstance(want, list) else want.keys()
        if isinstance(want, list) and len(got) != len(want):
            return f"{path} must have {len(want)} entries, yours has {len(got)}"
        if isinstance(want, dict) and set(got) != set(want):
            yours = _clean(", ".join(got)) or "none"
            return f"{path} must have exactly the keys {', '.join(want)}, yours has {yours}"
        steps = (_difference(got[k], want[k], f"{path}[{k!r}]") for k in keys)
        return next((step for step in steps if step), None)
    if got is None or isinstance(got, (list, dict)) or np.shape(got) != np.shape(want):
        return _shapes(got, want, path)
    got, want = _float(got), np.asarray(want, dtype=float)
    where = np.argwhere(~(np.isfinite(got) & (np.abs(got - want) <= RTOL * np.abs(want) + ATOL)))
    if len(where) == 0:  # not where.size, which is 0 for a single number that differs
        return None
    first = tuple(int(k) for k in where[0])
    index = f"[{', '.join(map(str, first))}]" if first else ""
    return f"{path}{index} is {got[first]:.10g}, wanted {want[first]:.10g}"


def _float(value):
    """Give an array of floats; an int too large for a float is inf."""
    try:
        return np.asarray(value, dtype=float)
    except OverflowError:
        return np.asarray(np.inf)


def _form(value):
    if value is None:
        return "None: is a return missing?"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return {list: "a list", dict: "a dict"}.get(type(value), "one number")


def _shapes(got, want, path):
    wanted = f"an array of shape {np.shape(want)}" if np.ndim(want) else "one number"
    text = f"{path} must be {wanted}, you gave {_form(got)}"
    if isinstance(got, np.ndarray) and np.ndim(want) == 2:
        if got.shape == np.shape(want)[::-1]:
            return text + "; did you transpose?"
        if got.size == np.size(want):
            return text + "; keep both axes: keepdims=True, or slices in place of an index"
    return text


def _same(a, b):
    """Whether two outcomes are the same, numbers within tolerance, nan equal to nan."""
    x, y = _value(a), _value(b)
    if x is None or y is None:
        if x is not None or y is not None or not isinstance(a, dict):
            return False
        return all(a.get(key) == b.get(key) for key in ("error", "text", "refused"))
    return _equal(x[0], y[0])


def _equal(x, y):
    if isinstance(x, (list, dict)):
        if type(x) is not type(y) or len(x) != len(y):
            return False
        if isinstance(x, dict):
            return set(x) == set(y) and all(_equal(x[k], y[k]) for k in x)
        return all(_equal(p, q) for p, q in zip(x, y, strict=True))
    if x is None or y is None or isinstance(y, (list, dict)) or np.shape(x) != np.shape(y):
        return x is None and y is None
    return np.allclose(_float(x), _float(y), rtol=RTOL, atol=ATOL, equal_nan=True)


def _leaves(value, path="your result"):
    """Give the numbers and arrays in a value, by their place."""
    if isinstance(value, (list, dict)):
        items = enumerate(value) if isinstance(value, list) else value.items()
        return {k: v for key, x in items for k, v in _leaves(x, f"{path}[{key!r}]").items()}
    return {} if value is None else {path: _float(value)}


def _likely(outcomes, want, samples):
    """Guess a mistake from the first wrong number or array: transposed, or off by one factor."""
    values = [_value(outcome) for outcome in outcomes]
    if not all(values):
        return None
    found = [(_leaves(value[0]), _leaves(w)) for value, w in zip(values, want, strict=True)]
    path = next((k for g, w in found for k in w if k in g and _difference(g[k], w[k], k)), None)
    triples = [
        (g[path], w[path], m)
        for (g, w), m in zip(found, samples, strict=True)
        if path in g and path in w
    ]
    if path is None or not all(g.ndim == w.ndim for g, w, _ in triples):
        return None
    text = _factor(triples) or _transposed(triples)
    several = any(len(w) > 1 for _, w in found)
    return f"{path}: {text}" if text and several else text


def _transposed(triples):
    if all(g.shape == w.T.shape and np.allclose(g.T, w, RTOL, ATOL) for g, w, _ in triples):
        return "the numbers are right, but the matrix is transposed"
    return None


def _factor(triples):
    """Say so if every number is wrong by the same factor, which may be m."""
    ratios = []
    for got, want, m in triples:
        if got.shape != want.shape:
            return None
        if not np.isfinite(got).all():
            return "not all numbers are finite: look for log(0), 0/0 or an overflowing exp"
        used = np.abs(want) > ATOL
        ratio = got[used] / want[used]
        if not ratio.size or not np.allclose(ratio, ratio[0], rtol=RTOL):
            return None
        ratios.append((ratio[0], m))
    if all(m and np.isclose(ratio, m, rtol=RTOL) for ratio, m in ratios):
        return "every entry is m times too large: you summed over the samples, take the mean"
    if all(m and np.isclose(ratio * m, 1, rtol=RTOL) for ratio, m in ratios):
        return "every entry is m times too small: you divided by m once too often"
    for known, text in RATIOS.items():
        if all(np.isclose(ratio, known, rtol=RTOL) for ratio, _ in ratios):
            return text
    return None
