"""Greedy notebooks: each runs into a limit, and the others' exercises keep their marks.

As in test_attacks.py the code runs in the box only. The clock is set to a shorter time, so that the
whole takes less of it.
"""

import contextlib
import os
import signal
import time

import psutil
import pytest

from bpgrader import box

NAME = "weighted_input"
WRONG = "def weighted_input(W, b, A):\n    return W @ A\n"

# these run into a limit and take their time
SLOW = {
    "endless loop in the cell": "while True: pass",
    "endless loop in the call": "def weighted_input(W, b, A):\n    while True: pass",
    "sleeps": "import time\ntime.sleep(10**6)",
    "ignores signals": "import signal\nfor s in range(1, 65):\n"
    "    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
    "import time\nwhile True: time.sleep(1)",
    "memory": "x = np.ones(10**9)",
    "memory of many": "import os, time\nfor _ in range(60):\n    if os.fork() == 0:\n"
    "        x = np.ones(30 * 10**6)\n        time.sleep(60)\ntime.sleep(60)",
    "fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "threads": "import threading, time\nwhile True:\n"
    "    try: threading.Thread(target=time.sleep, args=(99,)).start()\n"
    "    except RuntimeError: pass",
    "disc": "import os\nk = 0\nwhile True:\n    k += 1\n"
    "    for d in ('/tmp', '/dev/shm'):\n        try:\n"
    "            with open(f'{d}/{k}', 'wb') as f: f.write(bytes(10**7))\n"
    "        except OSError: pass",
    "closes all pipes": "import os, time\nos.closerange(0, 256)\ntime.sleep(99)",
    "output flood": "import sys, os\nwhile True:\n    for fd in range(1, 20):\n"
    "        try: os.write(fd, b'x' * 65536)\n        except OSError: pass",
    "event flood": "import os\nwhile True:\n    for fd in range(3, 20):\n"
    "        try: os.write(fd, b'{\"start\": 1}\\n' * 1000)\n        except OSError: pass",
    "daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        while True: time.sleep(1)\n    os._exit(0)\n" + WRONG,
}


@pytest.fixture(scope="module")
def enough(submit, graded):
    """Seconds that no honest step needs, however busy this machine is."""
    began = time.monotonic()
    assert graded(submit()).score == 1
    return min(box.WALL_STEP, max(1.5, 4 * (time.monotonic() - began)))


@pytest.mark.parametrize("name", SLOW)
def test_greedy_attack_is_stopped(name, attack, enough, monkeypatch):
    monkeypatch.setattr(box, "WALL_STEP", max(5.0, enough) if "memory" in name else enough)
    monkeypatch.setattr(box, "MEMORY", 500 << 20)  # what a small machine fills within that time
    result = attack(SLOW[name])
    own = result.by_name[NAME]
    if "memory" in name:
        assert "memory" in own["message"].lower()
    assert own["status"] == ("wrong" if name == "daemon" else "stopped"), own
    assert all(e["status"] == "passed" for e in result.exercises if e["name"] != NAME)


def test_a_step_has_eight_seconds_and_a_notebook_twenty_five(submit, graded):
    wait = "def weighted_input(W, b, A):\n    import time\n    time.sleep(99)"
    assert (box.WALL_STEP, box.WALL_TOTAL) == (8, 25)
    message = graded(submit(weighted_input=wait)).by_name[NAME]["message"]
    assert "longer than 8 s" in message


def freeze(seconds):
    """Stop all that this process has begun, and then do nothing, as if all had been stopped."""
    tree = psutil.Process().children(recursive=True)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                os.kill(process.pid, number)
        time.sleep(seconds * (number == signal.SIGSTOP))


@pytest.mark.parametrize("limit", ["WALL_STEP", "WALL_TOTAL"])
def test_a_machine_that_is_suspended_costs_nobody_a_mark(
    limit, submit, graded, enough, monkeypatch
):
    monkeypatch.setattr(box, limit, 2 * enough)
    look, stopped, began = box.psutil.virtual_memory, [], time.monotonic()

    def suspended():
        if time.monotonic() - began > 1 and not stopped:
            stopped.append(freeze(2 * enough + 1))
        return look()

    monkeypatch.setattr(box.psutil, "virtual_memory", suspended)
    slow = f"import time\ndef {NAME}(W, b, A):\n    time.sleep(0.5)\n    return W @ A + b"
    result = graded(submit(weighted_input=slow))
    assert stopped
    assert result.score == 1, result.by_name[NAME]
