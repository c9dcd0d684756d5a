import pytest


def pytest_runtest_setup(item):
    item.trail = [*getattr(item, "trail", []), "root"]


@pytest.fixture
def level():
    return "root"


def pytest_configure(config):
    config.addinivalue_line("markers", "from_root: added by the root conftest")
