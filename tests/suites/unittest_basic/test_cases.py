import unittest

EVENTS = []


def setUpModule():
    EVENTS.append("module up")


def tearDownModule():
    EVENTS.append("module down")


class Numbers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        EVENTS.append("class up")
        cls.shared = [1, 2, 3]

    @classmethod
    def tearDownClass(cls):
        cls.shared = None

    def setUp(self):
        self.own = list(self.shared)
        self.addCleanup(self.own.clear)

    def test_z_order_is_alphabetical(self):
        self.assertEqual(self.own, [1, 2, 3])

    def test_a_module_set_up_once(self):
        self.assertEqual(EVENTS, ["module up", "class up"])

    def test_fails(self):
        self.assertEqual(self.own, [3, 2, 1])

    @unittest.skip("unittest's own skip")
    def test_skipped(self):
        self.fail("never runs")

    @unittest.expectedFailure
    def test_expected_failure(self):
        self.fail("as expected")

    @unittest.expectedFailure
    def test_unexpected_success(self):
        pass

    def test_skip_inside(self):
        self.skipTest("found out late")

    def test_error(self):
        raise RuntimeError("neither failure nor skip")


class BrokenSetUp(unittest.TestCase):
    def setUp(self):
        raise OSError("no resource")

    def test_never_called(self):
        self.fail("never runs")


class BrokenSetUpClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise OSError("no class resource")

    def test_one(self):
        pass

    def test_two(self):
        pass


class BrokenTearDown(unittest.TestCase):
    def tearDown(self):
        raise OSError("cannot give back")

    def test_passes_then_breaks(self):
        pass


@unittest.skip("whole class")
class Skipped(unittest.TestCase):
    def test_one(self):
        self.fail("never runs")


class Inherited(Numbers):
    def test_fails(self):
        self.assertEqual(self.own, [1, 2, 3])

    def test_a_module_set_up_once(self):
        self.assertEqual(EVENTS.count("module up"), 1)


class Base(unittest.TestCase):
    __test__ = False

    def test_never(self):
        self.fail("never runs")
