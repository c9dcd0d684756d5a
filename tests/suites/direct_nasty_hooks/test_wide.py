"""A fixture of a module that fails as it is torn down, after a test whose hook has failed."""

import pytest


@pytest.fixture(scope="module")
def wide():
    print("set up")
    yield
    print("torn down")
    raise ValueError("in a wide fixture")


@pytest.mark.hook("setup", "raise")
def test_wide_fixture_is_not_set_up(wide):
    pass


def test_wide_fixture(wide):
    pass
