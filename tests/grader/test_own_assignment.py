"""The page that builds an assignment from another field, done word for word in an empty folder."""

import json
import re
from pathlib import Path

import pytest

from bpgrader.assignment import Assignment
from bpgrader.proof import prove

pytestmark = pytest.mark.xdist_group("own assignment")  # it is built once
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "chapters" / "own_assignment.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def work(box, shell, tmp_path_factory):
    """Write the files of the page, and run its commands."""
    home = tmp_path_factory.mktemp("softmax")
    block = r"```\{code-block\} python\n:caption: (\S+)\n\n(.*?)```\n"
    for name, text in re.findall(block, PAGE, re.S):
        (home / name).parent.mkdir(exist_ok=True)
        with open(home / name, "a", encoding="utf-8") as file:  # in pieces, in their order
            file.write(text)
    said = shell(re.findall(r"^\$ (.+)$", PAGE, re.M), home)
    return home, said


def test_the_assignment_of_the_page_proves_itself(work):
    home, said = work
    (line,) = (text for text in said if "variants" in text)
    assert line.strip().endswith("0 faults")
    made = json.loads((home / "hand_out" / "student.ipynb").read_text("utf-8"))
    text = "".join("".join(cell["source"]) for cell in made["cells"])
    assert "NotImplementedError" in text
    assert "Z.max" not in text
    assert all(f"| {n} |" in text for n in (3, 2))


def test_the_notebooks_of_the_page_get_what_it_says(work):
    home, _ = work
    results = [json.loads(p.read_text("utf-8")) for p in (home / "marks/results").glob("*.json")]
    points = {r["name"]: {e["name"]: e["points"] for e in r["exercises"]} for r in results}
    assert points == {
        "ada": {"softmax": 3, "cost": 3},
        "grace": {"softmax": 0, "cost": 3},
        "charles": {"softmax": 0, "cost": 0},
    }
    assert not (home / "marks" / "mark-here.html").exists()
    (page,) = (home / "marks" / "feedback").glob("grace-*.html")
    (told,) = re.findall(r'says: "([^"]+)"', PAGE)
    assert told in page.read_text("utf-8")
    assert "Reread softmax in Lecture 5" in page.read_text("utf-8")


def test_tame_inputs_are_refused_in_the_words_of_the_page(work, tmp_path):
    home, _ = work
    for name in ("source.ipynb", "exercises.py"):
        text = (home / "softmax" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("[usual, large]", "usual"), encoding="utf-8")
    (told,) = re.findall(r"```text\n(.*?)\n```", PAGE, re.S)
    assert told in prove(Assignment.load(tmp_path), boxed=False, draws=0).faults
