"""unittest's assertions and its ways to fail."""

import asyncio
import collections
import logging
import unittest
import warnings


class TestAsserts(unittest.TestCase):
    maxDiff = 300

    def test_equal(self):
        self.assertEqual(1, 2)

    def test_equal_message(self):
        self.assertEqual(1, 2, "a message")

    def test_not_equal(self):
        self.assertNotEqual(1, 1)

    def test_true(self):
        self.assertTrue(0)

    def test_false(self):
        self.assertFalse([1])

    def test_is(self):
        self.assertIs(1, None)

    def test_is_not(self):
        self.assertIsNot(None, None)

    def test_is_none(self):
        self.assertIsNone(1)

    def test_is_not_none(self):
        self.assertIsNotNone(None)

    def test_in(self):
        self.assertIn(1, [2])

    def test_not_in(self):
        self.assertNotIn(1, [1])

    def test_isinstance(self):
        self.assertIsInstance(1, str)

    def test_not_isinstance(self):
        self.assertNotIsInstance(1, int)

    def test_raises(self):
        with self.assertRaises(ValueError):
            pass

    def test_raises_other(self):
        with self.assertRaises(ValueError):
            raise TypeError("another")

    def test_raises_regex(self):
        with self.assertRaisesRegex(ValueError, "expected"):
            raise ValueError("another")

    def test_warns(self):
        with self.assertWarns(UserWarning):
            pass

    def test_warns_regex(self):
        with self.assertWarnsRegex(UserWarning, "expected"):
            warnings.warn("another", UserWarning, stacklevel=1)

    def test_logs(self):
        with self.assertLogs("name", "INFO"):
            pass

    def test_logs_level(self):
        with self.assertLogs("name", "ERROR"):
            logging.getLogger("name").info("too low")

    def test_almost_equal(self):
        self.assertAlmostEqual(1.0, 1.1)

    def test_almost_equal_delta(self):
        self.assertAlmostEqual(1.0, 1.5, delta=0.1)

    def test_not_almost_equal(self):
        self.assertNotAlmostEqual(1.0, 1.00000001)

    def test_greater(self):
        self.assertGreater(1, 2)

    def test_greater_equal(self):
        self.assertGreaterEqual(1, 2)

    def test_less(self):
        self.assertLess(2, 1)

    def test_less_equal(self):
        self.assertLessEqual(2, 1)

    def test_regex(self):
        self.assertRegex("text", "x+y")

    def test_not_regex(self):
        self.assertNotRegex("text", "x")

    def test_count_equal(self):
        self.assertCountEqual([1, 2, 2], [1, 1, 2])

    def test_lines(self):
        self.assertMultiLineEqual("a\nb\nc\n", "a\nx\nc\n")

    def test_sequence(self):
        self.assertSequenceEqual((1, 2), [1, 3])

    def test_list(self):
        self.assertListEqual([1, 2], [1, 3])

    def test_tuple(self):
        self.assertTupleEqual((1,), (1, 2))

    def test_set(self):
        self.assertSetEqual({1}, {2})

    def test_dict(self):
        self.assertDictEqual({"a": 1}, {"a": 2})

    def test_long(self):
        self.assertEqual(list(range(500)), list(range(1, 501)))

    def test_counter(self):
        self.assertEqual(collections.Counter("a"), collections.Counter("b"))

    def test_fail(self):
        self.fail("a reason")

    def test_fail_empty(self):
        self.fail()

    def test_error(self):
        raise ValueError("an error")

    def test_plain_assert(self):
        assert [1] == [2]

    @unittest.expectedFailure
    def test_unexpected_success(self):
        pass

    @unittest.expectedFailure
    def test_expected_failure(self):
        self.fail("expected")

    @unittest.skip("a reason")
    def test_skipped(self):
        pass

    def test_skip_inside(self):
        self.skipTest("inside")

    def test_subtests(self):
        for i in range(3):
            with self.subTest("message", i=i):
                self.assertEqual(i, 1)

    def test_subtests_and_call(self):
        with self.subTest(i=1):
            self.fail("in the subtest")
        self.fail("after the subtest")

    def test_subtest_error(self):
        with self.subTest(text="ünï"):
            raise ValueError("in the subtest")

    def test_cleanup(self):
        self.addCleanup(self.fail, "in the clean-up")

    def test_call_and_cleanup(self):
        self.addCleanup(self.fail, "in the clean-up")
        self.fail("in the test")

    def test_prints(self):
        print("printed")
        self.fail("after printing")


class TestSetUp(unittest.TestCase):
    def setUp(self):
        raise ValueError("setUp")

    def test_one(self):
        pass


class TestTearDown(unittest.TestCase):
    def tearDown(self):
        raise ValueError("tearDown")

    def test_one(self):
        pass

    def test_fails_too(self):
        self.fail("in the test")


class TestSetUpClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise ValueError("setUpClass")

    def test_one(self):
        pass

    def test_two(self):
        pass


class TestTearDownClass(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        raise ValueError("tearDownClass")

    def test_one(self):
        pass


class TestClassCleanup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(cls.clean)

    @classmethod
    def clean(cls):
        raise ValueError("class clean-up")

    def test_one(self):
        pass


class TestSkipInSetUp(unittest.TestCase):
    def setUp(self):
        self.skipTest("in setUp")

    def test_one(self):
        pass


class TestSkipInSetUpClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("in setUpClass")

    def test_one(self):
        pass


class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_fails(self):
        await asyncio.sleep(0)
        self.assertEqual(1, 2)

    async def test_error(self):
        raise ValueError("in a coroutine")


class TestAsyncSetUp(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        raise ValueError("asyncSetUp")

    async def test_one(self):
        pass


class TestInit(unittest.TestCase):
    def __init__(self, *args):
        raise ValueError("cannot be made")

    def test_one(self):
        pass
