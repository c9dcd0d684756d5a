import pytest


def pytest_sessionstart(session):
    session.config.started = True


def pytest_report_header(config):
    return ["a header of the project", "in two lines"]


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("summary of the project")
    terminalreporter.line("a line of its own")


@pytest.fixture
def started(request):
    return request.config.started
