import os

import pytest

URL = os.environ["SERVICE_URL"]


def test_two():
    assert URL == "http://localhost:4711/\udcff"


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="no worker")
def test_import_two():
    import conftest

    assert URL == conftest.WRITTEN
