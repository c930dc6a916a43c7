"""What `import bpcore` gives, what it costs, and what its documentation promises."""

import inspect
import os
import runpy
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import bpcore

PUBLIC = [getattr(bpcore, name) for name in bpcore.__all__]
FUNCTIONS = [thing for thing in PUBLIC if inspect.isfunction(thing)]
CLASSES = [thing for thing in PUBLIC if inspect.isclass(thing)]


def test_import_loads_numpy_and_the_standard_library_only():
    code = """
import sys, numpy
before = set(sys.modules)
import bpcore
print(*set(sys.modules) - before)
"""
    root = str(Path(bpcore.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(run.stdout.split())
    assert "bpcore" in loaded
    assert {name.split(".")[0] for name in loaded} <= {"bpcore", "numpy", *sys.stdlib_module_names}
    # not even these, which cost a quarter of importing NumPy
    assert not loaded & {"numpy.random", "zipfile", "json", "difflib"}


def test_all_is_what_the_modules_define():
    assert bpcore.__all__ == sorted(set(bpcore.__all__))
    defined = {
        name
        for name, thing in vars(bpcore).items()
        if not (name.startswith("_") or inspect.ismodule(thing))
    }
    assert set(bpcore.__all__) == defined


def test_one_version():
    assert version("bpcore") == "1.0.0"
    assert not hasattr(bpcore, "__version__")


@pytest.mark.parametrize("thing", [*FUNCTIONS, *CLASSES], ids=lambda thing: thing.__name__)
def test_docstring_is_complete(thing):
    text = inspect.getdoc(thing)
    assert text.split("\n\n")[0].endswith(".")
    parameters = inspect.signature(thing).parameters
    assert ("Parameters\n-----" in text) == bool(parameters)
    for name in parameters:
        assert name in text, name
    if inspect.isfunction(thing):
        assert ("Returns\n-----" in text) == (thing is not bpcore.check)
        assert "Examples\n-----" in text
        assert ">>> " in text
        assert ("Raises\n-----" in text) == (thing is not bpcore.worked_example)


def test_make_test_runs_every_example():
    root = Path(bpcore.__file__).parents[1]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    def ask(*command):
        run = subprocess.run(
            command, cwd=root, env=plain, capture_output=True, text=True, check=True
        )
        return run.stdout.splitlines()

    [(_, [line])] = runpy.run_path(str(root / "dodo.py"))["task_package"]()["actions"]
    command = shlex.split(line)
    options = ["--collect-only", "--quiet", "--no-cov", "--ignore-glob=*/test_*"]
    found = ask(sys.executable, "-m", *command, *options)
    for thing in FUNCTIONS:
        path = Path(inspect.getfile(thing)).relative_to(root).as_posix()
        assert f"{path}::{thing.__module__}.{thing.__name__}" in found
