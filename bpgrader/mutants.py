"""Small changes of a reference solution: inputs that tell right from wrong refuse them all."""

import ast
import difflib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from bpgrader.clock import clock
from bpgrader.inside import call, decode
from bpgrader.judge import problem
from bpgrader.spec import HIDDEN_CASES, Exercise

SWAPS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
COUSINS = [
    {"mean", "sum", "max"},
    {"maximum", "minimum"},
    {"max", "min"},
    {"std", "var"},
    {"exp", "expm1"},
    {"log", "log2", "log10", "log1p"},
    {"prod", "sum"},
    {"zeros", "ones"},
]
SYMMETRIC = {"max", "min", "maximum", "minimum", "logaddexp"}


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Change one small thing after the other in the text of a function.

    Parameters
    ----------
    source : str
        Python code.

    Yields
    ------
    str
        The changed line as it is now; ``without ...`` where a statement is left out.
    str
        The changed code.

    Examples
    --------
    >>> [change for change, _ in mutants("a = b + 1")][:3]
    ['without a = b + 1', 'a = b', 'a = 1']
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) and node.body[1:]:
            del node.body[0]
    original = ast.unparse(tree)
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_stored(n)}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    seen = {original}
    for parent in list(ast.walk(tree)):
        for field, value in list(ast.iter_fields(parent)):
            for new in _changes(parent, field, value, sorted(names)):
                setattr(parent, field, new)
                changed = ast.unparse(tree)
                setattr(parent, field, value)
                if changed not in seen:
                    seen.add(changed)
                    yield _told(original, changed), changed


def _is_stored(node):
    return isinstance(node.ctx, ast.Store)


def _told(old, new):
    lines = [*difflib.ndiff(old.splitlines(), new.splitlines())]
    before, after = ("; ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")
    return f"without {before}" if after == "pass" else after


def _changes(parent, field, value, names):
    """Give what may stand in a field of a node in place of its value."""
    if isinstance(value, ast.expr):
        yield from _expressions(value, names)
        is_operand = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult)
        if is_operand or (isinstance(parent, ast.Subscript) and field == "slice"):
            yield from _near(value) if field == "slice" else [ast.Attribute(value, "T", ast.Load())]
        if isinstance(parent, ast.Slice):
            yield None
            yield from _near(value)
    elif isinstance(value, ast.operator | ast.boolop):
        yield from (kind() for kind in SWAPS.get(type(value), ()))
    elif isinstance(value, list) and field != "targets":
        for k, item in enumerate(value):
            yield from ([*value[:k], new, *value[k + 1 :]] for new in _items(item, names))
            if (isinstance(item, ast.expr | ast.keyword) and value[1:]) or field == "ifs":
                yield value[:k] + value[k + 1 :]
            if k and isinstance(item, ast.expr) and not _is_symmetric(parent, field):
                yield [*value[: k - 1], item, value[k - 1], *value[k + 1 :]]
            if isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "range":
                yield from ([*value[:k], new, *value[k + 1 :]] for new in _near(item))


def _is_symmetric(parent, field):
    """Whether the order of two neighbours says nothing."""
    name = getattr(getattr(parent, "func", None), "attr", getattr(parent, "func", None))
    return field == "comparators" or getattr(name, "id", name) in SYMMETRIC


def _near(node):
    """Give an index, or an end of a range, that is one off."""
    if isinstance(node, ast.Name | ast.BinOp | ast.Call | ast.Subscript | ast.Attribute):
        yield from (ast.BinOp(node, op, ast.Constant(1)) for op in (ast.Add(), ast.Sub()))


def _items(item, names):
    """Give what may stand in a list of nodes in place of one of them."""
    if isinstance(item, ast.expr):
        yield from _expressions(item, names)
    elif isinstance(item, ast.cmpop):
        yield from (kind() for kind in SWAPS.get(type(item), ()))
    elif isinstance(item, ast.keyword):
        yield from (ast.keyword(item.arg, new) for new in _expressions(item.value, names))
    elif isinstance(item, ast.stmt) and not isinstance(item, ast.FunctionDef | ast.Import):
        yield ast.Pass()
        if isinstance(item, ast.AugAssign):
            yield ast.Assign([item.target], item.value, lineno=0)


def _expressions(node, names):
    """Give what may stand in place of an expression."""
    match node:
        case ast.Constant(value=bool(held)):
            yield ast.Constant(not held)
        case ast.Constant(value=int(held) | float(held)):
            yield from (ast.Constant(held + step) for step in (1, -1))
            if held != int(held):
                yield from (ast.Constant(held * factor) for factor in (0.9, 1.1))
        case ast.Name(id=name, ctx=ast.Load()):
            if name in names:
                yield from (ast.Name(n, ast.Load()) for n in names if n != name)
            yield from (ast.Name(n, ast.Load()) for n in _cousins(name) & {"max", "min"})
        case ast.BinOp():
            yield from (node.left, node.right)
        case ast.UnaryOp():
            yield node.operand
        case ast.BoolOp():
            yield from node.values
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Attribute(value=inner, attr="T"):
            yield inner
        case ast.Attribute(value=inner, attr=name):
            yield from (ast.Attribute(inner, new, ast.Load()) for new in sorted(_cousins(name)))
        case ast.Call(func=function, args=args):
            if args:
                yield args[0]
            if isinstance(function, ast.Attribute) and getattr(function.value, "id", "") != "np":
                yield function.value
            if not args[1:]:
                yield from (ast.Call(function, args, [k]) for k in node.keywords[1:])
        case ast.Dict(keys=keys, values=values):
            yield ast.Dict(keys, values[1:] + values[:1])


def _cousins(name):
    return {other for family in COUSINS if name in family for other in family - {name}}


def survivors(exercise: Exercise, source: str, names: dict[str, Any], draws: int) -> tuple:
    """Try every small change of a reference solution on the visible inputs and on hidden ones.

    Parameters
    ----------
    exercise : Exercise
    source : str
        The cell that defines the answer.
    names : dict
        What the other cells of the solution define.
    draws : int
        So many draws of hidden inputs must each refuse a change.

    Returns
    -------
    int
        How many changes were tried.
    dict
        Each change that was not refused everywhere -> how many draws did not refuse it; the
        visible inputs count as one.

    Raises
    ------
    ValueError
        If even the reference solution is refused.
    """
    seen = exercise.visible()
    sets = [(seen["args"], seen["want"])]
    sets += [exercise.draw(np.random.default_rng([k]), HIDDEN_CASES) for k in range(draws)]
    count, left = 0, {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if _passed(source, names, sets, exercise) < len(sets):
            raise ValueError(f"{exercise.name}: its inputs refuse the solution itself")
        for change, code in mutants(source):
            count += 1
            if passed := _passed(code, names, sets, exercise):
                left[change] = max(passed, left.get(change, 0))
    return count, left


def _passed(code, names, sets, exercise):
    """Count the sets of inputs on which some code is right."""
    space = dict(names)
    try:
        exec(compile(code, "<mutant>", "exec"), space)
    except Exception:
        return 0  # it does not even compile
    return sum(_is_right(space[exercise.name], *cases, exercise) for cases in sets)


def _is_right(function, args, want, exercise):
    for given, wanted in zip(args, want, strict=True):
        with clock(1):
            outcome = call(function, given)
        if problem(outcome, decode(wanted), exercise.compare) or "after" in outcome:
            return False
    return True
