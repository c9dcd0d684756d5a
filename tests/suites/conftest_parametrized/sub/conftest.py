import pytest


@pytest.fixture(autouse=True)
def clock():
    return "sub"
