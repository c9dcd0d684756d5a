import pytest


def test_exits():
    pytest.exit("enough", returncode=7)


def test_never():
    raise AssertionError("never runs")
