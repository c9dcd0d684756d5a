"""A module that can't be set up: each of its tests says so."""

import unittest


def setUpModule():
    raise OSError("no module")


class First(unittest.TestCase):
    def test_one(self):
        self.fail("never")

    def test_two(self):
        self.fail("never")


class Second(unittest.TestCase):
    def test_one(self):
        self.fail("never")
