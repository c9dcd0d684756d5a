"""More tests than a line of letters has room for."""

import pytest


@pytest.mark.parametrize("number", range(64))
def test_number(number):
    assert number != 60
