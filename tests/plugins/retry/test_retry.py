import pytest

tries = {"flaky": 0, "marked": 0}


def test_flaky():
    tries["flaky"] += 1
    assert tries["flaky"] == 2


@pytest.mark.flaky(retries=2)
def test_marked():
    tries["marked"] += 1
    assert tries["marked"] == 3


def test_plain():
    pass


def test_fails_anyhow():
    assert 0
