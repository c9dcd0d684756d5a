import collections

import pytest

SET_UPS = collections.Counter()


@pytest.fixture(scope="session")
def session_thing():
    SET_UPS["session"] += 1
    yield SET_UPS["session"]


@pytest.fixture(scope="module")
def module_thing(session_thing, request):
    SET_UPS[request.module.__name__] += 1
    yield SET_UPS[request.module.__name__]


@pytest.fixture(scope="class")
def class_thing(module_thing, request):
    name = request.cls.__name__ if request.cls else request.node.nodeid
    SET_UPS[name] += 1
    yield SET_UPS[name]


@pytest.fixture
def function_thing(session_thing):
    SET_UPS["function"] += 1
    return SET_UPS["function"]


@pytest.fixture
def set_ups():
    return SET_UPS
