"""--merge --coverage-data joins the coverage data of shards. The result is that of pytest-cov for the whole run."""

import json
import shutil
import subprocess
from pathlib import Path

import parity
import pytest
from setup_tool import ask_setup

SUITE = {
    ".coveragerc": "[run]\nrelative_files = true\nbranch = true\nsource = lib\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "lib/__init__.py": "",
    "lib/one.py": "def one(x):\n    if x > 1:\n        return 'many'\n    return 'one'\n",
    "lib/two.py": "def two(x):\n    for i in range(x):\n        if i == 3:\n            return i\n    return None\n",
    "lib/never.py": "def never():\n    return 0\n",
    "test_one.py": "from lib.one import one\ndef test_1(): assert one(1) == 'one'\n",
    "test_many.py": "from lib.one import one\ndef test_2(): assert one(2) == 'many'\n",
    "test_two.py": "from lib.two import two\ndef test_3(): assert two(9) == 3\ndef test_4(): assert 0\n",
}
SHARDS = 3


@pytest.fixture(scope="session")
def python():
    """An interpreter with pytest-cov."""
    return ask_setup("--python", "plugins")


def covered(python, folder, data_file):
    """The lines and branches that coverage.py reports for each file."""
    report = folder / "report.json"
    command = [python, "-m", "coverage", "json", f"--data-file={data_file}", "-o", report]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    files = json.loads(report.read_text())["files"]
    return {
        name: (file["executed_lines"], file["missing_lines"], file["missing_branches"]) for name, file in files.items()
    }


@pytest.fixture
def shards(execute, project, python, tmp_path):
    """Runs each shard in its own checkout. Gives the folder with events and coverage data, and the first checkout."""
    events = tmp_path / "events"
    events.mkdir()
    for shard in range(1, SHARDS + 1):
        run = execute(
            project(SUITE, f"job{shard}"),
            *("--shard", f"{shard}/{SHARDS}", "--cov"),
            python=python,
            env={"COVERAGE_FILE": f"{events}/.coverage.{shard}"},
        )
        shutil.move(run.report, events / f"{shard}.jsonl")
    return events, tmp_path / "job1"


@pytest.fixture
def merge(coordinator):
    def merge(folder, *args):
        command = [coordinator, "--merge", *args]
        return subprocess.run(
            command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
        )

    return merge


def test_shards_together_cover_what_pytest_covers(shards, merge, python, project, tmp_path):
    events, folder = shards
    whole = project(SUITE, "whole")
    subprocess.run([python, "-m", "pytest", "--cov"], cwd=whole, env=parity.clean_environment(), capture_output=True)
    merged = merge(folder, events, "--coverage-data", "all.coverage", "--python", python)
    assert merged.returncode == 1, merged.stderr
    assert "1 failed, 3 passed" in merged.stdout
    expected = covered(python, whole, ".coverage")
    assert covered(python, folder, "all.coverage") == expected
    assert expected["lib/one.py"][1] == [] and expected["lib/never.py"][1] == [1, 2]
    # The shards' data files stay, so that the merge can be repeated.
    assert len(list(events.glob(".coverage.*"))) == SHARDS


def test_a_shard_without_coverage_data_is_missed(shards, merge, python):
    events, folder = shards
    (events / ".coverage.2").unlink()
    merged = merge(folder, events, "--coverage-data", "all.coverage", "--python", python)
    assert merged.returncode == 10
    assert merged.stderr == (
        "ERROR: --coverage-data: 3 shards ran tests, but only 2 have data files; all.coverage has the data of those\n"
    )
    assert "lib/two.py" in covered(python, folder, "all.coverage")


@pytest.mark.parametrize("what", ["damaged", "none", "no coverage.py", "no python", "target"])
def test_what_cannot_be_joined_is_one_error(shards, merge, python, what):
    events, folder = shards
    target, interpreter = "all.coverage", python
    (folder / target).write_text("as it was")
    if what == "damaged":
        (events / ".coverage.2").write_text("no data")
        expected = f"{events}/.coverage.2"
    elif what == "none":
        for path in events.glob(".coverage.*"):
            path.unlink()
        expected = f"there is no .coverage or .coverage.* file in {events}"
    elif what == "no coverage.py":
        interpreter = "/usr/bin/python3"
        expected = "has no coverage.py"
    elif what == "no python":
        interpreter = "/nowhere/python"
        expected = "no Python interpreter /nowhere/python"
    else:
        target, expected = "lib", "Is a directory"
    merged = merge(folder, events, "--coverage-data", target, "--python", interpreter)
    assert merged.returncode == 10
    assert "1 failed, 3 passed" in merged.stdout
    assert merged.stderr.startswith("ERROR: ") and expected in merged.stderr
    assert merged.stderr.count("\n") == 1
    assert (folder / "all.coverage").read_text() == "as it was"
    assert [path.name for path in Path(folder).glob("*.part")] == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--merge", ".", "--python", "python3"], "--merge uses --python only with --coverage-data"),
        (["--from-json", "x", "--coverage-data", "c"], "--coverage-data does not go with --from-json"),
    ],
)
def test_it_goes_with_merge_alone(coordinator, tmp_path, args, message):
    (tmp_path / "x").touch()
    ran = subprocess.run([coordinator, *args], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 4
    assert message in ran.stderr
