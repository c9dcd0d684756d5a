"""--retries: what fails once is flaky, what fails for good is failed, and nobody is told of a test twice."""

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
