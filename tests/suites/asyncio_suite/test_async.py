import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    await asyncio.sleep(0)
    return 5


@pytest.mark.asyncio
async def test_awaits(value):
    await asyncio.sleep(0)
    assert value == 5


@pytest.mark.asyncio
async def test_fails():
    assert await asyncio.sleep(0, 1) == 2


def test_plain():
    pass
