"""Runs deploy/slurm under Slurm's own daemons on two machines."""

import sys

import machines
import parity
import pytest
import slurm

SCRIPTS = parity.ROOT / "deploy/slurm"
BINARIES = parity.coordinator_path()

TESTS = """
import socket
import time
import pytest

@pytest.mark.parametrize("n", range(20))
def test_fine(n):
    time.sleep(0.05)

def test_fails():
    assert 1 == 2
"""


@pytest.fixture
def cluster(network, tmp_path):
    return slurm.Cluster(network, tmp_path)


@pytest.fixture
def project(tmp_path):
    """A project on the shared file system of the cluster, which is the host's."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    for name in "abcd":
        (folder / f"test_{name}.py").write_text(TESTS, "utf-8")
    return folder


@pytest.fixture
def binaries(coordinator, tmp_path):
    """Both programs in one folder, as in an installation."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for path in (coordinator, coordinator.parents[1] / "agent/fastest-agent"):
        (folder / path.name).symlink_to(path.resolve())
    (folder / "fastest_runner").symlink_to(parity.ROOT / "runner_py/fastest_runner")
    return folder


def settings(binaries):
    return {"FASTEST_BIN": binaries, "FASTEST_PYTHON": sys.executable, "FASTEST_INSECURE": "1"}


def test_run_over_two_nodes(cluster, project, binaries, tmp_path):
    report = tmp_path / "report.jsonl"
    log = tmp_path / "job.log"
    code = cluster.run_job(
        *("--nodes=2", "--cpus-per-task=1", f"--output={log}", SCRIPTS / "run.sbatch", "--report-json", report),
        env=settings(binaries),
        cwd=project,
    )
    said = log.read_text("utf-8")
    # The job has the coordinator's exit code, which is pytest's.
    assert code == 1, said
    results = [event for event in parity.read_events(report) if event["type"] == "result"]
    assert len(results) == len({event["nodeid"] for event in results}) == 84
    assert {event["nodeid"] for event in results if event["outcome"] == "failed"} == {
        f"test_{name}.py::test_fails" for name in "abcd"
    }
    assert len({event["agent"] for event in results}) == 2, said


def test_run_wants_to_know_about_security(cluster, project, binaries, tmp_path):
    log = tmp_path / "job.log"
    words = ("--nodes=2", f"--output={log}", SCRIPTS / "run.sbatch")
    assert cluster.run_job(*words, env={"FASTEST_BIN": binaries}, cwd=project) == 4
    assert "FASTEST_TLS" in log.read_text("utf-8")


def test_agents_join_a_coordinator_elsewhere(cluster, network, project, binaries, tmp_path):
    report = tmp_path / "report.jsonl"
    # The coordinator runs on the first machine. The nodes reach it by this name.
    desk = network["node1"]
    command = ["env", "-u", "CI", binaries / "fastest-coordinator", "--listen", "0.0.0.0:7070", "--insecure"]
    run = desk.start(
        [*command, "--wait-agents", "60", "--python", sys.executable, "--report-json", report], cwd=project
    )
    cluster.run(
        *("sbatch", "--array=1-2", "--cpus-per-task=2", f"--output={tmp_path}/agent-%a.log"),
        *(SCRIPTS / "agents.sbatch", "node1:7070"),
        env={**settings(binaries), "FASTEST_IDLE_EXIT": "2"},
        cwd=project,
    )
    assert run.wait() == 1, run.text
    results = [event for event in parity.read_events(report) if event["type"] == "result"]
    assert len(results) == len({event["nodeid"] for event in results}) == 84
    cluster.wait_for_no_jobs()


def test_scancel_drains_an_agent(cluster, project, binaries, tmp_path):
    log = tmp_path / "agent.log"
    words = (f"--output={log}", SCRIPTS / "agents.sbatch", "node1:7070")
    job = cluster.submit(*words, env=settings(binaries), cwd=project)
    machines.wait_until(lambda: log.exists() and "joining node1:7070" in log.read_text("utf-8"), "the agent's start")
    cluster.run("scancel", job)
    assert cluster.exit_code(job) == 0, log.read_text("utf-8")
