"""docs/ci: the pipelines are valid, and GitHub's gives pytest's verdict with ten jobs that share nothing."""

import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import parity
import pipeline
import pytest

RECIPES = parity.ROOT / "docs/ci"
# A short suite is enough to run every step.
SUITES = ["click", "attrs"] if os.environ.get("FASTEST_WHOLE_SUITES") else ["itsdangerous"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("github-actions.yml", ["--builtin-schema", "vendor.github-workflows"]),
        ("gitlab-ci.yml", ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
        ("buildkite.yml", ["--builtin-schema", "vendor.buildkite"]),
        ("circleci.yml", ["--builtin-schema", "vendor.circle-ci"]),
    ],
)
def test_recipes_are_valid(name, arguments):
    command = [sys.executable, "-m", "check_jsonschema", *arguments, RECIPES / name]
    checked = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_recipes_name_options_that_there_are(coordinator):
    options = subprocess.run([str(coordinator), "--help"], capture_output=True, text=True, check=True).stdout
    words = set()
    for recipe in [*RECIPES.glob("*.yml"), RECIPES / "Jenkinsfile"]:
        text = recipe.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            if "fastest-coordinator " in line and not line.lstrip().startswith(("#", "//")):
                command = line.split("fastest-coordinator ", 1)[1].split("||")[0]
                words.update(word.strip("'\"),") for word in command.split() if word.startswith("--"))
    assert {"--merge", "--shard", "--shards", "--plan-file", "--plan-out", "--report-json"} <= words
    assert {word for word in words if word not in options} == set()


def ask(*args):
    tool = parity.ROOT / "tools/suites"
    return subprocess.run([tool, *args], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def run_all(workflow, jobs):
    # One job for each core at a time. Each job is still a process of its own.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(jobs, pool.map(lambda shard: jobs[shard].run(), jobs)))


def merged(job):
    """The exit code of the merge job, and the outcome of each test id."""
    code = job.run()
    events = sorted((job.workspace / ".fastest/events").glob("*.jsonl"))
    results = {}
    for path in events:
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            # A killed job may leave half a line at the end.
            event = json.loads(line) if line.endswith("\n") else {"type": "cut"}
            if event["type"] == "result":
                results[event["nodeid"]] = event["outcome"]
    return code, results


@pytest.mark.real_suite
@pytest.mark.parametrize("name", SUITES)
def test_ten_jobs_come_to_pytests_verdict(coordinator, tmp_path, name):
    (source,) = ask(name)
    (python,) = ask("--python", name)
    reference = parity.run_pytest(parity.copy_project(Path(source), tmp_path / "pytest" / name), [], python)
    environment = {"PATH": pipeline.path_with(coordinator), "FASTEST_PYTHON": python, "FASTEST_WORKERS": "1"}
    project = parity.copy_project(Path(source), tmp_path / "source" / name)
    workflow = pipeline.Workflow(RECIPES / "github-actions.yml", project, tmp_path / "github", environment)

    plan = workflow.job("plan")
    assert plan.run() == 0, plan.output
    assert "10 shards of" in plan.output
    jobs = {shard: workflow.job("test", {"shard": shard}) for shard in workflow.shards()}
    assert len(jobs) == 10
    # The machine of one job dies during the run.
    victim = 3
    jobs[victim].on_start = lambda process: kill_in_the_midst(process, jobs[victim].workspace)
    codes = run_all(workflow, jobs)
    assert codes.pop(victim) != 0
    # A job fails only if one of its tests failed.
    assert set(codes.values()) <= {0, 1}, codes

    first = workflow.job("merge")
    code, outcomes = merged(first)
    assert code == 10, first.output
    assert "shard 3 of 10 was cut off" in first.output
    missing = set(reference.outcomes) - set(outcomes)
    assert missing
    # Tests that the job had collected are named one by one, up to a readable number.
    assert first.output.count("NOT RUN ") >= 1
    assert "### Not run" in first.summary.read_text(encoding="utf-8")

    # GitHub's button "Re-run failed jobs".
    workflow.attempt = 2
    failed = [victim, *(shard for shard, code in codes.items() if code != 0)]
    again = {shard: workflow.job("test", {"shard": shard}) for shard in failed}
    run_all(workflow, again)
    last = workflow.job("merge")
    code, outcomes = merged(last)
    assert code == reference.exit_code, last.output
    assert outcomes == {nodeid: words[-1] for nodeid, words in reference.outcomes.items()}
    # The next run plans with the measured durations.
    shutil.rmtree(tmp_path / "github/artifacts")
    workflow.attempt = 3
    plan = workflow.job("plan")
    assert plan.run() == 0, plan.output
    assert "predicted: " in plan.output


def kill_in_the_midst(process, workspace):
    """Kills a job after its first event line, and makes sure that its last events are missing."""
    events = workspace / ".fastest/events"

    def told():
        return "".join(path.read_text(encoding="utf-8") for path in events.glob("*.jsonl"))

    while process.poll() is None and "\n" not in told():
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (path,) = events.glob("*.jsonl")
    text = path.read_text(encoding="utf-8")
    if '"type":"run_finished"' in text:
        # The job ended before the kill. Half of its events are lost with its disk.
        path.write_text(text[: len(text) // 2], encoding="utf-8")
