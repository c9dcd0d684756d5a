import pytest


@pytest.mark.slow
def test_slow_one():
    pass


@pytest.mark.net("example")
def test_net():
    pass


@pytest.mark.slow
@pytest.mark.net("other")
def test_slow_net():
    assert 0


class TestGroup:
    def test_in_group(self):
        pass

    @pytest.mark.parametrize("kind", ["red", "green", "blue"])
    def test_kind(self, kind):
        assert kind != "green"
