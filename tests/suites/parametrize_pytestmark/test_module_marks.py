import pytest

pytestmark = [pytest.mark.parametrize("mode", ["fast", "slow"]), pytest.mark.usefixtures("counted")]

COUNT = []


@pytest.fixture
def counted():
    COUNT.append(1)


def test_mode(mode):
    assert mode in ("fast", "slow")


class TestInClass:
    pytestmark = pytest.mark.parametrize("size", [1, 2])

    def test_both(self, mode, size):
        assert COUNT
