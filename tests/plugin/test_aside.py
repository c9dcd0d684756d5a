"""Where plain pytest runs the tests although --fastest is given, and one line that says why."""

import pytest

_TEST = {"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"}
_LINE = "fastest: plain pytest runs the tests: "


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--pdb"], "--pdb is given"),
        (["--collect-only", "-q"], "--collect-only is given"),
        (["--fixtures"], "--fixtures is given"),
        (["--setup-plan"], "--setup-plan is given"),
        (["-p", "no:terminal"], "-p no:terminal is given"),
        (["-n", "1"], "one test at a time"),
        (["-n", "2", "--stepwise"], "--stepwise needs to see the whole run"),
        (["-n", "2", "--dist", "each"], "pytest-xdist's --dist each is given"),
    ],
)
def test_it_steps_aside(call, project, arguments, why):
    folder = project(_TEST)
    done = call(folder, "--fastest", *arguments)
    plain = call(folder, *[word for word in arguments if word not in ("-n", "1", "2")])
    if "each" not in arguments:
        assert done.returncode == plain.returncode
    lines = [line for line in done.stderr.splitlines() if line.startswith(_LINE)]
    assert len(lines) == 1 and why in lines[0], done.stderr


@pytest.mark.parametrize("module", ["debugpy", "pydevd"])
def test_it_steps_aside_under_debuggers(call, project, environment_python, module):
    program = f"import sys, types, pytest; sys.modules['{module}'] = types.ModuleType('{module}'); "
    program += "sys.exit(pytest.main(['--fastest', '-n2']))"
    done = call(project(_TEST), command=[environment_python, "-c", program])
    assert f"{_LINE}a debugger is loaded ({module})" in done.stderr
    assert "2 passed" in done.stdout


def test_it_steps_aside_under_tracers(call, project, environment_python):
    folder = project(_TEST)
    done = call(folder, "--fastest", "-n2", command=[environment_python, "-m", "coverage", "run", "-m", "pytest"])
    assert f"{_LINE}a debugger, a profiler or coverage traces this process" in done.stderr
    assert done.returncode == 0


def test_a_pytest_within_a_test_is_plain(call, project):
    inner = (
        "import subprocess, sys\ndef test_a(tmp_path):\n    (tmp_path / 'test_x.py').write_text('def test_x(): pass')\n"
    )
    inner += "    out = subprocess.run([sys.executable, '-m', 'pytest', tmp_path], capture_output=True, text=True)\n"
    inner += "    assert out.returncode == 0 and 'fastest' not in out.stderr and 'workers' not in out.stdout, out\n"
    folder = project({"test_a.py": inner, "test_b.py": "def test_b(): pass\n"})
    done = call(folder, env={"PYTEST_ADDOPTS": "--fastest", "FASTEST_WORKERS": "2"})
    assert done.returncode == 0, done.stdout
    assert "fastest: 2 workers" in done.stdout


def test_pytester_runs_plain_pytest_inside(call, project):
    inner = (
        "pytest_plugins = 'pytester'\ndef test_a(pytester):\n    pytester.makepyfile(test_inner='def test_x(): pass')\n"
    )
    inner += "    pytester.inline_run('--fastest').assertoutcome(passed=1)\n"
    folder = project({"test_a.py": inner, "test_b.py": "def test_b(): pass\n"})
    done = call(folder, "--fastest", "-n2")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_workers_of_pytest_xdist_are_no_callers(call, project):
    """Fastest takes -n, so pytest-xdist starts no worker. A worker that it has started does not call for a run."""
    done = call(project(_TEST), "--fastest", "-n2")
    assert "created: 2/2 workers" not in done.stdout and "fastest: 2 workers" in done.stdout
    done = call(project(_TEST, name="b"), "--fastest", "-n2", env={"PYTEST_XDIST_WORKER": "gw0"})
    assert "fastest: 2 workers" not in done.stdout
