import unittest


async def test_coroutine():
    raise AssertionError("nobody awaits it")


def test_plain():
    pass


class Cases(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.value = 1

    async def test_awaited(self):
        self.assertEqual(self.value, 1)

    async def test_fails(self):
        self.assertEqual(self.value, 2)
