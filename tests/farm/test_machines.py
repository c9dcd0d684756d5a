"""The machines themselves: what they share and what they do not, delay, loss, cuts, and that nothing stays behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import machines
import pytest
from machines.switch import Cables

FRAME = b"\2" * 6 + b"\1" * 6 + b"hello"
ANSWER = b"\1" * 6 + b"\2" * 6 + b"hello"

SERVER = """
import socket
server = socket.create_server(("", 7070))
print("listening", flush=True)
while True:
    connection, _ = server.accept()
    while data := connection.recv(100):
        connection.sendall(data)
"""

# Prints the seconds of the quickest of several echoes over one connection.
CLIENT = """
import socket, sys, time
connection = socket.create_connection((sys.argv[1], 7070), timeout=float(sys.argv[2]))
def echo():
    start = time.monotonic()
    connection.sendall(b"hello")
    assert connection.recv(100) == b"hello"
    return time.monotonic() - start
print(min(echo() for _ in range(3)))
"""


class TestCables:
    def test_a_frame_for_nobody_known_goes_to_all_others(self):
        cables = Cables(3)
        cables.send(0, FRAME, now=5.0)
        assert list(cables.arrived(5.0)) == [(1, FRAME), (2, FRAME)]

    def test_a_known_address_is_served_alone(self):
        cables = Cables(3)
        cables.send(0, FRAME, now=1.0)
        assert len(list(cables.arrived(1.0))) == 2
        cables.send(1, ANSWER, now=1.0)
        assert list(cables.arrived(1.0)) == [(0, ANSWER)]

    def test_delay_holds_frames_back_in_order(self):
        cables = Cables(2)
        cables.obey(["delay", "0.5"])
        cables.send(0, FRAME + b"1", now=1.0)
        cables.send(0, FRAME + b"2", now=1.0)
        assert cables.next_due() == 1.5
        assert list(cables.arrived(1.4)) == []
        assert list(cables.arrived(1.5)) == [(1, FRAME + b"1"), (1, FRAME + b"2")]
        assert cables.next_due() is None

    def test_a_cut_loses_what_is_under_way_and_what_follows(self):
        cables = Cables(2)
        cables.obey(["delay", "1"])
        cables.send(0, FRAME, now=1.0)
        cables.obey(["cut", "1"])
        cables.send(0, FRAME, now=1.0)
        assert list(cables.arrived(9.0)) == []
        cables.obey(["heal", "1"])
        cables.send(0, FRAME, now=9.0)
        assert list(cables.arrived(10.0)) == [(1, FRAME)]

    def test_loss_drops_that_part_of_the_frames(self):
        cables = Cables(2)
        cables.obey(["loss", "0.25"])
        for _ in range(4000):
            cables.send(0, FRAME, now=0.0)
        assert 2800 < len(list(cables.arrived(0.0))) < 3200

    def test_what_makes_no_sense_is_refused(self):
        with pytest.raises(ValueError, match="melt"):
            Cables(2).obey(["melt", "1"])


@pytest.fixture
def network(make_network):
    return make_network("alpha", "beta")


def serve(machine):
    server = machine.start([sys.executable, "-c", SERVER])
    server.wait_for_text("listening")
    return server


def echo(machine, name, limit_s=30):
    return machine.run([sys.executable, "-c", CLIENT, name, str(limit_s)], check=False)


def test_they_reach_each_other_by_name_and_not_the_world(network):
    serve(network["alpha"])
    assert float(echo(network["beta"], "alpha").stdout) < 30
    routes = network["beta"].run(["ip", "-o", "route"]).stdout
    assert "default" not in routes
    assert "eth0" in routes


def test_delay_is_felt_both_ways(network):
    serve(network["alpha"])
    network.delay(0.05)
    # The lower bound is the switch's delay. The upper bound is only patience.
    assert 0.1 <= float(echo(network["beta"], "alpha").stdout) < 30


def test_cut_and_healed(network):
    serve(network["alpha"])
    network.cut("alpha")
    assert "timed out" in echo(network["beta"], "alpha", limit_s=0.5).stderr
    network.heal("alpha")
    assert echo(network["beta"], "alpha").returncode == 0


def test_files_are_their_own(network, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "file").write_text("one", encoding="utf-8")
    alpha, beta = network["alpha"], network["beta"]
    alpha.copy(project, alpha.disk / "checkout")
    alpha.hide(project)
    assert alpha.run(["cat", alpha.disk / "checkout/file"]).stdout == "one"
    assert alpha.run(["ls", project]).stdout == ""
    assert beta.run(["ls", beta.disk / "checkout"], check=False).returncode != 0
    assert beta.run(["cat", project / "file"]).stdout == "one"
    assert not (alpha.disk / "checkout").exists()


def test_a_stopped_program_goes_on(network):
    program = network["alpha"].start(
        ["sh", "-c", "trap 'echo woken; exit 3' USR1; echo up; while :; do sleep 0.01; done"]
    )
    program.wait_for_text("up")
    program.send(signal.SIGSTOP)
    program.send(signal.SIGUSR1)
    assert "woken" not in program.text
    program.send(signal.SIGCONT)
    assert program.wait() == 3
    assert "woken" in program.text


def test_a_killed_program_says_so(network):
    program = network["alpha"].start(["sleep", "1000"])
    program.send(signal.SIGKILL)
    assert program.wait() == -signal.SIGKILL


def test_nothing_stays_when_they_stop(make_network):
    network = make_network("alpha")
    alpha = network["alpha"]
    # Each orphan has left its parent, its session and its process group.
    alpha.start(["sh", "-c", "setsid sleep 1000 & setsid sleep 1000 & exit 0"]).wait()
    machines.wait_until(lambda: len(alpha.processes()) == 2, "two orphans")
    network.stop()
    assert alpha.processes() == []
    assert not os.listdir(alpha.disk)


def test_nothing_stays_when_the_one_who_made_them_is_killed(network_possible, tmp_path):
    maker = (
        "import sys, pathlib, machines\n"
        "network = machines.Network(('alpha',), pathlib.Path(sys.argv[1]))\n"
        "network['alpha'].start(['sleep', '1000'])\n"
        "machines.wait_until(network['alpha'].processes, 'start')\n"
        "print(*network['alpha'].processes(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    folder = Path(machines.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", maker, tmp_path / "made"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        pids = process.stdout.readline().split()
        assert pids
        process.kill()
    machines.wait_until(lambda: not any(Path(f"/proc/{pid.decode()}").exists() for pid in pids), "the machine's end")
