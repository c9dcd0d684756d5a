"""VS Code: its plugin is loaded beside ours, and the extension reads the same from its pipe as without --fastest."""

import json
import os
import re
import threading
from pathlib import Path

import pytest
from coordinator_process import wait_until

_EXTENSION = Path(__file__).parent / "extension"
# What the extension starts: a program of its own, which calls pytest.main with the ids that it is given.
_SCRIPT = """
import os, sys, pytest
sys.path.append(os.environ["EXTENSION"])
sys.path.insert(0, os.getcwd())
with open(os.environ["RUN_TEST_IDS_PIPE"]) as file: ids = file.read().splitlines()
sys.exit(pytest.main(["-p", "vscode_pytest", *sys.argv[1:], *ids]))
"""
_TESTS = """
import pytest, app

def test_passes(): assert app.one() == 1
def test_fails(): assert app.one() == 2

@pytest.fixture
def broken(): raise ValueError("no database")
def test_set_up(broken): pass

@pytest.mark.skip
def test_skipped(): pass
def test_skips(): pytest.skip("half way")

class TestGroup:
    @pytest.mark.parametrize("n", [1, 2])
    def test_numbers(self, n): assert n == 1
"""
_FILES = {
    "app.py": "def one():\n    return 1\n\ndef two():\n    return 2\n",
    "test_a.py": _TESTS,
    "sub/test_b.py": _TESTS,
    "test_c.py": "import app\ndef test_two(): assert app.two() == 2\n",
}


class _Pipe:
    """The extension's end of the pipe."""

    def __init__(self, path):
        os.mkfifo(path)
        self._data = b""
        # Held open for writing, so that the reader lives through the plugin's start.
        self._reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._held = os.open(path, os.O_WRONLY)
        os.set_blocking(self._reader, True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while data := os.read(self._reader, 1 << 16):
            self._data += data

    def has(self, text):
        return text in self._data

    def close(self):
        """Returns the contents of all messages."""
        os.close(self._held)
        self._thread.join(30)
        assert not self._thread.is_alive(), "somebody still holds the pipe"
        found, rest = [], self._data
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            length = int(re.search(rb"content-length: (\d+)", head)[1])
            found.append(json.loads(rest[:length])["params"])
            rest = rest[length:]
        return found


@pytest.fixture
def editor(call, tmp_path, environment_python, environment):
    """Runs pytest as the extension does. Returns the messages and the ended process."""
    number = iter(range(100))

    def run(folder, *arguments, ids=(), env=None):
        name = next(number)
        pipe = _Pipe(tmp_path / f"pipe{name}")
        listed = tmp_path / f"ids{name}"
        listed.write_text("\n".join(map(str, ids)))
        variables = {"TEST_RUN_PIPE": str(tmp_path / f"pipe{name}"), "RUN_TEST_IDS_PIPE": str(listed),
                     "EXTENSION": str(_EXTENSION), **(env or {})}  # fmt: skip
        command = [environment_python, "-c", _SCRIPT]
        done = call(folder, f"--rootdir={folder}", *arguments, env=variables, command=command)
        return pipe.close(), done

    return run


def _results(messages):
    """Maps each test to its outcome. A test that was told twice is an error."""
    found = {}
    for message in messages:
        for test, result in (message.get("result") or {}).items():
            assert test not in found
            # The text of a failure is pytest's, which other tests compare.
            found[test] = (result["outcome"], bool(result["message"]))
    return found


def test_discovery_is_pytests(editor, project):
    folder = project(_FILES)
    plain, _ = editor(folder, "--collect-only")
    fastest, done = editor(folder, "--collect-only", "--fastest")
    assert fastest == plain
    assert len(plain[0]["tests"]) == 15
    assert "plain pytest" in done.stderr


@pytest.mark.parametrize("capture", [[], ["--capture=no"]])
def test_a_run_of_all_tests_says_the_same(editor, project, capture):
    folder = project(_FILES)
    plain, _ = editor(folder, *capture)
    fastest, done = editor(folder, *capture, "--fastest", "-n", "2")
    assert "fastest: 2 workers" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
    results = _results(plain)
    assert len(results) == 15
    assert _results(fastest) == results


def test_chosen_tests_alone_run(editor, project):
    folder = project(_FILES)
    ids = [f"{folder}/test_a.py::TestGroup::test_numbers[2]", f"{folder}/sub/test_b.py::test_passes",
           f"{folder}/test_a.py::test_set_up"]  # fmt: skip
    plain, _ = editor(folder, ids=ids)
    fastest, done = editor(folder, "--fastest", "-n", "2", ids=ids)
    assert "fastest: 2 workers" in done.stdout, done.stdout + done.stderr
    assert _results(fastest) == _results(plain)
    assert sorted(_results(plain)) == sorted(ids)


def test_coverage_is_there_when_the_session_ends(editor, project):
    folder = project(_FILES)
    env = {"COVERAGE_ENABLED": "True"}
    arguments = ["--cov=app", "--cov-report="]
    plain, _ = editor(folder, *arguments, env=env)
    (folder / ".coverage").unlink()
    fastest, done = editor(folder, *arguments, "--fastest", "-n", "2", env=env)
    assert "fastest: 2 workers" in done.stdout, done.stdout + done.stderr
    covered = [[each["result"] for each in found if each.get("coverage")] for found in (plain, fastest)]
    assert covered[0] == covered[1]
    assert covered[0][0][str(folder / "app.py")]["lines_missed"] == []


def test_a_collection_error_ends_as_it_does(editor, project):
    folder = project({**_FILES, "test_broken.py": "import nowhere\n"})
    plain, plain_done = editor(folder)
    fastest, done = editor(folder, "--fastest", "-n", "2")
    assert done.returncode == plain_done.returncode == 2
    assert [message["status"] for message in fastest][-1] == [message["status"] for message in plain][-1] == "error"


def test_a_cancelled_run_leaves_nothing(start, project, site, tmp_path):
    """The extension kills the process."""
    slow = "import pathlib, time\ndef test_quick(): pass\n"
    slow += "def test_slow():\n    pathlib.Path('began').touch()\n    time.sleep(60)\n"
    folder = project({"test_a.py": slow, "test_b.py": slow.replace("slow", "long")})
    pipe = _Pipe(tmp_path / "pipe")
    run = start(folder, "-p", "vscode_pytest", "--fastest", "-n", "2",
                env={"TEST_RUN_PIPE": str(tmp_path / "pipe"), "PYTHONPATH": f"{_EXTENSION}:{site}"})  # fmt: skip
    wait_until(lambda: (folder / "began").exists() and pipe.has(b"test_quick"), "the slow test, and the other's result")
    run.process.kill()
    run.wait()
    assert run.nothing_left()
    assert {name.rpartition("::")[2] for name in _results(pipe.close())} == {"test_quick"}
