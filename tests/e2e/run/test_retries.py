"""--retries: a test that fails once is flaky, a test that keeps failing is failed, and each is reported once."""

import xml.etree.ElementTree as ElementTree

import pytest

SUITE = """
import pathlib
import pytest

def fails_once(name):
    mark = pathlib.Path(name)
    if not mark.exists():
        mark.touch()
        assert False, "the first time"

def test_flaky():
    fails_once("flaky")

def test_fine():
    pass

def test_bad():
    assert False, "always"

@pytest.mark.no_retry
def test_never_again():
    fails_once("never_again")

def test_dies_once():
    mark = pathlib.Path("dies_once")
    if not mark.exists():
        mark.touch()
        import os
        os.abort()
"""
INI = "[pytest]\nmarkers =\n    no_retry: never run twice\n"


@pytest.mark.parametrize("workers", [1, 2])
def test_attempts_are_told_apart(execute, project, workers, tmp_path):
    path = project({"test_it.py": SUITE, "pytest.ini": INI})
    junit = tmp_path / "junit.xml"
    run = execute(path, "--retries", "2", "--junitxml", junit, slots=workers)
    assert run.process.returncode == 1
    outcomes = {
        "test_it.py::test_flaky": "passed",
        "test_it.py::test_fine": "passed",
        "test_it.py::test_bad": "failed",
        "test_it.py::test_never_again": "failed",
        "test_it.py::test_dies_once": "passed",
    }
    assert run.outcomes() == outcomes
    results = run.results()
    assert {name.partition("::")[2]: result["attempt"] for name, result in results.items()} == {
        "test_flaky": 2,
        "test_fine": 1,
        "test_bad": 3,
        "test_never_again": 1,
        "test_dies_once": 2,
    }
    flaky = {name for name, result in results.items() if result.get("flaky")}
    assert flaky == {"test_it.py::test_flaky", "test_it.py::test_dies_once"}
    attempts = sorted((event["nodeid"].partition("::")[2], event["attempt"]) for event in run.events("attempt"))
    assert attempts == [("test_bad", 1), ("test_bad", 2), ("test_dies_once", 1), ("test_flaky", 1)]
    assert "FLAKY test_it.py::test_flaky - passed at attempt 2; before: AssertionError: the first time" in run.stdout
    assert "2 failed, 3 passed, 2 flaky" in run.stdout
    cases = {case.get("name"): [child.tag for child in case] for case in ElementTree.parse(junit).iter("testcase")}
    assert cases == {
        "test_flaky": ["flakyFailure"],
        "test_fine": [],
        "test_bad": ["failure", "rerunFailure", "rerunFailure"],
        "test_never_again": ["failure"],
        "test_dies_once": ["flakyFailure"],
    }


def test_what_is_only_flaky_is_a_good_run(execute, project):
    path = project({"test_it.py": SUITE.replace('assert False, "always"', "pass"), "pytest.ini": INI})
    run = execute(path, "--retries", "1", "--deselect", "test_it.py::test_never_again", slots=1)
    assert run.process.returncode == 0


def test_without_retries_a_failure_is_a_failure(execute, project):
    run = execute(project({"test_it.py": SUITE, "pytest.ini": INI}))
    assert run.process.returncode == 1
    assert not run.events("attempt")
    assert list(run.outcomes().values()).count("failed") == 4


def test_a_number_that_is_none_is_a_usage_error(execute, project):
    run = execute(project({"test_it.py": SUITE}), "--retries", "many")
    assert run.process.returncode == 4
    assert "--retries many" in run.stderr


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("engine", ["auto", "pytest"])
def test_the_first_failures_do_not_stop_a_run_that_stops_at_failures(execute, project, workers, engine):
    suite = SUITE.replace('assert False, "always"', "pass").replace("@pytest.mark.no_retry", "")
    path = project({"test_it.py": suite, "pytest.ini": INI})
    run = execute(path, "-x", "--retries", "1", "--engine", engine, slots=workers)
    assert run.process.returncode == 0, run.text
    assert set(run.outcomes().values()) == {"passed"}
    assert len(run.outcomes()) == 5
    assert "3 flaky" in run.stdout


@pytest.mark.parametrize("limit", [["-x"], ["--maxfail=2"]])
def test_failures_for_good_stop_it(execute, project, limit):
    bad = "import pytest\n\n@pytest.mark.parametrize('n', range(3))\ndef test_bad(n):\n    assert False\n"
    many = "import pytest\n\n@pytest.mark.parametrize('n', range(50))\ndef test_after(n):\n    assert False\n"
    path = project({"test_a.py": bad, "test_b.py": many, "pytest.ini": INI})
    run = execute(path, *limit, "--retries", "1", slots=1)
    assert run.process.returncode == 1
    stops_at = 1 if limit == ["-x"] else 2
    # A test counts as failed too if it failed and the stop prevented its retry.
    assert stops_at <= len(run.outcomes()) < 53
    assert set(run.outcomes().values()) == {"failed"}
    assert [result["attempt"] for result in run.results().values()].count(2) >= stops_at
    assert f"stopping after {stops_at} failures" in run.text
