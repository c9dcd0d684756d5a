import pytest


def pytest_addoption(parser):
    parser.addoption("--colour", default="none", choices=["none", "red", "blue"], help="a plugin's option")


@pytest.fixture
def colour(request):
    return request.config.getoption("--colour")


def pytest_report_header(config):
    return f"colour: {config.getoption('--colour')}"
