"""Notebooks as data: reading what a stranger sent, making what students get, finding answers.

Nothing here executes a cell. Only cell sources and cell ids are looked at; outputs, metadata and
the name of the kernel are dropped.
"""

import ast
import copy
import json
import os
import re
import stat
import symtable

MAX_BYTES = 5_000_000
MAX_CELLS = 2_000
MAX_CODE = 500_000
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
REGION = re.compile(rf"^([ \t]*){BEGIN}[ \t]*\n.*?^[ \t]*{END}[ \t]*$", re.M | re.S)
PLACEHOLDER = "*Your answer here.*"


class UnreadableError(Exception):
    """A submission that cannot be read; the message is one sentence for the student."""


def read_bytes(path: str | os.PathLike) -> bytes:
    """Read a plain file of at most 5 MB, without following links or waiting on pipes.

    Raises
    ------
    UnreadableError
        If it is a link, a folder, a pipe or a device, is too large, or cannot be opened.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise UnreadableError(
                    "The submission must be a plain file, not a folder or a pipe."
                )
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(
            f"The submission must be a plain file, not a link ({error.strerror})."
        ) from None
    return data


def read_cells(data: bytes) -> list[dict]:
    """Take the cells out of a submitted notebook.

    Parameters
    ----------
    data : bytes
        The file as it came.

    Returns
    -------
    list of dict
        ``type``, ``id`` and ``source`` of every cell; nothing else is kept.

    Raises
    ------
    UnreadableError
        In one sentence, whatever is wrong.

    Examples
    --------
    >>> read_cells(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1"]}]}')
    [{'type': 'code', 'id': '', 'source': 'x = 1'}]
    """
    if not data.strip():
        raise UnreadableError("The file is empty; save the notebook and send it again.")
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            "The notebook is larger than 5 MB; clear its outputs and send it again."
        )
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableError(
            "This is not a notebook: the file is not JSON in UTF-8. Send the .ipynb file itself."
        ) from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise UnreadableError("This is not a notebook of format 4; save it again with Jupyter.")
    cells = notebook.get("cells")
    if not isinstance(cells, list) or len(cells) > MAX_CELLS:
        raise UnreadableError(
            f"The notebook has no list of cells, or more than {MAX_CELLS:,} of them."
        )
    result, code = [], 0
    for k, cell in enumerate(cells, 1):
        source = cell.get("source", "") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise UnreadableError(f"Cell {k} of the notebook is damaged: its source is not text.")
        code += len(source) * (cell.get("cell_type") == "code")
        if code > MAX_CODE:
            raise UnreadableError(f"The notebook has more than {MAX_CODE:,} characters of code.")
        name = cell.get("id")
        result.append(
            {
                "type": str(cell.get("cell_type"))[:10],
                "id": name if isinstance(name, str) else "",
                "source": source.encode("utf-8", "replace").decode(),  # lone surrogates
            }
        )
    return result


def source_of(cell: dict) -> str:
    """Give the source of a cell of our own notebooks as one text."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: dict) -> list[str]:
    """Give the tags of a cell of our own notebooks."""
    return cell.get("metadata", {}).get("tags", [])


def make_release(source: dict, *, solution: bool) -> dict:
    """Make the student notebook, or the solution notebook, from the source notebook.

    Parameters
    ----------
    source : dict
        Notebook with solution regions.
    solution : bool
        True keeps the solutions and drops only the markers.

    Returns
    -------
    dict
        Notebook without outputs.
    """
    notebook = copy.deepcopy(source)
    for cell in notebook["cells"]:
        text = source_of(cell)
        if solution:
            text = re.sub(rf"^[ \t]*({BEGIN}|{END})[ \t]*\n?", "", text, flags=re.M)
        elif cell["cell_type"] == "code":
            text = REGION.sub(r'\1raise NotImplementedError("write your answer here")', text)
        else:
            text = REGION.sub(PLACEHOLDER, text)
        cell["source"] = text.rstrip("\n").splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def parse(source: str) -> ast.Module | None:
    """Parse a code cell, IPython's % and ! lines left out; None if it is not Python."""
    try:
        return ast.parse(plain(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def plain(source: str) -> str:
    """Blank out the lines that only IPython understands; line numbers stay."""
    return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.M)


def binds(statement: ast.stmt) -> set[str]:
    """Give the names that a top-level statement defines."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(a.asname or a.name).split(".")[0] for a in statement.names}
    nodes = list(ast.walk(statement))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))}


def reads(code: str) -> set[str]:
    """Give the global names that a piece of code reads, inside its functions too."""
    names, tables = set(), [symtable.symtable(code, "<cell>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        names |= {
            s.get_name()
            for s in table.get_symbols()
            if s.is_referenced() and (top or s.is_global())
        }
    return names


def rebuild(
    source: dict, names: list[str], cells: list[dict]
) -> tuple[list[str], dict[str, int], dict[str, str]]:
    """Put the release notebook and a student's answers together.

    Parameters
    ----------
    source : dict
        Source notebook; its code cells tagged ``setup`` are run, as released.
    names : list of str
        The names of the exercises.
    cells : list of dict
        The student's cells, from `read_cells`.

    Returns
    -------
    list of str
        The code to run: setup cells, the student's helpers that the answers need, answer cells in
        the student's order. Test cells of the student's, and all the rest, are left out.
    dict
        For every exercise with an answer: which of these defines it.
    dict
        For every other exercise: what to tell the student.

    Notes
    -----
    The last cell that defines the name wins, wherever it stands; the cell id of the release is
    used only where none defines it.
    """
    release = source["cells"]
    setup = [source_of(c) for c in release if c["cell_type"] == "code" and "setup" in tags_of(c)]
    ids = answer_ids(source, names)
    code = [c["source"] for c in cells if c["type"] == "code"]
    trees = [parse(text) for text in code]
    chosen, missing = {}, {}
    for name in names:
        found = [
            k
            for k, tree in enumerate(trees)
            if tree and any(name in binds(statement) for statement in tree.body)
        ]
        if found:
            chosen[name] = found[-1]
            continue
        texts = [c["source"] for c in cells if c["type"] == "code" and c["id"] == ids[name]]
        if texts and parse(texts[-1]) is None:
            missing[name] = f"Your cell is not valid Python{_syntax(texts[-1])}."
        elif texts and texts[-1].strip():
            missing[name] = f"Your cell does not define {name}; keep the name of the function."
        else:
            missing[name] = f"Not done: no cell defines {name}."
    own = set(chosen.values())
    helpers = _helpers(trees, code, own, {n for text in setup for n in _bound(parse(text))})
    order = sorted(own | set(helpers))
    run = [plain(text) for text in setup]
    run += [plain(code[k]) if k in own else helpers[k] for k in order]
    where = {name: len(setup) + order.index(k) for name, k in chosen.items()}
    return run, where, missing


def answer_ids(source: dict, names: list[str]) -> dict[str, str]:
    """Give the id of the cell of the source notebook that holds each exercise."""
    ids = {}
    for cell in source["cells"]:
        if cell["cell_type"] == "code" and BEGIN in source_of(cell):
            for name in _bound(parse(source_of(cell))) & set(names):
                ids[name] = cell["id"]
    if lost := [name for name in names if name not in ids]:
        raise ValueError(f"source.ipynb has no cell with a solution region for {', '.join(lost)}")
    return ids


def _bound(tree):
    return {name for statement in (tree.body if tree else ()) for name in binds(statement)}


def _syntax(source):
    try:
        ast.parse(plain(source))
    except SyntaxError as error:
        return f" (line {error.lineno}: {error.msg})"
    except (ValueError, RecursionError, MemoryError):
        pass
    return ""


def _helpers(trees, code, chosen, known):
    """Find the definitions in other cells that the answers need, and theirs: {cell: code}."""
    taken = {}
    known = known | {name for k in chosen for name in _bound(trees[k])}
    todo = {name for k in chosen for name in reads(plain(code[k]))} - known
    while todo:
        name = todo.pop()
        known.add(name)
        for k in reversed(range(len(trees))):
            nodes = [s for s in trees[k].body if name in binds(s)] if trees[k] else []
            if nodes and k not in chosen:
                new = [node for node in nodes if node not in taken.setdefault(k, [])]
                taken[k] += new
                todo |= {n for node in new for n in reads(ast.unparse(node))} - known
                break
    return {
        k: "\n".join(ast.unparse(n) for n in sorted(nodes, key=lambda n: n.lineno))
        for k, nodes in taken.items()
    }


def written_answer(source: dict, name: str, cells: list[dict]) -> str:
    """Find the answer in words to a question: the Markdown cell with its id or its opening line."""
    for cell in source["cells"]:
        if cell["cell_type"] == "markdown" and BEGIN in source_of(cell) and cell["id"] == name:
            opening = source_of(cell).split(BEGIN)[0].strip()
            texts = [
                c["source"]
                for c in cells
                if c["type"] == "markdown" and (c["id"] == name or opening in c["source"])
            ]
            answer = texts[-1].replace(opening, "", 1).strip() if texts else ""
            return "" if answer == PLACEHOLDER else answer[:20_000]
    raise ValueError(f"source.ipynb has no Markdown cell with id {name!r} and a solution region")
