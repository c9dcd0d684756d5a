"""--history as a folder, --history-base, --history-import, --history-compact."""

import json

import pytest

SUITE = {
    "test_slow.py": "import time\ndef test_slow(): time.sleep(0.3)\n",
    "test_quick.py": "def test_quick(): pass\n",
}


@pytest.fixture
def plan(execute, tmp_path):
    """Plans two shards. Gives their predicted seconds, or None without a history, and the warnings."""

    def plan(folder, *args):
        path = tmp_path / "plan.json"
        run = execute(folder, "--shards", "2", "--plan-out", path, *args)
        assert run.process.returncode == 0, run.text
        measured = "predicted: " in run.stdout
        return (sorted(json.loads(path.read_text())["predicted_s"]) if measured else None), run.stderr

    return plan


def runs_of(store):
    return sorted(store.glob("*.run"))


def test_each_run_adds_a_file_to_a_folder(execute, project, plan, tmp_path):
    folder, store = project(SUITE), tmp_path / "runs"
    for number in (1, 2):
        assert execute(folder, "--history", f"{store}/").process.returncode == 0
        assert len(runs_of(store)) == number
    predicted, _ = plan(folder, "--history", store)
    assert 0.25 < predicted[1] < 3 and predicted[0] < predicted[1]
    compacted = execute(folder, "--history", store, "--history-compact")
    assert "joined 2 files into one" in compacted.stdout
    assert len(runs_of(store)) == 1
    assert plan(folder, "--history", store)[0] == predicted


def test_a_base_is_read_and_never_written(execute, project, plan, tmp_path):
    folder, base, own = project(SUITE), tmp_path / "base", tmp_path / "own"
    execute(folder, "--history", f"{base}/")
    before = {path.name: path.read_bytes() for path in base.iterdir()}
    predicted, _ = plan(folder, "--history", f"{own}/", "--history-base", base)
    assert predicted[1] > 0.25
    execute(folder, "--history", own, "--history-base", base)
    assert {path.name: path.read_bytes() for path in base.iterdir()} == before
    assert len(runs_of(own)) == 1


@pytest.mark.parametrize("what", ["missing", "damaged", "damaged run"])
def test_what_is_wrong_with_a_store_is_one_warning(execute, project, tmp_path, what):
    folder, store = project(SUITE), tmp_path / "store"
    if what == "damaged":
        store.write_text("no database")
        run = execute(folder, "--history", store)
    elif what == "damaged run":
        store.mkdir()
        (store / "0.run").write_text("fastest-history 1 0")
        run = execute(folder, "--history", store)
    else:
        run = execute(folder, "--history-base", store)
    assert run.process.returncode == 0
    assert run.stderr.startswith("warning: ") and run.stderr.count("\n") == 1
    assert str(store) in run.stderr
    assert len(run.outcomes()) == 2


def test_durations_of_other_tools_are_taken_over(execute, project, plan, tmp_path):
    folder = project(
        {**SUITE, ".test_durations": json.dumps({"test_slow.py::test_slow": 7.5, "test_quick.py::test_quick": 2})}
    )
    store = tmp_path / "history.sqlite"
    imported = execute(folder, "--history", store, "--history-import", ".test_durations")
    assert imported.process.returncode == 0
    assert imported.stdout.endswith(".test_durations: durations of 2 tests\n")
    assert plan(folder, "--history", store)[0] == [2.0, 7.5]
    junit = tmp_path / "junit.xml"
    execute(folder, "--junitxml", junit)
    assert "durations of 2 tests" in execute(folder, "--history", store, "--history-import", junit).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--history-import", "nothing.json"], "nothing.json: No such file or directory"),
        (["--history-import", "test_slow.py"], "test_slow.py: this is not a .test_durations file"),
        (["--history-compact", "--history", "file.sqlite"], "--history-compact is for a folder or a server"),
    ],
)
def test_what_cannot_be_done_is_one_error(execute, project, arguments, message):
    run = execute(project(SUITE), *arguments)
    assert run.process.returncode == 4
    assert message in run.stderr and run.stderr.count("\n") == 1
