import pytest


@pytest.mark.turn("failed")
def test_turned_red():
    pass


@pytest.mark.turn("passed")
def test_turned_green():
    assert 0


def test_slowish():
    pass


def test_called(request):
    assert request.node.called


def test_called_by_hook():
    raise AssertionError("the hook calls it in another way")


@pytest.mark.parametrize("values", [frozenset(), frozenset({1})])
def test_ids_by_hook(values):
    assert True


def not_a_test_name():
    assert True


def test_swallowed():
    raise AssertionError("the hook runs it in another way")
