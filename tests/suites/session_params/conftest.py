import pytest

SET_UPS = []


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def backend(request):
    SET_UPS.append(request.param)
    yield request.param


@pytest.fixture
def set_ups():
    return SET_UPS
