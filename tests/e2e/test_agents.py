"""Agents that listen or join, as processes of their own with checkouts of their own."""

import signal
import subprocess
from pathlib import Path

import grpc
import pytest
from coordinator_process import wait_until

ROOT = Path(__file__).resolve().parents[2]

TESTS = {
    "pytest.ini": "[pytest]\n",
    "conftest.py": "import pytest\n\n@pytest.fixture\ndef number():\n    return 1\n",
    "sub/test_a.py": "def test_one(number):\n    assert number == 1\n\ndef test_bad():\n    assert 0\n",
    "sub/test_b.py": "import pytest\n\n@pytest.mark.parametrize('n', range(20))\ndef test_many(n):\n    pass\n",
}
OUTCOMES = {
    "sub/test_a.py::test_one": "passed",
    "sub/test_a.py::test_bad": "failed",
    **{f"sub/test_b.py::test_many[{n}]": "passed" for n in range(20)},
}
# Runs until the file GO is there; says that it does by a file of its own.
WAITS = """
import os, pathlib, time
import pytest

@pytest.mark.parametrize('n', range(3))
def test_waits(n):
    pathlib.Path(os.environ['HERE'], f'started-{os.getpid()}-{n}').touch()
    while not pathlib.Path(os.environ['HERE'], 'go').exists():
        time.sleep(0.01)
"""


def started(tmp_path):
    return list(tmp_path.glob("started-*"))


def test_a_run_on_two_agents_that_listen(project, agent, execute, tmp_path):
    folder = project(TESTS)
    agents = [agent(folder), agent(folder)]
    run = execute(folder, "--agents", ",".join(one.address for one in agents))
    assert run.process.returncode == 1, run.text
    assert run.outcomes() == OUTCOMES
    assert {result["agent"] for result in run.results().values()} <= {"a0", "a1"}
    assert len({event["worker"] for event in run.events("worker_started")}) == 2
    assert run.events("run_started")[0]["rootdir"] == str(folder)
    assert "-n 2 is ignored" in run.stderr
    # And again: an agent outlives its runs.
    assert execute(folder, "--agents", agents[0].address).outcomes() == OUTCOMES
    for one in agents:
        one.send(signal.SIGTERM)
        assert one.wait() == 0, one.text
        assert one.nothing_left()


def test_an_agent_that_joins_serves_run_after_run(project, agent, start, tmp_path):
    folder = project(TESTS)
    port = tmp_path / "coordinator-port"
    address = ""
    for _ in range(2):
        run = start(folder, "--listen", address or "127.0.0.1:0", "--port-file", port)
        wait_until(port.exists, "the coordinator's port file")
        if not address:
            address = port.read_text().strip()
            one = agent(folder, "--join", address, "--idle-exit", 600, listen="")
        assert run.wait() == 1, run.text
        assert run.outcomes() == OUTCOMES
    one.send(signal.SIGTERM)
    assert one.wait() == 0


def test_an_idle_agent_ends_by_itself(project, agent):
    one = agent(project(TESTS), "--idle-exit", 0.2)
    assert one.wait() == 0, one.text
    assert one.nothing_left()


def test_environment_directory_and_paths_are_the_agents_own(project, agent, execute):
    folder = project(
        {
            "pytest.ini": "[pytest]\n",
            "sub/test_env.py": """
import os, pathlib

def test_env(request):
    here = pathlib.Path(__file__).parent
    assert here.parent.name == 'checkout-a0'
    assert pathlib.Path.cwd() == here
    assert request.config.rootpath == here.parent
    assert os.environ['PASSED'] == 'from the coordinator'
    assert os.environ['SET'] == 'a=b'
    assert os.environ['OWN'] == 'the agent'
    assert 'LEFT' not in os.environ
    assert os.environ['PYTEST_ADDOPTS'] == '-rA'
    assert 'CI' not in os.environ
""",
        }
    )
    one = agent(folder, env={"OWN": "the agent", "SET": "overridden", "CI": "1"})
    env = {"PASSED": "from the coordinator", "LEFT": "x", "OWN": "not this", "PYTEST_ADDOPTS": "-rA"}
    run = execute(
        folder / "sub",
        "--agents",
        one.address,
        "--pass-env",
        "PASSED,NOT_THERE",
        "--set-env=SET=a=b",
        f"{folder}/sub/test_env.py::test_env",
        env=env,
    )
    assert run.process.returncode == 0, run.text
    assert run.outcomes() == {"sub/test_env.py::test_env": "passed"}


def test_who_can_not_be_reached_is_named_and_the_run_goes_on(project, agent, execute):
    folder = project(TESTS)
    run = execute(folder, "--agents", f"127.0.0.1:1,{agent(folder).address}")
    assert run.process.returncode == 1
    assert run.outcomes() == OUTCOMES
    assert "agent 127.0.0.1:1: Connection refused" in run.stderr


def test_what_an_agent_says_of_itself_stands_in_the_events(project, agent, execute):
    folder = project(TESTS)
    one = agent(folder, "--label", "os=debian", "--label", "gpu=")
    run = execute(folder, "--agents", one.address)
    labels = [event["labels"] for event in run.events("worker_started")]
    assert labels == [{"os": "debian", "gpu": ""}]


def test_an_agent_whose_workers_keep_dying_is_set_aside_by_name(project, agent, start, tmp_path):
    folder = project({"pytest.ini": "[pytest]\n", "conftest.py": "", **{f"test_{n}.py": WAITS for n in range(30)}})
    agents = [agent(folder), agent(folder)]
    dies = "import os, pathlib\npathlib.Path(os.environ['HERE'], f'died-{os.getpid()}').touch()\nos._exit(3)\n"
    (tmp_path / "checkout-a0" / "conftest.py").write_text(dies)
    run = start(folder, "--allow-stale", "--agents", ",".join(one.address for one in agents), "--min-agents", 2)
    wait_until(lambda: started(tmp_path) and len(list(tmp_path.glob("died-*"))) == 3, "three deaths")
    (tmp_path / "go").touch()
    assert run.wait() == 0, run.text
    assert "agent a0 gets no more tests: its workers keep dying" in run.text
    assert len(run.outcomes()) == 90
    assert set(run.outcomes().values()) == {"passed"}


def test_an_agent_tells_tools_of_grpc_that_it_serves(project, agent):
    one = agent(project(TESTS))
    with grpc.insecure_channel(one.address) as channel:
        # HealthCheckRequest {} and HealthCheckResponse {status: SERVING}
        assert channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=30) == b"\x08\x01"
        # ServerReflectionRequest {list_services: "*"}
        reflect = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
        (answer,) = reflect(iter([b"\x3a\x01*"]), timeout=30)
    for service in (b"fastest.v1.Agent", b"grpc.health.v1.Health"):
        assert service in answer


def test_no_agent_at_all_is_one_clear_error(project, execute):
    run = execute(project(TESTS), "--agents", "127.0.0.1:1,127.0.0.1:2")
    assert run.process.returncode == 10
    errors = [line for line in run.stderr.splitlines() if line.startswith("ERROR")]
    assert len(errors) == 1
    assert "no agent could be had: 127.0.0.1:1 (Connection refused), 127.0.0.1:2 (Connection refused)" in errors[0]


def test_a_checkout_that_differs_is_refused_by_name(project, agent, execute, tmp_path):
    folder = project(TESTS)
    one = agent(folder)
    (tmp_path / "checkout-a0" / "sub" / "test_b.py").write_text("def test_new(): pass\n")
    run = execute(folder, "--agents", one.address)
    assert run.process.returncode == 10, run.text
    assert "sub/test_b.py differs" in run.stderr
    assert "--allow-stale" in run.stderr
    run = execute(folder, "--agents", one.address, "--allow-stale", "sub/test_b.py")
    assert run.outcomes() == {"sub/test_b.py::test_new": "passed"}
    good = agent(folder)
    run = execute(folder, "--agents", f"{one.address},{good.address}", "--min-agents", 2)
    assert run.process.returncode == 1, run.text
    assert run.outcomes() == OUTCOMES


def test_a_checkout_that_changes_in_mid_run_is_left_by_name(project, agent, start, tmp_path):
    folder = project({"pytest.ini": "[pytest]\n", **{f"test_{n}.py": WAITS for n in range(8)}})
    agents = [agent(folder), agent(folder)]
    run = start(folder, "--agents", ",".join(one.address for one in agents), "--min-agents", 2)
    wait_until(lambda: len(started(tmp_path)) == 2, "a test on each agent")
    for n in range(8):
        (tmp_path / "checkout-a0" / f"test_{n}.py").write_text("def test_of_another_version(): pass\n")
    (tmp_path / "go").touch()
    assert run.wait() == 0, run.text
    assert set(run.outcomes().values()) == {"passed"}
    assert len(run.outcomes()) == 24
    assert not any("another_version" in nodeid for nodeid in run.outcomes())
    assert "agent a0 leaves the run when it has finished the tests that it runs" in run.text
    assert "differs" in run.text


def test_the_last_checkout_that_changes_ends_the_run_with_the_reason(project, agent, start, tmp_path):
    folder = project({"pytest.ini": "[pytest]\n", **{f"test_{n}.py": WAITS for n in range(8)}})
    one = agent(folder)
    run = start(folder, "--agents", one.address, "--lease", 1)
    wait_until(lambda: started(tmp_path), "a test")
    for n in range(8):
        (tmp_path / "checkout-a0" / f"test_{n}.py").write_text("def test_of_another_version(): pass\n")
    (tmp_path / "go").touch()
    assert run.wait() == 10, run.text
    assert not any("another_version" in nodeid for nodeid in run.outcomes())
    assert "is not the coordinator's" in run.text


def test_no_pytest_there_is_named(project, agent, execute):
    folder = project(TESTS)
    one = agent(folder, "--python", "/no/such/python")
    run = execute(folder, "--agents", one.address)
    assert run.process.returncode == 10, run.text
    assert 'no Python interpreter "/no/such/python"' in run.stderr


def test_an_agent_killed_in_mid_run_loses_no_test(project, agent, start, tmp_path):
    folder = project({"pytest.ini": "[pytest]\n", **{f"test_{n}.py": WAITS for n in range(4)}})
    agents = [agent(folder), agent(folder)]
    run = start(folder, "--agents", ",".join(one.address for one in agents), "--min-agents", 2)
    wait_until(lambda: len(started(tmp_path)) == 2, "a test on each agent")
    agents[0].process.kill()
    assert agents[0].nothing_left()
    (tmp_path / "go").touch()
    assert run.wait() == 0, run.text
    assert set(run.outcomes().values()) == {"passed"}
    assert len(run.outcomes()) == 12
    assert "agent a0 was lost" in run.text


def test_sigterm_in_mid_run_finishes_the_running_test_and_hands_on_the_rest(project, agent, start, tmp_path):
    folder = project({"pytest.ini": "[pytest]\n", **{f"test_{n}.py": WAITS for n in range(4)}})
    agents = [agent(folder), agent(folder)]
    run = start(folder, "--agents", ",".join(one.address for one in agents), "--min-agents", 2)
    wait_until(lambda: len(started(tmp_path)) == 2, "a test on each agent")
    agents[0].send(signal.SIGTERM)
    (tmp_path / "go").touch()
    assert agents[0].wait() == 75, agents[0].text
    assert run.wait() == 0, run.text
    assert set(run.outcomes().values()) == {"passed"}
    assert len(run.outcomes()) == 12


def test_a_second_signal_ends_it(project, agent, start, tmp_path):
    folder = project({"pytest.ini": "[pytest]\n", "test_0.py": WAITS})
    one = agent(folder)
    run = start(folder, "--agents", one.address, "--lease", 1)
    wait_until(lambda: started(tmp_path), "a test")
    one.send(signal.SIGTERM)
    # Another one, since two of a kind that come at once are one to the kernel.
    one.send(signal.SIGINT)
    assert one.wait() == 75
    assert one.nothing_left()
    assert run.wait() == 10, run.text
    assert "test_0.py" in run.text


def test_a_coordinator_killed_leaves_the_agent_free(project, agent, start, execute, tmp_path):
    folder = project({"pytest.ini": "[pytest]\n", "test_0.py": WAITS})
    one = agent(folder)
    run = start(folder, "--agents", one.address, "--lease", 2)
    wait_until(lambda: started(tmp_path), "a test")
    worker = int(started(tmp_path)[0].name.split("-")[1])
    run.process.kill()
    wait_until(lambda: worker not in one.processes(), "the worker's end")
    (tmp_path / "go").touch()
    assert execute(folder, "--agents", one.address).process.returncode == 0


def test_two_coordinators_on_one_agent(project, agent, start, tmp_path):
    who = "import os\ndef test(): assert os.environ['WHO'] in 'xy'\n"
    folder = project({"pytest.ini": "[pytest]\n", "test_0.py": WAITS, "test_1.py": who})
    one = agent(folder, slots=2)
    runs = [start(folder, "--agents", one.address, "--set-env", f"WHO={who}") for who in "xy"]
    (tmp_path / "go").touch()
    for run in runs:
        assert run.wait() == 0, run.text
        assert len(run.outcomes()) == 4


# Each test says on the board when it begins and ends, from set-up to teardown.
# Each lingers for a moment while the other run has not begun.
STAMPS = """
import os, pathlib, time
import pytest

BOARD = pathlib.Path(os.environ['HERE'], 'board')
WHO = os.environ['WHO']

def say(word, nodeid):
    with BOARD.open('a') as board:
        board.write(f'{WHO} {word} {nodeid}\\n')

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    say('begins', item.nodeid)
    end = time.monotonic() + 0.5
    other = 'y' if WHO == 'x' else 'x'
    while f'{other} begins' not in BOARD.read_text() and time.monotonic() < end:
        time.sleep(0.005)
    yield
    say('ends', item.nodeid)

@pytest.fixture(scope='module')
def mine(request):
    kept = pathlib.Path(f'{WHO}-kept')
    assert not kept.exists(), 'of a module before'
    kept.touch()
    yield WHO
    kept.unlink()
"""
STAMPED = """
import os

def test_passes(mine):
    assert mine == os.environ['WHO']

def test_fails(mine):
    assert os.environ['WHO'] == 'neither'

def test_is_last(mine):
    pass
"""


def test_two_runs_take_turns_on_a_single_slot(project, agent, start, tmp_path):
    modules = [f"test_{n:02}.py" for n in range(12)]
    folder = project({"pytest.ini": "[pytest]\n", "conftest.py": STAMPS, **dict.fromkeys(modules, STAMPED)})
    one = agent(folder)
    runs = {who: start(folder, "--agents", one.address, "--set-env", f"WHO={who}") for who in "xy"}
    words = {"test_passes": "passed", "test_fails": "failed", "test_is_last": "passed"}
    expected = {f"{module}::{test}": word for module in modules for test, word in words.items()}
    for run in runs.values():
        assert run.wait() == 1, run.text
        assert run.outcomes() == expected
    stamps = [line.split() for line in (tmp_path / "board").read_text().splitlines()]
    assert len(stamps) == 2 * 2 * len(expected)
    # Whoever begins is the next to end: no two tests at once.
    for (who, begins, test), end in zip(stamps[::2], stamps[1::2]):
        assert begins == "begins"
        assert end == [who, "ends", test]
    # Neither was kept waiting for the other's end.
    order = [who for who, _, _ in stamps]
    assert order.index("y") < len(order) - 1 - order[::-1].index("x")
    assert order.index("x") < len(order) - 1 - order[::-1].index("y")


def test_slots_of_a_machine_have_numbers_of_their_own(project, agent, start, tmp_path):
    """Over the agents and runs that are under way at a time, the embedded one included."""
    files = {
        "pytest.ini": "[pytest]\n",
        "test_slot.py": """
import os, pathlib, time

def test_slot():
    here = pathlib.Path(os.environ['HERE'])
    (here / f"slot-{os.environ['FASTEST_SLOT']}-{os.getpid()}").touch()
    while not (here / 'go').exists():
        time.sleep(0.01)
""",
    }
    folder = project(files)
    # Two runs use the first at once.
    agents = [agent(folder, slots=2), agent(folder)]
    here = {"HERE": str(tmp_path)}
    runs = [start(folder, "--agents", one.address) for one in [*agents, agents[0]]] + [start(folder, env=here)]
    wait_until(lambda: len(list(tmp_path.glob("slot-*"))) == 4, "the tests of all runs")
    assert len({path.name.split("-")[1] for path in tmp_path.glob("slot-*")}) == 4
    (tmp_path / "go").touch()
    for run in runs:
        assert run.wait() == 0, run.text


@pytest.fixture
def certificates(tmp_path):
    folder = tmp_path / "certificates"
    subprocess.run([ROOT / "tools" / "certs", folder], check=True, capture_output=True)

    def options(side):
        return [
            "--tls-ca",
            folder / "ca.pem",
            "--tls-cert",
            folder / f"{side}.pem",
            "--tls-key",
            folder / f"{side}.key",
        ]

    return options


def test_tls_with_certificates_on_both_sides(project, agent, execute, certificates):
    folder = project(TESTS)
    one = agent(folder, *certificates("agent"))
    run = execute(folder, "--agents", one.address, *certificates("coordinator"))
    assert run.outcomes() == OUTCOMES, run.text
    # Without a certificate, or in plain text, nobody gets in.
    for args in (certificates("coordinator")[:2], []):
        run = execute(folder, "--agents", one.address, *args)
        assert run.process.returncode == 10, run.text
        assert "no agent could be had" in run.stderr


def test_the_token_decides(project, agent, execute, tmp_path):
    folder = project(TESTS)
    (tmp_path / "right").write_text("correct-horse\n")
    (tmp_path / "wrong").write_text("battery-staple\n")
    one = agent(folder, "--token-file", tmp_path / "right")
    assert execute(folder, "--agents", one.address, "--token-file", tmp_path / "right").outcomes() == OUTCOMES
    for args, why in ((["--token-file", tmp_path / "wrong"], "the token is another one"), ([], "no token was shown")):
        run = execute(folder, "--agents", one.address, *args)
        assert run.process.returncode == 10
        assert why in run.stderr
        assert "horse" not in run.text and "staple" not in run.text


def test_plain_text_stays_on_this_machine(project, agent, execute):
    folder = project(TESTS)
    one = agent(folder, listen="0.0.0.0:0")
    assert one.wait() == 4
    assert "--insecure" in one.stderr
    for args in (["--agents", "192.0.2.1:7070"], ["--listen", "0.0.0.0:0"]):
        run = execute(folder, *args)
        assert run.process.returncode == 4
        assert "--insecure" in run.stderr
