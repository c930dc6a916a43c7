"""The execution of the chapters into the cache that the book is built from."""

import execute
import nbformat
from jupyter_cache import get_cache


def test_what_a_cell_prints_in_pieces_is_one_line(tmp_path, monkeypatch):
    """A slow machine sends even one line in pieces; a chapter that fails is left out."""
    monkeypatch.setattr(execute, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    cache = get_cache(execute.CACHE)
    cells = {
        "prints": "import time\nfor word in ('one ', 'line', '\\n'):\n"
        "    print(word, end='', flush=True)\n    time.sleep(0.1)",
        "fails": "1 / 0",
    }
    for name, source in cells.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
        cache.add_nb_to_project(tmp_path / f"{name}.ipynb")
        execute.execute(tmp_path / f"{name}.ipynb")
    assert cache.get_cached_project_nb(str(tmp_path / "fails.ipynb")) is None
    record = cache.get_cached_project_nb(str(tmp_path / "prints.ipynb"))
    outputs = cache.get_cache_bundle(record.pk).nb.cells[0].outputs
    assert [output.text for output in outputs] == ["one line\n"]
