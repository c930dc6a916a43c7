"""A page as its author wrote it: read, and named with its cell where something is wrong."""

import json
import re
import warnings

import nbformat
from jupyter_cache.readers import get_reader

WIDGET = "application/vnd.jupyter.widget-view+json"  # a live picture among the outputs
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FILE = re.compile(r"[^\s(]*\b\d+\.py(?:, line |:)(\d+)")  # a cell, by another name each time
# What the workshop and the translation know of cells; others would be passed over in silence.
KNOWN = {
    "tags": {"hide-cell", "hide-input", "measured", "remove-cell"},
    "mystnb": {"code_prompt_hide", "code_prompt_show", "figure", "image"},
}
LONGEST = 400  # letters of what a mistake says: its beginning and its end are enough


def read(path):
    """Read a notebook, or a page of Markdown with code in it; ValueError says why it is none."""
    name = "myst_nb_md" if path.suffix == ".md" else "nbformat"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # an id twice, or none
            notebook = get_reader({"name": name, "type": "plugin"})(path)
        form = notebook.nbformat, notebook.nbformat_minor
    except Exception as error:  # of many kinds, as a file may be anything
        said = short(in_json(error.__cause__) or str(error))
        raise ValueError(f"{place(path)}: it cannot be read as a notebook: {said}") from error
    try:
        if not (4, 0) <= form <= (4, 5):
            said = "{}.{}; save it in JupyterLab as one of 4.0 to 4.5".format(*form)
            raise ValueError(f"{place(path)}: it has the format {said}")
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        where = (key + 1 if isinstance(key, int) else key for key in error.relative_path)
        said = f"{' '.join(map(str, where))}: {short(error.message)}".replace("cells ", "cell ", 1)
        raise ValueError(f"{place(path)}, {said}") from error
    for number, cell in enumerate(notebook.cells, start=1):
        for key, known in KNOWN.items():
            for word in set(cell.metadata.get(key, ())) - known:
                said = f"{word!r} in its {key} is none of {', '.join(sorted(known))}"
                raise ValueError(tell(path, number, cell, said))
        if "\r" in cell.source:
            raise ValueError(tell(path, number, cell, "its lines end as those of Windows (\\r)"))
    return notebook


def in_json(error):
    """Say in which line something is no JSON; nothing of an error of another kind."""
    if not isinstance(error, json.JSONDecodeError):
        return ""
    line = error.doc.split("\n")[error.lineno - 1].strip()
    return f"line {error.lineno} ({line[:60]}): {error.msg}"


def tell(path, number, cell, what, line=None):
    """Put page, cell and what happened into one line, the cell told by that line or its first."""
    lines = cell.source.splitlines()
    shown = lines[line] if line is not None and line < len(lines) else ""
    shown = (shown or next(filter(str.strip, lines), "")).strip()
    what = short(FILE.sub(r"line \1", what))
    return f"{place(path)}, cell {number} ({shown[:60]}): {what}"


def short(what):
    """Put what was said into one line, without its middle if it is long."""
    what = " ".join(COLOUR.sub("", what).split())
    half = LONGEST // 2
    return what if len(what) <= LONGEST else f"{what[:half]} … {what[-half:]}"


def place(path):
    """Name a page as it stands in the book's folder."""
    return f"{path.parent.name}/{path.name}"
