import os

import pytest


@pytest.fixture
def takes_variable_away():
    yield
    del os.environ["PYTEST_CURRENT_TEST"]


def test_takes_it_away(takes_variable_away):
    pass


def test_it_is_back():
    assert os.environ["PYTEST_CURRENT_TEST"].endswith("(call)")
