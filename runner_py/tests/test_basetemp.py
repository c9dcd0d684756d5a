"""The workers of a run share one numbered folder for temporary files, and the last of them cleans up."""

from __future__ import annotations

import pytest
from _pytest import pathlib
from fastest_runner.roles import basetemp

SUITE = {
    "conftest.py": """
        import os

        import pytest

        # Set before pytest asks, so that other sessions have no part in these tests.
        os.environ["PYTEST_DEBUG_TEMPROOT"] = os.path.dirname(__file__)
        """,
    "test_a.py": "def test_a(tmp_path): (tmp_path / 'a').touch()\ndef test_last(): pass\n",
    "test_b.py": "def test_b(tmp_path): (tmp_path / 'b').touch()\ndef test_last(): pass\n",
}


def names(directory):
    (root,) = directory.glob("pytest-of-*")
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_symlink())


def links(directory):
    (root,) = directory.glob("pytest-of-*")
    return [path.name for path in root.glob("fastest-*") if path.is_symlink()]


@pytest.fixture
def start(worker):
    def start(directory, run_id="some-run", *args):
        running = worker(directory, *args, run_id=run_id, slots=2, xdist_worker=True)
        running.wait_for("ready")
        return running

    return start


def run(running, module):
    running.lease(1, module=module)
    # The worker holds its last test back until it knows the next one.
    while "results" not in running.wait_for("progress"):
        pass


def test_one_folder_for_a_run(project, start):
    directory = project(SUITE)
    one, two = start(directory), start(directory)
    run(one, "test_a.py")
    run(two, "test_b.py")
    assert len(links(directory)) == 1
    one.finish()
    # The other worker still runs tests.
    assert "pytest-0/.lock" in names(directory)
    two.finish()
    assert names(directory) == [
        "pytest-0",
        f"pytest-0/popen-{one.worker_id}",
        f"pytest-0/popen-{one.worker_id}/test_a0",
        f"pytest-0/popen-{one.worker_id}/test_a0/a",
        f"pytest-0/popen-{two.worker_id}",
        f"pytest-0/popen-{two.worker_id}/test_b0",
        f"pytest-0/popen-{two.worker_id}/test_b0/b",
    ]
    assert links(directory) == []


def test_a_killed_worker_does_not_keep_the_folder_in_use(project, start, zygote):
    directory = project(SUITE)
    one, two = start(directory), start(directory)
    run(one, "test_a.py")
    run(two, "test_b.py")
    zygote.control.send({"type": "kill", "worker_id": one.worker_id})
    zygote.wait_for("exited", one.worker_id)
    two.finish()
    assert "pytest-0/.lock" not in names(directory)


def test_runs_have_folders_of_their_own_and_older_ones_go(project, start):
    directory = project(SUITE)
    for number in range(6):
        running = start(directory, f"run-{number}")
        run(running, "test_a.py")
        running.finish()
    assert [name for name in names(directory) if "/" not in name] == ["pytest-3", "pytest-4", "pytest-5"]


def test_a_suite_that_keeps_none_leaves_none(project, start):
    directory = project(SUITE)
    one, two = (start(directory, "some-run", "-o", "tmp_path_retention_policy=none") for _ in range(2))
    run(one, "test_a.py")
    run(two, "test_b.py")
    two.finish()
    assert "pytest-0" in names(directory)
    one.finish()
    assert names(directory) == []


def test_basetemp_wins(project, start):
    directory = project(SUITE)
    running = start(directory, "some-run", "--basetemp=mine")
    run(running, "test_a.py")
    running.finish()
    assert (directory / f"mine/popen-{running.worker_id}/test_a0/a").exists()
    assert list(directory.glob("pytest-of-*")) == []


def test_a_single_worker_is_as_pytest(project, worker):
    directory = project(SUITE)
    running = worker(directory, run_id="some-run", slots=1)
    running.wait_for("ready")
    run(running, "test_a.py")
    running.finish()
    assert names(directory) == ["pytest-0", "pytest-0/test_a0", "pytest-0/test_a0/a"]


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "-f"
    (folder / "closed").mkdir(parents=True)
    (folder / "closed" / "file").touch()
    (folder / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    return folder


@pytest.mark.parametrize("has_program", [True, False])
def test_old_folders_are_removed_with_or_without_the_program_for_it(tree, monkeypatch, has_program):
    if not has_program:
        monkeypatch.setattr(basetemp, "_RM", "/no/such/program")
    left_to_pytest = []
    genuine = pathlib.rm_rf
    monkeypatch.setattr(pathlib, "rm_rf", lambda path: (left_to_pytest.append(path), genuine(path)))
    with basetemp._removing_quickly():
        pathlib.rm_rf(tree)
    assert not tree.exists()
    # The target of a link must stay.
    assert (tree.parent / "kept" / "file").exists()
    assert left_to_pytest == ([] if has_program else [tree])
