import pytest


@pytest.fixture(autouse=True, params=["utc", "local"])
def clock(request):
    return request.param
