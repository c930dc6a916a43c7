"""The verdict: compares what came with what is wanted, and finds the likely mistake.

Pure Python and NumPy, used by the check in the student's notebook and, outside the box, by the
grader. It trusts nothing about the outcomes but that they came out of `json.loads`.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from bpgrader.compare import PUT_BACK, Compare, is_number, pairs, real
from bpgrader.cures import cure
from bpgrader.cut import CUTS
from bpgrader.forms import clean, difference
from bpgrader.hints import likely, where
from bpgrader.inside import decode
from bpgrader.twice import twofold
from bpgrader.verdict import TOLD, VAGUE, Slip, Status, Verdict, reread

SHOWN = 100  # characters of an input that are still read


def judge(outcomes: Any, cases: dict, *, equation: str, chapter: str) -> Verdict:
    """Judge what an answer gave on all inputs.

    Parameters
    ----------
    outcomes : list
        One outcome per input, as `bpgrader.inside.call` gives them.
    cases : dict
        What `Exercise.cases` gave.
    equation, chapter : str
        What to reread.

    Returns
    -------
    Verdict
    """
    look = reread(equation, chapter)
    want = [decode(tree) for tree in cases["want"]]
    if not isinstance(outcomes, list) or len(outcomes) != len(want):
        return Verdict(Status.STOPPED, Slip("ended"), look=look)
    if all(isinstance(o, dict) and o.get("error") == "NotImplementedError" for o in outcomes):
        return Verdict(Status.NOT_DONE, Slip("blank"), look=look)
    compare = Compare(**cases["compare"])
    problems = [problem(o, w, compare) for o, w in zip(outcomes, want, strict=True)]
    changed = [
        (k, slip)
        for k, o in enumerate(outcomes)
        if isinstance(o, dict) and "after" in o
        if (slip := _changed(o["after"], cases["args"][k], cases["names"]))
    ]
    parts = tuple(
        part
        for part in cases["parts"]
        if all(_part(o, w, part, compare) for o, w in zip(outcomes, want, strict=True))
    )
    if not any(problems) and not changed:
        return Verdict(Status.PASSED, Slip("right", {"n": len(want)}), parts=parts)
    wrong = [k for k, found in enumerate(problems) if found]
    status, detail = next(filter(None, problems), (Status.WRONG, None))
    slip = _mistake(outcomes, want, wrong, changed, cases, compare)
    if not slip and len(wrong) < len(want) and not (detail and detail.code in TOLD):
        slip = where(wrong, [_sizes(args, cases["names"]) for args in cases["args"]])
    given = shown(cases["args"][wrong[0] if wrong else changed[0][0]], cases["names"])
    if detail and detail.code == "stopped" and (slip is None or slip.code == "where"):
        kind, text = cure(f"{detail.facts['error']}: {detail.facts['text']}")
        found = Slip("error", {"kind": kind, "cure": text})
        if slip is None:
            slip = found
        elif kind != "other":
            place = f"{detail.facts['error']}{detail.facts['where']}"
            detail = Slip("error", {"kind": kind, "cure": f"{place}: {text}"})
    return Verdict(status, slip or detail, detail if slip else None, given, look, parts)


def _mistake(outcomes, want, wrong, changed, cases, compare):
    """Find the name of a mistake: a known one, a changed input, one told by numbers, or two."""
    if slip := _known(outcomes, cases["wrong"], wrong, cases["want"]):
        return slip
    if changed:
        return changed[0][1]
    leaves = _leaves(outcomes, want, compare)
    if not wrong or not leaves:
        return None
    sizes = [_sizes(args, cases["names"]) for args in cases["args"]]
    slip = _likely(leaves, wrong, sizes, cases, compare)
    if slip and slip.code not in VAGUE:
        return slip
    return twofold(leaves, _values(cases["wrong"]), sizes) or slip


def value_of(outcome: Any) -> tuple:
    """Take the value out of an outcome: (value,) if it holds a well-formed one, else ()."""
    if not isinstance(outcome, dict) or "value" not in outcome:
        return ()
    try:
        return (decode(outcome["value"]),)
    except (ValueError, OverflowError):
        return ()


def problem(outcome: Any, want: Any, compare: Compare) -> tuple[Status, Slip] | None:
    """Say what is wrong with the outcome on one input; None if nothing is."""
    if value := value_of(outcome):
        if compare.right(value[0], want):
            return None
        got, want = compare.aligned(value[0], want)
        path, g, w = next(p for p in pairs(got, want, "your result") if not compare.close(*p[1:]))
        return Status.WRONG, difference(path, g, w, compare)
    if not isinstance(outcome, dict) or "value" in outcome:
        return Status.STOPPED, Slip("unread")
    if "refused" in outcome:
        what = clean(outcome["refused"])
        return Status.WRONG, Slip("complex" if "complex" in what else "refused", {"what": what})
    if "error" not in outcome:
        return Status.STOPPED, Slip("unread")
    line = outcome.get("line")
    facts = {
        "error": clean(outcome["error"]),
        "where": f" in line {line} of your cell" if type(line) is int else "",
        "text": clean(outcome.get("text", "")),
    }
    if facts["error"] == "OverTime":
        return Status.STOPPED, Slip("time", {"seconds": facts["text"]})
    return Status.STOPPED, Slip("stopped", facts)


def _part(outcome, want, part, compare):
    """Whether one part of an answer, by its key or its place, is right."""
    try:
        got, want = compare.aligned(value_of(outcome)[0], want)
        return compare.same(got[part], want[part])
    except (IndexError, KeyError, TypeError):
        return False


def _known(outcomes, mistakes, wrong, want):
    """Find the known mistake that gives the same on every input.

    If it gives errors alone, or always the same, others may do so, too.
    """
    for text, known in mistakes:
        if all(_same(a, b) for a, b in zip(outcomes, known, strict=True)):
            given = [known[k].get("value") for k in wrong or [0]]
            alike = not any(map(value_of, (known[k] for k in wrong or [0])))
            alike = alike or (_constant(given) and not _constant([want[k] for k in wrong or [0]]))
            code = "maybe" if alike else "cut short" if text in CUTS else "known"
            return Slip(code, {"text": text})
    return None


def _constant(trees):
    """Whether several numbers, or lists, are all the same; given as JSON values."""
    parts = [t["data"] if isinstance(t, dict) and "data" in t else [t] for t in trees]
    first, *others = [x for part in parts for x in part] or [None]
    return bool(others) and all(x == first or (x != x and first != first) for x in others)


def _same(a, b):
    """Whether two outcomes are the same; errors by their type and the numbers in their text."""
    x, y = value_of(a), value_of(b)
    if x and y:
        return Compare().same(x[0], y[0], nan=True)
    if x or y or not isinstance(a, dict):
        return False
    texts = [(o.get("error"), o.get("refused"), clean(o.get("text", ""))) for o in (a, b)]
    kinds = [(*t[:2], cure(f"{t[0]}: {t[2]}")[0], re.findall(r"\d+", t[2])) for t in texts]
    return kinds[0] == kinds[1]


def _changed(after, args, names):
    """Name the input that a function has changed and not put back."""
    try:
        both = list(pairs(decode(after, -1), decode(args, -1)))
    except (ValueError, OverflowError):
        return Slip("unread")
    if after == args:  # `call` does not say so
        return Slip("unread")
    path = next((p for p, g, w in both if not PUT_BACK.same(g, w, nan=True)), None)
    if path is None:
        return None
    return Slip("changed", {"name": _named(path or "[0]", names)})


def _leaves(outcomes, want, compare):
    """Give, for every input, each place of an answer with what came and what is wanted there."""
    values, leaves = [value_of(outcome) for outcome in outcomes], []
    if not all(values):
        return []
    for value, wanted in zip(values, want, strict=True):
        got, right = compare.aligned(value[0], wanted)
        leaves.append({p: (g, w) for p, g, w in pairs(got, right, "your result")})
    return leaves


def _values(mistakes):
    """Give what each known mistake gives, if it fails on no input."""
    for text, known in mistakes:
        values = [value_of(outcome) for outcome in known]
        if all(values):
            yield text, [value for (value,) in values]


def _likely(leaves, wrong, sizes, cases, compare):
    """Guess a mistake from the first place that is wrong, on all inputs."""
    several = any(len(leaf) > 1 for leaf in leaves)
    path = next(p for p, (g, w) in leaves[wrong[0]].items() if not compare.close(g, w))
    if not all(path in leaf and all(map(is_number, leaf[path])) for leaf in leaves):
        return None
    tried = [(real(g), real(w)) for g, w in (leaf[path] for leaf in leaves)]
    slip = likely(tried, sizes) or _elsewhere(path, leaves, cases["args"], cases["names"])
    return Slip(slip.code, slip.facts, path) if slip and several else slip


def _elsewhere(path, leaves, args, names):
    """See what is wanted at another place, or what came in."""
    tried = [leaf[path][0] for leaf in leaves]
    for other in leaves[0].keys() - {path}:
        if all(
            _alike(g, leaf.get(other, (0, 0))[1]) for g, leaf in zip(tried, leaves, strict=True)
        ):
            return Slip("misplaced", {"other": other})
    given = [{p: g for p, g, _ in pairs(decode(a, -1), decode(a, -1))} for a in args]
    for place in given[0]:
        if all(_alike(g, each.get(place, 0)) for g, each in zip(tried, given, strict=True)):
            return Slip("echo", {"name": _named(place, names)})
    return None


def _alike(got, other):
    """Whether two values are the same array."""
    return is_number(other) and np.ndim(other) > 0 and Compare().close(got, other)


def _named(place, names):
    """Give a place in a list of inputs, such as [0][1], the name that the answer has for it."""
    number, rest = re.fullmatch(r"\[(\d+)\](.*)", place).groups()
    return names[int(number)] + rest


def _sizes(args, names):
    """Give the sizes of an input by their names; m is the columns of its last matrix."""
    sizes = {}
    for name, arg in zip(names, args, strict=True):
        shape = arg.get("shape", ()) if isinstance(arg, dict) else ()
        sizes |= {f"{name}.shape[{axis}]": size for axis, size in enumerate(shape)}
        if len(shape) == 2:
            sizes["m"] = shape[1]
        if isinstance(arg, list):
            sizes[f"len({name})"] = len(arg)
    return sizes


def shown(args: list, names: Sequence[str]) -> str:
    """Write an input in one short line: numbers where they are few, else shapes.

    Examples
    --------
    >>> shown([[4, 3, 1], {"shape": [2, 9], "data": [0.0] * 18}], ["n", "X"])
    'n = [4, 3, 1], X of shape (2, 9)'
    """
    texts = []
    for name, arg in zip(names, args, strict=True):
        text = _written(arg)
        texts.append(f"{name} of shape {text}" if text[0] == "(" else f"{name} = {text}")
    line = ", ".join(texts)
    return line if len(line) <= SHOWN else ""


def _written(tree):
    if isinstance(tree, list):
        return f"[{', '.join(map(_written, tree))}]"
    if isinstance(tree, dict) and "dict" in tree:
        return f"{{{', '.join(f'{key!r}: {_written(v)}' for key, v in tree['dict'].items())}}}"
    if isinstance(tree, dict):
        value = decode(tree)
        if value.size > 6:
            return str(value.shape)
        line = " ".join(np.array2string(value, precision=4, separator=", ").split())
        return line.replace("[ ", "[").replace(" ]", "]")
    return f"{tree:.6g}" if isinstance(tree, float) else str(tree)
