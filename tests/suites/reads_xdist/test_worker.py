import os


def test_worker_id(worker_id):
    assert worker_id == "master" or worker_id.startswith("gw")


def test_variables():
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    assert count >= 1


def test_uid(testrun_uid):
    assert testrun_uid
