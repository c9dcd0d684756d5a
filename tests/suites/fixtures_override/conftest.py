import pytest


@pytest.fixture
def name():
    return "root"


@pytest.fixture
def greeting(name):
    return f"hello {name}"


@pytest.fixture(autouse=True)
def trail(request):
    request.node.trail = ["root"]
