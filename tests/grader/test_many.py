"""What is counted in a sentence is called by its right name: no "1 points"."""

import ast
import inspect
import re
from collections import defaultdict
from pathlib import Path
from string import Formatter

import pytest

import bpgrader
from bpgrader.class_page import class_page
from bpgrader.hand_back import hand_back
from bpgrader.many import many
from bpgrader.marks import Marks
from bpgrader.page import page
from bpgrader.result import Answer
from bpgrader.verdict import TEXTS, Slip

from .conftest import made

FOLDER = Path(inspect.getfile(bpgrader)).parent
SOURCES = [*FOLDER.glob("*.py"), *FOLDER.glob("pages/*.html")]
COUNTING = [
    (code, name, noun)
    for code, text in TEXTS.items()
    for _, name, noun, _ in Formatter().parse(text)
    if noun
]
COUNTED = re.compile(r"\bmany\([^\"']*[\"'](?:\{kind\} )?([a-z]+)")
NOUNS = {noun for path in SOURCES for noun in COUNTED.findall(path.read_text(encoding="utf-8"))}
PLURALS = {many(2, noun).split()[1] for noun in NOUNS | {noun for *_, noun in COUNTING}}


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize(("code", "name", "noun"), COUNTING)
def test_a_sentence_about_a_mistake(code, name, noun, number):
    told = str(Slip(code, defaultdict(str, {name: number})))
    called = re.findall(rf"\b{number} (\w+)", told)
    assert called == [noun if number == 1 else many(2, noun).split()[1]]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_counted_in_another_way(path):
    assert {"entries", "points", "students", "exercises", "faults", "inputs"} <= PLURALS
    bare = re.compile(rf"\{{(?!MAX_)[^{{}}]*\}} (?:{'|'.join(PLURALS)})\b")
    text = path.read_text(encoding="utf-8")
    inner = [text]
    if path.suffix == ".py":
        inner = [ast.unparse(n) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.JoinedStr)]
        inner += [text for text in TEXTS.values() if path.name == "verdict.py"]
    assert [text for text in inner if bare.search(text)] == []


@pytest.mark.parametrize("number", [0, 1, 2])
def test_pages_and_what_is_handed_back(number, tmp_path):
    points = "1 point" if number == 1 else f"{number} points"
    answer = Answer("why", number or 1, (), "as it is")
    names = [f"Ada_{k}_assignsubmission_file/w.ipynb" for k in range(max(number, 1))]
    results = {n: made(n, answer, points=0, max_points=number) for n in names}
    students = {result.name: result for result in results.values()}
    marks = Marks({})
    told = page(results[names[0]], marks)
    assert f"0 of {points} by the grader" in told
    assert f"up to {'1 point<' if number < 2 else '2 points<'}" in told
    told = class_page(results, students, marks, None)
    assert ("1 student," if number < 2 else "2 students,") in told
    assert ("1 waits<" if number < 2 else "2 wait<") in told
    told = hand_back(tmp_path, "moodle", students, marks)
    assert told.endswith("1 page" if number < 2 else "2 pages")
