import pytest


def test_worker(worker_id, testrun_uid):
    assert worker_id and testrun_uid


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("n", range(4))
def test_grouped(n):
    assert n != 2


def test_plain():
    pass
