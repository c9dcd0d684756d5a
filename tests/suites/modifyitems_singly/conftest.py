import pytest


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true", help="run the slow ones too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--run-slow"):
        return
    skip = pytest.mark.skip(reason="need --run-slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
        if item.name.startswith("test_gpu"):
            item.add_marker("gpu")
