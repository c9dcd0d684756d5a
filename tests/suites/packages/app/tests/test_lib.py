import pytest

from ..lib import double
from .common import VALUES


@pytest.mark.parametrize("value", VALUES)
def test_double(value):
    assert double(value) == 2 * value


def test_name():
    assert __name__ == "app.tests.test_lib"
