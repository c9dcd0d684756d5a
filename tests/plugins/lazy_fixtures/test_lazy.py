import pytest
from pytest_lazy_fixtures import lf


@pytest.fixture
def one():
    return 1


@pytest.fixture
def two():
    return 2


@pytest.mark.parametrize("value", [lf("one"), lf("two"), 3])
def test_value(value):
    assert value != 2
