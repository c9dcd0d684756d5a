import pytest


@pytest.fixture
def name(name):
    return f"{name} sub"


@pytest.fixture(autouse=True)
def trail_sub(trail, request):
    request.node.trail.append("sub")
