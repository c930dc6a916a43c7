"""Tables as spreadsheets and course sites read and write them."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from bpgrader.store import write

BEGINS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"  # a formula; the wide ones do so in East Asian Excel
FORMULA = re.compile(rf"((?:^|[;,\t\r\n])\s*)(?={BEGINS})")
SAFE = re.compile(rf"((?:^|[;,\t\r\n])\s*)'(?={BEGINS})")
SEPARATOR = re.compile(r"sep=([^\w\s\"]|\t)\n", re.I)  # for Excel, which does not show this line
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?%?$", re.I)


def spreadsheet_safe(value: object) -> str:
    """Make a text safe for a spreadsheet: a leading = + - @ would be run as a formula.

    A spreadsheet that splits at other characters than commas makes several fields of one, so the
    start of every part counts.

    Examples
    --------
    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("a;=1+1"), spreadsheet_safe(2.5)
    ("'=1+1", "a;'=1+1", '2.5')

    A number is no formula, nor is a lone dash, with which course sites fill empty fields.

    >>> spreadsheet_safe("-3.5"), spreadsheet_safe("-"), spreadsheet_safe(None)
    ('-3.5', '-', '')
    """
    if isinstance(value, (int, float)):
        return f"{value:.10g}"
    text = "" if value is None else str(value)
    if text == "-" or NUMBER.match(text):
        return text
    safe = FORMULA.sub(r"\1'", text)
    return f"'{safe}" if text[:1] in ("\t", "\r", "\n") else safe


def plain(text: str) -> str:
    """Undo `spreadsheet_safe`: give a text as it was before it went into a table.

    Examples
    --------
    >>> plain("'= 0 is missing"), plain("'t Hooft")
    ('= 0 is missing', "'t Hooft")
    """
    text = text[1:] if re.match(r"'[\t\r\n]", text) else text
    return SAFE.sub(r"\1", text)


def write_table(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV, every field in quotes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([spreadsheet_safe(value) for value in row] for row in rows)
    write(path, text.getvalue())


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read a table that a spreadsheet or a course site has written; its first line says how.

    Returns
    -------
    list of str
        The names of the columns.
    list of list of str
        The rows, each as long as the first line; empty ones are left out.

    Raises
    ------
    ValueError
        If it is not a table in UTF-8, or in UTF-16 that says so, with one name for every column.
    """
    with path.open("rb") as file:
        marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        text = path.read_text(encoding="utf-16" if marked else "utf-8-sig")
    except UnicodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(f"{path.name} is not a table in UTF-8; save it as CSV UTF-8")
    told = SEPARATOR.match(text)
    text = text[told.end() :] if told else text
    if not text.strip():
        raise ValueError(f"{path.name} is empty; its first line must name the columns")
    first = re.sub(r'"[^"]*"', "", text.partition("\n")[0])  # without what is in quotes
    delimiter = told[1] if told else max(",;\t", key=first.count)
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise ValueError(f"{path.name} is not a table that can be read: {error}") from None
    width = len(header)
    rows = [[*row, *[""] * (width - len(row))] for row in rows if any(map(str.strip, row))]
    if long := next((k for k, row in enumerate(rows, 2) if len(row) > width), None):
        raise ValueError(f"{path.name} has more fields in row {long} than names in its first line")
    return header, rows
