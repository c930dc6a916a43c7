"""The book without solutions, and the package for the browser."""

import json
import re
from pathlib import Path

import nbformat
import pytest
import release
from languages import LANGUAGES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted(ROOT.glob("chapters/*.ipynb")), ids=lambda p: p.stem)
def test_student_edition_has_every_exercise_and_no_solution(path):
    full = nbformat.read(path, as_version=4)
    exercises = re.findall(r"\{exercise\}", json.dumps(full))
    gated = json.dumps(full).count("{solution-start}")
    cut = release.without_solutions(nbformat.read(path, as_version=4))
    text = json.dumps(cut)
    assert "{solution" not in text
    assert re.findall(r"\{exercise\}", text) == exercises
    assert len(full.cells) - len(cut.cells) >= gated
    nbformat.validate(cut)


def test_solutions_are_cut_with_their_cells():
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(
        cells=[
            markdown(
                ":::{exercise}\n:label: ex-a\nDo it.\n:::\n\n:::{solution} ex-a\nSecret.\n:::"
            ),
            markdown("Before.\n\n::::{solution} ex-b\n:::{note}\nSecret.\n:::\n::::\n\nAfter."),
            markdown(":::{solution-start} ex-c\n:class: dropdown\n:::\n\nSecret."),
            code("secret = 1"),
            markdown("Secret.\n\n```{solution-end}\n```\n\nGoes on."),
            code("public = 1"),
        ]
    )
    sources = [cell.source for cell in release.without_solutions(notebook).cells]
    assert sources == [
        ":::{exercise}\n:label: ex-a\nDo it.\n:::",
        "Before.\n\n\nAfter.",
        "Goes on.",
        "public = 1",
    ]


def test_wheel_for_the_browser_is_in_its_own_index(site):
    index = json.loads((site / "lite" / "pypi" / "all.json").read_text(encoding="utf-8"))
    [release] = index["bpcore"]["releases"].values()
    assert (site / "lite" / "pypi" / release[0]["filename"]).is_file()
    assert not list((site / "lite").rglob("*.map"))


def test_the_parts_of_a_release_are_the_whole_site(site):
    parts = release.parts(site)
    assert set(parts) == {"", "-live-python", *(f"-{key}" for key in LANGUAGES if key != "en")}
    files = [path for part in parts.values() for path in part.values()]
    assert sorted(files) == sorted(path for path in site.rglob("*") if path.is_file())
    assert all(site / name == path for part in parts.values() for name, path in part.items())
    assert Path("index.html") in parts[""]
    assert Path("zh/index.html") in parts["-zh_CN"]
    assert all(name.parts[0] == "lite" for name in parts["-live-python"])
