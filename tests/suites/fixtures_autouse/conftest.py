import pytest

STATE = {"on": 0}


@pytest.fixture(autouse=True)
def switch():
    STATE["on"] += 1
    yield
    STATE["on"] -= 1


@pytest.fixture(autouse=True, scope="session")
def whole_session():
    STATE["session"] = True
    yield
    STATE["session"] = False


@pytest.fixture
def state():
    return STATE
