import pytest


@pytest.mark.parametrize("number", [1, 2, 3])
def test_number(number):
    assert number < 3


def test_who(request):
    assert request.config.pluginmanager.hasplugin("xdist") == hasattr(request.config, "workerinput")
