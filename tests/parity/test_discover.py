"""--discover says of each test whether discovery is certain. pytest must agree with what is certain."""

import ast
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import parity
import pytest
import suites

OPEN_TEST = re.compile(r"^(.*)  \[open: .*, ~\d+\]$")
OPEN_MODULE = re.compile(r"^(.*?)  \[open: .*\]$")


@dataclass
class Claims:
    """The claims that --discover printed."""

    # Something is open for the whole project, so no module is certain.
    anything: bool = False
    open_modules: set = field(default_factory=set)
    # Modules that pytest may not collect at all.
    maybe_ignored: set = field(default_factory=set)
    # Ids without parameters.
    open_tests: set = field(default_factory=set)
    exact: list = field(default_factory=list)


def module_of(nodeid):
    return nodeid.split("::", 1)[0]


def parse(text):
    claims = Claims()
    for line in text.splitlines()[:-1]:
        if line.startswith("[open: "):
            claims.anything = True
        elif match := OPEN_TEST.match(line):
            claims.open_tests.add(match[1])
        elif match := OPEN_MODULE.match(line):
            claims.open_modules.add(match[1])
            if "may ignore it" in line:
                claims.maybe_ignored.add(match[1])
        elif line:
            claims.exact.append(line)
    return claims


def ask(command, project, environment):
    process = subprocess.run(
        [str(word) for word in command],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=parity.LIMIT_S,
    )
    return process.returncode, process.stdout.decode("utf-8"), process.stderr.decode("utf-8")


def discover(project, args=(), env=None):
    with tempfile.TemporaryDirectory(prefix="parity-") as work:
        environment = parity.clean_environment({"XDG_CACHE_HOME": work, **(env or {})})
        command = [parity.coordinator_path(), "--discover", *args]
        cold, warm = ask(command, project, environment), ask(command, project, environment)
    assert warm == cold
    exit_code, stdout, stderr = cold
    assert exit_code == 0, stderr
    return parse(stdout)


def collect(project, args, python, env=None):
    """The ids in pytest's order, and the collectors that failed or were skipped. Nothing below them was collected."""
    with tempfile.TemporaryDirectory(prefix="parity-") as work:
        record = Path(work) / "record"
        command = [python, parity.HERE / "recorder.py", record, "--collect-only", *args]
        listing = Path(work) / "listing.py"
        listing.write_text(
            "import os\n"
            "def pytest_collection_finish(session):\n"
            "    with open(os.environ['LISTING'], 'w', encoding='utf-8', errors='surrogatepass') as file:\n"
            "        file.writelines(ascii(item.nodeid) + '\\n' for item in session.items)\n"
        )
        ids = Path(work) / "ids"
        environment = parity.clean_environment(env)
        environment["LISTING"] = str(ids)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [work, environment.get("PYTHONPATH")]))
        ask([*command, "-p", "listing"], project, environment)
        assert record.exists()
        broken = [line[1] for line in map(ast.literal_eval, record.read_text("ascii").splitlines())]
        # If pytest gives up collecting, there is no list.
        found = [ast.literal_eval(line) for line in ids.read_text("utf-8").splitlines()] if ids.exists() else None
    return found, broken


def differences(claims, found, broken):
    if claims.anything:
        return []
    wrong = []
    below = tuple(broken)
    if "" in below:
        return []
    known = set(found)
    for nodeid in claims.exact:
        if module_of(nodeid) in claims.maybe_ignored:
            continue
        if nodeid not in known and not any(nodeid == b or nodeid.startswith((b + "::", b + "/")) for b in below):
            wrong.append(f"pytest has no {nodeid}")

    def certain(nodeid):
        plain = nodeid.split("[", 1)[0]
        return module_of(nodeid) not in claims.open_modules and plain not in claims.open_tests

    listed = set(claims.exact)
    wrong += [f"missing: {nodeid}" for nodeid in found if certain(nodeid) and nodeid not in listed]
    if not wrong:
        expected = [nodeid for nodeid in found if certain(nodeid)]
        actual = [nodeid for nodeid in claims.exact if certain(nodeid) and nodeid in known]
        wrong += [f"order: pytest {a}, discovery {b}" for a, b in zip(expected, actual) if a != b][:1]
        if len(expected) != len(actual):
            wrong.append(f"pytest lists {len(expected)} certain tests, discovery {len(actual)}")
    return wrong


# After usage and internal errors there is no list, and -x ends at the first error.
CASES = [
    case
    for case in suites.load_all()
    if case.exit_code not in (3, 4) and "-x" not in case.args and case.id != "import_error-first"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_suite(case, coordinator, tmp_path):
    if case.missing():
        pytest.skip(f"needs {case.missing()}")
    project = parity.copy_project(case.project, tmp_path / case.suite) / case.cwd
    found, broken = collect(project, case.args, sys.executable, case.env)
    if found is None:
        pytest.skip("pytest lists nothing")
    assert differences(discover(project, case.args, case.env), found, broken) == []


@pytest.mark.parametrize("name", ["green", "red"])
def test_sample(name, coordinator, tmp_path):
    project = parity.copy_project(parity.ROOT / "samples" / name, tmp_path / name)
    found, broken = collect(project, [], sys.executable)
    claims = discover(project)
    assert len(found) >= 10
    assert claims.exact
    assert differences(claims, found, broken) == []


@pytest.mark.real_suite
@pytest.mark.parametrize("name", ["itsdangerous", "semver", "wsproto"])
def test_real_suite(name, coordinator, tmp_path):
    tool = parity.ROOT / "tools/suites"

    def answer(*args):
        return subprocess.run([tool, *args], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()

    (source,), (python,), args = answer(name), answer("--python", name), answer("--args", name)
    project = parity.copy_project(Path(source), tmp_path / name)
    found, broken = collect(project, args, python)
    claims = discover(project, args)
    assert len(found) > 100
    assert differences(claims, found, broken) == []


def test_differences_are_found():
    claims = parse(
        "a.py::one\na.py::two[1]\nb.py::x  [open: computed, ~3]\nc.py  [open: imports]\nc.py::z\n\n7 tests in 3 files\n"
    )
    good = ["a.py::one", "a.py::two[1]", "b.py::x[q]", "b.py::x[r]", "c.py::more", "c.py::z"]
    assert differences(claims, good, []) == []
    assert differences(claims, good[1:], []) == ["pytest has no a.py::one"]
    assert differences(claims, good[1:], ["a.py"]) == []
    assert differences(claims, [*good, "b.py::y"], []) == ["missing: b.py::y"]
    assert differences(claims, [*good, "d.py::y"], []) == ["missing: d.py::y"]
    assert differences(claims, [good[1], good[0], *good[2:]], []) == ["order: pytest a.py::two[1], discovery a.py::one"]
    assert differences(parse("[open: conftest hooks]\na.py::one\n\n1 test in 1 file\n"), [], []) == []
