import os


def is_worker():
    return bool(os.environ.get("PYTEST_XDIST_WORKER"))
