import pytest


@pytest.mark.parametrize("number", [1, 2])
def test_number(number):
    pass


def test_before(before):
    pass


class TestClass:
    def test_before(self, before):
        pass
