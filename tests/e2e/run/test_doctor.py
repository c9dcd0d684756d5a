"""--doctor compares the verdicts of pytest and Fastest on a suite."""

import re

import pytest

SUITE = {
    "conftest.py": "import pytest\n\n@pytest.fixture\ndef broken():\n    yield\n    assert 0\n",
    "test_a.py": """
import unittest
import pytest

@pytest.mark.parametrize("x", range(3))
def test_x(x):
    assert x != 1

def test_teardown(broken):
    pass

@pytest.mark.xfail
def test_xfail():
    assert 0

@pytest.mark.xfail
def test_xpass():
    pass

def test_skip():
    pytest.skip("no")

class TestUnit(unittest.TestCase):
    def test_sub(self):
        with self.subTest(i=1):
            self.assertEqual(1, 2)
""",
    "test_b.py": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
}
CRASHES = {"test_a.py": "import os\n\ndef test_1():\n    os._exit(7)\n"}


def test_the_same_verdict(project, execute):
    run = execute(project(SUITE), "--doctor", events=False)
    assert run.process.returncode == 0, run.text
    assert "verdict   the same: 8 tests, exit code 1" in run.stdout
    assert re.search(r"^time      pytest \d+\.\d\d s, Fastest \d+\.\d\d s: .* \(medians of 3 runs", run.stdout, re.M)
    assert re.search(r"^engines   direct \d", run.stdout, re.M)
    assert re.match(r"pytest [\d.]+ on Python [\d.]+ against Fastest with 2 slots\n", run.stdout)
    assert run.stderr.count("doctor: pytest runs the suite") == 3


def test_what_differs_is_named(project, execute):
    files = {"test_a.py": "import os\n\ndef test_alone():\n    assert 'PYTEST_XDIST_WORKER' not in os.environ\n"}
    run = execute(project(files), "--doctor", events=False)
    assert run.process.returncode == 1, run.text
    assert "verdict   NOT the same" in run.stdout
    assert "  test_a.py::test_alone: pytest passed, fastest failed" in run.stdout
    assert "  exit code: pytest 0, fastest 1" in run.stdout


def test_what_pytest_is_not_sure_of_is_left_out(project, execute):
    flips = "import pathlib\n\ndef test_flips():\n    here = pathlib.Path('here')\n    if here.exists():\n"
    flips += "        here.unlink()\n    else:\n        here.touch()\n        assert 0\n\ndef test_sure():\n    pass\n"
    run = execute(project({"test_a.py": flips}), "--doctor", slots=1, events=False)
    # Both runs of pytest find the test in one state, and Fastest's run in the other.
    assert run.process.returncode == 1, run.text
    assert "test_a.py::test_flips: pytest failed, fastest passed" in run.stdout
    assert "test_sure:" not in run.stdout
    thrice = flips.replace("here.exists()", "here.exists() and here.read_text() == 'xx'").replace(
        "here.touch()", "here.write_text(here.read_text() + 'x' if here.exists() else 'x')"
    )
    run = execute(project({"test_a.py": thrice}, "thrice"), "--doctor", slots=1, events=False)
    assert run.process.returncode == 0, run.text
    assert "disagree about them: 1 test, the first is test_a.py::test_flips" in run.stdout


def test_a_collection_as_a_whole_is_told(project, execute):
    conftest = "def pytest_collection_modifyitems(session, items):\n    items.sort(key=lambda item: item.name)\n"
    run = execute(project({**SUITE, "conftest.py": SUITE["conftest.py"] + conftest}), "--doctor", events=False)
    assert run.process.returncode == 0, run.text
    assert re.search(r"^collected as a whole by one worker .*pytest_collection_modifyitems", run.stdout, re.M)


@pytest.mark.parametrize(
    ("files", "args", "code", "said"),
    [
        (SUITE, ["no_such_file"], 4, "doctor: pytest itself ends with exit code 4"),
        (SUITE, ["--plan"], 4, "ERROR: --plan does not go with --doctor"),
        (CRASHES, [], 3, "nothing to compare: it ended with exit code 7"),
    ],
    ids=["usage", "beside", "crash"],
)
def test_nothing_to_compare(project, execute, files, args, code, said):
    run = execute(project(files), "--doctor", *args, events=False)
    assert run.process.returncode == code, run.text
    assert said in run.stderr
    assert run.stdout == ""
