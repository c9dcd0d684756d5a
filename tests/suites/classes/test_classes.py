class TestOuter:
    value = 1

    def test_method(self):
        assert self.value == 1

    class TestInner:
        def test_inner(self):
            assert True

        class TestInnermost:
            def test_innermost(self):
                assert False

    def test_after_inner(self):
        self.value = 2
        assert self.value == 2

    def test_fresh_instance(self):
        assert self.value == 1

    @staticmethod
    def test_static():
        assert True

    @classmethod
    def test_classmethod(cls):
        assert cls.value == 1

    @property
    def test_property(self):
        raise AssertionError("a property is no test")


class TestSubclass(TestOuter):
    value = 1

    def test_method(self):
        assert isinstance(self, TestSubclass)

    def test_own(self):
        assert True


class TestWithInit:
    def __init__(self):
        self.x = 1

    def test_never(self):
        raise AssertionError("classes with __init__ are not collected")


class NotATest:
    def test_never(self):
        raise AssertionError("the name does not match")


class TestNotWanted:
    __test__ = False

    def test_never(self):
        raise AssertionError("says that it is no test")


def helper():
    raise AssertionError("no test")


helper.__test__ = True


def test_rebound():
    raise AssertionError("the later one counts")


def test_between():
    pass


def test_rebound():  # noqa: F811
    assert True


test_lambda = lambda: None  # noqa: E731
test_number = 5
