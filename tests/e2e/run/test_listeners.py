"""Conftests with hooks for reports see the whole run once, as under pytest, with any number of workers."""

import re
import subprocess
import sys

import parity
import pytest
from setup_tool import ask_setup

CONFTEST = """
import collections

counts = collections.Counter()

def pytest_runtest_logreport(report):
    if report.when == "call": counts[report.outcome] += 1

def pytest_collectreport(report):
    if report.failed: counts["broken"] += 1

def pytest_warning_recorded(warning_message):
    counts[type(warning_message.message).__name__] += 1

def pytest_sessionfinish(session, exitstatus):
    if not hasattr(session.config, "workerinput"):
        print("finished with", int(exitstatus), session.testsfailed)
        session.exitstatus = 42

def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("mine")
    for name, found in sorted(terminalreporter.stats.items()):
        # Without a category there are set-ups and teardowns, of which a crash has less.
        if name: terminalreporter.write_line(f"{name} {len(found)}")
    terminalreporter.write_line(str(sorted(counts.items())))
"""
SUITE = {
    "conftest.py": CONFTEST,
    "test_a.py": "import warnings\n\ndef test_1(): pass\ndef test_2(): assert 0\ndef test_3(): warnings.warn('hm')\n",
    "test_b.py": "import pytest\n\n@pytest.mark.skip\ndef test_1(): pass\n"
    "@pytest.fixture\ndef f():\n    yield\n    assert 0\n"
    "def test_2(f): pass\n@pytest.mark.xfail\ndef test_3(): assert 0\n",
}
BROKEN = {**SUITE, "test_c.py": "import no_such_module\n"}
_MINE = re.compile(r"^=+ mine =+\n(.*?)^=", re.MULTILINE | re.DOTALL)


def mine(text):
    """What the conftest has written. Fails unless it was written exactly once."""
    (found,) = _MINE.findall(re.sub(r"^- generated .*\n", "", text, flags=re.MULTILINE))
    return found.splitlines(), text.count("finished with"), re.findall(r"finished with \d+ \d+", text)


@pytest.fixture
def genuine():
    def run(folder, *args, python=sys.executable):
        command = [python, "-m", "pytest", "-p", "no:xdist", *args]
        return subprocess.run(
            command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("slots", [1, 2, 3])
@pytest.mark.parametrize(
    ("files", "args"),
    [
        (SUITE, ()),
        (SUITE, ("-s",)),
        (SUITE, ("--engine=pytest",)),
        (BROKEN, ()),
        (BROKEN, ("--continue-on-collection-errors",)),
        ({"conftest.py": CONFTEST}, ()),
    ],
    ids=["suite", "no capture", "pytest's engine", "broken", "broken, continued", "nothing"],
)
def test_they_see_what_they_see_under_pytest(project, execute, genuine, files, args, slots):
    theirs, ours = project(files, "theirs"), project(files, "ours")
    expected = genuine(theirs, *(arg for arg in args if "engine" not in arg))
    run = execute(ours, *args, slots=slots)
    assert run.process.returncode == expected.returncode == 42, run.text
    assert mine(run.stdout) == mine(expected.stdout)


def test_coverage_has_the_same_session(project, execute, genuine):
    python = ask_setup("--python", "plugins")
    theirs, ours = project(SUITE, "theirs"), project(SUITE, "ours")
    expected = genuine(theirs, "--cov", python=python)
    run = execute(ours, "--cov", python=python)
    assert run.process.returncode == expected.returncode == 42, run.text
    assert mine(run.stdout) == mine(expected.stdout)
    assert run.stdout.count("tests coverage") == 1


@pytest.mark.parametrize("slots", [1, 2])
def test_they_are_told_of_the_failures_at_which_a_run_stops(project, execute, slots):
    files = {"conftest.py": CONFTEST, "test_a.py": "".join(f"def test_{n}(): assert 0\n" for n in range(20))}
    run = execute(project(files), "-x", slots=slots)
    assert run.process.returncode == 42, run.text
    assert mine(run.stdout) == (["failed 1", "[('failed', 1)]"], 1, ["finished with 1 1"])


def test_they_are_told_of_a_test_that_killed_its_worker(project, execute):
    files = {"test_a.py": "import os\n\ndef test_1(): os._exit(3)\n", "test_b.py": "def test_1(): pass\n"}
    run = execute(project({"conftest.py": CONFTEST, **files}))
    assert mine(run.stdout)[0] == ["failed 1", "passed 1", "[('failed', 1), ('passed', 1)]"]
    assert run.process.returncode == 42


def test_of_a_test_that_ran_again_they_are_told_once(project, execute):
    flaky = "import pathlib\n\ndef test_1():\n    done = pathlib.Path('done')\n    if not done.exists():\n"
    flaky += "        done.touch()\n        assert 0\n"
    run = execute(
        project({"conftest.py": CONFTEST, "test_a.py": flaky, "test_b.py": "def test(): pass\n"}), "--retries=1"
    )
    # pytest begins a new line after a line of progress.
    assert mine(run.stdout)[0] == ["", "passed 2", "[('passed', 2)]"]


def test_they_are_told_of_what_ran_on_other_machines(project, agent, execute, genuine):
    theirs, ours = project(SUITE, "theirs"), project(SUITE, "ours")
    addresses = ",".join(agent(ours, slots=2).address for _ in range(2))
    run = execute(ours, "--agents", addresses)
    expected = genuine(theirs)
    assert run.process.returncode == expected.returncode == 42, run.text
    assert mine(run.stdout) == mine(expected.stdout)


@pytest.mark.parametrize("module", ["test_a.py", ""], ids=["passes", "fails"])
def test_an_error_of_theirs_fails_the_run_as_in_pytest_and_is_named(project, execute, genuine, module):
    conftest = (
        "def pytest_terminal_summary(config):\n    if not hasattr(config, 'workerinput'): raise RuntimeError('no')\n"
    )
    files = {**SUITE, "conftest.py": conftest, **({module: "def test_1(): pass\n"} if module else {})}
    run, expected = execute(project(files, "ours")), genuine(project(files, "theirs"))
    assert run.process.returncode == expected.returncode == 1
    assert "conftest.py implements pytest_terminal_summary, but" in run.stdout
    assert "failed: RuntimeError: no" in run.stdout
    assert len(run.results()) == (4 if module else 6)


def test_where_nobody_listens_there_is_no_such_session(project, execute):
    files = {
        "conftest.py": "import os\n\nopen(f'loaded-{os.getpid()}', 'w').close()\n",
        "test_a.py": "def test(): pass\n",
    }
    folder = project(files)
    assert execute(folder).process.returncode == 0
    assert len(list(folder.glob("loaded-*"))) == 2


def test_a_plan_tells_them_of_nothing(project, execute):
    run = execute(project(SUITE), "--plan")
    assert run.process.returncode == 0, run.text
    assert "mine" not in run.text
    assert "finished with" not in run.text
