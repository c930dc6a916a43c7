"""The check in the student's notebook must be light: it also runs in the browser."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bpgrader.student import check

ROOT = Path(__file__).parents[2]


def test_the_check_needs_the_standard_library_and_numpy_only():
    code = (
        "import json, sys; before = set(sys.modules); import numpy; numpys = set(sys.modules); "
        "from bpgrader.student import check; check('count_parameters', lambda n: 0); "
        "print(json.dumps(sorted({m.split('.')[0] for m in set(sys.modules) - numpys})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    verdict, modules = done.stdout.strip().splitlines()
    assert verdict.startswith("✗ count_parameters: Your result is 0, wanted")
    assert set(json.loads(modules)) <= {"bpgrader", "numpy"} | sys.stdlib_module_names
    assert "resource" not in json.loads(modules)


def test_the_line_of_an_error_is_said(capsys):
    def count_parameters(n):
        return missing_name  # noqa: F821

    check("count_parameters", count_parameters)
    line = count_parameters.__code__.co_firstlineno + 1
    assert f"NameError in line {line} of your cell" in capsys.readouterr().out


def test_a_mistyped_name_gets_the_nearest_ones():
    with pytest.raises(ValueError, match=r"exercises \(count_parameters\), got 'count_parameter'"):
        check("count_parameter", lambda n: 0)
