import pytest

EVENTS = []


def pytest_runtest_logfinish(nodeid):
    EVENTS.append(("done", nodeid))


@pytest.fixture
def events():
    return EVENTS


@pytest.fixture(scope="session")
def session_fx():
    EVENTS.append("session up")
    yield
    EVENTS.append("session down")
