"""The execution of the chapters, and the one sentence that a mistake in them gets."""

import json
import re
from pathlib import Path

import execute
import nbformat
import pytest
import whole


def notebook(path, *sources):
    """Write a notebook of these cells; the first is text."""
    cells = [nbformat.v4.new_markdown_cell("# Page"), *map(nbformat.v4.new_code_cell, sources)]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, path)
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Let nothing of this machine's kernels or of the book's cache take part."""
    monkeypatch.setattr(execute, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))


def test_what_a_cell_prints_in_pieces_is_one_line(tmp_path):
    """A slow machine sends even one line in pieces."""
    slow = (
        "import time\nfor word in ('one ', 'line', '\\n'):\n"
        "    print(word, end='', flush=True)\n    time.sleep(0.1)"
    )
    page, wrong = execute.run(notebook(tmp_path / "prints.ipynb", slow))
    assert not wrong
    assert [output.text for output in page.cells[1].outputs] == ["one line\n"]


MISTAKES = {
    "an exception": ("1 / 0", "ZeroDivisionError: division by zero"),
    "a check that fails": (
        "from bpcore import check\ncheck('eq-x', 1.0, 2.0)",
        "eq-x",
    ),
    "a name that is missing": ("print(sigmoid)", "NameError: name 'sigmoid' is not defined"),
    "Python that cannot be read": ("print(", "SyntaxError: "),
    "words on stderr": ("import sys\nprint('odd', file=sys.stderr)", "wrote to stderr"),
    "a warning": ("import warnings\nwarnings.warn('old')", "wrote to stderr"),
    "much": ("raise ValueError('a' * 999 + ' b')", "aa … aa"),
    "an end": ("import os\nos._exit(3)", "died"),
    "too long": ("import time\ntime.sleep(99)", "it takes more than 5 seconds"),
}


@pytest.mark.parametrize(("source", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_sentence_with_page_and_cell(source, said, tmp_path, monkeypatch, capsys):
    if "sleep" in source:
        monkeypatch.setattr(execute, "LIMIT", 5)
    folder = tmp_path / "chapters"
    folder.mkdir()
    path = notebook(folder / "page.ipynb", "x = 1", source)
    stored = nbformat.read(path, as_version=4)
    stored.cells.append(nbformat.v4.new_code_cell("x", execution_count=9))
    for cell in stored.cells[1:]:  # what an earlier run left, of the cells behind the mistake, too
        cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text="old")]
    nbformat.write(stored, path)
    _, wrong = execute.run(path)
    assert wrong.startswith(f"chapters/page.ipynb, cell 3 ({source.splitlines()[0]}): "), wrong
    assert said in wrong
    assert "\n" not in wrong
    assert len(wrong) < 600
    assert not re.search(r"\d+\.py", wrong)  # the name of a cell is another each time


def test_nothing_of_a_run_with_a_mistake_is_kept(tmp_path, monkeypatch, capsys):
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    (tmp_path / "intro.md").write_text("# No cells")
    good = notebook(chapters / "good.ipynb", "print(1)")
    bad = notebook(chapters / "bad.ipynb", "import sys\nsys.stderr.write('odd')")
    monkeypatch.chdir(tmp_path)
    assert execute.main([])
    assert "chapters/bad.ipynb, cell 2" in capsys.readouterr().err
    assert execute.kept(good)
    assert not execute.kept(bad)
    before = bad.read_bytes()
    assert execute.main(["store", str(bad), str(good)])
    assert bad.read_bytes() == before
    assert nbformat.read(good, as_version=4).cells[1].outputs[0].text == "1\n"


@pytest.mark.parametrize("left", ["", '{"cells": ['])
def test_a_page_of_which_the_cache_has_only_the_name_is_not_kept(left, tmp_path, monkeypatch):
    """The cache lists a page before it writes it, and a full disk or a kill may come between."""
    page = notebook(tmp_path / "page.ipynb", "1")
    execute.keep(page, execute.read(page))
    assert execute.kept(page)
    [written] = execute.CACHE.glob("executed/*/base.ipynb")
    written.write_text(left)
    assert not execute.kept(page)
    written.unlink()
    assert not execute.kept(page)
    execute.keep(page, execute.read(page))
    assert execute.kept(page)


def test_what_cannot_be_kept_is_told_in_a_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "chapters").mkdir()
    page = notebook(tmp_path / "chapters" / "page.ipynb", "1")

    def full(path, notebook):
        cause = OSError(28, "No space left on device")
        raise RuntimeError("it may need to be cleared") from cause  # as the cache says it

    monkeypatch.setattr(execute, "store", full)
    assert execute.main(["store", str(page)])
    said = "what it gave cannot be written: [Errno 28] No space left on device"
    assert capsys.readouterr().err == f"chapters/page.ipynb: {said}\n"


def test_a_page_stored_again_is_the_same(tmp_path, monkeypatch):
    """Jupyter names each live picture anew, which is no change."""
    (tmp_path / "chapters").mkdir()
    (tmp_path / "intro.md").write_text("# No cells")
    cell = "from bpcore import explore\ndisplay(explore.tangent(), explore.tangent())"
    page = notebook(tmp_path / "chapters" / "page.ipynb", cell)
    monkeypatch.chdir(tmp_path)
    stored = []
    for _ in range(2):
        assert not execute.main(["store", str(page)])
        outputs = nbformat.read(page, as_version=4).cells[1].outputs
        stored.append([output.data[execute.WIDGET]["model_id"] for output in outputs])
    assert stored == [["picture-1", "picture-2"]] * 2


NO_NOTEBOOKS = {
    "a merge": (
        '{\n"cells": [\n<<<<<<< HEAD\n',
        r"it cannot be read as a notebook: line 3 \(<<<<<<< HEAD\): ",
    ),
    "nothing": ("", r"it cannot be read as a notebook: line 1 \(\): "),
    "a mark of Windows": ("\ufeff{}", r"it cannot be read as a notebook: line 1 .*: .* BOM"),
    "another thing": ("[]", "it cannot be read as a notebook: "),
    "no cells": ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "it cannot be .* cells"),
    "an old format": (
        '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}',
        "it has the format 3.0; save it in JupyterLab as one of 4.0 to 4.5",
    ),
    "a newer one": (
        '{"nbformat": 4, "nbformat_minor": 9, "metadata": {}, "cells": []}',
        "it has the format 4.9; save it in JupyterLab as one of 4.0 to 4.5",
    ),
}


@pytest.mark.parametrize(("text", "said"), NO_NOTEBOOKS.values(), ids=NO_NOTEBOOKS)
def test_a_file_that_is_no_notebook_is_named(text, said, tmp_path, monkeypatch, capsys):
    (tmp_path / "intro.md").write_bytes("# Intro, by é".encode("latin-1"))
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    (chapters / "page.ipynb").write_text(text)
    good = notebook(chapters / "good.ipynb", "print(1)")
    monkeypatch.chdir(tmp_path)
    assert execute.main([])
    assert re.fullmatch(rf"chapters/page\.ipynb: {said}.*\n", capsys.readouterr().err)
    assert execute.kept(good)


BROKEN = {
    "an id twice": (lambda cells: cells[1].update(id=cells[0].id), ": .*Non-unique cell id"),
    "no id": (lambda cells: cells[1].pop("id"), ": .*missing an id"),
    "no source": (
        lambda cells: cells[1].pop("source"),
        ", cell 2: 'source' is a required property",
    ),
    "a tag that is none": (
        lambda cells: cells[1].metadata.update(tags=["remove_cell"]),
        r", cell 2 \(1 \+ 1\): 'remove_cell' in its tags is none of hide-cell, hide-input, ",
    ),
    "words about no picture": (
        lambda cells: cells[1].metadata.update(mystnb={"images": {"alt": "a"}}),
        r", cell 2 \(1 \+ 1\): 'images' in its mystnb is none of code_prompt_hide, ",
    ),
    "lines of Windows": (
        lambda cells: cells[1].update(source="1\r\n"),
        r", cell 2 \(1\): its lines end as those of Windows",
    ),
    "no list": (
        lambda cells: cells[1].metadata.update(tags="remove-cell"),
        ", cell 2 metadata tags: 'remove-cell' is not of type 'array'",
    ),
}


@pytest.mark.parametrize(("breaks", "said"), BROKEN.values(), ids=BROKEN)
def test_a_cell_that_is_none_is_named(breaks, said, tmp_path):
    path = notebook(tmp_path / "page.ipynb", "1 + 1")
    book = nbformat.from_dict(json.loads(path.read_text()))
    breaks(book.cells)
    path.write_text(json.dumps(book))
    with pytest.raises(ValueError, match=r"/page\.ipynb" + said):
        execute.read(path)


def test_a_language_that_is_not_here_is_told(tmp_path):
    path = notebook(tmp_path / "page.ipynb", "1 + 1")
    path.write_text(path.read_text().replace('"python3"', '"julia-1.9"'))
    _, wrong = execute.run(path)
    assert wrong.endswith("page.ipynb, cell 2 (1 + 1): No such kernel named julia-1.9")


def test_a_kernel_that_cannot_start_is_told_by_what_was_first(tmp_path, monkeypatch):
    """As where a program may have few open files: what cleans up then fails, too."""

    def none(*arguments, **options):
        try:
            raise OSError(24, "Too many open files")
        finally:
            raise AssertionError

    monkeypatch.setattr(execute, "single_nb_execution", none)
    _, wrong = execute.run(notebook(tmp_path / "page.ipynb", "1 + 1"))
    assert wrong.endswith("page.ipynb, cell 2 (1 + 1): [Errno 24] Too many open files")


def test_what_is_saved_while_a_page_is_executed_stays(tmp_path, capsys):
    """The run took the page as it was; to store it now would undo what its author did since."""
    (tmp_path / "chapters").mkdir()
    own = tmp_path / "chapters" / "page.ipynb"
    saves = f"from pathlib import Path\np = Path({str(own)!r})\np.write_text(p.read_text() + ' ')"
    text = notebook(own, saves).read_text()
    assert execute.main(["store", str(own)])
    assert "chapters/page.ipynb: it was changed while it was executed" in capsys.readouterr().err
    assert own.read_text() == text + " "


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "page.ipynb"
    whole.write(file, "old")

    def interrupted(path, text, **options):
        path.write_bytes(text[:2].encode())
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        whole.write(file, "new")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.ipynb"]
