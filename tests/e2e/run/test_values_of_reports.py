"""What hooks put into reports arrives at listeners as it was, and never costs the run a result."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import parity
import pytest

TESTS = "import pytest\n\n@pytest.mark.parametrize('i', range(3))\ndef test_x(i):\n    assert i < 2\n"

# Each test's call has every value that execnet carries. The listener writes down what it was told.
CARRIED = """
import pytest

VALUES = [
    None, True, False, 0, -3, 2**31 - 1, 2**40, 3**60, 1.5, -0.0, float("inf"), float("nan"), 2j, complex(0.0, 1e400),
    "", "text", "\\u6e2c \\U0001f600 \\0", b"", b"\\x89PNG\\xff", (), (1, ("a", b"b")), [], [1, [(2,)]],
    {}, {"a": (1,)}, {1: "one", None: 2, True: 3, 1.5: 4, b"b": 5, (1, 2): 6, frozenset([1]): 7, 2j: 8},
    {"$tuple": [1]}, {"$set": 1, "a": 2},
    set(), {1, "a", (1, 2)}, frozenset(), frozenset([frozenset([1]), "a"]),
]

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.values = VALUES
    report.keywords = {**report.keywords, "added": (1, 2)}
    if report.when == "call": report.sections.append(("extra", "text"))

SEEN = []

def shape(value):
    if isinstance(value, dict): return ["dict", [[shape(k), shape(v)] for k, v in value.items()]]
    if isinstance(value, (set, frozenset)): return [type(value).__name__, sorted(str(shape(v)) for v in value)]
    if isinstance(value, (list, tuple)): return [type(value).__name__, *map(shape, value)]
    return [type(value).__name__, repr(value)]

def pytest_runtest_logreport(report):
    rest = (report.keywords["added"], report.sections[-1:], report.location, report.user_properties)
    SEEN.append((report.nodeid, report.when, str([shape(value) for value in (*report.values, *rest)])))

def pytest_terminal_summary(terminalreporter, config):
    if not hasattr(config, "workerinput"):
        for entry in sorted(SEEN): terminalreporter.write_line("SEEN %s %s %s" % entry)
"""

# Values that execnet does not carry, or at which pytest-xdist's workers die: into each place of a report.
ODD = """
import collections, enum, threading
import pytest

class Plain(enum.Enum): A = 1
class Text(str, enum.Enum): A = "a"
class Mute:
    def __str__(self): raise RuntimeError("no text")
    __repr__ = __str__
class HashableList(list):
    def __hash__(self): return 1
    def __eq__(self, other): return self is other

Pair = collections.namedtuple("Pair", "a b")
CYCLE = []
CYCLE.append(CYCLE)
DEEP = []
for _ in range(5000): DEEP = [DEEP]
ODD = [Plain.A, Text.A, Mute(), HashableList(), Pair(1, Mute()), CYCLE, DEEP, object(), threading.Lock(), "\\ud800",
       10**6000, -2**31 - 1, {Pair(1, 2): 3, HashableList(): 4}, {Mute(), Plain.A}, bytearray(b"x"), range(3),
       b"x" * (6 << 20)]
PLACES = ["longrepr", "keywords", "user_properties", "sections", "extra", "start", "duration", "location"]

def pytest_generate_tests(metafunc):
    if "odd" in metafunc.fixturenames:
        metafunc.parametrize("place", PLACES)
        metafunc.parametrize("odd", range(len(ODD)))

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    parameters = getattr(item, "callspec", None)
    if parameters is None or report.when != WHEN: return
    place, value = parameters.params["place"], ODD[parameters.params["odd"]]
    if place in ("user_properties", "sections"): getattr(report, place).extend([("name", value), (value, "content")])
    elif place == "keywords": report.keywords["odd"] = value
    else: setattr(report, place, value)

SEEN = []

def pytest_runtest_logreport(report):
    if report.when == "call": SEEN.append(report.nodeid)

def pytest_terminal_summary(terminalreporter, config):
    if not hasattr(config, "workerinput"): terminalreporter.write_line(f"SEEN {len(SEEN)} {len(set(SEEN))}")
"""


def seen(text):
    return sorted(set(re.findall(r"SEEN .*", text)))


def genuine(folder, *args):
    command = [sys.executable, "-m", "pytest", *args]
    return subprocess.run(
        command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("args", [(), ("--engine=pytest",)], ids=["auto", "pytest's engine"])
@pytest.mark.parametrize("slots", [1, 2])
def test_what_execnet_carries_keeps_its_kind(project, execute, slots, args):
    files = {"conftest.py": CARRIED, "test_a.py": TESTS, "test_b.py": TESTS}
    expected = genuine(project(files, "theirs"), "-n2")
    run = execute(project(files, "ours"), *args, slots=slots)
    assert run.process.returncode == expected.returncode == 1, run.text
    assert len(seen(expected.stdout)) == 18
    assert seen(run.stdout) == seen(expected.stdout)


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
@pytest.mark.parametrize("slots", [1, 2])
def test_what_cannot_be_told_costs_no_result(project, execute, slots, when):
    module = "def test_odd(place, odd): pass\ndef test_plain(): pass\n"
    files = {"conftest.py": ODD.replace("WHEN", repr(when)), "test_a.py": module, "test_b.py": module}
    run = execute(project(files), "--junitxml", "junit.xml", slots=slots)
    assert run.process.returncode == 0, run.text[-3000:]
    assert len(run.outcomes()) == 2 * (8 * 17 + 1)
    assert set(run.outcomes().values()) == {"passed"}
    assert seen(run.stdout) == ["SEEN 274 274"]


def test_a_failing_test_with_such_a_report_keeps_its_failure(project, execute):
    conftest = ODD.replace("WHEN", "'call'")
    module = "def test_odd(place, odd): assert 0\ndef test_plain(): assert 0\n"
    run = execute(project({"conftest.py": conftest, "test_a.py": module, "test_b.py": module}))
    assert run.process.returncode == 1, run.text[-3000:]
    assert len(run.outcomes()) == 2 * (8 * 17 + 1)
    assert set(run.outcomes().values()) == {"failed"}


def test_properties_of_any_kind_reach_the_reports(project, execute):
    module = (
        "import pytest\n\n@pytest.mark.parametrize('value', [{(0, 1): 'x'}, b'b', None, (1, 2), 1.5, {1}, object])\n"
        "def test_p(record_property, record_testsuite_property, value): record_property('grid', value)\n"
    )
    listener = "def pytest_runtest_logreport(report): pass\n"
    files = {"conftest.py": listener, "test_a.py": module}
    theirs, ours = project(files, "theirs"), project(files, "ours")
    expected = genuine(theirs, "-p", "no:xdist", "--junitxml=junit.xml")
    run = execute(ours, "--junitxml", "junit.xml")
    assert run.process.returncode == expected.returncode == 0, run.text
    found, wanted = (
        sorted(node.get("value") for node in ElementTree.parse(folder / "junit.xml").iter("property"))
        for folder in (ours, theirs)
    )
    assert found == wanted and len(wanted) == 7
    values = {property["value"] for event in run.events("result") for property in event["user_properties"]}
    assert values == {"{(0, 1): 'x'}", "b'b'", "None", "(1, 2)", "1.5", "{1}", "<class 'object'>"}


def test_what_workers_say_at_their_end_keeps_its_kind(project, execute):
    conftest = """
import pytest

def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        session.config.workeroutput["mine"] = [(1, b"x"), {1: {2}}, frozenset(), float("inf"), 2j]

@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    OUTPUT.append({name: node.workeroutput[name] for name in ("mine", "exitstatus", "shouldfail", "shouldstop")})

OUTPUT = []

def pytest_terminal_summary(terminalreporter, config):
    for output in OUTPUT: terminalreporter.write_line(f"SEEN {output}")
"""
    files = {"conftest.py": conftest, "test_a.py": TESTS, "test_b.py": TESTS}
    expected = genuine(project(files, "theirs"), "-n2")
    run = execute(project(files, "ours"))
    assert run.process.returncode == expected.returncode == 1, run.text
    assert len(seen(expected.stdout)) >= 1
    assert seen(run.stdout) == seen(expected.stdout)


def test_arguments_of_warnings_keep_their_kind(project, execute):
    module = """
import warnings
import pytest

class OneError(UserWarning): pass

@pytest.mark.parametrize("value", [(1, 2), b"x", {1: 2}, frozenset([1]), 1.5, None, object], ids=str)
def test_w(value): warnings.warn(OneError("text", value))
"""
    conftest = """
SEEN = []

def pytest_warning_recorded(warning_message, when, nodeid, location):
    message = warning_message.message
    SEEN.append((nodeid, when, type(message).__name__, message.args, location, warning_message.category.__name__))

def pytest_terminal_summary(terminalreporter, config):
    if not hasattr(config, "workerinput"):
        for entry in sorted(map(str, SEEN)): terminalreporter.write_line(f"SEEN {entry}")
"""
    files = {"conftest.py": conftest, "test_a.py": module}
    expected = genuine(project(files, "theirs"), "-n2")
    run = execute(project(files, "ours"))
    assert run.process.returncode == expected.returncode == 0, run.text
    assert len(seen(expected.stdout)) == 7
    assert seen(run.stdout) == seen(expected.stdout)
