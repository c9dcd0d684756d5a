"""What the direct engine could get wrong about unittest's tests: what they see, and what becomes of each phase."""

import asyncio
import functools
import inspect
import logging
import os
import sys
import unittest
import warnings

import _pytest.unittest as unittest_plugin
import pytest

LOG = logging.getLogger("nasty")
MADE = []


def depth():
    def deeper(count):
        try:
            return deeper(count + 1)
        except RecursionError:
            return count

    return deeper(0)


class Seen(unittest.TestCase):
    def __init__(self, name):
        super().__init__(name)
        MADE.append(name)

    def test_how_deep_it_can_recurse(self):
        print("so deep:", depth())
        self.fail("to show it")

    def test_its_callers(self):
        names = [frame.function for frame in inspect.stack()[:5]]
        self.assertEqual(names, [])

    def test_its_callers_again(self):
        names = [os.path.basename(frame.filename) for frame in inspect.stack()[:5]]
        self.assertEqual(names, [])

    def test_its_names(self):
        names = (self.id(), self._testMethodName, str(self), type(self._outcome.result).__name__)
        self.assertEqual(names, ())

    def test_its_own_function(self):
        self.assertEqual(sorted(vars(self)), [])

    def test_the_variable(self):
        self.assertEqual(os.environ["PYTEST_CURRENT_TEST"], "")

    def test_the_variable_goes(self):
        del os.environ["PYTEST_CURRENT_TEST"]

    def test_zz_how_often_it_was_made(self):
        self.assertEqual(MADE, [])


class Goes(unittest.TestCase):
    """Its instances are gone before the next test begins."""

    gone = []

    def __del__(self):
        self.gone.append(self._testMethodName)
        print("gone:", self._testMethodName)
        if self._testMethodName == "test_b":
            raise OSError("while it goes")

    def test_a(self):
        pass

    def test_b(self):
        pass

    def test_c(self):
        self.assertEqual(self.gone, [])

    def test_d(self):
        self.assertEqual(self.gone, [])


class Phases(unittest.TestCase):
    def setUp(self):
        print("set-up of", self._testMethodName)
        LOG.warning("set-up of %s", self._testMethodName)
        if "setup" in self._testMethodName:
            raise OSError("in set-up")

    def tearDown(self):
        print("tear-down of", self._testMethodName, file=sys.stderr)
        LOG.warning("tear-down of %s", self._testMethodName)
        if "teardown" in self._testMethodName:
            raise OSError("in tear-down")

    def test_passes(self):
        print("passes")

    def test_fails(self):
        self.assertEqual([1, 2, 3], [1, 2, 4])

    def test_setup_fails(self):
        pass

    def test_teardown_fails(self):
        pass

    def test_fails_and_teardown_fails(self):
        self.fail("in the test")

    def test_skips_and_teardown_fails(self):
        self.skipTest("before the tear-down")

    def test_after_two_failures(self):
        pass

    def test_cleanup_fails(self):
        self.addCleanup(self.fail, "in a clean-up")

    def test_two_cleanups_fail(self):
        self.addCleanup(self.fail, "in a clean-up")
        self.addCleanup(self.fail, "in another")
        self.fail("and in the test")

    def test_chained(self):
        try:
            {}["no"]
        except KeyError as error:
            raise ValueError("from it") from error

    def test_group(self):
        if sys.version_info < (3, 11):
            self.skipTest("no groups")
        raise ExceptionGroup("some", [ValueError(1), TypeError(2)])  # noqa: F821

    def test_system_exit(self):
        sys.exit(3)

    def test_base_exception(self):
        class Odd(BaseException):
            pass

        raise Odd("of no kind")

    def test_plain_assert(self):
        value = {"a": [1, 2]}
        assert value == {"a": [1, 3]}

    def test_raises(self):
        with self.assertRaises(ValueError):
            int("1")

    def test_logs(self):
        with self.assertLogs("nasty", "ERROR"):
            LOG.warning("too low")

    def test_logs_right(self):
        with self.assertLogs("nasty", "ERROR"):
            LOG.error("seen")

    def test_returns_something(self):
        return 1


class Skips(unittest.TestCase):
    def setUp(self):
        if "setup" in self._testMethodName:
            self.skipTest("in set-up")

    def tearDown(self):
        if "teardown" in self._testMethodName:
            self.skipTest("in tear-down")

    def test_in_setup(self):
        self.fail("never")

    def test_in_teardown(self):
        pass

    def test_in_test(self):
        raise unittest.SkipTest("in the test")

    @unittest.skip("always")
    def test_decorated(self):
        self.fail("never")

    @unittest.skipIf(True, "if")
    def test_decorated_if(self):
        self.fail("never")

    @unittest.skipUnless(True, "unless")
    def test_decorated_unless(self):
        pass

    def test_by_pytest(self):
        pytest.skip("by pytest")

    @pytest.mark.skip(reason="by a mark")
    def test_marked(self):
        self.fail("never")

    @pytest.mark.skipif("sys.version_info > (3,)", reason="by a condition")
    def test_marked_if(self):
        self.fail("never")


class Expected(unittest.TestCase):
    @unittest.expectedFailure
    def test_fails(self):
        self.fail("as expected")

    @unittest.expectedFailure
    def test_passes(self):
        pass

    @unittest.expectedFailure
    def test_skips(self):
        self.skipTest("rather")

    @pytest.mark.xfail(reason="a mark")
    def test_marked(self):
        self.fail("as expected")

    @pytest.mark.xfail(reason="a mark")
    def test_marked_passes(self):
        pass

    @pytest.mark.xfail(strict=True, reason="a mark")
    def test_marked_strictly_passes(self):
        pass

    @pytest.mark.xfail(run=False, reason="a mark")
    def test_marked_not_to_run(self):
        self.fail("never")

    @pytest.mark.xfail(raises=OSError, reason="a mark")
    def test_marked_raises_another(self):
        self.fail("not as expected")

    def test_by_pytest(self):
        pytest.xfail("on the way")

    def test_fail_by_pytest(self):
        pytest.fail("by pytest")

    def test_fail_by_pytest_in_short(self):
        pytest.fail("by pytest", pytrace=False)

    def test_marks_itself_late(self):
        pass


@unittest.skip("the whole class")
class SkippedClass(unittest.TestCase):
    def test_one(self):
        self.fail("never")

    def test_two(self):
        self.fail("never")


class SkippedBySetUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("the class skips itself")

    def test_one(self):
        self.fail("never")

    def test_two(self):
        self.fail("never")


class BrokenSetUpClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(print, "cleaned up")
        raise OSError("no class")

    def test_one(self):
        self.fail("never")

    def test_two(self):
        self.fail("never")


class BrokenTearDownClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = []
        cls.addClassCleanup(cls.shared.clear)
        print("class up")

    @classmethod
    def tearDownClass(cls):
        print("class down")
        raise OSError("the class stays")

    def test_one(self):
        self.shared.append(1)

    def test_two(self):
        self.assertEqual(self.shared, [1])


class BrokenClassCleanup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(cls.breaks, 1)
        cls.addClassCleanup(cls.breaks, 2)

    @classmethod
    def breaks(cls, number):
        raise OSError(f"clean-up {number}")

    def test_one(self):
        pass


class SubTests(unittest.TestCase):
    def setUp(self):
        print("set-up")

    def tearDown(self):
        if "teardown" in self._testMethodName:
            raise OSError("in tear-down")

    def test_all_pass(self):
        for number in range(3):
            with self.subTest(number=number):
                pass

    def test_some_fail(self):
        for number in range(4):
            with self.subTest("number", number=number):
                print("number", number)
                self.assertEqual(number % 2, 0)

    def test_some_skip(self):
        for number in range(3):
            with self.subTest(number=number):
                if number:
                    self.skipTest("but one")

    def test_nested(self):
        for outer in range(2):
            with self.subTest(outer=outer):
                for inner in range(2):
                    with self.subTest(inner=inner):
                        self.assertNotEqual(outer, inner)

    def test_some_fail_and_teardown_fails(self):
        with self.subTest("fails"):
            self.fail("in a subtest")

    def test_fails_after(self):
        with self.subTest("fails"):
            self.fail("in a subtest")
        self.fail("after it")

    def test_skips_after(self):
        with self.subTest("fails"):
            self.fail("in a subtest")
        self.skipTest("after it")

    @unittest.expectedFailure
    def test_expected(self):
        with self.subTest("fails"):
            self.fail("in a subtest")


class Asynchronous(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.loop = asyncio.get_running_loop()

    async def test_passes(self):
        await asyncio.sleep(0)

    async def test_fails(self):
        await asyncio.sleep(0)
        self.fail("after a while")

    def test_synchronous(self):
        self.assertFalse(self.loop.is_closed())

    def test_synchronous_fails(self):
        self.fail("at once")


class Fixtures(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def given(self, tmp_path, request):
        self.folder = tmp_path
        self.asked_by = request.node.name
        print("fixture up")
        yield
        print("fixture down")

    def setup_method(self, method):
        self.method = method.__name__

    def teardown_method(self, method):
        print("teardown_method", method.__name__)

    def test_given(self):
        self.assertTrue(self.folder.is_dir())
        self.assertEqual((self.asked_by, self.method), (self._testMethodName,) * 2)

    def test_given_fails(self):
        self.assertEqual(self.method, "another")

    @pytest.mark.usefixtures("capsys")
    def test_captures(self):
        print("captured")

    @pytest.mark.usefixtures("none_such")
    def test_without_fixture(self):
        pass


class Patched(unittest.TestCase):
    """As pytest-django does it for Django's classes."""

    @pytest.fixture(autouse=True, scope="class")
    def patches(self):
        genuine = unittest_plugin.TestCaseFunction.runtest

        def runtest(item):
            print("patched")
            genuine(item)

        unittest_plugin.TestCaseFunction.runtest = runtest
        yield
        unittest_plugin.TestCaseFunction.runtest = genuine

    def test_first(self):
        self.fail("to show it")

    def test_second(self):
        self.fail("to show it")


class BrokenFixture(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def given(self):
        if "set_up" in self._testMethodName:
            raise OSError("in a fixture")
        yield
        raise OSError("in a fixture's tear-down")

    def test_set_up(self):
        pass

    def test_tear_down(self):
        pass

    def test_fails(self):
        self.fail("before the tear-down")


@pytest.mark.usefixtures("tmp_path")
class Marked(unittest.TestCase):
    pytestmark = [pytest.mark.filterwarnings("error")]

    def test_warns(self):
        warnings.warn("now an error")

    @pytest.mark.filterwarnings("ignore")
    def test_warns_ignored(self):
        warnings.warn("not shown")


class Warnings(unittest.TestCase):
    def setUp(self):
        warnings.warn("in set-up")

    def test_warns(self):
        warnings.warn("in the test", DeprecationWarning)

    def test_leaves_a_filter(self):
        warnings.simplefilter("error")

    def test_leaves_a_filter_and_then(self):
        warnings.warn("no error")

    def test_catches(self):
        with self.assertWarns(UserWarning):
            warnings.warn("caught")


class Changes(unittest.TestCase):
    def test_a_stream(self):
        sys.stdout = sys.__stdout__

    def test_b_stream(self):
        print("after a change of the stream")
        self.fail("to show it")

    def test_c_handler(self):
        logging.getLogger().handlers.clear()
        LOG.error("to nobody")

    def test_d_handler(self):
        LOG.error("to somebody again")
        self.fail("to show it")

    def test_e_its_class(self):
        type(self).test_f_replaced = lambda self: self.fail("replaced")

    def test_f_replaced(self):
        pass

    def test_g_itself(self):
        self.test_g_itself = None


class OwnRun(unittest.TestCase):
    def run(self, result=None):
        print("before")
        super().run(result)
        print("after")
        return result

    def test_passes(self):
        pass

    def test_fails(self):
        self.fail("within")


class OwnCall(unittest.TestCase):
    def __call__(self, result=None):
        if "error" in self._testMethodName:
            result.addError(self, (ValueError, ValueError("before"), None))
            return None
        if "raises" in self._testMethodName:
            raise LookupError("instead of a result")
        return super().__call__(result)

    def test_passes(self):
        pass

    def test_error(self):
        pass

    def test_raises(self):
        pass


def doubled(function):
    @functools.wraps(function)
    def twice(self):
        function(self)
        function(self)

    return twice


class Mixin:
    value = 1

    def test_mixed_in(self):
        self.assertEqual(self.value, 1)

    @doubled
    def test_decorated(self):
        self.value += 1
        self.assertLess(self.value, 4)


class First(Mixin, unittest.TestCase):
    pass


class Second(Mixin, unittest.TestCase):
    value = 2


class RunTest(unittest.TestCase):
    def runTest(self):
        self.fail("by the name of old")


for number in range(3):

    def made(self, number=number):
        self.assertLess(number, 2)

    setattr(First, f"test_made_{number}", made)
