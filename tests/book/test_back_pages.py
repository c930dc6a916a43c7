"""The pages where one looks things up: what they show runs, what they name or count is there."""

import doctest
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import blocks
import matplotlib.pyplot as plt
import pytest

import bpcore
from bpcore import explore, plots

ROOT = Path(__file__).parents[2]
CHAPTERS = ROOT / "chapters"
CELL = re.compile(
    r"^```\{code-cell\} ipython3\n(?:---\n.*?^---\n|(?::.*\n)+)(.*?)^```$", re.MULTILINE | re.DOTALL
)


def read(name):
    return (CHAPTERS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "lines", "flags"),
    # What the check of an assignment says stands there in several lines.
    [("api", 6, 0), ("assignments", 3, doctest.NORMALIZE_WHITESPACE)],
)
def test_the_lines_of_a_session_run(name, lines, flags):
    failed, tried = doctest.testfile(
        str(CHAPTERS / f"{name}.md"),
        module_relative=False,
        optionflags=flags,
        encoding="utf-8",
    )
    assert tried >= lines
    assert failed == 0


def test_the_table_of_the_api_page_names_every_public_name_once():
    homes = re.findall(r"\{py:obj\}`~([\w.]+)\.(\w+)`", read("api.md"))
    for module, name in homes:
        assert hasattr(import_module(module), name), f"{module} has no {name}"
        assert f".. automodule:: {module}\n" in read("api.md")
    makers = {name for name in explore.__all__ if name != "Picture"}
    drawers = {
        name
        for name, thing in vars(plots).items()
        if callable(thing) and thing.__module__ == plots.__name__ and name[0] != "_"
    }
    named = {key: [n for m, n in homes if m == f"bpcore.{key}"] for key in ("explore", "plots")}
    assert sorted(named["explore"]) == sorted(makers)
    assert sorted(named["plots"]) == sorted(drawers)
    others = [n for m, n in homes if m not in ("bpcore.explore", "bpcore.plots")]
    assert sorted(others) == sorted(bpcore.__all__)


@pytest.fixture
def run_cells(monkeypatch):
    """Run the cells of a page, with all that they assert; give the names that they define."""
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))

    def run(page):
        names = {}
        cells = CELL.findall(read(page))
        assert cells
        for code in cells:
            exec(code, names)
        return names

    return run


def test_the_map_of_the_package_is_what_its_alt_text_says(run_cells):
    names = run_cells("api.md")
    levels = {}
    for module in names["column"]:
        levels.setdefault(names["row"](module), []).append(module)
    assert f"{'; '.join(', '.join(levels[k]) for k in sorted(levels))}." in read("api.md")
    said = {6: "six", 7: "seven", 11: "Eleven", 12: "Twelve", 13: "Thirteen"}
    assert f'"{said[len(names["column"])]} boxes in {said[len(levels)]} rows,' in read("api.md")
    homes = {module: len(lines) for module, lines in names["tagged"].items() if lines}
    assert homes == {"network": 2, "backprop": 4, "descent": 3}


def test_the_picture_of_the_source_map_shows_what_the_page_says(run_cells):
    count = run_cells("source_map.md")["count"]
    for number in range(1, 15):
        posts = {source for source, chapter in count if chapter == number}
        assert (len(posts) == 5) == (number == 2)
        assert (len(posts) == 0) == (number == 13)


@pytest.mark.parametrize("path", [*CHAPTERS.glob("*.md")], ids=lambda path: path.stem)
def test_the_words_of_a_picture_are_for_translators(path):
    text = path.read_text(encoding="utf-8")
    wanted = re.findall(r"^ +(?:caption|alt): (.*)$", text, re.M)
    met = []
    blocks.markdown(
        text,
        lambda words, kind: met.append(words) if kind in ("caption", "picture in words") else None,
    )
    assert sorted(f'"{words}"' for words in met) == sorted(wanted)


def test_the_source_map_counts_its_rows():
    text = read("source_map.md")
    counted = dict(re.findall(r"^\| \{ref\}`(\d+) <.*\| (\d+) \| [^|]*\|$", text, re.M))
    rows = Counter(re.findall(r"^\| S(\d+)\.\d+ \|", text, re.M))
    assert {source: int(count) for source, count in counted.items()} == rows


def test_the_assignments_page_leads_to_every_equation_that_a_student_is_sent_to():
    files = (*ROOT.glob("assignments/*/exercises.py"), *ROOT.glob("assignments/*/source.ipynb"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    named = {label for text in texts for label in re.findall(r"\beq-[a-z0-9-]+", text)}
    links = re.findall(r"`([\w-]+)` \{eq\}`([\w-]+)`", read("assignments.md"))
    assert {label for label, _ in links} == named
    assert [label for label, target in links if label != target] == []


def test_references_are_well_formed_and_each_is_cited():
    entries = re.split(r"^@", (ROOT / "references.bib").read_text(encoding="utf-8"), flags=re.M)[1:]
    pages = [*CHAPTERS.glob("*.md"), *CHAPTERS.glob("*.ipynb"), ROOT / "intro.md"]
    texts = "".join(page.read_text(encoding="utf-8") for page in pages)
    cited = {key for keys in re.findall(r"\{cite:\w+\}`([^`]+)`", texts) for key in keys.split(",")}
    keys = {re.match(r"\w+\{(\w+),", entry)[1] for entry in entries}
    assert keys == cited
    for entry in entries:
        fields = dict(re.findall(r"^ +(\w+) *= *\{(.*)\},$", entry, re.M))
        assert {"author", "title"} <= set(fields), entry
        assert "year" in fields or "undated" in fields["note"], entry
        assert re.fullmatch(r"10\.\d{4,}/\S+", fields.get("doi", "10.1000/none")), entry
        assert re.fullmatch(r"https?://\S+", fields.get("url", "https://none")), entry
