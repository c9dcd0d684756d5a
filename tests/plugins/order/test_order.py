import pytest

done = []


@pytest.mark.order(3)
def test_third():
    done.append(3)
    assert done == [1, 2, 3]


@pytest.mark.order(1)
def test_first():
    done.append(1)
    assert done == [1]


@pytest.mark.order(after="test_first")
def test_second():
    done.append(2)


@pytest.mark.order("last")
def test_last():
    assert len(done) >= 3


def test_unordered():
    pass
