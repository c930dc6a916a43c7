"""The pages where one looks things up: what they show runs, what they name or count is there."""

import doctest
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import bpcore
from bpcore import explore, plots

ROOT = Path(__file__).parents[1]
CHAPTERS = ROOT / "chapters"


def read(name):
    return (CHAPTERS / name).read_text(encoding="utf-8")


def test_the_lines_on_top_of_the_api_page_run():
    failed, tried = doctest.testfile(str(CHAPTERS / "api.md"), module_relative=False)
    assert tried > 5
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


def test_the_source_map_counts_its_rows():
    text = read("source_map.md")
    counted = dict(re.findall(r"^\| \{ref\}`(\d+) <.*\| (\d+) \| [^|]*\|$", text, re.M))
    rows = Counter(re.findall(r"^\| S(\d+)\.\d+ \|", text, re.M))
    assert {source: int(count) for source, count in counted.items()} == rows


def test_the_assignments_page_leads_to_every_equation_that_a_check_names():
    files = [path.read_text(encoding="utf-8") for path in ROOT.glob("assignments/*/exercises.py")]
    named = {label for text in files for label in re.findall(r'equation="([\w-]+)"', text)}
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
