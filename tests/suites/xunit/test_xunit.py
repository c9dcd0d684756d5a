LOG = []


def setup_module(module):
    LOG.append(f"module {module.__name__}")


def teardown_module():
    LOG.append("module down")


def setup_function(function):
    LOG.append(function.__name__)


def teardown_function():
    LOG.append("function down")


def test_first():
    assert LOG == ["module test_xunit", "test_first"]


def test_second():
    assert LOG[-2:] == ["function down", "test_second"]


class TestClass:
    @classmethod
    def setup_class(cls):
        cls.made = 1

    @classmethod
    def teardown_class(cls):
        del cls.made

    def setup_method(self, method):
        self.method = method.__name__

    def teardown_method(self):
        assert self.method != "test_teardown_fails"

    def test_made(self):
        assert self.made == 1
        assert self.method == "test_made"

    def test_teardown_fails(self):
        pass
