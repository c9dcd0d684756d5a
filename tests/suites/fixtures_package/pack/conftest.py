import pytest

LIVE = []


@pytest.fixture(scope="package")
def pack_thing():
    LIVE.append("pack")
    yield len(LIVE)
    LIVE.remove("pack")
