import unittest


class Evens(unittest.TestCase):
    def test_some_are_odd(self):
        for number in range(5):
            with self.subTest("parity", number=number):
                self.assertEqual(number % 2, 0)

    def test_all_even(self):
        for number in (0, 2, 4):
            with self.subTest(number=number):
                self.assertEqual(number % 2, 0)

    def test_subtest_skips(self):
        for number in range(3):
            with self.subTest(number=number):
                if number == 1:
                    self.skipTest("one is left out")

    def test_failure_after_subtests(self):
        with self.subTest("fine"):
            pass
        self.fail("the test itself")
