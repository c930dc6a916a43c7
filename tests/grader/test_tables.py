"""Tables: no text of a student is ever run by a spreadsheet, whatever it splits at."""

import csv
import itertools

import pytest

from bpgrader.tables import read_table, spreadsheet_safe, write_table

STARTS = ["=1+1", "+1+cmd", "-2+3", "@SUM(1)", "=HYPERLINK(1)", "＝1+1", "＠SUM(1)"]
BEFORE = ["", " ", "a;", "a,", "a\t", "a\n", "a\r\n", "a; ", 'a";', "x;\t", "\t", "\r"]


@pytest.mark.parametrize("delimiter", ",;\t")
@pytest.mark.parametrize(("before", "start"), list(itertools.product(BEFORE, STARTS)))
def test_no_part_of_a_text_becomes_a_formula(before, start, delimiter, tmp_path):
    write_table(tmp_path / "t.csv", [["name", "text"], ["ada", before + start]])
    with open(tmp_path / "t.csv", encoding="utf-8", newline="") as file:
        fields = [field for row in csv.reader(file, delimiter=delimiter) for field in row]
    assert not [f for f in fields if f.strip()[:1] and f.strip()[0] in "=+-@＝＋－＠"]


@pytest.mark.parametrize(
    "text", ["-3.5", "-3,5", "+4", "-", "1e-3", "12%", "x = 1", "a - b", "-.5"]
)
def test_numbers_and_plain_words_stay(text):
    assert spreadsheet_safe(text) == text


@pytest.mark.parametrize("told", ["", "sep={}\r\n", "SEP={}\n"])
@pytest.mark.parametrize("delimiter", ",;\t")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("name", "quoting"), [("b", csv.QUOTE_MINIMAL), ("b, or; c,; d", csv.QUOTE_ALL)]
)
def test_a_table_is_read_as_others_write_it(told, delimiter, encoding, name, quoting, tmp_path):
    rows = [["a", name], ["1", "x\ny, z; and; more, yet\nx"], ["", ""], ["2"]]
    with open(tmp_path / "t.csv", "w", encoding=encoding, newline="") as file:
        file.write(told.format(delimiter))
        csv.writer(file, delimiter=delimiter, quoting=quoting).writerows(rows)
    assert read_table(tmp_path / "t.csv") == (rows[0], [rows[1], ["2", ""]])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"sep=;\r\n", "is empty"),
        ("ä".encode("latin-1"), "UTF-8"),
        ("a,b".encode("utf-16-le"), "UTF-8"),  # which does not say so
        (b"\xff\xfea", "UTF-8"),
        (b"a,b\n1,2,3\n", "row 2"),
        (b'a,b\n1,"2\n3,4\n', "can be read"),  # cut off, or a quote too much: the rest is lost
        pytest.param(b'a,b\n"' + b"x" * 200_000, "can be read", id="a long field"),
    ],
)
def test_what_is_no_table_is_said(data, words, tmp_path):
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(ValueError, match=words):
        read_table(tmp_path / "t.csv")
