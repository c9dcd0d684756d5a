import anyio
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def value():
    await anyio.sleep(0)
    yield 3
    await anyio.sleep(0)


async def test_sleeps(value):
    assert value == 3


async def test_backend(anyio_backend_name):
    assert anyio_backend_name == "asyncio"


def test_plain():
    pass
