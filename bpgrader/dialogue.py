"""What may come out of the box: lines in a fixed order and form. All else is forged."""

import json
import secrets
from typing import Any

FORM = {  # of what comes out for one input
    "value": (object,),
    "after": (list,),
    "refused": (str,),
    "error": (str,),
    "text": (str,),
    "line": (int, type(None)),
    "missing": (bool,),
}


class Dialogue:
    """What the program inside has to say, in this order and form; all else is forged.

    Ready; then, for each step, that it starts, and its outcomes; finished. A student's code can
    write into the same channel, so every line is checked here, once. Each carries a key, so that
    it is plain during which step a line was forged; who steals the key gains nothing but that.
    """

    def __init__(self, numbers: list[int]):
        self.key = secrets.token_hex(8)
        steps = [event for k in numbers for event in (("start", k), ("done", k))]
        self.awaited = [("ready", True), *steps, ("finished", True)][::-1]
        self.outcomes: dict[int, list[dict]] = {}
        self.guilty: int | None = None
        self.ready = False

    def hear(self, line: bytes) -> bool:
        """Take a line; tell whether it is the one awaited."""
        if not self.awaited:
            return False
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        kind, value = self.awaited[-1]
        form = {"key", kind, "outcomes"} if kind == "done" else {"key", kind}
        ours = type(event) is dict and event.get("key") == self.key
        right = ours and event.keys() == form
        right = right and type(event[kind]) is type(value) and event[kind] == value
        if not right or (kind == "done" and not are_outcomes(event["outcomes"])):
            again = event.get("done") if ours else None
            if type(again) is int and again in self.outcomes:  # the thief's was the first
                self.guilty = again
            return False
        self.awaited.pop()
        self.ready = True
        if kind == "start":
            self.guilty = value
        if kind == "done":
            self.outcomes[value] = event["outcomes"]
        return True


def are_outcomes(tree: Any) -> bool:
    """Tell whether what came out of the box has the form of a list of outcomes.

    Examples
    --------
    >>> are_outcomes([{"value": 1.0}, {"error": "E", "text": "", "line": None}])
    True
    >>> are_outcomes({"a": 1}), are_outcomes([{"line": "1"}]), are_outcomes([1])
    (False, False, False)
    """
    return type(tree) is list and all(
        type(outcome) is dict
        and all(key in FORM and isinstance(outcome[key], FORM[key]) for key in outcome)
        for outcome in tree
    )
