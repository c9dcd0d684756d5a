"""A pytest_runtestloop of the project that takes the place of pytest's. tests/suites/own_loop has the simple cases."""

import pytest

RUN = """
def run(items):
    for item, following in zip(items, [*items[1:], None]):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
"""
TWICE = f"{RUN}\ndef pytest_runtestloop(session):\n    run(session.items)\n    run(session.items)\n    return True\n"
BEFORE = f"{RUN}\ndef pytest_runtestloop(session):\n    run(session.items[:1])\n"
ONCE = f"{RUN}\ndef pytest_runtestloop(session):\n    run(session.items)\n    return True\n"
FIRST = "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtestloop(session):\n    return True\n"
TESTS = {
    "test_a.py": "def test_one(): pass\ndef test_two(): assert 0\n",
    "test_b.py": "def test_three(): pass\n",
}


def last_line(run):
    return run.stdout.strip().splitlines()[-1].strip("= ").partition(" in ")[0]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_loop_may_run_tests_twice(execute, project, workers):
    run = execute(project({**TESTS, "conftest.py": TWICE}), slots=workers)
    assert (run.process.returncode, last_line(run)) == (1, "2 failed, 4 passed")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_loop_may_run_tests_before_pytest_does(execute, project, workers):
    run = execute(project({**TESTS, "conftest.py": BEFORE}), slots=workers)
    assert (run.process.returncode, last_line(run)) == (1, "1 failed, 3 passed")


@pytest.mark.parametrize("workers", [1, 2])
def test_each_test_of_a_loop_runs_on_one_worker(execute, project, workers):
    note = "def test_note(request):\n    with open(request.path.name + '.log', 'a') as file: file.write('x')\n"
    files = {f"test_{name}.py": note for name in "abcdef"}
    folder = project({**files, "conftest.py": ONCE})
    run = execute(folder, slots=workers)
    assert (run.process.returncode, last_line(run)) == (0, "6 passed")
    assert [path.read_text() for path in folder.glob("*.log")] == ["x"] * 6


@pytest.mark.parametrize("workers", [1, 2])
def test_the_coordinator_tries_a_test_again_that_failed_in_a_loop(execute, project, workers):
    fails_once = (
        "import pathlib\n\ndef test_flaky():\n    mark = pathlib.Path('mark')\n    was_there = mark.exists()\n"
        "    mark.touch()\n    assert was_there\n"
    )
    run = execute(project({**TESTS, "test_c.py": fails_once, "conftest.py": ONCE}), "--retries", "1", slots=workers)
    assert run.process.returncode == 1
    assert run.outcomes() == {
        "test_a.py::test_one": "passed",
        "test_a.py::test_two": "failed",
        "test_b.py::test_three": "passed",
        "test_c.py::test_flaky": "passed",
    }


def test_a_loop_is_called_after_errors_of_the_collection(execute, project):
    """pytest's loop would end the session with 2. The project's loop is called before, and lets it end with 1."""
    run = execute(project({**TESTS, "test_c.py": "1 / 0\n", "conftest.py": FIRST}), slots=1)
    assert (run.process.returncode, last_line(run)) == (1, "1 error")


def test_a_loop_that_leaves_tests_out_is_named(execute, project):
    run = execute(project({**TESTS, "conftest.py": FIRST}), slots=2)
    assert run.process.returncode == 0
    assert "conftest.py runs the tests in a loop of its own, which left 3 tests out" in run.stdout
