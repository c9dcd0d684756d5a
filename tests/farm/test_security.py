"""Plain text is for one machine only, and an agent lets in only a coordinator with the right token."""

import signal
import subprocess

import farm as farms
import parity
import pytest


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A test authority by tools/certs with the right token, and a wrong token."""
    folder = tmp_path_factory.mktemp("keys")
    subprocess.run([parity.ROOT / "tools/certs", folder, "alpha", "desk"], check=True, stdout=subprocess.DEVNULL)
    (folder / "wrong").write_text("another-word\n", "utf-8")
    return folder


@pytest.fixture
def secure(make_farm, project, board, keys):
    """A farm whose one agent asks for TLS and a token."""
    farm = make_farm("alpha")
    board.open_gate()
    server = ["--tls-cert", keys / "agent.pem", "--tls-key", keys / "agent.key", "--token-file", keys / "token"]
    farm.agent("alpha", project, security=server)
    return farm


def test_tls_and_the_right_token(secure, project, expected, keys, board):
    board.open_gate()
    client = ["--tls-ca", keys / "ca.pem", "--token-file", keys / "token"]
    assert secure.differences(expected, secure.run(project, agents=["alpha"], security=client)) == []


def test_the_wrong_token(secure, project, keys):
    security = ["--tls-ca", keys / "ca.pem", "--token-file", keys / "wrong"]
    run = secure.run(project, "--wait-agents", "2", agents=["alpha"], security=security)
    assert run.wait() == 10
    assert "alpha:7070" in run.text
    assert "--token-file" in run.text
    for secret in ("token", "wrong"):
        assert (keys / secret).read_text("utf-8").strip() not in run.text + secure.agents["alpha"].program.text


def test_no_token(secure, project, keys):
    run = secure.run(project, agents=["alpha"], security=["--tls-ca", keys / "ca.pem"])
    assert run.wait() == 4
    assert "--token-file" in run.text


def test_a_certificate_does_as_well(make_farm, project, expected, keys, board):
    farm = make_farm("alpha")
    ca = ["--tls-ca", keys / "ca.pem"]
    farm.agent("alpha", project, security=[*ca, "--tls-cert", keys / "agent.pem", "--tls-key", keys / "agent.key"])
    board.open_gate()
    client = [*ca, "--tls-cert", keys / "coordinator.pem", "--tls-key", keys / "coordinator.key"]
    assert farm.differences(expected, farm.run(project, agents=["alpha"], security=client)) == []


def test_an_unknown_authority(secure, project, keys, tmp_path):
    subprocess.run([parity.ROOT / "tools/certs", tmp_path / "other", "alpha"], check=True, stdout=subprocess.DEVNULL)
    client = ["--tls-ca", tmp_path / "other/ca.pem", "--token-file", keys / "token"]
    run = secure.run(project, "--wait-agents", "2", agents=["alpha"], security=client)
    assert run.wait() == 10
    assert "alpha" in run.text


def test_agent_does_not_listen_to_the_world_in_plain_text(make_farm):
    farm = make_farm("alpha")
    agent = farm.network["alpha"].start([farms.AGENT, "--listen", "0.0.0.0:7070"])
    assert agent.wait() == 4
    assert "--insecure" in agent.text
    assert len(agent.text.splitlines()) == 1


def test_agent_does_not_dial_the_world_in_plain_text(make_farm):
    farm = make_farm("alpha")
    agent = farm.network["alpha"].start([farms.AGENT, "--join", "desk:7070"])
    assert agent.wait() == 4
    assert "--insecure" in agent.text


@pytest.mark.parametrize("way", [{"agents": ["alpha"]}, {"listen": True}], ids=["dials", "listens"])
def test_coordinator_does_not_speak_plain_text_to_the_world(make_farm, project, way):
    farm = make_farm("alpha")
    run = farm.run(project, security=(), **way)
    assert run.wait() == 4
    assert "--insecure" in run.text


def test_plain_text_on_loopback_is_fine(make_farm):
    farm = make_farm("alpha")
    alpha = farm.network["alpha"]
    agent = alpha.start([farms.AGENT, "--listen", "127.0.0.1:0", "--port-file", alpha.disk / "port", "--slots", "3"])
    agent.wait_for_text("listening on 127.0.0.1:")
    assert "3 slots" in agent.text
    address = alpha.run(["cat", alpha.disk / "port"]).stdout
    assert address.endswith("\n")
    assert address.strip() in agent.text
    agent.send(signal.SIGTERM)
    assert agent.wait() == 0
