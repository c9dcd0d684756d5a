import pytest


@pytest.mark.xfail(reason="strict by the ini-file")
def test_xpass_is_a_failure():
    pass


@pytest.mark.xfail(reason="lenient here", strict=False)
def test_xpass_lenient():
    pass


@pytest.mark.xfail(reason="as expected")
def test_xfail():
    assert 0


@pytest.mark.xfail("False", reason="condition does not hold")
def test_condition():
    pass


@pytest.mark.xfail(raises=(KeyError, IndexError), reason="one of two")
def test_raises():
    {}["a"]
