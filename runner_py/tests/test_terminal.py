"""Sessions that answer in pytest's own text."""

from __future__ import annotations

import base64
import re
import subprocess
import sys

import pytest

PROJECT = {
    "pytest.ini": "[pytest]\nmarkers = slow: takes long\n",
    "conftest.py": "import pytest\n\n@pytest.fixture\ndef thing():\n    '''A thing.'''\n",
    "test_a.py": """
        import pytest

        @pytest.mark.parametrize("x", range(3))
        def test_x(x, thing): pass

        @pytest.mark.slow
        class TestIt:
            def test_fails(self):
                print("said")
                assert 0
        """,
    "sub/test_b.py": "def test_b(): pass\n",
}


def terminal(running):
    return b"".join(base64.b64decode(output["data"]) for output in running.all("output")).decode()


def genuine(directory, *args):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    return done.stdout, done.returncode


def timeless(text):
    """Returns `text` without parts that differ from run to run, and without the name by which pytest was called."""
    text = re.sub(r"\d+\.\d\ds", "0.00s", text)
    text = re.sub(r"0x[0-9a-f]+", "0x0", text)
    return re.sub("usage: (python -m pytest|__main__.py)", "usage: pytest", text)


@pytest.mark.parametrize(
    "args",
    [
        ["--collect-only"],
        ["--collect-only", "-q"],
        ["--collect-only", "-qq"],
        ["--collect-only", "-v"],
        ["--co", "-q", "-k", "test_x"],
        ["--co", "-q", "sub", "test_a.py::test_x"],
        ["--markers"],
        ["--fixtures"],
        ["--fixtures-per-test"],
        ["--help"],
        ["--setup-plan"],
    ],
)
def test_what_pytest_answers_by_itself(project, worker, args):
    directory = project(PROJECT)
    running = worker(directory, *args, forward_terminal=True)
    if "--setup-plan" in args:
        tests = running.wait_for("ready")["collection"]["tests"]
        running.lease(1, tests=[{"node_id": test["node_id"]} for test in tests])
        running.send({"finish": {}})
    running.read_to_end()
    text, status = genuine(directory, *args)
    assert timeless(terminal(running)) == timeless(text)
    assert running.last("ended")["exit_status"] == status


def test_errors_of_a_collection_are_part_of_the_answer(project, worker):
    directory = project(PROJECT, test_bad="import nothing_of_that_name\n")
    running = worker(directory, "--collect-only", forward_terminal=True)
    running.read_to_end()
    text, status = genuine(directory, "--collect-only")
    assert timeless(terminal(running)) == timeless(text)
    assert running.last("ended")["exit_status"] == status == 2


def test_a_run_forwards_its_text_in_order_with_printed_output(project, worker):
    directory = project(PROJECT)
    running = worker(directory, "-s", "-v", forward_terminal=True)
    tests = running.wait_for("ready")["collection"]["tests"]
    # The tests come in two leases. pytest's text must not show that.
    refs = [{"node_id": test["node_id"]} for test in tests]
    running.lease(1, tests=refs[:2])
    running.lease(2, tests=refs[2:])
    running.send({"finish": {}})
    running.read_to_end()
    text, status = genuine(directory, "-s", "-v")
    assert timeless(terminal(running)) == timeless(text)
    assert (running.last("ended")["exit_status"], status) == (1, 1)
    assert len(running.results()) == 5


def test_colours_and_width_are_the_users(project, worker):
    directory = project(PROJECT)
    running = worker(directory, "--collect-only", forward_terminal=True, color=True, columns=50)
    running.read_to_end()
    text = terminal(running)
    assert "\x1b[" in text
    rulers = [line for line in re.sub("\x1b\\[[0-9;]*m", "", text).splitlines() if line.startswith("=====")]
    assert rulers and {len(line) for line in rulers} == {50}


def test_without_being_asked_nothing_is_forwarded(project, run_all):
    running = run_all(project(PROJECT), "-v")
    assert running.all("output") == []
    running.exit_status()
    running.join_output()
    assert running.stdout() == ""


def test_what_pytest_writes_while_it_captures_is_captured(worker, project):
    """The letter of a subtest of unittest's, and what a test writes to the terminal itself."""
    test = """
        import unittest

        class TestSub(unittest.TestCase):
            def test_sub(self):
                with self.subTest(): self.fail("in the subtest")
                self.fail("at the end")

        def test_writes(pytestconfig):
            pytestconfig.get_terminal_writer().line("a line")
            assert 0
        """
    running = worker(project({"test_a.py": test}), "-p", "no:cacheprovider")
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.finish()
    texts = {result["ref"]["node_id"]: str(result) for result in running.results()}
    assert "Captured stdout call" in texts["test_a.py::TestSub::test_sub"]
    assert "a line" in texts["test_a.py::test_writes"]
