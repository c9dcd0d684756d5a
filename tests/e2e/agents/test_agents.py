"""Agents that listen or join. Each is a process with its own checkout."""

import signal
from pathlib import Path

import grpc
from coordinator_process import wait_until

ROOT = Path(__file__).resolve().parents[3]

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
# Each test makes a file when it starts, and ends when the file `go` exists.
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
    # An agent outlives its runs and serves another one.
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


def test_an_agent_keeps_pytest_loaded(project, agent, execute, tmp_path):
    folder = project(
        {
            "test_it.py": "import os\n\ndef test_it():\n"
            "    line = f\"{os.getppid()} {os.environ.get('COLOUR')} {os.environ.get('PYTEST_ADDOPTS')}\"\n"
            "    open(os.environ['HERE'] + '/seen', 'w').write(line)\n"
        }
    )
    one = agent(folder)

    def seen(*args, **kwargs):
        run = execute(folder, "--agents", one.address, *args, **kwargs)
        assert run.process.returncode == 0, run.text
        return (tmp_path / "seen").read_text().split(" ")

    first, *variables = seen()
    assert variables == ["None", "None"]
    assert seen(env={"PYTEST_ADDOPTS": "-q"}) == [first, "None", "-q"]
    # The start of Python may depend on this variable. The agent starts another Python, and keeps it.
    red, *variables = seen("--set-env", "COLOUR=red")
    assert red != first
    assert variables == ["red", "None"]
    assert seen("--set-env", "COLOUR=red") == [red, "red", "None"]


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
    # More modules than both agents take at the beginning: what is new in a file, an agent sees as it takes the file.
    modules = [f"test_{n}.py" for n in range(24)]
    folder = project({"pytest.ini": "[pytest]\n", **dict.fromkeys(modules, WAITS)})
    own = [tmp_path / "a0", tmp_path / "a1"]
    for here in own:
        here.mkdir()
    agents = [agent(folder, env={"HERE": str(here)}) for here in own]
    said = tmp_path / "said.txt"
    with said.open("wb") as out:
        addresses = ",".join(one.address for one in agents)
        run = start(folder, "--agents", addresses, "--min-agents", 2, stdout=out)
    wait_until(lambda: all(started(here) for here in own), "a test on each agent")
    for name in modules:
        (tmp_path / "checkout-a0" / name).write_text("def test_of_another_version(): pass\n")
    # The other agent waits until this one has asked for more. Otherwise it might run all remaining tests.
    (own[0] / "go").touch()
    leaves = "agent a0 leaves the run when it has finished the tests that it runs"
    wait_until(lambda: leaves in said.read_text() or run.process.poll() is not None, "an agent that leaves")
    (own[1] / "go").touch()
    assert run.wait() == 0, run.text
    assert set(run.outcomes().values()) == {"passed"}
    assert len(run.outcomes()) == 72
    assert not any("another_version" in nodeid for nodeid in run.outcomes())
    assert leaves in said.read_text()
    assert "differs" in said.read_text()
