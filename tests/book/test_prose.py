"""What the text promises: no result typed by hand, no source item left out, a README that runs."""

import json
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from bpcore import plots

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
PAGES = [*NOTEBOOKS, *sorted((ROOT / "chapters").glob("*.md")), ROOT / "intro.md"]

# Decimals that are given, not computed: the reader sets them, or they stand in code beside.
GIVEN = {
    ("08_delta_recursion", "0.5"): "the learning rate of an exercise",
    ("12_training_on_real_data", "0.3"): "a position of the slider",
    ("12_training_on_real_data", "0.1"): "the threshold that an exercise sets",
}

ITEMS = {"S000": 43, "S001": 31, "S002": 11, "S003": 14, "S004": 9}


def markdown(page, kind="markdown"):
    """Give the text of a page: the cells of one kind of a notebook, or another file itself."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == kind]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def without_code(text):
    """Drop fenced code blocks of Python and inline code."""
    text = re.sub(r"^```python.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_no_result_is_typed(chapter):
    found = set(re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", without_code(markdown(chapter))))
    typed = {number for number in found if (chapter.stem, number) not in GIVEN}
    assert not typed, f"glue these numbers from a cell, or say in GIVEN who sets them: {typed}"


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_figures_can_be_read_on_a_phone(chapter):
    """Of 360 pixels of width 328 are left for a picture; wider ones shrink with their letters."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    sizes = [
        output["metadata"]["image/png"]
        for output in outputs
        if "image/png" in output.get("data", {})
    ]
    with plt.rc_context():
        plots.use_style()
        letters = plt.rcParams["font.size"] * 100 / 72  # in pixels
    assert [size for size in sizes if letters * min(1, 328 / size["width"]) < 8.5] == []


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_no_line_is_cut_on_a_desk(chapter):
    """A line of 80 characters is as wide as the page; folded code may be wider."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [output.get("text", "") for output in outputs]
    shown = ["".join(output.get("data", {}).get("text/markdown", "")) for output in outputs]
    texts += [text for text in shown if text.startswith("```python")]  # of the package
    folded = {"hide-input", "remove-cell"}
    texts += [
        cell["source"]
        for cell in cells
        if cell["cell_type"] == "code" and not folded & set(cell["metadata"].get("tags", ()))
    ]
    lines = [line for text in texts for line in "".join(text).splitlines()]
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_open_code_speaks_of_the_subject(chapter):
    """What carries a number into the text stands in a folded cell; a colour has its name."""
    folded = {"hide-input", "hide-cell", "remove-cell"}
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        source = "".join(cell["source"])
        assert folded & set(cell["metadata"].get("tags", ())) or "glue(" not in source, source
        named = {*plots.COLOUR.values(), *(colour for colour, *_ in plots.SERIES)} - {"#222222"}
        assert [colour for colour in named if colour in source] == [], source


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_no_answer_stands_open_below_its_guess(chapter):
    """What the cell below a guess prints is folded; a picture may be open."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    seen = [cell for cell in cells if "remove-cell" not in cell["metadata"].get("tags", ())]
    for asked, cell in pairwise(seen):
        last = "".join(asked["source"]).rstrip().split("\n\n")[-1]
        if asked["cell_type"] == "markdown" and re.search(r"(?i)\b(guess|decide)\b", last):
            open_cell = not {"hide-cell", "hide-output"} & set(cell["metadata"].get("tags", ()))
            printed = [o for o in cell.get("outputs", ()) if {"text", "text/markdown"} & shown(o)]
            assert last.startswith(":::") or not (open_cell and printed), last


def shown(output):
    """Give the names of what an output shows: text that was printed, or the kinds of a display."""
    return {*output, *output.get("data", ())}


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_no_cell_shows_a_bare_value(chapter):
    """The value of a last line is shown as its repr, unless it is a picture."""
    for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
        values = [o for o in cell.get("outputs", ()) if o["output_type"] == "execute_result"]
        assert all(len(value["data"]) > 1 for value in values), "".join(cell["source"])


def test_every_given_number_is_still_there():
    texts = {page.stem: without_code(markdown(page)) for page in NOTEBOOKS}
    assert [key for key in GIVEN if key[1] not in texts[key[0]]] == []


def rows_of_source_map():
    """Give (item, cells) of every row of the two tables."""
    text = (ROOT / "chapters" / "source_map.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [(cells[0], cells) for cells in rows if re.fullmatch(r"S\d+\.\d+|P\d+", cells[0])]


def test_source_map_holds_every_item_and_pitfall_once():
    wanted = {f"{source}.{k}" for source, count in ITEMS.items() for k in range(1, count + 1)}
    wanted |= {f"P{k}" for k in range(1, 41)}
    assert Counter(item for item, _ in rows_of_source_map()) == Counter(wanted)


def test_every_link_of_the_source_map_resolves():
    anchors = {a for page in PAGES for a in re.findall(r"^\(([\w-]+)\)=", markdown(page), re.M)}
    for item, cells in rows_of_source_map():
        links = re.findall(r"\{ref\}`(?:[^`<]*<)?([\w-]+)>?`", cells[2])
        assert links, f"{item} leads nowhere"
        assert set(links) <= anchors, f"{item}: {set(links) - anchors} is no anchor"


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_five_exercises_with_hint_and_solution(chapter):
    text = markdown(chapter)
    exercises = re.findall(r"\{exercise\}[^\n]*\n:label: ([\w-]+)", text)
    solutions = re.findall(r"\{solution(?:-start)?\} ([\w-]+)", text)
    assert len(exercises) >= 5
    assert Counter(exercises) == Counter(solutions)
    boxes = re.findall(r"\{(exercise|solution(?!-end))", text)
    assert [box[0] for box in boxes] == ["e", "s"] * len(exercises), "solution before exercise"
    assert text.count("{admonition} Hint") >= len(exercises)
    assert text.count("{solution-start}") == text.count("{solution-end}")
    for kind in ("Recall", "Derive", "Code", "Find the bug", "Extend"):
        assert re.search(rf"\{{exercise\}} {kind}", text), f"no exercise of the kind {kind}"


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_code_of_a_solution_is_folded_in_a_notebook_too(chapter):
    inside, open_cells = False, []
    for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
        source, data = "".join(cell["source"]), cell["metadata"]
        if cell["cell_type"] == "markdown":
            for edge in re.findall(r"\{solution-(start|end)\}", source):
                inside = edge == "start"
        elif inside and "remove-cell" not in data.get("tags", ()):
            open_cells += [source] * (not data.get("jupyter", {}).get("source_hidden"))
    assert open_cells == []


def test_the_lines_of_the_readme_run():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code, output = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.S).groups()
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == output


# House English that came back more than once, and what is said instead.
HOUSE = {
    r"\b(derivatives?|gradients?|slopes?|differentiat\w+) (of [^.,;:]{1,40} )?"
    r"by (\$|every|all|each|the (weight|bias|input|output|parameter)|a (weight|bias)|[wbxz]\b)": (
        "with respect to"
    ),
    r"\b[Rr]oads?\b": "way, method",
    r"\bsees? (it|them) no more\b": "no longer sees",
    r"\b(two|three|many) millions\b": "million",
    r"\b(innumerable|plethora|delve|leverage)\b": "a plain word",
    r"\b[Ww]ho (has|have|wants?|reads?|comes?) [^.?]{1,60}, (will|can|should|may)\b": (
        "a student who"
    ),
    r"(?<=[.;:!] )Who(ever)? [^.?]{5,160}\.": "a student who",
    r"\bin the wild\b": "where it was found",
}


def code(path):
    """Give code with its docstrings and comments: a file, or the cells of a notebook."""
    return markdown(path, "code")


COURSE = sorted((ROOT / "assignments").glob("*/source.ipynb"))
PROGRAMS = [path for name in ("bpcore", "bpgrader") for path in sorted((ROOT / name).rglob("*.py"))]
CODE = [*NOTEBOOKS, *COURSE, *PROGRAMS]
SAID = {
    **{path.relative_to(ROOT): without_code(markdown(path)) for path in [*PAGES, *COURSE]},
    **{f"code of {path.relative_to(ROOT)}": code(path) for path in CODE},
}


@pytest.mark.parametrize("text", SAID.values(), ids=map(str, SAID))
def test_no_house_english(text):
    found = [
        f"{match[0]!r}: say {better}"
        for pattern, better in HOUSE.items()
        for match in re.finditer(pattern, " ".join(text.split()))
    ]
    assert not found


@pytest.mark.parametrize(
    "slip",
    [
        "the gradient of the cost by every weight",
        "its derivative by $w$",
        "the gradients by w.",
        "differentiate by the weight",
        "by another road",
        "it sees it no more",
        "Hand it in. Who sent only a PDF gets no points.",
    ],
)
def test_house_english_is_found(slip):
    assert any(re.search(pattern, slip) for pattern in HOUSE)


CHAPTERS = [page for page in NOTEBOOKS if re.match(r"\d", page.stem)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)
def test_a_chapter_is_read_in_half_an_hour(chapter):
    """200 words a minute, the folded solutions left out; chapter 1 within 25 minutes."""
    text = re.sub(r":::+\{(solution|admonition).*?^:::+$", "", markdown(chapter), flags=re.M | re.S)
    words = len(
        re.findall(r"[A-Za-z]{2,}", re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " ", text, flags=re.S))
    )
    assert words / 200 <= (25 if chapter.stem.startswith("01") else 35)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)
def test_a_chapter_asks_before_it_answers(chapter):
    """At least three questions before the exercises, and folded answers."""
    text = markdown(chapter).split("## Exercises")[0]
    assert text.count("?") >= 3
    assert text.count(":class: dropdown") + text.count(", dropdown") >= 2


@pytest.mark.parametrize("source", PAGES, ids=lambda page: page.stem)
def test_only_numbered_sections_are_cited_by_number(source):
    """An appendix has no number: cite its sections by their titles."""
    numbered = {
        label
        for chapter in CHAPTERS
        for label in re.findall(r"^\(((?:ch|sec)-[\w-]+)\)=", markdown(chapter), re.M)
    }
    cited = re.findall(r"\{numref\}`[^`<]*%s <((?:ch|sec)-[\w-]+)>`", markdown(source))
    assert set(cited) <= numbered
