"""Answers in words: whatever a student wrote from a question to the next released cell is found."""

import base64
import json

import pytest

from bpgrader.notebook import PLACEHOLDER, make_release, read_cells
from bpgrader.result import Item
from bpgrader.spec import Written
from bpgrader.words import MAX_ANSWER, other_title, read_words


def markdown(name, source):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def code(name, source):
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": []}


SOLUTION = "\n\n### BEGIN SOLUTION\nIt is so.\n### END SOLUTION"
SOURCE = {
    "nbformat": 4,
    "cells": [
        markdown("title", "# Assignment 9: words"),
        code(
            "answer", "def answer(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
        ),
        markdown("why", f"## Task 2: why?\n\nSay why $a = b$.{SOLUTION}"),
        markdown("next-task", "## Task 3\n\nWrite code."),
        code("other", "def other(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"),
        markdown("how", f"## Task 4: how?\n\nSay how.{SOLUTION}"),
        code("last", ""),  # as Jupyter leaves one at the end
    ],
}
QUESTIONS = [Written(name="why", rubric={"r": 3}), Written(name="how", rubric={"r": 2})]
NAMES = ["answer", "other"]


def read(*edits, ids=True, end="\n", say=lambda text: text):
    """Read the answers to both questions from the student's notebook with some edits."""
    cells = make_release(SOURCE, solution=False)["cells"]
    cells = [{**cell, "source": "".join(cell["source"])} for cell in cells]
    for cell in cells:
        if (said := say(cell["source"])) != cell["source"]:
            cell["source"] = said
            cell["metadata"] = {"released": {"id": cell["id"], "text": said}}
    for edit in edits:
        edit(cells)
    if not ids:  # as Colab and old programs save it
        for cell in cells:
            cell.pop("id", None)
    for cell in cells:
        cell["source"] = cell["source"].replace("\n", end)
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    return read_words(SOURCE, QUESTIONS, NAMES, read_cells(data))


def at(cells, name):
    return next(k for k, cell in enumerate(cells) if cell.get("id") == name)


def new(source, after, kind="markdown", **more):
    """Add a cell under another one."""
    cell = {"cell_type": kind, "source": source, **more}
    return lambda cells: cells.insert(at(cells, after) + 1, cell)


def into(name, text, old=PLACEHOLDER):
    def edit(cells):
        cell = cells[at(cells, name)]
        assert old in cell["source"]
        cell["source"] = cell["source"].replace(old, text)

    return edit


def drop(name):
    return lambda cells: cells.pop(at(cells, name))


WORDS = "Because **b** is a."
PLACES = {
    "in the cell": [into("why", WORDS)],
    "under the placeholder": [into("why", f"{PLACEHOLDER}\n\n{WORDS}")],
    "in a new cell": [new(WORDS, "why")],
    "in a raw cell": [new(WORDS, "why", "raw")],
    "in two new cells": [new("a.", "why"), new("Because **b** is", "why")],
    "below empty cells": [new(WORDS, "why"), new("", "why", "code"), new(" \n", "why")],
    "as a comment": [new(f"# {WORDS}", "why", "code")],
    "in the question's stead": [
        into("why", WORDS, f"## Task 2: why?\n\nSay why $a = b$.\n\n{PLACEHOLDER}")
    ],
    "before a cell that was changed": [new(WORDS, "why"), into("other", "return 2 * x", "raise")],
    "the question was cut": [drop("why"), new(WORDS, "answer")],
    "the question was cut and the next one, too": [
        drop("why"),
        drop("next-task"),
        new(WORDS, "answer"),
    ],
    "the question moved to the end": [
        into("why", WORDS),
        lambda cells: cells.append(cells.pop(at(cells, "why"))),
    ],
    "copied with its id": [
        lambda cells: cells.insert(at(cells, "why"), dict(cells[at(cells, "why")])),
        into("why", WORDS),
    ],
}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("place", PLACES)
def test_words_are_found_wherever_they_stand(place, ids, end):
    why, how = read(*PLACES[place], ids=ids, end=end)
    for word in ("Because", "**b**", "a."):
        assert word in why.text
    assert (why.name, why.max_points, why.rubric) == ("why", 3, (Item("r", 3),))
    if place in ("as a comment",):
        assert why.text.startswith("```\n#")
    elif "cut" not in place and "stead" not in place:
        assert why.note == ""
    assert "XX" not in why.text
    assert "Say why" not in why.text
    if not ids and place == "in the question's stead":  # nothing tells that this was the question
        assert "not in the notebook" in why.note
    assert how.text == ""
    assert how.note == "Nothing found from the question to the next cell of the assignment."


HERE = {  # a translation, as site/translation.py hands it out
    "# Assignment 9: words": "# 作业 9：文字",
    "Task 2: why?": "第 2 题：为什么？",
    "Say why $a = b$.": "说明为什么 $a = b$。",
    "## Task 3\n\nWrite code.": "## 第 3 题\n\n写代码。",
    "Task 4: how?": "第 4 题：怎么做？",
    "Say how.": "说明怎么做。",
    PLACEHOLDER: "*答案写在这里。*",
}


def in_chinese(text):
    for english, chinese in HERE.items():
        text = text.replace(english, chinese)
    return text


PLACES_THERE = {
    "in the cell": [into("why", WORDS, HERE[PLACEHOLDER])],
    "under the placeholder": [into("why", f"{HERE[PLACEHOLDER]}\n\n{WORDS}", HERE[PLACEHOLDER])],
    "between the question and the placeholder": [
        into("why", f"{WORDS}\n\n{HERE[PLACEHOLDER]}", HERE[PLACEHOLDER])
    ],
    "in a new cell": [new(WORDS, "why")],
    "in a new cell, without the question's": [new(WORDS, "why"), drop("why")],
    "in a copy of the next task, overwritten": [
        lambda cells: cells.insert(
            at(cells, "why") + 1, {**cells[at(cells, "next-task")], "id": "x", "source": WORDS}
        )
    ],
    "in a copy of another question, overwritten": [
        lambda cells: cells.insert(
            at(cells, "why") + 1, {**cells[at(cells, "how")], "id": "x", "source": WORDS}
        )
    ],
    "copied": [
        into("why", WORDS, HERE[PLACEHOLDER]),
        lambda cells: cells.insert(at(cells, "why"), {**cells[at(cells, "why")], "id": "x"}),
    ],
}


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("place", PLACES_THERE)
def test_words_are_told_from_a_question_in_another_language(place, ids):
    why, how = read(*PLACES_THERE[place], ids=ids, say=in_chinese)
    assert why.text == "\n\n".join([WORDS] * (1 + (place == "copied")))
    assert (how.text, why.name) == ("", "why")
    assert ("not in the notebook" in why.note) == ("without" in place)


@pytest.mark.parametrize("released", [3, ["x"], {"id": 3, "text": None}, {"text": "\n\n" * 10**6}])
def test_what_a_cell_says_of_its_question_may_be_anything(released):
    def spoil(cells):
        cells[at(cells, "why")]["metadata"] = {"released": released}

    why, _ = read(spoil, into("why", WORDS))
    assert why.text == WORDS


def test_nothing_is_said_never_silent():
    for answer in read():
        assert answer.text == ""
        assert answer.note.startswith("Nothing found")
    why, _ = read(drop("why"))
    assert "The cell of the question is not in the notebook. Nothing found" in why.note


def test_no_other_cell_of_the_assignment_is_taken_for_words():
    why, _ = read(new("def answer(x):\n    return 5", "why", "code"), ids=False)
    assert why.text == ""


PNG = base64.b64encode(b"\x89PNG rest").decode()
JPEG = base64.b64encode(b"\xff\xd8\xff rest").decode()
PICTURES = {
    "attached": ("![a](attachment:a.png)", {"a.png": {"image/png": PNG}}),
    "attached with a space": ("![a](attachment:my%20a.png)", {"my a.png": {"image/png": PNG}}),
    "attached, named as Windows does": (
        "![a](attachment:Screenshot%20(12).png)",
        {"Screenshot (12).png": {"image/png": PNG}},
    ),
    "attached, of VS Code": (
        "![a](<attachment:Screenshot (12).png>)",
        {"Screenshot (12).png": {"image/png": PNG}},
    ),
    "attached, not shown": ("words", {"a.png": {"image/png": PNG}}),
    "in lines": ("![a](attachment:a.png)", {"a.png": {"image/png": PNG[:8] + "\n" + PNG[8:]}}),
    "of Colab": (f"![a](data:image/png;base64,{PNG})", {}),
    "of HTML": (f'<img src="data:image/jpeg;base64,{JPEG}" width=3>', {}),
    "HTML and attached": (
        '<img width="3" src="attachment:a.jpg">',
        {"a.jpg": {"image/jpeg": JPEG}},
    ),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("where", ["in", "under"])
def test_pictures_reach_the_marker(name, where):
    source, attachments = PICTURES[name]
    if where == "under":
        edits = [new(source, "why", attachments=attachments)]
    else:
        edits = [
            into("why", source),
            lambda cells: cells[at(cells, "why")].update(attachments=attachments),
        ]
    why, how = read(*edits)
    assert [base64.b64decode(p.data)[-4:] for p in why.pictures] == [b"rest"]
    assert why.pictures[0].media in ("image/png", "image/jpeg")
    assert "picture-1" in why.text
    assert "base64" not in why.text
    assert why.note == ""
    assert how.pictures == ()


@pytest.mark.parametrize(
    ("source", "attachments", "words"),
    [
        ("![a](photo.jpg)", {}, "not in the notebook: photo.jpg"),
        ("![a](https://x.org/a.png)", {}, "not in the notebook: https://x.org/a.png"),
        ("![a](attachment:gone.png)", {}, "not in the notebook: attachment:gone.png"),
        ("x", {"a.svg": {"image/svg+xml": PNG}}, "image/svg+xml cannot be shown"),
        ("x", {"a.png": {"image/png": "%%%"}}, "cannot be shown"),
        ("x", {"a.png": {"image/png": base64.b64encode(b"<script>").decode()}}, "cannot be shown"),
        ("x", {"a.png": {}}, "cannot be shown"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_said(source, attachments, words):
    why, _ = read(new(source, "why", attachments=attachments))
    assert why.pictures == ()
    assert words in why.note


@pytest.mark.parametrize(
    "attachments", [1, [], {"a": 1}, {"a": {"image/png": 5}}, {"a": {"b": [1]}}, None]
)
def test_odd_attachments_harm_nobody(attachments):
    why, _ = read(new(WORDS, "why", attachments=attachments))
    assert WORDS in why.text


def test_the_words_of_a_question_are_taken_out_once():
    opening = "## Task 2: why?\n\nSay why $a = b$."
    why, _ = read(into("why", f"You ask: {opening}"))
    assert why.text == f"You ask: {opening}"


def test_a_definition_without_an_id_is_found_in_any_line():
    why, _ = read(new("import math\n\ndef answer(x):\n    return 5", "why", "code"), ids=False)
    assert why.text == ""
    why, _ = read(new("def my_answer(x):\n    return 5", "why", "code"), ids=False)
    assert "my_answer" in why.text


def test_an_answer_of_the_full_length_is_not_cut():
    why, _ = read(new("x" * MAX_ANSWER, "why"))
    assert why.note == ""


def test_a_long_answer_is_cut_and_said():
    why, _ = read(new("x" * (MAX_ANSWER + 1), "why"))
    assert len(why.text) == MAX_ANSWER
    assert "Cut after 20,000 of 20,001 characters" in why.note


def test_a_hostile_text_is_read_in_no_time():
    for text in (
        "<img " * 200_000,
        "![" * 300_000,
        "data:image/png;base64," + "A" * 900_000,
        "(" * 10**6,
    ):
        read(new(text, "why"))


@pytest.mark.parametrize(
    ("title", "edits", "other"),
    [
        ("# Assignment 8: more", [], ""),  # the answers are those of this one
        (
            "# Assignment 8: more",
            [drop("why"), drop("how"), drop("answer"), drop("other")],
            "Assignment 8: more",
        ),
        ("# Assignment 9: words", [drop("why"), drop("how"), drop("answer"), drop("other")], ""),
        ("no title", [drop("why"), drop("how"), drop("answer"), drop("other")], ""),
    ],
)
def test_the_notebook_of_another_assignment_is_named(title, edits, other):
    cells = make_release(SOURCE, solution=False)["cells"]
    cells[0]["source"] = title
    for edit in edits:
        edit(cells)
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    assert other_title(SOURCE, NAMES, read_cells(data)) == other


def test_a_released_notebook_says_where_to_write():
    text = json.dumps(make_release(SOURCE, solution=False))
    assert text.count("double-click this cell") == 2
    assert "It is so." not in text


def test_a_question_without_its_cell_is_said():
    with pytest.raises(ValueError, match="no Markdown cell with id 'where' and a solution region"):
        read_words(SOURCE, [Written(name="where", rubric={"r": 1})], NAMES, [])
