import pytest
from conftest import FILE


@pytest.mark.parametrize("number", range(int(FILE.read_text())))
def test_second(number):
    assert number < 3
