"""--junitxml: the schema of CI systems accepts the report, and what tests add to it is as in pytest's report."""

import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET

import parity
import pytest
from setup_tool import ask_setup

SUITE = {
    "pytest.ini": "[pytest]\njunit_logging = all\n",
    "test_a.py": """
import os, pathlib, sys, unittest, warnings
import pytest

@pytest.fixture(scope="session", autouse=True)
def about(record_testsuite_property):
    record_testsuite_property("ARCH", "PPC")
    record_testsuite_property("answer", 42)

def test_ok(record_property):
    print("out \\x07 <&>", "\\ud800")
    record_property("key", "<value> & more")
def test_fails(): assert "<a>" == "]]>"
@pytest.mark.skip(reason="not <now>")
def test_skipped(): pass
@pytest.mark.xfail(reason="known")
def test_xfails(): assert 0
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.fixture
def broken(): raise ValueError("\\0 in set-up")
def test_error(broken): pass
@pytest.fixture
def breaks_later():
    yield
    raise ValueError("teardown")
def test_both(breaks_later): assert 0
class TestUnit(unittest.TestCase):
    def test_sub(self):
        for i in range(2):
            with self.subTest(i=i): self.assertEqual(i, 0)
""",
    "test_b.py": """
import os, pathlib
def test_flaky():
    mark = pathlib.Path(__file__).with_name("tried")
    first = not mark.exists()
    mark.touch()
    assert not first
def test_other(record_testsuite_property): record_testsuite_property("of b", "é")
""",
    "test_broken.py": "import nothing_of_that_name\n",
}
# pytest itself cannot go on after this test.
CRASH = {"test_c.py": "import os\ndef test_crash(): os.abort()\n"}


@pytest.fixture(scope="session")
def schema(tmp_path_factory):
    """The schema of Jenkins' xUnit plugin, taken from pytest's own tests."""
    path = tmp_path_factory.mktemp("schema") / "junit-10.xsd"
    with tarfile.open(ask_setup("--sdist", "pytest")) as archive:
        (name,) = [name for name in archive.getnames() if name.endswith("/junit-10.xsd")]
        path.write_bytes(archive.extractfile(name).read())
    return path


def complaints(schema, report):
    """The schema's complaints about a report. Empty if it is valid."""
    python = ask_setup("--python", "schemas")
    code = (
        "import sys, xmlschema\n"
        "for error in xmlschema.XMLSchema(sys.argv[1]).iter_errors(sys.argv[2]): print(error.path, error.reason)"
    )
    return subprocess.run([python, "-c", code, schema, report], check=True, capture_output=True, text=True).stdout


def suite_properties(report):
    return [
        (found.get("name"), found.get("value")) for found in ET.parse(report).findall("testsuite/properties/property")
    ]


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("crash", [False, True])
def test_reports_are_valid_by_the_schema(execute, project, schema, tmp_path, slots, crash):
    # The schema has no properties of a test case. pytest writes them nevertheless, with a warning.
    files = {name: text.replace('record_property("key"', 'print("key"') for name, text in SUITE.items()}
    folder = project({**files, **(CRASH if crash else {})})
    report = tmp_path / "junit.xml"
    ran = execute(
        folder,
        *("--junitxml", report, "--retries", "1", "--continue-on-collection-errors", "--hang-timeout", "60"),
        slots=slots,
    )
    assert ran.process.returncode == 1, ran.text
    assert complaints(schema, report) == ""
    assert ET.parse(report).findall(".//flakyFailure") != []
    # The check finds a fault.
    report.write_text(report.read_text().replace("<testcase ", "<testcase nonsense='1' ", 1))
    assert "nonsense" in complaints(schema, report)


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("family", ["xunit2", "xunit1"])
def test_what_tests_add_is_what_pytest_has(project, tmp_path, slots, family):
    options = ["--junitxml", "junit.xml", "-o", f"junit_family={family}", "--continue-on-collection-errors"]
    pytests, ours = project(SUITE, "pytest"), project(SUITE, "ours")
    expected = parity.run_pytest(pytests, options)
    actual = parity.run_fastest(ours, options, python=sys.executable, slots=slots)
    # With xunit2, record_property does nothing but warn.
    assert ("1 warning" in expected.counts) == (family == "xunit2")
    assert parity.differences(expected, actual) == []
    assert sorted(suite_properties(ours / "junit.xml")) == sorted(suite_properties(pytests / "junit.xml"))
    assert ("ARCH", "PPC") in suite_properties(ours / "junit.xml")


def test_without_a_report_nothing_is_recorded(execute, project):
    ran = execute(project(SUITE), "--continue-on-collection-errors")
    assert "testsuite_properties" not in ran.events("run_finished")[0]
    assert "warning" not in ran.stdout
