"""Where a mistake is: the place at which one small change of an answer makes it right."""

import ast
import contextlib
import dis
import inspect
import io
import textwrap
import time
import warnings
from collections.abc import Callable, Container, Iterator
from itertools import islice
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from bpgrader.changes import edits, parsed
from bpgrader.clock import clock
from bpgrader.compare import PUT_BACK, Compare, is_coarse, pairs
from bpgrader.inside import decode, encode
from bpgrader.undo import undoings
from bpgrader.verdict import Slip

TRIES, SECONDS = 4000, 5  # a student waits, on most machines one or two seconds
SHOWN = 50  # characters of a piece of code that are still read
CALCULATE = {"numpy", "math", "copy", "itertools", "functools", "bpcore"}
REACHES_OUT = {"open", "input", "exec", "eval", "compile", "setattr", "globals", "__import__"}
REACHES_OUT |= {"save", "savez", "savetxt", "tofile", "memmap", "load", "fromfile", "dump"}


def fresh(value: Any) -> Any:
    """Copy what `decode` gives; copy.deepcopy takes many times as long.

    Examples
    --------
    >>> fresh([None, np.ones(2), {"a": [3]}])
    [None, array([1., 1.]), {'a': [3]}]
    """
    if isinstance(value, list):
        return [fresh(item) for item in value]
    if isinstance(value, dict):
        return {key: fresh(item) for key, item in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def result(function: Callable, given: list) -> Any:
    """Give what a function returns for an input of its own; an ellipsis if it fails."""
    try:
        with clock(1):
            return decode(encode(function(*fresh(given))))
    except KeyboardInterrupt:
        raise
    except BaseException:
        return ...


def is_right(function: Callable, given: list, want: Any, compare: Compare) -> bool:
    """Whether a function gives what is wanted on one input, and leaves the input alone."""
    mine = fresh(given)
    try:
        with clock(1):
            value = function(*mine)
        got = decode(encode(value))
    except KeyboardInterrupt:
        raise
    except BaseException:
        return False
    return compare.right(got, want) and PUT_BACK.same(mine, given, nan=True)


def located(answer: Callable, cases: dict, right: Container[str] = ()) -> Slip | None:
    """Find the place at which one small change makes an answer right.

    Parameters
    ----------
    answer : callable
        Its source must be at hand, as it is in a notebook.
    cases : dict
        What `Exercise.cases` gave.
    right : container of str
        Functions of the notebook that are right, and stay as they are.

    Returns
    -------
    Slip or None
        None also where the answer does more than to calculate: its changes are not run; and where
        only classes or shares are wanted: too many changes give the same.
    """
    functions = [f for f in own(answer) if f is answer or f.__name__ not in right]
    if all(is_coarse(want) for want in decode(cases["want"], -1)):
        return None
    if not functions:  # what is called is no function, but an object that holds one
        return None
    try:
        sources = [textwrap.dedent(inspect.getsource(f)) for f in functions]
        trees = [parsed(source) for source in sources]
    except (OSError, TypeError, SyntaxError):
        return None
    if any(not _defines(tree) or _reaches_out(tree, answer.__globals__) for tree in trees):
        return None
    compare, end = Compare(**cases["compare"]), time.process_time() + SECONDS
    inputs = [*zip(decode(cases["args"], -1), decode(cases["want"], -1), strict=True)]
    part = None
    with quiet():
        inputs.sort(key=lambda one: is_right(answer, *one, compare))  # most fail on what is wrong
        path = _first_wrong(result(answer, inputs[0][0]), inputs[0][1], compare)
        for k, place, changed in islice(_changed(trees, functions), TRIES):
            if time.process_time() > end:
                break
            if not all(_mends(changed, path, *one, compare) for one in inputs):
                continue
            line = functions[k].__code__.co_firstlineno + place.lineno - 1
            facts = {"line": line, "piece": _piece(sources[k], place), "path": path}
            if all(is_right(changed, *one, compare) for one in inputs):
                return Slip("place", facts)
            part = part or (Slip("place of one", facts) if path else None)
    return part


def _first_wrong(got, want, compare):
    """Give the first place of an answer that is wrong, of those that hold numbers or None."""
    places = (p for p, g, w in pairs(got, want, "your result") if not compare.close(g, w))
    inner = {p for p, _, _ in pairs(want, want, "your result")}
    return next((p for p in places if p in inner), "")


def _mends(function, path, given, want, compare):
    """Whether one place of an answer is right on an input, if it is asked there."""
    if all(p != path for p, _, _ in pairs(want, want, "your result")):
        return True
    found = (p for p in pairs(result(function, given), want, "your result") if p[0] == path)
    return any(compare.close(g, w) for _, g, w in found)


def own(answer: Callable) -> list[FunctionType]:
    """Give an answer and the helpers of the same notebook that it uses."""
    found, todo = [], [answer]
    while todo:
        f = todo.pop()
        if isinstance(f, FunctionType) and f not in found and f.__globals__ is answer.__globals__:
            found.append(f)
            todo += [f.__globals__.get(n) for code in codes(f.__code__) for n in reads(code)]
    return found


def reads(code: CodeType) -> set[str]:
    """Give the names of the notebook that a code reads; in np.exp that is np alone."""
    loads = ("LOAD_GLOBAL", "LOAD_NAME")
    return {i.argval for i in dis.get_instructions(code) if i.opname in loads}


def codes(code: CodeType) -> Iterator[CodeType]:
    """Give the code of a function, and that of the functions in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


def _defines(tree):
    """Give the name of the function that code defines, if it does nothing else."""
    match tree.body:
        case [ast.FunctionDef(name)] | [ast.Assign(targets=[ast.Name(name)], value=ast.Lambda())]:
            return name
    return None


def _reaches_out(tree, names):
    """Whether code does more than to calculate."""
    for node in ast.walk(tree):
        match node:
            case ast.Global() | ast.Nonlocal():
                return True
            case ast.Import(names=aliases) if {a.name for a in aliases} - CALCULATE:
                return True
            case ast.ImportFrom(module=module) if module not in CALCULATE:
                return True
            case ast.Name(id=name) | ast.Attribute(attr=name):
                held = names.get(name) if isinstance(node, ast.Name) else None
                foreign = isinstance(held, ModuleType) and held.__name__ not in CALCULATE
                if foreign or name in REACHES_OUT:
                    return True
    return False


def _changed(trees, functions):
    """Make one small change after the other; give its function, its place and the new answer."""
    space, name = dict(functions[0].__globals__), _defines(trees[0])
    codes = [compile(tree, "<changed>", "exec") for tree in trees]
    for changes in (None, undoings):
        for k, tree in enumerate(trees):
            for place in edits(tree, changes, _entries(tree) if changes else ()):
                try:
                    code = compile(tree, "<changed>", "exec")
                    for each in (*codes[:k], code, *codes[k + 1 :]):
                        exec(each, space)
                except Exception:  # such as f += lambda x: x
                    continue
                yield k, place, space[name]


def _entries(tree):
    """Give the entries of lists that code uses, such as a[i - 1], or only counts."""
    used = (
        n for n in ast.walk(tree) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load)
    )
    found = {ast.unparse(n) for n in used if isinstance(n.value, ast.Name)}
    for loop in ast.walk(tree):
        if isinstance(loop, (ast.For, ast.comprehension)) and isinstance(loop.target, ast.Name):
            for node in ast.walk(loop.iter):
                match node:
                    case ast.Call(ast.Name("len"), [ast.Name(counted)]):
                        found.add(f"{counted}[{loop.target.id}]")
    return sorted(found)


@contextlib.contextmanager
def quiet():
    """Let nothing of what is tried be printed, or warn."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def _piece(source, place):
    """Give the code of a place, cut to what can be read."""
    text = " ".join((ast.get_source_segment(source, place) or "").partition("\n")[0].split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"
