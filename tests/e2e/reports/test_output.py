"""Compares the output and the files of a run with pytest's."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import parity
import pytest

ALL_OUTCOMES = (parity.ROOT / "tests/suites/plain/test_plain.py").read_text("utf-8")
PASSES = "def test_1():\n    pass\n\ndef test_2():\n    pass\n"


def of_pytest(folder, *args):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args]
    env = parity.clean_environment()
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
    )


def without_times(text):
    return re.sub(r"\d+\.\d+s", "TIME", text)


def body(text):
    """The lines of a run's output, without those that name the program and the number of workers."""
    skip = (
        "platform ",
        "plugins: ",
        "collected ",
        "running on ",
        "starting 1 worker",
        "rootdir: ",
        "cachedir: ",
        "collecting ",
    )
    return [line for line in without_times(text).splitlines() if line.strip() and not line.startswith(skip)]


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("-q",),
        ("-qq",),
        ("-v",),
        ("-vv",),
        ("-rA",),
        ("-rN",),
        ("--tb=short",),
        ("--tb=line",),
        ("--tb=no",),
        ("--no-header",),
        ("--no-summary",),
    ],
    ids=" ".join,
)
def test_text_is_pytests(project, execute, args):
    folder = project({"test_plain.py": ALL_OUTCOMES, "pytest.ini": "[pytest]\n"})
    # pytest writes no report here, and names none.
    run = execute(folder, *args, slots=1, events=False)
    assert body(run.stdout) == body(of_pytest(folder, *args).stdout)


def test_quiet_is_quiet(project, execute):
    run = execute(project({"test_a.py": PASSES}), "-q")
    assert run.process.returncode == 0
    assert re.fullmatch(r"\.\. +\[100%\]\n2 passed in [\d.]+s\n", run.stdout)
    assert run.stderr == ""


def test_verbose_names_every_test(project, execute):
    run = execute(project({"test_a.py": PASSES}), "-v")
    assert re.search(r"^test_a\.py::test_1 PASSED +\[ 50%\]$", run.stdout, re.M)
    assert re.search(r"^test_a\.py::test_2 PASSED +\[100%\]$", run.stdout, re.M)


@pytest.mark.parametrize(
    ("args", "env", "colour"),
    [
        ((), {}, False),
        (("--color=yes",), {}, True),
        (("--color=no",), {"FORCE_COLOR": "1"}, False),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
    ],
)
def test_colour(project, execute, args, env, colour):
    run = execute(project({"test_plain.py": ALL_OUTCOMES}), *args, env=env)
    assert ("\x1b[" in run.stdout) == colour


def test_no_capture_lets_output_through(project, execute):
    run = execute(project({"test_a.py": "def test_1():\n    print('straight through')\n"}), "-s")
    assert "straight through" in run.stdout
    assert run.process.returncode == 0


def test_durations(project, execute):
    run = execute(project({"test_a.py": PASSES}), "--durations=0", "-vv")
    assert "slowest durations" in run.stdout
    assert len(re.findall(r"^[\d.]+s (?:call|setup|teardown) +test_a\.py::test_[12]$", run.stdout, re.M)) == 6


def test_json_to_standard_output(project, coordinator):
    import json

    folder = project({"test_plain.py": ALL_OUTCOMES})
    command = [str(coordinator), "--python", sys.executable, "--report-json", "-"]
    run = subprocess.run(
        command,
        cwd=folder,
        env=parity.clean_environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert events[0]["type"] == "run_started"
    assert events[-1]["type"] == "run_finished"
    assert events[-1]["exit_code"] == run.returncode == 1
    assert len([event for event in events if event["type"] == "result"]) == 12
    assert "4 failed" in run.stderr


def test_result_line(project, execute):
    run = execute(project({"test_a.py": "def test_1():\n    print('noted')\n    assert 1 == 2\n"}))
    result = run.results()["test_a.py::test_1"]
    assert result["outcome"] == "failed"
    assert set(result["phases"]) == {"setup", "call", "teardown"}
    assert result["duration_s"] == pytest.approx(sum(result["phases"].values()))
    assert result["attempt"] == 1
    assert result["worker"].startswith("gw")
    assert "assert 1 == 2" in result["longrepr"]
    assert {"name": "Captured stdout call", "content": "noted\n"} in result["sections"]
    finished = run.events()[-1]
    assert finished["counts"]["failed"] == 1
    assert finished["books"]["balanced"] is True


XML_PROJECT = {
    "test_plain.py": ALL_OUTCOMES,
    "test_errors.py": """
import pytest

@pytest.fixture
def broken():
    raise OSError("no <resource>")

@pytest.fixture
def leaky():
    yield
    raise OSError("left \\x00 behind")

def test_setup(broken):
    pass

def test_teardown(leaky):
    print("printed")

def test_both(leaky):
    assert 0

class TestClass:
    def test_property(self, record_property):
        record_property("key", "<value>")
""",
    "sub/test_skip.py": "import pytest\n\npytest.skip('the whole module', allow_module_level=True)\n",
    "sub/test_param.py": """
import pytest

@pytest.mark.parametrize("x", ["a/b", "c.d", "\\x1b"])
def test(x):
    assert x != "c.d"
""",
}


def xml_cases(path):
    """Everything in a report that must be equal: its counts, and its test cases, sorted."""
    suite = ElementTree.parse(path).getroot().find("testsuite")
    counts = {name: suite.get(name) for name in ("name", "errors", "failures", "skipped", "tests")}
    cases = []
    for case in suite.iter("testcase"):
        inside = [(child.tag, child.get("message"), child.get("type"), _clean(child)) for child in case]
        cases.append((case.get("classname"), case.get("name"), sorted(case.attrib), inside))
    return counts, sorted(cases, key=str)


def _clean(element):
    properties = [(child.get("name"), child.get("value")) for child in element]
    return re.sub(r"0x[0-9a-f]+", "0xADDRESS", (element.text or "").strip()), properties


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-o", "junit_family=xunit1"),
        ("-o", "junit_logging=all"),
        ("-o", "junit_suite_name=mine"),
        ("--junitprefix=before",),
    ],
    ids=" ".join,
)
def test_junit_report_is_pytests(project, execute, options):
    folder = project({**XML_PROJECT, "pytest.ini": "[pytest]\n"})
    of_pytest(folder, "--junitxml=pytest.xml", *options)
    execute(folder, "--junitxml=reports/fastest.xml", *options)
    assert xml_cases(folder / "reports/fastest.xml") == xml_cases(folder / "pytest.xml")


def test_discover_says_what_collecting_says(project, coordinator):
    files = {
        "test_a.py": """
import pytest

def test_1():
    pass

class TestClass:
    def test_2(self):
        pass

@pytest.mark.parametrize("x", [1, "two"])
def test_3(x):
    pass
""",
        "sub/test_b.py": "def test_4():\n    pass\n",
    }
    folder = project(files)
    collected = of_pytest(folder, "--collect-only", "-q").stdout
    run = subprocess.run(
        [str(coordinator), "--discover"],
        cwd=folder,
        env=parity.clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0
    assert [line for line in run.stdout.splitlines() if "::" in line] == [
        line for line in collected.splitlines() if "::" in line
    ]


@pytest.mark.parametrize(
    ("addopts", "said"),
    [
        ("-k two", ["test_a.py::test_two", "1 test in 1 file"]),
        ("test_a.py", ["test_a.py::test_one", "test_a.py::test_two", "PYTEST_ADDOPTS has test_a.py"]),
    ],
)
def test_discover_obeys_the_environments_options(project, coordinator, addopts, said):
    folder = project({"test_a.py": "def test_one():\n    pass\n\ndef test_two():\n    pass\n"})
    run = subprocess.run(
        [str(coordinator), "--discover", "-v"],
        cwd=folder,
        env=parity.clean_environment({"PYTEST_ADDOPTS": addopts}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0
    for text in said:
        assert text in run.stdout
    assert ("test_one" in run.stdout) == ("test_a.py::test_one" in said)


def test_discover_needs_no_python(project, coordinator):
    folder = project({"test_a.py": PASSES})
    run = subprocess.run(
        [str(coordinator), "--discover"],
        cwd=folder,
        env={"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0
    assert "test_a.py::test_1" in run.stdout


def test_discover_marks_what_it_cannot_know(project, coordinator):
    folder = project(
        {
            "test_a.py": """
import pytest
from elsewhere import cases

@pytest.mark.parametrize("x", cases)
def test_1(x):
    pass
"""
        }
    )
    run = subprocess.run(
        [str(coordinator), "--discover"],
        cwd=folder,
        env=parity.clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0
    assert re.search(r"test_a\.py::test_1.*\[open: ", run.stdout)
