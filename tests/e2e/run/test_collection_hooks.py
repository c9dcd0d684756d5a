"""Hooks around the collection: what pytest, or pytest-xdist with several workers, calls and prints."""

import pytest

TESTS = {"test_a.py": "def test_one(): pass\ndef test_two(): pass\n", "test_b.py": "def test_three(): pass\n"}
LINES = """
def pytest_report_collectionfinish(config, items):
    with open(config.rootpath / "log.txt", "a") as file: file.write(f"{len(items)}\\n")
    return [f"own line of {len(items)}", "second line"]
"""


def test_lines_below_the_number_of_tests(execute, project):
    folder = project({**TESTS, "conftest.py": LINES})
    run = execute(folder, slots=1)
    lines = run.stdout.splitlines()
    at = lines.index("collected 3 items")
    assert lines[at + 1 : at + 4] == ["own line of 3", "second line", ""]
    assert (folder / "log.txt").read_text() == "3\n"
    assert run.process.returncode == 0


def test_several_workers_are_asked_for_lines_that_nobody_sees(execute, project):
    """As in pytest-xdist's workers, each of which has collected all tests."""
    folder = project({**TESTS, "conftest.py": LINES})
    run = execute(folder, slots=2)
    assert "own line" not in run.stdout
    assert (folder / "log.txt").read_text() == "3\n3\n"
    assert run.process.returncode == 0


@pytest.mark.parametrize("argument", ["-q", "-v", "--no-header"])
def test_the_lines_come_with_each_verbosity(execute, project, argument):
    run = execute(project({**TESTS, "conftest.py": LINES}), argument, slots=1)
    assert run.stdout.count("own line of 3\nsecond line\n") == 1


RAISES = "import pytest\n\ndef pytest_collection_finish(session):\n    raise {error}\n"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("error", "status", "words"),
    [("RuntimeError('own error')", 3, "RuntimeError: own error"), ("pytest.UsageError('own usage')", 4, "own usage")],
)
def test_errors_of_the_collection_are_told_if_a_hook_raises_too(execute, project, workers, error, status, words):
    folder = project({**TESTS, "test_c.py": "1 / 0\n", "conftest.py": RAISES.format(error=error)})
    run = execute(folder, slots=workers)
    assert run.process.returncode == status
    assert words in run.stdout + run.stderr
    assert [report["nodeid"] for report in run.events("collect_error")] == ["test_c.py"]
