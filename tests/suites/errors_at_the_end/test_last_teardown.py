import pytest


@pytest.fixture(scope="session")
def session_breaks():
    yield
    raise RuntimeError("at the very end")


@pytest.fixture(scope="module")
def module_breaks():
    yield
    raise RuntimeError("at the module's end")


def test_first(session_breaks, module_breaks):
    pass


def test_last_of_its_scope(session_breaks, module_breaks):
    pass
