"""pytest-cov with several workers: a control session joins the data. Data, reports and exit codes are pytest's."""

import json
import os
import re
import subprocess
import sysconfig
import textwrap
import xml.etree.ElementTree as ElementTree

import parity
import pytest
from setup_tool import ask_setup

SUITE = {
    ".coveragerc": "[run]\nsource = lib\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "conftest.py": "from lib.early import early\nearly(1)\n",
    "lib/__init__.py": "",
    "lib/early.py": "def early(x):\n    if x:\n        return 1\n    return 0\n",
    "lib/one.py": "def one(x):\n    if x > 1:\n        return 'many'\n    return 'one'\n",
    "lib/two.py": "def two(x):\n    for i in range(x):\n        if i == 3:\n            return i\n    return None\n",
    "lib/never.py": "def never():\n    return 0\n",
    "test_one.py": "import pytest\nfrom lib.one import one\n\n\n@pytest.mark.parametrize('x', [0, 1])\n"
    "def test_1(x): assert one(x) == 'one'\n",
    "test_many.py": "from lib.one import one\n\n\nclass TestMany:\n    def test_2(self): assert one(2) == 'many'\n",
    "test_two.py": "from lib.two import two\n\n\ndef test_3(): assert two(9) == 3\ndef test_4(): assert two(1) == 7\n",
}
PASSING = {**SUITE, "test_two.py": "from lib.two import two\n\n\ndef test_3(): assert two(9) == 3\n"}
HEADING = re.compile(r"^=+ tests coverage =+$", re.MULTILINE)


@pytest.fixture(scope="session")
def python():
    """An interpreter with pytest-cov."""
    return ask_setup("--python", "plugins")


@pytest.fixture
def genuine(python):
    """Runs pytest itself. Gives the exit code and the output."""

    def run(folder, *args):
        command = [python, "-m", "pytest", *args]
        done = subprocess.run(
            command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    return run


@pytest.fixture
def both(project, execute, genuine, python):
    """Runs a suite with pytest and with Fastest in two folders. Gives both exit codes with outputs, and the folders."""

    def run(files, *args, slots=2):
        theirs, ours = project(files, "theirs"), project(files, f"ours{slots}")
        expected = genuine(theirs, *args)
        run = execute(ours, *args, slots=slots, python=python)
        return expected, (run.process.returncode, run.stdout), theirs, ours

    return run


def covered(python, folder, *args):
    """coverage.py's report of the data in a folder, with contexts."""
    command = [python, "-m", "coverage", "json", "--show-contexts", "-q", "-o", "-", *args]
    files = json.loads(subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout)["files"]
    for file in files.values():
        file["contexts"] = {line: sorted(contexts) for line, contexts in file["contexts"].items()}
    facts = ("executed_lines", "missing_lines", "missing_branches", "contexts")
    return {name: {fact: file.get(fact) for fact in facts} for name, file in files.items()}


def summary(text):
    """The part of the output that pytest-cov wrote."""
    found = re.sub(r"^- generated .*\n", "", text[HEADING.search(text).start() :], flags=re.MULTILINE)
    return re.split(r"^=+ (?:short test summary info|\d+ (?:failed|passed).*) =+$", found, flags=re.MULTILINE)[0]


def data_files(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith(".coverage") and name != ".coveragerc")


@pytest.mark.parametrize("slots", [1, 2, 3])
@pytest.mark.parametrize("extra", [(), ("--cov-branch",), ("--cov-context=test",)], ids=" ".join)
def test_data_and_table_are_those_of_pytest(both, python, slots, extra):
    theirs, ours, their_folder, our_folder = both(SUITE, "--cov", "--cov-report=term-missing", *extra, slots=slots)
    assert ours[0] == theirs[0] == 1
    assert covered(python, our_folder) == covered(python, their_folder)
    assert len(HEADING.findall(ours[1])) == 1
    assert summary(ours[1]) == summary(theirs[1])
    assert data_files(our_folder) == data_files(their_folder) == [".coverage"]


def test_pytest_xdist_may_be_there_too(project, execute, python):
    # pytest-xdist comes from the interpreter that runs these tests.
    env = {"PYTHONPATH": sysconfig.get_path("purelib"), "PYTEST_ADDOPTS": "-p no:hypothesispytest"}
    args = ["-n2", "--cov", "--cov-branch", "--cov-report=term-missing", "--cov-fail-under=99"]
    folders = project(SUITE, "theirs"), project(SUITE, "ours")
    command = [python, "-m", "pytest", *args]
    theirs = subprocess.run(
        command, cwd=folders[0], env={**parity.clean_environment(), **env}, capture_output=True, text=True, check=False
    )
    ours = execute(folders[1], *args, python=python, env=env)
    assert "created: 2/2 workers" in theirs.stdout
    assert "xdist" in ours.stdout
    assert ours.process.returncode == theirs.returncode == 1
    assert summary(ours.stdout) == summary(theirs.stdout)
    assert covered(python, folders[1]) == covered(python, folders[0])
    assert data_files(folders[1]) == data_files(folders[0]) == [".coverage"]


def test_without_named_sources_the_runner_is_not_measured(both, python):
    files = {name: text for name, text in SUITE.items() if name != ".coveragerc"}
    theirs, ours, their_folder, our_folder = both(files, "--cov", "--cov-branch")
    assert covered(python, our_folder) == covered(python, their_folder)
    assert summary(ours[1]) == summary(theirs[1])


@pytest.mark.parametrize(("files", "limit", "status"), [(PASSING, 50, 0), (PASSING, 99, 1), (SUITE, 50, 1)])
def test_fail_under(both, files, limit, status):
    theirs, ours, _, _ = both(files, "--cov", f"--cov-fail-under={limit}")
    assert (ours[0], theirs[0]) == (status, status)
    assert summary(ours[1]) == summary(theirs[1])
    assert ("ERROR: Coverage failure" in ours[1]) is ("ERROR: Coverage failure" in theirs[1])


def test_every_report_is_written_once(both):
    forms = ("xml", "json", "lcov", "html", "markdown:table.md")
    args = [f"--cov-report={form}" for form in forms]
    theirs, ours, their_folder, our_folder = both(SUITE, "--cov", "--cov-branch", *args)
    assert summary(ours[1]) == summary(theirs[1])
    for name in ("coverage.json", "coverage.lcov", "table.md"):
        texts = [(folder / name).read_text() for folder in (our_folder, their_folder)]
        if name.endswith("json"):
            texts = [json.loads(text)["files"] for text in texts]
        assert texts[0] == texts[1], name
    lines = []
    for folder in (our_folder, their_folder):
        root = ElementTree.parse(folder / "coverage.xml").getroot()
        lines.append([(e.get("filename"), e.get("number"), e.get("hits"), e.get("branch")) for e in root.iter()])
        assert (folder / "htmlcov/index.html").exists()
    assert lines[0] == lines[1]


def test_data_are_appended_if_asked_for(project, execute, genuine, python):
    folders = project(SUITE, "theirs"), project(SUITE, "ours")
    for args in (["test_one.py"], ["test_many.py", "test_two.py", "--cov-append"], ["--cov-append"], ["test_one.py"]):
        theirs = genuine(folders[0], *args, "--cov")
        ours = execute(folders[1], *args, "--cov", python=python)
        assert ours.process.returncode == theirs[0]
        assert covered(python, folders[1]) == covered(python, folders[0])
        assert summary(ours.stdout) == summary(theirs[1])


def test_addopts_are_enough(both, python):
    files = {**SUITE, "pytest.ini": "[pytest]\npythonpath = .\naddopts = --cov --cov-report=term --cov-fail-under=99\n"}
    theirs, ours, their_folder, our_folder = both(files)
    assert ours[0] == theirs[0] == 1
    assert summary(ours[1]) == summary(theirs[1])
    assert covered(python, our_folder) == covered(python, their_folder)


def test_no_cov(both):
    theirs, ours, their_folder, our_folder = both(PASSING, "--no-cov", "--cov")
    assert ours[0] == theirs[0] == 0
    assert "TOTAL" not in ours[1]
    assert data_files(our_folder) == data_files(their_folder) == []


def test_no_report_on_failure_if_asked_for(both):
    theirs, ours, _, _ = both(SUITE, "--cov", "--no-cov-on-fail")
    assert ours[0] == theirs[0] == 1
    assert not HEADING.search(ours[1])
    assert not HEADING.search(theirs[1])


@pytest.mark.parametrize("args", [("-x",), ("-k", "nothing_of_this_name"), ("--cov-fail-under=50", "-k", "nothing")])
def test_runs_that_end_otherwise_end_as_with_pytest(both, args):
    theirs, ours, _, _ = both(SUITE, "--cov", *args)
    assert ours[0] == theirs[0]
    assert bool(HEADING.search(ours[1])) is bool(HEADING.search(theirs[1]))


def test_a_crashed_worker_is_named(project, execute, python):
    files = {**SUITE, "test_crash.py": "import os\n\n\ndef test_crash(): os._exit(3)\n"}
    run = execute(project(files), "--cov", python=python)
    assert run.process.returncode == 1
    assert "coverage: failed workers" in run.stdout
    assert re.search(r"^gw\d+$", run.stdout, re.MULTILINE)
    assert "1 passed" not in run.stdout
    assert "4 passed" in run.stdout


def test_a_control_session_that_dies_takes_nothing_with_it(project, execute, python):
    plugin = (
        "import os\n\n\ndef pytest_sessionfinish(session):\n"
        "    if not hasattr(session.config, 'workerinput'):\n        os._exit(7)\n"
    )
    run = execute(project({**PASSING, "conftest.py": plugin}), "--cov", python=python)
    assert run.process.returncode == 3
    assert "4 passed" in run.stdout
    assert "the workers' data for --cov were not joined" in run.stdout + run.stderr
    assert "exit code 7" in run.stdout + run.stderr


def test_hooks_of_pytest_xdist_are_called_without_it(project, execute, python):
    hooks = """
        import pytest

        @pytest.hookimpl(optionalhook=True)
        def pytest_configure_node(node):
            with open("nodes", "a") as file: print("configured", node.gateway.id, file=file)

        @pytest.hookimpl(optionalhook=True)
        def pytest_testnodedown(node, error):
            with open("nodes", "a") as file: print("down", node.workeroutput["said"], error, file=file)

        def pytest_sessionfinish(session):
            if hasattr(session.config, "workerinput"):
                session.config.workeroutput["said"] = (session.config.workerinput["workerid"], b"bytes")
                session.config.workeroutput["unheard"] = object()
        """
    folder = project({**PASSING, "conftest.py": textwrap.dedent(hooks)})
    run = execute(folder, "--cov", python=python)
    assert run.process.returncode == 0, run.stdout
    expected = [f"configured gw{n}" for n in (0, 1)] + [f"down ('gw{n}', b'bytes') None" for n in (0, 1)]
    assert (folder / "nodes").read_text().splitlines() == expected


@pytest.mark.parametrize(
    ("files", "args", "reason"),
    [
        ({".coveragerc": "[run]\nsource = lib\ndynamic_context = test_function\n"}, (), "dynamic_context"),
        ({}, ("--junit-prefix=x", "--log-file=x.log"), "--log-file needs to see the whole run"),
    ],
)
def test_what_has_to_see_the_whole_run_has_one_session(project, execute, python, files, args, reason):
    run = execute(project({**PASSING, **files}), "--cov", *args, python=python)
    assert reason in run.stderr
    assert "the run has one session, one test at a time" in run.stderr


def test_a_plan_leaves_the_data_of_the_last_run(project, execute, python):
    folder = project(PASSING)
    execute(folder, "--cov", python=python)
    before = (folder / ".coverage").read_bytes()
    run = execute(folder, "--cov", "--plan", python=python)
    assert run.process.returncode == 0
    assert (folder / ".coverage").read_bytes() == before
