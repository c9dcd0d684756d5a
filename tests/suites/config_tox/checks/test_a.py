import pytest


@pytest.mark.mine
def test_a(pytestconfig):
    assert pytestconfig.getini("testpaths") == ["checks"]
    assert pytestconfig.inipath.name == "tox.ini"
