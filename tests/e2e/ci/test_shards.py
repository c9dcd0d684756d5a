"""--shards, --shard, --merge and --rerun-from: the shards together give the verdict of the whole run."""

import json
import subprocess
import xml.etree.ElementTree as ElementTree

import parity
import pytest

SUITE = {
    "pytest.ini": "[pytest]\nmarkers =\n    xdist_group\n",
    "tests/test_many.py": "import pytest\n@pytest.mark.parametrize('n', range(60))\ndef test_n(n): assert n != 33\n",
    "tests/test_few.py": "def test_a(): pass\ndef test_b(): pass\n",
    "tests/sub/test_more.py": "class TestIt:\n    def test_a(self): pass\n    def test_b(self): assert 0\n",
    # Discovery cannot know these tests.
    "tests/test_generated.py": "for n in range(5):\n    exec(f'def test_{n}(): pass')\n",
    "tests/test_skipped.py": "import pytest\npytest.skip('none of it', allow_module_level=True)\n",
    "tests/test_mixed.py": """
import pytest, warnings
@pytest.mark.skip
def test_skip(): pass
@pytest.mark.xfail
def test_xfail(): assert 0
def test_warns(): warnings.warn("careful")
""",
}
SHARDS = 3


class Fleet:
    """CI jobs. They share only the files that are carried from job to job."""

    def __init__(self, execute, coordinator, folder, tmp_path):
        self._execute, self._coordinator, self._folder, self._tmp_path = execute, coordinator, folder, tmp_path
        self.plan_file = tmp_path / "plan.json"
        self.events = tmp_path / "events"
        self.events.mkdir()

    def ask(self, *args):
        command = [str(self._coordinator), *map(str, args)]
        return subprocess.run(
            command, cwd=self._folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
        )

    def plan(self, *args, shards=SHARDS):
        planned = self.ask("--shards", shards, "--plan-out", self.plan_file, *args)
        assert planned.returncode == 0, planned.stderr
        return planned

    def run(self, shard, *args, name="", shards=SHARDS, **kwargs):
        run = self._execute(self._folder, "--shard", f"{shard}/{shards}", *args, **kwargs)
        kept = self.events / f"{name or shard}.jsonl"
        run.report.rename(kept)
        run.report = kept
        return run

    def run_all(self, *args, **kwargs):
        return [self.run(shard, "--plan-file", self.plan_file, *args, **kwargs) for shard in range(1, SHARDS + 1)]

    def merge(self, *args):
        return self.ask("--merge", self.events, *args)

    def merged_outcomes(self):
        report = self._tmp_path / "merged.jsonl"
        merged = self.merge("--report-json", report)
        results = [event for event in parity.read_events(report) if event["type"] == "result"]
        outcomes = {event["nodeid"]: event["outcome"] for event in results}
        assert len(outcomes) == len(results)
        return merged, outcomes, parity.read_events(report)[-1]


@pytest.fixture
def fleet(execute, coordinator, project, tmp_path):
    def make(files):
        return Fleet(execute, coordinator, project(files), tmp_path)

    return make


@pytest.fixture
def whole(execute, project):
    """A run of the undivided suite."""
    run = execute(project(SUITE, "whole"))
    assert run.process.returncode == 1
    return run


@pytest.mark.parametrize("slots", [1, 2])
def test_shards_merged_are_the_whole_run(fleet, whole, slots, tmp_path):
    one = fleet(SUITE)
    assert "3 shards of 6 modules" in one.plan().stdout
    runs = one.run_all(slots=slots)
    assert {run.process.returncode for run in runs} == {0, 1}
    counts = [len(run.results()) for run in runs]
    # The long module is divided.
    assert all(counts), counts
    merged, outcomes, end = one.merged_outcomes()
    assert merged.returncode == 1, merged.stderr
    assert outcomes == whole.outcomes()
    whole_end = whole.events("run_finished")[0]
    assert end["counts"] == whole_end["counts"]
    assert end["books"]["balanced"] and end["books"]["collected"] == whole_end["books"]["collected"]
    junit = tmp_path / "junit.xml"
    merged = one.merge("--junitxml", junit)
    assert "2 failed, 68 passed, 2 skipped, 1 xfailed, 1 warning" in merged.stdout
    assert len(list(ElementTree.parse(junit).iter("testcase"))) == len(outcomes) + 1


def test_without_a_plan_file_each_job_comes_to_the_same_plan(fleet, whole, tmp_path):
    one = fleet(SUITE)
    # All jobs begin alike, without a history.
    homes = [{"XDG_CACHE_HOME": str(tmp_path / f"home{shard}")} for shard in range(SHARDS)]
    runs = [one.run(shard + 1, env=home) for shard, home in enumerate(homes)]
    assert len({run.events("run_started")[0]["shard"]["plan"] for run in runs}) == 1
    merged, outcomes, _ = one.merged_outcomes()
    assert merged.returncode == 1
    assert outcomes == whole.outcomes()


def test_groups_and_hooks_that_see_all_items_hold_over_shards(fleet, execute, project):
    files = {
        "conftest.py": "def pytest_collection_modifyitems(items): items.sort(key=lambda item: item.name)\n",
        **{
            f"test_{n}.py": "import pytest\n"
            + "".join(
                f"@pytest.mark.xdist_group('g{i % 2}')\ndef test_{n}_{i}(): pass\ndef test_free_{n}_{i}(): pass\n"
                for i in range(4)
            )
            for n in range(4)
        },
    }
    one = fleet(files)
    one.plan()
    runs = one.run_all()
    merged, outcomes, _ = one.merged_outcomes()
    assert merged.returncode == 0
    assert outcomes == execute(project(files, "whole")).outcomes()
    for group in (0, 2):
        holders = [run for run in runs if any(f"_{group}" in name and "free" not in name for name in run.outcomes())]
        assert len(holders) == 1


def test_an_empty_shard_ends_well_and_says_so(fleet):
    one = fleet({"test_one.py": "def test_one(): pass\n"})
    one.plan()
    runs = one.run_all()
    assert [run.process.returncode for run in runs] == [0, 0, 0]
    assert "shard 2 of 3 holds no tests" in runs[1].text
    assert one.merge().returncode == 0


def test_no_test_in_any_shard_is_pytests_5(fleet):
    one = fleet({"test_one.py": "def test_one(): pass\n"})
    one.plan("-k", "nothing")
    assert [run.process.returncode for run in one.run_all("-k", "nothing")] == [0, 0, 0]
    merged = one.merge()
    assert merged.returncode == 5
    assert "1 deselected" in merged.stdout


def test_what_is_missing_is_named_and_a_rerun_completes_it(fleet, whole):
    one = fleet(SUITE)
    one.plan()
    runs = one.run_all()
    longest = max(range(SHARDS), key=lambda i: len(runs[i].results()))
    # The job was killed after half of its lines.
    lines = runs[longest].report.read_bytes().splitlines(keepends=True)
    expected = set(runs[longest].outcomes())
    kept = lines[: len(lines) // 2]
    runs[longest].report.write_bytes(b"".join(kept) + lines[len(kept)][:20])
    events = [json.loads(line) for line in kept]
    left = expected - {event["nodeid"] for event in events if event["type"] == "result"}
    assert left

    merged, outcomes, end = one.merged_outcomes()
    assert merged.returncode == 10
    assert f"shard {longest + 1} of 3 was cut off" in merged.stdout
    missing = {test["nodeid"] for test in end["books"]["not_run"] if "module" in test}
    assert missing and missing <= left
    assert set(outcomes) == set(whole.outcomes()) - left

    again = one.run(longest + 1, "--plan-file", one.plan_file, "--rerun-from", one.events, name="again")
    # Exactly the tests that failed or had no result run again.
    failed = {name for name in expected - left if whole.outcomes()[name] == "failed"}
    assert set(again.outcomes()) == left | failed
    merged, outcomes, end = one.merged_outcomes()
    assert merged.returncode == 1, merged.stdout
    assert outcomes == whole.outcomes()
    assert end["books"]["balanced"]

    # The shard leaves no file at all.
    runs[longest].report.unlink()
    again.report.unlink()
    merged = one.merge()
    assert merged.returncode == 10
    assert f"shard {longest + 1} of 3 is missing: no event file is of it" in merged.stdout


@pytest.mark.parametrize("slots", [1, 2])
def test_failed_then_passed_is_flaky_in_the_whole(fleet, slots):
    fails_once = """
import pathlib
def test_flaky():
    mark = pathlib.Path("been_here")
    first = not mark.exists()
    mark.touch()
    assert not first
def test_fine(): pass
"""
    one = fleet({"test_it.py": fails_once})
    assert one.run(1, shards=1, slots=slots).process.returncode == 1
    again = one.run(1, "--rerun-from", one.events, shards=1, slots=slots, name="again")
    assert again.process.returncode == 0
    assert set(again.outcomes()) == {"test_it.py::test_flaky"}
    merged = one.merge()
    assert merged.returncode == 0
    assert "FLAKY test_it.py::test_flaky - passed at attempt 2" in merged.stdout
    assert "2 passed, 1 flaky" in merged.stdout
    # No test is left to run again.
    third = one.run(1, "--rerun-from", one.events, shards=1, slots=slots, name="third")
    assert third.process.returncode == 0
    assert "nothing is left to be run" in third.text
    assert third.outcomes() == {}
    assert one.merge().returncode == 0


def test_policies_hold_over_shards(fleet, tmp_path):
    one = fleet({"test_a.py": "def test_bad(): assert 0\n", "test_b.py": "def test_fine(): pass\n"})
    one.plan(shards=2)
    entry = "[[quarantine]]\ntest = '{}'\nowner = 'team'\nreason = 'flaky'\nexpires = {}\n"
    quarantine = tmp_path / "quarantine.toml"
    quarantine.write_text(entry.format("test_a.py", "2999-01-01"))
    for shard in (1, 2):
        run = one.run(shard, "--plan-file", one.plan_file, "--quarantine", quarantine, shards=2)
        assert run.process.returncode == 0
    merged = one.merge()
    assert merged.returncode == 0
    assert "1 passed, 1 quarantined" in merged.stdout
    # An expired entry fails the shard that has its test, and so the merged run.
    for path in one.events.iterdir():
        path.unlink()
    quarantine.write_text(entry.format("test_a.py", "2999-01-01") + entry.format("test_b.py", "2020-01-01"))
    codes = {
        one.run(shard, "--plan-file", one.plan_file, "--quarantine", quarantine, shards=2).process.returncode
        for shard in (1, 2)
    }
    assert codes == {0, 1}
    merged = one.merge()
    assert merged.returncode == 1
    assert "the quarantine of test_b.py (team) ended on 2020-01-01" in merged.stdout


def test_a_run_that_was_not_divided_can_be_gone_on_from(execute, project):
    folder = project(SUITE)
    first = execute(folder)
    again = execute(folder, "--rerun-from", first.report)
    assert set(again.outcomes()) == {name for name, outcome in first.outcomes().items() if outcome == "failed"}
    assert again.events("run_started")[0]["rerun_of"] == [first.events("run_started")[0]["run_id"]]
    assert again.process.returncode == 1


def test_stopping_at_the_first_failure_leaves_no_hole(fleet):
    one = fleet({"test_it.py": "def test_a(): assert 0\ndef test_b(): pass\n"})
    one.run(1, "-x", shards=1, slots=1)
    merged = one.merge()
    assert merged.returncode == 1
    assert "stopping after 1 failures" in merged.stdout
    again = one.run(1, "--rerun-from", one.events, shards=1, name="again")
    assert set(again.outcomes()) == {"test_it.py::test_a", "test_it.py::test_b"}


def test_durations_go_to_the_history_of_the_whole(fleet, tmp_path):
    slow = "import time\ndef test_slow(): time.sleep(0.2)\n"
    one = fleet({"test_slow.py": slow, "test_fast.py": "def test_fast(): pass\n"})
    one.plan()
    one.run_all()
    history = tmp_path / "history.sqlite"
    assert one.merge("--history", history).returncode == 0
    planned = one.plan("--history", history).stdout
    assert "predicted: " in planned
    assert max(json.loads(one.plan_file.read_text())["predicted_s"]) > 0.19


def test_plans_that_do_not_fit_are_refused(fleet):
    one = fleet(SUITE)
    one.plan()
    plan = one.plan_file

    def error(*args):
        answer = one.ask(*args)
        assert answer.returncode == 4, answer.stdout
        assert answer.stderr.count("\n") == 1, answer.stderr
        return answer.stderr

    assert f"the plan in {plan} has 3 shards" in error("--plan-file", plan, "--shard", "1/4")
    assert "the plan was made without arguments, and this run is with -k=x" in error(
        "--plan-file", plan, "--shard", "1/3", "-k", "x"
    )
    assert "No such file" in error("--plan-file", plan.parent / "nothing.json", "--shard", "1/3")
    plan.write_text(plan.read_text().replace("test_few", "test_new"), encoding="utf-8")
    assert "its digest does not fit" in error("--plan-file", plan, "--shard", "1/3")
    plan.write_text("{", encoding="utf-8")
    assert "it is no plan" in error("--plan-file", plan, "--shard", "1/3")
    assert "give both" in error("--plan-file", plan)
    assert "give both" in error("--shards", "3")
    assert "I/N is needed" in error("--shard", "4/3")
    assert "I/N is needed" in error("--shard", "x")
    assert "from 1 to" in error("--shards", "0", "--plan-out", plan)
    assert "not found: nowhere" in error("--shards", "2", "--plan-out", plan, "nowhere")


def test_parts_that_do_not_fit_are_refused(fleet):
    one = fleet(SUITE)
    one.run(1)
    one.run(2, "-k", "test_a")
    merged = one.merge()
    assert merged.returncode == 4
    assert "these are not parts of one run" in merged.stderr
    assert "needs the --report-json files" in one.ask("--merge").stderr
    refused = one.ask("--shard", "1/3", "-k", "test_a", "--rerun-from", one.events / "1.jsonl")
    assert refused.returncode == 4
    assert "comes from a run with another plan" in refused.stderr
