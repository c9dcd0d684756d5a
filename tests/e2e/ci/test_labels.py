"""Every failure gets a label from the history that --history or --history-base names."""

import json
import subprocess

import parity
import pytest

SUITE = {
    "test_a.py": """
import os, pathlib

def fails(name):
    return name in os.environ.get("FAILS", "").split()

def test_good(): pass
def test_old(): assert not fails("old")
def test_new(): assert not fails("new")
def test_flaky():
    tried = pathlib.Path("tried")
    again = tried.exists()
    tried.touch()
    assert again or not fails("flaky")
def test_shaky(): assert not fails("shaky")
def test_killed():
    if fails("killed"): os.kill(os.getpid(), 9)
"""
}


@pytest.fixture
def run(execute):
    """Runs the suite. The tests named in `fails` fail. Gives the label of each test, and the run."""

    def run(folder, fails, *args):
        (folder / "tried").unlink(missing_ok=True)
        done = execute(folder, *args, env={"FAILS": fails})
        labels = {
            event["nodeid"].partition("::")[2]: event["label"]
            for event in done.events()
            if event["type"] == "result" and "label" in event
        }
        return labels, done

    return run


def names(labels):
    return {test: label["name"] for test, label in labels.items()}


@pytest.mark.parametrize("form", ["folder/", "file.sqlite"])
def test_labels(run, project, tmp_path, form):
    folder, store = project(SUITE), f"{tmp_path}/{form}"
    # Without a history there are no labels.
    assert run(folder, "old", "--history", store)[0] == {}
    assert names(run(folder, "old flaky", "--history", store, "--retries", "1")[0]) == {"test_old": "red_on_base"}
    run(folder, "old shaky", "--history", store)
    run(folder, "old", "--history", store)
    run(folder, "old shaky", "--history", store)
    reports = ["--report-markdown", tmp_path / "r.md", "--report-ctrf", tmp_path / "r.json"]
    labels, done = run(folder, "old new flaky shaky killed", "--history", store, *reports)
    assert names(labels) == {
        "test_old": "red_on_base",
        "test_new": "new",
        "test_flaky": "known_flaky",
        "test_shaky": "known_flaky",
        "test_killed": "infrastructure",
    }
    assert labels["test_old"]["text"].startswith("it failed before, since 20")
    assert labels["test_old"]["text"].endswith(", in the last 5 runs")
    assert labels["test_new"]["text"] == "it did not fail before"
    assert labels["test_flaky"]["text"] == "it failed or was flaky in 1 of the last 5 runs"
    assert labels["test_shaky"]["text"] == "it failed or was flaky in 2 of the last 5 runs"
    assert "failures and their history" in done.stdout
    assert "test_a.py::test_new - new here: it did not fail before\n" in done.stdout
    assert done.stdout.index("failures and their history") < done.stdout.index("short test summary info")
    assert "_new here: it did not fail before_" in (tmp_path / "r.md").read_text()
    ctrf = json.loads((tmp_path / "r.json").read_text())["results"]["tests"]
    assert [test["extra"]["label"]["name"] for test in ctrf if test["name"].endswith("test_new")] == ["new"]


def test_a_base_decides_what_is_new(run, project, tmp_path):
    folder, base, own = project(SUITE), f"{tmp_path}/base/", f"{tmp_path}/own/"
    run(folder, "old", "--history", base)
    run(folder, "new", "--history", own, "--history-base", base)
    labels, _ = run(folder, "old new shaky", "--history", own, "--history-base", base)
    assert names(labels) == {"test_old": "red_on_base", "test_new": "new", "test_shaky": "new"}
    assert labels["test_old"]["text"].startswith("it fails on the base too, since ")
    assert labels["test_new"]["text"].startswith("it does not fail on the base; here it does since ")
    assert labels["test_shaky"]["text"] == "it does not fail on the base"


def test_a_base_that_knows_nothing_is_none(run, execute, project, tmp_path):
    folder, base, own = project(SUITE), f"{tmp_path}/base/", f"{tmp_path}/own/"
    (tmp_path / "base").mkdir()
    (folder / ".test_durations").write_text('{"test_a.py::test_old": 1.0}')
    execute(folder, "--history", f"{tmp_path}/imported/", "--history-import", ".test_durations")
    # Durations alone say nothing about earlier outcomes.
    assert run(folder, "old", "--history", f"{tmp_path}/imported/")[0] == {}
    run(folder, "old", "--history", own)
    labels, _ = run(folder, "old new", "--history", own, "--history-base", base)
    assert names(labels) == {"test_old": "red_on_base", "test_new": "new"}
    assert labels["test_old"]["text"].startswith("it failed before, since ")


def test_what_a_person_saw_alone_is_no_history(run, project):
    folder = project(SUITE)
    run(folder, "old")
    labels, done = run(folder, "old new")
    assert labels == {}
    assert "history" not in done.stdout


def test_a_merge_hands_the_labels_on(run, coordinator, project, tmp_path):
    folder, store, parts = project(SUITE), f"{tmp_path}/runs/", tmp_path / "parts"
    run(folder, "old", "--history", store)
    parts.mkdir()
    run(folder, "old new", "--history-base", store, "--shard", "1/1", "--report-json", parts / "1.jsonl")
    merged = subprocess.run(
        [coordinator, "--merge", parts],
        cwd=folder,
        env=parity.clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert merged.returncode == 1, merged.stderr
    assert "test_a.py::test_old - red before: it fails on the base too, since " in merged.stdout
    assert "test_a.py::test_new - new here: it does not fail on the base\n" in merged.stdout
