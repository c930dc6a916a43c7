"""What a statement of a notebook defines, changes and reads. Nothing is executed."""

import ast
import builtins
import symtable
from dataclasses import dataclass

from bpgrader.ipython import Clock

MUTATORS = {
    *("append", "appendleft", "extend", "insert", "pop", "popleft", "remove", "clear", "update"),
    *("setdefault", "popitem", "add", "discard", "sort", "reverse", "subtract"),
    *("fill", "put", "resize", "partition", "shuffle"),
}
CHANGING_BUILTINS = {"setattr", "delattr", "next"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Statement:
    """A statement at the top level of a cell, as far as names go.

    Parameters
    ----------
    text : str
        Its source.
    line : int
        Where it begins in its cell.
    binds, declares : frozenset of str
        Names that it defines; that its functions define as global ones.
    now, late : frozenset of str
        Names of the notebook that are read when it runs; when its functions are called.
    stores, touches : frozenset of str
        Names in whose value it stores, as in ``t[0] = 1``; whose value it hands to something that
        changes it, as in ``t.append(1)``.
    late_stores, late_touches : frozenset of str
        The same, when its functions are called.
    decorators : frozenset of str
        Names whose methods decorate what it defines, as in ``@t.register``.
    calls : frozenset of (str, str)
        Functions called by their name, and names handed to them.
    may_change : frozenset of str
        Names that are called, or handed to methods of which nothing is known.
    aliases : frozenset of (str, str)
        Names, and names that then stand for the same value or a part of it.
    fresh, is_class, is_lambda, imported, constant : bool
        It is a def, class or import; it is a class; it names a lambda; an import; it names a number
        or a text, which nobody can change.
    spoils : bool
        It defines a function that changes what it is handed.
    always : bool
        It may concern all that follows: an import from the future, or of names not told.
    """

    text: str
    line: int
    binds: frozenset[str]
    declares: frozenset[str]
    now: frozenset[str]
    late: frozenset[str]
    stores: frozenset[str]
    touches: frozenset[str]
    late_stores: frozenset[str]
    late_touches: frozenset[str]
    decorators: frozenset[str]
    calls: frozenset[tuple[str, str]]
    may_change: frozenset[str]
    aliases: frozenset[tuple[str, str]]
    fresh: bool
    is_class: bool
    is_lambda: bool
    imported: bool
    constant: bool
    spoils: bool
    always: bool

    @property
    def in_place(self) -> str:
        """The source with empty lines before it, so that errors have the lines of the cell."""
        return "\n" * (self.line - 1) + self.text


def statements(source: str, tree: ast.Module, clock: Clock) -> list[Statement]:
    """Take a cell apart into its statements."""
    lines = [line.encode() for line in source.split("\n")]
    result = []
    for node in tree.body:
        clock.check()
        result.append(_statement(node, *_segment(lines, node)))
    return result


def _segment(lines, node):
    """Cut a statement out of its cell, decorators included; give its first line, too."""
    first = min([node.lineno, *(n.lineno for n in getattr(node, "decorator_list", []))])
    start = node.col_offset if first == node.lineno else 0
    if first == node.end_lineno:
        return lines[first - 1][start : node.end_col_offset].decode(), first
    cut = lines[first - 1 : node.end_lineno]
    cut[0], cut[-1] = cut[0][start:], cut[-1][: node.end_col_offset]
    return b"\n".join(cut).decode(), first


def _statement(node, text, line):
    top = symtable.symtable(text, "<cell>", "exec")
    symbols = top.get_symbols()
    late, declared, tables = set(), set(), top.get_children()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in filter(symtable.Symbol.is_global, table.get_symbols()):
            late.add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned():
                declared.add(symbol.get_name())
    walk = _Walk(node)
    return Statement(
        text=text,
        line=line,
        binds=frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported()),
        declares=frozenset(declared),
        now=frozenset(s.get_name() for s in symbols if s.is_referenced()),
        late=frozenset(late),
        stores=frozenset(walk.stores),
        touches=frozenset(walk.touches),
        late_stores=frozenset(walk.late_stores & late | declared),
        late_touches=frozenset(walk.late_touches & late),
        decorators=frozenset(walk.decorators),
        calls=frozenset(walk.calls),
        may_change=frozenset(walk.may_change),
        aliases=frozenset(walk.aliases),
        fresh=isinstance(node, (*FUNCTIONS, ast.ClassDef, *IMPORTS)),
        is_class=isinstance(node, ast.ClassDef),
        is_lambda=isinstance(getattr(node, "value", None), ast.Lambda),
        imported=isinstance(node, IMPORTS),
        constant=isinstance(node, ast.Assign) and _is_constant(node.value),
        always=isinstance(node, ast.ImportFrom)
        and (node.module == "__future__" or node.names[0].name == "*"),
        spoils=bool((walk.late_stores | walk.late_touches) - late & walk.handed),
    )


def _is_constant(node):
    inner = [node]
    if isinstance(node, ast.BinOp):
        inner = [node.left, node.right]
    elif isinstance(node, ast.Tuple):
        inner = node.elts
    return all(isinstance(getattr(n, "operand", n), ast.Constant) for n in inner)


class _Walk:
    """Goes once through a statement, and notes the names whose values it changes."""

    def __init__(self, statement):
        self.stores, self.touches, self.late_stores, self.late_touches = set(), set(), set(), set()
        self.calls, self.may_change, self.aliases = set(), set(), set()
        self.decorators = set()
        self.handed = set()  # names by which functions know what they are handed
        stack = [(statement, False)]
        while stack:
            node, late = stack.pop()
            self._visit(node, late)
            if isinstance(node, FUNCTIONS):
                self.handed |= {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
                body = node.body if isinstance(node.body, list) else [node.body]
                stack += [(child, True) for child in body]
                stack += [(child, late) for child in getattr(node, "decorator_list", [])]
                stack.append((node.args, late))
            else:
                stack += [(child, late) for child in ast.iter_child_nodes(node)]

    def _visit(self, node, late):
        stores = self.late_stores if late else self.stores
        match node:
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                stores |= roots(node)
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                stores |= roots(node)
            case ast.AugAssign(target=ast.Name(name)):
                stores.add(name)
            case ast.Call(ast.Name("setattr" | "delattr"), [target, *_]):
                stores |= roots(target)
            case ast.FunctionDef(decorator_list=found) | ast.ClassDef(decorator_list=found):
                makers = (getattr(decorator, "func", decorator) for decorator in found)
                methods = (maker for maker in makers if isinstance(maker, ast.Attribute))
                self.decorators |= set().union(*map(roots, methods))
            case ast.Assign(targets, value):
                self._alias(targets, roots(value), late)
            case ast.For(target, source) | ast.AsyncFor(target, source):
                names = {n.id for n in ast.walk(source) if isinstance(n, ast.Name)}
                self._alias([target], names, late)
            case ast.Expr(ast.Call() as call) | ast.Expr(ast.Await(ast.Call() as call)):
                if isinstance(call.func, ast.Attribute):  # its value is dropped: done for a change
                    (self.late_touches if late else self.touches).update(roots(call.func))
                    (self.late_touches if late else self.touches).update(_handed(call))
        if isinstance(node, ast.Call):
            self._call(node, self.late_touches if late else self.touches, late)

    def _alias(self, targets, names, late):
        given = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        if len(targets) > 1:
            names = names | given
        if not late:
            self.aliases |= {(name, other) for name in names for other in given}
        elif names & self.handed:
            self.handed |= given

    def _call(self, call, touches, late):
        handed = _handed(call)
        for keyword in call.keywords:
            if keyword.arg == "out":
                touches |= roots(keyword.value)
        match call.func:
            case ast.Name(name) if name in CHANGING_BUILTINS:
                touches |= handed
            case ast.Name(name) if not late:
                self.calls |= {(name, value) for value in handed}
                self.may_change.add(name)  # if it is no def: a closure, or an object
            case ast.Name(name) if not hasattr(builtins, name):
                touches |= handed & self.handed  # handed on: to be sure, it counts
            case ast.Attribute(attr=attr) if attr in MUTATORS:
                touches |= roots(call.func) | handed
            case ast.Attribute() if not late:
                self.may_change |= roots(call.func) | handed


def _handed(call):
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return set().union(*map(roots, values))


def roots(node: ast.expr) -> set[str]:
    """Return the names that a value hangs on: t for t, t.x, t[0] and [t, 1]."""
    names, stack = set(), [node]
    while stack:
        match stack.pop():
            case ast.Name(name):
                names.add(name)
            case ast.Attribute(value) | ast.Subscript(value) | ast.Starred(value):
                stack.append(value)
            case ast.List(items) | ast.Tuple(items) | ast.Dict(values=items):
                stack += items
    return names
