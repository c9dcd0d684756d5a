import sys


def pytest_ignore_collect(collection_path):
    if collection_path.name == "test_by_hook.py":
        return True
    return None


collect_ignore = ["test_other.py"] if sys.version_info >= (3,) else []
