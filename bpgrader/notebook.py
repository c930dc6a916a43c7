"""Notebooks as data: reading what a stranger sent, and making what students get.

Nothing here executes a cell. Only cell sources, pictures, cell ids and what a translation says of
them are looked at; outputs, other metadata and the name of the kernel are dropped.
"""

import copy
import json
import os
import re
import stat

MAX_FILE = 50_000_000  # bytes of a file as it comes
MAX_BYTES = 5_000_000  # characters of its cells, without outputs
MAX_CELLS = 2_000
MAX_CODE = 500_000
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
REGION = re.compile(rf"^([ \t]*){BEGIN}[ \t]*\n.*?^[ \t]*{END}[ \t]*$", re.M | re.S)
PLACEHOLDER = (
    "*Your answer here: double-click this cell and write below. You may add cells under it, and "
    "pictures.*"
)


class UnreadableError(Exception):
    """A submission that cannot be read; the message is one sentence for the student."""


def read_bytes(path: str | os.PathLike, size: int = MAX_FILE + 1) -> bytes:
    """Read a plain file, up to a size, without following links or waiting on pipes.

    Raises
    ------
    UnreadableError
        If it is a link, a folder, a pipe or a device, or cannot be opened.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise UnreadableError(
                    "The submission must be a plain file, not a folder or a pipe."
                )
            return file.read(size)
    except OSError as error:
        raise UnreadableError(
            f"The submission must be a plain file, not a link ({error.strerror})."
        ) from None


def read_cells(data: bytes) -> list[dict]:
    """Take the cells out of a submitted notebook.

    Parameters
    ----------
    data : bytes
        The file as it came.

    Returns
    -------
    list of dict
        ``type``, ``id``, ``source`` and ``pictures`` (name -> media type -> base 64) of every
        cell, and ``asked``, what a translated notebook said there when it was handed out; nothing
        else is kept. The id of such a cell is the one with which it was handed out.

    Raises
    ------
    UnreadableError
        In one sentence, whatever is wrong.

    Examples
    --------
    >>> read_cells(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1"]}]}')
    [{'type': 'code', 'id': '', 'source': 'x = 1', 'pictures': {}, 'asked': ''}]
    """
    result, code, size = [], 0, 0
    for k, cell in enumerate(_raw_cells(data), 1):
        source = cell.get("source", "") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise UnreadableError(f"Cell {k} of the notebook is damaged: its source is not text.")
        source = source.replace("\r\n", "\n").replace("\r", "\n")  # as Windows ends lines
        pictures = _pictures(cell.get("attachments"))
        handed_out, asked = _released(cell.get("metadata"))
        code += len(source) * (cell.get("cell_type") == "code")
        size += len(source) + len(asked)
        size += sum(len(p) for kinds in pictures.values() for p in kinds.values())
        if code > MAX_CODE:
            raise UnreadableError(f"The notebook has more than {MAX_CODE:,} characters of code.")
        if size > MAX_BYTES:
            raise UnreadableError(
                f"The notebook is larger than {MAX_BYTES // 10**6} MB without its outputs; make "
                "its pictures smaller and send it again."
            )
        kept = asked.partition("\n\n")[0] in source  # a copy may be overwritten with an answer
        name = handed_out if handed_out and kept else cell.get("id")
        result.append(
            {
                "type": str(cell.get("cell_type"))[:10],
                "id": name if isinstance(name, str) else "",
                "source": source.encode("utf-8", "replace").decode(),  # lone surrogates
                "pictures": pictures,
                "asked": asked,
            }
        )
    return result


def _released(metadata):
    """Give the id and the text with which a translated cell was handed out, if it says so."""
    match metadata:
        case {"released": {"id": str(name), "text": str(text)}}:
            return name, text
    return "", ""


def _raw_cells(data):
    """Give the list of cells of a notebook, as it came."""
    if not data.strip():
        raise UnreadableError("The file is empty; save the notebook and send it again.")
    if len(data) > MAX_FILE:
        raise UnreadableError(
            f"The notebook is larger than {MAX_FILE // 10**6} MB; clear its outputs and send it "
            "again."
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
    return cells


def _pictures(attachments):
    """Take the attachments of a cell that have the right form."""
    named = attachments.items() if isinstance(attachments, dict) else ()
    kinds = [(name, kind) for name, kind in named if isinstance(kind, dict)]
    return {n: {m: d for m, d in kind.items() if isinstance(d, str)} for n, kind in kinds}


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
