import pytest


@pytest.fixture
def name(name):
    return f"{name} module"


def test_deep(greeting, name, request):
    assert greeting == "own"
    assert name == "root sub module"
    assert request.node.trail == ["root", "sub"]
