"""Small changes of a piece of code, one after the other: those that students make."""

import ast
import difflib
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any

SWAPS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Div),
    ast.Mult: (ast.Div, ast.Add, ast.MatMult, ast.Sub),
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
    {"mean", "sum", "prod", "max", "min", "median"},
    {"maximum", "minimum"},
    {"max", "maximum"},
    {"min", "minimum"},
    {"std", "var"},
    {"exp", "expm1", "tanh"},
    {"log", "log2", "log10", "log1p"},
    {"dot", "multiply", "outer"},
    {"vstack", "hstack"},
    {"zeros", "ones"},
]
SYMMETRIC = {"max", "min", "maximum", "minimum", "logaddexp"}


def mutants(source: str) -> Iterator[str]:
    """Change one small thing after the other in the text of a function.

    Parameters
    ----------
    source : str
        Python code.

    Yields
    ------
    str
        The changed code, without its docstrings.

    Examples
    --------
    >>> [*mutants("a = b + 1")][:3]
    ['pass', 'a = b', 'a = 1']
    """
    tree = parsed(source)
    seen = {ast.unparse(tree)}
    for _ in edits(tree):
        changed = ast.unparse(tree)
        if changed not in seen:
            seen.add(changed)
            yield changed


def parsed(source: str) -> ast.Module:
    """Parse code without the docstrings of its functions.

    Examples
    --------
    >>> ast.unparse(parsed("def f():\\n    'Doc.'\\n    return 1"))
    'def f():\\n    return 1'
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) and node.body[1:]:
            del node.body[0]
    return tree


def edits(
    tree: ast.AST, changes: Callable | None = None, more: Iterable[str] = ()
) -> Iterator[Any]:
    """Change one small thing after the other in a tree itself, and take it back.

    Parameters
    ----------
    tree : ast.AST
        Changed while its user looks at it, afterwards as before.
    changes : callable, optional
        (parent, field, value, names) -> what may stand there; those of students' slips if left
        out.
    more : iterable of str
        Expressions that may be put in beside the names of the code.

    Yields
    ------
    ast.AST
        The node whose place it is.
    """
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_stored(n)}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    for parent in list(ast.walk(tree)):
        for field, value in list(ast.iter_fields(parent)):
            for new in (changes or _changes)(parent, field, value, [*sorted(names), *more]):
                nodes = new if isinstance(new, list) else [new]
                if _holds_itself(parent, nodes):
                    continue
                for node in nodes:
                    _locate(node)
                setattr(parent, field, new)
                try:
                    yield _place(parent, value, new)
                finally:
                    setattr(parent, field, value)


def _locate(node):
    """Give a new node a line, so that the tree can be compiled; what it holds may have one."""
    if "lineno" in getattr(node, "_attributes", ()) and not hasattr(node, "lineno"):
        node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = 1, 0, 1, 0
        for child in ast.iter_child_nodes(node):
            _locate(child)


def _holds_itself(call, arguments):
    """Whether a list would be put into itself, of which NumPy never sees the end."""
    owner = getattr(getattr(call, "func", None), "value", None)
    names = {node.id for node in arguments if isinstance(node, ast.Name)}
    return isinstance(owner, ast.Name) and owner.id in names and bool(call.args)


def _place(parent, value, new):
    """Give the node at which a field was changed, one that has a line and says which it is."""
    if isinstance(value, list):
        differ = (v for v, n in zip_longest(value, new or []) if v is not n)
        value = getattr(new, "first", None) or next(differ, None)
    alone = isinstance(value, ast.Name | ast.Constant) and _lines(value) == _lines(parent)
    return parent if alone or not hasattr(value, "lineno") else value


def _lines(node):
    return getattr(node, "lineno", None), getattr(node, "end_lineno", None)


def told(source: str, changed: str) -> str:
    """Tell a change of some code: the line as it is now.

    Parameters
    ----------
    source, changed : str
        Python code, the second from `mutants`.

    Returns
    -------
    str
        ``without ...`` where a statement is left out.

    Examples
    --------
    >>> told("a = b + 1", "pass")
    'without a = b + 1'
    """
    lines = [*difflib.ndiff(ast.unparse(parsed(source)).splitlines(), changed.splitlines())]
    before, after = ("; ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")
    return f"without {before}" if after == "pass" else after


def _is_stored(node):
    return isinstance(node.ctx, ast.Store)


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
