"""Names of files, folders and arguments whose bytes are no UTF-8. pytest runs them, with surrogates in the node ids."""

import os

import pytest

TESTS = """
def test_good(request):
    assert request.node.nodeid == "{}::test_good"

def test_bad():
    assert 0
"""
PLAIN = "def test_plain(): pass\n"
# In an event a byte that is no text is a private character (base/byte_text.h).
FF, FE = "\U0010ffff", "\U0010fffe"
OUTCOMES = {
    "test_a.py::test_plain": "passed",
    f"test_{FF}.py::test_good": "passed",
    f"test_{FF}.py::test_bad": "failed",
    f"test_{FE}.py::test_good": "passed",
    f"test_{FE}.py::test_bad": "failed",
    f"sub_{FF}/test_b.py::test_good": "passed",
    f"sub_{FF}/test_b.py::test_bad": "failed",
}


def fill(folder):
    """Two files that a one-way escape could not tell apart, one in such a folder, and a plain one."""
    os.makedirs(os.fsencode(folder), exist_ok=True)
    os.mkdir(os.fsencode(folder) + b"/sub_\xff")
    texts = {
        b"pytest.ini": "[pytest]\n",
        b"test_a.py": PLAIN,
        b"test_\xff.py": TESTS.format("test_\\udcff.py"),
        b"test_\xfe.py": TESTS.format("test_\\udcfe.py"),
        b"sub_\xff/test_b.py": TESTS.format("sub_\\udcff/test_b.py"),
    }
    for name, text in texts.items():
        with open(os.path.join(os.fsencode(folder), name), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


@pytest.mark.parametrize("engine", ["auto", "pytest"])
@pytest.mark.parametrize("slots", [1, 2])
def test_files(execute, tmp_path, slots, engine):
    run = execute(fill(tmp_path / "project"), "--engine", engine, "--junitxml", tmp_path / "junit.xml", slots=slots)
    assert run.process.returncode == 1, run.text
    assert run.outcomes() == OUTCOMES
    assert run.events()[-1]["books"]["balanced"]
    # As Python shows such a name.
    assert "FAILED test_\\udcff.py::test_bad" in run.stdout
    # As pytest writes what XML does not have.
    assert 'classname="test_#xDCFF"' in (tmp_path / "junit.xml").read_text("utf-8")
    assert run.nothing_left()


@pytest.mark.parametrize("slots", [1, 2])
def test_an_argument(execute, tmp_path, slots):
    folder = fill(tmp_path / "project")
    run = execute(folder, os.fsdecode(b"test_\xff.py::test_bad"), slots=slots)
    assert run.process.returncode == 1, run.text
    assert run.outcomes() == {f"test_{FF}.py::test_bad": "failed"}
    run = execute(folder, "--deselect", os.fsdecode(b"test_\xff.py::test_bad"), slots=slots)
    assert run.outcomes() == {name: outcome for name, outcome in OUTCOMES.items() if name != f"test_{FF}.py::test_bad"}


@pytest.mark.parametrize("slots", [1, 2])
def test_the_path_of_the_project(execute, tmp_path, slots):
    folder = fill(tmp_path / os.fsdecode(b"project \xff"))
    run = execute(folder, slots=slots)
    assert run.process.returncode == 1, run.text
    assert run.outcomes() == OUTCOMES
    assert "rootdir: " in run.stdout


def test_over_an_agent(execute, agent, tmp_path):
    folder = fill(tmp_path / os.fsdecode(b"project \xff"))
    one = agent(folder, name="a0")
    run = execute(folder, "--agents", one.address, env={"PYTEST_ADDOPTS": os.fsdecode(b"-W ignore:\xff")})
    assert run.process.returncode == 1, run.text
    assert run.outcomes() == OUTCOMES


def test_a_file_that_differs_on_an_agent_is_named(execute, agent, tmp_path):
    folder = fill(tmp_path / "project")
    one = agent(folder, name="a0")
    with open(os.fsencode(folder) + b"/test_\xff.py", "a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    run = execute(folder, "--agents", one.address)
    assert run.process.returncode == 10, run.text
    assert "differs" in run.text


def test_what_a_shard_runs(execute, tmp_path):
    folder = fill(tmp_path / "project")
    outcomes = {}
    for shard in (1, 2):
        run = execute(folder, "--shard", f"{shard}/2", "--history", tmp_path / f"history{shard}.db")
        assert not outcomes.keys() & run.outcomes().keys()
        outcomes.update(run.outcomes())
    assert outcomes == OUTCOMES
