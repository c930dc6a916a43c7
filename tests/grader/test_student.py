"""The check in the student's notebook must be light: it also runs in the browser."""

import json
import subprocess
import sys
from pathlib import Path

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
