import pytest

LOG = []


def pick_scope(fixture_name, config):
    return "module"


@pytest.fixture(scope=pick_scope)
def picked():
    LOG.append("picked")


@pytest.fixture
def by_name(request):
    return request.getfixturevalue("named")


@pytest.fixture(name="named")
def _renamed():
    return "a name of its own"


@pytest.fixture
def finalizers(request):
    request.addfinalizer(lambda: LOG.append("second"))
    request.addfinalizer(lambda: LOG.append("first"))


@pytest.fixture
def marked(request):
    return request.node.get_closest_marker("level").args[0]


def test_picked_1(picked):
    assert LOG.count("picked") == 1


def test_picked_2(picked):
    assert LOG.count("picked") == 1


def test_getfixturevalue(by_name):
    assert by_name == "a name of its own"


def test_finalizers(finalizers):
    assert "first" not in LOG


def test_finalizers_ran_in_reverse():
    assert LOG[-2:] == ["first", "second"]


@pytest.mark.level(3)
def test_marker_seen_by_fixture(marked):
    assert marked == 3


def test_request_knows_the_test(request):
    assert request.node.name == "test_request_knows_the_test"
    assert request.node.nodeid.endswith("test_dynamic.py::test_request_knows_the_test")
    assert request.fspath.basename == "test_dynamic.py" if hasattr(request, "fspath") else True


def test_apply_marker(request):
    request.applymarker(pytest.mark.xfail(reason="decided while running"))
    raise AssertionError("counts as xfailed")


def test_no_such_fixture(nowhere_defined):
    raise AssertionError("never runs")


def test_getfixturevalue_unknown(request):
    request.getfixturevalue("nowhere_defined")


@pytest.fixture
def circle_a(circle_b):
    pass


@pytest.fixture
def circle_b(circle_a):
    pass


def test_circular(circle_a):
    raise AssertionError("never runs")


@pytest.fixture(scope="session")
def too_wide(tmp_path):
    pass


def test_scope_mismatch(too_wide):
    raise AssertionError("never runs")
