"""Running steps in the box: once as chosen, and once more in the order of the notebook."""

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from bpgrader import box
from bpgrader.box import Ending
from bpgrader.prune import prune

CHECK = {  # what stands in for the student's check
    "bpgrader/__init__.py": "",
    "bpgrader/student.py": "def check(*args): pass\ndef inputs_of(*args): pass",
}
REASONS = {
    Ending.STEP: f"It ran longer than {box.WALL_STEP:g} s: is there a loop that never ends?",
    Ending.TOTAL: f"The {box.WALL_TOTAL:g} s for the notebook were used up before it was done.",
    Ending.OUTPUT: f"It sent more than {box.MAX_OUTPUT // 1_000_000} MB.",
    Ending.MEMORY: f"It used more than {box.MEMORY >> 30} GiB of memory.",
    Ending.DIED: "It ended the whole program (an exit, a signal or a crash).",
    Ending.FORGED: "It wrote where only the grader's own program writes.",
}


class MachineError(Exception):
    """The machine, not the submission, is at fault; the submission is not graded."""


class Runner:
    """Runs steps of one submission, all from one supply of time.

    Parameters
    ----------
    offers : tuple of str
        What bpcore has in the box.
    boxed : bool
        False runs them on the bare machine: for one's own code only.
    """

    def __init__(self, offers: tuple[str, ...], boxed: bool):
        self.library, self.boxed = _library(offers), boxed
        self.watch, self.spare = box.Watch(box.WALL_TOTAL), None

    def __call__(self, steps: Sequence[dict]) -> tuple[dict, dict]:
        """Run all steps; one that ends the program is left out, and the others run again.

        Runs with what is marked as other lines have 8 s in all, which are not taken from the
        supply; when these are over, these lines are left out altogether.

        Returns
        -------
        dict, dict
            Outcomes and reasons for stopping, both by step.
        """
        outcomes, stopped, retried = {}, {}, set()
        while todo := [
            k
            for k in range(len(steps))
            if k not in stopped and ("cell" in steps[k] or k not in outcomes)
        ]:
            if self.watch.look() < 0.5:
                stopped.update({k: REASONS[Ending.TOTAL] for k in todo if "call" in steps[k]})
                break
            others = [k for k in todo if "other" in steps[k]]
            watch = self.watch
            if others:
                watch = self.spare = self.spare or box.Watch(box.WALL_STEP)
                if watch.look() < 0.5:
                    stopped.update(dict.fromkeys(others, REASONS[Ending.TOTAL]))
                    continue
            job = {"library": self.library, "steps": [[k, steps[k]] for k in todo]}
            run = box.run(job, boxed=self.boxed, watch=watch)
            outcomes |= run.outcomes
            if others and run.ended in (Ending.STEP, Ending.TOTAL):
                stopped.update(dict.fromkeys(others, REASONS[run.ended]))
                continue
            guilty = run.guilty
            if run.ended is not Ending.FORGED:
                if run.ended is Ending.FINISHED or run.outcomes.keys() >= set(todo):
                    break
                if guilty is None or guilty in run.outcomes:  # between two steps
                    guilty = next(k for k in todo if k not in run.outcomes)
            # never begun, or killed: perhaps by the machine; once more before anybody is blamed
            at_fault = not run.ready or run.ended is Ending.SCARCE
            if (at_fault or run.killed) and guilty not in retried:
                retried.add(guilty)
                continue
            if at_fault:
                raise MachineError(f"the box ended early twice ({run.ended}, {run.detail})")
            outcomes.pop(guilty, None)
            left_out = others if guilty in others else [guilty]
            stopped.update(dict.fromkeys(left_out, REASONS[run.ended]))
        return outcomes, stopped


def in_turn(
    run: Callable, steps: Mapping[int, dict], others: Sequence[tuple[int, str]]
) -> tuple[dict, bool]:
    """Run a notebook from its top; call each answer right behind its cell, and at the end.

    Parameters
    ----------
    run : callable
        Such as a `Runner`.
    steps : dict
        Number -> step.
    others : sequence of (int, str)
        All other lines of the student's, each with the step before which it stands.

    Returns
    -------
    dict, bool
        Outcomes of both by step, and whether the other lines had to be left out.
    """
    order = [(step.get("behind", k), k, step) for k, step in steps.items()]
    order += [(max(steps) + 1, k, step) for k, step in steps.items() if "call" in step]
    for n, (k, text) in enumerate(others, -len(others)):
        order.append((k - 0.5, n, {"cell": text, "other": True}))
    order.sort(key=lambda entry: entry[:2])
    outcomes, stopped = run([step for *_, step in order])
    found = defaultdict(list)
    for place, (_, k, _) in enumerate(order):
        found[k].append(outcomes.get(place))
    return found, any("other" in order[place][2] for place in stopped)


@functools.cache
def _library(offers):
    return CHECK | prune(offers)
