"""Helpers of the chapters: show the real source beside its equation, glue a number into prose.

Needs IPython, which every notebook has. `glue` writes the output that MyST-NB reads for its
``{glue:text}`` role; MyST-NB itself need not be installed, so chapters also run in the browser.
"""

import ast
import inspect
from typing import Any

from IPython.display import Markdown, display

from bpcore._validate import describe


def show_source(*objects: Any, docstring: bool = False) -> None:
    """Print the source of functions or classes of the package as they stand, as a code block.

    Parameters
    ----------
    *objects : functions or classes
    docstring : bool
        Keep the docstrings; without them the equations stand closer together.

    Raises
    ------
    TypeError
        If an object has no Python source.

    Examples
    --------
    >>> from bpcore.network import _forward
    >>> show_source(_forward)
    <IPython.core.display.Markdown object>
    """
    blocks = [_source(thing) if docstring else _bare(_source(thing)) for thing in objects]
    display(Markdown("```python\n" + "\n\n".join(blocks) + "\n```"))


def _source(thing):
    try:
        source = inspect.getsource(thing).rstrip()
    except (OSError, TypeError):  # OSError: a function that was typed in, or made by exec
        wanted = "functions or classes written in a file or cell, such as sigmoid.function"
        raise TypeError(f"objects must be {wanted}, got {describe(thing)}") from None
    margin = source[: -len(source.lstrip())]  # a text in a method may begin left of it
    return "\n".join(line.removeprefix(margin) for line in source.splitlines())


def _bare(source):
    """Drop the docstrings from a piece of source, and nothing else."""
    lines = source.splitlines()
    try:
        tree = ast.parse(source)
    except SyntaxError:  # of a lambda there are whole lines, which may begin or end in a bracket
        return source
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            text, *rest = node.body
            if not rest or rest[0].lineno == text.end_lineno:  # it is all, or shares its line
                continue
            lines[text.lineno - 1 : text.end_lineno] = [None] * (text.end_lineno - text.lineno + 1)
    return "\n".join(line for line in lines if line is not None)


def glue(name: str, value: Any, form: str = "") -> None:
    """Store a number under a name, so that the text can quote it with the ``glue:text`` role.

    Parameters
    ----------
    name : str
        One name in the whole chapter.
    value : number or str
    form : str
        A format such as ``.4f``. Give one for every float: the stored text is compared.

    Raises
    ------
    ValueError, TypeError
        If the format does not fit the value.

    Examples
    --------
    >>> glue("cost", 0.69314, ".3f")
    {'application/papermill.record/text/plain': "'0.693'"}
    """
    text = format(value, form)
    if not isinstance(value, str):
        text = text.replace("-", "\N{MINUS SIGN}")  # in prose a hyphen is no minus
    bundle = {"application/papermill.record/text/plain": repr(text)}
    display(
        bundle,
        metadata={"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}},
        raw=True,
    )
