import pytest


def pytest_configure(config):
    raise pytest.UsageError("the project wants something else")
