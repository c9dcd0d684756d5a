"""A run over many agents gives pytest's verdict, whatever happens to agents, networks and coordinators."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import farm as farms
import parity
import pytest
from machines import wait_until

# All of networkx takes minutes, so tools/test runs a part of it.
WHOLE = os.environ.get("FASTEST_WHOLE_SUITES") == "1"
FOUR = ("alpha", "beta", "gamma", "delta")
TWO = FOUR[:2]


def ask(*args):
    tool = parity.ROOT / "tools/suites"
    return subprocess.run([tool, *args], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def use_again(farm, project, board, expected, *names):
    """Checks that the agents are unharmed: another run over only these agents gives pytest's verdict."""
    board.open_gate()
    assert farm.differences(expected, farm.run(project, agents=names)) == []


@pytest.mark.real_suite
@pytest.mark.parametrize("name", ["attrs", "networkx"] if WHOLE else ["networkx"])
def test_public_suites_over_four_machines(make_farm, tmp_path, name):
    (source,) = ask(name)
    (python,) = ask("--python", name)
    args = ["networkx/classes"] if name == "networkx" and not WHOLE else []
    project = parity.copy_project(Path(source), tmp_path / "source" / name)
    expected = farms.expected_of(project, args=args, python=python)
    assert len(expected.outcomes) > 400
    farm = make_farm(*FOUR, python=python)
    for machine in FOUR:
        farm.agent(machine, project)
    for machine in farm.network:
        # Each machine sees only its own copy, and not the original.
        machine.hide(project)
    run = farm.run(project, *args, agents=FOUR)
    assert farm.differences(expected, run) == []
    assert {event["agent"] for event in run.events("result")} == set(FOUR)


def test_agent_killed_in_the_midst_of_a_run(make_farm, project, board, expected):
    farm = make_farm(*FOUR)
    agents = [farm.agent(name, project) for name in FOUR]
    run = farm.run(project, agents=FOUR)
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    agents[0].program.send(signal.SIGKILL)
    assert agents[0].program.wait() == -signal.SIGKILL
    wait_until(lambda: agents[0].is_alone(board), "the end of the workers of the agent that was killed")
    board.open_gate()
    assert farm.differences(expected, run) == []
    assert "alpha" in run.text, "the agent that was lost is named"


def test_agent_cut_off_for_longer_than_the_lease_and_back(make_farm, project, board, expected):
    farm = make_farm(*FOUR)
    agents = [farm.agent(name, project) for name in FOUR]
    run = farm.run(project, agents=FOUR)
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    farm.network.cut("alpha")
    # The agent ends its workers by itself, because the coordinator cannot reach it.
    wait_until(lambda: agents[0].is_alone(board), "the end of the cut-off agent's workers")
    farm.network.heal("alpha")
    board.open_gate()
    assert farm.differences(expected, run) == []
    use_again(farm, project, board, expected, "alpha")


def test_agent_cut_off_for_a_moment_keeps_its_work(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    agents = [farm.agent(name, project) for name in TWO]
    run = farm.run(project, agents=TWO)
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    farm.network.cut("alpha")
    farm.network.heal("alpha")
    board.open_gate()
    assert farm.differences(expected, run) == []
    # No test was begun twice.
    assert len(board.entries()) == len({entry.test for entry in board.entries()})


@pytest.mark.parametrize("way", ["dialled", "joined"])
def test_agent_cut_off_for_less_than_the_lease_loses_nothing(make_farm, project, board, expected, way):
    farm = make_farm(*TWO)
    lease = ("--lease", 10)
    if way == "dialled":
        agents = [farm.agent(name, project) for name in TWO]
        run = farm.run(project, *lease, agents=TWO)
    else:
        run = farm.run(project, *lease, listen=True)
        agents = [farm.agent(name, project, way=("--join", f"desk:{farms.PORT}")) for name in TWO]
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    farm.network.cut("alpha")
    run.program.wait_for_text("agent alpha is out of reach")
    board.open_gate()
    # The agent works on, and its results do not arrive yet.
    wait_until(lambda: len([entry for entry in board.entries() if entry.host == "alpha"]) > 1, "alpha's next test")
    farm.network.heal("alpha")
    assert farm.differences(expected, run) == []
    assert "agent alpha is back" in run.text
    assert "alpha was lost" not in run.text
    # No test was begun twice.
    assert len(board.entries()) == len({entry.test for entry in board.entries()})


def test_an_agent_that_is_held_up_holds_up_next_to_nothing(make_farm, tmp_path, board):
    project = farms.held_project(tmp_path / "source/wide", board, modules=1)
    many = "@pytest.mark.parametrize('n', range(2000))\ndef test_n(n): pass\n"
    many = f"import pytest\n\ndef test_held_first(held): pass\n\n{many}"
    (project / "test_module_0.py").unlink()
    (project / "test_wide.py").write_text(many, "utf-8")
    expected = farms.expected_of(project, board)
    farm = make_farm(*TWO)
    for name in TWO:
        farm.agent(name, project)
    run = farm.run(project, agents=TWO)
    # A test holds one agent. The other runs all tests but the few that wait behind that test.
    wait_until(lambda: len(run.events("result")) >= 1900, "the results of the agent that is free")
    assert len(board.entries()) == 1
    board.open_gate()
    assert farm.differences(expected, run) == []


def test_lossy_network(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    for name in TWO:
        farm.agent(name, project)
    farm.network.loss(0.02)
    board.open_gate()
    assert farm.differences(expected, farm.run(project, agents=TWO)) == []


def test_agent_joins_half_way(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    run = farm.run(project, listen=True)
    join = ("--join", f"desk:{farms.PORT}")
    alpha = farm.agent("alpha", project, way=join)
    wait_until(lambda: alpha.runs_test(board), "a test on alpha")
    beta = farm.agent("beta", project, way=join)
    wait_until(lambda: beta.runs_test(board), "a test on beta")
    board.open_gate()
    assert farm.differences(expected, run) == []
    assert {event["agent"] for event in run.events("result")} == set(TWO)


def test_agent_frozen(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    agents = [farm.agent(name, project) for name in TWO]
    run = farm.run(project, agents=TWO)
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    agents[0].program.send(signal.SIGSTOP)
    board.open_gate()
    assert farm.differences(expected, run) == []
    agents[0].program.send(signal.SIGCONT)
    wait_until(lambda: agents[0].is_alone(board), "the end of the workers of the agent that was frozen")
    use_again(farm, project, board, expected, "alpha")


# An agent with an unknown protocol version. It says hello, and prints the coordinator's answer.
OLD_AGENT = """
import sys
import threading
import grpc

hello = b"\\x08\\xe7\\x07" + b"\\x12\\x03old" + b"\\x1a\\x01i" + b"\\x20\\x01" + b"\\x2a\\x03old"
channel = grpc.insecure_channel(sys.argv[1])
join = channel.stream_stream("/fastest.v1.AgentRendezvous/Join", lambda raw: raw, lambda raw: raw)
ended = threading.Event()

def say():
    yield b"\\x0a" + bytes([len(hello)]) + hello
    ended.wait()

try:
    for _ in join(say(), wait_for_ready=True, timeout=60):
        pass
    print("ended: OK")
except grpc.RpcError as error:
    print("ended:", error.code().name, error.details())
ended.set()
"""


def test_agent_of_another_protocol_version(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    run = farm.run(project, listen=True)
    old = farm.network["beta"].start([sys.executable, "-c", OLD_AGENT, f"desk:{farms.PORT}"])
    old.wait_for_text("ended:")
    assert "FAILED_PRECONDITION" in old.text
    assert "999" in old.text
    farm.agent("alpha", project, way=("--join", f"desk:{farms.PORT}"))
    board.open_gate()
    assert farm.differences(expected, run) == []
    assert "agent old speaks protocol version 999, this coordinator 1" in run.text


def test_coordinator_killed_sets_its_agents_free(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    agents = [farm.agent(name, project) for name in TWO]
    run = farm.run(project, agents=TWO)
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    run.program.send(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    # The gate is closed, so the tests cannot have ended by themselves.
    wait_until(lambda: all(agent.is_alone(board) for agent in agents), "the end of its workers")
    use_again(farm, project, board, expected, *TWO)


def test_coordinator_cut_off_sets_its_agents_free(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    agents = [farm.agent(name, project) for name in TWO]
    run = farm.run(project, agents=TWO)
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    farm.network.cut("desk")
    wait_until(lambda: all(agent.is_alone(board) for agent in agents), "the end of its workers")
    # All agents are lost, so the run cannot go on, and says so.
    assert run.wait() == 10
    farm.network.heal("desk")
    use_again(farm, project, board, expected, *TWO)


def test_two_coordinators_on_the_same_agents(make_farm, project, board, expected, tmp_path):
    other_board = farms.Board(tmp_path / "other_board")
    other = farms.held_project(tmp_path / "source/other/project", other_board, modules=4)
    other_expected = farms.expected_of(other, other_board)
    farm = make_farm(*TWO)
    # Each agent has one checkout with both projects.
    both = tmp_path / "both"
    parity.copy_project(project, both / "one")
    parity.copy_project(other, both / "two")
    (both / "pytest.ini").write_text("[pytest]\n", "utf-8")
    agents = [farm.agent(name, both, slots=2) for name in TWO]
    runs = [farm.run(both, "--rootdir", ".", "one", agents=TWO)]
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test of the first run on each machine")
    runs.append(farm.run(both, "--rootdir", ".", "two", agents=TWO))
    # The second run gets its share of the slots when leases of the first are done.
    board.open_gate()
    wait_until(lambda: other_board.entries(), "a test of the second run")
    other_board.open_gate()
    for folder, run, verdict in (("one", runs[0], expected), ("two", runs[1], other_expected)):
        assert run.wait() == 1, run.text
        outcomes = {event["nodeid"]: event["outcome"] for event in run.events("result")}
        wanted = {f"{folder}/{nodeid}": word for nodeid, (word,) in verdict.outcomes.items()}
        assert outcomes == wanted
        assert len(run.events("result")) == len(wanted)
    assert all(agent.is_alone(board) and agent.is_alone(other_board) for agent in agents)


def test_drain_while_idle(make_farm, project):
    farm = make_farm("alpha")
    agent = farm.agent("alpha", project)
    agent.program.send(signal.SIGTERM)
    assert agent.program.wait() == 0


def test_drain_in_the_midst_of_a_run(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    alpha, beta = (farm.agent(name, project) for name in TWO)
    run = farm.run(project, agents=TWO)
    wait_until(lambda: alpha.runs_test(board) and beta.runs_test(board), "a test on each machine")
    (held,) = [entry for entry in board.entries() if entry.host == "alpha"]
    alpha.program.send(signal.SIGTERM)
    board.open_gate()
    assert alpha.program.wait() == 75
    assert farm.differences(expected, run) == []
    # The running test was finished on alpha, and not begun again elsewhere.
    assert [entry.host for entry in board.entries() if entry.test == held.test] == ["alpha"]


def test_no_agent_at_all(make_farm, project):
    farm = make_farm("alpha")
    run = farm.run(project, "--wait-agents", "1", agents=["alpha"])
    assert run.wait() == 10
    assert "alpha:7070" in run.text
    assert "Traceback" not in run.text
    assert run.events("result") == []


def test_all_addresses_of_a_name(make_farm, project, board, expected):
    farm = make_farm(*TWO)
    agents = [farm.agent(name, project) for name in TWO]
    run = farm.run(project, agents=[f"dns:///everybody:{farms.PORT}"])
    wait_until(lambda: all(agent.runs_test(board) for agent in agents), "a test on each machine")
    board.open_gate()
    # The name also stands for the desk, which has no agent.
    assert farm.differences(expected, run) == []


def test_a_test_may_take_longer_than_the_lease(make_farm, tmp_path):
    project = tmp_path / "source/slow"
    project.mkdir(parents=True)
    count = tmp_path / "count"
    text = f"import time\ndef test_slow():\n    open({str(count)!r}, 'a').write('x')\n    time.sleep(2)\n"
    (project / "test_slow.py").write_text(text, "utf-8")
    farm = make_farm(*TWO)
    for name in TWO:
        farm.agent(name, project)
    run = farm.run(project, "--lease", "1", agents=TWO)
    assert run.wait() == 0, run.text
    assert count.read_text("utf-8") == "x", "it was begun twice"


def test_stale_checkout_is_refused_by_name(make_farm, project, board, expected, tmp_path):
    stale = parity.copy_project(project, tmp_path / "stale/project")
    with (stale / "test_module_0.py").open("a", encoding="utf-8") as file:
        file.write("\ndef test_of_yesterday(): pass\n")
    farm = make_farm(*TWO)
    farm.agent("alpha", stale)
    farm.agent("beta", project)
    board.open_gate()
    run = farm.run(project, agents=TWO)
    assert farm.differences(expected, run) == []
    assert {event["agent"] for event in run.events("result")} == {"beta"}
    assert "test_module_0.py" in run.text
