import pytest


@pytest.fixture(scope="module")
def events_a():
    import conftest

    return conftest.EVENTS


@pytest.fixture(scope="module", autouse=True)
def module_a(session_fx, events_a):
    events_a.append("a up")
    yield
    events_a.append("a down")


@pytest.fixture(scope="class")
def around_class(request, events_a):
    events_a.append(f"{request.cls.__name__} up")
    yield
    events_a.append(f"{request.cls.__name__} down")


@pytest.mark.usefixtures("around_class")
class TestFirst:
    def test_in_class_1(self, events):
        assert "TestFirst up" in events

    def test_in_class_2(self, events):
        assert "TestFirst down" not in events


@pytest.mark.usefixtures("around_class")
class TestSecond:
    def test_first_class_is_down(self, events):
        assert events.index("TestFirst down") < events.index("TestSecond up")
        assert "a down" not in events


def test_function_in_a(events):
    assert "TestSecond down" in events
    assert "a down" not in events
