import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def server():
    await asyncio.sleep(0)
    yield "up"
    await asyncio.sleep(0)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared():
    return asyncio.get_running_loop()


async def test_awaits(server):
    assert server == "up"


async def test_fails():
    await asyncio.sleep(0)
    assert 1 == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_module_loop_1(shared):
    assert shared is asyncio.get_running_loop()


@pytest.mark.asyncio(loop_scope="module")
async def test_module_loop_2(shared):
    assert shared is asyncio.get_running_loop()


class TestClass:
    @pytest.mark.parametrize("n", [1, 2])
    async def test_method(self, n):
        assert n


def test_plain():
    pass
