import sys
from pathlib import Path

import pytest
from xprocess import ProcessStarter


@pytest.fixture(scope="module")
def server(xprocess):
    class Starter(ProcessStarter):
        pattern = "ready"
        args = [sys.executable, str(Path(__file__).parent / "server.py")]

    pid, _ = xprocess.ensure("server", Starter)
    yield pid
    xprocess.getinfo("server").terminate()


def test_runs(server):
    assert server


def test_is_the_same(server):
    assert server


def test_plain():
    assert 0
