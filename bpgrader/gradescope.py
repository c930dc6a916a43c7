"""A result in the form of Gradescope's ``results.json``."""

import json

from bpgrader.result import Result


def gradescope(result: Result, total: float | None) -> str:
    """Return the JSON that Gradescope reads; without a score if there is no mark."""
    tests = [
        {
            "name": e["name"],
            "score": e["points"],
            "max_score": e["max_points"],
            "status": "passed" if e["status"] == "passed" else "failed",
            "output": e["message"],
            "output_format": "text",
            "visibility": "visible",
        }
        for e in result.exercises
    ]
    output = {"output": result.message, "output_format": "text", "tests": tests}
    return json.dumps(output if total is None else {"score": total, **output}, indent=1) + "\n"
