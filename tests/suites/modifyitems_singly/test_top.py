import pytest


@pytest.mark.slow
def test_slow():
    raise AssertionError("is left out")


def test_gpu_one():
    raise AssertionError("is deselected")


def test_above(request):
    assert request.node.get_closest_marker("below") is None


def test_other_dropped():
    raise AssertionError("is deselected by the other conftest")


class TestIn:
    @pytest.mark.slow
    @pytest.mark.parametrize("value", [1, 2])
    def test_slow(self, value):
        raise AssertionError("is left out")

    def test_fails(self):
        assert "a" == "b"
