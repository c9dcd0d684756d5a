"""--retry-budget, --flaky-result, --quarantine and --deadline in whole runs. coordinator/policy tests their rules."""

import xml.etree.ElementTree as ElementTree

import pytest

FAILS_ONCE = """
import pathlib
import pytest

@pytest.mark.parametrize("n", range(4))
def test_flaky(n):
    mark = pathlib.Path(f"been_here_{n}")
    first = not mark.exists()
    mark.touch()
    assert not first
"""
BAD = {"test_it.py": "def test_bad():\n    assert 1 == 2\ndef test_fine(): pass\n"}


def quarantine(folder, test, expires="2999-12-31"):
    path = folder / "quarantine.toml"
    path.write_text(
        f'[[quarantine]]\ntest = "{test}"\nowner = "team net"\nreason = "the test server"\nexpires = {expires}\n'
    )
    return path


@pytest.mark.parametrize("slots", [1, 2])
def test_a_quarantined_failure_is_shown_apart_and_fails_nothing(execute, project, slots, tmp_path):
    folder = project(BAD)
    junit = tmp_path / "junit.xml"
    run = execute(
        folder, "--quarantine", quarantine(tmp_path, "test_it.py::test_bad"), "--junitxml", junit, slots=slots
    )
    assert run.process.returncode == 0, run.text
    result = run.results()["test_it.py::test_bad"]
    assert result["outcome"] == "failed"
    assert result["quarantined"] == "the test server (team net, until 2999-12-31)"
    assert "QUARANTINED FAILURES" in run.stdout and "assert 1 == 2" in run.stdout
    assert "QUARANTINED test_it.py::test_bad - the test server (team net, until 2999-12-31)" in run.stdout
    assert "1 passed, 1 quarantined" in run.stdout
    assert "FAILED" not in run.stdout
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("failures"), suite.get("skipped"), suite.get("tests")) == ("0", "1", "2")
    assert "it failed: assert 1 == 2" in suite.find("testcase/skipped").get("message")


def test_an_expired_quarantine_fails_the_run(execute, project, tmp_path):
    folder = project({"test_it.py": "def test_fine(): pass\n"})
    path = quarantine(tmp_path, "test_it.py::test_fine", "2020-01-31")
    run = execute(folder, "--quarantine", path)
    assert run.process.returncode == 1
    assert "the quarantine of test_it.py::test_fine (team net) ended on 2020-01-31" in run.stdout
    # An expired entry for a test of another run does not.
    assert execute(folder, "--quarantine", quarantine(tmp_path, "other.py", "2020-01-31")).process.returncode == 0


def test_a_quarantined_crash_does_not_fail_the_run(execute, project, tmp_path):
    folder = project({"test_it.py": "import os\ndef test_dies(): os.abort()\ndef test_fine(): pass\n"})
    run = execute(folder, "--quarantine", quarantine(tmp_path, "test_it.py::test_d*"))
    assert run.process.returncode == 0, run.text
    assert run.results()["test_it.py::test_dies"]["reason"] == "crash"
    assert "1 passed, 1 quarantined" in run.stdout


def test_other_failures_count_beside_a_quarantined_one(execute, project, tmp_path):
    folder = project({**BAD, "test_other.py": "def test_other(): assert 0\n"})
    run = execute(folder, "--quarantine", quarantine(tmp_path, "test_it.py::test_bad"))
    assert run.process.returncode == 1
    assert "1 failed, 1 passed, 1 quarantined" in run.stdout


@pytest.mark.parametrize(("result", "code"), [("pass", 0), ("fail", 1)])
def test_whether_flaky_tests_fail_the_run(execute, project, result, code):
    run = execute(project({"test_it.py": FAILS_ONCE}), "--retries", "1", "--flaky-result", result)
    assert run.process.returncode == code
    assert "4 passed, 4 flaky" in run.stdout
    assert ("4 tests were flaky: the run fails (--flaky-result fail)" in run.stdout) == (result == "fail")


@pytest.mark.parametrize("budget", ["2", "50%"])
def test_a_retry_budget_is_for_the_whole_run(execute, project, budget):
    run = execute(project({"test_it.py": FAILS_ONCE}), "--retries", "1", "--retry-budget", budget)
    assert run.process.returncode == 1
    assert "2 failed, 2 passed, 2 flaky" in run.stdout
    assert "the retry budget is used up (2): from here on a failure is final" in run.stdout
    assert len(run.events("attempt")) == 2


def test_a_deadline_names_what_was_not_run(execute, project):
    slow = "import pytest, time\n@pytest.mark.parametrize('n', range(1000))\ndef test_slow(n): time.sleep(0.1)\n"
    run = execute(project({"test_it.py": slow}), "--deadline", "3")
    assert run.process.returncode == 11, run.text
    end = run.events("run_finished")[0]
    assert end["exit_code"] == 11
    assert end["stop_reason"] == "the deadline of 3 s is near (--deadline)"
    results = run.results()
    assert results and {result["outcome"] for result in results.values()} == {"passed"}
    # Collected tests are named one by one. Parts that no worker had begun are named by their module.
    not_run = end["books"]["not_run"]
    assert 0 < len(results) < 1000
    assert len(results) + len(not_run) == 1000 or "test_it.py" in {test["nodeid"] for test in not_run}
    assert "tests not run: the run was stopped: the deadline of 3 s is near" in run.stdout


def test_a_test_that_does_not_end_is_cut_off_at_the_deadline(execute, project):
    run = execute(project({"test_it.py": "import time\ndef test_waits(): time.sleep(600)\n"}), "--deadline", "2")
    assert run.process.returncode == 11, run.text
    assert run.processes() == []
    assert [test["nodeid"] for test in run.events("run_finished")[0]["books"]["not_run"]] == ["test_it.py::test_waits"]


def test_a_deadline_that_is_not_reached_changes_nothing(execute, project):
    run = execute(project(BAD), "--deadline", "3600")
    assert run.process.returncode == 1
    assert "--deadline" not in run.text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--retry-budget", "many"], "--retry-budget many: a number is needed, or a percentage"),
        (["--flaky-result", "skip"], "--flaky-result skip: there are 'pass' and 'fail'"),
        (["--deadline", "soon"], "--deadline soon: a number of seconds is needed"),
        (["--quarantine", "nothing.toml"], "nothing.toml: No such file or directory"),
        (["--quarantine", "bad.toml"], "bad.toml: quarantine entry 1: 'owner' is missing"),
    ],
)
def test_what_is_wrong_is_one_line(execute, project, arguments, message):
    folder = project({**BAD, "bad.toml": "[[quarantine]]\ntest = 'x'\n"})
    run = execute(folder, *arguments)
    assert run.process.returncode == 4
    assert message in run.stderr and run.stderr.count("\n") == 1
