"""What undoes a slip: pieces that were forgotten or typed elsewhere, put where they belong."""

import ast
import copy
import functools
import operator
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

REDUCED = {"sum", "mean", "max", "min", "prod", "std", "var", "norm", "any", "all", "average"}
KEYWORDS = [("axis", 0), ("axis", 1), ("keepdims", True)]
FUNCTIONS = ("abs", "sqrt", "exp", "log", "log1p", "negative")
ONE = ast.Constant(1)


def undoings(parent: ast.AST, field: str, value: Any, names: list[str]) -> Iterator:
    """Give what may stand in a field of a node in place of its value.

    Parameters
    ----------
    parent, field, value
        A node, one of its fields, and what stands there.
    names : list of str
        What the code has names for, and entries of lists that it uses.

    Yields
    ------
    The new value of the field.

    Examples
    --------
    >>> tree = ast.parse("a", mode="eval")
    >>> [ast.unparse(new) for new in undoings(tree, "body", tree.body, ["m"])][:4]
    ['-a', 'a.T', '1 - a', 'a * (1 - a)']
    """
    if isinstance(value, list):
        for k, item in enumerate(value):
            if isinstance(item, ast.expr) and field != "targets":
                yield from ([*value[:k], new, *value[k + 1 :]] for new in _wrapped(item, names))
            elif isinstance(item, ast.stmt):
                yield from _moved(value, k)
                yield from ([*value[:k], new, *value[k + 1 :]] for new in _assigned(item))
        if isinstance(parent, ast.FunctionDef) and field == "body":
            yield from _everywhere(parent, names)
        if field == "keywords":
            yield from _keywords(parent, value)
    elif field == "slice" and isinstance(value, ast.Constant):
        yield from map(_code, names)  # W[i] for W[1]
    elif isinstance(value, ast.expr) and field not in ("func", "annotation", "target", "slice"):
        yield from _wrapped(value, names)


def _wrapped(node, names):
    """Give an expression with something put to it."""
    yield from _counted(node, names)
    if not isinstance(node, _CALCULATED) or isinstance(getattr(node, "ctx", None), ast.Store):
        return
    yield from _bracketed(node)
    yield from _called(node)
    yield ast.UnaryOp(ast.USub(), node)
    yield ast.Attribute(node, "T", ast.Load())
    yield ast.BinOp(ONE, ast.Sub(), node)
    yield ast.BinOp(node, ast.Mult(), ast.BinOp(ONE, ast.Sub(), node))
    for kind in (ast.Mult, ast.Div, ast.Add, ast.Sub):
        yield from (ast.BinOp(node, kind(), _code(name)) for name in names)
    yield from (ast.BinOp(_code(name), ast.Sub(), node) for name in names)
    for name in names:
        if name.isidentifier():
            for axis in (0, 1):
                size = _code(f"{name}.shape[{axis}]")
                yield from (ast.BinOp(node, op(), size) for op in (ast.Div, ast.Mult))
    for kind in (ast.Mult, ast.Div, ast.Pow):
        yield ast.BinOp(node, kind(), ast.Constant(2))
    for name in FUNCTIONS:
        function = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
        yield ast.Call(function, [node], [])


def _counted(node, names):
    """Give an entry for its number, and another size for a size or for one that is typed in."""
    match node:
        case ast.Name(number):
            yield from (_code(name) for name in names if name.endswith(f"[{number}]"))
        case (
            ast.Constant() | ast.Call(ast.Name("len")) | ast.Subscript(ast.Attribute(attr="shape"))
        ):
            yield from map(_code, names)
            plain = [name for name in names if name.isidentifier()]
            yield from (_code(f"{name}.shape[{axis}]") for name in plain for axis in (0, 1))


@functools.cache
def _code(text):
    """Parse an expression, once."""
    return ast.parse(text, mode="eval").body


def _bracketed(node):
    """Give a term with its brackets elsewhere, and a quotient of whole numbers rounded up."""
    match node:
        case ast.BinOp(left=ast.BinOp(left=first, op=one, right=second), op=two, right=third):
            yield ast.BinOp(first, one, ast.BinOp(second, two, third))
    match node:
        case ast.BinOp(left=first, op=one, right=ast.BinOp(left=second, op=two, right=third)):
            yield ast.BinOp(ast.BinOp(first, one, second), two, third)
        case ast.BinOp(left=first, op=ast.FloorDiv(), right=second):
            rest = ast.BinOp(ast.UnaryOp(ast.USub(), first), ast.FloorDiv(), second)
            yield ast.UnaryOp(ast.USub(), rest)


def _called(node):
    """Give a call whose bracket closes elsewhere: f(1 - x) for 1 - f(x), and back."""
    match node:
        case ast.BinOp(left, op, ast.Call(function, [last], keywords)):
            yield ast.Call(function, [ast.BinOp(left, op, last)], keywords)
        case ast.Call(function, [ast.BinOp(left, op, right)], keywords):
            yield ast.BinOp(left, op, ast.Call(function, [right], keywords))
            yield ast.BinOp(ast.Call(function, [left], keywords), op, right)
    match node:
        case ast.BinOp(ast.Call(function, [first], keywords), op, right):
            yield ast.Call(function, [ast.BinOp(first, op, right)], keywords)


def _assigned(statement):
    """Give a sum or a product that grows in place of a value that is overwritten."""
    match statement:
        case ast.Assign(targets=[target], value=value) if not isinstance(target, ast.Tuple):
            yield from (ast.AugAssign(target, kind(), value) for kind in (ast.Add, ast.Mult))


def _everywhere(function, names):
    """Give the body with one change wherever the same piece stands in it, or in one statement."""
    for nodes in _repeated(function):
        match nodes:
            case [ast.Name(id=held), _, *_]:
                new = [_code(name) for name in names if name != held]
            case [ast.Call(args=[first, *_]), _, *_]:
                new = [first]
            case [ast.BinOp(left=left, right=right), _, *_]:
                new = [left, right]
            case [ast.Attribute(value=inner, attr="T"), _, *_]:
                new = [inner]
            case _:
                continue
        for each in new:
            body = _swapped(function.body, {*nodes}, each)
            yield _Everywhere(body, min(nodes, key=lambda node: (node.lineno, node.col_offset)))


def _repeated(function):
    """Give the places of each piece that stands several times in a body, or in a statement."""
    seen = set()
    inner = [n for n in ast.walk(function) if isinstance(n, ast.stmt) and not hasattr(n, "body")]
    for block in (ast.Module(function.body, []), *inner):
        places = defaultdict(list)
        for node in ast.walk(block):
            stored = isinstance(getattr(node, "ctx", None), ast.Store)
            if isinstance(node, _CALCULATED) and not stored:
                places[ast.dump(node)].append(node)
        found = [(*nodes,) for nodes in places.values() if nodes[1:]]
        yield from (nodes for nodes in found if nodes not in seen)
        seen.update(found)


class _Everywhere(list):
    """A body that is changed in several places; it knows the first of them."""

    def __init__(self, body, first):
        super().__init__(body)
        self.first = first


def _swapped(tree, old, new):
    """Put an expression in the place of others; what holds none of them is not copied."""
    if isinstance(tree, list):
        parts = [_swapped(part, old, new) for part in tree]
        return parts if any(map(operator.is_not, parts, tree)) else tree
    if tree in old:
        return new
    if not isinstance(tree, ast.AST):
        return tree
    parts = {field: _swapped(part, old, new) for field, part in vars(tree).items()}
    same = all(part is vars(tree)[field] for field, part in parts.items())
    return tree if same else type(tree)(**parts)


_CALCULATED = (ast.Name, ast.BinOp, ast.UnaryOp, ast.Call, ast.Attribute, ast.Subscript)


def _keywords(call, given):
    """Give the keywords of a sum, a mean and their like, with others or without."""
    yield from ([k for k in given if k is not left] for left in given)
    function = getattr(call, "func", None)
    if getattr(function, "attr", getattr(function, "id", "")) in REDUCED:
        held = {k.arg for k in given}
        new = [ast.keyword(n, ast.Constant(v)) for n, v in KEYWORDS if n not in held]
        yield from ([*given, one] for one in new)
        yield from ([*given, one, new[-1]] for one in new[:-1])


def _moved(body, k):
    """Give a block with a statement earlier, after its loop, before it, or in it."""
    if k:
        yield [*body[: k - 1], body[k], body[k - 1], *body[k + 1 :]]
    inner = getattr(body[k], "body", None)
    if not isinstance(body[k], (ast.For, ast.While, ast.If)) or not isinstance(inner, list):
        return
    for kept, before, after in (
        (inner[:-1], [], inner[-1:]),
        (inner[1:], inner[:1], []),
        (inner + body[k + 1 : k + 2], [], []),
    ):
        loop = copy.copy(body[k])
        loop.body = kept or [ast.Pass()]
        rest = body[k + 1 :] if before or after else body[k + 2 :]
        yield [*body[:k], *before, loop, *after, *rest]
