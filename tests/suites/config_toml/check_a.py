import pytest


@pytest.mark.mine
def test_a(pytestconfig):
    assert pytestconfig.inipath.name == "pytest.toml"
