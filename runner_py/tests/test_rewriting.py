"""Workers that find rewritten code in the store, in real sessions."""

from __future__ import annotations

import marshal
import os
import shutil

import pytest
from fastest_runner.imports import bytecode_store, rewriting


@pytest.fixture
def store(tmp_path_factory):
    """The cache folder for one test, with its store."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(store, make_zygote):
    """Runs the project in one of `count` workers. `fresh` first removes the code that pytest keeps beside the files."""

    def run(directory, *args, count=1, fresh=True, no_bytecode=None):
        for cache in directory.rglob("__pycache__") if fresh else ():
            shutil.rmtree(cache)
        worker = make_zygote(XDG_CACHE_HOME=str(store), PYTHONDONTWRITEBYTECODE=no_bytecode).worker("gw0")
        worker.start(directory, "-p", "no:cacheprovider", *args, slots=count)
        for number, module in enumerate(worker.wait_for("ready")["collection"]["modules"], start=1):
            worker.lease(number, module=module)
        worker.finish()
        return worker

    return run


def kept(store):
    """Returns the names of the files whose code is kept."""
    names = []
    for file in (store / "fastest" / "bytecode").rglob("*"):
        if file.is_file() and file.name != "pruned":
            names.append(os.path.basename(marshal.loads(file.read_bytes()[16:]).co_filename))
    return sorted(names)


def replace(store, name, text):
    """Puts other code for the file into the store. A run then shows whether that code was used."""
    for file in (store / "fastest" / "bytecode").rglob("*"):
        if file.is_file() and file.name != "pruned":
            code = marshal.loads(file.read_bytes()[16:])
            if os.path.basename(code.co_filename) == name:
                data = marshal.dumps(compile(text, code.co_filename, "exec"))
                file.write_bytes(bytecode_store._digest(data) + data)


FILES = {"conftest.py": "import pytest\n", "test_a.py": "def test_a(): assert [1, 2] == [1, 3]\n"}


def test_a_new_checkout_needs_no_rewriting(run, project, store):
    directory = project(FILES)
    first = run(directory)
    assert kept(store) == ["conftest.py", "test_a.py"]
    (failed,) = first.results()
    second = run(directory)
    (again,) = second.results()
    assert again["phases"][1]["longrepr"] == failed["phases"][1]["longrepr"]
    assert "At index 1 diff: 2 != 3" in again["phases"][1]["longrepr"]
    assert (directory / "__pycache__").exists(), "pytest keeps it beside the file, as ever"
    replace(store, "test_a.py", "def test_a(): pass\ndef test_b(): pass\n")
    assert run(directory).outcomes() == {"test_a.py::test_a": "PASSED", "test_a.py::test_b": "PASSED"}


def test_other_text_or_another_place_is_other_code(run, project, store):
    directory = project(FILES)
    run(directory)
    replace(store, "test_a.py", "def test_a(): pass\n")
    (directory / "test_a.py").write_text("def test_a(): assert 0\n")
    assert run(directory).outcomes() == {"test_a.py::test_a": "FAILED"}
    moved = directory.parent / "moved"
    shutil.copytree(directory, moved)
    assert run(moved).outcomes() == {"test_a.py::test_a": "FAILED"}
    assert kept(store).count("test_a.py") == 3


def test_what_rewriting_has_to_say_is_said_each_time(run, project, store):
    directory = project(test_a="def test_a(): assert (1, 'always')\n")
    for _ in range(2):
        warned = [warning["message"] for warning in run(directory).all("warning")]
        assert len(warned) == 1
        assert "assertion is always true" in warned[0]
    assert kept(store) == []


def test_what_is_not_python_is_pytests_to_tell(run, project, store):
    directory = project(test_a="def test_a(: pass\n", test_b="def test_b(): pass\n")
    texts = [run(directory).last("collect_report")["longrepr"] for _ in range(2)]
    assert texts[0] == texts[1]
    assert "SyntaxError" in texts[0]
    assert "fastest_runner" not in texts[0]
    assert kept(store) == ["test_b.py"]


def test_workers_share_what_is_missing(run, project, store):
    directory = project({f"test_{name}.py": "def test(): pass\n" for name in "abcdef"})
    # One of two workers runs. It rewrites its own half first, and then the files that no other worker has done.
    code = (
        "import os\n\nNUMBERS = sorted(os.listdir(os.path.join(os.environ['XDG_CACHE_HOME'], 'fastest', 'bytecode')))\n"
        "print(len(NUMBERS))\n\ndef test(): pass\n"
    )
    (directory / "test_a.py").write_text(code)
    worker = run(directory, "-s", count=2)
    assert set(worker.outcomes().values()) == {"PASSED"}
    # When test_a is imported, the store has test_a, test_c and test_e.
    assert "3\n" in worker.stdout()
    assert len(kept(store)) == 6


def test_only_files_that_are_named_are_wanted(run, project, store):
    directory = project({f"test_{name}.py": "def test(): pass\n" for name in "abcdef"})
    run(directory, "test_c.py", count=2)
    assert kept(store) == ["test_c.py"]


def test_a_session_within_a_test_has_no_part_in_it(run, project, store):
    directory = project(
        {
            "conftest.py": "pytest_plugins = ['pytester']\n",
            "test_a.py": """
                def test_inner(pytester):
                    pytester.makepyfile("def test_x(): assert 1")
                    pytester.runpytest_inprocess().assert_outcomes(passed=1)
                """,
        }
    )
    assert run(directory).outcomes() == {"test_a.py::test_inner": "PASSED"}
    assert run(directory, fresh=False).outcomes() == {"test_a.py::test_inner": "PASSED"}
    assert {"conftest.py", "test_a.py"} <= set(kept(store))
    assert "test_inner.py" not in kept(store)


def test_no_bytecode_is_written_where_python_is_told_so(run, project, store):
    directory = project(FILES)
    run(directory, no_bytecode="1")
    assert not (store / "fastest").exists()
    run(directory)
    replace(store, "test_a.py", "def test_a(): pass\n")
    assert run(directory, no_bytecode="1").outcomes() == {"test_a.py::test_a": "PASSED"}


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "/c/fastest/bytecode"),
        ({"HOME": "/h"}, "/h/.cache/fastest/bytecode"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/fastest/bytecode"),
        ({"XDG_CACHE_HOME": "c"}, None),
        ({}, None),
    ],
)
def test_where_the_store_is(environment, folder):
    assert rewriting.store_folder(environment) == folder
