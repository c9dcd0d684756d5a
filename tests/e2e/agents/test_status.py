"""--status says what agents are and what they do, and --drain ends them."""

import json
import subprocess

import parity
import pytest
from coordinator_process import wait_until

WAITS = {
    "test_waits.py": """
import os, pathlib, time
def test_quick(): pass
def test_waits():
    pathlib.Path(os.environ["HERE"], "started").touch()
    while not pathlib.Path(os.environ["HERE"], "go").exists(): time.sleep(0.01)
"""
}


@pytest.fixture
def ask(coordinator):
    def ask(*args):
        return subprocess.run(
            [coordinator, *map(str, args)], env=parity.clean_environment(), capture_output=True, text=True, check=False
        )

    return ask


def status_of(ask, *agents):
    asked = ask("--agents", ",".join(agent.address for agent in agents), "--status=json")
    assert asked.returncode == 0, asked.stderr
    return {status["name"]: status for status in sorted(json.loads(asked.stdout), key=lambda status: status["name"])}


def test_agents_say_what_they_do(ask, start, agent, project, tmp_path):
    folder = project(WAITS)
    one, two = agent(folder, "--label", "zone=a", slots=3), agent(folder)
    before = status_of(ask, one, two)
    assert {name: (status["slots"], status["runs"]) for name, status in before.items()} == {
        "a0": (3, []),
        "a1": (1, []),
    }
    assert before["a0"]["labels"] == {"zone": "a"}
    assert before["a0"]["memory_available"] > 0 and before["a0"]["disk_available"] > 0
    run = start(folder, "--agents", one.address)
    wait_until(lambda: (tmp_path / "started").exists(), "the test")
    during = status_of(ask, one, two)
    (running,) = during["a0"]["runs"]
    assert running["run_id"] == run.events("run_started")[0]["run_id"]
    assert running["workers"] >= 1 and during["a1"]["runs"] == []
    table = ask("--agents", f"{one.address},{two.address}", "--status").stdout.splitlines()
    assert table[0].split()[:3] == ["AGENT", "ADDRESS", "STATE"]
    assert sorted(line.split()[:3] for line in table[1:]) == [["a0", one.address, "busy"], ["a1", two.address, "ready"]]
    (tmp_path / "go").touch()
    assert run.wait() == 0
    wait_until(lambda: status_of(ask, one)["a0"]["runs"] == [], "the agent's end of the run")
    after = status_of(ask, one)["a0"]
    assert after["results"] == {"passed": 2} and after["runs_begun"] == 1 and after["workers_died"] == 0


def test_one_that_is_drained_finishes_what_runs(ask, start, agent, project, tmp_path):
    folder = project({**WAITS, **{f"test_{n}.py": "def test_a(): pass\ndef test_b(): pass\n" for n in range(6)}})
    one, two = agent(folder), agent(folder)
    run = start(folder, "--agents", f"{one.address},{two.address}")
    wait_until(lambda: (tmp_path / "started").exists(), "the test")
    drained = ask("--agents", f"{one.address},{two.address}", "--drain", "a0", "--drain", two.address)
    assert drained.returncode == 0, drained.stderr
    assert [line.split()[2] for line in drained.stdout.splitlines()[1:]] == ["ending", "ending"]
    (tmp_path / "go").touch()
    one.wait()
    two.wait()
    assert (one.process.returncode, two.process.returncode) == (0, 0)
    run.wait()
    # results() fails if a test has two results. If both agents left too early, the run says which tests are missing.
    assert run.process.returncode == (0 if len(run.results()) == 14 else 10)


def test_who_does_not_answer_is_named(ask, agent, project):
    one = agent(project(WAITS))
    asked = ask("--agents", f"{one.address},127.0.0.1:1", "--status")
    assert asked.returncode == 10
    assert "127.0.0.1:1: no answer: Connection refused" in asked.stdout
    assert f"a0     {one.address}" in asked.stdout


def test_who_has_no_token_is_not_told(ask, agent, project, tmp_path):
    word, other = tmp_path / "word", tmp_path / "other"
    word.write_text("secret\n")
    other.write_text("wrong\n")
    one = agent(project(WAITS), "--token-file", word)
    for option in ("--status", "--drain=a0"):
        asked = ask("--agents", one.address, option, "--token-file", other)
        assert asked.returncode in (4, 10)
        assert "a0     " not in asked.stdout
    assert ask("--drain", one.address, "--token-file", other).returncode == 10
    assert ask("--agents", one.address, "--status", "--token-file", word).returncode == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--status"], "--status needs agents to ask: name them with --agents"),
        (["--agents", "h:1", "--status=xml"], "--status=xml: there are '--status' and '--status=json'"),
        (["--drain", "somebody"], "--drain somebody: none of --agents has this name"),
    ],
)
def test_what_is_wrong_is_one_error(ask, args, message):
    asked = ask(*args)
    assert asked.returncode == 4
    assert asked.stderr.startswith("ERROR: " + message) and asked.stderr.count("\n") == 1
