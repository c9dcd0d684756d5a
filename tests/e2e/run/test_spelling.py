"""What is misspelt is answered before Python starts, with the nearest spelling."""

import pytest

PLAIN = {"tests/test_a.py": "def test_1():\n    pass\n", "pytest.ini": "[pytest]\n"}
# It leaves a trace if it is started.
PYTHON = '#!/bin/sh\ntouch "$0.started"\nexit 1\n'


@pytest.fixture
def refused(project, execute, tmp_path):
    """Executes a run that must end before Python starts, and gives its standard error."""
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)

    def refused(*args, files=PLAIN, env=None):
        run = execute(project(files), *args, python=python, env=env, events=False)
        assert run.process.returncode == 4, run.text
        assert not (tmp_path / "python.started").exists()
        assert run.stdout == ""
        return run.stderr

    return refused


def test_a_path(refused):
    assert refused("test/test_a.py") == (
        "ERROR: file or directory not found: test/test_a.py\n  did you mean tests/test_a.py?\n"
    )
    assert "did you mean tests/test_a.py::test_1?" in refused("tests/tset_a.py::test_1")
    assert refused("nothing_like_it") == "ERROR: file or directory not found: nothing_like_it\n"


def test_a_path_that_a_conftest_may_make_is_left_to_pytest(project, execute):
    makes = "import pathlib\n\ndef pytest_configure():\n    pathlib.Path('made').mkdir(exist_ok=True)\n"
    files = {**PLAIN, "conftest.py": makes}
    assert execute(project(files), "made").process.returncode == 5
    run = execute(project({**files, "tests/test_b.py": ""}, "other"), "tests/test_c.py")
    assert run.process.returncode == 4
    assert "file or directory not found: tests/test_c.py" in run.stderr
    assert "did you mean tests/test_" in run.stderr


def test_a_setting(refused):
    error = refused(files={**PLAIN, "pyproject.toml": "[tool.fastest]\nworkerz = 3\n"})
    assert "Fastest has no setting 'workerz'; did you mean 'workers'?" in error
    assert error.count("\n") == 1


def test_a_variable(refused, project, execute):
    error = refused(env={"FASTEST_WORKER": "3"})
    assert error == "ERROR: the variable FASTEST_WORKER is none of Fastest's: did you mean FASTEST_WORKERS?\n"
    # It may be the user's own.
    assert execute(project(PLAIN, "own"), env={"FASTEST_CAR": "red"}).process.returncode == 0
