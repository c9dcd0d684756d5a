import pytest


@pytest.fixture
def greeting():
    return "own"
