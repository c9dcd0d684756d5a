import pytest


def pytest_addoption(parser):
    parser.addoption("--stage", action="store", default="none")
    parser.addoption("--many", action="append", default=[])
    parser.addoption("--fast", action="store_true")
    parser.addini("greeting", "a text", default="none")


@pytest.fixture
def seen(request):
    config = request.config
    return config.getoption("stage"), config.getoption("many"), config.getoption("fast"), config.getini("greeting")
