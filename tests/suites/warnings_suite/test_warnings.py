import warnings

import pytest

warnings.warn("while importing", UserWarning)


def test_warns():
    warnings.warn("once", UserWarning)
    warnings.warn("once", UserWarning)


def test_warns_deprecated():
    warnings.warn("old", DeprecationWarning)


@pytest.mark.filterwarnings("ignore:once")
def test_ignored():
    warnings.warn("once", UserWarning)


@pytest.mark.filterwarnings("error")
def test_turned_into_error():
    warnings.warn("fatal", RuntimeWarning)


def test_pytest_warns():
    with pytest.warns(UserWarning, match="caught"):
        warnings.warn("caught", UserWarning)


def test_recwarn(recwarn):
    warnings.warn("recorded", UserWarning)
    assert len(recwarn) == 1


def test_did_not_warn():
    with pytest.warns(UserWarning):
        pass


@pytest.fixture
def noisy():
    warnings.warn("set-up", FutureWarning)
    yield
    warnings.warn("teardown", FutureWarning)


def test_noisy_fixture(noisy):
    pass


def test_changes_filters():
    warnings.simplefilter("error")


def test_filters_are_back():
    warnings.warn("only counted", UserWarning)


def test_returns_something():
    return 5
