import pytest


@pytest.mark.xfail(reason="strict by the ini-file")
def test_xpass():
    pass


def test_config(pytestconfig):
    assert pytestconfig.inipath.name == "setup.cfg"
