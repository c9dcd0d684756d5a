import unittest


def test_all_pass(subtests):
    for n in range(3):
        with subtests.test(n=n):
            pass


def test_one_fails(subtests):
    for n in range(3):
        with subtests.test("message", n=n):
            assert n != 1


class TestUnit(unittest.TestCase):
    def test_sub(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 2)
