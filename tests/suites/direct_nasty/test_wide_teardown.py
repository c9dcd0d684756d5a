"""The last test of a module is torn down with the module, whatever it uses itself."""

import logging
import os

import pytest


@pytest.fixture(scope="module")
def wide():
    yield
    print("torn down in", os.environ["PYTEST_CURRENT_TEST"])
    logging.getLogger("wide").error("in the teardown")
    raise ValueError("with output and log")


def test_uses():
    pass


def test_uses_wide(wide):
    pass


def test_is_last():
    print("of the call")
