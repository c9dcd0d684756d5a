"""tools/run gives the coordinator the right path and interpreter. Set-up, build and coordinator are stand-ins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
ENVIRONMENT_PYTHON = "/cache/venv/bin/python"
# The lines begin like those of the coordinator's help.
HELP = """\
Options:
  -h,--help                             print this text and exit
  -n,--numprocesses,--workers N|auto    how many tests run at a time: a number, or 'auto'
  --python PATH                         interpreter that has pytest and your packages
  --lease SECONDS                       how long an agent may be out of reach
  --junitxml,--junit-xml FILE           write a report
  --plan                                show the plan
  -k EXPRESSION                         only tests that match
"""


def write_script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/bash\n" + text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path):
    """A checkout with stand-ins for all programs that tools/run calls. The coordinator prints its arguments."""
    root = tmp_path / "checkout"
    (root / "tools").mkdir(parents=True)
    shutil.copy(TOOLS / "run", root / "tools" / "run")
    write_script(root / "tools" / "setup", f'[[ $1 != --python ]] || echo "{ENVIRONMENT_PYTHON}"\n')
    write_script(tmp_path / "bin" / "bazel", 'echo "bazel was here"\n[[ ! -e "$PWD/broken" ]]\n')
    coordinator = root / "bazel-bin" / "coordinator" / "fastest-coordinator"
    told = 'if [[ ${1:-} == --help ]]; then cat <<"END"\n' + HELP + "END\nexit\nfi\n"
    write_script(coordinator, told + 'printf "%s\\n" "$PWD" "$@"\nexit 5\n')
    return root


@pytest.fixture
def run(checkout, tmp_path):
    """Runs tools/run. Gives the coordinator's arguments, or the ended process if the coordinator was not reached."""

    def call(*args, python3="exit 0", virtual_env=None):
        write_script(tmp_path / "bin" / "python3", python3 + "\n")
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "BAZEL": str(tmp_path / "bin" / "bazel"),
        }
        if virtual_env:
            environment["VIRTUAL_ENV"] = virtual_env
        stand = tmp_path / "stand"
        stand.mkdir(exist_ok=True)
        done = subprocess.run(
            ["bash", checkout / "tools" / "run", *args],
            cwd=stand,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode != 5:
            return done
        here, *given = done.stdout.splitlines()
        assert here == str(stand), "paths are relative to where the user stands"
        return given

    return call


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["-v"],
        ["-n", "2"],
        ["-k", "a or b", "--junitxml", "out.xml"],
        ["--report-json=out", "-x"],
        ["--lease", "3", "--numprocesses", "2", "--plan"],
    ],
    ids=" ".join,
)
def test_without_a_path_the_sample_runs_in_our_own_environment(run, checkout, args):
    given = run(*args, python3="exit 1", virtual_env="/somewhere")
    assert given == ["--python", ENVIRONMENT_PYTHON, *args, str(checkout / "samples" / "green")]


def test_sample_runs_with_the_interpreter_asked_for(run, checkout):
    assert run("--python", sys.executable) == ["--python", sys.executable, str(checkout / "samples" / "green")]


@pytest.mark.parametrize(
    "args", [["tests"], ["-n", "2", "a/test_b.py::test_c[d e]"], ["--plan", "tests"], ["no/such/path"]], ids=" ".join
)
def test_path_is_handed_on_as_it_is(run, args):
    assert run(*args) == args


def test_help_is_the_programs(run):
    done = run("--help")
    assert (done.returncode, done.stdout) == (0, HELP)


def test_project_without_pytest_gets_our_environment(run):
    assert run("tests", python3="exit 1") == ["--python", ENVIRONMENT_PYTHON, "tests"]


def test_active_environment_and_python_option_have_precedence(run):
    assert run("tests", python3="exit 1", virtual_env="/somewhere") == ["tests"]
    assert run("tests", "--python=/usr/bin/python3", python3="exit 1") == ["tests", "--python=/usr/bin/python3"]


def test_failed_build_is_told_and_is_no_test_failure(run, checkout):
    (checkout / "broken").touch()
    done = run("tests")
    assert done.returncode == 3
    assert "bazel was here" in done.stderr
    assert "could not be built" in done.stderr
