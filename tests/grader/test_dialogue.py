"""What comes out of the box: believed only in its order and its form, and never a fault of ours."""

import json
import random
import time

import pytest

from bpgrader import box as sandbox
from bpgrader.box import Ending
from bpgrader.dialogue import Dialogue, are_outcomes

HONEST = [
    {"ready": True},
    {"start": 0},
    {"done": 0, "outcomes": []},
    {"start": 3},
    {"done": 3, "outcomes": [{"value": 1.0}, {"error": "E", "text": "t", "line": None}]},
    {"finished": True},
]


def heard(events):
    """Give how many events are believed, and the dialogue after them."""
    dialogue = Dialogue([0, 3])
    for k, event in enumerate(events):
        line = event
        if isinstance(event, dict):
            line = json.dumps({"key": dialogue.key, **event}).encode()
        if not dialogue.hear(line):
            return k, dialogue
    return len(events), dialogue


def test_an_honest_run_is_believed():
    number, dialogue = heard(HONEST)
    assert number == len(HONEST)
    assert not dialogue.awaited
    assert dialogue.outcomes.keys() == {0, 3}


ODD = [
    *(b"", b"x", b"[]", b"4", b"null", b"{}", b'{"done": 0', b"[" * 100_000, b"\xff\xfe", b"NaN"),
    *({"ready": 1}, {"ready": True, "score": 1}, {"start": True}, {"start": 0.0}, {"start": "0"}),
    *({"done": 0}, {"done": 0, "outcomes": {"a": 1}}, {"done": 0, "outcomes": [1]}),
    *({"done": 0, "outcomes": [{"missing": "yes"}]}, {"done": 0, "outcomes": [{"score": 1}]}),
    *({"done": 0, "outcomes": [{"line": "1"}]}, {"done": False, "outcomes": []}),
    *(
        {"done": [0], "outcomes": []},
        {"start": -1},
        {"finished": True},
        {"done": 7, "outcomes": []},
    ),
    *({"done": {}, "outcomes": []}, {"done": None, "outcomes": []}, {"done": 10**30}),
]


@pytest.mark.parametrize("place", range(len(HONEST)))
def test_no_odd_line_is_believed_anywhere(place):
    for odd in ODD:
        if odd != HONEST[place]:
            number, dialogue = heard([*HONEST[:place], odd])
            assert number == place, odd
            assert dialogue.guilty in (None, 0, 3)


def test_no_other_order_is_believed():
    """Leave out, repeat or swap any event: the run is forged, or it does not finish."""
    for k in range(len(HONEST)):
        for events in (
            [*HONEST[:k], *HONEST[k + 1 :]],
            [*HONEST[: k + 1], *HONEST[k:]],
            [*HONEST[:k], *reversed(HONEST[k : k + 2]), *HONEST[k + 2 :]],
        ):
            number, dialogue = heard(events)
            assert events == HONEST or number < len(events) or dialogue.awaited


def test_of_two_that_say_done_the_first_was_forged_with_a_stolen_key():
    _, dialogue = heard([*HONEST[:4], HONEST[2]])
    assert dialogue.guilty == 0


def test_without_the_key_the_step_that_runs_is_guilty():
    for event in (*HONEST, {"key": "0" * 16, **HONEST[2]}, {"key": None}):
        number, dialogue = heard([*HONEST[:4], json.dumps(event).encode()])
        assert (number, dialogue.guilty) == (4, 3)


def test_random_trees_have_no_form_or_the_right_one():
    draw = random.Random(0)

    def tree(depth=0):
        kinds = [None, True, 3, -1.5, "x", "value", 10**20]
        if depth < 3 and draw.random() < 0.6:
            keys = ("value", "refused", "error", "text", "line", "missing", "after", "a")
            if draw.random() < 0.5:
                return {draw.choice(keys): tree(depth + 1) for _ in range(draw.randrange(3))}
            return [tree(depth + 1) for _ in range(draw.randrange(3))]
        return draw.choice(kinds)

    for _ in range(20_000):
        assert are_outcomes(tree()) in (True, False)


FORGERS = {  # name -> what is written into every channel, again and again
    "an odd done": {"done": 0, "outcomes": {"a": 1}},
    "missing without end": {"done": 2, "outcomes": [{"missing": True}]},
    "right numbers for all": {"done": 5, "outcomes": [{"value": 19}] * 4},
    "finished": {"finished": True},
    "ready again": {"ready": True},
    "a step that is none": {"start": 10**9},
    "an outcome that is a number": {"done": 1, "outcomes": [4]},
    "empty": {},
}
WRITE = """
import os
for fd in range(3, 20):
    try: os.write(fd, LINE * 3)
    except OSError: pass
"""


@pytest.mark.parametrize("name", FORGERS)
def test_a_forger_gets_nothing_and_the_others_keep_theirs(name, attack):
    line = json.dumps(FORGERS[name]).encode() + b"\n"
    result = attack(WRITE.replace("LINE", repr(line)))
    own = result.by_name["weighted_input"]
    assert own["status"] == "stopped"
    assert "where only the grader's own program writes" in own["message"]
    assert [e["status"] for e in result.exercises].count("passed") == len(result.exercises) - 1
    assert result.state == "graded"


THIEF = """
import json, os, sys
frame = sys._getframe()
while 'job' not in frame.f_locals:
    frame = frame.f_back
key, numbers = frame.f_locals['job']['key'], [k for k, _ in frame.f_locals['job']['steps']]
text = ''
for k in numbers[AFTER:]:
    for line in ({'start': k}, {'done': k, 'outcomes': [{'value': 1.0}] * 4}):
        text += json.dumps({'key': key, **line}) + chr(10)
for fd in range(3, 20):
    try: os.write(fd, text.encode())
    except OSError: pass
"""


@pytest.mark.parametrize("after", range(6))
def test_who_steals_the_key_gains_nothing(after, attack):
    result = attack(THIEF.replace("AFTER", str(after)))
    assert result.state == "graded"


BUSY = """
import os, time
def busy(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for fd in range(3, 20):
            try: os.write(fd, LINE)
            except OSError: pass
        time.sleep(0.02)
"""


def boxed(code, **options):
    return sandbox.run({"library": {}, "steps": [[0, {"cell": code}]]}, **options)


@pytest.mark.parametrize("line", [b"", b" ", b"half a line"])
def test_memory_is_watched_whatever_is_written(line, box, monkeypatch):
    """A line without an end is not heard, so only the clocks can stop it."""
    monkeypatch.setattr(sandbox, "MEMORY", 150 << 20)
    hungry = (
        "for _ in range(4):\n    if os.fork() == 0: x = bytearray(80 << 20); busy(20)\nbusy(20)"
    )
    began = time.monotonic()
    run = boxed(BUSY.replace("LINE", repr(line)) + hungry)
    assert run.ended is Ending.MEMORY
    assert time.monotonic() - began < 10


def test_what_is_written_does_not_restart_the_clock(box, monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_STEP", 1.0)
    began = time.monotonic()
    run = boxed(BUSY.replace("LINE", "b' '") + "busy(30)")
    assert run.ended is Ending.STEP
    assert time.monotonic() - began < 6
