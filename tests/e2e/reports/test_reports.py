"""The event lines of a run follow docs/schema, and --from-json makes every report again from the lines."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import jsonschema
import parity
import pytest
from coordinator_process import wait_until

SCHEMA = Path(__file__).resolve().parents[3] / "docs/schema/events-1.json"

EVERYTHING = {
    "pytest.ini": "[pytest]\njunit_logging = all\n",
    "test_a.py": """
import os, pathlib, sys, warnings
import pytest

def test_ok(record_property):
    record_property("key", "<&>")
    print("said \\u00e9")

def test_fail():
    print("before", file=sys.stderr)
    assert 1 == 2

@pytest.mark.skip(reason="not today")
def test_skip(): pass

@pytest.mark.xfail(reason="known")
def test_xfail(): assert 0

@pytest.mark.xfail
def test_xpass(): pass

@pytest.fixture
def bad_end():
    yield
    raise RuntimeError("torn down badly")

def test_both(bad_end): assert 0

def test_warns(): warnings.warn("careful")

@pytest.mark.parametrize("x", ["a::b", "\\u00fc[", 3])
def test_parameters(x): pass

def test_flaky():
    mark = pathlib.Path("been_here")
    if not mark.exists():
        mark.touch()
        assert False, "the first time"

class TestClass:
    def test_method(self): pass

def test_crash(): os.abort()
""",
    "test_b.py": """
import time

def test_hang(): time.sleep(600)

def test_subtests(subtests):
    for i in range(3):
        with subtests.test(i=i):
            assert i != 1
""",
    "test_c.py": "import nothing_of_this_name\n",
    "test_d.py": 'import pytest\npytest.skip("none of it", allow_module_level=True)\n',
}
ARGUMENTS = ["--retries", "1", "--hang-timeout", "3", "--continue-on-collection-errors", "-v", "-rA", "--durations=3"]


@pytest.fixture
def replay(coordinator):
    def replay(*args, **kwargs):
        command = [str(coordinator), *map(str, args)]
        environment = parity.clean_environment()
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **kwargs)

    return replay


@pytest.mark.parametrize("color", ["no", "yes"])
def test_reports_are_the_runs_own(execute, project, replay, tmp_path, color):
    path = project(EVERYTHING)
    names = {"--junitxml": "junit.xml", "--trace-json": "trace.json", "--report-ctrf": "ctrf.json",
             "--report-markdown": "summary.md"}  # fmt: skip
    reports = [word for option, name in names.items() for word in (option, str(tmp_path / name))]
    run = execute(path, *ARGUMENTS, *reports, "--color", color)
    assert run.process.returncode == 1
    assert len(run.results()) == 15
    of_the_run = {name: (tmp_path / name).read_bytes() for name in names.values()}
    for name in names.values():
        (tmp_path / name).unlink()

    again = replay("--from-json", run.report, *reports, "--color", color)
    assert again.stderr == ""
    assert again.returncode == 1
    # No workers are on their way, and no events are written.
    shown = run.stdout.splitlines(keepends=True)
    of_a_run = [line for line in shown if line == "starting 2 workers\n" or "generated json report: " in line]
    assert len(of_a_run) == 2
    assert again.stdout == "".join(line for line in shown if line not in of_a_run)
    assert {name: (tmp_path / name).read_bytes() for name in names.values()} == of_the_run

    # The events themselves can be written again too.
    copy = tmp_path / "copy.jsonl"
    assert replay("--from-json", run.report, "--report-json", copy).returncode == 1
    assert copy.read_bytes() == run.report.read_bytes()


def test_a_trace_says_what_the_events_say(execute, project, tmp_path):
    path = tmp_path / "trace.json"
    run = execute(project(EVERYTHING), *ARGUMENTS, "--trace-json", path)
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    tests = [span for span in spans if span["cat"] == "test"]
    told = [event for event in run.events() if event["type"] in ("result", "attempt")]
    assert len(tests) == len(told)
    started_at = run.events("run_started")[0]["started_at"]
    for test, event in zip(tests, told):
        assert (test["args"]["nodeid"], test["args"]["attempt"]) == (event["nodeid"], event["attempt"])
        assert abs(test["ts"] / 1e6 + started_at - event["started_at"]) < 0.001
        inner = [
            span["dur"] / 1e6
            for span in spans
            if span["cat"] == "phase"
            and (span["pid"], span["tid"]) == (test["pid"], test["tid"])
            and test["ts"] - 0.001 <= span["ts"] <= test["ts"] + test["dur"] + 0.001
        ]
        assert abs(sum(inner) - event["duration_s"]) < 0.001, event
        batch = [
            span
            for span in spans
            if span["cat"] == "batch"
            and (span["pid"], span["tid"]) == (test["pid"], test["tid"])
            and span["ts"] <= test["ts"] + 0.001
            and test["ts"] + test["dur"] <= span["ts"] + span["dur"] + 0.001
        ]
        assert len(batch) == 1, event
    # Every arrow has both ends.
    for category in ("retry", "taken over"):
        ends = [(e["ph"], e["id"]) for e in events if e.get("cat") == category and e["ph"] in "sf"]
        assert sorted(number for kind, number in ends if kind == "s") == sorted(n for kind, n in ends if kind == "f")
    assert any(event.get("cat") == "retry" for event in events)
    assert [event["args"]["running"] for event in events if event["ph"] == "C"][-1] == 0


def test_failures_are_annotated_where_github_reads(execute, project):
    files = {"tests/test_it.py": "def test_bad():\n    assert 1 == 2\n"}
    run = execute(project(files), env={"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(project(files))})
    assert run.stdout.splitlines()[-1] == (
        "::error file=tests/test_it.py,line=2,title=tests/test_it.py%3A%3Atest_bad::assert 1 == 2"
    )
    assert "::error" not in execute(project(files)).stdout


@pytest.mark.parametrize(
    ("server", "begin", "end"),
    [
        ({"GITHUB_ACTIONS": "true"}, "::group::{title}", "::endgroup::"),
        (
            {"GITLAB_CI": "true"},
            "\x1b\\[0Ksection_start:\\d+:fastest_{name}\\[collapsed=true\\]\r\x1b\\[0K{title}",
            "\x1b\\[0Ksection_end:\\d+:fastest_{name}\r\x1b\\[0K",
        ),
        ({}, None, None),
    ],
)
def test_parts_of_the_log_are_folded_where_a_server_can(execute, project, server, begin, end):
    files = {
        "test_it.py": "import warnings\ndef test_ok(): print('said')\ndef test_warns(): warnings.warn('careful')\n"
    }
    run = execute(project(files), "-rP", "--durations=3", "-vv", env=server)
    parts = [("warnings", "warnings summary"), ("passes", "PASSES"), ("durations", "slowest durations")]
    for name, title in parts if server else ():
        pattern = f"\n{begin.format(name=name, title=title)}\n=+ [^\n]+ =+\n(?:[^\n]*\n)+?{end.format(name=name)}\n"
        assert re.search(pattern, run.stdout), run.stdout
    if not server:
        assert "group" not in run.stdout and "section" not in run.stdout


@pytest.mark.parametrize("option", ["--trace-json", "--report-ctrf", "--report-markdown", "--junitxml"])
def test_a_report_that_cannot_be_written_is_named_and_the_run_is_no_success(execute, project, option, tmp_path):
    (tmp_path / "a_file").touch()
    run = execute(project({"test_it.py": "def test_a(): pass\n"}), option, tmp_path / "a_file" / "report")
    assert run.process.returncode == 3
    assert "a_file" in run.stderr


def test_lines_are_as_the_schema_says(execute, project):
    run = execute(project(EVERYTHING), *ARGUMENTS, "-s")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    lines = [json.loads(line) for line in run.report.read_text(encoding="utf-8").splitlines()]
    seen = {line["type"] for line in lines}
    # A reader skips what the schema does not have. A writer of this version writes only what the schema has.
    for definition in schema["$defs"].values():
        definition["additionalProperties"] = False
    validator = jsonschema.Draft202012Validator(schema)
    for line in lines:
        assert line["type"] in schema["$defs"]
        validator.validate(line)
    assert seen >= {
        "run_started", "agent_joined", "planned", "expected", "module_expected", "worker_started", "worker_lost",
        "batch_leased", "test_started", "attempt", "result", "subtest", "collect_error", "collect_skip", "warning",
        "output", "run_finished",
    }  # fmt: skip


def test_agents_that_come_go_and_are_refused_stand_in_the_events(start, project, agent, tmp_path):
    waits = """
import os, pathlib, time
def test_waits():
    while not pathlib.Path(os.environ["HERE"], "go").exists(): time.sleep(0.01)
"""
    path = project({"test_it.py": waits})
    agents = {f"a{number}": agent(path) for number in range(2)}
    addresses = ",".join(one.address for one in agents.values())
    run = start(path, "--agents", f"127.0.0.1:1,{addresses}", "--min-agents", "2")
    (started,) = wait_until(lambda: run.events("test_started"), "the test's start")
    os.kill(agents[started["agent"]].process.pid, signal.SIGKILL)
    wait_until(lambda: len(run.events("test_started")) == 2, "its start on the other agent")
    (tmp_path / "go").touch()
    assert run.wait() == 0, run.text
    assert {event["agent"] for event in run.events("agent_joined")} == {"a0", "a1"}
    assert [event["agent"] for event in run.events("agent_lost")] == [started["agent"]]
    assert [event["agent"] for event in run.events("agent_refused")] == ["127.0.0.1:1"]


def test_a_run_that_was_cut_off_is_told_up_to_the_cut(execute, project, replay, tmp_path):
    run = execute(project({"test_it.py": "def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass\n"}), slots=1)
    lines = run.report.read_bytes().splitlines(keepends=True)
    last = [number for number, line in enumerate(lines) if b'"type":"result"' in line][-1]
    cut = tmp_path / "cut.jsonl"
    # The cut is within the line of the last result.
    cut.write_bytes(b"".join(lines[:last]) + lines[last][:50])
    junit = tmp_path / "junit.xml"
    again = replay("--from-json", cut, "--junitxml", junit)
    assert again.returncode == 10
    assert "the events end in the midst of the run" in again.stdout
    assert "1 failed, 1 passed" in again.stdout
    assert "NOT RUN test_it.py::test_c - it had been begun by" in again.stdout
    assert b'tests="2"' in junit.read_bytes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"),
        ("", "no event lines in it"),
        ("hello\n", "line 1: the run_started line of a --report-json file is needed here"),
        ('{"type":"run_started","schema":7}\n', "events of schema 7, and this version reads schema 1"),
    ],
)
def test_what_cannot_be_read_is_one_error(replay, tmp_path, text, message):
    path = tmp_path / "events.jsonl"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    again = replay("--from-json", path)
    assert again.returncode == 4
    assert again.stderr.startswith("ERROR: ") and again.stderr.count("\n") == 1
    assert message in again.stderr and str(path) in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["test_it.py"], "--from-json takes no test or path: test_it.py"),
        (["-k", "x"], "-k does not go with --from-json"),
        (["--frobnicate"], "--frobnicate does not go with --from-json"),
    ],
)
def test_options_that_say_how_to_run_are_refused(replay, tmp_path, arguments, message):
    path = tmp_path / "events.jsonl"
    path.touch()
    again = replay("--from-json", path, *arguments)
    assert again.returncode == 4
    assert message in again.stderr


def test_the_source_is_not_overwritten(execute, project, replay):
    run = execute(project({"test_it.py": "def test_a(): pass\n"}))
    before = run.report.read_bytes()
    again = replay("--from-json", run.report, "--report-json", run.report)
    assert again.returncode == 4
    assert "would overwrite" in again.stderr
    assert run.report.read_bytes() == before


def test_events_may_come_through_a_pipe(execute, project, replay):
    run = execute(project({"test_it.py": "def test_a(): pass\n"}))
    again = replay("--from-json", "-", input=run.report.read_text(encoding="utf-8"))
    assert again.returncode == 0
    assert "1 passed" in again.stdout
