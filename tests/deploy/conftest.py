"""The machines of tests/farm, for the files of deploy/ that need several machines."""

import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "farm"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import machines


@pytest.fixture
def short_folder():
    """A folder with a short path. Slurm makes sockets in it, and their paths may not be long."""
    with tempfile.TemporaryDirectory(prefix="nodes-") as folder:
        yield Path(folder)


@pytest.fixture
def network(short_folder):
    """Two machines, 5 ms apart."""
    why = machines.unavailable()
    if why:
        pytest.skip(f"no machines for tests here: {why}")
    with machines.Network(("node1", "node2"), short_folder / "network") as network:
        network.delay(0.005)
        yield network
