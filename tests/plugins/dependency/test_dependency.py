import pytest


@pytest.mark.dependency()
def test_a():
    assert 0


@pytest.mark.dependency()
def test_b():
    pass


@pytest.mark.dependency(depends=["test_a"])
def test_needs_a():
    pass


@pytest.mark.dependency(depends=["test_b"])
def test_needs_b():
    pass
