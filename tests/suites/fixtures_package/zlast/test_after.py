import sys


def test_package_fixture_is_gone():
    conftest = sys.modules.get("pack.conftest")
    assert conftest is None or conftest.LIVE == []
