"""--replay, --bisect, --check-isolation and --order: tests that depend on earlier tests."""

import json

import pytest

TESTS = {
    "tests/test_a.py": """
import os
import pytest

@pytest.mark.parametrize("i", range(9))
def test_fine(i):
    pass

def test_leaks():
    os.environ["LEAK"] = "1"

@pytest.mark.parametrize("i", range(9))
def test_more(i):
    pass
""",
    "tests/test_b.py": """
import os

STATE = []

def test_makes():
    STATE.append(1)

def test_unset():
    assert "LEAK" not in os.environ

def test_uses():
    assert STATE
""",
}
WORKER = {
    "test_w.py": """
import os

def test_1():
    pass

def test_worker():
    print(os.environ.get("PYTEST_XDIST_WORKER"), os.environ.get("PYTEST_XDIST_WORKER_COUNT"))
    assert 0
"""
}


def events_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def results_of(path):
    """The node id and worker of each result, in the order of the lines."""
    return [(event["nodeid"], event["worker"]) for event in events_of(path) if event["type"] == "result"]


def write_run(path, sequence, args=(), slots=1, worker="gw0", **fields):
    """Writes the events of a run in which one worker ran `sequence`."""
    start = {
        "type": "run_started",
        "version": "0.1.0",
        "schema": 1,
        "run_id": "r",
        "rootdir": "/x",
        "invocation_dir": "/x",
        "python": "3",
        "pytest": "9",
        "slots": slots,
        "started_at": 1.0,
        "hostname": "h",
        "header": [],
        "options": {},
        "pytest_args": list(args),
        "engine": "auto",
        **fields,
    }
    zero = {"setup": 0, "call": 0, "teardown": 0}
    lines = [start]
    for node_id in sequence:
        lines.append(
            {
                "type": "result",
                "nodeid": node_id,
                "outcome": "passed",
                "duration_s": 0.0,
                "phases": zero,
                "started_at": 1.0,
                "agent": "a",
                "worker": worker,
                "attempt": 1,
                "engine": "pytest",
            }
        )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_replay_runs_what_the_worker_ran_in_its_order(project, execute):
    folder = project(TESTS)
    first = execute(folder, "-k", "not more")
    test, worker = results_of(first.report)[-1]
    replay = execute(folder, "--replay", first.report, "--until", test, "--worker", worker)
    expected = [(one, by) for one, by in results_of(first.report) if by == worker]
    assert results_of(replay.report) == expected
    started = events_of(replay.report)[0]
    assert started["pytest_args"] == ["-k", "not more"]
    assert f"fastest: runs {len(expected)} tests as worker {worker} of 2 did" in replay.stderr


def test_a_failure_is_replayed_as_the_worker_that_it_was(project, execute):
    folder = project(WORKER)
    first = execute(folder)
    (worker,) = {by for test, by in results_of(first.report) if test.endswith("test_worker")}
    replay = execute(folder, "--replay", first.report, "--until", "test_w.py::test_worker")
    assert replay.process.returncode == 1
    assert f"{worker} 2\n" in replay.stdout
    assert "1 failed" in replay.stdout


def test_an_order_that_goes_to_and_fro_between_modules(project, execute, tmp_path):
    files = {f"test_{name}.py": "import pytest\n\ndef test_1(): pass\ndef test_2(): pass\n" for name in "ab"}
    sequence = ["test_b.py::test_2", "test_a.py::test_1", "test_b.py::test_1", "test_a.py::test_2"]
    for slots in (1, 2):
        events = write_run(tmp_path / "made.jsonl", sequence, slots=slots)
        run = execute(project(files), "--replay", events)
        assert run.process.returncode == 0, run.text
        assert [test for test, _ in results_of(run.report)] == sequence


def test_options_that_stop_choose_or_write_are_not_repeated(project, execute, tmp_path):
    args = ["-x", "--maxfail=1", "--lf", "--basetemp=old", "--html=page.html", "--tb=line", "-p", "no:doctest"]
    events = write_run(tmp_path / "made.jsonl", ["tests/test_b.py::test_uses", "tests/test_b.py::test_makes"], args)
    run = execute(project(TESTS), "--replay", events)
    assert events_of(run.report)[0]["pytest_args"] == ["--tb=line", "-p", "no:doctest"]
    assert "1 failed, 1 passed" in run.stdout


def test_a_worker_that_is_replayed_keeps_out_of_the_cache(project, execute, tmp_path):
    folder = project(TESTS)
    execute(folder, "tests/test_b.py::test_uses")
    failed = (folder / ".pytest_cache/v/cache/lastfailed").read_text()
    assert "test_uses" in failed
    sequence = ["tests/test_b.py::test_makes", "tests/test_b.py::test_uses"]
    events = write_run(tmp_path / "made.jsonl", sequence, slots=2)
    assert execute(folder, "--replay", events).process.returncode == 0
    assert (folder / ".pytest_cache/v/cache/lastfailed").read_text() == failed


def test_a_test_that_is_gone_is_named(project, execute, tmp_path):
    events = write_run(tmp_path / "made.jsonl", ["tests/test_b.py::test_makes", "tests/test_b.py::test_old"])
    run = execute(project(TESTS), "--replay", events)
    assert run.process.returncode == 10, run.text
    assert "NOT RUN tests/test_b.py::test_old - gw0 did not find it" in run.text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--replay", "nowhere.jsonl"], "ERROR: --replay nowhere.jsonl: No such file or directory"),
        (["--until", "x"], "ERROR: --until is for --replay EVENTS: give both"),
        (["--bisect"], "ERROR: --bisect is for --replay EVENTS: give both"),
        (
            ["--replay", "made.jsonl", "--bisect"],
            "ERROR: --bisect needs the test that comes out differently: name it with --until NODEID",
        ),
        (["--replay", "made.jsonl", "tests"], "ERROR: --replay decides which tests are run: leave out tests"),
        (["--replay", "made.jsonl", "--until", "y"], "ERROR: --until y: that run has no result of such a test"),
        (["--replay", "made.jsonl", "--worker", "gw9"], "no result of such a worker; there are gw0"),
        (["--replay", "made.jsonl", "--shard", "1/2"], "ERROR: --shard does not go with --replay"),
        (["--replay", "made.jsonl", "--pdb"], "ERROR: --pdb does not go with --replay"),
        (["--check-isolation", "--co"], "ERROR: --co does not go with --check-isolation"),
        (["--shadow", "much"], "ERROR: --shadow much: a percentage is needed, for instance 2%"),
        (["--order", "random"], "ERROR: --order random: there are 'free' and 'pytest'"),
    ],
)
def test_what_makes_no_sense_is_said(project, execute, words, message):
    folder = project(TESTS)
    write_run(folder / "made.jsonl", ["tests/test_b.py::test_makes"])
    run = execute(folder, *words, events=False)
    assert run.process.returncode == 4
    assert message in run.stderr
    assert len(run.stderr.splitlines()) == 1


def bisect(execute, folder, events, until):
    return execute(folder, "--replay", events, "--until", until, "--bisect", events=False)


def test_the_spoiler_is_found(project, execute, tmp_path):
    folder = project(TESTS)
    order = [f"tests/test_a.py::test_fine[{i}]" for i in range(9)]
    order += ["tests/test_a.py::test_leaks", *[f"tests/test_a.py::test_more[{i}]" for i in range(9)]]
    events = write_run(tmp_path / "made.jsonl", [*order, "tests/test_b.py::test_unset"])
    run = bisect(execute, folder, events, "tests/test_b.py::test_unset")
    assert run.process.returncode == 0, run.text
    assert run.stdout == (
        "tests/test_b.py::test_unset\n"
        "  passed when run alone, failed after\n"
        "    tests/test_a.py::test_leaks\n"
        "  what these leave behind disturbs the test; to reproduce:\n"
        "    pytest tests/test_a.py::test_leaks tests/test_b.py::test_unset\n"
    )
    assert "bisect: after 19 tests: failed\n" in run.stderr
    assert not (folder / ".pytest_cache").exists()


def test_the_one_that_it_needs_is_found(project, execute, tmp_path):
    order = ["tests/test_a.py::test_more[1]", "tests/test_b.py::test_makes", "tests/test_a.py::test_more[2]"]
    events = write_run(tmp_path / "made.jsonl", [*order, "tests/test_b.py::test_uses"])
    run = bisect(execute, project(TESTS), events, "tests/test_b.py::test_uses")
    assert run.process.returncode == 0, run.text
    assert "failed when run alone, passed after\n    tests/test_b.py::test_makes\n  the test needs" in run.stdout


def test_one_that_fails_by_itself(project, execute, tmp_path):
    folder = project({"test_a.py": "def test_1(): pass\ndef test_2(): assert 0\n"})
    events = write_run(tmp_path / "made.jsonl", ["test_a.py::test_1", "test_a.py::test_2"])
    run = bisect(execute, folder, events, "test_a.py::test_2")
    assert run.process.returncode == 0, run.text
    assert run.stdout == "test_a.py::test_2\n  failed when run alone too: the tests before it are not the cause\n"


def test_one_that_is_different_each_time(project, execute, tmp_path):
    flaky = "import pathlib\n\ndef test_2():\n    mark = pathlib.Path('mark')\n    mark.touch(exist_ok=False)\n"
    folder = project({"test_a.py": "def test_1(): pass\n" + flaky})
    events = write_run(tmp_path / "made.jsonl", ["test_a.py::test_1", "test_a.py::test_2"])
    run = bisect(execute, folder, events, "test_a.py::test_2")
    assert run.process.returncode == 1, run.text
    assert "not the order: run alone twice, it came out as passed and then as failed" in run.stdout


def test_a_crash_has_its_spoiler_too(project, execute, tmp_path):
    text = "import os\n\ndef test_1(): pass\ndef test_2(): os.environ['X'] = '1'\n"
    folder = project({"test_a.py": text + "def test_3():\n    if 'X' in os.environ:\n        os._exit(3)\n"})
    events = write_run(tmp_path / "made.jsonl", [f"test_a.py::test_{i}" for i in (1, 2, 3)])
    run = bisect(execute, folder, events, "test_a.py::test_3")
    assert "passed when run alone, failed (crash) after\n    test_a.py::test_2\n" in run.stdout, run.text


def test_a_suite_whose_tests_stand_for_themselves(project, execute):
    text = "import pytest\n\n@pytest.mark.parametrize('i', range(6))\ndef test_1(i):\n    assert i != 3\n"
    run = execute(project({"test_a.py": text}), "--check-isolation", events=False)
    assert run.process.returncode == 0, run.text
    orders = "pytest's order; backwards; every other test in another worker; shuffled (seed 1)"
    assert run.stdout == f"6 tests in 4 orders ({orders}): every test came out the same in all of them\n"


def test_the_pairs_that_interfere_are_named(project, execute):
    run = execute(project(TESTS), "--check-isolation", events=False)
    assert run.process.returncode == 1, run.text
    assert "    pytest tests/test_a.py::test_leaks tests/test_b.py::test_unset\n" in run.stdout
    assert "    pytest tests/test_b.py::test_makes tests/test_b.py::test_uses\n" in run.stdout
    assert "): 2 tests came out differently; " in run.stdout


def test_nothing_to_check(project, execute):
    run = execute(project({"test_a.py": "import nowhere\n"}), "--check-isolation", events=False)
    assert run.process.returncode == 2
    assert "there is nothing to compare" in run.stderr


SHADOWED = {
    "conftest.py": "import os\n\nTOLD = 'PYTEST_XDIST_WORKER' in os.environ\n",
    "test_a.py": "from conftest import TOLD\n\ndef test_1():\n    assert not TOLD\n\ndef test_2():\n    pass\n",
    "test_b.py": "def test_1():\n    assert 0\n",
}


def test_pytest_agrees_with_its_shadow(project, execute):
    run = execute(project({"test_a.py": "def test_1(): pass\ndef test_2(): assert 0\n"}), "--shadow", "100%", "-x")
    assert run.process.returncode == 1
    assert run.stderr.endswith("shadow: pytest runs 1 batch with 2 tests, too\nshadow: the same\n")


def test_what_the_shadow_says_otherwise_is_a_warning(project, execute):
    folder = project(SHADOWED)
    run = execute(folder, "--shadow=100")
    assert run.process.returncode == 1
    assert "shadow: pytest runs 2 batches with 3 tests, too\n" in run.stderr
    assert "WARNING: pytest's outcome differs for 1 of these tests:\n" in run.stderr
    assert "  test_a.py::test_1: pytest passed, fastest failed\n" in run.stderr
    assert f"  fastest-coordinator --replay {run.report} --until test_a.py::test_1 --bisect\n" in run.stderr


def test_a_shadow_leaves_nothing_behind(project, execute, tmp_path):
    folder = project({"test_a.py": "def test_1(): pass\n", "test_b.py": "def test_1(): assert 0\n"})
    execute(folder)
    cache = folder / ".pytest_cache/v/cache"
    before = {path.name: path.read_bytes() for path in cache.iterdir()}
    execute(folder, "--shadow", "100%")
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == before


def test_a_shadow_that_has_no_part(project, execute):
    folder = project({"test_a.py": "def test_1(): pass\n"})
    assert "shadow: no batch was chosen this time" in execute(folder, "--shadow", "0.0000001%").stderr
    assert "shadow" not in execute(folder, "--shadow", "0").stderr
    assert "--shadow is ignored: with --last-failed, a second run" in execute(folder, "--shadow", "100%", "--lf").stderr


def order_of(report):
    modules = {}
    for test, worker in results_of(report):
        module = modules.setdefault(test.split("::")[0], ([], set()))
        module[0].append(test)
        module[1].add(worker)
    return modules


@pytest.mark.parametrize("conftest", ["", "def pytest_collection_modifyitems(items):\n    items[:] = items[::-1]\n"])
def test_with_pytests_order_a_module_is_one_workers(project, execute, conftest):
    """With the second conftest the suite is collected as a whole."""
    test = "import pytest, time\n\n@pytest.mark.parametrize('i', range(30))\ndef test_1(i):\n    time.sleep(0.01)\n"
    folder = project({"conftest.py": conftest, "test_long.py": test, "test_short.py": "def test_1(): pass\n"})
    # After this run the module is known to be long. Without --order it would be divided.
    execute(folder)
    run = execute(folder, "--order", "pytest")
    assert run.process.returncode == 0, run.text
    tests, workers = order_of(run.report)["test_long.py"]
    assert len(workers) == 1
    expected = [f"test_long.py::test_1[{i}]" for i in range(30)]
    assert tests == (expected[::-1] if conftest else expected)
