"""The books count tests, whatever ended the run and however its modules were divided."""

import signal
import subprocess

import parity
import pytest
from coordinator_process import wait_until

# Long enough for the planner to divide the module.
MANY = """
import os, pathlib, time
import pytest
@pytest.mark.parametrize("n", range(40))
def test_n(n):
    if n in FAILING and os.environ.get("FAILS"):
        assert 0
    time.sleep(0.05)
    if n in STUCK and os.environ.get("STUCK"):
        pathlib.Path(os.environ["STUCK"]).touch()
        time.sleep(600)
"""
FILES = {"test_many.py": MANY.replace("FAILING", "(3, 23)").replace("in STUCK", "in (2, 22)")}
OPEN = {
    "test_open.py": """
import time
for n in range(7):
    exec(f"def test_{n}(): time.sleep(0.05)")
""",
    "test_plain.py": "import time\ndef test_a(): assert 0\n",
}


def books_of(run):
    end = run.events("run_finished")[0]
    books = end["books"]
    named = sum(1 for test in books["not_run"] if "module" in test)
    counted = sum(test.get("tests", 0) for test in books["not_run"] if "module" not in test)
    return books, named + counted


@pytest.fixture
def known(execute, project):
    """A project whose module is divided, because its durations are known."""
    folder = project(FILES)
    assert execute(folder).process.returncode == 0
    return folder


def check(run, tests=40):
    books, left = books_of(run)
    assert books["balanced"]
    assert books["collected"] == tests == books["reported"] + left, books
    assert f"{left} test{'' if left == 1 else 's'} not run" in run.stdout
    parts = {event.get("part", 0) for event in run.events("batch_leased")}
    assert 0 < left < tests, (left, parts)


def test_a_stop_at_failures(execute, known):
    for words in (["-x"], ["--maxfail", "2"]):
        run = execute(known, *words, env={"FAILS": "1"})
        assert run.process.returncode == 1, run.text
        check(run)


def test_a_deadline(start, known, tmp_path):
    run = start(known, "--deadline", "3", env={"STUCK": str(tmp_path / "stuck")})
    assert run.wait() == 11, run.text
    check(run)


def test_ctrl_c(start, known, tmp_path):
    run = start(known, env={"STUCK": str(tmp_path / "stuck")})
    wait_until((tmp_path / "stuck").exists, "a test that waits")
    run.send(signal.SIGINT)
    assert run.wait() == 2, run.text
    check(run)


@pytest.mark.parametrize("slots", [1, 2])
def test_what_nobody_can_count_is_said(execute, project, slots):
    folder = project({**OPEN, "test_a.py": "def test_bad(): assert 0\n"})
    run = execute(folder, "-x", slots=slots)
    assert run.process.returncode == 1, run.text
    books, left = books_of(run)
    assert books["balanced"]
    assert books["collected"] == books["reported"] + left
    open_files = [test for test in books["not_run"] if "module" not in test and "tests" not in test]
    if open_files:
        assert "at least " in run.stdout or "the tests of " in run.stdout
    elif left:
        assert f"{left} test" in run.stdout


def test_tests_that_k_leaves_out_are_not_counted(execute, project):
    folder = project({
        "test_a.py": "def test_bad(): assert 0\n",
        "test_b.py": "def test_bad(): pass\ndef test_good(): pass\n",
    })  # fmt: skip
    run = execute(folder, "-x", "-k", "bad", "--order", "pytest", slots=2)
    assert run.process.returncode == 1
    assert not [test for test in books_of(run)[0]["not_run"] if "test_good" in test["nodeid"]]


def test_a_merge_after_a_kill(start, known, coordinator, tmp_path):
    run = start(known, env={"STUCK": str(tmp_path / "stuck")})
    wait_until((tmp_path / "stuck").exists, "a test that waits")
    wait_until(lambda: run.events("result"), "results in the file")
    run.send(signal.SIGKILL)
    run.wait()
    report = tmp_path / "merged.jsonl"
    command = [str(coordinator), "--merge", str(run.report), "--report-json", str(report)]
    merged = subprocess.run(command, cwd=known, capture_output=True, text=True, check=False)
    assert merged.returncode == 10, merged.stderr
    assert "do not balance" not in merged.stdout, merged.stdout
    books = parity.read_events(report)[-1]["books"]
    left = sum(test.get("tests", 1) for test in books["not_run"])
    assert books["balanced"]
    assert books["collected"] == 40 == books["reported"] + left, books
    assert 0 < books["reported"] < 40
