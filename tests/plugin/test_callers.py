"""Programs that call pytest for a project: with --fastest in the project's settings they get Fastest."""

import shutil

import pytest

_FILES = {
    "pytest.ini": "[pytest]\naddopts = --fastest -n 2\n",
    "test_a.py": "def test_a(): pass\n",
    "test_b.py": "def test_b(): pass\n",
}
_VARIABLES = "PYTHONPATH, FASTEST_COORDINATOR, XDG_CACHE_HOME"


def _is_fastest(done):
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fastest: 2 workers" in done.stdout and "2 passed" in done.stdout


def test_make(call, project):
    make = shutil.which("make") or pytest.skip("make is not installed")
    folder = project({**_FILES, "Makefile": "test:\n\t$(PYTEST)\n"})
    _is_fastest(call(folder, "test", f"PYTEST={call.pytest}", command=[make]))


def test_tox(call, project, environment_python):
    settings = f"""
[tox]
no_package = true
[testenv:py]
system_site_packages = true
allowlist_externals = {call.pytest}
pass_env = {_VARIABLES}
commands = {call.pytest}
"""
    folder = project({**_FILES, "tox.ini": settings})
    _is_fastest(call(folder, "run", "-e", "py", command=[environment_python, "-m", "tox"]))


def test_nox(call, project, environment_python):
    session = f"import nox\n@nox.session(python=False)\ndef tests(session): session.run({str(call.pytest)!r})\n"
    folder = project({**_FILES, "noxfile.py": session})
    done = call(folder, "-s", "tests", command=[environment_python, "-m", "nox"])
    done.stdout += done.stderr
    _is_fastest(done)


def test_python_m_pytest(call, project, environment_python):
    _is_fastest(call(project(_FILES), command=[environment_python, "-m", "pytest"]))


def test_pytest_main(call, project, environment_python):
    _is_fastest(
        call(project(_FILES), command=[environment_python, "-c", "import pytest, sys; sys.exit(pytest.main())"])
    )
