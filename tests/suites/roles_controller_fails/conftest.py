"""What the controller's part raises, workers never see. The run ends as pytest ends."""

import os

import pytest


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        return
    way = os.environ.get("WAY")
    if way == "usage":
        raise pytest.UsageError("no database for the tests")
    if way == "exit":
        pytest.exit("no use", returncode=7)


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput") and os.environ.get("WAY") == "exit at start":
        pytest.exit("no use at all", returncode=8)
