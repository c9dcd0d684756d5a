import importlib.util

import pytest
import pytest_rerunfailures

seen = {"flaky": 0, "fixture": 0}


@pytest.mark.flaky(reruns=2)
def test_flaky():
    seen["flaky"] += 1
    assert seen["flaky"] == 3


@pytest.mark.flaky(reruns=1)
def test_fails_anyhow():
    assert 0


@pytest.fixture
def rises():
    seen["fixture"] += 1
    if seen["fixture"] < 2:
        raise RuntimeError("not yet")


@pytest.mark.flaky(reruns=1)
def test_fixture(rises):
    pass


def test_plain():
    pass


def test_plain_fails():
    assert 0


def test_the_plugin_knows_of_xdist():
    has_xdist = importlib.util.find_spec("xdist") is not None
    assert has_xdist == pytest_rerunfailures.HAS_PYTEST_HANDLECRASHITEM
