import pytest


@pytest.fixture
def outer(events):
    events.append("outer up")
    yield
    events.append("outer down")


@pytest.fixture
def inner(outer, events):
    events.append("inner up")
    yield
    events.append("inner down")


def test_module_a_is_down(events):
    assert events.count("a up") == events.count("a down")
    assert "session down" not in events


def test_uses_both(inner):
    pass


def test_inner_went_first(events):
    assert events.index("inner down") < events.index("outer down")


def test_session_is_still_up(session_fx, events):
    assert "session down" not in events
    assert events.count("session up") == 1
