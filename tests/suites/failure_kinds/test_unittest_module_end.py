"""tearDownModule that fails."""

import unittest


def tearDownModule():
    raise ValueError("tearDownModule")


class TestOne(unittest.TestCase):
    def test_one(self):
        pass
