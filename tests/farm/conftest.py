"""Machines, and skips where there can be none."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import machines


@pytest.fixture(scope="session")
def network_possible():
    why = machines.unavailable()
    if why:
        print(f"\ntests/farm: NO MACHINES CAN BE MADE HERE, so the farm goes untested: {why}", file=sys.__stderr__)
        pytest.skip(f"no machines for tests here: {why}")


@pytest.fixture
def make_network(network_possible, tmp_path):
    """Makes a network of machines with the names given; all of it goes at the end."""
    made = []

    def make(*names):
        made.append(machines.Network(names, tmp_path / f"network{len(made)}"))
        return made[-1]

    yield make
    for network in made:
        network.stop()
