"""The controller's part sets variables. Workers are its children, so they have them from the start."""

import os

WRITTEN = os.environ.get("SERVICE_URL", "")
os.environ.setdefault("SERVICE_GONE", "yes")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        os.environ["SERVICE_URL"] = "http://localhost:4711/\udcff"
        del os.environ["SERVICE_GONE"]


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        del os.environ["SERVICE_URL"]
