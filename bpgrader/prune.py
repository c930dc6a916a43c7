"""A bpcore for the box: what an assignment offers, what that needs, and not one definition more."""

import ast
from importlib.resources import files
from typing import TypeGuard

REFUSAL = """
def __getattr__(name):
    raise AttributeError(f"bpcore.{name} is not available here: answers may use only OFFERED")
"""


def _modules():
    """Parse the source of bpcore's modules."""
    for file in files("bpcore").iterdir():
        if file.name.endswith(".py") and file.name != "__init__.py":
            yield file.name[:-3], ast.parse(file.read_text(encoding="utf-8"))


def _is_own(statement) -> TypeGuard[ast.ImportFrom]:
    return isinstance(statement, ast.ImportFrom) and str(statement.module).startswith("bpcore")


def _names(statement):
    """Give the names that a top-level statement defines."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and _stores(n)}


def _stores(node):
    return isinstance(node.ctx, ast.Store)


def _of_modules(statement, module, imported):
    """Find what a statement takes from a module of ours by its name, such as valid.as_array."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            package, name = imported.get((module, node.value.id), ("", ""))
            if package == "bpcore":
                yield name, node.attr


def prune(offers: tuple[str, ...]) -> dict[str, str]:
    """Cut bpcore down to some names and what they need.

    Parameters
    ----------
    offers : tuple of str
        Public names of bpcore.

    Returns
    -------
    dict
        Path in the library -> source text.

    Raises
    ------
    ValueError
        If bpcore has no such name.

    Examples
    --------
    >>> held = prune(("sigmoid",))
    >>> "bpcore/activations.py" in held, "bpcore/backprop.py" in held
    (True, False)
    """
    trees = dict(_modules())
    defined, imported = _index(trees)
    homes = {name: module for module, name in defined if not name.startswith("_")}
    if unknown := [name for name in offers if name not in homes]:
        raise ValueError(f"offers must be names of bpcore, got {', '.join(unknown)}")
    needed = _closure([(homes[name], name) for name in offers], defined, imported)
    modules = {module for module, _ in needed}
    library = {f"bpcore/{module}.py": _cut(module, trees[module], needed) for module in modules}
    lines = [f"from bpcore.{homes[name]} import {name}" for name in offers]
    offered = ", ".join(offers) or "NumPy"
    library["bpcore/__init__.py"] = "\n".join(lines) + REFUSAL.replace("OFFERED", offered)
    return library


def _index(trees):
    """Find where every name is defined, and what modules of ours import from each other."""
    defined, imported = {}, {}
    for module, tree in trees.items():
        for statement in tree.body:
            if _is_own(statement):
                source = str(statement.module).removeprefix("bpcore.")
                for alias in statement.names:
                    imported[module, alias.asname or alias.name] = source, alias.name
            elif not isinstance(statement, (ast.Import, ast.ImportFrom)):
                for name in _names(statement):
                    defined.setdefault((module, name), []).append(statement)
    return defined, imported


def _closure(todo, defined, imported):
    """Find all that some names need, and what that needs."""
    needed = set()
    while todo:
        module, name = todo.pop()
        if (module, name) in imported:
            needed.add((module, name))
            module, name = imported[module, name]
        if (module, name) in defined and (module, name) not in needed:
            needed.add((module, name))
            for statement in defined[module, name]:
                used = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
                todo += [(module, other) for other in used | _names(statement)]
                todo += _of_modules(statement, module, imported)
    return needed


def _cut(module, tree, needed):
    """Write a module with what is needed of it, and no more."""
    body = []
    for statement in tree.body:
        if _is_own(statement):
            names = [a for a in statement.names if (module, a.asname or a.name) in needed]
            keep = [ast.ImportFrom(statement.module, names, 0)] if names else []
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            keep = [statement]
        else:
            keep = [statement] if any((module, n) in needed for n in _names(statement)) else []
        body += keep
    return ast.unparse(ast.Module(body, []))
