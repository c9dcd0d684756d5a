import pytest

missing = pytest.importorskip("a_module_that_nobody_has")


def test_never():
    raise AssertionError("never runs")
