"""A test that breaks its worker's session costs no other test, and the exit code follows from the books."""

import os

import pytest

QUIET = "import pytest\n\n@pytest.mark.parametrize('n', range(6))\ndef test_quiet(n):\n    pass\n"
BREAKERS = {
    "settrace": "import sys\n\ndef test_breaks():\n    def tracer(*unused):\n        raise RuntimeError('traced')\n"
    "    sys.settrace(tracer)\n",
    "modules": "import sys\n\ndef test_breaks():\n    sys.modules.clear()\n",
    "descriptors": "import os\n\ndef test_breaks():\n    os.closerange(0, 4096)\n",
    "logging": "import pytest\n\ndef test_breaks(request):\n"
    "    def broken(*args, **kwargs):\n        raise RuntimeError('no more reports')\n"
    "    request.config.hook.pytest_runtest_logreport = broken\n",
}


@pytest.mark.parametrize("kind", BREAKERS)
def test_every_other_test_has_its_result(project, execute, kind):
    quiet = {f"test_{n}.py": QUIET for n in range(6)}
    folder = project({**quiet, "test_breaks.py": BREAKERS[kind] + "\ndef test_after():\n    pass\n"})
    run = execute(folder)
    outcomes = run.outcomes()
    others = {name for name in outcomes if "test_quiet" in name}
    assert len(others) == 36 and all(outcomes[name] == "passed" for name in others), run.text
    assert outcomes.get("test_breaks.py::test_after") == "passed", run.text
    finished = run.events("run_finished")[0]
    # All tests have results, or the others are named and the run says so.
    not_run = 38 - len(outcomes)
    assert (run.process.returncode == 10) == (not_run > 0), (run.process.returncode, finished, run.text)
    if not_run == 0:
        assert run.process.returncode in (0, 1, 3), run.text


HOOKS = ["pytest_collection_modifyitems", "pytest_runtest_logreport", "pytest_runtest_protocol"]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("slots", [1, 2])
def test_an_error_of_every_session_is_pytests_internal_error_once(project, execute, hook, slots):
    files = {f"test_{n}.py": QUIET for n in range(4)}
    folder = project({**files, "conftest.py": f"def {hook}():\n    raise RuntimeError('every session')\n"})
    run = execute(folder, slots=slots)
    assert run.process.returncode == 3, run.text
    assert "INTERNALERROR" in run.text
    assert run.text.count("Traceback (most recent call last)") == 1, run.text


@pytest.mark.parametrize("name", ["pyproject.toml", ".coveragerc", "setup.cfg", "tox.ini", "pytest.ini"])
def test_a_pipe_in_the_place_of_a_settings_file_is_passed_over(project, execute, name):
    folder = project({"test_a.py": "def test_a():\n    pass\n"})
    os.mkfifo(folder / name)
    run = execute(folder)
    assert run.process.returncode == 0, run.text
    assert run.outcomes() == {"test_a.py::test_a": "passed"}


def test_a_pipe_is_no_settings_file_of_our_own(project, execute):
    folder = project({"test_a.py": "def test_a():\n    pass\n"})
    os.mkfifo(folder / "fastest.toml")
    run = execute(folder)
    assert run.process.returncode == 4, run.text
    assert "fastest.toml is no regular file" in run.text
