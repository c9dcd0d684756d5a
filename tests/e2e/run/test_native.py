"""--engine=native: tests that are decided without Python, and everything that prevents this."""

import parity
import pytest

PLAIN = """\
\"\"\"What this holds.\"\"\"


def test_sum():
    values = [1, 2, 3]
    assert sum(values) == 6


class TestTexts:
    def test_upper(self):
        assert "ab".upper() == "AB", "it is not"

    def test_split(self):
        assert "a b".split() == ["a", "b"]
"""
PLAIN_IDS = [f"{name}" for name in ("test_sum", "TestTexts::test_upper", "TestTexts::test_split")]
OTHER = """\
import sys


def test_import():
    assert "test_plain" not in sys.modules


def test_fails():
    assert 1 == 2
"""


FINDER = """\
import sys

class Finder:
    find_spec = lambda *args: None

sys.meta_path.insert(0, Finder)
"""


def engines(run):
    return {nodeid: result["engine"] for nodeid, result in run.results().items()}


def test_what_is_decided_is_reported_like_any_other(project, execute):
    run = execute(
        project({"a/test_plain.py": PLAIN, "test_other.py": OTHER}), "--engine=native", "-v", "--engine-report"
    )
    assert run.process.returncode == 1, run.text
    assert engines(run) == {
        **{f"a/test_plain.py::{name}": "native" for name in PLAIN_IDS},
        "test_other.py::test_import": "direct",
        "test_other.py::test_fails": "direct",
    }
    assert "a/test_plain.py::TestTexts::test_split PASSED" in run.text
    assert "1 failed, 4 passed" in run.text
    assert "engines: direct 2, native 3" in run.text


def test_a_run_of_nothing_else_passes(project, execute, tmp_path):
    junit = tmp_path / "junit.xml"
    page = tmp_path / "page.html"
    files = {f"test_{name}.py": PLAIN for name in "abc"}
    run = execute(project(files), "--engine=native", f"--junitxml={junit}", f"--report-html={page}", "--durations=3")
    assert run.process.returncode == 0, run.text
    assert "9 passed" in run.text
    assert set(engines(run).values()) == {"native"}
    assert junit.read_text().count("<testcase ") == 9
    assert page.exists()


def test_pytest_and_native_agree_on_a_project(project):
    files = {
        "a/test_plain.py": PLAIN,
        "b/test_more.py": PLAIN.replace("== 6", "== 7"),
        "b/test_fixture.py": "def test_x(tmp_path):\n    assert tmp_path.exists()\n",
        "test_odd.py": "def test_x():\n    assert (1, 2)\n",
        "test_escape.py": "def test_x():\n    assert '\\d' == '\\\\d'\n",
        "conftest.py": "import pytest\n\n@pytest.fixture\ndef table():\n    return 1\n",
    }
    comparison = parity.compare_project(project(files), ways=("native",))
    ((_, run, differences),) = comparison.runs
    assert differences == []
    assert run.engines["native"] == 3


@pytest.mark.parametrize(
    ("files", "args"),
    [
        ({"test_plain.py": PLAIN.replace("== 6", "== 7")}, ()),
        ({"test_plain.py": "import os\n" + PLAIN}, ()),
        ({"test_plain.py": PLAIN, "__init__.py": ""}, ()),
        ({"a/test_plain.py": PLAIN, "b/test_plain.py": PLAIN}, ("--import-mode=importlib",)),
    ],
    ids=["one fails", "an import", "a package", "two of a name"],
)
def test_what_the_files_speak_against(project, execute, files, args):
    run = execute(project(files), "--engine=native", *args)
    assert set(engines(run).values()) == {"direct"}, run.text
    assert "decides nothing" not in run.text


@pytest.mark.parametrize(
    ("files", "args", "why"),
    [
        ({"conftest.py": "def pytest_runtest_setup(item): pass\n"}, (), "conftest.py implements pytest_runtest_setup"),
        ({"b/conftest.py": "def pytest_itemcollected(item): pass\n", "b/test_b.py": OTHER}, (), "collected as a whole"),
        (
            {"b/conftest.py": "def pytest_pyfunc_call(): pass\n", "b/test_b.py": OTHER},
            (),
            "implements pytest_pyfunc_call",
        ),
        (
            {"conftest.py": "import pytest\n\n@pytest.fixture(autouse=True)\ndef always(): pass\n"},
            (),
            'the fixture "always" applies to test_plain.py by itself',
        ),
        ({}, ("-x",), "stop after failures"),
        ({}, ("-k", "sum"), ""),
        ({}, ("--deselect", "test_plain.py::test_sum"), ""),
        ({}, ("--import-mode=append",), "--import-mode=append"),
        ({}, ("--setup-show",), ""),
        ({"conftest.py": "import sys\nsys.setprofile(lambda *args: None)\n"}, (), "being measured"),
        ({"conftest.py": "def pytest_terminal_summary(): pass\n"}, (), "implements pytest_terminal_summary"),
        ({"pytest.ini": "[pytest]\nusefixtures = tmp_path\n"}, (), 'the fixture "tmp_path" applies'),
        (
            {"conftest.py": "import builtins\nbuiltins.sum = lambda values: 6\n"},
            (),
            "somebody has changed Python's sum",
        ),
        ({"conftest.py": FINDER}, (), "modules are imported by"),
    ],
    ids=[
        "a hook",
        "a hook that is found late, of collection",
        "a hook that is found late",
        "an autouse fixture",
        "-x",
        "-k",
        "--deselect",
        "another import mode",
        "--setup-show",
        "a profiler",
        "somebody who listens",
        "usefixtures in the ini-file",
        "another sum",
        "another import",
    ],
)
def test_what_the_session_speaks_against(project, execute, files, args, why):
    run = execute(
        project({"test_plain.py": PLAIN, **files}),
        "--engine=native",
        *args,
        events=not args or "--setup-show" not in args,
    )
    assert run.process.returncode in (0, 1), run.text
    assert why in run.text
    if "--setup-show" not in args:
        assert engines(run)
        assert "native" not in engines(run).values()


def test_a_single_worker_is_pytest_itself(project, execute):
    run = execute(project({"test_plain.py": PLAIN}), "--engine=native", slots=1)
    assert set(engines(run).values()) == {"direct"}, run.text


def test_modules_of_its_folder_are_found_as_ever(project, execute):
    files = {
        "a/test_plain.py": PLAIN,
        "a/helper.py": "VALUE = 1\n",
        "b/test_user.py": "import helper\n\ndef test_it():\n    assert helper.VALUE == 1\n",
    }
    run = execute(project(files), "--engine=native")
    assert run.process.returncode == 0, run.text
    assert engines(run)["b/test_user.py::test_it"] == "direct"


def test_an_agent_with_another_package_imports_as_ever(project, agent, execute):
    files = project({"a/test_plain.py": PLAIN, "test_other.py": OTHER})
    agents = [agent(files), agent(files)]
    for one in agents:
        (one.workdir / "a/__init__.py").write_text("")
    run = execute(files, "--engine=native", "--allow-stale", "--agents", ",".join(one.address for one in agents))
    assert set(engines(run).values()) == {"direct"}, run.text


def test_an_agent_with_other_bytes_imports_as_ever(project, agent, execute):
    files = project({"test_plain.py": PLAIN})
    agents = [agent(files), agent(files)]
    for one in agents:
        (one.workdir / "test_plain.py").write_text(PLAIN.replace("== 6", "== 7"))
    run = execute(files, "--engine=native", "--allow-stale", "--agents", ",".join(one.address for one in agents))
    assert set(engines(run).values()) == {"direct"}, run.text
    assert "1 failed, 2 passed" in run.text


def test_agents_leave_them_out_too(project, agent, execute):
    files = project({"test_plain.py": PLAIN, "test_other.py": OTHER})
    agents = [agent(files), agent(files)]
    run = execute(files, "--engine=native", "--agents", ",".join(one.address for one in agents))
    assert engines(run)["test_plain.py::test_sum"] == "native", run.text
    assert "1 failed, 4 passed" in run.text
