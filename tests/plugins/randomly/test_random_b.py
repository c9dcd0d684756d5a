import pytest


@pytest.mark.parametrize("n", range(8))
def test_n(n):
    assert n != 5


class TestClass:
    def test_1(self):
        pass

    def test_2(self):
        pass
