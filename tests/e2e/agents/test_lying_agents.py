"""What agents say is checked where it comes in: an agent that lies costs its own part, and nobody believes it."""

import hashlib
import json

import pytest
from coordinator_process import wait_until
from lying_agent import COLLECTED, REFUSED, START_RUN, LyingAgent, result

FAILS = "def test_a():\n    assert 0\n\ndef test_b():\n    assert 0\n"
MODULES = [f"test_{n}.py" for n in range(5)]
HOSTILE = "::error::boom\x1b]0;owned\x07\n::error::second line"


def digest_of(modules):
    """As a worker makes it of a collection by module."""
    digest = hashlib.blake2b(digest_size=16)
    for name in modules:
        digest.update(name.encode())
        digest.update(b"\0")
    return digest.hexdigest()


@pytest.fixture
def listening(project, start, tmp_path):
    """Starts a coordinator that waits for agents on a project of tests that fail. Returns the run and its address."""

    def listening(*args, files=None):
        folder = project(files or dict.fromkeys(MODULES, FAILS))
        port = tmp_path / "coordinator-port"
        run = start(folder, "--listen", "127.0.0.1:0", "--port-file", port, *args)
        wait_until(port.exists, "the coordinator's port file")
        return folder, run, port.read_text().strip()

    return listening


def test_names_and_reasons_of_agents_are_no_commands(listening):
    _, run, address = listening()
    with LyingAgent(address, name=HOSTILE) as liar:
        assert liar.wait_for(START_RUN)
        liar.event(REFUSED, (1, HOSTILE), (2, 10))
        assert run.wait() == 10, run.text
    assert "\\x1b]0;owned" in run.text
    assert "\x1b" not in run.text
    assert not any(line.lstrip().startswith(("::", "##")) for line in run.text.splitlines()), run.text


def test_an_agent_with_billions_of_slots_is_turned_away(listening):
    _, run, address = listening("--wait-agents", 3)
    with LyingAgent(address, slots=2**32 - 1) as liar:
        assert liar.ended.wait(60)
        assert run.wait() == 10, run.text
    assert "agent liar offers too many slots" in run.text


@pytest.mark.parametrize("number", [1e13, 1e300, float("inf"), float("-inf"), float("nan")])
def test_every_report_is_written_whatever_the_times(listening, tmp_path, number):
    trace, ctrf = tmp_path / "trace.json", tmp_path / "ctrf.json"
    page, junit = tmp_path / "page.html", tmp_path / "junit.xml"
    reports = ["--trace-json", trace, "--report-ctrf", ctrf, "--report-html", page, "--junitxml", junit]
    _, run, address = listening(*reports, files={"test_0.py": FAILS})
    with LyingAgent(address) as liar:
        liar.begin(["test_0.py"])
        lease_id, module = liar.lease()
        assert module == "test_0.py"
        liar.collect(lease_id, "test_0.py::test_a", "test_0.py::test_b")
        liar.report(result(lease_id, "test_0.py::test_a", start=number))
        liar.report(result(lease_id, "test_0.py::test_b", seconds=number))
        liar.lease_done(lease_id)
        liar.end()
        assert run.wait() == 0, run.text
    assert run.outcomes() == {"test_0.py::test_a": "passed", "test_0.py::test_b": "passed"}
    assert json.loads(trace.read_text())["traceEvents"]
    assert json.loads(ctrf.read_text())["results"]["summary"]["passed"] == 2
    assert page.stat().st_size > 0 and junit.stat().st_size > 0


@pytest.mark.parametrize("own_lease", [False, True], ids=["lease-that-it-does-not-hold", "tests-of-others"])
def test_results_count_from_the_slot_that_holds_the_lease(listening, agent, own_lease):
    folder, run, address = listening("--min-agents", 2)
    agent(folder, "--join", address, listen="")
    with LyingAgent(address) as liar:
        liar.begin(MODULES, digest_of(MODULES))
        lease_id, module = liar.lease()
        for other in MODULES:
            if other == module:
                continue
            tests = [f"{other}::test_a", f"{other}::test_b"]
            # It may hold more leases than it has looked at, but none of this number.
            lease = lease_id if own_lease else 1000
            liar.collect(lease, *tests)
            liar.report(*[result(lease, test) for test in tests])
        assert run.wait() == 1, run.text
    assert run.outcomes() == {f"{name}::test_{x}": "failed" for name in MODULES for x in "ab"}, run.text
    assert "agent liar was lost (it can't be believed: it " in run.text


def test_an_agent_that_deselects_everything_does_not_make_a_good_run(listening):
    _, run, address = listening(files={"test_0.py": FAILS})
    with LyingAgent(address) as liar:
        liar.begin(["test_0.py"])
        lease_id, _ = liar.lease()
        liar.say(COLLECTED, (1, lease_id), (5, 2**32 - 1), (6, "m"))
        liar.lease_done(lease_id)
        liar.end()
        assert run.wait() != 0, run.text
    assert "-1 deselected" not in run.text
