"""Fixtures: order, requests, errors in every place."""

import pytest


def test_order(order_2, order_1, events):
    assert events[-2:] == ["order_1 up", "order_2 up"]


def test_order_of_teardown(events):
    assert events[-2:] == ["order_2 down", "order_1 down"]


def test_parameters(with_params):
    assert with_params == "", "shown"


def test_by_request(by_request, events):
    assert by_request == "wider"


def test_by_request_after(events):
    assert events[-1] == "finalizer of test_by_request"


def test_breaks_after_finalizer(breaks_after_finalizer):
    pass


def test_breaks_after_finalizer_after(events):
    assert events[-1] == "finalizer of a broken one"


def test_breaks_below(breaks_below):
    pass


def test_breaks_below_after(events):
    assert events[-2:] == ["order_2 down", "order_1 down"]


def test_two_broken_teardowns(two_broken_teardowns):
    pass


def test_no_yield(no_yield):
    pass


def test_many_yields(many_yields):
    pass


def test_unknown_fixture(nobody_has_this):
    pass


def test_unknown_by_request(request):
    request.getfixturevalue("nobody_has_this")


def test_finalizer_of_request(request, events):
    request.addfinalizer(lambda: events.append("of the test"))


def test_finalizer_of_request_after(events):
    assert events[-1] == "of the test"


def test_broken_finalizer(request):
    def broken():
        raise RuntimeError("finalizer")

    request.addfinalizer(broken)


def test_call_and_finalizer(request):
    def broken():
        raise RuntimeError("finalizer")

    request.addfinalizer(broken)
    raise AssertionError("call")


def test_tmp_path(tmp_path):
    (tmp_path / "file").write_text("text")


def test_monkeypatch_of_open(monkeypatch):
    monkeypatch.setattr("builtins.open", None)
    monkeypatch.setattr("os.lseek", None)
    monkeypatch.setattr("os.write", None)
    raise AssertionError("with half of the library gone")


@pytest.fixture
def needs_wide(needs_wide):
    return needs_wide + " still"


def test_override(needs_wide):
    assert needs_wide == "wider still"


@pytest.fixture(scope="module")
def broken_module():
    raise RuntimeError("for all")


def test_broken_module_1(broken_module):
    pass


def test_broken_module_2(broken_module):
    pass


class TestClass:
    @pytest.fixture(autouse=True)
    def own(self):
        self.value = 1
        yield
        self.value = 2

    def setup_method(self, method):
        self.name = method.__name__

    def teardown_method(self):
        assert self.value == 1

    def test_own(self):
        assert (self.value, self.name) == (1, "test_own")

    def test_fails(self):
        assert self.value == 0


class TestBrokenSetUp:
    def setup_class(cls):
        raise ValueError("class")

    def test_1(self):
        pass

    def test_2(self):
        pass
