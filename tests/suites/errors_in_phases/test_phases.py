import pytest


@pytest.fixture
def broken_set_up():
    raise RuntimeError("set-up")


@pytest.fixture
def broken_teardown():
    yield
    raise RuntimeError("teardown")


@pytest.fixture
def another_broken_teardown():
    yield
    raise KeyError("another")


@pytest.fixture
def skips():
    pytest.skip("from a fixture")


@pytest.fixture
def fails():
    pytest.fail("from a fixture")


@pytest.fixture
def yields_twice():
    yield 1
    yield 2


@pytest.fixture
def never_yields():
    if False:
        yield


@pytest.fixture(scope="module")
def broken_for_the_module():
    raise RuntimeError("only once, remembered")


def test_set_up(broken_set_up):
    raise AssertionError("never runs")


def test_teardown(broken_teardown):
    pass


def test_call_and_teardown(broken_teardown):
    assert 0


def test_two_teardowns(broken_teardown, another_broken_teardown):
    pass


def test_set_up_and_teardown(broken_teardown, broken_set_up):
    raise AssertionError("never runs")


def test_skip_and_teardown(broken_teardown):
    pytest.skip("and then the teardown breaks")


@pytest.mark.xfail(reason="known")
def test_xfail_and_teardown(broken_teardown):
    assert 0


@pytest.mark.xfail(reason="known set-up trouble")
def test_xfail_set_up(broken_set_up):
    raise AssertionError("never runs")


def test_fixture_skips(skips):
    raise AssertionError("never runs")


def test_fixture_fails(fails):
    raise AssertionError("never runs")


def test_yields_twice(yields_twice):
    pass


def test_never_yields(never_yields):
    raise AssertionError("never runs")


def test_module_1(broken_for_the_module):
    raise AssertionError("never runs")


def test_module_2(broken_for_the_module):
    raise AssertionError("never runs")


def test_chained():
    try:
        raise KeyError("first")
    except KeyError as error:
        raise ValueError("second") from error


def test_skip_in_teardown(request):
    request.addfinalizer(lambda: pytest.skip("too late"))


def test_last():
    pass
