import inspect
import logging
import os
import warnings

import pytest

EVENTS = []


@pytest.fixture
def events():
    return EVENTS


@pytest.fixture
def caller_of_fixture():
    return inspect.stack()[1].function


@pytest.fixture
def warns_in_set_up():
    warnings.warn("from a fixture", UserWarning, stacklevel=2)
    yield
    warnings.warn("from its teardown", UserWarning, stacklevel=2)


@pytest.fixture
def noisy():
    print("noisy: set-up")
    logging.getLogger("noisy").warning("set-up")
    yield "noise"
    print("noisy: teardown")
    logging.getLogger("noisy").warning("teardown")


@pytest.fixture
def seen_by_set_up():
    return os.environ["PYTEST_CURRENT_TEST"]


@pytest.fixture(scope="module")
def wide():
    EVENTS.append("wide up")
    yield "wide"
    EVENTS.append("wide down")


@pytest.fixture
def needs_wide(wide):
    return wide + "r"


@pytest.fixture(params=["x", "y"])
def with_params(request):
    yield request.param + request.node.name
    EVENTS.append(f"down {request.param}")


@pytest.fixture
def by_request(request):
    request.addfinalizer(lambda: EVENTS.append(f"finalizer of {request.node.name}"))
    return request.getfixturevalue("needs_wide")


@pytest.fixture
def breaks_after_finalizer(request):
    request.addfinalizer(lambda: EVENTS.append("finalizer of a broken one"))
    raise RuntimeError("after its finalizer")


@pytest.fixture
def order_1(events):
    events.append("order_1 up")
    yield
    events.append("order_1 down")


@pytest.fixture
def order_2(order_1, events):
    events.append("order_2 up")
    yield
    events.append("order_2 down")


@pytest.fixture
def breaks_below(order_2):
    raise KeyError("below two others")


@pytest.fixture
def two_broken_teardowns(request):
    def first():
        raise ValueError("first finalizer")

    def second():
        raise ValueError("second finalizer")

    request.addfinalizer(first)
    request.addfinalizer(second)


@pytest.fixture
def group_in_set_up():
    raise ExceptionGroup("set-up", [ValueError("one"), KeyError("two")])


@pytest.fixture
def no_yield():
    if EVENTS is None:
        yield


@pytest.fixture
def many_yields():
    yield 1
    yield 2


@pytest.fixture
def xfails_by_request(request):
    request.applymarker(pytest.mark.xfail(reason="found out in set-up"))
