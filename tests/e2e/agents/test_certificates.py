"""Who may do what with which certificate of tools/certs: an agent's does not command other agents."""

import subprocess

import parity
import pytest


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    subprocess.run([parity.ROOT / "tools/certs", folder], check=True, capture_output=True)
    return folder


def of(keys, side):
    return ["--tls-ca", keys / "ca.pem", "--tls-cert", keys / f"{side}.pem", "--tls-key", keys / f"{side}.key"]


@pytest.mark.parametrize(("side", "exit_code"), [("coordinator", 0), ("agent", 10)])
def test_an_agents_certificate_commands_no_agent(execute, agent, project, keys, side, exit_code):
    folder = project({"test_a.py": "def test_1():\n    pass\n"})
    there = agent(folder, *of(keys, "agent"))
    run = execute(folder, "--agents", there.address, "--wait-agents", "2", *of(keys, side))
    assert run.process.returncode == exit_code, run.text
    if exit_code:
        assert there.address in run.text
