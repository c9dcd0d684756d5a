"""The harness itself. It must see every kind of difference, or its silence means nothing."""

import copy
import sys
from collections import Counter

import parity
import pytest

RUN = parity.Run(
    exit_code=1,
    outcomes={"test_a.py::test_1": ["passed"], "test_a.py::test_2": ["failed"], "x.case::twice": ["passed", "failed"]},
    order=["test_a.py::test_1", "test_a.py::test_2", "x.case::twice", "x.case::twice"],
    collect={"test_b.py": "skipped"},
    counts="2 failed, 2 passed, 1 skipped",
    summary=["FAILED test_a.py::test_2 - assert 0", "FAILED x.case::twice"],
    texts={("test_a.py::test_2", 0): ["E   assert 0"]},
)


def changed(**changes):
    run = copy.deepcopy(RUN)
    for name, value in changes.items():
        setattr(run, name, value)
    return run


def test_no_difference():
    assert parity.differences(RUN, changed(), ordered=True) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exit_code": 0}, "exit code: pytest 1, fastest 0"),
        (
            {"outcomes": {**RUN.outcomes, "test_a.py::test_1": ["skipped"]}},
            "test test_a.py::test_1: pytest passed, fastest skipped",
        ),
        (
            {"outcomes": {**RUN.outcomes, "test_a.py::new": ["passed"]}},
            "test test_a.py::new: pytest nothing, fastest passed",
        ),
        (
            {"outcomes": {**RUN.outcomes, "x.case::twice": ["passed"]}},
            "test x.case::twice: pytest passed failed, fastest passed",
        ),
        ({"collect": {}}, "collector test_b.py: pytest skipped, fastest nothing"),
        ({"counts": "1 failed"}, "counts: pytest '2 failed, 2 passed, 1 skipped', fastest '1 failed'"),
        ({"summary": RUN.summary[:1]}, "summary line only in pytest: FAILED x.case::twice"),
        (
            {"order": RUN.order[::-1]},
            "order: the test at place 0 is test_a.py::test_1 in pytest, x.case::twice in fastest",
        ),
        (
            {"texts": {("test_a.py::test_2", 0): ["E   assert 1"]}},
            "text of test_a.py::test_2: pytest says\nE   assert 0\nfastest says\nE   assert 1",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_difference_is_seen(changes, said):
    assert parity.differences(RUN, changed(**changes), ordered=True) == [said]


def test_junit_cases_are_compared():
    of_pytest = Counter({("a", "test_1", ""): 2, ("a", "test_2", "failure"): 1})
    expected, actual = changed(junit=of_pytest), changed(junit=of_pytest - Counter({("a", "test_1", ""): 1}))
    assert parity.differences(expected, actual) == ["JUnit case only in pytest: ('a', 'test_1', '')"]
    assert parity.differences(actual, expected) == ["JUnit case only in fastest: ('a', 'test_1', '')"]
    assert parity.differences(expected, changed()) == []


def test_every_way_has_pytests_verdict(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_a.py").write_text("def test_1():\n    assert 1 == 2\n\ndef test_2():\n    pass\n")
    comparison = parity.compare_project(project, ways=parity.WAYS)
    assert [(name, found) for name, _, found in comparison.runs] == [(name, []) for name in parity.WAYS]
    assert comparison.expected.junit == Counter({("test_a", "test_1", "failure"): 1, ("test_a", "test_2", ""): 1})
    engines = {name: set(run.engines) for name, run, _ in comparison.runs}
    assert engines["pytest-engine"] == {"pytest"}


def test_agents_run_in_the_rootdir(tmp_path):
    """The rootdir is below the project's folder if the ini-file is."""
    tests = tmp_path / "project/tests"
    tests.mkdir(parents=True)
    (tests / "pytest.ini").write_text("[pytest]\n")
    (tests / "test_a.py").write_text("def test_1():\n    pass\n")
    comparison = parity.compare_project(tmp_path / "project", ["tests"], ways=["agents"])
    assert comparison.expected.outcomes == {"test_a.py::test_1": ["passed"]}
    assert [(name, found) for name, _, found in comparison.runs] == [("agents", [])]


VARYING = """\
import pytest

# pytest's text is another one in every second run.
with open(__file__ + ".runs", "a+") as file:
    file.write("x")
    file.seek(0)
    REASON = ("even", "odd")[len(file.read()) % 2]

def test_1():
    pytest.skip(REASON)

def test_2():
    pytest.skip('always')
"""


def test_what_pytest_says_in_one_run_or_another_is_no_difference(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_a.py").write_text(VARYING)
    expected = parity.run_pytest(project, ["-rs"])
    assert "odd" in expected.texts["test_a.py::test_1", 0][0]
    actual = copy.deepcopy(expected)
    actual.texts["test_a.py::test_1", 0][0] = expected.texts["test_a.py::test_1", 0][0].replace("odd", "even")
    actual.summary = [line.replace("odd", "even") for line in actual.summary]
    assert len(parity.differences(expected, actual)) > 1
    varying = parity.ask_again(project, ["-rs"], sys.executable, expected, actual)
    assert varying == {"test_a.py::test_1"}
    assert parity.unlike_texts(expected, actual) == []
    # pytest never says this, however often it runs.
    actual.texts["test_a.py::test_2", 0][0] = "never"
    assert parity.ask_again(project, ["-rs"], sys.executable, expected, actual) == set()
    assert parity.unlike_texts(expected, actual) == [("test_a.py::test_2", 0)]


def test_summary_lines_of_varying_tests_are_left_out():
    expected, actual = changed(), changed(summary=["FAILED test_a.py::test_2 - otherwise", *RUN.summary[1:]])
    assert expected.summary[0].startswith("FAILED test_a.py::test_2")
    assert parity.differences(expected, actual) != []
    parity.leave_out_summary({"test_a.py::test_2"}, expected, actual)
    assert parity.differences(expected, actual) == []


def test_flaky_tests_are_left_out():
    again = changed(outcomes={**RUN.outcomes, "test_a.py::test_2": ["passed"]})
    flaky = parity.flaky_tests(RUN, again)
    assert flaky == {"test_a.py::test_2"}
    expected, actual = changed(), changed(outcomes=again.outcomes, summary=RUN.summary[1:], counts="1 failed")
    parity.leave_out(flaky, expected, actual)
    assert parity.differences(expected, actual) == []
    assert "x.case::twice" in expected.outcomes


def test_ids_that_each_run_has_anew_are_left_out():
    runs = [changed(outcomes={"a.py::test[1]": ["passed"], f"a.py::test[{time}]": ["passed"]}) for time in "xyz"]
    flaky = parity.flaky_tests(*runs[:2])
    assert flaky == {"a.py::test[x]", "a.py::test[y]"}
    parity.leave_out(flaky, runs[0], runs[2])
    assert runs[0].outcomes == runs[2].outcomes == {}


def test_pytest_run_is_recorded(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_a.py").write_text("def test_1():\n    assert 1 == 2\n\ndef test_2():\n    pass\n")
    run = parity.run_pytest(project)
    assert run.exit_code == 1
    assert run.outcomes == {"test_a.py::test_1": ["failed"], "test_a.py::test_2": ["passed"]}
    assert run.counts == "1 failed, 1 passed"
    assert run.summary == ["FAILED test_a.py::test_1 - assert 1 == 2"]
    assert "assert 1 == 2" in run.texts["test_a.py::test_1", 0][0]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("=== 1 failed, 2 passed in 0.12s ===", "1 failed, 2 passed"),
        ("2 passed, 1 warning in 61.00s (0:01:01)", "2 passed, 1 warning"),
        ("=== no tests ran in 0.01s ===", "no tests ran"),
        ("3 passed, 9 subtests passed in 0.20s", "3 passed, 9 subtests passed"),
        ("made in 0.12s", ""),
    ],
)
def test_counts_line(line, counts):
    assert parity._counts(f"something\n{line}\n") == counts
