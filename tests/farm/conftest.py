"""Machines and farms. The tests are skipped where no machines can be made."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import farm as farms
import machines


@pytest.fixture(scope="session")
def network_possible():
    why = machines.unavailable()
    if why:
        print(f"\ntests/farm: NO MACHINES CAN BE MADE HERE, so the farm goes untested: {why}", file=sys.__stderr__)
        pytest.skip(f"no machines for tests here: {why}")


@pytest.fixture
def make_network(network_possible, tmp_path):
    """Makes networks of machines with the given names, and removes them at the end."""
    made = []

    def make(*names):
        made.append(machines.Network(names, tmp_path / f"network{len(made)}"))
        return made[-1]

    yield make
    for network in made:
        network.stop()


@pytest.fixture
def make_farm(make_network, coordinator, tmp_path):
    """Makes a farm with machines of these names and a desk, 20 ms apart."""

    def make(*names, **kwargs):
        network = make_network("desk", *names)
        network.delay(0.02)
        return farms.Farm(network, tmp_path, **kwargs)

    return make


@pytest.fixture
def board(tmp_path):
    return farms.Board(tmp_path / "board")


@pytest.fixture
def project(tmp_path, board):
    """A project that waits at the gate of `board`."""
    return farms.held_project(tmp_path / "source/project", board)


@pytest.fixture
def expected(project, board):
    """pytest's verdict on `project`."""
    verdict = farms.expected_of(project, board)
    assert verdict.exit_code == 1
    assert len(verdict.outcomes) > 100
    return verdict
