from pytest_check import check


def test_two_wrong():
    with check:
        assert 1 == 2
    with check:
        assert 2 == 3


def test_right():
    check.equal(1, 1)


def test_function():
    check.equal(1, 2, "they differ")
