"""Every recipe of docs/ci runs: one job is killed before its collection, one in mid-run, and both are retried."""

import concurrent.futures
import contextlib
import json
import os
import shutil
import signal
import sys
import time

import parity
import pipeline
import pytest
import systems

# A dozen modules: each of ten shards has something to do.
FAILING = "def test_good(): pass\ndef test_bad(): assert 1 == 2\n"
PROJECT = {
    **{f"tests/test_{n:02}.py": f"def test_a(): pass\ndef test_b(): assert {n} < 99\n" for n in range(11)},
    "tests/test_failing.py": FAILING,
    "tests/test_kinds.py": """
import pytest
@pytest.mark.skip(reason="not here")
def test_skipped(): pass
@pytest.mark.xfail
def test_xfailed(): assert 0
""",
}
BEFORE, MIDST = 2, 5


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    for name, text in PROJECT.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def reference(source, tmp_path_factory):
    copy = parity.copy_project(source, tmp_path_factory.mktemp("pytest") / "project")
    return parity.run_pytest(copy, [], sys.executable)


def environment_of(coordinator):
    return {"PATH": pipeline.path_with(coordinator), "FASTEST_PYTHON": sys.executable, "FASTEST_WORKERS": "1"}


def event_files(workspace):
    return list((workspace / ".fastest/events").glob("*.jsonl"))


def kill_before_collection(process, workspace):
    """Kills the job as soon as its event file is there, and leaves what it had written at once: one line, or none."""
    old = set(event_files(workspace))
    _kill_when(process, lambda: set(event_files(workspace)) - old)
    (path,) = set(event_files(workspace)) - old
    text = path.read_text(encoding="utf-8")
    assert text == "" or json.loads(text.splitlines()[0])["type"] == "run_started"
    path.write_text(text.splitlines(keepends=True)[0] if text else "", encoding="utf-8")


def empty_before_collection(process, workspace):
    """The same, on a machine that had not written the line to its disk."""
    kill_before_collection(process, workspace)
    max(event_files(workspace), key=os.path.getmtime).write_text("", encoding="utf-8")


def kill_in_the_midst(process, workspace):
    """Kills the job while tests have results and the run has no end."""
    # Files of other jobs may be there from the start.
    old = set(event_files(workspace))

    def new():
        return set(event_files(workspace)) - old

    _kill_when(process, lambda: any('"type":"result"' in path.read_text("utf-8") for path in new()))
    (path,) = new()
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if '"type":"result"' in line)
    path.write_text("".join(lines[: first + 1]) + '{"type":"resu', encoding="utf-8")


def _kill_when(process, condition):
    end = time.monotonic() + 120
    while process.poll() is None and not condition():
        assert time.monotonic() < end
        time.sleep(0.002)
    # As the kernel does when memory runs short: the shell of the step goes on.
    for pid in coordinators(process.pid):
        os.kill(pid, signal.SIGKILL)
    while coordinators(process.pid):
        assert time.monotonic() < end
        time.sleep(0.002)
    assert condition()


def coordinators(group):
    """The coordinators among the processes of a step."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            program = os.path.basename(os.readlink(f"/proc/{entry}/exe"))
            if os.getpgid(int(entry)) == group and program.startswith("fastest-coord"):
                found.append(int(entry))
    return found


def run_all(system, hooks, shards=None, lost=False):
    """Runs the shards, one for each core at a time. `hooks`: what happens to a shard's process."""
    shards = shards or range(1, system.shards + 1)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(lambda shard: system.test(shard, hooks.get(shard), lost and shard in hooks), shards)
    return dict(zip(shards, done))


def outcomes_of(folder):
    """The last outcome of each test id, in all event files below a folder."""
    files = [parity.read_events(path, growing=True) for path in folder.rglob("*.jsonl")]
    results = {}
    for events in sorted(filter(None, files), key=lambda events: events[0]["started_at"]):
        for event in events:
            if event["type"] == "result":
                results[event["nodeid"]] = event["outcome"]
    return results


def last_merge(system, name):
    jobs = (system.folder / "jobs").glob(f"{name}-*")
    return max(jobs, key=lambda job: int(job.name.rpartition("-")[2])) / ".fastest/events"


def expected(reference):
    return {nodeid: words[-1] for nodeid, words in reference.outcomes.items()}


def make(kind, recipe, source, folder, coordinator):
    system = kind(parity.ROOT / "docs/ci" / recipe, source, folder / "system", environment_of(coordinator))
    code, output = system.plan()
    assert code == 0, output
    return system


@pytest.mark.parametrize("before", [kill_before_collection, empty_before_collection])
@pytest.mark.parametrize(
    ("kind", "recipe", "name"),
    [(systems.GitLab, "gitlab-ci.yml", "merge"), (systems.Buildkite, "buildkite.yml", "verdict")],
)
def test_a_retried_job_goes_on_from_its_earlier_attempt(
    coordinator, source, reference, tmp_path, kind, recipe, name, before
):
    system = make(kind, recipe, source, tmp_path, coordinator)
    done = run_all(system, {BEFORE: before, MIDST: kill_in_the_midst})
    killed = {shard for shard, (code, _) in done.items() if code not in (0, 1)}
    assert killed == {BEFORE, MIDST}, {shard: code for shard, (code, _) in done.items()}
    code, output = system.merge()
    assert code == 10, output
    assert "shard 5 of 10 was cut off" in output and "shard 2 of 10" in output
    # The failed jobs are retried: those that were killed, and the one with a failing test.
    failed = [shard for shard, (code, _) in done.items() if code != 0]
    again = run_all(system, {}, failed)
    assert sum(code for code, _ in again.values()) == 1, {shard: output for shard, (_, output) in again.items()}
    midst = again[MIDST][1]
    assert "passed" in midst or "failed" in midst or "skipped" in midst, midst
    code, output = system.merge()
    assert code == reference.exit_code, output
    assert outcomes_of(last_merge(system, name)) == expected(reference)
    # One more attempt with nothing new: only the failing test runs.
    (only,) = [shard for shard, (code, _) in again.items() if code == 1]
    code, output = system.test(only)
    assert code == 1 and "1 failed" in output and "passed" not in output, output
    code, output = system.merge()
    assert code == reference.exit_code, output


@pytest.mark.parametrize(("kind", "recipe"), [(systems.GitLab, "gitlab-ci.yml"), (systems.Buildkite, "buildkite.yml")])
def test_a_machine_that_is_lost_leaves_a_shard_that_runs_again(coordinator, source, reference, tmp_path, kind, recipe):
    system = make(kind, recipe, source, tmp_path, coordinator)
    run_all(system, {BEFORE: kill_before_collection, MIDST: kill_in_the_midst}, lost=True)
    code, output = system.merge()
    assert code == 10, output
    assert "shards 2 and 5 of 10 are missing: no event file is of them" in output
    run_all(system, {}, [BEFORE, MIDST])
    code, output = system.merge()
    assert code == reference.exit_code, output


def test_buildkite_retries_what_could_not_be_run(coordinator, source, tmp_path):
    system = make(systems.Buildkite, "buildkite.yml", source, tmp_path, coordinator)
    assert system.retries_automatically(10) and system.retries_automatically(-1)
    assert not system.retries_automatically(1)


@pytest.mark.parametrize(("kind", "recipe"), [(systems.CircleCI, "circleci.yml"), (systems.Jenkins, "Jenkinsfile")])
def test_a_whole_build_runs_again(coordinator, source, reference, tmp_path, kind, recipe):
    system = make(kind, recipe, source, tmp_path, coordinator)
    done = run_all(system, {BEFORE: kill_before_collection, MIDST: kill_in_the_midst})
    # The merge gives the verdict, so the jobs themselves do not fail.
    assert {code for code, _ in done.values()} == {0}
    code, output = system.merge()
    assert code == 10, output
    assert "shard 5 of 10 was cut off" in output, output
    assert "shard 2 of 10" in output, output

    system.start_again()
    code, output = system.plan()
    assert code == 0, output
    done = run_all(system, {})
    assert {code for code, _ in done.values()} == {0}
    code, output = system.merge()
    assert code == reference.exit_code, output
    assert "1 failed" in output


@pytest.mark.parametrize(("kind", "recipe"), [(systems.CircleCI, "circleci.yml"), (systems.Jenkins, "Jenkinsfile")])
def test_a_node_that_is_lost_is_a_shard_that_is_missing(coordinator, source, tmp_path, kind, recipe):
    system = make(kind, recipe, source, tmp_path, coordinator)
    run_all(system, {BEFORE: kill_before_collection}, lost=True)
    code, output = system.merge()
    assert code == 10, output
    assert "shard 2 of 10 is missing: no event file is of it" in output


def test_github_names_a_job_that_was_killed_before_its_collection(coordinator, source, reference, tmp_path):
    recipe = parity.ROOT / "docs/ci/github-actions.yml"
    workflow = pipeline.Workflow(recipe, source, tmp_path / "github", environment_of(coordinator))
    assert workflow.job("plan").run() == 0
    jobs = {shard: workflow.job("test", {"shard": shard}) for shard in workflow.shards()}
    for shard, kill in {BEFORE: kill_before_collection, MIDST: kill_in_the_midst, 7: empty_before_collection}.items():
        jobs[shard].on_start = lambda process, kill=kill, job=jobs[shard]: kill(process, job.workspace)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        codes = dict(zip(jobs, pool.map(lambda shard: jobs[shard].run(), jobs)))
    assert {shard for shard, code in codes.items() if code not in (0, 1)} == {BEFORE, MIDST, 7}
    merge = workflow.job("merge")
    assert merge.run() == 10, merge.output
    # "Re-run failed jobs".
    workflow.attempt = 2
    for shard in [shard for shard, code in codes.items() if code != 0]:
        workflow.job("test", {"shard": shard}).run()
    merge = workflow.job("merge")
    assert merge.run() == reference.exit_code, merge.output
    assert outcomes_of(merge.workspace / ".fastest/events") == expected(reference)
    # The merge annotates each failure once, and the jobs that it merges do not.
    assert merge.output.count("::error") == 1
    assert "::error file=tests/test_failing.py,line=2," in merge.output
    assert not any("::error" in job.output for job in jobs.values())
    shutil.rmtree(tmp_path / "github")
