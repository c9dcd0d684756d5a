"""The controller's temporary folder holds those of the workers: files for all of them lie there."""

import pytest


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        (session.config._tmp_path_factory.getbasetemp() / "for_all.txt").write_text("prepared")


@pytest.fixture(scope="session")
def for_all(request, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if hasattr(request.config, "workerinput") else folder) / "for_all.txt"
