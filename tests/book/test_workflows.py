"""The workflows: pinned, with a clock, and no right to write where code of ours runs."""

import re
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
JOBS = [(name, job) for name, flow in WORKFLOWS.items() for job in flow["jobs"]]
OURS = re.compile(r"\b(make|python|pip|doit|pytest|uv|npm|node)\b|\.ci/")


def faults(workflow, name):
    """Say what is wrong with one job."""
    job = workflow["jobs"][name]
    rights = workflow.get("permissions", "all") if "permissions" not in job else job["permissions"]
    writes = rights == "all" or any(right == "write" for right in rights.values())
    found = [] if "timeout-minutes" in job else ["no clock"]
    runs = [step for step in job["steps"] if OURS.search(step.get("run", ""))]
    if writes and runs:
        found.append("may write, and runs our code")
    for step in job["steps"]:
        action, _, version = step.get("uses", "").partition("@")
        if action and not re.fullmatch(r"[0-9a-f]{40}", version):
            found.append(f"{action} is not pinned by commit")
        kept = step.get("with", {}).get("persist-credentials", True)
        if action == "actions/checkout" and runs and kept:
            found.append("leaves a token where our code runs")
    return found


@pytest.mark.parametrize(("flow", "job"), JOBS)
def test_a_job_is_pinned_and_has_no_right_that_it_does_not_need(flow, job):
    assert faults(WORKFLOWS[flow], job) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"permissions": {"contents": "write"}}, "may write, and runs our code"),
        ({"timeout-minutes": None}, "no clock"),
        ({"steps": [{"uses": "actions/checkout@v4"}]}, "actions/checkout is not pinned by commit"),
        (
            {"steps": [{"uses": f"actions/checkout@{'a' * 40}"}, {"run": "make book"}]},
            "leaves a token where our code runs",
        ),
    ],
)
def test_a_fault_is_found(change, said):
    job = WORKFLOWS["site"]["jobs"]["build"] | change
    job = {key: value for key, value in job.items() if value is not None}
    assert said in faults({"permissions": {"contents": "read"}, "jobs": {"build": job}}, "build")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_pinned_action_names_its_version(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        assert "uses:" not in line or re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
