"""setUpModule that fails."""

import unittest


def setUpModule():
    raise ValueError("setUpModule")


class TestOne(unittest.TestCase):
    def test_one(self):
        pass
