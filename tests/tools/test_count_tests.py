"""The last line of tools/test counts every kind of result once, and a target without a result as failed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "count_tests.py"

GTEST = """<testsuites><testsuite name="A">
<testcase name="Passes" status="run" result="completed" />
<testcase name="Fails" status="run" result="completed"><failure message="a"/><failure message="b"/></testcase>
<testcase name="Skips" status="run" result="skipped"><skipped message=""/></testcase>
<testcase name="Disabled" status="notrun" result="suppressed" />
</testsuite></testsuites>"""

PYTEST = """<testsuites><testsuite tests="4">
<testcase classname="a" name="passes"/>
<testcase classname="a" name="also_passes"/>
<testcase classname="a" name="fails_twice"><failure message="a"/><error message="b"/></testcase>
<testcase classname="a" name="xfails"><skipped type="pytest.xfail" message=""/></testcase>
</testsuite></testsuites>"""


def configured(label):
    return {"id": {"targetConfigured": {"label": label}}, "configured": {"testSize": "SMALL"}}


def result(label, status, xml=None):
    outputs = [{"name": "test.log", "uri": "file:///nowhere"}]
    if xml is not None:
        outputs.append({"name": "test.xml", "uri": xml.as_uri()})
    return {"id": {"testResult": {"label": label}}, "testResult": {"status": status, "testActionOutput": outputs}}


@pytest.fixture
def count(tmp_path):
    """Runs the script on build events and a pytest result. Gives the last line and the exit code."""

    def run(events=None, pytest_xml=None):
        command = [sys.executable, SCRIPT]
        if events is not None:
            path = tmp_path / "events.json"
            path.write_text("".join(json.dumps(event) + "\n" for event in events))
            command += ["--bazel", path]
        if pytest_xml is not None:
            path = tmp_path / "pytest.xml"
            path.write_text(pytest_xml)
            command += ["--pytest", path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stdout.splitlines()[-1], done.returncode

    return run


@pytest.fixture
def passing(tmp_path):
    path = tmp_path / "pass ing.xml"
    path.write_text('<testsuites><testsuite><testcase name="a" status="run"/></testsuite></testsuites>')
    return path


def test_cases_of_both_kinds_are_added_up(count, tmp_path):
    xml = tmp_path / "test.xml"
    xml.write_text(GTEST)
    events = [configured("//a:a_test"), result("//a:a_test", "FAILED", xml)]
    assert count(events, PYTEST) == ("3 passed, 2 failed, 3 skipped", 1)


def test_exit_code_is_zero_only_if_something_ran(count, passing):
    events = [configured("//a:a_test"), result("//a:a_test", "PASSED", passing)]
    assert count(events) == ("1 passed, 0 failed, 0 skipped", 0)
    assert count([]) == ("0 passed, 0 failed, 0 skipped", 1)


def test_target_without_result_has_failed(count, passing):
    events = [configured("//a:a_test"), configured("//a:unbuilt_test"), result("//a:a_test", "PASSED", passing)]
    assert count(events) == ("1 passed, 1 failed, 0 skipped", 1)


def test_target_that_is_no_test_is_not_expected_to_run(count, passing):
    library = {"id": {"targetConfigured": {"label": "//a:a"}}, "configured": {"targetKind": "cc_library rule"}}
    events = [library, configured("//a:a_test"), result("//a:a_test", "PASSED", passing)]
    assert count(events) == ("1 passed, 0 failed, 0 skipped", 0)


def test_program_that_fails_outside_of_its_cases_has_failed(count, passing):
    events = [configured("//a:a_test"), result("//a:a_test", "FAILED", passing)]
    assert count(events) == ("1 passed, 1 failed, 0 skipped", 1)


@pytest.mark.parametrize("text", ["", "<testsuites", None], ids=["empty", "torn", "missing"])
def test_unreadable_result_has_failed(count, tmp_path, text):
    xml = tmp_path / "test.xml"
    if text is not None:
        xml.write_text(text)
    events = [configured("//a:a_test"), result("//a:a_test", "PASSED", xml)]
    assert count(events) == ("0 passed, 1 failed, 0 skipped", 1)


def test_unreadable_pytest_result_has_failed(count):
    assert count(pytest_xml="") == ("0 passed, 1 failed, 0 skipped", 1)
