import pytest


class TestClass:
    @pytest.mark.parametrize("a, b", [(1, 2), (3,)])
    def test_wrong_count(self, a, b):
        raise AssertionError("pytest refuses this function while collecting")
