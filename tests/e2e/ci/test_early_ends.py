"""A shard that ends before its tests are collected is a part that is missing: named by --merge, and run again whole."""

import json
import signal
import subprocess

import parity
import pytest
from coordinator_process import wait_until

# One job of the pipeline breaks in the way that its environment names.
SUITE = {
    "conftest.py": """
import os
if os.environ.get("BREAKS") == "conftest":
    raise RuntimeError("no database")
""",
    "test_a.py": "def test_one(): pass\ndef test_two(): pass\n",
    "test_b.py": """
import os, time
if os.environ.get("BREAKS") == "exit":
    os._exit(3)
if os.environ.get("BREAKS") == "import":
    open(os.environ["IMPORTS"], "w").close()
    time.sleep(600)
def test_three(): pass
def test_four(): assert not os.environ.get("BREAKS")
""",
}
SHARDS = 2


class Pipeline:
    """Jobs that share a folder of events."""

    def __init__(self, coordinator, start, folder, tmp_path):
        self.coordinator, self.start, self.folder, self.tmp_path = coordinator, start, folder, tmp_path
        self.events = tmp_path / "events"
        assert self.ask("--shards", SHARDS, "--plan-out", tmp_path / "plan.json").returncode == 0

    def ask(self, *args):
        command = [str(self.coordinator), *map(str, args)]
        return subprocess.run(
            command, cwd=self.folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
        )

    def begin(self, shard, *args, name=None, breaks="", slots=1):
        words = ["--plan-file", self.tmp_path / "plan.json", "--shard", f"{shard}/{SHARDS}"]
        report = self.events / f"{name or shard}.jsonl"
        environment = {"BREAKS": breaks, "IMPORTS": str(self.tmp_path / "imports")}
        return self.start(
            self.folder, *words, "--report-json", report, *args, slots=slots, events=False, env=environment
        )

    def run(self, *args, **kwargs):
        run = self.begin(*args, **kwargs)
        run.wait()
        return run

    def lines(self, name):
        return [json.loads(line) for line in (self.events / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]

    def results(self, name):
        return {event["nodeid"]: event["outcome"] for event in self.lines(name) if event["type"] == "result"}

    def merge(self, *args):
        return self.ask("--merge", self.events, *args)


@pytest.fixture
def pipeline(coordinator, start, project, tmp_path):
    return Pipeline(coordinator, start, project(SUITE), tmp_path)


def shard_of(pipeline, module):
    plan = json.loads((pipeline.tmp_path / "plan.json").read_text(encoding="utf-8"))
    return next(entry["shards"][0] for entry in plan["modules"] if entry["module"] == module)


def killed(pipeline, shard, **kwargs):
    run = pipeline.begin(shard, breaks="import", **kwargs)
    wait_until((pipeline.tmp_path / "imports").exists, "the import")
    run.send(signal.SIGKILL)
    run.wait()
    return run


# How the shard breaks, its exit code, the merge's, and what the merge says of it.
ENDS = {
    "killed in an import": (killed, -9, 10, "was cut off before its tests were collected"),
    "a conftest that raises": (
        lambda pipeline, shard, **kwargs: pipeline.run(shard, breaks="conftest", **kwargs),
        4,
        10,
        "ended before its tests were collected (exit code 4): E   RuntimeError: no database",
    ),
    "an unknown option": (
        lambda pipeline, shard, **kwargs: pipeline.run(shard, "--no-such-option", **kwargs),
        4,
        10,
        "ended before its tests were collected (exit code 4): ",
    ),
    "os._exit in an import": (
        lambda pipeline, shard, **kwargs: pipeline.run(shard, breaks="exit", **kwargs),
        10,
        10,
        "ended before its tests were collected (exit code 10): ",
    ),
    "a deadline": (
        lambda pipeline, shard, **kwargs: pipeline.run(shard, "--deadline", "2", breaks="import", **kwargs),
        11,
        11,
        "2 tests not run: the run was stopped: the deadline of 2 s is near (--deadline)",
    ),
}


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("end", ENDS)
def test_a_shard_that_ends_early_is_named_and_runs_again(pipeline, end, slots):
    breaks, its_code, merged_code, words = ENDS[end]
    shard = shard_of(pipeline, "test_b.py")
    other = 3 - shard
    assert pipeline.run(other).process.returncode == 0
    run = breaks(pipeline, shard, slots=slots)
    assert run.process.returncode == its_code, run.text
    (first, *_) = pipeline.lines(shard)
    assert (first["type"], first["shard"]["index"]) == ("run_started", shard)

    merged = pipeline.merge()
    assert merged.returncode == merged_code, merged.stdout + merged.stderr
    (line,) = [line for line in merged.stdout.splitlines() if words in line]
    assert "deadline" in words or f"shard {shard} of 2" in line
    assert "2 passed" in merged.stdout
    assert "do not balance" not in merged.stdout

    again = pipeline.run(shard, "--rerun-from", pipeline.events, name="again")
    assert again.process.returncode == 0, again.text
    assert set(pipeline.results("again")) == {"test_b.py::test_three", "test_b.py::test_four"}
    assert "rerun_of" not in pipeline.lines("again")[0]
    merged = pipeline.merge()
    assert merged.returncode == 0, merged.stdout + merged.stderr
    assert "4 passed" in merged.stdout


@pytest.mark.parametrize("text", ["", '{"type":"run_sta', '{"type":"run_started","version":"0.1.0","sch'])
def test_a_file_that_breaks_off_at_its_beginning_is_a_part_that_is_missing(pipeline, text):
    assert pipeline.run(1).process.returncode == 0
    (pipeline.events / "2.jsonl").write_text(text, encoding="utf-8")
    merged = pipeline.merge("--junitxml", pipeline.tmp_path / "junit.xml")
    assert merged.returncode == 10, merged.stdout + merged.stderr
    (line,) = [line for line in merged.stdout.splitlines() if "shard 2 of 2 is missing" in line]
    assert "2.jsonl breaks off at its beginning" in line
    assert "2 passed" in merged.stdout
    assert 'tests="2"' in (pipeline.tmp_path / "junit.xml").read_text(encoding="utf-8")
    again = pipeline.run(2, "--rerun-from", pipeline.events, name="again")
    assert again.process.returncode == 0, again.text
    assert len(pipeline.results("again")) == 2
    # The empty file of the first attempt stays in the folder.
    merged = pipeline.merge()
    assert merged.returncode == 0, merged.stdout + merged.stderr
    assert "4 passed" in merged.stdout


def test_nothing_but_broken_files_is_exit_code_10(pipeline):
    pipeline.events.mkdir()
    for shard in (1, 2):
        (pipeline.events / f"{shard}.jsonl").touch()
    merged = pipeline.merge()
    assert merged.returncode == 10
    assert merged.stderr.count("\n") == 1 and "1.jsonl" in merged.stderr and "2.jsonl" in merged.stderr
    again = pipeline.run(1, "--rerun-from", pipeline.events, name="again")
    assert again.process.returncode == 0, again.text
    assert len(pipeline.results("again")) == 2


def test_what_is_no_event_file_is_refused_all_the_same(pipeline):
    assert pipeline.run(1).process.returncode == 0
    (pipeline.events / "2.jsonl").write_text("hello", encoding="utf-8")
    merged = pipeline.merge()
    assert merged.returncode == 4
    assert "the run_started line of a --report-json file is needed here" in merged.stderr


def test_shards_that_all_fail_alike_have_that_exit_code(pipeline):
    for shard in (1, 2):
        assert pipeline.run(shard, "--no-such-option").process.returncode == 4
    merged = pipeline.merge()
    assert merged.returncode == 4, merged.stdout


def test_missing_shards_are_one_line(pipeline):
    plan = pipeline.tmp_path / "nine.json"
    assert pipeline.ask("--shards", 9, "--plan-out", plan).returncode == 0
    report = pipeline.events / "3.jsonl"
    assert pipeline.ask("-n", 1, "--plan-file", plan, "--shard", "3/9", "--report-json", report).returncode == 0
    merged = pipeline.merge()
    assert merged.returncode == 10
    assert "shards 1, 2 and 4-9 of 9 are missing: no event file is of them\n" in merged.stdout
    assert merged.stdout.count("are missing") == 1 and "is missing" not in merged.stdout


def test_the_merge_may_say_less(pipeline):
    for shard in (1, 2):
        assert pipeline.run(shard).process.returncode == 0
    loud, quiet = pipeline.merge(), pipeline.merge("-q")
    assert quiet.returncode == 0, quiet.stderr
    assert "test session starts" in loud.stdout and "test session starts" not in quiet.stdout
    assert "4 passed" in quiet.stdout


@pytest.mark.parametrize("slots", [1, 2])
def test_a_deadline_before_the_first_worker_is_ready_leaves_all_reports(start, project, tmp_path, slots):
    folder = project({"test_it.py": "import time\ntime.sleep(600)\ndef test_a(): pass\ndef test_b(): pass\n"})
    names = {"--junitxml": "junit.xml", "--report-html": "page.html", "--report-markdown": "summary.md",
             "--report-ctrf": "ctrf.json", "--trace-json": "trace.json"}  # fmt: skip
    reports = [word for option, name in names.items() for word in (option, name)]
    run = start(folder, "--deadline", "2", *reports, slots=slots)
    assert run.wait() == 11, run.text
    assert "no worker could be started" not in run.text
    assert "2 tests not run: the run was stopped: the deadline of 2 s is near (--deadline)" in run.stdout
    end = run.events("run_finished")[0]
    assert end["exit_code"] == 11
    books = end["books"]
    assert (books["balanced"], books["collected"], books["reported"]) == (True, 2, 0)
    assert [test["nodeid"] for test in books["not_run"]] == ["test_it.py::test_a", "test_it.py::test_b"]
    for name in names.values():
        assert (folder / name).stat().st_size > 0, name
    assert json.loads((folder / "ctrf.json").read_text(encoding="utf-8"))["results"]["summary"]["pending"] == 2
    assert "Not run: 2 tests" in (folder / "summary.md").read_text(encoding="utf-8")


def test_an_empty_plan_is_said_to_be_empty(pipeline):
    plan = pipeline.tmp_path / "empty.json"
    plan.touch()
    refused = pipeline.ask("--plan-file", plan, "--shard", "1/2")
    assert refused.returncode == 4
    assert refused.stderr.count("\n") == 1 and f"{plan}: it is empty" in refused.stderr


@pytest.mark.parametrize("slots", [1, 2])
def test_a_quarantine_that_matches_no_test_is_said(execute, project, slots):
    entry = "[[quarantine]]\ntest = 'test_it.py::test_{}'\nowner = 'me'\nreason = 'known'\nexpires = 2999-01-01\n"
    files = {"test_it.py": "def test_bad(): assert 0\n", "q.toml": entry.format("bad") + entry.format("gone")}
    run = execute(project(files), "--quarantine", "q.toml", slots=slots)
    assert run.process.returncode == 0, run.text
    assert run.text.count("--quarantine: no test matches test_it.py::test_gone: remove the entry") == 1
    # A part of the suite says nothing of entries for the rest.
    part = execute(project(files, "part"), "--quarantine", "q.toml", "test_it.py::test_bad", slots=slots)
    assert part.process.returncode == 0 and "no test matches" not in part.text
